//! Answering a check that is the very one of the tape.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use touchstone_tape::{Call, Did, How, Tape};

use super::super::api::{CallError, ErrorKind, Identity, Request, Response, Service};
use super::super::call::Shown;
use super::super::capabilities::Capabilities;
use super::super::ledger::{Created, Creation};
use super::super::on_tape;
use super::Gaps;

/// Answers a check with what the same check, with the same inputs, was answered when the tape was recorded: in the same
/// order, errors and all. What it asks for in another order than then is not on tape.
pub struct Verbatim {
    tape: Arc<Tape>,
    calls: Mutex<VecDeque<Call>>,
    /// It did not end by itself: where its calls end, it is ended.
    cut_short: bool,
    gaps: Gaps,
}

impl Verbatim {
    /// Answers what a unit of a tape was answered; a unit that there is not was answered nothing.
    pub fn new(tape: Arc<Tape>, unit: usize, gaps: Gaps) -> Self {
        let unit = tape.units.get(unit);
        let calls = unit.map(|unit| unit.calls.iter().filter(|call| !is_pause(call)).cloned().collect());
        let cut_short = unit.is_some_and(|unit| unit.end.as_ref().is_none_or(|end| end.how != How::ByItself));
        Self { calls: Mutex::new(calls.unwrap_or_default()), cut_short, gaps, tape }
    }

    /// What it asked for next, and got; an error if it had nothing left to ask with.
    async fn next(&self) -> Result<Option<Did>, CallError> {
        let next = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(Call { did: Did::UsedUp(failure), .. }) = calls.front() {
                return Err(on_tape::failure_of(failure));
            }
            calls.pop_front()
        };
        match next {
            None if self.cut_short => self.gaps.end().await,
            next => Ok(next.map(|call| call.did)),
        }
    }

    fn is_same(&self, request: &Request, on_tape: &touchstone_tape::Request) -> bool {
        on_tape::request_of(&self.tape, on_tape).as_ref() == Some(request)
    }

    /// An error that no host makes says nothing.
    fn known<T>(&self, result: Result<T, CallError>) -> Result<T, CallError> {
        result.inspect_err(|error| {
            if error.kind == ErrorKind::NotOnTape {
                self.gaps.note("not on tape: an error of a kind that is not known");
            }
        })
    }

    fn missing(&self, request: &Request) -> CallError {
        let problem =
            "not on tape: the check asked for something else at this point when the tape was recorded";
        let error = CallError::new(ErrorKind::NotOnTape, Shown(request), problem);
        self.gaps.note(&error.message);
        error
    }
}

fn is_pause(call: &Call) -> bool {
    matches!(call.did, Did::Pause { .. })
}

#[async_trait]
impl Capabilities for Verbatim {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        match self.next().await? {
            Some(Did::Call { request: then, result, .. }) if self.is_same(&request, &then) => {
                self.known(on_tape::result_of(&self.tape, &result))
            }
            _ => Err(self.missing(&request)),
        }
    }

    async fn call_all(&self, requests: Vec<Request>, _room: usize) -> Vec<Result<Response, CallError>> {
        let mut all = Vec::new();
        for request in requests {
            all.push(self.call(request).await);
        }
        all
    }

    async fn create(&self, creation: Creation) -> Result<Created, CallError> {
        match self.next().await? {
            Some(Did::Create { request, id_pointer, undo, id, result })
                if self.is_same(&creation.request, &request)
                    && self.is_same(&creation.undo, &undo)
                    && creation.id_pointer == id_pointer =>
            {
                self.known(on_tape::result_of(&self.tape, &result)).map(|response| Created { id, response })
            }
            _ => Err(self.missing(&creation.request)),
        }
    }

    async fn probe(&self, service: String, path: String) -> Result<Response, CallError> {
        match self.next().await? {
            Some(Did::Probe { service: then, path: path_then, result })
                if (&service, &path) == (&then, &path_then) =>
            {
                self.known(on_tape::result_of(&self.tape, &result))
            }
            _ => Err(self.missing(&Request::new(service, touchstone_grants::Method::Get, path))),
        }
    }

    async fn pause(&self, _milliseconds: u32) {}

    fn catalog(&self) -> Vec<Service> {
        on_tape::catalog_of(&self.tape.header)
    }

    fn identity(&self) -> Identity {
        on_tape::identity_of(&self.tape.header)
    }
}

#[cfg(test)]
mod tests;
