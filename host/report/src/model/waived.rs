//! What waivers do to a report.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::json::date_schema;

/// A waiver for a testcase that a version asks for, and that is not PASS. The text is people's: escape it before showing
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// The version of the scope.
    pub version: String,
    /// Identifier of the testcase. It keeps its verdict, and stays in the lists of its target.
    pub testcase: String,
    /// What the waiver does here.
    pub effect: Effect,
    /// Why the testcase may stay as it is.
    pub reason: String,
    /// Who wrote the waiver.
    pub author: String,
    /// Who approved it.
    pub approver: String,
    /// The last day on which it counts (UTC).
    #[schemars(schema_with = "date_schema")]
    pub expires_on: Date,
}

/// What a waiver does to a testcase of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The verdicts on its targets, and on the version, are computed without it.
    Waived,
    /// It is told, and changes no verdict: target `main` of a version that is effective or warn asks for the testcase.
    Annotated,
    /// It does not count any more, and changes no verdict.
    Expired,
}

impl Effect {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Effect::Waived => "waived",
            Effect::Annotated => "annotated",
            Effect::Expired => "expired",
        }
    }
}
