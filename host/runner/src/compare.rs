//! What another component of a check would have said.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use touchstone_grants::Grant;
use touchstone_report::{Change, Report};
use touchstone_store::{Component, Descriptor};

use crate::admit::Refused;
use crate::job::Task;
use crate::recorded::RecordedRun;
use crate::run::Runner;

impl Runner {
    /// Judges a recorded run twice, with one component of a check and with another, and tells where the verdicts differ. Each
    /// gets what the manifest of the task gives the check, and the grants that it asks for.
    ///
    /// # Errors
    /// A component is in no store of the runner, or cannot be run.
    pub async fn compare(
        &self,
        run: &RecordedRun,
        task: &Task,
        before: &Component,
        after: &Component,
    ) -> Result<Vec<Change>, Refused> {
        let then = self.replay(run, &judged_by(task, before)?).await?;
        let now = self.replay(run, &judged_by(task, after)?).await?;
        let (then, now) = (verdicts(&then), verdicts(&now));
        let keys: BTreeSet<_> = then.keys().chain(now.keys()).collect();
        let mut changes = Vec::new();
        for key in keys {
            let verdict =
                |all: &BTreeMap<_, (String, &str)>| all.get(key).map(|(verdict, _)| verdict.clone());
            if verdict(&then) != verdict(&now) {
                changes.push(Change {
                    subject: run.subject().to_owned(),
                    testcase: key.1.to_owned(),
                    then: verdict(&then),
                    now: verdict(&now),
                    reason: now.get(key).map_or("", |(_, reason)| reason).to_owned(),
                });
            }
        }
        Ok(changes)
    }
}

/// The part of a task that a component judges, judged by it.
fn judged_by(task: &Task, component: &Component) -> Result<Task, Refused> {
    let descriptor = component.descriptor();
    let mut selection = task.selection.clone();
    selection.tests = Some(testcases_of(descriptor)?);
    let plan = task.manifest.plan(&selection).map_err(|error| refused(&error))?;
    let mut task = Task { selection, plan, ..task.clone() };
    if !task.plan.units.iter().any(|unit| unit.check == descriptor.id) {
        let file = &task.manifest_file;
        return Err(refused(&format!("{file} has no check {} that could be judged", descriptor.id)));
    }
    let asked: Vec<Grant> = descriptor.grants.iter().filter_map(|grant| grant.parse().ok()).collect();
    for unit in task.plan.units.iter_mut().filter(|unit| unit.check == descriptor.id) {
        unit.version = descriptor.version.to_string();
        unit.component = component.digest().to_string().parse().map_err(|error| refused(&error))?;
        let more: Vec<Grant> =
            asked.iter().filter(|grant| !unit.grants.iter().any(|has| has.covers(grant))).cloned().collect();
        unit.grants.extend(more);
        unit.testcases.retain(|testcase| descriptor.has_testcase(testcase));
    }
    Ok(task)
}

fn testcases_of(descriptor: &Descriptor) -> Result<Regex, Refused> {
    let patterns = descriptor.testcases.iter().map(|testcase| match testcase.id.strip_suffix('*') {
        Some(family) => format!("^{}.+$", regex::escape(family)),
        None => format!("^{}$", regex::escape(&testcase.id)),
    });
    patterns.collect::<Vec<_>>().join("|").parse().map_err(|error| refused(&error))
}

fn refused(error: &dyn std::fmt::Display) -> Refused {
    Refused { problems: vec![error.to_string()] }
}

/// Verdicts and reasons of what components judged, by scope version and testcase.
fn verdicts(report: &Report) -> BTreeMap<(&str, &str), (String, &str)> {
    let judged = report.results().filter(|(.., result)| result.component.is_some());
    judged
        .map(|(version, testcase, result)| {
            ((version, testcase), (result.verdict.to_string(), result.reason.as_str()))
        })
        .collect()
}
