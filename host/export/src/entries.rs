//! The testcases of a report, as all formats see them.

use std::collections::BTreeMap;

use touchstone_report::{Effect, Report, TestcaseResult, VersionResult, Waived};
use touchstone_scope::{Target, Verdict, can_be_waived};

use crate::texts::short;

/// One testcase that one version asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) version: &'a str,
    pub(crate) judged: &'a VersionResult,
    pub(crate) target: Target,
    pub(crate) testcase: &'a str,
    /// The verdict. Where the report contradicts itself, the worse.
    pub(crate) verdict: Verdict,
    /// What is known about it; a report that contradicts itself may have nothing.
    pub(crate) result: Option<&'a TestcaseResult>,
    /// What the verdict means for that of the version.
    pub(crate) weight: Weight,
    /// The waiver for it, whatever it does.
    pub(crate) waiver: Option<&'a Waived>,
}

/// What the verdict on a testcase means for that on the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// It decides: target `main`.
    Decides,
    /// It has no say: another target (SCS-0003).
    Advises,
    /// It has none, since a waiver takes it out.
    Waived,
}

impl Entry<'_> {
    /// Whether it keeps its version from PASS.
    pub(crate) fn counts_against(&self) -> bool {
        self.weight == Weight::Decides && self.verdict != Verdict::Pass
    }

    /// Why, as the report says it, or what there is to say of a report that does not.
    pub(crate) fn reason(&self) -> &str {
        match self.result {
            Some(result) if !result.reason.is_empty() => &result.reason,
            Some(_) if self.verdict == Verdict::Pass => "",
            Some(_) => "the report says no reason",
            None => "the report holds no result of this testcase",
        }
    }

    /// The verdict and the reason: `DNF: no answer in 30 s`. What has no say says so.
    pub(crate) fn headline(&self) -> String {
        let advisory = match self.weight {
            Weight::Decides => String::new(),
            Weight::Advises => format!(" (target {}, which decides nothing)", self.target),
            Weight::Waived => " (waived)".to_owned(),
        };
        format!("{}{advisory}: {}", self.verdict, self.reason())
    }

    /// The waiver for it, on one line that is safe to show: what it does, why, who, until when.
    pub(crate) fn waiver(&self) -> Option<String> {
        let waiver = self.waiver?;
        let what = match (waiver.effect, self.weight) {
            (Effect::Waived, Weight::Waived) => "waived",
            (Effect::Waived | Effect::Annotated, _) => "a waiver, which changes nothing here",
            (Effect::Expired, _) => "a waiver, which has expired and changes nothing",
        };
        let (reason, author) = (short(&waiver.reason, LONGEST_REASON), short(&waiver.author, LONGEST_NAME));
        let approver = short(&waiver.approver, LONGEST_NAME);
        let until = waiver.expires_on;
        Some(format!("{what}: {reason} (by {author}, approved by {approver}, to {until})"))
    }
}

/// Characters of the reason of a waiver.
const LONGEST_REASON: usize = 600;
/// Characters of the name of somebody.
const LONGEST_NAME: usize = 120;

/// Every testcase that the versions ask for: versions by name, targets in their order, testcases by identifier.
pub(crate) fn entries(report: &Report) -> Vec<Entry<'_>> {
    let versions = report.versions.iter();
    versions.flat_map(|(version, judged)| of_version(report, version, judged)).collect()
}

/// Every testcase that a version asks for: targets in their order, testcases by identifier, each once.
pub(crate) fn of_version<'a>(
    report: &'a Report,
    version: &'a str,
    judged: &'a VersionResult,
) -> Vec<Entry<'a>> {
    let mut found = Vec::new();
    for (target, listed) in &judged.targets {
        let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
        for verdict in Verdict::ALL {
            for testcase in listed.with_verdict(*verdict) {
                // Worst first is how verdicts are ordered.
                verdicts.entry(testcase).or_insert(*verdict);
            }
        }
        found.extend(verdicts.into_iter().map(|(testcase, listed)| {
            let result = report.testcase(version, testcase);
            let known = result.map_or(Verdict::Miss, |result| result.verdict);
            let waiver = report.waived(version, testcase).filter(|_| listed != Verdict::Pass);
            let weight = weight(judged, *target, waiver);
            let verdict = listed.min(known);
            Entry { version, judged, target: *target, testcase, verdict, result, weight, waiver }
        }));
    }
    found
}

/// A report that says that what an effective version needs was waived is not believed.
fn weight(judged: &VersionResult, target: Target, waiver: Option<&Waived>) -> Weight {
    match waiver {
        Some(Waived { effect: Effect::Waived, .. }) if can_be_waived(target, judged.state) => Weight::Waived,
        _ if target == Target::Main => Weight::Decides,
        _ => Weight::Advises,
    }
}

/// What is wrong with a report beyond its testcases, and keeps it from being a success, in sentences.
pub(crate) fn troubles(report: &Report) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let mut say = |what, text: String| troubles.push(Trouble { what, text });
    if let Some(preflight) = &report.preflight
        && !preflight.reachable
    {
        let reason = preflight.reason.as_deref().unwrap_or("the report says no reason");
        say("reach-the-subject", format!("the subject could not be tested: {reason}"));
    }
    if report.versions.is_empty() {
        say("judge-a-version", "no version of the scope was judged, so nothing is passed".to_owned());
    }
    for (version, judged) in &report.versions {
        let told = of_version(report, version, judged).iter().any(Entry::counts_against);
        if judged.verdict != Verdict::Pass && !told {
            let text = format!("version {version} is {}, and none of its testcases says why", judged.verdict);
            say("judge-a-version", text);
        }
    }
    if report.run.interrupted {
        say("end-the-run", "the run was stopped before its end".to_owned());
    }
    for left in report.left() {
        let name = left.name.as_deref().or(left.id.as_deref()).unwrap_or("without a name");
        let text = format!(
            "{} left a {} in the subject ({}, {name}): {}",
            left.check, left.kind, left.service, left.why
        );
        say("remove-what-checks-created", text);
    }
    troubles
}

/// What is wrong with a run beyond its testcases.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// What did not succeed, as an identifier.
    pub(crate) what: &'static str,
    /// What is wrong, in a sentence; not safe to show.
    pub(crate) text: String,
}
