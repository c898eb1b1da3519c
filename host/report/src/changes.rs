//! What a replay says otherwise than the run, over many subjects.

use std::fmt::Write as _;

use crate::layout::{left, width_of};
use crate::printable::printable;

/// A testcase on which a replay says otherwise than the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The subject.
    pub subject: String,
    /// The testcase.
    pub testcase: String,
    /// The verdict of the run; none if it did not judge the testcase.
    pub then: Option<String>,
    /// The verdict of the replay.
    pub now: Option<String>,
    /// Why, for people.
    pub reason: String,
}

/// All changes as a table for a terminal, sorted by subject and testcase; reasons are cut where a line is full.
pub fn changes_table(changes: &[Change], width: usize) -> String {
    if changes.is_empty() {
        return "No verdict on a testcase is another one than in the runs.\n".to_owned();
    }
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| (&change.subject, &change.testcase));
    let widest = |texts: &dyn Fn(&Change) -> String, most: usize| {
        sorted.iter().map(|change| width_of(&texts(change))).max().unwrap_or(0).min(most)
    };
    let subject = |change: &Change| printable(&change.subject);
    let testcase = |change: &Change| printable(&change.testcase);
    let (subjects, testcases) = (widest(&subject, 24), widest(&testcase, 40));
    let mut text = format!("{} verdicts on testcases are others than in the runs:\n", changes.len());
    for change in sorted {
        let verdicts = format!("{:>4} → {:<4}", word(change.then.as_ref()), word(change.now.as_ref()));
        let line = format!(
            "{}  {}  {verdicts}  {}",
            left(&subject(change), subjects),
            left(&testcase(change), testcases),
            printable(&change.reason.replace('\n', " "))
        );
        let _ = writeln!(text, "{}", cut_to(line.trim_end(), width));
    }
    text
}

fn word(verdict: Option<&String>) -> String {
    verdict.map_or_else(|| "–".to_owned(), |verdict| printable(verdict))
}

/// The text, as far as it fits into a line.
fn cut_to(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for character in text.chars() {
        if width_of(&cut) + width_of(character.encode_utf8(&mut [0; 4])) + 1 > width {
            break;
        }
        cut.push(character);
    }
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_line_by_line() {
        let change = |subject: &str, then: Option<&str>, now: &str| Change {
            subject: subject.into(),
            testcase: "scs-0100-syntax-check".into(),
            then: then.map(str::to_owned),
            now: Some(now.into()),
            reason: "a reason\nthat \u{1b}[31mgoes on and on".into(),
        };
        let table = changes_table(&[change("b", None, "DNF"), change("a.example", Some("PASS"), "FAIL")], 60);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("a.example  scs-0100-syntax-check  PASS → FAIL  a reason"), "{table}");
        assert!(lines[2].starts_with("b          scs-0100-syntax-check     – → DNF"), "{table}");
        assert!(lines.iter().all(|line| width_of(line) <= 60) && !table.contains('\u{1b}'), "{table}");
        assert!(changes_table(&[], 80).starts_with("No verdict"));
    }
}
