use touchstone_results::{Kind, Letter, Pruned, ResultsError, ScopeAt};
use touchstone_scope::Verdict;

use crate::support::sample::{Scope, at};
use crate::{card, on_both, record, verdict};

on_both! {
    async fn what_still_counts_is_kept(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("rare", "quarter"), ("often", "week")]);
        record(&results, &scope, &scope.all("s", "first", at("2026-10-01T02:00:00Z"), Verdict::Pass)).await;
        for day in 2..=9 {
            let moment = at(&format!("2026-10-0{day}T02:00:00Z"));
            let report = scope.report("s", &format!("{day}"), moment, |_, testcase| {
                (testcase == "often").then_some((Verdict::Pass, String::new()))
            });
            record(&results, &scope, &report).await;
        }
        let letter = |key: &str| Letter {
            kind: Kind::Monitor,
            destination: "scs".to_owned(),
            payload: Vec::new(),
            dedup_key: key.to_owned(),
        };
        for key in ["sent", "waits"] {
            results.put_letter(&letter(key), at("2026-10-01T03:00:00Z")).await.unwrap();
        }
        let sent = results.due_letters(at("2026-10-01T03:00:00Z"), 1).await.unwrap();
        results.letter_accepted(sent[0].id, at("2026-10-01T03:00:00Z")).await.unwrap();

        let moments = ["2026-10-08T00:00:00Z", "2026-10-08T03:00:00Z", "2026-10-09T03:00:00Z", "2026-12-31T00:00:00Z"];
        let mut before = Vec::new();
        for moment in moments {
            before.push(card(&results, &scope, "s", moment).await);
        }
        let pruned = results.prune(at("2026-10-08T00:00:00Z")).await.unwrap();
        // Those of the first, which has the only result of `rare`, and of the last before stay.
        assert_eq!(pruned, Pruned { nights: 5, runs: 5, letters: 1 });
        for (moment, before) in moments.into_iter().zip(before) {
            assert_eq!(card(&results, &scope, "s", moment).await, before, "{moment}");
        }
        assert!(results.report("first").await.unwrap().is_some());
        assert!(results.report("7").await.unwrap().is_some());
        assert!(results.report("6").await.unwrap().is_none());
        let refused = results.card("s", &ScopeAt::new(&scope.manifest(), at("2026-10-07T23:59:59Z"), None)).await.unwrap_err();
        assert!(matches!(refused, ResultsError::Pruned { .. }), "{refused}");
        assert_eq!(results.due_letters(at("2026-12-01T00:00:00Z"), 9).await.unwrap().len(), 1);
        assert!(results.put_letter(&letter("sent"), at("2026-10-09T00:00:00Z")).await.unwrap(), "it was forgotten");
        assert_eq!(results.prune(at("2026-10-08T00:00:00Z")).await.unwrap(), Pruned::default());
    }
}

on_both! {
    /// An attestation is in every night's report with the time when it was attested: the newest of them is enough.
    async fn equal_results_are_kept_once(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("a", "quarter")]);
        for day in 1..=5 {
            let night = at(&format!("2026-10-0{day}T02:00:00Z"));
            let mut report = scope.all("s", &format!("{day}"), at("2026-09-30T00:00:00Z"), Verdict::Pass);
            report.run.started_at = night;
            report.run.finished_at = night;
            record(&results, &scope, &report).await;
        }
        assert_eq!(results.prune(at("2026-10-05T00:00:00Z")).await.unwrap().runs, 3);
        assert_eq!(verdict(&card(&results, &scope, "s", "2026-10-05T00:00:00Z").await, "v1"), Verdict::Pass);
        assert_eq!(verdict(&card(&results, &scope, "s", "2026-10-05T03:00:00Z").await, "v1"), Verdict::Pass);
    }
}

on_both! {
    async fn a_night_that_goes_on_is_not_forgotten(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("a", "week")]);
        results.begin_night(&scope.night("2026-10-01T02:00:00Z", &["s"])).await.unwrap();
        assert_eq!(results.prune(at("2026-11-01T00:00:00Z")).await.unwrap(), Pruned::default());
        assert!(results.unfinished_night().await.unwrap().is_some());
        results.end_night("2026-10-01T02:00:00Z", at("2026-10-01T03:00:00Z"), &[]).await.unwrap();
        // The newest says who the subjects are.
        assert_eq!(results.prune(at("2026-11-01T00:00:00Z")).await.unwrap(), Pruned::default());
        assert_eq!(results.subjects("2026-10-01T02:00:00Z").await.unwrap().len(), 1);
    }
}
