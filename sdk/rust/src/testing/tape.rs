//! The answers that a tape holds for a check under test.

mod missing;
mod open;

use std::collections::{BTreeMap, VecDeque};

use sha2::{Digest, Sha256};

use super::Call;
use crate::openstack::{CallError, ErrorKind, Request, Response};

pub(crate) type Outcome = Result<Response, CallError>;

/// What a tape holds for one check.
#[derive(Debug, Clone)]
pub(crate) struct Taped {
    /// The tape, as messages name it.
    name: String,
    /// What names of created resources began with.
    prefix: String,
    /// SHA-256 of the assets that the check was given, by name: `sha256:…`.
    assets: BTreeMap<String, String>,
    /// The error if the check asked for more than it might, and how much it may still ask for.
    used_up: Option<CallError>,
    left: usize,
    /// What the check asked for itself.
    own: BTreeMap<Call, Vec<Own>>,
    /// What any check asked for before it created or changed something.
    shared: BTreeMap<Call, Vec<Shared>>,
}

/// When, and how, a check asks for something. What was answered in one phase says nothing about another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// A read before the check created or changed anything: all checks see the same.
    Before,
    /// A change, or a read since the first one.
    Since,
    /// A creation.
    Creation,
}

/// A request of the check itself.
#[derive(Debug, Clone)]
struct Own {
    request: Request,
    phase: Phase,
    /// What is still to be answered, in order; the last one for ever, unless it is a creation.
    answers: VecDeque<Outcome>,
    /// How often it was answered when the tape was recorded.
    recorded: usize,
}

/// A read of any check.
#[derive(Debug, Clone)]
struct Shared {
    request: Request,
    /// None if it was not always answered the same.
    answer: Option<Outcome>,
}

impl Taped {
    /// What the tape holds for a request, which `line` sums up.
    ///
    /// # Errors
    /// The error on the tape; `NotOnTape` if there is nothing, since anything else would be a guess.
    pub(crate) fn answer(&mut self, line: &str, request: &Request, phase: Phase) -> Outcome {
        if let (0, Some(error)) = (self.left, &self.used_up) {
            return Err(error.clone());
        }
        self.left = self.left.saturating_sub(1);
        let own = self.own.get_mut(line).into_iter().flatten();
        if let Some(own) = own.filter(|own| own.phase == phase).find(|own| is_same(&own.request, request)) {
            let recorded = own.recorded;
            return own.next().unwrap_or_else(|| Err(self.missing(request, &missing::too_often(recorded))));
        }
        let mut shared = self.shared.get(line).into_iter().flatten();
        match shared.find(|shared| phase == Phase::Before && is_same(&shared.request, request)) {
            Some(Shared { answer: Some(answer), .. }) => answer.clone(),
            Some(Shared { answer: None, .. }) => Err(self.missing(request, missing::NOT_THE_SAME)),
            None => Err(self.missing(request, &self.why(line, request, phase))),
        }
    }

    /// What names of created resources begin with; none if the cloud was not reached.
    pub(crate) fn prefix(&self) -> Option<&str> {
        Some(self.prefix.as_str()).filter(|prefix| !prefix.is_empty())
    }

    /// Makes sure that an asset is the one that the check was given when the tape was recorded.
    ///
    /// # Panics
    /// It is another one, or none.
    pub(crate) fn assert_asset(&self, name: &str, content: Option<&[u8]>) {
        let Some(recorded) = self.assets.get(name) else { return };
        let tape = &self.name;
        let Some(content) = content else {
            panic!(
                "{tape}: the check was given an asset `{name}` of {recorded}; a tape holds no assets: hand in \
                 the same file, as the manifest names it, with `.asset({name:?}, include_bytes!(…))`"
            )
        };
        let given = sha256(content);
        assert!(
            given == *recorded,
            "{tape}: the check was given an asset `{name}` of {recorded}, and the test hands in one of {given}: \
             hand in the same file, or record again"
        );
    }

    fn missing(&self, request: &Request, why: &str) -> CallError {
        let query: Vec<String> =
            request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let message = format!("{request}{query}: not on tape: {why} ({})", self.name);
        CallError { kind: ErrorKind::NotOnTape, message }
    }

    /// Why there is nothing for a request.
    fn why(&self, line: &str, request: &Request, phase: Phase) -> String {
        let own = self.own.get(line).into_iter().flatten().map(|own| (&own.request, own.phase));
        let shared = self.shared.get(line).into_iter().flatten();
        let known: Vec<_> = own.chain(shared.map(|shared| (&shared.request, Phase::Before))).collect();
        let closest = known.iter().find(|(known, _)| is_same(known, request)).or(known.first());
        closest.map_or(missing::NEVER.to_owned(), |known| missing::difference(*known, (request, phase)))
    }
}

impl Own {
    fn next(&mut self) -> Option<Outcome> {
        if self.phase == Phase::Creation || self.answers.len() > 1 {
            self.answers.pop_front()
        } else {
            self.answers.front().cloned()
        }
    }
}

/// Whether two requests are the same to a cloud, whatever the blanks in a JSON body.
fn is_same(one: &Request, other: &Request) -> bool {
    (&one.service, one.method, &one.path, &one.query)
        == (&other.service, other.method, &other.path, &other.query)
        && one.microversion == other.microversion
        && one.headers == other.headers
        && is_same_body(one, other)
}

fn is_same_body(one: &Request, other: &Request) -> bool {
    let json = |request: &Request| -> Option<serde_json::Value> {
        serde_json::from_slice(request.body.as_deref()?).ok()
    };
    one.body == other.body || json(one).is_some_and(|body| json(other) == Some(body))
}

fn sha256(content: &[u8]) -> String {
    let digits: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

#[cfg(test)]
mod tests;
