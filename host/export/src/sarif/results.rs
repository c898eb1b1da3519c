//! A result for each testcase of each version that is not PASS.

use serde_json::{Map, Value, json};
use touchstone_report::Report;
use touchstone_scope::State;

use super::rules::{Rules, id, level};
use super::{LONGEST_MESSAGE, MOST_RESULTS, is_result, message};
use crate::entries::{Entry, Weight};
use crate::identifiers::uuid;
use crate::places::Places;
use crate::texts::{by_kind, line, name, short, within};

/// Kinds of findings that a message tells: it is shown as a title and a few lines.
const MOST_KINDS: usize = 10;

/// The results of a run.
pub(super) struct Results {
    /// `results`.
    pub(super) json: Vec<Value>,
    /// How many there are beyond those.
    pub(super) left_out: usize,
}

impl Results {
    /// What is not PASS. What decides comes first: it stays if there is more than GitHub accepts.
    pub(super) fn of(
        report: &Report,
        entries: &[Entry<'_>],
        rules: &Rules<'_>,
        places: &Places<'_>,
    ) -> Results {
        let mut told: Vec<&Entry<'_>> = entries.iter().filter(|entry| is_result(entry)).collect();
        told.sort_by_key(|entry| (entry.target, entry.verdict));
        let left_out = told.len().saturating_sub(MOST_RESULTS);
        let kept = told.iter().take(MOST_RESULTS);
        Results { json: kept.map(|entry| result(report, entry, rules, places)).collect(), left_out }
    }
}

fn result(report: &Report, entry: &Entry<'_>, rules: &Rules<'_>, places: &Places<'_>) -> Value {
    let place = places.of_testcase(entry.version, entry.testcase);
    let parts = [report.subject.as_str(), &report.scope.uuid, entry.version, entry.testcase];
    let fingerprint = uuid("testcase", &parts).simple().to_string();
    let mut result = json!({
        "ruleId": id(entry.testcase),
        "kind": "fail",
        "level": level(entry.target),
        "message": message(&text(report, entry)),
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": places.uri(), "index": 0},
                "region": {
                    "startLine": place.line,
                    "startColumn": place.column,
                    "endLine": place.line,
                    "endColumn": place.end_column,
                },
            },
        }],
        // The one that GitHub goes by has to be named so.
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{}:1", &fingerprint[..16]),
            "touchstoneTestcase/v1": fingerprint,
        },
        "properties": properties(entry),
    });
    if let Some(justification) = entry.waiver().filter(|_| entry.weight == Weight::Waived) {
        let suppression = json!({"kind": "external", "status": "accepted", "justification": justification});
        result["suppressions"] = json!([suppression]);
    }
    if let Some(index) = rules.index(entry.testcase) {
        result["ruleIndex"] = json!(index);
    }
    result
}

/// What is wrong: the first line is what GitHub shows as the title.
fn text(report: &Report, entry: &Entry<'_>) -> String {
    let (subject, version) = (name(&report.subject), name(entry.version));
    let mut text = format!("{subject}, {version}: {}", line(&entry.headline()));
    text.extend(entry.waiver().map(|waiver| format!("\n- {waiver}")));
    let findings = entry.result.map_or(&[][..], |result| &result.findings);
    text.extend(by_kind(findings, MOST_KINDS).iter().map(|one| format!("\n- {one}")));
    within(&text, LONGEST_MESSAGE)
}

fn properties(entry: &Entry<'_>) -> Value {
    let result = entry.result;
    let known = [
        ("verdict", Some(entry.verdict.word().to_owned())),
        ("version", Some(entry.version.to_owned())),
        ("state", Some(entry.judged.state.map_or("not shown", State::word).to_owned())),
        ("target", Some(entry.target.word().to_owned())),
        ("waiver", entry.waiver.map(|waiver| waiver.effect.word().to_owned())),
        ("checkedAt", result.and_then(|one| one.checked_at).map(|time| time.to_string())),
        ("attestedBy", result.and_then(|one| one.attested.as_ref()).map(|attested| attested.by.clone())),
    ];
    let known: Map<String, Value> = known
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), json!(short(&value?, 1_000)))))
        .collect();
    Value::Object(known)
}
