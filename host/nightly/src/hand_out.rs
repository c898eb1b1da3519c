//! The coordinator: hands the subjects of a night to workers, and waits until all of them are recorded.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;
use touchstone_queue::{Item, Queue, QueueError, State};

use crate::night::{Choice, NightError, Nightly, Outcome, Waiting, until};
use crate::worker::Order;

/// How often the queue is asked how far it is.
const LOOK: Duration = Duration::from_secs(1);

/// Why a night cannot be handed out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandOutError {
    /// As for a night that is run here.
    #[error("{0}")]
    Night(#[from] NightError),
    /// The queue cannot be used.
    #[error("{0}")]
    Queue(#[from] QueueError),
}

/// Runs a night by workers, or what is missing of it. What no worker has finished `within` that time is DNF. When `stopped` says
/// so, workers go on; the next coordinator waits for them.
///
/// # Errors
/// Something that all runs need is not right, or the database cannot be used.
pub async fn hand_out(
    nightly: &Arc<Nightly>,
    queue: &Queue,
    (id, due_at): (&str, Timestamp),
    choice: &Choice,
    within: Duration,
    stopped: watch::Receiver<bool>,
) -> Result<Outcome, HandOutError> {
    let waiting = nightly.wait_for(id, due_at, choice, stopped.clone()).await?;
    queue.offer(&items(nightly, &waiting)).await?;
    let (begun, mut told) = (Instant::now(), BTreeSet::new());
    loop {
        let standings = match queue.standings(id).await {
            // The database may be restarted; workers go on.
            Err(error) if error.is_transient() && begun.elapsed() < within => {
                tracing::warn!(%error, "the queue cannot be asked now");
                tokio::time::sleep(LOOK).await;
                continue;
            }
            standings => standings?,
        };
        for standing in standings.iter().filter(|one| !one.state.is_outstanding()) {
            if !told.insert(standing.subject.clone()) {
                continue;
            }
            let last = standing.reason.as_deref().unwrap_or("no worker said why");
            let why = match standing.state {
                State::Done => "a worker said that it is done, and recorded nothing".to_owned(),
                _ => format!("no worker finished it ({} tries): {last}", standing.deliveries),
            };
            waiting.ended(&standing.subject, &why).await.map_err(NightError::from)?;
        }
        if standings.iter().all(|one| !one.state.is_outstanding()) {
            return Ok(waiting.end().await?);
        }
        if begun.elapsed() > within {
            queue.cancel(id).await?;
            continue;
        }
        tokio::select! {
            () = until(stopped.clone()) => return Ok(Outcome { interrupted: true, ..Outcome::default() }),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn items(nightly: &Nightly, waiting: &Waiting) -> Vec<Item> {
    let item = |(subject, scopes): (&crate::config::Subject, Vec<(String, String)>)| Item {
        night: waiting.night().to_owned(),
        subject: subject.name.clone(),
        labels: subject.labels.clone(),
        payload: serde_json::to_value(Order { scopes }).unwrap_or_default(),
    };
    waiting.missing(&nightly.config).map(item).collect()
}
