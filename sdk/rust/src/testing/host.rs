//! The host as a check under test sees it.

use std::cell::{RefCell, RefMut};
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use touchstone_grants::{Grant, Kind, Method as GrantMethod, RequestPath, ServiceType};

use crate::openstack::{
    CallError, Created, Creation, ErrorKind, Identity, Method, Request, Response, Service,
};
use crate::testing::tape::Phase;
use crate::testing::{Call, Cloud, Report, cloud};
use crate::{Check, Finding, LogLevel, Verdict};

const LONGEST_WAIT: Duration = Duration::from_secs(2 * 60 * 60);

/// The host as a check under test sees it.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    state: Rc<RefCell<State>>,
    wanted: Vec<String>,
}

#[derive(Debug)]
struct State {
    cloud: Cloud,
    report: Report,
    known: Vec<&'static str>,
    grants: Vec<Grant>,
    /// Ids of what the check created.
    own: Vec<String>,
    /// How many things each grant paid for.
    paid: Vec<u32>,
    /// Something was created or changed.
    changed: bool,
    /// The first call that the tape does not hold, for people. What the check says from then on counts as DNF.
    gap: Option<String>,
}

/// A request, parsed as the real host does.
struct Parsed {
    service: ServiceType,
    method: GrantMethod,
    path: RequestPath,
}

impl Host {
    pub(crate) fn new(cloud: Cloud, check: &Check, wanted: Vec<String>) -> Self {
        let grants: Vec<Grant> = check
            .grants
            .iter()
            .map(|text| text.parse().unwrap_or_else(|error| panic!("{}: grant `{text}`: {error}", check.id)))
            .collect();
        let state = State {
            report: Report { wanted: wanted.clone(), ..Report::default() },
            known: check.testcases.iter().map(|testcase| testcase.id).collect(),
            paid: vec![0; grants.len()],
            grants,
            own: Vec::new(),
            changed: false,
            gap: None,
            cloud,
        };
        Host { state: Rc::new(RefCell::new(state)), wanted }
    }

    pub(crate) fn into_report(self) -> Report {
        std::mem::take(&mut self.state().report)
    }

    /// The first call that the tape does not hold, for people.
    pub(crate) fn gap(&self) -> Option<String> {
        self.state().gap.clone()
    }

    pub(crate) fn outcome(&mut self, testcase: &str, verdict: Verdict, reason: &str) {
        self.known(testcase);
        let outcome = match self.gap() {
            Some(gap) => (testcase.into(), Verdict::Dnf, gap),
            None => (testcase.into(), verdict, reason.into()),
        };
        self.state().report.outcomes.push(outcome);
    }

    pub(crate) fn finding(&mut self, testcase: &str, finding: &Finding) {
        self.known(testcase);
        if self.gap().is_none() {
            self.state().report.findings.push((testcase.into(), finding.clone()));
        }
    }

    pub(crate) fn log(&self, level: LogLevel, message: &str) {
        self.state().report.log.push(format!("{level:?}: {message}"));
    }

    pub(crate) fn call(&mut self, request: &Request) -> Result<Response, CallError> {
        let mut state = self.state();
        let parsed = Parsed::new(request)?;
        if !state.is_granted(&parsed, request) {
            return Err(refused(ErrorKind::Denied, request, "not among the grants that the check asks for"));
        }
        let phase = if state.changed || is_change(request) { Phase::Since } else { Phase::Before };
        state.send(request, phase)
    }

    pub(crate) fn call_all(&mut self, requests: &[Request]) -> Vec<Result<Response, CallError>> {
        let changes = |request: &Request| {
            is_change(request)
                && Parsed::new(request).is_ok_and(|parsed| self.state().is_granted(&parsed, request))
        };
        // They go side by side: any of them may have seen the change.
        if requests.iter().any(changes) {
            self.state().changed = true;
        }
        requests.iter().map(|request| self.call(request)).collect()
    }

    pub(crate) fn create(&mut self, creation: &Creation) -> Result<Created, CallError> {
        let request = &creation.request;
        let mut state = self.state();
        state.pay(&Parsed::new(request)?, request)?;
        state.check_undo(&creation.undo)?;
        let prefix = state.cloud.prefix().to_owned();
        let name = name_in(request);
        let below_own = request.path.split('/').any(|segment| state.own.iter().any(|own| own == segment));
        match name.as_deref().map(|name| name.strip_prefix(&prefix)) {
            Some(Some(rest)) => {
                let line = format!("{} {} {rest}", request.service, request.path);
                state.report.created.push(line);
            }
            None if below_own => {
                let line = format!("{} {}", request.service, request.path);
                state.report.created.push(line);
            }
            _ => return Err(refused(ErrorKind::Denied, request, "the name does not begin with the prefix")),
        }
        let response = state.send(request, Phase::Creation)?;
        if !(200..300).contains(&response.status) {
            return Ok(Created { id: String::new(), response });
        }
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let id = body.pointer(&creation.id_pointer).and_then(Value::as_str);
        let id = id.and_then(|id| id.rsplit('/').next()).filter(|id| !id.is_empty());
        let no_id = || refused(ErrorKind::InvalidRequest, request, "the answer has no id");
        let id = id.ok_or_else(no_id)?.to_owned();
        if !below_own {
            state.own.push(id.clone());
        }
        Ok(Created { id, response })
    }

    pub(crate) fn probe(&mut self, service: &str, path: &str) -> Result<Response, CallError> {
        let request = Request::get(service, path);
        let parsed = Parsed::new(&request)?;
        let mut state = self.state();
        if !state.grants.iter().any(|grant| grant.permits_probe(&parsed.service, &parsed.path)) {
            return Err(refused(
                ErrorKind::Denied,
                &request,
                "no PROBE among the grants that the check asks for",
            ));
        }
        let line = cloud::probe_line(service, path);
        state.report.calls.push(line.clone());
        let outcome = state.cloud.answer_probe(&request);
        state.note(line, &outcome);
        outcome
    }

    pub(crate) fn catalog(&self) -> Vec<Service> {
        self.state().cloud.catalog.clone()
    }

    pub(crate) fn identity(&self) -> Identity {
        self.state().cloud.identity.clone()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.state().cloud.parameters.get(name).cloned()
    }

    pub(crate) fn testcases(&self) -> Vec<String> {
        self.wanted.clone()
    }

    pub(crate) fn reference_time(&self) -> i64 {
        self.state().cloud.reference_time
    }

    pub(crate) fn prefix(&self) -> String {
        self.state().cloud.prefix().to_owned()
    }

    pub(crate) fn pause(&mut self, milliseconds: u32) {
        let paused = &mut self.state().report.paused;
        *paused += Duration::from_millis(milliseconds.into());
        assert!(*paused <= LONGEST_WAIT, "the check waits for more than two hours");
    }

    pub(crate) fn asset(&self, name: &str) -> Option<Vec<u8>> {
        self.state().cloud.content_of_asset(name)
    }

    pub(crate) fn evidence(&self, name: &str) -> Option<Vec<u8>> {
        self.state().cloud.evidence.get(name).cloned()
    }

    fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    fn known(&self, testcase: &str) {
        let is_it = |known: &&str| match known.strip_suffix('*') {
            Some(family) => testcase.starts_with(family),
            None => *known == testcase,
        };
        assert!(self.state().known.iter().any(is_it), "the check does not list a testcase `{testcase}`");
    }
}

impl State {
    fn is_granted(&self, parsed: &Parsed, request: &Request) -> bool {
        self.grants.iter().any(|grant| self.permits(grant, parsed, request))
    }

    fn permits(&self, grant: &Grant, parsed: &Parsed, request: &Request) -> bool {
        let own = match &grant.kind {
            Kind::Read => true,
            Kind::Change { action } => {
                self.owns_wildcards(grant, &parsed.path)
                    && action.as_deref().is_none_or(|action| is_only_member(request, action))
            }
            Kind::Create(_) | Kind::Probe => false,
        };
        own && grant.permits(&parsed.service, parsed.method, &parsed.path)
    }

    fn owns_wildcards(&self, grant: &Grant, path: &RequestPath) -> bool {
        let own = |segment: &str| segment == UNDONE || self.own.iter().any(|own| own == segment);
        grant.path.wildcards(path).is_some_and(|segments| segments.into_iter().all(own))
    }

    /// Takes a creation from the budget of the grant that permits it.
    fn pay(&mut self, parsed: &Parsed, request: &Request) -> Result<(), CallError> {
        let budget = |grant: &Grant| {
            let budget = grant.budget_for(&parsed.service, parsed.method, &parsed.path)?;
            self.owns_wildcards(grant, &parsed.path).then_some(budget)
        };
        let found = self.grants.iter().enumerate().find_map(|(i, grant)| Some((i, budget(grant)?)));
        match found {
            None => {
                let why = "not among the grants with a budget that the check asks for";
                Err(refused(ErrorKind::Denied, request, why))
            }
            Some((i, budget)) if self.paid[i] >= budget.count => {
                let why = format!("the grant permits {} of them", budget.count);
                Err(refused(ErrorKind::Exhausted, request, &why))
            }
            Some((i, _)) => {
                self.paid[i] += 1;
                Ok(())
            }
        }
    }

    fn check_undo(&self, undo: &Request) -> Result<(), CallError> {
        let filled = Request { path: undo.path.replace("{id}", UNDONE), ..undo.clone() };
        let parsed = Parsed::new(&filled)?;
        let deletes_it = undo.method == Method::Delete && undo.path.ends_with("/{id}");
        if deletes_it || self.is_granted(&parsed, &filled) {
            return Ok(());
        }
        Err(refused(
            ErrorKind::Denied,
            undo,
            "neither a DELETE of what was created nor a granted change undoes it",
        ))
    }

    fn send(&mut self, request: &Request, phase: Phase) -> Result<Response, CallError> {
        let (line, _) = cloud::lines(request);
        self.report.calls.push(line.clone());
        let outcome = self.cloud.answer(request, phase);
        let refused = |error: &CallError| {
            matches!(error.kind, ErrorKind::Denied | ErrorKind::Exhausted | ErrorKind::Cancelled)
        };
        // What the manifest of a tape did not grant did not reach the cloud.
        self.changed |= is_change(request) && !outcome.as_ref().is_err_and(refused);
        self.note(line, &outcome);
        outcome
    }

    /// Notes what is not on the tape, if there is one.
    fn note(&mut self, line: Call, outcome: &Result<Response, CallError>) {
        let Err(CallError { kind: ErrorKind::NotOnTape, message }) = outcome else { return };
        if self.cloud.tape.is_some() {
            self.report.not_on_tape.push(line);
            self.gap.get_or_insert_with(|| message.clone());
        }
    }
}

/// Stands for the id of what is about to be created.
const UNDONE: &str = "0";

impl Parsed {
    fn new(request: &Request) -> Result<Self, CallError> {
        let invalid = |why: &str| refused(ErrorKind::InvalidRequest, request, why);
        let path = RequestPath::parse(&request.path).map_err(|error| invalid(&error.to_string()))?;
        let service = request.service.parse();
        let service = service.map_err(|_| invalid("not a service type (lower-case letters, digits, `-`)"))?;
        Ok(Parsed { service, method: granted_method(request.method), path })
    }
}

/// The name in `{"volume": {"name": …}}` or `{"name": …}`.
fn name_in(request: &Request) -> Option<String> {
    let body: Value = serde_json::from_slice(request.body.as_deref()?).ok()?;
    let members = body.as_object()?;
    let inner = members.values().next().filter(|_| members.len() == 1).and_then(|inner| inner.get("name"));
    inner.or_else(|| members.get("name"))?.as_str().map(str::to_owned)
}

fn is_only_member(request: &Request, action: &str) -> bool {
    let body: Option<Value> = request.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    let members = body.as_ref().and_then(Value::as_object);
    members.is_some_and(|members| members.len() == 1 && members.contains_key(action))
}

fn is_change(request: &Request) -> bool {
    !matches!(request.method, Method::Get | Method::Head)
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
