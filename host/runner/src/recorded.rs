use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use regex::Regex;
use serde::de::DeserializeOwned;
use serde_json::Value;
use touchstone_capabilities::openstack::TapedAnswers;
use touchstone_report::{Selected, Tape as TapeRef};
use touchstone_scope::{Attestation, Attestations, Manifest, Selection};
use touchstone_tape::{CallResult, Did, How, Tape, TapeUnit, Unit};

use crate::admit::Refused;
use crate::job::{Evidence, Task};
use crate::told::{Closing, Opening};

/// A run that was recorded, as its tape has it.
#[derive(Clone)]
pub struct RecordedRun {
    file: String,
    pub(crate) tape: Arc<Tape>,
    answers: Arc<OnceLock<Arc<TapedAnswers>>>,
    pub(crate) opening: Opening,
    pub(crate) closing: Option<Closing>,
}

impl RecordedRun {
    /// Reads a tape.
    ///
    /// # Errors
    /// It is not a tape that a recorder wrote. One that was cut off is read up to there: see [`RecordedRun::damage`].
    pub fn open(file: &Path) -> Result<Self, Refused> {
        let name = file.display().to_string();
        let tape = Tape::open(file).map_err(|error| refused(&name, &error))?;
        Self::of(name, tape)
    }

    /// Looks at a tape that was read; `file` is for messages.
    ///
    /// # Errors
    /// What it says of its run is not what a recorder writes.
    pub fn of(file: String, tape: Tape) -> Result<Self, Refused> {
        let opening = part(&file, "header", &tape.header.report)?;
        if !is_time_of(tape.header.reference_time, &opening) {
            return Err(refused(
                &file,
                &"what checks saw as now is neither when the run began nor the date that it names",
            ));
        }
        let closing: Option<Closing> =
            tape.end.as_ref().map(|end| part(&file, "end", &end.report)).transpose()?;
        if let Some(closing) = &closing {
            let unit = |wrong: &dyn Fn(&TapeUnit) -> bool| tape.units.iter().position(wrong);
            if let Some(unit) = unit(&|unit| unit.end.is_none()) {
                return Err(refused(&file, &format!("the run has ended, and unit {unit} has not")));
            }
            let is_stopped = |unit: &TapeUnit| unit.end.as_ref().is_some_and(|end| end.how == How::Stopped);
            if let Some(unit) = unit(&is_stopped).filter(|_| !closing.interrupted) {
                return Err(refused(&file, &format!("unit {unit} was stopped, and the run was not")));
            }
        }
        let tape = Arc::new(tape);
        Ok(Self { file, tape, answers: Arc::default(), opening, closing })
    }

    /// What checks see that are not those of the run; looked up when it is first needed.
    pub(crate) fn answers(&self) -> Arc<TapedAnswers> {
        self.answers.get_or_init(|| Arc::new(TapedAnswers::of(self.tape.clone()))).clone()
    }

    /// The file, as messages name it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The tape.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// The subject's name.
    pub fn subject(&self) -> &str {
        &self.opening.subject
    }

    /// Name of the scope against which it was tested.
    pub fn scope(&self) -> &str {
        &self.opening.scope.name
    }

    /// SHA-256 of the manifest against which it was tested.
    pub fn scope_digest(&self) -> &str {
        &self.opening.scope.digest
    }

    /// When it was tested.
    pub fn started_at(&self) -> Timestamp {
        self.opening.started_at
    }

    /// The date that counted as today.
    pub fn reference_date(&self) -> Date {
        self.opening.reference_date
    }

    /// What is wrong with the tape, for people.
    pub fn damage(&self) -> Option<String> {
        self.tape.damage.as_ref().map(ToString::to_string)
    }

    /// What of the tape cannot be computed again, and might make a verdict milder than the subject's answers do: what hung on
    /// time, and what the host refused. In sentences.
    pub(crate) fn not_computed(&self) -> Vec<String> {
        let mut all = Vec::new();
        for unit in &self.tape.units {
            let check = self.name_of(&unit.unit);
            if unit.end.as_ref().is_some_and(|end| end.how != How::ByItself) {
                all.push(format!("{check} was cut short when it was run, which cannot be computed again"));
            }
            let refusals = unit.calls.iter().filter_map(|call| match &call.did {
                Did::UsedUp(failure) => Some(failure.kind.as_str()),
                Did::Call { result: CallResult::Error(failure), .. }
                | Did::Create { result: CallResult::Error(failure), .. }
                | Did::Probe { result: CallResult::Error(failure), .. } => Some(failure.kind.as_str()),
                _ => None,
            });
            let of_host = ["denied", "invalid-request", "exhausted", "too-large", "cancelled"];
            if let Some(kind) = refusals.into_iter().find(|kind| of_host.contains(kind)) {
                all.push(format!(
                    "the host refused something that {check} asked for ({kind}), which is not computed again"
                ));
            }
        }
        all
    }

    /// How the report of the run names the tape.
    pub fn reference(&self) -> TapeRef {
        TapeRef { sha256: self.tape.digest(), bytes: self.tape.bytes }
    }

    /// How people are told of the check of a unit: its identifier, and its version where the run had others, too.
    pub(crate) fn name_of(&self, unit: &Unit) -> String {
        let is_other =
            |other: &TapeUnit| other.unit.check == unit.check && other.unit.version != unit.version;
        match self.tape.units.iter().any(is_other) {
            true => format!("{} {}", unit.check, unit.version),
            false => unit.check.clone(),
        }
    }

    /// What the run was narrowed to, as a selection; nothing but the date, if it was another scope.
    ///
    /// # Errors
    /// What the tape says was selected cannot be.
    pub fn selection(&self, manifest: &Manifest) -> Result<Selection, Refused> {
        let date = self.opening.reference_date;
        if manifest.digest().to_string() != self.opening.scope.digest {
            return Ok(Selection::on(date));
        }
        selection_of(self.opening.selected.as_ref(), date).map_err(|problem| refused(&self.file, &problem))
    }

    /// The task of the run, or another one with the same inputs: another scope, another selection.
    ///
    /// # Errors
    /// Nothing can be planned for the selection, or an attestation on the tape is none.
    pub fn task(
        &self,
        manifest: Arc<Manifest>,
        manifest_file: String,
        selection: Selection,
    ) -> Result<Task, Refused> {
        let task = Task::new(manifest, manifest_file, selection, &self.opening.cloud);
        let task = task.map_err(|error| Refused { problems: vec![error.to_string()] })?;
        // No more than the scope knows, whatever the tape has.
        let known: BTreeSet<&str> = task
            .manifest
            .checks()
            .iter()
            .flat_map(|check| check.evidence.keys())
            .map(String::as_str)
            .collect();
        let evidence = |(name, evidence): (&String, &touchstone_tape::Evidence)| {
            let bytes = self.tape.body(Some(evidence.body));
            let written_at = evidence.written_at.and_then(|second| Timestamp::from_second(second).ok());
            known
                .contains(name.as_str())
                .then(|| (name.clone(), Evidence { file: evidence.file.clone(), written_at, bytes }))
        };
        let evidence = self.tape.header.evidence.iter().filter_map(evidence).collect();
        let attestations: BTreeSet<u32> =
            self.tape.header.attestations.iter().map(|attestation| attestation.body).collect();
        let attestations = attestations.into_iter().map(|body| {
            let name = format!("{}: attestation", self.file);
            Attestation::parse(&name, &self.tape.body(Some(body)))
        });
        let attestations: Result<Vec<_>, _> = attestations.collect();
        let attestations = attestations.map_err(|error| Refused { problems: vec![error.to_string()] })?;
        Ok(Task {
            subject: self.opening.subject.clone(),
            evidence,
            attestations: Attestations::new(attestations),
            ..task
        })
    }
}

/// Whether checks saw as now what a run of that date shows them: its beginning, or the beginning of another day that was asked
/// for. A run that was asked for just before midnight may begin just after.
fn is_time_of(reference_time: i64, opening: &Opening) -> bool {
    let day = Offset::UTC.to_datetime(opening.started_at).date();
    let date = opening.reference_date;
    let is_today = date == day || date.tomorrow().is_ok_and(|next| next == day);
    let midnight = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).map(Timestamp::as_second);
    (is_today && reference_time == opening.started_at.as_second())
        || midnight.is_ok_and(|midnight| midnight == reference_time)
}

/// What a report says was selected, as a selection.
pub(crate) fn selection_of(selected: Option<&Selected>, date: Date) -> Result<Selection, String> {
    let Some(selected) = selected else { return Ok(Selection::on(date)) };
    let tests = selected.tests.as_deref().map(Regex::new).transpose().map_err(|error| error.to_string())?;
    let sections = (!selected.sections.is_empty()).then(|| selected.sections.iter().copied().collect());
    let parameters = selected.parameters.clone();
    Ok(Selection { version: selected.version.clone(), date, tests, sections, parameters })
}

fn part<T: DeserializeOwned>(file: &str, what: &str, value: &Value) -> Result<T, Refused> {
    T::deserialize(value)
        .map_err(|error| refused(file, &format!("its {what} does not say what a report needs: {error}")))
}

fn refused(file: &str, problem: &dyn std::fmt::Display) -> Refused {
    Refused { problems: vec![format!("{file}: {problem}")] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_when_the_run_began_or_the_day_that_was_asked_for() {
        let opening = |date: &str| Opening {
            reference_date: date.parse().expect("a date"),
            started_at: "2026-11-27T00:00:01Z".parse().expect("a time"),
            ..serde_json::from_value(serde_json::json!({
                "run": "r", "started_at": "2026-11-27T00:00:01Z", "tool": {"name": "t", "version": "1"},
                "subject": "s", "cloud": "c", "scope": {"uuid": "u", "name": "n", "digest": "d"},
                "reference_date": date, "preflight": {"reachable": true},
            }))
            .expect("it is whole")
        };
        let seconds = |time: &str| time.parse::<Timestamp>().expect("a time").as_second();
        let began = seconds("2026-11-27T00:00:01Z");
        for (date, now) in
            [("2026-11-27", began), ("2026-11-26", began), ("2025-01-01", seconds("2025-01-01T00:00:00Z"))]
        {
            assert!(is_time_of(now, &opening(date)), "{date}");
        }
        for (date, now) in [
            ("2026-11-27", began + 1),
            ("2026-11-27", seconds("2020-01-01T00:00:00Z")),
            ("2025-01-01", began),
            ("2026-11-28", began),
        ] {
            assert!(!is_time_of(now, &opening(date)), "{date}");
        }
    }
}
