//! Bounds of a session.

use std::time::Duration;

/// Bounds of a session. The defaults suit a nightly run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOptions {
    /// For making a connection, TLS included. Default: 5 s.
    pub connect_timeout: Duration,
    /// For sending a request once and receiving the complete answer. Default: 30 s.
    pub attempt_timeout: Duration,
    /// For one call, with all retries and the waits between them. Default: 60 s.
    pub call_timeout: Duration,
    /// How often a call is sent again after an attempt that failed. Default: 3.
    pub max_retries: u32,
    /// The wait before the first retry; it doubles with each further one. Default: 250 ms.
    pub first_wait: Duration,
    /// The longest wait before a retry. When the subject asks for more (`Retry-After`), its answer is handed out instead.
    /// Default: 20 s.
    pub max_wait: Duration,
    /// Requests to the subject that may be under way at once. Default: 16.
    pub max_in_flight: usize,
    /// The largest answer that is read, in bytes. Default: 16 MiB.
    pub max_answer_bytes: usize,
    /// How we present ourselves. Default: `touchstone/VERSION`.
    pub user_agent: String,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(60),
            max_retries: 3,
            first_wait: Duration::from_millis(250),
            max_wait: Duration::from_secs(20),
            max_in_flight: 16,
            max_answer_bytes: 16 * 1024 * 1024,
            user_agent: concat!("touchstone/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
