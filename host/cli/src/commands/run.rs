use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use touchstone_capabilities::openstack::{CloudConfig, Env};
use touchstone_report::{Report, TerminalOptions, Verbosity};
use touchstone_runner::{Ceiling, Job, Runner, Stop, Task};
use touchstone_scope::{LimitOverrides, Manifest, Selection};

use super::{attest, components, evidence, journal_folder, scope, sign, today};
use crate::args::{OutputArgs, RunArgs, SelectionArgs};
use crate::exit::{Exit, Failure};
use crate::json_lines::JsonLines;
use crate::progress::Progress;
use crate::terminal;

pub(crate) async fn run(args: RunArgs) -> Result<Exit, Failure> {
    let manifest = scope::read(&args.scope)?;
    let ceiling = ceiling(&args.ceiling)?;
    // Where no source is named, there is nothing to fetch.
    let fetches = manifest.checks().iter().any(|check| check.source.is_some());
    let runner = components::runner(&args.components, fetches.then_some(&args.fetch), &args.scope)?;
    let cloud = CloudConfig::load(args.cloud.as_deref(), &Env::of_process())
        .map_err(|error| Exit::Unreachable.because(error))?;
    let key = args.sign.as_deref().map(sign::key).transpose()?;
    let job = job(manifest, args.scope.display().to_string(), &args.selection, cloud, journal_folder()?)?;
    let task = Task {
        subject: args.subject.unwrap_or_else(|| job.task.subject.clone()),
        evidence: evidence::read(&args.evidence, &job.task.manifest)?,
        attestations: attest::read(&args.attestations)?,
        ..job.task
    };
    let job = Job { task, ceiling, allow_privileged: args.allow_privileged, record: args.record, ..job };
    let exit = finish(&runner, job, &args.output).await?;
    if let (Some(key), Some(report)) = (key, &args.output.output) {
        sign::write(report, &key)?;
    }
    Ok(exit)
}

/// What was selected of the manifest, against this cloud.
pub(crate) fn job(
    manifest: Manifest,
    file: String,
    args: &SelectionArgs,
    cloud: CloudConfig,
    journal: PathBuf,
) -> Result<Job, Failure> {
    let selection = selection(args, today())?;
    let reference_time = match args.date {
        Some(date) if date != today() => {
            let midnight = date.at(0, 0, 0, 0);
            Some(jiff::tz::Offset::UTC.to_timestamp(midnight).map_err(|error| Exit::Usage.because(error))?)
        }
        _ => None,
    };
    let task = Task::new(Arc::new(manifest), file, selection, cloud.name())
        .map_err(|error| Exit::Usage.because(error))?;
    Ok(Job { reference_time, ..Job::new(task, cloud, journal) })
}

/// Runs the job, shows its progress and its report, and writes the report where it was asked for.
pub(crate) async fn finish(runner: &Runner, job: Job, output: &OutputArgs) -> Result<Exit, Failure> {
    let json_to_stdout = output.output.as_deref() == Some(Path::new("-"));
    if json_to_stdout && output.json_lines {
        return Err(Exit::Usage.because("--json-lines and `-o -` both want standard output; give -o a file"));
    }
    let ran = if output.json_lines {
        let lines = JsonLines::start();
        let ran = runner.run(&job, lines.listener(), interrupted()).await;
        lines.end();
        ran
    } else {
        let progress = Progress::start(output.quiet, &job.task.subject, &job.task.plan);
        let watched = progress.clone();
        let ran = runner.run(&job, move |event| watched.tell(&event), interrupted()).await;
        progress.end();
        ran
    };
    let report = ran.map_err(|refused| Exit::Refused.because(refused))?;
    if let Some(problem) = &report.tape_problem {
        terminal::error(&format!("there is no tape: {problem}"));
    }
    tell(&report, output)
}

/// Shows a report, and writes it where it was asked for; how it ends.
pub(super) fn tell(report: &Report, output: &OutputArgs) -> Result<Exit, Failure> {
    let json_to_stdout = output.output.as_deref() == Some(Path::new("-"));
    // What a person reads comes first: it is not lost if the file cannot be written.
    if !json_to_stdout && !output.json_lines {
        terminal::print(&touchstone_report::terminal(report, &options(output)));
    }
    match &output.output {
        Some(_) if json_to_stdout => terminal::print(&touchstone_report::json(report)),
        Some(file) => write(file, touchstone_report::json(report).as_bytes())?,
        None => {}
    }
    let reachable = report.preflight.as_ref().is_none_or(|preflight| preflight.reachable);
    let reason = report.preflight.as_ref().and_then(|preflight| preflight.reason.as_deref());
    if let Some(reason) = reason.filter(|_| output.quiet || json_to_stdout || output.json_lines) {
        terminal::error(reason);
    }
    Ok(if !reachable && !report.run.interrupted {
        Exit::Unreachable
    } else {
        Exit::of_code(report.exit_code())
    })
}

/// What was selected, on a date if none was given.
pub(super) fn selection(args: &SelectionArgs, date: Date) -> Result<Selection, Failure> {
    let parameters: BTreeMap<String, String> =
        args.param.iter().map(|pair| key_value("--param", pair)).collect::<Result<_, _>>()?;
    Ok(Selection {
        version: args.scope_version.clone(),
        date: args.date.unwrap_or(date),
        tests: args.tests.clone(),
        sections: args.sections(),
        parameters,
    })
}

fn ceiling(pairs: &[String]) -> Result<Ceiling, Failure> {
    pairs.iter().try_fold(Ceiling::default(), |ceiling, pair| {
        let (limit, value) = key_value("--ceiling", pair)?;
        let to = LimitOverrides::one(&limit, &value)
            .map_err(|error| Exit::Usage.because(format!("--ceiling {pair}: {error}")))?;
        Ok(ceiling.lowered(&to))
    })
}

pub(super) fn key_value(option: &str, pair: &str) -> Result<(String, String), Failure> {
    let split = pair.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) =
        split.ok_or_else(|| Exit::Usage.because(format!("{option} {pair}: expected KEY=VALUE")))?;
    Ok((key.to_owned(), value.to_owned()))
}

fn options(output: &OutputArgs) -> TerminalOptions {
    let verbosity = match (output.quiet, output.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    TerminalOptions {
        width: terminal::width(),
        color: terminal::stdout_has_color(),
        verbosity,
        all_findings: output.all_findings,
    }
}

/// Writes a file whole or not at all: a reader never finds half of one. What is no file (a pipe, a device) is written to; what
/// a link points to is written, and the link stays.
pub(super) fn write(file: &Path, content: &[u8]) -> Result<(), Failure> {
    let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let written = match std::fs::metadata(&target) {
        Ok(there) if !there.is_file() => {
            std::fs::OpenOptions::new().write(true).open(&target).and_then(|mut open| open.write_all(content))
        }
        _ => replace(&target, content),
    };
    written.map_err(|error| Exit::OwnFault.because(format!("{}: {error}", file.display())))
}

fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // As any program makes a file: readable as the user's umask says.
    let permissions = std::fs::Permissions::from_mode(0o666);
    let mut temporary = tempfile::Builder::new().permissions(permissions).tempfile_in(folder)?;
    temporary.write_all(content)?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// Ready when the user presses Ctrl-C, or somebody asks this process to end. A second time ends it at once; what checks
/// created then stays until `touchstone cleanup`.
pub(super) async fn interrupted() -> Stop {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    terminal::note(
        "stopping, and removing what was created; Ctrl-C again to leave that to `touchstone cleanup`",
    );
    tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    Stop::Interrupted
}
