//! From results of testcases to verdicts of scope versions.

use std::collections::BTreeMap;

use touchstone_scope::{PlannedVersion, ResultKey, TargetScore, Verdict};

use crate::model::{TargetResult, TestcaseResult, VersionResult};

/// What [`crate::Report`] says about versions and testcases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The planned versions, with the results that only some of them have.
    pub versions: BTreeMap<String, VersionResult>,
    /// The results that every version shares in which the testcase occurs.
    pub testcases: BTreeMap<String, TestcaseResult>,
}

/// Judges the versions of a plan, as [`PlannedVersion::score`] has it: only target `main` decides, the worst testcase
/// counts, and a testcase without a result is MISS.
///
/// A testcase about which two versions say something different (they give it other parameters, say) appears in the
/// versions and not at the top: who looks there only finds nothing, rather than another version's result.
pub fn judge(versions: &[PlannedVersion], results: &BTreeMap<ResultKey, TestcaseResult>) -> Judged {
    let missing = TestcaseResult::new(Verdict::Miss, "nothing was reported");
    let result_of = |key: &ResultKey| results.get(key).unwrap_or(&missing);
    // None: versions say something different.
    let mut shared: BTreeMap<&str, Option<&TestcaseResult>> = BTreeMap::new();
    for key in versions.iter().flat_map(|version| version.targets.values().flatten()) {
        let result = result_of(key);
        let known = shared.entry(&key.testcase).or_insert(Some(result));
        if known.is_some_and(|known| known != result) {
            *known = None;
        }
    }
    let verdicts = results.iter().map(|(key, result)| (key.clone(), result.verdict)).collect();
    let versions = versions.iter().map(|version| {
        let score = version.score(&verdicts);
        let keys = version.targets.values().flatten();
        let own = keys.filter(|key| shared.get(key.testcase.as_str()).is_some_and(Option::is_none));
        let result = VersionResult {
            state: version.state,
            verdict: score.verdict,
            targets: score.targets.iter().map(|(target, score)| (*target, target_result(score))).collect(),
            testcases: own.map(|key| (key.testcase.clone(), result_of(key).clone())).collect(),
        };
        (version.name.clone(), result)
    });
    let versions = versions.collect();
    let shared = shared.into_iter().filter_map(|(id, result)| Some((id.to_owned(), result?.clone())));
    Judged { versions, testcases: shared.collect() }
}

fn target_result(score: &TargetScore) -> TargetResult {
    let ids = |verdict| {
        let mut ids: Vec<String> = score.with(verdict).map(|key| key.testcase.clone()).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    TargetResult {
        verdict: score.verdict,
        pass: ids(Verdict::Pass),
        fail: ids(Verdict::Fail),
        dnf: ids(Verdict::Dnf),
        miss: ids(Verdict::Miss),
    }
}

#[cfg(test)]
mod tests {
    use touchstone_scope::{State, Target};

    use super::*;

    fn key(testcase: &str, unit: usize) -> ResultKey {
        ResultKey { testcase: testcase.to_owned(), check: Some(0), unit: Some(unit) }
    }

    fn version(name: &str, main: &[ResultKey], recommended: &[ResultKey]) -> PlannedVersion {
        let targets =
            BTreeMap::from([(Target::Main, main.into()), (Target::Recommended, recommended.into())]);
        PlannedVersion { name: name.to_owned(), state: Some(State::Effective), targets }
    }

    fn results<const N: usize>(verdicts: [(ResultKey, Verdict); N]) -> BTreeMap<ResultKey, TestcaseResult> {
        verdicts.map(|(key, verdict)| (key, TestcaseResult::new(verdict, ""))).into()
    }

    #[test]
    fn only_main_decides() {
        let v1 = version("v1", &[key("b", 0), key("a", 0)], &[key("c", 0)]);
        let results = results([
            (key("a", 0), Verdict::Pass),
            (key("b", 0), Verdict::Pass),
            (key("c", 0), Verdict::Fail),
        ]);
        let judged = judge(&[v1], &results);
        let v1 = &judged.versions["v1"];
        assert_eq!(v1.verdict, Verdict::Pass);
        assert_eq!(v1.targets[&Target::Main].pass, ["a", "b"], "sorted");
        assert_eq!(v1.targets[&Target::Recommended].verdict, Verdict::Fail);
        assert_eq!(v1.targets[&Target::Recommended].fail, ["c"]);
    }

    #[test]
    fn no_answer_is_miss() {
        let v1 = version("v1", &[key("a", 0), key("b", 0)], &[]);
        let judged = judge(&[v1], &results([(key("a", 0), Verdict::Pass)]));
        assert_eq!(judged.versions["v1"].verdict, Verdict::Miss);
        assert_eq!(judged.versions["v1"].targets[&Target::Main].miss, ["b"]);
        assert_eq!(judged.testcases["b"].verdict, Verdict::Miss);
    }

    #[test]
    fn versions_that_differ_keep_their_own_result() {
        let v1 = version("v1", &[key("same", 0), key("differs", 1)], &[]);
        let v2 = version("v2", &[key("same", 0), key("differs", 2)], &[]);
        let judged = judge(
            &[v1, v2],
            &results([
                (key("same", 0), Verdict::Pass),
                (key("differs", 1), Verdict::Pass),
                (key("differs", 2), Verdict::Fail),
            ]),
        );
        assert_eq!(judged.testcases.keys().collect::<Vec<_>>(), ["same"]);
        assert_eq!(judged.versions["v1"].testcases["differs"].verdict, Verdict::Pass);
        assert_eq!(judged.versions["v2"].testcases["differs"].verdict, Verdict::Fail);
        assert_eq!(judged.versions["v1"].testcases.len(), 1);
        assert_eq!(judged.versions["v1"].verdict, Verdict::Pass);
        assert_eq!(judged.versions["v2"].verdict, Verdict::Fail);
    }
}
