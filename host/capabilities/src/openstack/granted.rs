//! One check, held to its grants and limits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::{Stream, StreamExt, stream};
use tokio::sync::Semaphore;
use touchstone_grants::Grant;

use super::api::{CallError, ErrorKind, Identity, Openstack, Request, Response, Service};
use super::audit::Audit;
use super::call::Call;

/// Calls of one `call_all` that may be under way, or answered, while an earlier one is not. How many of them are sent at
/// a time is a limit.
const CALLS_AHEAD: usize = 32;

/// What one run of a check may use up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLimits {
    /// Calls in all, those that are refused included. Default: 10,000.
    pub max_calls: u64,
    /// Calls that may be under way at once. Default: 8.
    pub max_in_flight: usize,
    /// The largest answer that is handed out, in bytes of its body. Default: 16 MiB.
    pub max_answer_bytes: usize,
    /// All answers together, in bytes of their bodies. Default: 256 MiB.
    pub max_response_bytes: u64,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            max_calls: 10_000,
            max_in_flight: 8,
            max_answer_bytes: 16 * 1024 * 1024,
            max_response_bytes: 256 * 1024 * 1024,
        }
    }
}

/// What a check used up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls that were granted and made, whether the answer was fetched for them or shared.
    pub calls: u64,
    /// Requests that were sent for them, retries included.
    pub attempts: u64,
    /// Bytes of the bodies of all answers.
    pub response_bytes: u64,
}

/// One check instance, held to its grants and limits. What is refused does not reach the layers behind.
pub struct Granted {
    inner: Arc<dyn Openstack>,
    grants: Vec<Grant>,
    limits: CallLimits,
    in_flight: Semaphore,
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    asked: u64,
    usage: Usage,
    audit: Audit,
}

impl Granted {
    /// Puts grants and limits in front of a subject.
    pub fn new(inner: Arc<dyn Openstack>, grants: Vec<Grant>, limits: CallLimits) -> Self {
        let in_flight = Semaphore::new(limits.max_in_flight.clamp(1, Semaphore::MAX_PERMITS));
        Self { inner, grants, limits, in_flight, books: Mutex::default() }
    }

    /// Makes many calls, as many at once as the limits allow. Answers come in the order of the requests, as they are taken
    /// from the stream: who takes no more keeps no more.
    pub fn call_all(
        self: &Arc<Self>,
        requests: Vec<Request>,
    ) -> impl Stream<Item = Result<Response, CallError>> + Send + use<> {
        let granted = Arc::clone(self);
        let call = move |request| {
            let granted = Arc::clone(&granted);
            async move { granted.call(request).await }
        };
        stream::iter(requests.into_iter().map(call)).buffered(CALLS_AHEAD)
    }

    /// Refuses every further call, and those that wait for their turn, as `cancelled`. Calls that are under way end when
    /// their futures are dropped.
    pub fn close(&self) {
        self.in_flight.close();
    }

    /// Denies a call that this host makes for nobody, and notes it like any other denial.
    pub fn deny(&self, request: &Request, problem: &str) -> CallError {
        self.books().audit.note(request, ErrorKind::Denied);
        CallError::new(ErrorKind::Denied, super::call::Shown(request), problem)
    }

    /// What the check used up until now.
    pub fn usage(&self) -> Usage {
        self.books().usage
    }

    /// What the check was denied until now.
    pub fn audit(&self) -> Audit {
        self.books().audit.clone()
    }

    /// Decides, before anything is done, whether a call is made.
    fn admit(&self, request: &Request) -> Result<(), CallError> {
        if self.in_flight.is_closed() {
            return Err(cancelled());
        }
        let mut books = self.books();
        if books.asked >= self.limits.max_calls {
            return Err(exhausted("calls", self.limits.max_calls));
        }
        books.asked += 1;
        if books.usage.response_bytes >= self.limits.max_response_bytes {
            return Err(exhausted("bytes of answers", self.limits.max_response_bytes));
        }
        self.check_granted(request).inspect_err(|error| books.audit.note(request, error.kind))
    }

    fn check_granted(&self, request: &Request) -> Result<(), CallError> {
        let call = Call::parse(request.clone())?;
        if self.grants.iter().any(|grant| grant.permits(&call.service, call.method, &call.path)) {
            return Ok(());
        }
        let problem = "the scope manifest does not grant this call to the check; nothing was sent";
        Err(CallError::new(ErrorKind::Denied, &call, problem))
    }

    /// Writes an answer into the books, if it is within the limits.
    fn account(&self, result: Result<Response, CallError>, shown: &str) -> Result<Response, CallError> {
        let mut books = self.books();
        let usage = &mut books.usage;
        usage.calls += 1;
        let response = result?;
        usage.attempts += u64::from(response.attempts);
        let size = response.body.len() as u64;
        if response.body.len() > self.limits.max_answer_bytes {
            let problem =
                format!("the answer has {size} bytes; the check may have {}", self.limits.max_answer_bytes);
            return Err(CallError::new(ErrorKind::TooLarge, shown, problem));
        }
        let total = usage.response_bytes.saturating_add(size);
        usage.response_bytes = total.min(self.limits.max_response_bytes);
        if total > self.limits.max_response_bytes {
            return Err(exhausted("bytes of answers", self.limits.max_response_bytes));
        }
        Ok(response)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Openstack for Granted {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        self.admit(&request)?;
        let _turn = self.in_flight.acquire().await.map_err(|_| cancelled())?;
        if self.books().usage.response_bytes >= self.limits.max_response_bytes {
            return Err(exhausted("bytes of answers", self.limits.max_response_bytes));
        }
        let shown = super::call::Shown(&request).to_string();
        let result = self.inner.call(request).await;
        self.account(result, &shown)
    }

    fn catalog(&self) -> Vec<Service> {
        self.inner.catalog()
    }

    fn identity(&self) -> Identity {
        self.inner.identity()
    }
}

fn cancelled() -> CallError {
    CallError { kind: ErrorKind::Cancelled, message: "the run is being stopped".to_owned() }
}

/// Short, because there may be many of them.
fn exhausted(what: &str, limit: u64) -> CallError {
    CallError { kind: ErrorKind::Exhausted, message: format!("the check has used up its {limit} {what}") }
}

#[cfg(test)]
mod tests;
