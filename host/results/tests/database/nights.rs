use sqlx::{ConnectOptions, Connection, Executor};
use touchstone_report::json;
use touchstone_results::{Attempt, Begun, Recorded, Results, ResultsError, RunRecord, StateUrl};
use touchstone_scope::{Section, Verdict};

use crate::on_both;
use crate::support::sample::{SCOPE, Scope, at};

const FIRST: &str = "2026-11-26T02:30:00Z";
const SECOND: &str = "2026-11-27T02:30:00Z";

fn scope() -> Scope {
    Scope::new(&[("v2", "effective"), ("v1", "deprecated")], &[("a", "week"), ("b", "week")])
}

on_both! {
    async fn a_night_is_begun_once_and_ended_once(empty: Empty) {
        let results = empty.open().await;
        assert_eq!(results.unfinished_night().await.unwrap(), None);
        let mut start = scope().night(FIRST, &["one", "two"]);
        start.sections = vec![Section::Light, Section::Heavy];
        start.subjects[0].operator = Some("An \0 operator".to_owned());
        let Begun::New(night) = results.begin_night(&start).await.unwrap() else { panic!() };
        assert_eq!((night.due_at, night.finished_at), (at(FIRST), None));
        assert_eq!(night.sections, [Section::Light, Section::Heavy]);

        let again = results.begin_night(&scope().night(FIRST, &["three"])).await.unwrap();
        assert_eq!(again, Begun::AlreadyThere(night.clone()));
        assert_eq!(results.unfinished_night().await.unwrap(), Some(night));
        let subjects = results.subjects(FIRST).await.unwrap();
        assert_eq!(subjects.iter().map(|subject| subject.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(subjects[0].operator.as_deref(), Some("An \u{fffd} operator"));
        assert_eq!(subjects[0].scopes, [SCOPE]);
        assert_eq!(results.scopes(FIRST).await.unwrap(), start.scopes);

        assert!(results.end_night(FIRST, at("2026-11-26T03:00:00Z"), &[]).await.unwrap());
        assert!(!results.end_night(FIRST, at("2026-11-26T04:00:00Z"), &[]).await.unwrap());
        let night = results.night(FIRST).await.unwrap().unwrap();
        assert_eq!(night.finished_at, Some(at("2026-11-26T03:00:00Z")));
        assert_eq!(results.unfinished_night().await.unwrap(), None);
        let unknown = results.end_night(SECOND, at(SECOND), &[]).await.unwrap_err();
        assert!(matches!(unknown, ResultsError::UnknownNight(_)), "{unknown}");

        results.begin_night(&scope().night(SECOND, &[])).await.unwrap();
        let ids: Vec<String> = results.latest_nights(5).await.unwrap().into_iter().map(|night| night.id).collect();
        assert_eq!(ids, [SECOND, FIRST]);
        assert_eq!(results.latest_nights(1).await.unwrap().len(), 1);
        assert_eq!(results.finished_nights(5).await.unwrap().len(), 1);
    }
}

on_both! {
    async fn what_was_recorded_is_there_for_another_program(empty: Empty) {
        let results = empty.open().await;
        results.begin_night(&scope().night(FIRST, &["one"])).await.unwrap();
        let report = scope().report("one", "run-1", at(FIRST), |version, testcase| match (version, testcase) {
            ("v1", "a") => Some((Verdict::Fail, format!("zero \0 and {}", "long ".repeat(500)))),
            (_, "b") => None,
            _ => Some((Verdict::Pass, String::new())),
        });
        let failed = Attempt {
            night: FIRST.to_owned(),
            subject: "one".to_owned(),
            scope: SCOPE.to_owned(),
            attempt: 1,
            worker: Some("w1".to_owned()),
            started_at: at(FIRST),
            failed_at: at("2026-11-26T02:31:00Z"),
            reason: "connection reset".to_owned(),
        };
        results.attempt_failed(&failed).await.unwrap();
        results.attempt_failed(&failed).await.unwrap();
        let record = RunRecord {
            attempt: 2,
            worker: Some("w1"),
            tape: Some("tapes/one.tape"),
            ..RunRecord::of(FIRST, &report)
        };
        assert_eq!(results.record(&record).await.unwrap(), Recorded::New);
        drop(results);

        let results = Results::open_existing(&empty.url).await.unwrap();
        assert_eq!(results.recorded(FIRST).await.unwrap(), [("one".to_owned(), SCOPE.to_owned())].into());
        assert!(results.recorded(SECOND).await.unwrap().is_empty());
        let read = results.report("run-1").await.unwrap().unwrap();
        assert_eq!(json(&read), json(&report));
        assert_eq!(results.report("run-2").await.unwrap(), None);
        assert_eq!(results.attempts(FIRST).await.unwrap(), [failed]);
        let runs = results.runs(FIRST).await.unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!((runs[0].verdict, runs[0].exit_code, runs[0].attempt), (Some(Verdict::Fail), 1, 2));
        assert_eq!(runs[0].tape.as_deref(), Some("tapes/one.tape"));
        assert_eq!(runs[0].finished_at, at("2026-11-26T02:31:30Z"));
    }
}

on_both! {
    async fn a_run_without_report_is_recorded_as_well(empty: Empty) {
        let results = empty.open().await;
        results.begin_night(&scope().night(FIRST, &["one"])).await.unwrap();
        let record = RunRecord {
            night: FIRST,
            subject: "one",
            scope: &SCOPE.to_uppercase(),
            run: "run-1",
            attempt: 3,
            worker: None,
            started_at: at(FIRST),
            finished_at: at(FIRST),
            exit_code: 3,
            exit_reason: Some("a component was refused"),
            tape: None,
            report: None,
            json: None,
            letters: &[],
        };
        assert_eq!(results.record(&record).await.unwrap(), Recorded::New);
        assert_eq!(results.recorded(FIRST).await.unwrap(), [("one".to_owned(), SCOPE.to_owned())].into());
        let runs = results.runs(FIRST).await.unwrap();
        assert_eq!((runs[0].verdict, runs[0].exit_code), (None, 3));
        assert_eq!(runs[0].exit_reason.as_deref(), Some("a component was refused"));
        assert_eq!(results.report("run-1").await.unwrap(), None);

        let unknown = results.record(&RunRecord { night: SECOND, run: "run-2", ..record }).await.unwrap_err();
        assert!(matches!(unknown, ResultsError::UnknownNight(_)), "{unknown}");
    }
}

on_both! {
    async fn a_database_of_a_newer_program_is_refused(empty: Empty) {
        drop(empty.open().await);
        empty.execute("UPDATE @touchstone_schema SET version = 99").await;
        let refused = Results::open(&empty.url).await.unwrap_err();
        assert!(matches!(refused, ResultsError::Newer { found: 99, known: 2, .. }), "{refused}");
        assert!(refused.to_string().contains("a newer touchstone wrote this database"), "{refused}");
    }
}

on_both! {
    async fn a_database_of_an_older_program_is_brought_up_to_date(empty: Empty) {
        let results = empty.open().await;
        results.begin_night(&scope().night(FIRST, &["one"])).await.unwrap();
        results.close().await;
        empty.execute("ALTER TABLE @nights DROP COLUMN part").await;
        empty.execute("UPDATE @touchstone_schema SET version = 1").await;
        let results = empty.open().await;
        let night = results.night(FIRST).await.unwrap().unwrap();
        assert!(!night.is_part);
        assert_eq!(results.unfinished_night().await.unwrap(), Some(night));
    }
}

on_both! {
    async fn a_part_of_a_night_is_nobody_elses(empty: Empty) {
        let results = empty.open().await;
        let mut start = scope().night(FIRST, &["one"]);
        start.is_part = true;
        results.begin_night(&start).await.unwrap();
        assert!(results.night(FIRST).await.unwrap().unwrap().is_part);
        assert_eq!(results.unfinished_night().await.unwrap(), None);
        results.end_parts(start.started_at, at(SECOND)).await.unwrap();
        assert_eq!(results.night(FIRST).await.unwrap().unwrap().finished_at, None, "it has just begun");
        results.end_parts(at(SECOND), at(SECOND)).await.unwrap();
        assert_eq!(results.night(FIRST).await.unwrap().unwrap().finished_at, Some(at(SECOND)));
    }
}

on_both! {
    async fn a_report_that_was_changed_is_not_believed(empty: Empty) {
        let results = empty.open().await;
        results.begin_night(&scope().night(FIRST, &["one"])).await.unwrap();
        let report = scope().all("one", "run-1", at(FIRST), Verdict::Fail);
        results.record(&RunRecord::of(FIRST, &report)).await.unwrap();
        empty.execute("UPDATE @runs SET sha256 = 'sha256:00'").await;
        let damaged = results.report("run-1").await.unwrap_err();
        assert!(damaged.to_string().contains("its SHA-256 is sha256:"), "{damaged}");
    }
}

#[tokio::test]
async fn a_file_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = StateUrl::file(folder.path().join("other.db"));
    assert!(matches!(Results::open_existing(&url).await.unwrap_err(), ResultsError::Missing(_)));
    std::fs::write(url.path().unwrap(), "").unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(url.path().unwrap());
    let mut connection = options.connect().await.unwrap();
    connection.execute("CREATE TABLE results (id INTEGER)").await.unwrap();
    connection.close().await.unwrap();
    let refused = Results::open(&url).await.unwrap_err();
    assert!(refused.to_string().contains("another program made this database"), "{refused}");
    std::fs::write(
        url.path().unwrap(),
        "this is no database at all, but a text that is long enough to be one",
    )
    .unwrap();
    let refused = Results::open(&url).await.unwrap_err();
    assert!(refused.to_string().contains("file is not a database"), "{refused}");
}

#[tokio::test]
async fn who_opens_a_file_that_another_program_just_made_waits() {
    let folder = tempfile::tempdir().unwrap();
    let url = StateUrl::file(folder.path().join("new.db"));
    std::fs::write(url.path().unwrap(), "").unwrap();
    // It is about to write the first page: SQLite lets nobody wait for that who wants a write-ahead log.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(url.path().unwrap());
    let mut other = options.connect().await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let opened = tokio::spawn(async move { Results::open(&url).await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!opened.is_finished(), "{:?}", opened.await);
    other.execute("ROLLBACK").await.unwrap();
    opened.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let url = StateUrl::file(folder.path().join("new/state.db"));
    drop(Results::open(&url).await.unwrap());
    let mode = std::fs::metadata(url.path().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
