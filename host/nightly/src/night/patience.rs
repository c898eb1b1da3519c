//! A database that does not answer is waited for: a night's work is not thrown away because it is restarted.

use std::time::Duration;

use tokio::time::Instant;
use touchstone_queue::QueueError;
use touchstone_results::ResultsError;

const PATIENCE: Duration = Duration::from_secs(10 * 60);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// An error of a database.
pub(super) trait OfDatabase: std::fmt::Display {
    /// Whether the database may answer later.
    fn is_transient(&self) -> bool;
}

impl OfDatabase for ResultsError {
    fn is_transient(&self) -> bool {
        matches!(self, ResultsError::Database { .. })
    }
}

impl OfDatabase for QueueError {
    fn is_transient(&self) -> bool {
        QueueError::is_transient(self)
    }
}

/// Does it again until the database answers, within ten minutes.
pub(super) async fn patiently<T, E, F>(mut work: impl FnMut() -> F) -> Result<T, E>
where
    E: OfDatabase,
    F: Future<Output = Result<T, E>>,
{
    let (begun, mut wait) = (Instant::now(), Duration::from_millis(500));
    loop {
        match work().await {
            Err(error) if error.is_transient() && begun.elapsed() < PATIENCE => {
                tracing::warn!(%error, "the database does not answer; trying again");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            done => return done,
        }
    }
}
