//! The check against scripted clouds. Most tests spoil one thing of a perfect image.

mod aside;
mod many;
mod properties;
mod reading;
mod recency;
mod uniqueness;

use serde_json::{Value, json};
use touchstone_sdk::testing::{Cloud, Report};
use touchstone_sdk::{Severity, Verdict};

use crate::CHECK;

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

/// 2026-06-15T12:00:00Z.
const NOW: i64 = 1_781_524_800;

const RECENCY: &str = "scs-0102-image-recency";
const UNIQUENESS: &str = "scs-0102-os_purpose-uniqueness";

/// An image as the standard wants it, in the words of glance.
fn perfect(name: &str) -> Value {
    json!({
        "id": format!("id-of-{}", name.replace(' ', "-")), "name": name, "visibility": "public", "status": "active",
        "os_hidden": false, "created_at": "2026-06-02T08:00:00Z", "updated_at": "2026-06-02T08:05:00Z",
        "size": 700_000_000, "virtual_size": 4_000_000_000_u64, "min_disk": 4, "min_ram": 512, "protected": false,
        "os_hash_algo": "sha512", "os_hash_value": "0123456789abcdef".repeat(8), "checksum": "x", "tags": ["os:ubuntu"],
        "architecture": "x86_64", "os_distro": "ubuntu", "os_version": "24.04", "os_purpose": "generic",
        "hw_disk_bus": "scsi", "hw_scsi_model": "virtio-scsi", "hw_rng_model": "virtio", "hypervisor_type": "qemu",
        "image_build_date": "2026-06-01", "image_original_user": "ubuntu",
        "image_source": "https://cloud-images.ubuntu.com/releases/noble/x.img", "image_description": "Noble Numbat",
        "replace_frequency": "monthly", "provided_until": "2029-05-31", "uuid_validity": "last-3", "hotfix_hours": "0",
    })
}

fn with(mut image: Value, key: &str, value: impl Into<Value>) -> Value {
    image[key] = value.into();
    image
}

fn without(mut image: Value, key: &str) -> Value {
    image.as_object_mut().expect("an object").remove(key).expect("a member");
    image
}

fn list(images: &[Value]) -> Value {
    json!({"images": images, "first": "/v2/images?limit=1000", "schema": "/v2/schemas/images"})
}

fn report(images: &[Value]) -> Report {
    Cloud::new().reference_time(NOW).get("image", "/images", list(images)).run(&CHECK)
}

/// The testcases that are FAIL, without `scs-0102-`; each has exactly one outcome, and none is DNF.
fn failing(report: &Report) -> Vec<&'static str> {
    assert_eq!(report.outcomes.len(), CHECK.testcases.len());
    let ids = CHECK.testcases.iter().map(|testcase| testcase.id);
    let fails = |id: &&str| match report.verdict(id) {
        Some(Verdict::Pass) => false,
        Some(Verdict::Fail) => true,
        other => panic!("{id}: {other:?}, {}", report.reason(id)),
    };
    ids.filter(fails).map(|id| id.strip_prefix("scs-0102-").expect("a testcase")).collect()
}

fn messages(report: &Report, testcase: &str, severity: Severity) -> Vec<String> {
    let findings = report.findings(testcase).into_iter();
    findings.filter(|finding| finding.severity == severity).map(|finding| finding.message.clone()).collect()
}

/// The only violation of a testcase: its message and the command that mends it.
fn violation(report: &Report, testcase: &str) -> (String, String) {
    let findings = report.findings(testcase);
    let violations: Vec<_> =
        findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert_eq!(violations.len(), 1, "{violations:?}");
    (violations[0].message.clone(), violations[0].remedy.clone().unwrap_or_default())
}
