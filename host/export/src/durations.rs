//! How long testcases took, where the report tells.

use std::collections::BTreeMap;

use touchstone_report::{Report, TestcaseResult};

/// How long testcases took.
#[derive(Debug)]
pub(crate) struct Durations<'a> {
    report: &'a Report,
    /// How many results each component has.
    results: BTreeMap<&'a str, usize>,
}

impl<'a> Durations<'a> {
    pub(crate) fn of(report: &'a Report) -> Durations<'a> {
        let own = report.versions.values().flat_map(|version| version.testcases.values());
        let mut results = BTreeMap::new();
        for component in report.testcases.values().chain(own).filter_map(|one| one.component.as_deref()) {
            *results.entry(component).or_default() += 1;
        }
        Durations { report, results }
    }

    /// Milliseconds, waiting included. Reports say how long a component took: that is known of a testcase only if the
    /// component found out nothing else.
    pub(crate) fn ms(&self, result: Option<&TestcaseResult>) -> Option<u64> {
        let component = result?.component.as_deref()?;
        let alone = self.results.get(component) == Some(&1);
        let used = self.report.components.get(component).filter(|_| alone)?;
        Some(used.usage.wall_ms)
    }

    /// Milliseconds from the beginning of the run to the end of its last check; 0 if the clock was set back meanwhile.
    pub(crate) fn run_ms(&self) -> u64 {
        let run = &self.report.run;
        let ms = run.finished_at.as_millisecond().saturating_sub(run.started_at.as_millisecond());
        u64::try_from(ms).unwrap_or(0)
    }
}
