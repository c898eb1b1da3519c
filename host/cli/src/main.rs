//! The command line of Touchstone: arguments, progress, exit codes. What it does is done by the crates below it.

mod args;
mod commands;
mod exit;
mod json_lines;
mod logging;
mod nights;
mod progress;
mod terminal;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::Exit;

/// Many runs at once allocate from many threads, at which the C library's allocator is slow (`cargo bench -p touchstone --bench
/// nightly`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Pass };
            // Where help cannot be written, nothing else can be.
            let _ = error.print();
            return exit.into();
        }
    };
    if let Command::CompileComponent { memory_bytes, seconds } = cli.command {
        return touchstone_runtime::compile_for_parent(memory_bytes, seconds).into();
    }
    let observing = logging::start(&cli);
    // A panic is our own fault, and has an exit code of its own; its message was written by then.
    match std::panic::catch_unwind(AssertUnwindSafe(|| commands::run(cli, &observing))) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            terminal::error(&failure.message);
            failure.exit.into()
        }
        Err(_) => {
            terminal::error(
                "this is a fault of Touchstone itself; please report it, with what is written above",
            );
            Exit::OwnFault.into()
        }
    }
}
