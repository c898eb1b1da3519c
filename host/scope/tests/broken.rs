//! Broken manifests, each beside what is said about it. `UPDATE=1 cargo test -p touchstone-scope` writes the answers
//! anew: read the difference before you keep it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use miette::{GraphicalReportHandler, GraphicalTheme};
use touchstone_scope::{Diagnostics, Manifest};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

fn diagnose(name: &str) -> Diagnostics {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    Manifest::parse(name, &text).expect_err(name)
}

fn assert_answer(name: &str, said: &str) {
    let path = folder().join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, said).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said, expected, "{} differs; UPDATE=1 writes it anew", path.display());
}

#[test]
fn every_broken_manifest_is_explained() {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    assert!(names.len() >= 40, "{names:?}");
    for name in names {
        let started = Instant::now();
        let diagnostics = diagnose(&name);
        assert!(started.elapsed() < Duration::from_secs(5), "{name} took {:?}", started.elapsed());
        assert!(!diagnostics.problems().is_empty(), "{name}");
        let text = fs::read_to_string(folder().join(&name)).unwrap();
        for problem in diagnostics.problems() {
            assert_place(&text, problem.span.offset, problem.span.line, problem.span.column, &name);
            for (_, span) in &problem.related {
                assert_place(&text, span.offset, span.line, span.column, &name);
            }
        }
        assert_answer(&name.replace(".yaml", ".txt"), &diagnostics.plain());
    }
}

/// Line and column must be those of the offset.
fn assert_place(text: &str, offset: usize, line: u32, column: u32, name: &str) {
    let before = text.get(..offset).unwrap_or_else(|| panic!("{name}: {offset} is no place in the text"));
    let expected_line = before.matches('\n').count() + 1;
    let expected_column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    assert_eq!((line as usize, column as usize), (expected_line, expected_column), "{name} at {offset}");
}

#[test]
fn terminals_get_pictures() {
    for name in ["several", "testcase-twice-in-version", "invisible-character-escaped"] {
        let mut picture = String::new();
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
            .with_width(100)
            .render_report(&mut picture, &diagnose(&format!("{name}.yaml")))
            .unwrap();
        let picture: String = picture.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        assert_answer(&format!("{name}.graphical.txt"), &picture);
    }
}

#[test]
fn huge_texts_are_refused_at_once() {
    let started = Instant::now();
    let huge = "a: ".to_owned() + &"x".repeat(5 << 20);
    let deep = "[".repeat(1_000_000);
    let long = format!("[{}]", "x,".repeat(1_000_000));
    for text in [huge, deep, long] {
        let diagnostics = Manifest::parse("m.yaml", &text).unwrap_err();
        assert_eq!(diagnostics.problems().len(), 1);
        assert!(diagnostics.plain().len() < 400, "{}", diagnostics.plain());
    }
    let example = fs::read_to_string(folder().join("../example.yaml")).unwrap();
    let unknown: String = (0..20_000).map(|number| format!("a-frist-{number}, ")).collect();
    let many = example.replace("main: [", &format!("main: [{unknown}"));
    let diagnostics = Manifest::parse("m.yaml", &many).unwrap_err();
    assert_eq!(diagnostics.problems().len(), 100);
    assert!(diagnostics.plain().ends_with("m.yaml: error: 19900 more problems are not shown\n"));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}
