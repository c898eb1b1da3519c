//! Small tapes for tests.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;

use crate::record::{
    Answer, Call, CallResult, Did, End, Failure, Header, How, Identity, Request, Unit, UnitEnd,
};
use crate::tape::Tape;
use crate::write::Writer;

pub(crate) fn get(path: &str) -> Request {
    Request { service: "image".into(), method: "GET".into(), path: path.into(), ..Request::default() }
}

pub(crate) fn answer(body: Option<u32>) -> CallResult {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    CallResult::Answer(Answer { status: 200, headers, body, attempts: 1 })
}

pub(crate) fn call(unit: u32, did: Did) -> Call {
    Call { unit, at_ms: 1, ms: 2, did }
}

/// A read of a path, answered with a body.
pub(crate) fn read_of(path: &str, body: Option<u32>) -> Did {
    Did::Call { request: get(path), fresh: false, result: answer(body) }
}

pub(crate) fn denied(path: &str) -> Did {
    let failure = Failure { kind: "denied".into(), message: format!("image GET {path}: no") };
    Did::Call { request: get(path), fresh: false, result: CallResult::Error(failure) }
}

/// A volume that was created.
pub(crate) fn creation(sent: Option<u32>, body: Option<u32>) -> Did {
    let request = |method: &str, path: &str| Request {
        service: "block-storage".into(),
        method: method.into(),
        path: path.into(),
        ..Request::default()
    };
    Did::Create {
        request: Request { body: sent, ..request("POST", "/volumes") },
        id_pointer: "/volume/id".into(),
        undo: request("DELETE", "/volumes/{id}"),
        id: "v1".into(),
        result: answer(body),
    }
}

pub(crate) fn header() -> Header {
    let identity = Identity {
        user_id: "u1".into(),
        user_name: "jane".into(),
        project_id: "p1".into(),
        roles: vec!["member".into()],
        ..Identity::default()
    };
    Header {
        reference_time: 1_795_000_000,
        prefix: "touchstone-0123456789ab-".into(),
        identity: Some(identity),
        report: json!({"run": "r1"}),
        ..Header::default()
    }
}

pub(crate) fn unit(unit: u32) -> Unit {
    let limits = crate::record::Limits { wall_ms: 1000, ..Default::default() };
    Unit {
        unit,
        check: format!("check-{unit}"),
        testcases: vec!["a".into(), "b".into()],
        limits,
        ..Unit::default()
    }
}

pub(crate) fn unit_end(unit: u32) -> UnitEnd {
    let verdicts = BTreeMap::from([("a".to_owned(), "PASS".to_owned())]);
    UnitEnd { unit, how: How::ByItself, said: 1, verdicts, report: json!({"usage": {"calls": 3}}) }
}

pub(crate) fn end() -> End {
    End { report: json!({"interrupted": false}) }
}

/// The bytes of a tape that is written so.
pub(crate) fn written(write: impl FnOnce(&mut Writer<Vec<u8>>), end: Option<&End>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new()).unwrap();
    write(&mut writer);
    writer.end(end).unwrap().0
}

/// A tape with so many units, which read so many times, each with a chunk of its own. Many bodies occur twice.
pub(crate) fn tape_of(units: u32, reads: u32) -> Vec<u8> {
    let write = |writer: &mut Writer<Vec<u8>>| {
        writer.header(&header()).unwrap();
        for number in 0..units {
            writer.unit(&unit(number)).unwrap();
            for read in 0..reads {
                let body = writer.body(format!("{{\"images\": [{}]}}", read / 2).as_bytes()).unwrap();
                let did = if read % 5 == 4 {
                    denied("/x")
                } else {
                    read_of(&format!("/images/{read}"), Some(body))
                };
                writer.call(&call(number, did)).unwrap();
            }
            writer.unit_end(&unit_end(number)).unwrap();
            writer.flush().unwrap();
        }
    };
    written(write, Some(&end()))
}

/// All calls of a tape with the bodies of their answers.
pub(crate) fn calls(tape: &Tape) -> Vec<(Call, Bytes)> {
    let all = tape.units.iter().flat_map(|unit| &unit.calls);
    all.map(|call| (call.clone(), tape.answer(&call.did))).collect()
}
