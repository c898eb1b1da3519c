//! The check against scripted clouds. Most tests spoil one thing of a perfect cloud.

mod found;
mod mutations;
mod reading;
mod recorded;
mod tables;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use touchstone_sdk::testing::{Cloud, Report};
use touchstone_sdk::{Severity, Verdict};

use crate::CHECK;
use crate::tests::tables::TABLE;

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

/// A flavor as a cloud has it.
#[derive(Debug, Clone, PartialEq)]
struct Given {
    name: String,
    vcpus: u64,
    ram: u64,
    disk: u64,
    extra_specs: BTreeMap<String, String>,
}

impl Given {
    fn plain(name: &str, vcpus: u64, ram: u64, disk: u64) -> Self {
        Given { name: name.into(), vcpus, ram, disk, extra_specs: BTreeMap::new() }
    }

    fn with(mut self, key: &str, value: &str) -> Self {
        self.extra_specs.insert(key.into(), value.into());
        self
    }

    fn without(mut self, key: &str) -> Self {
        self.extra_specs.remove(key);
        self
    }

    fn named(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    fn json(&self) -> Value {
        json!({"id": format!("id of {}", self.name), "name": self.name, "vcpus": self.vcpus, "ram": self.ram,
            "disk": self.disk, "extra_specs": self.extra_specs})
    }
}

/// The flavor that a row of the standard's tables asks for.
fn perfect(name: &str) -> Given {
    let row = TABLE.iter().find(|row| row.name == name).expect("a standard flavor");
    let v1 = name.replace('-', ":").replacen("SCS:", "SCS-", 1);
    let flavor = Given::plain(name, row.vcpus, row.ram_gib * 1024, row.disk_gb.unwrap_or(0))
        .with("scs:name-v1", &v1)
        .with("scs:name-v2", name)
        .with("scs:cpu-type", row.cpu_type);
    match row.disk_gb {
        None => flavor,
        Some(_) if row.disk_type == "(any)" => flavor.with("scs:disk0-type", "network"),
        Some(_) => flavor.with("scs:disk0-type", row.disk_type),
    }
}

/// A cloud with every standard flavor.
fn perfect_cloud() -> Vec<Given> {
    TABLE.iter().map(|row| perfect(row.name)).collect()
}

/// The perfect cloud, but for one flavor.
fn cloud_with(changed: Given, instead_of: &str) -> Vec<Given> {
    let flavors = perfect_cloud().into_iter();
    flavors.map(|flavor| if flavor.name == instead_of { changed.clone() } else { flavor }).collect()
}

fn list(flavors: &[Given]) -> Value {
    json!({"flavors": flavors.iter().map(Given::json).collect::<Vec<_>>()})
}

fn report(flavors: &[Given]) -> Report {
    Cloud::new().get("compute", "/flavors/detail", list(flavors)).run(&CHECK)
}

/// The names of the standard flavors whose testcases are not PASS; each testcase has exactly one outcome.
fn failing(report: &Report) -> Vec<&'static str> {
    assert_eq!(report.outcomes.len(), CHECK.testcases.len());
    let fails = |name: &&str| match report.verdict(&testcase(name)) {
        Some(Verdict::Pass) => false,
        Some(Verdict::Fail) => true,
        other => panic!("{name}: {other:?}"),
    };
    TABLE.iter().map(|row| row.name).filter(fails).collect()
}

fn testcase(name: &str) -> String {
    format!("scs-0103-flavor-{}", name.strip_prefix("SCS-").expect("a standard flavor").to_ascii_lowercase())
}

fn messages(report: &Report, name: &str, severity: Severity) -> Vec<String> {
    let findings = report.findings(&testcase(name)).into_iter();
    findings.filter(|finding| finding.severity == severity).map(|finding| finding.message.clone()).collect()
}
