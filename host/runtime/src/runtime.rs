use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use semver::Version;
use touchstone_capabilities::openstack::{Capabilities, Granted};
use touchstone_store::{AssetSpec, Component, Descriptor, Digest, ParameterSpec, TestcaseSpec};
use wasmtime::component::{Component as Code, HasSelf, Linker};
use wasmtime::{Config, Engine, Store, Trap, UpdateDeadline};

use crate::bindings::{OpenstackCheck, OpenstackCheckPre};
use crate::code_cache::CodeCache;
use crate::imports::{Dropped, Imports};
use crate::limits::{Limits, STACK_BYTES};
use crate::said::{Listener, cut};
use crate::ticker::Ticker;

/// How a [`Runtime`] is to be.
#[derive(Debug, Clone, Default)]
pub struct RuntimeConfig {
    /// Where compiled code is kept, e.g. `~/.cache/touchstone/code`; nowhere if `None` (the default).
    pub code_cache: Option<PathBuf>,
}

/// The one WebAssembly engine of a process. It can prepare and run many checks at a time.
pub struct Runtime {
    engine: Engine,
    linker: Linker<Imports>,
    cache: CodeCache,
    ticker: Arc<Ticker>,
}

/// A component that is compiled and linked, ready to make instances of.
#[derive(Clone)]
pub struct PreparedCheck {
    pre: OpenstackCheckPre<Imports>,
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
        let engine = Engine::new(&engine_config()).map_err(wrong)?;
        let mut linker = Linker::new(&engine);
        OpenstackCheck::add_to_linker::<_, HasSelf<_>>(&mut linker, |imports| imports).map_err(wrong)?;
        let ticker = Ticker::start(engine.clone()).map_err(|error| RuntimeError(error.to_string()))?;
        let cache = CodeCache::open(&engine, config.code_cache.as_deref());
        Ok(Runtime { engine, linker, cache, ticker: Arc::new(ticker) })
    }

    /// Compiles a component, or takes its compiled code from the cache. Takes seconds for large components: call it
    /// where blocking does no harm.
    ///
    /// # Errors
    /// The component is not valid, or its imports have other types than this host's.
    pub fn prepare(&self, component: &Component) -> Result<PreparedCheck, PrepareError> {
        let digest = component.digest();
        let code = match self.cache.load(&self.engine, &digest) {
            Some(code) => code,
            None => {
                let code = self.compile(digest, component.bytes())?;
                self.cache.store(&digest, &code);
                code
            }
        };
        self.link(digest, &code)
    }

    /// Asks a component for its descriptor by running its `describe`, with no capability and ten seconds.
    ///
    /// # Errors
    /// The component cannot be run, or what it says is not a descriptor.
    pub async fn describe(&self, bytes: &[u8]) -> Result<Descriptor, PrepareError> {
        let digest = Digest::of(bytes);
        let wrong = |why: String| PrepareError { digest, why };
        let prepared = self.link(digest, &self.compile(digest, bytes)?)?;
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
        let mut store = prepared.store(assignment, Arc::default());
        let described = async {
            let check = prepared.pre.instantiate_async(&mut store).await?;
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
        let code = Code::from_binary(&self.engine, bytes).map_err(|error| PrepareError {
            digest,
            why: format!("it is not valid WebAssembly: {error:#}"),
        })?;
        tracing::debug!(%digest, ms = started.elapsed().as_millis() as u64, "compiled");
        Ok(code)
    }

    fn link(&self, digest: Digest, code: &Code) -> Result<PreparedCheck, PrepareError> {
        let pre = self.linker.instantiate_pre(code).and_then(OpenstackCheckPre::new).map_err(|error| {
            PrepareError {
                digest,
                why: format!(
                    "it does not fit the contract touchstone:check@{}: {error:#}",
                    touchstone_store::HOST_CONTRACT
                ),
            }
        })?;
        Ok(PreparedCheck { pre, digest, _ticker: self.ticker.clone() })
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
        let started = Instant::now();
        let wall = assignment.limits.wall;
        let dropped = Arc::new(Dropped::default());
        let mut store = self.store(assignment, dropped.clone());
        // The epoch bounds computing, the timeout bounds waiting for answers; each alone leaves the other endless.
        let running = async {
            let check = self.pre.instantiate_async(&mut store).await?;
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

    fn store(&self, assignment: Assignment, dropped: Arc<Dropped>) -> Store<Imports> {
        let Limits { wall, call_bytes, handles, .. } = assignment.limits;
        let deadline = Instant::now() + wall;
        let mut store = Store::new(self.pre.engine(), Imports::new(assignment, dropped));
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
fn engine_config() -> Config {
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
