//! An operator's trust policy (`trust.yaml`): which components may run, decided before they are compiled. Pure: no I/O.
//!
//! [`Policy::parse`] reads a policy and tells all that is wrong with it at file, line and column. [`Policy::decide`] says
//! of a [`Candidate`] whether it may run and by whose word ([`Accepted`]), or which rule it breaks ([`Refusal`]).
//! [`publish`] makes the signature that a publisher keeps beside a component. docs/trust.md describes the format.
//!
//! ```no_run
//! use touchstone_trust::{Candidate, Digest, Policy, Signature};
//!
//! # fn example(text: &str, component: &[u8], envelope: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::parse("trust.yaml", text)?;
//! let accepted = policy.decide(&Candidate {
//!     id: "scs-0100-flavor-naming",
//!     version: &"3.1.0".parse()?,
//!     component: Digest::of(component),
//!     asks: &["compute GET /flavors/**".parse()?],
//!     granted: &["compute GET /flavors/detail".parse()?],
//!     signatures: &[Signature::Envelope(envelope)],
//! })?;
//! println!("{accepted}");
//! # Ok(())
//! # }
//! ```
//!
//! Rules that a caller must know:
//!
//! - **The digest is the caller's**: it hashes the bytes that it will compile. Id, version and what is asked for come out of
//!   those bytes.
//! - **Signatures may come from anywhere** and be anything: those that do not count do no harm, and none is needed twice.
//! - **There is no clock here**: a key counts as long as it is in the policy.
//!
//! cosign's signatures are verified here if they were made with a key. Keyless ones are refused and told: the only
//! maintained crate that verifies them, `sigstore` 0.15.0 ("experimental" by its own account), brings 310 crates (`cargo
//! tree -e normal,build` with `verify`, `cosign`, `sigstore-trust-root` and `rustls-tls`, 2026-11), aws-lc-sys among them,
//! which deny.toml forbids; and it would need Sigstore's trust root, and so the network, to decide.

#![forbid(unsafe_code)]

mod candidate;
mod ceiling;
mod cosign;
mod decide;
mod digest;
mod explanation;
mod format;
mod pattern;
mod policy;
mod publication;
mod quantity;
mod read;
mod refusal;
mod verify;
mod yaml;

pub use candidate::{Candidate, MAX_SIGNATURES, Signature};
pub use digest::{Digest, DigestError};
pub use explanation::Explanation;
pub use format::json_schema;
pub use policy::{CompileLimits, Policy};
pub use publication::{
    ENVELOPE_MEDIA_TYPE, PUBLICATION_TYPE, STATEMENT_TYPE, publication_statement, publish,
};
pub use refusal::{Accepted, AcceptedBy, Refusal, RefusedBy};
pub use touchstone_diagnostics::{Diagnostics, Problem, Span};
