use std::collections::BTreeMap;

use jiff::Timestamp;
use touchstone_report::{
    Attested, Component, Document, Ephemeral, Evidence, Format, Preflight, Replay, Report, Run, Tape,
    TestcaseResult, judge,
};
use touchstone_runtime::End;
use touchstone_scope::{NotRun, ResultKey, Standing, Testcase, Unit, Verdict};
use touchstone_store::Digest;

use crate::admit::{Admitted, AdmittedUnit};
use crate::job::{self, Task};
use crate::listen::Noted;
use crate::run::{Begun, problem_of};
use crate::told::{Closing, Told, scope_ref, selected};

/// How a run ended.
pub(crate) struct Ending {
    /// What was found out about the subject before any check ran.
    pub(crate) preflight: Preflight,
    /// What came of each unit of the plan; empty if none was started.
    pub(crate) ran: Vec<Ran>,
    pub(crate) closing: Closing,
    /// The tape of it, or why there is none.
    pub(crate) tape: Option<Result<Tape, String>>,
    /// Set if it was no run, and not just a repetition of one.
    pub(crate) replay: Option<Replay>,
}

/// What came of one unit of the plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ran {
    pub(crate) noted: Noted,
    /// How it ended; `None` if it was stopped.
    pub(crate) how: Option<End>,
    pub(crate) told: Told,
}

impl Ran {
    /// The verdict on a testcase of the unit; nothing about one of which it did not speak and that was stopped.
    pub(crate) fn verdict(&self, testcase: &str, silence: &str) -> (Verdict, String, bool) {
        match (self.noted.outcomes.get(testcase), self.how.as_ref().map(problem_of)) {
            (Some(said), _) => (said.verdict, said.reason.clone(), true),
            (None, Some(None)) => (Verdict::Miss, "the check said nothing about it".into(), false),
            (None, Some(Some(problem))) => (Verdict::Dnf, problem, true),
            (None, None) => (Verdict::Dnf, silence.to_owned(), true),
        }
    }
}

/// Makes the report. Equal arguments make equal reports: no clock is read.
pub(crate) fn compose(task: &Task, admitted: &Admitted, begun: &Begun, ending: Ending) -> Report {
    let Ending { preflight, ran, closing, tape, replay } = ending;
    let silence = silence(&preflight, &closing);
    let result = |key: &ResultKey| {
        let mut result = match key.unit {
            Some(unit) => {
                let (planned, admitted) = (&task.plan.units[unit], &admitted.units[unit]);
                let at = written_at(task, planned).map_or(begun.at, |written| written.min(begun.at));
                result_of_unit(key, planned, admitted, ran.get(unit), &silence, at)
            }
            None => result_without_unit(key, task, begun.at),
        };
        if let Some(testcase) = testcase_of(key, task) {
            describe(&mut result, testcase);
        }
        match result.expires_at {
            Some(expired) if key.unit.is_some() && expired <= begun.at => too_old(result, expired),
            _ => result,
        }
    };
    let keys = task.plan.versions.iter().flat_map(|version| version.targets.values().flatten());
    let results: BTreeMap<ResultKey, TestcaseResult> = keys.map(|key| (key.clone(), result(key))).collect();
    let judged = judge(&task.plan.versions, &results);
    let (tape, tape_problem) = match tape {
        None => (None, None),
        Some(Ok(tape)) => (Some(tape), None),
        Some(Err(problem)) => (None, Some(problem)),
    };
    Report {
        format: Format::V1,
        run: Run {
            id: begun.id.clone(),
            started_at: begun.at,
            finished_at: closing.finished_at,
            tool: begun.tool.clone(),
            interrupted: closing.interrupted,
            selected: selected(&task.selection),
        },
        subject: task.subject.clone(),
        scope: scope_ref(&task.manifest),
        reference_date: task.selection.date,
        preflight: Some(preflight),
        versions: judged.versions,
        testcases: judged.testcases,
        components: components(task, admitted, &ran),
        evidence: task.evidence.iter().map(|(name, evidence)| (name.clone(), handed_in(evidence))).collect(),
        ephemeral: ephemeral(task, &ran),
        tape,
        tape_problem,
        replay,
        waivers: Vec::new(),
    }
}

/// The testcase in the words of the check that provides it there: another version of it may describe it otherwise.
fn testcase_of<'t>(key: &ResultKey, task: &'t Task) -> Option<&'t Testcase> {
    let check = task.manifest.checks().get(key.check?)?;
    check.testcases.iter().find(|testcase| testcase.id == key.testcase)
}

/// Why a testcase of a check that was stopped, or never started, is DNF.
pub(crate) fn silence(preflight: &Preflight, closing: &Closing) -> String {
    match (&preflight.reason, closing.interrupted) {
        (_, true) => closing.stopped.clone().unwrap_or_else(|| "the run was interrupted".into()),
        (Some(reason), false) => reason.clone(),
        (None, false) => "the host failed while it ran the check; its log says more".into(),
    }
}

fn result_of_unit(
    key: &ResultKey,
    unit: &Unit,
    admitted: &AdmittedUnit,
    ran: Option<&Ran>,
    silence: &str,
    at: Timestamp,
) -> TestcaseResult {
    let nothing = Ran::default();
    let ran = ran.unwrap_or(&nothing);
    let (verdict, reason, checked) = ran.verdict(&key.testcase, silence);
    // Evidence is no older or newer for a run that did not come to judge it: that takes the place of no result.
    let judged = unit.evidence.is_empty() || ran.noted.outcomes.contains_key(&key.testcase);
    TestcaseResult {
        checked_at: (checked && judged).then_some(at),
        component: Some(admitted.digest.to_string()),
        parameters: unit.parameters.clone(),
        assets: asset_digests(unit),
        findings: ran.noted.findings.get(&key.testcase).cloned().unwrap_or_default(),
        ..TestcaseResult::new(verdict, reason)
    }
}

/// When the oldest evidence was written that a unit could read; nothing if it could read none.
fn written_at(task: &Task, unit: &Unit) -> Option<Timestamp> {
    unit.evidence.iter().filter_map(|name| task.evidence.get(name)?.written_at).min()
}

/// What was found out from evidence that is older than results of the testcase count (SCS-0004).
fn too_old(result: TestcaseResult, since: Timestamp) -> TestcaseResult {
    let written = result.checked_at.map_or(String::new(), |at| format!("of {at} "));
    TestcaseResult {
        verdict: Verdict::Miss,
        reason: format!("the evidence {written}counts no more since {since}; hand in a new one"),
        findings: Vec::new(),
        checked_at: None,
        expires_at: None,
        ..result
    }
}

pub(crate) fn asset_digests(unit: &Unit) -> BTreeMap<String, String> {
    unit.assets.iter().map(|(name, asset)| (name.clone(), asset.sha256.to_string())).collect()
}

/// What people found out, or why nobody did.
fn result_without_unit(key: &ResultKey, task: &Task, now: Timestamp) -> TestcaseResult {
    let why = task.plan.not_run.get(key);
    let miss = |reason: String| TestcaseResult::new(Verdict::Miss, reason);
    let attested = testcase_of(key, task).filter(|_| why == Some(&NotRun::Manual));
    let Some(testcase) = attested else { return miss(why.map_or(String::new(), ToString::to_string)) };
    match task.attestations.for_testcase(task.manifest.uuid(), &task.subject, testcase, now) {
        Standing::Counts(attestation, _) => {
            let document = attestation.document.as_ref();
            let attested = Attested {
                by: attestation.by.clone(),
                at: attestation.at,
                document: document.map(|d| Document { url: d.url.clone(), sha256: d.sha256.to_string() }),
                statement: attestation.sha256().to_string(),
            };
            let reason = attestation.comment.clone().unwrap_or_default();
            TestcaseResult::attested(attestation.verdict.into(), reason, testcase.lifetime, attested)
        }
        Standing::Expired(since) => miss(format!("the newest attestation counts no more since {since}")),
        Standing::None => {
            miss("to be attested by people (`touchstone attest`); nobody did for this subject".into())
        }
    }
}

fn handed_in(evidence: &job::Evidence) -> Evidence {
    Evidence {
        file: evidence.file.clone(),
        sha256: Digest::of(&evidence.bytes).to_string(),
        bytes: evidence.bytes.len() as u64,
        written_at: evidence.written_at,
    }
}

/// What all checks together created, and what is left of it.
fn ephemeral(task: &Task, ran: &[Ran]) -> Option<Ephemeral> {
    let mut all = Ephemeral::default();
    for of_unit in ran.iter().map(|ran| &ran.told.ephemeral) {
        all.created = all.created.saturating_add(of_unit.created);
        all.deleted = all.deleted.saturating_add(of_unit.deleted);
        all.left.extend(of_unit.left.iter().cloned());
    }
    if all == Ephemeral::default() {
        return None;
    }
    Some(Ephemeral { cloud: (task.cloud != task.subject).then(|| task.cloud.clone()), ..all })
}

/// Adds what the manifest says about the testcase.
fn describe(result: &mut TestcaseResult, testcase: &Testcase) {
    result.description = testcase.description.clone();
    result.url = Some(testcase.url.clone());
    result.section = Some(testcase.section);
    result.lifetime = Some(testcase.lifetime);
    result.expires_at = result.checked_at.map(|at| testcase.lifetime.expires_at(at));
}

fn components(task: &Task, admitted: &Admitted, ran: &[Ran]) -> BTreeMap<String, Component> {
    let mut components: BTreeMap<String, Component> = BTreeMap::new();
    for (i, (unit, admitted_unit)) in task.plan.units.iter().zip(&admitted.units).enumerate() {
        let component = components.entry(admitted_unit.digest.to_string()).or_insert_with(|| Component {
            name: unit.check.clone(),
            version: unit.version.clone(),
            wit: admitted.components[&admitted_unit.digest].contract().to_string(),
            granted: unit.grants.iter().map(ToString::to_string).collect(),
            ..Component::default()
        });
        if let Some(ran) = ran.get(i) {
            add(component, ran);
        }
    }
    components
}

/// Adds what one instance used and tried in vain.
fn add(component: &mut Component, ran: &Ran) {
    let Told { usage, denied, audit: told, .. } = &ran.told;
    component.usage = component.usage.plus(*usage);
    component.denied.extend(denied.iter().cloned());
    component.denied.sort();
    component.denied.dedup();
    let audit = &mut component.audit;
    // What a tape says may be anything.
    let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
    add(&mut audit.denied_calls, told.denied_calls);
    audit.ignored_outcomes.extend(ran.noted.ignored.iter().cloned());
    add(&mut audit.total_ignored_outcomes, ran.noted.total_ignored);
    add(&mut audit.dropped_outcomes, told.dropped_outcomes);
    add(&mut audit.dropped_findings, told.dropped_findings.saturating_add(ran.noted.dropped_findings));
    add(&mut audit.dropped_log_bytes, told.dropped_log_bytes);
}
