//! What a check asks to be created, and what is known of it once it was judged.

use super::super::api::{Request, Response};
use super::id_pointer::IdPointer;

/// How to create something, and how to get rid of it again, as a check asks for it: nothing about it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// Creates it.
    pub request: Request,
    /// Where its id is in the answer: `/id`, `/MEMBER/id`, or `/MEMBER_ref`, a URL whose last segment is the id.
    pub id_pointer: String,
    /// Removes it; `{id}` at the end of the path stands for the id.
    pub undo: Request,
}

/// What came of a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The id; empty if the answer has another status than 2xx.
    pub id: String,
    /// What the subject answered.
    pub response: Response,
}

/// A creation that follows the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) request: Request,
    pub(crate) pointer: IdPointer,
    /// What people call such things: `volume`, `security group`.
    pub(crate) kind: String,
    /// It begins with the prefix of the run. Without a name are only things below others that the check created itself.
    pub(crate) name: Option<String>,
    /// Its size, if such things have one.
    pub(crate) gib: Option<u32>,
    pub(crate) undo: Undo,
}

/// What removes something again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Undo {
    pub(crate) request: Request,
    /// The id is to be put behind the path of the request.
    pub(crate) by_id: bool,
}
