//! Reading a tape.

use std::collections::{BTreeMap, VecDeque};
use std::io::ErrorKind as IoError;
use std::path::Path;

use touchstone_tape::{self as tape, Call, CallResult, Did, Failure, Tape, TapeError, TapeUnit};

use super::{Outcome, Own, Phase, Shared, Taped, is_same};
use crate::openstack::{CallError, Endpoint, ErrorKind, Identity, Method, Request, Response, Service};
use crate::testing::{Cloud, cloud};

impl Cloud {
    /// The cloud of a tape, as the check with that [`id`](crate::Check::id) saw it: answers, errors, catalog, identity,
    /// parameters, evidence, time, the prefix of names, and the testcases that were asked for ([`Cloud::only`] asks for
    /// others). Record one with `touchstone run SCOPE --cloud NAME --record FILE.tape`; a path is relative to the folder
    /// of the crate.
    ///
    /// - What the check asked for itself is answered as then, in order; the last answer to a call for ever, that to a
    ///   creation once. A read that it did not make is answered as other checks saw it, if they all saw the same.
    /// - Two requests are the same if all of them is, microversion and body too. A read since the first creation or
    ///   change is another one than before.
    /// - What is not on the tape is an error, [`NotOnTape`](crate::openstack::ErrorKind::NotOnTape), noted in
    ///   [`Report::not_on_tape`](crate::testing::Report::not_on_tape). What the check says from then on counts as DNF, as with
    ///   `touchstone replay`: nobody knows what it would have said to the cloud.
    /// - A tape holds no assets, but their hashes: hand in the same ones with [`Cloud::asset`].
    /// - If the check was run several times, with different parameters, it is the first time that counts.
    ///
    /// All else that is scripted comes before the tape. What [`Cloud::get`], [`Cloud::reply`], [`Cloud::no_answer`] and
    /// [`Cloud::probe`] script for a request replaces all that the tape has for it (for a path without query: whatever
    /// the query), with the rules that they have without a tape.
    ///
    /// # Panics
    /// There is no such file, it is not a whole tape, or the check is not on it.
    #[track_caller]
    pub fn from_tape(path: impl AsRef<Path>, check: &str) -> Self {
        let path = path.as_ref();
        let name = path.display().to_string();
        of(&name, Tape::open(path), check)
    }

    /// As [`Cloud::from_tape`], from the bytes of a tape: `include_bytes!("demo.tape")`.
    ///
    /// # Panics
    /// As for [`Cloud::from_tape`].
    #[track_caller]
    pub fn from_tape_bytes(bytes: &[u8], check: &str) -> Self {
        of("the tape", Tape::read(bytes), check)
    }
}

#[track_caller]
fn of(name: &str, tape: Result<Tape, TapeError>, check: &str) -> Cloud {
    let tape = match tape {
        Ok(tape) => tape,
        Err(TapeError::Io(error)) if error.kind() == IoError::NotFound => {
            let folder = std::env::current_dir().unwrap_or_default();
            panic!(
                "there is no tape {name} (seen from {}); `touchstone run SCOPE --cloud NAME --record {name}` \
                 records one",
                folder.display()
            )
        }
        Err(error) => panic!("{name}: {error}"),
    };
    if let Some(damage) = &tape.damage {
        panic!("{name}: {damage}; a test needs all of it: record again, or copy the whole file");
    }
    let Some(unit) = tape.units.iter().find(|unit| unit.unit.check == check) else {
        let mut there: Vec<&str> = tape.units.iter().map(|unit| unit.unit.check.as_str()).collect();
        there.dedup();
        let there = if there.is_empty() { "no check at all".into() } else { there.join(", ") };
        panic!(
            "{name}: the check {check} is not on the tape, but {there}; record with a scope that holds it"
        );
    };
    cloud_of(name, &tape, unit)
}

fn cloud_of(name: &str, tape: &Tape, unit: &TapeUnit) -> Cloud {
    let header = &tape.header;
    let evidence = unit.unit.evidence.iter().filter_map(|name| {
        let body = header.evidence.get(name)?.body;
        Some((name.clone(), tape.body(Some(body)).to_vec()))
    });
    Cloud {
        tape: Some(taped(name, tape, unit)),
        parameters: unit.unit.parameters.clone(),
        evidence: evidence.collect(),
        only: Some(unit.unit.testcases.clone()),
        catalog: header.catalog.iter().map(service).collect(),
        identity: header.identity.clone().map(identity).unwrap_or_default(),
        reference_time: header.reference_time,
        ..Cloud::new()
    }
}

fn taped(name: &str, tape: &Tape, unit: &TapeUnit) -> Taped {
    let mut taped = Taped {
        name: name.to_owned(),
        prefix: tape.header.prefix.clone(),
        assets: unit.unit.assets.clone(),
        used_up: unit.calls.iter().find_map(used_up),
        left: 0,
        own: BTreeMap::new(),
        shared: BTreeMap::new(),
    };
    for asked in unit.calls.iter().filter_map(|call| Asked::of(tape, call)) {
        taped.left += 1;
        let same = |own: &&mut Own| own.phase == asked.phase && is_same(&own.request, &asked.request);
        let line = taped.own.entry(asked.line).or_default();
        match line.iter_mut().find(same) {
            Some(own) => {
                own.answers.push_back(asked.outcome);
                own.recorded += 1;
            }
            None => line.push(Own {
                request: asked.request,
                phase: asked.phase,
                answers: VecDeque::from([asked.outcome]),
                recorded: 1,
            }),
        }
    }
    let all = tape.units.iter().flat_map(|unit| &unit.calls).filter_map(|call| Asked::of(tape, call));
    for asked in all.filter(|asked| asked.phase == Phase::Before && is_of_subject(&asked.outcome)) {
        let line = taped.shared.entry(asked.line).or_default();
        match line.iter_mut().find(|shared| is_same(&shared.request, &asked.request)) {
            Some(shared) if shared.answer.as_ref() == Some(&asked.outcome) => {}
            Some(shared) => shared.answer = None,
            None => line.push(Shared { request: asked.request, answer: Some(asked.outcome) }),
        }
    }
    taped
}

/// Something that a check asked for, and got.
struct Asked {
    line: String,
    request: Request,
    phase: Phase,
    outcome: Outcome,
}

impl Asked {
    /// None for what is no question, and for a method that is none.
    fn of(tape: &Tape, call: &Call) -> Option<Self> {
        let (request, phase, result) = match &call.did {
            Did::Call { request, fresh, result } => {
                (request_of(tape, request)?, if *fresh { Phase::Since } else { Phase::Before }, result)
            }
            Did::Create { request, result, .. } => (request_of(tape, request)?, Phase::Creation, result),
            Did::Probe { service, path, result } => {
                let request = Request::get(service, path);
                let line = cloud::probe_line(service, path);
                return Some(Asked { line, request, phase: Phase::Before, outcome: outcome(tape, result) });
            }
            Did::UsedUp(_) | Did::Pause { .. } => return None,
        };
        let (line, _) = cloud::lines(&request);
        Some(Asked { line, request, phase, outcome: outcome(tape, result) })
    }
}

/// Whether it is what the cloud did, rather than what the host made of it for one check.
fn is_of_subject(outcome: &Outcome) -> bool {
    match outcome {
        Ok(_) => true,
        Err(error) => {
            matches!(error.kind, ErrorKind::NoSuchService | ErrorKind::Unreachable | ErrorKind::TimedOut)
        }
    }
}

fn request_of(tape: &Tape, request: &tape::Request) -> Option<Request> {
    let method = match request.method.as_str() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return None,
    };
    Some(Request {
        service: request.service.clone(),
        method,
        path: request.path.clone(),
        query: request.query.clone(),
        microversion: request.microversion.clone(),
        headers: request.headers.clone(),
        body: request.body.map(|body| tape.body(Some(body)).to_vec()),
    })
}

fn outcome(tape: &Tape, result: &CallResult) -> Outcome {
    match result {
        CallResult::Answer(answer) => Ok(Response {
            status: answer.status,
            headers: answer.headers.clone(),
            body: tape.body(answer.body).to_vec(),
        }),
        CallResult::Error(failure) => Err(error(failure)),
    }
}

/// What all was refused with, once the check had used up its calls or bytes.
fn used_up(call: &Call) -> Option<CallError> {
    match &call.did {
        Did::UsedUp(failure) => Some(error(failure)),
        _ => None,
    }
}

fn error(failure: &Failure) -> CallError {
    CallError { kind: kind(&failure.kind), message: failure.message.clone() }
}

/// A kind in the words of the contract. One that nobody knows says nothing: not on tape.
fn kind(name: &str) -> ErrorKind {
    match name {
        "denied" => ErrorKind::Denied,
        "invalid-request" => ErrorKind::InvalidRequest,
        "no-such-service" => ErrorKind::NoSuchService,
        "unreachable" => ErrorKind::Unreachable,
        "timed-out" => ErrorKind::TimedOut,
        "too-large" => ErrorKind::TooLarge,
        "exhausted" => ErrorKind::Exhausted,
        "cancelled" => ErrorKind::Cancelled,
        _ => ErrorKind::NotOnTape,
    }
}

fn service(service: &tape::Service) -> Service {
    let endpoint = |endpoint: &tape::Endpoint| Endpoint {
        interface: endpoint.interface.clone(),
        region: endpoint.region.clone(),
        url: endpoint.url.clone(),
    };
    Service {
        service_type: service.service_type.clone(),
        name: service.name.clone(),
        endpoints: service.endpoints.iter().map(endpoint).collect(),
    }
}

fn identity(identity: tape::Identity) -> Identity {
    let tape::Identity { user_id, user_name, project_id, project_name, domain_name, roles, region } =
        identity;
    Identity { user_id, user_name, project_id, project_name, domain_name, roles, region }
}
