//! A database, and a way to it that can be cut.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tempfile::TempDir;
use touchstone_postgres::Database;
use touchstone_queue::{Item, Queue, Settings};

/// The name of PostgreSQL's socket in its folder.
const SOCKET: &str = ".s.PGSQL.5432";

/// An empty database.
pub(crate) struct Postgres {
    database: Database,
    /// Where the server's socket is.
    server: PathBuf,
    /// Where this test's way to it begins.
    way: TempDir,
}

impl Postgres {
    pub(crate) fn new() -> Self {
        let database = Database::new();
        let (_, place) = database.url().split_once('@').unwrap();
        let (folder, _) = place.rsplit_once('/').unwrap();
        let server = PathBuf::from(folder.replace("%2F", "/"));
        let postgres = Self { database, server, way: tempfile::tempdir().unwrap() };
        postgres.mend();
        postgres
    }

    /// As its owner sees it, who may do everything.
    pub(crate) fn url(&self) -> String {
        let (_, name) = self.database.url().rsplit_once('/').unwrap();
        self.url_of("touchstone", name)
    }

    pub(crate) fn url_of(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@{}/{database}", self.way.path().to_str().unwrap().replace('/', "%2F"))
    }

    pub(crate) async fn queue(&self, settings: Settings) -> Queue {
        Queue::set_up(&self.url(), settings).await.unwrap()
    }

    pub(crate) async fn pool(&self) -> PgPool {
        PgPoolOptions::new().max_connections(5).connect(&self.url()).await.unwrap()
    }

    /// Nobody comes to the database any more, and nobody stays.
    pub(crate) fn cut(&self) {
        fs::remove_file(self.way.path().join(SOCKET)).unwrap();
        self.database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }

    /// The way is open again.
    pub(crate) fn mend(&self) {
        symlink(self.server.join(SOCKET), self.way.path().join(SOCKET)).unwrap();
    }
}

pub(crate) const NIGHT: &str = "2026-11-27T02:30:00Z";

/// Leases of two seconds, and no patience.
pub(crate) fn quick() -> Settings {
    Settings {
        lease: Duration::from_secs(2),
        wait: Duration::from_millis(300),
        poll: Duration::from_millis(100),
        pause: Duration::ZERO,
        ..Settings::default()
    }
}

pub(crate) fn item(subject: &str, labels: &[(&str, &str)]) -> Item {
    Item {
        night: NIGHT.into(),
        subject: subject.into(),
        labels: labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        payload: serde_json::json!({ "scopes": ["iaas"], "due": NIGHT }),
    }
}
