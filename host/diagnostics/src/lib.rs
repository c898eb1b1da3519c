//! What is wrong with a text that somebody wrote in YAML: every problem with its place, for people (plain lines) and for terminals
//! (miette). Scope manifests and trust policies tell their mistakes with it, in the same way.

#![forbid(unsafe_code)]

mod diagnostics;
mod place;
mod suggest;
mod tree;

pub use diagnostics::{Diagnostics, Problem, is_treacherous, printable};
pub use place::{Span, span_at, span_of};
pub use suggest::{closest, suggestion};
pub use tree::{Node, Unreadable, Value, readable};
