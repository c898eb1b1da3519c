//! Why it did not go on to the end.

use touchstone_sdk::openstack::{CallError, Request, Response};
use touchstone_sdk::{Error, Resource};

pub(crate) const STANDARD: &str = "scs-0117-v1, \"Standard\"";
pub(crate) const TESTS: &str = "scs-0117-w1, \"Automated tests\"";

/// Why it did not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// An operation failed that should not.
    Failed(Box<Failure>),
    /// Something went wrong that says nothing about backups.
    Unknown(Error),
}

/// What failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) about: Resource,
    pub(crate) requirement: &'static str,
}

impl Stop {
    pub(crate) fn failed(message: String, about: Resource, requirement: &'static str) -> Self {
        Stop::Failed(Box::new(Failure { message, about, requirement }))
    }

    /// The backup API is not there for users, as an answer or the lack of one shows.
    pub(crate) fn not_offered(why: &str, about: Resource) -> Self {
        let message =
            format!("the backup API of the block storage should be there for users, and is not: {why}");
        Stop::failed(message, about, STANDARD)
    }

    /// A request to the backup API was answered with another status than 2xx.
    pub(crate) fn refused(request: &Request, answer: &Response, about: Resource) -> Self {
        let error = answer.unexpected(request);
        // Without rights to log in, with a quota used up, or asked too often, one cannot say what else it would do. Cinder
        // says by 413 that a quota is used up.
        let is_elsewhere = matches!(answer.status, 401 | 413 | 429) || answer.status < 400;
        if is_elsewhere || error.to_string().to_ascii_lowercase().contains("quota") {
            return Stop::Unknown(error);
        }
        Stop::not_offered(&error.to_string(), about)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Unknown(error)
    }
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        Stop::Unknown(error.into())
    }
}
