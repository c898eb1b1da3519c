//! Compiling in a process of its own, which has little time and little memory.
//!
//! A small component can take hours and all memory to compile; wasmtime does not count that as a vulnerability. So what nobody
//! vouches for is compiled by a child: this very program, started anew, without environment, with limits that the kernel keeps.
//! It gets the component on standard input, and writes the code to standard output; nobody else's code is ever loaded.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use wasmtime::Engine;

use crate::runtime::engine_config;

/// The argument that makes a child of us: `touchstone compile-component MEMORY_BYTES SECONDS`.
pub const CHILD_COMMAND: &str = "compile-component";

/// How components are compiled that nobody vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildCompiler {
    /// This very program: it must answer to [`CHILD_COMMAND`] with [`compile_for_parent`].
    pub program: PathBuf,
    /// What one component may take.
    pub limits: CompileLimits,
}

/// What compiling one component may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Time, and that much of processor time for each of up to [`CHILD_THREADS`] threads. Default 120 s.
    pub wall: Duration,
    /// Memory. Default 2 GiB.
    pub memory_bytes: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        CompileLimits { wall: Duration::from_secs(120), memory_bytes: 2 << 30 }
    }
}

/// A child compiles with no more threads than this.
pub const CHILD_THREADS: usize = 4;

/// Exit code of a child that was given what is no component. Whatever else it ends with is for lack of time or memory.
const INVALID: i32 = 65;

/// Compiled code larger than this is not taken: 256 MiB. (That of a check in Python has 40 MiB.)
const MAX_CODE: u64 = 256 << 20;

/// More than a message of the compiler has, in bytes.
const MAX_MESSAGE: u64 = 16 << 10;

/// A child did not compile a component.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChildError {
    #[error("it is not valid WebAssembly: {0}")]
    Invalid(String),
    #[error("compiling it took longer than {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("compiling it took more than {} MiB of memory, or brought the compiler down", .0 >> 20)]
    Failed(u64),
    #[error("it compiles to more than {} MiB of code", MAX_CODE >> 20)]
    TooMuchCode,
    #[error("the process that compiles it cannot be started: {0}")]
    NotStarted(io::Error),
}

impl ChildCompiler {
    /// Compiles a component, and gives its serialized code. Dropping the future ends the child.
    pub(crate) async fn compile(&self, component: &[u8]) -> Result<Vec<u8>, ChildError> {
        let CompileLimits { wall, memory_bytes } = self.limits;
        let mut child = self.start().map_err(ChildError::NotStarted)?;
        let talking = async {
            let stdin = child.stdin.take();
            let writing = async {
                if let Some(mut stdin) = stdin {
                    // A child that ends before it has read everything says why by how it ends.
                    let _ = stdin.write_all(component).await;
                }
            };
            let code = read(child.stdout.take(), MAX_CODE + 1);
            let message = read(child.stderr.take(), MAX_MESSAGE);
            let ((), code, message) = tokio::join!(writing, code, message);
            (child.wait().await, code, message)
        };
        let Ok((status, code, message)) = tokio::time::timeout(wall, talking).await else {
            // Dropping it would kill it, too; this also waits until it is gone.
            let _ = child.kill().await;
            return Err(ChildError::TimedOut(wall));
        };
        let status = status.map_err(ChildError::NotStarted)?;
        let message = String::from_utf8_lossy(&message).trim().to_owned();
        match status.code() {
            Some(0) if code.len() as u64 > MAX_CODE => Err(ChildError::TooMuchCode),
            Some(0) => Ok(code),
            Some(INVALID) => Err(ChildError::Invalid(message)),
            _ => {
                tracing::info!(%status, message, "the process that compiles a component failed");
                Err(ChildError::Failed(memory_bytes))
            }
        }
    }

    fn start(&self) -> io::Result<Child> {
        let CompileLimits { wall, memory_bytes } = self.limits;
        let mut command = Command::new(&self.program);
        command
            .args([CHILD_COMMAND, &memory_bytes.to_string(), &wall.as_secs().max(1).to_string()])
            .env_clear()
            .env("RAYON_NUM_THREADS", threads().to_string())
            // Its allocator reserves a gigabyte: what it does not use yet must not count as memory that can be written to.
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Ctrl-C on a terminal is for us.
        command.process_group(0);
        command.spawn()
    }
}

/// Threads of one child, and children at a time.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(CHILD_THREADS)
}

async fn read(from: Option<impl AsyncRead + Unpin>, at_most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let _ = from.take(at_most).read_to_end(&mut bytes).await;
    }
    bytes
}

/// What a child does: takes its limits, reads a component from standard input, and writes its code to standard output. Gives
/// the exit code.
pub fn compile_for_parent(memory_bytes: u64, seconds: u64) -> u8 {
    let compiled = limit(memory_bytes, seconds).map_err(|error| (70, error.to_string())).and_then(|()| {
        let mut component = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut component);
        read.map_err(|error| (70, error.to_string()))?;
        let engine = Engine::new(&engine_config()).map_err(|error| (70, format!("{error:#}")))?;
        engine.precompile_component(&component).map_err(|error| (INVALID, format!("{error:#}")))
    });
    let written = compiled.and_then(|code| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(&code).and_then(|()| stdout.flush()).map_err(|error| (74, error.to_string()))
    });
    match written {
        Ok(()) => 0,
        Err((code, message)) => {
            let _ = writeln!(io::stderr(), "{message}");
            u8::try_from(code).unwrap_or(70)
        }
    }
}

/// From now on this process cannot have more than this, nor write files, nor leave its memory behind, nor outlive its parent.
fn limit(memory_bytes: u64, seconds: u64) -> rustix::io::Result<()> {
    #[cfg(target_os = "linux")]
    set_parent_process_death_signal(Some(Signal::KILL))?;
    for (resource, most) in [
        // Memory that can be written to: code and data of this program are shared, and address space costs nothing.
        (Resource::Data, memory_bytes),
        (Resource::Cpu, seconds.saturating_mul(threads() as u64)),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
