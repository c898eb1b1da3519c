use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;
use touchstone_grants::{Grant, Method as GrantMethod, RequestPath, ServiceType};

use crate::openstack::{
    CallError, Created, Creation, ErrorKind, Identity, Method, Request, Response, Service,
};
use crate::testing::Report;
use crate::{Check, Context, Finding, LogLevel, Verdict};

/// A call that a check made: method, service, path and query as one line, e.g. `GET compute /flavors/detail?limit=1`.
pub type Call = String;

/// A cloud with scripted answers.
#[derive(Debug, Clone, Default)]
pub struct Cloud {
    answers: BTreeMap<String, VecDeque<Result<Response, CallError>>>,
    parameters: BTreeMap<String, String>,
    assets: BTreeMap<String, Vec<u8>>,
    only: Option<Vec<String>>,
    catalog: Vec<Service>,
    identity: Identity,
    reference_time: i64,
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

    /// Runs a check against this cloud.
    ///
    /// # Panics
    /// The check's own declaration is wrong: a grant that cannot be parsed, or an outcome or a finding for a testcase
    /// that it does not list.
    pub fn run(self, check: &Check) -> Report {
        let grants = check
            .grants
            .iter()
            .map(|text| text.parse().unwrap_or_else(|error| panic!("{}: grant `{text}`: {error}", check.id)))
            .collect();
        let wanted = self
            .only
            .clone()
            .unwrap_or_else(|| check.testcases.iter().map(|testcase| testcase.id.into()).collect());
        let state = State {
            report: Report { wanted: wanted.clone(), ..Report::default() },
            known: check.testcases.iter().map(|testcase| testcase.id).collect(),
            grants,
            cloud: self,
        };
        let shared = std::rc::Rc::new(RefCell::new(state));
        let result = (check.run)(&mut Context::new(Host { state: shared.clone(), wanted }));
        let mut report = std::mem::take(&mut shared.borrow_mut().report);
        report.error = result.err();
        report
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

#[derive(Debug)]
struct State {
    cloud: Cloud,
    report: Report,
    known: Vec<&'static str>,
    grants: Vec<Grant>,
}

/// The host as a check under test sees it.
#[derive(Debug)]
pub(crate) struct Host {
    state: std::rc::Rc<RefCell<State>>,
    wanted: Vec<String>,
}

impl Host {
    pub(crate) fn outcome(&mut self, testcase: &str, verdict: Verdict, reason: &str) {
        self.known(testcase);
        self.state.borrow_mut().report.outcomes.push((testcase.into(), verdict, reason.into()));
    }

    pub(crate) fn finding(&mut self, testcase: &str, finding: &Finding) {
        self.known(testcase);
        self.state.borrow_mut().report.findings.push((testcase.into(), finding.clone()));
    }

    pub(crate) fn log(&self, level: LogLevel, message: &str) {
        self.state.borrow_mut().report.log.push(format!("{level:?}: {message}"));
    }

    pub(crate) fn call(&mut self, request: &Request) -> Result<Response, CallError> {
        let state = &mut *self.state.borrow_mut();
        let path = RequestPath::parse(&request.path)
            .map_err(|error| refused(ErrorKind::InvalidRequest, request, &error.to_string()))?;
        let service: ServiceType = request.service.parse().map_err(|_| {
            refused(
                ErrorKind::InvalidRequest,
                request,
                "not a service type (lower-case letters, digits, `-`)",
            )
        })?;
        let method = granted_method(request.method);
        if !state.grants.iter().any(|grant| grant.permits(&service, method, &path)) {
            return Err(refused(ErrorKind::Denied, request, "not among the grants that the check asks for"));
        }
        let query: Vec<String> =
            request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let plain = format!("{} {} {}", request.method, request.service, request.path);
        let full = if query.is_empty() { plain.clone() } else { format!("{plain}?{}", query.join("&")) };
        state.report.calls.push(full.clone());
        let key = if state.cloud.answers.contains_key(&full) { full } else { plain };
        let not_scripted = || {
            let body = br#"{"error": {"code": 404, "message": "nothing was scripted for this request"}}"#;
            Ok(Response { status: 404, headers: Vec::new(), body: body.to_vec() })
        };
        match state.cloud.answers.get_mut(&key) {
            Some(answers) if answers.len() > 1 => answers.pop_front().unwrap_or_else(not_scripted),
            Some(answers) => answers.front().cloned().unwrap_or_else(not_scripted),
            None => not_scripted(),
        }
    }

    pub(crate) fn call_all(&mut self, requests: &[Request]) -> Vec<Result<Response, CallError>> {
        requests.iter().map(|request| self.call(request)).collect()
    }

    pub(crate) fn create(&mut self, creation: &Creation) -> Result<Created, CallError> {
        let response = self.call(&creation.request)?;
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        match body.pointer(&creation.id_pointer).and_then(Value::as_str) {
            Some(id) => Ok(Created { id: id.into(), response }),
            None => Err(refused(ErrorKind::InvalidRequest, &creation.request, "the answer has no id")),
        }
    }

    pub(crate) fn catalog(&self) -> Vec<Service> {
        self.state.borrow().cloud.catalog.clone()
    }

    pub(crate) fn identity(&self) -> Identity {
        self.state.borrow().cloud.identity.clone()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.state.borrow().cloud.parameters.get(name).cloned()
    }

    pub(crate) fn testcases(&self) -> Vec<String> {
        self.wanted.clone()
    }

    pub(crate) fn reference_time(&self) -> i64 {
        self.state.borrow().cloud.reference_time
    }

    pub(crate) fn prefix(&self) -> String {
        "touchstone-test-".into()
    }

    pub(crate) fn asset(&self, name: &str) -> Option<Vec<u8>> {
        self.state.borrow().cloud.assets.get(name).cloned()
    }

    fn known(&self, testcase: &str) {
        let state = self.state.borrow();
        assert!(state.known.contains(&testcase), "the check does not list a testcase `{testcase}`");
    }
}

fn refused(kind: ErrorKind, request: &Request, why: &str) -> CallError {
    CallError { kind, message: format!("{request}: {why}") }
}

fn granted_method(method: Method) -> GrantMethod {
    match method {
        Method::Get => GrantMethod::Get,
        Method::Head => GrantMethod::Head,
        Method::Post => GrantMethod::Post,
        Method::Put => GrantMethod::Put,
        Method::Patch => GrantMethod::Patch,
        Method::Delete => GrantMethod::Delete,
    }
}
