use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::sync::mpsc;

use serde_json::json;

use super::*;
use crate::record::{Answer, Failure};
use crate::samples;
use crate::tape::Tape;

mod failing;

/// Ends a tape, or says that it hangs.
fn end(recorder: Recorder) -> Result<Recorded, String> {
    let (told, hears) = mpsc::channel();
    std::thread::spawn(move || told.send(recorder.end(samples::end())));
    hears.recv_timeout(Duration::from_secs(20)).expect("the end comes in time")
}

fn partial(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.partial", file.display()))
}

fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn answer() -> CallResult {
    CallResult::Answer(Answer { status: 200, headers: Vec::new(), body: None, attempts: 1 })
}

fn read_of(path: &str) -> Did {
    Did::Call { request: samples::get(path), fresh: false, result: answer() }
}

fn call(track: &Track, path: &str, body: &str) {
    track.call(read_of(path), None, None, Bytes::from(body.to_owned()), Instant::now());
}

#[test]
fn what_is_recorded_is_on_the_tape() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a run.tape");
    let recorder = Recorder::start(file.clone());
    let evidence = Evidence { file: "tempest.xml".to_owned(), body: 0, written_at: Some(1_764_000_000) };
    let evidence = vec![("tempest".to_owned(), evidence, Bytes::from_static(b"<xml/>"))];
    recorder.header(samples::header(), evidence, vec![Bytes::from_static(b"signed")]);
    let tracks = [0, 1].map(|number| recorder.unit(samples::unit(number)));
    call(&tracks[1], "/images", "list");
    call(&tracks[0], "/images", "list");
    let creation = samples::creation(None, None);
    let of = |text: &'static str| Some(Bytes::from_static(text.as_bytes()));
    tracks[0].call(creation, of("sent"), of("undone"), Bytes::from_static(b"created"), Instant::now());
    let failure = Failure { kind: "timed-out".into(), message: "no answer".into() };
    let probe = Did::Probe { service: "s3".into(), path: "/".into(), result: CallResult::Error(failure) };
    tracks[1].call(probe, None, None, Bytes::new(), Instant::now());
    tracks[1].call(Did::Pause { ms: 7 }, None, None, Bytes::new(), Instant::now());
    call(&tracks[1], "/empty", "");
    let [first, second] = tracks;
    second.end(How::TimedOut, 3, BTreeMap::from([("a".into(), "DNF".into())]), json!({"calls": 3}));
    first.end(How::ByItself, 0, BTreeMap::new(), Value::Null);
    let recorded = end(recorder).unwrap();

    let tape = Tape::open(&file).unwrap();
    assert_eq!((tape.damage.clone(), tape.end.clone()), (None, Some(samples::end())));
    assert_eq!(recorded, Recorded { sha256: tape.digest(), bytes: tape.bytes });
    let evidence = &tape.header.evidence["tempest"];
    assert_eq!((&*evidence.file, &*tape.body(Some(evidence.body))), ("tempest.xml", &b"<xml/>"[..]));
    assert_eq!(tape.body(Some(tape.header.attestations[0].body)), "signed");
    assert_eq!(tape.bodies(), 6, "equal ones once, empty ones not at all");
    let calls = |unit: usize| tape.units[unit].calls.iter().map(|call| call.did.clone()).collect::<Vec<_>>();
    let list = Some(2);
    assert_eq!(
        calls(1)[2..],
        [Did::Pause { ms: 7 }, Did::Call { request: samples::get("/empty"), fresh: false, result: answer() }]
    );
    let Did::Create { request, undo, result: CallResult::Answer(created), .. } = &calls(0)[1] else {
        panic!()
    };
    let bodies = [request.body, undo.body, created.body].map(|body| tape.body(Some(body.unwrap())));
    assert_eq!(bodies, ["sent", "undone", "created"]);
    for unit in [0, 1] {
        let Did::Call { result: CallResult::Answer(answer), .. } = &calls(unit)[0] else { panic!() };
        assert_eq!((answer.body, tape.body(answer.body)), (list, Bytes::from_static(b"list")));
    }
    let end = tape.units[1].end.as_ref().unwrap();
    assert_eq!((end.unit, end.how, end.said, &end.verdicts["a"]), (1, How::TimedOut, 3, &"DNF".to_owned()));
}

#[test]
fn times_are_those_of_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    let track = recorder.unit(samples::unit(0));
    std::thread::sleep(Duration::from_millis(30));
    let started = Instant::now();
    std::thread::sleep(Duration::from_millis(20));
    track.call(read_of("/"), None, None, Bytes::new(), started);
    // Before the run had begun.
    let long_ago = started.checked_sub(Duration::from_millis(500)).unwrap();
    track.call(read_of("/"), None, None, Bytes::new(), long_ago);
    end(recorder).unwrap();
    let calls = &Tape::open(&file).unwrap().units[0].calls;
    assert!(calls[0].at_ms >= 30 && calls[0].ms >= 20, "{calls:?}");
    assert!(calls[1].at_ms == 0 && calls[1].ms >= 520, "{calls:?}");
}

#[test]
fn it_is_for_the_owner_only_and_has_its_name_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    std::fs::write(&file, "an older one").unwrap();
    // What a run that was killed left, readable for everybody.
    std::fs::write(partial(&file), "rubbish").unwrap();
    std::fs::set_permissions(partial(&file), std::fs::Permissions::from_mode(0o666)).unwrap();
    let left = std::fs::metadata(partial(&file)).unwrap().ino();
    let held = File::open(partial(&file)).unwrap();

    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    wait_for("another file", || std::fs::metadata(partial(&file)).is_ok_and(|now| now.ino() != left));
    assert_eq!(std::fs::metadata(partial(&file)).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "an older one");
    end(recorder).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!partial(&file).exists());
    assert_eq!(Tape::open(&file).unwrap().damage, None);
    assert_eq!(held.metadata().unwrap().len(), 7, "nothing was written to who has it open");
}

#[test]
fn a_link_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    let victim = folder.path().join("victim");
    std::fs::write(&victim, "mine").unwrap();
    std::os::unix::fs::symlink(&victim, partial(&file)).unwrap();
    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    end(recorder).unwrap();
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "mine");
    assert!(file.symlink_metadata().unwrap().is_file());
}

/// As when the process is killed: what was recorded more than a second before is there.
#[test]
fn what_was_recorded_is_not_lost_when_the_run_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    let track = recorder.unit(samples::unit(0));
    call(&track, "/images", "list");
    let calls = || {
        Tape::open(&partial(&file)).map_or(0, |tape| tape.units.first().map_or(0, |unit| unit.calls.len()))
    };
    wait_for("a flush", || calls() == 1);
    call(&track, "/images", "another list");
    let tape = Tape::open(&partial(&file)).unwrap();
    assert!(tape.damage.is_some_and(|damage| !damage.changed) && tape.end.is_none());
    wait_for("another flush", || calls() == 2);
    assert!(!file.exists());
    // It lives as long as the process.
    std::mem::forget((recorder, track));
}

#[test]
fn calls_that_never_pause_do_not_keep_it_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    let track = recorder.unit(samples::unit(0));
    wait_for("a flush", || {
        call(&track, "/images", "list");
        Tape::open(&partial(&file)).is_ok_and(|tape| !tape.units.is_empty())
    });
    end(recorder).unwrap();
}

#[test]
fn a_run_that_ends_without_an_end_leaves_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    let recorder = Recorder::start(file.clone());
    recorder.header(samples::header(), Vec::new(), Vec::new());
    call(&recorder.unit(samples::unit(0)), "/images", "list");
    drop(recorder);
    wait_for("a flush", || Tape::open(&partial(&file)).is_ok_and(|tape| tape.units.len() == 1));
    assert!(!file.exists());
}
