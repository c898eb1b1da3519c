use std::sync::Arc;

use jiff::Timestamp;
use touchstone_capabilities::openstack::ledger::{Header, Journal};
use touchstone_capabilities::openstack::{Openstack, SharedReads, catalog_on_tape, identity_on_tape};
use touchstone_report::{Preflight, Report, Tape, Tool};
use touchstone_runtime::{End, Runtime};
use touchstone_scope::Attestation;
use touchstone_tape::{self as tape, Recorder};

use crate::admit::{Admitted, Refused, admit};
use crate::checks::{Common, Running, start};
use crate::compose::{Ending, Ran, compose};
use crate::event::{Event, VersionVerdict};
use crate::job::Job;
use crate::library::{Library, Sources};
use crate::reach::{Reached, reach};
use crate::stop::Stop;
use crate::told::{Closing, Opening};

/// Where events go. Called from many threads; must not block.
pub(crate) type Events = Arc<dyn Fn(Event) + Send + Sync>;

/// Runs jobs: one engine and one library of components for all of them.
#[derive(Clone)]
pub struct Runner {
    pub(crate) library: Arc<Library>,
}

impl Runner {
    /// A runner with this engine, which takes components from there: from stores alone, if it is given a list of them.
    pub fn new(runtime: Arc<Runtime>, sources: impl Into<Sources>) -> Self {
        Runner { library: Arc::new(Library::new(runtime, sources.into())) }
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
        stop: impl Future<Output = Stop>,
    ) -> Result<Report, Refused> {
        let events: Events = Arc::new(events);
        let (task, begun) = (&job.task, Begun::now());
        self.library.fetch(task).await?;
        let admitted = admit(task, &self.library)?;
        events(Event::Admitted {
            run: begun.id.clone(),
            subject: task.subject.clone(),
            scope: task.manifest.name().to_owned(),
            checks: task.plan.units.len(),
            testcases: task.plan.units.iter().map(|unit| unit.testcases.len()).sum(),
        });
        let ending = self.work(job, &admitted, &begun, &events, stop).await?;
        let report = compose(task, &admitted, &begun, ending);
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
        stop: impl Future<Output = Stop>,
    ) -> Result<Ending, Refused> {
        // Compiling and logging in take their time side by side.
        let preparing = self.library.prepare(admitted);
        let reaching = reach(&job.cloud, job.allow_privileged);
        tokio::pin!(stop);
        let (prepared, reached) = tokio::select! {
            (prepared, reached) = async { tokio::join!(preparing, reaching) } => (prepared?, reached),
            stop = &mut stop => return Ok(end_early(job, begun, stopped_early(&stop), Some(&stop)).await),
        };
        let Reached { session, preflight } = match reached {
            Ok(reached) => reached,
            Err(preflight) => {
                events(Event::Unreachable { reason: preflight.reason.clone().unwrap_or_default() });
                return Ok(end_early(job, begun, preflight, None).await);
            }
        };
        let identity = session.identity();
        events(Event::Reached {
            user: identity.user_name.clone(),
            project: identity.project_name.clone(),
            region: identity.region.clone(),
        });
        let prefix = begun.prefix();
        let header = Header::new(
            begun.id.clone(),
            job.cloud.name(),
            job.cloud.auth_url().as_str(),
            &identity,
            &prefix,
            begun.at,
        );
        let journal = Journal::new(&job.journal, header)
            .map_err(|error| Refused { problems: vec![error.to_string()] })?;
        let direct: Arc<dyn Openstack> = session;
        let header = tape::Header {
            prefix: prefix.clone(),
            catalog: catalog_on_tape(direct.catalog()),
            identity: Some(identity_on_tape(identity)),
            ..header_of(job, begun, &preflight)
        };
        let recorder = record(job, header);
        let common = Common {
            job,
            shared: Arc::new(SharedReads::new(direct.clone(), SharedReads::DEFAULT_MAX_BYTES)),
            direct,
            journal: journal.clone(),
            prefix,
            now: reference_time(job, begun),
            events: events.clone(),
            recorder: recorder.as_ref(),
        };
        let (stopping, stopped) = tokio::sync::watch::channel(false);
        let (running, ran) = start(&common, admitted, &prepared, &stopped);
        tokio::pin!(running);
        let stop = tokio::select! {
            () = &mut running => None,
            stop = &mut stop => {
                stopping.send_replace(true);
                // What was created is removed first.
                running.await;
                Some(stop)
            }
        };
        if let Err(error) = journal.finish() {
            tracing::warn!(%error, "the journal stays");
        }
        let closing = Closing::now(stop.as_ref());
        let ran: Vec<Ran> = ran.into_iter().map(Running::ran).collect();
        let mut tape = recorded(recorder, &closing).await;
        // Who neither ended nor was stopped has no end on the tape.
        if !closing.interrupted && ran.iter().any(|ran: &Ran| ran.how.is_none()) {
            tape = tape.map(|_| Err("the host failed while it ran a check; its log says more".to_owned()));
        }
        Ok(Ending { preflight, ran, closing, tape, replay: None })
    }
}

/// What identifies a run among all others.
pub(crate) struct Begun {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) tool: Tool,
}

impl Begun {
    fn now() -> Self {
        Begun {
            id: uuid::Uuid::new_v4().to_string(),
            at: Timestamp::now(),
            tool: Tool { name: "touchstone".into(), version: env!("CARGO_PKG_VERSION").into() },
        }
    }

    /// What the names of all that is created in the run begin with.
    fn prefix(&self) -> String {
        let digits: String = self.id.chars().filter(|c| *c != '-').take(12).collect();
        format!("touchstone-{digits}-")
    }
}

fn reference_time(job: &Job, begun: &Begun) -> Timestamp {
    job.reference_time.unwrap_or(begun.at)
}

/// Of a run in which no check was started.
async fn end_early(job: &Job, begun: &Begun, preflight: Preflight, stop: Option<&Stop>) -> Ending {
    let closing = Closing::now(stop);
    let tape = recorded(record(job, header_of(job, begun, &preflight)), &closing).await;
    Ending { preflight, ran: Vec::<Ran>::new(), closing, tape, replay: None }
}

fn stopped_early(stop: &Stop) -> Preflight {
    let reason = stop.reason().unwrap_or_else(|| "the run was interrupted".into());
    Preflight {
        reachable: false,
        reason: Some(format!("{reason} before any check had started")),
        privileged_roles: Vec::new(),
        services: Vec::new(),
    }
}

/// The header of a tape, as far as it does not come from the subject.
fn header_of(job: &Job, begun: &Begun, preflight: &Preflight) -> tape::Header {
    let opening = Opening::of(job, begun, preflight);
    tape::Header {
        reference_time: reference_time(job, begun).as_second(),
        report: serde_json::to_value(&opening).unwrap_or_default(),
        ..tape::Header::default()
    }
}

/// Begins the tape, if one was asked for.
fn record(job: &Job, header: tape::Header) -> Option<Recorder> {
    let recorder = Recorder::start(job.record.clone()?);
    let evidence = job.task.evidence.iter();
    let evidence = evidence.map(|(name, evidence)| {
        let written_at = evidence.written_at.map(Timestamp::as_second);
        let taped = tape::Evidence { file: evidence.file.clone(), body: 0, written_at };
        (name.clone(), taped, evidence.bytes.clone())
    });
    let attestations = job.task.attestations.about(job.task.manifest.uuid(), &job.task.subject);
    let attestations = attestations.map(|attestation: &Attestation| attestation.text().into_owned().into());
    recorder.header(header, evidence.collect(), attestations.collect());
    Some(recorder)
}

/// Ends the tape, if there is to be one, where waiting for the disk does no harm.
async fn recorded(recorder: Option<Recorder>, closing: &Closing) -> Option<Result<Tape, String>> {
    let recorder = recorder?;
    let report = serde_json::to_value(closing).unwrap_or_default();
    let ended = tokio::task::spawn_blocking(move || recorder.end(tape::End { report })).await;
    let recorded =
        ended.unwrap_or_else(|_| Err("the host was stopped before the tape was written".to_owned()));
    Some(recorded.map(|recorded| Tape { sha256: recorded.sha256, bytes: recorded.bytes }))
}

/// Why testcases about which nothing was said are DNF; `None` if they are MISS.
pub(crate) fn problem_of(how: &End) -> Option<String> {
    match how {
        End::Completed => None,
        End::Failed(reason) => Some(reason.clone()),
        End::Trapped(what) => Some(format!("the check stopped half-way: {what}")),
        End::OutOfMemory => Some("the check stopped half-way: it needs more memory than it may have".into()),
        End::TimedOut => Some("the check took longer than it may".into()),
        End::NotCompiled(why) => Some(format!("the check was not run: {why}")),
    }
}
