use std::path::{Path, PathBuf};
use std::sync::Arc;

use touchstone_report::{changes_table, printable};
use touchstone_runner::RecordedRun;
use touchstone_store::{Component, Store, differences};

use crate::args::ComponentArgs;
use crate::commands::{replay, scope, stores};
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Says what is other in one component than in another, and which verdicts on tapes are.
pub(super) async fn diff(
    before: &str,
    after: &str,
    tapes: &[PathBuf],
    manifest: Option<&Path>,
    components: &ComponentArgs,
) -> Result<Exit, Failure> {
    let named_stores = &components.stores.store;
    let start = manifest.unwrap_or(Path::new("."));
    let before = stores::component(before, named_stores, start)?;
    let after = stores::component(after, named_stores, start)?;
    terminal::print(&told(&before, &after));
    match manifest {
        None => Ok(Exit::Pass),
        Some(manifest) => judge(&before, &after, &replay::tapes(tapes)?, manifest, components).await,
    }
}

fn told(before: &Component, after: &Component) -> String {
    use std::fmt::Write as _;
    let name = |component: &Component| {
        let descriptor = component.descriptor();
        format!("{} {} {}", descriptor.id, descriptor.version, component.digest())
    };
    let mut text = format!("--- {}\n+++ {}\n", printable(&name(before)), printable(&name(after)));
    let all = differences(before, after);
    for (i, difference) in all.iter().enumerate() {
        let is_new = i == 0 || all[i - 1].what != difference.what;
        let mut label = if is_new { difference.what } else { "" };
        for (sign, value) in [('-', &difference.before), ('+', &difference.after)] {
            if let Some(value) = value {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{label:<11}{sign} {}", printable(value));
                label = "";
            }
        }
    }
    if before.digest() == after.digest() {
        text += "the same bytes\n";
    } else if all.is_empty() {
        text += "they say the same of themselves, and are other bytes\n";
    }
    text
}

async fn judge(
    before: &Component,
    after: &Component,
    tapes: &[PathBuf],
    file: &Path,
    components: &ComponentArgs,
) -> Result<Exit, Failure> {
    // Both from one place, wherever they lie.
    let folder = tempfile::tempdir().map_err(|error| Exit::OwnFault.because(error))?;
    let mut all = stores::open(&components.stores.store, file).unwrap_or_default();
    for (name, component) in [("before", before), ("after", after)] {
        let store =
            Store::open_or_create(folder.path().join(name)).map_err(|error| Exit::OwnFault.because(error))?;
        store.publish(component, false).map_err(|error| Exit::OwnFault.because(error))?;
        all.push(store);
    }
    let manifest = Arc::new(scope::read(file)?);
    let runner = crate::commands::components::runner_of(components.trust.as_deref(), all)?;
    let mut changes = Vec::new();
    for tape in tapes {
        let refused = |refused| Exit::Refused.because(refused);
        let run = RecordedRun::open(tape).map_err(refused)?;
        let selection = run.selection(&manifest).map_err(refused)?;
        let task = run.task(manifest.clone(), file.display().to_string(), selection).map_err(refused)?;
        changes.extend(runner.compare(&run, &task, before, after).await.map_err(refused)?);
    }
    let count = if tapes.len() == 1 { "1 tape".to_owned() } else { format!("{} tapes", tapes.len()) };
    terminal::print(&format!("\njudged {count} with both\n"));
    terminal::print(&changes_table(&changes, terminal::width()));
    Ok(if changes.is_empty() { Exit::Pass } else { Exit::Fail })
}
