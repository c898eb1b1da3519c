//! What reads and probes are answered.

use super::*;

#[test]
fn the_check_of_the_tape_is_answered_as_then() {
    let writing = Writing::begin().unit("own", |unit| {
        unit.read(&flavors().microversion("2.61"), 406, &Value::Null);
        unit.read(&flavors(), 200, &json!(["a"]));
        unit.read(&flavors().query("marker", "a"), 200, &json!([]));
        for kind in ["unreachable", "timed-out", "no-such-service", "too-large", "denied", "exhausted"] {
            unit.error(&Request::get("compute", &format!("/{kind}")), kind);
        }
    });
    let report = writing.run(|cx| {
        log(cx, &[flavors().microversion("2.61"), flavors(), flavors().query("marker", "a")]);
        for kind in ["unreachable", "timed-out", "no-such-service", "too-large", "denied", "exhausted"] {
            log(cx, &[Request::get("compute", &format!("/{kind}"))]);
        }
        pass(cx);
        Ok(())
    });
    let errors = ["Unreachable", "TimedOut", "NoSuchService", "TooLarge", "Denied", "Exhausted"];
    assert_eq!(logged(&report)[..3], ["406 ", "200 [\"a\"]", "200 []"]);
    assert_eq!(logged(&report)[3..], errors);
    assert_eq!(verdict(&report), Some(Verdict::Pass));
    assert!(report.not_on_tape.is_empty());
}

#[test]
fn headers_and_messages_are_those_of_the_tape() {
    let gone = Request::get("compute", "/gone");
    let writing = Writing::begin().unit("own", |unit| {
        unit.read(&flavors(), 200, &json!([]));
        unit.error(&gone, "unreachable");
    });
    let report = writing.run(|cx| {
        let headers = cx.call(&flavors())?.headers;
        let error = cx.call(&Request::get("compute", "/gone")).expect_err("as recorded");
        Err(Error::new(format!("{headers:?} {}", error.message)))
    });
    assert_eq!(report.reason("t"), "[(\"x\", \"y\")] unreachable, as recorded");
}

#[test]
fn answers_come_in_order_and_the_last_one_for_ever() {
    let other = Request::get("compute", "/servers");
    let writing = Writing::begin().unit("own", |unit| {
        for state in ["BUILD", "BUILD", "ACTIVE"] {
            unit.read(&flavors(), 200, &json!(state));
            unit.read(&other, 200, &json!("in between"));
        }
    });
    let report = writing.run(|cx| {
        log(cx, &vec![flavors(); 5]);
        Ok(())
    });
    assert_eq!(
        logged(&report),
        ["200 \"BUILD\"", "200 \"BUILD\"", "200 \"ACTIVE\"", "200 \"ACTIVE\"", "200 \"ACTIVE\""]
    );
}

#[test]
fn what_is_not_on_the_tape_is_not_guessed() {
    let writing = Writing::begin().unit("own", |unit| unit.read(&flavors(), 200, &json!([])));
    // It takes whatever goes wrong for a thing that is missing.
    let report = writing.run(|cx| {
        cx.judge("u", |t| {
            t.violation("seen");
            Ok(())
        });
        let missing = cx.call(&Request::get("compute", "/servers").query("a", "b")).is_err();
        let again = cx.call(&Request::get("compute", "/more")).is_err();
        cx.judge("t", |t| {
            if missing && again {
                t.violation("a guess");
            }
            Ok(())
        });
        Ok(())
    });
    assert_eq!(report.not_on_tape, ["GET compute /servers?a=b", "GET compute /more"]);
    assert_eq!(report.calls, report.not_on_tape);
    let expected = "compute GET /servers?a=b: not on tape: no check asked for it when the tape was recorded; record \
                    again, or script an answer (the tape)";
    assert_eq!((verdict(&report), report.reason("t").as_str()), (Some(Verdict::Dnf), expected));
    assert!(report.findings("t").is_empty(), "nobody knows what it would have said");
    assert_eq!(report.error, Some(Error::new(expected)));
    // What it said before is as true as ever.
    assert_eq!((report.verdict("u"), report.findings("u").len()), (Some(Verdict::Fail), 1));
}

#[test]
fn a_check_that_says_nothing_after_a_gap_is_not_finished() {
    let report = Writing::begin().unit("own", |_| ()).run(|cx| {
        let _ = cx.call(&flavors());
        Ok(())
    });
    assert_eq!(verdict(&report), Some(Verdict::Dnf));
}

#[test]
fn what_was_asked_otherwise_is_another_request() {
    let why = |then: Request, now: Request| {
        let cloud = Writing::begin().unit("own", |unit| unit.read(&then, 200, &json!([]))).cloud();
        let error = cloud.tape.expect("there is one").answer(
            "GET compute /flavors",
            &now,
            super::super::Phase::Before,
        );
        let error = error.expect_err("not on tape");
        assert_eq!(error.kind, ErrorKind::NotOnTape);
        error.message
    };
    let message = why(flavors().microversion("2.61"), flavors());
    assert!(
        message.contains("asked for otherwise when the tape was recorded: with microversion 2.61, now none"),
        "{message}"
    );
    let accepting = |value: &str| Request { headers: vec![("accept".into(), value.into())], ..flavors() };
    let message = why(accepting("text/plain"), accepting("text/html"));
    assert!(message.contains("with the headers [(\"accept\", \"text/plain\")], now"), "{message}");
}

#[test]
fn the_kind_of_an_error_that_nobody_knows_says_nothing() {
    let writing = Writing::begin().unit("own", |unit| unit.error(&flavors(), "too-late"));
    let report = writing.run(|cx| {
        log(cx, &[flavors()]);
        pass(cx);
        Ok(())
    });
    assert_eq!(logged(&report), ["NotOnTape"]);
    assert_eq!((verdict(&report), report.not_on_tape.len()), (Some(Verdict::Dnf), 1));
}

#[test]
fn a_check_that_used_up_its_calls_has_used_them_up() {
    let writing = Writing::begin().unit("own", |unit| {
        unit.read(&flavors(), 200, &json!([]));
        unit.error(&Request::get("compute", "/gone"), "unreachable");
        let failure = Failure { kind: "exhausted".into(), message: "no more".into() };
        unit.0.call(Did::UsedUp(failure), None, None, Bytes::new(), Instant::now());
    });
    let report = writing.run(|cx| {
        let gone = Request::get("compute", "/gone");
        log(cx, &[flavors(), gone, flavors(), Request::get("compute", "/new")]);
        let probe = cx.probe("object-store", "/");
        log_outcome(cx, probe);
        pass(cx);
        Ok(())
    });
    assert_eq!(logged(&report), ["200 []", "Unreachable", "Exhausted", "Exhausted", "Exhausted"]);
    assert_eq!((verdict(&report), report.not_on_tape.len()), (Some(Verdict::Pass), 0));
}

#[test]
fn a_read_of_others_is_answered_if_all_saw_the_same() {
    let (same, differs, mixed) = ("/same", "/differs", "/mixed");
    let get = |path: &str| Request::get("compute", path);
    let writing = Writing::begin()
        .unit("other", |unit| {
            unit.read(&get(same), 200, &json!(1));
            unit.read(&get(differs), 200, &json!(1));
            unit.read(&get(mixed), 200, &json!(1));
            // What the host said to one check is nothing that the cloud said.
            unit.error(&get("/refused"), "denied");
            unit.error(&get("/down"), "unreachable");
            unit.fresh(&get("/late"), 200, &json!(1));
            unit.probe("/", answered(200));
        })
        .unit("own", |unit| unit.read(&get(mixed), 200, &json!(2)))
        .unit("third", |unit| {
            unit.read(&get(same), 200, &json!(1));
            unit.read(&get(differs), 200, &json!(2));
        });
    let report = writing.run(|cx| {
        for path in ["/same", "/same", "/mixed", "/down", "/differs", "/refused", "/late"] {
            log(cx, &[Request::get("compute", path)]);
        }
        let probe = cx.probe("object-store", "/");
        log_outcome(cx, probe);
        Ok(())
    });
    let gap = "NotOnTape";
    assert_eq!(
        logged(&report),
        ["200 1", "200 1", "200 2", "Unreachable", gap, gap, gap, "200 hello"],
        "its own answer comes before those of others"
    );
    assert_eq!(report.not_on_tape, ["GET compute /differs", "GET compute /refused", "GET compute /late"]);
    assert!(
        report.reason("t").contains("others were not always answered the same"),
        "{}",
        report.reason("t")
    );
}

#[test]
fn probes_are_answered_as_then() {
    let writing = Writing::begin().unit("own", |unit| {
        unit.probe("/", answered(200));
        unit.probe("/gone", failed("unreachable"));
    });
    let report = writing.run(|cx| {
        for path in ["/", "/gone", "/new"] {
            let outcome = cx.probe("object-store", path);
            log_outcome(cx, outcome);
        }
        Ok(())
    });
    assert_eq!(logged(&report), ["200 hello", "Unreachable", "NotOnTape"]);
    assert_eq!(report.not_on_tape, ["PROBE object-store /new"]);
}

#[test]
fn what_is_scripted_replaces_what_is_on_the_tape() {
    let next = flavors().query("marker", "a");
    let bytes = Writing::begin()
        .unit("own", |unit| {
            unit.read(&flavors(), 200, &json!("taped"));
            unit.read(&flavors().microversion("2.61"), 200, &json!("taped"));
            unit.read(&next, 200, &json!("taped"));
            unit.probe("/", answered(200));
        })
        .bytes();
    let cloud = || Cloud::from_tape_bytes(&bytes, "own");
    let reading = check(|cx| {
        let next = flavors().query("marker", "a");
        log(cx, &[flavors(), flavors().microversion("2.61"), next]);
        let outcome = cx.probe("object-store", "/");
        log_outcome(cx, outcome);
        Ok(())
    });
    let taped = "200 \"taped\"";
    assert_eq!(logged(&cloud().run(&reading)), [taped, taped, taped, "200 hello"]);
    // As without a tape: in order, the last one for ever, and whatever the query.
    let scripted =
        |cloud: Cloud| cloud.get("compute", "/flavors", json!(1)).get("compute", "/flavors", json!(2));
    assert_eq!(logged(&scripted(cloud()).run(&reading)), ["200 1", "200 2", "200 2", "200 hello"]);
    let report = cloud().get("compute", "/flavors?marker=a", json!(1)).run(&reading);
    assert_eq!(logged(&report), [taped, taped, "200 1", "200 hello"]);
    let down = cloud().no_answer(Method::Get, "compute", "/flavors", ErrorKind::Unreachable);
    let report = down.probe("object-store", "/", 503, b"").run(&reading);
    assert_eq!(logged(&report), ["Unreachable", "Unreachable", "Unreachable", "503 "]);
    assert!(report.not_on_tape.is_empty());
}
