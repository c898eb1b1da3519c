//! The schema, and the way from an older one.
//!
//! Each step is done in one transaction with its number; both engines can change a schema in a transaction.

use sqlx::AssertSqlSafe;

use crate::db::{Either, Results, Tx, either};
use crate::error::ResultsError;

/// The steps, each from the schema before; a released one never changes.
const STEPS: [&str; 2] = [include_str!("../schema/1.sql"), include_str!("../schema/2.sql")];

const DOING: &str = "bring the database to the schema of this program";

pub(crate) async fn migrate(results: &Results) -> Result<(), ResultsError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let mut tx = results.begin(DOING).await?;
    let found = version(&mut tx).await.map_err(results.failed(DOING))?;
    match found {
        Found::Version(found) if found > known => {
            return Err(ResultsError::Newer { place: results.place().to_owned(), found, known });
        }
        Found::Version(found) if found == known => return Ok(()),
        Found::SomethingElse => {
            return Err(results.damaged(
                "its schema",
                "another program made this database; name a file that is not there, or an empty one",
            ));
        }
        Found::Version(_) | Found::Nothing => {}
    }
    step(&mut tx, found, known).await.map_err(results.failed(DOING))?;
    tx.commit().await.map_err(results.failed(DOING))
}

#[derive(Clone, Copy)]
enum Found {
    Nothing,
    SomethingElse,
    Version(i64),
}

/// What is there. Nobody else changes it until the transaction ends.
async fn version(tx: &mut Tx) -> Result<Found, sqlx::Error> {
    let (ours, others): (i64, i64) = match tx {
        Either::Sqlite(tx) => {
            sqlx::query_as(
                "SELECT count(CASE WHEN name = 'touchstone_schema' THEN 1 END), count(*) FROM sqlite_master",
            )
            .fetch_one(&mut **tx)
            .await?
        }
        Either::Postgres(tx) => {
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('touchstone schema', 0))")
                .execute(&mut **tx)
                .await?;
            sqlx::query_as(
                "SELECT count(CASE WHEN c.relname = 'touchstone_schema' THEN 1 END), count(*) \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'touchstone'",
            )
            .fetch_one(&mut **tx)
            .await?
        }
    };
    if ours == 0 {
        return Ok(if others == 0 { Found::Nothing } else { Found::SomethingElse });
    }
    let version: (i64,) = either!(tx.conn(), on => {
        sqlx::query_as("SELECT coalesce(max(version), 0) FROM touchstone_schema").fetch_one(on).await?
    });
    Ok(Found::Version(version.0))
}

async fn step(tx: &mut Tx, found: Found, known: i64) -> Result<(), sqlx::Error> {
    let before = match found {
        Found::Version(version) => version,
        Found::Nothing | Found::SomethingElse => {
            if let Either::Postgres(tx) = tx {
                let there = sqlx::query("SELECT 1 FROM pg_namespace WHERE nspname = 'touchstone'");
                if there.fetch_optional(&mut **tx).await?.is_none() {
                    sqlx::query("CREATE SCHEMA touchstone").execute(&mut **tx).await?;
                }
            }
            execute(tx, "CREATE TABLE touchstone_schema (version BIGINT NOT NULL)").await?;
            0
        }
    };
    for text in STEPS.iter().skip(usize::try_from(before).unwrap_or(0)) {
        for statement in text.split(";\n") {
            execute(tx, statement).await?;
        }
    }
    execute(tx, "DELETE FROM touchstone_schema").await?;
    execute(tx, &format!("INSERT INTO touchstone_schema (version) VALUES ({known})")).await
}

/// Executes a statement of ours in the words of the engine.
async fn execute(tx: &mut Tx, statement: &str) -> Result<(), sqlx::Error> {
    let (bytes, number, by_key) = match tx {
        Either::Sqlite(_) => ("BLOB", "INTEGER PRIMARY KEY AUTOINCREMENT", " WITHOUT ROWID"),
        Either::Postgres(_) => ("BYTEA", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", ""),
    };
    let without_comments = statement.lines().filter(|line| !line.starts_with("--"));
    let statement = without_comments
        .collect::<Vec<_>>()
        .join("\n")
        .replace("$BYTES", bytes)
        .replace("$NUMBER", number)
        .replace("$BY_KEY", by_key);
    if statement.trim().is_empty() {
        return Ok(());
    }
    // It comes from this file or from those beside it, and from nobody else.
    either!(tx.conn(), on => sqlx::query(AssertSqlSafe(statement)).execute(on).await.map(drop))
}
