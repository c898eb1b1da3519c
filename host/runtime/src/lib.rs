//! Runs one check in one WebAssembly instance, within limits.
//!
//! [`Runtime`] compiles a component (or takes it from its private cache of compiled code) to a [`PreparedCheck`];
//! [`PreparedCheck::run`] makes one fresh instance, gives it the imports of `touchstone:check` (and WASI, empty and frozen), and
//! tells a [`Listener`] what the check says, as it says it. However the instance ends, [`Ended`] says how.

mod bindings;
mod code_cache;
mod compiler;
mod frozen;
mod imports;
mod limits;
mod memory;
mod pool;
mod printed;
mod runtime;
mod said;
mod ticker;

pub use compiler::{CHILD_COMMAND, CHILD_THREADS, ChildCompiler, CompileLimits, compile_for_parent};
pub use limits::Limits;
pub use runtime::{
    Assignment, DroppedCounts, End, Ended, PrepareError, PreparedCheck, Runtime, RuntimeConfig, RuntimeError,
};
pub use said::{Finding, Listener, LogLevel, Resource, Severity, Verdict};
