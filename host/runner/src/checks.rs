//! The instances of checks of a run.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;
use touchstone_capabilities::openstack::ledger::{self, Journal, Ledger, LedgerEvent, UndoOptions};
use touchstone_capabilities::openstack::{Granted, Openstack};
use touchstone_runtime::{Assignment, Ended, PreparedCheck};
use touchstone_scope::Unit;
use touchstone_store::Digest;

use crate::admit::Admitted;
use crate::compose::Ran;
use crate::event::{Event, Thing};
use crate::job::Job;
use crate::limits::limits;
use crate::listen::Notes;
use crate::run::{Events, problem_of};

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
}

/// A check that was started; what it says and how it ends can be seen here.
pub(crate) struct Running {
    notes: Arc<Notes>,
    granted: Arc<Granted>,
    ended: Arc<OnceLock<Ended>>,
    ephemeral: Arc<OnceLock<ledger::Ephemeral>>,
}

impl Running {
    pub(crate) fn ran(self) -> Ran {
        Ran {
            noted: self.notes.noted(),
            ended: self.ended.get().cloned(),
            usage: self.granted.usage(),
            audit: self.granted.audit(),
            ephemeral: self.ephemeral.get().cloned().unwrap_or_default(),
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
    for (unit, admitted) in common.job.plan.units.iter().zip(&admitted.units) {
        let (limits, call_limits) = limits(&unit.limits, &common.job.ceiling);
        let notes = Notes::new(&unit.check, &unit.testcases, common.events.clone());
        let teller = Teller { check: unit.check.clone(), events: common.events.clone() };
        let told = teller.clone();
        let (direct, journal) = (common.direct.clone(), common.journal.clone());
        let ledger = Ledger::telling(direct, journal, &unit.check, move |event| told.tell(event));
        let granted = Granted::new(common.shared.clone(), unit.grants.clone(), call_limits);
        let granted = Arc::new(granted.creating(common.direct.clone(), ledger.clone()));
        let assignment = Assignment {
            openstack: granted.clone(),
            testcases: unit.testcases.iter().cloned().collect(),
            parameters: unit.parameters.clone(),
            reference_time: common.now.as_second(),
            prefix: common.prefix.clone(),
            assets: admitted.assets.clone(),
            evidence: evidence(unit, common.job),
            limits,
            listener: notes.clone(),
        };
        let (ended, ephemeral) = (Arc::new(OnceLock::new()), Arc::new(OnceLock::new()));
        let instance = Instance {
            teller,
            prepared: prepared[&admitted.digest].clone(),
            ledger,
            stopped: stopped.clone(),
            ended: ended.clone(),
            ephemeral: ephemeral.clone(),
        };
        tasks.spawn(instance.run(assignment));
        running.push(Running { notes, granted, ended, ephemeral });
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

/// What the manifest says that the check reads, as far as it was handed in.
fn evidence(unit: &Unit, job: &Job) -> BTreeMap<String, Bytes> {
    let of_unit = job.evidence.iter().filter(|(name, _)| unit.evidence.contains(*name));
    of_unit.map(|(name, evidence)| (name.clone(), evidence.bytes.clone())).collect()
}

/// One instance, from its start until nothing is left of it.
struct Instance {
    teller: Teller,
    prepared: PreparedCheck,
    ledger: Ledger,
    stopped: watch::Receiver<bool>,
    ended: Arc<OnceLock<Ended>>,
    ephemeral: Arc<OnceLock<ledger::Ephemeral>>,
}

impl Instance {
    async fn run(mut self, assignment: Assignment) {
        let Teller { check, events } = self.teller.clone();
        events(Event::CheckStarted { check: check.clone() });
        let ended = tokio::select! {
            ended = self.prepared.run(assignment) => Some(ended),
            // An error says that nobody can stop it any more.
            Ok(_) = self.stopped.wait_for(|stopped| *stopped) => None,
        };
        let ephemeral = self.ledger.undo_all(&UndoOptions::default(), |event| self.teller.tell(event)).await;
        self.ephemeral.get_or_init(|| ephemeral);
        if let Some(ended) = ended {
            let wall_ms = u64::try_from(ended.wall.as_millis()).unwrap_or(u64::MAX);
            events(Event::CheckEnded { check, problem: problem_of(&ended.how), wall_ms });
            self.ended.get_or_init(|| ended);
        }
    }
}

/// Tells what happens to what a check creates.
#[derive(Clone)]
struct Teller {
    check: String,
    events: Events,
}

impl Teller {
    fn tell(&self, event: LedgerEvent) {
        let check = self.check.clone();
        (self.events)(match event {
            LedgerEvent::Created(thing) => Event::Created { check, thing: thing.into() },
            LedgerEvent::Removing(thing) => Event::Removing { check, thing: thing.into() },
            LedgerEvent::Waiting { thing, why } => {
                tracing::debug!(check, kind = thing.kind, id = thing.id, why, "not gone yet");
                return;
            }
            LedgerEvent::Removed(thing) => Event::Removed { check, thing: thing.into() },
            LedgerEvent::Left(left) => {
                let ledger::Left { service, kind, id, name, why } = left;
                Event::Left { check, thing: Thing { service, kind, id, name }, why }
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
