//! What cards said about versions, night by night.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_scope::{State, Verdict};

use crate::card::Card;
use crate::db::{Results, either};
use crate::error::ResultsError;
use crate::many::Rows;

/// A version whose verdict is another one than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictChange {
    /// The subject's name.
    pub subject: String,
    /// The scope's UUID.
    pub scope: String,
    /// The version.
    pub version: String,
    /// Its state now; absent if the timeline does not show it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The verdict before; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Verdict>,
    /// The verdict now; absent if there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Verdict>,
}

/// What a card says about a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardVerdict {
    /// The subject's name.
    pub subject: String,
    /// The scope's UUID.
    pub scope: String,
    /// The version.
    pub version: String,
    /// Its state.
    pub state: State,
    /// The verdict.
    pub verdict: Verdict,
}

impl Card {
    /// What it says about each version.
    pub fn verdicts(&self) -> impl Iterator<Item = CardVerdict> {
        self.versions.iter().map(|version| CardVerdict {
            subject: self.subject.clone(),
            scope: self.scope.uuid.clone(),
            version: version.name.clone(),
            state: version.state,
            verdict: version.verdict,
        })
    }
}

static INSERT: Rows =
    Rows::new("INSERT INTO night_verdicts (night, subject, scope, version, state, verdict)", 1, 5);

/// A verdict that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) night: String,
    pub(crate) scope: String,
    pub(crate) version: String,
    pub(crate) state: Option<State>,
    pub(crate) verdict: Verdict,
}

impl Results {
    /// Keeps with a night what its cards say about versions, in place of what it had.
    ///
    /// # Errors
    /// There is no such night, or the database cannot be used.
    pub async fn keep_verdicts(&self, night: &str, verdicts: &[CardVerdict]) -> Result<(), ResultsError> {
        const DOING: &str = "keep the verdicts of a night";
        let mut tx = self.begin(DOING).await?;
        let written = async {
            either!(tx.conn(), on => {
                sqlx::query("DELETE FROM night_verdicts WHERE night = $1").bind(night).execute(on).await?;
            });
            let mut left = verdicts;
            while let Some((now, statement)) = INSERT.take(&mut left) {
                either!(tx.conn(), on => {
                    let mut query = sqlx::query(statement).bind(night);
                    for one in now {
                        query = query.bind(&one.subject).bind(&one.scope).bind(&one.version);
                        query = query.bind(one.state.word()).bind(one.verdict.word());
                    }
                    query.execute(on).await?;
                });
            }
            tx.commit().await
        };
        written.await.map_err(|problem: sqlx::Error| match problem.as_database_error() {
            Some(error) if error.is_foreign_key_violation() => ResultsError::UnknownNight(night.to_owned()),
            _ => self.failed(DOING)(problem),
        })
    }

    /// Which verdicts on versions are others in a night than the newest that was kept for an earlier one, by subject, scope and
    /// version. What was judged for the first time is no change, unless `first` asks for it.
    ///
    /// # Errors
    /// There is no such night, or the database cannot be used.
    pub async fn verdict_changes(
        &self,
        night: &str,
        first: bool,
    ) -> Result<Vec<VerdictChange>, ResultsError> {
        type Row = (String, String, String, Option<String>, String, Option<String>);
        const SQL: &str = "SELECT v.subject, v.scope, v.version, v.state, v.verdict, \
             (SELECT p.verdict FROM night_verdicts p JOIN nights n ON n.id = p.night WHERE p.subject = v.subject \
              AND p.scope = v.scope AND p.version = v.version \
              AND n.due_at < (SELECT due_at FROM nights WHERE id = $1) ORDER BY n.due_at DESC LIMIT 1) \
             FROM night_verdicts v WHERE v.night = $1";
        if self.night(night).await?.is_none() {
            return Err(ResultsError::UnknownNight(night.to_owned()));
        }
        let rows: Result<Vec<Row>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(night).fetch_all(pool).await);
        let mut changes = Vec::new();
        for (subject, scope, version, state, now, before) in rows.map_err(self.failed("read verdicts"))? {
            let before = before.map(|word| self.verdict(&word, night)).transpose()?;
            let now = Some(self.verdict(&now, night)?);
            if before == now || (before.is_none() && !first) {
                continue;
            }
            let state = state.map(|word| self.state(&word, night)).transpose()?;
            changes.push(VerdictChange { subject, scope, version, state, before, now });
        }
        changes.sort_by(|a, b| (&a.subject, &a.scope, &a.version).cmp(&(&b.subject, &b.scope, &b.version)));
        Ok(changes)
    }

    /// The verdicts that were kept for a subject, by night.
    pub(crate) async fn kept_verdicts(
        &self,
        subject: &str,
    ) -> Result<BTreeMap<String, Vec<Kept>>, ResultsError> {
        type Row = (String, String, String, Option<String>, String);
        const SQL: &str =
            "SELECT night, scope, version, state, verdict FROM night_verdicts WHERE subject = $1";
        let rows: Result<Vec<Row>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(subject).fetch_all(pool).await);
        let mut kept: BTreeMap<String, Vec<Kept>> = BTreeMap::new();
        for (night, scope, version, state, verdict) in rows.map_err(self.failed("read verdicts"))? {
            let state = state.map(|word| self.state(&word, &night)).transpose()?;
            let verdict = self.verdict(&verdict, &night)?;
            kept.entry(night.clone()).or_default().push(Kept { night, scope, version, state, verdict });
        }
        Ok(kept)
    }

    pub(crate) fn verdict(&self, word: &str, night: &str) -> Result<Verdict, ResultsError> {
        word.parse().map_err(|error| self.damaged(format!("the night {night}"), error))
    }

    fn state(&self, word: &str, night: &str) -> Result<State, ResultsError> {
        word.parse().map_err(|error| self.damaged(format!("the night {night}"), error))
    }
}
