//! Letters that are to be sent, and are kept until somebody has accepted them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::db::{Results, Tx, either};
use crate::error::ResultsError;
use crate::stored::{compressed, decompressed};
use crate::text::{LONGEST_REASON, kept, micros};

/// How a letter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A signed report, to a compliance monitor.
    Monitor,
    /// JSON, to a webhook.
    Webhook,
    /// An e-mail.
    Mail,
}

/// Something to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// How it goes.
    pub kind: Kind,
    /// Where it goes: the name of the destination in the configuration, or a URL. Not a secret.
    pub destination: String,
    /// The bytes.
    pub payload: Vec<u8>,
    /// What it is about: a second letter with the same key is not sent.
    pub dedup_key: String,
}

/// A letter that is to be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Identifies it in the outbox.
    pub id: i64,
    /// The letter.
    pub letter: Letter,
    /// When it was put there.
    pub created_at: Timestamp,
    /// How often it was tried in vain.
    pub attempts: u32,
}

/// Letters of one kind to one destination that nobody has accepted yet, or ever will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How they go.
    pub kind: Kind,
    /// Where they go.
    pub destination: String,
    /// How many wait.
    pub waiting: u64,
    /// How many were given up.
    pub given_up: u64,
    /// When the oldest of those that wait was put there.
    pub oldest: Option<Timestamp>,
    /// What went wrong last with one of those that wait, or else with one that was given up.
    pub last_error: Option<String>,
}

impl Kind {
    /// All of them.
    pub const ALL: &[Kind] = &[Kind::Monitor, Kind::Webhook, Kind::Mail];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Monitor => "monitor",
            Kind::Webhook => "webhook",
            Kind::Mail => "mail",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        let kind = Kind::ALL.iter().find(|kind| kind.word() == text);
        kind.copied().ok_or_else(|| format!("`{text}` is not a kind of letter"))
    }
}

impl Results {
    /// Puts a letter into the outbox, to be sent at once. Returns whether there was none with its key.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn put_letter(&self, letter: &Letter, now: Timestamp) -> Result<bool, ResultsError> {
        const DOING: &str = "put something into the outbox";
        let mut tx = self.begin(DOING).await?;
        let is_new = put(&mut tx, letter, now).await.map_err(self.failed(DOING))?;
        tx.commit().await.map_err(self.failed(DOING))?;
        Ok(is_new)
    }

    /// The letters that are to be sent now, those first that have waited longest. Two programs get the same: send only while
    /// [`Results::hold_outbox`] holds.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn due_letters(&self, now: Timestamp, most: usize) -> Result<Vec<Delivery>, ResultsError> {
        type Row = (i64, String, String, Vec<u8>, String, i64, i64);
        const SQL: &str = "SELECT id, kind, destination, payload, dedup_key, created_at, attempts FROM outbox \
             WHERE accepted_at IS NULL AND gave_up_at IS NULL AND next_attempt_at <= $1 \
             ORDER BY next_attempt_at, id LIMIT $2";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows: Result<Vec<Row>, _> = either!(self.readers(), pool => {
            sqlx::query_as(SQL).bind(micros(now)).bind(most).fetch_all(pool).await
        });
        let delivery = |(id, kind, destination, payload, dedup_key, created_at, attempts): Row| {
            let damaged = |problem: String| self.damaged(format!("letter {id} in the outbox"), problem);
            let letter = Letter {
                kind: kind.parse().map_err(&damaged)?,
                payload: decompressed(&payload).map_err(|error| damaged(error.to_string()))?,
                destination,
                dedup_key,
            };
            let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
            Ok(Delivery { id, letter, created_at: self.time(created_at)?, attempts })
        };
        rows.map_err(self.failed("read the outbox"))?.into_iter().map(delivery).collect()
    }

    /// A letter was accepted: it is never sent again.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn letter_accepted(&self, id: i64, now: Timestamp) -> Result<(), ResultsError> {
        const SQL: &str = "UPDATE outbox SET accepted_at = $1, attempts = attempts + 1, last_error = NULL \
             WHERE id = $2 AND accepted_at IS NULL";
        let mut tx = self.begin("write to the outbox").await?;
        let done = either!(tx.conn(), on => {
            sqlx::query(SQL).bind(micros(now)).bind(id).execute(on).await.map(drop)
        });
        done.map_err(self.failed("write to the outbox"))?;
        tx.commit().await.map_err(self.failed("write to the outbox"))
    }

    /// A letter was not accepted: it is tried again at `next_at`, or never, if that is none. One that was accepted meanwhile
    /// stays accepted.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn letter_failed(
        &self,
        id: i64,
        error: &str,
        now: Timestamp,
        next_at: Option<Timestamp>,
    ) -> Result<(), ResultsError> {
        const SQL: &str = "UPDATE outbox SET attempts = attempts + 1, last_error = $1, gave_up_at = $2, \
             next_attempt_at = coalesce($3, next_attempt_at) WHERE id = $4 AND accepted_at IS NULL";
        let gave_up_at = next_at.is_none().then(|| micros(now));
        let mut tx = self.begin("write to the outbox").await?;
        let done = either!(tx.conn(), on => {
            let query = sqlx::query(SQL).bind(kept(error, LONGEST_REASON)).bind(gave_up_at);
            query.bind(next_at.map(micros)).bind(id).execute(on).await.map(drop)
        });
        done.map_err(self.failed("write to the outbox"))?;
        tx.commit().await.map_err(self.failed("write to the outbox"))
    }

    /// What nobody has accepted, by kind and destination.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn backlog(&self) -> Result<Vec<Backlog>, ResultsError> {
        type Row = (String, String, i64, i64, Option<i64>, Option<String>);
        const SQL: &str = "SELECT o.kind, o.destination, count(CASE WHEN o.gave_up_at IS NULL THEN 1 END), \
             count(o.gave_up_at), min(CASE WHEN o.gave_up_at IS NULL THEN o.created_at END), \
             (SELECT e.last_error FROM outbox e WHERE e.kind = o.kind AND e.destination = o.destination \
              AND e.accepted_at IS NULL AND e.last_error IS NOT NULL \
              ORDER BY CASE WHEN e.gave_up_at IS NULL THEN 0 ELSE 1 END, e.next_attempt_at DESC, e.id DESC LIMIT 1) \
             FROM outbox o WHERE o.accepted_at IS NULL GROUP BY o.kind, o.destination ORDER BY o.kind, o.destination";
        let rows: Result<Vec<Row>, _> =
            either!(self.readers(), pool => sqlx::query_as(SQL).fetch_all(pool).await);
        let backlog = |(kind, destination, waiting, given_up, oldest, last_error): Row| {
            Ok(Backlog {
                kind: kind.parse().map_err(|problem: String| self.damaged("the outbox", problem))?,
                destination,
                waiting: u64::try_from(waiting).unwrap_or(0),
                given_up: u64::try_from(given_up).unwrap_or(0),
                oldest: oldest.map(|at| self.time(at)).transpose()?,
                last_error,
            })
        };
        rows.map_err(self.failed("read the outbox"))?.into_iter().map(backlog).collect()
    }
}

/// Puts a letter into the outbox, unless there is one with its key. Returns whether there was none.
pub(crate) async fn put(tx: &mut Tx, letter: &Letter, now: Timestamp) -> Result<bool, sqlx::Error> {
    const SQL: &str = "INSERT INTO outbox (kind, destination, payload, dedup_key, created_at, attempts, next_attempt_at) \
         VALUES ($1, $2, $3, $4, $5, 0, $5) ON CONFLICT (dedup_key) DO NOTHING";
    either!(tx.conn(), on => {
        let query = sqlx::query(SQL).bind(letter.kind.word()).bind(&letter.destination);
        let query = query.bind(compressed(&letter.payload)).bind(&letter.dedup_key).bind(micros(now));
        query.execute(on).await.map(|done| done.rows_affected() == 1)
    })
}
