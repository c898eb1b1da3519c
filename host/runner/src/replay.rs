//! Judging a recorded run again, without its subject.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::Offset;
use serde::Deserialize as _;
use tokio::task::JoinSet;
use touchstone_capabilities::openstack::ledger::{self, Header, Journal, Ledger};
use touchstone_capabilities::openstack::{
    Capabilities, Gaps, Granted, Identity, Openstack, TapedSubject, Verbatim,
};
use touchstone_report::{Replay, Report};
use touchstone_runtime::{Assignment, End, Limits, PreparedCheck};
use touchstone_scope::{Unit, Verdict};
use touchstone_tape::{self as tape, How, TapeUnit};

use crate::admit::{AdmittedUnit, Refused, admit};
use crate::alike::most_alike;
use crate::checks::{assignment, limits_on_tape, on_tape};
use crate::compose::{Ending, Ran, compose};
use crate::job::Task;
use crate::limits::{Ceiling, limits};
use crate::listen::{Named, Noted, Notes, Outcome, Replayed};
use crate::recorded::RecordedRun;
use crate::run::{Begun, Runner};
use crate::told::{Closing, Told};

/// A check that ended by itself when it was recorded may take twice its limit, or twice this, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(120);
const SLACK: Duration = Duration::from_secs(2);

impl Runner {
    /// Judges a task by what the checks of a recorded run saw. The same task gives the same report, byte for byte: no clock
    /// is read, and nothing is sent. Checks that were not part of the run as they are see what the subject answered to
    /// others; what the tape does not hold makes their testcases DNF.
    ///
    /// # Errors
    /// Something that the task needs was refused.
    pub async fn replay(&self, run: &RecordedRun, task: &Task) -> Result<Report, Refused> {
        self.library.fetch(task).await?;
        let admitted = admit(task, &self.library)?;
        let prepared = self.library.prepare(&admitted).await?;
        let reference_time = reference_time(run, task)?;
        let mut units = JoinSet::new();
        let (mut other_checks, mut other_components) = (BTreeSet::new(), BTreeSet::new());
        if run.opening.preflight.reachable {
            for (number, (unit, admitted)) in task.plan.units.iter().zip(&admitted.units).enumerate() {
                let recorded = same_unit(run, unit, admitted, reference_time);
                if recorded.is_none() {
                    other_checks.insert(unit.check.clone());
                    if task.plan.has_versions(&unit.check) {
                        other_components.insert(admitted.digest.to_string());
                    }
                }
                let like = recorded.or_else(|| most_alike(run, unit, admitted));
                let prepared = prepared[&admitted.digest].clone();
                let take = match recorded {
                    Some(place) => Take::verbatim(run, place, unit, admitted, task, prepared),
                    None => Take::other(run, like, unit, admitted, task, prepared),
                };
                let prefix = like.and_then(|place| run.tape.units[place].unit.prefix.as_ref());
                let take = take.at(reference_time, prefix.unwrap_or(&run.tape.header.prefix));
                let redacted = run.tape.header.redacted.is_some();
                units.spawn(async move { (number, take.play(redacted).await) });
            }
        }
        let mut ran = vec![Ran::default(); units.len()];
        while let Some(played) = units.join_next().await {
            match played {
                Ok((number, one)) => ran[number] = one,
                Err(error) => tracing::error!(%error, "the host failed while it replayed a check"),
            }
        }
        let opening = &run.opening;
        let digest = task.manifest.digest().to_string();
        let replay = Replay {
            recorded_scope: (opening.scope.digest != digest).then(|| opening.scope.digest.clone()),
            other_checks: other_checks.into_iter().collect(),
            other_components: other_components.into_iter().collect(),
            damage: run.damage(),
            redacted: run.tape.header.redacted.as_ref().map(|redacted| redacted.original.clone()),
        };
        let not_finished = Closing { finished_at: opening.started_at, interrupted: false, stopped: None };
        let ending = Ending {
            preflight: opening.preflight.clone(),
            ran,
            closing: run.closing.clone().unwrap_or(not_finished),
            tape: Some(Ok(run.reference())),
            replay: (replay != Replay::default()).then_some(replay),
        };
        let begun = Begun { id: opening.run.clone(), at: opening.started_at, tool: opening.tool.clone() };
        Ok(compose(task, &admitted, &begun, ending))
    }
}

/// What checks are to see as now: what they saw then, unless another day was selected.
fn reference_time(run: &RecordedRun, task: &Task) -> Result<i64, Refused> {
    let date = task.selection.date;
    if date == run.opening.reference_date {
        return Ok(run.tape.header.reference_time);
    }
    let midnight = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0));
    midnight.map(|time| time.as_second()).map_err(|error| Refused { problems: vec![error.to_string()] })
}

/// The place on the tape of the very same unit: same code, same inputs, same grants. It asks for the same again.
fn same_unit(run: &RecordedRun, unit: &Unit, admitted: &AdmittedUnit, reference_time: i64) -> Option<usize> {
    if run.tape.header.reference_time != reference_time {
        return None;
    }
    let wanted = on_tape(0, unit, admitted, &Limits::default());
    let is_same = |recorded: &TapeUnit| {
        let recorded = &recorded.unit;
        let of_run = wanted.clone();
        let prefix = recorded.prefix.clone();
        tape::Unit { unit: recorded.unit, limits: recorded.limits, prefix, ..of_run } == *recorded
    };
    run.tape.units.iter().position(is_same)
}

/// The checks that were run with less than the scope lets them have, so that a verdict might be milder.
pub(crate) fn with_less(run: &RecordedRun, task: &Task) -> Vec<String> {
    let less = |recorded: &&TapeUnit| {
        let recorded = &recorded.unit;
        let of_check = || task.plan.units.iter().filter(|unit| unit.check == recorded.check);
        // What another version may have says nothing, unless it takes the place of this one.
        let is_there = of_check().any(|unit| unit.version == recorded.version);
        of_check().filter(|unit| !is_there || unit.version == recorded.version).any(|unit| {
            let (limits, _) = limits(&unit.limits, &Ceiling::default());
            let (had, may) = (recorded.limits, limits_on_tape(&limits));
            had.wall_ms < may.wall_ms
                || had.memory_bytes < may.memory_bytes
                || had.findings < may.findings
                || had.outcomes < may.outcomes
                || had.log_bytes < may.log_bytes
                || had.call_bytes < may.call_bytes
                || had.handles < may.handles
        })
    };
    let checks = run.tape.units.iter().filter(less).map(|unit| run.name_of(&unit.unit));
    checks.collect()
}

/// One instance that is replayed.
struct Take {
    prepared: PreparedCheck,
    assignment: Assignment,
    notes: Arc<Notes>,
    gaps: Gaps,
    kind: Kind,
}

enum Kind {
    /// The very same unit, and how it ended, if the tape goes so far.
    Verbatim(Option<tape::UnitEnd>),
    Other {
        check: Named,
        granted: Arc<Granted>,
    },
}

impl Take {
    fn verbatim(
        run: &RecordedRun,
        place: usize,
        unit: &Unit,
        admitted: &AdmittedUnit,
        task: &Task,
        prepared: PreparedCheck,
    ) -> Self {
        let gaps = Gaps::none();
        let TapeUnit { unit: recorded, end, .. } = &run.tape.units[place];
        let cut_short = end.as_ref().filter(|end| end.how != How::ByItself);
        let replayed = Replayed { gaps: gaps.clone(), most_said: cut_short.map(|end| end.said) };
        let notes = Notes::replayed(Named::of(unit, &task.plan), &unit.testcases, replayed);
        let limits = limits_of(&recorded.limits, cut_short.is_some());
        let openstack = Verbatim::new(run.tape.clone(), place, gaps.clone());
        let assignment = Assignment {
            openstack: Arc::new(openstack),
            ..assignment(unit, admitted, task, limits, notes.clone())
        };
        Take { prepared, assignment, notes, gaps, kind: Kind::Verbatim(end.clone()) }
    }

    fn other(
        run: &RecordedRun,
        like: Option<usize>,
        unit: &Unit,
        admitted: &AdmittedUnit,
        task: &Task,
        prepared: PreparedCheck,
    ) -> Self {
        let gaps = Gaps::none();
        let replayed = Replayed { gaps: gaps.clone(), most_said: None };
        let check = Named::of(unit, &task.plan);
        let notes = Notes::replayed(check.clone(), &unit.testcases, replayed);
        let (limits, call_limits) = limits(&unit.limits, &Ceiling::default());
        let shared: Arc<dyn Openstack> = Arc::new(TapedSubject::shared(run.answers(), gaps.clone()));
        let in_order = Arc::new(TapedSubject::in_order(run.answers(), like, gaps.clone()));
        let direct: Arc<dyn Openstack> = in_order.clone();
        let journal = journal(run, &direct.identity());
        let ledger = Ledger::new(direct.clone(), journal, &check.name);
        let granted = Granted::new(shared, unit.grants.clone(), call_limits);
        let granted = Arc::new(granted.creating(direct, ledger).without_pauses(move |ms| in_order.waits(ms)));
        let assignment = Assignment {
            openstack: granted.clone() as Arc<dyn Capabilities>,
            ..assignment(
                unit,
                admitted,
                task,
                Limits { wall: limits.wall.max(PATIENCE), ..limits },
                notes.clone(),
            )
        };
        let kind = Kind::Other { check, granted };
        Take { prepared, assignment, notes, gaps, kind }
    }

    fn at(self, reference_time: i64, prefix: &str) -> Self {
        let assignment = Assignment { reference_time, prefix: prefix.to_owned(), ..self.assignment };
        Take { assignment, ..self }
    }

    async fn play(self, redacted: bool) -> Ran {
        let Take { prepared, assignment, notes, gaps, kind } = self;
        let then = match &kind {
            Kind::Verbatim(Some(end)) if redacted => Some(end.verdicts.clone()),
            _ => None,
        };
        let ended = tokio::select! {
            ended = prepared.run(assignment) => Some(ended),
            () = gaps.over() => None,
        };
        let how = ended.as_ref().map(|ended| ended.how.clone());
        let (how, told) = match kind {
            Kind::Verbatim(Some(end)) => {
                let how = match end.how {
                    How::ByItself => how,
                    How::TimedOut if matches!(how, Some(End::NotCompiled(_))) => how,
                    How::TimedOut => Some(End::TimedOut),
                    How::Stopped => None,
                };
                // Taken as it is: usage, denials and what was left cannot be computed again.
                (how, Told::deserialize(&end.report).unwrap_or_default())
            }
            Kind::Verbatim(None) => {
                let cut_off =
                    || End::Failed("not on tape: the tape was cut off before the check had ended".into());
                (Some(how.unwrap_or_else(cut_off)), Told::default())
            }
            Kind::Other { check, granted } => {
                let nothing = ledger::Ephemeral::default();
                let mut told = Told::of(&check, ended.as_ref(), granted.usage(), &granted.audit(), nothing);
                // It would be another one each time.
                told.usage.wall_ms = 0;
                (how, told)
            }
        };
        let how = match gaps.first() {
            Some(gap) => Some(End::Failed(gap)),
            None => how,
        };
        let mut noted = notes.noted();
        if let Some(then) = &then {
            hold_to(&mut noted, then);
        }
        Ran { noted, how, told }
    }
}

/// What was taken out of a tape must not make a verdict another one: where it does, nothing is known.
fn hold_to(noted: &mut Noted, then: &BTreeMap<String, String>) {
    for (testcase, then) in then {
        let now = noted.outcomes.get(testcase).map(|outcome| outcome.verdict);
        // What was not said then is MISS or DNF; it may stay so.
        let is_same = match now {
            Some(now) => now.to_string() == *then,
            None => ["MISS", "DNF"].contains(&then.as_str()),
        };
        if !is_same {
            let reason = "what the verdict rests on was taken out of the tape".to_owned();
            noted.outcomes.insert(testcase.clone(), Outcome { verdict: Verdict::Dnf, reason });
            noted.findings.remove(testcase);
        }
    }
}

/// A journal that is written nowhere: nothing is created.
fn journal(run: &RecordedRun, identity: &Identity) -> Arc<Journal> {
    let opening = &run.opening;
    let prefix = &run.tape.header.prefix;
    let header = Header::new(opening.run.clone(), &opening.cloud, "", identity, prefix, opening.started_at);
    Journal::unwritten(header)
}

/// The limits of a recorded instance, as far as any run may have them.
fn limits_of(recorded: &tape::Limits, cut_short: bool) -> Limits {
    let small = |value: u64, most: usize| usize::try_from(value).unwrap_or(usize::MAX).min(most);
    let (most, defaults) = (Ceiling::default(), Limits::default());
    let wall = Duration::from_millis(recorded.wall_ms).min(most.wall);
    Limits {
        // On a slower machine it takes longer; where it was cut short, it is ended by what it had said and asked for.
        wall: if cut_short { wall * 2 + SLACK } else { wall.max(PATIENCE) * 2 },
        memory_bytes: small(recorded.memory_bytes, usize::try_from(most.memory_bytes).unwrap_or(usize::MAX)),
        findings: small(recorded.findings, usize::try_from(most.findings).unwrap_or(usize::MAX)),
        outcomes: small(recorded.outcomes, defaults.outcomes),
        log_bytes: small(recorded.log_bytes, usize::try_from(most.log_bytes).unwrap_or(usize::MAX)),
        call_bytes: small(recorded.call_bytes, defaults.call_bytes),
        handles: small(recorded.handles, defaults.handles),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_out_makes_no_verdict_another_one() {
        let then = [("was-fail", "FAIL"), ("is-pass", "PASS"), ("was-silent", "MISS"), ("is-silent", "PASS")];
        let then = then.map(|(testcase, verdict)| (testcase.to_owned(), verdict.to_owned())).into();
        let mut noted = Noted::default();
        for testcase in ["was-fail", "is-pass", "was-silent"] {
            let outcome = Outcome { verdict: Verdict::Pass, reason: String::new() };
            noted.outcomes.insert(testcase.to_owned(), outcome);
        }
        hold_to(&mut noted, &then);
        let verdicts: Vec<_> =
            noted.outcomes.iter().map(|(id, outcome)| (id.as_str(), outcome.verdict)).collect();
        let expected = [
            ("is-pass", Verdict::Pass),
            ("is-silent", Verdict::Dnf),
            ("was-fail", Verdict::Dnf),
            ("was-silent", Verdict::Dnf),
        ];
        assert_eq!(verdicts, expected);
    }
}
