//! What is worth telling: the difference between two score cards.

use std::collections::BTreeMap;

use touchstone_scope::{State, Verdict};

use crate::notification::{Change, Kind, Scope, TestcaseChange};

/// The verdict on one version of one scope for one subject, as the score card has it after a night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionVerdict {
    /// The subject's name in the configuration.
    pub subject: String,
    /// What people call it.
    pub display_name: Option<String>,
    /// Who runs the cloud.
    pub operator: Option<String>,
    /// The scope.
    pub scope: Scope,
    /// The version of the scope.
    pub version: String,
    /// Its state on that day.
    pub state: Option<State>,
    /// The verdict on its target `main`.
    pub verdict: Verdict,
    /// The testcases of target `main`.
    pub testcases: BTreeMap<String, TestcaseVerdict>,
    /// Where the report is: a URL or a path.
    pub report: Option<String>,
}

/// The verdict on one testcase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestcaseVerdict {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// What to tell of a night: the versions whose verdict is another one than before.
///
/// Both sides have to be whole score cards, merged over nights and over all subjects: not what was run in one night or one
/// shard, since what is not there counts as gone.
///
/// - The same verdict is not told, even if other testcases fail than before: that is in the report.
/// - What was not there before is told unless it is PASS: a new subject that passes is no news, one that does not is.
/// - What is not there any more is told once, whatever it was: somebody may have struck it out by mistake.
/// - What goes back and forth is told each time it goes; see [`settled`] for a way to have less of it.
///
/// Scopes are told apart by UUID, so a new name changes nothing. The order is that of subject, scope and version.
pub fn changes(before: &[VersionVerdict], after: &[VersionVerdict]) -> Vec<Change> {
    let (before, after) = (by_key(before), by_key(after));
    let now = after.iter().filter_map(|(key, now)| match before.get(key) {
        Some(then) if then.verdict == now.verdict => None,
        None if now.verdict == Verdict::Pass => None,
        then => Some(change(then.copied(), now)),
    });
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key)).map(|(_, then)| gone(then));
    let mut all: Vec<Change> = now.chain(gone).collect();
    all.sort_by(|a, b| (&a.subject, &a.scope.uuid, &a.version).cmp(&(&b.subject, &b.scope.uuid, &b.version)));
    all
}

/// The verdict that counts for telling, from those of the last nights, oldest first; nothing if there are none.
///
/// FAIL and PASS count at once. DNF and MISS count when they were there for `nights` nights in a row, the last one among them;
/// until then, what counted before them does. So a cloud that was away for one night makes no noise, neither when it goes nor
/// when it comes back, if [`changes`] is given what was settled before the night and after it. With 1 (or 0), everything
/// counts at once.
pub fn settled(verdicts: &[Verdict], nights: usize) -> Option<Verdict> {
    let mut counts: Option<Verdict> = None;
    let mut run: (Option<Verdict>, usize) = (None, 0);
    for verdict in verdicts.iter().copied() {
        run = if run.0 == Some(verdict) { (run.0, run.1 + 1) } else { (Some(verdict), 1) };
        let at_once = matches!(verdict, Verdict::Fail | Verdict::Pass);
        if at_once || counts.is_none() || run.1 >= nights {
            counts = Some(verdict);
        }
    }
    counts
}

type Key<'v> = (&'v str, &'v str, &'v str);

fn by_key(verdicts: &[VersionVerdict]) -> BTreeMap<Key<'_>, &VersionVerdict> {
    verdicts.iter().map(|one| ((&*one.subject, &*one.scope.uuid, &*one.version), one)).collect()
}

fn change(then: Option<&VersionVerdict>, now: &VersionVerdict) -> Change {
    let kind = match then {
        None => Kind::New,
        // Worst first is how verdicts are ordered.
        Some(then) if now.verdict < then.verdict => Kind::Worse,
        Some(_) => Kind::Better,
    };
    Change {
        kind,
        before: then.map(|then| then.verdict),
        after: Some(now.verdict),
        testcases: testcases(then, now),
        ..unchanged(now)
    }
}

fn gone(then: &VersionVerdict) -> Change {
    Change { kind: Kind::Gone, before: Some(then.verdict), ..unchanged(then) }
}

fn unchanged(one: &VersionVerdict) -> Change {
    Change {
        kind: Kind::Gone,
        subject: one.subject.clone(),
        display_name: one.display_name.clone(),
        operator: one.operator.clone(),
        scope: one.scope.clone(),
        version: one.version.clone(),
        state: one.state,
        before: None,
        after: None,
        testcases: Vec::new(),
        testcases_left_out: 0,
        report: one.report.clone(),
    }
}

/// The testcases that explain it: those with another verdict than before; of a new version, those that are not PASS.
fn testcases(then: Option<&VersionVerdict>, now: &VersionVerdict) -> Vec<TestcaseChange> {
    let before = |testcase: &str| then.and_then(|then| then.testcases.get(testcase)).map(|was| was.verdict);
    let changed = now.testcases.iter().filter_map(|(testcase, is)| {
        let was = before(testcase);
        let unworthy = was == Some(is.verdict) || (was.is_none() && is.verdict == Verdict::Pass);
        let told = TestcaseChange {
            testcase: testcase.clone(),
            before: was,
            after: Some(is.verdict),
            reason: is.reason.clone(),
        };
        (!unworthy).then_some(told)
    });
    let gone = then.into_iter().flat_map(|then| &then.testcases);
    let gone = gone.filter(|(testcase, _)| !now.testcases.contains_key(*testcase)).map(|(testcase, was)| {
        TestcaseChange {
            testcase: testcase.clone(),
            before: Some(was.verdict),
            after: None,
            reason: "the scope does not ask for it any more".to_owned(),
        }
    });
    changed.chain(gone).collect()
}

#[cfg(test)]
mod tests;
