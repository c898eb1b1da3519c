//! `touchstone demo`: what somebody sees who has just built it.

use crate::harness::{Cloud, repo};

/// Beginnings of testcases that fail on the demo's cloud; scenarios/demo.yaml says what is wrong with it.
const FAILED: [&str; 9] = [
    "scs-0100-",
    "scs-0102-",
    "scs-0103-flavor-16v-32",
    "scs-0104-source-debian-12",
    "scs-0114-syntax-check",
    "scs-0115-default-rules",
    "scs-0116-permissions",
    "scs-0117-test-backup",
    "scs-0123-service-placement",
];

#[test]
fn the_demo_finds_what_is_wrong_with_its_cloud() {
    // Only for a folder that is empty but for a clouds.yaml that the demo must not look at.
    let elsewhere = Cloud::start();
    let demo =
        elsewhere.touchstone().args(["demo", "--date", "2026-11-23", "-o", "report.json"]).without_log();
    let ran = demo.run();
    ran.assert_exit(1);
    assert!(elsewhere.calls().is_empty());
    assert!(ran.stderr.starts_with("A simulated cloud, plus.example, runs at http://127.0.0.1:"), "{ran}");

    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "plus.example against SCS-compatible IaaS on 2026-11-23");
    for line in [
        "FAIL  scs-0103-flavor-16v-32: no flavor is named `SCS-16V-32`, nor says so in",
        "FAIL  scs-0103-flavor-2v-4-20s: `scs:disk0-type` is `network`, should be `ssd`",
        "FAIL  scs-0103-flavor-8v-16: `scs:name-v1` is `SCS-8V-16`, should be `SCS-8V:16`",
    ] {
        assert!(lines.contains(&line), "{line:?} is missing: {ran}");
    }

    let text = std::fs::read_to_string(elsewhere.folder().join("report.json")).expect("it was written");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    crate::harness::assert_fits_schema(&report);
    assert_eq!(report["subject"], "plus.example");
    assert_eq!(report["components"].as_object().map(|components| components.len()), Some(11));
    let main = &report["versions"]["v5.1"]["targets"]["main"];
    let list = |verdict: &str| -> Vec<&str> {
        main[verdict].as_array().expect("it is a list").iter().filter_map(|id| id.as_str()).collect()
    };
    assert_eq!((list("dnf"), list("miss")), (vec![], vec![]), "{ran}");
    assert_eq!(list("pass").len() + list("fail").len(), 54, "{ran}");
    for failed in FAILED {
        assert!(list("fail").iter().any(|id| id.starts_with(failed)), "{failed} does not fail: {ran}");
    }
    let ephemeral = &report["ephemeral"];
    assert_eq!(ephemeral["created"], ephemeral["deleted"]);
    for secret in ["demo-password", "demo-appcred-secret"] {
        assert!(!text.contains(secret) && !ran.stdout.contains(secret));
    }
}

#[test]
fn the_demo_can_be_narrowed() {
    let elsewhere = Cloud::start();
    let narrowed = ["demo", "--tests", "^scs-0103-flavor-1v-4$", "--scope-version", "v5.1", "-q"];
    let ran = elsewhere.touchstone().args(narrowed).without_log().run();
    ran.assert_exit(2);
    assert!(ran.stdout.starts_with("MISS  plus.example, SCS-compatible IaaS v5.1 ("), "{ran}");
    assert!(ran.stdout.contains(": 1 PASS, "), "{ran}");
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (1, ""));
}

/// A cloud that is served for other clients is one that `run` can test, with the clouds.yaml that it writes, and the
/// scope and the store of the repository.
#[test]
fn a_perfect_cloud_is_served_and_passes() {
    let elsewhere = Cloud::start();
    let simulate = ["simulate", "--scenario", "perfect", "--clouds-yaml", "perfect.yaml"];
    let served = elsewhere.touchstone().args(simulate).start();
    let yaml = elsewhere.folder().join("perfect.yaml");
    let begun = std::time::Instant::now();
    while !yaml.exists() {
        assert!(begun.elapsed().as_secs() < 60, "it does not start");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let scope = repo().join("scopes/scs-compatible-iaas.yaml");
    let run = elsewhere.touchstone().arg("run").arg(scope).args(["--cloud", "demo", "-o", "report.json"]);
    let ran = run.args(["--scope-version", "v5.1"]).env("OS_CLIENT_CONFIG_FILE", &yaml).run();
    ran.assert_exit(0);
    let text = std::fs::read_to_string(elsewhere.folder().join("report.json")).expect("it was written");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let main = &report["versions"]["v5.1"]["targets"]["main"];
    assert_eq!(main["fail"], serde_json::json!([]), "{ran}");
    assert_eq!(main["pass"].as_array().map(Vec::len), Some(54), "{ran}");
    served.interrupt();
    served.wait().assert_exit(0);
}
