use std::fmt;

use thiserror::Error;
use touchstone_sign::SigningKey;

/// What signatures of reports are for: `ssh-keygen -Y sign -n report`.
pub const NAMESPACE: &str = "report";

/// A report may have so many bytes (8 MiB). One of a hundred testcases has about 50 kB; the monitor has no limit of its own.
pub const MAX_REPORT_BYTES: usize = 8 << 20;

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
/// Where the monitor cuts: what is before the ampersand is the signature, what is behind it the report.
const SEPARATOR: &str = "-----END SSH SIGNATURE-----\n&";

/// A report with its signature, as the monitor takes it. To be kept as bytes until it is accepted.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedReport {
    body: String,
}

/// Signs a report in YAML, of one document or several. The same report and key give the same bytes.
///
/// # Errors
/// If the report is empty, too long, or not UTF-8: the monitor would not take it.
pub fn sign(yaml: &[u8], key: &SigningKey) -> Result<SignedReport, SignError> {
    if yaml.len() > MAX_REPORT_BYTES {
        return Err(SignError::TooLong { bytes: yaml.len() });
    }
    let text = std::str::from_utf8(yaml).map_err(|_| SignError::NotText)?;
    if text.trim().is_empty() {
        return Err(SignError::Empty);
    }
    let signature = key.sign(NAMESPACE, yaml).expect("the namespace is not empty");
    let signature = signature.trim_end();
    Ok(SignedReport { body: format!("{signature}\n&{text}") })
}

impl SignedReport {
    /// What [`SignedReport::as_bytes`] gave, and was kept somewhere. Whether the signature holds is not looked at.
    ///
    /// # Errors
    /// If it is something else.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<SignedReport, SignError> {
        let body = String::from_utf8(bytes).map_err(|_| SignError::NotText)?;
        if !body.starts_with(BEGIN) || !body.contains(SEPARATOR) {
            return Err(SignError::NotSigned);
        }
        Ok(SignedReport { body })
    }

    /// The body of the request.
    pub fn as_bytes(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// The signature and the report, as the monitor takes them apart.
    pub fn parts(&self) -> (&str, &str) {
        let at = self.body.find(SEPARATOR).map_or(0, |at| at + SEPARATOR.len());
        let (signature, report) = self.body.split_at(at);
        (signature.trim_end_matches('&'), report)
    }
}

impl fmt::Debug for SignedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedReport").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Why something cannot be signed for the monitor, or is not what was signed for it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignError {
    /// Nothing in it.
    #[error("the report is empty")]
    Empty,
    /// Not UTF-8.
    #[error("the report is not UTF-8; the compliance monitor takes text only")]
    NotText,
    /// Too long.
    #[error(
        "the report has {bytes} bytes, which is more than the {MAX_REPORT_BYTES} that a report needs at most"
    )]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// Not a report with its signature.
    #[error(
        "this is not a report with its signature: an SSH signature, an ampersand, and the report are expected"
    )]
    NotSigned,
}
