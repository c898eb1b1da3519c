//! What was recorded.

use std::collections::BTreeSet;

use jiff::Timestamp;
use touchstone_report::Report;
use touchstone_scope::Verdict;

use crate::db::{Results, either};
use crate::error::ResultsError;
use crate::rows::scope_id;
use crate::stored::decompressed;
use crate::text::{LONGEST_REASON, kept, micros, sha256};

/// A run that was recorded, without its report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSummary {
    /// The night's id.
    pub night: String,
    /// The subject's name.
    pub subject: String,
    /// The scope's UUID.
    pub scope: String,
    /// The run's id.
    pub run: String,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// Who ran it, if there were several.
    pub worker: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The worst verdict of this run alone; none if it has no report, or no version.
    pub verdict: Option<Verdict>,
    /// The exit code.
    pub exit_code: u8,
    /// Why it ended as it did, where the report does not say so.
    pub exit_reason: Option<String>,
    /// Where its tape is, if it was recorded.
    pub tape: Option<String>,
    /// SHA-256 of its report, `sha256:…`; none if it has none.
    pub sha256: Option<String>,
}

/// An attempt that failed, and after which the run was tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The night's id.
    pub night: String,
    /// The subject's name.
    pub subject: String,
    /// The scope's UUID.
    pub scope: String,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// Who made it, if there are several.
    pub worker: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it had failed.
    pub failed_at: Timestamp,
    /// Why. The first 1000 bytes are kept.
    pub reason: String,
}

/// A row of the table of runs.
type RunRow = (
    String,
    String,
    String,
    i64,
    Option<String>,
    i64,
    i64,
    Option<String>,
    i64,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl Results {
    /// The runs that were recorded in a night: subject and scope (UUID).
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn recorded(&self, night: &str) -> Result<BTreeSet<(String, String)>, ResultsError> {
        const SQL: &str = "SELECT subject, scope FROM runs WHERE night = $1";
        let rows: Result<Vec<(String, String)>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(night).fetch_all(pool).await);
        Ok(rows.map_err(self.failed("read what was recorded"))?.into_iter().collect())
    }

    /// The scopes (UUID) against which a subject was recorded in a night.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn recorded_of(&self, night: &str, subject: &str) -> Result<BTreeSet<String>, ResultsError> {
        const SQL: &str = "SELECT scope FROM runs WHERE night = $1 AND subject = $2";
        let rows: Result<Vec<(String,)>, _> = either!(self.readers(), pool => {
            sqlx::query_as(SQL).bind(night).bind(subject).fetch_all(pool).await
        });
        let rows = rows.map_err(self.failed("read what was recorded"))?;
        Ok(rows.into_iter().map(|(scope,)| scope).collect())
    }

    /// The runs of a night, by subject and scope.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn runs(&self, night: &str) -> Result<Vec<RunSummary>, ResultsError> {
        const SQL: &str = "SELECT subject, scope, id, attempt, worker, started_at, finished_at, verdict, exit_code, \
             exit_reason, tape, sha256 FROM runs WHERE night = $1";
        let rows: Result<Vec<RunRow>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(night).fetch_all(pool).await);
        let summary = |row: RunRow| {
            let (subject, scope, run, attempt, worker, started_at, finished_at, ..) = row;
            let (.., verdict, exit_code, exit_reason, tape, sha256) = row;
            let verdict = verdict.map(|word| word.parse()).transpose();
            Ok(RunSummary {
                night: night.to_owned(),
                verdict: verdict.map_err(|error| self.damaged(format!("the run {run}"), error))?,
                attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
                started_at: self.time(started_at)?,
                finished_at: self.time(finished_at)?,
                exit_code: u8::try_from(exit_code).unwrap_or(u8::MAX),
                subject,
                scope,
                run,
                worker,
                exit_reason,
                tape,
                sha256,
            })
        };
        let rows = rows.map_err(self.failed("read the runs of a night"))?;
        let mut runs: Vec<RunSummary> = rows.into_iter().map(summary).collect::<Result<_, ResultsError>>()?;
        runs.sort_by(|a, b| (&a.subject, &a.scope).cmp(&(&b.subject, &b.scope)));
        Ok(runs)
    }

    /// The report of a run, as it was recorded; none if there is no such run, or if it has no report (any more).
    ///
    /// # Errors
    /// What is stored is not what was recorded, or the database cannot be used.
    pub async fn report(&self, run: &str) -> Result<Option<Report>, ResultsError> {
        const SQL: &str = "SELECT report, sha256 FROM runs WHERE id = $1 AND report IS NOT NULL";
        let row: Result<Option<(Vec<u8>, String)>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(run).fetch_optional(pool).await);
        let Some((frame, hash)) = row.map_err(self.failed("read a report"))? else { return Ok(None) };
        let damaged = |problem: String| self.damaged(format!("the report of the run {run}"), problem);
        let bytes = decompressed(&frame).map_err(|error| damaged(error.to_string()))?;
        if sha256(&bytes) != hash {
            return Err(damaged(format!("its SHA-256 is {}, and was {hash}", sha256(&bytes))));
        }
        let text = String::from_utf8(bytes).map_err(|error| damaged(error.to_string()))?;
        Report::parse(&text).map(Some).map_err(|error| damaged(error.to_string()))
    }

    /// Writes down that an attempt failed, and that the run will be tried again. The same attempt is written down once.
    ///
    /// # Errors
    /// There is no such night, or the database cannot be used.
    pub async fn attempt_failed(&self, attempt: &Attempt) -> Result<(), ResultsError> {
        const DOING: &str = "write down an attempt";
        const SQL: &str = "INSERT INTO attempts (night, subject, scope, attempt, worker, started_at, failed_at, reason) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (night, subject, scope, attempt) DO NOTHING";
        let mut tx = self.begin(DOING).await?;
        let done = either!(tx.conn(), on => {
            let query = sqlx::query(SQL).bind(&attempt.night).bind(&attempt.subject).bind(scope_id(&attempt.scope));
            let query = query.bind(i64::from(attempt.attempt)).bind(&attempt.worker);
            let query = query.bind(micros(attempt.started_at)).bind(micros(attempt.failed_at));
            query.bind(kept(&attempt.reason, LONGEST_REASON)).execute(on).await.map(drop)
        });
        done.map_err(|problem| match problem.as_database_error() {
            Some(error) if error.is_foreign_key_violation() => {
                ResultsError::UnknownNight(attempt.night.clone())
            }
            _ => self.failed(DOING)(problem),
        })?;
        tx.commit().await.map_err(self.failed(DOING))
    }

    /// The attempts of a night that failed, by subject, scope and number.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn attempts(&self, night: &str) -> Result<Vec<Attempt>, ResultsError> {
        type Row = (String, String, i64, Option<String>, i64, i64, String);
        const SQL: &str = "SELECT subject, scope, attempt, worker, started_at, failed_at, reason FROM attempts \
             WHERE night = $1";
        let rows: Result<Vec<Row>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(night).fetch_all(pool).await);
        let attempt = |(subject, scope, attempt, worker, started_at, failed_at, reason): Row| {
            Ok(Attempt {
                night: night.to_owned(),
                subject,
                scope,
                attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
                worker,
                started_at: self.time(started_at)?,
                failed_at: self.time(failed_at)?,
                reason,
            })
        };
        let rows = rows.map_err(self.failed("read the attempts of a night"))?;
        let mut attempts: Vec<Attempt> =
            rows.into_iter().map(attempt).collect::<Result<_, ResultsError>>()?;
        attempts.sort_by(|a, b| (&a.subject, &a.scope, a.attempt).cmp(&(&b.subject, &b.scope, b.attempt)));
        Ok(attempts)
    }

    /// A point in time that was stored.
    pub(crate) fn time(&self, micros: i64) -> Result<Timestamp, ResultsError> {
        Timestamp::from_microsecond(micros).map_err(|error| self.damaged("a point in time", error))
    }
}
