//! What a replay says otherwise than the run.

use std::collections::BTreeMap;

use touchstone_report::{Report, TestcaseResult};

use crate::alike::Inputs;
use crate::recorded::RecordedRun;

/// A verdict of a replay that is another one than in the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The testcase.
    pub testcase: String,
    /// The versions of the scope that see this change; none, if all that judge the testcase do.
    pub versions: Vec<String>,
    /// The verdict of the run; none if it did not judge the testcase.
    pub then: Option<String>,
    /// The verdict of the replay.
    pub now: String,
    /// Why, as the replay has it.
    pub reason: String,
}

/// What a replay says otherwise than the run, sorted by testcase. A verdict is compared with that of the unit of the run which is
/// most like the one that judged it now: the same code, the same version of the check, the same inputs.
pub fn changes(run: &RecordedRun, report: &Report) -> Vec<Changed> {
    let mut judged: BTreeMap<&str, Vec<(&str, Option<Changed>)>> = BTreeMap::new();
    // What people attest is on no tape of a check.
    for (version, testcase, result) in report.results().filter(|(.., result)| result.component.is_some()) {
        judged.entry(testcase).or_default().push((version, change(run, report, testcase, result)));
    }
    judged.into_values().flat_map(|versions| by_version(&versions)).collect()
}

/// How a result differs from that of the run.
fn change(run: &RecordedRun, report: &Report, testcase: &str, result: &TestcaseResult) -> Option<Changed> {
    let component = result.component.as_deref().unwrap_or_default();
    let like = Inputs {
        component,
        version: report.components.get(component).map_or("", |component| &component.version),
        parameters: &result.parameters,
        assets: &result.assets,
    };
    let judged = run.tape.units.iter().filter_map(|recorded| {
        let verdict = recorded.end.as_ref()?.verdicts.get(testcase)?;
        Some((like.likeness(&recorded.unit), verdict))
    });
    let judged: Vec<_> = judged.collect();
    let most = judged.iter().map(|(likeness, _)| *likeness).max();
    let then: Vec<&String> =
        judged.iter().filter(|(likeness, _)| Some(*likeness) == most).map(|(_, verdict)| *verdict).collect();
    let now = result.verdict.to_string();
    (!then.contains(&&now)).then(|| Changed {
        testcase: testcase.to_owned(),
        versions: Vec::new(),
        then: then.first().map(|verdict| (*verdict).clone()),
        now,
        reason: result.reason.clone(),
    })
}

/// Each change of a testcase once, with the versions that see it, unless all do.
fn by_version(versions: &[(&str, Option<Changed>)]) -> Vec<Changed> {
    let mut all: Vec<Changed> = Vec::new();
    for (version, changed) in versions {
        let Some(changed) = changed else { continue };
        let same = |known: &&mut Changed| {
            (&known.then, &known.now, &known.reason) == (&changed.then, &changed.now, &changed.reason)
        };
        match all.iter_mut().find(same) {
            Some(known) => known.versions.push((*version).to_owned()),
            None => all.push(Changed { versions: vec![(*version).to_owned()], ..changed.clone() }),
        }
    }
    if let [one] = all.as_mut_slice()
        && one.versions.len() == versions.len()
    {
        one.versions.clear();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(now: &str) -> Option<Changed> {
        Some(Changed {
            testcase: "t".to_owned(),
            versions: Vec::new(),
            then: Some("PASS".to_owned()),
            now: now.to_owned(),
            reason: String::new(),
        })
    }

    #[test]
    fn a_change_that_not_all_versions_see_names_those_that_do() {
        let versions = |versions: &[(&str, Option<Changed>)]| -> Vec<(String, Vec<String>)> {
            by_version(versions).into_iter().map(|changed| (changed.now, changed.versions)).collect()
        };
        let all = versions(&[("v1", changed("FAIL")), ("v2", changed("FAIL"))]);
        assert_eq!(all, [("FAIL".to_owned(), vec![])]);
        let one = versions(&[("v1", None), ("v2", changed("FAIL"))]);
        assert_eq!(one, [("FAIL".to_owned(), vec!["v2".to_owned()])]);
        let two = versions(&[("v1", changed("DNF")), ("v2", changed("FAIL")), ("v3", changed("DNF"))]);
        let expected = [("DNF", vec!["v1", "v3"]), ("FAIL", vec!["v2"])]
            .map(|(now, versions)| (now.to_owned(), versions.into_iter().map(str::to_owned).collect()));
        assert_eq!(two, expected);
        assert_eq!(versions(&[("v1", None)]), []);
    }
}
