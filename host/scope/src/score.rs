//! From verdicts on testcases to verdicts on targets and versions.

use std::collections::BTreeMap;

use crate::plan::{PlannedVersion, ResultKey};
use crate::words::{Target, Verdict};

/// How a subject did in a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionScore {
    /// The verdict on the version: that of its target `main`. The others are told, and do not count (SCS-0003-v1,
    /// "Basic concepts").
    pub verdict: Verdict,
    /// Each target that the version has.
    pub targets: BTreeMap<Target, TargetScore>,
}

/// How a subject did in a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetScore {
    /// The worst of its testcases; PASS if it has none.
    pub verdict: Verdict,
    /// The verdict on each testcase, in the order of the plan.
    pub testcases: Vec<(ResultKey, Verdict)>,
}

impl PlannedVersion {
    /// Judges the version. A testcase without a result is MISS.
    pub fn score(&self, results: &BTreeMap<ResultKey, Verdict>) -> VersionScore {
        let verdict_on = |key: &ResultKey| results.get(key).copied().unwrap_or(Verdict::Miss);
        let score = |keys: &Vec<ResultKey>| {
            let testcases: Vec<_> = keys.iter().map(|key| (key.clone(), verdict_on(key))).collect();
            TargetScore { verdict: Verdict::of_set(testcases.iter().map(|(_, verdict)| *verdict)), testcases }
        };
        let targets: BTreeMap<_, _> =
            self.targets.iter().map(|(target, keys)| (*target, score(keys))).collect();
        let verdict = targets.get(&Target::Main).map_or(Verdict::Pass, |main| main.verdict);
        VersionScore { verdict, targets }
    }
}

impl TargetScore {
    /// The testcases with a verdict, in the order of the plan.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &ResultKey> {
        self.testcases.iter().filter(move |(_, one)| *one == verdict).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(testcase: &str, unit: Option<usize>) -> ResultKey {
        ResultKey { testcase: testcase.to_owned(), check: Some(0), unit }
    }

    fn version(main: &[ResultKey], recommended: &[ResultKey]) -> PlannedVersion {
        let targets =
            BTreeMap::from([(Target::Main, main.to_vec()), (Target::Recommended, recommended.to_vec())]);
        PlannedVersion { name: "v1".to_owned(), state: None, targets }
    }

    #[test]
    fn a_version_is_judged_by_its_main_target() {
        let version = version(&[key("a", Some(0)), key("b", Some(0))], &[key("c", Some(0))]);
        let mut results =
            BTreeMap::from([(key("a", Some(0)), Verdict::Pass), (key("b", Some(0)), Verdict::Pass)]);
        results.insert(key("c", Some(0)), Verdict::Fail);
        let score = version.score(&results);
        assert_eq!(score.verdict, Verdict::Pass);
        assert_eq!(score.targets[&Target::Recommended].verdict, Verdict::Fail);
        results.insert(key("b", Some(0)), Verdict::Dnf);
        assert_eq!(version.score(&results).verdict, Verdict::Dnf);
        assert_eq!(version.score(&BTreeMap::new()).verdict, Verdict::Miss);
    }

    #[test]
    fn the_result_of_another_unit_does_not_count() {
        let version = version(&[key("a", Some(1))], &[]);
        let results = BTreeMap::from([(key("a", Some(0)), Verdict::Pass), (key("a", None), Verdict::Pass)]);
        let score = version.score(&results);
        assert_eq!(score.verdict, Verdict::Miss);
        assert_eq!(
            score.targets[&Target::Main].with(Verdict::Miss).collect::<Vec<_>>(),
            [&key("a", Some(1))]
        );
        assert_eq!(score.targets[&Target::Main].with(Verdict::Pass).count(), 0);
    }

    #[test]
    fn an_empty_target_passes() {
        assert_eq!(version(&[], &[key("c", None)]).score(&BTreeMap::new()).verdict, Verdict::Pass);
    }
}
