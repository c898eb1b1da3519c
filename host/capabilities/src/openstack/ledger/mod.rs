//! What checks create in a cloud, and how it is removed again: always.
//!
//! - Before anything is sent, it is on disk what is about to be created and how it is removed ([`Journal`]); after the
//!   answer, its id.
//! - When a check is over, however it ended, its [`Ledger`] removes what it created, newest first, and waits until it is
//!   gone. What was not answered is looked for by its name.
//! - What a process that was killed left is removed from its journal by [`cleanup`]; what no journal knows is found by
//!   the prefix that all names have ([`sweep`]).
//! - Things that do not have the prefix, and are not below one that has it, are never touched.

mod cleanup;
mod creation;
#[cfg(test)]
pub(crate) mod fake_cloud;
#[cfg(test)]
pub(crate) mod fake_instance;
mod id_pointer;
mod journal;
mod keeping;
mod left;
mod lookup;
mod private;
mod record;
mod references;
pub(crate) mod rules;
mod strict_json;
mod sweep;
mod things;
mod undoing;

pub use cleanup::cleanup;
pub(crate) use creation::Planned;
pub use creation::{Created, Creation};
pub use journal::{Journal, JournalError};
pub use keeping::Ledger;
pub use left::{LeftJournal, journals};
pub use record::Header;
pub use sweep::{Stray, strays, sweep};
pub use things::{Ephemeral, LedgerEvent, Left, Thing, UndoOptions};
