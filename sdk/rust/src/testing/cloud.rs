use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::Report;
use super::tape::{Outcome, Phase, Taped};
use crate::host::Host;
use crate::openstack::{CallError, ErrorKind, Identity, Method, Request, Response, Service};
use crate::{Check, Context, Error};

/// A call that a check made: method, service, path and query as one line, e.g. `GET compute /flavors/detail?limit=1`;
/// probes begin with `PROBE`.
pub type Call = String;

const PREFIX: &str = "touchstone-0123456789ab-";

/// A cloud with scripted answers, or with those of a tape.
#[derive(Debug, Clone, Default)]
pub struct Cloud {
    pub(crate) answers: BTreeMap<String, VecDeque<Outcome>>,
    /// What is answered where nothing is scripted.
    pub(crate) tape: Option<Taped>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) assets: BTreeMap<String, Vec<u8>>,
    pub(crate) evidence: BTreeMap<String, Vec<u8>>,
    pub(crate) only: Option<Vec<String>>,
    pub(crate) catalog: Vec<Service>,
    pub(crate) identity: Identity,
    pub(crate) reference_time: i64,
}

impl Cloud {
    /// A cloud that answers 404 to everything.
    pub fn new() -> Self {
        // 2026-01-01T00:00:00Z: any fixed time will do, but not one that looks like "never set".
        Cloud { reference_time: 1_767_225_600, ..Cloud::default() }
    }

    /// Answers a `GET` of a path (with its query, if it is to be told apart: `/flavors/detail?marker=7`) with status
    /// 200 and this JSON. Scripted more than once, the answers are given in order, and the last one for ever.
    #[must_use]
    pub fn get(self, service: &str, path: &str, body: Value) -> Self {
        self.reply(Method::Get, service, path, 200, body.to_string().as_bytes())
    }

    /// Answers a request with any status and body.
    #[must_use]
    pub fn reply(self, method: Method, service: &str, path: &str, status: u16, body: &[u8]) -> Self {
        let headers = vec![("content-type".into(), "application/json".into())];
        self.script(method, service, path, Ok(Response { status, headers, body: body.into() }))
    }

    /// Gives no answer to a request.
    #[must_use]
    pub fn no_answer(self, method: Method, service: &str, path: &str, kind: ErrorKind) -> Self {
        let message = format!("{service} {method} {path}: no answer ({kind:?}, as scripted)");
        self.script(method, service, path, Err(CallError { kind, message }))
    }

    /// Gives the check a parameter.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// Gives the check an asset. With a tape, it must be the one of the recorded run.
    #[must_use]
    pub fn asset(mut self, name: &str, content: &[u8]) -> Self {
        self.assets.insert(name.into(), content.into());
        self
    }

    /// Asks for some testcases only.
    #[must_use]
    pub fn only(mut self, testcases: &[&str]) -> Self {
        self.only = Some(testcases.iter().map(|&id| id.into()).collect());
        self
    }

    /// Sets the catalog.
    #[must_use]
    pub fn catalog(mut self, services: Vec<Service>) -> Self {
        self.catalog = services;
        self
    }

    /// Sets the identity.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Sets the reference time, in seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn reference_time(mut self, seconds: i64) -> Self {
        self.reference_time = seconds;
        self
    }

    /// Hands in evidence.
    #[must_use]
    pub fn evidence(mut self, name: &str, content: &[u8]) -> Self {
        self.evidence.insert(name.into(), content.into());
        self
    }

    /// Answers a probe: a `GET` without credentials at the root of the host of a service.
    #[must_use]
    pub fn probe(mut self, service: &str, path: &str, status: u16, body: &[u8]) -> Self {
        let answer = Ok(Response { status, headers: Vec::new(), body: body.into() });
        self.answers.entry(probe_line(service, path)).or_default().push_back(answer);
        self
    }

    /// Runs a check against this cloud.
    ///
    /// # Panics
    /// The check's own declaration is wrong: a grant that cannot be parsed, or an outcome or a finding for a testcase
    /// that it does not list. Or it waits for more than two hours. Or it reads an asset that is not the one of the tape.
    pub fn run(self, check: &Check) -> Report {
        let wanted = self
            .only
            .clone()
            .unwrap_or_else(|| check.testcases.iter().map(|testcase| testcase.id.into()).collect());
        let host = Host::new(self, check, wanted);
        let result = (check.run)(&mut Context::new(host.clone()));
        let error = host.gap().map(Error::new).or(result.err());
        Report { error, ..host.into_report() }
    }

    /// The answer to a request: what is scripted for it, with or without its query; else what is on the tape.
    pub(crate) fn answer(&mut self, request: &Request, phase: Phase) -> Outcome {
        let (full, plain) = lines(request);
        match (self.scripted(&full, &plain), &mut self.tape) {
            (Some(answer), _) => answer,
            (None, Some(tape)) => tape.answer(&full, request, phase),
            (None, None) => Ok(not_scripted()),
        }
    }

    /// The answer to a probe.
    pub(crate) fn answer_probe(&mut self, probe: &Request) -> Outcome {
        let line = probe_line(&probe.service, &probe.path);
        match (self.scripted(&line, &line), &mut self.tape) {
            (Some(answer), _) => answer,
            (None, Some(tape)) => tape.answer(&line, probe, Phase::Before),
            (None, None) => Ok(not_scripted()),
        }
    }

    /// What names of created resources begin with.
    pub(crate) fn prefix(&self) -> &str {
        self.tape.as_ref().and_then(Taped::prefix).unwrap_or(PREFIX)
    }

    /// An asset, if there is one by that name.
    pub(crate) fn content_of_asset(&self, name: &str) -> Option<Vec<u8>> {
        let content = self.assets.get(name);
        if let Some(tape) = &self.tape {
            tape.assert_asset(name, content.map(Vec::as_slice));
        }
        content.cloned()
    }

    fn scripted(&mut self, full: &str, plain: &str) -> Option<Outcome> {
        let key = if self.answers.contains_key(full) { full } else { plain };
        let answers = self.answers.get_mut(key)?;
        if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
    }

    fn script(mut self, method: Method, service: &str, path: &str, answer: Outcome) -> Self {
        self.answers.entry(format!("{method} {service} {path}")).or_default().push_back(answer);
        self
    }
}

/// A request as a line, with and without its query.
pub(crate) fn lines(request: &Request) -> (Call, String) {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let plain = format!("{} {} {}", request.method, request.service, request.path);
    let full = if query.is_empty() { plain.clone() } else { format!("{plain}?{}", query.join("&")) };
    (full, plain)
}

/// A probe as a line.
pub(crate) fn probe_line(service: &str, path: &str) -> Call {
    format!("PROBE {service} {path}")
}

fn not_scripted() -> Response {
    let body = br#"{"error": {"code": 404, "message": "nothing was scripted for this request"}}"#;
    Response { status: 404, headers: Vec::new(), body: body.to_vec() }
}
