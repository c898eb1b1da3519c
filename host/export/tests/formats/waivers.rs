//! Waivers in all formats: told, and never believed where a version needs the testcase.

use serde_json::Value;
use touchstone_export::Format;
use touchstone_scope::Verdict;

use crate::{document, forged_waivers, sample, text};

/// Fails, and is waived in `next`, which is a draft; the effective versions need it.
const WAIVED: &str = "scs-0102-prop-architecture";

#[test]
fn the_sample_is_what_these_tests_are_about() {
    let report = sample::waived();
    assert_eq!(report.versions["next"].verdict, Verdict::Pass);
    assert_ne!(report.versions["v5.1"].verdict, Verdict::Pass);
}

#[test]
fn junit_skips_what_was_waived() {
    let xml = text(&sample::waived(), Format::Junit);
    let suite = |name: &str| {
        let from = xml.find(&format!("name=\"SCS-compatible IaaS {name}\"")).unwrap();
        let suite = &xml[from..];
        &suite[..suite.find("</testsuite>").unwrap()]
    };
    let draft = suite("next main");
    assert!(draft.contains("failures=\"0\" errors=\"0\" skipped=\"5\""), "{draft}");
    let property =
        format!("name=\"touchstone.waiver.{WAIVED}\" value=\"waived: Images of partners are relabelled");
    assert!(draft.contains(&property), "{draft}");
    let effective = suite("v5.1 main");
    assert!(
        effective.contains("<failure type=\"FAIL\" message=\"FAIL: 101 of 120 public images"),
        "{effective}"
    );
    let property =
        format!("name=\"touchstone.waiver.{WAIVED}\" value=\"a waiver, which changes nothing here: ");
    assert!(effective.contains(&property), "{effective}");
}

#[test]
fn sarif_suppresses_what_was_waived_and_nothing_else() {
    for report in [sample::waived(), forged_waivers()] {
        let document = document(&report, Format::Sarif);
        let results = document["runs"][0]["results"].as_array().unwrap();
        let of = |version: &str| {
            let is_it = |one: &&Value| one["ruleId"] == WAIVED && one["properties"]["version"] == version;
            results.iter().find(is_it).unwrap()
        };
        let suppression = &of("next")["suppressions"][0];
        assert_eq!((&suppression["kind"], &suppression["status"]), (&"external".into(), &"accepted".into()));
        assert!(suppression["justification"].as_str().unwrap().contains("approved by Charles Babbage"));
        assert_eq!(of("v5.1").get("suppressions"), None);
        let told = of("v5.1")["message"]["text"].as_str().unwrap();
        assert!(told.contains("\n- a waiver, which changes nothing here: Images of partners"), "{told}");
        assert!(of("v5.1")["properties"]["waiver"].is_string());
    }
}

#[test]
fn oscal_satisfies_nothing_by_a_waiver() {
    let document = document(&sample::waived(), Format::Oscal);
    let mut told = 0;
    for result in document["assessment-results"]["results"].as_array().unwrap() {
        for finding in result["findings"].as_array().unwrap() {
            let props = finding["props"].as_array().unwrap();
            if let Some(waiver) = props.iter().find(|prop| prop["name"] == "waiver") {
                assert_eq!(finding["target"]["status"]["state"], "not-satisfied");
                assert!(["waived", "annotated", "expired"].contains(&waiver["value"].as_str().unwrap()));
                assert!(finding["remarks"].as_str().unwrap().contains("approved by"));
                told += 1;
            }
        }
    }
    assert_eq!(told, sample::waived().waivers.len());
}

#[test]
fn ctrf_skips_what_was_waived() {
    for report in [sample::waived(), forged_waivers()] {
        let document = document(&report, Format::Ctrf);
        let tests = document["results"]["tests"].as_array().unwrap();
        let status = |version: &str| {
            let is_it = |one: &&Value| one["name"] == WAIVED && one["labels"]["version"] == version;
            let test = tests.iter().find(is_it).unwrap();
            assert!(test["labels"]["waiver_says"].as_str().unwrap().contains("Images of partners"));
            (test["status"].clone(), test["rawStatus"].clone())
        };
        assert_eq!(status("next"), ("skipped".into(), "FAIL".into()));
        assert_eq!(status("v5.1"), ("failed".into(), "FAIL".into()));
    }
}
