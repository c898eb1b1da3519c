//! One file for each command, or family of commands.

mod check;
mod demo;
mod run;
mod scope;
mod simulate;
mod stores;

use std::path::PathBuf;
use std::sync::Arc;

use touchstone_runtime::{Runtime, RuntimeConfig};

use crate::args::{Cli, Command};
use crate::exit::{Exit, Failure};

/// Does what the command line says.
pub(crate) fn run(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Run(args) => in_tokio(run::run(args)),
        Command::Demo(args) => in_tokio(demo::demo(args)),
        Command::Simulate(args) => in_tokio(simulate::simulate(args)),
        Command::Scope(command) => scope::scope(command),
        Command::Check(command) => in_tokio(check::check(command)),
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

/// The engine, with compiled code cached in `$XDG_CACHE_HOME/touchstone/code` (`~/.cache/touchstone/code`).
fn runtime() -> Result<Arc<Runtime>, Failure> {
    // The XDG base directory specification: what is empty or relative is as if it were not there.
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let config = RuntimeConfig { code_cache: cache.map(|cache| cache.join("touchstone/code")) };
    Runtime::new(&config).map(Arc::new).map_err(|error| Exit::OwnFault.because(error))
}

fn today() -> jiff::civil::Date {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date()
}
