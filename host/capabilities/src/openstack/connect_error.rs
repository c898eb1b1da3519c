//! Why a session cannot begin.

use thiserror::Error;
use url::Url;

use super::failure::{Failure, FailureKind};

/// Why a session with a cloud cannot begin: it cannot be reached, or does not let us in. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The name of the host is not known.
    #[error("{url}: {problem}; is auth_url right, and does this machine reach the cloud's DNS?")]
    UnknownHost {
        /// The URL that was to be reached.
        url: String,
        /// What the resolver says.
        problem: String,
    },
    /// No connection.
    #[error(
        "{url}: {problem}; is auth_url right, is the cloud up, and is there a firewall or a VPN in between?"
    )]
    Unreachable {
        /// The URL that was to be reached.
        url: String,
        /// What happened.
        problem: String,
    },
    /// No connection, or no complete answer, in time.
    #[error("{url}: {problem}; is there a firewall or a VPN in between?")]
    TimedOut {
        /// The URL that was to be reached.
        url: String,
        /// What happened.
        problem: String,
    },
    /// TLS failed; the message says what to do.
    #[error("{url}: {problem}")]
    Tls {
        /// The URL that was to be reached.
        url: String,
        /// What happened.
        problem: String,
    },
    /// This machine lacks something, such as the file of `cacert`.
    #[error("{problem}")]
    Setup {
        /// What is missing.
        problem: String,
    },
    /// The connection broke, or what came is not HTTP, or it was too much.
    #[error("{url}: {problem}; is this the URL of Keystone?")]
    NotHttp {
        /// The URL that was asked.
        url: String,
        /// What happened.
        problem: String,
    },
    /// An answer that no Keystone gives.
    #[error(
        "{url} answers {status} with {content_type} instead of JSON; is this the URL of Keystone, or of a web page?"
    )]
    NotJson {
        /// The URL that was asked.
        url: String,
        /// HTTP status.
        status: u16,
        /// What came instead.
        content_type: String,
    },
    /// There is no Keystone at this URL.
    #[error(
        "{url} answers {status}: there is no Identity API v3 at this path; auth_url is the URL of Keystone, like \
         https://HOST:5000/v3 or https://HOST/identity/v3"
    )]
    NotKeystone {
        /// The URL that was asked.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The URL is one of which there are several versions.
    #[error("{url} answers 300 (multiple choices): write auth_url with the version, ending in /v3")]
    MultipleChoices {
        /// The URL that was asked.
        url: String,
    },
    /// The URL leads elsewhere. Redirects are not followed: a password is sent to the configured place only.
    #[error(
        "{url} answers {status}, a redirect to {to}; passwords are not sent there: write that place as auth_url"
    )]
    Redirected {
        /// The URL that was asked.
        url: String,
        /// HTTP status.
        status: u16,
        /// Where to.
        to: String,
    },
    /// The subject does not know us.
    #[error("cloud {cloud:?}: {url} answers 401: {advice}")]
    Unauthorized {
        /// The name of the cloud.
        cloud: String,
        /// The URL that was asked.
        url: String,
        /// What may be wrong.
        advice: &'static str,
    },
    /// The subject knows us and lets us not in.
    #[error("cloud {cloud:?}: {url} answers 403: the user may not log in to this project or domain")]
    Forbidden {
        /// The name of the cloud.
        cloud: String,
        /// The URL that was asked.
        url: String,
    },
    /// The subject refuses what is asked for.
    #[error("cloud {cloud:?}: {url} answers {status}: it refuses what the configuration makes us ask for")]
    Refused {
        /// The name of the cloud.
        cloud: String,
        /// The URL that was asked.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// Keystone, or a proxy in front of it, has a problem.
    #[error(
        "{url} answers {status}, after all retries: the identity service or a proxy in front of it has a problem"
    )]
    ServerError {
        /// The URL that was asked.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// A token that is none.
    #[error("{url} answers with a token that cannot be used: {problem}")]
    BadToken {
        /// The URL that was asked.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// The token is for nothing.
    #[error(
        "cloud {cloud:?}: the login works, but the token is for no project; configure project_name and \
         project_domain_name (or project_id)"
    )]
    Unscoped {
        /// The name of the cloud.
        cloud: String,
    },
    /// The catalog does not have the configured region.
    #[error("cloud {cloud:?} has no region {region:?}; its catalog has {known}")]
    UnknownRegion {
        /// The name of the cloud.
        cloud: String,
        /// What is configured.
        region: String,
        /// What there is.
        known: String,
    },
    /// There are several regions and none is configured.
    #[error("cloud {cloud:?} has several regions ({known}); configure one as region_name")]
    RegionUnclear {
        /// The name of the cloud.
        cloud: String,
        /// What there is.
        known: String,
    },
}

impl ConnectError {
    pub(crate) fn of_failure(url: &Url, failure: Failure) -> Self {
        let (url, problem) = (url.to_string(), failure.problem);
        match failure.kind {
            FailureKind::UnknownHost => Self::UnknownHost { url, problem },
            FailureKind::Refused | FailureKind::Unreachable => Self::Unreachable { url, problem },
            FailureKind::TimedOut => Self::TimedOut { url, problem },
            FailureKind::UntrustedAuthority | FailureKind::Tls | FailureKind::NotTls => {
                Self::Tls { url, problem }
            }
            FailureKind::TooLarge | FailureKind::Broken => Self::NotHttp { url, problem },
            FailureKind::Setup => Self::Setup { problem },
        }
    }
}
