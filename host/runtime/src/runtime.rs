use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use semver::Version;
use tokio::sync::Semaphore;
use touchstone_capabilities::openstack::{Capabilities, Granted};
use touchstone_store::{AssetSpec, Component, Descriptor, Digest, ParameterSpec, TestcaseSpec};
use wasmtime::component::{Component as Code, HasSelf, Linker};
use wasmtime::{Config, Engine, Store, Trap, UpdateDeadline};

use crate::bindings::{OpenstackCheck, OpenstackCheckPre};
use crate::code_cache::CodeCache;
use crate::compiler::{self, ChildCompiler, ChildError};
use crate::frozen;
use crate::imports::{Dropped, Imports};
use crate::limits::{Limits, STACK_BYTES};
use crate::pool::{Pool, Seats};
use crate::said::{Listener, cut};
use crate::ticker::Ticker;

/// How a [`Runtime`] is to be.
#[derive(Debug, Clone, Default)]
pub struct RuntimeConfig {
    /// Where compiled code is kept, e.g. `~/.cache/touchstone/code`; nowhere if `None` (the default).
    pub code_cache: Option<PathBuf>,
    /// What compiles components that nobody vouches for. If `None` (the default), this process does.
    pub child: Option<ChildCompiler>,
}

/// The one WebAssembly engine of a process. It can prepare and run many checks at a time.
pub struct Runtime {
    pool: Pool,
    linker: Linker<Imports>,
    cache: CodeCache,
    child: Option<ChildCompiler>,
    /// Children that may compile at a time.
    children: Semaphore,
    ticker: Arc<Ticker>,
}

/// A component that is compiled and linked, ready to make instances of; or one that could not be compiled within limits, of
/// which every run says so.
#[derive(Clone)]
pub struct PreparedCheck {
    code: Result<(OpenstackCheckPre<Imports>, Seats), String>,
    digest: Digest,
    /// Without it nothing would interrupt an instance that outlives the [`Runtime`].
    _ticker: Arc<Ticker>,
}

/// What one instance of a check is to do, and with what.
pub struct Assignment {
    /// The API calls it may make.
    pub openstack: Arc<dyn Capabilities>,
    /// The testcases to judge; not empty.
    pub testcases: Vec<String>,
    /// The scope version's parameters.
    pub parameters: BTreeMap<String, String>,
    /// What counts as now, in seconds since 1970-01-01T00:00:00Z.
    pub reference_time: i64,
    /// What names of created resources begin with.
    pub prefix: String,
    /// Inputs pinned by hash, already checked against it.
    pub assets: BTreeMap<String, Bytes>,
    /// Results of other tools that were handed in for the subject.
    pub evidence: BTreeMap<String, Bytes>,
    /// What it may use.
    pub limits: Limits,
    /// Who hears what it says.
    pub listener: Arc<dyn Listener>,
}

/// How a run of a check ended, and what it used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub how: End,
    /// Time from start to end.
    pub wall: Duration,
    /// The most linear memory that it used.
    pub peak_memory_bytes: u64,
    /// What it said beyond the limits, which was dropped.
    pub dropped: DroppedCounts,
}

/// How much of what a check said was dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DroppedCounts {
    /// Outcomes.
    pub outcomes: u64,
    /// Findings.
    pub findings: u64,
    /// Bytes of the log.
    pub log_bytes: u64,
}

/// How a run of a check ended. Only after [`End::Completed`] does silence about a testcase mean MISS; otherwise DNF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// `run` returned `ok`.
    Completed,
    /// `run` returned `err`, with this text.
    Failed(String),
    /// The code trapped (a panic, a stack overflow, …).
    Trapped(String),
    /// It asked for more memory than it may have, and could not go on.
    OutOfMemory,
    /// It took longer than it may.
    TimedOut,
    /// It was not run: compiling it took more than it may, as this text says.
    NotCompiled(String),
}

/// The engine cannot be made on this machine.
#[derive(Debug, thiserror::Error)]
#[error("the WebAssembly engine cannot start: {0}")]
pub struct RuntimeError(String);

/// A component cannot be prepared.
#[derive(Debug, thiserror::Error)]
#[error("component {digest}: {why}")]
pub struct PrepareError {
    /// The component.
    pub digest: Digest,
    /// What is wrong with it.
    pub why: String,
}

/// Saying what it is must not take a check longer.
const DESCRIBE_WALL: Duration = Duration::from_secs(10);

impl Runtime {
    /// Starts the engine.
    ///
    /// # Errors
    /// This machine has not what it needs: virtual memory, threads.
    pub fn new(config: &RuntimeConfig) -> Result<Self, RuntimeError> {
        let wrong = |error: wasmtime::Error| RuntimeError(format!("{error:#}"));
        let pool = Pool::new().map_err(wrong)?;
        let engine = &pool.engine;
        let mut linker = Linker::new(engine);
        OpenstackCheck::add_to_linker::<_, HasSelf<_>>(&mut linker, |imports| imports).map_err(wrong)?;
        let ticker = Ticker::start(engine.clone()).map_err(|error| RuntimeError(error.to_string()))?;
        let cache = CodeCache::open(engine, config.code_cache.as_deref());
        let child = config.child.clone();
        let children = Semaphore::new(compiler::threads());
        Ok(Runtime { pool, linker, cache, child, children, ticker: Arc::new(ticker) })
    }

    /// Compiles a component, or takes its compiled code from the cache. One that is not `trusted` is compiled by a child, if
    /// there is one; where that takes more than it may, every run of the check ends with [`End::NotCompiled`].
    ///
    /// # Errors
    /// The component is not valid, or its imports have other types than this host's.
    pub async fn prepare(
        self: &Arc<Self>,
        component: &Component,
        trusted: bool,
    ) -> Result<PreparedCheck, PrepareError> {
        self.prepare_bytes(component.digest(), component.bytes().clone(), trusted).await
    }

    async fn prepare_bytes(
        self: &Arc<Self>,
        digest: Digest,
        bytes: Bytes,
        trusted: bool,
    ) -> Result<PreparedCheck, PrepareError> {
        if let Some(prepared) = self.elsewhere(move |it| it.prepare_cached(digest)).await {
            return prepared;
        }
        let Some(child) = self.child.as_ref().filter(|_| !trusted) else {
            return self.elsewhere(move |it| it.prepare_here(digest, &bytes)).await;
        };
        let turn = self.children.acquire().await;
        let started = Instant::now();
        let compiled = child.compile(&bytes).await;
        drop(turn);
        tracing::debug!(%digest, ms = started.elapsed().as_millis() as u64, "compiled by a child");
        match compiled {
            Ok(code) => self.elsewhere(move |it| it.adopt(digest, &code)).await,
            Err(error @ (ChildError::Invalid(_) | ChildError::NotStarted(_))) => {
                Err(PrepareError { digest, why: error.to_string() })
            }
            Err(error) => Ok(self.prepared(digest, Err(error.to_string()))),
        }
    }

    /// Does what takes a while where that does no harm.
    async fn elsewhere<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> T {
        let it = self.clone();
        match tokio::task::spawn_blocking(move || work(&it)).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The process ends, and nobody waits for it.
                Err(_) => std::future::pending().await,
            },
        }
    }

    fn prepare_cached(&self, digest: Digest) -> Option<Result<PreparedCheck, PrepareError>> {
        let code = self.cache.load(&self.pool.engine, &digest)?;
        Some(self.link(digest, &code))
    }

    fn prepare_here(&self, digest: Digest, bytes: &[u8]) -> Result<PreparedCheck, PrepareError> {
        let code = self.compile(digest, bytes)?;
        self.cache.store(&digest, &code);
        self.link(digest, &code)
    }

    /// Takes what a child compiled.
    fn adopt(&self, digest: Digest, code: &[u8]) -> Result<PreparedCheck, PrepareError> {
        let wrong = || PrepareError { digest, why: "what was compiled cannot be loaded".into() };
        let component = self.cache.adopt(&self.pool.engine, &digest, code).ok_or_else(wrong)?;
        self.link(digest, &component)
    }

    /// Asks a component for its descriptor by running its `describe`, with no capability and ten seconds. Nobody vouches for it
    /// yet: it is compiled like other such components.
    ///
    /// # Errors
    /// The component cannot be run, or what it says is not a descriptor.
    pub async fn describe(self: &Arc<Self>, bytes: &[u8]) -> Result<Descriptor, PrepareError> {
        let digest = Digest::of(bytes);
        let wrong = |why: String| PrepareError { digest, why };
        let prepared = self.prepare_bytes(digest, bytes.to_vec().into(), false).await?;
        let (check, seats) = prepared.code.as_ref().map_err(|why| wrong(why.clone()))?;
        let limits = Limits { wall: DESCRIBE_WALL, ..Limits::default() };
        let assignment = Assignment {
            openstack: Arc::new(Granted::nowhere()),
            testcases: Vec::new(),
            parameters: BTreeMap::new(),
            reference_time: 0,
            prefix: String::new(),
            assets: BTreeMap::new(),
            evidence: BTreeMap::new(),
            limits,
            listener: Arc::new(Deaf),
        };
        let _seats = seats.take().await;
        let mut store = prepared.store(&self.pool.engine, assignment, Arc::default());
        let described = async {
            let check = check.instantiate_async(&mut store).await?;
            check.touchstone_check_check().call_describe(&mut store).await
        };
        let said = tokio::time::timeout(DESCRIBE_WALL, described).await;
        let said = said.map_err(|_| wrong(format!("`describe` took longer than {DESCRIBE_WALL:?}")))?;
        let said = said.map_err(|error| wrong(format!("`describe` failed: {}", brief(&error))))?;
        let version: Version = said.version.parse().map_err(|error| {
            wrong(format!("version `{}` is not a semantic version: {error}", said.version))
        })?;
        let descriptor = Descriptor {
            testcases: said
                .testcases
                .into_iter()
                .map(|t| TestcaseSpec { id: t.id, title: t.title })
                .collect(),
            grants: said.grants,
            parameters: said
                .parameters
                .into_iter()
                .map(|p| ParameterSpec { name: p.name, description: p.description, required: p.required })
                .collect(),
            assets: said
                .assets
                .into_iter()
                .map(|a| AssetSpec { name: a.name, description: a.description, required: a.required })
                .collect(),
            ..Descriptor::new(said.id, version, said.title, said.url)
        };
        Descriptor::from_json(&descriptor.to_json()).map_err(|error| wrong(error.to_string()))
    }

    fn compile(&self, digest: Digest, bytes: &[u8]) -> Result<Code, PrepareError> {
        let started = Instant::now();
        let code = Code::from_binary(&self.pool.engine, bytes).map_err(|error| PrepareError {
            digest,
            why: format!("it is not valid WebAssembly: {error:#}"),
        })?;
        tracing::debug!(%digest, ms = started.elapsed().as_millis() as u64, "compiled");
        Ok(code)
    }

    fn link(&self, digest: Digest, code: &Code) -> Result<PreparedCheck, PrepareError> {
        let linked = if frozen::is_wanted(&self.pool.engine, code) {
            let mut linker = self.linker.clone();
            frozen::link(&mut linker, &self.pool.engine, code).and_then(|()| linker.instantiate_pre(code))
        } else {
            self.linker.instantiate_pre(code)
        };
        let pre = linked.and_then(OpenstackCheckPre::new).map_err(|error| PrepareError {
            digest,
            why: format!(
                "it does not fit the contract touchstone:check@{}: {error:#}",
                touchstone_store::HOST_CONTRACT
            ),
        })?;
        Ok(self.prepared(digest, Ok((pre, self.pool.seats(code)))))
    }

    fn prepared(
        &self,
        digest: Digest,
        code: Result<(OpenstackCheckPre<Imports>, Seats), String>,
    ) -> PreparedCheck {
        PreparedCheck { code, digest, _ticker: self.ticker.clone() }
    }
}

impl PreparedCheck {
    /// The component that it was made of.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Runs the check once, in a fresh instance. Dropping the future ends the instance at its next tick (10 ms) or at
    /// the call that it waits for.
    pub async fn run(&self, assignment: Assignment) -> Ended {
        let (code, seats) = match &self.code {
            Ok(code) => code,
            Err(why) => return Ended::not_compiled(why),
        };
        // Freed after the instance is gone: what is declared last is dropped first.
        let _seats = seats.take().await;
        let started = Instant::now();
        let wall = assignment.limits.wall;
        let dropped = Arc::new(Dropped::default());
        let mut store = self.store(code.engine(), assignment, dropped.clone());
        // The epoch bounds computing, the timeout bounds waiting for answers; each alone leaves the other endless.
        let running = async {
            let check = code.instantiate_async(&mut store).await?;
            check.touchstone_check_check().call_run(&mut store).await
        };
        let result = tokio::time::timeout(wall, running).await;
        let memory = &store.data().memory;
        let how = match result {
            Err(_) => End::TimedOut,
            Ok(Ok(Ok(()))) => End::Completed,
            Ok(Ok(Err(text))) => End::Failed(cut(text, crate::limits::MAX_TEXT)),
            Ok(Err(error)) if error.downcast_ref::<OutOfTime>().is_some() => End::TimedOut,
            Ok(Err(_)) if memory.was_exceeded() => End::OutOfMemory,
            Ok(Err(error)) => {
                tracing::info!(component = %self.digest, error = format!("{error:#}"), "a check trapped");
                End::Trapped(brief(&error))
            }
        };
        Ended {
            how,
            wall: started.elapsed(),
            peak_memory_bytes: memory.peak() as u64,
            dropped: DroppedCounts {
                outcomes: dropped.outcomes.load(Ordering::Relaxed),
                findings: dropped.findings.load(Ordering::Relaxed),
                log_bytes: dropped.log_bytes.load(Ordering::Relaxed),
            },
        }
    }

    fn store(&self, engine: &Engine, assignment: Assignment, dropped: Arc<Dropped>) -> Store<Imports> {
        let Limits { wall, call_bytes, handles, .. } = assignment.limits;
        let deadline = Instant::now() + wall;
        let mut store = Store::new(engine, Imports::new(&self.digest, assignment, dropped));
        store.limiter(|imports| &mut imports.memory);
        store.set_hostcall_fuel(call_bytes);
        store.set_max_component_handles(handles);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            if Instant::now() >= deadline { Err(OutOfTime.into()) } else { Ok(UpdateDeadline::Yield(1)) }
        });
        store
    }
}

impl Ended {
    fn not_compiled(why: &str) -> Self {
        Ended {
            how: End::NotCompiled(why.to_owned()),
            wall: Duration::ZERO,
            peak_memory_bytes: 0,
            dropped: DroppedCounts::default(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("out of time")]
struct OutOfTime;

struct Deaf;

impl Listener for Deaf {
    fn outcome(&self, _testcase: &str, _verdict: crate::Verdict, _reason: &str) {}
    fn finding(&self, _testcase: &str, _finding: crate::Finding) {}
    fn log(&self, _level: crate::LogLevel, _message: &str) {}
}

/// What people are told of a trap; the backtrace goes to the log.
fn brief(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => "it aborted (a panic)".into(),
        Some(Trap::StackOverflow) => "its stack overflowed".into(),
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    }
}

/// Determinism first: no feature whose results differ between machines.
pub(crate) fn engine_config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .wasm_multi_memory(true)
        .max_wasm_stack(STACK_BYTES)
        .async_stack_size(STACK_BYTES + (1 << 20));
    config
}
