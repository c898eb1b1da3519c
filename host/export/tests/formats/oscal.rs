use std::collections::BTreeSet;

use serde_json::Value;
use touchstone_export::Format;

use crate::published::{OSCAL_SCHEMA, problems};
use crate::{document, sample, samples};

/// The findings of all results.
fn findings(document: &Value) -> Vec<&Value> {
    let results = document["assessment-results"]["results"].as_array().unwrap();
    results.iter().flat_map(|result| result["findings"].as_array().unwrap()).collect()
}

fn is_satisfied(finding: &Value) -> bool {
    finding["target"]["status"]["state"] == "satisfied"
}

/// The value of a property of ours.
fn prop<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    let props = of["props"].as_array()?;
    props.iter().find(|prop| prop["name"] == name).and_then(|prop| prop["value"].as_str())
}

/// Whether what says so about versions is satisfied, and the run as well.
pub(crate) fn is_green(document: &Value) -> bool {
    let told = findings(document);
    let mut outcomes = told.iter().filter(|one| prop(one, "target").is_none()).peekable();
    outcomes.peek().is_some() && outcomes.all(|one| is_satisfied(one))
}

#[test]
fn it_is_valid() {
    for (name, report) in samples() {
        assert_eq!(
            problems(&OSCAL_SCHEMA, &document(&report, Format::Oscal)),
            Vec::<String>::new(),
            "{name}"
        );
    }
    let mut broken = document(&sample::whole(3), Format::Oscal);
    broken["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "waived".into();
    assert_ne!(problems(&OSCAL_SCHEMA, &broken), Vec::<String>::new(), "the schema would find something");
}

#[test]
fn it_is_green_if_and_only_if_the_run_was() {
    for (name, report) in samples() {
        assert_eq!(is_green(&document(&report, Format::Oscal)), report.exit_code() == 0, "{name}");
    }
}

#[test]
fn only_pass_is_satisfied() {
    for (name, report) in samples() {
        for finding in findings(&document(&report, Format::Oscal)) {
            if let Some(verdict) = prop(finding, "verdict") {
                assert_eq!(is_satisfied(finding), verdict == "PASS", "{name}: {finding}");
            } else {
                assert!(!is_satisfied(finding), "{name}: {finding}");
            }
        }
    }
}

/// What the schema cannot say: no identifier is there twice, and each that is referred to is there.
#[test]
fn references_lead_somewhere() {
    for (name, report) in samples() {
        let document = document(&report, Format::Oscal);
        let whole = &document["assessment-results"];
        let plan = whole["import-ap"]["href"].as_str().unwrap();
        assert_eq!(plan, format!("#{}", whole["back-matter"]["resources"][0]["uuid"].as_str().unwrap()));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let objectives: BTreeSet<String> = whole["local-definitions"]["objectives-and-methods"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|control| control["parts"].as_array().unwrap().iter().map(|part| text(&part["id"])))
            .collect();
        let mut seen = BTreeSet::new();
        for result in whole["results"].as_array().unwrap() {
            let empty = Vec::new();
            let observations = result["observations"].as_array().unwrap_or(&empty);
            let findings = result["findings"].as_array().unwrap();
            for one in observations.iter().chain(findings) {
                assert!(seen.insert(text(&one["uuid"])), "{name}: {one}");
            }
            let known: BTreeSet<String> = observations.iter().map(|one| text(&one["uuid"])).collect();
            let mut parties: BTreeSet<String> = BTreeSet::new();
            let empty = Vec::new();
            parties.extend(
                whole["metadata"]["parties"]
                    .as_array()
                    .unwrap_or(&empty)
                    .iter()
                    .map(|one| text(&one["uuid"])),
            );
            let assets = &result["local-definitions"]["assessment-assets"];
            let tools = assets["components"].as_array().unwrap_or(&empty).iter();
            let platforms = assets["assessment-platforms"].as_array().unwrap().iter();
            let actors: BTreeSet<String> =
                tools.chain(platforms).map(|one| text(&one["uuid"])).chain(parties).collect();
            for one in observations {
                assert!(
                    actors.contains(&text(&one["origins"][0]["actors"][0]["actor-uuid"])),
                    "{name}: {one}"
                );
                let subject = &result["local-definitions"]["components"][0]["uuid"];
                assert_eq!(one["subjects"][0]["subject-uuid"], *subject);
            }
            for one in findings {
                assert!(objectives.contains(&text(&one["target"]["target-id"])), "{name}: {one}");
                for related in one["related-observations"].as_array().unwrap_or(&empty) {
                    assert!(known.contains(&text(&related["observation-uuid"])), "{name}: {one}");
                }
            }
        }
    }
}

#[test]
fn modules_are_the_controls() {
    let document = document(&sample::whole(3), Format::Oscal);
    let controls =
        document["assessment-results"]["local-definitions"]["objectives-and-methods"].as_array().unwrap();
    let of = |testcase: &str| {
        let has =
            |control: &&Value| control["parts"].as_array().unwrap().iter().any(|part| part["id"] == testcase);
        controls.iter().find(has).unwrap()["control-id"].as_str().unwrap()
    };
    assert_eq!(of("scs-0100-syntax-check"), of("scs-0100-semantics-check"));
    assert_ne!(of("scs-0100-syntax-check"), of("scs-0117-test-backup"));
    assert_eq!(
        controls.len(),
        controls.iter().map(|one| one["control-id"].to_string()).collect::<BTreeSet<_>>().len()
    );
}

#[test]
fn what_nobody_looked_at_was_not_observed() {
    let document = document(&sample::missing(3), Format::Oscal);
    let results = document["assessment-results"]["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result.get("observations").is_none()));
    let not_satisfied = findings(&document).iter().filter(|one| !is_satisfied(one)).count();
    assert!(not_satisfied > 3);
}
