//! The score card: what is known about a subject at a moment, from all runs together.

mod found;
mod query;

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::Offset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_report::{Format, Report, Run, ScopeRef, TestcaseResult, Tool, VersionResult, Waived, judge};
use touchstone_scope::{Manifest, PlannedVersion, Selection, State, Target, Testcase, Verdict, Waivers};

pub(crate) use self::found::{Found, Known};
pub(crate) use self::query::versions_of;

/// What is known about one subject and one scope at a moment.
///
/// For each testcase that a version asks for, the newest result counts that was checked or attested for this subject, scope
/// and version, whatever its verdict: a FAIL or DNF takes the place of an older PASS, and what a run left out (it has no
/// time of its own) takes the place of nothing. So a light night does not hide what a heavy one found out. The compliance
/// monitor of SCS does the same (`compliance-monitor/sql.py`, `db_get_relevant_results2`; `monitor.py`,
/// `convert_result_rows_to_dict2`: the newest row of each testcase, of whatever result, then is it still valid). Of results
/// of the same moment, the worst counts.
///
/// A result that has expired (SCS-0004-v1, regulations 2 and 3) is none: the testcase is MISS, even if an older one has a
/// longer lifetime. The lifetime is the shorter of that which the testcase had when it was checked and that which the
/// manifest gives it now. The last moment of a lifetime counts, the moment at which it expires does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// The subject's name.
    pub subject: String,
    /// The scope.
    pub scope: ScopeRef,
    /// The moment (RFC 3339, UTC).
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The versions that the timeline shows on that day, in the order of the manifest.
    pub versions: Vec<CardVersion>,
    /// What waivers do to the testcases; sorted by version and testcase.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waived>,
}

/// What is known about a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardVersion {
    /// Its name.
    pub name: String,
    /// Its state on that day.
    pub state: State,
    /// The verdict on target `main`, which alone decides (SCS-0003).
    pub verdict: Verdict,
    /// Each target of it.
    pub targets: BTreeMap<Target, CardTarget>,
}

/// What is known about a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardTarget {
    /// The worst of its testcases; an empty target passes.
    pub verdict: Verdict,
    /// Its testcases, in the order of the manifest.
    pub testcases: Vec<CardTestcase>,
}

/// What is known about a testcase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardTestcase {
    /// Its identifier.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why; the text of checks and clouds: escape it before showing it.
    pub reason: String,
    /// When it was checked or attested; absent if nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub checked_at: Option<Timestamp>,
    /// From when on that does not count any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub expires_at: Option<Timestamp>,
    /// What the verdict was, if it has expired: then the testcase is MISS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<Verdict>,
    /// The run that found it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// A scope at a moment: what it asks of every subject.
#[derive(Clone, Debug)]
pub struct ScopeAt<'m> {
    manifest: &'m Manifest,
    at: Timestamp,
    planned: Vec<PlannedVersion>,
    waivers: Option<&'m Waivers>,
}

impl<'m> ScopeAt<'m> {
    /// What a manifest asks for at a moment, and what is excused.
    pub fn new(manifest: &'m Manifest, at: Timestamp, waivers: Option<&'m Waivers>) -> Self {
        let day = Offset::UTC.to_datetime(at).date();
        // A timeline that shows nothing on that day asks for nothing.
        let planned = manifest.plan(&Selection::on(day)).map(|plan| plan.versions).unwrap_or_default();
        ScopeAt { manifest, at, planned, waivers }
    }

    /// The scope's UUID.
    pub fn uuid(&self) -> String {
        self.manifest.uuid().to_string()
    }
}

impl Card {
    /// The card that is made of what is known.
    pub(crate) fn of(subject: &str, scope: &ScopeAt<'_>, known: &Known) -> Card {
        let ScopeAt { manifest, at, waivers, ref planned } = *scope;
        let day = Offset::UTC.to_datetime(at).date();
        let mut report = empty_report(subject, manifest, at);
        let mut versions = Vec::new();
        for version in planned {
            let Some(state) = version.state else { continue };
            let targets = targets(version, manifest, at, known);
            report.versions.insert(version.name.clone(), judged(version, &targets));
            versions.push((version.name.clone(), state, targets));
        }
        if let Some(waivers) = waivers {
            report = report.with_waivers(waivers, day);
        }
        let versions = versions.into_iter().map(|(name, state, targets)| {
            let judged = &report.versions[&name];
            let target = |(target, testcases)| {
                let verdict = judged.targets.get(&target).map_or(Verdict::Pass, |judged| judged.verdict);
                (target, CardTarget { verdict, testcases })
            };
            CardVersion {
                verdict: judged.verdict,
                targets: targets.into_iter().map(target).collect(),
                name,
                state,
            }
        });
        let versions = versions.collect();
        Card { subject: report.subject, scope: report.scope, at, versions, waivers: report.waivers }
    }

    /// A version.
    pub fn version(&self, name: &str) -> Option<&CardVersion> {
        self.versions.iter().find(|version| version.name == name)
    }

    /// What a waiver does to a testcase of a version; none if there is no waiver for it.
    pub fn waived(&self, version: &str, testcase: &str) -> Option<&Waived> {
        self.waivers.iter().find(|waived| waived.version == version && waived.testcase == testcase)
    }
}

impl CardVersion {
    /// The testcases of all targets, with the target.
    pub fn testcases(&self) -> impl Iterator<Item = (Target, &CardTestcase)> {
        self.targets.iter().flat_map(|(target, one)| one.testcases.iter().map(|testcase| (*target, testcase)))
    }
}

fn targets(
    version: &PlannedVersion,
    manifest: &Manifest,
    at: Timestamp,
    known: &Known,
) -> BTreeMap<Target, Vec<CardTestcase>> {
    let testcase_of = |key: &touchstone_scope::ResultKey| -> Option<&Testcase> {
        let check = manifest.checks().get(key.check?)?;
        check.testcases.iter().find(|testcase| testcase.id == key.testcase)
    };
    let one = |key: &touchstone_scope::ResultKey| {
        let newest = known.newest(&version.name, &key.testcase, at);
        let why_not = known.why_not(&version.name, &key.testcase);
        testcase(&key.testcase, testcase_of(key), newest, why_not, at)
    };
    let of_target = |keys: &Vec<_>| keys.iter().map(one).collect();
    version.targets.iter().map(|(target, keys)| (*target, of_target(keys))).collect()
}

/// What counts of the newest result of a testcase.
fn testcase(
    id: &str,
    testcase: Option<&Testcase>,
    newest: Option<&Found>,
    why_not: Option<&str>,
    at: Timestamp,
) -> CardTestcase {
    let Some(found) = newest else {
        let reason = match why_not {
            Some(reason) if !reason.is_empty() => format!("nobody found out: {reason}"),
            _ => "nobody found out".to_owned(),
        };
        return CardTestcase {
            id: id.to_owned(),
            verdict: Verdict::Miss,
            reason,
            checked_at: None,
            expires_at: None,
            expired: None,
            run: None,
        };
    };
    let now = testcase.map_or(Timestamp::MIN, |testcase| testcase.lifetime.expires_at(found.checked_at));
    let expires_at = found.expires_at.unwrap_or(Timestamp::MAX).min(now);
    let has_expired = expires_at <= at;
    let (verdict, reason) = match has_expired {
        false => (found.verdict, found.reason.clone()),
        true => (
            Verdict::Miss,
            format!(
                "the newest result, {} of {}, counts no more since {expires_at}",
                found.verdict, found.checked_at
            ),
        ),
    };
    CardTestcase {
        id: id.to_owned(),
        verdict,
        reason,
        checked_at: Some(found.checked_at),
        expires_at: Some(expires_at),
        expired: has_expired.then_some(found.verdict),
        run: Some(found.run.clone()),
    }
}

/// The version, judged as one of a report is.
fn judged(version: &PlannedVersion, targets: &BTreeMap<Target, Vec<CardTestcase>>) -> VersionResult {
    let testcases = targets.values().flatten();
    let verdicts: BTreeMap<&str, Verdict> = testcases.map(|one| (one.id.as_str(), one.verdict)).collect();
    let results = version.targets.values().flatten().filter_map(|key| {
        let verdict = verdicts.get(key.testcase.as_str())?;
        Some((key.clone(), TestcaseResult::new(*verdict, "")))
    });
    let mut judged = judge(std::slice::from_ref(version), &results.collect());
    // `judge` gives back what it was given.
    judged.versions.remove(&version.name).expect("the version that was judged is there")
}

/// A report without versions: waivers are applied to reports.
fn empty_report(subject: &str, manifest: &Manifest, at: Timestamp) -> Report {
    Report {
        format: Format::V1,
        run: Run {
            id: String::new(),
            started_at: at,
            finished_at: at,
            tool: Tool { name: "touchstone".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            interrupted: false,
            selected: None,
        },
        subject: subject.to_owned(),
        scope: ScopeRef {
            uuid: manifest.uuid().to_string(),
            name: manifest.name().to_owned(),
            digest: manifest.digest().to_string(),
        },
        reference_date: Offset::UTC.to_datetime(at).date(),
        preflight: None,
        versions: BTreeMap::new(),
        testcases: BTreeMap::new(),
        components: BTreeMap::new(),
        evidence: BTreeMap::new(),
        ephemeral: None,
        tape: None,
        tape_problem: None,
        replay: None,
        waivers: Vec::new(),
    }
}
