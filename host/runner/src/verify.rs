//! Whether a report is what comes of a tape, a scope and its components.

use serde_json::Value;
use touchstone_report::Report;
use touchstone_scope::Selection;

use crate::admit::Refused;
use crate::job::Task;
use crate::recorded::{RecordedRun, selection_of};
use crate::replay::with_less;
use crate::run::Runner;

/// So many differences are told.
const TOLD: usize = 20;

/// Which part of what was handed in does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The report.
    Report,
    /// The tape.
    Tape,
    /// The scope manifest.
    Scope,
    /// A component, or an asset.
    Component,
    /// The report is right, but does not speak of everything.
    Completeness,
    /// A signature.
    Signature,
}

impl Part {
    /// A word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Tape => "tape",
            Self::Scope => "scope",
            Self::Component => "component",
            Self::Completeness => "completeness",
            Self::Signature => "signature",
        }
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// What does not hold.
    pub part: Part,
    /// Exactly what, for people.
    pub problem: String,
}

impl Flaw {
    /// A flaw.
    pub fn new(part: Part, problem: impl Into<String>) -> Self {
        Self { part, problem: problem.into() }
    }
}

/// Which selection a report speaks of, in the scope that it names.
///
/// # Errors
/// It names none that can be.
pub fn selection_of_report(report: &Report) -> Result<Selection, Flaw> {
    selection_of(report.run.selected.as_ref(), report.reference_date)
        .map_err(|problem| Flaw::new(Part::Report, format!("run.selected.tests: {problem}")))
}

/// What a report does not speak of, although its scope asks for it.
///
/// What its tape cannot prove is told by [`Runner::recompute`].
pub fn incompleteness(report: &Report) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut lacks = |problem: String| flaws.push(Flaw::new(Part::Completeness, problem));
    match &report.preflight {
        Some(preflight) if preflight.reachable => {}
        _ => lacks("no check was started: the subject could not be used".into()),
    }
    if report.run.interrupted {
        lacks("the run was interrupted".into());
    }
    if let Some(selected) = &report.run.selected {
        if let Some(tests) = &selected.tests {
            lacks(format!("the run was narrowed to testcases that match `{tests}` (--tests)"));
        }
        if !selected.sections.is_empty() {
            let sections: Vec<_> = selected.sections.iter().map(ToString::to_string).collect();
            lacks(format!("the run was narrowed to the sections {} (--sections)", sections.join(", ")));
        }
        for name in selected.parameters.keys() {
            lacks(format!("the parameter `{name}` was given another value than the scope's (--param)"));
        }
    }
    if let Some(replay) = report.replay.as_ref().filter(|replay| replay.redacted.is_some())
        && !replay.other_checks.is_empty()
    {
        let checks = report.other_checks().join(", ");
        lacks(format!(
            "something was taken out of the tape, and what these checks would have made of it cannot be known: {checks}"
        ));
    }
    if let Some(damage) = report.replay.as_ref().and_then(|replay| replay.damage.as_ref()) {
        lacks(damage.clone());
    }
    flaws
}

impl Runner {
    /// Computes a report again from its tape, and compares it with `text`, byte for byte. What is compared before (digests)
    /// is the caller's to do.
    ///
    /// # Errors
    /// Everything that does not hold.
    pub async fn recompute(&self, text: &str, run: &RecordedRun, task: &Task) -> Result<Report, Vec<Flaw>> {
        let refused = |refused: Refused| {
            refused
                .problems
                .into_iter()
                .map(|problem| Flaw::new(Part::Component, problem))
                .collect::<Vec<_>>()
        };
        let report = self.replay(run, task).await.map_err(refused)?;
        let recomputed = touchstone_report::json(&report);
        let less = with_less(run, task).into_iter();
        let less =
            less.map(|check| format!("{check} was run with lower limits than the scope's (--ceiling)"));
        let unproved: Vec<Flaw> =
            less.chain(run.not_computed()).map(|problem| Flaw::new(Part::Completeness, problem)).collect();
        match recomputed == text {
            true if unproved.is_empty() => return Ok(report),
            true => return Err(unproved),
            false => {}
        }
        let parsed =
            (touchstone_json::from_str::<Value>(text), touchstone_json::from_str::<Value>(&recomputed));
        let mut differences = Vec::new();
        if let (Ok(claimed), Ok(recomputed)) = &parsed {
            compare("", claimed, recomputed, &mut differences);
        }
        if differences.is_empty() {
            differences.push(format!(
                "line {} is not written as touchstone writes it",
                1 + text
                    .lines()
                    .zip(recomputed.lines())
                    .take_while(|(claimed, other)| claimed == other)
                    .count()
            ));
        }
        let more = differences.len().saturating_sub(TOLD);
        differences.truncate(TOLD);
        if more > 0 {
            differences.push(format!("and {more} more differences"));
        }
        Err(differences.into_iter().map(|difference| Flaw::new(Part::Report, difference)).collect())
    }
}

/// Where two JSON values differ, each place once.
fn compare(place: &str, claimed: &Value, recomputed: &Value, differences: &mut Vec<String>) {
    match (claimed, recomputed) {
        (Value::Object(claimed), Value::Object(recomputed)) => {
            for (name, value) in claimed {
                let place = join(place, name);
                match recomputed.get(name) {
                    Some(other) => compare(&place, value, other, differences),
                    None => {
                        differences.push(format!("{place}: the report has it, the recomputed one does not"))
                    }
                }
            }
            for name in recomputed.keys().filter(|name| !claimed.contains_key(*name)) {
                let place = join(place, name);
                let what = short(&recomputed[name]);
                differences.push(format!("{place}: it is missing from the report; recomputed: {what}"));
            }
        }
        (Value::Array(claimed), Value::Array(recomputed)) if claimed.len() == recomputed.len() => {
            for (i, (claimed, recomputed)) in claimed.iter().zip(recomputed).enumerate() {
                compare(&join(place, &i.to_string()), claimed, recomputed, differences);
            }
        }
        _ if claimed == recomputed => {}
        _ => differences.push(format!(
            "{place}: the report says {}, recomputed: {}",
            short(claimed),
            short(recomputed)
        )),
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place} › {name}") }
}

fn short(value: &Value) -> String {
    touchstone_report::cut(&touchstone_report::printable(&value.to_string()), 120)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_difference_is_told_with_its_place() {
        let claimed = json!({"a": {"verdict": "PASS", "extra": 1}, "list": [1, 2], "same": null});
        let recomputed = json!({"a": {"verdict": "FAIL"}, "list": [1], "same": null, "gone": true});
        let mut differences = Vec::new();
        compare("", &claimed, &recomputed, &mut differences);
        assert_eq!(
            differences,
            [
                "a › extra: the report has it, the recomputed one does not",
                "a › verdict: the report says \"PASS\", recomputed: \"FAIL\"",
                "list: the report says [1,2], recomputed: [1]",
                "gone: it is missing from the report; recomputed: true",
            ]
        );
    }
}
