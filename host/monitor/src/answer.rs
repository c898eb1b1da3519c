//! What the monitor's answers mean.

use std::time::Duration;

use serde_json::Value;

use crate::quoted;
use crate::upload::{Accepted, UploadError};

/// The monitor answers with a line; an answer that is longer than this (64 KiB) is not the monitor's.
pub(crate) const MAX_ANSWER_BYTES: usize = 64 << 10;

/// An answer to an upload.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn judge(&self, host: &str, account: &str) -> Result<Accepted, UploadError> {
        let host = host.to_owned();
        let status = self.status;
        let refused = |host, why| Err(UploadError::Refused { host, status, why });
        let unavailable = |host, why| {
            Err(UploadError::Unavailable { host, why, status: Some(status), retry_after: self.retry_after })
        };
        match (status, self.read(), self.detail()) {
            // The monitor says `null`.
            (200..=299, Some(Value::Null), _) => Ok(Accepted::Stored),
            // A report without documents gets this.
            (200..=299, _, Some(detail)) => refused(host, format!("it stored nothing, and says {}", quoted(&detail))),
            (200..=299, ..) => unavailable(host, format!("it answers {status}, but not as the monitor does; does the URL lead to it?")),
            (409, _, Some(_)) => Ok(Accepted::AlreadyThere),
            (408 | 425 | 429 | 500..=599, _, detail) => unavailable(host, said(status, detail)),
            (300..=399, ..) => {
                refused(host, "it sends us elsewhere, which is not followed; write the URL in the configuration that it ends at".into())
            }
            (_, _, detail) => {
                let advice = advice(status, detail.as_deref(), account);
                refused(host, format!("{}{advice}", said(status, detail)))
            }
        }
    }

    /// The body, if it is JSON.
    fn read(&self) -> Option<Value> {
        touchstone_json::from_slice(&self.body).ok().filter(|_| self.body.len() <= MAX_ANSWER_BYTES)
    }

    /// What FastAPI says about an error.
    fn detail(&self) -> Option<String> {
        Some(self.read()?.get("detail")?.as_str()?.to_owned())
    }
}

fn said(status: u16, detail: Option<String>) -> String {
    match detail {
        Some(detail) => format!("it says {}", quoted(&detail)),
        None => format!("it answers {status}, and does not say why"),
    }
}

/// What to do, for each answer of the monitor that was seen.
fn advice(status: u16, detail: Option<&str>, account: &str) -> String {
    let account = quoted(account);
    match (status, detail) {
        (401, Some("Not authenticated" | "Incorrect username or password")) => {
            format!("; its `bootstrap.yaml` has no account {account}, or another API key for it")
        }
        (401, Some("verification failed")) => format!(
            "; its `bootstrap.yaml` lists the public keys that the account {account} signs with: the key that signed this report is \
             not among them, or the report was changed afterwards"
        ),
        (401, Some("Permission denied")) => {
            format!("; the account {account} may report only about itself: it needs the role `append_any`")
        }
        (401, Some("delegation problem?")) => format!(
            "; it knows no subject of that name, or the subject does not have {account} among its `delegates`: compare the name of \
             the subject at the monitor with its `bootstrap.yaml`"
        ),
        (413, _) => "; whatever stands before the monitor limits the size of requests".into(),
        (404 | 405, _) => "; does the URL lead to a compliance monitor?".into(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> Result<Accepted, UploadError> {
        Answer { status, retry_after: Some(Duration::from_secs(7)), body: body.into() }
            .judge("m.example", "night")
    }

    #[test]
    fn only_the_monitor_s_own_words_are_acceptance() {
        assert_eq!(judged(200, "null"), Ok(Accepted::Stored));
        assert_eq!(
            judged(409, r#"{"detail":"Conflict: report already present"}"#),
            Ok(Accepted::AlreadyThere)
        );
        let long = format!("null{}", " ".repeat(MAX_ANSWER_BYTES));
        for (status, body) in
            [(200, "<html>Log in</html>"), (200, ""), (204, ""), (200, "{}"), (202, "[]"), (200, &long)]
        {
            let error = judged(status, body).unwrap_err();
            assert!(error.is_retryable(), "{body}");
        }
        assert!(!judged(409, "<html>").unwrap_err().is_retryable(), "a conflict of somebody else");
        let empty = judged(200, r#"{"detail":"empty reports"}"#).unwrap_err();
        assert!(!empty.is_retryable() && empty.to_string().contains("`empty reports`"), "{empty}");
    }

    #[test]
    fn what_may_pass_is_told_from_what_does_not() {
        for status in [408, 425, 429, 500, 502, 503, 504, 599] {
            let error = judged(status, "Internal Server Error").unwrap_err();
            assert!(error.is_retryable(), "{status}");
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        }
        for status in [301, 302, 307, 308, 400, 401, 403, 404, 405, 411, 413, 415, 422] {
            let error = judged(status, "{}").unwrap_err();
            assert!(!error.is_retryable(), "{status}");
            assert_eq!(error.retry_after(), None);
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        for (detail, expected) in [
            ("Incorrect username or password", "no account `night`"),
            ("verification failed", "not among them"),
            ("Permission denied", "`append_any`"),
            ("delegation problem?", "`delegates`"),
        ] {
            let error = judged(401, &format!(r#"{{"detail":"{detail}"}}"#)).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains(detail), "{error}");
        }
    }

    #[test]
    fn what_it_says_cannot_do_harm() {
        let error = judged(400, r#"{"detail":"\u001b[2JPASS\n"}"#).unwrap_err().to_string();
        assert!(error.contains(r"`\u{1b}[2JPASS\n`"), "{error}");
        let error =
            judged(400, &format!(r#"{{"detail":"{}"}}"#, "x".repeat(60_000))).unwrap_err().to_string();
        assert!(error.len() < 300, "{}", error.len());
    }
}
