//! How a worker comes to a subject.

use serde_json::Value;
use sqlx::{PgConnection, PgTransaction};
use tokio::time::{Instant, sleep_until};

use crate::claim::{self, Claim};
use crate::engine::{NAME, within};
use crate::error::QueueError;
use crate::item::{Item, Message, wanted};
use crate::lease::Lease;
use crate::queue::Queue;

/// What a look into the queue found.
enum Look {
    /// Something for this worker.
    Taken(Box<Lease>),
    /// Something that is for nobody, which is out of the queue now. There may be more.
    ClearedAway,
    /// Nothing.
    Nothing,
}

impl Queue {
    /// The next item that has all these labels, or, for a worker without labels, the next one that has none. Waits for one as
    /// long as [`Settings::wait`](crate::Settings::wait) says. `worker` is how the worker is named to people.
    ///
    /// Whoever stops waiting by dropping the future may leave an item behind that was just handed out; it comes again when
    /// its lease is over.
    ///
    /// # Errors
    ///
    /// If the labels contradict each other, or the database has not answered in all that time.
    pub async fn take(&self, labels: &[(String, String)], worker: &str) -> Result<Option<Lease>, QueueError> {
        let wanted = wanted(labels)?;
        let until = Instant::now() + self.settings().wait;
        loop {
            let wait = match within(self.settings().timeout, self.look(&wanted, worker)).await {
                Ok(Look::Taken(lease)) => return Ok(Some(*lease)),
                Ok(Look::ClearedAway) => continue,
                Ok(Look::Nothing) => Ok(None),
                Err(error) if error.is_transient() => {
                    tracing::debug!(%error, "the queue cannot be asked for a subject");
                    Err(error)
                }
                Err(error) => return Err(error),
            };
            let next = Instant::now() + self.settings().poll;
            if next > until {
                return wait;
            }
            sleep_until(next).await;
        }
    }

    async fn look(&self, wanted: &Value, worker: &str) -> Result<Look, QueueError> {
        let mut transaction = self.pool().begin().await?;
        let asked = Instant::now();
        let message: Option<(i64, i32, String)> = sqlx::query_as(
            "SELECT msg_id, read_ct, message::text FROM pgmq.read($1::text, $2::integer, 1, $3::jsonb)",
        )
        .bind(NAME)
        .bind(self.settings().lease_seconds())
        .bind(wanted)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((message_id, delivery, message)) = message else { return Ok(Look::Nothing) };
        let claim = Claim { message_id, delivery };

        let Some(entry) = Entry::read(&mut transaction, claim).await? else {
            claim::remove(&mut transaction, message_id).await?;
            transaction.commit().await?;
            return Ok(Look::ClearedAway);
        };
        if delivery > entry.most_deliveries {
            claim::abandon(&mut transaction, claim, &entry.why_abandoned()).await?;
            transaction.commit().await?;
            return Ok(Look::ClearedAway);
        }
        let item = match touchstone_json::from_str::<Message>(&message) {
            Ok(message) => Item::from(message),
            Err(error) => return not_for_us(transaction, claim, worker, &error).await,
        };
        sqlx::query("UPDATE touchstone_queue.items SET deliveries = $2, worker = $3 WHERE message_id = $1")
            .bind(message_id)
            .bind(delivery)
            .bind(worker)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Look::Taken(Box::new(Lease::new(self.clone(), claim, item, asked))))
    }
}

/// Leaves a message that this version cannot read to others, until it was handed out too often.
async fn not_for_us(
    mut transaction: PgTransaction<'_>,
    claim: Claim,
    worker: &str,
    error: &serde_json::Error,
) -> Result<Look, QueueError> {
    tracing::warn!(%error, "an item of the queue cannot be read by this version of touchstone");
    sqlx::query(
        "UPDATE touchstone_queue.items SET deliveries = $2, worker = $3, reason = $4 WHERE message_id = $1",
    )
    .bind(claim.message_id)
    .bind(claim.delivery)
    .bind(worker)
    .bind(format!("this version of touchstone ({}) cannot read it: {error}", env!("CARGO_PKG_VERSION")))
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Look::ClearedAway)
}

/// What the ledger says of an item that is still to be done.
#[derive(sqlx::FromRow)]
pub(crate) struct Entry {
    most_deliveries: i32,
    deliveries: i32,
    worker: Option<String>,
    reason: Option<String>,
}

impl Entry {
    pub(crate) async fn read(
        connection: &mut PgConnection,
        claim: Claim,
    ) -> Result<Option<Self>, QueueError> {
        let entry = sqlx::query_as(
            "SELECT most_deliveries, deliveries, worker, reason FROM touchstone_queue.items \
             WHERE message_id = $1 AND state = 'open'",
        );
        Ok(entry.bind(claim.message_id).fetch_optional(connection).await?)
    }

    pub(crate) fn is_last(&self, delivery: i32) -> bool {
        delivery >= self.most_deliveries
    }

    /// Why nobody gets it any more.
    pub(crate) fn why_abandoned(&self) -> String {
        let times = match self.deliveries {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        let worker = self.worker.as_deref().unwrap_or("(unknown)");
        let end = match &self.reason {
            Some(reason) => format!("the last word of a worker was: {reason}"),
            None => "no worker said why; it died, froze, or lost the database".to_owned(),
        };
        format!("handed out {times} and never completed; the last worker was {worker}; {end}")
    }
}
