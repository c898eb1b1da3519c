//! One subject against one scope: as many attempts as it takes, within bounds, and which of them counts.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;
use touchstone_report::Report;
use touchstone_runner::{Event, Job, Refused, Runner, Stop};
use touchstone_scope::{Target, Verdict};

/// What came of one attempt.
pub(crate) struct Attempt {
    pub(crate) report: Report,
    /// The tape, if one was recorded.
    pub(crate) tape: Option<PathBuf>,
}

/// Runs a job once; `None` if the night was stopped before it had ended.
///
/// # Errors
/// Something that the job needs was refused.
pub(crate) async fn attempt(
    runner: &Runner,
    job: &Job,
    timeout: Duration,
    stopped: &watch::Receiver<bool>,
    events: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Option<Attempt>, Refused> {
    let stop = async {
        tokio::select! {
            () = until(stopped.clone()) => Stop::Interrupted,
            () = tokio::time::sleep(timeout) => Stop::OutOfTime(timeout),
        }
    };
    let report = runner.run(job, events, stop).await?;
    let out_of_time = !*stopped.borrow();
    if report.run.interrupted && !out_of_time {
        if let Some(tape) = &job.record {
            // It belongs to no result.
            let _ = std::fs::remove_file(tape);
        }
        return Ok(None);
    }
    Ok(Some(Attempt { report, tape: job.record.clone() }))
}

/// Ready when the night is to stop; never if nobody can say so any more.
pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending().await
    }
}

/// Whether another attempt could find out more of what decides. Where something is FAIL none could: what failed once is not
/// tried until it passes.
pub(crate) fn is_worth_repeating(report: &Report) -> bool {
    unfinished(report) > 0 && !has_failed(report)
}

/// Why another attempt is made, for people.
pub(crate) fn why_again(report: &Report) -> String {
    let reason = report.preflight.as_ref().and_then(|preflight| preflight.reason.clone());
    reason.unwrap_or_else(|| format!("{} results are DNF", unfinished(report)))
}

/// How many testcases of target `main` are DNF, in all versions.
fn unfinished(report: &Report) -> usize {
    let mains = report.versions.values().filter_map(|version| version.targets.get(&Target::Main));
    mains.map(|main| main.dnf.len()).sum()
}

/// The attempt that counts, and the other one: what found something wrong counts, or else what found out most; of equals the
/// later one.
pub(crate) fn that_counts(earlier: Attempt, later: Attempt) -> (Attempt, Option<Attempt>) {
    let rank = |report: &Report| {
        let unknown = report.results().filter(|(_, _, result)| result.verdict != Verdict::Pass).count();
        (has_failed(report), std::cmp::Reverse(unknown))
    };
    match rank(&earlier.report) > rank(&later.report) {
        true => (earlier, Some(later)),
        false => (later, Some(earlier)),
    }
}

fn has_failed(report: &Report) -> bool {
    report.results().any(|(_, _, result)| result.verdict == Verdict::Fail)
}
