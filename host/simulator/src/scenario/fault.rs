//! What goes wrong, and when.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use hyper::Method;
use serde::Deserialize;

use super::text;
use crate::Service;

/// A fault: which requests it concerns, how often it happens, and what happens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests to this service. Default: all.
    #[serde(default)]
    pub service: Option<Service>,
    /// Only requests with this method. Default: all.
    #[serde(default, deserialize_with = "text::method")]
    pub method: Option<Method>,
    /// Only requests to this path, below version and project: `/flavors/detail`, `/auth/tokens`; `/` is where
    /// clients discover the version. Default `/**`.
    #[serde(default)]
    pub path: PathGlob,
    /// How many matching requests pass before it happens for the first time. Default 0.
    #[serde(default)]
    pub after: u32,
    /// How often it happens. Default: always.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub kind: FaultKind,
}

/// What happens to a request that a fault concerns.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// An error of the service, or of the proxy before it: `status: {code: 503, retry_after: 2}`.
    #[serde(rename_all = "snake_case")]
    Status {
        /// The HTTP status.
        code: u16,
        /// The header `Retry-After`, in seconds. Default: not sent.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// 200 with a web page, as captive portals and maintenance pages do it.
    Html,
    /// 200 with this text as JSON, whatever it is.
    Json(String),
    /// The right answer, cut in the middle; its length is declared as it is, so that only the JSON is broken.
    TruncatedJson,
    /// 200 with a body that has no end and declares no length.
    EndlessBody,
    /// 200 that declares this many bytes and sends them: `huge: 1000000000`.
    Huge(u64),
    /// The connection is reset (TCP RST) instead of an answer.
    Reset,
    /// The connection is closed instead of an answer.
    Close,
    /// No answer, ever; the connection stays open.
    Hang,
    /// The right answer, after this time: `slow: 3s`.
    Slow(#[serde(deserialize_with = "text::duration")] Duration),
    /// The right answer, 16 bytes at a time with this pause between them: `trickle: 500ms`.
    Trickle(#[serde(deserialize_with = "text::duration")] Duration),
    /// The token of the request expires: 401, also for all further requests with it.
    ExpireToken,
    /// A redirection: `redirect: {to: "http://127.0.0.1:9/", code: 302}`.
    #[serde(rename_all = "snake_case")]
    Redirect {
        /// The header `Location`.
        to: String,
        /// The HTTP status. Default 302.
        #[serde(default = "found")]
        code: u16,
    },
    /// Bytes that are not HTTP.
    Garbage,
    /// The right answer, but its declared length is wrong by this much: with `20` the client waits for bytes that
    /// never come, with `-20` it sees less than was sent. The connection is closed afterwards.
    WrongContentLength(i64),
    /// The right answer, with the token of the request in this header of the response.
    EchoToken(String),
    /// The request is carried out, and then this happens instead of its answer: `done-then: close`,
    /// `done-then: {status: {code: 504}}`, `done-then: hang`. It takes every kind that has no right answer of its own.
    DoneThen(Box<FaultKind>),
    /// The request is accepted with the right answer, but what it starts fails: servers end in `ERROR`, volumes and
    /// backups in `error`, restored volumes in `error_restoring`, deleted volumes in `error_deleting`; deleted servers
    /// and backups are still there, in error. Where nothing fails later, the answer is simply right.
    FailsLater,
}

impl FaultKind {
    /// Whether the request is carried out, so that it has a right answer.
    pub(crate) fn is_carried_out(&self) -> bool {
        match self {
            Self::TruncatedJson
            | Self::Slow(_)
            | Self::Trickle(_)
            | Self::ExpireToken
            | Self::WrongContentLength(_)
            | Self::EchoToken(_)
            | Self::DoneThen(_)
            | Self::FailsLater => true,
            Self::Status { .. }
            | Self::Html
            | Self::Json(_)
            | Self::EndlessBody
            | Self::Huge(_)
            | Self::Reset
            | Self::Close
            | Self::Hang
            | Self::Redirect { .. }
            | Self::Garbage => false,
        }
    }
}

/// A pattern of paths. `*` stands for exactly one segment; `**`, only at the end, for any number of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PathGlob {
    segments: Vec<String>,
    open: bool,
}

/// A pattern of paths that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathGlobError {
    /// It does not begin with a slash.
    #[error("`{0}` is not a pattern of paths: it has to begin with `/`, as in `/flavors/*`")]
    NoSlash(String),
    /// Two slashes in a row, or one at the end.
    #[error("`{0}` is not a pattern of paths: it has an empty segment")]
    EmptySegment(String),
    /// `**` before the end, or a star inside a segment.
    #[error("`{0}` is not a pattern of paths: `*` stands for a whole segment, and `**` only at the end")]
    MisplacedStar(String),
}

impl PathGlob {
    /// Whether a path with these segments matches.
    pub(crate) fn matches(&self, path: &[String]) -> bool {
        (path.len() == self.segments.len() || self.open && path.len() > self.segments.len())
            && self.segments.iter().zip(path).all(|(pattern, segment)| pattern == "*" || pattern == segment)
    }
}

impl FromStr for PathGlob {
    type Err = PathGlobError;

    fn from_str(text: &str) -> Result<Self, PathGlobError> {
        let rest = text.strip_prefix('/').ok_or_else(|| PathGlobError::NoSlash(text.into()))?;
        let mut segments: Vec<String> =
            if rest.is_empty() { Vec::new() } else { rest.split('/').map(Into::into).collect() };
        let open = segments.pop_if(|last| last == "**").is_some();
        if segments.iter().any(String::is_empty) {
            return Err(PathGlobError::EmptySegment(text.into()));
        }
        if segments.iter().any(|segment| segment != "*" && segment.contains('*')) {
            return Err(PathGlobError::MisplacedStar(text.into()));
        }
        Ok(Self { segments, open })
    }
}

impl TryFrom<String> for PathGlob {
    type Error = PathGlobError;

    fn try_from(text: String) -> Result<Self, PathGlobError> {
        text.parse()
    }
}

impl fmt::Display for PathGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            write!(f, "/{segment}")?;
        }
        match (self.open, self.segments.is_empty()) {
            (true, _) => f.write_str("/**"),
            (false, true) => f.write_str("/"),
            (false, false) => Ok(()),
        }
    }
}

impl Default for PathGlob {
    /// Every path.
    fn default() -> Self {
        Self { segments: Vec::new(), open: true }
    }
}

fn found() -> u16 {
    302
}
