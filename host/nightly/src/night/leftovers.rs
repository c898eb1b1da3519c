//! What runs left in a cloud that were killed: removed before the cloud is tested again.

use std::path::Path;
use std::sync::Arc;

use touchstone_capabilities::openstack::ledger::{
    self, Ephemeral, Journal, JournalError, LeftJournal, UndoOptions,
};
use touchstone_capabilities::openstack::{CloudConfig, Openstack, Session, SessionOptions};

/// What was found in the journals of a subject, and done about it.
#[derive(Debug, Default)]
pub(crate) struct Cleaned {
    /// What came of the things that were left.
    pub(crate) things: Ephemeral,
    /// What could not be done, in sentences.
    pub(crate) problems: Vec<String>,
}

/// Whether there may be something to remove.
pub(crate) fn has_any(journals: &Path) -> bool {
    std::fs::read_dir(journals).is_ok_and(|mut entries| entries.next().is_some())
}

/// Removes what the journals of a folder know, all of which are of one subject. Those of runs that still live are left to them.
pub(crate) async fn remove(journals: &Path, cloud: &CloudConfig) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let left = open(journals, &mut cleaned.problems);
    if left.is_empty() {
        return cleaned;
    }
    let session: Arc<dyn Openstack> = match Session::connect(cloud, &SessionOptions::default()).await {
        Ok(session) => session,
        Err(error) => {
            cleaned.problems.push(format!("what a killed run left cannot be removed: {error}"));
            return cleaned;
        }
    };
    for journal in left {
        match ledger::cleanup(session.clone(), journal, &UndoOptions::default(), |_| {}).await {
            Ok(things) => cleaned.things.add(things),
            Err(error) => cleaned.problems.push(error.to_string()),
        }
    }
    cleaned
}

fn open(folder: &Path, problems: &mut Vec<String>) -> Vec<LeftJournal> {
    let paths = match ledger::journals(folder) {
        Ok(paths) => paths,
        Err(error) => {
            problems.push(error.to_string());
            return Vec::new();
        }
    };
    let mut left = Vec::new();
    for path in &paths {
        match Journal::open_left(path) {
            Ok(journal) => left.push(journal),
            Err(JournalError::Locked { .. }) => {}
            // Nothing was created for it.
            Err(JournalError::Empty { path }) => {
                let _ = std::fs::remove_file(path);
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    left
}
