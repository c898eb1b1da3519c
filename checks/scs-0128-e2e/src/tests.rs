//! The check against results, as they are and as they should not be.

mod encoder;
mod judging;
mod junit;
mod runs;
mod subunit;

use touchstone_sdk::testing::{Cloud, Report};
use touchstone_sdk::{Severity, Verdict};

use crate::{CHECK, E2E};

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

const LIST: &str = "# two classes\n\
    tempest.api.a.T.one[id-1111,smoke]\n\
    tempest.api.a.T.two[id-2222]\n\
    tempest.api.b.U.three[id-3333,negative]\n";
const ONE: &str = "tempest.api.a.T.one[id-1111,smoke]";
const TWO: &str = "tempest.api.a.T.two[id-2222]";
const THREE: &str = "tempest.api.b.U.three[id-3333,negative]";

fn report(evidence: &[u8]) -> Report {
    Cloud::new().asset("required_tests", LIST.as_bytes()).evidence("opc", evidence).run(&CHECK)
}

/// Verdict and reason.
fn verdict(evidence: &[u8]) -> (Option<Verdict>, String) {
    let report = report(evidence);
    assert_eq!(report.outcomes.len() + usize::from(report.error.is_some()), 1);
    (report.verdict(E2E), report.reason(E2E))
}

/// Messages with the names of the tests: `tempest.api.a.T.one: failed`.
fn violations(report: &Report) -> Vec<String> {
    let findings = report.findings(E2E).into_iter().filter(|finding| finding.severity == Severity::Error);
    let about =
        |finding: &touchstone_sdk::Finding| finding.resource.as_ref().and_then(|test| test.name.clone());
    findings.map(|finding| format!("{}: {}", about(finding).unwrap(), finding.message)).collect()
}

fn warnings(report: &Report) -> Vec<String> {
    let findings = report.findings(E2E).into_iter().filter(|finding| finding.severity == Severity::Warning);
    findings.map(|finding| finding.message.clone()).collect()
}
