//! `touchstone.report/v1`: what a run found out about one subject.
//!
//! A v1 report only grows: fields are added, none is renamed, removed or given another meaning, and no word is added
//! to an enumeration. Readers ignore fields that they do not know; what a host has nothing to say about is absent.

mod component;
mod ephemeral;
mod handed_in;
mod tape;
mod waived;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_scope::{Lifetime, Section, State, Target, Verdict};

pub use self::component::{Audit, Component, IgnoredOutcome, Usage};
pub use self::ephemeral::{Ephemeral, Left};
pub use self::handed_in::{Attested, Document, Evidence};
pub use self::tape::{Replay, Tape};
pub use self::waived::{Effect, Waived};
use crate::json::{date_schema, time_schema};

/// The outcome of one run: one subject, one scope, every testcase that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "touchstone.report/v1")]
pub struct Report {
    /// Which format this is; a reader refuses others.
    pub format: Format,
    /// The run that made the report.
    pub run: Run,
    /// Name of the cloud or cluster that was tested.
    pub subject: String,
    /// The scope it was tested against.
    pub scope: ScopeRef,
    /// The date that counts as today in the scope's timeline (UTC).
    #[schemars(schema_with = "date_schema")]
    pub reference_date: Date,
    /// What was found out about the subject before any check ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preflight: Option<Preflight>,
    /// The scope versions that were selected, by name.
    pub versions: BTreeMap<String, VersionResult>,
    /// Results that hold for every selected version, by testcase. A testcase for which versions give different
    /// parameters or assets is not here but in `versions.*.testcases`, so that their results never mix.
    pub testcases: BTreeMap<String, TestcaseResult>,
    /// The components that ran, by digest (`sha256:…`).
    pub components: BTreeMap<String, Component>,
    /// What was handed in for checks to judge, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, Evidence>,
    /// What checks created in the subject; absent if they created nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<Ephemeral>,
    /// The tape of the run; absent if it was not recorded, or could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tape: Option<Tape>,
    /// Why there is no tape, although the run was to be recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tape_problem: Option<String>,
    /// Set if the report comes of a tape rather than of the subject, and says something else than that of the run would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<Replay>,
    /// What waivers do to this report, by version and testcase. Only copies have any that are shown or handed on
    /// ([`Report::with_waivers`]): a report as it comes out of a run, and is signed, has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waived>,
}

impl Report {
    /// The result of `testcase` as `version` sees it: its own where it has one, else the shared one.
    pub fn testcase(&self, version: &str, testcase: &str) -> Option<&TestcaseResult> {
        let own = self.versions.get(version).and_then(|v| v.testcases.get(testcase));
        own.or_else(|| self.testcases.get(testcase))
    }

    /// Each result that a version asks for, with the version and the testcase.
    pub fn results(&self) -> impl Iterator<Item = (&str, &str, &TestcaseResult)> {
        self.versions.iter().flat_map(move |(version, judged)| {
            let targets = judged.targets.values();
            let testcases = targets.flat_map(|target| {
                [&target.pass, &target.fail, &target.dnf, &target.miss].into_iter().flatten()
            });
            testcases.filter_map(move |testcase| {
                Some((version.as_str(), testcase.as_str(), self.testcase(version, testcase)?))
            })
        })
    }

    /// The checks that were not, as they are, part of the run that is replayed, as people are told of them: each with its
    /// version, where the replay judges several.
    pub fn other_checks(&self) -> Vec<String> {
        let Some(replay) = &self.replay else { return Vec::new() };
        let named: Vec<&Component> =
            replay.other_components.iter().filter_map(|digest| self.components.get(digest)).collect();
        let mut names: Vec<String> =
            named.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
        let is_told = |check: &&String| !named.iter().any(|one| one.name == **check);
        names.extend(replay.other_checks.iter().filter(is_told).cloned());
        names.sort();
        names
    }

    /// The worst verdict of the selected versions, or nothing if there are none.
    pub fn verdict(&self) -> Option<Verdict> {
        // Worst first is how verdicts are ordered; unlike an empty set of testcases, no version is no PASS.
        self.versions.values().map(|version| version.verdict).min()
    }

    /// The exit code that the verdicts call for: 0 if every selected version is PASS, 1 if one is FAIL, 2 if none is
    /// FAIL but one is DNF or MISS, or if there is no version at all; 130 if the run was interrupted. What was left in the
    /// subject makes 1 of 0.
    ///
    /// Only target `main` has a say (SCS-0003): a version whose `recommended` testcases fail is still PASS.
    pub fn exit_code(&self) -> u8 {
        match self.verdict() {
            _ if self.run.interrupted => 130,
            Some(Verdict::Pass) if self.left().is_empty() => 0,
            Some(Verdict::Pass) => 1,
            Some(Verdict::Fail) => 1,
            Some(Verdict::Dnf | Verdict::Miss) | None => 2,
        }
    }
}

/// The formats that this crate reads and writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Format {
    /// The only one so far.
    #[default]
    #[serde(rename = "touchstone.report/v1")]
    V1,
}

/// One run of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Identifies the run among all others.
    pub id: String,
    /// When it began (RFC 3339, UTC).
    #[schemars(schema_with = "time_schema")]
    pub started_at: Timestamp,
    /// When the last check had finished (RFC 3339, UTC).
    #[schemars(schema_with = "time_schema")]
    pub finished_at: Timestamp,
    /// The program that made the report.
    pub tool: Tool,
    /// The run was stopped before its end: testcases that had not finished are DNF.
    #[serde(default)]
    pub interrupted: bool,
    /// What the run was narrowed to; absent if it covered everything that the timeline shows. Testcases that it left
    /// out are MISS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<Selected>,
}

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `touchstone`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// How a run was narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Selected {
    /// Only this scope version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Only testcases whose id matches this regular expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<String>,
    /// Only testcases of these sections, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// Parameters that were given other values than the manifest's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

impl Selected {
    /// Whether testcases of the selected versions were left out.
    pub fn leaves_out_testcases(&self) -> bool {
        self.tests.is_some() || !self.sections.is_empty()
    }
}

/// The scope that a subject was tested against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeRef {
    /// Identifies the scope, whatever its name.
    pub uuid: String,
    /// Its name, for people.
    pub name: String,
    /// SHA-256 of the manifest's text: `sha256:…`.
    pub digest: String,
}

/// What was found out about the subject before any check ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Preflight {
    /// Whether the subject answered and let the run in.
    pub reachable: bool,
    /// Why it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Roles of the run's user that an unprivileged user does not have, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub privileged_roles: Vec<String>,
    /// Types of the services in the subject's catalog, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
}

/// What a scope version says about the subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionResult {
    /// State of the version on the reference date; null if the timeline does not show the version then.
    pub state: Option<State>,
    /// The verdict on target `main`, which alone decides (SCS-0003). Of a copy with waivers: without those testcases of
    /// which `waivers` says that they are waived.
    pub verdict: Verdict,
    /// The targets of the version. All but `main` are for information.
    pub targets: BTreeMap<Target, TargetResult>,
    /// Results that hold for this version only; they go before those of `testcases` at the top.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub testcases: BTreeMap<String, TestcaseResult>,
}

/// The testcases of one target, by verdict; each list is sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetResult {
    /// The worst of its testcases (FAIL, MISS, DNF, PASS), those that are waived aside; an empty target passes.
    pub verdict: Verdict,
    /// Ids of testcases that passed.
    pub pass: Vec<String>,
    /// Ids of testcases that failed.
    pub fail: Vec<String>,
    /// Ids of testcases that did not finish.
    pub dnf: Vec<String>,
    /// Ids of testcases for which there is no result.
    pub miss: Vec<String>,
}

impl TargetResult {
    /// Ids of the testcases with that verdict, sorted.
    pub fn with_verdict(&self, verdict: Verdict) -> &[String] {
        match verdict {
            Verdict::Pass => &self.pass,
            Verdict::Fail => &self.fail,
            Verdict::Dnf => &self.dnf,
            Verdict::Miss => &self.miss,
        }
    }
}

/// What is known about one testcase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestcaseResult {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence; may be empty for PASS.
    pub reason: String,
    /// What the testcase asserts, from the manifest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where the standard asks for it, from the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Section, from the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<Section>,
    /// How long a result counts, from the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Lifetime>,
    /// When it was checked or attested (RFC 3339, UTC); absent if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "time_schema")]
    pub checked_at: Option<Timestamp>,
    /// From when on the result does not count any more (RFC 3339, UTC); absent if there is none to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "time_schema")]
    pub expires_at: Option<Timestamp>,
    /// The component that checked it, `sha256:…`; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Who found it out, if it was people; absent if a component did, or nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<Attested>,
    /// The parameters that the check was given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The digests (`sha256:…`) of the assets that the check was given, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assets: BTreeMap<String, String>,
    /// What the check found out, in the order in which it said so.
    pub findings: Vec<Finding>,
}

impl TestcaseResult {
    /// A result of which nothing is known but the verdict and its reason.
    pub fn new(verdict: Verdict, reason: impl Into<String>) -> TestcaseResult {
        TestcaseResult {
            verdict,
            reason: reason.into(),
            description: String::new(),
            url: None,
            section: None,
            lifetime: None,
            checked_at: None,
            expires_at: None,
            component: None,
            attested: None,
            parameters: BTreeMap::new(),
            assets: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// A result that people attest: checked when they say so, and counting for `lifetime` from then on.
    pub fn attested(
        verdict: Verdict,
        reason: impl Into<String>,
        lifetime: Lifetime,
        attested: Attested,
    ) -> TestcaseResult {
        TestcaseResult {
            lifetime: Some(lifetime),
            checked_at: Some(attested.at),
            expires_at: Some(lifetime.expires_at(attested.at)),
            attested: Some(attested),
            ..TestcaseResult::new(verdict, reason)
        }
    }
}

/// Something that a check found out. The text is the check's: escape it before showing it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, what was expected, what to do.
    pub message: String,
    /// The resource concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Resource>,
    /// The paragraph of the standard that asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; has no influence on the verdict.
    Info,
    /// Discouraged by the standard, or suspicious; no influence on the verdict.
    Warning,
    /// Violates the standard, or kept the testcase from finishing.
    Error,
}

/// A resource of the subject.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// Service type: `compute`.
    pub service: String,
    /// Kind, singular, as the API calls it: `flavor`.
    pub kind: String,
    /// Its id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
