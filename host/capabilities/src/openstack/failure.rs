//! Why an exchange has no answer.

use std::io;

use rustls::CertificateError;
use touchstone_outgoing::causes;

/// Why an exchange has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// For people.
    pub(crate) problem: String,
    /// Whether it is certain that the subject got nothing of the request.
    pub(crate) unsent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The name of the host is not known.
    UnknownHost,
    /// Nobody listens there.
    Refused,
    /// The certificate is of an authority that is not trusted.
    UntrustedAuthority,
    /// TLS failed otherwise.
    Tls,
    /// The other side does not speak TLS.
    NotTls,
    /// No connection for another reason.
    Unreachable,
    /// No complete answer in time.
    TimedOut,
    /// The answer is too large.
    TooLarge,
    /// The connection broke, or what came is not HTTP.
    Broken,
    /// The machine we run on lacks something.
    Setup,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, problem: impl Into<String>) -> Self {
        Self { kind, problem: problem.into(), unsent: false }
    }

    /// What reqwest's error means.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        let unsent = error.is_connect();
        let (kind, problem) = explain(error);
        Self { kind, problem, unsent }
    }

    /// Whether trying again soon may help.
    pub(crate) fn is_transient(&self) -> bool {
        use FailureKind::{Broken, Refused, TimedOut, Unreachable};
        matches!(self.kind, Refused | Unreachable | TimedOut | Broken)
    }
}

fn explain(error: &reqwest::Error) -> (FailureKind, String) {
    let causes = causes(error);
    let innermost = causes.last().map_or_else(|| error.to_string(), ToString::to_string);
    for cause in &causes {
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return explain_tls(error);
        }
    }
    if error.is_timeout() {
        return (FailureKind::TimedOut, "no connection in time".to_owned());
    }
    let io = causes.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>());
    if !error.is_connect() {
        let problem = match io.map(io::Error::kind) {
            Some(io::ErrorKind::UnexpectedEof) => "the connection was closed within the answer".to_owned(),
            _ => format!("the connection broke, or the answer is not HTTP ({innermost})"),
        };
        return (FailureKind::Broken, problem);
    }
    // hyper-util marks the step that failed in the text of its error only.
    if causes.iter().any(|cause| cause.to_string().starts_with("dns error")) {
        return (FailureKind::UnknownHost, format!("the name of the host cannot be resolved ({innermost})"));
    }
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => {
            (FailureKind::Refused, "nobody listens there (connection refused)".to_owned())
        }
        Some(io::ErrorKind::TimedOut) => (FailureKind::TimedOut, "no connection in time".to_owned()),
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            (FailureKind::Unreachable, "the connection was closed while it was being set up".to_owned())
        }
        _ => (FailureKind::Unreachable, format!("cannot connect ({innermost})")),
    }
}

fn explain_tls(error: &rustls::Error) -> (FailureKind, String) {
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    match error {
        // A signature is bad where an authority has the name of a trusted one, and another key.
        InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => (
            FailureKind::UntrustedAuthority,
            "its certificate is of an authority that is not trusted here; give that authority's certificate as `cacert` \
             in clouds.yaml, or add it to the machine"
                .to_owned(),
        ),
        InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            (FailureKind::Tls, "its certificate is for another host name".to_owned())
        }
        InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            (FailureKind::Tls, "its certificate has expired".to_owned())
        }
        InvalidMessage(_) => {
            (FailureKind::NotTls, "it does not speak TLS; is the URL one with http:// instead of https://?".to_owned())
        }
        other => (FailureKind::Tls, format!("TLS failed: {other}")),
    }
}
