//! A scope manifest that was read and found right.

mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::Date;
use touchstone_grants::Grant;
use uuid::Uuid;

use crate::limits::LimitOverrides;
use crate::sha256::Sha256;
use crate::words::{Lifetime, Section, State, Target};
use touchstone_diagnostics::{Diagnostics, Span};

/// What problems are about.
pub(crate) const WHAT: &str = "scope manifest";

/// A scope manifest (`touchstone.scope/v1`). All its references were resolved when it was read.
#[derive(Clone, Debug)]
pub struct Manifest {
    digest: Sha256,
    uuid: Uuid,
    name: String,
    url: String,
    variables: Vec<String>,
    checks: Vec<Check>,
    modules: Vec<Module>,
    versions: Vec<Version>,
    timeline: Vec<TimelineEntry>,
}

/// Who finds out the verdicts of some testcases: a component, or people.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// Identifier, as the component's descriptor has it. The same may occur with several versions.
    pub id: String,
    /// Semantic version.
    pub version: String,
    /// People find it out and attest it; then there are no component, no grants and no limits.
    pub manual: bool,
    /// The component; if there is none and the check is not manual, its testcases are MISS.
    pub component: Option<Sha256>,
    /// Where the component is fetched from if no store has it: `oci://HOST/REPOSITORY[:TAG][@sha256:…]`.
    pub source: Option<String>,
    /// What the component may call.
    pub grants: Vec<Grant>,
    /// Limits that differ from the host's defaults.
    pub limits: LimitOverrides,
    /// Evidence that whoever runs it may hand in, with descriptions.
    pub evidence: BTreeMap<String, String>,
    /// Its testcases: at least one. Only other versions of the same check provide one of them, too.
    pub testcases: Vec<Testcase>,
    /// Where it stands.
    pub span: Span,
}

/// A testcase (SCS-0003).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Testcase {
    /// Identifier, which only other versions of the same check have, too.
    pub id: String,
    /// What holds if it passes; Markdown.
    pub description: String,
    /// Where the standard, or its supplement, speaks of it.
    pub url: String,
    /// How long a result counts.
    pub lifetime: Lifetime,
    /// What running it costs the subject.
    pub section: Section,
    /// Where its identifier stands.
    pub span: Span,
}

/// What one version of one standard asks for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Module {
    /// Identifier.
    pub id: String,
    /// Name of the standard.
    pub name: String,
    /// Where the standard is.
    pub url: String,
    /// Parameters that an include gives, with descriptions.
    pub parameters: BTreeMap<String, String>,
    /// Files that an include gives, with descriptions.
    pub assets: BTreeMap<String, String>,
    /// The testcases of each target; no testcase twice.
    pub targets: BTreeMap<Target, Vec<Required>>,
    /// Where its identifier stands.
    pub span: Span,
}

/// A testcase that a module asks for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Required {
    /// Identifier of the testcase.
    pub testcase: String,
    /// The place that asks for it.
    pub span: Span,
}

/// A version of the scope.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Version {
    /// Its name, e.g. `v5.1`.
    pub name: String,
    /// The day after which it is stable.
    pub stabilized_at: Option<Date>,
    /// Its modules: none twice, no testcase in two of them.
    pub includes: Vec<Include>,
    /// Where its name stands.
    pub span: Span,
}

/// A module in a version.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Include {
    /// Identifier of the module.
    pub module: String,
    /// Values of all parameters of the module.
    pub parameters: BTreeMap<String, String>,
    /// All assets of the module.
    pub assets: BTreeMap<String, Asset>,
    /// Which version of a check finds out its testcases, by identifier. All that several versions provide are there.
    pub checks: BTreeMap<String, String>,
    /// Where the identifier of the module stands.
    pub span: Span,
}

/// A file that a check can read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Asset {
    /// Where it is: relative to the folder of the manifest, not leaving it, with `/`.
    pub path: String,
    /// What its bytes must hash to.
    pub sha256: Sha256,
}

/// The states of versions from a day on, until the next entry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimelineEntry {
    /// The day from which it rules.
    pub date: Date,
    /// State of each version that is shown; those not listed are not tested any more.
    pub states: BTreeMap<String, State>,
    /// Where its date stands.
    pub span: Span,
}

impl Include {
    /// Whether the include lets a check find out a testcase that it provides.
    pub fn uses(&self, check: &Check) -> bool {
        self.checks.get(&check.id).is_none_or(|version| *version == check.version)
    }
}

impl Manifest {
    /// Reads a manifest. `file_name` is for the diagnostics only.
    ///
    /// # Errors
    /// Everything that is wrong with it, as far as one mistake does not hide another.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Diagnostics> {
        read::read(file_name, text)
    }

    /// The SHA-256 of the text it was read from.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// What identifies the scope.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// Name of the scope.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the newest edition is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Names whose values a runner must give for a subject.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The checks, in the order of the text.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The modules, in the order of the text.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The versions, in the order of the text.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The timeline, newest first.
    pub fn timeline(&self) -> &[TimelineEntry] {
        &self.timeline
    }

    /// Who provides a testcase: one check, in one version or several.
    pub fn providers<'a>(&'a self, testcase: &str) -> impl Iterator<Item = (&'a Check, &'a Testcase)> {
        let all = self
            .checks
            .iter()
            .flat_map(|check| check.testcases.iter().map(move |provided| (check, provided)));
        all.filter(move |(_, provided)| provided.id == testcase)
    }

    /// A module.
    pub fn module(&self, id: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.id == id)
    }

    /// A version.
    pub fn version(&self, name: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.name == name)
    }

    /// The entry of the timeline that rules on a date: the newest that is not later.
    pub fn entry(&self, date: Date) -> Option<&TimelineEntry> {
        self.timeline.iter().find(|entry| entry.date <= date)
    }

    /// The versions that the timeline shows on a date, with their states, in the order of the manifest. None before
    /// its first entry.
    pub fn states(&self, date: Date) -> Vec<(&str, State)> {
        let state =
            |version: &Version| self.entry(date).and_then(|entry| entry.states.get(&version.name).copied());
        self.versions.iter().filter_map(|version| Some((version.name.as_str(), state(version)?))).collect()
    }
}
