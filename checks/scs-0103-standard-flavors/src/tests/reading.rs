//! Clouds that page, that are old, or that answer what no cloud should.

use touchstone_sdk::openstack::{ErrorKind, Method};

use super::*;

fn all_dnf(report: &Report) -> bool {
    CHECK.testcases.iter().all(|testcase| report.verdict(testcase.id) == DNF)
}

fn page(flavors: &[Given], marker: Option<&str>) -> Value {
    let mut page = list(flavors);
    if let Some(marker) = marker {
        let href = format!("http://inside.example:8774/v2.1/flavors/detail?limit=7&marker={marker}");
        page["flavors_links"] = json!([{"rel": "next", "href": href}]);
    }
    page
}

#[test]
fn a_list_in_pages_is_read_to_its_end() {
    let flavors = perfect_cloud();
    let cloud = Cloud::new()
        .get("compute", "/flavors/detail", page(&flavors[..7], Some("seven")))
        .get("compute", "/flavors/detail?limit=7&marker=seven", page(&flavors[7..20], Some("twenty")))
        .get("compute", "/flavors/detail?limit=7&marker=twenty", page(&flavors[20..], None));
    let report = cloud.run(&CHECK);
    assert_eq!(failing(&report), [""; 0]);
    assert_eq!(report.calls.len(), 3);
}

#[test]
fn a_flavor_that_two_pages_have_is_not_two_flavors() {
    let flavors = perfect_cloud();
    let cloud = Cloud::new().get("compute", "/flavors/detail", page(&flavors[..7], Some("x"))).get(
        "compute",
        "/flavors/detail?limit=7&marker=x",
        page(&flavors[6..], None),
    );
    let report = cloud.run(&CHECK);
    assert_eq!(failing(&report), [""; 0]);
    assert!(report.findings.is_empty());
}

#[test]
fn without_the_last_page_nothing_is_judged() {
    let cloud = Cloud::new().get("compute", "/flavors/detail", page(&perfect_cloud(), Some("x"))).reply(
        Method::Get,
        "compute",
        "/flavors/detail?limit=7&marker=x",
        500,
        b"<html>oops</html>",
    );
    let report = cloud.run(&CHECK);
    assert!(all_dnf(&report), "{:?}", report.outcomes);
}

#[test]
fn a_page_that_leads_back_to_itself_ends_in_dnf() {
    let cloud = Cloud::new().get("compute", "/flavors/detail", page(&perfect_cloud(), Some("x")));
    let report = cloud.run(&CHECK);
    assert!(all_dnf(&report));
    assert!(report.reason("scs-0103-flavor-2v-8").contains("leads back"));
}

/// A cloud older than Queens: it refuses the microversion, and its list is without extra specs.
fn old_cloud(flavors: &[Given], refusal: u16) -> Cloud {
    let mut plain = list(flavors);
    for flavor in plain["flavors"].as_array_mut().unwrap() {
        flavor.as_object_mut().unwrap().remove("extra_specs");
    }
    Cloud::new().reply(Method::Get, "compute", "/flavors/detail", refusal, b"{}").get(
        "compute",
        "/flavors/detail",
        plain,
    )
}

fn specs_path(flavor: &Given) -> String {
    format!("/flavors/{}/os-extra_specs", format!("id of {}", flavor.name).replace(' ', "%20"))
}

#[test]
fn of_an_old_cloud_the_extra_specs_are_read_flavor_by_flavor() {
    for refusal in [400, 406] {
        let flavors = perfect_cloud();
        let cloud = flavors.iter().fold(old_cloud(&flavors, refusal), |cloud, flavor| {
            cloud.get("compute", &specs_path(flavor), json!({"extra_specs": flavor.extra_specs}))
        });
        let report = cloud.run(&CHECK);
        assert_eq!(failing(&report), [""; 0]);
        assert_eq!(report.calls.len(), 2 + 31);
    }
}

#[test]
fn extra_specs_that_cannot_be_read_are_not_taken_for_none() {
    let flavors = perfect_cloud();
    for (status, body) in [(403, &b"{}"[..]), (200, b"{}"), (200, b"<html>"), (500, b"")] {
        let cloud =
            flavors.iter().fold(old_cloud(&flavors, 406), |cloud, flavor| match flavor.name.as_str() {
                "SCS-8V-64" => cloud.reply(Method::Get, "compute", &specs_path(flavor), status, body),
                _ => cloud.get("compute", &specs_path(flavor), json!({"extra_specs": flavor.extra_specs})),
            });
        let report = cloud.run(&CHECK);
        assert!(all_dnf(&report), "{status}");
        assert!(report.reason("scs-0103-flavor-2v-8").contains("os-extra_specs"));
    }
}

#[test]
fn answers_that_are_not_what_the_api_promises_end_in_dnf() {
    let spoiled = |key: &str, value: Value| {
        let mut list = list(&perfect_cloud());
        list["flavors"][30][key] = value;
        list.to_string()
    };
    for (status, body) in [
        (200, "<html>maintenance</html>".to_owned()),
        (200, list(&perfect_cloud()).to_string()[..2000].to_owned()),
        (200, "[]".to_owned()),
        (200, "{}".to_owned()),
        (200, r#"{"flavors": null}"#.to_owned()),
        (200, spoiled("name", Value::Null)),
        (200, spoiled("vcpus", json!("2"))),
        (200, spoiled("ram", json!(0.5))),
        (200, spoiled("disk", Value::Null)),
        (200, spoiled("extra_specs", json!(["scs:name-v2"]))),
        (300, "{}".to_owned()),
        (403, r#"{"forbidden": {"code": 403, "message": "Policy does not allow it."}}"#.to_owned()),
        (503, String::new()),
    ] {
        let cloud = Cloud::new().reply(Method::Get, "compute", "/flavors/detail", status, body.as_bytes());
        let report = cloud.run(&CHECK);
        assert!(all_dnf(&report), "{status} {body}");
        assert!(report.reason("scs-0103-flavor-2v-8").contains("/flavors/detail"));
    }
    for kind in [ErrorKind::NoSuchService, ErrorKind::TimedOut, ErrorKind::TooLarge, ErrorKind::Denied] {
        let cloud = Cloud::new().no_answer(Method::Get, "compute", "/flavors/detail", kind);
        assert!(all_dnf(&cloud.run(&CHECK)));
    }
}

#[test]
fn only_what_was_asked_for_is_judged() {
    let cloud = Cloud::new().get("compute", "/flavors/detail", list(&perfect_cloud()));
    let report = cloud.only(&["scs-0103-flavor-1l-1"]).run(&CHECK);
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(report.verdict("scs-0103-flavor-1l-1"), PASS);
    assert_eq!(report.verdict("scs-0103-flavor-2v-8"), None);
    let report = Cloud::new().get("compute", "/flavors/detail", list(&[])).only(&["scs-0103-flavor-1l-1"]);
    assert_eq!(report.run(&CHECK).verdict("scs-0103-flavor-1l-1"), FAIL);
}
