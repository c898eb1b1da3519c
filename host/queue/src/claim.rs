//! What a worker may do with a message: only as long as nobody else was handed it.
//!
//! PGMQ's functions do what they are told, by whomever: `delete` of a worker that was frozen would take away what another
//! one works on. So each of them is called through the number of the delivery, in one statement: the row is found only if
//! it was not read again since, and, once found, cannot be until the transaction ends.

use sqlx::{PgConnection, PgPool};

use crate::engine::NAME;
use crate::error::QueueError;

/// One delivery of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) message_id: i64,
    /// PGMQ's `read_ct`: every reader has another one.
    pub(crate) delivery: i32,
}

/// Keeps the message from others for some seconds from now. False if it is not ours any more.
pub(crate) async fn hold(pool: &PgPool, claim: Claim, seconds: i32) -> Result<bool, QueueError> {
    let mut transaction = pool.begin().await?;
    let held = hold_within(&mut transaction, claim, seconds).await?;
    transaction.commit().await?;
    Ok(held)
}

/// The same, within a transaction.
pub(crate) async fn hold_within(
    connection: &mut PgConnection,
    claim: Claim,
    seconds: i32,
) -> Result<bool, QueueError> {
    let held: Option<i64> = sqlx::query_scalar(
        "SELECT held.msg_id FROM \
         (SELECT msg_id FROM pgmq.q_touchstone WHERE msg_id = $2 AND read_ct = $3 FOR UPDATE) AS ours, \
         LATERAL pgmq.set_vt($1::text, ours.msg_id, $4::integer) AS held",
    )
    .bind(NAME)
    .bind(claim.message_id)
    .bind(claim.delivery)
    .bind(seconds)
    .fetch_optional(connection)
    .await?;
    Ok(held.is_some())
}

/// Takes the message out of the queue, and says in the ledger that it was done. False if it is not ours any more.
pub(crate) async fn complete(pool: &PgPool, claim: Claim) -> Result<bool, QueueError> {
    let mut transaction = pool.begin().await?;
    let removed: Option<bool> = sqlx::query_scalar(
        "SELECT removed.done FROM \
         (SELECT msg_id FROM pgmq.q_touchstone WHERE msg_id = $2 AND read_ct = $3 FOR UPDATE) AS ours, \
         LATERAL pgmq.delete($1::text, ours.msg_id) AS removed (done)",
    )
    .bind(NAME)
    .bind(claim.message_id)
    .bind(claim.delivery)
    .fetch_optional(&mut *transaction)
    .await?;
    if removed != Some(true) {
        // It is done, nevertheless, if this is asked for the second time since the first answer was lost.
        return was_completed(&mut transaction, claim).await;
    }
    sqlx::query(
        "UPDATE touchstone_queue.items SET state = 'done', ended_at = now() WHERE message_id = $1 AND state = 'open'",
    )
    .bind(claim.message_id)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Whether this delivery is the one that was completed.
async fn was_completed(connection: &mut PgConnection, claim: Claim) -> Result<bool, QueueError> {
    let done = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM touchstone_queue.items \
         WHERE message_id = $1 AND state = 'done' AND deliveries = $2)",
    );
    Ok(done.bind(claim.message_id).bind(claim.delivery).fetch_one(connection).await?)
}

/// Takes a message out of the queue that this transaction has read, and says in the ledger that nobody gets it any more.
pub(crate) async fn abandon(
    connection: &mut PgConnection,
    claim: Claim,
    reason: &str,
) -> Result<(), QueueError> {
    remove(connection, claim.message_id).await?;
    sqlx::query(
        "UPDATE touchstone_queue.items SET state = 'abandoned', reason = $2, ended_at = now() \
         WHERE message_id = $1 AND state = 'open'",
    )
    .bind(claim.message_id)
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a message out of the queue that this transaction has read.
pub(crate) async fn remove(connection: &mut PgConnection, message_id: i64) -> Result<(), QueueError> {
    sqlx::query("SELECT pgmq.delete($1::text, $2::bigint)")
        .bind(NAME)
        .bind(message_id)
        .execute(connection)
        .await?;
    Ok(())
}
