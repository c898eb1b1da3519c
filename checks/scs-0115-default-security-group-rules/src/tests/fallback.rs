//! Clouds without a template: a new group shows its rules.

use super::*;
use touchstone_sdk::openstack::ErrorKind;

/// A rule as a group has it.
fn own(direction: &str, ethertype: &str) -> Value {
    let mut rule = rule(&format!("{direction} {ethertype}"), direction, ethertype, BOTH);
    let members = rule.as_object_mut().unwrap();
    for name in ["used_in_default_sg", "used_in_non_default_sg", "remote_address_group_id"] {
        members.remove(name);
    }
    rule
}

fn usual() -> Vec<Value> {
    vec![own("egress", "IPv4"), own("egress", "IPv6")]
}

fn cloud(rules: &[Value]) -> Cloud {
    let group = json!({"security_group": {"id": "g1", "security_group_rules": rules}});
    let created = json!({"security_group": {"id": "g1"}}).to_string();
    Cloud::new().reply(Method::Post, "network", "/security-groups", 201, created.as_bytes()).get(
        "network",
        "/security-groups/g1",
        group,
    )
}

#[test]
fn the_rules_of_a_new_group_are_judged() {
    let report = cloud(&usual()).run(&CHECK);
    assert_eq!(report.verdict(TESTCASE), PASS);
    assert_eq!(report.created, ["network /security-groups default-rules"]);
    assert!(messages(&report, Severity::Info)[0].contains("those of default groups are not known"));
    assert!(messages(&report, Severity::Warning).is_empty());
}

#[test]
fn nothing_may_come_into_a_new_group_not_even_from_itself() {
    for (name, value) in [("protocol", "icmp"), ("remote_group_id", "g1"), ("remote_group_id", "PARENT")] {
        let mut rules = usual();
        rules.push(with(own("ingress", "IPv4"), name, value));
        let report = cloud(&rules).run(&CHECK);
        assert_eq!(report.verdict(TESTCASE), FAIL, "{name}");
        assert!(remedies(&report).is_empty(), "users cannot change what is in neutron's code");
        assert_eq!(
            report.findings(TESTCASE)[0].resource.as_ref().unwrap().id.as_deref(),
            Some("ingress IPv4")
        );
    }
}

#[test]
fn out_of_a_new_group_everything_gets() {
    let narrow = with(own("egress", "IPv6"), "remote_ip_prefix", "fd00::/8");
    for rules in [vec![], vec![own("egress", "IPv4")], vec![own("egress", "IPv4"), narrow]] {
        assert_eq!(cloud(&rules).run(&CHECK).verdict(TESTCASE), FAIL, "{rules:?}");
    }
}

#[test]
fn a_group_that_cannot_be_had_shows_nothing() {
    let group = "/security-groups/g1";
    for status in [403, 404, 409, 413, 500, 503] {
        let refused = Cloud::new().reply(Method::Post, "network", "/security-groups", status, b"{}");
        let report = refused.run(&CHECK);
        assert_eq!(report.verdict(TESTCASE), DNF, "{status}");
        assert!(report.reason(TESTCASE).contains("network POST /security-groups"), "{status}");
        let created = br#"{"security_group": {"id": "g1"}}"#;
        let unread = Cloud::new().reply(Method::Post, "network", "/security-groups", 201, created);
        assert_eq!(
            unread.reply(Method::Get, "network", group, status, b"{}").run(&CHECK).verdict(TESTCASE),
            DNF
        );
    }
    for body in [
        json!({}),
        json!({"security_group": {"id": "g1"}}),
        json!({"security_group": {"security_group_rules": {}}}),
    ] {
        let created = br#"{"security_group": {"id": "g1"}}"#;
        let cloud = Cloud::new().reply(Method::Post, "network", "/security-groups", 201, created);
        assert_eq!(cloud.get("network", group, body.clone()).run(&CHECK).verdict(TESTCASE), DNF, "{body}");
    }
    let cloud = Cloud::new().no_answer(Method::Post, "network", "/security-groups", ErrorKind::TimedOut);
    assert_eq!(cloud.run(&CHECK).verdict(TESTCASE), DNF);
}
