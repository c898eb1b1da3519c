//! Talks to the SCS compliance monitor (`compliance-monitor/` of `github:SovereignCloudStack/standards`).
//!
//! [`sign`] makes of a report in YAML (`touchstone_export::scs`) what the monitor takes: an SSH signature in namespace
//! `report`, an ampersand, the report. [`Monitor::upload`] hands it over, once. Whoever keeps what was not accepted asks
//! [`UploadError::is_retryable`] whether to try again, and [`next_attempt`] when. Nothing is kept here.
//!
//! What it keeps to, whatever the monitor does:
//!
//! - The API key goes to the origin that was configured, and nowhere else: no redirect is followed, and plain HTTP is spoken
//!   with this machine only (`localhost`, `127.0.0.0/8`, `::1`).
//! - Answers are bounded in bytes and time.
//! - **Accepted is what the monitor says it is**: an answer that only looks like success (a login page, say) is no acceptance.
//!   A report that it has already counts as accepted, so nothing is lost or doubled where an answer got lost.
//!
//! `tests/contract` has a monitor of our own that refuses what the real one refuses; `docs/monitor.md` says how it was compared.

#![forbid(unsafe_code)]

mod answer;
mod backoff;
mod credentials;
mod monitor;
mod sign;
mod upload;

pub use backoff::{FIRST_WAIT, LONGEST_RETRY_AFTER, LONGEST_WAIT, next_attempt, random};
pub use credentials::{Credentials, CredentialsError};
pub use monitor::{Monitor, MonitorConfig, MonitorError};
pub use sign::{MAX_REPORT_BYTES, NAMESPACE, SignError, SignedReport, sign};
pub use upload::{Accepted, UploadError};

/// Text that others wrote, for an error: quoted, nothing in it that a terminal obeys, and not too much of it.
fn quoted(text: &str) -> String {
    const LIMIT: usize = 120;
    let end = text.char_indices().nth(LIMIT).map(|(end, _)| end);
    format!("`{}`{}", text[..end.unwrap_or(text.len())].escape_debug(), if end.is_some() { "…" } else { "" })
}
