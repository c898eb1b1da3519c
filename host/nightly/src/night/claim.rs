//! What keeps others away from a subject while it is tested.

use touchstone_queue::Tenure;
use touchstone_results::{Held, ResultsError};

use super::Shared;
use super::patience::patiently;

/// A subject that is this process's.
pub(super) enum Claim {
    /// By the database of results.
    Held(Held),
    /// By the queue.
    Leased(Tenure),
}

impl Claim {
    /// Claims a subject; none if somebody else has it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub(super) async fn of(shared: &Shared, subject: &str) -> Result<Option<Claim>, ResultsError> {
        if let Some(tenure) = &shared.tenure {
            return Ok(Some(Claim::Leased(tenure.clone())));
        }
        let held = patiently(|| shared.nightly.results.hold(subject)).await?;
        Ok(held.map(Claim::Held))
    }

    /// Whether it is still this process's, or again: a server that was restarted forgot who held what, and a process that was frozen
    /// may have lost its lease. If not, somebody else may be testing the subject at this moment, and what was found out here
    /// does not count.
    ///
    /// # Errors
    /// The database cannot be used.
    pub(super) async fn lasts(&mut self, shared: &Shared, subject: &str) -> Result<bool, ResultsError> {
        match self {
            Claim::Leased(tenure) => {
                let lasts = patiently(|| tenure.is_still_ours()).await;
                Ok(lasts.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the queue does not say whose the subject is");
                    false
                }))
            }
            Claim::Held(held) if held.is_still_held().await => Ok(true),
            Claim::Held(_) => match Claim::of(shared, subject).await? {
                Some(again) => {
                    *self = again;
                    Ok(true)
                }
                None => Ok(false),
            },
        }
    }
}
