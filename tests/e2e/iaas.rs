//! The scope "SCS-compatible IaaS", whole, and what goes with it: evidence, attestations, events.

use std::path::PathBuf;

use serde_json::Value;
use touchstone_simulator::Scenario;

use crate::harness::{Cloud, Touchstone, repo};

const SCOPE: &str = "scopes/scs-compatible-iaas.yaml";

fn run<'a>(cloud: &'a Cloud, scope: PathBuf) -> Touchstone<'a> {
    let run = cloud.touchstone().arg("run").arg(scope).args(["--cloud", "demo", "--store"]);
    run.arg(repo().join("checks/published")).report(cloud.folder().join("report.json")).without_log()
}

fn perfect() -> Cloud {
    Cloud::of(&Scenario::perfect())
}

/// Results of Tempest in which every required test passed.
fn tempest(cloud: &Cloud) -> PathBuf {
    let list = std::fs::read_to_string(repo().join("scopes/assets/scs-0128-required-tests.txt"));
    let list = list.expect("the list is there");
    let required = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let cases: String = required
        .map(|id| {
            let bare = id.split('[').next().expect("there is a beginning");
            let (class, _) = bare.rsplit_once('.').expect("ids have dots");
            let name =
                id.strip_prefix(class).and_then(|rest| rest.strip_prefix('.')).expect("it is a prefix");
            format!("<testcase classname=\"{class}\" name=\"{name}\"/>\n")
        })
        .collect();
    cloud.write("tempest.xml", format!("<testsuite>\n{cases}</testsuite>\n"))
}

#[test]
fn a_perfect_cloud_passes_every_version() {
    let cloud = perfect();
    let before = cloud.inventory();
    let evidence = format!("opc={}", tempest(&cloud).display());
    for version in ["v3", "v4", "v5.1", "next"] {
        let ran =
            run(&cloud, repo().join(SCOPE)).args(["--scope-version", version, "--evidence", &evidence]).run();
        ran.assert_exit(0);
        let report = ran.report();
        for (target, verdicts) in
            report["versions"][version]["targets"].as_object().expect("it is in the schema")
        {
            for verdict in ["fail", "dnf", "miss"] {
                assert_eq!(verdicts[verdict], serde_json::json!([]), "{version} {target}: {ran}");
            }
        }
        assert_eq!(cloud.inventory(), before, "{version}");
    }
}

#[test]
fn the_scope_has_no_gaps() {
    let cloud = Cloud::start();
    let ran = cloud.touchstone().args(["scope", "show"]).arg(repo().join(SCOPE)).run();
    ran.assert_exit(0);
    let gaps: Vec<&str> = ran.stdout.lines().filter(|line| line.contains(" 0/")).collect();
    assert!(gaps.is_empty(), "{gaps:?}");
}

#[test]
fn one_list_is_fetched_once_for_all_checks() {
    let cloud = perfect();
    run(&cloud, repo().join(SCOPE)).args(["--scope-version", "v5.1"]).run().assert_exit(0);
    assert_eq!(cloud.count("image GET /images"), 1, "{:?}", cloud.calls());
    assert_eq!(cloud.count("compute GET /flavors/detail"), 1);
}

/// What it says counts from when it was written, as long as results of the testcase do, and not anew from each run.
#[test]
fn evidence_grows_old() {
    let cloud = perfect();
    let file = tempest(&cloud);
    let evidence = format!("opc={}", file.display());
    let only = ["--scope-version", "next", "--tests", "scs-0128"];
    let written = |days: u64| {
        let at = std::time::SystemTime::now() - std::time::Duration::from_secs(days * 86_400);
        let open = std::fs::File::options().write(true).open(&file).expect("it is there");
        open.set_modified(at).expect("it is ours");
        run(&cloud, repo().join(SCOPE)).args(only).args(["--evidence", &evidence]).run()
    };
    let young = written(1);
    young.assert_result("scs-0128-e2e", "PASS", "");
    let report = young.report();
    let written_at = report["evidence"]["opc"]["written_at"].as_str().expect("it says so");
    assert!(report["testcases"].to_string().contains(written_at), "{young}");
    written(20).assert_result("scs-0128-e2e", "MISS", "counts no more since");
    // What did not come to judge evidence takes the place of no result.
    let none = run(&cloud, repo().join(SCOPE)).args(only).run();
    none.assert_result("scs-0128-e2e", "DNF", "");
    cloud.inject("{path: /auth/tokens, kind: {status: {code: 503}}}");
    let away = written(1);
    away.assert_result("scs-0128-e2e", "DNF", "");
    for ran in [none, away] {
        assert!(!ran.report()["testcases"].to_string().contains("checked_at"), "{ran}");
    }
}

#[test]
fn evidence_that_lacks_a_test_is_no_pass() {
    let cloud = perfect();
    let file = tempest(&cloud);
    let text = std::fs::read_to_string(&file).expect("it was written");
    let less: Vec<&str> = text.lines().enumerate().filter(|(i, _)| *i != 7).map(|(_, line)| line).collect();
    std::fs::write(&file, less.join("\n")).expect("files can be written");
    let evidence = format!("opc={}", file.display());
    let only = ["--scope-version", "next", "--tests", "scs-0128"];
    let ran = run(&cloud, repo().join(SCOPE)).args(only).args(["--evidence", &evidence]).run();
    ran.assert_result("scs-0128-e2e", "FAIL", "");
    assert_eq!(ran.report()["evidence"]["opc"]["file"], file.display().to_string());
    let none = run(&cloud, repo().join(SCOPE)).args(only).run();
    none.assert_result("scs-0128-e2e", "DNF", "--evidence opc=FILE");
    let wrong = run(&cloud, repo().join(SCOPE)).args(["--evidence", "tempest=tempest.xml"]).run();
    wrong.assert_exit(64);
    wrong.assert_complains(&["no check of the scope reads evidence of that name", "opc"]);
}

#[test]
fn what_people_found_out_counts_for_its_subject_and_its_time() {
    let cloud = Cloud::start();
    let scope = std::fs::read_to_string(repo().join(SCOPE)).expect("the scope is there");
    let version = "\nversions:\n  - version: manual\n    include:\n      - module: scs-0121-v1-manual\n";
    let scope = scope.replacen("\nversions:\n", version, 1);
    let file = cloud.write("scopes/scope.yaml", scope);
    let attest = |subject: &str, verdict: &str| {
        let attest =
            cloud.touchstone().arg("attest").arg(&file).args(["--subject", subject, "--verdict", verdict]);
        let made = attest
            .args(["--testcase", "availability-zones-check", "--by", "Jane Doe, example.org"])
            .args(["-o", &format!("{subject}-{verdict}.json")])
            .run();
        made.assert_exit(0);
    };
    let result = |more: &[&str]| {
        let ran = run(&cloud, file.clone()).args(["--scope-version", "manual"]).args(more).run();
        ran.result("availability-zones-check")
    };
    assert_eq!(result(&[]).0, "MISS");
    attest("demo", "pass");
    attest("other", "pass");
    assert_eq!(result(&["--attestations", "other-pass.json"]).0, "MISS", "bound to one subject");
    assert_eq!(result(&["--attestations", "demo-pass.json"]).0, "PASS");
    // Half a year later it counts no more: the same statement, as if it had been made then.
    let text = std::fs::read_to_string(cloud.folder().join("demo-pass.json")).expect("it was written");
    let mut old: Value = serde_json::from_str(&text).expect("it is JSON");
    old["at"] = "2025-01-01T00:00:00Z".into();
    cloud.write("old.json", old.to_string());
    assert_eq!(result(&["--attestations", "old.json"]).0, "MISS");
    let automated =
        cloud.touchstone().arg("attest").arg(&file).args(["--subject", "demo", "--verdict", "pass"]);
    let refused = automated.args(["--testcase", "scs-0115-default-rules", "--by", "Jane"]).run();
    refused.assert_exit(64);
    refused.assert_complains(&["not for people to attest"]);
}

#[test]
fn what_happens_is_told_while_it_happens() {
    let cloud = perfect();
    let ran = run(&cloud, repo().join(SCOPE)).args(["--scope-version", "v5.1", "--json-lines"]).run();
    ran.assert_exit(0);
    let events: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    let count = |kind: &str| events.iter().filter(|event| event["event"] == kind).count();
    assert_eq!(events[0]["event"], "admitted");
    assert_eq!(events[events.len() - 1]["event"], "ended");
    assert_eq!(events[events.len() - 1]["versions"][0]["verdict"], "PASS");
    assert_eq!(count("outcome"), 54);
    assert_eq!(count("check-started"), count("check-ended"));
    assert!(count("created") > 5 && count("created") == count("removed"), "{ran}");
}

/// 10,000 images and 2,000 flavors: pages are followed, each is fetched once for all checks, and it costs little. The
/// first run compiles; the second is measured.
#[test]
fn a_large_cloud_costs_little() {
    let mut scenario = Scenario::perfect();
    let image =
        scenario.images.iter().find(|image| image.name.starts_with("Debian")).expect("it has one").clone();
    for i in 0..10_000 {
        let mut image = image.clone();
        image.name = format!("Image {i}");
        image.id = None;
        image.properties.insert("os_version".into(), format!("12.{i}"));
        image.properties.insert("note".into(), "x".repeat(300));
        scenario.images.push(image);
    }
    let flavor = scenario.flavors[0].clone();
    for i in 0..2_000 {
        let mut flavor = flavor.clone();
        flavor.name = format!("flavor-{i}");
        flavor.id = None;
        flavor.extra_specs.retain(|name, _| !name.starts_with("scs:"));
        scenario.flavors.push(flavor);
    }
    let cloud = Cloud::of(&scenario);
    let judged = || {
        cloud.forget_requests();
        let reads = ["--scope-version", "v5.1", "--sections", "light"];
        let ran = run(&cloud, repo().join(SCOPE)).args(reads).run();
        // What boots servers was left out.
        ran.assert_exit(2);
        let main = ran.report()["versions"]["v5.1"]["targets"]["main"].clone();
        assert_eq!((&main["fail"], &main["dnf"]), (&serde_json::json!([]), &serde_json::json!([])), "{ran}");
        ran
    };
    judged();
    let ran = judged();
    let pages = cloud.count("image GET /images");
    assert!((10..=12).contains(&pages), "{pages} requests for ten pages of images and some more");
    assert!((2..=4).contains(&cloud.count("compute GET /flavors/detail")), "{:?}", cloud.calls());
    eprintln!("10,000 images and 2,000 flavors: {:?} CPU, {} MB", ran.computed, ran.peak_memory / 1_000_000);
    assert!(ran.computed < std::time::Duration::from_secs(2), "{:?} of CPU", ran.computed);
    assert!(ran.peak_memory < 150_000_000, "{} bytes", ran.peak_memory);
}
