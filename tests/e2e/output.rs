//! What a run writes, and what narrows or changes it: the options that other programs rely on.

use serde_json::{Value, json};

use crate::harness::{Cloud, Entry, Touchstone, assert_fits_schema, published, scope};

fn reader() -> String {
    scope(&[Entry::reader()])
}

/// `touchstone run scope.yaml` without a report in a file.
fn plain<'a>(cloud: &'a Cloud, scope: &str) -> Touchstone<'a> {
    cloud.write("scope.yaml", scope);
    let run = cloud.touchstone().args(["run", "scope.yaml", "--cloud", "demo", "--store"]);
    run.arg(&published().store).without_log()
}

/// A scope with two versions that ask the reader for different numbers of flavors: `old` for 3 until 2025, then also
/// `new` for 4, and a third one that the timeline does not show.
fn versions() -> String {
    let entry = Entry { parameters: vec![("least".into(), "3".into())], ..Entry::reader() };
    let text = scope(&[entry]);
    let (before, _) = text.split_once("versions:\n").expect("there are versions");
    let version = |name: &str, least: u32| {
        format!(
            "  - version: {name}\n    stabilized_at: 2020-01-01\n    include:\n      - module: reader-module\n        \
             parameters: {{least: \"{least}\"}}\n"
        )
    };
    format!(
        "{before}versions:\n{}{}{}timeline:\n  - date: 2025-01-01\n    versions: {{old: warn, new: effective}}\n  \
         - date: 2020-01-01\n    versions: {{old: effective}}\n",
        version("old", 3),
        version("new", 4),
        version("secret", 1)
    )
}

#[test]
fn a_person_reads_verdicts_reasons_and_links() {
    let cloud = Cloud::start();
    let failing = Entry { parameters: vec![("least".into(), "4".into())], ..Entry::reader() };
    let ran = plain(&cloud, &scope(&[failing, Entry::adversary("say-nothing")])).run();
    ran.assert_exit(1);
    for text in [
        "demo against Test on ",
        "FAIL  reader-flavors: 3: small, large, medium",
        "error: 3 flavors, and there must be 4",
        "https://example.org/reader-flavors",
        "MISS  2 testcases: the check said nothing about it",
        "FAIL  v1  effective",
    ] {
        assert!(ran.stdout.contains(text), "{text:?} is missing: {ran}");
    }
    assert!(!ran.stdout.contains("reader-images"), "what passed is not spoken of: {ran}");
    assert_eq!(ran.stderr, "", "nothing to complain about");
}

#[test]
fn quiet_is_one_line_for_each_version() {
    let cloud = Cloud::start();
    let ran = plain(&cloud, &versions()).arg("-q").run();
    ran.assert_exit(1);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{ran}");
    assert!(lines.iter().any(|line| line.starts_with("PASS  demo, Test old (warn): 2 PASS")), "{ran}");
    assert!(
        lines.iter().any(|line| line.starts_with("FAIL  demo, Test new (effective): 1 PASS, 1 FAIL")),
        "{ran}"
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn verbose_is_also_what_passed_and_what_it_cost() {
    let cloud = Cloud::start();
    let ran = plain(&cloud, &reader()).arg("-v").run();
    ran.assert_exit(0);
    for text in ["reader-images", "reader-flavors", "2: Debian, Ubuntu", "calls", published().reader.as_str()]
    {
        assert!(ran.stdout.contains(text), "{text:?} is missing: {ran}");
    }
}

#[test]
fn the_report_on_standard_output_is_alone_there() {
    let cloud = Cloud::start();
    let ran = plain(&cloud, &reader()).args(["-o", "-"]).run();
    ran.assert_exit(0);
    let report: Value = serde_json::from_str(&ran.stdout).expect("it is JSON and nothing else");
    assert_fits_schema(&report);
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_report_says_all_that_is_promised() {
    let cloud = Cloud::start();
    let ran = cloud.run(&reader()).args(["--subject", "my cloud"]).run();
    ran.assert_exit(0);
    let report = ran.report();
    assert_eq!(report["format"], "touchstone.report/v1");
    assert_eq!(report["subject"], "my cloud");
    assert_eq!(report["run"]["tool"]["name"], "touchstone");
    assert_eq!(report["scope"]["name"], "Test");
    assert_eq!(report["scope"]["uuid"], "3d2b8a5e-0e0c-4a3b-9d6c-5f0f2f6a7e11");
    assert_eq!(report["scope"]["digest"], crate::harness::digest(reader().as_bytes()));
    let version = json!({
        "state": "effective", "verdict": "PASS",
        "targets": {"main": {"verdict": "PASS", "pass": ["reader-flavors", "reader-images"], "fail": [], "dnf": [], "miss": []}},
    });
    assert_eq!(report["versions"]["v1"], version);
    let result = &report["testcases"]["reader-images"];
    assert_eq!(result["component"], published().reader);
    assert_eq!(result["section"], "light");
    assert!(result["checked_at"].is_string() && result["expires_at"].is_string(), "{result:#}");
    let component = ran.component(&published().reader);
    assert_eq!(
        (&component["name"], &component["version"], &component["wit"]),
        (&json!("reader"), &json!("1.0.0"), &json!("0.1.1"))
    );
    assert_eq!(component["granted"].as_array().map(Vec::len), Some(3));
    assert_eq!(component["denied"], json!([]));
    for used in ["calls", "response_bytes", "peak_memory_bytes"] {
        assert!(component["usage"][used].as_u64() > Some(0), "{component:#}");
    }
}

#[test]
fn tests_and_sections_narrow_what_runs() {
    let cloud = Cloud::start();
    let mut entry = Entry::reader();
    entry.testcases[1].1 = "heavy";
    let scope = scope(&[entry]);
    for narrowed in [["--tests", "^reader-im"], ["--sections", "light,medium"]] {
        let ran = cloud.run(&scope).args(narrowed).run();
        ran.assert_exit(2);
        ran.assert_result("reader-images", "PASS", "2: ");
        ran.assert_result("reader-flavors", "MISS", "not selected by --tests/--sections");
        assert!(ran.report()["run"]["selected"].is_object());
    }
    assert_eq!(cloud.count("compute GET /flavors/detail"), 0, "what is not asked for is not done");
    let ran = cloud.run(&scope).args(["--sections", "light", "--sections", "heavy"]).run();
    ran.assert_exit(0);
    assert_eq!(ran.report()["run"]["selected"]["sections"], json!(["light", "heavy"]));
}

#[test]
fn a_date_chooses_among_the_versions() {
    let cloud = Cloud::start();
    let ran = cloud.run(&versions()).args(["--date", "2024-12-31"]).run();
    ran.assert_exit(0);
    let report = ran.report();
    assert_eq!(report["reference_date"], "2024-12-31");
    assert_eq!(report["versions"].as_object().map(|versions| versions.len()), Some(1));
    assert_eq!(report["versions"]["old"]["state"], "effective");

    let ran = cloud.run(&versions()).args(["--date", "2025-01-01"]).run();
    ran.assert_exit(1);
    let report = ran.report();
    assert_eq!(report["versions"]["old"]["verdict"], "PASS");
    assert_eq!(report["versions"]["new"]["verdict"], "FAIL");
    // What differs between versions is said for each, and never mixed.
    assert!(report["testcases"]["reader-flavors"].is_null(), "{report:#}");
    let own = |version: &str| report["versions"][version]["testcases"]["reader-flavors"]["verdict"].clone();
    assert_eq!((own("old"), own("new")), (json!("PASS"), json!("FAIL")));
}

#[test]
fn a_version_can_be_asked_for_that_the_timeline_does_not_show() {
    let cloud = Cloud::start();
    for (version, exit, state) in
        [("old", 0, json!("warn")), ("new", 1, json!("effective")), ("secret", 0, Value::Null)]
    {
        let ran = cloud.run(&versions()).args(["--scope-version", version, "--date", "2025-01-01"]).run();
        ran.assert_exit(exit);
        let report = ran.report();
        assert_eq!(report["versions"].as_object().map(|versions| versions.len()), Some(1));
        assert_eq!(report["versions"][version]["state"], state);
        assert_eq!(report["run"]["selected"]["version"], version);
    }
}

#[test]
fn a_parameter_can_be_given_another_value() {
    let cloud = Cloud::start();
    let ran = cloud.run(&versions()).args(["--param", "least=2"]).run();
    ran.assert_exit(0);
    assert_eq!(ran.report()["testcases"]["reader-flavors"]["parameters"], json!({"least": "2"}));
    let ran = cloud.run(&versions()).args(["--param", "least=a=b"]).run();
    ran.assert_exit(2);
    ran.assert_result("reader-flavors", "DNF", "`least` is no number: a=b");
}

#[test]
fn a_ceiling_lowers_and_never_raises() {
    let cloud = Cloud::start();
    let wall = |limits: &str, ceiling: &str| {
        let scope = scope(&[Entry { limits: limits.into(), ..Entry::adversary("loop") }]);
        let ran = cloud.run(&scope).args(["--ceiling", ceiling]).run();
        ran.assert_result("adversary-second", "DNF", "took longer than it may");
        ran.component(&published().adversary)["usage"]["wall_ms"].as_u64().expect("it is in the schema")
    };
    let lowered = wall("{wall: 100s}", "wall=300ms");
    assert!((300..5_000).contains(&lowered), "{lowered}");
    let kept = wall("{wall: 300ms}", "wall=10m");
    assert!((300..5_000).contains(&kept), "{kept}");

    let scope = scope(&[Entry::adversary("call-a-million")]);
    let ran = cloud.run(&scope).args(["--ceiling", "calls=3", "--ceiling", "memory=64MiB"]).run();
    assert_eq!(ran.component(&published().adversary)["usage"]["calls"], 3);
}

#[test]
fn the_cloud_can_be_named_by_the_environment() {
    let cloud = Cloud::start();
    cloud.write("scope.yaml", reader());
    let run =
        || cloud.touchstone().args(["run", "scope.yaml", "-q"]).env("TOUCHSTONE_STORE", &published().store);
    let ran = run().env("OS_CLOUD", "demo-appcred").run();
    ran.assert_exit(0);
    assert!(ran.stdout.starts_with("PASS  demo-appcred, Test v1"), "{ran}");
}

#[test]
fn equal_reads_of_a_run_are_one_request() {
    let cloud = Cloud::start();
    // Two versions with different parameters: two instances, at the same time.
    let ran = cloud.run(&versions()).args(["--date", "2025-01-01"]).run();
    ran.assert_exit(1);
    assert_eq!(cloud.count("compute GET /flavors/detail"), 1);
    assert_eq!(cloud.count("image GET /images"), 1);
}
