//! The table of verdicts: version and target, how many testcases of each kind.

use touchstone_scope::{Target, Verdict};

use super::page::{Page, Style};
use super::{name_of, state_of, versions};
use crate::layout::{left, right, width_of};
use crate::model::{Report, TargetResult, VersionResult};

/// In the order in which people ask: what failed is on the right, where it is seen.
const COLUMNS: [Verdict; 4] = [Verdict::Pass, Verdict::Fail, Verdict::Dnf, Verdict::Miss];
const NUMBER: usize = 4;
const STATE: usize = 10;
const TARGET: usize = 11;
/// Follows the numbers of a target that does not decide.
pub(super) const ADVISORY: &str = "advisory";

/// Verdict and counts of each target of each version, as a table if it fits.
pub(super) fn verdicts(page: &mut Page, report: &Report) {
    let names = report.versions.keys().map(|name| width_of(&name_of(name)));
    let name_width = names.max().unwrap_or(0);
    let fixed = 2 + STATE + 2 + 4 + 2 + TARGET + COLUMNS.len() * (2 + NUMBER) + 2 + ADVISORY.len();
    if report.versions.is_empty() {
        page.line("No scope version was judged.");
    } else if name_width + fixed <= page.width {
        table(page, report, name_width);
    } else {
        stacked(page, report);
    }
    if report.versions.values().any(|version| version.targets.keys().any(|target| is_advisory(*target))) {
        page.gap();
        let note = "Only main decides whether a version is passed; advisory targets do not.";
        page.prose(0, note, Style::Faint);
    }
}

/// Counts of target main, in words; with `with_pass`, also how many passed, and never empty.
pub(super) fn main_counts(version: &VersionResult, with_pass: bool) -> String {
    let main = version.targets.get(&Target::Main);
    let text = main.map(|main| counts(main, with_pass)).unwrap_or_default();
    if with_pass && text.is_empty() { "no testcases".to_owned() } else { text }
}

pub(super) fn is_advisory(target: Target) -> bool {
    target != Target::Main
}

fn table(page: &mut Page, report: &Report, name_width: usize) {
    let numbers = |cells: [String; 4]| cells.map(|cell| format!("  {}", right(&cell, NUMBER))).concat();
    let before = name_width + 2 + STATE + 2 + 4 + 2 + TARGET;
    let header = format!("{}{}", " ".repeat(before), numbers(COLUMNS.map(|v| v.word().to_owned())));
    page.line(page.paint.style(Style::Faint, &header));
    for (name, version) in versions(report) {
        let mut first = true;
        for (target, result) in &version.targets {
            let (name, state) = if first { (name, state_of(version)) } else { ("", "") };
            first = false;
            let verdict = left(result.verdict.word(), 4);
            let style = if is_advisory(*target) { Style::Faint } else { Style::Verdict(result.verdict) };
            let cells = COLUMNS.map(|verdict| match result.with_verdict(verdict).len() {
                0 => "-".to_owned(),
                count => count.to_string(),
            });
            let advisory = if is_advisory(*target) { format!("  {ADVISORY}") } else { String::new() };
            page.line(format!(
                "{}  {}  {}  {}{}{}",
                left(&name_of(name), name_width),
                left(state, STATE),
                page.paint.style(style, &verdict),
                left(target.word(), TARGET),
                numbers(cells),
                page.paint.style(Style::Faint, &advisory)
            ));
        }
    }
}

fn stacked(page: &mut Page, report: &Report) {
    for (name, version) in versions(report) {
        let text = format!("{} ({})", name_of(name), state_of(version));
        let label = format!("{}  ", left(version.verdict.word(), 4));
        page.text(0, (&label, Style::Verdict(version.verdict)), (&text, Style::Plain), 6);
        for (target, result) in &version.targets {
            let advisory = if is_advisory(*target) { format!(" ({ADVISORY})") } else { String::new() };
            let text = format!("{}{advisory}: {}", target.word(), counts(result, true));
            page.text(6, ("", Style::Plain), (&text, Style::Plain), 2);
        }
    }
}

fn counts(target: &TargetResult, with_pass: bool) -> String {
    let shown = COLUMNS.into_iter().filter(|verdict| with_pass || *verdict != Verdict::Pass);
    let counts = shown.map(|verdict| (target.with_verdict(verdict).len(), verdict.word()));
    let counts = counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    counts.collect::<Vec<_>>().join(", ")
}
