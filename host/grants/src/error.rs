//! What can be wrong with a grant, a path, a method or a service type.

use thiserror::Error;

/// Something that is not a grant, a path, a method or a service type, and why.
///
/// Displays as a sentence that says where (byte offset, from 0), what is wrong and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at byte {offset}: {problem}")]
pub struct GrantError {
    offset: usize,
    problem: Problem,
}

impl GrantError {
    pub(crate) fn new(offset: usize, problem: Problem) -> Self {
        Self { offset, problem }
    }

    /// The same error, found in a part of a text that begins at `start`.
    pub(crate) fn shifted(self, start: usize) -> Self {
        Self { offset: self.offset + start, ..self }
    }

    /// Where it is wrong: a byte offset into the text that was parsed, from 0, at most its length.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// What is wrong. Displays as a sentence without the place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Problem {
    #[error(
        "a grant has three parts, SERVICE METHOD PATTERN (`compute GET /flavors/**`); {missing} is missing"
    )]
    MissingPart { missing: &'static str },
    #[error(
        "a grant has three parts, SERVICE METHOD PATTERN, separated by spaces; {found:?} is one too many"
    )]
    ExtraPart { found: String },
    #[error("the service type is empty; write one as in the service catalog, like `compute`")]
    EmptyService,
    #[error("{found:?} cannot be in a service type, which has lower-case letters, digits and `-` only")]
    ServiceCharacter { found: char },
    #[error("the service type is longer than {max} bytes")]
    ServiceTooLong { max: usize },
    #[error("{found:?} is not a method; it is one of GET, HEAD, POST, PUT, PATCH, DELETE, in upper case")]
    UnknownMethod { found: String },
    #[error("the path is empty; a path begins with `/`")]
    EmptyPath,
    #[error("the path is longer than {max} bytes")]
    PathTooLong { max: usize },
    #[error("a path begins with `/`; no URLs, the host finds the endpoint in the catalog of the subject")]
    NotRooted,
    #[error("the path has an empty segment (`//`, or `/` at the end)")]
    EmptySegment,
    #[error("the path has the segment {found:?}; dot segments are refused, write the path that is meant")]
    DotSegment { found: String },
    #[error("{found:?} cannot be in a path; write the query apart from the path, and no fragment")]
    QueryOrFragment { found: char },
    #[error("{found:?} cannot be in a path as it is; write it percent-encoded, as {encoded}")]
    MustEncode { found: char, encoded: String },
    #[error("{found:?} cannot be in a path, encoded or not")]
    ForbiddenCharacter { found: char },
    #[error("`%` begins a percent-encoded byte and two hexadecimal digits follow it; here they do not")]
    BadPercent,
    #[error(
        "{found} is refused in a path: a server might decode it into something else than a plain segment"
    )]
    ForbiddenEncoding { found: String },
    #[error("the segment is not UTF-8 when its percent-encoding is undone")]
    NotUtf8,
    #[error(
        "a wildcard is a whole segment: `*` (one segment) or, at the end, `**` (one or more); found {found:?}"
    )]
    PartialWildcard { found: String },
    #[error("`**` may only be the last segment of a pattern")]
    DeepWildcardNotLast,
}
