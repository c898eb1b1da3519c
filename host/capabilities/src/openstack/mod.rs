//! Calls to the OpenStack API of one subject.
//!
//! [`Session`] is logged in to a cloud and makes calls. What stands in front of it implements the same trait,
//! [`Openstack`]: [`SharedReads`] lets the checks of a run share the answers to equal reads, and [`Granted`] holds one
//! check to its grants and limits. What a check creates is written down and removed again by its [`Ledger`]. What it sees
//! ([`Capabilities`]) can be recorded on a tape ([`Recording`]), and answered from one ([`Verbatim`], [`TapedSubject`]).

mod answer;
mod api;
mod audit;
mod call;
mod capabilities;
mod config;
mod connect_error;
mod endpoint;
mod endpoints;
mod failure;
#[cfg(test)]
mod fake;
mod forbidden;
mod granted;
mod keystone;
pub mod ledger;
mod logins;
mod on_tape;
mod options;
mod recording;
mod replay;
mod retry;
mod session;
mod shared_reads;
mod tls;
mod transport;
mod versions;

pub use api::{CallError, Endpoint, ErrorKind, Identity, Openstack, Request, Response, Service};
pub use audit::{Audit, Denial};
pub use capabilities::Capabilities;
pub use config::{
    Auth, CloudConfig, ConfigError, Credential, Domain, Env, Interface, Place, Scope, Secret, Trust, User,
};
pub use connect_error::ConnectError;
pub use granted::{CallLimits, Granted, Usage};
pub use ledger::{Created, Creation, Journal, Ledger};
pub use on_tape::{catalog as catalog_on_tape, identity as identity_on_tape};
pub use options::SessionOptions;
pub use recording::Recording;
pub use replay::{Gaps, TapedAnswers, TapedSubject, Verbatim};
pub use session::Session;
pub use shared_reads::{SharedReads, Sharing};
