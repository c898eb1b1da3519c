//! The testcases of a report as a reader sees them: each once, unless versions see it differently.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};

use touchstone_scope::{State, Target, Verdict};

use crate::model::{Attested, Component, Finding, Report, TestcaseResult, VersionResult};
use crate::printable::{cut, printable};

/// Names longer than this are cut.
const LONGEST_NAME: usize = 120;

/// A testcase as one or more versions see it.
pub struct Entry<'a> {
    /// Identifier of the testcase.
    pub id: &'a str,
    /// The verdict of these versions.
    pub verdict: Verdict,
    /// What is known about it; nothing, if the report does not say.
    pub result: Option<&'a TestcaseResult>,
    /// What was found, each once, and nothing that an entry of the same testcase and verdict says before.
    pub findings: Vec<&'a Finding>,
    /// How many findings were said before.
    pub repeated: usize,
    /// Other versions see something else.
    pub has_variants: bool,
    /// The check that found it out, where other versions see what another version of it found out.
    pub check: Option<&'a Component>,
    /// The versions in which it matters, by target.
    roles: BTreeMap<Target, Vec<&'a str>>,
    versions: usize,
}

impl<'a> Entry<'a> {
    /// Why it has that verdict, as the check says it; may be empty.
    pub fn reason(&self) -> &'a str {
        self.result.map_or("", |result| result.reason.trim())
    }

    /// Who attested it, if people did.
    pub fn attested(&self) -> Option<&'a Attested> {
        self.result.and_then(|result| result.attested.as_ref())
    }

    /// The digest of the component that found it out.
    pub fn component(&self) -> Option<&'a str> {
        self.result.and_then(|result| result.component.as_deref())
    }

    /// Whether it has a say in the verdict of a version.
    pub fn decides(&self) -> bool {
        self.roles.keys().any(|target| !is_advisory(*target))
    }

    /// The versions in which it matters, by target.
    pub fn roles(&self) -> &BTreeMap<Target, Vec<&'a str>> {
        &self.roles
    }

    /// Where it matters, safe to show; empty if that is target main of every version, as goes without saying.
    pub fn roles_text(&self) -> String {
        let role = |(target, versions): (&Target, &Vec<&str>)| {
            let named: Vec<String> =
                versions.iter().map(|version| printable(&cut(version, LONGEST_NAME))).collect();
            let named = named.join(", ");
            match (is_advisory(*target), versions.len() == self.versions) {
                (false, true) => String::new(),
                (true, true) => target.word().to_owned(),
                (false, false) if self.roles.len() == 1 => named,
                (_, false) => format!("{}: {named}", target.word()),
            }
        };
        self.roles.iter().map(role).collect::<Vec<_>>().join("; ")
    }

    /// Whether one text can say what is known about both.
    pub fn says_the_same(&self, other: &Entry<'_>) -> bool {
        let alone = |entry: &Entry<'_>| entry.has_variants || entry.repeated > 0;
        self.verdict == other.verdict
            && self.reason() == other.reason()
            && self.attested() == other.attested()
            && self.findings == other.findings
            && !alone(self)
            && !alone(other)
    }
}

/// Every testcase of every target; what decides first, then by id.
pub fn entries(report: &Report) -> Vec<Entry<'_>> {
    let mut by_id: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    for (name, version) in versions_by_state(report) {
        for (target, result) in &version.targets {
            for verdict in [Verdict::Fail, Verdict::Dnf, Verdict::Miss, Verdict::Pass] {
                for id in result.with_verdict(verdict) {
                    let result = report.testcase(name, id);
                    let variants = by_id.entry(id).or_default();
                    let same = |entry: &&mut Entry<'_>| {
                        entry.verdict == verdict && reads_alike(entry.result, result)
                    };
                    match variants.iter_mut().find(same) {
                        Some(entry) => entry.roles.entry(*target).or_default().push(name),
                        None => variants.push(Entry {
                            id,
                            verdict,
                            result,
                            findings: Vec::new(),
                            repeated: 0,
                            has_variants: false,
                            check: None,
                            roles: BTreeMap::from([(*target, vec![name])]),
                            versions: report.versions.len(),
                        }),
                    }
                }
            }
        }
    }
    for variants in by_id.values_mut() {
        tell_checks_apart(report, variants);
    }
    let mut entries: Vec<Entry<'_>> = by_id.into_values().flat_map(said_once).collect();
    entries.sort_by_key(|entry| !entry.decides());
    entries
}

/// The component that found it out.
pub fn check_of<'a>(report: &'a Report, entry: &Entry<'_>) -> Option<&'a Component> {
    entry.component().and_then(|digest| report.components.get(digest))
}

/// The versions, those that count today first.
pub fn versions_by_state(report: &Report) -> Vec<(&str, &VersionResult)> {
    let mut versions: Vec<_> = report.versions.iter().map(|(name, v)| (name.as_str(), v)).collect();
    versions.sort_by_key(|(_, version)| match version.state {
        Some(State::Effective) => 0,
        Some(State::Warn) => 1,
        Some(State::Deprecated) => 2,
        Some(State::Draft) => 3,
        None => 4,
    });
    versions
}

/// Entries about which the same is known; those that fail and say nothing stay alone.
pub fn groups<'e, 'a>(entries: &[&'e Entry<'a>]) -> Vec<Vec<&'e Entry<'a>>> {
    let mut groups: Vec<Vec<&'e Entry<'a>>> = Vec::new();
    // The groups of that verdict and reason: a report may have thousands.
    let mut alike: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for &entry in entries {
        let silent = entry.reason().is_empty() && entry.findings.is_empty();
        let alone = silent && entry.verdict == Verdict::Fail;
        let candidates = alike.entry((entry.verdict.word(), entry.reason())).or_default();
        let same = |number: &&usize| groups[**number].iter().all(|one| one.says_the_same(entry));
        match candidates.iter().find(same).filter(|_| !alone) {
            Some(number) => groups[*number].push(entry),
            None => {
                candidates.push(groups.len());
                groups.push(vec![entry]);
            }
        }
    }
    groups
}

/// Gives entries of one testcase their check, where it is not the same for all of them.
fn tell_checks_apart<'a>(report: &'a Report, variants: &mut [Entry<'a>]) {
    let checks: Vec<_> = variants.iter().map(|entry| check_of(report, entry)).collect();
    let version = |check: &Option<&Component>| check.map(|check| (check.name.clone(), check.version.clone()));
    if checks.iter().any(|check| version(check) != version(&checks[0])) {
        variants.iter_mut().zip(checks).for_each(|(entry, check)| entry.check = check);
    }
}

/// Whether a reader would see twice the same: what was given to the check and when it ran is not looked at.
fn reads_alike(one: Option<&TestcaseResult>, other: Option<&TestcaseResult>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one.reason == other.reason
                && one.component == other.component
                && one.attested == other.attested
                && one.findings == other.findings
        }
        (one, other) => one == other,
    }
}

/// Gives every entry of one testcase those findings that none before it has.
fn said_once(mut variants: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    let has_variants = variants.len() > 1;
    // In which entry a finding was first said, for each verdict.
    let mut said: HashMap<(&str, &Finding), usize> = HashMap::new();
    for (number, entry) in variants.iter_mut().enumerate() {
        entry.has_variants = has_variants;
        for finding in entry.result.map_or(&[][..], |result| &result.findings) {
            match said.entry((entry.verdict.word(), finding)) {
                Occupied(first) if *first.get() < number => entry.repeated += 1,
                Occupied(_) => {}
                Vacant(new) => {
                    new.insert(number);
                    entry.findings.push(finding);
                }
            }
        }
    }
    variants
}

/// Whether a target has no say in the verdict (SCS-0003).
pub(crate) fn is_advisory(target: Target) -> bool {
    target != Target::Main
}
