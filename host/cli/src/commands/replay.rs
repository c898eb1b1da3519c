use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinSet;
use touchstone_report::{Report, changes_table, printable};
use touchstone_runner::{Changed, RecordedRun, Runner, changes};
use touchstone_scope::Manifest;

use super::{components, run, scope};
use crate::args::ReplayArgs;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Judges recorded runs again.
pub(crate) async fn replay(args: ReplayArgs) -> Result<Exit, Failure> {
    if args.output.json_lines {
        return Err(
            Exit::Usage.because("--json-lines tells what happens in a run; a replay has nothing to tell")
        );
    }
    let manifest = Arc::new(scope::read(&args.scope)?);
    let runner = components::runner(&args.components, None, &args.scope)?;
    let tapes = tapes(&args.tapes)?;
    if let ([tape], false) = (tapes.as_slice(), args.tapes.iter().any(|path| path.is_dir())) {
        let replayed = one(&runner, tape, manifest, &args).await?;
        if let Some(damage) = replayed.run.damage() {
            terminal::note(&damage);
        }
        return run::tell(&replayed.report, &args.output);
    }
    if args.output.output.is_some() {
        return Err(Exit::Usage.because("-o takes the report of one tape; these are many"));
    }
    many(&runner, &tapes, manifest, Arc::new(args)).await
}

struct Replayed {
    run: RecordedRun,
    report: Report,
}

async fn one(
    runner: &Runner,
    file: &Path,
    manifest: Arc<Manifest>,
    args: &ReplayArgs,
) -> Result<Replayed, Failure> {
    let run = RecordedRun::open(file).map_err(|refused| Exit::Refused.because(refused))?;
    let selection = if args.selection.is_default() {
        run.selection(&manifest).map_err(|refused| Exit::Refused.because(refused))?
    } else {
        run::selection(&args.selection, run.reference_date())?
    };
    let task = run.task(manifest, args.scope.display().to_string(), selection);
    let task = task.map_err(|refused| Exit::Refused.because(refused))?;
    let report = runner.replay(&run, &task).await.map_err(|refused| Exit::Refused.because(refused))?;
    Ok(Replayed { run, report })
}

/// As many at a time as there are cores; told in the order of the files.
async fn many(
    runner: &Runner,
    files: &[PathBuf],
    manifest: Arc<Manifest>,
    args: Arc<ReplayArgs>,
) -> Result<Exit, Failure> {
    let at_a_time = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let (mut tasks, mut done, mut rest) = (JoinSet::new(), Vec::new(), files.iter().enumerate());
    loop {
        while tasks.len() < at_a_time
            && let Some((number, file)) = rest.next()
        {
            let (runner, file) = (runner.clone(), file.clone());
            let (manifest, args) = (manifest.clone(), args.clone());
            tasks.spawn(async move { (number, one(&runner, &file, manifest, &args).await) });
        }
        match tasks.join_next().await {
            None => break,
            Some(Ok(one)) => done.push(one),
            Some(Err(error)) => return Err(Exit::OwnFault.because(error)),
        }
    }
    done.sort_by_key(|(number, _)| *number);
    let (mut exit, mut rows) = (Exit::Pass, Vec::new());
    for (number, replayed) in done {
        let file = printable(&files[number].display().to_string());
        match replayed {
            Ok(Replayed { run, report }) => {
                let damage = run.damage().map(|damage| format!(" ({damage})")).unwrap_or_default();
                if !args.output.quiet {
                    terminal::print(&format!("{file}{damage}\n"));
                }
                terminal::print(&(touchstone_report::summary_line(&report) + "\n"));
                rows.extend(changes(&run, &report).into_iter().map(|changed| {
                    let Changed { testcase, versions, then, now, reason } = changed;
                    let testcase = match versions.is_empty() {
                        true => testcase,
                        false => format!("{testcase} [{}]", versions.join(", ")),
                    };
                    let subject = run.subject().to_owned();
                    touchstone_report::Change { subject, testcase, then, now: Some(now), reason }
                }));
                exit = exit.worse(Exit::of_code(report.exit_code()));
            }
            Err(failure) => {
                terminal::error(&failure.message);
                exit = exit.worse(failure.exit);
            }
        }
    }
    terminal::print(&changes_table(&rows, terminal::width()));
    Ok(exit)
}

/// The files that were named, and the tapes in the folders that were.
pub(crate) fn tapes(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut tapes = BTreeSet::new();
    for path in paths {
        if !path.is_dir() {
            tapes.insert(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        let entries = entries.map_err(|error| Exit::Usage.because(format!("{}: {error}", path.display())))?;
        let files = entries.into_iter().map(|entry| entry.path());
        tapes.extend(files.filter(|file| file.extension().is_some_and(|extension| extension == "tape")));
    }
    if tapes.is_empty() {
        return Err(Exit::Usage.because("there is no tape (*.tape) in what was named"));
    }
    Ok(tapes.into_iter().collect())
}
