//! What is said about things that checks create, and how they are to be removed.

use std::time::Duration;

use super::record::Intent;

/// How things are removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoOptions {
    /// All of it takes no longer than this. Default: 5 min.
    pub within: Duration,
    /// The first wait before looking again, or trying again; it doubles. Default: 0.2 s.
    pub first_wait: Duration,
    /// The longest of these waits. Default: 3 s.
    pub max_wait: Duration,
    /// So long after a creation that was not answered the service may still create something. Default: 10 s.
    pub late: Duration,
}

impl Default for UndoOptions {
    fn default() -> Self {
        Self {
            within: Duration::from_secs(5 * 60),
            first_wait: Duration::from_millis(200),
            max_wait: Duration::from_secs(3),
            late: Duration::from_secs(10),
        }
    }
}

/// Something that was created, or may have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// Service type.
    pub service: String,
    /// What people call it: `volume`, `security group`.
    pub kind: String,
    /// The id, if it is known.
    pub id: Option<String>,
    /// The name, if it has one.
    pub name: Option<String>,
}

impl Thing {
    pub(crate) fn of(intent: &Intent, id: Option<String>) -> Self {
        Self { service: intent.service.clone(), kind: intent.kind.clone(), id, name: intent.name.clone() }
    }
}

/// Something that could not be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Service type.
    pub service: String,
    /// What people call it: `volume`, `security group`.
    pub kind: String,
    /// The id, if it is known.
    pub id: Option<String>,
    /// The name, if it has one.
    pub name: Option<String>,
    /// Why, for people.
    pub why: String,
}

/// What came of everything that was created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ephemeral {
    /// How many things were created.
    pub created: u64,
    /// How many of them are gone.
    pub deleted: u64,
    /// What is left, or may be, newest first.
    pub left: Vec<Left>,
}

impl Ephemeral {
    /// Adds what came of what others created.
    pub fn add(&mut self, other: Self) {
        self.created += other.created;
        self.deleted += other.deleted;
        self.left.extend(other.left);
    }
}

/// What happens to things that checks create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerEvent {
    /// It was created. Only [`super::Ledger::telling`] tells it.
    Created(Thing),
    /// It is about to be removed.
    Removing(Thing),
    /// It is not gone yet, and will be looked at again.
    Waiting {
        /// What.
        thing: Thing,
        /// Why, for people.
        why: String,
    },
    /// It is gone.
    Removed(Thing),
    /// It could not be removed.
    Left(Left),
}
