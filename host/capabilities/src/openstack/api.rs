//! Calls, answers and what can go wrong: the words of `touchstone:check/openstack` in plain Rust.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;
use touchstone_grants::Method;

/// The OpenStack API of one subject, or a layer in front of it.
///
/// A layer takes requests as a guest makes them and trusts no layer above it to have checked them.
#[async_trait]
pub trait Openstack: Send + Sync {
    /// Makes one call. A status other than 2xx is an answer, not an error.
    ///
    /// Dropping the future cancels the call.
    ///
    /// # Errors
    /// If there is no answer; the kind says why.
    async fn call(&self, request: Request) -> Result<Response, CallError>;

    /// Makes one `GET` without credentials at the origin (scheme, host, port) of the endpoint of a service, in the region
    /// and interface of the run. No redirect is followed.
    ///
    /// Dropping the future cancels it.
    ///
    /// # Errors
    /// If there is no answer; the kind says why.
    async fn probe(&self, service: String, path: String) -> Result<Response, CallError>;

    /// The services of the subject with their endpoints in the region of the run, sorted by type, then name.
    fn catalog(&self) -> Vec<Service>;

    /// Who we are to the subject.
    fn identity(&self) -> Identity;
}

/// A call as a guest asks for it: nothing about it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Service type; aliases are understood.
    pub service: String,
    /// HTTP method.
    pub method: Method,
    /// Path below the versioned endpoint of the service, percent-encoded where needed.
    pub path: String,
    /// Names and values of the query, unencoded, in order.
    pub query: Vec<(String, String)>,
    /// The microversion to ask for, like `2.61`, or `latest`.
    pub microversion: Option<String>,
    /// Further headers: `accept` and `content-type` only.
    pub headers: Vec<(String, String)>,
    /// The body; not with GET and HEAD.
    pub body: Option<Bytes>,
}

impl Request {
    /// A call without query, microversion, headers and body.
    pub fn new(service: impl Into<String>, method: Method, path: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            method,
            path: path.into(),
            query: Vec::new(),
            microversion: None,
            headers: Vec::new(),
            body: None,
        }
    }
}

/// What the subject answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case; only those that describe the content or the API version, and `link`; sorted by name.
    pub headers: Vec<(String, String)>,
    /// The body, complete.
    pub body: Bytes,
    /// How often the request was sent until this answer came; 0 if the answer was shared with another caller. Not for
    /// guests.
    pub attempts: u32,
}

/// Why there is no answer. Displays as a message for people: service, method, path, and what happened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct CallError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// For people. Holds no secret.
    pub message: String,
}

impl CallError {
    pub(crate) fn new(kind: ErrorKind, call: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self { kind, message: format!("{call}: {problem}") }
    }
}

/// Kinds of failures, as the contract has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// Not granted. Nothing was sent.
    Denied,
    /// Malformed. Nothing was sent.
    InvalidRequest,
    /// The catalog has no such service, in the region and interface of the run.
    NoSuchService,
    /// No answer: could not connect, connection broken, TLS failed, or not HTTP, after all retries.
    Unreachable,
    /// No complete answer in time, after all retries.
    TimedOut,
    /// The answer is larger than the limit for one answer.
    TooLarge,
    /// The check has used up its calls or its bytes.
    Exhausted,
    /// The run is being stopped.
    Cancelled,
    /// Replay only: the tape does not hold this call.
    NotOnTape,
}

impl ErrorKind {
    /// The kind of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [
            Self::Denied,
            Self::InvalidRequest,
            Self::NoSuchService,
            Self::Unreachable,
            Self::TimedOut,
            Self::TooLarge,
            Self::Exhausted,
            Self::Cancelled,
            Self::NotOnTape,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
    }

    /// The name of the kind in the contract, like `no-such-service`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::InvalidRequest => "invalid-request",
            Self::NoSuchService => "no-such-service",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed-out",
            Self::TooLarge => "too-large",
            Self::Exhausted => "exhausted",
            Self::Cancelled => "cancelled",
            Self::NotOnTape => "not-on-tape",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A service of the subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Service {
    /// The type as the catalog says it, which may be an alias.
    pub service_type: String,
    /// The name, which says little.
    pub name: String,
    /// Its endpoints, sorted.
    pub endpoints: Vec<Endpoint>,
}

/// An endpoint of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// `public`, `internal` or `admin`.
    pub interface: String,
    /// The region, empty if the catalog says none.
    pub region: String,
    /// The URL, as the catalog says it.
    pub url: String,
}

/// Who we are to the subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Id of the user.
    pub user_id: String,
    /// Name of the user.
    pub user_name: String,
    /// Id of the project; empty if the token is for a domain.
    pub project_id: String,
    /// Name of the project; empty if the token is for a domain.
    pub project_name: String,
    /// Name of the domain of the project, or of the domain that the token is for.
    pub domain_name: String,
    /// Names of the roles, sorted.
    pub roles: Vec<String>,
    /// The region of the run, where one is configured.
    pub region: Option<String>,
}

/// Roles that can see or change what belongs to others (SCS-0302, OpenStack's "phase 3" of consistent RBAC), and names
/// that operators commonly give to such roles. Keystone compares names of roles without regard to case.
const PRIVILEGED: &[&str] = &[
    "admin",
    "administrator",
    "cloud-admin",
    "cloud_admin",
    "cloudadmin",
    "domain-admin",
    "domain-manager",
    "domain_admin",
    "domain_manager",
    "manager",
    "service",
];

impl Identity {
    /// Those of the roles with which a conformance test should not be run; empty for an ordinary user.
    pub fn privileged_roles(&self) -> Vec<&str> {
        let privileged = |role: &&str| PRIVILEGED.iter().any(|name| name.eq_ignore_ascii_case(role));
        self.roles.iter().map(String::as_str).filter(privileged).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_roles_are_not_privileged() {
        let identity = |roles: &[&str]| Identity {
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            ..Identity::default()
        };
        let ordinary = identity(&[
            "_member_",
            "creator",
            "heat_stack_owner",
            "load-balancer_member",
            "member",
            "reader",
        ]);
        assert!(ordinary.privileged_roles().is_empty());
        assert_eq!(identity(&["Admin", "member", "manager"]).privileged_roles(), ["Admin", "manager"]);
    }
}
