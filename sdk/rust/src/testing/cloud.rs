use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::Report;
use crate::host::Host;
use crate::openstack::{CallError, ErrorKind, Identity, Method, Response, Service};
use crate::{Check, Context};

/// A call that a check made: method, service, path and query as one line, e.g. `GET compute /flavors/detail?limit=1`;
/// probes begin with `PROBE`.
pub type Call = String;

/// A cloud with scripted answers.
#[derive(Debug, Clone, Default)]
pub struct Cloud {
    answers: BTreeMap<String, VecDeque<Result<Response, CallError>>>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) assets: BTreeMap<String, Vec<u8>>,
    pub(crate) evidence: BTreeMap<String, Vec<u8>>,
    only: Option<Vec<String>>,
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

    /// Gives the check an asset.
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
        self.answers.entry(format!("PROBE {service} {path}")).or_default().push_back(answer);
        self
    }

    /// Runs a check against this cloud.
    ///
    /// # Panics
    /// The check's own declaration is wrong: a grant that cannot be parsed, or an outcome or a finding for a testcase
    /// that it does not list. Or it waits for more than two hours.
    pub fn run(self, check: &Check) -> Report {
        let wanted = self
            .only
            .clone()
            .unwrap_or_else(|| check.testcases.iter().map(|testcase| testcase.id.into()).collect());
        let host = Host::new(self, check, wanted);
        let result = (check.run)(&mut Context::new(host.clone()));
        Report { error: result.err(), ..host.into_report() }
    }

    /// The scripted answer to a request, which is a line with or without its query.
    pub(crate) fn answer(&mut self, full: String, plain: String) -> Result<Response, CallError> {
        let key = if self.answers.contains_key(&full) { full } else { plain };
        let not_scripted = || {
            let body = br#"{"error": {"code": 404, "message": "nothing was scripted for this request"}}"#;
            Ok(Response { status: 404, headers: Vec::new(), body: body.to_vec() })
        };
        match self.answers.get_mut(&key) {
            Some(answers) if answers.len() > 1 => answers.pop_front().unwrap_or_else(not_scripted),
            Some(answers) => answers.front().cloned().unwrap_or_else(not_scripted),
            None => not_scripted(),
        }
    }

    fn script(
        mut self,
        method: Method,
        service: &str,
        path: &str,
        answer: Result<Response, CallError>,
    ) -> Self {
        self.answers.entry(format!("{method} {service} {path}")).or_default().push_back(answer);
        self
    }
}
