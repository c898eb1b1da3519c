//! How results came and went.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use touchstone_scope::Verdict;

use super::{Explanation, LastRun, Seen};
use crate::card::{Card, versions_of};
use crate::db::{Results, either};
use crate::error::ResultsError;
use crate::text::micros;

/// The results of a subject in a scope, by version and testcase, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Course {
    seen: BTreeMap<(String, String), OfTestcase>,
}

/// The results of a testcase, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfTestcase(Vec<(Verdict, Seen)>);

impl Course {
    pub(crate) fn add(&mut self, versions: &[String], testcase: &str, verdict: Verdict, seen: &Seen) {
        for version in versions {
            let of = self.seen.entry((version.clone(), testcase.to_owned())).or_default();
            of.0.push((verdict, seen.clone()));
        }
    }

    pub(crate) fn of(&self, version: &str, testcase: &str) -> OfTestcase {
        self.seen.get(&(version.to_owned(), testcase.to_owned())).cloned().unwrap_or_default()
    }
}

impl OfTestcase {
    /// The first of the results at the end that all have the same verdict.
    pub(crate) fn streak(&self) -> Option<&Seen> {
        let (last, _) = self.0.last()?;
        let streak = self.0.iter().rev().take_while(|(verdict, _)| verdict == last);
        streak.last().map(|(_, seen)| seen)
    }

    /// The last result with that verdict.
    pub(crate) fn last(&self, verdict: Verdict) -> Option<&Seen> {
        self.0.iter().rev().find(|(one, _)| *one == verdict).map(|(_, seen)| seen)
    }
}

impl Results {
    /// What stands between a subject and PASS, by its card. PASS that expires within `soon` is told as well.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn explain(&self, card: &Card, soon: SignedDuration) -> Result<Explanation, ResultsError> {
        let course = self.course(card).await?;
        let last_run = self.last_run(&card.subject, &card.scope.uuid, card.at).await?;
        Ok(Explanation::of(card, &course, last_run, soon))
    }

    async fn course(&self, card: &Card) -> Result<Course, ResultsError> {
        type Row = (String, String, String, i64, String, String);
        const SQL: &str = "SELECT f.testcase, f.versions, f.verdict, f.checked_at, f.run, r.night FROM results f \
             JOIN runs r ON r.id = f.run WHERE f.subject = $1 AND f.scope = $2 AND f.checked_at <= $3 \
             AND r.started_at <= $3 ORDER BY f.checked_at, r.started_at, f.run";
        let rows: Result<Vec<Row>, _> = either!(self.readers(), pool => {
            let query = sqlx::query_as(SQL).bind(&card.subject).bind(&card.scope.uuid);
            query.bind(micros(card.at)).fetch_all(pool).await
        });
        let mut course = Course::default();
        for (testcase, versions, verdict, checked_at, run, night) in
            rows.map_err(self.failed("read results"))?
        {
            let damaged = |problem: String| self.damaged(format!("the run {run}"), problem);
            let verdict = verdict.parse().map_err(|error| damaged(format!("{error}")))?;
            let versions = versions_of(&versions).map_err(damaged)?;
            let seen = Seen { night, checked_at: self.time(checked_at)?, run: run.clone() };
            course.add(&versions, &testcase, verdict, &seen);
        }
        Ok(course)
    }

    async fn last_run(
        &self,
        subject: &str,
        scope: &str,
        at: Timestamp,
    ) -> Result<Option<LastRun>, ResultsError> {
        type Row = (String, String, i64, i64, Option<String>);
        const SQL: &str = "SELECT id, night, started_at, exit_code, exit_reason FROM runs \
             WHERE subject = $1 AND scope = $2 AND started_at <= $3 ORDER BY started_at DESC, id LIMIT 1";
        let row: Result<Option<Row>, _> = either!(self.readers(), pool => {
            sqlx::query_as(SQL).bind(subject).bind(scope).bind(micros(at)).fetch_optional(pool).await
        });
        let Some((run, night, started_at, exit_code, exit_reason)) = row.map_err(self.failed("read runs"))?
        else {
            return Ok(None);
        };
        let exit_code = u8::try_from(exit_code).unwrap_or(u8::MAX);
        Ok(Some(LastRun { run, night, started_at: self.time(started_at)?, exit_code, exit_reason }))
    }
}
