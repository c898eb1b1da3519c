//! When to try again, and how long to wait before.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::Instant;
use touchstone_grants::Method;

use super::failure::Failure;
use super::options::SessionOptions;

/// The retries of one call.
pub(crate) struct Retries<'o> {
    options: &'o SessionOptions,
    /// Set when the first attempt begins: waiting for a turn does not count.
    deadline: Option<Instant>,
    done: u32,
}

impl<'o> Retries<'o> {
    pub(crate) fn new(options: &'o SessionOptions) -> Self {
        Self { options, deadline: None, done: 0 }
    }

    /// How long the attempt that begins now may take. The time of the call runs from the first one on.
    pub(crate) fn time_for_attempt(&mut self) -> Duration {
        self.deadline.get_or_insert_with(|| Instant::now() + self.options.call_timeout);
        self.options.attempt_timeout.min(self.time_left())
    }

    /// How long to wait before another attempt; nothing if there is to be none.
    ///
    /// There is none when the retries are used up, and when the subject asks for more patience than we may have: to ask
    /// again before it says so would only add to its load.
    pub(crate) fn wait(&mut self, asked_for: Option<Duration>) -> Option<Duration> {
        if self.done >= self.options.max_retries {
            return None;
        }
        let doubled = self.options.first_wait.saturating_mul(2_u32.saturating_pow(self.done));
        let wait = asked_for.unwrap_or_else(|| jittered(doubled.min(self.options.max_wait)));
        if wait > self.options.max_wait || wait >= self.time_left() {
            return None;
        }
        self.done += 1;
        Some(wait)
    }

    fn time_left(&self) -> Duration {
        match self.deadline {
            Some(deadline) => deadline.saturating_duration_since(Instant::now()),
            None => self.options.call_timeout,
        }
    }
}

/// Whether an answer calls for another attempt.
///
/// A read is repeated after 429, 500, 502, 503 and 504. Another call is repeated only when it is certain that nothing
/// was done: after 429, and after 503 with `Retry-After`, by which the service says that it did not take the request.
/// 500, 502, 504 and a bare 503 can come from a proxy behind whose back the service has done the work.
pub(crate) fn answer_is_transient(method: Method, status: u16, headers: &HeaderMap) -> bool {
    match status {
        429 => true,
        503 => method.is_read() || headers.contains_key(RETRY_AFTER),
        500 | 502 | 504 => method.is_read(),
        _ => false,
    }
}

/// Whether a failure calls for another attempt; of other calls than reads only when nothing was sent.
pub(crate) fn failure_is_transient(method: Method, failure: &Failure) -> bool {
    failure.is_transient() && (method.is_read() || failure.unsent)
}

/// What `Retry-After` says (RFC 9110, section 10.2.3): seconds, or a date; nothing if it says nothing that makes sense.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    parse_retry_after(text, Timestamp::now())
}

fn parse_retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let date = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// Up to a quarter more or less, so that many callers do not come back all at once.
fn jittered(wait: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8) % 1000;
    wait.mul_f64(0.75 + random as f64 / 2000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let options = SessionOptions { first_wait: Duration::from_secs(1), ..SessionOptions::default() };
        let mut retries = Retries::new(&options);
        for expected in [1, 2, 4] {
            let wait = retries.wait(None).unwrap().as_secs_f64();
            assert!((0.75..=1.25).contains(&(wait / f64::from(expected))), "{wait} for {expected}");
        }
        assert_eq!(retries.wait(None), None);
    }

    #[test]
    fn what_the_subject_asks_for_is_granted_or_left() {
        let options = SessionOptions::default();
        let mut retries = Retries::new(&options);
        assert_eq!(retries.wait(Some(Duration::from_secs(7))), Some(Duration::from_secs(7)));
        assert_eq!(retries.wait(Some(Duration::from_secs(21))), None);
        let short = SessionOptions { call_timeout: Duration::from_secs(5), ..options };
        assert_eq!(Retries::new(&short).wait(Some(Duration::from_secs(7))), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-23T20:00:00Z".parse().unwrap();
        let seconds = |text| parse_retry_after(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("Mon, 23 Nov 2026 20:00:09 GMT"), Some(9));
        assert_eq!(seconds("Mon, 23 Nov 2026 19:00:00 GMT"), Some(0));
        for text in ["", "-1", "soon", "99999999999", "1.5", "Mon, 99 Nov 2026 19:00:00 GMT"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn other_calls_than_reads_are_repeated_only_if_nothing_was_done() {
        let none = HeaderMap::new();
        let asks = HeaderMap::from_iter([(RETRY_AFTER, "1".parse().unwrap())]);
        let repeated = |method, headers: &HeaderMap| {
            [200, 400, 401, 404, 409, 429, 500, 501, 502, 503, 504]
                .into_iter()
                .filter(|status| answer_is_transient(method, *status, headers))
                .collect::<Vec<_>>()
        };
        assert_eq!(repeated(Method::Get, &none), [429, 500, 502, 503, 504]);
        assert_eq!(repeated(Method::Post, &none), [429]);
        assert_eq!(repeated(Method::Post, &asks), [429, 503]);
    }
}
