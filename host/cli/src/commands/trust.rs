use std::ffi::OsString;
use std::path::{Path, PathBuf};

use touchstone_trust::Policy;

use super::stores;
use crate::args::TrustCommand;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// A policy is a few pages.
const MAX_BYTES: u64 = 4 << 20;

pub(crate) fn trust(command: TrustCommand) -> Result<Exit, Failure> {
    match command {
        TrustCommand::Lint { files } => lint(&files),
        TrustCommand::Explain { policy, component, stores } => {
            let policy = read(&policy)?;
            let here = Path::new(".");
            let component = stores::component(&component, &stores.store, here)?;
            let opened = stores::open(&stores.store, here)?;
            let explanation = touchstone_runner::explain(&policy, &opened, &component, &[])
                .map_err(|error| Exit::Refused.because(error))?;
            terminal::print(&format!("{explanation}\n"));
            terminal::note(
                "This is about what it asks for. What a manifest grants it has to be below the ceilings as well.",
            );
            Ok(if explanation.decision.is_ok() { Exit::Pass } else { Exit::Refused })
        }
    }
}

/// The policy that was named; else the one that `TOUCHSTONE_TRUST` names; else none.
pub(crate) fn policy(named: Option<&Path>) -> Result<Option<Policy>, Failure> {
    let of_environment = || std::env::var_os("TOUCHSTONE_TRUST").filter(|file: &OsString| !file.is_empty());
    let file = named.map(Path::to_owned).or_else(|| of_environment().map(PathBuf::from));
    file.map(|file| read(&file)).transpose()
}

/// Reads a policy; what is wrong with it is shown, and ends the program.
fn read(file: &Path) -> Result<Policy, Failure> {
    let name = file.display().to_string();
    let text = super::sign::read_text(file, MAX_BYTES)
        .map_err(|error| Exit::Refused.because(format!("{name}: {error}")))?;
    let policy = Policy::parse(&name, &text).map_err(|diagnostics| {
        terminal::diagnostics(&diagnostics);
        Exit::Refused.because(diagnostics)
    })?;
    if let Some(warnings) = policy.warnings() {
        terminal::diagnostics(warnings);
    }
    Ok(policy)
}

fn lint(files: &[PathBuf]) -> Result<Exit, Failure> {
    let mut exit = Exit::Pass;
    for file in files {
        match read(file) {
            Ok(_) => terminal::print(&format!("{}: nothing wrong\n", file.display())),
            Err(failure) => {
                terminal::error(&failure.message);
                exit = failure.exit;
            }
        }
    }
    Ok(exit)
}
