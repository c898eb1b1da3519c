//! A report beside the waivers for its subject and scope.

use std::collections::BTreeMap;

use jiff::civil::Date;
use touchstone_scope::{Target, Verdict, Waiver, Waivers, can_be_waived};

use crate::model::{Effect, Report, TargetResult, VersionResult, Waived};

impl Report {
    /// A copy that says what the waivers for its subject and scope do on a day (UTC).
    ///
    /// Of a testcase that is not PASS, a waiver that counts on that day takes it out of the verdicts on its targets and on
    /// the version, unless target `main` of a version that is effective or warn asks for it
    /// ([`can_be_waived`]); then, and when it has expired, it is told and changes nothing. Results, and the lists of
    /// targets, stay as they are. A waiver for what is PASS is not told. Of several for the same testcase, the one counts
    /// that expires last.
    ///
    /// What waivers did to this report before is undone first, so that the copy depends only on the run, the waivers and
    /// the day.
    #[must_use]
    pub fn with_waivers(&self, waivers: &Waivers, on: Date) -> Report {
        let mut report = self.without_waivers();
        let about: Vec<&Waiver> = waivers.about(&self.subject, &self.scope.uuid, &self.scope.name).collect();
        let mut told = Vec::new();
        for (name, version) in &mut report.versions {
            let waived = of_version(name, version, &about, on);
            let taken_out: Vec<&str> = taken_out(&waived);
            judge(version, &taken_out);
            told.extend(waived);
        }
        report.waivers = told;
        report
    }

    /// What a waiver does to a testcase of a version; none if there is no waiver for it.
    pub fn waived(&self, version: &str, testcase: &str) -> Option<&Waived> {
        self.waivers.iter().find(|one| one.version == version && one.testcase == testcase)
    }

    /// The waivers as a person is told of them: each once, with the versions in which it does what; by testcase.
    pub fn told_waivers(&self) -> Vec<ToldWaiver<'_>> {
        let mut told: Vec<ToldWaiver<'_>> = Vec::new();
        for waived in &self.waivers {
            let known = told.iter().position(|known| is_the_same(known.waiver, waived));
            let known = known.unwrap_or_else(|| {
                told.push(ToldWaiver { waiver: waived, versions: BTreeMap::new() });
                told.len() - 1
            });
            told[known].versions.entry(waived.effect).or_default().push(&waived.version);
        }
        told.sort_by_key(|told| &told.waiver.testcase);
        told
    }

    /// The report as it came out of the run.
    fn without_waivers(&self) -> Report {
        let mut report = self.clone();
        for waived in std::mem::take(&mut report.waivers) {
            if let Some(version) = report.versions.get_mut(&waived.version)
                && waived.effect == Effect::Waived
            {
                let testcase = [waived.testcase.as_str()];
                rejudge(version, &testcase, &[]);
            }
        }
        report
    }
}

/// A waiver, with the versions in which it does what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldWaiver<'a> {
    /// What it says; its version and effect are those of the first version.
    pub waiver: &'a Waived,
    /// The versions, by what the waiver does there. If it has expired, it has in all of them.
    pub versions: BTreeMap<Effect, Vec<&'a str>>,
}

impl ToldWaiver<'_> {
    /// What it does, for people: `waived in next; told only in v4, v5.1, which need the testcase; to 2026-12-31`. The names of
    /// versions are as they are in the report: escape the text before showing it.
    pub fn meaning(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (effect, versions) in &self.versions {
            let (versions, need) = (versions.join(", "), if versions.len() == 1 { "needs" } else { "need" });
            parts.push(match effect {
                Effect::Waived => format!("waived in {versions}"),
                Effect::Annotated => format!("told only in {versions}, which {need} the testcase"),
                Effect::Expired => format!("counts nothing in {versions}"),
            });
        }
        let expires = self.waiver.expires_on;
        match self.versions.contains_key(&Effect::Expired) {
            true => parts.insert(0, format!("expired on {expires}")),
            false => parts.push(format!("to {expires}")),
        }
        parts.join("; ")
    }
}

/// Whether both come of one waiver.
fn is_the_same(one: &Waived, other: &Waived) -> bool {
    one.testcase == other.testcase
        && one.reason == other.reason
        && one.author == other.author
        && one.approver == other.approver
        && one.expires_on == other.expires_on
}

/// What the waivers do to a version, sorted by testcase.
fn of_version(name: &str, version: &VersionResult, about: &[&Waiver], on: Date) -> Vec<Waived> {
    let mut told: Vec<Waived> = Vec::new();
    let mut sorted = about.to_vec();
    // Of those for one testcase, the one that expires last comes first.
    sorted.sort_by(|a, b| a.testcase.cmp(&b.testcase).then(b.expires.cmp(&a.expires)));
    for waiver in sorted {
        let asked_for = |target: &TargetResult| not_pass(target).any(|(id, _)| *id == waiver.testcase);
        let mut targets = version.targets.iter().filter(|(_, result)| asked_for(result)).peekable();
        let is_told = told.last().is_some_and(|last| last.testcase == waiver.testcase);
        if is_told || targets.peek().is_none() {
            continue;
        }
        let effect = match targets.all(|(target, _)| can_be_waived(*target, version.state)) {
            _ if !waiver.counts_on(on) => Effect::Expired,
            true => Effect::Waived,
            false => Effect::Annotated,
        };
        told.push(Waived {
            version: name.to_owned(),
            testcase: waiver.testcase.clone(),
            effect,
            reason: waiver.reason.clone(),
            author: waiver.author.clone(),
            approver: waiver.approver.clone(),
            expires_on: waiver.expires,
        });
    }
    told
}

fn taken_out(waived: &[Waived]) -> Vec<&str> {
    let waived = waived.iter().filter(|one| one.effect == Effect::Waived);
    waived.map(|one| one.testcase.as_str()).collect()
}

/// Judges a version without some of its testcases.
fn judge(version: &mut VersionResult, without: &[&str]) {
    rejudge(version, without, without);
}

/// Judges those targets of a version again that `concerned` testcases belong to, without some testcases. What nothing is
/// taken out of keeps the verdict that it has.
fn rejudge(version: &mut VersionResult, concerned: &[&str], without: &[&str]) {
    for (target, result) in &mut version.targets {
        if !not_pass(result).any(|(id, _)| concerned.contains(&id.as_str())) {
            continue;
        }
        let counting = not_pass(result).filter(|(id, _)| !without.contains(&id.as_str()));
        result.verdict = Verdict::of_set(counting.map(|(_, verdict)| verdict));
        if *target == Target::Main {
            version.verdict = result.verdict;
        }
    }
}

/// The testcases of a target that are not PASS.
fn not_pass(target: &TargetResult) -> impl Iterator<Item = (&String, Verdict)> {
    [Verdict::Fail, Verdict::Miss, Verdict::Dnf]
        .into_iter()
        .flat_map(move |verdict| target.with_verdict(verdict).iter().map(move |id| (id, verdict)))
}
