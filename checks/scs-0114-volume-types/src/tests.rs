//! The check against scripted clouds.

mod reading;
mod types;

use serde_json::{Value, json};
use touchstone_sdk::testing::{Cloud, Report};
use touchstone_sdk::{Severity, Verdict};

use crate::{CHECK, ENCRYPTED, REPLICATED, SYNTAX};

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

/// A cloud with a volume type for each description, named `a`, `b`, ….
fn described(descriptions: &[&str]) -> Vec<Value> {
    let types = descriptions.iter().zip('a'..='z');
    types.map(|(description, name)| volume_type(&name.to_string(), Some(description))).collect()
}

fn volume_type(name: &str, description: Option<&str>) -> Value {
    json!({"id": format!("id-of-{name}"), "name": name, "description": description, "is_public": true,
        "extra_specs": {}, "qos_specs_id": null, "os-volume-type-access:is_public": true})
}

fn report(types: &[Value]) -> Report {
    Cloud::new().get("block-storage", "/types", json!({"volume_types": types})).run(&CHECK)
}

/// Syntax, encrypted, replicated.
fn verdicts(report: &Report) -> [Option<Verdict>; 3] {
    assert_eq!(report.outcomes.len(), 3);
    [SYNTAX, ENCRYPTED, REPLICATED].map(|testcase| report.verdict(testcase))
}

fn messages(report: &Report, testcase: &str, severity: Severity) -> Vec<String> {
    let findings = report.findings(testcase).into_iter();
    findings.filter(|finding| finding.severity == severity).map(|finding| finding.message.clone()).collect()
}

fn remedies(report: &Report, testcase: &str) -> Vec<String> {
    report.findings(testcase).into_iter().filter_map(|finding| finding.remedy.clone()).collect()
}
