//! What one check instance can ask its host for.

use std::time::Duration;

use async_trait::async_trait;

use super::api::{CallError, Identity, Request, Response, Service};
use super::ledger::{Created, Creation};

/// A check may wait so long at a time.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What one check instance can ask its host for: the imports of `touchstone:check/openstack` and `probe`, and `pause`.
///
/// [`super::Granted`] asks a subject, [`super::Recording`] writes down what comes of it, and [`super::Verbatim`] answers
/// from a tape. All that a check sees of the world comes through here, so that equal answers make equal runs.
#[async_trait]
pub trait Capabilities: Send + Sync {
    /// Makes one call. A status other than 2xx is an answer, not an error.
    ///
    /// # Errors
    /// If there is no answer, or it is not granted; the kind says why.
    async fn call(&self, request: Request) -> Result<Response, CallError>;

    /// Makes many calls, and answers in the order of the requests. The bodies of all answers together have no more than
    /// `room` bytes; what has no room is decided in that order, too.
    async fn call_all(&self, requests: Vec<Request>, room: usize) -> Vec<Result<Response, CallError>>;

    /// Creates something that will be removed again.
    ///
    /// # Errors
    /// If there is no answer, or it is not granted; the kind says why.
    async fn create(&self, creation: Creation) -> Result<Created, CallError>;

    /// Makes one `GET` without credentials at the origin of the endpoint of a service.
    ///
    /// # Errors
    /// If there is no answer, or it is not granted; the kind says why.
    async fn probe(&self, service: String, path: String) -> Result<Response, CallError>;

    /// Waits, at most 60 s.
    async fn pause(&self, milliseconds: u32);

    /// The services of the subject with their endpoints in the region of the run, sorted by type, then name.
    fn catalog(&self) -> Vec<Service>;

    /// Who we are to the subject.
    fn identity(&self) -> Identity;
}
