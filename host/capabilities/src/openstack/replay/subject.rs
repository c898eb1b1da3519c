//! A subject that is as the tape has it, for checks that are not those of the tape.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};
use touchstone_grants::Method;
use touchstone_tape::{Call as Taped, CallResult, Did, Tape};

use super::super::api::{CallError, ErrorKind, Identity, Openstack, Request, Response, Service};
use super::super::call::{Call, Shown};
use super::super::on_tape;
use super::Gaps;

type Outcome = Result<Response, CallError>;

/// What the checks of a tape were answered by the subject. Made once for each tape.
pub struct TapedAnswers {
    tape: Arc<Tape>,
    /// Reads that all checks could share. None if the subject did not always answer the same.
    shared: HashMap<Call, Option<Outcome>>,
    probes: HashMap<(String, String), Option<Outcome>>,
    /// For each unit: what it asked for from its first change on, in order.
    fresh: Vec<Vec<(Call, Outcome)>>,
}

impl TapedAnswers {
    /// Looks through a tape.
    pub fn of(tape: Arc<Tape>) -> Self {
        let (mut shared, mut probes) = (HashMap::new(), HashMap::new());
        let mut fresh = vec![Vec::new(); tape.units.len()];
        for (unit, call) in
            tape.units.iter().enumerate().flat_map(|(i, unit)| unit.calls.iter().map(move |call| (i, call)))
        {
            let Some((did, outcome)) = asked(&tape, call) else { continue };
            match did {
                Asked::Shared(call) => add(&mut shared, call, outcome),
                Asked::Probe(target) => add(&mut probes, target, outcome),
                Asked::Fresh(call) => fresh[unit].push((call, outcome)),
            }
        }
        Self { tape, shared, probes, fresh }
    }
}

enum Asked {
    Shared(Call),
    Fresh(Call),
    Probe((String, String)),
}

/// What went to the subject, and what it answered; none if the host answered.
fn asked(tape: &Tape, taped: &Taped) -> Option<(Asked, Outcome)> {
    let (did, result) = match &taped.did {
        Did::Call { request, fresh, result } => {
            let call = call(on_tape::request_of(tape, request)?)?;
            (if *fresh { Asked::Fresh(call) } else { Asked::Shared(call) }, result)
        }
        Did::Create { request, result, .. } => {
            (Asked::Fresh(call(on_tape::request_of(tape, request)?)?), result)
        }
        Did::Probe { service, path, result } => (Asked::Probe(target(service, path)?), result),
        Did::UsedUp(_) | Did::Pause { .. } => return None,
    };
    is_of_subject(result).then(|| (did, on_tape::result_of(tape, result)))
}

/// Whether it is what the subject did, rather than what the host made of it.
fn is_of_subject(result: &CallResult) -> bool {
    match result {
        CallResult::Answer(_) => true,
        CallResult::Error(failure) => matches!(
            ErrorKind::parse(&failure.kind),
            Some(ErrorKind::NoSuchService | ErrorKind::Unreachable | ErrorKind::TimedOut)
        ),
    }
}

fn add<K: std::hash::Hash + Eq>(known: &mut HashMap<K, Option<Outcome>>, key: K, outcome: Outcome) {
    let entry = known.entry(key).or_insert_with(|| Some(outcome.clone()));
    if entry.as_ref().is_some_and(|first| !is_equal(first, &outcome)) {
        *entry = None;
    }
}

/// Whether a check would see the same.
fn is_equal(one: &Outcome, other: &Outcome) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            (one.status, &one.headers, &one.body) == (other.status, &other.headers, &other.body)
        }
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

/// The call that a request is, whatever the blanks in its body.
fn call(mut request: Request) -> Option<Call> {
    request.body = request.body.map(|body| match serde_json::from_slice::<Map<String, Value>>(&body) {
        Ok(json) => serde_json::to_vec(&json).map_or(body, Bytes::from),
        Err(_) => body,
    });
    Call::parse(request).ok()
}

fn target(service: &str, path: &str) -> Option<(String, String)> {
    let call = Call::parse(Request::new(service, Method::Get, path)).ok()?;
    Some((call.service.to_string(), call.path.to_string()))
}

/// A subject that is as the tape has it. What the tape does not hold, or holds in several ways, is never guessed.
pub struct TapedSubject {
    answers: Arc<TapedAnswers>,
    /// What is answered in order, and only in that; none if reads of all checks are answered.
    order: Option<Mutex<VecDeque<(Call, Outcome)>>>,
    gaps: Gaps,
}

impl TapedSubject {
    /// Answers reads that checks share.
    pub fn shared(answers: Arc<TapedAnswers>, gaps: Gaps) -> Self {
        Self { answers, order: None, gaps }
    }

    /// Answers what a unit asked for from its first change on, in that order; nothing if there is no such unit.
    pub fn in_order(answers: Arc<TapedAnswers>, unit: Option<usize>, gaps: Gaps) -> Self {
        let order = unit.and_then(|unit| answers.fresh.get(unit)).cloned().unwrap_or_default();
        Self { answers, order: Some(Mutex::new(order.into())), gaps }
    }

    fn missing(&self, request: &Request, why: &str) -> CallError {
        let error = CallError::new(ErrorKind::NotOnTape, Shown(request), format!("not on tape: {why}"));
        self.gaps.note(&error.message);
        error
    }
}

#[async_trait]
impl Openstack for TapedSubject {
    async fn call(&self, request: Request) -> Outcome {
        let key = call(request.clone());
        let Some(order) = &self.order else {
            return match key.and_then(|key| self.answers.shared.get(&key)) {
                Some(Some(outcome)) => outcome.clone(),
                Some(None) => Err(self.missing(&request, "the subject did not always answer it the same")),
                None => Err(self.missing(&request, "no check asked for it when the tape was recorded")),
            };
        };
        let next = {
            let mut order = order.lock().unwrap_or_else(PoisonError::into_inner);
            let is_next = order.front().zip(key.as_ref()).is_some_and(|((next, _), key)| next == key);
            if is_next { order.pop_front() } else { None }
        };
        next.map_or_else(
            || {
                Err(self.missing(
                    &request,
                    "the check did not ask for it, at this point, when the tape was recorded",
                ))
            },
            |(_, outcome)| outcome,
        )
    }

    async fn probe(&self, service: String, path: String) -> Outcome {
        match target(&service, &path).and_then(|target| self.answers.probes.get(&target)) {
            Some(Some(outcome)) => outcome.clone(),
            _ => {
                let request = Request::new(service, Method::Get, path);
                Err(self.missing(&request, "no check probed it when the tape was recorded"))
            }
        }
    }

    fn catalog(&self) -> Vec<Service> {
        on_tape::catalog_of(&self.answers.tape.header)
    }

    fn identity(&self) -> Identity {
        on_tape::identity_of(&self.answers.tape.header)
    }
}

#[cfg(test)]
mod tests;
