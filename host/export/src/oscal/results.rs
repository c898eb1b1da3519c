//! Each version as a result: its findings, what was found out, and by whom.

use serde_json::{Value, json};
use touchstone_report::VersionResult;
use touchstone_scope::{Lifetime, Section, State, Verdict};

use super::objectives::{Objectives, RUN};
use super::observations::{self, observation};
use super::values::{markup, prop, titled, token};
use super::{Run, component};
use crate::context::Context;
use crate::entries::{Entry, Trouble};
use crate::texts::address;

/// A version.
pub(super) fn of_version(
    run: &Run<'_>,
    objectives: &Objectives,
    context: &Context<'_>,
    version: &str,
    judged: &VersionResult,
    entries: &[Entry<'_>],
) -> Value {
    let state = judged.state.map_or("not shown", State::word);
    // A report that contradicts itself satisfies nothing.
    let verdict = entries.iter().filter(|entry| entry.counts_against()).map(|entry| entry.verdict);
    let verdict = Verdict::of_set(verdict.chain([judged.verdict]));
    let mut findings = vec![json!({
        "uuid": run.uuid("version", &[version]),
        "title": titled(&["Version ", version]),
        "description": markup(&format!("{verdict}: the verdict on version {version} ({state}); only target main decides.")),
        "props": [prop("verdict", verdict.word()), prop("state", state)],
        "target": target(&token(version), verdict),
    })];
    findings.extend(entries.iter().map(|entry| finding(run, entry)));
    let observations: Vec<Value> = entries.iter().filter_map(|entry| observation(run, entry)).collect();
    let mut result = json!({
        "uuid": run.uuid("result", &[version]),
        "title": titled(&[&run.report.scope.name, " ", version]),
        "description": markup(&format!("{} against version {version}: {verdict}", run.report.subject)),
        "start": run.report.run.started_at.to_string(),
        "end": run.report.run.finished_at.to_string(),
        "props": [prop("version", version), prop("state", state), prop("verdict", verdict.word())],
        "local-definitions": definitions(run, context),
        "reviewed-controls": objectives.reviewed(&token(version), entries.iter().map(|entry| entry.testcase)),
        "findings": findings,
    });
    if !observations.is_empty() {
        result["observations"] = json!(observations);
    }
    result
}

/// What is wrong with the run beyond its testcases.
pub(super) fn of_troubles(
    run: &Run<'_>,
    objectives: &Objectives,
    context: &Context<'_>,
    troubles: &[Trouble],
) -> Value {
    let findings: Vec<Value> = troubles
        .iter()
        .enumerate()
        .map(|(at, trouble)| {
            json!({
                "uuid": run.uuid("trouble", &[&at.to_string()]),
                "title": trouble.what,
                "description": markup(&trouble.text),
                "target": target(RUN, Verdict::Dnf),
            })
        })
        .collect();
    json!({
        "uuid": run.uuid("result of the run", &[]),
        "title": "The run itself",
        "description": "What is wrong with the run beyond the testcases.",
        "start": run.report.run.started_at.to_string(),
        "end": run.report.run.finished_at.to_string(),
        "local-definitions": definitions(run, context),
        "reviewed-controls": objectives.reviewed(RUN, [].into_iter()),
        "findings": findings,
    })
}

/// The verdict on a testcase.
fn finding(run: &Run<'_>, entry: &Entry<'_>) -> Value {
    let section = entry.result.and_then(|result| result.section).map(Section::word);
    let lifetime = entry.result.and_then(|result| result.lifetime).map(Lifetime::word);
    let mut props = vec![prop("verdict", entry.verdict.word()), prop("target", entry.target.word())];
    props.extend(section.map(|section| prop("section", section)));
    props.extend(lifetime.map(|lifetime| prop("lifetime", lifetime)));
    props.extend(entry.waiver.map(|waiver| prop("waiver", waiver.effect.word())));
    let parts = [entry.version, entry.target.word(), entry.testcase];
    let mut finding = json!({
        "uuid": run.uuid("finding", &parts),
        "title": titled(&[entry.testcase]),
        "description": markup(&entry.headline()),
        "props": props,
        "target": target(&token(entry.testcase), entry.verdict),
    });
    if let Some(waiver) = entry.waiver() {
        finding["remarks"] = json!(markup(&waiver));
    }
    if entry.verdict != Verdict::Miss && entry.result.is_some() {
        finding["related-observations"] = json!([{"observation-uuid": observations::uuid(run, entry)}]);
    }
    if let Some(url) = entry.result.and_then(|result| result.url.as_deref()).and_then(address) {
        finding["links"] = json!([{"href": url, "rel": "reference"}]);
    }
    finding
}

/// Only PASS is satisfied.
fn target(objective: &str, verdict: Verdict) -> Value {
    let (state, reason) = match verdict {
        Verdict::Pass => ("satisfied", "pass"),
        Verdict::Fail => ("not-satisfied", "fail"),
        Verdict::Dnf | Verdict::Miss => ("not-satisfied", "other"),
    };
    json!({"type": "objective-id", "target-id": objective, "status": {"state": state, "reason": reason}})
}

/// The subject, and who looked at it.
fn definitions(run: &Run<'_>, context: &Context<'_>) -> Value {
    let report = run.report;
    let mut props = vec![prop("subject", &report.subject)];
    props.extend(context.operator.map(|operator| prop("operator", operator)));
    props.extend(context.health_monitor.map(|url| prop("health-monitor", url)));
    let subject = json!({
        "uuid": run.subject(),
        "type": "system",
        "title": titled(&[context.display_name.unwrap_or(&report.subject)]),
        "description": markup(context.description.unwrap_or(&report.subject)),
        "props": props,
        "status": {"state": "operational"},
    });
    let checks: Vec<Value> = report
        .components
        .iter()
        .map(|(digest, check)| {
            json!({
                "uuid": component(digest),
                "type": "validation",
                "title": titled(&[&check.name, " ", &check.version]),
                "description": markup(&format!("The check {}, the component {digest}.", check.name)),
                "props": [prop("check", &check.name), prop("version", &check.version), prop("digest", digest)],
                "status": {"state": "operational"},
            })
        })
        .collect();
    let mut platform = json!({
        "uuid": run.platform(),
        "title": titled(&[&report.run.tool.name, " ", &report.run.tool.version]),
    });
    let mut assets = json!({});
    if !checks.is_empty() {
        let uses: Vec<Value> =
            report.components.keys().map(|digest| json!({"component-uuid": component(digest)})).collect();
        platform["uses-components"] = json!(uses);
        assets["components"] = json!(checks);
    }
    assets["assessment-platforms"] = json!([platform]);
    json!({"components": [subject], "assessment-assets": assets})
}
