//! What is on a tape, record by record. All but bodies are JSON; readers ignore members that they do not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the header says it is.
pub(crate) const FORMAT: &str = "touchstone.tape/v1";

/// Kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Header = 1,
    Unit = 2,
    Body = 3,
    Call = 4,
    UnitEnd = 5,
    End = 6,
}

impl Kind {
    pub(crate) fn of_byte(byte: u8) -> Option<Self> {
        [Self::Header, Self::Unit, Self::Body, Self::Call, Self::UnitEnd, Self::End]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// The first record, apart from the bodies that it names: what holds for all checks of the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Always `touchstone.tape/v1`; set when it is written.
    #[serde(default)]
    pub format: String,
    /// What checks saw as now, in seconds since 1970-01-01T00:00:00Z.
    pub reference_time: i64,
    /// What names of created resources began with; empty if the subject was not reached.
    pub prefix: String,
    /// The subject's catalog, as checks saw it.
    pub catalog: Vec<Service>,
    /// Who the host was to the subject, as checks saw it; none if the subject was not reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What was handed in for checks to read, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, Evidence>,
    /// What people attested about the subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestations: Vec<Attestation>,
    /// What the report says of the run from its beginning on, in the words of the report.
    pub report: Value,
    /// Set if the tape is a copy of another one from which something was taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted: Option<Redacted>,
}

/// A service of the subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The type, as the catalog says it.
    #[serde(rename = "type")]
    pub service_type: String,
    /// The name.
    pub name: String,
    /// Its endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// An endpoint of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Endpoint {
    pub interface: String,
    pub region: String,
    pub url: String,
}

/// Who the host was to the subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Identity {
    pub user_id: String,
    pub user_name: String,
    pub project_id: String,
    pub project_name: String,
    pub domain_name: String,
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its name, as it was given.
    pub file: String,
    /// The number of the body that holds it.
    pub body: u32,
    /// When it was written, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<i64>,
}

/// A statement of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The number of the body that holds it.
    pub body: u32,
}

/// From which tape something was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    /// SHA-256 of the tape as it was: `sha256:…`.
    pub original: String,
    /// SHA-256 of the rules: `sha256:…`.
    pub rules: String,
    /// How many fields were dropped or hashed.
    pub fields: u64,
}

/// One check with one set of inputs: what one instance ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its number, from 0 on, in the order of the plan.
    pub unit: u32,
    /// Identifier of the check.
    pub check: String,
    /// Version of the check.
    pub version: String,
    /// SHA-256 of the component: `sha256:…`.
    pub component: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
    /// SHA-256 of its assets, by name.
    pub assets: BTreeMap<String, String>,
    /// Names of the evidence that it could read.
    pub evidence: Vec<String>,
    /// What it was granted.
    pub grants: Vec<String>,
    /// What it was asked to judge, sorted.
    pub testcases: Vec<String>,
    /// What it could use.
    pub limits: Limits,
    /// What the names of all that it created began with, if not with what the header says: where a check ran more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// What an instance could use, beside calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Limits {
    pub wall_ms: u64,
    pub memory_bytes: u64,
    pub findings: u64,
    pub outcomes: u64,
    pub log_bytes: u64,
    pub call_bytes: u64,
    pub handles: u64,
}

/// Something that a check asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The unit that asked.
    pub unit: u32,
    /// When, in ms from the beginning of the run.
    pub at_ms: u64,
    /// How long it took, in ms.
    pub ms: u64,
    /// What it asked for, and what it got.
    pub did: Did,
}

/// What a check asked for, and what it got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Did {
    /// A call; one of those of a `call-all` looks the same.
    Call {
        /// As the check asked.
        request: Request,
        /// The answer was not shared with other checks, because this one had created or changed something.
        #[serde(default, skip_serializing_if = "is_false")]
        fresh: bool,
        /// What came of it.
        result: CallResult,
    },
    /// Something was to be created.
    Create {
        /// As the check asked.
        request: Request,
        /// Where the id is in the answer.
        id_pointer: String,
        /// What removes it.
        undo: Request,
        /// The id of what was created.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        id: String,
        /// What came of it.
        result: CallResult,
    },
    /// A read without credentials.
    Probe {
        /// Service type.
        service: String,
        /// Path below the root of its host.
        path: String,
        /// What came of it.
        result: CallResult,
    },
    /// It asked for more than it may: from here on, all that it asked for was refused so, whatever it was.
    UsedUp(Failure),
    /// It waited.
    Pause {
        /// So long.
        ms: u32,
    },
}

/// A request, as the check made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Service type.
    pub service: String,
    /// `GET`, ….
    pub method: String,
    /// Path below the endpoint.
    pub path: String,
    /// Names and values, unencoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// Microversion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microversion: Option<String>,
    /// Further headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The number of the body that holds its body, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<u32>,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallResult {
    /// The service answered.
    Answer(Answer),
    /// There is no answer for the check.
    Error(Failure),
}

/// An answer, as the check saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The number of the body that holds its body; none if that is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<u32>,
    /// How often it was asked for until it came; 0 if another check had asked.
    pub attempts: u32,
}

/// Why there is no answer, as the check saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind, in the words of the contract: `denied`.
    pub kind: String,
    /// For people.
    pub message: String,
}

/// How an instance ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitEnd {
    /// The unit.
    pub unit: u32,
    /// How.
    pub how: How,
    /// How many outcomes and findings it had said until then.
    pub said: u64,
    /// The verdict on each of its testcases, in the words of SCS-0003.
    pub verdicts: BTreeMap<String, String>,
    /// What the report says of it that cannot be computed again, in the words of the report.
    pub report: Value,
}

/// How an instance ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// By itself: well, with an error, by a trap, or for lack of memory. It does so again whenever it sees the same.
    ByItself,
    /// It had no more time.
    TimedOut,
    /// The run was stopped.
    Stopped,
}

/// The last record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// What the report says of the run at its end, in the words of the report.
    pub report: Value,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
