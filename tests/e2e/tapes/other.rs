//! Other components, other scopes: what would last night's clouds have said?

use std::fs;

use super::Recorded;
use crate::harness::{Cloud, Entry, published, scope};

fn least(number: &str) -> Entry {
    let mut entry = Entry::reader();
    entry.parameters.push(("least".into(), number.into()));
    entry
}

#[test]
fn another_scope_is_answered_by_what_the_cloud_said() {
    let recorded = Recorded::small(&[least("2")], &[]);
    recorded.ran.assert_exit(0);
    let stricter = recorded.cloud.write("stricter.yaml", scope(&[least("4")]));
    let replayed = recorded.replay_against(&stricter).run();
    replayed.assert_exit(1);
    replayed.assert_result("reader-flavors", "FAIL", "");
    replayed.assert_result("reader-images", "PASS", "2: ");
    let replay = &replayed.report()["replay"];
    assert_eq!(replay["other_checks"], serde_json::json!(["reader"]));
    assert_eq!(replay["recorded_scope"], recorded.ran.report()["scope"]["digest"]);
    // It can be verified as what it is.
    fs::copy(recorded.cloud.folder().join("replayed.json"), recorded.cloud.folder().join("report.json"))
        .expect("it can be copied");
    let verify = recorded.cloud.touchstone().args(["verify", "report.json", "--tape", "run.tape", "--scope"]);
    let verified = verify.arg(&stricter).arg("--store").arg(&recorded.store).run();
    verified.assert_exit(0);
    assert!(verified.stdout.contains("in a replay"), "{verified}");
}

#[test]
fn what_is_not_on_the_tape_is_not_guessed() {
    let recorded = Recorded::small(&[Entry::reader()], &["--tests", "flavors"]);
    let replayed = recorded.replay().args(["--tests", "reader"]).run();
    replayed.assert_exit(2);
    replayed.assert_result("reader-images", "DNF", "not on tape");
    // What it says after that might hang on it.
    replayed.assert_result("reader-flavors", "DNF", "not on tape");
}

#[test]
fn what_is_no_longer_granted_is_not_answered() {
    let recorded = Recorded::small(&[Entry::reader()], &[]);
    let mut narrower = Entry::reader();
    narrower.grants.retain(|grant| !grant.starts_with("image"));
    let narrower = recorded.cloud.write("narrower.yaml", scope(&[narrower]));
    let replayed = recorded.replay_against(&narrower).run();
    replayed.assert_result("reader-images", "DNF", "does not grant");
    replayed.assert_result("reader-flavors", "PASS", "");
    assert_eq!(replayed.report()["components"][&published().reader]["audit"]["denied_calls"], 1);
}

/// What one check created, another one with less in its budget does not.
#[test]
fn what_is_created_on_tape_is_paid_for() {
    let recorded = Recorded::small(&[Entry::creator("everything")], &[]);
    recorded.ran.assert_exit(0);
    let with = |change: &dyn Fn(&mut Entry)| {
        let mut entry = Entry::creator("everything");
        change(&mut entry);
        let manifest = recorded.cloud.write("other.yaml", scope(&[entry]));
        recorded.replay_against(&manifest).run()
    };
    // Another grant more makes it another check: it is answered in order, not verbatim.
    let more = with(&|entry| entry.grants.push("dns GET /zones".into()));
    more.assert_result("creator-all", "PASS", "");
    assert_eq!(more.report()["replay"]["other_checks"], serde_json::json!(["creator"]));
    let less = with(&|entry| entry.grants.retain(|grant| !grant.contains("/secrets")));
    assert_ne!(less.result("creator-all").0, "PASS", "{less}");
}

#[test]
fn many_tapes_are_told_in_a_table() {
    let tapes = tempfile::tempdir().expect("temporary folders can be made");
    let mut recorded = Vec::new();
    for (name, flavors) in [("few.example", 1), ("many.example", 5)] {
        let flavors: String =
            (0..flavors).map(|i| format!("  - {{name: f{i}, vcpus: 1, ram: 1024}}\n")).collect();
        let cloud = Cloud::replacing_flavors(&format!("flavors:\n{flavors}"));
        let manifest = cloud.write("scope.yaml", scope(&[least("1")]));
        let one = Recorded::of(cloud, manifest, published().store.clone(), &["--subject", name]);
        one.ran.assert_exit(0);
        fs::copy(one.tape(), tapes.path().join(format!("{name}.tape"))).expect("it can be copied");
        recorded.push(one);
    }
    let one = &recorded[0];
    let replay = |manifest: &str| {
        let replay = one.cloud.touchstone().without_log().arg("replay").arg(tapes.path());
        replay.args(["--scope", manifest, "--store"]).arg(&one.store).run()
    };
    let same = replay("scope.yaml");
    same.assert_exit(0);
    assert!(same.stdout.contains("No verdict on a testcase is another one"), "{same}");
    one.cloud.write("stricter.yaml", scope(&[least("3")]));
    let stricter = replay("stricter.yaml");
    stricter.assert_exit(1);
    let changed: Vec<&str> = stricter.stdout.lines().filter(|line| line.contains(" → ")).collect();
    assert_eq!(changed.len(), 1, "{stricter}");
    assert!(changed[0].starts_with("few.example  reader-flavors  PASS → FAIL"), "{stricter}");
    fs::write(tapes.path().join("none.tape"), "no tape").expect("it can be written");
    let with_none = replay("scope.yaml");
    with_none.assert_exit(3);
    with_none.assert_complains(&["none.tape: it is not a tape"]);
    assert!(with_none.stdout.contains("many.example"), "the others are told all the same: {with_none}");
}

#[test]
fn what_is_taken_out_is_gone_and_said_to_be() {
    let recorded = Recorded::small(&[Entry::reader()], &[]);
    let rules = "format: touchstone.redaction/v1\nrules:\n  - {answers: image GET /images, field: images/*/name, action: hash}\n  - {identity: user_name, action: drop}\n";
    recorded.cloud.write("rules.yaml", rules);
    let redact = ["tape", "redact", "run.tape", "--rules", "rules.yaml", "-o", "redacted.tape"];
    let redacted = recorded.cloud.touchstone().args(redact).run();
    redacted.assert_exit(0);
    let show = recorded.cloud.touchstone().args(["tape", "show", "redacted.tape", "--json-lines"]).run();
    assert!(!show.stdout.contains("Debian") && show.stdout.contains("redacted-"), "{show}");
    let verify = |report: &str| {
        let verify =
            recorded.cloud.touchstone().args(["verify", report, "--tape", "redacted.tape", "--scope"]);
        verify.arg(&recorded.manifest).arg("--store").arg(&recorded.store).run()
    };
    let refused = verify("report.json");
    refused.assert_exit(1);
    assert!(refused.stdout.contains("it says that it is a redacted copy of sha256:"), "{refused}");
    let replay = recorded.cloud.touchstone().without_log().args(["replay", "redacted.tape", "--scope"]);
    let replayed = replay
        .arg(&recorded.manifest)
        .arg("--store")
        .arg(&recorded.store)
        .args(["-o", "redacted.json"])
        .run();
    // The reason names what is no longer there; the verdicts are those of the run.
    replayed.assert_exit(0);
    let verified = verify("redacted.json");
    verified.assert_exit(0);
    assert!(verified.stdout.contains("from which something was taken out"), "{verified}");
}

/// A flavor without memory is a violation; without the field there would be none.
#[test]
fn what_is_taken_out_makes_no_verdict_better() {
    let cloud = Cloud::replacing_flavors("flavors:\n  - {name: small, vcpus: 1, ram: 1024}\n");
    cloud.inject("{service: compute, path: /flavors/detail, kind: {json: '{\"flavors\": [{\"id\": \"1\", \"name\": \"a\", \"vcpus\": 1, \"ram\": 0, \"disk\": 0, \"extra_specs\": {}}, {\"id\": \"2\", \"name\": \"b\", \"vcpus\": 1, \"ram\": 1, \"disk\": 0, \"extra_specs\": {}}]}'}}");
    let manifest = cloud.write("scope.yaml", scope(&[least("1")]));
    let recorded = Recorded::of(cloud, manifest, published().store.clone(), &[]);
    recorded.ran.assert_result("reader-flavors", "FAIL", "");
    let rules = "format: touchstone.redaction/v1\nrules:\n  - {answers: compute GET /flavors/detail, field: flavors/*/ram, action: drop}\n";
    recorded.cloud.write("rules.yaml", rules);
    let redact = ["tape", "redact", "run.tape", "--rules", "rules.yaml", "-o", "redacted.tape"];
    recorded.cloud.touchstone().args(redact).run().assert_exit(0);
    let replay = recorded.cloud.touchstone().without_log().args(["replay", "redacted.tape", "--scope"]);
    let replay = replay.arg(&recorded.manifest).arg("--store").arg(&recorded.store);
    let replayed = replay.report(recorded.cloud.folder().join("redacted.json")).run();
    replayed.assert_result("reader-flavors", "DNF", "");
    replayed.assert_result("reader-images", "PASS", "");
}
