//! One night: every subject against every scope, each run recorded once.

mod attempts;
mod changes;
mod claim;
mod ending;
mod event;
mod files;
mod gate;
mod inputs;
mod leftovers;
mod letters;
mod patience;
mod plan;
mod recording;
mod subject;
mod waiting;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use tokio::sync::watch;
use tokio::task::JoinSet;
use touchstone_capabilities::openstack::Env;
use touchstone_queue::Tenure;
use touchstone_results::{Begun, Night, Results, ResultsError};
use touchstone_runner::Runner;
use touchstone_scope::Waivers;

pub(crate) use self::attempts::until;
use self::claim::Claim;
pub use self::event::NightEvent;
use self::inputs::Scopes;
pub(crate) use self::inputs::of_one_scope;
pub use self::inputs::{InputProblem, manifests};
use self::plan::Planned;
pub use self::plan::subjects;
use self::subject::Subject;
pub(crate) use self::waiting::Waiting;
use crate::config::{Config, Shard};

/// Where events go. Called from many threads; must not block.
pub type Listener = Arc<dyn Fn(NightEvent) + Send + Sync>;

/// What nights are run with: one engine and one database for all of them.
pub struct Nightly {
    /// What to run.
    pub config: Config,
    /// What runs it.
    pub runner: Runner,
    /// Where results go.
    pub results: Results,
    /// Where clouds are looked for that have no file of their own.
    pub env: Env,
    /// The name of this machine among several; none if there is only this one.
    pub worker: Option<String>,
    /// Who is told what happens.
    pub listener: Listener,
}

/// Which part of the configuration is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Names of subjects; all if empty.
    pub subjects: BTreeSet<String>,
    /// Names of scopes; all if empty.
    pub scopes: BTreeSet<String>,
    /// This machine's part of the subjects; all if none. The others are left to other machines.
    pub shard: Option<Shard>,
}

impl Choice {
    /// Whether some subjects or scopes are left out for everybody, not only for this machine.
    pub fn is_partial(&self) -> bool {
        !self.subjects.is_empty() || !self.scopes.is_empty()
    }

    /// Whether a run is chosen.
    pub fn has(&self, subject: &str, scope: &str) -> bool {
        self.has_subject(subject) && (self.scopes.is_empty() || self.scopes.contains(scope))
    }

    /// Whether a subject is chosen.
    fn has_subject(&self, subject: &str) -> bool {
        self.shard.is_none_or(|shard| shard.has(subject))
            && (self.subjects.is_empty() || self.subjects.contains(subject))
    }
}

/// What came of a night, as far as this process has seen it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The worst exit code of its runs, as those of `touchstone run`; 0 if there was none.
    pub exit_codes: BTreeSet<u8>,
    /// Whether it was stopped before its end; it goes on the next time.
    pub interrupted: bool,
    /// Whether all of it is recorded, also what others ran.
    pub ended: bool,
    /// Faults of this program or of this machine.
    pub faults: Vec<String>,
}

/// Why a night cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NightError {
    /// Something that all runs need is not right.
    #[error("{0}")]
    Input(#[from] InputProblem),
    /// The database cannot be used.
    #[error("{0}")]
    Results(#[from] ResultsError),
}

/// What the subjects of a night have in common.
struct Shared {
    nightly: Arc<Nightly>,
    scopes: Scopes,
    /// What is excused.
    waivers: Waivers,
    gate: gate::Gate,
    night: Night,
    /// Where the outputs of the night go.
    folder: PathBuf,
    stopped: watch::Receiver<bool>,
    /// Whether the subject is still this process's, where the queue has handed it out.
    tenure: Option<Tenure>,
}

impl Nightly {
    /// Runs a night, or what is missing of it: each run that is not recorded yet. Ready when all have ended, or soon after `stopped`
    /// says so: then what checks created is removed first, and what had not ended is run the next time.
    ///
    /// # Errors
    /// Something that all runs need is not right, or the database cannot be used; nothing was run then, or what was run before
    /// is recorded.
    pub async fn run(
        self: &Arc<Self>,
        id: &str,
        due_at: Timestamp,
        choice: &Choice,
        stopped: watch::Receiver<bool>,
    ) -> Result<Outcome, NightError> {
        let scopes = Scopes::read(&self.config)?;
        let night = self.begin(&scopes, id, due_at, choice).await?;
        let (shared, missing) = self.open(scopes, night, choice, stopped, None).await?;
        shared.write_missing_outputs().await?;
        let mut outcome = shared.subjects(missing).await;
        outcome.interrupted = *shared.stopped.borrow();
        if !outcome.interrupted {
            if choice.shard.is_none() {
                shared.give_up_what_is_gone().await?;
            }
            outcome.ended = ending::end(&shared).await?;
        }
        outcome.exit_codes = shared.exit_codes(choice).await?;
        self.tell(NightEvent::Ended { night: id.to_owned(), interrupted: outcome.interrupted });
        Ok(outcome)
    }

    /// Runs what is missing of one subject, which the queue has handed out, in a night that somebody else has begun, and ends.
    ///
    /// # Errors
    /// As [`Nightly::run`], and if there is no such night.
    pub async fn run_subject(
        self: &Arc<Self>,
        id: &str,
        subject: &str,
        tenure: Tenure,
        stopped: watch::Receiver<bool>,
    ) -> Result<Outcome, NightError> {
        let scopes = Scopes::read(&self.config)?;
        let night = self.results.night(id).await?.ok_or_else(|| ResultsError::UnknownNight(id.to_owned()))?;
        if let Some(name) = scopes.differing(&self.results.scopes(id).await?).first() {
            return Err(scopes.not_the_same(name, id).into());
        }
        let choice = Choice { subjects: BTreeSet::from([subject.to_owned()]), ..Choice::default() };
        let (shared, missing) = self.open(scopes, night, &choice, stopped, Some(tenure)).await?;
        let mut outcome = shared.subjects(missing).await;
        outcome.interrupted = *shared.stopped.borrow();
        Ok(outcome)
    }

    /// Begins a night, or goes on with it. A manifest that was replaced since it began is that of the night from now on, so that what is
    /// shown is judged by what is run; none is ever taken out of the database to be run.
    ///
    /// # Errors
    /// Another machine has begun it with another manifest.
    async fn begin(
        &self,
        scopes: &Scopes,
        id: &str,
        due_at: Timestamp,
        choice: &Choice,
    ) -> Result<Night, NightError> {
        let start = plan::start(self, scopes, id, due_at, choice);
        let night = match self.results.begin_night(&start).await? {
            Begun::New(night) => return Ok(night),
            Begun::AlreadyThere(night) => night,
        };
        let changed = scopes.differing(&self.results.scopes(id).await?);
        if let (Some(name), Some(_)) = (changed.first(), choice.shard) {
            return Err(scopes.not_the_same(name, id).into());
        }
        if !changed.is_empty() {
            self.results.replace_scopes(id, &start.scopes).await?;
        }
        for name in changed {
            let problem = format!(
                "the manifest of the scope `{name}` was changed since the night {id} began, which goes on with it as it is now"
            );
            self.tell(NightEvent::Warned { problem });
        }
        Ok(night)
    }

    /// What the subjects of a night have in common, and those of which something is missing.
    async fn open(
        self: &Arc<Self>,
        scopes: Scopes,
        night: Night,
        choice: &Choice,
        stopped: watch::Receiver<bool>,
        tenure: Option<Tenure>,
    ) -> Result<(Arc<Shared>, Vec<Planned>), NightError> {
        let recorded = self.results.recorded(&night.id).await?;
        let mut planned =
            plan::planned(&self.config, &scopes, &self.results.subjects(&night.id).await?, choice);
        let count = |planned: &[Planned]| planned.iter().map(|one| one.scopes.len()).sum::<usize>();
        let runs = count(&planned);
        for Planned { subject, scopes: of_subject } in &mut planned {
            let name = &self.config.subjects[*subject].name;
            of_subject.retain(|scope| !recorded.contains(&(name.clone(), scopes.uuid(scope))));
        }
        let done = runs - count(&planned);
        self.tell(NightEvent::Begun {
            night: night.id.clone(),
            runs,
            recorded: done,
            subjects: planned.len(),
            subjects_done: planned.iter().filter(|one| one.scopes.is_empty()).count(),
        });
        let today = Offset::UTC.to_datetime(Timestamp::now()).date();
        let (waivers, problems) = inputs::waivers(&self.config, &scopes, today);
        for problem in problems {
            tracing::error!(%problem, "waivers that do not count");
            self.tell(NightEvent::Warned { problem: problem.to_string() });
        }
        let providers = self.config.subjects.iter().map(|subject| subject.provider.as_str());
        let limits = &self.config.limits;
        let shared = Shared {
            gate: gate::Gate::new(limits.subjects, limits.per_provider, providers),
            folder: files::folder_of(&self.config.folder, &night.id),
            nightly: self.clone(),
            waivers,
            scopes,
            night,
            stopped,
            tenure,
        };
        Ok((Arc::new(shared), planned))
    }

    pub(crate) fn tell(&self, event: NightEvent) {
        (self.listener)(event);
    }

    /// The UUIDs of scopes, with the SHA-256 of their manifests as they are now.
    ///
    /// # Errors
    /// A manifest cannot be read.
    pub(crate) fn digests(&self, names: &[String]) -> Result<Vec<(String, String)>, InputProblem> {
        let scopes = Scopes::read(&self.config)?;
        Ok(names.iter().map(|name| scopes.digest(name)).collect())
    }

    /// The folder of the journals of a subject: what checks create there is written down in it first.
    pub(crate) fn journals(&self, subject: &str) -> PathBuf {
        self.config.folder.join("journal").join(subject)
    }
}

impl Shared {
    /// Runs what is missing, each subject in a task of its own: what happens to one is nothing to the others.
    async fn subjects(self: &Arc<Self>, missing: Vec<Planned>) -> Outcome {
        let mut tasks = JoinSet::new();
        for planned in missing {
            let subject = Subject { shared: self.clone(), index: planned.subject };
            if planned.scopes.is_empty() && !subject.has_leftovers() {
                continue;
            }
            tasks.spawn(subject.run(planned.scopes));
        }
        let mut outcome = Outcome::default();
        while let Some(done) = tasks.join_next().await {
            match done {
                Ok(Ok(exit_codes)) => outcome.exit_codes.extend(exit_codes),
                Ok(Err(error)) => {
                    tracing::error!(%error, "a subject was not tested");
                    outcome.faults.push(error.to_string());
                }
                Err(error) => {
                    tracing::error!(%error, "the host failed while it tested a subject");
                    outcome.faults.push(format!("the host failed while it tested a subject: {error}"))
                }
            }
        }
        outcome
    }

    /// The exit codes of the runs that are chosen. One that the night does not have, which began with another configuration, is not
    /// tested by it: MISS.
    async fn exit_codes(&self, choice: &Choice) -> Result<BTreeSet<u8>, ResultsError> {
        let (nightly, night) = (&self.nightly, &self.night);
        let chosen = |subject: &str, uuid: &str| {
            let of_subject = nightly.config.subject(subject).map(|(_, subject)| subject);
            match of_subject.and_then(|subject| self.scopes.name_for(subject, uuid)) {
                Some(scope) => choice.has(subject, scope),
                None => choice.has_subject(subject) && choice.scopes.is_empty(),
            }
        };
        let ended = nightly.results.runs(&night.id).await?.into_iter();
        let ended = ended.filter(|run| chosen(&run.subject, &run.scope)).map(|run| run.exit_code);
        let mut codes: BTreeSet<u8> = ended.collect();
        if night.is_part && !choice.is_partial() {
            return Ok(codes);
        }
        let of_night: BTreeSet<_> = ending::runs_of(&nightly.results.subjects(&night.id).await?).collect();
        for (index, scope) in nightly.config.runs_on(plan::date_of(&nightly.config, night.due_at)) {
            let name = &nightly.config.subjects[index].name;
            if choice.has(name, scope) && !of_night.contains(&(name.clone(), self.scopes.uuid(scope))) {
                let problem = format!(
                    "the night {} began without {name} against `{scope}`: it is tested in the next one",
                    night.id
                );
                self.tell(NightEvent::Warned { problem });
                codes.insert(2);
            }
        }
        Ok(codes)
    }

    /// Records of what the configuration does not have any more, or has paused, since the night began, that nothing comes of it: nobody
    /// would ever run it, and the night would never end. What another process tests now, with another configuration, is its.
    async fn give_up_what_is_gone(&self) -> Result<(), ResultsError> {
        let (nightly, night) = (&self.nightly, &self.night.id);
        let recorded = nightly.results.recorded(night).await?;
        for info in nightly.results.subjects(night).await? {
            let subject = nightly.config.subject(&info.name).map(|(_, subject)| subject);
            for uuid in
                info.scopes.iter().filter(|uuid| !recorded.contains(&(info.name.clone(), (*uuid).clone())))
            {
                let reason = match subject {
                    None => "the configuration has no such subject any more",
                    Some(subject) if subject.paused.is_some() => "the subject was paused",
                    Some(subject) if !subject.scopes.iter().any(|scope| self.scopes.uuid(scope) == *uuid) => {
                        "the subject is not tested against this scope any more"
                    }
                    Some(_) => continue,
                };
                let Some(_claim) = Claim::of(self, &info.name).await? else { continue };
                recording::record_nothing(self, &info.name, uuid, 1, 2, reason).await?;
            }
        }
        Ok(())
    }

    /// Writes the outputs of runs that were recorded by a process that was killed before it had written them.
    async fn write_missing_outputs(&self) -> Result<(), ResultsError> {
        let results = &self.nightly.results;
        for run in results.runs(&self.night.id).await? {
            let subject = self.nightly.config.subject(&run.subject).map(|(_, subject)| subject);
            let Some(subject) = subject else { continue };
            let Some(scope) = self.scopes.name_for(subject, &run.scope) else { continue };
            let recording = recording::Recording { shared: self, subject, scope };
            if run.sha256.is_none() || recording.has_outputs() {
                continue;
            }
            if let Some(report) = results.report(&run.run).await? {
                recording.write_outputs(&report, &touchstone_report::json(&report));
            }
        }
        Ok(())
    }

    fn tell(&self, event: NightEvent) {
        self.nightly.tell(event);
    }
}
