//! When nights begin: once each local day, whatever the clocks do.

mod at;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use touchstone_scope::Sha256;

pub use self::at::{At, AtError};
use crate::config::Day;

/// How many days are looked at for one that has a night: all days of a week may be left out but one, and a day may be missing
/// in the calendar of a zone.
const LOOK: i32 = 16;

/// When nights begin.
///
/// Each day of the calendar of the zone has one night, or none if its day of the week is left out. Where clocks are set
/// forward over the time of day, the night is due as much later as they were set forward (02:30 becomes 03:30), or, if that
/// is on the next day, as much earlier. Where clocks are set back, and the time of day comes twice, the first time counts.
/// A day that a zone left out (30 December 2011 in Apia) has no night.
#[derive(Clone, Debug)]
pub struct Schedule {
    at: At,
    days: BTreeSet<Day>,
    jitter: Duration,
    catch_up: Duration,
    seed: Sha256,
}

/// One night of a [`Schedule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Night {
    /// When it is due: what identifies it.
    pub due: Timestamp,
    /// When it begins: `due`, and the jitter of that day.
    pub starts: Timestamp,
    /// The local day in the zone of the schedule: what chooses the sections.
    pub date: Date,
}

impl Night {
    /// What identifies it: the moment at which it is due, `2026-11-27T01:30:00Z`.
    pub fn id(&self) -> String {
        self.due.to_string()
    }
}

impl Schedule {
    /// The longest jitter.
    pub const MAX_JITTER: Duration = Duration::from_secs(6 * 60 * 60);
    /// For how long a missed night counts, where nothing else is said: 12 hours.
    pub const DEFAULT_CATCH_UP: Duration = Duration::from_secs(12 * 60 * 60);
    /// A night that begins so much later was not missed, but is late: 15 minutes.
    pub const GRACE: Duration = Duration::from_secs(15 * 60);

    /// Nights at a time of day on all days, without jitter, and with the default for catching up.
    pub fn new(at: At) -> Self {
        Self {
            at,
            days: Day::ALL.into(),
            jitter: Duration::ZERO,
            catch_up: Self::DEFAULT_CATCH_UP,
            seed: Sha256::of(b""),
        }
    }

    /// The same, on these days of the week only. No day at all is all days.
    #[must_use]
    pub fn on(mut self, days: BTreeSet<Day>) -> Self {
        self.days = if days.is_empty() { Day::ALL.into() } else { days };
        self
    }

    /// The same, each night beginning up to `jitter` later (6 hours at most), always the same for one `seed` and day.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Duration, seed: Sha256) -> Self {
        self.jitter = jitter.min(Self::MAX_JITTER);
        self.seed = seed;
        self
    }

    /// The same, with another time for which a missed night counts; it is [`GRACE`](Self::GRACE) at least.
    #[must_use]
    pub fn with_catch_up(mut self, catch_up: Duration) -> Self {
        self.catch_up = catch_up.max(Self::GRACE);
        self
    }

    /// Time of day and zone.
    pub fn at(&self) -> &At {
        &self.at
    }

    /// Days of the week that have a night: at least one.
    pub fn days(&self) -> &BTreeSet<Day> {
        &self.days
    }

    /// By how much nights begin later at most.
    pub fn jitter(&self) -> Duration {
        self.jitter
    }

    /// For how long after its beginning a missed night is run.
    pub fn catch_up_for(&self) -> Duration {
        self.catch_up
    }

    /// The local day of a moment: that of a night which somebody starts by hand.
    pub fn date_of(&self, moment: Timestamp) -> Date {
        self.at.zone().to_datetime(moment).date()
    }

    /// The night of a day; none if its day of the week is left out, or if the zone never had that day.
    pub fn on_date(&self, date: Date) -> Option<Night> {
        if !self.days.contains(&date.weekday().into()) {
            return None;
        }
        let due = self.at.on(date)?;
        let starts = due.checked_add(SignedDuration::from_secs(self.jitter_on(date))).ok()?;
        Some(Night { due, starts, date })
    }

    /// The last night that was due, at `now` or before.
    pub fn due_before(&self, now: Timestamp) -> Option<Night> {
        self.near(now, -1).find(|night| night.due <= now)
    }

    /// The next night that is due, after `now`.
    pub fn next_after(&self, now: Timestamp) -> Option<Night> {
        self.near(now, 1).find(|night| night.due > now)
    }

    /// How long it is until a night begins that has not begun yet; it may be due already, with a jitter.
    pub(crate) fn until_next(&self, now: Timestamp) -> Option<Duration> {
        let nights = self.due_before(now).into_iter().chain(self.next_after(now));
        nights.map(|night| night.starts.duration_since(now)).find_map(|until| until.try_into().ok())
    }

    /// The night that was missed and is to be run now: the newest that is due, if it is later than the last that was finished,
    /// and if it should not have begun longer ago than is caught up with. Older ones are never run. Where nothing was ever
    /// finished, the newest counts as missed.
    ///
    /// If the clock goes back, nothing is run again: a night is identified by when it was due.
    pub fn catch_up(&self, last_finished_due: Option<Timestamp>, now: Timestamp) -> Option<Night> {
        let night = self.due_before(now)?;
        let finished = last_finished_due.is_some_and(|last| last >= night.due);
        let too_late = now.duration_since(night.starts)
            > SignedDuration::try_from(self.catch_up).unwrap_or(SignedDuration::MAX);
        (!finished && !too_late).then_some(night)
    }

    /// The nights near a moment, in one direction of time, from two days on its other side.
    fn near(&self, moment: Timestamp, direction: i32) -> impl Iterator<Item = Night> + '_ {
        let today = self.date_of(moment);
        let days = (-2..=LOOK).filter_map(move |offset| today.checked_add((direction * offset).days()).ok());
        days.filter_map(|date| self.on_date(date))
    }

    /// By how many seconds the night of a day begins later.
    fn jitter_on(&self, date: Date) -> i64 {
        if self.jitter.is_zero() {
            return 0;
        }
        let digest = Sha256::of(format!("{}/{date}", self.seed).as_bytes()).hex();
        let random = u64::from_str_radix(&digest[..15], 16).unwrap_or(0);
        i64::try_from(random % (self.jitter.as_secs() + 1)).unwrap_or(0)
    }
}
