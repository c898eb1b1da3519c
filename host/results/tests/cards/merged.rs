use touchstone_results::{Results, RunRecord};
use touchstone_scope::{Target, Verdict};

use crate::support::sample::{Scope, at};
use crate::{card, on_both, record, testcase, verdict};

fn said(verdict: Verdict) -> Option<(Verdict, String)> {
    Some((verdict, format!("it is {verdict}")))
}

on_both! {
    async fn light_nights_do_not_hide_what_heavy_ones_found_out(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("heavy", "week"), ("light", "week")]);
        record(&results, &scope, &scope.all("s", "saturday", at("2026-11-21T02:00:00Z"), Verdict::Pass)).await;
        for day in 22..=27 {
            let moment = at(&format!("2026-11-{day}T02:00:00Z"));
            let report = scope.report("s", &format!("light-{day}"), moment, |_, testcase| {
                (testcase == "light").then_some((Verdict::Pass, String::new()))
            });
            assert_eq!(report.verdict(), Some(Verdict::Miss));
            record(&results, &scope, &report).await;
        }
        let now = card(&results, &scope, "s", "2026-11-27T03:00:00Z").await;
        assert_eq!(verdict(&now, "v1"), Verdict::Pass);
        assert_eq!(testcase(&now, "v1", "heavy").run.as_deref(), Some("saturday"));
        assert_eq!(testcase(&now, "v1", "light").run.as_deref(), Some("light-27"));
        // The week of Saturday the 21st and the following one are over.
        let later = card(&results, &scope, "s", "2026-11-30T00:00:00Z").await;
        assert_eq!(testcase(&later, "v1", "heavy").verdict, Verdict::Miss);
        assert_eq!(testcase(&later, "v1", "light").verdict, Verdict::Pass);
    }
}

on_both! {
    async fn the_newest_result_counts_whatever_it_is(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("a", "week")]);
        let verdicts = [Verdict::Pass, Verdict::Dnf, Verdict::Pass, Verdict::Fail, Verdict::Pass];
        for (day, said) in (20..).zip(verdicts) {
            let moment = at(&format!("2026-11-{day}T02:00:00Z"));
            record(&results, &scope, &scope.all("s", &format!("{day}"), moment, said)).await;
            let now = card(&results, &scope, "s", &format!("2026-11-{day}T03:00:00Z")).await;
            assert_eq!(verdict(&now, "v1"), said, "{day}");
        }
        // And as it was then.
        for (day, said) in (20..).zip(verdicts) {
            let then = card(&results, &scope, "s", &format!("2026-11-{day}T03:00:00Z")).await;
            assert_eq!(verdict(&then, "v1"), said, "{day}");
            assert_eq!(testcase(&then, "v1", "a").run, Some(format!("{day}")));
        }
        // What is recorded late, of a run that began before, is not newer for that.
        record(&results, &scope, &scope.all("s", "late", at("2026-11-19T02:00:00Z"), Verdict::Fail)).await;
        assert_eq!(verdict(&card(&results, &scope, "s", "2026-11-24T03:00:00Z").await, "v1"), Verdict::Pass);
    }
}

on_both! {
    async fn of_results_of_the_same_moment_the_worst_counts(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("a", "week")]);
        let moment = at("2026-11-20T02:00:00Z");
        for (subject, order) in [("up", [Verdict::Fail, Verdict::Pass]), ("down", [Verdict::Pass, Verdict::Fail])] {
            for (number, said) in order.into_iter().enumerate() {
                let night = format!("2026-11-2{number}T02:30:00Z");
                results.begin_night(&scope.night(&night, &[])).await.unwrap();
                let report = scope.all(subject, &format!("{subject}-{number}"), moment, said);
                results.record(&RunRecord::of(&night, &report)).await.unwrap();
            }
            assert_eq!(verdict(&card(&results, &scope, subject, "2026-11-21T03:00:00Z").await, "v1"), Verdict::Fail);
        }
    }
}

on_both! {
    async fn versions_and_subjects_do_not_mix(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v2", "effective"), ("v1", "deprecated")], &[("a", "week"), ("b", "week")]);
        let moment = at("2026-11-20T02:00:00Z");
        let report = scope.report("s", "1", moment, |version, testcase| {
            said(if (version, testcase) == ("v1", "b") { Verdict::Fail } else { Verdict::Pass })
        });
        record(&results, &scope, &report).await;
        let now = card(&results, &scope, "s", "2026-11-20T03:00:00Z").await;
        assert_eq!((verdict(&now, "v2"), verdict(&now, "v1")), (Verdict::Pass, Verdict::Fail));
        let other = card(&results, &scope, "t", "2026-11-20T03:00:00Z").await;
        assert_eq!((verdict(&other, "v2"), verdict(&other, "v1")), (Verdict::Miss, Verdict::Miss));
        assert_eq!(testcase(&other, "v2", "a").reason, "nobody found out");

        // The next night both versions are the same again, and then they differ the other way.
        record(&results, &scope, &scope.all("s", "2", at("2026-11-21T02:00:00Z"), Verdict::Pass)).await;
        let now = card(&results, &scope, "s", "2026-11-21T03:00:00Z").await;
        assert_eq!((verdict(&now, "v2"), verdict(&now, "v1")), (Verdict::Pass, Verdict::Pass));
        let report = scope.report("s", "3", at("2026-11-22T02:00:00Z"), |version, _| {
            said(if version == "v2" { Verdict::Dnf } else { Verdict::Pass })
        });
        record(&results, &scope, &report).await;
        let now = card(&results, &scope, "s", "2026-11-22T03:00:00Z").await;
        assert_eq!((verdict(&now, "v2"), verdict(&now, "v1")), (Verdict::Dnf, Verdict::Pass));
    }
}

on_both! {
    async fn the_manifest_of_today_decides_what_is_asked_for(empty: Empty) {
        let results = empty.open().await;
        let before = Scope::new(&[("v2", "effective"), ("v1", "warn")], &[("a", "week"), ("b", "week")]);
        record(&results, &before, &before.all("s", "1", at("2026-11-20T02:00:00Z"), Verdict::Pass)).await;
        let mut after = Scope::new(&[("v3", "draft"), ("v2", "effective")], &[("a", "week"), ("c", "week")]);
        after.testcases.push(("d".to_owned(), "week", "light", "recommended"));
        let now = card(&results, &after, "s", "2026-11-20T03:00:00Z").await;
        assert!(now.version("v1").is_none());
        let (a, c) = (testcase(&now, "v2", "a"), testcase(&now, "v2", "c"));
        assert_eq!((a.verdict, c.verdict), (Verdict::Pass, Verdict::Miss));
        assert_eq!(verdict(&now, "v2"), Verdict::Miss);
        assert_eq!(testcase(&now, "v3", "a").verdict, Verdict::Miss, "nobody tested v3");
        let recommended = &now.version("v2").unwrap().targets[&Target::Recommended];
        assert_eq!((recommended.verdict, recommended.testcases.len()), (Verdict::Miss, 1));

        record(&results, &after, &after.report("s", "2", at("2026-11-21T02:00:00Z"), |_, testcase| {
            said(if testcase == "d" { Verdict::Fail } else { Verdict::Pass })
        }))
        .await;
        let now = card(&results, &after, "s", "2026-11-21T03:00:00Z").await;
        assert_eq!(verdict(&now, "v2"), Verdict::Pass, "recommended does not count");
        assert_eq!(now.version("v2").unwrap().targets[&Target::Recommended].verdict, Verdict::Fail);
        // With the manifest of then, as it was then.
        let then = card(&results, &before, "s", "2026-11-20T03:00:00Z").await;
        assert_eq!((verdict(&then, "v2"), verdict(&then, "v1")), (Verdict::Pass, Verdict::Pass));
    }
}

on_both! {
    async fn what_the_last_run_left_out_says_why(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("a", "week"), ("b", "week")]);
        let report = scope.report("s", "1", at("2026-11-20T02:00:00Z"), |_, testcase| {
            (testcase == "a").then_some((Verdict::Pass, String::new()))
        });
        record(&results, &scope, &report).await;
        let now = card(&results, &scope, "s", "2026-11-20T03:00:00Z").await;
        assert_eq!(testcase(&now, "v1", "b").reason, "nobody found out: not selected by --tests/--sections");
        assert_eq!(testcase(&now, "v1", "b").run, None);
    }
}

/// A card of a day before the timeline begins has no versions, and so nothing that could be PASS.
#[tokio::test]
async fn before_the_timeline_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let url = touchstone_results::StateUrl::file(folder.path().join("state.db"));
    let results = Results::open(&url).await.unwrap();
    let scope = Scope::new(&[("v1", "effective")], &[("a", "week")]);
    assert!(card(&results, &scope, "s", "2025-12-31T23:59:59Z").await.versions.is_empty());
    assert_eq!(card(&results, &scope, "s", "2026-01-01T00:00:00Z").await.versions.len(), 1);
}
