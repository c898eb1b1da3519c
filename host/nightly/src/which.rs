//! Which night is to be run now.

use jiff::{SignedDuration, Timestamp};
use touchstone_results::{Night, Results, ResultsError};

use crate::config::Config;
use crate::night::Choice;

/// A night that was begun by hand is gone on with for so long.
const BY_HAND: SignedDuration = SignedDuration::from_hours(20);
/// Clocks are not further apart than this.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// A night that is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its id.
    pub id: String,
    /// When it is, or was, due.
    pub at: Timestamp,
}

impl Due {
    /// The night of a moment.
    pub fn at(moment: Timestamp) -> Self {
        Due { id: moment.to_string(), at: moment }
    }

    fn of(night: Night) -> Self {
        Due { id: night.id, at: night.due_at }
    }
}

/// The night of all subjects that is missing something, if there is one: one that was killed, or one that should have begun. A night
/// that was killed, and after which another one is due by now, is ended as it is: its results would be those of another night.
///
/// # Errors
/// The database cannot be used.
pub async fn missing(
    config: &Config,
    results: &Results,
    now: Timestamp,
) -> Result<Option<Due>, ResultsError> {
    results.end_parts(now.checked_sub(BY_HAND).unwrap_or(Timestamp::MIN), now).await?;
    while let Some(night) = results.unfinished_night().await? {
        if goes_on(config, &night, now) {
            return Ok(Some(Due::of(night)));
        }
        tracing::warn!(night = night.id, "was never finished, and is not gone on with");
        results.end_night(&night.id, now, &[]).await?;
    }
    let Some(schedule) = &config.schedule else { return Ok(None) };
    // Not whether any later night was finished: one begun by hand is another night, and a clock may have been ahead.
    let Some(due) = schedule.catch_up(None, now).filter(|night| night.starts <= now) else { return Ok(None) };
    let known = results.night(&due.id()).await?;
    Ok(known.is_none().then(|| Due { id: due.id(), at: due.due }))
}

/// The night that somebody begins by hand: what is missing, or a new one. Machines that share the subjects by shards begin the same one,
/// that of the schedule, or without one that of the day (UTC).
///
/// # Errors
/// The database cannot be used.
pub async fn by_hand(
    config: &Config,
    results: &Results,
    now: Timestamp,
    choice: &Choice,
) -> Result<Due, ResultsError> {
    let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
    // Two in one second are two.
    let second = if results.night(&second.to_string()).await?.is_some() { now } else { second };
    if choice.is_partial() {
        // A part of the subjects is a night of its own, which is never taken for that of all: no night is due at a fraction of a second.
        let is_whole = now.subsec_nanosecond() == 0;
        return Ok(Due::at(if is_whole { now + SignedDuration::from_micros(1) } else { now }));
    }
    if let Some(due) = missing(config, results, now).await? {
        return Ok(due);
    }
    let day = || Timestamp::from_second(now.as_second().div_euclid(86_400) * 86_400).unwrap_or(now);
    let scheduled = || config.schedule.as_ref()?.due_before(now).map(|night| night.due);
    Ok(Due::at(if choice.shard.is_some() { scheduled().unwrap_or_else(day) } else { second }))
}

/// The night that somebody names: one that is there, or a new one. None where a part of the subjects would be begun under the name of a
/// night that the schedule has: it would be taken for that of all.
///
/// # Errors
/// The database cannot be used.
pub async fn named(
    config: &Config,
    results: &Results,
    moment: Timestamp,
    choice: &Choice,
) -> Result<Option<Due>, ResultsError> {
    let due = Due::at(moment);
    let scheduled = config.schedule.as_ref().and_then(|schedule| schedule.due_before(moment));
    let would_stand_for_all = choice.is_partial() && scheduled.is_some_and(|night| night.due == moment);
    if would_stand_for_all && results.night(&due.id).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(due))
}

fn goes_on(config: &Config, night: &Night, now: Timestamp) -> bool {
    // Of a clock that was ahead.
    if night.due_at.duration_since(now) > AHEAD {
        return false;
    }
    let scheduled = config.schedule.as_ref().and_then(|schedule| schedule.due_before(now));
    match scheduled {
        Some(newest) => night.due_at >= newest.due,
        None => now.duration_since(night.started_at) < BY_HAND,
    }
}
