//! Which images are judged, and what becomes of answers that are not what the API promises.

use touchstone_sdk::openstack::{ErrorKind, Method};

use super::*;

fn all_dnf(report: &Report) -> bool {
    CHECK.testcases.iter().all(|testcase| report.verdict(testcase.id) == DNF)
}

#[test]
fn only_public_images_are_judged() {
    for visibility in ["private", "shared", "community"] {
        let bare = json!({"id": "1", "visibility": visibility, "status": "queued", "name": null});
        let report = report(&[perfect("x"), bare]);
        assert_eq!(failing(&report), [""; 0], "{visibility}");
    }
    for (key, value) in
        [("status", json!("deactivated")), ("status", json!("queued")), ("os_hidden", json!(true))]
    {
        let image = with(with(perfect("x"), "os_distro", ""), key, value);
        assert_eq!(failing(&report(&[image])), ["prop-os_distro"]);
    }
}

#[test]
fn an_image_that_the_list_has_twice_is_one() {
    let report = report(&[perfect("x"), perfect("y"), perfect("x")]);
    assert_eq!(report.findings(UNIQUENESS).len(), 1);
}

#[test]
fn all_pages_are_read() {
    let page = |image: Value, next: Value| json!({"images": [image], "next": next});
    let cloud = Cloud::new()
        .reference_time(NOW)
        .get("image", "/images", page(perfect("x"), json!("/v2/images?limit=1000&marker=1")))
        .get("image", "/images?limit=1000&marker=1", page(with(perfect("y"), "min_ram", 0), Value::Null));
    assert_eq!(failing(&cloud.run(&CHECK)), ["prop-min_ram", "os_purpose-uniqueness"]);
}

#[test]
fn answers_that_are_not_what_the_api_promises_end_in_dnf() {
    let spoilt = |key: &str, value: Value| list(&[perfect("y"), with(perfect("x"), key, value)]).to_string();
    for (status, body) in [
        (200, "<html>maintenance</html>".to_owned()),
        (200, list(&[perfect("x")]).to_string()[..500].to_owned()),
        (200, "[]".to_owned()),
        (200, "{}".to_owned()),
        (200, r#"{"images": null}"#.to_owned()),
        (200, spoilt("id", Value::Null)),
        (200, spoilt("visibility", Value::Null)),
        (200, spoilt("status", json!(1))),
        (200, spoilt("os_hidden", json!("no"))),
        (200, spoilt("size", json!("large"))),
        (200, spoilt("min_disk", json!(1.5))),
        (200, spoilt("min_ram", json!(-1))),
        (200, spoilt("os_version", json!(24.04))),
        (200, spoilt("image_source", json!(["https://x"]))),
        (300, "{}".to_owned()),
        (403, r#"{"message": "no"}"#.to_owned()),
        (503, String::new()),
    ] {
        let cloud = Cloud::new().reply(Method::Get, "image", "/images", status, body.as_bytes());
        let report = cloud.run(&CHECK);
        assert!(all_dnf(&report), "{status} {body}");
        assert!(report.reason(RECENCY).contains("image GET /images"));
    }
    for kind in [ErrorKind::NoSuchService, ErrorKind::TimedOut, ErrorKind::TooLarge, ErrorKind::Denied] {
        assert!(all_dnf(&Cloud::new().no_answer(Method::Get, "image", "/images", kind).run(&CHECK)));
    }
}

#[test]
fn what_only_one_testcase_lacks_is_dnf_for_it_alone() {
    for created_at in [Value::Null, json!("yesterday"), json!("2026-06-02 08:00:00")] {
        let report = report(&[with(perfect("x"), "created_at", created_at)]);
        let dnf: Vec<&str> =
            report.outcomes.iter().filter(|(_, v, _)| *v == Verdict::Dnf).map(|(id, ..)| &**id).collect();
        assert_eq!(dnf, ["scs-0102-prop-image_build_date"]);
        assert!(report.reason(dnf[0]).contains("no `created_at`"));
    }
    let undated = without(with(perfect("x"), "created_at", Value::Null), "image_build_date");
    assert_eq!(report(&[undated]).verdict(RECENCY), DNF);
    let sizeless = report(&[with(perfect("x"), "size", Value::Null)]);
    assert_eq!(sizeless.verdict("scs-0102-prop-min_disk"), DNF);
    // What was not uploaded yet, has no size.
    let queued = with(with(perfect("x"), "size", Value::Null), "status", "queued");
    assert_eq!(report(&[queued]).verdict("scs-0102-prop-min_disk"), PASS);
}

#[test]
fn only_what_was_asked_for_is_judged() {
    let images = [with(perfect("x"), "min_ram", 0)];
    let cloud = Cloud::new().get("image", "/images", list(&images)).only(&["scs-0102-prop-min_ram"]);
    let report = cloud.run(&CHECK);
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(report.verdict("scs-0102-prop-min_ram"), FAIL);
}
