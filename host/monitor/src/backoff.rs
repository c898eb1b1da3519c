//! When to try again.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// After the first attempt, the next one is made within this time; it doubles with each.
pub const FIRST_WAIT: Duration = Duration::from_secs(60);

/// No wait is longer than this, unless the monitor asks for it.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// A monitor that asks for a longer wait than this is not heeded any further.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// When to try again, after so many `attempts` that did not work (one, if it was the first).
///
/// The time up to then is anything between nothing and [`FIRST_WAIT`] times two to the power of the attempts before this one, but
/// no more than [`LONGEST_WAIT`]; where the monitor asked to wait, that is added. `random` is a number from 0 to 1 that says where
/// in between ("full jitter": so that many who failed together do not come back together); [`random()`] makes one.
pub fn next_attempt(attempts: u32, now: Timestamp, retry_after: Option<Duration>, random: f64) -> Timestamp {
    let doubled = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
    let random = if random.is_nan() { 0.0 } else { random.clamp(0.0, 1.0) };
    let jittered = doubled.min(LONGEST_WAIT).mul_f64(random);
    let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    let wait = SignedDuration::try_from(asked + jittered).expect("two days are no long time");
    now.saturating_add(wait).expect("a signed duration always saturates")
}

/// A number from 0 to 1, another one each time. Good enough to spread attempts in time, and for nothing else.
pub fn random() -> f64 {
    (RandomState::new().hash_one(0_u8) >> 11) as f64 / (1_u64 << 53) as f64
}

/// What `Retry-After` says (RFC 9110, section 10.2.3): seconds, or a date; nothing if it says nothing that makes sense.
pub(crate) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-27T02:30:00Z".parse().unwrap()
    }

    /// Seconds until the next attempt.
    fn wait(attempts: u32, retry_after: Option<u64>, random: f64) -> i64 {
        let next = next_attempt(attempts, now(), retry_after.map(Duration::from_secs), random);
        next.duration_since(now()).as_secs()
    }

    #[test]
    fn waits_double_up_to_an_hour() {
        let longest: Vec<i64> = (0..=9).map(|attempts| wait(attempts, None, 1.0)).collect();
        assert_eq!(longest, [60, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
        assert_eq!(wait(u32::MAX, None, 1.0), 3600);
    }

    #[test]
    fn the_jitter_is_full() {
        assert_eq!(wait(4, None, 0.0), 0);
        assert_eq!(wait(4, None, 0.25), 120);
        assert_eq!(wait(4, None, 0.5), 240);
        for odd in [f64::NAN, -1.0, f64::NEG_INFINITY] {
            assert_eq!(wait(4, None, odd), 0);
        }
        assert_eq!(wait(4, None, f64::INFINITY), 480);
    }

    #[test]
    fn the_monitor_may_ask_for_more_but_not_for_ever() {
        assert_eq!(wait(1, Some(600), 0.0), 600);
        assert_eq!(wait(1, Some(600), 1.0), 660, "those who were told the same come back one by one");
        assert_eq!(wait(1, Some(u64::MAX), 0.0), 24 * 3600);
        assert_eq!(next_attempt(9, Timestamp::MAX, Some(LONGEST_RETRY_AFTER), 1.0), Timestamp::MAX);
    }

    #[test]
    fn random_is_between_0_and_1_and_differs() {
        let many: Vec<f64> = (0..1000).map(|_| random()).collect();
        assert!(many.iter().all(|random| (0.0..1.0).contains(random)));
        assert!(many.iter().any(|random| *random < 0.1) && many.iter().any(|random| *random > 0.9));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let seconds = |text: &str| retry_after(text, now()).map(|wait| wait.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(seconds("Fri, 27 Nov 2026 02:30:09 GMT"), Some(9));
        assert_eq!(seconds("Fri, 27 Nov 2026 02:00:00 GMT"), Some(0));
        for text in ["", "-1", "soon", "1.5"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
