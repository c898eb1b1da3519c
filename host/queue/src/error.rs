use std::time::Duration;

/// Something did not work with the queue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// Not a URL of a PostgreSQL database.
    #[error(
        "not the URL of a PostgreSQL database ({0}); it is like postgres://USER@HOST/DATABASE?sslmode=verify-full"
    )]
    Url(sqlx::Error),
    /// There is no queue in the database.
    #[error(
        "there is no queue in this database: `touchstone nightly` makes it when it is started with this database \
         (docs/workers.md says which rights it needs)"
    )]
    NotSetUp,
    /// The queue could not be set up.
    #[error("the queue could not be set up: {0}; docs/workers.md says which rights that needs")]
    SetUp(String),
    /// The database says that this user may not.
    #[error(
        "the database does not let this user do that: {0}; docs/workers.md says which rights a worker needs"
    )]
    Rights(sqlx::Error),
    /// The database does not answer.
    #[error("the database of the queue does not answer: {0}")]
    Unreachable(sqlx::Error),
    /// The database takes too long.
    #[error("the database of the queue did not answer within {} s", .0.as_secs_f64())]
    Slow(Duration),
    /// The database answers that something is wrong.
    #[error("the database of the queue says: {0}")]
    Database(sqlx::Error),
    /// An item that cannot be offered.
    #[error("the subject \"{}\" cannot be offered to workers: {what}", .subject.escape_default())]
    Item {
        /// The subject.
        subject: String,
        /// What is wrong.
        what: &'static str,
    },
    /// Labels that no item can have.
    #[error("the label \"{}\" is given two values; an item has one, so there would never be one to take", .key.escape_default())]
    Labels {
        /// The label.
        key: String,
    },
}

impl QueueError {
    /// Whether the same request may work later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Slow(_))
    }
}

impl From<sqlx::Error> for QueueError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unreachable(error),
            sqlx::Error::Database(answer) => match answer.code().as_deref() {
                Some("42501") => Self::Rights(error),
                Some("42P01" | "3F000") => Self::NotSetUp,
                Some(code) if passes(code) => Self::Unreachable(error),
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

impl From<pgmq::PgmqError> for QueueError {
    fn from(error: pgmq::PgmqError) -> Self {
        match error {
            pgmq::PgmqError::DatabaseError(error) => error.into(),
            other => Self::Database(sqlx::Error::Protocol(other.to_string())),
        }
    }
}

/// Whether a state that PostgreSQL names (its manual, Appendix A) passes by itself: lost connections, servers that stop or start, too many
/// clients, and transactions that were ended in favour of another one.
fn passes(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "40001" | "40P01" | "53300" | "57P01" | "57P02" | "57P03")
}
