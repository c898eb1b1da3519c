//! SARIF 2.1.0 (OASIS, with errata 01), as GitHub's code scanning reads it.
//!
//! A rule for each testcase; a result for each testcase of each version that is not PASS, at the line of the scope manifest that
//! asks for it. Results of kind `pass` are left out: GitHub does not look at the kind, and would show them as alerts. So the kind
//! of DNF and MISS is `fail`, too, where SARIF would have `open`: that may have no level, and without one they would not be seen.
//! Their messages and properties say which verdict it is.

mod results;
mod rules;

use serde_json::{Value, json};
use touchstone_report::Report;

use self::results::Results;
use self::rules::Rules;
use crate::context::Context;
use crate::entries::{Entry, entries, troubles};
use crate::export::ExportError;
use crate::places::Places;
use crate::texts::{line, name, short};

/// Results of a run that GitHub accepts; of these it shows the 5,000 that are most severe.
pub(crate) const MOST_RESULTS: usize = 25_000;
/// Rules of a run that GitHub accepts.
const MOST_RULES: usize = 25_000;
/// Characters of a message.
const LONGEST_MESSAGE: usize = 4_000;
/// Where the schema is, for editors. GitHub wants one to be named.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report as SARIF.
///
/// # Errors
/// If there is no manifest, or that of another scope.
pub(crate) fn sarif(report: &Report, context: &Context<'_>) -> Result<String, ExportError> {
    let places = Places::of(report, context)?.ok_or(ExportError::NoManifest)?;
    let entries = entries(report);
    let rules = Rules::of(report, &entries);
    let results = Results::of(report, &entries, &rules, &places);
    let tool = &report.run.tool;
    let mut driver = json!({
        "name": name(&tool.name),
        "version": line(&tool.version),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules.json(),
    });
    if is_semver(&tool.version) {
        driver["semanticVersion"] = json!(tool.version);
    }
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "automationDetails": automation(report),
            "invocations": [invocation(report, &places, &results)],
            "artifacts": [artifact(report, &places)],
            "columnKind": "unicodeCodePoints",
            "results": results.json,
            "properties": properties(report, context),
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).expect("a value is always JSON");
    text.push('\n');
    Ok(text)
}

/// A message: braces are doubled, as section 3.11.5 has it, and nothing in it is a link (section 3.11.6).
fn message(text: &str) -> Value {
    let text = text.replace('{', "{{").replace('}', "}}").replace("](", "] (");
    json!({"text": text})
}

/// What tells runs of one subject and scope from those of others, for GitHub: all up to the last slash is the category.
fn automation(report: &Report) -> Value {
    let part = |text: &str| name(text).replace('/', "-");
    let (subject, scope) = (part(&report.subject), part(&report.scope.uuid));
    json!({"id": format!("touchstone/{subject}/{scope}/{}", part(&report.run.id))})
}

fn invocation(report: &Report, places: &Places<'_>, results: &Results) -> Value {
    let reachable = report.preflight.as_ref().is_none_or(|preflight| preflight.reachable);
    let mut notifications: Vec<Value> = troubles(report)
        .iter()
        .map(|trouble| notification("error", trouble.what, &short(&trouble.text, LONGEST_MESSAGE)))
        .collect();
    if !places.is_that_of(report) {
        let text = "the manifest is another edition than the one that the report was made with: lines are those of the manifest";
        notifications.push(notification("warning", "other-edition-of-the-manifest", text));
    }
    if results.left_out > 0 {
        let text = format!("{} results were left out: GitHub accepts {MOST_RESULTS}", results.left_out);
        notifications.push(notification("error", "too-many-results", &text));
    }
    json!({
        "executionSuccessful": reachable && !report.run.interrupted,
        "startTimeUtc": report.run.started_at.to_string(),
        "endTimeUtc": report.run.finished_at.to_string(),
        "toolExecutionNotifications": notifications,
    })
}

fn notification(level: &str, what: &str, text: &str) -> Value {
    json!({"level": level, "descriptor": {"id": what}, "message": message(text)})
}

/// The manifest.
fn artifact(report: &Report, places: &Places<'_>) -> Value {
    let mut artifact = json!({"location": {"uri": places.uri()}, "mimeType": "application/yaml"});
    if places.is_that_of(report)
        && let Some(digest) = report.scope.digest.strip_prefix("sha256:")
    {
        artifact["hashes"] = json!({"sha-256": digest});
    }
    artifact
}

fn properties(report: &Report, context: &Context<'_>) -> Value {
    let known = [
        ("subject", Some(report.subject.as_str())),
        ("subjectDisplayName", context.display_name),
        ("subjectOperator", context.operator),
        ("subjectDescription", context.description),
        ("subjectHealthMonitor", context.health_monitor),
        ("scope", Some(report.scope.name.as_str())),
        ("scopeUuid", Some(report.scope.uuid.as_str())),
        ("scopeDigest", Some(report.scope.digest.as_str())),
        ("scopeUrl", context.scope_url()),
        ("run", Some(report.run.id.as_str())),
    ];
    let mut properties: serde_json::Map<String, Value> = known
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), json!(short(value?, LONGEST_MESSAGE)))))
        .collect();
    let versions =
        report.versions.iter().map(|(version, judged)| (line(version), json!(judged.verdict.word())));
    properties.insert("versions".to_owned(), Value::Object(versions.collect()));
    properties.insert("referenceDate".to_owned(), json!(report.reference_date.to_string()));
    Value::Object(properties)
}

/// Whether it is a semantic version (2.0.0) that needs no further looking at: numbers, and plain suffixes.
fn is_semver(text: &str) -> bool {
    let (core, suffix) = text.split_once(['-', '+']).unwrap_or((text, "x"));
    let numbers: Vec<&str> = core.split('.').collect();
    let is_number = |number: &&str| {
        !number.is_empty()
            && number.len() < 10
            && number.chars().all(|c| c.is_ascii_digit())
            && (*number == "0" || !number.starts_with('0'))
    };
    numbers.len() == 3
        && numbers.iter().all(is_number)
        && suffix.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphabetic()))
}

/// What SARIF is told of: what is not PASS.
fn is_result(entry: &Entry<'_>) -> bool {
    entry.verdict != touchstone_scope::Verdict::Pass
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_neither_placeholders_nor_links() {
        assert_eq!(message("{0} [x](1) \\u{1b}")["text"], "{{0}} [x] (1) \\u{{1b}}");
    }

    #[test]
    fn semantic_versions_are_known() {
        for good in ["0.1.0", "10.20.30", "1.0.0-alpha", "1.0.0+build"] {
            assert!(is_semver(good), "{good}");
        }
        for bad in ["1.0", "01.0.0", "1.0.0-", "v1.0.0", "1.0.0-\u{202e}", ""] {
            assert!(!is_semver(bad), "{bad}");
        }
    }
}
