//! What goes out.

use super::*;

#[test]
fn both_kinds_have_to_get_out_of_both_kinds_of_groups() {
    for (id, ethertype) in [("out4", "IPv4"), ("out6", "IPv6")] {
        for (left, lacking, flags) in [
            (None, "default and custom groups", "--for-default-sg --for-custom-sg"),
            (Some(DEFAULT), "custom groups", "--for-custom-sg"),
            (Some(CUSTOM), "default groups", "--for-default-sg"),
            (Some(NEITHER), "default and custom groups", "--for-default-sg --for-custom-sg"),
        ] {
            let rules = match left {
                None => without(id),
                Some(scope) => instead_of(id, rule(id, "egress", ethertype, scope)),
            };
            let report = report(&rules);
            assert_eq!(report.verdict(TESTCASE), FAIL);
            let expected = format!("no rule lets all {ethertype} out in new {lacking}, there should be one");
            assert_eq!(messages(&report, Severity::Error), [expected]);
            let create = format!(
                "openstack default security group rule create --egress --ethertype {ethertype} {flags}"
            );
            assert_eq!(remedies(&report), [create]);
        }
    }
}

#[test]
fn default_and_custom_groups_may_have_rules_of_their_own() {
    let mut rules = instead_of("out4", rule("out4", "egress", "IPv4", DEFAULT));
    rules.push(rule("out4c", "egress", "IPv4", CUSTOM));
    assert_eq!(verdict(&rules), PASS);
}

#[test]
fn a_rule_with_a_limit_does_not_let_everything_out() {
    for (name, value, said) in [
        ("protocol", json!("tcp"), "only tcp"),
        ("protocol", json!(6), "only protocol 6"),
        ("protocol", json!("6"), "only protocol 6"),
        ("port_range_min", json!(1), "only ports 1 to any"),
        ("port_range_max", json!("65535"), "only ports any to 65535"),
        ("remote_ip_prefix", json!("10.0.0.0/8"), "only 10.0.0.0/8"),
        ("remote_ip_prefix", json!("0.0.0.0/1"), "only 0.0.0.0/1"),
        ("remote_ip_prefix", json!("::/0"), "only ::/0"),
        ("remote_ip_prefix", json!("0.0.0.0/00"), "only 0.0.0.0/00"),
        ("remote_group_id", json!("PARENT"), "only the same group"),
        ("remote_group_id", json!("7f"), "only group 7f"),
        ("remote_address_group_id", json!("7f"), "only address group 7f"),
    ] {
        let report =
            report(&instead_of("out4", with(rule("out4", "egress", "IPv4", BOTH), name, value.clone())));
        assert_eq!(report.verdict(TESTCASE), FAIL, "{name} {value}");
        let message = &messages(&report, Severity::Error)[0];
        assert!(message.contains(&format!("rule out4 lets out {said}")), "{message}");
    }
}

#[test]
fn beside_a_rule_without_limits_others_do_no_harm() {
    let narrow = with(rule("out7", "egress", "IPv4", BOTH), "protocol", "tcp");
    let report = report(&and(narrow));
    assert_eq!(report.verdict(TESTCASE), PASS);
    assert!(report.findings.is_empty());
}

#[test]
fn what_means_everything_is_no_limit() {
    for (name, value) in [
        ("protocol", json!("any")),
        ("protocol", json!("ANY")),
        ("protocol", json!(0)),
        ("protocol", json!("0")),
        ("protocol", json!("")),
        ("remote_ip_prefix", json!("0.0.0.0/0")),
        ("remote_ip_prefix", json!("")),
        ("remote_group_id", json!("")),
        ("ethertype", json!("ipv4")),
        ("direction", json!("Egress")),
    ] {
        let rules = instead_of("out4", with(rule("out4", "egress", "IPv4", BOTH), name, value.clone()));
        assert_eq!(verdict(&rules), PASS, "{name} {value}");
    }
    for all in ["::/0", "0:0:0:0:0:0:0:0/0"] {
        let rules = instead_of("out6", with(rule("out6", "egress", "IPv6", BOTH), "remote_ip_prefix", all));
        assert_eq!(verdict(&rules), PASS, "{all}");
    }
    let four_in_six =
        instead_of("out6", with(rule("out6", "egress", "IPv6", BOTH), "remote_ip_prefix", "0.0.0.0/0"));
    assert_eq!(verdict(&four_in_six), FAIL);
}

#[test]
fn without_any_rules_nothing_gets_out() {
    let report = report(&[]);
    assert_eq!(report.verdict(TESTCASE), FAIL);
    assert_eq!(messages(&report, Severity::Error).len(), 2);
}
