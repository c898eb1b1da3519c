use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::claim::{self, Claim};
use crate::engine::{persistently, within};
use crate::error::QueueError;
use crate::item::Item;
use crate::queue::Queue;
use crate::take::Entry;

/// Whether the end of a lease counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It did: the item was this worker's to the end.
    Counted,
    /// It came too late, and changed nothing: the item was handed to another worker meanwhile, or cancelled, or abandoned.
    TooLate,
}

/// An item that belongs to this worker.
///
/// It is renewed in the background as long as this object lives. Dropping it without [`complete`](Self::complete) or
/// [`give_back`](Self::give_back) is like dying: another worker gets the item when the lease is over.
#[derive(Debug)]
pub struct Lease {
    tenure: Tenure,
    item: Item,
    heartbeat: JoinHandle<()>,
}

/// What knows whether an item is still this worker's, for those who work on it.
#[derive(Clone, Debug)]
pub struct Tenure {
    queue: Queue,
    claim: Claim,
    lost: watch::Sender<bool>,
}

impl Lease {
    pub(crate) fn new(queue: Queue, claim: Claim, item: Item, asked: Instant) -> Self {
        let until = asked + queue.settings().kept_lease();
        let tenure = Tenure { queue, claim, lost: watch::Sender::new(false) };
        let heartbeat = tokio::spawn(tenure.clone().beat(until));
        Self { tenure, item, heartbeat }
    }

    /// What there is to do.
    #[must_use]
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// How often the item was handed out, this time included.
    #[must_use]
    pub fn delivery(&self) -> u32 {
        self.tenure.claim.delivery.unsigned_abs()
    }

    /// Waits until the item is not this worker's any more: it was handed to another one (this process was frozen), cancelled, or
    /// the database could not be reached until the lease was over. Whoever works on it has to stop then. Waits for ever if
    /// that does not happen.
    pub async fn lost(&self) {
        let known = self.tenure.lost.subscribe().wait_for(|lost| *lost).await.is_ok();
        debug_assert!(known, "this lease keeps the channel open");
    }

    /// What asks the database whether the item is still this worker's.
    #[must_use]
    pub fn tenure(&self) -> Tenure {
        self.tenure.clone()
    }

    /// The item is done: its results are recorded. Nobody gets it any more.
    ///
    /// # Errors
    ///
    /// If the database has not answered for the time of a lease. The item comes again then, though its results are recorded.
    pub async fn complete(self) -> Result<Ending, QueueError> {
        self.heartbeat.abort();
        let Tenure { queue, claim, .. } = &self.tenure;
        let settings = queue.settings();
        let request = || claim::complete(queue.pool(), *claim);
        let done = persistently(settings.kept_lease(), settings.timeout, request).await?;
        Ok(if done { Ending::Counted } else { Ending::TooLate })
    }

    /// The item is not done, and another worker may try (this one too), after [`Settings::pause`](crate::Settings::pause). If it
    /// was handed out too often already, it is abandoned at once. The reason is for people.
    ///
    /// # Errors
    ///
    /// If the database has not answered for the time of a lease. The item comes again then, when the lease is over.
    pub async fn give_back(self, reason: &str) -> Result<Ending, QueueError> {
        self.heartbeat.abort();
        let settings = self.tenure.queue.settings();
        let reason = reason.replace('\0', "\u{fffd}");
        let given = persistently(settings.kept_lease(), settings.timeout, || self.put_back(&reason)).await?;
        Ok(if given { Ending::Counted } else { Ending::TooLate })
    }

    async fn put_back(&self, reason: &str) -> Result<bool, QueueError> {
        let Tenure { queue, claim, .. } = &self.tenure;
        let (settings, claim) = (queue.settings(), *claim);
        let mut transaction = queue.pool().begin().await?;
        if !claim::hold_within(&mut transaction, claim, settings.pause_seconds()).await? {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE touchstone_queue.items SET reason = $2, given_back = $3 WHERE message_id = $1 AND state = 'open'",
        )
        .bind(claim.message_id)
        .bind(reason)
        .bind(claim.delivery)
        .execute(&mut *transaction)
        .await?;
        if let Some(entry) = Entry::read(&mut transaction, claim).await?
            && entry.is_last(claim.delivery)
        {
            claim::abandon(&mut transaction, claim, &entry.why_abandoned()).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}

impl Tenure {
    /// Asks the database whether the item is still this worker's, and renews the lease if so. For the moment before something
    /// that cannot be undone.
    ///
    /// # Errors
    ///
    /// If the database does not answer: then nobody knows, and it is wise to take it for lost.
    pub async fn is_still_ours(&self) -> Result<bool, QueueError> {
        if *self.lost.borrow() {
            return Ok(false);
        }
        let settings = self.queue.settings();
        let held = claim::hold(self.queue.pool(), self.claim, settings.lease_seconds());
        let held = within(settings.timeout, held).await?;
        if !held {
            self.lost.send_replace(true);
        }
        Ok(held)
    }

    /// Renews the lease. A process that is frozen renews nothing. `until` is when the lease is over by the clock of this process, which is never later than in the database: it is counted
    /// from before the request.
    async fn beat(self, mut until: Instant) {
        let lease = self.queue.settings().kept_lease();
        let pause = lease / 3;
        loop {
            sleep_until(until - lease + pause).await;
            until = match self.renew(until, pause).await {
                Some(until) => until,
                None => break,
            };
        }
        tracing::debug!(message = self.claim.message_id, "an item of the queue was lost");
        self.lost.send_replace(true);
    }

    /// Until when the lease is ours now, or nothing if it is lost. Asks again while there is time. A process that was frozen past
    /// the end of its lease asks once: if the item was handed to nobody, it is still ours.
    async fn renew(&self, until: Instant, pause: Duration) -> Option<Instant> {
        let settings = self.queue.settings();
        loop {
            let asked = Instant::now();
            let left = until.saturating_duration_since(asked);
            let limit = if left.is_zero() { pause } else { left.min(pause) };
            let held = claim::hold(self.queue.pool(), self.claim, settings.lease_seconds());
            match timeout(limit, held).await {
                Ok(Ok(true)) => return Some(asked + settings.kept_lease()),
                Ok(Ok(false)) => return None,
                Ok(Err(error)) => tracing::debug!(%error, "a lease could not be renewed"),
                Err(_) => tracing::debug!("a lease was not renewed in time"),
            }
            if Instant::now() >= until {
                return None;
            }
            sleep((pause / 8).min(until.saturating_duration_since(Instant::now()))).await;
        }
    }
}
