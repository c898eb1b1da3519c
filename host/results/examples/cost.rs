//! What recording costs: CPU time of one report of 60 testcases in four versions, and of its card, on SQLite.
//!
//! `cargo run --release -p touchstone-results --example cost [REPORTS]`

#![allow(clippy::unwrap_used, reason = "what the tests share does")]

#[path = "../tests/support/sample.rs"]
#[allow(dead_code, reason = "the tests need all of it")]
mod sample;

use std::io::Write as _;
use std::time::Instant;

use touchstone_results::{Results, RunRecord, ScopeAt, StateUrl};
use touchstone_scope::Verdict;

const NIGHT: &str = "2026-11-26T02:30:00Z";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reports = std::env::args().nth(1).map_or(Ok(1000), |number| number.parse())?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(reports))
}

async fn measure(reports: u32) -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let results = Results::open(&StateUrl::file(folder.path().join("state.db"))).await?;
    let ids: Vec<String> = (0..60).map(|number| format!("scs-0103-some-testcase-{number}")).collect();
    let testcases: Vec<(&str, &'static str)> = ids.iter().map(|id| (id.as_str(), "week")).collect();
    let versions = [("next", "draft"), ("v5.1", "effective"), ("v4", "deprecated"), ("v3", "deprecated")];
    let scope = sample::Scope::new(&versions, &testcases);
    results.begin_night(&scope.night(NIGHT, &[])).await?;
    let report = scope.all("subject", "run", sample::at(NIGHT), Verdict::Pass);
    let named = |number: u32| {
        let mut report = report.clone();
        report.subject = format!("subject-{number}");
        report.run.id = format!("run-{number}");
        report
    };
    let all: Vec<_> = (0..reports).map(named).collect();
    let (begun, before) = (Instant::now(), cpu());
    for report in &all {
        results.record(&RunRecord::of(NIGHT, report)).await?;
    }
    let per = |milliseconds: f64| milliseconds / f64::from(reports);
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "record: {:.2} ms CPU, {:.2} ms wall", per(cpu() - before), per(millis(begun)))?;
    let manifest = scope.manifest();
    let (begun, before) = (Instant::now(), cpu());
    for report in &all {
        let card =
            results.card(&report.subject, &ScopeAt::new(&manifest, report.run.finished_at, None)).await?;
        assert_eq!(card.version("v5.1").map(|version| version.verdict), Some(Verdict::Pass));
    }
    writeln!(stdout, "card: {:.2} ms CPU, {:.2} ms wall", per(cpu() - before), per(millis(begun)))?;
    let bytes: u64 = std::fs::read_dir(folder.path())?
        .flatten()
        .flat_map(|file| file.metadata())
        .map(|one| one.len())
        .sum();
    writeln!(stdout, "database: {} bytes for each report", bytes / u64::from(reports))?;
    Ok(())
}

fn millis(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

/// CPU time of this process in milliseconds, by `/proc/self/schedstat` of each of its threads: nanoseconds on a CPU.
fn cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e6
}
