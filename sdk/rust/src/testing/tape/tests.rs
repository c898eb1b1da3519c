//! A tape is written, and a check runs against it: first the very check of the tape, then others.

mod creating;
mod opening;
mod reading;

use std::collections::BTreeMap;
use std::time::Instant;

use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use touchstone_tape::{
    self as tape, Answer, CallResult, Did, End, Evidence, Failure, Header, How, Recorder, Track, Unit,
};

use crate::openstack::{CallError, ErrorKind, Method, Request, Response};
use crate::testing::{Cloud, Report};
use crate::{Check, Context, Error, Testcase, Verdict};

const PREFIX: &str = "touchstone-fedcba987654-";

/// A check that does what a test asks for.
fn check(run: fn(&mut Context) -> Result<(), Error>) -> Check {
    Check {
        id: "own",
        version: "1.0.0",
        title: "",
        url: "",
        testcases: &[Testcase { id: "t", title: "" }, Testcase { id: "u", title: "" }],
        grants: &[
            "compute GET /**",
            "object-store PROBE /",
            "object-store PROBE /**",
            "block-storage GET /volumes/*",
            "block-storage POST /volumes max 9, 9 GiB",
            "block-storage PUT /volumes/*",
        ],
        parameters: &[],
        assets: &[],
        run,
    }
}

/// A tape that is being written.
struct Writing {
    folder: TempDir,
    recorder: Recorder,
    units: u32,
}

impl Writing {
    fn begin() -> Self {
        Self::with(Header { prefix: PREFIX.into(), ..Header::default() }, Vec::new())
    }

    fn with(header: Header, evidence: Vec<(String, String, Bytes)>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = Recorder::start(folder.path().join("a.tape"));
        let taped = |(name, file, bytes)| (name, Evidence { file, body: 0, written_at: None }, bytes);
        recorder.header(header, evidence.into_iter().map(taped).collect(), Vec::new());
        Writing { folder, recorder, units: 0 }
    }

    /// A check that did something.
    fn unit(self, check: &str, did: impl FnOnce(&Taping)) -> Self {
        self.unit_of(
            Unit { check: check.into(), testcases: vec!["t".into(), "u".into()], ..Unit::default() },
            did,
        )
    }

    fn unit_of(mut self, unit: Unit, did: impl FnOnce(&Taping)) -> Self {
        let track = self.recorder.unit(Unit { unit: self.units, ..unit });
        self.units += 1;
        let taping = Taping(track);
        did(&taping);
        taping.0.end(How::ByItself, 0, BTreeMap::new(), Value::Null);
        self
    }

    fn bytes(self) -> Vec<u8> {
        self.recorder.end(End::default()).expect("it is written");
        std::fs::read(self.folder.path().join("a.tape")).expect("it is there")
    }

    fn cloud(self) -> Cloud {
        Cloud::from_tape_bytes(&self.bytes(), "own")
    }

    fn run(self, run: fn(&mut Context) -> Result<(), Error>) -> Report {
        self.cloud().run(&check(run))
    }
}

/// What one check did.
struct Taping(Track);

impl Taping {
    /// A read before anything was created.
    fn read(&self, request: &Request, status: u16, body: &Value) {
        self.call(request, false, answered(status), body);
    }

    /// A change, or a read since one.
    fn fresh(&self, request: &Request, status: u16, body: &Value) {
        self.call(request, true, answered(status), body);
    }

    fn error(&self, request: &Request, kind: &str) {
        self.call(request, request.method != Method::Get, failed(kind), &Value::Null);
    }

    fn probe(&self, path: &str, result: CallResult) {
        let did = Did::Probe { service: "object-store".into(), path: path.into(), result };
        self.0.call(did, None, None, Bytes::from_static(b"hello"), Instant::now());
    }

    fn creation(&self, request: &Request, id: &str) {
        let did = Did::Create {
            request: taped(request),
            id_pointer: "/volume/id".into(),
            undo: tape::Request::default(),
            id: id.into(),
            result: answered(202),
        };
        let answer = json!({"volume": {"id": id}}).to_string();
        let body = request.body.clone().map(Bytes::from);
        self.0.call(did, body, None, Bytes::from(answer), Instant::now());
    }

    fn call(&self, request: &Request, fresh: bool, result: CallResult, body: &Value) {
        let answer = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let did = Did::Call { request: taped(request), fresh, result };
        self.0.call(did, request.body.clone().map(Bytes::from), None, answer, Instant::now());
    }
}

fn answered(status: u16) -> CallResult {
    CallResult::Answer(Answer { status, headers: vec![("x".into(), "y".into())], body: None, attempts: 1 })
}

fn failed(kind: &str) -> CallResult {
    CallResult::Error(Failure { kind: kind.into(), message: format!("{kind}, as recorded") })
}

fn taped(request: &Request) -> tape::Request {
    tape::Request {
        service: request.service.clone(),
        method: request.method.to_string(),
        path: request.path.clone(),
        query: request.query.clone(),
        microversion: request.microversion.clone(),
        headers: request.headers.clone(),
        body: None,
    }
}

fn flavors() -> Request {
    Request::get("compute", "/flavors")
}

/// Status and text of an answer, or the kind of the error.
fn told(outcome: Result<Response, CallError>) -> Result<(u16, String), ErrorKind> {
    let told = |response: Response| (response.status, String::from_utf8_lossy(&response.body).into_owned());
    outcome.map(told).map_err(|error| error.kind)
}

/// Calls, and writes down in the log what came of it.
fn log(cx: &mut Context, requests: &[Request]) {
    for request in requests {
        let outcome = cx.call(request);
        log_outcome(cx, outcome);
    }
}

fn log_outcome(cx: &Context, outcome: Result<Response, CallError>) {
    let line = match told(outcome) {
        Ok((status, body)) => format!("{status} {body}"),
        Err(kind) => format!("{kind:?}"),
    };
    cx.log(crate::LogLevel::Info, &line);
}

/// What [`log`] wrote down.
fn logged(report: &Report) -> Vec<&str> {
    report.log.iter().map(|line| line.strip_prefix("Info: ").expect("a line of ours")).collect()
}

/// The message with which something panics.
fn panics(what: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(what).expect_err("it should panic");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("a message")
}

fn pass(cx: &mut Context) {
    cx.judge("t", |_| Ok(()));
}

/// What a test may assert about the only testcase that it judges.
fn verdict(report: &Report) -> Option<Verdict> {
    report.verdict("t")
}
