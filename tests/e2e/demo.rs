//! `touchstone demo`: what somebody sees who has just built it.

use crate::harness::{Cloud, repo};

/// Verdicts on the demo's cloud; scenarios/demo.yaml says what is wrong with it.
const FAILED: [&str; 5] = [
    "scs-0100-semantics-check",
    "scs-0100-syntax-check",
    "scs-0103-flavor-16v-32",
    "scs-0103-flavor-2v-4-20s",
    "scs-0103-flavor-8v-16",
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
    let failed: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("FAIL  scs-")).collect();
    let failed: Vec<&str> = failed.into_iter().filter_map(|line| line.split_whitespace().next()).collect();
    let failed: Vec<String> = failed.into_iter().map(|id| format!("scs-{id}")).collect();
    assert_eq!(failed, FAILED);
    for line in [
        "      error: letters are case-sensitive: expected `s`",
        "        | SCS-4V-16-100S",
        "        |              ^",
        "      error: no flavor is named `SCS-16V-32`, nor says so in `scs:name-v2`",
        "      error: `scs:disk0-type` is `network`, should be `ssd`",
        "      error: `scs:name-v1` is `SCS-8V-16`, should be `SCS-8V:16`",
    ] {
        assert!(lines.contains(&line), "{line:?} is missing: {ran}");
    }
    let verdicts: Vec<&&str> = lines.iter().filter(|line| line.starts_with("FAIL  plus.example ")).collect();
    assert_eq!(verdicts.len(), 2, "v5.1 and next: {ran}");
    assert!(verdicts[0].starts_with("FAIL  plus.example v5.1 (effective): 12 PASS, 5 FAIL, "), "{ran}");

    let text = std::fs::read_to_string(elsewhere.folder().join("report.json")).expect("it was written");
    let report = serde_json::from_str(&text).expect("it is JSON");
    crate::harness::assert_fits_schema(&report);
    assert_eq!(report["subject"], "plus.example");
    assert_eq!(report["components"].as_object().map(|components| components.len()), Some(2));
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
    let ran = run
        .args(["--scope-version", "v5.1", "--tests", "scs-010[03]-"])
        .env("OS_CLIENT_CONFIG_FILE", &yaml)
        .run();
    ran.assert_exit(2);
    let text = std::fs::read_to_string(elsewhere.folder().join("report.json")).expect("it was written");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let main = &report["versions"]["v5.1"]["targets"]["main"];
    assert_eq!(main["fail"], serde_json::json!([]), "{ran}");
    assert_eq!(main["pass"].as_array().map(Vec::len), Some(17), "{ran}");
    served.interrupt();
    served.wait().assert_exit(0);
}
