use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::time::{Instant, timeout};
use touchstone_grants::Method;
use touchstone_tape::Failure;

use super::super::super::ledger::fake_cloud::{FakeCloud, Fault};
use super::super::super::ledger::fake_instance::{Instance, creation, folder};
use super::super::super::recording::Recording;
use super::super::taping::{Taping, answer, called, created, ended, failed, get, paused, probed};
use super::*;

fn replayed(tape: Arc<Tape>) -> (Verbatim, Gaps) {
    let gaps = Gaps::none();
    (Verbatim::new(tape, 0, gaps.clone()), gaps)
}

/// A tape of one unit.
fn tape_of(how: Option<How>, record: impl FnOnce(&touchstone_tape::Track)) -> Arc<Tape> {
    let mut taping = Taping::new();
    let track = taping.unit();
    record(&track);
    if let Some(how) = how {
        ended(track, how);
    }
    taping.end()
}

fn list() -> Request {
    Request { query: vec![("a".into(), "1".into()), ("b".into(), "2".into())], ..get("image", "/images") }
}

/// All kinds of things that a check may do.
async fn all_kinds(openstack: &dyn Capabilities) -> String {
    let servers = || get("compute", "/servers/detail");
    let all = vec![servers(), get("compute", "/flavors"), get("compute", "/servers/nowhere"), servers()];
    let volume = openstack.create(creation("volume", json!({"size": 1}))).await;
    let id = volume.as_ref().map(|volume| volume.id.clone()).unwrap_or_default();
    let delete = |id: &str| Request::new("volumev3", Method::Delete, format!("/volumes/{id}"));
    let told = [
        format!("{:?}", openstack.call(servers()).await),
        format!("{:?}", openstack.call_all(all, 300).await),
        format!("{volume:?}"),
        format!("{:?}", openstack.create(creation("volume", json!({"size": 9}))).await),
        format!("{:?}", openstack.create(creation("secret", json!({}))).await),
        format!("{:?}", openstack.call(delete("id-6")).await),
        format!("{:?}", openstack.call(delete(&id)).await),
        format!("{:?}", openstack.probe("image".into(), "/".into()).await),
        format!("{:?}", openstack.call(servers()).await),
    ];
    openstack.pause(1000).await;
    format!("{}\n{:?}", told.join("\n"), openstack.call(get("compute", "/servers/detail")).await)
}

#[tokio::test(start_paused = true)]
async fn a_check_sees_again_what_it_saw() {
    let lists = |request: &Request, _| (request.path == "/secrets").then_some(Fault::Lost);
    let (cloud, folder) = (FakeCloud::with_faults(lists), folder());
    let granted = Instance::new(&cloud, folder.path()).granted;
    let mut taping = Taping::new();
    let recording = Recording::new(granted, taping.unit());
    let seen = all_kinds(&recording).await;
    for word in ["Ok(Created { id: \"id-", "Denied", "TooLarge", "Exhausted", "Unreachable", "status: 404"] {
        assert!(seen.contains(word), "{word}: {seen}");
    }
    let (verbatim, gaps) = replayed(taping.end());
    let started = Instant::now();
    assert_eq!(all_kinds(&verbatim).await, seen);
    assert_eq!((gaps.first(), started.elapsed()), (None, Duration::ZERO));
}

/// Whatever runs out, and whenever.
#[tokio::test(start_paused = true)]
async fn a_check_that_used_up_its_limits_sees_that_again() {
    use super::super::super::granted::{CallLimits, Granted};
    let limits = (0..9)
        .map(|max_calls| CallLimits { max_calls, ..CallLimits::default() })
        .chain((0..30).map(|step| CallLimits { max_response_bytes: step * 40, ..CallLimits::default() }))
        .chain([CallLimits { max_calls: 4, max_response_bytes: 500, ..CallLimits::default() }]);
    for limits in limits {
        let cloud = FakeCloud::new();
        let grants =
            vec!["compute GET /servers/**".parse().unwrap(), "image PROBE /servers/detail".parse().unwrap()];
        let granted = Arc::new(Granted::new(Arc::new(cloud), grants, limits.clone()));
        let ask = async |openstack: &dyn Capabilities| {
            let (list, denied) = (|| get("compute", "/servers/detail"), || get("compute", "/flavors"));
            let volume = || creation("volume", json!({"size": 1}));
            let mut told = Vec::new();
            told.push(format!("{:?}", openstack.call(list()).await));
            let all = vec![denied(), list(), denied(), list(), get("compute", "/servers/none"), denied()];
            told.push(format!("{:?}", openstack.call_all(all, 400).await));
            told.push(format!("{:?}", openstack.create(volume()).await));
            told.push(format!("{:?}", openstack.probe("image".into(), "/servers/detail".into()).await));
            told.push(format!("{:?}", openstack.call(denied()).await));
            told
        };
        let mut taping = Taping::new();
        let recording = Recording::new(Arc::clone(&granted), taping.unit());
        let seen = ask(&recording).await;
        let (verbatim, gaps) = replayed(taping.end());
        assert_eq!(ask(&verbatim).await, seen, "{limits:?}");
        assert_eq!(gaps.first(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn answers_come_in_the_order_of_then() {
    let tape = tape_of(Some(How::ByItself), |track| {
        for body in ["1", "2", "3"] {
            called(track, &list(), false, &answer(body));
            paused(track, 60_000);
        }
        called(track, &list(), true, &failed(ErrorKind::Unreachable));
        probed(track, "s3", "/", &answer("4"));
    });
    let (verbatim, gaps) = replayed(tape);
    let started = Instant::now();
    let first = verbatim.call(list()).await.unwrap();
    assert_eq!(Ok(first), answer("1"), "with status, headers and attempts");
    // It may wait more or less often.
    verbatim.pause(60_000).await;
    verbatim.pause(60_000).await;
    let all = verbatim.call_all(vec![list(), list(), list()], 0).await;
    assert_eq!(all, [answer("2"), answer("3"), failed(ErrorKind::Unreachable)]);
    assert_eq!(verbatim.probe("s3".into(), "/".into()).await, answer("4"));
    assert_eq!((started.elapsed(), gaps.first()), (Duration::ZERO, None));
    let error = verbatim.call(list()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotOnTape);
    assert!(error.message.starts_with("image GET /images: not on tape: "), "{error}");
    assert_eq!(gaps.first(), Some(error.message));
}

#[tokio::test]
async fn what_differs_in_anything_is_not_on_tape() {
    let body = |text: &'static str| Some(Bytes::from_static(text.as_bytes()));
    let then = Request {
        microversion: Some("2.1".into()),
        headers: vec![("accept".into(), "a/b".into())],
        body: body("{}"),
        ..list()
    };
    let tape = tape_of(Some(How::ByItself), |track| called(track, &then, false, &answer("1")));
    let others = [
        Request { service: "compute".into(), ..then.clone() },
        Request { method: Method::Head, ..then.clone() },
        Request { path: "/images/".into(), ..then.clone() },
        Request { query: then.query.iter().rev().cloned().collect(), ..then.clone() },
        Request { microversion: None, ..then.clone() },
        Request { headers: Vec::new(), ..then.clone() },
        Request { body: body("{ }"), ..then.clone() },
        Request { body: None, ..then.clone() },
    ];
    for other in others {
        let (verbatim, gaps) = replayed(Arc::clone(&tape));
        let error = verbatim.call(other.clone()).await.unwrap_err();
        assert_eq!((error.kind, gaps.first()), (ErrorKind::NotOnTape, Some(error.message)), "{other:?}");
        // It is on another way now.
        assert_eq!(verbatim.call(then.clone()).await.unwrap_err().kind, ErrorKind::NotOnTape);
    }
    let (verbatim, gaps) = replayed(tape);
    assert_eq!((verbatim.call(then).await, gaps.first()), (answer("1"), None));
}

#[tokio::test]
async fn what_is_done_in_another_way_is_not_on_tape() {
    let volume = || creation("volume", json!({"size": 1}));
    let tape = tape_of(Some(How::ByItself), |track| created(track, &volume(), "v1", &answer("{}")));
    let not_on_tape =
        |result: Result<(), CallError>| assert_eq!(result.unwrap_err().kind, ErrorKind::NotOnTape);
    let others = [
        Creation { id_pointer: "/id".into(), ..volume() },
        Creation { undo: Request { path: "/shares/{id}".into(), ..volume().undo }, ..volume() },
        creation("volume", json!({"size": 2})),
    ];
    for other in others {
        not_on_tape(replayed(Arc::clone(&tape)).0.create(other).await.map(drop));
    }
    not_on_tape(replayed(Arc::clone(&tape)).0.call(volume().request).await.map(drop));
    not_on_tape(
        replayed(Arc::clone(&tape)).0.probe("block-storage".into(), "/volumes".into()).await.map(drop),
    );
    let (verbatim, gaps) = replayed(tape);
    assert_eq!(
        verbatim.create(volume()).await.unwrap(),
        Created { id: "v1".into(), response: answer("{}").unwrap() }
    );
    assert_eq!(gaps.first(), None);

    let tape = tape_of(Some(How::ByItself), |track| probed(track, "s3", "/", &answer("1")));
    for (service, path) in [("object-store", "/"), ("s3", "/x")] {
        let (verbatim, gaps) = replayed(Arc::clone(&tape));
        not_on_tape(verbatim.probe(service.into(), path.into()).await.map(drop));
        assert!(gaps.first().unwrap().starts_with(&format!("{service} GET {path}: not on tape")));
    }
    not_on_tape(replayed(tape).0.call(get("s3", "/")).await.map(drop));
}

#[tokio::test]
async fn the_first_gap_is_told() {
    let (verbatim, gaps) = replayed(tape_of(Some(How::ByItself), |_| {}));
    for path in ["/first", "/second"] {
        verbatim.call(get("image", path)).await.unwrap_err();
    }
    assert!(gaps.first().unwrap().starts_with("image GET /first: "), "{:?}", gaps.first());
    let nobody =
        Verbatim::new(tape_of(None, |track| called(track, &list(), false, &answer(""))), 7, Gaps::none());
    assert_eq!(nobody.call(list()).await.unwrap_err().kind, ErrorKind::NotOnTape, "there is no unit 7");
}

#[tokio::test(start_paused = true)]
async fn who_was_ended_is_ended_where_it_was() {
    for how in [Some(How::TimedOut), Some(How::Stopped), None] {
        let tape = tape_of(how, |track| {
            called(track, &list(), false, &answer("1"));
            paused(track, 1000);
        });
        let (verbatim, gaps) = replayed(tape);
        assert_eq!(verbatim.call(list()).await, answer("1"));
        let a_while = Duration::from_secs(3600);
        assert!(timeout(a_while, gaps.over()).await.is_err(), "not before it asks for more");
        let more = || async { verbatim.call_all(vec![list(), list()], 0).await.len() };
        assert!(timeout(a_while, more()).await.is_err(), "there is no answer");
        assert!(timeout(Duration::ZERO, gaps.over()).await.is_ok(), "{how:?}");
        assert_eq!(gaps.first(), None);
        let created = verbatim.create(creation("volume", json!({"size": 1})));
        assert!(timeout(a_while, created).await.is_err());
        assert!(timeout(a_while, verbatim.probe("s3".into(), "/".into())).await.is_err());
    }
    let (verbatim, gaps) = replayed(tape_of(Some(How::ByItself), |_| {}));
    verbatim.call(list()).await.unwrap_err();
    assert!(timeout(Duration::from_secs(3600), gaps.over()).await.is_err(), "who ended by itself is not");
}

/// Whoever waits for the end before it comes is told, too.
#[tokio::test(start_paused = true)]
async fn the_end_is_told_to_who_waits() {
    let (verbatim, gaps) = replayed(tape_of(Some(How::TimedOut), |_| {}));
    let ended = tokio::select! {
        biased;
        () = gaps.over() => true,
        _ = verbatim.call(list()) => false,
    };
    assert!(ended);
}

#[tokio::test]
async fn who_has_used_up_its_calls_is_refused_whatever_it_asks_for() {
    for how in [Some(How::ByItself), Some(How::TimedOut), None] {
        let tape = tape_of(how, |track| {
            called(track, &list(), false, &answer("1"));
            let failure = Failure { kind: "exhausted".into(), message: "exhausted, said the host".into() };
            track.call(Did::UsedUp(failure), None, None, Bytes::new(), std::time::Instant::now());
            paused(track, 1000);
        });
        let (verbatim, gaps) = replayed(tape);
        assert_eq!(verbatim.call(list()).await, answer("1"));
        let refused = || failed(ErrorKind::Exhausted);
        for _ in 0..3 {
            assert_eq!(verbatim.call(get("compute", "/x")).await, refused());
            assert_eq!(verbatim.call_all(vec![list(); 2], 0).await, [refused(), refused()]);
            assert_eq!(verbatim.probe("s3".into(), "/".into()).await, refused());
            let volume = verbatim.create(creation("volume", json!({"size": 1}))).await;
            assert_eq!(volume.map(|created| created.response), refused());
        }
        assert_eq!(gaps.first(), None);
    }
}

#[tokio::test]
async fn the_subject_is_as_it_was() {
    let (verbatim, _) = replayed(tape_of(None, |_| {}));
    let catalog = verbatim.catalog();
    assert_eq!((catalog.len(), &*catalog[0].service_type, &*catalog[0].name), (1, "image", "glance"));
    assert_eq!(catalog[0].endpoints[0].url, "https://image.example");
    assert_eq!(
        (&*verbatim.identity().user_id, &verbatim.identity().roles[..]),
        ("u1", &["member".to_owned()][..])
    );
}

/// As those of a later version may be.
#[tokio::test]
async fn an_error_of_an_unknown_kind_is_a_gap() {
    let failure = || Failure { kind: "moonstruck".into(), message: "?".into() };
    let result = || touchstone_tape::CallResult::Error(failure());
    let probe = Did::Probe { service: "s3".into(), path: "/".into(), result: result() };
    let read = Did::Call { request: on_tape::request(&list()), fresh: false, result: result() };
    let now = std::time::Instant::now;
    let tape = tape_of(None, |track| track.call(read, None, None, Bytes::new(), now()));
    let (verbatim, gaps) = replayed(tape);
    assert_eq!(verbatim.call(list()).await.unwrap_err().kind, ErrorKind::NotOnTape);
    assert!(gaps.first().is_some_and(|gap| gap.contains("a kind that is not known")), "{:?}", gaps.first());
    let (verbatim, gaps) =
        replayed(tape_of(None, |track| track.call(probe, None, None, Bytes::new(), now())));
    assert_eq!(verbatim.probe("s3".into(), "/".into()).await.unwrap_err().kind, ErrorKind::NotOnTape);
    assert!(gaps.first().is_some());
}
