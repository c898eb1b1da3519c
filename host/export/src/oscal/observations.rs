//! What was found out.

use serde_json::{Value, json};
use touchstone_report::TestcaseResult;
use touchstone_scope::Verdict;

use super::values::{list, markup, prop, titled};
use super::{Run, component, party};
use crate::entries::Entry;
use crate::texts::{address, findings};

/// What was found out about a testcase; nothing if nobody looked.
pub(super) fn observation(run: &Run<'_>, entry: &Entry<'_>) -> Option<Value> {
    let result = entry.result.filter(|_| entry.verdict != Verdict::Miss)?;
    // What was tried in vain was tried in this run.
    let collected = result.checked_at.unwrap_or(run.report.run.started_at);
    let mut observation = json!({
        "uuid": uuid(run, entry),
        "title": titled(&[entry.testcase]),
        "description": markup(&entry.headline()),
        "props": [prop("verdict", entry.verdict.word())],
        "methods": [if result.attested.is_some() { "EXAMINE" } else { "TEST" }],
        "types": ["control-objective"],
        "origins": [{"actors": [actor(run, result)]}],
        "subjects": [{"subject-uuid": run.subject(), "type": "component"}],
        "collected": collected.to_string(),
    });
    if let Some(expires) = result.expires_at {
        observation["expires"] = json!(expires.to_string());
    }
    let said = findings(&result.findings);
    if !said.is_empty() {
        observation["remarks"] = json!(list(&said));
    }
    if let Some(document) = result.attested.as_ref().and_then(|attested| attested.document.as_ref()) {
        let mut evidence = json!({
            "description": markup(&document.url),
            "props": [prop("document-digest", &document.sha256)],
        });
        if let Some(url) = address(&document.url) {
            evidence["href"] = json!(url);
        }
        observation["relevant-evidence"] = json!([evidence]);
    }
    Some(observation)
}

/// Identifies the observation about a testcase of a version.
pub(super) fn uuid(run: &Run<'_>, entry: &Entry<'_>) -> String {
    run.uuid("observation", &[entry.version, entry.target.word(), entry.testcase])
}

/// Who found it out: people, a component, or the program that ran.
fn actor(run: &Run<'_>, result: &TestcaseResult) -> Value {
    if let Some(attested) = &result.attested {
        return json!({"type": "party", "actor-uuid": party(&attested.by)});
    }
    let known = result.component.as_deref().filter(|digest| run.report.components.contains_key(*digest));
    match known {
        Some(digest) => json!({"type": "tool", "actor-uuid": component(digest)}),
        None => json!({"type": "assessment-platform", "actor-uuid": run.platform()}),
    }
}
