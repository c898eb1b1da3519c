//! Every call refused, failing or unanswered, each in turn.

use super::*;

#[test]
fn whatever_is_not_permitted_is_a_violation() {
    let policy =
        json!({"code": 403, "title": "Forbidden", "description": "Secret creation attempt not allowed"});
    for (index, what) in [
        (CREATE, "cannot create a secret"),
        (LIST, "cannot list the secret"),
        (METADATA, "cannot read the secret's metadata"),
        (PAYLOAD, "cannot read the secret's payload"),
        (DELETE, "cannot delete the secret"),
    ] {
        let report = report(&but(index, 403, &policy));
        assert_eq!(report.verdict(PERMISSIONS), FAIL, "{what}");
        let [message] = &messages(&report, PERMISSIONS)[..] else { panic!("{:?}", report.findings) };
        assert!(message.contains(what) && message.contains("answered 403: Secret creation"), "{message}");
        assert!(report.reason(PERMISSIONS).contains(r#"`"creator": "role:member"` mends it"#));
        let finding = report.findings(PERMISSIONS)[0];
        assert_eq!(finding.requirement.as_deref(), Some("scs-0116-v1, \"Key Manager Policies\""));
        assert_eq!(finding.resource.as_ref().unwrap().id.is_some(), index != CREATE);
    }
}

#[test]
fn one_refusal_does_not_hide_another() {
    let mut steps = but(LIST, 403, "{}");
    steps[PAYLOAD].answer = Ok((403, "{}".into()));
    steps[METADATA].answer = Ok((500, "{}".into()));
    let report = report(&steps);
    assert_eq!(report.verdict(PERMISSIONS), FAIL);
    assert_eq!(messages(&report, PERMISSIONS).len(), 2);
    assert!(
        report.reason(PERMISSIONS).starts_with("`member` cannot list the secret, read the secret's payload;")
    );
    assert!(report.calls.contains(&"DELETE key-manager /secrets/s1".to_owned()));
}

#[test]
fn what_fails_otherwise_says_nothing_about_permissions_and_never_passes() {
    for index in 0..perfect().len() {
        for status in [300, 400, 401, 409, 413, 429, 500, 502, 503] {
            let report = report(&but(index, status, "{}"));
            assert_eq!(report.verdict(PERMISSIONS), DNF, "{index} {status}");
            assert!(report.reason(PERMISSIONS).contains(&format!("answered {status}")), "{index} {status}");
        }
        for kind in [ErrorKind::TimedOut, ErrorKind::Unreachable, ErrorKind::Denied, ErrorKind::Exhausted] {
            let mut steps = perfect();
            steps[index].answer = Err(kind);
            assert_eq!(report(&steps).verdict(PERMISSIONS), DNF, "{index} {kind:?}");
        }
    }
}

#[test]
fn nothing_but_the_right_answers_passes() {
    let answers = [
        (200, ""),
        (200, "{}"),
        (200, "[]"),
        (200, "null"),
        (204, ""),
        (201, "<html>"),
        (404, "{}"),
        (410, ""),
    ];
    let strings =
        ["\"\"", r#"{"secret_ref": ""}"#, r#"{"secret_ref": 7}"#, r#"{"secrets": []}"#, r#"{"secrets": {}}"#];
    let more = strings.map(|body| (200, body));
    for index in 0..perfect().len() {
        for &(status, body) in answers.iter().chain(&more) {
            // Deleting is answered 2xx, with whatever body, and what is gone 404.
            let is_right =
                (index == DELETE && (200..300).contains(&status)) || (index == GONE && status == 404);
            let verdict = report(&but(index, status, body)).verdict(PERMISSIONS);
            assert_eq!(verdict == PASS, is_right, "{index} {status} {body}");
        }
    }
}

#[test]
fn a_secret_that_its_creator_does_not_see_cannot_be_listed() {
    for listed in [json!([]), json!([{"name": NAME, "secret_ref": "http://keys.example:9311/v1/secrets/s2"}])]
    {
        let report = report(&but(LIST, 200, json!({"secrets": listed, "total": 0})));
        assert_eq!(report.verdict(PERMISSIONS), FAIL);
        assert!(messages(&report, PERMISSIONS)[0].contains("cannot list the secret"));
        assert_eq!(report.paused.as_secs(), 15);
    }
}

#[test]
fn a_secret_that_is_hidden_from_its_creator_is_refused() {
    for (index, what) in [
        (METADATA, "cannot read the secret's metadata"),
        (PAYLOAD, "cannot read the secret's payload"),
        (DELETE, "cannot delete the secret"),
    ] {
        let report = report(&but(index, 404, json!({"code": 404, "description": "Not Found. Sorry."})));
        assert_eq!(report.verdict(PERMISSIONS), FAIL, "{what}");
        let message = &messages(&report, PERMISSIONS)[0];
        assert!(message.contains(what) && message.ends_with("answered 404: Not Found. Sorry."), "{message}");
    }
}

#[test]
fn a_list_in_pages_is_read_to_its_end() {
    let next = "http://keys.example:9311/v1/secrets?limit=1&offset=1";
    let mut steps = but(LIST, 200, json!({"secrets": [], "next": next, "total": 1}));
    steps.push(step(
        Method::Get,
        "/secrets?limit=1&offset=1",
        200,
        json!({"secrets": [{"secret_ref": REF}]}),
    ));
    assert_eq!(report(&steps).verdict(PERMISSIONS), PASS);
    steps.pop();
    steps.push(step(Method::Get, "/secrets?limit=1&offset=1", 503, ""));
    assert_eq!(report(&steps).verdict(PERMISSIONS), DNF);
}

#[test]
fn another_payload_than_that_which_was_stored_was_not_read() {
    for payload in ["", "not much of a secret\n", "foo"] {
        let report = report(&but(PAYLOAD, 200, payload));
        assert_eq!(report.verdict(PERMISSIONS), FAIL, "{payload}");
        assert!(messages(&report, PERMISSIONS)[0].contains("what comes back is not what was stored"));
    }
    let report = report(&but(METADATA, 200, json!({"name": "other"})));
    assert_eq!(report.verdict(PERMISSIONS), DNF);
}

#[test]
fn what_is_deleted_has_to_be_gone() {
    let report = report(&but(GONE, 200, json!({"name": NAME})));
    assert_eq!(report.verdict(PERMISSIONS), FAIL);
    assert!(messages(&report, PERMISSIONS)[0].contains("answered 204, but the secret is still there"));
}

#[test]
fn a_secret_that_is_gone_a_little_later_is_gone() {
    let mut steps = but(GONE, 200, json!({"name": NAME}));
    steps.push(step(Method::Get, "/secrets/s1", 404, ""));
    assert_eq!(report(&steps).verdict(PERMISSIONS), PASS);
}

#[test]
fn a_used_up_quota_says_nothing_about_permissions() {
    let body = json!({"code": 403, "title": "Forbidden",
        "description": "Creation not allowed because a quota has been reached"});
    let report = report(&but(CREATE, 403, body));
    assert_eq!(report.verdict(PERMISSIONS), DNF);
    assert!(report.reason(PERMISSIONS).contains("a quota has been reached"));
}

#[test]
fn an_answer_without_a_reference_to_the_secret_is_none() {
    let report = report(&but(CREATE, 201, json!({"id": "s1"})));
    assert_eq!(report.verdict(PERMISSIONS), DNF);
}
