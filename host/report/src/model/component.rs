//! What the components of a run were allowed to do, and what they did.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_scope::Verdict;

/// A component that ran: what it was allowed to do and what it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Component {
    /// Id of the check.
    pub name: String,
    /// Version of the check.
    pub version: String,
    /// Version of `touchstone:check` that it was built against.
    pub wit: String,
    /// What the manifest grants it: `SERVICE METHOD PATTERN`.
    pub granted: Vec<String>,
    /// Calls that it tried and that were not granted, each once, sorted: `SERVICE METHOD PATH`. May be cut short;
    /// `audit.denied_calls` counts all.
    pub denied: Vec<String>,
    /// What it used.
    pub usage: Usage,
    /// What the host refused, ignored or dropped.
    #[serde(default)]
    pub audit: Audit,
}

/// What a component used, over all its instances of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Calls to the subject's API, answered or not, whether sent or shared with another check.
    pub calls: u64,
    /// Bytes of the answers' bodies.
    pub response_bytes: u64,
    /// Milliseconds from start to end, waiting included; the sum over its instances.
    pub wall_ms: u64,
    /// Bytes of its memory at its largest; the largest of its instances.
    pub peak_memory_bytes: u64,
}

impl Usage {
    /// The usage of another instance of the same component on top of this.
    pub fn plus(self, other: Usage) -> Usage {
        Usage {
            calls: self.calls.saturating_add(other.calls),
            response_bytes: self.response_bytes.saturating_add(other.response_bytes),
            wall_ms: self.wall_ms.saturating_add(other.wall_ms),
            peak_memory_bytes: self.peak_memory_bytes.max(other.peak_memory_bytes),
        }
    }
}

/// What a component tried in vain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// How many calls were denied.
    #[serde(default)]
    pub denied_calls: u64,
    /// Outcomes for testcases that were not its own or not asked for. May be cut short; `total_ignored_outcomes` counts
    /// all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored_outcomes: Vec<IgnoredOutcome>,
    /// How many outcomes were ignored; absent if none, or if it was not counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub total_ignored_outcomes: u64,
    /// How many outcomes were dropped, because there were too many.
    #[serde(default)]
    pub dropped_outcomes: u64,
    /// How many findings were dropped, because there were too many or their testcase was not its own.
    #[serde(default)]
    pub dropped_findings: u64,
    /// How many bytes of its log were dropped.
    #[serde(default)]
    pub dropped_log_bytes: u64,
}

impl Audit {
    /// How many outcomes were ignored; at least those that are listed.
    pub fn ignored(&self) -> u64 {
        self.total_ignored_outcomes.max(self.ignored_outcomes.len() as u64)
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// An outcome that did not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoredOutcome {
    /// The testcase that it was about, as the check wrote it.
    pub testcase: String,
    /// What the check said.
    pub verdict: Verdict,
}
