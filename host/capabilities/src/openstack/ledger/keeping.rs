//! The ledger of one check instance.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::RwLock;
use tokio::time::Instant;

use super::super::api::{CallError, ErrorKind, Openstack, Response};
use super::creation::{Created, Planned};
use super::journal::Journal;
use super::record::{Entry, Intent, UndoRecord};
use super::things::{Ephemeral, LedgerEvent, Thing, UndoOptions};
use super::undoing::{Item, State, Undoing};

/// What one check instance created, and how it is removed again. Copies are of the same ledger.
#[derive(Clone)]
pub struct Ledger {
    books: Arc<Books>,
}

struct Books {
    openstack: Arc<dyn Openstack>,
    journal: Arc<Journal>,
    check: String,
    prefix: String,
    entries: Mutex<Vec<Kept>>,
    /// Read by those who create, written by those who remove: what is being created is awaited first.
    gate: RwLock<()>,
    closed: AtomicBool,
    on_created: Box<dyn Fn(LedgerEvent) + Send + Sync>,
}

/// Something that was created, or may have been.
struct Kept {
    intent: Intent,
    fate: Fate,
}

enum Fate {
    /// The request is under way.
    Asked,
    /// There was no answer that says what came of it; at that time.
    Unanswered(Instant),
    Created(String),
    /// Nothing came of it, or nothing is left of it.
    Settled,
}

/// What came of a creation.
pub(crate) struct Outcome {
    pub(crate) result: Result<Created, CallError>,
    /// It is certain that nothing was created.
    pub(crate) nothing_came: bool,
}

impl Outcome {
    fn unsent(kind: ErrorKind, planned: &Planned, problem: impl std::fmt::Display) -> Self {
        let call = super::super::call::Shown(&planned.request);
        Self { result: Err(CallError::new(kind, call, problem)), nothing_came: true }
    }
}

impl Ledger {
    /// A ledger of a check instance, whose requests go directly to the subject: nothing may be answered from memory.
    ///
    /// `check` names the check in the journal.
    pub fn new(openstack: Arc<dyn Openstack>, journal: Arc<Journal>, check: impl Into<String>) -> Self {
        Self::telling(openstack, journal, check, |_| {})
    }

    /// The same, and whatever is created is told at once, as [`LedgerEvent::Created`].
    pub fn telling(
        openstack: Arc<dyn Openstack>,
        journal: Arc<Journal>,
        check: impl Into<String>,
        on: impl Fn(LedgerEvent) + Send + Sync + 'static,
    ) -> Self {
        let books = Books {
            openstack,
            prefix: journal.prefix(),
            journal,
            check: check.into(),
            entries: Mutex::default(),
            gate: RwLock::default(),
            closed: AtomicBool::new(false),
            on_created: Box::new(on),
        };
        Self { books: Arc::new(books) }
    }

    /// What names of created things begin with.
    pub fn prefix(&self) -> &str {
        &self.books.prefix
    }

    /// Whether the id is that of something that was created here.
    pub fn owns(&self, id: &str) -> bool {
        let owned =
            |kept: &Kept| matches!(&kept.fate, Fate::Created(own) if own == id) && kept.intent.by_id();
        self.books.entries().iter().any(owned)
    }

    /// Creates something that follows the rules. The intent is on disk before anything is sent. Once begun, it is not cut
    /// short when the caller is dropped, so that its id becomes known.
    pub(crate) async fn create(&self, planned: Planned) -> Outcome {
        let books = Arc::clone(&self.books);
        let stopped = Outcome::unsent(ErrorKind::Cancelled, &planned, "the host is being stopped");
        tokio::spawn(async move { books.create(planned).await }).await.unwrap_or(stopped)
    }

    /// Removes everything that was created here, newest first, after waiting for what is being created. Nothing more can
    /// be created from then on. May be called again for what is left.
    pub async fn undo_all(&self, options: &UndoOptions, on: impl Fn(LedgerEvent) + Send + Sync) -> Ephemeral {
        self.books.closed.store(true, Ordering::SeqCst);
        let _all_is_answered = self.books.gate.write().await;
        let mut items = self.books.items(options);
        let undoing = Undoing {
            openstack: Arc::clone(&self.books.openstack),
            journal: Some(&self.books.journal),
            options,
            on: &on,
        };
        let ephemeral = undoing.run(&mut items).await;
        let mut entries = self.books.entries();
        for item in items.iter().filter(|item| matches!(item.state, State::Gone | State::Never)) {
            if let Some(kept) = entries.iter_mut().find(|kept| kept.intent.n == item.n) {
                kept.fate = Fate::Settled;
            }
        }
        ephemeral
    }
}

impl Books {
    async fn create(&self, planned: Planned) -> Outcome {
        let _under_way = self.gate.read().await;
        let stopping =
            || Outcome::unsent(ErrorKind::Cancelled, &planned, "the run is being stopped; nothing was sent");
        if self.closed.load(Ordering::SeqCst) {
            return stopping();
        }
        let intent = self.intent(&planned);
        let n = match self.journal.intend(intent.clone()).await {
            Ok(n) => n,
            Err(error) => {
                tracing::error!(%error, "nothing can be created");
                return Outcome::unsent(
                    ErrorKind::Unreachable,
                    &planned,
                    format!("{error}; nothing was sent"),
                );
            }
        };
        let intent = Intent { n, ..intent };
        self.entries().push(Kept { intent: intent.clone(), fate: Fate::Asked });
        if self.closed.load(Ordering::SeqCst) {
            self.settle(n, Fate::Settled);
            self.journal.note(Entry::Refused { n }).await;
            return stopping();
        }
        let result = self.openstack.call(planned.request.clone()).await;
        match Answer::of(&planned, &result) {
            Answer::Created(id) => {
                self.settle(n, Fate::Created(id.clone()));
                self.journal.note(Entry::Created { n, id: id.clone() }).await;
                (self.on_created)(LedgerEvent::Created(Thing::of(&intent, Some(id.clone()))));
                Outcome { result: result.map(|response| Created { id, response }), nothing_came: false }
            }
            Answer::Refused => {
                self.settle(n, Fate::Settled);
                self.journal.note(Entry::Refused { n }).await;
                let result = result.map(|response| Created { id: String::new(), response });
                Outcome { result, nothing_came: true }
            }
            Answer::Unclear => {
                self.settle(n, Fate::Unanswered(Instant::now()));
                let result = result.and_then(|response| without_id(&planned, response));
                Outcome { result, nothing_came: false }
            }
        }
    }

    fn intent(&self, planned: &Planned) -> Intent {
        let (request, undo) = (&planned.request, &planned.undo.request);
        let behind = if planned.undo.by_id { "/{id}" } else { "" };
        Intent {
            n: 0,
            at: Timestamp::now(),
            check: self.check.clone(),
            kind: planned.kind.clone(),
            name: planned.name.clone(),
            service: request.service.clone(),
            method: request.method.to_string(),
            path: request.path.clone(),
            undo: UndoRecord {
                service: undo.service.clone(),
                method: undo.method.to_string(),
                path: format!("{}{behind}", undo.path),
                microversion: undo.microversion.clone(),
                body: undo.body.as_ref().and_then(|body| touchstone_json::from_slice(body).ok()),
            },
            find: planned.name.as_ref().map(|_| request.path.clone()),
        }
    }

    fn settle(&self, n: u64, fate: Fate) {
        if let Some(kept) = self.entries().iter_mut().find(|kept| kept.intent.n == n) {
            kept.fate = fate;
        }
    }

    /// What is to be removed, the newest last.
    fn items(&self, options: &UndoOptions) -> Vec<Item> {
        let now = Instant::now();
        let item = |kept: &Kept| match &kept.fate {
            Fate::Created(id) => Some(Item::new(&kept.intent, Some(id.clone()), &self.prefix, now)),
            Fate::Unanswered(at) => Some(Item::new(&kept.intent, None, &self.prefix, *at + options.late)),
            // Its task has died.
            Fate::Asked => Some(Item::new(&kept.intent, None, &self.prefix, now + options.late)),
            Fate::Settled => None,
        };
        self.entries().iter().filter_map(item).collect()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an answer to a creation says.
enum Answer {
    Created(String),
    /// Nothing was created.
    Refused,
    /// Something may have been created.
    Unclear,
}

impl Answer {
    fn of(planned: &Planned, result: &Result<Response, CallError>) -> Self {
        match result {
            Ok(response) => match response.status {
                200..300 => planned.pointer.find(&response.body).map_or(Self::Unclear, Self::Created),
                // The service, or what stands in front of it, lost patience; it may have done its work all the same.
                408 | 499 => Self::Unclear,
                400..500 => Self::Refused,
                _ => Self::Unclear,
            },
            Err(error) => match error.kind {
                ErrorKind::Denied
                | ErrorKind::InvalidRequest
                | ErrorKind::NoSuchService
                | ErrorKind::NotOnTape
                | ErrorKind::Exhausted => Self::Refused,
                ErrorKind::Unreachable | ErrorKind::TimedOut | ErrorKind::TooLarge | ErrorKind::Cancelled => {
                    Self::Unclear
                }
            },
        }
    }
}

/// An answer that does not say what was created is no success.
fn without_id(planned: &Planned, response: Response) -> Result<Created, CallError> {
    if (200..300).contains(&response.status) {
        let problem = "the answer has no id where it was said to be; the host will look for what was created by its name";
        let call = super::super::call::Shown(&planned.request);
        return Err(CallError::new(ErrorKind::InvalidRequest, call, problem));
    }
    Ok(Created { id: String::new(), response })
}

#[cfg(test)]
mod tests;
