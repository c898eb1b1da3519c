//! The table of verdicts: how many testcases of each kind, by version, and by target where that is for information.

use touchstone_scope::{Target, Verdict};

use super::page::{Page, Style};
use super::{name_of, state_of, waivers};
use crate::entries::{is_advisory, versions_by_state};
use crate::layout::{left, right, width_of};
use crate::model::{Report, TargetResult, VersionResult};

/// In the order in which people ask: what failed is on the right, where it is seen.
const COLUMNS: [Verdict; 4] = [Verdict::Pass, Verdict::Fail, Verdict::Dnf, Verdict::Miss];
const NUMBER: usize = 4;
/// As wide as the label of a verdict.
const LABEL: usize = 6;
/// The widest state and the widest target.
const STATE: usize = 11;
const ADVISORY: &str = "advisory, without a say in the verdict:";

/// Verdict and counts of each version, as a table if it fits; then those of the targets that do not decide.
pub(super) fn verdicts(page: &mut Page, report: &Report) {
    let names = report.versions.keys().map(|name| width_of(&name_of(name)));
    let name_width = names.max().unwrap_or(0);
    let waived = report.versions.keys().map(|name| width_of(&waivers::count(report, name)));
    let waived = waived.max().filter(|width| *width > 0).map_or(0, |width| 2 + width);
    let fixed = LABEL + 2 + STATE + COLUMNS.len() * (2 + NUMBER) + waived;
    if report.versions.is_empty() {
        page.line("No scope version was judged.");
    } else if name_width + fixed <= page.width {
        table(page, report, name_width);
    } else {
        stacked(page, report);
    }
}

/// Counts of target main, in words; with `with_pass`, also how many passed, and never empty.
pub(super) fn main_counts(version: &VersionResult, with_pass: bool) -> String {
    let main = version.targets.get(&Target::Main);
    let text = main.map(|main| counts(main, with_pass)).unwrap_or_default();
    if with_pass && text.is_empty() { "no testcases".to_owned() } else { text }
}

fn table(page: &mut Page, report: &Report, name_width: usize) {
    let numbers = |cells: [String; 4]| cells.map(|cell| format!("  {}", right(&cell, NUMBER))).concat();
    let counts = |result: Option<&TargetResult>| {
        numbers(COLUMNS.map(|verdict| match result.map_or(0, |result| result.with_verdict(verdict).len()) {
            0 => "-".to_owned(),
            count => count.to_string(),
        }))
    };
    let before = " ".repeat(LABEL + name_width + 2 + STATE);
    let header = format!("{before}{}", numbers(COLUMNS.map(|v| v.word().to_owned())));
    page.line(page.paint.style(Style::Faint, &header));
    for (name, version) in versions_by_state(report) {
        let verdict = left(version.verdict.word(), LABEL);
        let waived = waivers::count(report, name);
        let waived = if waived.is_empty() { waived } else { format!("  {waived}") };
        page.line(format!(
            "{}{}  {}{}{waived}",
            page.paint.style(Style::Verdict(version.verdict), &verdict),
            page.paint.style(Style::Strong, &left(&name_of(name), name_width)),
            left(state_of(version), STATE),
            counts(version.targets.get(&Target::Main))
        ));
    }
    let advisory = advisory(report);
    if !advisory.is_empty() {
        page.gap();
        page.prose(LABEL, ADVISORY, Style::Faint);
    }
    for (name, target, result) in advisory {
        let (name, target) = (left(&name_of(name), name_width), left(target.word(), STATE));
        let row = format!("{}{name}  {target}{}", " ".repeat(LABEL), counts(Some(result)));
        page.line(page.paint.style(Style::Faint, &row));
    }
}

fn stacked(page: &mut Page, report: &Report) {
    for (name, version) in versions_by_state(report) {
        let waived = waivers::count(report, name);
        let waived = if waived.is_empty() { waived } else { format!(", {waived}") };
        let counts = main_counts(version, true);
        let text = format!("{} ({}): {counts}{waived}", name_of(name), state_of(version));
        let label = left(version.verdict.word(), LABEL);
        page.text(0, (&label, Style::Verdict(version.verdict)), (&text, Style::Plain), LABEL);
    }
    let advisory = advisory(report);
    if !advisory.is_empty() {
        page.gap();
        page.prose(0, ADVISORY, Style::Faint);
    }
    for (name, target, result) in advisory {
        let text = format!("{} {}: {}", name_of(name), target.word(), counts(result, true));
        page.text(LABEL, ("", Style::Plain), (&text, Style::Faint), 2);
    }
}

/// The targets that do not decide, with the names of their versions.
fn advisory(report: &Report) -> Vec<(&str, Target, &TargetResult)> {
    let targets = versions_by_state(report).into_iter().flat_map(|(name, version)| {
        version.targets.iter().map(move |(target, result)| (name, *target, result))
    });
    targets.filter(|(_, target, _)| is_advisory(*target)).collect()
}

fn counts(target: &TargetResult, with_pass: bool) -> String {
    let shown = COLUMNS.into_iter().filter(|verdict| with_pass || *verdict != Verdict::Pass);
    let counts = shown.map(|verdict| (target.with_verdict(verdict).len(), verdict.word()));
    let counts = counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    counts.collect::<Vec<_>>().join(", ")
}
