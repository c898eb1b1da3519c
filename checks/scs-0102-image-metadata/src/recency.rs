//! Whether images are replaced as often as `replace_frequency` promises.
//!
//! The promise is about a *name*: an image that was replaced keeps its id, but gives its name away or is hidden. So the
//! image that has the name now must not be older than the promise allows.

use std::collections::HashMap;
use std::hash::Hash;

use touchstone_sdk::{Error, Severity};

use crate::dates::{Date, Moment};
use crate::image::Image;
use crate::many::{Notes, quoted};

/// "Due to weekends etc., …": so many days later is not a violation.
const GRACE_DAYS: i64 = 3;

/// Last words of names that say: there is a newer one.
const OLD: &[&str] = &["old", "prev"];

pub(crate) fn image_recency<'a>(images: &'a [Image], now: Moment, notes: &mut Notes<'a>) {
    let visible = newest_by(images, |image| image.name.as_deref());
    let generic = newest_by(images, generic_key);
    for image in images.iter().filter(|image| !image.is_hidden()) {
        match standing(image, now.date) {
            Err(error) => notes.unknown(image, error.to_string(), None),
            Ok(Standing::Kept) => {}
            Ok(Standing::Overdue { .. }) if replaced_generic(image, &generic) => {}
            Ok(Standing::Overdue { due, end }) => judge_overdue(image, due, end, &visible, notes),
        }
        remark_on_name(image, &visible, notes);
    }
}

/// How an image stands to what is promised for it.
enum Standing {
    Kept,
    Overdue { due: Date, end: End },
}

/// What is known of the end of the promise.
enum End {
    /// It is still to come.
    Ahead,
    /// When a notice is published: of that the API knows nothing.
    Notice,
    /// `provided_until` has no right value.
    NotSaid,
}

fn standing(image: &Image, today: Date) -> Result<Standing, Error> {
    let next: fn(Date) -> Date = match image.replace_frequency.as_deref() {
        Some("yearly") => |date| date.plus_months(12),
        Some("quarterly") => |date| date.plus_months(3),
        Some("monthly") => |date| date.plus_months(1),
        Some("weekly") => |date| date.plus_days(7),
        Some("daily") => |date| date.plus_days(1),
        // No promise that a date could break. What is no word of the standard is judged as a property.
        _ => return Ok(Standing::Kept),
    };
    let due = next(image.released()?.date);
    if today <= due.plus_days(GRACE_DAYS) {
        return Ok(Standing::Kept);
    }
    let end = match image.provided_until.as_deref() {
        Some("none") => return Ok(Standing::Kept),
        Some("notice") => End::Notice,
        Some(until) => match Date::parse(until) {
            Some(until) if until < today => return Ok(Standing::Kept),
            Some(_) => End::Ahead,
            None => End::NotSaid,
        },
        None => End::NotSaid,
    };
    Ok(Standing::Overdue { due, end })
}

fn judge_overdue<'a>(
    image: &'a Image,
    due: Date,
    end: End,
    visible: &HashMap<&str, &'a Image>,
    notes: &mut Notes<'a>,
) {
    let frequency = image.replace_frequency.as_deref().unwrap_or_default();
    let mut message = format!("`replace_frequency` is `{frequency}`: a new one was due on {due}");
    if let Some(base) = base_of_old(image) {
        match visible.get(base) {
            Some(newer) if is_newer(newer, image) => return,
            Some(_) => message += &format!(", and {} is older still", quoted(base)),
            None => message += &format!(", and there is no {}", quoted(base)),
        }
    }
    // It helps once the new image has the name; before, it would only hide what is wrong.
    let command = image.set(&["--hidden"]);
    match end {
        End::Ahead => notes.wrong(image, message + "; add it, then hide this one", command),
        End::NotSaid => {
            let why = "; `provided_until` names no end of that promise";
            notes.wrong(image, message + why, image.set_property("provided_until", "YYYY-MM-DD"));
        }
        End::Notice => {
            let why = "; `provided_until` is `notice`, and whether there was one, the API does not tell";
            notes.unknown(image, message + why, image.set_property("provided_until", "YYYY-MM-DD"));
        }
    }
}

/// Whether it says itself that it was replaced, by `oldgeneric`, and it is so: there is a newer, generic image of the same
/// system, and what this one is called is that name with something attached.
fn replaced_generic(image: &Image, generic: &HashMap<Key<'_>, &Image>) -> bool {
    let (Some("oldgeneric"), Some(name), Some(system)) =
        (image.os_purpose.as_deref(), image.name.as_deref(), system(image))
    else {
        return false;
    };
    // From the second letter on: a name that is empty is none.
    let bases = name.char_indices().skip(1).map(|(end, _)| &name[..end]);
    bases.filter_map(|base| generic.get(&(base, system))).any(|newer| is_newer(newer, image))
}

/// The name of an image, and [`system`].
type Key<'a> = (&'a str, [&'a str; 3]);

fn generic_key(image: &Image) -> Option<Key<'_>> {
    let is_generic = image.os_purpose.as_deref() == Some("generic");
    is_generic.then_some((image.name.as_deref()?, system(image)?))
}

/// Its distribution, version and architecture, if it says all of them.
fn system(image: &Image) -> Option<[&str; 3]> {
    let said =
        [&image.os_distro, &image.os_version, &image.architecture].map(|said| said.as_deref().unwrap_or(""));
    said.iter().all(|said| !said.is_empty()).then_some(said)
}

/// Of the images with the same key that users can find and boot from, the newest.
fn newest_by<'a, K: Eq + Hash>(
    images: &'a [Image],
    key: impl Fn(&'a Image) -> Option<K>,
) -> HashMap<K, &'a Image> {
    let mut newest: HashMap<K, &Image> = HashMap::new();
    for image in images.iter().filter(|image| !image.is_hidden() && image.is_active()) {
        let Some(key) = key(image) else { continue };
        newest
            .entry(key)
            .and_modify(|known| {
                if !is_newer(known, image) {
                    *known = image;
                }
            })
            .or_insert(image);
    }
    newest
}

/// Whether the first is at least as new as the second, as far as both say when they were made.
fn is_newer(one: &Image, other: &Image) -> bool {
    matches!((one.released(), other.released()), (Ok(one), Ok(other)) if one >= other)
}

/// The name that an old image had before it was renamed: with a date, `old`, `prev` or its patch level at the end.
fn base_of_old(image: &Image) -> Option<&str> {
    let name = image.name.as_deref()?;
    let by_patchlevel = image.patchlevel.as_deref().filter(|level| !level.is_empty());
    let by_patchlevel = by_patchlevel.and_then(|level| name.strip_suffix(level)?.strip_suffix(' '));
    let base = by_patchlevel.or_else(|| {
        let (base, mark) = name.rsplit_once(' ')?;
        (OLD.contains(&mark) || date_of_mark(mark).is_some()).then_some(base)
    })?;
    Some(base.trim_end()).filter(|base| !base.is_empty())
}

fn date_of_mark(mark: &str) -> Option<Date> {
    Date::parse_stamp(mark).or_else(|| Date::parse(mark))
}

/// What the standard says of the names of old images, and nothing fails for.
fn remark_on_name<'a>(image: &'a Image, visible: &HashMap<&str, &'a Image>, notes: &mut Notes<'a>) {
    let Some(said) = image.name.as_deref() else { return };
    let newest = visible.get(said).copied();
    if let Some(newest) = newest.filter(|newest| newest.id != image.id) {
        let message =
            format!("image {} ({}) has the same name: whoever goes by names gets one of them", newest.id, {
                match newest.released() {
                    Ok(released) => format!("of {}", released.date),
                    Err(_) => "of an unknown date".to_owned(),
                }
            });
        notes.aside(Severity::Warning, image, message, image.set(&["--hidden"]));
    }
    let built = image.image_build_date.as_deref().and_then(Moment::parse);
    let stamp = said.rsplit_once(' ').and_then(|(base, mark)| Some((base, date_of_mark(mark)?)));
    if let (Some(built), Some((base, stamp))) = (built, stamp)
        && built.date != stamp
    {
        let message = format!("the name says {stamp}, but `image_build_date` is {}", built.date);
        let renamed = format!("{} {}", base.trim_end(), built.date.stamp());
        notes.aside(Severity::Warning, image, message, image.set(&["--name", &renamed]));
    }
}
