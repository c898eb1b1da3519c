use tracing::{info, info_span, warn};
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::layers::{Wanted, layers};

const NIGHT: &str = "2026-11-27T02:30:00Z";

/// Runs with logs below a folder, and gives back what went wrong.
fn with_logs(config: LogConfig, run: impl FnOnce()) -> Option<String> {
    let (layer, observing) = layers(Wanted { subject_logs: true, ..Wanted::default() });
    observing.log_subjects_to(config);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), run);
    observing.problems().pop()
}

fn read(folder: &Path, subject: &str) -> String {
    std::fs::read_to_string(log_path(folder, NIGHT, subject)).unwrap_or_default()
}

/// Lines without their time.
fn said(folder: &Path, subject: &str) -> Vec<String> {
    let text = read(folder, subject);
    let lines = text.lines().map(|line| {
        let (time, rest) = line.split_once(' ').expect("a time");
        assert!(time.parse::<jiff::Timestamp>().is_ok() && time.len() == 24, "{time}");
        rest.to_owned()
    });
    lines.collect()
}

#[test]
fn what_is_said_in_a_subjects_span_goes_to_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let problem = with_logs(LogConfig::new(folder.path()), || {
        info!("to nobody");
        let night = info_span!("night", night = NIGHT).entered();
        info!("of no subject");
        for name in ["a", "b"] {
            let subject = info_span!("subject", subject = name, attempt = 2).entered();
            info!(status = 503, "asked {name}");
            let check = info_span!("check", check = "flavors", found = tracing::field::Empty).entered();
            check.record("found", 42);
            warn!(answer = ?"x\ny", "odd");
            drop(check);
            drop(subject);
        }
        drop(night);
    });
    assert_eq!(problem, None);
    for name in ["a", "b"] {
        let expected = [
            format!(" INFO touchstone_observe::logs::tests: asked {name} status=503"),
            " WARN touchstone_observe::logs::tests check{check=flavors found=42}: odd answer=\"x\\ny\""
                .to_owned(),
        ];
        assert_eq!(said(folder.path(), name), expected);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(folder.path().join(NIGHT)).unwrap().count(), 2);
}

#[test]
fn libraries_are_never_logged() {
    let folder = tempfile::tempdir().unwrap();
    with_logs(LogConfig::new(folder.path()), || {
        let _subject = info_span!("subject", night = NIGHT, subject = "a").entered();
        for_libraries();
        info!(target: "touchstone", "ours");
        info!(target: "touchstone_runner::run", "ours, too");
    });
    let said = said(folder.path(), "a");
    assert_eq!(said, [" INFO touchstone: ours", " INFO touchstone_runner::run: ours, too"]);
}

fn for_libraries() {
    info!(target: "hyper::proto", "X-Auth-Token: secret");
    info!(target: "reqwest", "secret");
    info!(target: "touchstoned", "secret");
    info!(target: "touch", "secret");
    let _span = info_span!(target: "rustls", "handshake", subject = "b", key = "secret").entered();
    info!(target: "lettre", "AUTH PLAIN secret");
}

#[test]
fn hostile_texts_stay_in_their_line_and_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let evil = "../../x\x1b[2J\n2026-11-27T00:00:00.000Z  INFO touchstone: all is well\u{202e}";
    with_logs(LogConfig::new(folder.path().join("logs")), || {
        let _subject = info_span!("subject", night = "../up", subject = evil).entered();
        let _check = info_span!("check", check = evil).entered();
        info!(reason = evil, "{evil}");
    });
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside the folder");
    let text = std::fs::read_to_string(log_path(&folder.path().join("logs"), "../up", evil)).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(!text.trim_end().chars().any(|c| c.is_control() || c == '\u{202e}'), "{text}");
}

#[test]
fn a_log_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let config = LogConfig { max_bytes: 40_000, ..LogConfig::new(folder.path()) };
    with_logs(config, || {
        let _subject = info_span!("subject", night = NIGHT, subject = "a").entered();
        info!("{}", "ä".repeat(20_000));
        for n in 0..1000 {
            info!("line {n:04}");
        }
    });
    let text = read(folder.path(), "a");
    assert!(text.len() <= 40_000 && text.len() > 39_000, "{}", text.len());
    assert!(text.lines().next().unwrap().ends_with("ä […]"));
    assert!(text.lines().next().unwrap().len() < 17_000);
    assert!(text.ends_with("[the log was cut here: it has as many bytes as it may have]\n"), "{text}");
}

#[test]
fn a_thousand_subjects_on_many_threads_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let (layer, observing) = layers(Wanted { subject_logs: true, ..Wanted::default() });
    observing.log_subjects_to(LogConfig::new(folder.path()));
    let dispatch = tracing::Dispatch::new(tracing_subscriber::registry().with(layer));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let dispatch = &dispatch;
            scope.spawn(move || {
                tracing::dispatcher::with_default(dispatch, || {
                    let spans =
                        (0..1000).map(|n| info_span!("subject", night = NIGHT, subject = format!("s{n}")));
                    let spans: Vec<_> = spans.collect();
                    for round in 0..3 {
                        for (n, span) in spans.iter().enumerate() {
                            span.in_scope(|| info!("{n} {round} {thread} {}", "x".repeat(100)));
                        }
                    }
                });
            });
        }
    });
    assert_eq!(observing.problems(), [""; 0]);
    for n in 0..1000 {
        let mut said = said(folder.path(), &format!("s{n}"));
        said.sort();
        let begin = " INFO touchstone_observe::logs::tests:";
        let mut expected: Vec<String> = (0..3)
            .flat_map(|round| {
                (0..4).map(move |thread| format!("{begin} {n} {round} {thread} {}", "x".repeat(100)))
            })
            .collect();
        expected.sort();
        assert_eq!(said, expected);
    }
}

#[test]
fn a_subject_that_is_tried_again_goes_on_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    with_logs(LogConfig::new(folder.path()), || {
        for attempt in 1..=2 {
            let _subject = info_span!("subject", night = NIGHT, subject = "a").entered();
            info!("attempt {attempt}");
        }
    });
    assert_eq!(said(folder.path(), "a").len(), 2);
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let problem = with_logs(LogConfig::new(file.path()), || {
        let _subject = info_span!("subject", night = NIGHT, subject = "a").entered();
        info!("lost");
    });
    assert!(problem.unwrap().contains("a.log cannot be written: "));
}
