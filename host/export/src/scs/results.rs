//! Which result the monitor is told of each testcase.

use std::collections::BTreeMap;

use jiff::Timestamp;
use touchstone_report::{Report, TestcaseResult};
use touchstone_scope::Verdict;

/// A testcase about which versions of a scope say something different, so that the monitor cannot be told all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// The testcase.
    pub testcase: String,
    /// What each version says, by its name.
    pub versions: BTreeMap<String, Verdict>,
    /// What the monitor is told for all of them; nothing, if what it has may go on counting.
    pub told: Option<Verdict>,
}

/// The testcases for which versions that the timeline shows have different verdicts, and what the monitor is told; sorted.
pub fn scs_differing(report: &Report) -> Vec<Differing> {
    let of_versions = of_versions(report);
    let differing = of_versions.into_iter().filter(|(_, results)| differ(results));
    let differing = differing.map(|(testcase, results)| Differing {
        testcase: testcase.to_owned(),
        told: worst(&results).map(|result| result.verdict),
        versions: verdicts(&results).map(|(version, verdict)| (version.to_owned(), verdict)).collect(),
    });
    differing.collect()
}

/// What the monitor is told about one testcase.
pub(super) struct Told<'r> {
    pub(super) testcase: &'r str,
    /// That of the version with the worst.
    pub(super) result: &'r TestcaseResult,
    /// From when it is.
    pub(super) at: Timestamp,
    /// What versions say, if they differ.
    pub(super) differing: Vec<(&'r str, Verdict)>,
}

/// Everything that the monitor is told, by testcase.
pub(super) fn told(report: &Report) -> Vec<Told<'_>> {
    let told = of_versions(report).into_iter().filter_map(|(testcase, results)| {
        let result = worst(&results)?;
        let alike = results.iter().filter(|(_, other)| other.verdict == result.verdict);
        // What nobody says to count longer.
        let at = alike.map(|(_, result)| date(report, result)).min().unwrap_or(report.run.started_at);
        let differing = if differ(&results) { verdicts(&results).collect() } else { Vec::new() };
        Some(Told { testcase, result, at, differing })
    });
    told.collect()
}

/// With the version that has it.
type Of<'r> = (&'r str, &'r TestcaseResult);

/// The results of each testcase. What a version says that the timeline does not show is left out: the monitor would take it
/// for a result of those that it shows.
fn of_versions(report: &Report) -> BTreeMap<&str, Vec<Of<'_>>> {
    let mut found: BTreeMap<&str, Vec<Of<'_>>> = BTreeMap::new();
    for (version, testcase, result) in report.results() {
        if report.versions.get(version).is_some_and(|judged| judged.state.is_some()) {
            found.entry(testcase).or_default().push((version, result));
        }
    }
    found
}

/// The one to tell.
fn worst<'r>(results: &[Of<'r>]) -> Option<&'r TestcaseResult> {
    let found = results.iter().map(|(_, result)| *result).filter(|result| !says_nothing(result));
    let worst = found.min_by_key(|result| result.verdict)?;
    // A PASS must not stand for a version that has none. To say nothing would, where a version has DNF, leave an older PASS.
    let is_missing = results.iter().any(|(_, result)| says_nothing(result));
    (worst.verdict != Verdict::Pass || !is_missing).then_some(worst)
}

/// Nothing was found out that takes the place of what is known: a DNF without a time did not come to judge anything.
fn says_nothing(result: &TestcaseResult) -> bool {
    match result.verdict {
        Verdict::Miss => true,
        Verdict::Dnf => result.checked_at.is_none(),
        Verdict::Pass | Verdict::Fail => false,
    }
}

/// Checks are dated by the run, or by the evidence that they read; what people found out by when they say so.
fn date(report: &Report, result: &TestcaseResult) -> Timestamp {
    result.checked_at.unwrap_or(report.run.started_at)
}

fn differ(results: &[Of<'_>]) -> bool {
    results.windows(2).any(|pair| pair[0].1.verdict != pair[1].1.verdict)
}

fn verdicts<'r>(results: &[Of<'r>]) -> impl Iterator<Item = (&'r str, Verdict)> {
    results.iter().map(|(version, result)| (*version, result.verdict))
}
