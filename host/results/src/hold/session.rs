//! Advisory locks of PostgreSQL, in one session that has a connection of its own.
//!
//! A task owns the connection; it ends when nobody can ask it any more, and with it the session. Where the connection is lost,
//! the server lets go of all locks. Whoever held one is told so when he asks, and the next one who wants a lock gets a new
//! session.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{mpsc, oneshot};

/// How long the server may take to answer one of these requests.
const ANSWER: Duration = Duration::from_secs(30);

pub(crate) struct Session {
    options: PgConnectOptions,
    /// The task, once there is one.
    keeper: Mutex<Option<mpsc::UnboundedSender<Request>>>,
}

/// A lock of a session.
#[derive(Debug)]
pub(crate) struct HeldKey {
    key: i64,
    session: u64,
    keeper: mpsc::UnboundedSender<Request>,
}

#[derive(Debug)]
enum Request {
    /// Answered by the session that holds it.
    Hold(i64, oneshot::Sender<Result<Option<u64>, sqlx::Error>>),
    IsHeld(u64, oneshot::Sender<bool>),
    LetGo(i64, u64),
}

impl Session {
    pub(crate) fn new(options: PgConnectOptions) -> Session {
        Session { options, keeper: Mutex::new(None) }
    }

    pub(crate) async fn hold(&self, kind: &str, name: &str) -> Result<Option<HeldKey>, sqlx::Error> {
        let key = key(kind, name);
        let keeper = self.keeper();
        let (answer, answered) = oneshot::channel();
        keeper.send(Request::Hold(key, answer)).map_err(|_| sqlx::Error::WorkerCrashed)?;
        let session = answered.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
        Ok(session.map(|session| HeldKey { key, session, keeper }))
    }

    fn keeper(&self) -> mpsc::UnboundedSender<Request> {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        match &*keeper {
            Some(keeper) if !keeper.is_closed() => keeper.clone(),
            _ => {
                let (sender, requests) = mpsc::unbounded_channel();
                let options = self.options.clone();
                tokio::spawn(keep(options, requests));
                keeper.insert(sender).clone()
            }
        }
    }
}

impl HeldKey {
    pub(crate) async fn is_still_held(&self) -> bool {
        let (answer, answered) = oneshot::channel();
        self.keeper.send(Request::IsHeld(self.session, answer)).is_ok() && answered.await.unwrap_or(false)
    }
}

impl Drop for HeldKey {
    fn drop(&mut self) {
        // If the task is gone, so is the session.
        let _ = self.keeper.send(Request::LetGo(self.key, self.session));
    }
}

/// A connection, and what is held over it.
struct Open {
    connection: PgConnection,
    /// The number of this session among those of this process.
    number: u64,
    /// The process of the server that serves it: a proxy that gives another one to each request keeps no locks.
    backend: i32,
    held: HashSet<i64>,
}

/// Answers requests until there is nobody left to ask.
async fn keep(options: PgConnectOptions, mut requests: mpsc::UnboundedReceiver<Request>) {
    let mut open: Option<Open> = None;
    let mut sessions = 0;
    while let Some(request) = requests.recv().await {
        match request {
            Request::Hold(key, answer) => {
                let held = hold(&options, &mut open, &mut sessions, key).await;
                if held.is_err() {
                    open = None;
                }
                // Who does not wait any more must not leave the lock behind.
                let holds = matches!(held, Ok(Some(_)));
                if answer.send(held).is_err() && holds {
                    let_go(&mut open, key).await;
                }
            }
            Request::IsHeld(session, answer) => {
                let is_held = match &mut open {
                    Some(open) if open.number == session => is_alive(open).await,
                    _ => false,
                };
                if !is_held && open.as_ref().is_some_and(|open| open.number == session) {
                    open = None;
                }
                let _ = answer.send(is_held);
            }
            Request::LetGo(key, session) => {
                if open.as_ref().is_some_and(|open| open.number == session) {
                    let_go(&mut open, key).await;
                }
            }
        }
    }
    if let Some(open) = open {
        let _ = tokio::time::timeout(ANSWER, open.connection.close()).await;
    }
}

async fn hold(
    options: &PgConnectOptions,
    open: &mut Option<Open>,
    sessions: &mut u64,
    key: i64,
) -> Result<Option<u64>, sqlx::Error> {
    // A session that was lost is found out here, when there is time for another one.
    if let Some(one) = open
        && !is_alive(one).await
    {
        *open = None;
    }
    if open.is_none() {
        *sessions += 1;
        *open = Some(in_time(connect(options, *sessions)).await?);
    }
    let Some(open) = open else { return Ok(None) };
    // A session may lock again what it has locked: that must be decided here.
    if open.held.contains(&key) {
        return Ok(None);
    }
    let query = sqlx::query_as("SELECT pg_try_advisory_lock($1)").bind(key);
    let (is_held,): (bool,) = in_time(query.fetch_one(&mut open.connection)).await?;
    if is_held {
        open.held.insert(key);
    }
    Ok(is_held.then_some(open.number))
}

async fn connect(options: &PgConnectOptions, number: u64) -> Result<Open, sqlx::Error> {
    let mut connection = options.clone().application_name("touchstone (locks)").connect().await?;
    // It is idle for as long as runs take.
    sqlx::query("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'")
        .execute(&mut connection)
        .await?;
    let backend = backend(&mut connection).await?;
    Ok(Open { connection, number, backend, held: HashSet::new() })
}

async fn backend(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let (backend,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()").fetch_one(connection).await?;
    Ok(backend)
}

async fn is_alive(open: &mut Open) -> bool {
    in_time(backend(&mut open.connection)).await.is_ok_and(|backend| backend == open.backend)
}

/// Unlocks; where that fails, the whole session ends, so that nothing stays locked for ever.
async fn let_go(open: &mut Option<Open>, key: i64) {
    let Some(one) = open else { return };
    one.held.remove(&key);
    let query = sqlx::query_as("SELECT pg_advisory_unlock($1)").bind(key);
    let unlocked: Result<(bool,), _> = in_time(query.fetch_one(&mut one.connection)).await;
    if !unlocked.is_ok_and(|(unlocked,)| unlocked) {
        *open = None;
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    tokio::time::timeout(ANSWER, work).await.map_err(|_| {
        sqlx::Error::Io(std::io::Error::new(
            std::io::ErrorKind::TimedOut,
            "the server did not answer in 30 s",
        ))
    })?
}

/// The number by which PostgreSQL knows the lock; one of 2^64.
fn key(kind: &str, name: &str) -> i64 {
    let hash = Sha256::digest(format!("touchstone {kind} {name}"));
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first)
}
