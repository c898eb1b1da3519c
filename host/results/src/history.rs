//! How a subject did, night by night.

use std::collections::BTreeMap;

use comfy_table::Cell;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_report::printable;
use touchstone_scope::{State, Verdict};

use crate::db::{Results, either};
use crate::error::ResultsError;
use crate::status::mark;
use crate::table::{minute, table, text};

/// The nights of a subject (`touchstone.history/v1`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "touchstone.history/v1")]
pub struct History {
    /// Which format this is.
    pub format: HistoryFormat,
    /// The subject's name.
    pub subject: String,
    /// The nights, newest first, each once for every scope that was run in it.
    pub nights: Vec<HistoryNight>,
}

/// The formats of [`History`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum HistoryFormat {
    /// The only one so far.
    #[default]
    #[serde(rename = "touchstone.history/v1")]
    V1,
}

/// A night, and what it said about a subject in a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryNight {
    /// The night's id.
    pub night: String,
    /// When it was due.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub due_at: Timestamp,
    /// The scope's UUID.
    pub scope: String,
    /// The scope's name.
    pub scope_name: String,
    /// The run; absent if the subject was not run in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<HistoryRun>,
    /// What the score card said in that night, in the order of the versions' names; empty if it was not kept.
    pub versions: Vec<HistoryVersion>,
}

/// A run of a night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryRun {
    /// Its id.
    pub id: String,
    /// Its exit code.
    pub exit_code: u8,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// Why it ended as it did, where its report does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_reason: Option<String>,
}

/// A version, and the verdict of a night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryVersion {
    /// Its name.
    pub name: String,
    /// Its state in that night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The verdict.
    pub verdict: Verdict,
}

impl Results {
    /// The newest nights in which a subject was run or judged, newest first; of one scope (UUID or name), or of all.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn history(
        &self,
        subject: &str,
        scope: Option<&str>,
        most: usize,
    ) -> Result<History, ResultsError> {
        type Row = (String, String, String, i64, i64, Option<String>);
        const SQL: &str =
            "SELECT night, scope, id, exit_code, attempt, exit_reason FROM runs WHERE subject = $1";
        let rows: Result<Vec<Row>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(subject).fetch_all(pool).await);
        let mut known: BTreeMap<(String, String), (Option<HistoryRun>, Vec<HistoryVersion>)> =
            BTreeMap::new();
        for (night, scope, id, exit_code, attempt, exit_reason) in rows.map_err(self.failed("read runs"))? {
            let exit_code = u8::try_from(exit_code).unwrap_or(u8::MAX);
            let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
            known.entry((night, scope)).or_default().0 =
                Some(HistoryRun { id, exit_code, attempt, exit_reason });
        }
        for kept in self.kept_verdicts(subject).await?.into_values().flatten() {
            let version = HistoryVersion { name: kept.version, state: kept.state, verdict: kept.verdict };
            known.entry((kept.night, kept.scope)).or_default().1.push(version);
        }
        let names = self.scope_names().await?;
        let mut nights = Vec::new();
        for ((night, uuid), (run, mut versions)) in known {
            let scope_name = names.get(&uuid).cloned().unwrap_or_else(|| uuid.clone());
            if scope.is_some_and(|wanted| wanted != uuid && wanted != scope_name) {
                continue;
            }
            let Some(of) = self.night(&night).await? else { continue };
            versions.sort_by(|a, b| b.name.cmp(&a.name));
            nights.push(HistoryNight { night, due_at: of.due_at, scope: uuid, scope_name, run, versions });
        }
        nights.sort_by(|a, b| b.due_at.cmp(&a.due_at).then_with(|| a.scope_name.cmp(&b.scope_name)));
        nights.truncate(most);
        Ok(History { format: HistoryFormat::V1, subject: subject.to_owned(), nights })
    }

    /// The names of scopes by UUID, as the newest night has them.
    async fn scope_names(&self) -> Result<BTreeMap<String, String>, ResultsError> {
        const SQL: &str = "SELECT m.scope, m.name FROM manifests m JOIN night_scopes s ON s.digest = m.digest \
             JOIN nights n ON n.id = s.night ORDER BY n.due_at";
        let rows: Result<Vec<(String, String)>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).fetch_all(pool).await);
        Ok(rows.map_err(self.failed("read scopes"))?.into_iter().collect())
    }
}

impl History {
    /// As a table of `width` columns (at least 40).
    pub fn text(&self, width: u16) -> String {
        if self.nights.is_empty() {
            return format!("{}: no night is known.\n", printable(&self.subject));
        }
        let mut rows = table(width);
        rows.set_header(["Night", "Scope", "Versions", "Run"]);
        for night in &self.nights {
            let versions = night.versions.iter().map(|version| {
                format!("{}{} {}", printable(&version.name), version.state.map_or("", mark), version.verdict)
            });
            let run = night.run.as_ref().map_or_else(
                || "not run".to_owned(),
                |run| match run.attempt {
                    0 | 1 => format!("exit code {}", run.exit_code),
                    attempt => format!("exit code {}, attempt {attempt}", run.exit_code),
                },
            );
            rows.add_row([
                Cell::new(minute(night.due_at)),
                Cell::new(printable(&night.scope_name)),
                Cell::new(versions.collect::<Vec<_>>().join("\n")),
                Cell::new(run),
            ]);
        }
        format!("{}\n{}", printable(&self.subject), text(&rows))
    }

    /// The JSON Schema of it (draft 2020-12); published as `docs/schemas/history.schema.json`.
    pub fn json_schema() -> serde_json::Value {
        crate::schema::of::<History>()
    }
}
