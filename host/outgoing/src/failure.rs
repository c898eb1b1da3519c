//! Why a request has no answer, in words.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// What went wrong, for people; and whether trying again may help.
pub fn explain(error: &reqwest::Error) -> (String, bool) {
    let causes = causes(error);
    if let Some(tls) = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return (explain_tls(tls), false);
    }
    let innermost = causes.last().map_or_else(|| error.to_string(), ToString::to_string);
    if error.is_timeout() {
        return ("no connection in time".into(), true);
    }
    let io = causes.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    if !error.is_connect() {
        return (format!("the connection broke, or the answer is not HTTP ({innermost})"), true);
    }
    // hyper-util marks the step that failed in the text of its error only.
    if causes.iter().any(|cause| cause.to_string().starts_with("dns error")) {
        return (format!("the name of the host cannot be resolved ({innermost})"), false);
    }
    match io {
        Some(io::ErrorKind::ConnectionRefused) => ("nobody listens there (connection refused)".into(), true),
        _ => (format!("cannot connect ({innermost})"), true),
    }
}

/// Whether the other side does not speak TLS at all.
pub fn is_not_tls(error: &reqwest::Error) -> bool {
    let causes = causes(error);
    let tls = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>());
    let io = causes.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let closed = matches!(
        io,
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
    );
    match tls {
        Some(error) => matches!(error, rustls::Error::InvalidMessage(_)),
        None => error.is_connect() && (closed || error.is_timeout()),
    }
}

fn explain_tls(error: &rustls::Error) -> String {
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    match error {
        InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            "its certificate is of an authority that is not trusted here; give that authority's certificate (a PEM file), or \
             add it to the machine"
                .into()
        }
        InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            "its certificate is for another host name".into()
        }
        InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired".into()
        }
        InvalidMessage(_) => {
            "it does not speak TLS; plain HTTP is spoken with this machine only (localhost, 127.0.0.0/8, ::1)".into()
        }
        other => format!("TLS failed: {other}"),
    }
}

/// All errors behind an error. An `io::Error` hides the one that it wraps from `source`.
pub fn causes<'e>(error: &'e (dyn Error + 'static)) -> Vec<&'e (dyn Error + 'static)> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    causes
}
