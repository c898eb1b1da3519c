use std::collections::BTreeSet;

use serde_json::Value;
use touchstone_export::{Context, ExportError, Format, export};
use touchstone_report::{Report, TestcaseResult};
use touchstone_scope::{Target, Verdict};

use crate::published::{SARIF_SCHEMA, problems};
use crate::{MANIFEST, SCOPE, document, sample, samples};

fn run(report: &Report) -> Value {
    document(report, Format::Sarif)["runs"][0].clone()
}

fn results(run: &Value) -> &Vec<Value> {
    run["results"].as_array().unwrap()
}

/// What a reader that goes by levels takes it for.
pub(crate) fn is_green(run: &Value) -> bool {
    let is_error =
        |one: &Value| one["level"] == "error" && one["suppressions"].as_array().is_none_or(Vec::is_empty);
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    !results(run).iter().any(is_error) && !notifications.iter().any(is_error)
}

#[test]
fn it_is_valid() {
    for (name, report) in samples() {
        assert_eq!(
            problems(&SARIF_SCHEMA, &document(&report, Format::Sarif)),
            Vec::<String>::new(),
            "{name}"
        );
    }
    let mut broken = document(&sample::whole(3), Format::Sarif);
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert_ne!(problems(&SARIF_SCHEMA, &broken), Vec::<String>::new(), "the schema would find something");
}

#[test]
fn it_is_green_if_and_only_if_the_run_was() {
    for (name, report) in samples() {
        assert_eq!(is_green(&run(&report)), report.exit_code() == 0, "{name}");
    }
}

/// What GitHub's documentation calls required.
#[test]
fn it_has_what_github_asks_for() {
    for (name, report) in samples() {
        let run = run(&report);
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            for text in ["/id", "/shortDescription/text", "/fullDescription/text", "/help/text"] {
                let text = rule.pointer(text).and_then(Value::as_str).unwrap();
                assert!(!text.is_empty() && text.chars().count() <= 4_096, "{name}: {rule}");
            }
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
        }
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "{name}: no two rules have the same id");
        let mut prints = BTreeSet::new();
        for result in results(&run) {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], SCOPE);
            for one in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(place["region"][one].as_u64().unwrap() >= 1);
            }
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            let print = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned();
            assert!(prints.insert(print), "{name}: two results would be one alert");
        }
    }
}

#[test]
fn the_place_is_where_the_testcase_is_asked_for() {
    let run = run(&sample::imperfect());
    let of = |version: &str| {
        let wanted = |one: &&Value| {
            one["ruleId"] == "scs-0100-syntax-check" && one["properties"]["version"] == version
        };
        results(&run).iter().find(wanted).unwrap()["locations"][0]["physicalLocation"]["region"].clone()
    };
    let number = |region: &Value, key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
    for version in ["v4", "v5.1"] {
        let region = of(version);
        let line = MANIFEST.0.lines().nth(number(&region, "startLine") - 1).unwrap();
        let asked: String = line
            .chars()
            .skip(number(&region, "startColumn") - 1)
            .take(number(&region, "endColumn") - number(&region, "startColumn"))
            .collect();
        assert_eq!(asked, "scs-0100-syntax-check", "{line}");
    }
}

#[test]
fn fingerprints_stay_whatever_happens_to_the_testcase() {
    let print = |report: &Report| {
        let run = run(report);
        let mut prints: Vec<String> = results(&run)
            .iter()
            .filter(|one| one["ruleId"] == "scs-0102-prop-architecture")
            .map(|one| one["partialFingerprints"]["primaryLocationLineHash"].to_string())
            .collect();
        prints.sort();
        prints
    };
    let mut later = sample::whole(60);
    later.run.id = "another night".into();
    assert_eq!(print(&sample::whole(3)), print(&later));
    let mut other = sample::whole(3);
    other.subject = "another-cloud".into();
    assert_ne!(print(&sample::whole(3)), print(&other));
    assert!(!print(&other).is_empty());
}

#[test]
fn levels_follow_the_target() {
    let run = run(&sample::whole(3));
    let levels: BTreeSet<(String, String)> = results(&run)
        .iter()
        .map(|one| {
            (one["properties"]["target"].as_str().unwrap().into(), one["level"].as_str().unwrap().into())
        })
        .collect();
    assert!(levels.contains(&("main".into(), "error".into())), "{levels:?}");
    assert!(levels.contains(&("recommended".into(), "warning".into())), "{levels:?}");
    assert!(levels.is_subset(&BTreeSet::from([
        ("main".into(), "error".into()),
        ("recommended".into(), "warning".into()),
        ("preview".into(), "note".into()),
    ])));
}

#[test]
fn more_than_github_accepts_is_cut_from_the_least_severe_end_and_told() {
    let mut report = sample::failing(1);
    let version = report.versions.values_mut().next().unwrap();
    let listed = version.targets.get_mut(&Target::Recommended).unwrap();
    for number in 0..25_000 {
        let id = format!("made-up-{number}");
        listed.fail.push(id.clone());
        report.testcases.insert(id, TestcaseResult::new(Verdict::Fail, "made up"));
    }
    let run = run(&report);
    assert_eq!(results(&run).len(), 25_000);
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 25_000);
    assert_eq!(results(&run)[0]["level"], "error");
    let told = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(told["descriptor"]["id"], "other-edition-of-the-manifest");
    let told = &run["invocations"][0]["toolExecutionNotifications"][1];
    assert_eq!(told["descriptor"]["id"], "too-many-results", "{told}");
}

#[test]
fn the_manifest_of_another_scope_is_refused() {
    let mut report = sample::whole(3);
    report.scope.uuid = "00000000-0000-4000-8000-000000000000".into();
    let error = export(&report, Format::Sarif, &Context::of_manifest(&MANIFEST.1, SCOPE)).unwrap_err();
    assert!(matches!(error, ExportError::OtherScope { .. }));
    let message = "the manifest scopes/scs-compatible-iaas.yaml is scope 50393e6f-2ae1-4c5c-a62c-3b75f2abef3f, but the report is \
                   about scope 00000000-0000-4000-8000-000000000000";
    assert_eq!(error.to_string(), message);
}
