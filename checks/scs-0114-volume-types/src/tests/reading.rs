//! Clouds that page, or that answer what no cloud should.

use touchstone_sdk::openstack::{ErrorKind, Method};

use super::*;

fn page(types: &[Value], marker: Option<&str>) -> Value {
    let mut page = json!({"volume_types": types});
    if let Some(marker) = marker {
        let href = format!("http://inside.example:8776/v3/77/types?limit=2&marker={marker}");
        page["volume_type_links"] = json!([{"rel": "next", "href": href}]);
    }
    page
}

#[test]
fn a_list_in_pages_is_read_to_its_end() {
    let types = described(&["x", "[scs:encrypted]", "[scs:replicated]"]);
    let cloud = Cloud::new().get("block-storage", "/types", page(&types[..2], Some("id-of-b"))).get(
        "block-storage",
        "/types?limit=2&marker=id-of-b",
        page(&types[1..], None),
    );
    let report = cloud.run(&CHECK);
    assert_eq!(verdicts(&report), [PASS, PASS, PASS]);
    assert_eq!(report.reason(ENCRYPTED), "declared by `b`", "a type that two pages have is not two");
    assert_eq!(report.calls, ["GET block-storage /types", "GET block-storage /types?limit=2&marker=id-of-b"]);
}

#[test]
fn without_the_last_page_nothing_is_judged() {
    let types = described(&["[scs:encrypted, replicated]"]);
    let cloud = Cloud::new().get("block-storage", "/types", page(&types, Some("x"))).reply(
        Method::Get,
        "block-storage",
        "/types?limit=2&marker=x",
        500,
        b"oops",
    );
    assert!(all_dnf(&cloud.run(&CHECK)));
}

fn all_dnf(report: &Report) -> bool {
    CHECK.testcases.iter().all(|testcase| report.verdict(testcase.id) == DNF)
}

#[test]
fn answers_that_are_not_what_the_api_promises_end_in_dnf() {
    let spoiled = |key: &str, value: Option<Value>| {
        let mut types = described(&["[scs:encrypted, replicated]", "x"]);
        match value {
            Some(value) => types[1][key] = value,
            None => drop(types[1].as_object_mut().unwrap().remove(key)),
        }
        json!({"volume_types": types}).to_string()
    };
    for (status, body) in [
        (200, "<html>maintenance</html>".to_owned()),
        (200, "{}".to_owned()),
        (200, r#"{"volume_types": null}"#.to_owned()),
        (200, r#"{"volume_types": ["LUKS"]}"#.to_owned()),
        (200, spoiled("id", Some(Value::Null))),
        (200, spoiled("name", None)),
        (200, spoiled("description", None)),
        (200, spoiled("description", Some(json!(["[scs:encrypted]"])))),
        (300, "{}".to_owned()),
        (403, r#"{"forbidden": {"code": 403, "message": "Policy does not allow it."}}"#.to_owned()),
        (404, String::new()),
        (503, String::new()),
    ] {
        let cloud = Cloud::new().reply(Method::Get, "block-storage", "/types", status, body.as_bytes());
        let report = cloud.run(&CHECK);
        assert!(all_dnf(&report), "{status} {body}");
        assert!(report.reason(SYNTAX).contains("/types"), "{}", report.reason(SYNTAX));
    }
    for kind in [ErrorKind::NoSuchService, ErrorKind::TimedOut, ErrorKind::Denied] {
        let cloud = Cloud::new().no_answer(Method::Get, "block-storage", "/types", kind);
        assert!(all_dnf(&cloud.run(&CHECK)));
    }
}

#[test]
fn only_what_is_asked_for_is_judged() {
    let types = described(&["[scs:replicated, encrypted]"]);
    let cloud =
        Cloud::new().get("block-storage", "/types", json!({"volume_types": types})).only(&[ENCRYPTED]);
    let report = cloud.run(&CHECK);
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(report.verdict(ENCRYPTED), PASS);
}
