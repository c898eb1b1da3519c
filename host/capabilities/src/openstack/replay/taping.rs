//! Tapes for tests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde_json::Value;
use touchstone_grants::Method;
use touchstone_tape::{Did, End, Endpoint, Header, How, Identity, Recorder, Service, Tape, Track, Unit};

use super::super::api::{CallError, ErrorKind, Request, Response};
use super::super::ledger::Creation;
use super::super::ledger::fake_cloud::{PREFIX, PROJECT};
use super::super::on_tape;

pub(crate) type Outcome = Result<Response, CallError>;

/// A tape that is being recorded.
pub(crate) struct Taping {
    folder: tempfile::TempDir,
    recorder: Recorder,
    units: u32,
}

impl Taping {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::start(folder.path().join("a.tape"));
        let endpoint =
            Endpoint { interface: "public".into(), region: "r".into(), url: "https://image.example".into() };
        let service =
            Service { service_type: "image".into(), name: "glance".into(), endpoints: vec![endpoint] };
        let identity = Identity {
            user_id: "u1".into(),
            project_id: PROJECT.into(),
            roles: vec!["member".into()],
            ..Identity::default()
        };
        let header = Header {
            prefix: PREFIX.into(),
            catalog: vec![service],
            identity: Some(identity),
            ..Header::default()
        };
        recorder.header(header, Vec::new(), Vec::new());
        Self { folder, recorder, units: 0 }
    }

    pub(crate) fn unit(&mut self) -> Track {
        self.units += 1;
        self.recorder.unit(Unit { unit: self.units - 1, ..Unit::default() })
    }

    pub(crate) fn end(self) -> Arc<Tape> {
        self.recorder.end(End::default()).unwrap();
        Arc::new(Tape::open(&self.folder.path().join("a.tape")).unwrap())
    }
}

/// Notes a call, and what came of it.
pub(crate) fn called(track: &Track, request: &Request, fresh: bool, outcome: &Outcome) {
    let (result, answer) = on_tape::result(outcome);
    let did = Did::Call { request: on_tape::request(request), fresh, result };
    track.call(did, request.body.clone(), None, answer, Instant::now());
}

/// Notes a creation, and what came of it.
pub(crate) fn created(track: &Track, creation: &Creation, id: &str, outcome: &Outcome) {
    let (result, answer) = on_tape::result(outcome);
    let Creation { request, id_pointer, undo } = creation;
    let did = Did::Create {
        request: on_tape::request(request),
        id_pointer: id_pointer.clone(),
        undo: on_tape::request(undo),
        id: id.to_owned(),
        result,
    };
    track.call(did, request.body.clone(), undo.body.clone(), answer, Instant::now());
}

/// Notes a probe, and what came of it.
pub(crate) fn probed(track: &Track, service: &str, path: &str, outcome: &Outcome) {
    let (result, answer) = on_tape::result(outcome);
    let did = Did::Probe { service: service.into(), path: path.into(), result };
    track.call(did, None, None, answer, Instant::now());
}

pub(crate) fn paused(track: &Track, ms: u32) {
    track.call(Did::Pause { ms }, None, None, Bytes::new(), Instant::now());
}

pub(crate) fn ended(track: Track, how: How) {
    track.end(how, 0, BTreeMap::new(), Value::Null);
}

pub(crate) fn get(service: &str, path: &str) -> Request {
    Request::new(service, Method::Get, path)
}

pub(crate) fn answer(body: &str) -> Outcome {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Ok(Response { status: 200, headers, body: Bytes::from(body.to_owned()), attempts: 1 })
}

pub(crate) fn failed(kind: ErrorKind) -> Outcome {
    Err(CallError { kind, message: format!("{kind}, said the host") })
}
