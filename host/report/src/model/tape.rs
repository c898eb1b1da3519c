//! The tape of a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tape from which the report can be computed again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tape {
    /// SHA-256 of the file: `sha256:…`.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: u64,
}

/// In what a replay is not just a repetition of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replay {
    /// SHA-256 of the manifest against which the subject was tested when the tape was recorded; absent if it is this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_scope: Option<String>,
    /// Ids of the checks that were not, as they are, part of the run: other versions, other inputs, other grants. What they
    /// ask for and the tape does not hold makes their testcases DNF.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_checks: Vec<String>,
    /// The components of those checks, sorted, where ids do not tell them apart: of checks that the replay judges in several
    /// versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_components: Vec<String>,
    /// What is wrong with the tape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
    /// Something was taken out of the tape: SHA-256 of the tape as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted: Option<String>,
}
