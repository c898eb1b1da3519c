use serde_json::Value;
use touchstone_export::Format;

use crate::published::{CTRF_SCHEMA, problems};
use crate::{document, sample, samples};

pub(crate) fn is_green(document: &Value) -> bool {
    document["results"]["summary"]["failed"] == 0
}

#[test]
fn it_is_valid() {
    for (name, report) in samples() {
        assert_eq!(problems(&CTRF_SCHEMA, &document(&report, Format::Ctrf)), Vec::<String>::new(), "{name}");
    }
    let mut broken = document(&sample::whole(3), Format::Ctrf);
    broken["results"]["tests"][0]["status"] = "PASS".into();
    assert_ne!(problems(&CTRF_SCHEMA, &broken), Vec::<String>::new(), "the schema would find something");
}

#[test]
fn it_is_green_if_and_only_if_the_run_was() {
    for (name, report) in samples() {
        assert_eq!(is_green(&document(&report, Format::Ctrf)), report.exit_code() == 0, "{name}");
    }
}

#[test]
fn only_pass_is_passed() {
    for (name, report) in samples() {
        let document = document(&report, Format::Ctrf);
        let tests = document["results"]["tests"].as_array().unwrap();
        for test in tests.iter().filter(|test| test["rawStatus"].is_string()) {
            assert_eq!(test["status"] == "passed", test["rawStatus"] == "PASS", "{name}: {test}");
        }
        let summary = &document["results"]["summary"];
        let sum: u64 = ["passed", "failed", "skipped", "pending", "other"]
            .iter()
            .map(|status| summary[*status].as_u64().unwrap())
            .sum();
        assert_eq!(summary["tests"], sum, "{name}");
    }
}

#[test]
fn a_test_says_where_it_is_asked_for_and_what_was_found() {
    let document = document(&sample::imperfect(), Format::Ctrf);
    let tests = document["results"]["tests"].as_array().unwrap();
    let test = tests
        .iter()
        .find(|test| test["name"] == "scs-0100-syntax-check" && test["labels"]["version"] == "v5.1");
    let test = test.unwrap();
    assert_eq!(test["suite"], serde_json::json!(["SCS-compatible IaaS", "v5.1", "main"]));
    assert_eq!((&test["status"], &test["rawStatus"]), (&"failed".into(), &"FAIL".into()));
    assert_eq!(test["filePath"], crate::SCOPE);
    assert!(test["line"].as_u64().unwrap() > 1);
    assert!(test["trace"].as_str().unwrap().starts_with("error: The name ends after `SCS-4V:`"), "{test}");
}
