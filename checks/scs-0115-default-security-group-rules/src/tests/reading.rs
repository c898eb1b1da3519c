//! Answers that are no list of rules, or not a whole one.

use super::*;
use touchstone_sdk::openstack::ErrorKind;

#[test]
fn a_template_that_cannot_be_read_is_not_judged_and_nothing_is_created() {
    for (status, body) in [
        (200, "<html>"),
        (200, "{}"),
        (200, r#"{"default_security_group_rules": null}"#),
        (200, r#"{"default_security_group_rules": [1]}"#),
        (300, "{}"),
        (401, "{}"),
        (403, "{}"),
        (500, "{}"),
        (503, ""),
    ] {
        let report = Cloud::new().reply(Method::Get, "network", LIST, status, body.as_bytes()).run(&CHECK);
        assert_eq!(report.verdict(TESTCASE), DNF, "{status} {body}");
        assert!(report.created.is_empty());
    }
    for kind in [ErrorKind::NoSuchService, ErrorKind::TimedOut, ErrorKind::Denied] {
        let report = Cloud::new().no_answer(Method::Get, "network", LIST, kind).run(&CHECK);
        assert_eq!(report.verdict(TESTCASE), DNF, "{kind:?}");
    }
}

#[test]
fn a_member_that_is_missing_or_strange_is_not_taken_for_no_limit() {
    let members = [
        "id",
        "direction",
        "ethertype",
        "protocol",
        "port_range_min",
        "port_range_max",
        "remote_ip_prefix",
        "remote_group_id",
        "used_in_default_sg",
        "used_in_non_default_sg",
    ];
    for name in members {
        let mut missing = rule("out4", "egress", "IPv4", BOTH);
        missing.as_object_mut().unwrap().remove(name);
        assert_eq!(verdict(&instead_of("out4", missing)), DNF, "{name}");
        for strange in [json!([]), json!({"a": 1})] {
            let strange = with(rule("out4", "egress", "IPv4", BOTH), name, strange);
            assert_eq!(verdict(&instead_of("out4", strange)), DNF, "{name}");
        }
    }
    for (name, value) in [
        ("direction", json!("both")),
        ("direction", Value::Null),
        ("ethertype", json!("arp")),
        ("ethertype", Value::Null),
        ("used_in_default_sg", json!("true")),
        ("used_in_non_default_sg", Value::Null),
        ("remote_address_group_id", json!([])),
    ] {
        assert_eq!(
            verdict(&instead_of("out4", with(rule("out4", "egress", "IPv4", BOTH), name, value))),
            DNF,
            "{name}"
        );
    }
}

#[test]
fn a_list_in_pages_is_read_to_its_end() {
    let page = |rules: &[Value], next: bool| {
        let mut page = json!({"default_security_group_rules": rules});
        if next {
            let href = format!("http://inside.example:9696/v2.0{LIST}?marker=out6");
            page["default_security_group_rules_links"] = json!([{"rel": "next", "href": href}]);
        }
        page
    };
    let rules = and(rule("bad", "ingress", "IPv4", BOTH));
    let second = format!("{LIST}?marker=out6");
    let cloud = Cloud::new().get("network", LIST, page(&rules[..2], true)).get(
        "network",
        &second,
        page(&rules[2..], false),
    );
    let report = cloud.run(&CHECK);
    assert_eq!(report.verdict(TESTCASE), FAIL);
    assert_eq!(messages(&report, Severity::Error).len(), 1);
    let cloud = Cloud::new().get("network", LIST, page(&perfect(), true)).reply(
        Method::Get,
        "network",
        &second,
        500,
        b"",
    );
    assert_eq!(cloud.run(&CHECK).verdict(TESTCASE), DNF);
}
