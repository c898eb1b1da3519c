//! JUnit XML, as Jenkins' xUnit plugin describes it (`junit-4.xsd`), which GitLab, Azure and GitHub's actions read, too.
//!
//! A suite for each version and target. What decides (target `main`) is told as success, failure (FAIL) or error (DNF, MISS): a reader
//! that counts errors never takes a version with MISS for good. What decides nothing is skipped if it is not PASS, and so is what
//! was waived. What else is wrong with a run is an error in a suite of its own. So the file is green if, and only if, `touchstone
//! run` would have ended in 0.

mod xml;

use jiff::tz::Offset;
use touchstone_report::{Report, VersionResult};
use touchstone_scope::{State, Target, Verdict};

use crate::context::Context;
use crate::durations::Durations;
use crate::entries::{Entry, Weight, of_version, troubles};
use crate::texts::{findings, line, name, short};

/// Characters of a message, which readers show on one line.
const LONGEST_MESSAGE: usize = 1_000;

/// All suites.
struct Suites {
    name: String,
    ms: u64,
    suites: Vec<Suite>,
}

/// The testcases of one target of one version.
struct Suite {
    name: String,
    timestamp: String,
    /// Names and values.
    properties: Vec<(String, String)>,
    cases: Vec<Case>,
}

/// One testcase.
struct Case {
    name: String,
    class: String,
    ms: Option<u64>,
    outcome: Outcome,
    /// What a success has to say.
    output: Vec<String>,
}

/// What readers count.
enum Outcome {
    Success,
    Failure(Told),
    Error(Told),
    Skipped(String),
}

/// Why it is no success.
struct Told {
    /// The verdict.
    kind: String,
    message: String,
    body: String,
}

/// The report as JUnit XML.
pub(crate) fn junit(report: &Report, context: &Context<'_>) -> String {
    let durations = Durations::of(report);
    let about = about(report, context);
    let mut suites = Vec::new();
    for (version, judged) in &report.versions {
        let entries = of_version(report, version, judged);
        for target in judged.targets.keys() {
            let of_target = entries.iter().filter(|entry| entry.target == *target);
            let mut properties = about.clone();
            properties.extend(about_version(version, judged, *target));
            let waivers = of_target.clone().filter_map(|entry| Some((entry.testcase, entry.waiver()?)));
            properties.extend(waivers.map(|(id, waiver)| property(&format!("waiver.{}", name(id)), &waiver)));
            suites.push(Suite {
                name: format!("{} {} {target}", name(&report.scope.name), name(version)),
                timestamp: timestamp(report),
                properties,
                cases: of_target.map(|entry| case(report, entry, &durations)).collect(),
            });
        }
    }
    suites.extend(suite_of_troubles(report, about));
    let name = format!("{} against {}", name(&report.subject), name(&report.scope.name));
    xml::write(&Suites { name, ms: durations.run_ms(), suites })
}

fn case(report: &Report, entry: &Entry<'_>, durations: &Durations<'_>) -> Case {
    let told = || Told {
        kind: entry.verdict.to_string(),
        message: short(&entry.headline(), LONGEST_MESSAGE),
        body: body(entry).join("\n"),
    };
    let outcome = match (entry.weight, entry.verdict) {
        (_, Verdict::Pass) => Outcome::Success,
        (Weight::Decides, Verdict::Fail) => Outcome::Failure(told()),
        (Weight::Decides, Verdict::Dnf | Verdict::Miss) => Outcome::Error(told()),
        (Weight::Advises | Weight::Waived, _) => {
            let mut lines = vec![line(&entry.headline())];
            lines.extend(body(entry));
            Outcome::Skipped(lines.join("\n"))
        }
    };
    let said = entry.result.map_or(&[][..], |result| &result.findings);
    Case {
        name: name(entry.testcase),
        class: class(&[&report.scope.name, entry.version, entry.target.word()]),
        ms: durations.ms(entry.result),
        output: if entry.verdict == Verdict::Pass { findings(said) } else { Vec::new() },
        outcome,
    }
}

/// What is known about a testcase that is not PASS, one thing a line.
fn body(entry: &Entry<'_>) -> Vec<String> {
    let mut lines: Vec<String> = entry.waiver().into_iter().collect();
    let Some(result) = entry.result else { return lines };
    lines.extend(findings(&result.findings));
    if !result.description.is_empty() {
        lines.push(format!("What is asked for: {}", short(&result.description, LONGEST_MESSAGE)));
    }
    lines.extend(result.url.as_deref().map(|url| format!("Where: {}", short(url, LONGEST_MESSAGE))));
    if let Some(attested) = &result.attested {
        lines.push(format!("Attested by {} at {}", short(&attested.by, LONGEST_MESSAGE), attested.at));
    }
    lines
}

/// What is wrong beyond testcases; nothing if nothing is.
fn suite_of_troubles(report: &Report, properties: Vec<(String, String)>) -> Option<Suite> {
    let class = class(&[&report.scope.name, "run"]);
    let cases = troubles(report).into_iter().map(|trouble| {
        let message = short(&trouble.text, LONGEST_MESSAGE);
        let told = Told { kind: trouble.what.to_owned(), message, body: line(&trouble.text) };
        let outcome = Outcome::Error(told);
        Case { name: trouble.what.to_owned(), class: class.clone(), ms: None, outcome, output: Vec::new() }
    });
    let cases: Vec<Case> = cases.collect();
    let name = format!("{} run", name(&report.scope.name));
    (!cases.is_empty()).then(|| Suite { name, timestamp: timestamp(report), properties, cases })
}

/// Dots separate packages: those inside of a part become underscores, so that `v5.1` is one of them.
fn class(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| name(part).replace('.', "_")).collect();
    parts.join(".")
}

/// ISO 8601 in UTC, without fractions and zone: the schemas of JUnit forbid both.
fn timestamp(report: &Report) -> String {
    Offset::UTC.to_datetime(report.run.started_at).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

fn about(report: &Report, context: &Context<'_>) -> Vec<(String, String)> {
    let run = &report.run;
    let tool = format!("{} {}", run.tool.name, run.tool.version);
    let (started, finished) = (run.started_at.to_string(), run.finished_at.to_string());
    let date = report.reference_date.to_string();
    let known = [
        ("subject", Some(report.subject.as_str())),
        ("subject.display_name", context.display_name),
        ("subject.operator", context.operator),
        ("subject.description", context.description),
        ("subject.health_monitor", context.health_monitor),
        ("scope", Some(report.scope.name.as_str())),
        ("scope.uuid", Some(report.scope.uuid.as_str())),
        ("scope.digest", Some(report.scope.digest.as_str())),
        ("scope.url", context.scope_url()),
        ("run", Some(run.id.as_str())),
        ("run.started_at", Some(started.as_str())),
        ("run.finished_at", Some(finished.as_str())),
        ("run.tool", Some(tool.as_str())),
        ("reference_date", Some(date.as_str())),
    ];
    known.into_iter().filter_map(|(key, value)| Some(property(key, value?))).collect()
}

fn about_version(version: &str, judged: &VersionResult, target: Target) -> Vec<(String, String)> {
    let verdict = judged.targets.get(&target).map_or(Verdict::Miss, |listed| listed.verdict);
    vec![
        property("version", version),
        property("version.state", judged.state.map_or("not shown", State::word)),
        property("version.verdict", judged.verdict.word()),
        property("target", target.word()),
        property("target.verdict", verdict.word()),
    ]
}

fn property(key: &str, value: &str) -> (String, String) {
    (format!("touchstone.{key}"), short(value, LONGEST_MESSAGE))
}

#[cfg(test)]
mod tests;
