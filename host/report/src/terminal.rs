//! The report for a person at a terminal.
//!
//! From top to bottom: what was tested, every testcase that is not PASS with what was found (FAIL first, by check), what
//! the host refused, and then, where the eye is when the run ends, the verdicts and what was left in the cloud. Colours
//! only underline what words say.

mod findings;
mod heading;
mod ids;
mod left;
mod notes;
mod page;
mod table;
mod testcases;
mod waivers;

use touchstone_scope::{State, Verdict};

use self::page::{Page, Style};
use crate::entries::versions_by_state;
use crate::model::{Report, VersionResult};
use crate::printable::{cut, printable};

/// Names longer than this are cut.
const LONGEST_NAME: usize = 120;

/// How [`terminal`] renders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Columns of the terminal; more than 100 are not used. Ids, links and commands stick out rather than being broken.
    pub width: usize,
    /// Whether the terminal wants colours (SGR sequences).
    pub color: bool,
    /// How much to say.
    pub verbosity: Verbosity,
    /// Show every finding of a testcase that is not PASS, not only the first few.
    pub all_findings: bool,
}

impl Default for TerminalOptions {
    /// 80 columns, no colours, normal verbosity, the first few findings.
    fn default() -> TerminalOptions {
        TerminalOptions { width: 80, color: false, verbosity: Verbosity::Normal, all_findings: false }
    }
}

/// How much to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// One line for each version, and one if something was left in the cloud.
    Quiet,
    /// The verdicts, and every testcase that is not PASS.
    #[default]
    Normal,
    /// Also testcases that passed, all findings whole, and what each component used.
    Verbose,
}

/// What a person reads at the end of a run; ends with a line break.
pub fn terminal(report: &Report, options: &TerminalOptions) -> String {
    let mut page = Page::new(options.width, options.color);
    if options.verbosity == Verbosity::Quiet {
        verdict_lines(&mut page, report);
        return page.finish();
    }
    let verbose = options.verbosity == Verbosity::Verbose;
    heading::heading(&mut page, report, verbose);
    let before = page.length();
    testcases::testcases(&mut page, report, options);
    page.gap();
    notes::notes(&mut page, report, verbose);
    page.gap();
    waivers::waivers(&mut page, report);
    if page.length() > before + 1 {
        page.gap();
        page.rule();
        page.prose(0, &title(report), Style::Strong);
    }
    page.gap();
    table::verdicts(&mut page, report);
    left::left(&mut page, report, verbose);
    page.finish()
}

/// The verdict on one line: `FAIL  gx-scs, SCS-compatible IaaS: v5.1 FAIL (2 FAIL, 1 DNF), v4 PASS`.
pub fn summary_line(report: &Report) -> String {
    let verdict = report.verdict().map_or("NONE", Verdict::word);
    let versions = versions_by_state(report).into_iter().map(|(name, version)| {
        let counts = [table::main_counts(version, false), waivers::count(report, name)];
        let counts: Vec<String> = counts.into_iter().filter(|counts| !counts.is_empty()).collect();
        let counts = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
        format!("{} {}{counts}", name_of(name), version.verdict.word())
    });
    let versions: Vec<String> = versions.collect();
    let versions =
        if versions.is_empty() { "no scope version was judged".into() } else { versions.join(", ") };
    let interrupted = if report.run.interrupted { "; interrupted" } else { "" };
    let left = match report.left().len() as u64 {
        0 => String::new(),
        count => format!("; {} left in the cloud", number(count, "thing")),
    };
    let about = format!("{}, {}", name_of(&report.subject), name_of(&report.scope.name));
    format!("{verdict:<4}  {about}: {versions}{interrupted}{left}")
}

/// One line for each version, never wrapped, so that programs can pick lines.
fn verdict_lines(page: &mut Page, report: &Report) {
    let about = format!("{}, {}", name_of(&report.subject), name_of(&report.scope.name));
    for (name, version) in versions_by_state(report) {
        let verdict = page.paint.style(Style::Verdict(version.verdict), &format!("{:<4}", version.verdict));
        let waived = waivers::count(report, name);
        let waived = if waived.is_empty() { waived } else { format!(", {waived}") };
        let counts = format!("{}{waived}", table::main_counts(version, true));
        page.line(format!("{verdict}  {about} {} ({}): {counts}", name_of(name), state_of(version)));
    }
    if report.versions.is_empty() {
        page.line(summary_line(report));
    }
    if let Some(line) = left::line(report) {
        let label = page.paint.style(Style::Verdict(Verdict::Fail), left::LABEL);
        page.line(format!("{label}{about}: {line}"));
    }
}

/// What was tested, against what, when.
fn title(report: &Report) -> String {
    let interrupted = if report.run.interrupted { " (interrupted)" } else { "" };
    let (subject, scope) = (name_of(&report.subject), name_of(&report.scope.name));
    format!("{subject} against {scope} on {}{interrupted}", report.reference_date)
}

fn state_of(version: &VersionResult) -> &'static str {
    version.state.map_or("not shown", State::word)
}

/// A name or id, safe to show.
fn name_of(name: &str) -> String {
    printable(&cut(name, LONGEST_NAME))
}

fn list(names: &[String], limit: usize) -> String {
    let shown: Vec<String> = names.iter().take(limit).map(|name| name_of(name)).collect();
    match names.len().saturating_sub(limit) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// How many there are of something: `1 thing`, `2 things`.
pub fn number(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A size for people: `12 bytes`, `1.8 MiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let unit = (0..UNITS.len() - 1).find(|unit| count >> (10 * (unit + 1)) == 0).unwrap_or(UNITS.len() - 1);
    match unit {
        0 => number(count, "byte"),
        _ => format!("{:.1} {}", count as f64 / (1_u64 << (10 * unit)) as f64, UNITS[unit]),
    }
}
