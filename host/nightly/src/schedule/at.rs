use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use touchstone_diagnostics::closest;

/// A time of day in a time zone: `02:30 Europe/Berlin`.
///
/// Zones are those of IANA, from this machine, or, where it does not know one (as in containers from scratch), from the
/// edition that comes along.
#[derive(Clone, Debug)]
pub struct At {
    time: Time,
    zone: TimeZone,
    name: String,
}

impl At {
    /// The time of day.
    pub fn time(&self) -> Time {
        self.time
    }

    /// The zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// When it is that time on a day; none if the zone has no such day.
    pub(super) fn on(&self, date: Date) -> Option<Timestamp> {
        let local = self.zone.to_ambiguous_zoned_datetime(date.to_datetime(self.time));
        // Later by the gap, or the first of two; where that is another day, earlier by the gap.
        let tried = [local.clone().compatible(), local.earlier()];
        tried.into_iter().flatten().find(|zoned| zoned.date() == date).map(|zoned| zoned.timestamp())
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.time.strftime("%H:%M"), self.name)
    }
}

impl FromStr for At {
    type Err = AtError;

    fn from_str(text: &str) -> Result<Self, AtError> {
        let (time, name) = text.split_once(' ').ok_or_else(|| match parsed(text) {
            Some(_) => AtError::NoZone(text.to_owned()),
            None => AtError::NoTime(text.to_owned()),
        })?;
        let name = name.trim();
        let time = parsed(time).ok_or_else(|| AtError::NoTime(time.to_owned()))?;
        let zone =
            zone(name).ok_or_else(|| AtError::UnknownZone { given: name.to_owned(), hint: hint(name) })?;
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Ok(Self { time, zone, name })
    }
}

fn parsed(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| -> Option<i8> {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse().ok() } else { None }
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

/// A zone of this machine, or of the edition that comes along.
fn zone(name: &str) -> Option<TimeZone> {
    let system = jiff::tz::db().get(name).ok();
    system.or_else(|| TimeZoneDatabase::bundled().get(name).ok())
}

fn hint(given: &str) -> String {
    let known: Vec<String> = TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
    match closest(given, known.iter().map(String::as_str)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "write one of IANA's, as `Europe/Berlin` or `UTC`".to_owned(),
    }
}

/// Why a text is no time of day in a zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AtError {
    /// There is no time of day.
    #[error(
        "`{0}` is no time of day: write hours and minutes with two digits each, and a time zone, as `02:30 Europe/Berlin`"
    )]
    NoTime(String),
    /// There is no zone.
    #[error("`{0}` has no time zone: write `{0} Europe/Berlin`, or `{0} UTC`")]
    NoZone(String),
    /// The zone is not known.
    #[error("there is no time zone `{given}`: {hint}")]
    UnknownZone {
        /// What was given.
        given: String,
        /// What may have been meant.
        hint: String,
    },
}
