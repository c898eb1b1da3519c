//! A report as rows of tables.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use touchstone_report::{Report, TestcaseResult};
use touchstone_scope::{Target, Verdict};

use crate::text::{LONGEST_REASON, kept, micros};

/// A result, with the versions that share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResultRow {
    pub(crate) testcase: String,
    /// A JSON array, sorted.
    pub(crate) versions: String,
    pub(crate) target: &'static str,
    pub(crate) verdict: &'static str,
    pub(crate) reason: String,
    pub(crate) checked_at: Option<i64>,
    pub(crate) expires_at: Option<i64>,
}

/// What makes results the same, as far as they are kept.
type Said<'r> = (&'r str, Target, Verdict, &'r str, Option<Timestamp>, Option<Timestamp>);

/// The results of a report. No version occurs in two rows of a testcase.
pub(crate) fn results(report: &Report) -> Vec<ResultRow> {
    let mut versions_of: BTreeMap<Said<'_>, BTreeSet<&str>> = BTreeMap::new();
    for (version, judged) in &report.versions {
        // A testcase is in one target; where a report says otherwise, `main` is what counts.
        let mut seen = BTreeSet::new();
        for (target, result) in &judged.targets {
            let testcases = [&result.fail, &result.miss, &result.dnf, &result.pass].into_iter().flatten();
            for testcase in testcases.filter(|testcase| seen.insert(testcase.as_str())) {
                let Some(said) = report.testcase(version, testcase) else { continue };
                versions_of.entry(key(testcase, *target, said)).or_default().insert(version);
            }
        }
    }
    let row =
        |((testcase, target, verdict, reason, checked_at, expires_at), versions): (Said<'_>, _)| ResultRow {
            testcase: testcase.to_owned(),
            versions: serde_json::json!(versions).to_string(),
            target: target.word(),
            verdict: verdict.word(),
            reason: kept(reason, LONGEST_REASON),
            checked_at: checked_at.map(micros),
            expires_at: expires_at.map(micros),
        };
    versions_of.into_iter().map(row).collect()
}

fn key<'r>(testcase: &'r str, target: Target, said: &'r TestcaseResult) -> Said<'r> {
    (testcase, target, said.verdict, &said.reason, said.checked_at, said.expires_at)
}

/// The UUID of a scope in the one spelling that is used here.
pub(crate) fn scope_id(uuid: &str) -> String {
    uuid::Uuid::parse_str(uuid).map_or_else(|_| uuid.to_owned(), |uuid| uuid.to_string())
}
