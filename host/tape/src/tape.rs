//! A tape that was read.

use bytes::Bytes;

use crate::read::Damage;
use crate::record::{Call, CallResult, Did, End, Header, Unit, UnitEnd};

/// A tape that was read: every number in it is in bounds.
#[derive(Debug, Clone)]
pub struct Tape {
    /// What holds for all checks.
    pub header: Header,
    /// The checks, in the order of their numbers.
    pub units: Vec<TapeUnit>,
    /// How the run ended; none if the tape was cut off before.
    pub end: Option<End>,
    /// Where it was cut off, or is damaged; none if it is whole.
    pub damage: Option<Damage>,
    /// SHA-256 of the file, damaged or not.
    pub sha256: [u8; 32],
    /// Length of the file.
    pub bytes: u64,
    pub(crate) bodies: Vec<Bytes>,
}

/// What one instance did.
#[derive(Debug, Clone)]
pub struct TapeUnit {
    /// What it was to do.
    pub unit: Unit,
    /// What it asked for, in order.
    pub calls: Vec<Call>,
    /// How it ended; none if the tape was cut off before.
    pub end: Option<UnitEnd>,
}

impl Tape {
    /// A body, by its number; that of nothing is empty.
    pub fn body(&self, number: Option<u32>) -> Bytes {
        let body = number.and_then(|number| self.bodies.get(number as usize));
        body.cloned().unwrap_or_default()
    }

    /// The body of the answer to something that a check asked for; empty if there was none.
    pub fn answer(&self, did: &Did) -> Bytes {
        match did {
            Did::Call { result: CallResult::Answer(answer), .. }
            | Did::Create { result: CallResult::Answer(answer), .. }
            | Did::Probe { result: CallResult::Answer(answer), .. } => self.body(answer.body),
            _ => Bytes::new(),
        }
    }

    /// How many bodies there are.
    pub fn bodies(&self) -> usize {
        self.bodies.len()
    }

    /// `sha256:` and the digits of the file's SHA-256.
    pub fn digest(&self) -> String {
        digest_text(&self.sha256)
    }
}

pub(crate) fn digest_text(sha256: &[u8; 32]) -> String {
    format!("sha256:{}", data_encoding::HEXLOWER.encode(sha256))
}
