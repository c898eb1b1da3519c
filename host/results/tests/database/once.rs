use touchstone_results::{Kind, Letter, Recorded, Results, ResultsError, RunRecord};
use touchstone_scope::Verdict;

use crate::on_both;
use crate::support::sample::{Scope, at};

const NIGHT: &str = "2026-11-26T02:30:00Z";

fn scope() -> Scope {
    Scope::new(&[("v1", "effective")], &[("a", "week"), ("b", "week")])
}

fn letter(key: &str) -> Letter {
    Letter {
        kind: Kind::Monitor,
        destination: "scs".to_owned(),
        payload: b"payload".to_vec(),
        dedup_key: key.to_owned(),
    }
}

on_both! {
    async fn of_many_who_record_the_same_run_one_does(empty: Empty) {
        const PROGRAMS: usize = 8;
        let first = empty.open().await;
        first.begin_night(&scope().night(NIGHT, &["one"])).await.unwrap();
        for round in 0..10 {
            let subject = format!("subject-{round}");
            let attempts = (0..PROGRAMS).map(|program| {
                let (url, subject) = (empty.url.clone(), subject.clone());
                tokio::spawn(async move {
                    let results = Results::open(&url).await.unwrap();
                    let verdict = if program % 2 == 0 { Verdict::Pass } else { Verdict::Fail };
                    let report = scope().all(&subject, &format!("{subject}-{program}"), at(NIGHT), verdict);
                    let letters = [letter(&format!("{subject}-{program}")), letter(&subject)];
                    let record = RunRecord { letters: &letters, ..RunRecord::of(NIGHT, &report) };
                    results.record(&record).await.unwrap()
                })
            });
            let attempts: Vec<_> = attempts.collect();
            let mut new = 0;
            for attempt in attempts {
                new += usize::from(attempt.await.unwrap() == Recorded::New);
            }
            assert_eq!(new, 1, "{subject}");
        }
        assert_eq!(first.recorded(NIGHT).await.unwrap().len(), 10);
        let letters = first.due_letters(at("2026-12-01T00:00:00Z"), 1000).await.unwrap();
        assert_eq!(letters.len(), 20, "one of its own, and one of the subject");
        for run in first.runs(NIGHT).await.unwrap() {
            let report = first.report(&run.run).await.unwrap().unwrap();
            assert_eq!((report.verdict(), report.subject), (run.verdict, run.subject));
        }
    }
}

on_both! {
    async fn a_run_is_not_recorded_under_two_names(empty: Empty) {
        let results = empty.open().await;
        results.begin_night(&scope().night(NIGHT, &["one"])).await.unwrap();
        let report = scope().all("one", "run", at(NIGHT), Verdict::Pass);
        results.record(&RunRecord::of(NIGHT, &report)).await.unwrap();
        assert_eq!(results.record(&RunRecord::of(NIGHT, &report)).await.unwrap(), Recorded::AlreadyThere);
        let other = scope().all("two", "run", at(NIGHT), Verdict::Pass);
        let error = results.record(&RunRecord::of(NIGHT, &other)).await.unwrap_err();
        assert!(matches!(error, ResultsError::DoubledRun { .. }), "{error}");
        assert_eq!(results.recorded(NIGHT).await.unwrap().len(), 1);
    }
}

on_both! {
    /// What is given up in the middle was not begun.
    async fn who_stops_waiting_leaves_nothing_half_written(empty: Empty) {
        let results = empty.open().await;
        results.begin_night(&scope().night(NIGHT, &["one"])).await.unwrap();
        let mut recorded = 0;
        for micros in 0..200 {
            let subject = format!("subject-{micros}");
            let report = scope().all(&subject, &subject, at(NIGHT), Verdict::Pass);
            let letters = [letter(&subject)];
            let record = RunRecord { letters: &letters, ..RunRecord::of(NIGHT, &report) };
            let patience = std::time::Duration::from_micros(micros * 40);
            recorded += usize::from(tokio::time::timeout(patience, results.record(&record)).await.is_ok());
        }
        let runs = results.recorded(NIGHT).await.unwrap();
        assert!(runs.len() >= recorded && recorded < 200, "{recorded} of {}", runs.len());
        let letters = results.due_letters(at("2026-12-01T00:00:00Z"), 1000).await.unwrap();
        assert_eq!(letters.len(), runs.len());
        for letter in letters {
            assert!(runs.iter().any(|(subject, _)| *subject == letter.letter.dedup_key));
        }
    }
}

on_both! {
    async fn writers_do_not_starve(empty: Empty) {
        let results = empty.open().await;
        results.begin_night(&scope().night(NIGHT, &["one"])).await.unwrap();
        let subjects = (0..1000).map(|number| {
            let results = results.clone();
            tokio::spawn(async move {
                let subject = format!("subject-{number}");
                let report = scope().all(&subject, &subject, at(NIGHT), Verdict::Pass);
                results.record(&RunRecord::of(NIGHT, &report)).await.unwrap()
            })
        });
        for subject in subjects.collect::<Vec<_>>() {
            assert_eq!(subject.await.unwrap(), Recorded::New);
        }
        assert_eq!(results.recorded(NIGHT).await.unwrap().len(), 1000);
    }
}
