//! What is read from a tape, and what is not taken for one.

use sha2::{Digest, Sha256};

use super::*;
use crate::openstack::{Identity, Service};

fn whole() -> Vec<u8> {
    Writing::begin().unit("a-check", |_| ()).unit("own", |_| ()).bytes()
}

#[test]
fn the_check_sees_what_it_saw() {
    let service = tape::Service {
        service_type: "volumev3".into(),
        name: "cinder".into(),
        endpoints: vec![tape::Endpoint { url: "https://c".into(), ..tape::Endpoint::default() }],
    };
    let header = Header {
        reference_time: 1_800_000_000,
        prefix: PREFIX.into(),
        catalog: vec![service],
        identity: Some(tape::Identity { user_name: "jane".into(), ..tape::Identity::default() }),
        ..Header::default()
    };
    let evidence = ["results", "of others"].map(|name| (name.into(), "f.xml".into(), Bytes::from(name)));
    let unit = Unit {
        check: "own".into(),
        parameters: BTreeMap::from([("size".into(), "9".into()), ("kind".into(), "ssd".into())]),
        evidence: vec!["results".into()],
        testcases: vec!["u".into()],
        ..Unit::default()
    };
    let cloud = Writing::with(header, evidence.into()).unit_of(unit, |_| ()).cloud();
    assert_eq!(cloud.catalog.len(), 1);
    let Service { service_type, endpoints, .. } = &cloud.catalog[0];
    assert_eq!((service_type.as_str(), endpoints[0].url.as_str()), ("volumev3", "https://c"));
    assert_eq!(cloud.identity, Identity { user_name: "jane".into(), ..Identity::default() });

    let run = |cx: &mut Context| {
        let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let seen =
            (cx.reference_time(), cx.prefix(), cx.testcases(), cx.parameter("size"), cx.parameter("kind"));
        let evidence = (text(cx.evidence("results")), text(cx.evidence("of others")));
        pass(cx);
        Err(Error::new(format!("{seen:?} {evidence:?}")))
    };
    // What a test gives comes before.
    let report = cloud.parameter("kind", "hdd").run(&check(run));
    let seen = (1_800_000_000, PREFIX, ["u"], Some("9"), Some("hdd"));
    assert_eq!(report.reason("u"), format!("{seen:?} {:?}", (Some("results"), None::<&str>)));
    assert_eq!(report.wanted, ["u"]);
    assert!(report.outcomes.is_empty(), "`t` was not asked for");
}

#[test]
fn what_a_test_gives_comes_before_the_tape() {
    let run = |cx: &mut Context| Err(Error::new(format!("{} {:?}", cx.reference_time(), cx.testcases())));
    let cloud = Cloud::from_tape_bytes(&whole(), "own").only(&["t"]).reference_time(7);
    assert_eq!(cloud.run(&check(run)).reason("t"), "7 [\"t\"]");
}

#[test]
fn without_a_prefix_there_is_one() {
    let cloud = Writing::with(Header::default(), Vec::new()).unit("own", |_| ()).cloud();
    let report = cloud.run(&check(|cx| Err(Error::new(cx.prefix()))));
    assert_eq!(report.reason("t"), "touchstone-0123456789ab-");
}

#[test]
fn the_first_unit_of_a_check_counts() {
    let unit = |value: &str| Unit {
        check: "own".into(),
        parameters: BTreeMap::from([("p".into(), value.into())]),
        ..Unit::default()
    };
    let cloud = Writing::begin().unit_of(unit("1"), |_| ()).unit_of(unit("2"), |_| ()).cloud();
    assert_eq!(cloud.parameters["p"], "1");
}

#[test]
fn what_is_no_tape_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        path
    };
    let message = panics(|| drop(Cloud::from_tape("src/none.tape", "own")));
    assert!(message.starts_with("there is no tape src/none.tape (seen from /"), "{message}");
    assert!(
        message.contains("`touchstone run SCOPE --cloud NAME --record src/none.tape` records one"),
        "{message}"
    );

    let text = file("text.tape", b"version https://example.org/a-pointer");
    let message = panics(|| drop(Cloud::from_tape(&text, "own")));
    assert!(message.contains("text.tape: it is not a tape"), "{message}");

    let bytes = whole();
    for length in [bytes.len() - 1, bytes.len() / 2, 20, 3] {
        let cut = file("cut.tape", &bytes[..length]);
        let message = panics(|| drop(Cloud::from_tape(&cut, "own")));
        assert!(
            message.contains("cut.tape: ") && message.contains("the tape was cut off at byte"),
            "{message}"
        );
    }
    let mut changed = bytes.clone();
    *changed.last_mut().expect("it is not empty") ^= 1;
    let changed = file("changed.tape", &changed);
    let message = panics(|| drop(Cloud::from_tape(&changed, "own")));
    assert!(message.contains("the tape is damaged at byte"), "{message}");

    // All of it is a tape.
    assert!(Cloud::from_tape(file("whole.tape", &bytes), "own").run(&check(|_| Ok(()))).error.is_none());
}

#[test]
fn a_check_that_is_not_on_the_tape_is_told_which_are() {
    let message = panics(|| drop(Cloud::from_tape_bytes(&whole(), "another")));
    let expected = "the tape: the check another is not on the tape, but a-check, own;";
    assert!(message.starts_with(expected), "{message}");
    let message = panics(|| drop(Cloud::from_tape_bytes(&Writing::begin().bytes(), "another")));
    assert!(message.contains("not on the tape, but no check at all"), "{message}");
}

#[test]
fn assets_are_those_of_the_tape() {
    let hash: String = Sha256::digest(b"list").iter().map(|byte| format!("{byte:02x}")).collect();
    let unit = Unit {
        check: "own".into(),
        testcases: vec!["t".into()],
        assets: BTreeMap::from([("list".into(), format!("sha256:{hash}"))]),
        ..Unit::default()
    };
    let cloud = Writing::begin().unit_of(unit, |_| ()).cloud();
    let reading = check(|cx| {
        let list = cx.asset("list")?;
        let more = cx.asset("more");
        Err(Error::new(format!("{list:?} {}", more.is_ok())))
    });
    let run = |cloud: Cloud| cloud.run(&reading).reason("t");
    assert_eq!(run(cloud.clone().asset("list", b"list")), format!("{:?} false", b"list"));
    assert_eq!(run(cloud.clone().asset("list", b"list").asset("more", b"")), format!("{:?} true", b"list"));

    let (none, other) = (cloud.clone(), cloud.clone().asset("list", b"other"));
    let message = panics(move || drop(run(none)));
    assert!(message.contains(&format!("an asset `list` of sha256:{hash}")), "{message}");
    assert!(message.contains(".asset(\"list\", include_bytes!(…))"), "{message}");
    let message = panics(move || drop(run(other)));
    assert!(
        message.contains(&hash) && message.contains("the test hands in one of sha256:d9298a"),
        "{message}"
    );
    // Who does not read it needs none.
    assert!(cloud.run(&check(|_| Ok(()))).error.is_none());
}
