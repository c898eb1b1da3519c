//! Whatever was recorded: no version is PASS in which some testcase of target `main` has no PASS that counts.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use proptest::prelude::*;
use touchstone_results::{Results, RunRecord, ScopeAt, StateUrl};
use touchstone_scope::{Lifetime, Target, Verdict};

use crate::seconds;
use crate::support::Empty;
use crate::support::sample::{Scope, at};

const TESTCASES: usize = 3;
const VERSIONS: [&str; 2] = ["v2", "v1"];
const HOUR: i64 = 3600;

/// What one run said: when it began (hours after the first of October), when it was recorded, and a verdict for each version
/// and testcase, or nothing.
#[derive(Clone, Debug)]
struct Said {
    hours: i64,
    verdicts: Vec<Option<Verdict>>,
    lifetimes: Vec<Lifetime>,
}

fn said() -> impl Strategy<Value = Said> {
    let verdict = prop_oneof![
        6 => Just(Some(Verdict::Pass)),
        1 => Just(Some(Verdict::Fail)),
        1 => Just(Some(Verdict::Dnf)),
        1 => Just(None),
    ];
    // Few different times, so that some are the same; and enough for every lifetime but a year to end.
    let hours =
        prop_oneof![0..4_i64, (0..5_i64).prop_map(|day| day * 24), (0..60_i64).prop_map(|day| day * 24)];
    let verdicts = prop::collection::vec(verdict, TESTCASES * VERSIONS.len());
    (hours, verdicts, lifetimes()).prop_map(|(hours, verdicts, lifetimes)| Said {
        hours,
        verdicts,
        lifetimes,
    })
}

fn lifetimes() -> impl Strategy<Value = Vec<Lifetime>> {
    prop::collection::vec(prop::sample::select(Lifetime::ALL), TESTCASES)
}

fn scope(lifetimes: &[Lifetime], last_is_recommended: bool) -> Scope {
    let names = ["a", "b", "c"];
    let testcases: Vec<(&str, &'static str)> =
        names.into_iter().zip(lifetimes).map(|(name, lifetime)| (name, lifetime.word())).collect();
    let mut scope = Scope::new(&[("v2", "effective"), ("v1", "deprecated")], &testcases);
    if last_is_recommended {
        scope.testcases[TESTCASES - 1].3 = "recommended";
    }
    scope
}

fn first() -> Timestamp {
    at("2026-10-01T00:00:00Z")
}

/// What must be known for a testcase to be PASS: the newest results are PASS, and none of them has expired.
fn must_be(runs: &[Said], version: usize, testcase: usize, lifetime: Lifetime, moment: Timestamp) -> Verdict {
    let of = |run: &Said| run.verdicts[version * TESTCASES + testcase];
    let there = runs.iter().filter(|run| of(run).is_some() && seconds(first(), run.hours * HOUR) <= moment);
    let Some(newest) = there.clone().map(|run| run.hours).max() else { return Verdict::Miss };
    let of_newest: Vec<&Said> = there.filter(|run| run.hours == newest).collect();
    let worst = of_newest.iter().filter_map(|run| of(run)).min().unwrap();
    let checked = seconds(first(), newest * HOUR);
    let was = of_newest
        .iter()
        .filter(|run| of(run) == Some(worst))
        .map(|run| run.lifetimes[testcase].expires_at(checked));
    // Of several equal ones any may be meant; the earliest end is never too late.
    let ends: Vec<Timestamp> = was.map(|end| end.min(lifetime.expires_at(checked))).collect();
    if ends.iter().all(|end| *end <= moment) { Verdict::Miss } else { worst }
}

async fn check(results: &Results, runs: &[Said], now: &[Lifetime], after: i64, recommended: bool) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let subject = format!("subject-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    for (number, run) in runs.iter().enumerate() {
        let moment = seconds(first(), run.hours * HOUR);
        // One night is enough for each place in the list.
        let night = seconds(first(), i64::try_from(number).unwrap()).to_string();
        let scope = scope(&run.lifetimes, recommended);
        let report = scope.report(&subject, &format!("{subject}-{number}"), moment, |version, testcase| {
            let version = VERSIONS.iter().position(|one| *one == version).unwrap();
            let testcase = usize::from(testcase.as_bytes()[0] - b'a');
            run.verdicts[version * TESTCASES + testcase].map(|verdict| (verdict, format!("run {number}")))
        });
        results.begin_night(&scope.night(&night, &[])).await.unwrap();
        results.record(&RunRecord::of(&night, &report)).await.unwrap();
    }
    let moment = seconds(first(), after * HOUR);
    let scope = scope(now, recommended);
    let card = results.card(&subject, &ScopeAt::new(&scope.manifest(), moment, None)).await.unwrap();
    for (version, name) in VERSIONS.into_iter().enumerate() {
        let judged = card.version(name).unwrap();
        let mut worst = Verdict::Pass;
        for (testcase, lifetime) in now.iter().enumerate() {
            let id = ["a", "b", "c"][testcase];
            let must = must_be(runs, version, testcase, *lifetime, moment);
            let target =
                if recommended && testcase == TESTCASES - 1 { Target::Recommended } else { Target::Main };
            let is = judged.targets[&target].testcases.iter().find(|one| one.id == id).unwrap();
            // Equal results of the same moment with different lifetimes may end earlier than they would have to.
            assert!(
                is.verdict == must || (is.verdict == Verdict::Miss && is.expired == Some(must)),
                "{name} {id} at {moment}: {is:?}, not {must}"
            );
            if target == Target::Main {
                worst = worst.min(is.verdict);
                assert!(
                    judged.verdict != Verdict::Pass || must == Verdict::Pass,
                    "{name} is PASS without {id}"
                );
            }
        }
        assert_eq!(judged.verdict, worst, "{name}");
    }
}

fn run(url: &StateUrl, cases: u32) {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let results = tokio.block_on(Results::open(url)).unwrap();
    let runs = prop::collection::vec(said(), 0..6);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&(runs, lifetimes(), 0..70 * 24_i64, any::<bool>()), |(runs, now, after, recommended)| {
            tokio.block_on(check(&results, &runs, &now, after, recommended));
            Ok(())
        })
        .unwrap();
}

#[test]
fn sqlite() {
    run(&Empty::sqlite().url, 400);
}

#[test]
fn postgres() {
    run(&Empty::postgres().url, 100);
}
