//! Why a request has no answer, in words.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// What went wrong, for people.
pub(crate) fn explain(error: &reqwest::Error) -> String {
    let causes = causes(error);
    if let Some(tls) = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return explain_tls(tls);
    }
    let innermost = causes.last().map_or_else(|| error.to_string(), ToString::to_string);
    if error.is_timeout() {
        return "no connection in time".into();
    }
    let refused = causes.iter().filter_map(|cause| cause.downcast_ref::<io::Error>());
    match error.is_connect() {
        // Of hyper-util's error only the text says which step failed.
        true if causes.iter().any(|cause| cause.to_string().starts_with("dns error")) => {
            format!("the name of the host cannot be resolved ({innermost})")
        }
        true if refused.into_iter().any(|cause| cause.kind() == io::ErrorKind::ConnectionRefused) => {
            "nobody listens there (connection refused)".into()
        }
        true => format!("cannot connect ({innermost})"),
        false => format!("the connection broke, or the answer is not HTTP ({innermost})"),
    }
}

fn explain_tls(error: &rustls::Error) -> String {
    use rustls::Error::InvalidCertificate;
    match error {
        InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            "its certificate is of an authority that is not trusted here; name that authority's certificate (a PEM file), or add \
             it to the machine"
                .into()
        }
        InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            "its certificate is for another host name".into()
        }
        InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired".into()
        }
        other => format!("TLS failed: {other}"),
    }
}

/// All errors behind an error. An `io::Error` hides the one that it wraps from `source`.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> Vec<&'e (dyn Error + 'static)> {
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
