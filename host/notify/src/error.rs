//! Why something was not sent, or cannot be.

use std::path::Path;
use std::time::Duration;

use thiserror::Error;

/// A destination that cannot be used as it is configured.
#[derive(Debug, Error)]
#[error("{destination}: {problem}")]
pub struct ConfigError {
    /// Which one: `webhook example.org`, `mail to smtp.example.org`.
    pub destination: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// Why a notification was not delivered. None of the messages holds a secret: URLs are told by their host only.
#[derive(Debug, Error)]
pub enum SendError {
    /// There was no answer: no connection, no TLS, no end.
    #[error("{to}: {why}")]
    NoAnswer {
        /// Host and port.
        to: String,
        /// Why, and what to do.
        why: String,
    },
    /// The other side cannot take it now.
    #[error("{to} cannot take it now: {answer}")]
    TryLater {
        /// Host and port.
        to: String,
        /// Its status or reply code, and what it said.
        answer: String,
        /// How long it asks to wait.
        after: Option<Duration>,
    },
    /// The other side does not want it, and would not want it the next time.
    #[error("{to} refuses it: {answer}")]
    Refused {
        /// Host and port.
        to: String,
        /// Its status or reply code, and what it said.
        answer: String,
    },
}

impl SendError {
    /// Whether trying again, later, may help.
    pub fn is_retryable(&self) -> bool {
        match self {
            SendError::NoAnswer { .. } | SendError::TryLater { .. } => true,
            SendError::Refused { .. } => false,
        }
    }

    /// How long the other side asks to wait before it is tried again; a day at most.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            SendError::TryLater { after, .. } => after.map(|after| after.min(Duration::from_secs(86_400))),
            SendError::NoAnswer { .. } | SendError::Refused { .. } => None,
        }
    }
}

/// The text of a small file of the operator's.
///
/// # Errors
/// For people: it cannot be read, is no UTF-8, or is larger than 64 KiB.
pub(crate) fn read_small(what: &str, path: &Path) -> Result<String, String> {
    const MOST: u64 = 64 << 10;
    let shown = || touchstone_report::printable(&path.display().to_string());
    let size = std::fs::metadata(path).map(|meta| meta.len());
    let text =
        size.and_then(|size| if size > MOST { Ok(None) } else { std::fs::read_to_string(path).map(Some) });
    match text {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(format!("the {what} {} is larger than {MOST} bytes", shown())),
        Err(error) => Err(format!("the {what} {} cannot be read: {error}", shown())),
    }
}
