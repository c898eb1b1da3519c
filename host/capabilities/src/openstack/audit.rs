//! What a check asked for and was not given.

use std::fmt;

use touchstone_grants::Method;

use super::api::{ErrorKind, Request};
use super::call::Shown;

/// Distinct denials that are kept; later ones are counted only.
const MAX_ENTRIES: usize = 100;

/// What a check asked for and was not given, without having reached the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// The first 100 distinct denials, in the order in which they first came.
    pub entries: Vec<Denial>,
    /// All denials, those that are not among the entries included.
    pub total: u64,
}

/// A call that was denied, was malformed, or would have created more than is paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The call, as the check wrote it: shortened, and escaped to printable ASCII.
    pub call: String,
    /// The method.
    pub method: Method,
    /// [`ErrorKind::Denied`], [`ErrorKind::InvalidRequest`], or [`ErrorKind::Exhausted`] for what the budget of a grant did
    /// not pay for.
    pub kind: ErrorKind,
    /// How often it was asked for.
    pub times: u64,
}

impl Audit {
    pub(crate) fn note(&mut self, request: &Request, kind: ErrorKind) {
        self.total += 1;
        let call = Shown(request).to_string();
        if let Some(known) = self.entries.iter_mut().find(|entry| entry.call == call && entry.kind == kind) {
            known.times += 1;
        } else if self.entries.len() < MAX_ENTRIES {
            self.entries.push(Denial { call, method: request.method, kind, times: 1 });
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.call, self.kind)?;
        if self.times > 1 { write!(f, ", {} times", self.times) } else { Ok(()) }
    }
}
