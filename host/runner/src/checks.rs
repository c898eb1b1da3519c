//! The instances of checks of a run.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;
use touchstone_capabilities::openstack::ledger::{self, Journal, Ledger, LedgerEvent, UndoOptions};
use touchstone_capabilities::openstack::{Capabilities, Granted, Openstack, Recording};
use touchstone_runtime::{Assignment, End, Ended, Limits, PreparedCheck};
use touchstone_scope::{Plan, Unit};
use touchstone_store::Digest;
use touchstone_tape::{self as tape, Recorder, Track};

use crate::admit::{Admitted, AdmittedUnit};
use crate::compose::{Ran, asset_digests};
use crate::event::{Event, Thing};
use crate::job::{Job, Task};
use crate::limits::limits;
use crate::listen::{Named, Notes};
use crate::run::{Events, problem_of};
use crate::told::Told;

/// What all checks of a run have in common.
pub(crate) struct Common<'j> {
    pub(crate) job: &'j Job,
    /// The subject, with answers shared by all checks.
    pub(crate) shared: Arc<dyn Openstack>,
    /// The subject itself.
    pub(crate) direct: Arc<dyn Openstack>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) prefix: String,
    pub(crate) now: Timestamp,
    pub(crate) events: Events,
    /// Writes the tape, if there is to be one.
    pub(crate) recorder: Option<&'j Recorder>,
}

/// A check that was started; what it says and how it ends can be seen here.
#[derive(Clone)]
pub(crate) struct Running {
    check: Named,
    notes: Arc<Notes>,
    granted: Arc<Granted>,
    ended: Arc<OnceLock<Ended>>,
    ephemeral: Arc<OnceLock<ledger::Ephemeral>>,
}

impl Running {
    pub(crate) fn ran(self) -> Ran {
        let ended = self.ended.get();
        let ephemeral = self.ephemeral.get().cloned().unwrap_or_default();
        Ran {
            noted: self.notes.noted(),
            how: ended.map(|ended| ended.how.clone()),
            told: Told::of(&self.check, ended, self.granted.usage(), &self.granted.audit(), ephemeral),
        }
    }
}

/// Starts an instance for each unit. The future is ready when all have ended and what they created is removed. When
/// `stopped` says so, they are ended at once.
pub(crate) fn start(
    common: &Common<'_>,
    admitted: &Admitted,
    prepared: &BTreeMap<Digest, PreparedCheck>,
    stopped: &watch::Receiver<bool>,
) -> (impl Future<Output = ()> + use<>, Vec<Running>) {
    let mut tasks = JoinSet::new();
    let mut running = Vec::new();
    let task = &common.job.task;
    for (number, (unit, admitted)) in task.plan.units.iter().zip(&admitted.units).enumerate() {
        let (limits, call_limits) = limits(&unit.limits, &common.job.ceiling);
        let check = Named::of(unit, &task.plan);
        let prefix = prefix_of(number, &task.plan, &common.prefix);
        let notes = Notes::new(check.clone(), &unit.testcases, common.events.clone());
        let teller = Teller { check: check.clone(), events: common.events.clone() };
        let told = teller.clone();
        let (direct, journal) = (common.direct.clone(), common.journal.clone());
        let ledger = Ledger::telling(direct, journal, &check.name, move |event| told.tell(event));
        let granted = Granted::new(common.shared.clone(), unit.grants.clone(), call_limits);
        let granted = Arc::new(granted.creating(common.direct.clone(), ledger.clone()));
        let own_prefix = (prefix != common.prefix).then(|| prefix.clone());
        let recorded = || tape::Unit { prefix: own_prefix, ..on_tape(number, unit, admitted, &limits) };
        let track = common.recorder.map(|recorder| recorder.unit(recorded()));
        let openstack: Arc<dyn Capabilities> = match &track {
            Some(track) => Arc::new(Recording::new(granted.clone(), track.clone())),
            None => granted.clone(),
        };
        let assignment = Assignment {
            openstack,
            reference_time: common.now.as_second(),
            prefix,
            ..assignment(unit, admitted, task, limits, notes.clone())
        };
        let check = Running { check, notes, granted, ended: Arc::default(), ephemeral: Arc::default() };
        let instance = Instance {
            teller,
            prepared: prepared[&admitted.digest].clone(),
            ledger,
            stopped: stopped.clone(),
            track,
            testcases: unit.testcases.iter().cloned().collect(),
            running: check.clone(),
        };
        tasks.spawn(instance.run(assignment));
        running.push(check);
    }
    let all = async move {
        while let Some(result) = tasks.join_next().await {
            if let Err(error) = result {
                tracing::error!(%error, "the host failed while it ran a check");
            }
        }
    };
    (all, running)
}

/// What the names of all that a unit creates begin with. Where a check runs more than once (in several versions, or with
/// several sets of inputs), no two units give the same name: a subject may refuse that, or the one be taken for the other.
fn prefix_of(number: usize, plan: &Plan, prefix: &str) -> String {
    let check = &plan.units[number].check;
    match plan.units.iter().filter(|unit| unit.check == *check).count() {
        1 => prefix.to_owned(),
        _ => format!("{prefix}{number}-"),
    }
}

/// What an instance is given that does not come from the subject.
pub(crate) fn assignment(
    unit: &Unit,
    admitted: &AdmittedUnit,
    task: &Task,
    limits: Limits,
    listener: Arc<Notes>,
) -> Assignment {
    let of_unit = task.evidence.iter().filter(|(name, _)| unit.evidence.contains(*name));
    Assignment {
        openstack: Arc::new(Granted::nowhere()),
        testcases: unit.testcases.iter().cloned().collect(),
        parameters: unit.parameters.clone(),
        reference_time: 0,
        prefix: String::new(),
        assets: admitted.assets.clone(),
        evidence: of_unit.map(|(name, evidence)| (name.clone(), evidence.bytes.clone())).collect(),
        limits,
        listener,
    }
}

/// A unit in the words of tapes.
pub(crate) fn on_tape(number: usize, unit: &Unit, admitted: &AdmittedUnit, limits: &Limits) -> tape::Unit {
    tape::Unit {
        unit: u32::try_from(number).unwrap_or(u32::MAX),
        check: unit.check.clone(),
        version: unit.version.clone(),
        component: admitted.digest.to_string(),
        parameters: unit.parameters.clone(),
        assets: asset_digests(unit),
        evidence: unit.evidence.iter().cloned().collect(),
        grants: unit.grants.iter().map(ToString::to_string).collect(),
        testcases: unit.testcases.iter().cloned().collect(),
        limits: limits_on_tape(limits),
        prefix: None,
    }
}

/// Limits in the words of tapes.
pub(crate) fn limits_on_tape(limits: &Limits) -> tape::Limits {
    tape::Limits {
        wall_ms: u64::try_from(limits.wall.as_millis()).unwrap_or(u64::MAX),
        memory_bytes: limits.memory_bytes as u64,
        findings: limits.findings as u64,
        outcomes: limits.outcomes as u64,
        log_bytes: limits.log_bytes as u64,
        call_bytes: limits.call_bytes as u64,
        handles: limits.handles as u64,
    }
}

/// One instance, from its start until nothing is left of it.
struct Instance {
    teller: Teller,
    prepared: PreparedCheck,
    ledger: Ledger,
    stopped: watch::Receiver<bool>,
    track: Option<Track>,
    testcases: Vec<String>,
    running: Running,
}

impl Instance {
    async fn run(mut self, assignment: Assignment) {
        let Teller { check: Named { id: check, version, .. }, events } = self.teller.clone();
        events(Event::CheckStarted { check: check.clone(), version: version.clone() });
        let ended = tokio::select! {
            ended = self.prepared.run(assignment) => Some(ended),
            // An error says that nobody can stop it any more.
            Ok(_) = self.stopped.wait_for(|stopped| *stopped) => None,
        };
        let ephemeral = self.ledger.undo_all(&UndoOptions::default(), |event| self.teller.tell(event)).await;
        self.running.ephemeral.get_or_init(|| ephemeral);
        if let Some(ended) = ended {
            let wall_ms = u64::try_from(ended.wall.as_millis()).unwrap_or(u64::MAX);
            events(Event::CheckEnded { check, version, problem: problem_of(&ended.how), wall_ms });
            self.running.ended.get_or_init(|| ended);
        }
        if let Some(track) = self.track {
            let ran = self.running.ran();
            // It has no more to say.
            let verdict = |testcase: &String| (testcase.clone(), ran.verdict(testcase, "").0.to_string());
            track.end(
                match &ran.how {
                    None => tape::How::Stopped,
                    Some(End::TimedOut | End::NotCompiled(_)) => tape::How::TimedOut,
                    Some(_) => tape::How::ByItself,
                },
                ran.noted.said,
                self.testcases.iter().map(verdict).collect(),
                serde_json::to_value(&ran.told).unwrap_or_default(),
            );
        }
    }
}

/// Tells what happens to what a check creates.
#[derive(Clone)]
struct Teller {
    check: Named,
    events: Events,
}

impl Teller {
    fn tell(&self, event: LedgerEvent) {
        let Named { id: check, version, name } = self.check.clone();
        (self.events)(match event {
            LedgerEvent::Created(thing) => Event::Created { check, version, thing: thing.into() },
            LedgerEvent::Removing(thing) => Event::Removing { check, version, thing: thing.into() },
            LedgerEvent::Waiting { thing, why } => {
                tracing::debug!(check = name, kind = thing.kind, id = thing.id, why, "not gone yet");
                return;
            }
            LedgerEvent::Removed(thing) => Event::Removed { check, version, thing: thing.into() },
            LedgerEvent::Left(left) => {
                let ledger::Left { service, kind, id, name, why } = left;
                Event::Left { check, version, thing: Thing { service, kind, id, name }, why }
            }
        });
    }
}

impl From<ledger::Thing> for Thing {
    fn from(thing: ledger::Thing) -> Self {
        let ledger::Thing { service, kind, id, name } = thing;
        Thing { service, kind, id, name }
    }
}
