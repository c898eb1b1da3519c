//! What another component of a check would have said.

use std::collections::BTreeMap;

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
        let then = verdicts(&self.replay(run, &judged_by(task, before)?).await?);
        let now = verdicts(&self.replay(run, &judged_by(task, after)?).await?);
        let mut changes = Vec::new();
        for key in then.keys().chain(now.keys().filter(|key| !then.contains_key(*key))) {
            let (was, is) = (then.get(key), now.get(key));
            let verdict = |one: Option<&(String, String)>| one.map(|(verdict, _)| verdict.clone());
            if verdict(was) != verdict(is) {
                changes.push(Change {
                    subject: run.subject().to_owned(),
                    testcase: key.1.clone(),
                    then: verdict(was),
                    now: verdict(is),
                    reason: is.map(|(_, reason)| reason.clone()).unwrap_or_default(),
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

/// Verdicts and reasons, by scope version and testcase.
fn verdicts(report: &Report) -> BTreeMap<(String, String), (String, String)> {
    let mut all = BTreeMap::new();
    for (version, judged) in &report.versions {
        let lists =
            judged.targets.values().flat_map(|t| t.pass.iter().chain(&t.fail).chain(&t.dnf).chain(&t.miss));
        for testcase in lists {
            let result = report.testcase(version, testcase).filter(|result| result.component.is_some());
            if let Some(result) = result {
                let told = (result.verdict.to_string(), result.reason.clone());
                all.insert((version.clone(), testcase.clone()), told);
            }
        }
    }
    all
}
