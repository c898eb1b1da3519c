//! What the coordinator asks about a night.

use std::time::Duration;

use sqlx::PgConnection;

use crate::claim::{self, Claim};
use crate::engine::{NAME, persistently};
use crate::error::QueueError;
use crate::queue::Queue;
use crate::take::Entry;

/// How it stands with an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The subject.
    pub subject: String,
    /// How far it is.
    pub state: State,
    /// How often it was handed out.
    pub deliveries: u32,
    /// The last worker that took it.
    pub worker: Option<String>,
    /// Why it was given back or abandoned, for people. Workers wrote it.
    pub reason: Option<String>,
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody has it.
    Waiting,
    /// A worker has it.
    Held,
    /// A worker completed it.
    Done,
    /// It was handed out as often as it may be, and nobody completed it.
    Abandoned,
    /// The coordinator cancelled it.
    Cancelled,
}

impl State {
    /// Whether something may still become of it.
    #[must_use]
    pub fn is_outstanding(self) -> bool {
        matches!(self, Self::Waiting | Self::Held)
    }
}

impl Queue {
    /// All items of a night, by subject. What was handed out too often, and is held by nobody any more, is abandoned first.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn standings(&self, night: &str) -> Result<Vec<Standing>, QueueError> {
        let limit = self.settings().timeout;
        persistently(limit, limit, || self.standings_once(night)).await
    }

    /// The items of a night of which something may still become.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn outstanding(&self, night: &str) -> Result<Vec<Standing>, QueueError> {
        let standings = self.standings(night).await?;
        Ok(standings.into_iter().filter(|standing| standing.state.is_outstanding()).collect())
    }

    /// The items of a night that were handed out as often as they may be, and that nobody completed.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn abandoned(&self, night: &str) -> Result<Vec<Standing>, QueueError> {
        let standings = self.standings(night).await?;
        Ok(standings.into_iter().filter(|standing| standing.state == State::Abandoned).collect())
    }

    /// Takes what is not done of a night out of the queue, also what workers have: their leases are lost. Returns the number.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn cancel(&self, night: &str) -> Result<u64, QueueError> {
        let limit = self.settings().timeout;
        persistently(limit, limit, || self.cancel_once(night)).await
    }

    /// Strikes items out of the ledger that ended long ago. They could be offered again then. Returns the number.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn forget(&self, ended_before: Duration) -> Result<u64, QueueError> {
        let limit = self.settings().timeout;
        let forget = || async {
            let gone = sqlx::query(
                "DELETE FROM touchstone_queue.items WHERE ended_at < now() - make_interval(secs => $1::double precision)",
            )
            .bind(ended_before.as_secs_f64())
            .execute(self.pool())
            .await?;
            Ok(gone.rows_affected())
        };
        persistently(limit, limit, forget).await
    }

    async fn standings_once(&self, night: &str) -> Result<Vec<Standing>, QueueError> {
        let mut transaction = self.pool().begin().await?;
        sweep(&mut transaction, night).await?;
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT subject, state, deliveries, worker, reason, \
             coalesce(read_ct > 0 AND vt > clock_timestamp() AND given_back IS DISTINCT FROM read_ct, false) AS held \
             FROM touchstone_queue.items LEFT JOIN pgmq.q_touchstone ON msg_id = message_id \
             WHERE night = $1 ORDER BY subject",
        )
        .bind(night)
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(rows.into_iter().map(Standing::from).collect())
    }

    async fn cancel_once(&self, night: &str) -> Result<u64, QueueError> {
        let mut transaction = self.pool().begin().await?;
        // The rows of the queue first, as everywhere, so that nobody waits in a circle.
        let messages: Vec<i64> = sqlx::query_scalar(
            "SELECT msg_id FROM pgmq.q_touchstone JOIN touchstone_queue.items ON message_id = msg_id \
             WHERE night = $1 AND state = 'open' ORDER BY msg_id FOR UPDATE OF q_touchstone",
        )
        .bind(night)
        .fetch_all(&mut *transaction)
        .await?;
        sqlx::query("SELECT pgmq.delete($1::text, $2::bigint[])")
            .bind(NAME)
            .bind(&messages)
            .execute(&mut *transaction)
            .await?;
        let cancelled = sqlx::query(
            "UPDATE touchstone_queue.items SET state = 'cancelled', ended_at = now() \
             WHERE message_id = ANY($1) AND state = 'open'",
        )
        .bind(&messages)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(cancelled.rows_affected())
    }
}

/// Abandons what was handed out as often as it may be and is held by nobody any more. Workers do the same with what they
/// come upon; this is for when no worker comes any more.
async fn sweep(connection: &mut PgConnection, night: &str) -> Result<(), QueueError> {
    let worn: Vec<(i64, i32)> = sqlx::query_as(
        "SELECT msg_id, read_ct FROM pgmq.q_touchstone JOIN touchstone_queue.items ON message_id = msg_id \
         WHERE night = $1 AND state = 'open' AND read_ct >= most_deliveries AND vt <= clock_timestamp() \
         FOR UPDATE OF q_touchstone SKIP LOCKED",
    )
    .bind(night)
    .fetch_all(&mut *connection)
    .await?;
    for (message_id, delivery) in worn {
        let claim = Claim { message_id, delivery };
        if let Some(entry) = Entry::read(&mut *connection, claim).await? {
            claim::abandon(&mut *connection, claim, &entry.why_abandoned()).await?;
        }
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    subject: String,
    state: String,
    deliveries: i32,
    worker: Option<String>,
    reason: Option<String>,
    held: bool,
}

impl From<Row> for Standing {
    fn from(row: Row) -> Self {
        let state = match row.state.as_str() {
            "done" => State::Done,
            "abandoned" => State::Abandoned,
            "cancelled" => State::Cancelled,
            _ if row.held => State::Held,
            _ => State::Waiting,
        };
        Self {
            subject: row.subject,
            state,
            deliveries: row.deliveries.unsigned_abs(),
            worker: row.worker,
            reason: row.reason,
        }
    }
}
