//! What comes in.

use super::*;

#[test]
fn nothing_else_may_come_in_however_little_it_is() {
    let open = || rule("bad", "ingress", "IPv4", BOTH);
    for bad in [
        open(),
        rule("bad", "ingress", "IPv6", BOTH),
        rule("bad", "ingress", "IPv4", DEFAULT),
        rule("bad", "ingress", "IPv4", CUSTOM),
        // It is in the list, though in no group: scs-0115-w1 wants no such rule in the list.
        rule("bad", "ingress", "IPv4", NEITHER),
        with(open(), "protocol", "icmp"),
        with(with(with(open(), "protocol", "tcp"), "port_range_min", 22), "port_range_max", 22),
        with(open(), "remote_ip_prefix", "10.0.0.0/8"),
        with(open(), "remote_ip_prefix", "127.0.0.1/32"),
        with(open(), "remote_group_id", "6d1c2b0e-0d1c-4f6a-8f5e-000000000000"),
        with(open(), "remote_address_group_id", "b2"),
        with(open(), "remote_group_id", "parent"),
        with(open(), "direction", "INGRESS"),
        with(open(), "ethertype", "ipv4"),
    ] {
        let report = report(&and(bad.clone()));
        assert_eq!(report.verdict(TESTCASE), FAIL, "{bad}");
        assert_eq!(messages(&report, Severity::Error).len(), 1, "{bad}");
        assert_eq!(remedies(&report), ["openstack default security group rule delete bad"], "{bad}");
    }
}

#[test]
fn a_finding_names_the_rule_and_says_what_it_lets_in() {
    let ssh = with(rule("ssh", "ingress", "IPv4", CUSTOM), "protocol", "tcp");
    let ssh = with(with(ssh, "port_range_min", 22), "port_range_max", 22);
    let report = report(&and(with(ssh, "remote_ip_prefix", "0.0.0.0/0")));
    let [finding] = report.findings(TESTCASE)[..] else { panic!("{:?}", report.findings) };
    assert_eq!(
        finding.message,
        "lets IPv4 in (only tcp, only port 22) for custom groups, should not: nothing may come in but from the same group, \
         in default groups"
    );
    let resource = finding.resource.as_ref().unwrap();
    assert_eq!(
        (resource.kind.as_str(), resource.id.as_deref()),
        ("default security group rule", Some("ssh"))
    );
    assert_eq!(finding.requirement.as_deref(), Some("scs-0115-v1, \"Standard\""));
}

#[test]
fn from_the_same_group_is_for_default_groups_only() {
    for scope in [BOTH, CUSTOM] {
        let bad = with(rule("in4", "ingress", "IPv4", scope), "remote_group_id", "PARENT");
        assert_eq!(verdict(&instead_of("in4", bad)), FAIL, "{scope:?}");
    }
    let nowhere = with(rule("in7", "ingress", "IPv4", NEITHER), "remote_group_id", "PARENT");
    assert_eq!(verdict(&and(nowhere)), PASS);
    let narrow =
        with(with(rule("in7", "ingress", "IPv4", DEFAULT), "remote_group_id", "PARENT"), "protocol", "tcp");
    assert_eq!(verdict(&and(narrow)), PASS);
}

#[test]
fn to_mend_a_rule_for_both_the_one_for_default_groups_is_made_first() {
    let bad = with(rule("in4", "ingress", "IPv4", BOTH), "remote_group_id", "PARENT");
    assert_eq!(
        remedies(&report(&instead_of("in4", bad))),
        [
            "openstack default security group rule create --ingress --ethertype IPv4 --remote-group PARENT --for-default-sg && \
          openstack default security group rule delete in4"
        ]
    );
}

#[test]
fn without_traffic_within_default_groups_there_is_a_warning_only() {
    for id in ["in4", "in6"] {
        let report = report(&without(id));
        assert_eq!(report.verdict(TESTCASE), PASS);
        let [warning] = &messages(&report, Severity::Warning)[..] else { panic!("{:?}", report.findings) };
        assert!(warning.contains(if id == "in4" { "IPv4" } else { "IPv6" }), "{warning}");
        assert!(remedies(&report)[0].ends_with("--remote-group PARENT --for-default-sg"));
    }
}
