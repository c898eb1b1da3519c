//! The check against scripted clouds. Most tests spoil one thing of a perfect template.

mod egress;
mod fallback;
mod ingress;
mod reading;

use serde_json::{Value, json};
use touchstone_sdk::openstack::Method;
use touchstone_sdk::testing::{Cloud, Report};
use touchstone_sdk::{Severity, Verdict};

use crate::{CHECK, TESTCASE};

const LIST: &str = "/default-security-group-rules";
const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

/// A rule without limits.
fn rule(id: &str, direction: &str, ethertype: &str, (default, custom): (bool, bool)) -> Value {
    json!({"id": id, "direction": direction, "ethertype": ethertype, "protocol": null, "port_range_min": null,
        "port_range_max": null, "remote_ip_prefix": null, "remote_group_id": null, "remote_address_group_id": null,
        "description": "", "used_in_default_sg": default, "used_in_non_default_sg": custom})
}

/// The same rule with one member changed.
fn with(mut rule: Value, name: &str, value: impl Into<Value>) -> Value {
    rule[name] = value.into();
    rule
}

const BOTH: (bool, bool) = (true, true);
const DEFAULT: (bool, bool) = (true, false);
const CUSTOM: (bool, bool) = (false, true);
const NEITHER: (bool, bool) = (false, false);

/// The template of the standard's example.
fn perfect() -> Vec<Value> {
    vec![
        rule("out4", "egress", "IPv4", BOTH),
        rule("out6", "egress", "IPv6", BOTH),
        with(rule("in4", "ingress", "IPv4", DEFAULT), "remote_group_id", "PARENT"),
        with(rule("in6", "ingress", "IPv6", DEFAULT), "remote_group_id", "PARENT"),
    ]
}

/// The perfect template with more rules.
fn and(more: Value) -> Vec<Value> {
    let mut rules = perfect();
    rules.push(more);
    rules
}

/// The perfect template with another rule instead of one.
fn instead_of(id: &str, other: Value) -> Vec<Value> {
    perfect().into_iter().map(|rule| if rule["id"] == id { other.clone() } else { rule }).collect()
}

fn without(id: &str) -> Vec<Value> {
    perfect().into_iter().filter(|rule| rule["id"] != id).collect()
}

fn report(rules: &[Value]) -> Report {
    Cloud::new().get("network", LIST, json!({"default_security_group_rules": rules})).run(&CHECK)
}

fn verdict(rules: &[Value]) -> Option<Verdict> {
    report(rules).verdict(TESTCASE)
}

fn messages(report: &Report, severity: Severity) -> Vec<String> {
    let findings = report.findings(TESTCASE).into_iter().filter(|finding| finding.severity == severity);
    findings.map(|finding| finding.message.clone()).collect()
}

fn remedies(report: &Report) -> Vec<String> {
    report.findings(TESTCASE).into_iter().filter_map(|finding| finding.remedy.clone()).collect()
}

#[test]
fn the_example_of_the_standard_is_right() {
    let report = report(&perfect());
    assert_eq!(report.verdict(TESTCASE), PASS);
    assert!(report.findings.is_empty());
    assert!(report.created.is_empty(), "where there is a template, nothing is created");
}

#[test]
fn the_order_of_the_rules_says_nothing() {
    let (rules, mut reversed) =
        (and(rule("bad", "ingress", "IPv4", BOTH)), and(rule("bad", "ingress", "IPv4", BOTH)));
    reversed.reverse();
    assert_eq!(report(&rules).findings, report(&reversed).findings);
}
