use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use touchstone_capabilities::openstack::Env;
use touchstone_export::Format;
use touchstone_nightly::{
    Choice, Config, Disk, HandOutError, Known, NightError, Nightly, Outcome, StatePlace, deliver, hand_out,
    serve, which, work,
};
use touchstone_observe::{LogConfig, MetricsServer, Observing};
use touchstone_queue::{Queue, Settings};
use touchstone_report::number;
use touchstone_results::{Results, StateUrl};

use super::run::key_value;
use super::{components, today};
use crate::args::{
    ComponentArgs, FetchArgs, NightArgs, NightlyArgs, NightlyCommand, RegistryArgs, StoreArgs, WorkerArgs,
};
use crate::exit::{Exit, Failure};
use crate::nights::Nights;
use crate::terminal;

/// Runs nights.
pub(crate) async fn nightly(args: NightlyArgs, observing: &Observing) -> Result<Exit, Failure> {
    match args.command {
        Some(NightlyCommand::Lint { config }) => lint(&config),
        None => run(args.run, observing).await,
    }
}

async fn run(args: NightArgs, observing: &Observing) -> Result<Exit, Failure> {
    let config = read(&args.config)?;
    if !args.once && !args.dry_run && config.schedule.is_none() {
        return Err(Exit::Usage.because(format!(
            "{} has no `schedule`; give it one, or run one night now with --once",
            args.config.display()
        )));
    }
    let choice = choice(&args, &config)?;
    if args.dry_run {
        return Ok(dry_run(&config, &choice));
    }
    observing.log_subjects_to(LogConfig::new(config.folder.join("logs")));
    let shown = Nights::start(args.quiet, config.metrics.file.clone());
    let _server = match config.metrics.listen {
        Some(address) => {
            let server = MetricsServer::start(address, shown.metrics().clone()).await;
            Some(server.map_err(|error| Exit::OwnFault.because(error))?)
        }
        None => None,
    };
    let nightly = Arc::new(build(config, &args.config, &args.registry, None, &shown).await?);
    let stopped = stopped();
    let ran = if args.once {
        once(&nightly, &args, &choice, stopped).await
    } else {
        serve(&nightly, &choice, stopped).await.map_err(failure)
    };
    shown.end();
    observing.problems().iter().for_each(|problem| terminal::error(problem));
    let outcome = ran?;
    for fault in &outcome.faults {
        terminal::error(fault);
    }
    Ok(exit(&outcome))
}

/// One night, and what is to be sent because of it.
async fn once(
    nightly: &Arc<Nightly>,
    args: &NightArgs,
    choice: &Choice,
    stopped: watch::Receiver<bool>,
) -> Result<Outcome, Failure> {
    let now = Timestamp::now();
    let (config, results) = (&nightly.config, &nightly.results);
    let due = match args.night {
        Some(night) => which::named(config, results, night, choice).await,
        None => which::by_hand(config, results, now, choice).await.map(Some),
    };
    let due = due.map_err(|error| Exit::OwnFault.because(error))?.ok_or_else(|| {
        Exit::Usage.because(
            "--night with --subject or --scope would begin a part under the name of a night that the schedule has: leave --night out",
        )
    })?;
    let outcome = if args.hand_out {
        let queue = Queue::set_up(&queue_url(&nightly.config)?, Settings::default()).await;
        let queue = queue.map_err(|error| Exit::OwnFault.because(error))?;
        let within = args.within.try_into().unwrap_or_default();
        let ran = hand_out(nightly, &queue, (&due.id, due.at), choice, within, stopped.clone()).await;
        ran.map_err(|error| match error {
            HandOutError::Night(error) => failure(error),
            error => Exit::OwnFault.because(error),
        })?
    } else {
        nightly.run(&due.id, due.at, choice, stopped.clone()).await.map_err(failure)?
    };
    deliver::due(nightly, &stopped).await.map_err(|error| Exit::OwnFault.because(error))?;
    Ok(outcome)
}

/// Tests what is handed out.
pub(crate) async fn worker(args: WorkerArgs, observing: &Observing) -> Result<Exit, Failure> {
    let config = read(&args.config)?;
    let labels = args.label.iter().map(|pair| key_value("--label", pair)).collect::<Result<Vec<_>, _>>()?;
    let url = queue_url(&config)?;
    let lease =
        args.lease.try_into().map_err(|_| Exit::Usage.because("--lease: a time cannot be negative"))?;
    observing.log_subjects_to(LogConfig::new(config.folder.join("logs")));
    let shown = Nights::start(args.quiet, config.metrics.file.clone());
    let name = args.name.unwrap_or_else(|| {
        let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        format!("{} {}", host.trim(), std::process::id())
    });
    let nightly = Arc::new(build(config, &args.config, &args.registry, Some(name), &shown).await?);
    let queue = Queue::connect(&url, Settings { lease, ..Settings::default() }).await;
    let queue = queue.map_err(|error| Exit::OwnFault.because(error))?;
    let worked = work(&nightly, &queue, &labels, stopped()).await;
    shown.end();
    worked.map_err(|error| Exit::OwnFault.because(error))?;
    Ok(Exit::Pass)
}

/// The queue lies in the database that all share.
fn queue_url(config: &Config) -> Result<String, Failure> {
    match &config.state {
        StatePlace::Postgres(url) => Ok(url.clone()),
        StatePlace::Sqlite(_) => Err(Exit::Usage.because(format!(
            "{}: workers need a database that all of them reach: `state: postgres://USER@HOST/DATABASE`",
            config.file()
        ))),
    }
}

async fn build(
    config: Config,
    file: &Path,
    registry: &RegistryArgs,
    worker: Option<String>,
    shown: &Nights,
) -> Result<Nightly, Failure> {
    let components =
        ComponentArgs { stores: StoreArgs { store: config.stores.clone() }, trust: config.trust.clone() };
    let registry = RegistryArgs { registry_ca: registry.registry_ca.clone() };
    let fetch = FetchArgs { offline: config.offline, registry };
    let start = config.scopes.values().next().map_or(file, |scope| scope.manifest.as_path());
    let runner = components::runner(&components, Some(&fetch), start)?;
    let results = Results::open(&state(&config)?).await.map_err(|error| Exit::OwnFault.because(error))?;
    let listener = shown.listener();
    Ok(Nightly { runner, results, env: Env::of_process(), worker, listener, config })
}

/// Where the database is.
pub(crate) fn state(config: &Config) -> Result<StateUrl, Failure> {
    match &config.state {
        StatePlace::Sqlite(file) => Ok(StateUrl::file(file)),
        StatePlace::Postgres(url) => {
            url.parse().map_err(|error| Exit::Usage.because(format!("{}: {error}", config.file())))
        }
    }
}

/// Reads a configuration; what is wrong with it is shown, and ends the program.
pub(crate) fn read(file: &Path) -> Result<Config, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Exit::Usage.because(format!("{}: {error}", file.display())))?;
    Config::parse(&file.display().to_string(), &text).map_err(|diagnostics| {
        terminal::diagnostics(&diagnostics);
        Exit::Refused.because(diagnostics)
    })
}

/// Says what is wrong with a configuration, and with the files that it names.
fn lint(file: &Path) -> Result<Exit, Failure> {
    let config = read(file)?;
    let outputs: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
    let known = Known { outputs: &outputs, today: today() };
    let (errors, warnings) = config.diagnostics(touchstone_nightly::lint(&config, &Disk, &known));
    if let Some(warnings) = &warnings {
        terminal::diagnostics(warnings);
    }
    if let Some(errors) = errors {
        terminal::diagnostics(&errors);
        return Err(Exit::Refused.because(errors));
    }
    terminal::print(&format!(
        "{}: {}, {}: can be run\n",
        file.display(),
        number(config.subjects.len() as u64, "subject"),
        number(config.scopes.len() as u64, "scope")
    ));
    Ok(Exit::Pass)
}

/// Says what would be run today.
fn dry_run(config: &Config, choice: &Choice) -> Exit {
    let now = Timestamp::now();
    let date = config.schedule.as_ref().map_or_else(today, |schedule| schedule.date_of(now));
    let mut text = format!("What a night of {date} would run:\n");
    for (index, scope) in config.runs_on(date) {
        let subject = &config.subjects[index];
        if !choice.has(&subject.name, scope) {
            continue;
        }
        let sections = config.sections_on(subject, date.weekday());
        let sections = sections.map_or_else(
            || "all sections".to_owned(),
            |sections| sections.iter().map(|section| section.word()).collect::<Vec<_>>().join(", "),
        );
        text += &format!("{}  {scope}  {sections}\n", subject.name);
    }
    if let Some(next) = config.schedule.as_ref().and_then(|schedule| schedule.next_after(now)) {
        text += &format!("The next night begins at {}.\n", next.starts);
    }
    terminal::print(&text);
    Exit::Pass
}

fn choice(args: &NightArgs, config: &Config) -> Result<Choice, Failure> {
    if let Some(unknown) = args.subject.iter().find(|name| config.subject(name).is_none()) {
        return Err(
            Exit::Usage.because(format!("--subject {unknown}: {} has no such subject", config.file()))
        );
    }
    if let Some(unknown) = args.scope.iter().find(|name| !config.scopes.contains_key(*name)) {
        let known: Vec<&str> = config.scopes.keys().map(String::as_str).collect();
        return Err(Exit::Usage.because(format!(
            "--scope {unknown}: {} has no such scope; it has {}",
            config.file(),
            known.join(", ")
        )));
    }
    Ok(Choice {
        subjects: args.subject.iter().cloned().collect(),
        scopes: args.scope.iter().cloned().collect(),
        shard: args.shard,
    })
}

/// Becomes true when somebody wants the night to stop.
fn stopped() -> watch::Receiver<bool> {
    let (sender, stopped) = watch::channel(false);
    tokio::spawn(async move {
        super::run::interrupted().await;
        sender.send_replace(true);
        // Who waits for it still does.
        std::future::pending::<()>().await;
    });
    stopped
}

fn failure(error: NightError) -> Failure {
    match error {
        NightError::Input(problem) => Exit::Refused.because(problem),
        other => Exit::OwnFault.because(other),
    }
}

/// The code that says more of what is wrong, as `touchstone run` would for each.
fn exit(outcome: &Outcome) -> Exit {
    let of_runs = outcome.exit_codes.iter().map(|code| match code {
        3 => Exit::Refused,
        4 => Exit::Unreachable,
        code => Exit::of_code(*code),
    });
    let worst = of_runs.fold(Exit::Pass, Exit::worse);
    let worst = if outcome.faults.is_empty() { worst } else { worst.worse(Exit::OwnFault) };
    if outcome.interrupted { Exit::Interrupted } else { worst }
}
