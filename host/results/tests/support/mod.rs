//! What the tests need: databases, manifests, reports.

#![allow(dead_code, reason = "not every test needs everything")]

pub(crate) mod sample;

use tempfile::TempDir;
use touchstone_postgres::Database;
use touchstone_results::{Results, StateUrl};

/// An empty database, which is gone when this is dropped (SQLite) or when the tests have ended (PostgreSQL).
pub(crate) struct Empty {
    pub(crate) url: StateUrl,
    _folder: Option<TempDir>,
    database: Option<Database>,
}

impl Empty {
    pub(crate) fn sqlite() -> Empty {
        let folder = tempfile::tempdir().unwrap();
        Empty { url: StateUrl::file(folder.path().join("state.db")), _folder: Some(folder), database: None }
    }

    pub(crate) fn postgres() -> Empty {
        let database = Database::new();
        Empty { url: database.url().parse().unwrap(), _folder: None, database: Some(database) }
    }

    pub(crate) async fn open(&self) -> Results {
        Results::open(&self.url).await.unwrap()
    }

    /// Executes a statement behind our back; `@` is the schema.
    pub(crate) async fn execute(&self, statement: &str) {
        use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
        match (&self.database, self.url.path()) {
            (Some(database), _) => drop(database.query(&statement.replace('@', "touchstone."))),
            (None, path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path.unwrap());
                let mut connection = options.connect().await.unwrap();
                connection.execute(AssertSqlSafe(statement.replace('@', ""))).await.unwrap();
            }
        }
    }

    /// Ends the sessions in which subjects are held.
    pub(crate) fn end_sessions(&self) {
        self.database.as_ref().unwrap().query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = 'touchstone (locks)' AND datname = current_database()",
        );
    }
}

/// A test that is run on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($(#[$attribute:meta])* async fn $name:ident($empty:ident: Empty) $body:block) => {
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs what stands beside it")]
            use super::*;

            async fn test($empty: $crate::support::Empty) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test($crate::support::Empty::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test($crate::support::Empty::postgres()).await;
            }
        }
    };
}
