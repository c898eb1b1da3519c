//! Finishing what a process that was killed left behind.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::super::api::{Identity, Openstack};
use super::journal::JournalError;
use super::left::{LeftJournal, LeftThing};
use super::record::Header;
use super::things::{Ephemeral, LedgerEvent, UndoOptions};
use super::undoing::{Item, Undoing};

/// Services do not work longer than this on a request that nobody waits for.
const LONGEST_REQUEST: Duration = Duration::from_secs(120);

/// Removes what is left of a run, newest first, and deletes its journal if nothing is. The session must be one with the
/// project and the region of the run.
///
/// May be killed, too: the next time it goes on where it was.
///
/// # Errors
/// [`JournalError::Elsewhere`] if the session is another one, before anything is sent; or if the journal cannot be deleted,
/// when all is done.
pub async fn cleanup(
    session: Arc<dyn Openstack>,
    left: LeftJournal,
    options: &UndoOptions,
    on: impl Fn(LedgerEvent) + Send + Sync,
) -> Result<Ephemeral, JournalError> {
    check_place(left.header(), &session.identity(), &left)?;
    let (journal, header, things) = left.into_parts();
    let mut items: Vec<_> = things.iter().map(|left| item(left, &header.prefix, options)).collect();
    let undoing = Undoing { openstack: session, journal: Some(&journal), options, on: &on };
    let ephemeral = undoing.run(&mut items).await;
    journal.finish()?;
    Ok(ephemeral)
}

fn item(left: &LeftThing, prefix: &str, options: &UndoOptions) -> Item {
    let age = Timestamp::now().duration_since(left.intent.at);
    let young = Duration::try_from(age).is_ok_and(|age| age < LONGEST_REQUEST) || age.is_negative();
    let late = if young { options.late } else { Duration::ZERO };
    Item::new(&left.intent, left.id.clone(), prefix, Instant::now() + late)
}

fn check_place(header: &Header, identity: &Identity, left: &LeftJournal) -> Result<(), JournalError> {
    if header.project_id == identity.project_id && header.region == identity.region {
        return Ok(());
    }
    let place = |project: &str, region: &Option<String>| match region {
        Some(region) => format!("project {project}, region {region}"),
        None => format!("project {project}"),
    };
    Err(JournalError::Elsewhere {
        path: left.path().to_owned(),
        cloud: header.cloud.clone(),
        of_journal: place(&header.project_id, &header.region),
        of_session: place(&identity.project_id, &identity.region),
    })
}

#[cfg(test)]
mod tests;
