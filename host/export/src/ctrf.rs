//! Common Test Report Format (CTRF), specification 0.0.
//!
//! A test for each testcase of each version. Readers know five statuses and go by `failed`: that is what everything is that keeps
//! its version from PASS, DNF and MISS too, with the verdict in `rawStatus`. What decides nothing is `other`, what was waived
//! `skipped`. What else is wrong with a run is a failed test, too.

use serde_json::{Map, Value, json};
use touchstone_report::Report;
use touchstone_scope::{Section, State, Verdict};

use crate::context::Context;
use crate::durations::Durations;
use crate::entries::{Entry, Weight, entries, troubles};
use crate::identifiers::uuid;
use crate::places::Places;
use crate::texts::{findings, line, name, short};

/// The version of the specification.
const SPEC_VERSION: &str = "0.0.0";
/// Characters of a message.
const LONGEST_MESSAGE: usize = 1_000;

/// The report as CTRF.
pub(crate) fn ctrf(report: &Report, context: &Context<'_>) -> String {
    // A manifest of another scope says nothing about these testcases; here, places are only a convenience.
    let places = Places::of(report, context).unwrap_or_default();
    let durations = Durations::of(report);
    let mut tests: Vec<Value> =
        entries(report).iter().map(|entry| test(report, entry, &durations, places.as_ref())).collect();
    tests.extend(troubles(report).iter().map(|trouble| {
        json!({
            "name": trouble.what,
            "status": "failed",
            "duration": 0,
            "suite": [name(&report.scope.name), "run"],
            "message": short(&trouble.text, LONGEST_MESSAGE),
        })
    }));
    let run = &report.run;
    let document = json!({
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "reportId": uuid("ctrf", &[&run.id, &report.subject, &report.scope.uuid]).to_string(),
        "runId": name(&run.id),
        "timestamp": run.finished_at.to_string(),
        "generatedBy": line(&format!("{} {}", run.tool.name, run.tool.version)),
        "results": {
            "tool": {"name": name(&run.tool.name), "version": line(&run.tool.version)},
            "summary": summary(report, &tests, &durations),
            "tests": tests,
            "environment": environment(report, context),
        },
    });
    let mut text = serde_json::to_string_pretty(&document).expect("a value is always JSON");
    text.push('\n');
    text
}

fn test(report: &Report, entry: &Entry<'_>, durations: &Durations<'_>, places: Option<&Places<'_>>) -> Value {
    let status = match (entry.weight, entry.verdict) {
        (_, Verdict::Pass) => "passed",
        (Weight::Decides, _) => "failed",
        (Weight::Advises, _) => "other",
        (Weight::Waived, _) => "skipped",
    };
    let parts = [report.subject.as_str(), &report.scope.uuid, entry.version, entry.testcase];
    let mut test = Map::new();
    let mut say = |key: &str, value: Value| test.insert(key.to_owned(), value);
    say("testId", json!(uuid("testcase", &parts).to_string()));
    say("name", json!(name(entry.testcase)));
    say("status", json!(status));
    say("rawStatus", json!(entry.verdict.word()));
    say("duration", json!(durations.ms(entry.result).and_then(|ms| i64::try_from(ms).ok()).unwrap_or(0)));
    say("suite", json!([name(&report.scope.name), name(entry.version), entry.target.word()]));
    say("type", json!("conformance"));
    let section = entry.result.and_then(|result| result.section);
    say(
        "tags",
        json!(
            [Some(entry.target.word()), section.map(Section::word)].into_iter().flatten().collect::<Vec<_>>()
        ),
    );
    if entry.verdict != Verdict::Pass {
        say("message", json!(short(&entry.headline(), LONGEST_MESSAGE)));
    }
    if let Some(result) = entry.result {
        let findings = findings(&result.findings);
        if !findings.is_empty() {
            say(
                if entry.verdict == Verdict::Pass { "stdout" } else { "trace" },
                match entry.verdict {
                    Verdict::Pass => json!(findings),
                    _ => json!(findings.join("\n")),
                },
            );
        }
        if let Some(checked) = result.checked_at {
            say("start", json!(checked.as_millisecond()));
        }
    }
    if let Some(places) = places {
        say("filePath", json!(places.uri()));
        say("line", json!(places.of_testcase(entry.version, entry.testcase).line));
    }
    say("labels", labels(entry));
    Value::Object(test)
}

fn labels(entry: &Entry<'_>) -> Value {
    let result = entry.result;
    let known = [
        ("version", Some(entry.version.to_owned())),
        ("state", Some(entry.judged.state.map_or("not shown", State::word).to_owned())),
        ("target", Some(entry.target.word().to_owned())),
        ("verdict", Some(entry.verdict.word().to_owned())),
        ("description", result.map(|one| one.description.clone()).filter(|text| !text.is_empty())),
        ("url", result.and_then(|one| one.url.clone())),
        ("lifetime", result.and_then(|one| one.lifetime).map(|lifetime| lifetime.word().to_owned())),
        ("expires_at", result.and_then(|one| one.expires_at).map(|time| time.to_string())),
        ("waiver", entry.waiver.map(|waiver| waiver.effect.word().to_owned())),
        ("waiver_says", entry.waiver()),
        ("attested_by", result.and_then(|one| one.attested.as_ref()).map(|attested| attested.by.clone())),
    ];
    let known = known
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), Value::String(short(&value?, LONGEST_MESSAGE)))));
    Value::Object(known.collect())
}

fn summary(report: &Report, tests: &[Value], durations: &Durations<'_>) -> Value {
    let count = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    json!({
        "tests": tests.len(),
        "passed": count("passed"),
        "failed": count("failed"),
        "skipped": count("skipped"),
        "pending": 0,
        "other": count("other"),
        "start": report.run.started_at.as_millisecond(),
        "stop": report.run.finished_at.as_millisecond(),
        "duration": i64::try_from(durations.run_ms()).unwrap_or(i64::MAX),
    })
}

fn environment(report: &Report, context: &Context<'_>) -> Value {
    let versions = report.versions.iter().map(|(version, judged)| {
        let state = judged.state.map_or("not shown", State::word);
        (line(version), json!({"state": state, "verdict": judged.verdict.word()}))
    });
    let known = [
        ("subject", Some(report.subject.as_str())),
        ("operator", context.operator),
        ("description", context.description),
        ("health_monitor", context.health_monitor),
        ("scope", Some(report.scope.name.as_str())),
        ("scope_uuid", Some(report.scope.uuid.as_str())),
        ("scope_digest", Some(report.scope.digest.as_str())),
        ("scope_url", context.scope_url()),
    ];
    let mut extra: Map<String, Value> = known
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), Value::String(short(value?, LONGEST_MESSAGE)))))
        .collect();
    extra.insert("reference_date".to_owned(), json!(report.reference_date.to_string()));
    extra.insert("versions".to_owned(), Value::Object(versions.collect()));
    let reachable = report.preflight.as_ref().is_none_or(|preflight| preflight.reachable);
    json!({
        "reportName": format!("{} against {}", name(&report.subject), name(&report.scope.name)),
        "appName": name(context.display_name.unwrap_or(&report.subject)),
        "healthy": reachable && !report.run.interrupted,
        "extra": extra,
    })
}
