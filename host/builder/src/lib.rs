//! Makes components of the sources of checks, and sources of new checks.
//!
//! A check in Rust is an ordinary crate. [`Toolchain`] finds or makes what this machine needs to compile for
//! `wasm32-unknown-unknown`; [`build`] compiles the crate, asks the component what it is, and embeds the answer as its
//! descriptor; [`create`] writes the crate of a new check, with the SDK beside it.

mod build;
mod create;
mod language;
mod toolchain;

pub use build::{BuildError, build, test};
pub use create::{CreateError, Sdk, create};
pub use toolchain::ToolchainError;
