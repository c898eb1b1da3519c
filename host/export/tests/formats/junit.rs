use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;
use touchstone_export::Format;
use touchstone_report::Report;

use crate::published::problems_of_junit;
use crate::{sample, samples, text};

/// How often each element is there, and the attributes of the first.
pub(crate) fn counts(xml: &str) -> (BTreeMap<String, usize>, BTreeMap<String, String>) {
    let mut reader = Reader::from_str(xml);
    let (mut counts, mut first) = (BTreeMap::new(), BTreeMap::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                let attributes = element.attributes().map(|one| {
                    let one = one.unwrap();
                    let value =
                        one.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap().into_owned();
                    (one.key.as_ref().to_owned(), value)
                });
                let attributes: BTreeMap<String, String> = attributes.collect();
                if first.is_empty() {
                    first = attributes;
                }
                *counts.entry(element.name().as_ref().to_owned()).or_default() += 1;
            }
            Event::Eof => return (counts, first),
            _ => {}
        }
    }
}

/// What a reader that only counts takes the file for.
pub(crate) fn is_green(xml: &str) -> bool {
    let (counts, first) = counts(xml);
    let of = |element: &str| counts.get(element).copied().unwrap_or(0);
    assert_eq!(first["failures"], of("failure").to_string());
    assert_eq!(first["errors"], of("error").to_string());
    assert_eq!(first["tests"], of("testcase").to_string());
    first["failures"] == "0" && first["errors"] == "0"
}

fn green(report: &Report) -> bool {
    is_green(&text(report, Format::Junit))
}

#[test]
fn it_is_valid() {
    let documents: Vec<String> = samples().iter().map(|(_, report)| text(report, Format::Junit)).collect();
    assert_eq!(problems_of_junit(&documents), "");
    let broken = documents[0].replacen("<testcase", "<testcase wrong=\"1\"", 1);
    assert_ne!(problems_of_junit(&[broken]), "", "the schema would find something");
}

#[test]
fn it_is_green_if_and_only_if_the_run_was() {
    for (name, report) in samples() {
        assert_eq!(green(&report), report.exit_code() == 0, "{name}");
    }
    assert!(green(&sample::passing()) && green(&sample::whole(0)), "there are green ones");
}

#[test]
fn what_is_recommended_turns_nothing_red() {
    let report = sample::failing(0);
    let xml = text(&report, Format::Junit);
    assert_eq!(report.exit_code(), 0);
    assert!(
        xml.contains("<skipped>FAIL (target recommended, which decides nothing): the cloud has no flavor"),
        "{xml}"
    );
    assert!(is_green(&xml));
}

#[test]
fn miss_and_dnf_are_errors_with_their_reasons() {
    let xml = text(&sample::imperfect(), Format::Junit);
    assert!(
        xml.contains(
            "<error type=\"DNF\" message=\"DNF: load-balancer GET /lbaas/providers: no complete answer"
        ),
        "{xml}"
    );
    assert!(xml.contains("<error type=\"MISS\" message=\"MISS: no component in this manifest\""), "{xml}");
    assert!(
        xml.contains("<failure type=\"FAIL\" message=\"FAIL: 2 of 14 flavor names are malformed\">"),
        "{xml}"
    );
    assert!(xml.contains("classname=\"SCS-compatible IaaS.v5_1.main\""), "{xml}");
    assert!(xml.contains("timestamp=\"2026-11-23T20:51:07\""), "{xml}");
    assert!(xml.contains("time=\"12.300\""), "the whole run");
}

#[test]
fn a_report_that_contradicts_itself_is_red() {
    let mut report = sample::passing();
    report.versions.values_mut().next().unwrap().verdict = touchstone_scope::Verdict::Miss;
    assert!(!green(&report));
    let mut report = sample::passing();
    report.testcases.clear();
    assert!(!green(&report), "listed as passed, and nothing is known about it");
}
