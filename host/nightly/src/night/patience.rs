//! A database that does not answer is waited for: a night's work is not thrown away because it is restarted.

use std::time::Duration;

use tokio::time::Instant;
use touchstone_results::ResultsError;

const PATIENCE: Duration = Duration::from_secs(10 * 60);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Does it again until the database answers, within ten minutes.
pub(super) async fn patiently<T, F>(mut work: impl FnMut() -> F) -> Result<T, ResultsError>
where
    F: Future<Output = Result<T, ResultsError>>,
{
    let (begun, mut wait) = (Instant::now(), Duration::from_millis(500));
    loop {
        match work().await {
            Err(error @ ResultsError::Database { .. }) if begun.elapsed() < PATIENCE => {
                tracing::warn!(%error, "the database does not answer; trying again");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            done => return done,
        }
    }
}
