//! Nights: when they were, whom they were about, and against what.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_scope::{Manifest, Section};

use crate::db::{Results, Tx, either};
use crate::error::ResultsError;
use crate::outbox::{Letter, put};
use crate::text::{kept, micros};

/// One execution over all subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Night {
    /// The moment when it was due, in UTC: `2026-11-27T02:30:00Z`.
    pub id: String,
    /// When it was due.
    pub due_at: Timestamp,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none if it goes on, or was killed.
    pub finished_at: Option<Timestamp>,
    /// SHA-256 of the configuration that it began with: `sha256:…`.
    pub config_digest: String,
    /// The sections that were run; all, if empty.
    pub sections: Vec<Section>,
    /// Whether it is about a part of the subjects or scopes only, which somebody chose.
    pub is_part: bool,
}

/// What a night begins with.
#[derive(Clone, Debug)]
pub struct NightStart {
    /// See [`Night::id`].
    pub id: String,
    /// When it was due.
    pub due_at: Timestamp,
    /// When it begins.
    pub started_at: Timestamp,
    /// SHA-256 of the configuration: `sha256:…`.
    pub config_digest: String,
    /// The sections that are run; all, if empty.
    pub sections: Vec<Section>,
    /// See [`Night::is_part`].
    pub is_part: bool,
    /// The manifests, in the order in which they are shown.
    pub scopes: Vec<NightScope>,
    /// The subjects, in the order in which they are shown.
    pub subjects: Vec<SubjectInfo>,
}

/// A manifest, kept with the night so that its results can be understood later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NightScope {
    /// Identifies the scope.
    pub uuid: String,
    /// Its name.
    pub name: String,
    /// SHA-256 of the manifest: `sha256:…`.
    pub digest: String,
    /// The file that it was read from, for messages.
    pub file: String,
    /// The text of the manifest.
    pub text: String,
}

impl NightScope {
    /// The scope of a manifest that was read from this text.
    pub fn of(manifest: &Manifest, file: &str, text: &str) -> NightScope {
        NightScope {
            uuid: manifest.uuid().to_string(),
            name: manifest.name().to_owned(),
            digest: manifest.digest().to_string(),
            file: file.to_owned(),
            text: text.to_owned(),
        }
    }
}

/// How a subject is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectInfo {
    /// Its name in reports: `gx-scs`.
    pub name: String,
    /// Its name for people; where it is empty, `name` is shown.
    pub display_name: String,
    /// Who runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// What it is, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its health can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_url: Option<String>,
    /// The group of regions that it belongs to: one row of the compliance table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The UUIDs of the scopes that it is tested against.
    pub scopes: Vec<String>,
}

impl SubjectInfo {
    /// Its name for people.
    pub fn shown_name(&self) -> &str {
        if self.display_name.is_empty() { &self.name } else { &self.display_name }
    }
}

/// What came of [`Results::begin_night`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The night begins.
    New(Night),
    /// It had begun before, and is as it was.
    AlreadyThere(Night),
}

impl Results {
    /// Begins a night, once: whoever comes second is told how it was begun.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn begin_night(&self, start: &NightStart) -> Result<Begun, ResultsError> {
        const DOING: &str = "begin a night";
        let mut tx = self.begin(DOING).await?;
        let is_new = insert(&mut tx, start).await.map_err(self.failed(DOING))?;
        tx.commit().await.map_err(self.failed(DOING))?;
        let night =
            self.night(&start.id).await?.ok_or_else(|| ResultsError::UnknownNight(start.id.clone()))?;
        Ok(if is_new { Begun::New(night) } else { Begun::AlreadyThere(night) })
    }

    /// Gives a night other manifests of scopes that it has.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn replace_scopes(&self, night: &str, scopes: &[NightScope]) -> Result<(), ResultsError> {
        const DOING: &str = "replace the scopes of a night";
        let mut tx = self.begin(DOING).await?;
        for scope in scopes {
            keep(&mut tx, scope).await.map_err(self.failed(DOING))?;
            either!(tx.conn(), on => {
                let sql = "UPDATE night_scopes SET digest = $1 WHERE night = $2 AND digest <> $1 \
                     AND digest IN (SELECT digest FROM manifests WHERE scope = $3)";
                let query = sqlx::query(sql).bind(&scope.digest).bind(night).bind(&scope.uuid);
                query.execute(on).await.map_err(self.failed(DOING))?;
            });
        }
        tx.commit().await.map_err(self.failed(DOING))
    }

    /// Ends a night, with the letters that are to be sent because of it. Returns whether it had not ended before; if it had,
    /// nothing is changed, and no letter is put into the outbox.
    ///
    /// # Errors
    /// There is no such night, or the database cannot be used.
    pub async fn end_night(
        &self,
        id: &str,
        finished_at: Timestamp,
        letters: &[Letter],
    ) -> Result<bool, ResultsError> {
        const DOING: &str = "end a night";
        let mut tx = self.begin(DOING).await?;
        let ended = either!(tx.conn(), on => {
            let sql = "UPDATE nights SET finished_at = $1 WHERE id = $2 AND finished_at IS NULL";
            let done = sqlx::query(sql).bind(micros(finished_at)).bind(id).execute(on).await;
            done.map_err(self.failed(DOING))?.rows_affected() == 1
        });
        if !ended {
            drop(tx);
            return match self.night(id).await? {
                Some(_) => Ok(false),
                None => Err(ResultsError::UnknownNight(id.to_owned())),
            };
        }
        for letter in letters {
            put(&mut tx, letter, finished_at).await.map_err(self.failed(DOING))?;
        }
        tx.commit().await.map_err(self.failed(DOING))?;
        Ok(true)
    }

    /// Ends nights of a part of the subjects that began before, as they are: whoever ran them is gone.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn end_parts(&self, before: Timestamp, finished_at: Timestamp) -> Result<(), ResultsError> {
        const DOING: &str = "end nights";
        let mut tx = self.begin(DOING).await?;
        either!(tx.conn(), on => {
            let sql = "UPDATE nights SET finished_at = $1 WHERE finished_at IS NULL AND part = 1 AND started_at < $2";
            let done = sqlx::query(sql).bind(micros(finished_at)).bind(micros(before)).execute(on).await;
            done.map_err(self.failed(DOING))?;
        });
        tx.commit().await.map_err(self.failed(DOING))
    }

    /// A night.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn night(&self, id: &str) -> Result<Option<Night>, ResultsError> {
        Ok(self.nights("WHERE id = $1", id, 1).await?.pop())
    }

    /// The newest night of all subjects that has begun and not ended, if there is one.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn unfinished_night(&self) -> Result<Option<Night>, ResultsError> {
        Ok(self.nights("WHERE finished_at IS NULL AND part = 0 AND $1 = ''", "", 1).await?.pop())
    }

    /// The newest nights, newest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn latest_nights(&self, most: usize) -> Result<Vec<Night>, ResultsError> {
        self.nights("WHERE $1 = ''", "", most).await
    }

    /// The newest nights of all subjects that have ended, newest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn finished_nights(&self, most: usize) -> Result<Vec<Night>, ResultsError> {
        self.nights("WHERE finished_at IS NOT NULL AND part = 0 AND $1 = ''", "", most).await
    }

    /// The manifests of a night, in its order.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn scopes(&self, night: &str) -> Result<Vec<NightScope>, ResultsError> {
        type Row = (String, String, String, String, String);
        const SQL: &str = "SELECT m.scope, m.name, m.digest, m.file, m.manifest FROM night_scopes s \
             JOIN manifests m ON m.digest = s.digest WHERE s.night = $1 ORDER BY s.place";
        let rows: Result<Vec<Row>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(night).fetch_all(pool).await);
        let scope = |(uuid, name, digest, file, text)| NightScope { uuid, name, digest, file, text };
        Ok(rows.map_err(self.failed("read the scopes of a night"))?.into_iter().map(scope).collect())
    }

    /// The subjects of a night, in its order.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn subjects(&self, night: &str) -> Result<Vec<SubjectInfo>, ResultsError> {
        type Row = (String, String, Option<String>, Option<String>, Option<String>, Option<String>, String);
        const SQL: &str = "SELECT name, display_name, operator, description, health_url, region_group, scopes \
             FROM night_subjects WHERE night = $1 ORDER BY place";
        let rows: Result<Vec<Row>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).bind(night).fetch_all(pool).await);
        let mut subjects = Vec::new();
        for row in rows.map_err(self.failed("read the subjects of a night"))? {
            let (name, display_name, operator, description, health_url, group, scopes) = row;
            let scopes = touchstone_json::from_str(&scopes)
                .map_err(|error| self.damaged(format!("the subject {name} in the night {night}"), error))?;
            subjects.push(SubjectInfo {
                name,
                display_name,
                operator,
                description,
                health_url,
                group,
                scopes,
            });
        }
        Ok(subjects)
    }

    /// Nights, newest first. Every condition has one parameter.
    async fn nights(
        &self,
        condition: &'static str,
        given: &str,
        most: usize,
    ) -> Result<Vec<Night>, ResultsError> {
        type Row = (String, i64, i64, Option<i64>, String, String, i64);
        let sql = format!(
            "SELECT id, due_at, started_at, finished_at, config, sections, part FROM nights {condition} \
             ORDER BY due_at DESC, started_at DESC, id LIMIT $2"
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        // The condition is one of the few above.
        let rows: Result<Vec<Row>, _> = either!(self.readers(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(given).bind(most).fetch_all(pool).await
        });
        let night = |(id, due_at, started_at, finished_at, config_digest, sections, part): Row| {
            let sections: Result<Vec<Section>, _> = sections.split_whitespace().map(str::parse).collect();
            let sections = sections.map_err(|error| self.damaged(format!("the night {id}"), error))?;
            Ok(Night {
                due_at: self.time(due_at)?,
                started_at: self.time(started_at)?,
                finished_at: finished_at.map(|at| self.time(at)).transpose()?,
                id,
                config_digest,
                sections,
                is_part: part != 0,
            })
        };
        rows.map_err(self.failed("read nights"))?.into_iter().map(night).collect()
    }
}

/// Writes down all of a night; or nothing, if it is there.
async fn insert(tx: &mut Tx, start: &NightStart) -> Result<bool, sqlx::Error> {
    let sections: Vec<&str> = start.sections.iter().map(|section| section.word()).collect();
    let inserted = either!(tx.conn(), on => {
        let sql = "INSERT INTO nights (id, due_at, started_at, config, sections, part) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (id) DO NOTHING";
        let query = sqlx::query(sql).bind(&start.id).bind(micros(start.due_at)).bind(micros(start.started_at));
        let query = query.bind(&start.config_digest).bind(sections.join(" ")).bind(i64::from(start.is_part));
        query.execute(on).await?.rows_affected()
    });
    if inserted == 0 {
        return Ok(false);
    }
    for (place, scope) in start.scopes.iter().enumerate() {
        keep(tx, scope).await?;
        either!(tx.conn(), on => {
            let sql = "INSERT INTO night_scopes (night, place, digest) VALUES ($1, $2, $3)";
            sqlx::query(sql).bind(&start.id).bind(number(place)).bind(&scope.digest).execute(on).await?;
        });
    }
    for (place, subject) in start.subjects.iter().enumerate() {
        let kept = |text: &Option<String>| text.as_ref().map(|text| kept(text, usize::MAX));
        either!(tx.conn(), on => {
            let sql = "INSERT INTO night_subjects (night, place, name, display_name, operator, description, health_url, \
                 region_group, scopes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            let query = sqlx::query(sql).bind(&start.id).bind(number(place)).bind(&subject.name);
            let query = query.bind(&subject.display_name).bind(kept(&subject.operator)).bind(kept(&subject.description));
            let query = query.bind(kept(&subject.health_url)).bind(kept(&subject.group));
            query.bind(serde_json::json!(subject.scopes).to_string()).execute(on).await?;
        });
    }
    Ok(true)
}

/// Keeps a manifest.
async fn keep(tx: &mut Tx, scope: &NightScope) -> Result<(), sqlx::Error> {
    either!(tx.conn(), on => {
        let sql = "INSERT INTO manifests (digest, scope, name, file, manifest) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (digest) DO NOTHING";
        let query = sqlx::query(sql).bind(&scope.digest).bind(&scope.uuid).bind(&scope.name);
        query.bind(&scope.file).bind(&scope.text).execute(on).await?;
    });
    Ok(())
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
