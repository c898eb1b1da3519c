use serde_json::json;

use super::super::super::ledger::fake_instance::with_body;
use super::super::taping::{Taping, answer, called, created, failed, get, paused, probed};
use super::*;

mod creating;

fn shared(tape: Arc<Tape>) -> (TapedSubject, Gaps) {
    let gaps = Gaps::none();
    (TapedSubject::shared(Arc::new(TapedAnswers::of(tape)), gaps.clone()), gaps)
}

fn in_order(tape: Arc<Tape>, unit: Option<usize>) -> (TapedSubject, Gaps) {
    let gaps = Gaps::none();
    (TapedSubject::in_order(Arc::new(TapedAnswers::of(tape)), unit, gaps.clone()), gaps)
}

/// Asserts that something is not on tape, for that reason.
fn assert_missing(outcome: Outcome, why: &str) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotOnTape, "{error}");
    assert!(error.message.contains("not on tape: ") && error.message.contains(why), "{error}");
}

const NEVER: &str = "no check asked for it";
const DIFFERS: &str = "the subject did not always answer it the same";
const NOT_NOW: &str = "the check did not ask for it, at this point";

#[tokio::test]
async fn what_any_check_read_is_known() {
    let mut taping = Taping::new();
    let (first, second) = (taping.unit(), taping.unit());
    called(&first, &get("image", "/images"), false, &answer("images"));
    called(&second, &get("compute", "/flavors"), false, &answer("flavors"));
    called(
        &second,
        &get("compute", "/flavors/x"),
        false,
        &Ok(Response { status: 404, ..answer("{}").unwrap() }),
    );
    paused(&second, 1000);
    let (subject, gaps) = shared(taping.end());
    for _ in 0..2 {
        assert_eq!(subject.call(get("image", "/images")).await, answer("images"));
        assert_eq!(subject.call(get("compute", "/flavors")).await, answer("flavors"));
        assert_eq!(subject.call(get("compute", "/flavors/x")).await.unwrap().status, 404);
    }
    assert_eq!(gaps.first(), None);
    let with = |name: &str| Request { query: vec![(name.into(), "1".into())], ..get("image", "/images") };
    for other in [
        get("image", "/images/"),
        get("compute", "/images"),
        with("limit"),
        Request { microversion: Some("2.1".into()), ..get("image", "/images") },
        Request { headers: vec![("accept".into(), "text/plain".into())], ..get("image", "/images") },
        Request { method: Method::Head, ..get("image", "/images") },
        get("no service", "/images"),
        get("image", "images/../x"),
    ] {
        assert_missing(subject.call(other).await, NEVER);
    }
    assert!(gaps.first().unwrap().starts_with("image GET /images/: not on tape"), "{:?}", gaps.first());
    assert_eq!((subject.catalog().len(), &*subject.identity().user_id), (1, "u1"));
}

#[tokio::test]
async fn aliases_are_of_the_same_service() {
    let mut taping = Taping::new();
    let track = taping.unit();
    called(&track, &get("volumev3", "/types"), false, &answer("types"));
    called(&track, &get("block-storage", "/limits"), false, &answer("limits"));
    probed(&track, "volumev3", "/", &answer("probed"));
    let (subject, _) = shared(taping.end());
    for service in ["volumev3", "block-storage", "volume"] {
        assert_eq!(subject.call(get(service, "/types")).await, answer("types"), "{service}");
        assert_eq!(subject.call(get(service, "/limits")).await, answer("limits"), "{service}");
        assert_eq!(subject.probe(service.into(), "/".into()).await, answer("probed"), "{service}");
    }
}

#[tokio::test]
async fn a_subject_that_answers_in_two_ways_is_not_guessed_at() {
    let status = |status| Ok(Response { status, ..answer("x").unwrap() });
    let headers = || Ok(Response { headers: Vec::new(), ..answer("x").unwrap() });
    let attempts = || Ok(Response { attempts: 0, ..answer("x").unwrap() });
    let unreachable = || failed(ErrorKind::Unreachable);
    let cases: Vec<(Vec<Outcome>, bool)> = vec![
        (vec![answer("x"), answer("x")], true),
        (vec![answer("x"), attempts()], true),
        (vec![unreachable(), unreachable()], true),
        (vec![answer("x"), answer("y")], false),
        (vec![answer("x"), answer("y"), answer("x"), answer("x")], false),
        (vec![status(200), status(503)], false),
        (vec![answer("x"), headers()], false),
        (vec![answer("x"), unreachable()], false),
        (vec![unreachable(), failed(ErrorKind::TimedOut)], false),
    ];
    for (outcomes, same) in cases {
        let mut taping = Taping::new();
        for outcome in &outcomes {
            let track = taping.unit();
            called(&track, &get("image", "/images"), false, outcome);
            probed(&track, "s3", "/", outcome);
        }
        let (subject, gaps) = shared(taping.end());
        let (read, probed) =
            (subject.call(get("image", "/images")).await, subject.probe("s3".into(), "/".into()).await);
        if same {
            assert_eq!((&read, &probed, gaps.first()), (&outcomes[0], &outcomes[0], None));
        } else {
            assert_missing(read, DIFFERS);
            assert_missing(probed, "");
            assert!(gaps.first().unwrap().contains(DIFFERS));
        }
    }
}

#[tokio::test]
async fn what_the_host_said_is_no_answer_of_the_subject() {
    use ErrorKind::{
        Cancelled, Denied, Exhausted, InvalidRequest, NoSuchService, NotOnTape, TimedOut, TooLarge,
        Unreachable,
    };
    for (kind, of_subject) in [
        (NoSuchService, true),
        (Unreachable, true),
        (TimedOut, true),
        (Denied, false),
        (InvalidRequest, false),
        (TooLarge, false),
        (Exhausted, false),
        (Cancelled, false),
        (NotOnTape, false),
    ] {
        let mut taping = Taping::new();
        let (one, other) = (taping.unit(), taping.unit());
        called(&one, &get("image", "/images"), false, &failed(kind));
        called(&one, &get("image", "/only-here"), false, &failed(kind));
        probed(&one, "s3", "/", &failed(kind));
        called(&one, &get("image", "/fresh"), true, &failed(kind));
        called(&other, &get("image", "/images"), false, &answer("images"));
        let tape = taping.end();
        let (subject, _) = shared(Arc::clone(&tape));
        let (fresh, _) = in_order(tape, Some(0));
        let outcomes = [
            subject.call(get("image", "/only-here")).await,
            subject.probe("s3".into(), "/".into()).await,
            fresh.call(get("image", "/fresh")).await,
        ];
        for outcome in outcomes {
            if of_subject { assert_eq!(outcome, failed(kind)) } else { assert_missing(outcome, "") }
        }
        let images = subject.call(get("image", "/images")).await;
        if of_subject {
            assert_missing(images, DIFFERS)
        } else {
            assert_eq!(images, answer("images"), "of another check")
        }
    }
}

#[tokio::test]
async fn changes_are_answered_in_order_and_only_so() {
    let post = |path: &str, body: &str| Request {
        body: Some(Bytes::from(body.to_owned())),
        ..Request::new("compute", Method::Post, path)
    };
    let mut taping = Taping::new();
    let (other, track) = (taping.unit(), taping.unit());
    called(&other, &get("compute", "/of-another"), true, &answer("other"));
    called(&track, &get("compute", "/servers"), false, &answer("none"));
    called(&track, &post("/x", r#"{"b": 1, "a": [1,  "x y"]}"#), true, &answer("1"));
    called(&track, &get("compute", "/servers"), true, &answer("BUILD"));
    called(&track, &get("compute", "/servers"), true, &failed(ErrorKind::Denied));
    called(&track, &get("compute", "/servers"), true, &answer("ACTIVE"));
    called(&track, &post("/raw", "not  JSON"), true, &answer("2"));
    let tape = taping.end();
    let (subject, gaps) = in_order(Arc::clone(&tape), Some(1));
    assert_missing(subject.call(get("compute", "/servers")).await, NOT_NOW);
    assert_eq!(
        subject.call(post("/x", "{\"a\":[1,\"x y\"],\n \"b\":1}")).await,
        answer("1"),
        "blanks do not matter"
    );
    assert_missing(subject.call(post("/x", r#"{"b": 1, "a": [1,  "x y"]}"#)).await, NOT_NOW);
    assert_eq!(subject.call(get("compute", "/servers")).await, answer("BUILD"));
    assert_missing(subject.call(post("/raw", "not  JSON")).await, NOT_NOW);
    assert_eq!(subject.call(get("compute", "/servers")).await, answer("ACTIVE"));
    assert_missing(subject.call(post("/raw", "not JSON")).await, NOT_NOW);
    assert_eq!(subject.call(post("/raw", "not  JSON")).await, answer("2"));
    assert_missing(subject.call(get("compute", "/servers")).await, NOT_NOW);
    assert!(gaps.first().unwrap().starts_with("compute GET /servers: not on tape"));

    for unit in [Some(0), Some(7), None] {
        assert_missing(in_order(Arc::clone(&tape), unit).0.call(get("compute", "/servers")).await, NOT_NOW);
    }
    let (first, _) = in_order(Arc::clone(&tape), Some(0));
    assert_eq!(first.call(get("compute", "/of-another")).await, answer("other"));
    let (shared, _) = shared(tape);
    assert_eq!(shared.call(get("compute", "/servers")).await, answer("none"), "before anything was changed");
    assert_missing(shared.call(get("compute", "/of-another")).await, NEVER);
}

#[tokio::test]
async fn bodies_that_differ_are_other_calls() {
    let post = |body: &serde_json::Value| with_body(Request::new("compute", Method::Post, "/x"), body);
    let mut taping = Taping::new();
    called(&taping.unit(), &post(&json!({"a": {"b": [1, 2]}})), true, &answer("1"));
    let tape = taping.end();
    for other in
        [json!({"a": {"b": [2, 1]}}), json!({"a": {"b": [1, 2], "c": null}}), json!({"a": {"b": ["1", 2]}})]
    {
        assert_missing(in_order(Arc::clone(&tape), Some(0)).0.call(post(&other)).await, NOT_NOW);
    }
    let without = Request::new("compute", Method::Post, "/x");
    assert_missing(in_order(Arc::clone(&tape), Some(0)).0.call(without).await, NOT_NOW);
    assert_eq!(in_order(tape, Some(0)).0.call(post(&json!({"a": {"b": [1, 2]}}))).await, answer("1"));
}

#[tokio::test]
async fn probes_are_no_calls() {
    let mut taping = Taping::new();
    let track = taping.unit();
    probed(&track, "object-store", "/", &answer("probed"));
    called(&track, &get("object-store", "/read"), false, &answer("read"));
    let tape = taping.end();
    for subject in [shared(Arc::clone(&tape)).0, in_order(tape, Some(0)).0] {
        assert_eq!(subject.probe("object-store".into(), "/".into()).await, answer("probed"));
        assert_missing(subject.probe("object-store".into(), "/read".into()).await, "no check probed it");
        assert_missing(subject.call(get("object-store", "/")).await, "");
    }
}

/// Who creates on the tape, and how: for `creating`.
fn volume_on_tape(
    track: &touchstone_tape::Track,
    creation: &super::super::super::ledger::Creation,
    id: &str,
) {
    created(
        track,
        creation,
        id,
        &Ok(Response { status: 202, ..answer(&json!({"volume": {"id": id}}).to_string()).unwrap() }),
    );
}
