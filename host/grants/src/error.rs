//! What can be wrong with a grant, a path, a method or a service type.

use thiserror::Error;

use crate::Method;

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
        "a grant is SERVICE METHOD PATTERN, and to create also `max N` or `max N, M GiB`; {found:?} is one too many"
    )]
    ExtraPart { found: String },
    #[error("the service type is empty; write one as in the service catalog, like `compute`")]
    EmptyService,
    #[error("{found:?} cannot be in a service type, which has lower-case letters, digits and `-` only")]
    ServiceCharacter { found: char },
    #[error("the service type is longer than {max} bytes")]
    ServiceTooLong { max: usize },
    #[error(
        "{found:?} is not a method; it is one of GET, HEAD, POST, PUT, PATCH, DELETE, PROBE, in upper case"
    )]
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
    #[error(
        "a grant of {method} is either to create, and says how many (`block-storage POST /volumes max 2, 4 GiB`), or to \
         change what the check created itself, and has a `*` for the id of that (`compute DELETE /servers/*`)"
    )]
    NeitherCreatesNorChanges { method: Method },
    #[error("`**` is for reading only: what is changed or created is named segment by segment")]
    DeepChange,
    #[error("only {may}; here it is {method}")]
    NotForMethod { may: &'static str, method: Method },
    #[error(
        "`#` is followed by the only member of the body, with letters, digits, `_`, `-`, `.` and `:` only: \
         `#os-getConsoleOutput`"
    )]
    BadAction,
    #[error(
        "a budget is written `max 2` or, for what has a size, `max 2, 4 GiB`, with numbers from 1 to {max}; found {found:?}"
    )]
    BadBudget { found: String, max: u32 },
}
