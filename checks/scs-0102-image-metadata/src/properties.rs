//! One property of one image: what it is, and what it should be.

use touchstone_sdk::Severity;

use crate::dates::{Date, Moment};
use crate::image::Image;
use crate::many::{Notes, grouped, quoted};
use crate::words;

const GIB: u64 = 1 << 30;
/// Nothing that people offer boots with less.
const FEW_MIB: u64 = 64;

pub(crate) fn architecture<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    let said = (words::ARCHITECTURES, words::ARCHITECTURES_ELSEWHERE);
    let should = "one of those that OpenStack or libosinfo lists, such as `x86_64` or `aarch64`";
    required_word(image, ("architecture", &image.architecture), said, should, notes);
}

pub(crate) fn hypervisor_type<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    if image.hypervisor_type.is_some() {
        let said = (words::HYPERVISORS, words::HYPERVISORS_ELSEWHERE);
        let should = one_of(words::HYPERVISORS);
        required_word(image, ("hypervisor_type", &image.hypervisor_type), said, &should, notes);
    }
}

pub(crate) fn hw_rng_model<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    if image.hw_rng_model.is_some() {
        let said = (words::RNG_MODELS, &[][..]);
        required_word(image, ("hw_rng_model", &image.hw_rng_model), said, "`virtio`", notes);
    }
}

pub(crate) fn hw_disk_bus<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    let should = format!("{}; `scsi` is recommended", one_of(words::DISK_BUSES));
    required_word(image, ("hw_disk_bus", &image.hw_disk_bus), (words::DISK_BUSES, &[]), &should, notes);
    if image.hw_disk_bus.as_deref() == Some("scsi") && image.hw_scsi_model.is_none() {
        let message = "`hw_disk_bus` is `scsi`: `hw_scsi_model` should then be set, too".to_owned();
        notes.aside(Severity::Warning, image, message, image.set_property("hw_scsi_model", "virtio-scsi"));
    }
}

pub(crate) fn os_purpose<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    let should = one_of(words::PURPOSES);
    required_word(image, ("os_purpose", &image.os_purpose), (words::PURPOSES, &[]), &should, notes);
}

pub(crate) fn replace_frequency<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    let should = one_of(words::FREQUENCIES);
    let said = (words::FREQUENCIES, &[][..]);
    required_word(image, ("replace_frequency", &image.replace_frequency), said, &should, notes);
}

pub(crate) fn os_distro<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    const NAME: &str = "os_distro";
    let Some(distro) = set(&image.os_distro) else {
        return not_set(image, NAME, "DISTRIBUTION", "", notes);
    };
    let is_known = |name: &str| words::DISTROS.contains(&name) || words::DISTROS_OF_LIBOSINFO.contains(&name);
    if is_known(distro) {
        return;
    }
    let lower = distro.trim().to_lowercase();
    let better = words::DISTROS_NOT.iter().find(|(not, _)| *not == lower).map(|(_, better)| *better);
    let (should, better) = match better.or_else(|| is_known(&lower).then_some(&*lower)) {
        Some(better) => (format!("`{better}`"), better),
        None => ("a name that OpenStack or libosinfo lists".to_owned(), "DISTRIBUTION"),
    };
    let message = format!("`{NAME}` is {}, should be {should}", quoted(distro));
    notes.wrong(image, message, image.set_property(NAME, better));
}

pub(crate) fn os_version<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    let Some(version) = set(&image.os_version) else {
        return not_set(image, "os_version", "VERSION", "", notes);
    };
    let has_numbers =
        image.os_distro.as_deref().is_some_and(|distro| words::DISTROS_WITH_NUMBERS.contains(&distro));
    if has_numbers && !version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        let message =
            format!("`os_version` is {}, should be a number for this distribution", quoted(version));
        notes.aside(Severity::Warning, image, message, image.set_property("os_version", "NUMBER"));
    }
}

pub(crate) fn hash_algo<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    const UPLOAD: &str = "glance computes it when an image is uploaded: upload the image anew";
    let algo = image.os_hash_algo.as_deref();
    let Some((algo, digits)) = words::HASHES.iter().find(|(name, _)| Some(*name) == algo) else {
        let message = match algo {
            Some(algo) => {
                format!("`os_hash_algo` is {}, should be `sha256` or `sha512`; {UPLOAD}", quoted(algo))
            }
            None => format!("`os_hash_algo` is not set; {UPLOAD}"),
        };
        return notes.wrong(image, message, None);
    };
    let is_hash =
        |value: &str| value.len() == *digits && value.bytes().all(|digit| digit.is_ascii_hexdigit());
    match image.os_hash_value.as_deref() {
        Some(value) if is_hash(value) => {}
        Some(value) => {
            let message =
                format!("`os_hash_value` is {}, which is no hash by {algo}; {UPLOAD}", quoted(value));
            notes.wrong(image, message, None);
        }
        None => notes.wrong(image, format!("`os_hash_value` is not set; {UPLOAD}"), None),
    }
}

pub(crate) fn min_disk<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    let needs = image.virtual_size.max(image.size).unwrap_or(0).div_ceil(GIB);
    let size = if needs == 0 { "GIB".to_owned() } else { needs.to_string() };
    let command = image.set(&["--min-disk", &size]);
    let Some(said) = image.min_disk.filter(|gib| *gib > 0) else {
        return notes.wrong(image, "`min_disk` is not set".to_owned(), command);
    };
    let fits = |bytes: u64| said.checked_mul(GIB).is_none_or(|room| bytes <= room);
    match (image.size, image.virtual_size) {
        (Some(size), _) if !fits(size) => {
            let message = format!("`min_disk` is {said} GiB, but the image has {} bytes", grouped(size));
            notes.wrong(image, message, command);
        }
        (_, Some(size)) if !fits(size) => {
            let message =
                format!("`min_disk` is {said} GiB, but the disk in the image has {} bytes", grouped(size));
            notes.aside(Severity::Warning, image, message, command);
        }
        (None, _) if image.is_active() => {
            notes.unknown(image, "glance does not say how large it is".to_owned(), None);
        }
        _ => {}
    }
}

pub(crate) fn min_ram<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    let command = || image.set(&["--min-ram", "MIB"]);
    match image.min_ram.unwrap_or(0) {
        0 => notes.wrong(image, "`min_ram` is not set".to_owned(), command()),
        mib if mib < FEW_MIB => {
            let message = format!("`min_ram` is {mib} MiB: will a server boot with that?");
            notes.aside(Severity::Warning, image, message, command());
        }
        _ => {}
    }
}

pub(crate) fn image_build_date<'a>(image: &'a Image, now: Moment, notes: &mut Notes<'a>) {
    const NAME: &str = "image_build_date";
    const FORM: &str = "`YYYY-MM-DD` or `YYYY-MM-DD hh:mm[:ss]`";
    let Some(said) = set(&image.image_build_date) else {
        return not_set(image, NAME, "YYYY-MM-DD", "", notes);
    };
    let Some(built) = Moment::parse(said) else {
        let message = format!("`{NAME}` is {}, should be {FORM}", quoted(said));
        let meant = Moment::parse_timestamp(said).map(|moment| moment.to_string());
        let command = image.set_property(NAME, meant.as_deref().unwrap_or("YYYY-MM-DD"));
        return notes.wrong(image, message, command);
    };
    let command = image.set_property(NAME, "YYYY-MM-DD");
    // A day alone may be meant, and a run may be for a day as such: at which hour of it, does not matter here. An hour that
    // was to come when the image was registered is found below.
    if built.date > now.date {
        return notes.wrong(image, format!("`{NAME}` is {}: that is in the future", quoted(said)), command);
    }
    match image.registered() {
        Ok(registered) if built > registered => {
            let message = format!(
                "`{NAME}` is {}, but the image was registered before, on {registered} (UTC)",
                quoted(said)
            );
            notes.wrong(image, message, command);
        }
        Ok(_) => {}
        Err(error) => notes.unknown(image, error.to_string(), None),
    }
}

pub(crate) fn image_original_user<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    if set(&image.image_original_user).is_none() {
        let hint = "; `none` says that there is no such user";
        not_set(image, "image_original_user", "USER", hint, notes);
    }
}

pub(crate) fn image_description<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    if set(&image.image_description).is_none() {
        not_set(image, "image_description", "URL", "", notes);
    }
}

pub(crate) fn image_source<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    const NAME: &str = "image_source";
    match set(&image.image_source) {
        Some(source) if source == "private" || is_url(source) => {}
        Some(source) => {
            let message = format!(
                "`{NAME}` is {}, should be the URL from which it can be downloaded, or `private`",
                quoted(source)
            );
            notes.wrong(image, message, image.set_property(NAME, "URL"));
        }
        None => {
            not_set(image, NAME, "URL", "; `private` says that the image cannot be downloaded freely", notes)
        }
    }
}

pub(crate) fn provided_until<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    const NAME: &str = "provided_until";
    match set(&image.provided_until) {
        Some("none" | "notice") => {}
        Some(said) if Date::parse(said).is_some() => {}
        Some(said) => {
            let message = format!("`{NAME}` is {}, should be `YYYY-MM-DD`, `none` or `notice`", quoted(said));
            notes.wrong(image, message, image.set_property(NAME, "YYYY-MM-DD"));
        }
        None => not_set(image, NAME, "none", "; `none` promises nothing", notes),
    }
}

pub(crate) fn uuid_validity<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    const NAME: &str = "uuid_validity";
    match set(&image.uuid_validity) {
        Some("none" | "notice" | "forever") => {}
        Some(said) if said.strip_prefix("last-").is_some_and(is_number) => {}
        Some(said) if Date::parse(said).is_some() => {}
        Some(said) => {
            let message = format!(
                "`{NAME}` is {}, should be `none`, `last-N`, `YYYY-MM-DD`, `notice` or `forever`",
                quoted(said)
            );
            notes.wrong(image, message, image.set_property(NAME, "none"));
        }
        None => not_set(image, NAME, "none", "; `none` promises nothing", notes),
    }
}

pub(crate) fn hotfix_hours<'a>(image: &'a Image, _: Moment, notes: &mut Notes<'a>) {
    match image.hotfix_hours.as_deref() {
        None => {}
        Some(hours) if is_number(hours) => {}
        Some(hours) => {
            let message = format!(
                "`hotfix_hours` is {}, should be a number of hours (or not be set: no promise)",
                quoted(hours)
            );
            notes.wrong(image, message, image.unset_property("hotfix_hours"));
        }
    }
}

/// A property that has to be set to one of a list of words; what they are called elsewhere helps to mend it.
fn required_word<'a>(
    image: &'a Image,
    (name, value): (&str, &Option<String>),
    (words, elsewhere): (&[&str], &[(&str, &str)]),
    should: &str,
    notes: &mut Notes<'a>,
) {
    let placeholder = name.rsplit('_').next().unwrap_or(name).to_uppercase();
    match value.as_deref() {
        Some(value) if words.contains(&value) => {}
        Some(value) => {
            let lower = value.trim().to_lowercase();
            let meant = elsewhere.iter().find(|(other, _)| *other == lower).map(|(_, word)| *word);
            let meant = meant.or_else(|| words.iter().find(|word| **word == lower).copied());
            let message = format!("`{name}` is {}, should be {should}", quoted(value));
            notes.wrong(image, message, image.set_property(name, meant.unwrap_or(&placeholder)));
        }
        None => {
            let message = format!("`{name}` is not set, should be {should}");
            notes.wrong(image, message, image.set_property(name, &placeholder));
        }
    }
}

fn not_set<'a>(image: &'a Image, name: &str, value: &str, hint: &str, notes: &mut Notes<'a>) {
    notes.wrong(image, format!("`{name}` is not set{hint}"), image.set_property(name, value));
}

/// A value that says something.
fn set(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.trim().is_empty())
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Digits, and nothing else.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A URL from which something can be downloaded.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    ["http", "https", "ftp", "ftps"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        && names_a_host(authority)
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Whether what is `user@host:port` has a host.
fn names_a_host(authority: &str) -> bool {
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    if let Some(rest) = place.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(address, port)| {
            address.contains(':')
                && address.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte))
                && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        });
    }
    let (host, port) = place.split_once(':').unwrap_or((place, ""));
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    host.strip_suffix('.').unwrap_or(host).split('.').all(is_label) && is_port(port)
}

/// Digits, or nothing (RFC 3986, 3.2.3).
fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
