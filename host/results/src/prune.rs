//! Forgetting what nobody needs any more.

use jiff::Timestamp;

use crate::db::{Results, Tx, either};
use crate::error::ResultsError;
use crate::text::micros;

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Nights of which nothing is left.
    pub nights: u64,
    /// Runs with their reports and results.
    pub runs: u64,
    /// Letters that had been accepted or given up.
    pub letters: u64,
}

/// Runs of ended nights that began before $1, each result of which has a newer one (also before $1), or an equal one of a
/// newer run. So no card of a day from then on changes.
const RUNS: &str = "DELETE FROM runs WHERE started_at < $1 \
     AND night IN (SELECT id FROM nights WHERE due_at < $1 AND finished_at IS NOT NULL) \
     AND NOT EXISTS (SELECT 1 FROM results x WHERE x.run = runs.id AND x.checked_at IS NOT NULL AND NOT EXISTS \
     (SELECT 1 FROM results y JOIN runs r ON r.id = y.run WHERE y.subject = x.subject AND y.scope = x.scope \
     AND y.testcase = x.testcase AND y.versions = x.versions AND y.checked_at >= x.checked_at AND y.run <> x.run \
     AND r.started_at < $1 AND (y.checked_at > x.checked_at OR (y.verdict = x.verdict AND r.started_at > runs.started_at))))";

/// The newest night stays, even without runs: it says who the subjects are.
const NIGHTS: &str = "DELETE FROM nights WHERE due_at < $1 AND finished_at IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.night = nights.id) \
     AND due_at < (SELECT max(due_at) FROM nights)";

const MANIFESTS: &str =
    "DELETE FROM manifests WHERE NOT EXISTS (SELECT 1 FROM night_scopes s WHERE s.digest = manifests.digest)";

const LETTERS: &str = "DELETE FROM outbox WHERE accepted_at < $1 OR gave_up_at < $1";

impl Results {
    /// Forgets what began before, but for runs that have a result which was the newest of its kind then: it may still
    /// count. Letters that wait are kept, and those that were sent or given up later than that.
    ///
    /// Cards of days before are refused from then on ([`ResultsError::Pruned`]).
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn prune(&self, before: Timestamp) -> Result<Pruned, ResultsError> {
        const DOING: &str = "forget old results";
        let mut tx = self.begin(DOING).await?;
        let pruned = prune(&mut tx, micros(before)).await.map_err(self.failed(DOING))?;
        tx.commit().await.map_err(self.failed(DOING))?;
        Ok(pruned)
    }

    /// Before when results were forgotten; none if they never were.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn pruned_before(&self) -> Result<Option<Timestamp>, ResultsError> {
        let row: Result<(Option<i64>,), _> = either!(self.readers(), pool => {
            sqlx::query_as("SELECT max(before) FROM pruned").fetch_one(pool).await
        });
        let (before,) = row.map_err(self.failed("read what was forgotten"))?;
        before.map(|before| self.time(before)).transpose()
    }
}

async fn prune(tx: &mut Tx, before: i64) -> Result<Pruned, sqlx::Error> {
    let runs = execute(tx, RUNS, before).await?;
    let nights = execute(tx, NIGHTS, before).await?;
    either!(tx.conn(), on => sqlx::query(MANIFESTS).execute(on).await.map(drop))?;
    let letters = execute(tx, LETTERS, before).await?;
    execute(tx, "INSERT INTO pruned (before) VALUES ($1)", before).await?;
    Ok(Pruned { nights, runs, letters })
}

async fn execute(tx: &mut Tx, sql: &'static str, before: i64) -> Result<u64, sqlx::Error> {
    either!(tx.conn(), on => sqlx::query(sql).bind(before).execute(on).await.map(|done| done.rows_affected()))
}
