//! Opening the database, and running one text of SQL on either engine.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Postgres, Sqlite, Transaction};

use crate::error::ResultsError;
use crate::hold::Holds;
use crate::migrate;
use crate::url::{Place, StateUrl, options};

/// How long a writer waits for its turn. Long, since a thousand subjects may end at once and each waits for the disk.
const TURN: Duration = Duration::from_secs(600);
/// How long another process may keep SQLite's lock, and how long connecting to PostgreSQL may take.
const BUSY: Duration = Duration::from_secs(60);
/// When to ask again whether it still has it.
const SOON: Duration = Duration::from_millis(20);

/// The database of nights, runs and results. Cheap to clone; all clones share its connections.
#[derive(Clone)]
pub struct Results {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// The database, without password.
    pub(crate) place: String,
    pub(crate) holds: Holds,
    writers: Either<SqlitePool, PgPool>,
    readers: Either<SqlitePool, PgPool>,
}

/// The same for each engine.
pub(crate) enum Either<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Evaluates an expression for whichever engine it is. There is one text of SQL for both.
macro_rules! either {
    ($either:expr, $it:ident => $do:expr) => {
        match $either {
            $crate::db::Either::Sqlite($it) => $do,
            $crate::db::Either::Postgres($it) => $do,
        }
    };
}
pub(crate) use either;

pub(crate) type Conn<'c> = Either<&'c mut SqliteConnection, &'c mut PgConnection>;
pub(crate) type Tx = Either<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>;

impl Results {
    /// Opens the database, makes it if it is a file that is not there, and brings it to the schema of this program.
    ///
    /// SQLite: the file is readable for its owner only; a write-ahead log, synchronised at each commit, and one connection
    /// that writes. PostgreSQL: everything is in the schema `touchstone`, and a commit is waited for, whatever the server's
    /// default is.
    ///
    /// # Errors
    /// The file or server cannot be used, or a newer program made the database.
    pub async fn open(url: &StateUrl) -> Result<Results, ResultsError> {
        if let Place::Sqlite(path) = &url.0 {
            make(path).map_err(|problem| ResultsError::File { path: path.clone(), problem })?;
        }
        Results::open_existing(url).await
    }

    /// Opens the database as [`Results::open`] does, but makes no file.
    ///
    /// # Errors
    /// Those of [`Results::open`], and [`ResultsError::Missing`].
    pub async fn open_existing(url: &StateUrl) -> Result<Results, ResultsError> {
        let place = url.to_string();
        let failed =
            |problem| ResultsError::Database { place: place.clone(), doing: "open the database", problem };
        let inner = match &url.0 {
            Place::Sqlite(path) => {
                if !path.exists() {
                    return Err(ResultsError::Missing(path.clone()));
                }
                let (writers, readers) = sqlite(path).await.map_err(failed)?;
                let (writers, readers) = (Either::Sqlite(writers), Either::Sqlite(readers));
                // Whatever name it was opened by, the locks are the same.
                let real = path.canonicalize();
                let real = real.map_err(|problem| ResultsError::File { path: path.clone(), problem })?;
                Inner { holds: Holds::beside(&real), place, writers, readers }
            }
            Place::Postgres(parsed) => {
                let options = options(parsed).map_err(failed)?;
                let pool = postgres(options.clone()).await.map_err(failed)?;
                let (writers, readers) = (Either::Postgres(pool.clone()), Either::Postgres(pool));
                Inner { holds: Holds::in_session(options), place, writers, readers }
            }
        };
        let results = Results { inner: Arc::new(inner) };
        migrate::migrate(&results).await?;
        Ok(results)
    }

    /// The database, without password.
    pub fn place(&self) -> &str {
        &self.inner.place
    }

    /// Closes all connections, after what is going on has ended. What is held stays held.
    pub async fn close(&self) {
        either!(&self.inner.readers, pool => pool.close().await);
        either!(&self.inner.writers, pool => pool.close().await);
    }

    /// Begins to write: nobody else does, in SQLite, until it is committed or dropped (and then nothing was written).
    pub(crate) async fn begin(&self, doing: &'static str) -> Result<Tx, ResultsError> {
        let begun = match &self.inner.writers {
            // Whoever begins with reading and finds that it must write would be refused if another had written meanwhile.
            Either::Sqlite(pool) => pool.begin_with("BEGIN IMMEDIATE").await.map(Either::Sqlite),
            Either::Postgres(pool) => pool.begin().await.map(Either::Postgres),
        };
        begun.map_err(self.failed(doing))
    }

    /// Where to read.
    pub(crate) fn readers(&self) -> &Either<SqlitePool, PgPool> {
        &self.inner.readers
    }

    pub(crate) fn failed(&self, doing: &'static str) -> impl Fn(sqlx::Error) -> ResultsError + use<> {
        let inner = Arc::clone(&self.inner);
        move |problem| ResultsError::Database { place: inner.place.clone(), doing, problem }
    }

    pub(crate) fn damaged(&self, what: impl Into<String>, problem: impl ToString) -> ResultsError {
        ResultsError::Damaged {
            place: self.inner.place.clone(),
            what: what.into(),
            problem: problem.to_string(),
        }
    }
}

impl Tx {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Either::Sqlite(tx) => Either::Sqlite(&mut **tx),
            Either::Postgres(tx) => Either::Postgres(&mut **tx),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        either!(self, tx => tx.commit().await)
    }
}

impl std::fmt::Debug for Results {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Results({})", self.inner.place)
    }
}

/// An empty file for its owner only, if there is none.
fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}

async fn sqlite(path: &Path) -> Result<(SqlitePool, SqlitePool), sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL would lose the last commits with the power of the machine.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY);
    let pool = SqlitePoolOptions::new().acquire_timeout(TURN).idle_timeout(None).max_lifetime(None);
    let begun = Instant::now();
    let writers = loop {
        match pool.clone().max_connections(1).connect_with(options.clone()).await {
            // Where two programs open a new file at once, SQLite does not let the one wait for the other to change it to a
            // write-ahead log.
            Err(error) if is_busy(&error) && begun.elapsed() < BUSY => tokio::time::sleep(SOON).await,
            connected => break connected?,
        }
    };
    let readers = pool.max_connections(4).connect_lazy_with(options.pragma("query_only", "ON"));
    Ok((writers, readers))
}

/// Whether another connection has the lock: `SQLITE_BUSY`, and what SQLite derives from it.
fn is_busy(error: &sqlx::Error) -> bool {
    const SQLITE_BUSY: u32 = 5;
    let code =
        error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// One schema for all that is ours; and commits that are on the disk when the server says that they are done.
const FOR_EACH_CONNECTION: &str = "SELECT set_config('search_path', 'touchstone', false), \
     CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END";

async fn postgres(options: sqlx::postgres::PgConnectOptions) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(BUSY)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::query(FOR_EACH_CONNECTION).execute(connection).await.map(drop) })
        })
        .connect_with(options)
        .await
}
