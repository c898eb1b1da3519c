use std::path::{Path, PathBuf};

use touchstone_scope::{Manifest, Waiver, WaiverRules, Waivers};

use super::{scope, sign, today};
use crate::args::WaiverCommand;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Waivers are a few pages.
const MAX_BYTES: u64 = 4 << 20;

pub(crate) fn waiver(command: WaiverCommand) -> Result<Exit, Failure> {
    match command {
        WaiverCommand::Lint { files, scope, date } => {
            let manifests: Vec<Manifest> =
                scope.iter().map(|file| scope::read(file)).collect::<Result<_, _>>()?;
            let rules = WaiverRules { manifests: &manifests, on: date.unwrap_or_else(today) };
            if manifests.is_empty() {
                terminal::note("Scopes and testcases are not looked for: no manifest was given (--scope).");
            }
            Ok(lint(&files, &rules))
        }
    }
}

fn lint(files: &[PathBuf], rules: &WaiverRules<'_>) -> Exit {
    let mut exit = Exit::Pass;
    let mut seen: Vec<(&Path, Waiver)> = Vec::new();
    for file in files {
        let waivers = match read(file, rules) {
            Ok(waivers) => waivers,
            Err(failure) => {
                terminal::error(&failure.message);
                exit = exit.worse(failure.exit);
                continue;
            }
        };
        let before = seen.len();
        for waiver in waivers {
            if let Some((other, _)) =
                seen[..before].iter().find(|(_, first)| first.is_about_the_same_as(&waiver))
            {
                let place = format!("{}:{}:{}", file.display(), waiver.span.line, waiver.span.column);
                terminal::error(&format!(
                    "{place}: there is a waiver for `{}` of `{}` in {} as well; delete one of them",
                    waiver.testcase,
                    waiver.subject,
                    other.display()
                ));
                exit = exit.worse(Exit::Refused);
            }
            seen.push((file, waiver));
        }
        let count = seen.len() - before;
        terminal::print(&format!("{}: {count} waivers can be used\n", file.display()));
    }
    exit
}

fn text(file: &Path) -> Result<(String, String), Failure> {
    let name = file.display().to_string();
    let text = sign::read_text(file, MAX_BYTES);
    let text = text.map_err(|error| Exit::Refused.because(format!("{name}: {error}")))?;
    Ok((name, text))
}

/// Reads waivers; what is wrong with them, or has no effect, is shown.
pub(super) fn read(file: &Path, rules: &WaiverRules<'_>) -> Result<Waivers, Failure> {
    let (name, text) = text(file)?;
    let accepted = Waivers::lint(&name, &text, rules).map_err(|diagnostics| {
        terminal::diagnostics(&diagnostics);
        Exit::Refused.because(diagnostics)
    })?;
    if let Some(warnings) = accepted.warnings {
        terminal::diagnostics(&warnings);
    }
    Ok(accepted.waivers)
}
