//! Score cards, and what is made of them, on SQLite and on a real PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../support/mod.rs"]
mod support;

mod course;
mod expiry;
mod forgotten;
mod merged;
mod never_pass;
mod waived;

use jiff::Timestamp;
use touchstone_report::Report;
use touchstone_results::{Card, CardTestcase, Recorded, Results, RunRecord, ScopeAt};
use touchstone_scope::Verdict;

use crate::support::sample::{Scope, at};

/// Records a report in a night of its own, which is begun and ended at the times of the run.
async fn record(results: &Results, scope: &Scope, report: &Report) {
    let night = report.run.started_at.to_string();
    results.begin_night(&scope.night(&night, &[&report.subject])).await.unwrap();
    assert_eq!(results.record(&RunRecord::of(&night, report)).await.unwrap(), Recorded::New);
    results.end_night(&night, report.run.finished_at, &[]).await.unwrap();
}

async fn card(results: &Results, scope: &Scope, subject: &str, moment: &str) -> Card {
    results.card(subject, &ScopeAt::new(&scope.manifest(), at(moment), None)).await.unwrap()
}

fn verdict(card: &Card, version: &str) -> Verdict {
    card.version(version).unwrap_or_else(|| panic!("{version} is not in {card:?}")).verdict
}

fn testcase<'c>(card: &'c Card, version: &str, id: &str) -> &'c CardTestcase {
    let testcases = card.version(version).unwrap().targets.values().flat_map(|target| &target.testcases);
    testcases.into_iter().find(|testcase| testcase.id == id).unwrap()
}

fn seconds(moment: Timestamp, seconds: i64) -> Timestamp {
    moment + jiff::SignedDuration::from_secs(seconds)
}
