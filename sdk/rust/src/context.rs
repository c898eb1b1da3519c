use std::cell::OnceCell;
use std::time::Duration;

use crate::host::Host;
use crate::openstack::{CallError, Created, Creation, Identity, Request, Response, Service};
use crate::{Error, Finding, Severity, Verdict};

/// What a check is given: the subject's API, the run's parameters, and where to say what it found.
#[derive(Debug)]
pub struct Context {
    host: Host,
    /// Asked for once: the host's list is copied each time.
    wanted: OnceCell<Vec<String>>,
}

/// In milliseconds, as the contract has it.
const LONGEST_PAUSE: u128 = 60_000;

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// For authors of checks.
    Debug,
    /// For operators who look closely.
    Info,
    /// For operators.
    Warning,
}

impl Context {
    pub(crate) fn new(host: Host) -> Self {
        Context { host, wanted: OnceCell::new() }
    }

    /// Judges one testcase: FAIL if `judge` noted a [violation](Testee::violation), DNF if it returned an error, PASS
    /// otherwise. Does nothing if the testcase was not asked for.
    pub fn judge(&mut self, testcase: &str, judge: impl FnOnce(&mut Testee) -> Result<(), Error>) {
        if !self.is_wanted(testcase) {
            return;
        }
        let mut testee = Testee { findings: Vec::new(), summary: None };
        let result = judge(&mut testee);
        for finding in &testee.findings {
            self.host.finding(testcase, finding);
        }
        let violations: Vec<&Finding> =
            testee.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        // A violation that was seen stays one, even if the rest could not be looked at.
        if let Some(first) = violations.first() {
            let reason = match (testee.summary, violations.len()) {
                (Some(summary), _) => summary,
                (None, 1) => first.message.clone(),
                (None, n) => format!("{} (and {} more)", first.message, n - 1),
            };
            self.host.outcome(testcase, Verdict::Fail, &reason);
        } else if let Err(error) = result {
            self.host.outcome(testcase, Verdict::Dnf, &error.to_string());
        } else {
            self.host.outcome(testcase, Verdict::Pass, testee.summary.as_deref().unwrap_or(""));
        }
    }

    /// Whether a testcase is to be judged in this run; a check need not do the work for others.
    pub fn is_wanted(&self, testcase: &str) -> bool {
        self.wanted().iter().any(|wanted| wanted == testcase)
    }

    /// Says that a testcase could not be judged.
    pub fn cannot_judge(&mut self, testcase: &str, reason: &str) {
        if self.is_wanted(testcase) {
            self.host.outcome(testcase, Verdict::Dnf, reason);
        }
    }

    /// Makes one API call. Whatever status the service answers is an `Ok`; see [`Response::expect`].
    ///
    /// # Errors
    /// The call was not granted, was malformed, or got no answer.
    pub fn call(&mut self, request: &Request) -> Result<Response, CallError> {
        self.host.call(request)
    }

    /// Makes many API calls concurrently; the answers are in the order of the requests.
    pub fn call_all(&mut self, requests: &[Request]) -> Vec<Result<Response, CallError>> {
        self.host.call_all(requests)
    }

    /// Creates something that the host removes again when the check is over, however it ends. Whatever status the service
    /// answers is an `Ok`; see [`Created::id`] and [`Created::expect`].
    ///
    /// From then on the reads of this check are fresh; before, they are shared with those of other checks.
    ///
    /// # Errors
    /// As [`Context::call`]; also if nothing grants it, or the budget of the grant is used up.
    pub fn create(&mut self, creation: &Creation) -> Result<Created, CallError> {
        self.host.create(creation)
    }

    /// One `GET` without credentials, at the root of the host of a service's endpoint. Needs a grant like
    /// `object-store PROBE /`.
    ///
    /// # Errors
    /// As [`Context::call`].
    pub fn probe(&mut self, service: &str, path: &str) -> Result<Response, CallError> {
        self.host.probe(service, path)
    }

    /// Waits. See [`crate::openstack::wait`] for waiting until something is so.
    pub fn pause(&mut self, time: Duration) {
        let mut left = time.as_millis();
        while left > 0 {
            let now = u32::try_from(left.min(LONGEST_PAUSE)).unwrap_or(u32::MAX);
            self.host.pause(now);
            left -= u128::from(now);
        }
    }

    /// The subject's service catalog.
    pub fn catalog(&self) -> Vec<Service> {
        self.host.catalog()
    }

    /// The user as whom the host calls the subject.
    pub fn identity(&self) -> Identity {
        self.host.identity()
    }

    /// The value of a parameter, if the scope version gives one.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.host.parameter(name)
    }

    /// The value of a parameter without which the check cannot work.
    ///
    /// # Errors
    /// The scope version gives no such parameter.
    pub fn required_parameter(&self, name: &str) -> Result<String, Error> {
        self.parameter(name)
            .ok_or_else(|| Error::new(format!("the scope version gives no value for the parameter `{name}`")))
    }

    /// An input that the manifest pins by hash.
    ///
    /// # Errors
    /// The manifest gives no such asset.
    pub fn asset(&self, name: &str) -> Result<Vec<u8>, Error> {
        self.host.asset(name).ok_or_else(|| Error::new(format!("the scope version gives no asset `{name}`")))
    }

    /// What whoever runs the check handed in under that name, if anything.
    pub fn evidence(&self, name: &str) -> Option<Vec<u8>> {
        self.host.evidence(name)
    }

    /// The testcases that are to be judged in this run; a check need not do the work for others.
    pub fn testcases(&self) -> Vec<String> {
        self.wanted().to_vec()
    }

    fn wanted(&self) -> &[String] {
        self.wanted.get_or_init(|| self.host.testcases())
    }

    /// Now, in seconds since 1970-01-01T00:00:00Z; the same for all checks of a run.
    pub fn reference_time(&self) -> i64 {
        self.host.reference_time()
    }

    /// What the names of created resources begin with.
    pub fn prefix(&self) -> String {
        self.host.prefix()
    }

    /// Writes a line to the host's log.
    pub fn log(&self, level: LogLevel, message: &str) {
        self.host.log(level, message);
    }
}

/// One testcase while it is being judged.
#[derive(Debug)]
pub struct Testee {
    findings: Vec<Finding>,
    summary: Option<String>,
}

impl Testee {
    /// Notes something that violates the standard: the testcase will be FAIL.
    pub fn violation(&mut self, message: impl Into<String>) -> &mut Finding {
        self.add(Severity::Error, message)
    }

    /// Notes something that the standard discourages, or that looks wrong. Has no influence on the verdict.
    pub fn warning(&mut self, message: impl Into<String>) -> &mut Finding {
        self.add(Severity::Warning, message)
    }

    /// Notes something worth knowing. Has no influence on the verdict.
    pub fn info(&mut self, message: impl Into<String>) -> &mut Finding {
        self.add(Severity::Info, message)
    }

    /// The reason to give with the verdict, in one sentence; otherwise the first violation is the reason.
    pub fn summarize(&mut self, summary: impl Into<String>) {
        self.summary = Some(summary.into());
    }

    fn add(&mut self, severity: Severity, message: impl Into<String>) -> &mut Finding {
        self.findings.push(Finding::new(severity, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }
}
