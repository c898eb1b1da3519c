use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use thiserror::Error;

use crate::answer::{Answer, MAX_ANSWER_BYTES};
use crate::backoff::retry_after;
use crate::monitor::Monitor;
use crate::sign::SignedReport;
use touchstone_outgoing::explain;

/// The monitor compares it as a whole: no parameters.
const MEDIA_TYPE: &str = "application/x-signed-yaml";

/// The monitor has the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored now.
    Stored,
    /// It was there already, by the identifier of its run: an earlier upload arrived, although its answer did not.
    AlreadyThere,
}

/// The monitor does not have the report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UploadError {
    /// No answer, or none that says something about the report: it may work later.
    #[error("the compliance monitor {host} cannot be used: {why}")]
    Unavailable {
        /// Host and port.
        host: String,
        /// What happened.
        why: String,
        /// The status, where there was an answer.
        status: Option<u16>,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The monitor says no; it will again, until somebody changes something.
    #[error("the compliance monitor {host} refuses the report ({status}): {why}")]
    Refused {
        /// Host and port.
        host: String,
        /// The status.
        status: u16,
        /// What the monitor says, and what to do.
        why: String,
    },
}

impl UploadError {
    /// Whether to try again, at [`crate::next_attempt`], without anybody doing anything.
    ///
    /// The monitor answers 500 also to a report that it cannot read, so there has to be an end to it.
    pub fn is_retryable(&self) -> bool {
        matches!(self, UploadError::Unavailable { .. })
    }

    /// How long the monitor asks to wait, for [`crate::next_attempt`].
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            UploadError::Unavailable { retry_after, .. } => *retry_after,
            UploadError::Refused { .. } => None,
        }
    }
}

impl Monitor {
    /// Hands a report over: one request, not repeated here.
    ///
    /// # Errors
    /// If the monitor does not have the report afterwards, as far as we know. A report whose answer got lost can be handed over
    /// again: the monitor takes none twice.
    pub async fn upload(&self, report: &SignedReport) -> Result<Accepted, UploadError> {
        let unavailable = |why: String| UploadError::Unavailable {
            host: self.host(),
            why,
            status: None,
            retry_after: None,
        };
        let exchange = tokio::time::timeout(self.timeout, self.exchange(report)).await;
        let late = |_| unavailable(format!("no complete answer within {} s", self.timeout.as_secs_f32()));
        let answer = exchange.map_err(late)?.map_err(|error| unavailable(explain(&error).0))?;
        answer.judge(&self.host(), self.credentials.account())
    }

    async fn exchange(&self, report: &SignedReport) -> Result<Answer, reqwest::Error> {
        let request = self.client.post(self.reports.clone());
        let request = request
            .header(AUTHORIZATION, self.credentials.header())
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .header(ACCEPT, "application/json")
            .body(report.as_bytes().to_vec());
        let mut response = request.send().await?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let retry_after = header(RETRY_AFTER).and_then(|text| retry_after(text, Timestamp::now()));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while body.len() <= MAX_ANSWER_BYTES {
            let Some(chunk) = response.chunk().await? else { break };
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, retry_after, body })
    }
}
