//! A night whose subjects are tested elsewhere.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use touchstone_results::ResultsError;

use super::inputs::Scopes;
use super::plan::Planned;
use super::recording::Recording;
use super::{Choice, NightError, NightEvent, Nightly, Outcome, Shared, ending};
use crate::config::{self, Config};

/// A night that waits for others to record its runs.
pub(crate) struct Waiting {
    shared: Arc<Shared>,
    missing: Vec<Planned>,
    choice: Choice,
}

impl Nightly {
    /// Begins a night, or goes on with it, without running anything.
    ///
    /// # Errors
    /// As [`Nightly::run`].
    pub(crate) async fn wait_for(
        self: &Arc<Self>,
        id: &str,
        due_at: Timestamp,
        choice: &Choice,
        stopped: watch::Receiver<bool>,
    ) -> Result<Waiting, NightError> {
        let scopes = Scopes::read(&self.config)?;
        let night = self.begin(&scopes, id, due_at, choice).await?;
        let (shared, missing) = self.open(scopes, night, choice, stopped, None).await?;
        Ok(Waiting { shared, missing, choice: choice.clone() })
    }
}

impl Waiting {
    /// The night's id.
    pub(crate) fn night(&self) -> &str {
        &self.shared.night.id
    }

    /// The subjects of which something was missing when it began: with the UUID of each scope, and the SHA-256 of its manifest.
    pub(crate) fn missing<'c>(
        &self,
        config: &'c Config,
    ) -> impl Iterator<Item = (&'c config::Subject, Vec<(String, String)>)> {
        let some = self.missing.iter().filter(|planned| !planned.scopes.is_empty());
        some.map(|planned| {
            let scopes = planned.scopes.iter().map(|scope| self.shared.scopes.digest(scope));
            (&config.subjects[planned.subject], scopes.collect())
        })
    }

    /// Nothing will become of a subject any more: what is still missing of it is recorded as that, with the reason.
    pub(crate) async fn ended(&self, name: &str, why: &str) -> Result<(), ResultsError> {
        let config = &self.shared.nightly.config;
        let recorded = self.shared.nightly.results.recorded(self.night()).await?;
        let of_subject = self.missing.iter().find(|planned| config.subjects[planned.subject].name == name);
        let Some(planned) = of_subject else { return Ok(()) };
        let subject = &config.subjects[planned.subject];
        for scope in &planned.scopes {
            if !recorded.contains(&(name.to_owned(), self.shared.scopes.uuid(scope))) {
                Recording { shared: &self.shared, subject, scope }.record_failure(1, 2, why).await?;
            }
        }
        Ok(())
    }

    /// Ends the night, if all of it is recorded.
    pub(crate) async fn end(&self) -> Result<Outcome, NightError> {
        self.shared.give_up_what_is_gone().await?;
        let ended = ending::end(&self.shared).await?;
        let exit_codes = self.shared.exit_codes(&self.choice).await?;
        let night = self.night().to_owned();
        self.shared.tell(NightEvent::Ended { night, interrupted: false });
        Ok(Outcome { exit_codes, ended, ..Outcome::default() })
    }
}
