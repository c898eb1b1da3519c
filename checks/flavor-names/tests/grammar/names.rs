//! The table of hand-checked names in `tests/names.txt`, whose head says how it is written.

use std::collections::BTreeSet;
use std::fmt::Write;

use flavor_names::{FlavorName, Reading, Syntax};

const TABLE: &str = include_str!("../names.txt");

#[test]
fn every_name_is_read_as_the_table_says() {
    let mut wrong = String::new();
    for row in rows() {
        let (verdict, explanation) = read(&row.name);
        if (verdict.as_str(), explanation.as_str()) != (row.verdict.as_str(), row.explanation.as_str()) {
            let _ = writeln!(wrong, "line {}: {:?}", row.line, row.name);
            let _ = writeln!(
                wrong,
                "    is: {verdict} | {explanation}\n    should be: {} | {}",
                row.verdict, row.explanation
            );
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn only_names_of_version_3_are_parsed_without_tolerance() {
    for row in rows() {
        assert_eq!(FlavorName::parse(&row.name).is_ok(), row.verdict.starts_with("ok"), "{:?}", row.name);
    }
}

#[test]
fn only_names_without_the_prefix_are_foreign() {
    for row in rows() {
        let foreign = Reading::of(&row.name).is_err_and(|error| error.is_foreign());
        assert_eq!(foreign, !row.name.starts_with("SCS-"), "{:?}", row.name);
    }
}

#[test]
fn the_table_is_large_and_has_no_name_twice() {
    let rows = rows();
    let names: BTreeSet<_> = rows.iter().map(|row| &row.name).collect();
    assert_eq!(names.len(), rows.len(), "a name stands twice");
    assert!(rows.len() >= 300, "only {} names", rows.len());
    let right = rows.iter().filter(|row| row.verdict.starts_with(['o', 'v'])).count();
    assert!(right >= 100 && rows.len() - right >= 100, "{right} of {} names are right", rows.len());
}

/// What the library says, in the words of the table.
fn read(name: &str) -> (String, String) {
    match Reading::of(name) {
        Err(error) => (
            format!("{} {}", error.position(), error.piece()).trim_end_matches(' ').to_owned(),
            error.message(),
        ),
        Ok(Reading { flavor, syntax, .. }) => {
            let canonical = flavor.to_string();
            let verdict = match syntax {
                Syntax::V3 if canonical == name => "ok".to_owned(),
                Syntax::V3 => format!("ok as {canonical}"),
                Syntax::V2 => format!("v2 as {canonical}"),
                Syntax::V1 => format!("v1 as {canonical}"),
            };
            (verdict, flavor.explain())
        }
    }
}

struct Row {
    line: usize,
    name: String,
    verdict: String,
    explanation: String,
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(text, line)| {
            let columns: Vec<_> = text.split(" | ").collect();
            let [name, verdict, explanation] = columns[..] else {
                panic!("line {line} has no three columns")
            };
            let verdict = unescaped(verdict.trim()).trim_end_matches(' ').to_owned();
            Row { line, name: unescaped(name), verdict, explanation: explanation.to_owned() }
        })
        .collect()
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let (c, length) = match escape.as_bytes().first() {
            Some(b'n') => ('\n', 1),
            Some(b't') => ('\t', 1),
            Some(b's') => (' ', 1),
            _ => {
                let hex =
                    escape.strip_prefix("u{").and_then(|hex| hex.split_once('}')).expect("a known escape").0;
                (char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap(), hex.len() + 3)
            }
        };
        out.push(c);
        rest = &escape[length..];
    }
    out + rest
}
