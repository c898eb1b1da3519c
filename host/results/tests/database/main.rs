//! The database, on SQLite and on a real PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../support/mod.rs"]
mod support;

mod nights;
mod once;
mod outbox;
mod subjects;
