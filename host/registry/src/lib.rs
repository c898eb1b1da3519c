//! Components in OCI registries.
//!
//! [`Registry::pull`] gives an [`Artifact`](touchstone_store::Artifact): a component in the form of the CNCF's Wasm OCI
//! artifact, whole and verified, with what others say of it (signatures and the like). [`Registry::push`] brings one
//! into a registry. Nothing is kept on disk: whoever pulls puts the artifact into a store.
//!
//! What it keeps to, whatever the registry does:
//!
//! - Every byte that is returned has the digest and the size that was asked for.
//! - Credentials go to the registry, and to where it says that it gives out tokens, if that is `https`; nowhere else.
//! - Plain HTTP is spoken with this machine only (`localhost`, `127.0.0.0/8`, `::1`).
//! - Only blobs are fetched from elsewhere, over `https`, without credentials, after at most three redirects.
//! - Answers are bounded in bytes and time; what is transient is tried again, within bounds.
//!
//! The requests are ours, over `reqwest`, and not those of the crate `oci-client` (0.18): that one sends credentials to
//! whatever realm a registry names, leaves redirects to the HTTP library, which follows them also to plain HTTP, reads
//! manifests and lists of any size, and does not try again. What remains are ten requests, all of them below.

mod auth;
mod challenge;
mod config;
mod credentials;
mod error;
mod exchange;
mod pull;
mod push;
mod reference;
mod referrers;
mod registry;
mod retry;
mod session;

pub use config::RegistryConfig;
pub use error::RegistryError;
pub use push::Pushed;
pub use reference::{Reference, ReferenceError};
pub use registry::Registry;
