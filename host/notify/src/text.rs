//! A notification in words, as plain text.
//!
//! Every name and reason is made printable first: one line each, no control characters.

use std::fmt::Write as _;

use touchstone_report::{cut, printable};
use touchstone_scope::{State, Verdict};

use crate::notification::{Change, Kind, Notification};

/// Characters of a subject line, at most.
const SUBJECT: usize = 140;

/// Subjects that a subject line names, at most.
const NAMED: usize = 4;

/// Characters of a name, at most.
const NAME: usize = 60;

/// One line that says the most important of it: `[touchstone] gx-scs: PASS → FAIL, SCS-compatible IaaS v5.1`.
pub(crate) fn subject(told: &Notification) -> String {
    let line = match told.changes.as_slice() {
        [only] if told.left_out == 0 => {
            format!("{}: {}, {}", name(&only.subject), verdicts(only.before, only.after), scope(only))
        }
        changes => {
            let mut names: Vec<String> = changes.iter().map(|change| name(&change.subject)).collect();
            let mut seen = std::collections::HashSet::new();
            names.retain(|name| seen.insert(name.clone()));
            let more = if names.len() > NAMED || told.left_out > 0 { ", …" } else { "" };
            names.truncate(NAMED);
            format!("{}: {}{more}", counts(told), names.join(", "))
        }
    };
    let line = format!("[touchstone] {line}");
    if line.chars().count() <= SUBJECT {
        line
    } else {
        line.chars().take(SUBJECT - 1).chain(['…']).collect()
    }
}

/// All of it.
pub(crate) fn body(told: &Notification) -> String {
    let mut text = format!("Night of {}: {}.\n", printable(&told.night), counts(told));
    for change in &told.changes {
        text.push('\n');
        text.push_str(&entry(change));
    }
    if told.left_out > 0 {
        let _ = write!(text, "\n… and {} more changes; `touchstone diff` tells all.\n", told.left_out);
    }
    let _ = write!(
        text,
        "\n-- \nTouchstone tells of each change once, and of nothing else.\nNotification {}\n",
        printable(&told.id)
    );
    text
}

fn entry(change: &Change) -> String {
    let kind = match change.kind {
        Kind::Worse => "WORSE ",
        Kind::New => "NEW   ",
        Kind::Gone => "GONE  ",
        Kind::Better => "BETTER",
    };
    let mut text = format!("{kind}  {}\n", who(change));
    let mut line = |said: String| {
        let _ = writeln!(text, "        {said}");
    };
    line(format!("{}: {}", scope(change), verdicts(change.before, change.after)));
    for one in &change.testcases {
        let colon = if one.reason.is_empty() { "" } else { ": " };
        let (testcase, reason) = (cut(&printable(&one.testcase), NAME), printable(&one.reason));
        line(format!("- {testcase} {}{colon}{reason}", verdicts(one.before, one.after)));
    }
    if change.testcases_left_out > 0 {
        line(format!("- and {} more testcases", change.testcases_left_out));
    }
    if change.kind == Kind::Gone {
        line("is not judged any more; was it taken out on purpose?".to_owned());
    }
    if let Some(report) = &change.report {
        line(printable(report));
    }
    text
}

/// `Wavestack (wavestack, noris network AG)`, or less where less is known.
fn who(change: &Change) -> String {
    let subject = name(&change.subject);
    let shown = change.display_name.as_deref().map(name).filter(|shown| *shown != subject);
    let operator = change.operator.as_deref().map(name);
    let aside: Vec<String> = shown.is_some().then(|| subject.clone()).into_iter().chain(operator).collect();
    let shown = shown.unwrap_or(subject);
    if aside.is_empty() { shown } else { format!("{shown} ({})", aside.join(", ")) }
}

fn scope(change: &Change) -> String {
    let state = match change.state {
        None | Some(State::Effective) => String::new(),
        Some(state) => format!(" ({state})"),
    };
    format!("{} {}{state}", name(&change.scope.name), name(&change.version))
}

fn verdicts(before: Option<Verdict>, after: Option<Verdict>) -> String {
    let word = |verdict: Option<Verdict>| verdict.map_or("–", Verdict::word);
    format!("{} → {}", word(before), word(after))
}

fn counts(told: &Notification) -> String {
    let counts = told.counts;
    let said =
        [(counts.worse, "worse"), (counts.new, "new"), (counts.gone, "gone"), (counts.better, "better")];
    let said =
        said.into_iter().filter(|(number, _)| *number > 0).map(|(number, kind)| format!("{number} {kind}"));
    said.collect::<Vec<_>>().join(", ")
}

fn name(text: &str) -> String {
    cut(&printable(text), NAME)
}

#[cfg(test)]
mod tests;
