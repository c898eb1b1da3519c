//! What came from people and other programs, rather than from checks.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::json::time_schema;

/// A file that was handed in for checks to judge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Name of the file, as it was given.
    pub file: String,
    /// SHA-256 of its bytes: `sha256:…`.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// When it was written (RFC 3339, UTC): what checks found out from it counts from then on, as long as results of the testcase do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "time_schema")]
    pub written_at: Option<Timestamp>,
}

/// Who found a verdict out, where no component did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attested {
    /// Who.
    pub by: String,
    /// When (RFC 3339, UTC).
    #[schemars(schema_with = "time_schema")]
    pub at: Timestamp,
    /// What shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// SHA-256 of the file that states it: `sha256:…`.
    pub statement: String,
}

/// A document that shows what was attested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Where it is.
    pub url: String,
    /// SHA-256 of its bytes when it was attested: `sha256:…`.
    pub sha256: String,
}
