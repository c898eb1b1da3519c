//! One check, held to its grants and limits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tokio::sync::{Semaphore, SemaphorePermit};
use touchstone_grants::{Budget, Grant, Method};

use super::api::{CallError, ErrorKind, Identity, Openstack, Request, Response, Service};
use super::audit::Audit;
use super::call::{Call, Shown};
use super::capabilities::{Capabilities, LONGEST_PAUSE};
use super::ledger::rules::{self, Standing};
use super::ledger::{Created, Creation, Ledger, Planned};

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
    /// Where reads go, until something was created or changed.
    shared: Arc<dyn Openstack>,
    creating: Option<Creating>,
    grants: Vec<Grant>,
    limits: CallLimits,
    /// Who is told of pauses instead of their taking time.
    pauses: Option<Box<dyn Fn(u32) + Send + Sync>>,
    in_flight: Semaphore,
    books: Mutex<Books>,
}

/// What a check instance that may create things has.
struct Creating {
    direct: Arc<dyn Openstack>,
    ledger: Ledger,
    /// Something was created or changed: reads are no longer shared.
    begun: AtomicBool,
}

#[derive(Default)]
struct Books {
    asked: u64,
    usage: Usage,
    audit: Audit,
    /// What was paid from the budget of each grant.
    paid: Vec<Budget>,
}

/// What a creation took from the budget of a grant.
struct Payment {
    place: usize,
    gib: u32,
}

impl Granted {
    /// Puts grants and limits in front of a subject. Nothing can be created or changed, whatever the grants say.
    pub fn new(shared: Arc<dyn Openstack>, grants: Vec<Grant>, limits: CallLimits) -> Self {
        let in_flight = Semaphore::new(limits.max_in_flight.clamp(1, Semaphore::MAX_PERMITS));
        let paid = vec![Budget { count: 0, gib: None }; grants.len()];
        let books = Mutex::new(Books { paid, ..Books::default() });
        Self { shared, creating: None, grants, limits, pauses: None, in_flight, books }
    }

    /// For a check that has no subject: nothing is granted.
    pub fn nowhere() -> Self {
        Self::new(Arc::new(Nowhere), Vec::new(), CallLimits::default())
    }

    /// Lets the check create and change what its grants say. That goes directly to the subject, and so do its reads from
    /// the first time on, so that they are fresh; the reads of others stay shared.
    #[must_use]
    pub fn creating(self, direct: Arc<dyn Openstack>, ledger: Ledger) -> Self {
        Self { creating: Some(Creating { direct, ledger, begun: AtomicBool::new(false) }), ..self }
    }

    /// Lets pauses return at once, since nothing goes on meanwhile, and tells them.
    #[must_use]
    pub fn without_pauses(self, told: impl Fn(u32) + Send + Sync + 'static) -> Self {
        Self { pauses: Some(Box::new(told)), ..self }
    }

    /// What the check used up until now.
    pub fn usage(&self) -> Usage {
        self.books().usage
    }

    /// What the check was denied until now.
    pub fn audit(&self) -> Audit {
        self.books().audit.clone()
    }

    /// What answers all calls from now on, if the check has used up its calls or bytes.
    pub fn used_up(&self) -> Option<CallError> {
        let calls = || {
            let all = self.books().asked >= self.limits.max_calls;
            all.then(|| exhausted("calls", self.limits.max_calls))
        };
        self.bytes_used_up().or_else(calls)
    }

    fn bytes_used_up(&self) -> Option<CallError> {
        let limit = self.limits.max_response_bytes;
        (self.books().usage.response_bytes >= limit).then(|| exhausted("bytes of answers", limit))
    }

    /// Whether reads are no longer shared with other checks, because something was created or changed.
    pub fn reads_fresh(&self) -> bool {
        self.creating.as_ref().is_some_and(|creating| creating.begun.load(Ordering::SeqCst))
    }

    /// Makes a call that was counted, if it is granted and when its turn has come. The outer error is that nothing was
    /// sent.
    async fn send(&self, request: Request) -> Result<Result<Response, CallError>, CallError> {
        let (judged, openstack) = self.audited(&request, self.judge(request.clone()))?;
        let _turn = self.turn().await?;
        Ok(openstack.call(judged).await)
    }

    /// Counts a call, if there may be one more.
    fn count(&self) -> Result<(), CallError> {
        match self.used_up() {
            Some(error) => Err(error),
            None => {
                self.books().asked += 1;
                Ok(())
            }
        }
    }

    fn audited<T>(&self, request: &Request, decision: Result<T, CallError>) -> Result<T, CallError> {
        decision.inspect_err(|error| self.books().audit.note(request, error.kind))
    }

    /// The call to make for a request, and where it goes.
    fn judge(&self, request: Request) -> Result<(Request, &Arc<dyn Openstack>), CallError> {
        if !request.method.is_read() {
            let creating = self.creating.as_ref();
            let creating = creating.ok_or_else(|| denied(&request, NOTHING_IS_CREATED))?;
            let judged = self.standing(creating, |standing| rules::change(request, standing))?;
            creating.begun.store(true, Ordering::SeqCst);
            return Ok((judged, &creating.direct));
        }
        let call = Call::parse(request.clone())?;
        if !self.grants.iter().any(|grant| grant.permits(&call.service, call.method, &call.path)) {
            return Err(CallError::new(ErrorKind::Denied, &call, rules::NOT_GRANTED));
        }
        let fresh = self.creating.as_ref().filter(|creating| creating.begun.load(Ordering::SeqCst));
        Ok((request, fresh.map_or(&self.shared, |creating| &creating.direct)))
    }

    fn plan(&self, creation: Creation) -> Result<(&Creating, Planned, Payment), CallError> {
        let creating = self.creating.as_ref();
        let creating = creating.ok_or_else(|| denied(&creation.request, NOTHING_IS_CREATED))?;
        let (planned, budgets) = self.standing(creating, |standing| rules::creation(creation, standing))?;
        let payment = self.pay(&planned, &budgets)?;
        Ok((creating, planned, payment))
    }

    fn standing<T>(&self, creating: &Creating, with: impl FnOnce(&Standing<'_>) -> T) -> T {
        let owns = |id: &str| creating.ledger.owns(id);
        with(&Standing { prefix: creating.ledger.prefix(), owns: &owns, grants: &self.grants })
    }

    fn check_probe(&self, request: &Request) -> Result<(), CallError> {
        let call = Call::parse(request.clone())?;
        if self.grants.iter().any(|grant| grant.permits_probe(&call.service, &call.path)) {
            return Ok(());
        }
        let problem = "the scope manifest does not grant this probe to the check; nothing was sent";
        Err(CallError::new(ErrorKind::Denied, &call, problem))
    }

    /// Takes a creation from the first budget that pays for it.
    fn pay(&self, planned: &Planned, budgets: &[(usize, Budget)]) -> Result<Payment, CallError> {
        let mut books = self.books();
        let mut problem = String::new();
        for (place, budget) in budgets {
            let paid = &mut books.paid[*place];
            let used = paid.gib.unwrap_or(0);
            match (planned.gib, budget.gib) {
                _ if paid.count >= budget.count => {
                    problem = format!("the grant pays for {} of them in one run of a check", budget.count);
                }
                (Some(_), None) => {
                    problem =
                        "the grant names no GiB, so that nothing that has a size may be created".to_owned();
                }
                (Some(gib), Some(most)) if gib > most.saturating_sub(used) => {
                    problem = format!(
                        "the grant pays for {most} GiB in one run of a check; {used} are used, {gib} asked for"
                    );
                }
                (gib, _) => {
                    let gib = gib.unwrap_or(0);
                    *paid = Budget { count: paid.count + 1, gib: Some(used + gib) };
                    return Ok(Payment { place: *place, gib });
                }
            }
        }
        let problem = format!("{problem}; nothing was sent");
        Err(CallError::new(ErrorKind::Exhausted, Shown(&planned.request), problem))
    }

    /// Nothing came of it.
    fn pay_back(&self, payment: &Payment) {
        let paid = &mut self.books().paid[payment.place];
        let gib = paid.gib.unwrap_or(0).saturating_sub(payment.gib);
        *paid = Budget { count: paid.count.saturating_sub(1), gib: Some(gib) };
    }

    /// Waits until the call may be made.
    async fn turn(&self) -> Result<Option<SemaphorePermit<'_>>, CallError> {
        // Never closed, so there is always a permit. Nobody is made to wait while there is a free one, or those who came
        // later would be first.
        let turn = tokio::task::unconstrained(self.in_flight.acquire()).await.ok();
        self.bytes_used_up().map_or(Ok(turn), Err)
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
impl Capabilities for Granted {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        self.count()?;
        let shown = Shown(&request).to_string();
        let result = self.send(request).await?;
        self.account(result, &shown)
    }

    /// As many at once as the limits allow. Counted, and written into the books, in the order of the requests, so that
    /// what is beyond a limit is the same in every run.
    async fn call_all(&self, requests: Vec<Request>, room: usize) -> Vec<Result<Response, CallError>> {
        let counted: Vec<_> = requests.into_iter().map(|request| (self.count(), request)).collect();
        let send = |(counted, request): (Result<(), CallError>, Request)| async move {
            match counted {
                Ok(()) => (Shown(&request).to_string(), self.send(request).await),
                Err(error) => (String::new(), Err(error)),
            }
        };
        let mut sent = stream::iter(counted.into_iter().map(send)).buffered(CALLS_AHEAD);
        // The answers are handed over all at once: no more of them is kept than the check can hold.
        let mut room = room;
        let mut all = Vec::new();
        while let Some((shown, result)) = sent.next().await {
            // A check may ask for very many that are refused: others, and its time limit, have their turn.
            tokio::task::consume_budget().await;
            // From the first on that is beyond the limit, all are, whatever came of them.
            let beyond = self.bytes_used_up();
            let answer = result.and_then(|result| self.account(result, &shown));
            let answer = beyond.map_or(answer, Err);
            all.push(answer.and_then(|answer| {
                room = room.checked_sub(answer.body.len()).ok_or_else(no_room)?;
                Ok(answer)
            }));
        }
        all
    }

    /// # Errors
    /// `denied` if it is not granted or breaks a rule, `invalid-request` if it is malformed, `exhausted` if the budget of
    /// the grant does not pay for it or the limits are used up: then nothing was sent. Otherwise as [`Openstack::call`]; and
    /// `invalid-request` if the answer has no id where it was said to be. What was created all the same is removed.
    async fn create(&self, creation: Creation) -> Result<Created, CallError> {
        self.count()?;
        let request = creation.request.clone();
        let (creating, planned, payment) = self.audited(&request, self.plan(creation))?;
        let _turn = self.turn().await?;
        creating.begun.store(true, Ordering::SeqCst);
        let outcome = creating.ledger.create(planned).await;
        if outcome.nothing_came {
            self.pay_back(&payment);
        }
        let (id, response) = match outcome.result {
            Ok(created) => (created.id, Ok(created.response)),
            Err(error) => (String::new(), Err(error)),
        };
        let response = self.account(response, &Shown(&request).to_string())?;
        Ok(Created { id, response })
    }

    async fn probe(&self, service: String, path: String) -> Result<Response, CallError> {
        self.count()?;
        let request = Request::new(service.as_str(), Method::Get, path.as_str());
        self.audited(&request, self.check_probe(&request))?;
        let _turn = self.turn().await?;
        let result = self.shared.probe(service, path).await;
        self.account(result, &Shown(&request).to_string())
    }

    async fn pause(&self, milliseconds: u32) {
        match &self.pauses {
            Some(told) => told(milliseconds),
            None => tokio::time::sleep(Duration::from_millis(milliseconds.into()).min(LONGEST_PAUSE)).await,
        }
    }

    fn catalog(&self) -> Vec<Service> {
        self.shared.catalog()
    }

    fn identity(&self) -> Identity {
        self.shared.identity()
    }
}

fn no_room() -> CallError {
    let message = "the answers to one call-all are larger than the memory of the check; ask for less at once";
    CallError { kind: ErrorKind::TooLarge, message: message.to_owned() }
}

/// The subject of a check that has none.
struct Nowhere;

#[async_trait]
impl Openstack for Nowhere {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        Err(denied(&request, "there is no subject"))
    }

    async fn probe(&self, service: String, path: String) -> Result<Response, CallError> {
        Err(denied(&Request::new(service, Method::Get, path), "there is no subject"))
    }

    fn catalog(&self) -> Vec<Service> {
        Vec::new()
    }

    fn identity(&self) -> Identity {
        Identity::default()
    }
}

const NOTHING_IS_CREATED: &str = "nothing is created or changed in this run; nothing was sent";

fn denied(request: &Request, problem: &str) -> CallError {
    CallError::new(ErrorKind::Denied, Shown(request), problem)
}

/// Short, because there may be many of them.
fn exhausted(what: &str, limit: u64) -> CallError {
    CallError { kind: ErrorKind::Exhausted, message: format!("the check has used up its {limit} {what}") }
}

#[cfg(test)]
mod tests;
