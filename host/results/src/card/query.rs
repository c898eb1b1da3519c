//! What the database knows about a subject and a scope.

use jiff::Timestamp;

use super::{Card, Found, Known, ScopeAt};
use crate::db::{Results, either};
use crate::error::ResultsError;
use crate::text::micros;

/// Testcase, versions, verdict, reason, checked at, expires at, run.
type Row = (String, String, String, String, i64, Option<i64>, String);

/// What is known now. The parameters of this and of the next one are the same.
const NEWEST: &str = "SELECT testcase, versions, verdict, reason, checked_at, expires_at, run FROM newest \
     WHERE subject = $1 AND scope = $2 AND checked_at <= $3";

/// What was known then: what runs found out that had begun by then.
const THEN: &str = "SELECT f.testcase, f.versions, f.verdict, f.reason, f.checked_at, f.expires_at, f.run FROM results f \
     JOIN runs r ON r.id = f.run WHERE f.subject = $1 AND f.scope = $2 AND f.checked_at <= $3 AND r.started_at <= $3";

/// What the newest run of then did not find out.
const WHY_NOT: &str = "SELECT testcase, versions, reason FROM results WHERE checked_at IS NULL AND run = \
     (SELECT id FROM runs WHERE subject = $1 AND scope = $2 AND started_at <= $3 ORDER BY started_at DESC, id LIMIT 1)";

impl Results {
    /// The score card of a subject in a scope at a moment, which may be past, if what was known then was not forgotten.
    ///
    /// # Errors
    /// Results of that time were forgotten ([`Results::prune`]), or the database cannot be used.
    pub async fn card(&self, subject: &str, scope: &ScopeAt<'_>) -> Result<Card, ResultsError> {
        let known = self.known(subject, &scope.uuid(), scope.at).await?;
        Ok(Card::of(subject, scope, &known))
    }

    async fn known(&self, subject: &str, scope: &str, at: Timestamp) -> Result<Known, ResultsError> {
        const DOING: &str = "read results";
        let then = micros(at);
        // Cheap, and right for now; the results themselves are right for any time.
        let sql = if self.is_now(subject, scope, at).await? { NEWEST } else { THEN };
        let rows: Result<Vec<Row>, _> = either!(self.readers(), pool => {
            sqlx::query_as(sql).bind(subject).bind(scope).bind(then).fetch_all(pool).await
        });
        let mut known = Known::default();
        let damaged = |problem: String| self.damaged(format!("results of {subject}"), problem);
        for (testcase, versions, verdict, reason, checked_at, expires_at, run) in
            rows.map_err(self.failed(DOING))?
        {
            let found = Found {
                verdict: verdict.parse().map_err(|error| damaged(format!("{error}")))?,
                reason,
                checked_at: self.time(checked_at)?,
                expires_at: expires_at.map(|at| self.time(at)).transpose()?,
                run,
            };
            known.add(versions_of(&versions).map_err(damaged)?, testcase, found);
        }
        let rows: Result<Vec<(String, String, String)>, _> = either!(self.readers(), pool => {
            sqlx::query_as(WHY_NOT).bind(subject).bind(scope).bind(then).fetch_all(pool).await
        });
        for (testcase, versions, reason) in rows.map_err(self.failed(DOING))? {
            known.add_why_not(versions_of(&versions).map_err(damaged)?, testcase, reason);
        }
        Ok(known)
    }

    /// Whether no run of the subject in the scope began after a moment.
    async fn is_now(&self, subject: &str, scope: &str, at: Timestamp) -> Result<bool, ResultsError> {
        const SQL: &str = "SELECT max(started_at) FROM runs WHERE subject = $1 AND scope = $2";
        let row: Result<(Option<i64>,), _> = either!(self.readers(), pool => {
            sqlx::query_as(SQL).bind(subject).bind(scope).fetch_one(pool).await
        });
        let (last,) = row.map_err(self.failed("read results"))?;
        if last.is_none_or(|last| last <= micros(at)) {
            return Ok(true);
        }
        match self.pruned_before().await? {
            Some(before) if at < before => Err(ResultsError::Pruned { on: at, before }),
            _ => Ok(false),
        }
    }
}

/// The versions that share a result.
pub(crate) fn versions_of(array: &str) -> Result<Vec<String>, String> {
    touchstone_json::from_str(array).map_err(|error| format!("versions: {error}"))
}
