//! What waivers do to verdicts, and what they never do.

#![allow(clippy::unwrap_used, reason = "a test that cannot build its report fails")]

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use touchstone_report::{Effect, Report, TargetResult, VersionResult, json};
use touchstone_scope::{State, Target, Verdict, Waivers};

const SCOPE: &str = "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f";
const LAST_DAY: Date = date(2026, 12, 31);

const STATES: [Option<State>; 5] =
    [None, Some(State::Draft), Some(State::Effective), Some(State::Warn), Some(State::Deprecated)];

type Targets = BTreeMap<Target, Vec<(String, Verdict)>>;

fn target(testcases: &[(String, Verdict)]) -> TargetResult {
    let with = |verdict| {
        testcases.iter().filter(|(_, one)| *one == verdict).map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    TargetResult {
        verdict: Verdict::of_set(testcases.iter().map(|(_, verdict)| *verdict)),
        pass: with(Verdict::Pass),
        fail: with(Verdict::Fail),
        dnf: with(Verdict::Dnf),
        miss: with(Verdict::Miss),
    }
}

fn version(state: Option<State>, targets: &Targets) -> VersionResult {
    let targets: BTreeMap<Target, TargetResult> =
        targets.iter().map(|(name, testcases)| (*name, target(testcases))).collect();
    let verdict = targets.get(&Target::Main).map_or(Verdict::Pass, |main| main.verdict);
    VersionResult { state, verdict, targets, testcases: BTreeMap::new() }
}

fn report(versions: impl IntoIterator<Item = (&'static str, VersionResult)>) -> Report {
    let empty = serde_json::json!({
        "format": "touchstone.report/v1",
        "run": {
            "id": "r", "started_at": "2026-11-27T02:30:00Z", "finished_at": "2026-11-27T02:31:00Z",
            "tool": {"name": "touchstone", "version": "0.1.0"},
        },
        "subject": "gx-scs",
        "scope": {"uuid": SCOPE, "name": "SCS-compatible IaaS", "digest": format!("sha256:{}", "0".repeat(64))},
        "reference_date": "2026-11-27",
        "versions": {}, "testcases": {}, "components": {},
    });
    let mut report = Report::parse(&empty.to_string()).unwrap();
    report.versions = versions.into_iter().map(|(name, version)| (name.to_owned(), version)).collect();
    report
}

fn waiver(testcase: &str, subject: &str, scope: &str, expires: Date) -> Waivers {
    let text = serde_json::json!({"format": "touchstone.waivers/v1", "waivers": [{
        "testcase": testcase, "subject": subject, "scope": scope, "reason": "in January",
        "author": "Ada", "approver": "Charles", "expires": expires.to_string(),
    }]});
    Waivers::parse("w.yaml", &text.to_string()).unwrap_or_else(|problems| panic!("{}", problems.plain()))
}

fn for_a() -> Waivers {
    waiver("a", "gx-scs", SCOPE, LAST_DAY)
}

fn named(testcases: &[(&str, Verdict)]) -> Vec<(String, Verdict)> {
    testcases.iter().map(|(id, verdict)| ((*id).to_owned(), *verdict)).collect()
}

/// Every state, every target, every verdict: what the waiver for `a` does, and what the verdicts become.
#[test]
fn what_is_a_must_never_becomes_pass() {
    let mut cases = 0;
    for state in STATES {
        for target in Target::ALL {
            for verdict in Verdict::ALL {
                let targets = BTreeMap::from([(*target, named(&[("a", *verdict), ("b", Verdict::Pass)]))]);
                let before = report([("v1", version(state, &targets))]);
                let after = before.with_waivers(&for_a(), LAST_DAY);
                let (is, was) = (&after.versions["v1"], &before.versions["v1"]);
                let case = format!("{state:?} {target} {verdict}");
                let fixed = *target == Target::Main && matches!(state, Some(State::Effective | State::Warn));
                let effect = after.waivers.first().map(|waived| waived.effect);
                match (verdict, fixed) {
                    (Verdict::Pass, _) => assert_eq!(after, before, "{case}"),
                    (_, true) => {
                        assert_eq!(effect, Some(Effect::Annotated), "{case}");
                        assert_eq!(after.versions, before.versions, "{case}");
                        assert_ne!(is.verdict, Verdict::Pass, "{case}");
                    }
                    (_, false) => {
                        assert_eq!(effect, Some(Effect::Waived), "{case}");
                        assert_eq!(is.targets[target].verdict, Verdict::Pass, "{case}");
                        assert_eq!(is.verdict, Verdict::Pass, "{case}");
                        assert_eq!(
                            is.targets[target].with_verdict(*verdict),
                            ["a"],
                            "it stays where it is: {case}"
                        );
                        assert_eq!(is.targets[target].pass, ["b"], "and passed nothing: {case}");
                        assert_eq!(was.state, is.state);
                    }
                }
                assert_eq!(after.testcases, before.testcases, "{case}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 5 * 3 * 4);
}

#[test]
fn what_is_not_waived_still_decides() {
    for other in [Verdict::Fail, Verdict::Miss, Verdict::Dnf] {
        let targets = BTreeMap::from([(Target::Main, named(&[("a", Verdict::Fail), ("b", other)]))]);
        let after =
            report([("next", version(Some(State::Draft), &targets))]).with_waivers(&for_a(), LAST_DAY);
        assert_eq!(after.versions["next"].verdict, other);
        assert_eq!(after.verdict(), Some(other));
    }
}

#[test]
fn the_day_after_the_last_it_counts_nothing() {
    let targets = BTreeMap::from([(Target::Main, named(&[("a", Verdict::Fail)]))]);
    let before = report([("next", version(Some(State::Draft), &targets))]);
    let on = |day| {
        let after = before.with_waivers(&for_a(), day);
        (after.waivers[0].effect, after.versions["next"].verdict)
    };
    assert_eq!(on(date(2026, 1, 1)), (Effect::Waived, Verdict::Pass));
    assert_eq!(on(date(2026, 12, 30)), (Effect::Waived, Verdict::Pass));
    assert_eq!(on(date(2026, 12, 31)), (Effect::Waived, Verdict::Pass));
    assert_eq!(on(date(2027, 1, 1)), (Effect::Expired, Verdict::Fail));
    assert_eq!(on(date(2027, 1, 2)), (Effect::Expired, Verdict::Fail));
    let effective = report([("v1", version(Some(State::Effective), &targets))]);
    let after = effective.with_waivers(&for_a(), date(2027, 1, 1));
    assert_eq!(after.waivers[0].effect, Effect::Expired, "also where it could only annotate");
}

#[test]
fn another_subject_scope_or_testcase_is_not_meant() {
    let targets = BTreeMap::from([(Target::Main, named(&[("a", Verdict::Fail)]))]);
    let before = report([("next", version(Some(State::Draft), &targets))]);
    for other in [
        waiver("b", "gx-scs", SCOPE, LAST_DAY),
        waiver("A", "gx-scs", SCOPE, LAST_DAY),
        waiver("a", "gx-scs-2", SCOPE, LAST_DAY),
        waiver("a", "gx-scs", "50393e6f-2ae1-4c5c-a62c-3b75f2abef30", LAST_DAY),
        waiver("a", "gx-scs", "SCS-compatible KaaS", LAST_DAY),
    ] {
        assert_eq!(before.with_waivers(&other, LAST_DAY), before);
    }
    let by_name = before.with_waivers(&waiver("a", "gx-scs", "SCS-compatible IaaS", LAST_DAY), LAST_DAY);
    assert_eq!(by_name.versions["next"].verdict, Verdict::Pass);
}

#[test]
fn each_version_is_looked_at_alone() {
    let main = |verdict| BTreeMap::from([(Target::Main, named(&[("a", verdict), ("b", Verdict::Pass)]))]);
    let before = report([
        ("next", version(Some(State::Draft), &main(Verdict::Fail))),
        ("v1", version(Some(State::Deprecated), &main(Verdict::Pass))),
        ("v2", version(Some(State::Effective), &main(Verdict::Fail))),
    ]);
    let after = before.with_waivers(&for_a(), LAST_DAY);
    let told: Vec<_> = after.waivers.iter().map(|one| (one.version.as_str(), one.effect)).collect();
    assert_eq!(told, [("next", Effect::Waived), ("v2", Effect::Annotated)], "v1 needs none");
    assert_eq!(after.versions["next"].verdict, Verdict::Pass);
    assert_eq!(after.versions["v2"].verdict, Verdict::Fail);
    assert_eq!(after.verdict(), Some(Verdict::Fail));
    assert_eq!(after.exit_code(), 1);
    assert_eq!(after.waived("v2", "a").unwrap().approver, "Charles");
    assert!(after.waived("v1", "a").is_none());
}

/// A module may ask for it in `main`, another in `recommended`.
#[test]
fn what_is_a_must_and_recommended_as_well_is_a_must() {
    let targets = BTreeMap::from([
        (Target::Main, named(&[("a", Verdict::Fail)])),
        (Target::Recommended, named(&[("a", Verdict::Fail)])),
    ]);
    let before = report([("v1", version(Some(State::Effective), &targets))]);
    let after = before.with_waivers(&for_a(), LAST_DAY);
    assert_eq!((after.waivers.len(), after.waivers[0].effect), (1, Effect::Annotated));
    assert_eq!(after.versions, before.versions);
}

#[test]
fn of_several_the_one_counts_that_expires_last() {
    let targets = BTreeMap::from([(Target::Main, named(&[("a", Verdict::Fail)]))]);
    let before = report([("next", version(Some(State::Draft), &targets))]);
    let old = || waiver("a", "gx-scs", SCOPE, date(2026, 6, 30));
    for mut both in [[old(), for_a()], [for_a(), old()]] {
        let all: Waivers = both.iter_mut().flat_map(|some| std::mem::take(some).into_iter()).collect();
        let after = before.with_waivers(&all, LAST_DAY);
        assert_eq!((after.waivers.len(), after.waivers[0].expires_on), (1, LAST_DAY));
        assert_eq!(after.waivers[0].effect, Effect::Waived);
    }
}

#[test]
fn a_copy_is_written_and_read_and_one_without_waivers_is_as_before() {
    let targets = BTreeMap::from([(Target::Main, named(&[("a", Verdict::Fail)]))]);
    let before = report([("next", version(Some(State::Draft), &targets))]);
    assert!(!json(&before).contains("\"waivers\""));
    let after = before.with_waivers(&for_a(), LAST_DAY);
    let text = json(&after);
    assert!(
        text.contains("\"effect\": \"waived\"") && text.contains("\"expires_on\": \"2026-12-31\""),
        "{text}"
    );
    assert_eq!(Report::parse(&text).unwrap(), after);
    assert_eq!(after.with_waivers(&Waivers::default(), LAST_DAY), before, "undone");
    assert_eq!(after.with_waivers(&for_a(), date(2027, 1, 1)).verdict(), Some(Verdict::Fail));
}

fn any_targets() -> impl Strategy<Value = Targets> {
    let verdict = prop::sample::select(Verdict::ALL.to_vec());
    let testcases = prop::collection::btree_map("[a-f]", verdict, 0..6)
        .prop_map(|testcases| testcases.into_iter().collect::<Vec<_>>());
    prop::collection::btree_map(prop::sample::select(Target::ALL.to_vec()), testcases, 0..4)
}

fn any_waivers() -> impl Strategy<Value = Waivers> {
    let expires = (0_i64..4).prop_map(|days| LAST_DAY - jiff::ToSpan::days(days));
    prop::collection::vec(
        ("[a-g]", prop::sample::select(vec![SCOPE, "SCS-compatible IaaS", "other"]), expires),
        0..9,
    )
    .prop_map(|all| all.into_iter().flat_map(|(id, scope, day)| waiver(&id, "gx-scs", scope, day)).collect())
}

proptest! {
    #[test]
    fn waivers_never_improve_what_is_effective_and_never_worsen_anything(
        versions in prop::collection::vec((prop::sample::select(STATES.to_vec()), any_targets()), 0..4),
        waivers in any_waivers(),
        again in any_waivers(),
        day in 0_i64..6,
    ) {
        let on = LAST_DAY - jiff::ToSpan::days(3) + jiff::ToSpan::days(day);
        let names = ["v1", "v2", "v3"];
        let before = report(names.into_iter().zip(versions.iter().map(|(state, targets)| version(*state, targets))));
        let after = before.with_waivers(&waivers, on);
        for (name, version) in &after.versions {
            let was = &before.versions[name];
            prop_assert!(version.verdict >= was.verdict, "a waiver only takes away");
            if matches!(version.state, Some(State::Effective | State::Warn)) {
                prop_assert_eq!(version.verdict, was.verdict);
                prop_assert_eq!(version.targets.get(&Target::Main), was.targets.get(&Target::Main));
            }
            for (target, result) in &version.targets {
                let verdict = was.targets[target].verdict;
                prop_assert_eq!(TargetResult { verdict, ..result.clone() }, was.targets[target].clone());
                let waived = |id: &String| after.waived(name, id).is_some_and(|one| one.effect == Effect::Waived);
                let counts = [Verdict::Fail, Verdict::Miss, Verdict::Dnf].into_iter().filter(|verdict| {
                    result.with_verdict(*verdict).iter().any(|id| !waived(id))
                });
                prop_assert_eq!(result.verdict, Verdict::of_set(counts));
            }
            prop_assert_eq!(version.state, was.state);
        }
        for waived in &after.waivers {
            prop_assert_eq!(waived.effect == Effect::Expired, on > waived.expires_on);
        }
        prop_assert_eq!(after.with_waivers(&again, on), before.with_waivers(&again, on), "what was before is undone");
    }
}
