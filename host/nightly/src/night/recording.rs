//! What came of a run, written down once and for all.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use touchstone_export::Format;
use touchstone_report::Report;
use touchstone_results::{Recorded, ResultsError, RunRecord};
use touchstone_runner::VersionVerdict;
use touchstone_scope::{Target, Verdict};

use super::attempts::Attempt;
use super::patience::patiently;
use super::{NightEvent, Shared, files, letters};
use crate::config::Subject;

/// A run that has ended.
pub(super) struct Recording<'a> {
    pub(super) shared: &'a Shared,
    pub(super) subject: &'a Subject,
    /// The scope, by its name in the configuration.
    pub(super) scope: &'a str,
}

/// A run that is recorded.
#[derive(Debug)]
pub(super) struct Done {
    /// As `touchstone run` would have ended.
    pub(super) exit_code: u8,
    /// The worst of its versions; DNF if there is no report.
    pub(super) verdict: Verdict,
    /// What keeps it from PASS, in a few words.
    pub(super) why: String,
}

impl Recording<'_> {
    /// Writes the record, then the outputs. Where a process is killed in between, whoever goes on with the night writes them.
    pub(super) async fn record(&self, attempt: &Attempt, number: u32) -> Result<Done, ResultsError> {
        let report = &attempt.report;
        let unreachable = unreachable(report);
        let exit_code = match (&unreachable, report.exit_code()) {
            (Some(_), _) => 4,
            // It was stopped for time, and says so: that is no night that was interrupted.
            (None, 130) if report.verdict() == Some(Verdict::Fail) => 1,
            (None, 130) => 2,
            (None, code) => code,
        };
        let letters = letters::of_run(self.shared, self.subject, self.scope, report);
        let json = touchstone_report::json(report);
        let tape = report.tape.as_ref().and(attempt.tape.as_ref()).map(|tape| tape.display().to_string());
        let recorded = persist(
            self.shared,
            &RunRecord {
                attempt: number,
                worker: self.shared.nightly.worker.as_deref(),
                exit_code,
                exit_reason: unreachable.as_deref(),
                tape: tape.as_deref(),
                json: Some(&json),
                letters: &letters,
                ..RunRecord::of(&self.shared.night.id, report)
            },
        )
        .await?;
        if recorded == Recorded::New {
            self.write_outputs(report, &json);
        }
        let version = |(name, judged): (&String, &touchstone_report::VersionResult)| VersionVerdict {
            version: name.clone(),
            verdict: judged.verdict,
        };
        let took = report.run.finished_at.duration_since(report.run.started_at);
        let verdict = report.verdict().unwrap_or(Verdict::Miss);
        let why = unreachable.clone().unwrap_or_else(|| why_not(report, verdict));
        self.shared.tell(NightEvent::Recorded {
            subject: self.subject.name.clone(),
            scope: self.scope.to_owned(),
            versions: report.versions.iter().map(version).collect(),
            unreachable,
            left: report.left().len(),
            took: Duration::try_from(took).unwrap_or_default(),
            late: recorded == Recorded::AlreadyThere,
        });
        Ok(Done { exit_code, verdict, why })
    }

    /// Writes down that there is no report, and why.
    pub(super) async fn record_failure(
        &self,
        number: u32,
        exit_code: u8,
        reason: &str,
    ) -> Result<Done, ResultsError> {
        let uuid = self.shared.scopes.uuid(self.scope);
        record_nothing(self.shared, &self.subject.name, &uuid, number, exit_code, reason).await?;
        let verdict = if exit_code == 0 { Verdict::Miss } else { Verdict::Dnf };
        Ok(Done { exit_code, verdict, why: reason.to_owned() })
    }

    /// Writes the outputs; what cannot be written is told.
    pub(super) fn write_outputs(&self, report: &Report, json: &str) {
        let (folder, subject) = (&self.shared.folder, &self.subject.name);
        let write = |output: Result<(String, Vec<u8>), String>| {
            let (extension, bytes) = output?;
            let file = files::output(folder, subject, self.scope, &extension);
            files::write(&file, &bytes).map_err(|error| format!("{}: {error}", file.display()))
        };
        let outputs = letters::outputs(self.shared, self.subject, self.scope, report, json);
        for problem in outputs.into_iter().filter_map(|output| write(output).err()) {
            tracing::error!(problem, "an output cannot be written; the result is recorded all the same");
            self.failed(problem);
        }
    }

    /// Whether all outputs are there that the configuration asks for.
    pub(super) fn has_outputs(&self) -> bool {
        let formats =
            self.shared.nightly.config.outputs.iter().filter_map(|name| name.parse::<Format>().ok());
        let file = |format: Format| {
            files::output(&self.shared.folder, &self.subject.name, self.scope, format.extension())
        };
        formats.map(file).all(|file| file.exists())
    }

    fn failed(&self, reason: String) {
        let (subject, scope) = (self.subject.name.clone(), Some(self.scope.to_owned()));
        self.shared.tell(NightEvent::Failed { subject, scope, reason });
    }
}

/// Writes down that there is no report of a run, and why.
pub(super) async fn record_nothing(
    shared: &Shared,
    subject: &str,
    scope: &str,
    number: u32,
    exit_code: u8,
    reason: &str,
) -> Result<(), ResultsError> {
    let (now, run) = (Timestamp::now(), uuid::Uuid::new_v4().to_string());
    tracing::warn!(reason, "a run came to nothing");
    let record = RunRecord {
        night: &shared.night.id,
        subject,
        scope,
        run: &run,
        attempt: number,
        worker: shared.nightly.worker.as_deref(),
        started_at: now,
        finished_at: now,
        exit_code,
        exit_reason: Some(reason),
        tape: None,
        report: None,
        json: None,
        letters: &[],
    };
    persist(shared, &record).await.map(drop)
}

/// Tries until it is recorded, within bounds.
async fn persist(shared: &Shared, record: &RunRecord<'_>) -> Result<Recorded, ResultsError> {
    let mut tried = false;
    let recorded = patiently(|| {
        let again = std::mem::replace(&mut tried, true);
        async move { shared.nightly.results.record(record).await.map(|recorded| (recorded, again)) }
    });
    match recorded.await? {
        // The connection may have been lost when all was written, and nobody could say so.
        (Recorded::AlreadyThere, true) => {
            let runs = patiently(|| shared.nightly.results.runs(record.night)).await?;
            let is_ours = runs.iter().any(|run| run.run == record.run);
            Ok(if is_ours { Recorded::New } else { Recorded::AlreadyThere })
        }
        (recorded, _) => Ok(recorded),
    }
}

/// The testcases of target `main` with the worst verdict, in a few words.
fn why_not(report: &Report, worst: Verdict) -> String {
    let mains = report.versions.values().filter_map(|version| version.targets.get(&Target::Main));
    let named: BTreeSet<&str> = mains.flat_map(|main| main.with_verdict(worst)).map(String::as_str).collect();
    match (worst, named.len()) {
        (Verdict::Pass, _) | (_, 0) => String::new(),
        (_, 1..=2) => named.into_iter().collect::<Vec<_>>().join(", "),
        (_, count) => format!("{} and {} more", named.first().unwrap_or(&""), count - 1),
    }
}

/// Why the subject could not be tested, if so.
fn unreachable(report: &Report) -> Option<String> {
    let preflight = report.preflight.as_ref().filter(|preflight| !preflight.reachable)?;
    Some(preflight.reason.clone().unwrap_or_default())
}
