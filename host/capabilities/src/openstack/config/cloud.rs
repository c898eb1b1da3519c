//! How to reach and log in to one cloud.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use touchstone_grants::ServiceType;
use url::Url;

use super::env::Env;
use super::error::ConfigError;
use super::secret::Secret;
use super::{load, proxy};

/// How to reach and log in to one cloud: what a `clouds.yaml` says about it, checked.
///
/// Its `Debug` shows no secrets.
#[derive(Debug, Clone)]
pub struct CloudConfig {
    pub(crate) name: String,
    pub(crate) auth_url: Url,
    pub(crate) auth: Auth,
    pub(crate) region: Option<String>,
    pub(crate) interface: Interface,
    pub(crate) trust: Trust,
    /// Endpoints that replace those of the catalog; may hold `%(project_id)s`.
    pub(crate) overrides: BTreeMap<ServiceType, String>,
    pub(crate) proxies: proxy::Proxies,
}

impl CloudConfig {
    /// Reads the configuration of a cloud, as openstacksdk does.
    ///
    /// - Without `cloud`, `OS_CLOUD` names it; without that, variables like `OS_AUTH_URL` describe it; without those,
    ///   it is the only one that is configured. `envvars` (or what `OS_CLOUD_NAME` says) names the cloud that the
    ///   variables describe.
    /// - `clouds`, `secure` and `clouds-public`, each with `.yaml`, `.yml` or `.json`, are searched in the current
    ///   folder, in `$XDG_CONFIG_HOME/openstack`, `~/.config/openstack` and `/etc/openstack`; the first is taken.
    ///   `OS_CLIENT_CONFIG_FILE` and `OS_CLIENT_SECURE_FILE` name a file, which must then exist.
    /// - A `profile` is looked up in `clouds-public`; none is built in. What the cloud says goes before what its
    ///   profile says, and what `secure` says goes before both.
    /// - Proxies are those of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (lower case goes first); loopback
    ///   addresses are never reached through one.
    ///
    /// # Errors
    /// If there is no such cloud, or what is configured cannot be used. The message says where, and what to do.
    pub fn load(cloud: Option<&str>, env: &Env) -> Result<Self, ConfigError> {
        load::load(cloud, env)
    }

    /// A cloud that is not configured in a file; public endpoints, certificates are verified, no proxies.
    pub fn new(name: impl Into<String>, auth_url: Url, auth: Auth) -> Self {
        Self {
            name: name.into(),
            auth_url,
            auth,
            region: None,
            interface: Interface::Public,
            trust: Trust::System,
            overrides: BTreeMap::new(),
            proxies: proxy::Proxies::default(),
        }
    }

    /// The same cloud, in a region.
    #[must_use]
    pub fn with_region(self, region: impl Into<String>) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// The same cloud, reached by the endpoints of another interface.
    #[must_use]
    pub fn with_interface(self, interface: Interface) -> Self {
        Self { interface, ..self }
    }

    /// The same cloud, with other certificate authorities.
    #[must_use]
    pub fn with_trust(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// The same cloud, with an endpoint that replaces those of the catalog.
    #[must_use]
    pub fn with_endpoint(mut self, service: ServiceType, url: impl Into<String>) -> Self {
        self.overrides.insert(service, url.into());
        self
    }

    /// The name of the cloud, as configured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where Keystone is, as configured.
    pub fn auth_url(&self) -> &Url {
        &self.auth_url
    }

    /// The region, where one is configured.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

/// How to log in (Identity API v3, `POST /v3/auth/tokens`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// A user with a password.
    Password {
        /// Who.
        user: User,
        /// The password.
        password: Secret,
        /// For what.
        scope: Scope,
    },
    /// An application credential, whose project is its own.
    ApplicationCredential {
        /// Which.
        credential: Credential,
        /// Its secret.
        secret: Secret,
    },
    /// A token that somebody else was given. When it has expired there is no logging in again.
    Token {
        /// The token.
        token: Secret,
        /// For what.
        scope: Scope,
    },
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// By id.
    Id(String),
    /// By name, which is unique in a domain.
    Name {
        /// The name.
        name: String,
        /// The domain of the user.
        domain: Domain,
    },
}

/// A domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// By id; the first one has the id `default`.
    Id(String),
    /// By name.
    Name(String),
}

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A project.
    ProjectId(String),
    /// A project by name, which is unique in a domain.
    ProjectName {
        /// The name.
        name: String,
        /// The domain of the project.
        domain: Domain,
    },
    /// A domain.
    Domain(Domain),
    /// The default project of the user, if there is one.
    Default,
}

/// An application credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// By id.
    Id(String),
    /// By name, which is unique for a user.
    Name {
        /// The name.
        name: String,
        /// Whose it is.
        user: User,
    },
}

/// The kind of endpoint to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interface {
    /// For everybody; the default.
    Public,
    /// For the cloud's own network.
    Internal,
    /// For administrators.
    Admin,
}

impl Interface {
    /// The interface as a catalog names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Interface {
    type Err = String;

    /// `public`, `internal`, `admin`, or these with `URL` at the end.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_suffix("URL").unwrap_or(text) {
            "public" => Ok(Self::Public),
            "internal" => Ok(Self::Internal),
            "admin" => Ok(Self::Admin),
            _ => Err(format!("{text:?} is not an interface; it is one of public, internal, admin")),
        }
    }
}

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Those of the authorities that the machine trusts; `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured.
    System,
    /// Those of the authorities in a PEM file, and of no others (`cacert`).
    File(PathBuf),
    /// Anybody's (`verify: false`): whoever sits on the network can read the password.
    Anyone,
}
