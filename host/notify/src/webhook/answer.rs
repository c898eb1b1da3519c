//! What came of a delivery.

use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use touchstone_report::{cut, printable};

use crate::error::SendError;

/// What is said about an error is read so far.
const MAX_ERROR_BYTES: usize = 4 << 10;

/// Characters of it that are shown.
const SHOWN: usize = 200;

/// 2xx is accepted; what may pass is tried later (408, 425, 429, 5xx); all else is refused, redirects among it.
pub(super) async fn judge(to: &str, response: Response, now: Timestamp) -> Result<(), SendError> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let to = to.to_owned();
    if status.is_redirection() {
        let answer = format!("{status}; redirects are not followed: configure the URL that it is to go to");
        return Err(SendError::Refused { to, answer });
    }
    let after = retry_after(response.headers(), now);
    let detail = beginning(response).await;
    let answer = format!("{status} {detail}").trim_end().to_owned();
    match status.as_u16() {
        408 | 425 | 429 | 500..=599 => Err(SendError::TryLater { to, answer, after }),
        _ => Err(SendError::Refused { to, answer }),
    }
}

/// Why there was no answer, in words that do not hold the URL.
pub(super) fn explain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut innermost: &dyn Error = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    // The outermost error holds the URL; those inside do not.
    let why = if innermost.source().is_none() && error.source().is_none() {
        "the request failed".to_owned()
    } else {
        cut(&printable(&innermost.to_string()), SHOWN)
    };
    if error.is_connect() { format!("cannot connect: {why}") } else { format!("the connection broke: {why}") }
}

/// The beginning of what is said about an error, in one line.
async fn beginning(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ERROR_BYTES {
            break;
        }
    }
    body.truncate(MAX_ERROR_BYTES);
    let text = String::from_utf8_lossy(&body);
    match text.trim() {
        "" => String::new(),
        text => format!("({})", cut(&printable(text), SHOWN)),
    }
}

/// What `Retry-After` says (RFC 9110, section 10.2.3): seconds, or a date; nothing if it says nothing that makes sense.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}
