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

/// All that is known about a subject and a scope, by testcase; each with the versions that it is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// What was found out.
    found: BTreeMap<String, Vec<(Vec<String>, Found)>>,
    /// Why the newest run did not find it out.
    why_not: BTreeMap<String, Vec<(Vec<String>, String)>>,
}

impl Known {
    pub(crate) fn add(&mut self, versions: Vec<String>, testcase: String, found: Found) {
        self.found.entry(testcase).or_default().push((versions, found));
    }

    pub(crate) fn add_why_not(&mut self, versions: Vec<String>, testcase: String, reason: String) {
        self.why_not.entry(testcase).or_default().push((versions, reason));
    }

    /// The newest result that was there at a moment, expired or not; of equally new ones the worst, and of those the one whose
    /// run has the smallest id, so that it is always the same.
    pub(crate) fn newest(&self, version: &str, testcase: &str, at: Timestamp) -> Option<&Found> {
        let all = about(&self.found, version, testcase);
        all.filter(|found| found.checked_at <= at).min_by(|a, b| {
            let newer = b.checked_at.cmp(&a.checked_at);
            newer.then(a.verdict.cmp(&b.verdict)).then_with(|| a.run.cmp(&b.run))
        })
    }

    pub(crate) fn why_not(&self, version: &str, testcase: &str) -> Option<&str> {
        about(&self.why_not, version, testcase).last().map(String::as_str)
    }
}

fn about<'k, T>(
    known: &'k BTreeMap<String, Vec<(Vec<String>, T)>>,
    version: &str,
    testcase: &str,
) -> impl Iterator<Item = &'k T> {
    let of_testcase = known.get(testcase).into_iter().flatten();
    of_testcase.filter(move |(versions, _)| versions.iter().any(|one| one == version)).map(|(_, one)| one)
}
