//! Making the queue in a database.

use pgmq::PGMQueueExt;
use sqlx::{Executor, PgPool};

use crate::engine::NAME;
use crate::error::QueueError;

/// The ledger's tables.
const LEDGER: &str = include_str!("ledger.sql");

/// Two coordinators that start at once set up one after the other. A number of ours, by which PostgreSQL knows it.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(7246837741)";

/// Whether there are the ledger, the queue, and the functions that we call.
pub(crate) async fn is_there(pool: &PgPool) -> Result<bool, QueueError> {
    let there = sqlx::query_scalar(
        "SELECT to_regclass('touchstone_queue.items') IS NOT NULL AND to_regclass('pgmq.q_touchstone') IS NOT NULL",
    );
    Ok(there.fetch_one(pool).await?)
}

/// Makes what is not there. A PGMQ that is there, as an extension or by its scripts, is left as it is.
pub(crate) async fn set_up(pool: &PgPool) -> Result<(), QueueError> {
    if is_there(pool).await.unwrap_or(false) {
        return Ok(());
    }
    let failed = |error: &dyn std::fmt::Display| QueueError::SetUp(error.to_string());
    let functions = sqlx::query_scalar::<_, bool>(
        "SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         WHERE n.nspname = 'pgmq' AND p.proname = 'read')",
    );
    if !functions.fetch_one(pool).await? {
        pgmq::install::install_sql_from_embedded(pool).await.map_err(|error| failed(&error))?;
    }
    let mut transaction = pool.begin().await?;
    transaction.execute(ONE_AT_A_TIME).await?;
    transaction.execute(LEDGER).await.map_err(|error| failed(&error))?;
    let queues = PGMQueueExt::new_with_pool(pool.clone()).await;
    queues.create_with_cxn(NAME, &mut *transaction).await.map_err(|error| failed(&error))?;
    transaction.commit().await?;
    Ok(())
}
