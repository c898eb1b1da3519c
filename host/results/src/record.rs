//! Recording runs: each once, with everything that follows from it.

use std::borrow::Cow;

use jiff::Timestamp;
use touchstone_report::{Report, json};
use touchstone_scope::{State, Verdict};

use crate::db::{Results, Tx, either};
use crate::error::ResultsError;
use crate::many::Rows;
use crate::outbox::{Letter, put};
use crate::rows::{ResultRow, results, scope_id};
use crate::stored::compressed;
use crate::text::{LONGEST_REASON, kept, micros, sha256};

/// A run that has come to its end: one subject, one scope, in one night.
#[derive(Clone, Debug)]
pub struct RunRecord<'a> {
    /// The night's id.
    pub night: &'a str,
    /// The subject's name.
    pub subject: &'a str,
    /// The scope's UUID.
    pub scope: &'a str,
    /// Identifies the run among all others.
    pub run: &'a str,
    /// Which attempt this was, from 1.
    pub attempt: u32,
    /// Who ran it, if there are several.
    pub worker: Option<&'a str>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The exit code that `touchstone run` would have ended with.
    pub exit_code: u8,
    /// Why it ended as it did, where the report does not say so. The first 1000 bytes are kept.
    pub exit_reason: Option<&'a str>,
    /// Where its tape is, if it was recorded.
    pub tape: Option<&'a str>,
    /// The report; none if there is none because, say, a component was refused.
    pub report: Option<&'a Report>,
    /// The report as JSON, if it is at hand; it is made otherwise.
    pub json: Option<&'a str>,
    /// What is to be sent because of it.
    pub letters: &'a [Letter],
}

/// What came of [`Results::record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was written down, and is there from now on, whatever happens.
    New,
    /// A run of this subject and scope was recorded in this night before. Nothing was changed.
    AlreadyThere,
}

impl<'a> RunRecord<'a> {
    /// A run that has a report: its first attempt, without anything to send.
    pub fn of(night: &'a str, report: &'a Report) -> RunRecord<'a> {
        RunRecord {
            night,
            subject: &report.subject,
            scope: &report.scope.uuid,
            run: &report.run.id,
            attempt: 1,
            worker: None,
            started_at: report.run.started_at,
            finished_at: report.run.finished_at,
            exit_code: report.exit_code(),
            exit_reason: None,
            tape: None,
            report: Some(report),
            json: None,
            letters: &[],
        }
    }
}

impl Results {
    /// Writes down a run, its results and its letters: all or nothing, and once.
    ///
    /// # Errors
    /// The night is not known, another run has this id, or the database cannot be used.
    pub async fn record(&self, record: &RunRecord<'_>) -> Result<Recorded, ResultsError> {
        const DOING: &str = "record a run";
        // What takes time is done before others have to wait.
        let report = record.report.map(|report| {
            let text = record.json.map_or_else(|| Cow::Owned(json(report)), Cow::Borrowed);
            (sha256(text.as_bytes()), compressed(text.as_bytes()), results(report))
        });
        let scope = scope_id(record.scope);
        let mut tx = self.begin(DOING).await?;
        let stored = report.as_ref().map(|(sha256, frame, _)| (sha256.as_str(), frame.as_slice()));
        match insert_run(&mut tx, record, &scope, stored).await {
            Ok(0) => return Ok(Recorded::AlreadyThere),
            Ok(_) => {}
            Err(problem) => {
                drop(tx);
                return Err(self.why_not(record, problem).await);
            }
        }
        let written = async {
            if let (Some(report), Some((.., rows))) = (record.report, &report) {
                insert_versions(&mut tx, report, record.run).await?;
                insert_results(&mut tx, record, &scope, rows).await?;
                renew(&mut tx, record.run).await?;
            }
            for letter in record.letters {
                put(&mut tx, letter, record.finished_at).await?;
            }
            tx.commit().await
        };
        written.await.map_err(self.failed(DOING))?;
        Ok(Recorded::New)
    }

    /// What a database's refusal means.
    async fn why_not(&self, record: &RunRecord<'_>, problem: sqlx::Error) -> ResultsError {
        let database = problem.as_database_error();
        if database.is_some_and(|error| error.is_foreign_key_violation()) {
            return ResultsError::UnknownNight(record.night.to_owned());
        }
        if database.is_some_and(|error| error.is_unique_violation()) {
            return ResultsError::DoubledRun {
                run: record.run.to_owned(),
                subject: record.subject.to_owned(),
            };
        }
        self.failed("record a run")(problem)
    }
}

async fn insert_run(
    tx: &mut Tx,
    record: &RunRecord<'_>,
    scope: &str,
    stored: Option<(&str, &[u8])>,
) -> Result<u64, sqlx::Error> {
    const SQL: &str = "INSERT INTO runs (night, subject, scope, id, attempt, worker, started_at, finished_at, recorded_at, \
         verdict, exit_code, exit_reason, tape, sha256, report) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (night, subject, scope) DO NOTHING";
    let verdict = record.report.and_then(Report::verdict).map(Verdict::word);
    let reason = record.exit_reason.map(|reason| kept(reason, LONGEST_REASON));
    either!(tx.conn(), on => {
        let query = sqlx::query(SQL).bind(record.night).bind(record.subject).bind(scope).bind(record.run);
        let query = query.bind(i64::from(record.attempt)).bind(record.worker);
        let query = query.bind(micros(record.started_at)).bind(micros(record.finished_at));
        let query = query.bind(micros(Timestamp::now())).bind(verdict).bind(i64::from(record.exit_code));
        let query = query.bind(reason).bind(record.tape);
        let query = query.bind(stored.map(|(sha256, _)| sha256)).bind(stored.map(|(_, frame)| frame));
        query.execute(on).await.map(|done| done.rows_affected())
    })
}

static VERSIONS: Rows = Rows::new("INSERT INTO run_versions (run, version, state, verdict)", 1, 3);

async fn insert_versions(tx: &mut Tx, report: &Report, run: &str) -> Result<(), sqlx::Error> {
    let versions: Vec<_> = report.versions.iter().collect();
    let mut left = versions.as_slice();
    while let Some((now, statement)) = VERSIONS.take(&mut left) {
        either!(tx.conn(), on => {
            let mut query = sqlx::query(statement).bind(run);
            for (version, judged) in now {
                query = query.bind(version.as_str()).bind(judged.state.map(State::word)).bind(judged.verdict.word());
            }
            query.execute(on).await?;
        });
    }
    Ok(())
}

static RESULTS: Rows = Rows::new(
    "INSERT INTO results (run, subject, scope, testcase, versions, target, verdict, reason, checked_at, expires_at)",
    3,
    7,
);

async fn insert_results(
    tx: &mut Tx,
    record: &RunRecord<'_>,
    scope: &str,
    rows: &[ResultRow],
) -> Result<(), sqlx::Error> {
    let mut left = rows;
    while let Some((now, statement)) = RESULTS.take(&mut left) {
        either!(tx.conn(), on => {
            let mut query = sqlx::query(statement).bind(record.run).bind(record.subject).bind(scope);
            for row in now {
                query = query.bind(&row.testcase).bind(&row.versions).bind(row.target).bind(row.verdict);
                query = query.bind(&row.reason).bind(row.checked_at).bind(row.expires_at);
            }
            query.execute(on).await?;
        });
    }
    Ok(())
}

/// Lets the results of a run that were checked take the place of older ones; of equally new ones, the worst stays, and of
/// equally bad ones, that of the newest run.
async fn renew(tx: &mut Tx, run: &str) -> Result<(), sqlx::Error> {
    const SQL: &str = "INSERT INTO newest (subject, scope, testcase, versions, verdict, reason, checked_at, expires_at, run) \
         SELECT subject, scope, testcase, versions, verdict, reason, checked_at, expires_at, run FROM results \
         WHERE run = $1 AND checked_at IS NOT NULL ORDER BY testcase, versions \
         ON CONFLICT (subject, scope, testcase, versions) DO UPDATE SET verdict = excluded.verdict, \
         reason = excluded.reason, checked_at = excluded.checked_at, expires_at = excluded.expires_at, run = excluded.run \
         WHERE excluded.checked_at > newest.checked_at OR (excluded.checked_at = newest.checked_at AND \
         CASE excluded.verdict WHEN 'FAIL' THEN 0 WHEN 'MISS' THEN 1 WHEN 'DNF' THEN 2 ELSE 3 END <= \
         CASE newest.verdict WHEN 'FAIL' THEN 0 WHEN 'MISS' THEN 1 WHEN 'DNF' THEN 2 ELSE 3 END)";
    either!(tx.conn(), on => sqlx::query(SQL).bind(run).execute(on).await.map(drop))
}
