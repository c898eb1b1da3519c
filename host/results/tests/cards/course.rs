//! Explanations, histories, differences, changes.

use jiff::SignedDuration;
use touchstone_results::{Difference, ResultsError, RunRecord, ScopeAt, Status, StatusScope, SubjectInfo};
use touchstone_scope::Verdict;

use crate::support::sample::{SCOPE, Scope, at};
use crate::{card, on_both, record};

const SOON: SignedDuration = SignedDuration::from_hours(72);

on_both! {
    async fn an_explanation_says_since_when_and_until_when(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("a", "week"), ("b", "day"), ("c", "week"), ("d", "week")]);
        let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Pass, Verdict::Fail, Verdict::Fail, Verdict::Fail];
        for (day, a) in (16..).zip(verdicts) {
            let report = scope.report("s", &format!("run-{day}"), at(&format!("2026-11-{day}T02:00:00Z")), |_, testcase| {
                match testcase {
                    "a" => Some((a, "it is broken".to_owned())),
                    "b" | "d" if day == 16 => Some((Verdict::Pass, String::new())),
                    _ => None,
                }
            });
            record(&results, &scope, &report).await;
        }
        let now = card(&results, &scope, "s", "2026-11-28T03:00:00Z").await;
        let explained = results.explain(&now, SOON).await.unwrap();
        let last = explained.last_run.as_ref().unwrap();
        assert_eq!((last.run.as_str(), last.exit_code), ("run-21", 1));
        let version = &explained.versions[0];
        assert_eq!((version.verdict, version.main.pass, version.main.all), (Verdict::Fail, 1, 4));
        let told: Vec<_> = version.obstacles.iter().map(|one| (one.testcase.as_str(), one.verdict)).collect();
        assert_eq!(told, [("a", Verdict::Fail), ("b", Verdict::Miss), ("c", Verdict::Miss)]);
        let (a, b, c) = (&version.obstacles[0], &version.obstacles[1], &version.obstacles[2]);
        assert_eq!(a.reason, "it is broken");
        assert_eq!(a.since.as_ref().unwrap().night, "2026-11-19T02:00:00Z", "the streak, not the first FAIL");
        assert_eq!(a.last_pass.as_ref().unwrap().run, "run-18");
        assert_eq!(a.run.as_deref(), Some("run-21"));
        assert_eq!((&b.since, b.expired_at), (&None, Some(at("2026-11-18T00:00:00Z"))));
        assert_eq!(b.last_pass.as_ref().unwrap().run, "run-16");
        assert_eq!((&c.since, &c.last_pass, &c.run), (&None, &None, &None));
        assert_eq!(version.expiring.len(), 1);
        assert_eq!((version.expiring[0].testcase.as_str(), version.expiring[0].expires_at), ("d", at("2026-11-30T00:00:00Z")));
        // A moment later than three days before, and it is told; a second earlier, and it is not.
        let early = card(&results, &scope, "s", "2026-11-26T23:59:59Z").await;
        assert!(results.explain(&early, SOON).await.unwrap().versions[0].expiring.is_empty());
    }
}

on_both! {
    async fn the_history_is_told_night_by_night(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("next", "draft"), ("v1", "effective")], &[("a", "week")]);
        for (day, said) in [(20, Verdict::Pass), (21, Verdict::Fail), (22, Verdict::Fail), (23, Verdict::Pass)] {
            let moment = format!("2026-11-{day}T02:00:00Z");
            record(&results, &scope, &scope.all("s", &format!("{day}"), at(&moment), said)).await;
            let card = card(&results, &scope, "s", &format!("2026-11-{day}T03:00:00Z")).await;
            let verdicts: Vec<_> = card.verdicts().collect();
            results.keep_verdicts(&moment, &verdicts).await.unwrap();
            // Once more changes nothing.
            results.keep_verdicts(&moment, &verdicts).await.unwrap();
        }
        let history = results.history("s", None, 3).await.unwrap();
        let nights: Vec<_> = history.nights.iter().map(|night| night.night.as_str()).collect();
        assert_eq!(nights, ["2026-11-23T02:00:00Z", "2026-11-22T02:00:00Z", "2026-11-21T02:00:00Z"]);
        assert_eq!(history.nights[1].versions.len(), 2);
        assert_eq!(history.nights[1].versions[0].verdict, Verdict::Fail);
        assert_eq!(history.nights[0].run.as_ref().unwrap().exit_code, 0);
        assert_eq!(results.history("s", Some("Test scope"), 9).await.unwrap().nights.len(), 4);
        assert_eq!(results.history("s", Some(SCOPE), 9).await.unwrap().nights.len(), 4);
        assert!(results.history("s", Some("other"), 9).await.unwrap().nights.is_empty());
        assert!(results.history("t", None, 9).await.unwrap().nights.is_empty());

        let changes = |night: &'static str, first| {
            let results = results.clone();
            async move {
                let changes = results.verdict_changes(night, first).await.unwrap();
                changes.into_iter().map(|one| (one.version, one.before, one.now)).collect::<Vec<_>>()
            }
        };
        let (pass, fail) = (Some(Verdict::Pass), Some(Verdict::Fail));
        let both = |before, now| vec![("next".to_owned(), before, now), ("v1".to_owned(), before, now)];
        assert_eq!(changes("2026-11-20T02:00:00Z", false).await, []);
        assert_eq!(changes("2026-11-20T02:00:00Z", true).await, both(None, pass));
        assert_eq!(changes("2026-11-21T02:00:00Z", false).await, both(pass, fail));
        assert_eq!(changes("2026-11-22T02:00:00Z", false).await, [], "not every night");
        assert_eq!(changes("2026-11-23T02:00:00Z", true).await, both(fail, pass));
        let unknown = results.verdict_changes("never", false).await.unwrap_err();
        assert!(matches!(unknown, ResultsError::UnknownNight(_)), "{unknown}");
    }
}

on_both! {
    async fn two_nights_are_compared_by_what_was_known_at_their_ends(empty: Empty) {
        let results = empty.open().await;
        let before = Scope::new(&[("v2", "effective"), ("v1", "warn")], &[("a", "week"), ("b", "week"), ("c", "week"), ("e", "week")]);
        let after = Scope::new(&[("v2", "effective"), ("v1", "warn")], &[("a", "week"), ("b", "week"), ("d", "week"), ("e", "week")]);
        let said = |verdict: Verdict| Some((verdict, format!("it is {verdict}")));
        let (saturday, sunday) = (at("2026-11-21T02:00:00Z"), at("2026-11-22T02:00:00Z"));
        let first = before.report("s", "1", saturday, |_, testcase| {
            said(if testcase == "b" { Verdict::Fail } else { Verdict::Pass })
        });
        let gone = before.all("old", "2", saturday, Verdict::Pass);
        let night = saturday.to_string();
        results.begin_night(&before.night(&night, &["s", "old"])).await.unwrap();
        for report in [&first, &gone] {
            results.record(&RunRecord::of(&night, report)).await.unwrap();
        }
        results.end_night(&night, at("2026-11-21T03:00:00Z"), &[]).await.unwrap();
        // `e` is not run in the second night, and has not changed.
        let second = after.report("s", "3", sunday, |_, testcase| match testcase {
            "a" => said(Verdict::Fail),
            "e" => None,
            _ => said(Verdict::Pass),
        });
        record(&results, &after, &second).await;

        let then = [card(&results, &before, "s", "2026-11-21T03:00:00Z").await, card(&results, &before, "old", "2026-11-21T03:00:00Z").await];
        let now = [card(&results, &after, "s", "2026-11-22T03:00:00Z").await];
        let difference = Difference::of(("one", &then), ("two", &now));
        let told = |list: &[touchstone_results::TestcaseChange]| {
            list.iter().map(|one| (one.subject.clone(), one.testcase.clone(), one.versions.join(" "))).collect::<Vec<_>>()
        };
        let of = |subject: &str, testcase: &str| (subject.to_owned(), testcase.to_owned(), "v1 v2".to_owned());
        assert_eq!(told(&difference.new_failures), [of("s", "a")]);
        assert_eq!(told(&difference.fixed), [of("s", "b")]);
        assert_eq!(told(&difference.new), [of("s", "d")]);
        assert_eq!(told(&difference.gone), [of("old", "a"), of("old", "b"), of("old", "c"), of("old", "e"), of("s", "c")]);
        assert!(difference.changed.is_empty());
        assert_eq!(difference.subjects_gone, ["old"]);
        assert!(difference.subjects_new.is_empty());
        assert_eq!(difference.versions.len(), 2, "those of `old`: the verdicts of `s` stay FAIL");
        assert!(Difference::of(("one", &then), ("one", &then)).is_empty());
    }
}

on_both! {
    async fn the_table_is_made_of_the_database_alone(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("next", "draft"), ("v1", "effective")], &[("a", "week")]);
        let moment = "2026-11-20T02:00:00Z";
        let mut start = scope.night(moment, &["s"]);
        start.subjects[0] = SubjectInfo {
            display_name: "A cloud".to_owned(),
            operator: Some("An operator".to_owned()),
            ..start.subjects[0].clone()
        };
        results.begin_night(&start).await.unwrap();
        results.record(&RunRecord::of(moment, &scope.all("s", "1", at(moment), Verdict::Pass))).await.unwrap();

        let scopes = results.scopes(moment).await.unwrap();
        let manifest = touchstone_scope::Manifest::parse(&scopes[0].file, &scopes[0].text).unwrap();
        let subjects = results.subjects(moment).await.unwrap();
        let now = at("2026-11-20T03:00:00Z");
        let cards = [results.card("s", &ScopeAt::new(&manifest, now, None)).await.unwrap()];
        let columns = vec![StatusScope { uuid: SCOPE.to_owned(), name: scopes[0].name.clone() }];
        let status = Status::of(now, columns, &subjects, &cards);
        assert_eq!(status.rows[0].name, "A cloud");
        assert_eq!(status.rows[0].scopes[SCOPE].shown(), "next*, v1");
    }
}
