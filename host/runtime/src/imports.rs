use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use touchstone_capabilities::openstack as capability;
use touchstone_capabilities::openstack::{Capabilities, ledger};
use touchstone_grants::Method;
use touchstone_store::Digest;

use crate::bindings::touchstone::check::{assets, context, evidence, findings, openstack, probe, types};
use crate::frozen::random::Random;
use crate::limits::{FINDING_BYTES, LOG_LINE, Limits, MAX_TEXT};
use crate::memory::MemoryLimiter;
use crate::printed::{Lines, Printed};
use crate::runtime::Assignment;
use crate::said::{Finding, Listener, LogLevel, Resource, Severity, Verdict, cut};

/// What one instance's imports stand on. Lives and dies with the instance.
pub(crate) struct Imports {
    pub(crate) memory: MemoryLimiter,
    pub(crate) said: Said,
    pub(crate) random: Random,
    output: Lines,
    error: Lines,
    openstack: Arc<dyn Capabilities>,
    testcases: Vec<String>,
    parameters: BTreeMap<String, String>,
    reference_time: i64,
    prefix: String,
    assets: BTreeMap<String, Bytes>,
    evidence: BTreeMap<String, Bytes>,
}

/// Passes on what the check says, within its limits.
pub(crate) struct Said {
    listener: Arc<dyn Listener>,
    outcomes_left: usize,
    findings_left: usize,
    finding_bytes_left: usize,
    log_bytes_left: usize,
    dropped: Arc<Dropped>,
}

/// How much of what the check said was dropped. Outlives the instance.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    pub(crate) outcomes: AtomicU64,
    pub(crate) findings: AtomicU64,
    pub(crate) log_bytes: AtomicU64,
}

impl Imports {
    pub(crate) fn new(component: &Digest, assignment: Assignment, dropped: Arc<Dropped>) -> Self {
        let Limits { memory_bytes, findings, outcomes, log_bytes, .. } = assignment.limits;
        Imports {
            memory: MemoryLimiter::new(memory_bytes),
            said: Said {
                listener: assignment.listener,
                outcomes_left: outcomes,
                findings_left: findings,
                finding_bytes_left: FINDING_BYTES,
                log_bytes_left: log_bytes,
                dropped,
            },
            random: Random::new(component, assignment.reference_time),
            output: Lines::default(),
            error: Lines::default(),
            openstack: assignment.openstack,
            testcases: assignment.testcases,
            parameters: assignment.parameters,
            reference_time: assignment.reference_time,
            prefix: assignment.prefix,
            assets: assignment.assets,
            evidence: assignment.evidence,
        }
    }

    /// What the check sees as now, in seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn reference_time(&self) -> i64 {
        self.reference_time
    }

    /// Passes what the check prints on to its log.
    pub(crate) fn print(&mut self, where_to: Printed, bytes: &[u8]) {
        let (lines, level) = match where_to {
            Printed::Output => (&mut self.output, LogLevel::Info),
            Printed::Error => (&mut self.error, LogLevel::Warning),
        };
        let said = &mut self.said;
        lines.take(bytes, |line| said.log(level, line));
    }
}

impl Said {
    fn log(&mut self, level: LogLevel, message: String) {
        let message = cut(message, MAX_TEXT);
        // What the host writes around a line counts too, or a flood of empty ones would fill the log all the same.
        let cost = message.len() + LOG_LINE;
        if cost > self.log_bytes_left {
            self.log_bytes_left = 0;
            return count(&self.dropped.log_bytes, cost);
        }
        self.log_bytes_left -= cost;
        self.listener.log(level, &message);
    }
}

fn count(counter: &AtomicU64, more: usize) {
    counter.fetch_add(more as u64, Ordering::Relaxed);
}

/// What a finding adds to a report: its texts, each as far as it is kept, as JSON writes them.
fn cost_of(testcase: &str, finding: &types::Finding) -> usize {
    let resource = finding.resource.as_ref();
    let texts = [
        Some(testcase),
        Some(finding.message.as_str()),
        finding.requirement.as_deref(),
        resource.map(|resource| resource.service.as_str()),
        resource.map(|resource| resource.kind.as_str()),
        resource.and_then(|resource| resource.id.as_deref()),
        resource.and_then(|resource| resource.name.as_deref()),
    ];
    let escaped = |byte: &u8| if byte.is_ascii_control() { 6 } else { 1 };
    texts
        .into_iter()
        .flatten()
        .map(|text| text.bytes().take(MAX_TEXT).map(|byte| escaped(&byte)).sum::<usize>())
        .sum()
}

impl types::Host for Imports {}

impl findings::Host for Imports {
    async fn outcome(&mut self, testcase: String, verdict: types::Verdict, reason: String) {
        // What is worse than PASS about a testcase of its own is never dropped, or a check that contradicts itself late
        // would be believed.
        let counts = !matches!(verdict, types::Verdict::Pass) && self.testcases.contains(&testcase);
        let said = &mut self.said;
        if said.outcomes_left == 0 && !counts {
            return count(&said.dropped.outcomes, 1);
        }
        said.outcomes_left = said.outcomes_left.saturating_sub(1);
        let verdict = match verdict {
            types::Verdict::Pass => Verdict::Pass,
            types::Verdict::Fail => Verdict::Fail,
            types::Verdict::Dnf => Verdict::Dnf,
        };
        said.listener.outcome(&cut(testcase, MAX_TEXT), verdict, &cut(reason, MAX_TEXT));
    }

    async fn add(&mut self, testcase: String, finding: types::Finding) {
        let said = &mut self.said;
        let cost = cost_of(&testcase, &finding);
        if said.findings_left == 0 || cost > said.finding_bytes_left {
            return count(&said.dropped.findings, 1);
        }
        said.findings_left -= 1;
        said.finding_bytes_left -= cost;
        let severity = match finding.severity {
            types::Severity::Info => Severity::Info,
            types::Severity::Warning => Severity::Warning,
            types::Severity::Error => Severity::Error,
        };
        let short = |text: Option<String>| text.map(|text| cut(text, MAX_TEXT));
        let resource = finding.resource.map(|resource| Resource {
            service: cut(resource.service, MAX_TEXT),
            kind: cut(resource.kind, MAX_TEXT),
            id: short(resource.id),
            name: short(resource.name),
        });
        let message = cut(finding.message, MAX_TEXT);
        let requirement = short(finding.requirement);
        said.listener.finding(&cut(testcase, MAX_TEXT), Finding { severity, message, resource, requirement });
    }

    async fn log(&mut self, level: findings::LogLevel, message: String) {
        let level = match level {
            findings::LogLevel::Debug => LogLevel::Debug,
            findings::LogLevel::Info => LogLevel::Info,
            findings::LogLevel::Warning => LogLevel::Warning,
        };
        self.said.log(level, message);
    }
}

impl openstack::Host for Imports {
    async fn call(
        &mut self,
        request: openstack::Request,
    ) -> Result<openstack::Response, openstack::CallError> {
        self.openstack.call(lifted(request)).await.map(response).map_err(call_error)
    }

    async fn call_all(
        &mut self,
        requests: Vec<openstack::Request>,
    ) -> Vec<Result<openstack::Response, openstack::CallError>> {
        let requests = requests.into_iter().map(lifted).collect();
        let answers = self.openstack.call_all(requests, self.memory.room()).await;
        answers.into_iter().map(|answer| answer.map(response).map_err(call_error)).collect()
    }

    async fn create(
        &mut self,
        creation: openstack::Creation,
    ) -> Result<openstack::Created, openstack::CallError> {
        let creation = ledger::Creation {
            request: lifted(creation.request),
            id_pointer: creation.id_pointer,
            undo: lifted(creation.undo),
        };
        let created = self.openstack.create(creation).await.map_err(call_error)?;
        Ok(openstack::Created { id: created.id, response: response(created.response) })
    }

    async fn catalog(&mut self) -> Vec<openstack::Service> {
        let endpoint = |e: capability::Endpoint| openstack::Endpoint {
            interface: e.interface,
            region: e.region,
            url: e.url,
        };
        let service = |s: capability::Service| openstack::Service {
            service_type: s.service_type,
            name: s.name,
            endpoints: s.endpoints.into_iter().map(endpoint).collect(),
        };
        self.openstack.catalog().into_iter().map(service).collect()
    }

    async fn identity(&mut self) -> openstack::Caller {
        let identity = self.openstack.identity();
        openstack::Caller {
            user_id: identity.user_id,
            user_name: identity.user_name,
            project_id: identity.project_id,
            project_name: identity.project_name,
            domain_name: identity.domain_name,
            roles: identity.roles,
            region: identity.region,
        }
    }
}

impl context::Host for Imports {
    async fn parameter(&mut self, name: String) -> Option<String> {
        self.parameters.get(&name).cloned()
    }

    async fn testcases(&mut self) -> Vec<String> {
        self.testcases.clone()
    }

    async fn reference_time(&mut self) -> i64 {
        self.reference_time
    }

    async fn prefix(&mut self) -> String {
        self.prefix.clone()
    }

    async fn pause(&mut self, milliseconds: u32) {
        self.openstack.pause(milliseconds).await;
    }
}

impl probe::Host for Imports {
    async fn get(&mut self, target: probe::Target) -> Result<openstack::Response, openstack::CallError> {
        self.openstack.probe(target.service, target.path).await.map(response).map_err(call_error)
    }
}

impl evidence::Host for Imports {
    async fn read(&mut self, name: String) -> Option<Vec<u8>> {
        self.evidence.get(&name).map(|bytes| bytes.to_vec())
    }
}

impl assets::Host for Imports {
    async fn read(&mut self, name: String) -> Result<Vec<u8>, assets::AssetError> {
        self.assets.get(&name).map(|bytes| bytes.to_vec()).ok_or(assets::AssetError::NotFound)
    }
}

fn lifted(request: openstack::Request) -> capability::Request {
    capability::Request {
        service: request.service,
        method: match request.method {
            openstack::Method::Get => Method::Get,
            openstack::Method::Head => Method::Head,
            openstack::Method::Post => Method::Post,
            openstack::Method::Put => Method::Put,
            openstack::Method::Patch => Method::Patch,
            openstack::Method::Delete => Method::Delete,
        },
        path: request.path,
        query: request.query,
        microversion: request.microversion,
        headers: request.headers.into_iter().map(|header| (header.name, header.value)).collect(),
        body: request.body.map(Bytes::from),
    }
}

fn response(response: capability::Response) -> openstack::Response {
    openstack::Response {
        status: response.status,
        headers: response
            .headers
            .into_iter()
            .map(|(name, value)| openstack::Header { name, value })
            .collect(),
        body: response.body.to_vec(),
    }
}

fn call_error(error: capability::CallError) -> openstack::CallError {
    use capability::ErrorKind;
    let kind = match error.kind {
        ErrorKind::Denied => openstack::ErrorKind::Denied,
        ErrorKind::InvalidRequest => openstack::ErrorKind::InvalidRequest,
        ErrorKind::NoSuchService => openstack::ErrorKind::NoSuchService,
        ErrorKind::Unreachable => openstack::ErrorKind::Unreachable,
        ErrorKind::TimedOut => openstack::ErrorKind::TimedOut,
        ErrorKind::TooLarge => openstack::ErrorKind::TooLarge,
        ErrorKind::Exhausted => openstack::ErrorKind::Exhausted,
        ErrorKind::Cancelled => openstack::ErrorKind::Cancelled,
        ErrorKind::NotOnTape => openstack::ErrorKind::NotOnTape,
    };
    openstack::CallError { kind, message: error.message }
}
