use std::path::Path;

use touchstone_scope::{Check, Manifest, Pin, pin};
use touchstone_store::{Published, Store};

use super::{stores, today};
use crate::args::{ScopeCommand, ShowFormat};
use crate::exit::{Exit, Failure};
use crate::terminal;

pub(crate) fn scope(command: ScopeCommand) -> Result<Exit, Failure> {
    match command {
        ScopeCommand::Lint { files } => lint(&files),
        ScopeCommand::Show { file, date, format } => {
            let matrix = read(&file)?.matrix(date.unwrap_or_else(today));
            terminal::print(&match format {
                ShowFormat::Text => matrix.text(u16::try_from(terminal::width()).unwrap_or(u16::MAX)),
                ShowFormat::Markdown => matrix.markdown(),
            });
            Ok(Exit::Pass)
        }
        ScopeCommand::Pin { file, check, stores } => {
            let opened = stores::open(&stores.store, &file)?;
            pin_checks(&file, check.as_deref(), &opened)
        }
    }
}

/// Reads a manifest; what is wrong with it is shown, and ends the program.
pub(crate) fn read(file: &Path) -> Result<Manifest, Failure> {
    let text = text(file)?;
    Manifest::parse(&file.display().to_string(), &text).map_err(|diagnostics| {
        terminal::diagnostics(&diagnostics);
        Exit::Refused.because(diagnostics)
    })
}

fn text(file: &Path) -> Result<String, Failure> {
    let bytes =
        read_bounded(file).map_err(|error| Exit::Refused.because(format!("{}: {error}", file.display())))?;
    String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
        Exit::Refused.because(format!("{}:{line}: a manifest is UTF-8, and this line is not", file.display()))
    })
}

/// As much of a file as a manifest may have, and a byte more, so that the parser can refuse it.
fn read_bounded(file: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take((4 << 20) + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn lint(files: &[std::path::PathBuf]) -> Result<Exit, Failure> {
    let mut exit = Exit::Pass;
    for file in files {
        match read(file) {
            Ok(manifest) => terminal::print(&format!(
                "{}: {}, {} testcases in {} modules, {} versions: nothing wrong\n",
                file.display(),
                manifest.name(),
                manifest.checks().iter().map(|check| check.testcases.len()).sum::<usize>(),
                manifest.modules().len(),
                manifest.versions().len(),
            )),
            Err(failure) => {
                terminal::error(&failure.message);
                exit = failure.exit;
            }
        }
    }
    Ok(exit)
}

fn pin_checks(file: &Path, check: Option<&str>, stores: &[Store]) -> Result<Exit, Failure> {
    let manifest = read(file)?;
    let published = stores::published(stores)?;
    let wanted = match check {
        Some(check) => vec![one(check, &manifest, &published)?],
        None => all(&manifest, &published),
    };
    let name = file.display().to_string();
    let before = text(file)?;
    let mut after = before.clone();
    for (own, release) in &wanted {
        let version = release.version.to_string();
        let change = Pin {
            check: &own.id,
            version: Some(&own.version),
            component: release
                .component
                .to_string()
                .parse()
                .map_err(|error| Exit::OwnFault.because(error))?,
            new_version: (version != own.version).then_some(&version),
        };
        after = pin(&name, &after, &change).map_err(|error| Exit::Refused.because(error))?;
        terminal::print(&format!("{} {version}: {}\n", own.id, release.component));
    }
    if wanted.is_empty() {
        return Err(
            Exit::Refused.because("the store has none of the checks of the manifest, in these versions")
        );
    }
    if after != before {
        std::fs::write(file, after).map_err(|error| Exit::OwnFault.because(format!("{name}: {error}")))?;
    }
    Ok(Exit::Pass)
}

/// The check that was named, and its release.
fn one<'a>(
    named: &str,
    manifest: &'a Manifest,
    published: &'a [Published],
) -> Result<(&'a Check, &'a Published), Failure> {
    let (id, version) = named.split_once('@').map_or((named, None), |(id, version)| (id, Some(version)));
    let entries: Vec<_> = manifest.checks().iter().filter(|check| check.id == id).collect();
    let exact = entries.iter().copied().find(|check| version == Some(check.version.as_str()));
    let entry = match (exact, entries.as_slice()) {
        (Some(entry), _) => entry,
        (None, &[entry]) => entry,
        (None, []) => return Err(Exit::Refused.because(format!("the manifest has no check {id}"))),
        (None, _) => {
            return Err(Exit::Refused
                .because(format!("the manifest has {id} in several versions; name one: {id}@VERSION")));
        }
    };
    let version = version.unwrap_or(&entry.version);
    Ok((entry, stores::release(published, id, version)?))
}

/// Every check of the manifest that the store has in that version.
fn all<'a>(manifest: &'a Manifest, published: &'a [Published]) -> Vec<(&'a Check, &'a Published)> {
    let release =
        |check: &Check| published.iter().find(|p| p.id == check.id && p.version.to_string() == check.version);
    manifest.checks().iter().filter_map(|check| Some((check, release(check)?))).collect()
}
