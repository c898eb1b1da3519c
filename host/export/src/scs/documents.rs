//! What the monitor reads, as it reads it.

use std::collections::BTreeMap;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use touchstone_report::Report;
use touchstone_scope::{Section, Verdict};

use super::ScsContext;
use super::results::Told;
use super::texts::{lines, shown, word};

/// One document. The order of the fields is that of the test suite of SCS.
#[derive(Debug, Serialize)]
pub(super) struct Document<'r> {
    spec: Spec<'r>,
    /// In UTC. The column of the monitor's database knows no zone, and takes the time as it is written.
    checked_at: String,
    reference_date: String,
    subject: &'r str,
    run: Run,
}

#[derive(Debug, Serialize)]
struct Spec<'r> {
    uuid: &'r str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'r str>,
}

#[derive(Debug, Serialize)]
struct Run {
    uuid: String,
    argv: Vec<String>,
    assignment: BTreeMap<String, String>,
    sections: Option<Vec<Section>>,
    forced_version: Option<String>,
    forced_tests: Option<String>,
    invocations: BTreeMap<String, Invocation>,
}

/// What one check found out.
#[derive(Debug, Default, Serialize)]
struct Invocation {
    id: String,
    cmd: String,
    results: BTreeMap<String, i8>,
    rc: u8,
    stdout: Vec<String>,
    stderr: Vec<String>,
    /// How many lines begin with that word.
    info: usize,
    warning: usize,
    error: usize,
    critical: usize,
}

/// The documents for what is to be told, that of the run first if there is one, then the oldest.
pub(super) fn documents<'r>(
    report: &'r Report,
    context: &ScsContext<'r>,
    told: &[Told<'_>],
) -> Vec<Document<'r>> {
    let mut by_date: BTreeMap<Timestamp, Vec<&Told<'_>>> = BTreeMap::new();
    for one in told {
        by_date.entry(one.at).or_default().push(one);
    }
    let of_run = by_date.remove(&report.run.started_at);
    let of_run = of_run.map(|told| (report.run.started_at, report.run.id.clone(), told));
    let others = by_date.into_iter().map(|(at, told)| (at, identifier(&report.run.id, at), told));
    let all = of_run.into_iter().chain(others);
    all.map(|(at, uuid, told)| document(report, context, at, uuid, &told)).collect()
}

fn document<'r>(
    report: &'r Report,
    context: &ScsContext<'r>,
    at: Timestamp,
    uuid: String,
    told: &[&Told<'_>],
) -> Document<'r> {
    let selected = report.run.selected.clone().unwrap_or_default();
    let mut invocations: BTreeMap<String, Invocation> = BTreeMap::new();
    for one in told {
        let (id, cmd) = check(report, one);
        let invocation =
            invocations.entry(id.clone()).or_insert_with(|| Invocation { id, cmd, ..Invocation::default() });
        invocation.add(one);
    }
    let parameters = selected.parameters.iter();
    Document {
        spec: Spec { uuid: &report.scope.uuid, name: shown(&report.scope.name), url: context.scope_url },
        checked_at: written(at),
        reference_date: report.reference_date.to_string(),
        subject: context.subject.unwrap_or(&report.subject),
        run: Run {
            uuid,
            argv: vec![format!("{} {}", shown(&report.run.tool.name), shown(&report.run.tool.version))],
            assignment: parameters.map(|(name, value)| (shown(name), shown(value))).collect(),
            sections: (!selected.sections.is_empty()).then_some(selected.sections),
            forced_version: None,
            forced_tests: selected.tests.as_deref().map(shown),
            invocations,
        },
    }
}

impl Invocation {
    fn add(&mut self, told: &Told<'_>) {
        let value = match told.result.verdict {
            Verdict::Pass => 1,
            Verdict::Dnf | Verdict::Miss => 0,
            Verdict::Fail => -1,
        };
        self.results.insert(told.testcase.to_owned(), value);
        self.rc = self.rc.max(u8::from(value != 1));
        self.stdout.push(format!("{}: {}", shown(told.testcase), word(told.result.verdict)));
        self.stderr.extend(lines(told));
        let count = |word: &str| self.stderr.iter().filter(|line| line.starts_with(word)).count();
        (self.warning, self.error) = (count("WARNING:"), count("ERROR:"));
    }
}

/// Who found a result out: an identifier, and what people read.
fn check(report: &Report, told: &Told<'_>) -> (String, String) {
    if told.result.attested.is_some() {
        return ("attested".into(), "people".into());
    }
    let digest = told.result.component.as_deref();
    let Some((digest, component)) = digest.and_then(|digest| Some((digest, report.components.get(digest)?)))
    else {
        return ("not-run".into(), "nothing: the check was not run".into());
    };
    let id: String =
        component.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let short: String = digest.trim_start_matches("sha256:").chars().take(12).collect();
    let (name, version) = (shown(&component.name), shown(&component.version));
    (format!("{id}-{short}"), format!("{name} {version}, {}", shown(digest)))
}

/// What follows from a run and a time, in the form of a UUID (version 8, RFC 9562, section 5.8).
fn identifier(run: &str, at: Timestamp) -> String {
    let hash = Sha256::digest(format!("touchstone: attested\n{run}\n{at}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// Python and PostgreSQL know no nanoseconds.
fn written(at: Timestamp) -> String {
    let micros = TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Trunc);
    at.round(micros).unwrap_or(at).to_string()
}
