//! When to try again, and how long to wait before.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::config::RegistryConfig;
use crate::error::RegistryError;

/// Something that did not work, and whether it may if it is tried again.
pub(crate) struct Trouble {
    pub(crate) error: Box<RegistryError>,
    pub(crate) again: Again,
}

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    /// After a while.
    Soon,
    /// After a time that the registry asks for, together with this status.
    After(Duration, u16),
}

impl From<RegistryError> for Trouble {
    fn from(error: RegistryError) -> Self {
        Trouble { error: Box::new(error), again: Again::Never }
    }
}

/// The repetitions of one request.
pub(crate) struct Retries<'c> {
    config: &'c RegistryConfig,
    host: &'c str,
    done: u32,
}

impl<'c> Retries<'c> {
    pub(crate) fn new(config: &'c RegistryConfig, host: &'c str) -> Self {
        Retries { config, host, done: 0 }
    }

    /// Waits until it is time to try again.
    ///
    /// # Errors
    /// It is not to be tried again.
    pub(crate) async fn pause(&mut self, trouble: Trouble) -> Result<(), RegistryError> {
        let Trouble { error, again } = trouble;
        if again == Again::Never || self.done >= self.config.max_retries {
            return Err(self.counted(*error));
        }
        let wait = match again {
            Again::After(asked, status) if asked > self.config.max_wait => {
                let (host, most) = (self.host.to_owned(), self.config.max_wait);
                return Err(RegistryError::Wait { host, status, asked, most });
            }
            Again::After(asked, _) => asked,
            _ => {
                let doubled = self.config.first_wait.saturating_mul(2_u32.saturating_pow(self.done));
                jittered(doubled.min(self.config.max_wait))
            }
        };
        self.done += 1;
        tracing::info!(%error, ?wait, "trying again");
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// The error, with the number of attempts.
    fn counted(&self, mut error: RegistryError) -> RegistryError {
        if let RegistryError::NoAnswer { attempts, .. } | RegistryError::Status { attempts, .. } = &mut error
        {
            *attempts = self.done + 1;
        }
        error
    }
}

/// What an answer's status says about trying again.
pub(crate) fn again(status: u16, headers: &HeaderMap) -> Again {
    match status {
        429 | 503 => {
            retry_after(headers, Timestamp::now()).map_or(Again::Soon, |wait| Again::After(wait, status))
        }
        500 | 502 | 504 => Again::Soon,
        _ => Again::Never,
    }
}

/// What `Retry-After` says (RFC 9110, section 10.2.3): seconds, or a date; nothing if it says nothing that makes sense.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
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
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-23T20:00:00Z".parse().unwrap();
        let seconds = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(seconds("Mon, 23 Nov 2026 20:00:09 GMT"), Some(9));
        assert_eq!(seconds("Mon, 23 Nov 2026 19:00:00 GMT"), Some(0));
        for text in ["", "-1", "soon", "1.5"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_double_and_end() {
        let config = RegistryConfig::default();
        let mut retries = Retries::new(&config, "h");
        let trouble = |again| Trouble { error: Box::new(RegistryError::Setup("x".into())), again };
        for expected in [0.5, 1.0, 2.0, 4.0] {
            let before = tokio::time::Instant::now();
            retries.pause(trouble(Again::Soon)).await.expect("again");
            let waited = before.elapsed().as_secs_f64();
            assert!((0.74..=1.26).contains(&(waited / expected)), "{waited} for {expected}");
        }
        retries.pause(trouble(Again::Soon)).await.expect_err("enough");
        let absurd = Again::After(Duration::from_secs(86400), 429);
        let error =
            Retries::new(&config, "h").pause(trouble(absurd)).await.expect_err("too long").to_string();
        assert!(error.contains("asks to wait 86400 s (429)"), "{error}");
        assert!(Retries::new(&config, "h").pause(trouble(Again::Never)).await.is_err());
    }
}
