use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use touchstone_capabilities::openstack::ledger::{
    self, Ephemeral, Journal, JournalError, LedgerEvent, LeftJournal, Thing, UndoOptions,
};
use touchstone_capabilities::openstack::{CloudConfig, Env, Openstack, Session, SessionOptions};
use touchstone_report::printable;

use super::journal_folder;
use crate::args::CleanupArgs;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Removes what runs left in a cloud, as their journals have it.
pub(crate) async fn cleanup(args: CleanupArgs) -> Result<Exit, Failure> {
    let cloud = CloudConfig::load(args.cloud.as_deref(), &Env::of_process())
        .map_err(|error| Exit::Unreachable.because(error))?;
    let folder = args.journal.clone().map_or_else(journal_folder, Ok)?;
    let ours = |error: JournalError| Exit::OwnFault.because(error);
    let paths = ledger::journals(&folder).map_err(ours)?;
    let mut tally = Tally::default();
    let mut due = Vec::new();
    for path in &paths {
        match Journal::open_left(path) {
            Ok(left) if is_due(&left, &cloud, args.older_than) => due.push(left),
            Ok(_) => {}
            Err(JournalError::Locked { .. }) => tally.running += 1,
            // The others can be cleaned up all the same.
            Err(error) => tally.wrong(&error),
        }
    }
    if args.dry_run {
        due.iter().flat_map(LeftJournal::pending).for_each(|thing| tally.would_remove(&thing));
        if args.strays {
            let session = connect(&cloud).await?;
            let strays = strays(&session, &args, &paths, &mut tally).await;
            strays.iter().for_each(|stray| tally.would_remove(&stray.thing));
        }
        return Ok(tally.end(true));
    }
    if !due.is_empty() || args.strays {
        let session = connect(&cloud).await?;
        for left in due {
            match ledger::cleanup(session.clone(), left, &UndoOptions::default(), tell).await {
                Ok(ephemeral) => tally.add(&ephemeral),
                Err(error) => tally.wrong(&error),
            }
        }
        if args.strays {
            let strays = strays(&session, &args, &paths, &mut tally).await;
            tally.add(&ledger::sweep(session, &strays, &UndoOptions::default(), tell).await);
        }
    }
    Ok(tally.end(false))
}

/// Whether a journal is of this cloud, and of a run that started long enough ago.
fn is_due(left: &LeftJournal, cloud: &CloudConfig, older_than: Option<SignedDuration>) -> bool {
    let header = left.header();
    let age = Timestamp::now().duration_since(header.started_at);
    header.cloud == cloud.name() && older_than.is_none_or(|least| age >= least)
}

async fn connect(cloud: &CloudConfig) -> Result<Arc<dyn Openstack>, Failure> {
    let session = Session::connect(cloud, &SessionOptions::default()).await;
    let session = session.map_err(|error| Exit::Unreachable.because(error))?;
    Ok(session)
}

/// What no journal of this machine knows.
async fn strays(
    session: &Arc<dyn Openstack>,
    args: &CleanupArgs,
    journals: &[PathBuf],
    tally: &mut Tally,
) -> Vec<ledger::Stray> {
    let older_than = args.older_than.unwrap_or(SignedDuration::MAX);
    let (strays, problems) = ledger::strays(session.as_ref(), journals, older_than).await;
    problems.iter().for_each(|problem| tally.wrong(problem));
    strays
}

fn tell(event: LedgerEvent) {
    match event {
        LedgerEvent::Removed(thing) => terminal::print(&format!("removed {}\n", shown(&thing))),
        LedgerEvent::Left(left) => {
            let ledger::Left { service, kind, id, name, why } = left;
            let thing = Thing { service, kind, id, name };
            terminal::error(&format!("{} is still there: {why}", shown(&thing)));
        }
        LedgerEvent::Created(_) | LedgerEvent::Removing(_) | LedgerEvent::Waiting { .. } => {}
    }
}

/// `volume touchstone-1f3c9a77b0e2-volume (3f8c…)`.
fn shown(thing: &Thing) -> String {
    let name = thing.name.as_deref().map(|name| format!(" {}", printable(name))).unwrap_or_default();
    let id = thing.id.as_deref().map(|id| format!(" ({})", printable(id))).unwrap_or_default();
    format!("{}{name}{id}", printable(&thing.kind))
}

/// What was found and done.
#[derive(Default)]
struct Tally {
    removed: u64,
    left: usize,
    running: usize,
    wrong: bool,
}

impl Tally {
    fn add(&mut self, ephemeral: &Ephemeral) {
        self.removed += ephemeral.deleted;
        self.left += ephemeral.left.len();
    }

    fn would_remove(&mut self, thing: &Thing) {
        self.removed += 1;
        terminal::print(&format!("would remove {}\n", shown(thing)));
    }

    fn wrong(&mut self, problem: &dyn std::fmt::Display) {
        self.wrong = true;
        terminal::error(&problem.to_string());
    }

    /// The last word.
    fn end(&self, dry_run: bool) -> Exit {
        let things = |count: u64| if count == 1 { "1 thing".to_owned() } else { format!("{count} things") };
        let done = match (dry_run, self.removed) {
            (_, 0) if self.left == 0 => "nothing to remove".to_owned(),
            (true, count) => format!("{} would be removed", things(count)),
            (false, count) => format!("{} removed", things(count)),
        };
        let left = if self.left > 0 { format!(", {} still there", self.left) } else { String::new() };
        let running = match self.running {
            0 => String::new(),
            1 => "; 1 run still runs, and removes itself what it creates".to_owned(),
            count => format!("; {count} runs still run, and remove themselves what they create"),
        };
        terminal::print(&format!("{done}{left}{running}\n"));
        if self.left > 0 || self.wrong { Exit::Fail } else { Exit::Pass }
    }
}
