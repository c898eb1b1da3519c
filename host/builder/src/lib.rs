//! Makes components of the sources of checks, and sources of new checks.
//!
//! [`build`] makes a component, asks it what it is, and embeds the answer as its descriptor. A check in Rust is an ordinary crate,
//! for which this machine is made able to compile for `wasm32-unknown-unknown`; one in Python or JavaScript is made by what
//! lies beside its SDK; a component that any other toolchain built is taken as it is. [`test()`] runs a check's own tests, and
//! [`create`] writes the source of a new check, with the SDK beside it.

mod build;
mod cache;
mod create;
mod javascript;
mod language;
mod python;
mod toolchain;

pub use build::{BuildError, build, test};
pub use create::{CreateError, Lang, Sdk, create};
pub use toolchain::ToolchainError;
