//! How to reach and log in to a cloud: `clouds.yaml` and environment variables.

mod cloud;
mod env;
mod error;
mod load;
mod proxy;
mod resolve;
mod secret;
mod settings;
mod yaml;

pub use cloud::{Auth, CloudConfig, Credential, Domain, Interface, Scope, Trust, User};
pub use env::Env;
pub use error::{ConfigError, Place};
pub(crate) use proxy::Proxies;
#[cfg(test)]
pub(crate) use proxy::ProxyUrl;
pub use secret::Secret;
