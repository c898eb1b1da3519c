use std::collections::BTreeMap;

use jiff::Timestamp;
use touchstone_capabilities::openstack::{self, ledger};
use touchstone_report::{
    Attested, Audit, Component, Document, Ephemeral, Evidence, Format, Left, Preflight, Report, Run,
    ScopeRef, Selected, TestcaseResult, Tool, Usage, judge,
};
use touchstone_runtime::Ended;
use touchstone_scope::{NotRun, ResultKey, Standing, Testcase, Unit, Verdict};
use touchstone_store::Digest;

use crate::admit::{Admitted, AdmittedUnit};
use crate::job::{self, Job};
use crate::listen::Noted;
use crate::run::{Begun, Ending, problem_of};

/// What came of one unit of the plan.
pub(crate) struct Ran {
    pub(crate) noted: Noted,
    /// How it ended; `None` if it was stopped.
    pub(crate) ended: Option<Ended>,
    pub(crate) usage: openstack::Usage,
    pub(crate) audit: openstack::Audit,
    /// What it created, and what is left of it.
    pub(crate) ephemeral: ledger::Ephemeral,
}

/// Makes the report.
pub(crate) fn compose(job: &Job, admitted: &Admitted, begun: &Begun, ending: Ending) -> Report {
    let Ending { preflight, ran, interrupted } = ending;
    let finished_at = Timestamp::now();
    let testcases: BTreeMap<&str, &Testcase> =
        job.manifest.checks().iter().flat_map(|check| &check.testcases).map(|t| (t.id.as_str(), t)).collect();
    let silence = silence(&preflight, interrupted);
    let result = |key: &ResultKey| {
        let mut result = match key.unit {
            Some(unit) => {
                let (planned, admitted) = (&job.plan.units[unit], &admitted.units[unit]);
                result_of_unit(key, planned, admitted, ran.get(unit), &silence, finished_at)
            }
            None => result_without_unit(key, job, finished_at),
        };
        if let Some(testcase) = testcases.get(key.testcase.as_str()) {
            describe(&mut result, testcase);
        }
        result
    };
    let keys = job.plan.versions.iter().flat_map(|version| version.targets.values().flatten());
    let results: BTreeMap<ResultKey, TestcaseResult> = keys.map(|key| (key.clone(), result(key))).collect();
    let judged = judge(&job.plan.versions, &results);
    Report {
        format: Format::V1,
        run: Run {
            id: begun.id.to_string(),
            started_at: begun.at,
            finished_at,
            tool: Tool { name: "touchstone".into(), version: env!("CARGO_PKG_VERSION").into() },
            interrupted,
            selected: selected(job),
        },
        subject: job.subject.clone(),
        scope: ScopeRef {
            uuid: job.manifest.uuid().to_string(),
            name: job.manifest.name().to_owned(),
            digest: job.manifest.digest().to_string(),
        },
        reference_date: job.selection.date,
        preflight: Some(preflight),
        versions: judged.versions,
        testcases: judged.testcases,
        components: components(job, admitted, &ran),
        evidence: job.evidence.iter().map(|(name, evidence)| (name.clone(), handed_in(evidence))).collect(),
        ephemeral: ephemeral(job, &ran),
    }
}

/// Why a testcase of a check that was stopped, or never started, is DNF.
fn silence(preflight: &Preflight, interrupted: bool) -> String {
    match (&preflight.reason, interrupted) {
        (_, true) => "the run was interrupted".into(),
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
    finished_at: Timestamp,
) -> TestcaseResult {
    let outcome = ran.and_then(|ran| ran.noted.outcomes.get(&key.testcase));
    let ended = ran.and_then(|ran| ran.ended.as_ref());
    let (verdict, reason, at) = match (outcome, ended.map(|ended| problem_of(&ended.how))) {
        (Some(said), _) => (said.verdict, said.reason.clone(), Some(said.at)),
        (None, Some(None)) => (Verdict::Miss, "the check said nothing about it".into(), None),
        (None, Some(Some(problem))) => (Verdict::Dnf, problem, Some(finished_at)),
        (None, None) => (Verdict::Dnf, silence.to_owned(), Some(finished_at)),
    };
    TestcaseResult {
        checked_at: at,
        component: Some(admitted.digest.to_string()),
        parameters: unit.parameters.clone(),
        assets: unit.assets.iter().map(|(name, asset)| (name.clone(), asset.sha256.to_string())).collect(),
        findings: ran.and_then(|ran| ran.noted.findings.get(&key.testcase)).cloned().unwrap_or_default(),
        ..TestcaseResult::new(verdict, reason)
    }
}

/// What people found out, or why nobody did.
fn result_without_unit(key: &ResultKey, job: &Job, now: Timestamp) -> TestcaseResult {
    let why = job.plan.not_run.get(&key.testcase);
    let miss = |reason: String| TestcaseResult::new(Verdict::Miss, reason);
    let attested = job.manifest.testcase(&key.testcase).filter(|_| why == Some(&NotRun::Manual));
    let Some((_, testcase)) = attested else { return miss(why.map_or(String::new(), ToString::to_string)) };
    match job.attestations.for_testcase(job.manifest.uuid(), &job.subject, testcase, now) {
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
    }
}

/// What all checks together created, and what is left of it.
fn ephemeral(job: &Job, ran: &[Ran]) -> Option<Ephemeral> {
    let mut all = Ephemeral::default();
    for (unit, ran) in job.plan.units.iter().zip(ran) {
        all.created += ran.ephemeral.created;
        all.deleted += ran.ephemeral.deleted;
        all.left.extend(ran.ephemeral.left.iter().cloned().map(|left| Left {
            check: unit.check.clone(),
            service: left.service,
            kind: left.kind,
            id: left.id,
            name: left.name,
            why: left.why,
        }));
    }
    if all == Ephemeral::default() {
        return None;
    }
    let cloud = job.cloud.name();
    Some(Ephemeral { cloud: (cloud != job.subject).then(|| cloud.to_owned()), ..all })
}

/// Adds what the manifest says about the testcase.
fn describe(result: &mut TestcaseResult, testcase: &Testcase) {
    result.description = testcase.description.clone();
    result.url = Some(testcase.url.clone());
    result.section = Some(testcase.section);
    result.lifetime = Some(testcase.lifetime);
    result.expires_at = result.checked_at.map(|at| testcase.lifetime.expires_at(at));
}

fn selected(job: &Job) -> Option<Selected> {
    let selection = &job.selection;
    let selected = Selected {
        version: selection.version.clone(),
        tests: selection.tests.as_ref().map(ToString::to_string),
        sections: selection.sections.iter().flatten().copied().collect(),
        parameters: selection.parameters.clone(),
    };
    (selected != Selected::default()).then_some(selected)
}

fn components(job: &Job, admitted: &Admitted, ran: &[Ran]) -> BTreeMap<String, Component> {
    let mut components: BTreeMap<String, Component> = BTreeMap::new();
    for (i, (unit, admitted_unit)) in job.plan.units.iter().zip(&admitted.units).enumerate() {
        let component = components.entry(admitted_unit.digest.to_string()).or_insert_with(|| Component {
            name: unit.check.clone(),
            version: unit.version.clone(),
            wit: admitted.components[&admitted_unit.digest].contract().to_string(),
            granted: unit.grants.iter().map(ToString::to_string).collect(),
            denied: Vec::new(),
            usage: Usage::default(),
            audit: Audit::default(),
        });
        if let Some(ran) = ran.get(i) {
            add(component, ran);
        }
    }
    components
}

/// Adds what one instance used and tried in vain.
fn add(component: &mut Component, ran: &Ran) {
    let ended = ran.ended.as_ref();
    component.usage = component.usage.plus(Usage {
        calls: ran.usage.calls,
        response_bytes: ran.usage.response_bytes,
        wall_ms: ended.map_or(0, |ended| u64::try_from(ended.wall.as_millis()).unwrap_or(u64::MAX)),
        peak_memory_bytes: ended.map_or(0, |ended| ended.peak_memory_bytes),
    });
    component.denied.extend(ran.audit.entries.iter().map(|denial| denial.call.clone()));
    component.denied.sort();
    component.denied.dedup();
    let dropped = ended.map_or_else(Default::default, |ended| ended.dropped);
    let audit = &mut component.audit;
    audit.denied_calls += ran.audit.total;
    audit.ignored_outcomes.extend(ran.noted.ignored.iter().cloned());
    audit.total_ignored_outcomes += ran.noted.total_ignored;
    audit.dropped_outcomes += dropped.outcomes;
    audit.dropped_findings += dropped.findings + ran.noted.dropped_findings;
    audit.dropped_log_bytes += dropped.log_bytes;
}
