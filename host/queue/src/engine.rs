//! The requests to the database, bounded in time.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::error::QueueError;

/// PGMQ's name of the queue; `pgmq.q_touchstone` is the table of it.
pub(crate) const NAME: &str = "touchstone";

/// How long to wait before a request is made again.
const AGAIN: Duration = Duration::from_millis(250);

/// What the request answers, if it does so in time.
pub(crate) async fn within<T>(
    limit: Duration,
    request: impl Future<Output = Result<T, QueueError>>,
) -> Result<T, QueueError> {
    timeout(limit, request).await.unwrap_or(Err(QueueError::Slow(limit)))
}

/// The same, tried again until `patience` is over while what is wrong may pass.
pub(crate) async fn persistently<T, F>(
    patience: Duration,
    limit: Duration,
    mut request: impl FnMut() -> F,
) -> Result<T, QueueError>
where
    F: Future<Output = Result<T, QueueError>>,
{
    let until = Instant::now() + patience;
    loop {
        match within(limit, request()).await {
            Err(error) if error.is_transient() && Instant::now() < until => {
                tracing::debug!(%error, "asking the queue again");
                sleep(AGAIN).await;
            }
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_may_pass_is_tried_again_and_nothing_else() {
        let tries = AtomicU32::new(0);
        let lost = || async {
            match tries.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => Err(QueueError::Unreachable(sqlx::Error::PoolTimedOut)),
                _ => Ok(()),
            }
        };
        persistently(Duration::from_secs(2), Duration::from_secs(1), lost).await.unwrap();
        assert_eq!(tries.load(Ordering::Relaxed), 3);

        tries.store(0, Ordering::Relaxed);
        let refused = || async {
            tries.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(QueueError::NotSetUp)
        };
        persistently(Duration::from_secs(2), Duration::from_secs(1), refused).await.unwrap_err();
        assert_eq!(tries.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn what_never_answers_is_given_up() {
        let silent = || std::future::pending::<Result<(), QueueError>>();
        let started = Instant::now();
        let error =
            persistently(Duration::from_millis(300), Duration::from_millis(100), silent).await.unwrap_err();
        assert!(matches!(error, QueueError::Slow(_)), "{error}");
        assert!(started.elapsed() > Duration::from_millis(300));
    }
}
