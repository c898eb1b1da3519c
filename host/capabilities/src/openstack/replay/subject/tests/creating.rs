//! A check that creates, against a tape: behind its grants as always.

use serde_json::Value;

use super::super::super::super::capabilities::Capabilities as _;
use super::super::super::super::granted::{CallLimits, Granted};
use super::super::super::super::ledger::fake_cloud::FakeCloud;
use super::super::super::super::ledger::fake_instance::{Instance, creation, folder, header};
use super::super::super::super::ledger::{Creation, Journal, Ledger};
use super::super::super::super::recording::Recording;
use super::*;

const GRANTS: [&str; 3] = [
    "block-storage POST /volumes max 3, 4 GiB",
    "block-storage GET /volumes/**",
    "block-storage DELETE /volumes/*",
];

/// A check with these grants, against the first unit of a tape.
fn replayed(tape: &Arc<Tape>, grants: &[&str]) -> (Granted, Gaps, Arc<Journal>) {
    let (answers, gaps) = (Arc::new(TapedAnswers::of(Arc::clone(tape))), Gaps::none());
    let shared = Arc::new(TapedSubject::shared(Arc::clone(&answers), gaps.clone()));
    let in_order = Arc::new(TapedSubject::in_order(answers, Some(0), gaps.clone()));
    let direct: Arc<dyn Openstack> = in_order.clone();
    let journal = Journal::unwritten(header());
    let ledger = Ledger::new(Arc::clone(&direct), Arc::clone(&journal), "check");
    let grants = grants.iter().map(|grant| grant.parse().unwrap()).collect();
    (
        Granted::new(shared, grants, CallLimits::default())
            .creating(direct, ledger)
            .without_pauses(move |ms| in_order.waits(ms)),
        gaps,
        journal,
    )
}

fn volume(more: Value) -> Creation {
    creation("volume", more)
}

fn delete(id: &str) -> Request {
    Request::new("volumev3", Method::Delete, format!("/volumes/{id}"))
}

#[tokio::test(start_paused = true)]
async fn what_was_created_is_created_again() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let mut taping = Taping::new();
    let recording = Recording::new(Instance::new(&cloud, folder.path()).granted, taping.unit());
    let before = recording.call(get("compute", "/servers/detail")).await.unwrap();
    let then = recording.create(volume(json!({"size": 1}))).await.unwrap();
    recording.create(volume(json!({"size": 9}))).await.unwrap_err();
    let during = recording.call(get("compute", "/servers/nowhere")).await.unwrap();
    recording.pause(60_000).await;
    let deleted = recording.call(delete(&then.id)).await.unwrap();
    let tape = taping.end();

    let (granted, gaps, journal) = replayed(&tape, super::super::super::super::ledger::fake_instance::GRANTS);
    assert_eq!(granted.call(get("compute", "/servers/detail")).await.unwrap(), before);
    let denied = granted.call(delete(&then.id)).await.unwrap_err();
    assert_eq!(denied.kind, ErrorKind::Denied, "it is not there yet");
    assert_eq!(granted.create(volume(json!({"size": 1}))).await.unwrap(), then);
    assert_eq!(granted.create(volume(json!({"size": 9}))).await.unwrap_err().kind, ErrorKind::Exhausted);
    assert_eq!(granted.call(get("compute", "/servers/nowhere")).await.unwrap(), during);
    let started = tokio::time::Instant::now();
    granted.pause(60_000).await;
    assert_eq!(started.elapsed().as_millis(), 0);
    assert_eq!(gaps.first(), None);
    assert_eq!(granted.call(delete(&then.id)).await.unwrap(), deleted);
    assert_eq!((gaps.first(), granted.usage().calls), (None, 4));
    assert_eq!(journal.path().as_os_str(), "", "nothing is written");
    assert_eq!(journal.finish().unwrap(), None);
}

fn tape_with_two() -> Arc<Tape> {
    let mut taping = Taping::new();
    let track = taping.unit();
    volume_on_tape(&track, &volume(json!({"size": 1})), "v1");
    called(&track, &get("block-storage", "/volumes/v1"), true, &answer("creating"));
    called(&track, &get("block-storage", "/volumes/v1"), true, &answer("available"));
    volume_on_tape(&track, &volume(json!({"size": 2})), "v2");
    taping.end()
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_granted_is_denied() {
    let tape = tape_with_two();
    let one = || volume(json!({"size": 1}));
    let (granted, gaps, _) = replayed(&tape, &GRANTS[1..]);
    assert_eq!(granted.create(one()).await.unwrap_err().kind, ErrorKind::Denied);
    let error = granted.call(get("compute", "/servers")).await.unwrap_err();
    assert_eq!((error.kind, gaps.first()), (ErrorKind::Denied, None), "that is known without the tape");

    let (granted, gaps, _) = replayed(&tape, &["block-storage POST /volumes max 1, 4 GiB", GRANTS[1]]);
    granted.create(one()).await.unwrap();
    assert_eq!(granted.create(volume(json!({"size": 2}))).await.unwrap_err().kind, ErrorKind::Exhausted);
    assert_eq!(granted.call(delete("v1")).await.unwrap_err().kind, ErrorKind::Denied);
    assert_eq!(gaps.first(), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_done_otherwise_is_not_on_tape_and_costs_nothing() {
    let tape = tape_with_two();
    let (granted, gaps, _) = replayed(&tape, &GRANTS);
    assert_missing(granted.create(volume(json!({"size": 2}))).await.map(|created| created.response), NOT_NOW);
    assert!(
        gaps.first().unwrap().starts_with("block-storage POST /volumes: not on tape"),
        "{:?}",
        gaps.first()
    );
    assert_eq!(granted.create(volume(json!({"size": 1}))).await.unwrap().id, "v1");
    for expected in ["creating", "available"] {
        assert_eq!(granted.call(get("block-storage", "/volumes/v1")).await, answer(expected));
    }
    assert_missing(granted.call(get("block-storage", "/volumes/v1")).await, NOT_NOW);
    assert_missing(granted.call(delete("v1")).await, NOT_NOW);
    assert_eq!(granted.create(volume(json!({"size": 2}))).await.unwrap().id, "v2", "it was paid back");
}

/// A tape of a check that waits before its first change, after it, and at the end.
fn tape_with_pauses() -> Arc<Tape> {
    let mut taping = Taping::new();
    let track = taping.unit();
    paused(&track, 500);
    called(&track, &get("block-storage", "/volumes/detail"), false, &answer("none"));
    volume_on_tape(&track, &volume(json!({"size": 1})), "v1");
    paused(&track, 1000);
    called(&track, &get("block-storage", "/volumes/v1"), true, &answer("available"));
    paused(&track, 2000);
    taping.end()
}

#[tokio::test(start_paused = true)]
async fn who_waits_as_then_sees_what_was_seen_then() {
    let (granted, gaps, _) = replayed(&tape_with_pauses(), &GRANTS);
    // Nothing had changed yet: it may wait as it likes.
    for ms in [1, 2, 3] {
        granted.pause(ms).await;
        assert_eq!(granted.call(get("block-storage", "/volumes/detail")).await, answer("none"));
    }
    granted.create(volume(json!({"size": 1}))).await.unwrap();
    granted.pause(1000).await;
    assert_eq!(granted.call(get("block-storage", "/volumes/v1")).await, answer("available"));
    granted.pause(2000).await;
    assert_eq!(gaps.first(), None);
}

#[tokio::test(start_paused = true)]
async fn who_waits_otherwise_after_its_first_change_sees_nothing_more() {
    for pauses in [&[][..], &[999], &[1001], &[1000, 0], &[500, 500]] {
        let (granted, gaps, _) = replayed(&tape_with_pauses(), &GRANTS);
        granted.create(volume(json!({"size": 1}))).await.unwrap();
        for ms in pauses {
            granted.pause(*ms).await;
        }
        assert_missing(granted.call(get("block-storage", "/volumes/v1")).await, NOT_NOW);
        assert!(gaps.first().unwrap().contains("not on tape: "), "{pauses:?}");
    }
}
