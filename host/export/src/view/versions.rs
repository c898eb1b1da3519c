//! The verdict on each version.

use touchstone_report::{Effect, Report, TargetResult, VersionResult, versions_by_state};
use touchstone_scope::{State, Target, Verdict};

use super::{class, name};

/// A version of the scope.
pub(crate) struct VersionRow {
    pub(crate) name: String,
    /// As in the table of the SCS site: `*` draft, `†` warn, `††` deprecated.
    pub(crate) mark: &'static str,
    pub(crate) state: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) class: &'static str,
    pub(crate) main: Counts,
    /// The targets that have no say.
    pub(crate) advisory: Vec<TargetRow>,
}

/// A target that has no say in the verdict.
pub(crate) struct TargetRow {
    pub(crate) name: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) counts: Counts,
}

/// How many testcases of a target there are with each verdict.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) pass: usize,
    pub(crate) fail: usize,
    pub(crate) dnf: usize,
    pub(crate) miss: usize,
    /// How many of those that are not PASS are left out of the verdict.
    pub(crate) waived: usize,
}

impl Counts {
    /// In the order of the columns.
    pub(crate) fn columns(&self) -> [(&'static str, usize); 4] {
        [("PASS", self.pass), ("FAIL", self.fail), ("DNF", self.dnf), ("MISS", self.miss)]
    }
}

/// The versions, those that count today first.
pub(super) fn versions(report: &Report) -> Vec<VersionRow> {
    versions_by_state(report).into_iter().map(|(version, result)| row(report, version, result)).collect()
}

/// `Passed: v4†. Not passed: v5.1, next*.`
pub(super) fn lead(versions: &[VersionRow]) -> String {
    let listed = |passed: bool| {
        let listed = versions.iter().filter(|version| (version.verdict == Verdict::Pass) == passed);
        listed.map(|version| format!("{}{}", version.name, version.mark)).collect::<Vec<_>>().join(", ")
    };
    match (listed(true), listed(false)) {
        (passed, failed) if passed.is_empty() && failed.is_empty() => {
            "No scope version was judged.".to_owned()
        }
        (passed, failed) if failed.is_empty() => format!("Passed: {passed}."),
        (passed, failed) if passed.is_empty() => format!("Not passed: {failed}."),
        (passed, failed) => format!("Passed: {passed}. Not passed: {failed}."),
    }
}

/// How the state of a version is marked beside its name.
pub(crate) fn mark(state: Option<State>) -> &'static str {
    match state {
        Some(State::Draft) => "*",
        Some(State::Warn) => "†",
        Some(State::Deprecated) => "††",
        Some(State::Effective) | None => "",
    }
}

fn row(report: &Report, version: &str, result: &VersionResult) -> VersionRow {
    let target = |target: &TargetResult| counts(report, version, target);
    let advisory = result.targets.iter().filter(|(name, _)| **name != Target::Main);
    VersionRow {
        name: name(version),
        mark: mark(result.state),
        state: result.state.map_or("not shown on this day", State::word),
        verdict: result.verdict,
        class: class(result.verdict),
        main: result.targets.get(&Target::Main).map(target).unwrap_or_default(),
        advisory: advisory
            .map(|(name, result)| TargetRow {
                name: name.word(),
                verdict: result.verdict,
                counts: target(result),
            })
            .collect(),
    }
}

fn counts(report: &Report, version: &str, target: &TargetResult) -> Counts {
    let not_passed = [&target.fail, &target.miss, &target.dnf].into_iter().flatten();
    let is_waived = |testcase: &&String| {
        report.waived(version, testcase).is_some_and(|waived| waived.effect == Effect::Waived)
    };
    Counts {
        pass: target.pass.len(),
        fail: target.fail.len(),
        dnf: target.dnf.len(),
        miss: target.miss.len(),
        waived: not_passed.filter(is_waived).count(),
    }
}
