use std::fmt;

use jiff::Timestamp;
use thiserror::Error;

use crate::quoted;

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// Too long to be looked at.
    #[error("the signature is longer than {limit} bytes, which is more than one needs")]
    TooLong {
        /// How long it may be.
        limit: usize,
    },
    /// Not a signature, or a damaged one.
    #[error("the signature is malformed: {problem}")]
    Malformed {
        /// What is wrong.
        problem: String,
    },
    /// Made by a key that is not Ed25519.
    #[error("the signature is of algorithm {algorithm}, but only those of ssh-ed25519 keys count")]
    OtherAlgorithm {
        /// The algorithm, quoted.
        algorithm: String,
    },
    /// Made for something else.
    #[error("the signature was made for namespace {found}, not for `{expected}`")]
    OtherNamespace {
        /// The namespace that was asked for.
        expected: String,
        /// The namespace that the signature has, quoted.
        found: String,
    },
    /// The key did not sign this.
    #[error(
        "the signature, by its own account of key {fingerprint}, does not fit the content: one of them was changed, or \
         they do not belong together"
    )]
    DoesNotFit {
        /// The key, as the signature names it.
        fingerprint: String,
    },
    /// The key signed this, but nobody said that it may.
    #[error("it was signed by key {fingerprint}, which is not among the allowed signers")]
    KeyNotAllowed {
        /// The key.
        fingerprint: String,
    },
    /// The key signed this, and may sign other things.
    #[error(
        "it was signed by key {fingerprint}, which line {line} of the allowed signers does not allow for `{namespace}`"
    )]
    NotForNamespace {
        /// The key.
        fingerprint: String,
        /// The namespace that was asked for.
        namespace: String,
        /// Where the key is in the allowed signers, from 1; the first place if there are more.
        line: usize,
    },
    /// The key signed this, and may sign at other times.
    #[error(
        "it was signed by key {fingerprint}, which line {line} of the allowed signers allows only {validity}, not at {at}"
    )]
    NotAtThisTime {
        /// The key.
        fingerprint: String,
        /// The time that was asked for.
        at: Timestamp,
        /// When the key is allowed.
        validity: Validity,
        /// Where the key is in the allowed signers, from 1; the first place that allows the namespace if there are more.
        line: usize,
    },
    /// An envelope whose signatures were made by none of the allowed keys, or of something else.
    #[error(
        "no signature of the envelope is one of an allowed key over its payload; {}",
        by_its_own_account(claimed)
    )]
    NoneHolds {
        /// The keys that made them, by the envelope's own account, quoted.
        claimed: Vec<String>,
    },
}

impl SignatureError {
    /// Why an envelope does not count of which no signature holds. What it says of its keys makes the error better, and
    /// decides nothing.
    pub(crate) fn none_holds(claimed: &[String], mut known: impl Iterator<Item = String>) -> SignatureError {
        match known.find(|fingerprint| claimed.contains(fingerprint)) {
            Some(fingerprint) => SignatureError::DoesNotFit { fingerprint },
            None => {
                SignatureError::NoneHolds { claimed: claimed.iter().map(|keyid| quoted(keyid)).collect() }
            }
        }
    }
}

fn by_its_own_account(claimed: &[String]) -> String {
    match claimed {
        [] => "it does not say by which keys they are".into(),
        claimed => format!("by its own account, they are of {}", claimed.join(", ")),
    }
}

/// From when and until when a key is allowed; both ends count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    /// `valid-after`.
    pub after: Option<Timestamp>,
    /// `valid-before`.
    pub before: Option<Timestamp>,
}

impl Validity {
    /// Whether it is within, by the second, as ssh-keygen has it.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.after.is_none_or(|after| after.as_second() <= at.as_second())
            && self.before.is_none_or(|before| at.as_second() <= before.as_second())
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.after, self.before) {
            (None, None) => f.write_str("at any time"),
            (Some(after), None) => write!(f, "from {after} on"),
            (None, Some(before)) => write!(f, "until {before}"),
            (Some(after), Some(before)) => write!(f, "from {after} until {before}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_count() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let (after, before) = (time("2026-01-01T00:00:00Z"), time("2026-12-31T00:00:00Z"));
        let both = Validity { after: Some(after), before: Some(before) };
        for at in ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "2026-12-31T00:00:00.9Z"] {
            assert!(both.covers(time(at)), "{at}");
        }
        for at in ["2025-12-31T23:59:59.9Z", "2026-12-31T00:00:01Z"] {
            assert!(!both.covers(time(at)), "{at}");
        }
        assert!(Validity::default().covers(Timestamp::MIN));
        assert_eq!(both.to_string(), "from 2026-01-01T00:00:00Z until 2026-12-31T00:00:00Z");
        assert_eq!(Validity { after: None, ..both }.to_string(), "until 2026-12-31T00:00:00Z");
    }
}
