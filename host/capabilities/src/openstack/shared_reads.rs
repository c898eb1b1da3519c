//! Answers to equal reads, shared by the checks of a run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_trait::async_trait;
use tokio::sync;

use super::api::{CallError, Identity, Openstack, Request, Response, Service};
use super::call::Call;

/// What an answer costs beside its body and headers, roughly.
const OVERHEAD: usize = 512;

/// Lets all callers share the answers to equal reads (service, method, path, query, microversion, `accept`).
///
/// - Equal reads at the same time are one request. If the caller that makes it is dropped, the next one makes it.
/// - Answers are kept until [`SharedReads::forget`], or until something other than a read goes through. Not kept are
///   errors and answers that are likely to be another one next time (401, 408, 425, 429, 5xx): who waits for one gets it,
///   who comes later asks again.
/// - What is kept is bounded in bytes; beyond that, answers are shared by those who wait for them only.
pub struct SharedReads {
    inner: Arc<dyn Openstack>,
    max_bytes: usize,
    shelf: Mutex<Shelf>,
}

/// How much sharing saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sharing {
    /// Reads that were passed on to the subject.
    pub fetched: u64,
    /// Reads that were answered without.
    pub shared: u64,
    /// Bytes that are kept, roughly.
    pub kept_bytes: usize,
}

type Outcome = Result<Response, CallError>;

#[derive(Default)]
struct Shelf {
    flights: HashMap<Call, Arc<Flight>>,
    sharing: Sharing,
}

/// One request, and its outcome when there is one.
#[derive(Default)]
struct Flight {
    outcome: OnceLock<Outcome>,
    /// Held by the caller that makes the request.
    turn: sync::Mutex<()>,
}

impl SharedReads {
    /// How much is kept by default: 64 MiB.
    pub const DEFAULT_MAX_BYTES: usize = 64 * 1024 * 1024;

    /// Shares reads of a subject; keeps at most `max_bytes`.
    pub fn new(inner: Arc<dyn Openstack>, max_bytes: usize) -> Self {
        Self { inner, max_bytes, shelf: Mutex::default() }
    }

    /// Forgets all answers: the next reads are fresh. So are those that wait now for an answer asked for before.
    pub fn forget(&self) {
        let mut shelf = self.shelf();
        shelf.flights.clear();
        shelf.sharing.kept_bytes = 0;
    }

    /// How much sharing saved until now.
    pub fn sharing(&self) -> Sharing {
        self.shelf().sharing
    }

    async fn read(&self, call: Call, request: Request) -> Outcome {
        let flight = Arc::clone(self.shelf().flights.entry(call.clone()).or_default());
        if let Some(outcome) = flight.outcome.get() {
            return self.share(outcome);
        }
        let _turn = flight.turn.lock().await;
        if let Some(outcome) = flight.outcome.get() {
            return self.share(outcome);
        }
        self.shelf().sharing.fetched += 1;
        let outcome = self.inner.call(request).await;
        self.settle(&call, &flight, &outcome);
        outcome
    }

    fn share(&self, outcome: &Outcome) -> Outcome {
        self.shelf().sharing.shared += 1;
        outcome.clone().map(|response| Response { attempts: 0, ..response })
    }

    /// Hands the outcome to those who wait, and keeps it for others if it is worth it.
    fn settle(&self, call: &Call, flight: &Arc<Flight>, outcome: &Outcome) {
        // Only the holder of the turn gets here, and only once.
        let _ = flight.outcome.set(outcome.clone());
        let mut shelf = self.shelf();
        if !shelf.flights.get(call).is_some_and(|current| Arc::ptr_eq(current, flight)) {
            return;
        }
        let size = size(call, outcome);
        let total = shelf.sharing.kept_bytes.saturating_add(size);
        if is_lasting(outcome) && total <= self.max_bytes {
            shelf.sharing.kept_bytes = total;
        } else {
            shelf.flights.remove(call);
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Openstack for SharedReads {
    async fn call(&self, request: Request) -> Outcome {
        let call = Call::parse(request.clone())?;
        if call.method.is_read() {
            return self.read(call, request).await;
        }
        // Reads that begin before the change is done may or may not see it; those that begin after it must.
        let _fresh = ForgetOnDrop(self);
        self.inner.call(request).await
    }

    async fn probe(&self, service: String, path: String) -> Outcome {
        self.inner.probe(service, path).await
    }

    fn catalog(&self) -> Vec<Service> {
        self.inner.catalog()
    }

    fn identity(&self) -> Identity {
        self.inner.identity()
    }
}

/// Forgets all answers when a change is over, also when its caller was dropped.
struct ForgetOnDrop<'s>(&'s SharedReads);

impl Drop for ForgetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.forget();
    }
}

fn is_lasting(outcome: &Outcome) -> bool {
    match outcome {
        Ok(response) => !matches!(response.status, 401 | 408 | 425 | 429 | 500..=599),
        Err(_) => false,
    }
}

fn size(call: &Call, outcome: &Outcome) -> usize {
    let answer = outcome.as_ref().map_or(0, |response| {
        let headers: usize = response.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        response.body.len() + headers
    });
    answer + call.path.as_str().len() + call.query.len() + OVERHEAD
}

#[cfg(test)]
mod tests;
