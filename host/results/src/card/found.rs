//! Results as they were recorded.

use std::collections::BTreeMap;

use jiff::Timestamp;
use touchstone_scope::Verdict;

/// A result that was checked or attested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    pub(crate) checked_at: Timestamp,
    /// None if the report did not say; then the manifest decides alone.
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) run: String,
}

/// All that is known about a subject and a scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// By version and testcase: what was found out.
    found: BTreeMap<(String, String), Vec<Found>>,
    /// By version and testcase: why the newest run did not find it out.
    why_not: BTreeMap<(String, String), String>,
}

impl Known {
    pub(crate) fn add(&mut self, versions: &[String], testcase: &str, found: &Found) {
        for version in versions {
            self.found.entry((version.clone(), testcase.to_owned())).or_default().push(found.clone());
        }
    }

    pub(crate) fn add_why_not(&mut self, versions: &[String], testcase: &str, reason: &str) {
        for version in versions {
            self.why_not.insert((version.clone(), testcase.to_owned()), reason.to_owned());
        }
    }

    /// The newest result that was there at a moment, expired or not; of equally new ones the worst, and of those the one whose
    /// run has the smallest id, so that it is always the same.
    pub(crate) fn newest(&self, version: &str, testcase: &str, at: Timestamp) -> Option<&Found> {
        let all = self.found.get(&(version.to_owned(), testcase.to_owned()))?;
        let there = all.iter().filter(|found| found.checked_at <= at);
        there.min_by(|a, b| {
            let newer = b.checked_at.cmp(&a.checked_at);
            newer.then(a.verdict.cmp(&b.verdict)).then_with(|| a.run.cmp(&b.run))
        })
    }

    pub(crate) fn why_not(&self, version: &str, testcase: &str) -> Option<&str> {
        self.why_not.get(&(version.to_owned(), testcase.to_owned())).map(String::as_str)
    }
}
