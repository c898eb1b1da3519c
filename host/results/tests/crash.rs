//! What a program that is killed had recorded is there, and nothing of what it had not.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::sample::at;

const NIGHT: &str = "2026-11-26T02:30:00Z";

on_both! {
    async fn what_a_killed_program_had_recorded_is_there(empty: Empty) {
        let mut said = BTreeSet::new();
        for round in 0..8_u32 {
            let moment = Duration::from_micros(u64::from(round) * 1700);
            said.extend(write_until_killed(&empty.url.to_string(), 5, moment));
        }
        assert!(said.len() >= 40, "{}: some were said twice", said.len());

        let results = empty.open().await;
        let recorded: BTreeSet<String> =
            results.recorded(NIGHT).await.unwrap().into_iter().map(|(subject, _)| subject).collect();
        let lost: Vec<_> = said.difference(&recorded).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        // What was recorded in the moment of death was not said.
        assert!(recorded.len() - said.len() <= 8, "{} of {}", said.len(), recorded.len());

        let runs = results.runs(NIGHT).await.unwrap();
        assert_eq!(runs.len(), recorded.len());
        for run in runs {
            assert!(results.report(&run.run).await.unwrap().is_some(), "{run:?}");
        }
        let letters = results.due_letters(at("2026-12-01T00:00:00Z"), usize::MAX).await.unwrap();
        let keys: BTreeSet<String> = letters.iter().map(|due| due.letter.dedup_key.clone()).collect();
        assert_eq!((keys.len(), &keys), (letters.len(), &recorded));
        // The dead hold nothing.
        for subject in recorded {
            let mut held = results.hold(&subject).await.unwrap();
            for _ in 0..200 {
                if held.is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
                held = results.hold(&subject).await.unwrap();
            }
            assert!(held.is_some(), "{subject} is still held");
        }
    }
}

on_both! {
    async fn two_programs_record_each_run_once(empty: Empty) {
        let url = empty.url.to_string();
        let writers = [(); 2].map(|()| {
            let url = url.clone();
            std::thread::spawn(move || write_until_killed(&url, 20, Duration::ZERO))
        });
        let [one, two] = writers.map(|writer| writer.join().unwrap());
        let both: BTreeSet<&String> = one.iter().chain(&two).collect();
        assert_eq!(both.len(), one.len() + two.len(), "both said the same: {one:?} {two:?}");
        let results = empty.open().await;
        let runs = results.runs(NIGHT).await.unwrap();
        assert!(both.iter().all(|said| runs.iter().any(|run| run.subject == **said)));
        let letters = results.due_letters(at("2026-12-01T00:00:00Z"), usize::MAX).await.unwrap();
        assert_eq!(letters.len(), runs.len());
    }
}

/// The subjects that the program said were recorded before it was killed: a moment after it had said so of some.
fn write_until_killed(url: &str, some: usize, moment: Duration) -> Vec<String> {
    let mut child = Command::new(writer()).args([url, NIGHT]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut said: Vec<String> = lines.by_ref().take(some).collect();
    assert_eq!(said.len(), some, "the program has ended by itself");
    std::thread::sleep(moment);
    // SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    said.extend(lines);
    said
}

/// The example `writer`, which cargo builds with the tests.
fn writer() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let writer = tests.parent().and_then(std::path::Path::parent).unwrap().join("examples/writer");
    assert!(
        writer.exists(),
        "{} is not there: `cargo build --examples -p touchstone-results`",
        writer.display()
    );
    writer
}
