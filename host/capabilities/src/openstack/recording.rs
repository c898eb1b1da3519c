//! Writing down what a check asks for and what it gets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use touchstone_tape::{Did, Failure, Track};

use super::api::{CallError, ErrorKind, Identity, Request, Response, Service};
use super::capabilities::Capabilities;
use super::granted::Granted;
use super::ledger::{Created, Creation};
use super::on_tape;

/// Writes down what one check asks for and what it gets, as it gets it: what it is denied, too, and nothing else. The check
/// sees no difference.
pub struct Recording {
    granted: Arc<Granted>,
    track: Track,
    /// It was recorded that the check has used up its calls or bytes: nothing else can come.
    used_up: AtomicBool,
}

impl Recording {
    /// Records what a check makes of its grants.
    pub fn new(granted: Arc<Granted>, track: Track) -> Self {
        Self { granted, track, used_up: AtomicBool::new(false) }
    }

    /// Whether the check is refused because it has used up what it may have, as all that it asks for from now on. A check that
    /// asks a million times does not make the tape longer.
    fn is_used_up<T>(&self, result: &Result<T, CallError>, started: Instant) -> bool {
        let Err(error) = result else { return false };
        if error.kind != ErrorKind::Exhausted || self.granted.used_up().as_ref() != Some(error) {
            return false;
        }
        if !self.used_up.swap(true, Ordering::SeqCst) {
            let failure = Failure { kind: error.kind.as_str().to_owned(), message: error.message.clone() };
            self.track.call(Did::UsedUp(failure), None, None, Bytes::new(), started);
        }
        true
    }

    fn note(&self, request: &Request, result: &Result<Response, CallError>, started: Instant) {
        if self.is_used_up(result, started) {
            return;
        }
        // Looked at afterwards: a read that went beside a change may have seen it.
        let fresh = !request.method.is_read() || self.granted.reads_fresh();
        let (result, body) = on_tape::result(result);
        let did = Did::Call { request: on_tape::request(request), fresh, result };
        self.track.call(did, request.body.clone(), None, body, started);
    }
}

#[async_trait]
impl Capabilities for Recording {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        let started = Instant::now();
        let result = self.granted.call(request.clone()).await;
        self.note(&request, &result, started);
        result
    }

    async fn call_all(&self, requests: Vec<Request>, room: usize) -> Vec<Result<Response, CallError>> {
        let started = Instant::now();
        let results = self.granted.call_all(requests.clone(), room).await;
        for (request, result) in requests.iter().zip(&results) {
            self.note(request, result, started);
        }
        results
    }

    async fn create(&self, creation: Creation) -> Result<Created, CallError> {
        let started = Instant::now();
        let (request, undo) = (creation.request.clone(), creation.undo.clone());
        let id_pointer = creation.id_pointer.clone();
        let result = self.granted.create(creation).await;
        if self.is_used_up(&result, started) {
            return result;
        }
        let id = result.as_ref().map(|created| created.id.clone()).unwrap_or_default();
        let response = result.as_ref().map(|created| created.response.clone()).map_err(CallError::clone);
        let (told, body) = on_tape::result(&response);
        let did = Did::Create {
            request: on_tape::request(&request),
            id_pointer,
            undo: on_tape::request(&undo),
            id,
            result: told,
        };
        self.track.call(did, request.body, undo.body, body, started);
        result
    }

    async fn probe(&self, service: String, path: String) -> Result<Response, CallError> {
        let started = Instant::now();
        let result = self.granted.probe(service.clone(), path.clone()).await;
        if self.is_used_up(&result, started) {
            return result;
        }
        let (told, body) = on_tape::result(&result);
        self.track.call(Did::Probe { service, path, result: told }, None, None, body, started);
        result
    }

    async fn pause(&self, milliseconds: u32) {
        let started = Instant::now();
        self.granted.pause(milliseconds).await;
        self.track.call(Did::Pause { ms: milliseconds }, None, None, Bytes::new(), started);
    }

    fn catalog(&self) -> Vec<Service> {
        self.granted.catalog()
    }

    fn identity(&self) -> Identity {
        self.granted.identity()
    }
}
