//! Two programs on one database never run the same subject at once.

mod files;
mod session;

use std::path::Path;

use sqlx::postgres::PgConnectOptions;

use self::files::{Files, HeldFile};
use self::session::{HeldKey, Session};
use crate::db::Results;
use crate::error::ResultsError;

/// Where exclusion comes from: files that the operating system locks, beside SQLite's; or PostgreSQL.
pub(crate) enum Holds {
    Files(Files),
    Session(Box<Session>),
}

/// A subject that no other program runs until this is dropped, or until this process is gone.
#[derive(Debug)]
#[must_use = "it is held only as long as this lives"]
pub struct Held(Kept);

#[derive(Debug)]
enum Kept {
    File(#[allow(dead_code, reason = "the lock ends when it is dropped")] HeldFile),
    Key(HeldKey),
}

impl Holds {
    pub(crate) fn beside(database: &Path) -> Holds {
        Holds::Files(Files::beside(database))
    }

    pub(crate) fn in_session(options: PgConnectOptions) -> Holds {
        Holds::Session(Box::new(Session::new(options)))
    }
}

impl Results {
    /// Holds a subject for this process; none if somebody holds it (another process, or this one).
    ///
    /// SQLite: an exclusive lock on a file in the folder `DATABASE.locks`, which the operating system lets go of when the
    /// process ends. PostgreSQL: an advisory lock of a session that has a connection of its own.
    ///
    /// # Errors
    /// The file or the server cannot be used.
    pub async fn hold(&self, subject: &str) -> Result<Option<Held>, ResultsError> {
        self.hold_name("subject", subject).await
    }

    /// Holds the outbox: whoever holds it sends what is due. None if somebody else does.
    ///
    /// # Errors
    /// Those of [`Results::hold`].
    pub async fn hold_outbox(&self) -> Result<Option<Held>, ResultsError> {
        self.hold_name("outbox", "").await
    }

    async fn hold_name(&self, kind: &str, name: &str) -> Result<Option<Held>, ResultsError> {
        match &self.inner.holds {
            Holds::Files(files) => match files.hold(kind, name) {
                Ok(held) => Ok(held.map(Kept::File).map(Held)),
                Err((path, problem)) => Err(ResultsError::File { path, problem }),
            },
            Holds::Session(session) => match session.hold(kind, name).await {
                Ok(held) => Ok(held.map(Kept::Key).map(Held)),
                Err(problem) => Err(self.failed("hold a subject")(problem)),
            },
        }
    }
}

impl Held {
    /// Whether it is still held. A lock of the operating system is, as long as the process lives. PostgreSQL is asked: where
    /// its connection was lost, so was everything that was held over it, and another program may have it by now.
    pub async fn is_still_held(&self) -> bool {
        match &self.0 {
            Kept::File(_) => true,
            Kept::Key(key) => key.is_still_held().await,
        }
    }
}
