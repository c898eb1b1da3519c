use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::task::JoinSet;
use touchstone_capabilities::openstack::{CloudConfig, Granted, Openstack, SharedReads};
use touchstone_report::{Preflight, Report};
use touchstone_runtime::{Assignment, End, Ended, PreparedCheck, Runtime};
use touchstone_scope::{Manifest, Plan, Selection};
use touchstone_store::{Digest, Store};

use crate::admit::{Admitted, Refused, admit, prepare};
use crate::compose::{Ran, compose};
use crate::event::Event;
use crate::limits::{Ceiling, limits};
use crate::listen::Notes;
use crate::reach::{Reached, reach};

/// Where events go. Called from many threads; must not block.
pub(crate) type Events = Arc<dyn Fn(Event) + Send + Sync>;

/// What to test, against what.
#[derive(Debug, Clone)]
pub struct Job {
    /// The scope.
    pub manifest: Arc<Manifest>,
    /// The manifest's file, as messages name it; assets are found relative to its folder.
    pub manifest_file: String,
    /// What was selected of it: [`Manifest::plan`] made the plan of it.
    pub selection: Selection,
    /// What to run.
    pub plan: Plan,
    /// How to reach the subject.
    pub cloud: CloudConfig,
    /// The subject's name in the report.
    pub subject: String,
    /// Run although the user is privileged.
    pub allow_privileged: bool,
    /// The most that any check may have.
    pub ceiling: Ceiling,
    /// What checks see as now. Default: when the run starts.
    pub reference_time: Option<Timestamp>,
}

impl Job {
    /// A job with the defaults: the subject's name is the cloud's, no privileged user, now.
    pub fn new(
        manifest: Arc<Manifest>,
        manifest_file: String,
        selection: Selection,
        plan: Plan,
        cloud: CloudConfig,
    ) -> Self {
        Job {
            manifest,
            manifest_file,
            selection,
            plan,
            subject: cloud.name().to_owned(),
            cloud,
            allow_privileged: false,
            ceiling: Ceiling::default(),
            reference_time: None,
        }
    }
}

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
        let testcases = job.plan.units.iter().map(|unit| unit.testcases.len()).sum();
        events(Event::Admitted { checks: job.plan.units.len(), testcases });
        let ending = self.work(job, &admitted, &begun, &events, stop).await?;
        Ok(compose(job, &admitted, &begun, ending))
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
        let now = job.reference_time.unwrap_or(begun.at);
        let prefix = format!("touchstone-{}-", &begun.id.simple().to_string()[..6]);
        let shared: Arc<dyn Openstack> = Arc::new(SharedReads::new(session, SharedReads::DEFAULT_MAX_BYTES));
        let (running, ran) = start(job, admitted, &prepared, &shared, now, &prefix, events);
        let interrupted = tokio::select! {
            () = running => false,
            () = &mut stop => true,
        };
        Ok(Ending { preflight, ran: ran.into_iter().map(Running::ran).collect(), interrupted })
    }
}

/// What identifies a run among all others.
pub(crate) struct Begun {
    pub(crate) id: uuid::Uuid,
    pub(crate) at: Timestamp,
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

/// A check that was started; what it says and how it ends can be seen here.
struct Running {
    notes: Arc<Notes>,
    granted: Arc<Granted>,
    ended: Arc<std::sync::OnceLock<Ended>>,
}

impl Running {
    fn ran(self) -> Ran {
        Ran {
            noted: self.notes.noted(),
            ended: self.ended.get().cloned(),
            usage: self.granted.usage(),
            audit: self.granted.audit(),
        }
    }
}

/// Starts an instance for each unit. The future is ready when all have ended; dropping it ends them.
fn start(
    job: &Job,
    admitted: &Admitted,
    prepared: &BTreeMap<Digest, PreparedCheck>,
    shared: &Arc<dyn Openstack>,
    now: Timestamp,
    prefix: &str,
    events: &Events,
) -> (impl Future<Output = ()> + use<>, Vec<Running>) {
    let mut tasks = JoinSet::new();
    let mut running = Vec::new();
    for (unit, admitted) in job.plan.units.iter().zip(&admitted.units) {
        let (limits, call_limits) = limits(&unit.limits, &job.ceiling);
        let notes = Notes::new(&unit.check, &unit.testcases, events.clone());
        let granted = Arc::new(Granted::new(shared.clone(), unit.grants.clone(), call_limits));
        let ended = Arc::new(std::sync::OnceLock::new());
        let assignment = Assignment {
            openstack: granted.clone(),
            testcases: unit.testcases.iter().cloned().collect(),
            parameters: unit.parameters.clone(),
            reference_time: now.as_second(),
            prefix: prefix.to_owned(),
            assets: admitted.assets.clone(),
            limits,
            listener: notes.clone(),
        };
        let check = prepared[&admitted.digest].clone();
        let (name, events, end) = (unit.check.clone(), events.clone(), ended.clone());
        tasks.spawn(async move {
            events(Event::CheckStarted { check: name.clone() });
            let ended = check.run(assignment).await;
            let problem = problem_of(&ended.how);
            events(Event::CheckEnded { check: name, problem, wall: ended.wall });
            end.get_or_init(|| ended);
        });
        running.push(Running { notes, granted, ended });
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
