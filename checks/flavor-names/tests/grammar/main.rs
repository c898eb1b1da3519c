//! Names of a hand-checked table, and properties of all names.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod names;
mod properties;
