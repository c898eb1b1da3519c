use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use touchstone_capabilities::openstack::ledger::{Header, Journal};
use touchstone_capabilities::openstack::{Openstack, SharedReads};
use touchstone_report::{Preflight, Report};
use touchstone_runtime::{End, Runtime};
use touchstone_store::Store;

use crate::admit::{Admitted, Refused, admit, prepare};
use crate::checks::{Common, Running, start};
use crate::compose::{Ran, compose};
use crate::event::{Event, VersionVerdict};
use crate::job::Job;
use crate::reach::{Reached, reach};

/// Where events go. Called from many threads; must not block.
pub(crate) type Events = Arc<dyn Fn(Event) + Send + Sync>;

/// Runs jobs: one engine and one store for all of them.
#[derive(Clone)]
pub struct Runner {
    runtime: Arc<Runtime>,
    stores: Vec<Store>,
}

impl Runner {
    /// A runner with this engine, which looks for components in these stores.
    pub fn new(runtime: Arc<Runtime>, stores: Vec<Store>) -> Self {
        Runner { runtime, stores }
    }

    /// Runs a job, and tells what happens on the way. When `stop` is ready, the checks that still run are ended, and
    /// the report says what was found out until then.
    ///
    /// # Errors
    /// Something that the job needs was refused. Nothing was sent to the subject then, but a login.
    pub async fn run(
        &self,
        job: &Job,
        events: impl Fn(Event) + Send + Sync + 'static,
        stop: impl Future<Output = ()>,
    ) -> Result<Report, Refused> {
        let events: Events = Arc::new(events);
        let begun = Begun { id: uuid::Uuid::new_v4(), at: Timestamp::now() };
        let folder = Path::new(&job.manifest_file).parent().unwrap_or(Path::new("."));
        let admitted = admit(&job.plan, &job.manifest, &job.manifest_file, folder, &self.stores)?;
        events(Event::Admitted {
            run: begun.id.to_string(),
            subject: job.subject.clone(),
            scope: job.manifest.name().to_owned(),
            checks: job.plan.units.len(),
            testcases: job.plan.units.iter().map(|unit| unit.testcases.len()).sum(),
        });
        let ending = self.work(job, &admitted, &begun, &events, stop).await?;
        let report = compose(job, &admitted, &begun, ending);
        let version = |(name, result): (&String, &touchstone_report::VersionResult)| VersionVerdict {
            version: name.clone(),
            verdict: result.verdict,
        };
        let versions = report.versions.iter().map(version).collect();
        events(Event::Ended { interrupted: report.run.interrupted, versions });
        Ok(report)
    }

    /// Reaches the subject and runs every unit, until all have ended or `stop` is ready.
    async fn work(
        &self,
        job: &Job,
        admitted: &Admitted,
        begun: &Begun,
        events: &Events,
        stop: impl Future<Output = ()>,
    ) -> Result<Ending, Refused> {
        // Compiling and logging in take their time side by side.
        let preparing = prepare(&self.runtime, admitted);
        let reaching = reach(&job.cloud, job.allow_privileged);
        tokio::pin!(stop);
        let (prepared, reached) = tokio::select! {
            (prepared, reached) = async { tokio::join!(preparing, reaching) } => (prepared?, reached),
            () = &mut stop => return Ok(Ending::before_reaching()),
        };
        let Reached { session, preflight } = match reached {
            Ok(reached) => reached,
            Err(preflight) => {
                events(Event::Unreachable { reason: preflight.reason.clone().unwrap_or_default() });
                return Ok(Ending { preflight, ran: Vec::new(), interrupted: false });
            }
        };
        let identity = session.identity();
        events(Event::Reached {
            user: identity.user_name,
            project: identity.project_name,
            region: identity.region,
        });
        let prefix = begun.prefix();
        let header = Header::new(
            begun.id,
            job.cloud.name(),
            job.cloud.auth_url().as_str(),
            &session.identity(),
            &prefix,
            begun.at,
        );
        let journal = Journal::new(&job.journal, header)
            .map_err(|error| Refused { problems: vec![error.to_string()] })?;
        let direct: Arc<dyn Openstack> = session;
        let common = Common {
            job,
            shared: Arc::new(SharedReads::new(direct.clone(), SharedReads::DEFAULT_MAX_BYTES)),
            direct,
            journal: journal.clone(),
            prefix,
            now: job.reference_time.unwrap_or(begun.at),
            events: events.clone(),
        };
        let (stopping, stopped) = tokio::sync::watch::channel(false);
        let (running, ran) = start(&common, admitted, &prepared, &stopped);
        tokio::pin!(running);
        let interrupted = tokio::select! {
            () = &mut running => false,
            () = &mut stop => {
                stopping.send_replace(true);
                // What was created is removed first.
                running.await;
                true
            }
        };
        if let Err(error) = journal.finish() {
            tracing::warn!(%error, "the journal stays");
        }
        Ok(Ending { preflight, ran: ran.into_iter().map(Running::ran).collect(), interrupted })
    }
}

/// What identifies a run among all others.
pub(crate) struct Begun {
    pub(crate) id: uuid::Uuid,
    pub(crate) at: Timestamp,
}

impl Begun {
    /// What the names of all that is created in the run begin with.
    fn prefix(&self) -> String {
        format!("touchstone-{}-", &self.id.simple().to_string()[..12])
    }
}

/// How a run ended.
pub(crate) struct Ending {
    /// What was found out about the subject before any check ran.
    pub(crate) preflight: Preflight,
    /// What came of each unit of the plan; empty if none was started.
    pub(crate) ran: Vec<Ran>,
    /// It was stopped.
    pub(crate) interrupted: bool,
}

impl Ending {
    fn before_reaching() -> Self {
        let preflight = Preflight {
            reachable: false,
            reason: Some("the run was interrupted before any check had started".into()),
            privileged_roles: Vec::new(),
            services: Vec::new(),
        };
        Ending { preflight, ran: Vec::new(), interrupted: true }
    }
}

/// Why testcases about which nothing was said are DNF; `None` if they are MISS.
pub(crate) fn problem_of(how: &End) -> Option<String> {
    match how {
        End::Completed => None,
        End::Failed(reason) => Some(reason.clone()),
        End::Trapped(what) => Some(format!("the check stopped half-way: {what}")),
        End::OutOfMemory => Some("the check stopped half-way: it needs more memory than it may have".into()),
        End::TimedOut => Some("the check took longer than it may".into()),
    }
}
