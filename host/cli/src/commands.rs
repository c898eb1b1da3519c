//! One file for each command, or family of commands.

mod attest;
mod check;
mod cleanup;
mod components;
mod demo;
mod evidence;
mod history;
mod nightly;
mod registries;
mod replay;
mod report;
mod run;
mod scope;
mod sign;
mod simulate;
mod status;
mod stores;
mod tape;
mod trust;
mod verify;
mod version;
mod waiver;

use std::path::PathBuf;
use std::sync::Arc;

use touchstone_observe::Observing;
use touchstone_runtime::{ChildCompiler, CompileLimits, Runtime, RuntimeConfig};

use crate::args::{Cli, Command};
use crate::exit::{Exit, Failure};

/// Does what the command line says.
pub(crate) fn run(cli: Cli, observing: &Observing) -> Result<Exit, Failure> {
    match cli.command {
        Command::Run(args) => in_tokio(run::run(args)),
        Command::Replay(args) => in_tokio(replay::replay(args)),
        Command::Verify(args) => in_tokio(verify::verify(args)),
        Command::Sign(args) => sign::sign(&args),
        Command::Report(command) => report::report(command),
        Command::Tape(command) => tape::tape(command),
        Command::Cleanup(args) => in_tokio(cleanup::cleanup(args)),
        Command::Attest(args) => attest::attest(&args),
        Command::Demo(args) => in_tokio(demo::demo(args)),
        Command::Nightly(args) => in_tokio(nightly::nightly(args, observing)),
        Command::Worker(args) => in_tokio(nightly::worker(args, observing)),
        Command::Status(args) => in_tokio(status::status(args)),
        Command::History(args) => in_tokio(history::history(args)),
        Command::Diff(args) => in_tokio(history::diff(args)),
        Command::Simulate(args) => in_tokio(simulate::simulate(args)),
        Command::Scope(command) => scope::scope(command),
        Command::Push(args) => in_tokio(registries::push(args)),
        Command::Pull(args) => in_tokio(registries::pull(args)),
        Command::Save(args) => registries::save(&args),
        Command::Load(args) => registries::load(&args),
        Command::Trust(command) => trust::trust(command),
        Command::Waiver(command) => waiver::waiver(command),
        Command::Check(command) => in_tokio(check::check(command)),
        Command::Version { wit } => Ok(version::version(wit)),
        Command::CompileComponent { .. } => unreachable!("main has done it"),
    }
}

fn in_tokio(work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let tokio = tokio.map_err(|error| Exit::OwnFault.because(format!("cannot start threads: {error}")))?;
    let result = tokio.block_on(work);
    // Whoever still compiles for nobody is not waited for.
    tokio.shutdown_background();
    result
}

/// The engine, with compiled code cached in `$XDG_CACHE_HOME/touchstone/code` (`~/.cache/touchstone/code`), which spends so much
/// on compiling what nobody vouches for.
fn runtime(limits: CompileLimits) -> Result<Arc<Runtime>, Failure> {
    let program = std::env::current_exe().map_err(|error| {
        Exit::OwnFault
            .because(format!("this program does not know where it is, and cannot start itself: {error}"))
    })?;
    let config = RuntimeConfig {
        code_cache: base("XDG_CACHE_HOME", ".cache").map(|cache| cache.join("code")),
        child: Some(ChildCompiler { program, limits }),
    };
    Runtime::new(&config).map(Arc::new).map_err(|error| Exit::OwnFault.because(error))
}

/// Where runs write down what they create: `$XDG_STATE_HOME/touchstone/journal` (`~/.local/state/touchstone/journal`).
fn journal_folder() -> Result<PathBuf, Failure> {
    let folder = base("XDG_STATE_HOME", ".local/state").map(|state| state.join("journal"));
    folder.ok_or_else(|| {
        Exit::OwnFault.because("neither XDG_STATE_HOME nor HOME says where to keep the journal")
    })
}

/// Our folder in a base directory of the XDG specification, where what is empty or relative is as if it were not there.
fn base(variable: &str, in_home: &str) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute(variable).or_else(|| Some(absolute("HOME")?.join(in_home)))?;
    Some(base.join("touchstone"))
}

fn today() -> jiff::civil::Date {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date()
}
