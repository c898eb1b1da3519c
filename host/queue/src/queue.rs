use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::engine::within;
use crate::error::QueueError;
use crate::set_up;
use crate::settings::Settings;

/// Connections at most: one that takes, and some that renew and complete.
const CONNECTIONS: u32 = 5;

/// A queue in a PostgreSQL database. Clones are the same queue.
#[derive(Debug, Clone)]
pub struct Queue {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    settings: Settings,
}

impl Queue {
    /// The queue in the database of this URL, as a worker uses it: nothing is made that is not there.
    ///
    /// # Errors
    ///
    /// If this is no URL, nobody answers there, there is no queue, or this user has no rights to it.
    pub async fn connect(url: &str, settings: Settings) -> Result<Self, QueueError> {
        let queue = Self::reach(url, settings).await?;
        if !within(queue.settings().timeout, set_up::is_there(queue.pool())).await? {
            return Err(QueueError::NotSetUp);
        }
        Ok(queue)
    }

    /// The queue in the database of this URL, as the coordinator uses it: made where it is not there. That needs the right to
    /// create schemas in the database; `docs/workers.md` has them all.
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect), and if the queue cannot be made.
    pub async fn set_up(url: &str, settings: Settings) -> Result<Self, QueueError> {
        let queue = Self::reach(url, settings).await?;
        set_up::set_up(queue.pool()).await?;
        Ok(queue)
    }

    /// Ends the connections. Leases that still live are not renewed any more.
    pub async fn close(&self) {
        self.inner.pool.close().await;
    }

    async fn reach(url: &str, settings: Settings) -> Result<Self, QueueError> {
        let options =
            PgConnectOptions::from_str(url).map_err(QueueError::Url)?.application_name("touchstone");
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(settings.timeout.min(Duration::from_secs(5)))
            .connect_with(options)
            .await?;
        Ok(Self { inner: Arc::new(Inner { pool, settings }) })
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }
}
