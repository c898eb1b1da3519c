//! Creations, changes, and what is read since.

use super::*;
use crate::openstack::Creation;

fn volume(name: &str, size: u32) -> Creation {
    let body = json!({"name": format!("{PREFIX}{name}"), "size": size});
    Creation::of("block-storage", "/volumes", "volume", body)
}

fn show() -> Request {
    Request::get("block-storage", "/volumes/v1")
}

fn rename() -> Request {
    Request::json(Method::Put, "block-storage", "/volumes/v1", &json!({"volume": {"description": "d"}}))
}

/// The flavors change when a volume is created, as nowhere else.
fn tape() -> Writing {
    Writing::begin()
        .unit("own", |unit| {
            unit.read(&flavors(), 200, &json!("before"));
            unit.creation(&volume("a", 1).request, "v1");
            unit.fresh(&show(), 200, &json!("creating"));
            unit.fresh(&show(), 200, &json!("available"));
            unit.fresh(&rename(), 200, &json!("renamed"));
            unit.fresh(&flavors(), 200, &json!("since"));
        })
        .unit("other", |unit| unit.read(&Request::get("compute", "/servers"), 200, &json!([])))
}

fn create(cx: &mut Context, creation: &Creation) -> String {
    match cx.create(creation) {
        Ok(created) => created.id,
        Err(error) => format!("{:?}: {}", error.kind, error.message),
    }
}

#[test]
fn a_creation_is_answered_as_then() {
    let report = tape().run(|cx| {
        assert_eq!(cx.prefix(), PREFIX);
        log(cx, &[flavors(), flavors()]);
        let id = create(cx, &volume("a", 1));
        cx.log(crate::LogLevel::Info, &id);
        log(cx, &[show(), show(), show(), rename(), flavors(), flavors()]);
        pass(cx);
        Ok(())
    });
    let (before, since) = ("200 \"before\"", "200 \"since\"");
    let shown = ["200 \"creating\"", "200 \"available\"", "200 \"available\"", "200 \"renamed\""];
    assert_eq!(logged(&report)[..3], [before, before, "v1"]);
    assert_eq!(logged(&report)[3..7], shown);
    assert_eq!(logged(&report)[7..], [since, since]);
    assert_eq!(report.created, ["block-storage /volumes a"]);
    assert_eq!((verdict(&report), report.error), (Some(Verdict::Pass), None));
}

#[test]
fn blanks_in_a_body_do_not_matter() {
    let report = tape().run(|cx| {
        let mut creation = volume("a", 1);
        let text = format!("{{ \"volume\": {{\"size\" : 1, \"name\": \"{PREFIX}a\"}} }}");
        creation.request.body = Some(text.into_bytes());
        Err(Error::new(create(cx, &creation)))
    });
    assert_eq!(report.reason("t"), "v1");
}

#[test]
fn another_creation_is_not_on_tape() {
    let report = tape().run(|cx| Err(Error::new(create(cx, &volume("a", 2)))));
    let expected = "block-storage POST /volumes: not on tape: it was asked for otherwise when the tape was recorded: \
                    with the body `{\"volume\":{\"name\":\"touchstone-fedcba987654-a\",\"size\":1}}`, now `{\"volume\":";
    assert!(report.reason("t").starts_with(expected), "{}", report.reason("t"));
    assert_eq!(report.not_on_tape, ["POST block-storage /volumes"]);
}

#[test]
fn nothing_is_created_twice_by_one_answer() {
    let report = tape().run(|cx| {
        assert_eq!(create(cx, &volume("a", 1)), "v1");
        Err(Error::new(create(cx, &volume("a", 1))))
    });
    assert!(report.reason("t").contains("the check created it 1 times when the tape was recorded"));
}

#[test]
fn a_read_is_another_one_since_a_change() {
    // Others read it too, but not since this check created something.
    let report = tape().run(|cx| {
        create(cx, &volume("a", 1));
        log(cx, &[flavors(), Request::get("compute", "/servers")]);
        Ok(())
    });
    assert_eq!(logged(&report), ["200 \"since\"", "NotOnTape"]);
    let expected = "asked for only before the check had created or changed something";
    assert!(report.reason("t").contains(expected), "{}", report.reason("t"));

    let report = tape().run(|cx| {
        log(cx, &[Request::get("compute", "/servers"), show()]);
        Ok(())
    });
    assert_eq!(logged(&report), ["200 []", "NotOnTape"]);
    assert!(report.reason("t").contains("only after it had created or changed something"));
}

#[test]
fn reads_beside_a_change_may_have_seen_it() {
    let report = tape().run(|cx| {
        create(cx, &volume("a", 1));
        let outcomes = cx.call_all(&[flavors(), rename()]);
        outcomes.into_iter().for_each(|outcome| log_outcome(cx, outcome));
        Ok(())
    });
    assert_eq!(logged(&report), ["200 \"since\"", "200 \"renamed\""]);
}

#[test]
fn what_was_refused_changed_nothing() {
    let writing = Writing::begin().unit("own", |unit| {
        let creation = volume("a", 1);
        let did = Did::Create {
            request: taped(&creation.request),
            id_pointer: "/volume/id".into(),
            undo: tape::Request::default(),
            id: String::new(),
            result: failed("denied"),
        };
        unit.0.call(did, creation.request.body.map(Bytes::from), None, Bytes::new(), Instant::now());
        unit.read(&flavors(), 200, &json!("before"));
    });
    let report = writing.run(|cx| {
        let denied = create(cx, &volume("a", 1));
        log(cx, &[flavors()]);
        Err(Error::new(denied))
    });
    assert_eq!(report.reason("t"), "Denied: denied, as recorded");
    assert_eq!(logged(&report), ["200 \"before\""]);
}

#[test]
fn the_prefix_is_that_of_the_tape() {
    let report = tape().run(|cx| {
        let body = json!({"name": "touchstone-0123456789ab-a", "size": 1});
        Err(Error::new(create(cx, &Creation::of("block-storage", "/volumes", "volume", body))))
    });
    assert!(report.reason("t").starts_with("Denied: "), "{}", report.reason("t"));
    assert!(report.not_on_tape.is_empty());
}

#[test]
fn a_scripted_creation_replaces_that_of_the_tape() {
    let created = br#"{"volume": {"id": "v2"}}"#;
    let cloud = tape().cloud().reply(Method::Post, "block-storage", "/volumes", 202, created);
    let report = cloud.run(&check(|cx| {
        let ids = (create(cx, &volume("a", 2)), create(cx, &volume("b", 2)));
        log(cx, &[flavors()]);
        Err(Error::new(format!("{ids:?}")))
    }));
    assert_eq!(report.reason("t"), "(\"v2\", \"v2\")");
    assert_eq!(logged(&report), ["200 \"since\""]);
}
