//! One subject in a night: cleaned up, tested against its scopes one after another, tried again, recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use touchstone_capabilities::openstack::{CloudConfig, Env};
use touchstone_results::ResultsError;
use touchstone_runner::{Ceiling, Evidence, Job, Task, attestations};
use touchstone_scope::{PlanError, Selection};
use tracing::Instrument as _;

use super::attempts::{self, Attempt};
use super::claim::Claim;
use super::patience::patiently;
use super::recording::{Done, Recording};
use super::{NightEvent, Shared, files, leftovers, plan};
use crate::config;

/// A subject in a night.
pub(super) struct Subject {
    pub(super) shared: Arc<Shared>,
    /// Its place in the configuration.
    pub(super) index: usize,
}

/// A run that is not recorded yet.
struct Pending {
    scope: String,
    /// The attempt that counts so far.
    best: Option<Attempt>,
}

/// How a run went, this time.
enum Went {
    /// It is to be recorded.
    Ended(Found),
    /// Another attempt may find out more.
    Again(Box<Pending>, String),
    /// The night is to stop.
    Stopped,
}

/// What a run found out.
enum Found {
    Report(Box<Attempt>),
    /// There is no report, through no fault of the subject.
    Nothing {
        exit_code: u8,
        reason: String,
    },
}

impl Subject {
    /// Whether a killed run may have left something in it.
    pub(super) fn has_leftovers(&self) -> bool {
        leftovers::has_any(&self.shared.nightly.journals(&self.config().name))
    }

    /// Runs the scopes that are missing. Returns the exit codes.
    pub(super) async fn run(self, scopes: Vec<String>) -> Result<BTreeSet<u8>, ResultsError> {
        let span =
            tracing::info_span!("subject", night = %self.shared.night.id, subject = %self.config().name);
        let mut done = Vec::new();
        let ended = self.rounds(scopes, &mut done).instrument(span).await;
        let worst = done.iter().min_by_key(|one: &&Done| one.verdict);
        self.shared.tell(NightEvent::SubjectEnded {
            subject: self.config().name.clone(),
            verdict: worst.map(|worst| worst.verdict),
            why: worst.map_or_else(String::new, |worst| worst.why.clone()),
            exit_codes: done.iter().map(|one| one.exit_code).collect(),
        });
        ended.map(|()| done.iter().map(|one| one.exit_code).collect())
    }

    /// As many rounds as it takes, within bounds; between them others have their turn.
    async fn rounds(&self, scopes: Vec<String>, done: &mut Vec<Done>) -> Result<(), ResultsError> {
        let mut pending: Vec<_> = scopes.into_iter().map(|scope| Pending { scope, best: None }).collect();
        let mut claim: Option<Claim> = None;
        let (shared, subject) = (&self.shared, &self.config().name);
        let limits = &shared.nightly.config.limits;
        for round in 1..=limits.retries.saturating_add(1) {
            let stopped = attempts::until(shared.stopped.clone());
            let pass = tokio::select! {
                biased;
                () = stopped => return Ok(()),
                pass = shared.gate.pass(&self.config().provider) => pass,
            };
            if claim.is_none() {
                claim = Claim::of(shared, subject).await?;
            }
            if round == 1 {
                shared.tell(NightEvent::SubjectStarted { subject: subject.clone() });
            }
            let Some(claim) = &mut claim else {
                self.skipped("another process tests it now");
                return Ok(());
            };
            if round == 1 {
                // Another process may have recorded it before this one's turn came.
                let (results, night) = (&shared.nightly.results, &shared.night.id);
                let recorded = patiently(|| results.recorded_of(night, subject)).await?;
                pending.retain(|one| !recorded.contains(&shared.scopes.uuid(&one.scope)));
            }
            let is_last = round > limits.retries;
            pending = self.round(claim, pending, round, is_last, done).await?;
            drop(pass);
            if pending.is_empty() {
                break;
            }
            tokio::select! {
                () = attempts::until(shared.stopped.clone()) => break,
                () = tokio::time::sleep(limits.retry_after) => {}
            }
        }
        Ok(())
    }

    /// Every run that is missing, once. Returns those that are to be tried again.
    async fn round(
        &self,
        claim: &mut Claim,
        pending: Vec<Pending>,
        round: u32,
        is_last: bool,
        done: &mut Vec<Done>,
    ) -> Result<Vec<Pending>, ResultsError> {
        let cloud = match self.cloud() {
            Ok(cloud) => cloud,
            // A file that is being replaced is right a little later.
            Err(_) if !is_last => return Ok(pending),
            Err(reason) => {
                for Pending { scope, best } in pending {
                    let found = best.map_or_else(|| Found::nothing(4, &reason), Found::report);
                    done.extend(self.record(claim, &scope, round, found).await?);
                }
                return Ok(Vec::new());
            }
        };
        self.clean(&cloud).await;
        let mut again = Vec::new();
        for one in pending {
            let scope = one.scope.clone();
            let span = tracing::info_span!("run", scope = %scope, attempt = round);
            let run = async {
                match self.once(one, &cloud, round, is_last).await {
                    Went::Ended(found) => done.extend(self.record(claim, &scope, round, found).await?),
                    Went::Again(pending, reason) => {
                        let after = self.shared.nightly.config.limits.retry_after;
                        let (subject, scope) = (self.config().name.clone(), scope.clone());
                        self.shared.tell(NightEvent::Retrying { subject, scope, reason, after });
                        again.push(*pending);
                    }
                    Went::Stopped => return Ok(true),
                }
                Ok(false)
            };
            let is_stopped = run.instrument(span).await?;
            if is_stopped {
                return Ok(Vec::new());
            }
        }
        Ok(again)
    }

    /// One run, once.
    async fn once(&self, pending: Pending, cloud: &CloudConfig, round: u32, is_last: bool) -> Went {
        let Pending { scope, best } = pending;
        let subject = self.config().name.clone();
        self.shared.tell(NightEvent::Started {
            subject: subject.clone(),
            scope: scope.clone(),
            attempt: round,
        });
        let job = match self.job(&scope, cloud, round) {
            Ok(Some(job)) => job,
            Ok(None) => {
                let reason = "none of the testcases of the scope is in the sections of the day";
                return Went::Ended(Found::nothing(0, reason));
            }
            Err(reason) if !is_last => return Went::Again(Box::new(Pending { scope, best }), reason),
            Err(reason) => return Went::Ended(best.map_or_else(|| Found::nothing(3, reason), Found::report)),
        };
        let listener = {
            let (shared, scope) = (self.shared.clone(), scope.clone());
            move |event| {
                shared.tell(NightEvent::Run { subject: subject.clone(), scope: scope.clone(), event })
            }
        };
        let nightly = &self.shared.nightly;
        let (timeout, stopped) = (nightly.config.limits.timeout, &self.shared.stopped);
        let attempt = match attempts::attempt(&nightly.runner, &job, timeout, stopped, listener).await {
            Ok(Some(attempt)) => attempt,
            Ok(None) => return Went::Stopped,
            // A registry may be away for a while.
            Err(refused) if !is_last => {
                return Went::Again(Box::new(Pending { scope, best }), refused.to_string());
            }
            Err(refused) => {
                return Went::Ended(best.map_or_else(|| Found::nothing(3, refused), Found::report));
            }
        };
        let is_worth_repeating = !is_last && attempts::is_worth_repeating(&attempt.report);
        let reason = attempts::why_again(&attempt.report);
        let (best, loser) = match best {
            Some(earlier) => attempts::that_counts(earlier, attempt),
            None => (attempt, None),
        };
        if let Some(tape) = loser.and_then(|loser| loser.tape) {
            // It belongs to no result.
            let _ = std::fs::remove_file(tape);
        }
        if is_worth_repeating {
            return Went::Again(Box::new(Pending { scope, best: Some(best) }), reason);
        }
        Went::Ended(Found::report(best))
    }

    /// Writes down what a run found out, if the subject is still this process's; nothing is written otherwise.
    async fn record(
        &self,
        claim: &mut Claim,
        scope: &str,
        round: u32,
        found: Found,
    ) -> Result<Option<Done>, ResultsError> {
        if !claim.lasts(&self.shared, &self.config().name).await? {
            self.skipped("another process has it by now; what was found out here does not count");
            return Ok(None);
        }
        let recording = Recording { shared: &self.shared, subject: self.config(), scope };
        let recorded = match found {
            Found::Report(attempt) => recording.record(&attempt, round).await,
            Found::Nothing { exit_code, reason } => recording.record_failure(round, exit_code, &reason).await,
        };
        recorded.map(Some)
    }

    async fn clean(&self, cloud: &CloudConfig) {
        let subject = &self.config().name;
        let journals = self.shared.nightly.journals(subject);
        if !leftovers::has_any(&journals) {
            return;
        }
        let cleaned = leftovers::remove(&journals, cloud).await;
        let left = cleaned.things.left.iter().map(|left| {
            let name = left.name.as_deref().or(left.id.as_deref()).unwrap_or_default();
            format!("{} {name} is still there: {}", left.kind, left.why)
        });
        let problems: Vec<String> = cleaned.problems.iter().cloned().chain(left).collect();
        for problem in &problems {
            tracing::warn!(problem, "what a killed run left");
        }
        let removed = cleaned.things.deleted;
        self.shared.tell(NightEvent::Cleaned { subject: subject.clone(), removed, problems });
    }

    /// What to run; nothing if the day has no section of the scope. Evidence, attestations and credentials are read anew: they may have
    /// changed since yesterday.
    fn job(&self, scope: &str, cloud: &CloudConfig, round: u32) -> Result<Option<Job>, String> {
        let (nightly, subject) = (&self.shared.nightly, self.config());
        let config = &nightly.config;
        let of_scope = self.shared.scopes.named(scope);
        let today = Offset::UTC.to_datetime(Timestamp::now()).date();
        let weekday = plan::date_of(config, self.shared.night.due_at).weekday();
        let selection = Selection {
            version: of_scope.version.clone(),
            sections: config.sections_on(subject, weekday),
            parameters: subject.parameters_for(&of_scope.manifest, of_scope.version.as_deref(), today),
            ..Selection::on(today)
        };
        let manifest = of_scope.manifest.clone();
        let task = Task::new(manifest, of_scope.file.clone(), selection, cloud.name());
        let task = match task {
            Err(PlanError::NothingSelected { .. }) => return Ok(None),
            task => task.map_err(|error| error.to_string())?,
        };
        let mut evidence = BTreeMap::new();
        for (name, file) in subject.evidence_for(&task.manifest) {
            evidence.insert(name, Evidence::read(&file).map_err(|error| error.to_string())?);
        }
        let attestations = attestations(&subject.attestations).map_err(|error| error.to_string())?;
        let task = Task { subject: subject.name.clone(), evidence, attestations, ..task };
        let record = config.record.then(|| files::tape(&self.shared.folder, &subject.name, scope, round));
        if let Some(tape) = &record {
            files::make_room(tape).map_err(|error| format!("{}: {error}", tape.display()))?;
        }
        Ok(Some(Job {
            ceiling: Ceiling::default().lowered(&config.limits.ceiling),
            allow_privileged: subject.allow_privileged,
            record,
            ..Job::new(task, cloud.clone(), nightly.journals(&subject.name))
        }))
    }

    fn cloud(&self) -> Result<CloudConfig, String> {
        let subject = self.config();
        let env = match &subject.clouds_file {
            Some(file) => {
                self.shared.nightly.env.clone().with_var("OS_CLIENT_CONFIG_FILE", file.display().to_string())
            }
            None => self.shared.nightly.env.clone(),
        };
        cloud(subject, &env)
    }

    fn skipped(&self, reason: &str) {
        let subject = self.config().name.clone();
        self.shared.tell(NightEvent::Skipped { subject, reason: reason.to_owned() });
    }

    fn config(&self) -> &config::Subject {
        &self.shared.nightly.config.subjects[self.index]
    }
}

impl Found {
    fn report(attempt: Attempt) -> Found {
        Found::Report(Box::new(attempt))
    }

    fn nothing(exit_code: u8, reason: impl ToString) -> Found {
        Found::Nothing { exit_code, reason: reason.to_string() }
    }
}

fn cloud(subject: &config::Subject, env: &Env) -> Result<CloudConfig, String> {
    CloudConfig::load(Some(&subject.cloud), env).map_err(|error| error.to_string())
}
