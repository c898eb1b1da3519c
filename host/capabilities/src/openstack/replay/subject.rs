//! A subject that is as the tape has it, for checks that are not those of the tape.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};
use touchstone_grants::Method;
use touchstone_tape::{Call as Taped, CallResult, Did, Tape};

use super::super::api::{CallError, ErrorKind, Identity, Openstack, Request, Response, Service};
use super::super::call::{Call, MAX_BODY_BYTES, Shown};
use super::super::on_tape;
use super::Gaps;

type Outcome = Result<Response, CallError>;

/// What the checks of a tape were answered by the subject. Made once for each tape.
pub struct TapedAnswers {
    tape: Arc<Tape>,
    /// Reads that all checks could share. None if the subject did not always answer the same.
    shared: HashMap<Call, Option<Outcome>>,
    probes: HashMap<(String, String), Option<Outcome>>,
    /// For each unit: what it did from its first change on, in order.
    fresh: Vec<Vec<Step>>,
}

impl TapedAnswers {
    /// Looks through a tape.
    pub fn of(tape: Arc<Tape>) -> Self {
        let (mut shared, mut probes, mut bodies) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut fresh = vec![Vec::new(); tape.units.len()];
        for (unit, call) in
            tape.units.iter().enumerate().flat_map(|(i, unit)| unit.calls.iter().map(move |call| (i, call)))
        {
            if let Did::Pause { ms } = call.did
                && !fresh[unit].is_empty()
            {
                fresh[unit].push(Step::Waited(ms));
            }
            let Some((did, outcome)) = asked(&tape, call, &mut bodies) else { continue };
            match did {
                Asked::Shared(call) => add(&mut shared, call, outcome),
                Asked::Probe(target) => add(&mut probes, target, outcome),
                Asked::Fresh(call) => fresh[unit].push(Step::Asked(Box::new((call, outcome)))),
            }
        }
        Self { tape, shared, probes, fresh }
    }
}

/// What a check did after its first change.
#[derive(Clone)]
enum Step {
    Asked(Box<(Call, Outcome)>),
    /// It waited, in ms.
    Waited(u32),
}

enum Asked {
    Shared(Call),
    Fresh(Call),
    Probe((String, String)),
}

/// What went to the subject, and what it answered; none if the host answered.
fn asked(tape: &Tape, taped: &Taped, bodies: &mut Bodies) -> Option<(Asked, Outcome)> {
    let mut call = |request: &touchstone_tape::Request| {
        let bare = touchstone_tape::Request { body: None, ..request.clone() };
        let body = request
            .body
            .map(|number| bodies.entry(number).or_insert_with(|| canonical(tape.body(Some(number)))).clone());
        let body = match body {
            Some(body) => Some(body?),
            None => None,
        };
        Call::parse(Request { body, ..on_tape::request_of(tape, &bare)? }).ok()
    };
    let (did, result) = match &taped.did {
        Did::Call { request, fresh, result } => {
            let call = call(request)?;
            (if *fresh { Asked::Fresh(call) } else { Asked::Shared(call) }, result)
        }
        Did::Create { request, result, .. } => (Asked::Fresh(call(request)?), result),
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

/// Bodies of requests by their numbers, in the one form in which they are compared; none if no request may have it.
type Bodies = HashMap<u32, Option<Bytes>>;

/// A body, whatever the blanks in it.
fn canonical(body: Bytes) -> Option<Bytes> {
    if body.len() > MAX_BODY_BYTES {
        return None;
    }
    Some(match touchstone_json::from_slice::<Map<String, Value>>(&body) {
        Ok(json) => serde_json::to_vec(&json).map_or(body, Bytes::from),
        Err(_) => body,
    })
}

/// The call that a request is, whatever the blanks in its body.
fn call(request: Request) -> Option<Call> {
    let body = match request.body {
        Some(body) => Some(canonical(body)?),
        None => None,
    };
    Call::parse(Request { body, ..request }).ok()
}

fn target(service: &str, path: &str) -> Option<(String, String)> {
    let call = Call::parse(Request::new(service, Method::Get, path)).ok()?;
    Some((call.service.to_string(), call.path.to_string()))
}

/// What is left of the steps of a unit.
struct Order {
    steps: VecDeque<Step>,
    begun: bool,
}

/// A subject that is as the tape has it. What the tape does not hold, or holds in several ways, is never guessed.
pub struct TapedSubject {
    answers: Arc<TapedAnswers>,
    /// What is answered in order, and only in that; none if reads of all checks are answered.
    order: Option<Mutex<Order>>,
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
        let order = Order { steps: order.into(), begun: false };
        Self { answers, order: Some(Mutex::new(order)), gaps }
    }

    /// The check waits. After its first change, what it sees next depends on how long: if it waits otherwise than the check of
    /// the tape did, what comes next is not known.
    pub fn waits(&self, milliseconds: u32) {
        let Some(order) = &self.order else { return };
        let mut order = order.lock().unwrap_or_else(PoisonError::into_inner);
        if !order.begun {
            return;
        }
        match order.steps.pop_front() {
            Some(Step::Waited(then)) if then == milliseconds => {}
            _ => {
                order.steps.clear();
                self.gaps.note(
                    "not on tape: the check waits otherwise, after its first change, than when the tape was recorded",
                );
            }
        }
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
            order.begun = true;
            let is_next = match (order.steps.front(), &key) {
                (Some(Step::Asked(next)), Some(key)) => next.0 == *key,
                _ => false,
            };
            if is_next { order.steps.pop_front() } else { None }
        };
        next.map_or_else(
            || {
                Err(self.missing(
                    &request,
                    "the check did not ask for it, at this point, when the tape was recorded",
                ))
            },
            |step| match step {
                Step::Asked(asked) => asked.1,
                Step::Waited(_) => Err(self.missing(&request, "the check waited here")),
            },
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
