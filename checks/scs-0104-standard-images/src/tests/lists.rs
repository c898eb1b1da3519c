//! The lists: ours generate the testcases of the scope; what is no list, and what it lacks, is DNF.

use touchstone_sdk::openstack::{ErrorKind, Method};

use super::*;

/// Of the modules scs-0104-v1-1 and scs-0104-v1-2, with their recommended targets.
const TESTCASES_V4: [&str; 7] = [
    "scs-0104-source-capi-1",
    "scs-0104-source-ubuntu-2204",
    "scs-0104-source-ubuntu-2004",
    "scs-0104-source-debian-12",
    "scs-0104-source-debian-11",
    "scs-0104-image-ubuntu-2204",
    "scs-0104-image-capi-1",
];
const TESTCASES_V5: [&str; 11] = [
    "scs-0104-source-capi-1",
    "scs-0104-source-capi-2",
    "scs-0104-source-ubuntu-2404",
    "scs-0104-source-ubuntu-2204",
    "scs-0104-source-ubuntu-2004",
    "scs-0104-source-debian-13",
    "scs-0104-source-debian-12",
    "scs-0104-source-debian-11",
    "scs-0104-image-ubuntu-2404",
    "scs-0104-image-capi-2",
    "scs-0104-image-debian-12",
];

#[test]
fn our_lists_have_every_testcase_of_the_modules() {
    for (list, testcases) in [(V4, &TESTCASES_V4[..]), (V5, &TESTCASES_V5[..])] {
        let report = cloud(&[]).asset("image_spec", list.as_bytes()).only(testcases).run(&CHECK);
        assert_eq!(report.outcomes.len(), testcases.len());
        for testcase in testcases {
            let expected = if testcase.contains("-source-") { PASS } else { FAIL };
            assert_eq!(report.verdict(testcase), expected, "{testcase}: {}", report.reason(testcase));
        }
        assert_eq!(report.calls, ["GET image /images?limit=1000"]);
    }
}

#[test]
fn a_testcase_that_the_list_does_not_generate_is_dnf_alone() {
    let wanted = ["scs-0104-image-debian-12", "scs-0104-image-haiku", "scs-0104-source-haiku"];
    let report =
        cloud(&[image("Debian 12", BOOKWORM)]).asset("image_spec", V5.as_bytes()).only(&wanted).run(&CHECK);
    assert_eq!(report.verdict("scs-0104-image-debian-12"), PASS);
    for testcase in &wanted[1..] {
        assert_eq!(report.verdict(testcase), DNF);
        assert!(report.reason(testcase).contains("has no entry for `haiku`; it has ubuntu-2404, debian-12"));
    }
}

#[test]
fn what_is_no_list_is_dnf_and_says_where() {
    let wanted = ["scs-0104-image-debian-12", "scs-0104-source-debian-12"];
    for (list, place) in [
        (V5.replace("images:", "pictures:"), "line "),
        (V5.replacen("status: mandatory", "status: must", 1), "line 10, column 13: `status` should be"),
        (V5.replacen("[0-9]+(", "[0-9]+((", 1), "the `name_scheme`"),
        (V5.replacen("    source:", "   source:", 1), "it is not YAML"),
        ("<html>404</html>".into(), "line 1, column 1: here should be a mapping"),
    ] {
        let report = cloud(&[]).asset("image_spec", list.as_bytes()).only(&wanted).run(&CHECK);
        for testcase in wanted {
            assert_eq!(report.verdict(testcase), DNF);
            let reason = report.reason(testcase);
            assert!(reason.starts_with("the asset `image_spec`") && reason.contains(place), "{reason}");
        }
        assert!(report.calls.is_empty());
    }
    let report = cloud(&[]).only(&wanted).run(&CHECK);
    assert_eq!(report.verdict(wanted[0]), DNF);
    assert!(report.reason(wanted[0]).contains("no asset `image_spec`"));
}

#[test]
fn a_new_list_needs_no_new_check() {
    let list = r#"
images:
- name: "Haiku R1"
  source: https://download.haiku-os.org/
- name: nodes
  slug: nodes-of-ours
  name_scheme: "node-[a-z]+"
  source: [https://a/, https://b/]
"#;
    let images = [image("Haiku R1", "https://download.haiku-os.org/x"), image("node-x", "https://c/x")];
    assert_eq!(verdict(&images, list, "scs-0104-image-haiku-r1"), PASS);
    assert_eq!(verdict(&images, list, "scs-0104-source-haiku-r1"), PASS);
    assert_eq!(verdict(&images, list, "scs-0104-image-nodes-of-ours"), PASS);
    assert_eq!(verdict(&images, list, "scs-0104-source-nodes-of-ours"), FAIL);
}

#[test]
fn what_glance_does_not_promise_is_dnf() {
    let testcase = "scs-0104-source-debian-12";
    let listed = |image: Value| json!({"images": [image]}).to_string();
    let debian = image("Debian 12", BOOKWORM);
    for (status, body) in [
        (200, "<html>".to_owned()),
        (200, "{}".to_owned()),
        (200, listed(json!(7))),
        (200, listed(with(debian.clone(), "id", json!(7)))),
        (200, listed(with(debian.clone(), "visibility", Value::Null))),
        (200, listed(with(debian.clone(), "status", Value::Null))),
        (200, listed(with(debian.clone(), "image_source", json!([BOOKWORM])))),
        (403, r#"{"message": "no"}"#.to_owned()),
        (503, String::new()),
    ] {
        let cloud = Cloud::new().reply(Method::Get, "image", "/images", status, body.as_bytes());
        let report = cloud.asset("image_spec", V5.as_bytes()).only(&[testcase]).run(&CHECK);
        assert_eq!(report.verdict(testcase), DNF, "{status} {body}");
        assert!(report.reason(testcase).contains("image GET /images"));
    }
    let cloud = Cloud::new().no_answer(Method::Get, "image", "/images", ErrorKind::NoSuchService);
    let report = cloud.asset("image_spec", V5.as_bytes()).only(&[testcase]).run(&CHECK);
    assert_eq!(report.verdict(testcase), DNF);
}

#[test]
fn all_pages_are_read() {
    let first =
        json!({"images": [image("Debian 12", BOOKWORM)], "next": "/v2/images?limit=1000&marker=id%20of"});
    let second = json!({"images": [with(image("Debian 12", "https://elsewhere/"), "id", json!("other"))]});
    let cloud = Cloud::new()
        .get("image", "/images", first)
        .get("image", "/images?limit=1000&marker=id of", second)
        .asset("image_spec", V5.as_bytes())
        .only(&["scs-0104-source-debian-12"]);
    assert_eq!(cloud.run(&CHECK).verdict("scs-0104-source-debian-12"), FAIL);
}
