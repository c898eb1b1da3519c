//! The report for a person at a terminal.
//!
//! From top to bottom: what was tested, a table of verdicts, every testcase that is not PASS with what was found
//! (FAIL first), what the host refused, and the verdict once more, where the eye is when the run ends. Colours only
//! underline what words say.

mod page;
mod table;
mod testcases;

use touchstone_scope::{State, Verdict};

use self::page::{Page, Style};
use crate::layout::width_of;
use crate::model::{Component, Report, Severity, VersionResult};
use crate::printable::{cut, printable};

/// Names longer than this are cut.
const LONGEST_NAME: usize = 120;
/// Why a subject cannot be used may be longer.
const LONGEST_REASON: usize = 1_000;
/// Denied calls and ignored outcomes that are spelled out without `-v`.
const EXAMPLES: usize = 3;

/// How [`terminal`] renders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Columns of the terminal; more than 100 are not used. Ids and links stick out rather than being broken.
    pub width: usize,
    /// Whether the terminal wants colours (SGR sequences).
    pub color: bool,
    /// How much to say.
    pub verbosity: Verbosity,
}

impl Default for TerminalOptions {
    /// 80 columns, no colours, normal verbosity.
    fn default() -> TerminalOptions {
        TerminalOptions { width: 80, color: false, verbosity: Verbosity::Normal }
    }
}

/// How much to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// One line for each version.
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
    heading(&mut page, report, verbose);
    page.gap();
    table::verdicts(&mut page, report);
    testcases::testcases(&mut page, report, verbose);
    page.gap();
    for component in report.components.values() {
        audit(&mut page, component, verbose);
    }
    if verbose {
        components(&mut page, report);
    }
    page.gap();
    conclusion(&mut page, report);
    page.finish()
}

/// The verdict on one line: `FAIL  gx-scs, SCS-compatible IaaS: v5.1 FAIL (2 FAIL, 1 DNF), v4 PASS`.
pub fn summary_line(report: &Report) -> String {
    let (verdict, rest) = summary(report);
    format!("{verdict}{rest}")
}

fn summary(report: &Report) -> (String, String) {
    let verdict = report.verdict().map_or("NONE", Verdict::word);
    let versions = versions(report).into_iter().map(|(name, version)| {
        let counts = table::main_counts(version, false);
        let counts = if counts.is_empty() { counts } else { format!(" ({counts})") };
        format!("{} {}{counts}", name_of(name), version.verdict.word())
    });
    let versions: Vec<String> = versions.collect();
    let versions =
        if versions.is_empty() { "no scope version was judged".into() } else { versions.join(", ") };
    let interrupted = if report.run.interrupted { "; interrupted" } else { "" };
    let rest =
        format!("{}, {}: {versions}{interrupted}", name_of(&report.subject), name_of(&report.scope.name));
    (format!("{verdict:<4}  "), rest)
}

/// The verdict once more, where the eye is when the run ends: on one line, or on a line for each version.
fn conclusion(page: &mut Page, report: &Report) {
    let (verdict, rest) = summary(report);
    if report.versions.is_empty() || width_of(&verdict) + width_of(&rest) <= page.width {
        let style = report.verdict().map_or(Style::Strong, Style::Verdict);
        page.text(0, (&verdict, style), (&rest, Style::Plain), page.indent());
        return;
    }
    for (name, version) in versions(report) {
        let label = format!("{:<4}  ", version.verdict);
        let counts = table::main_counts(version, true);
        let text =
            format!("{} {} ({}): {counts}", name_of(&report.subject), name_of(name), state_of(version));
        page.text(0, (&label, Style::Verdict(version.verdict)), (&text, Style::Plain), page.indent());
    }
}

/// One line for each version, never wrapped, so that programs can pick lines.
fn verdict_lines(page: &mut Page, report: &Report) {
    for (name, version) in versions(report) {
        let verdict = page.paint.style(Style::Verdict(version.verdict), &format!("{:<4}", version.verdict));
        let about = format!("{}, {}", name_of(&report.subject), name_of(&report.scope.name));
        let counts = table::main_counts(version, true);
        page.line(format!("{verdict}  {about} {} ({}): {counts}", name_of(name), state_of(version)));
    }
    if report.versions.is_empty() {
        page.line(summary_line(report));
    }
}

fn heading(page: &mut Page, report: &Report, verbose: bool) {
    let run = &report.run;
    let title = format!(
        "{} against {} on {}",
        name_of(&report.subject),
        name_of(&report.scope.name),
        report.reference_date
    );
    page.prose(0, &title, Style::Strong);
    if verbose {
        let tool = format!("{} {}", name_of(&run.tool.name), name_of(&run.tool.version));
        let seconds = run.finished_at.duration_since(run.started_at).as_secs_f64();
        let made = format!("run {} by {tool}, {} + {seconds:.1} s", name_of(&run.id), run.started_at);
        page.prose(0, &made, Style::Faint);
        let scope = format!("scope {}, {}", name_of(&report.scope.uuid), name_of(&report.scope.digest));
        page.prose(0, &scope, Style::Faint);
    }
    let mut note = |label: &str, severity: Severity, text: &str| {
        page.text(0, (label, Style::Severity(severity)), (text, Style::Plain), page.indent());
    };
    if run.interrupted {
        let text = "the run was interrupted; testcases that had not finished are DNF";
        note("warning: ", Severity::Warning, text);
    }
    if let Some(selected) = run.selected.as_ref().filter(|selected| selected.leaves_out_testcases()) {
        let tests = selected.tests.iter().map(|regex| format!("matching `{}`", name_of(regex)));
        let sections: Vec<&str> = selected.sections.iter().map(|section| section.word()).collect();
        let sections = (!sections.is_empty()).then(|| format!("of section {}", sections.join(", ")));
        let narrowed: Vec<String> = tests.chain(sections).collect();
        let text = format!("only testcases {} ran; the others are MISS", narrowed.join(" and "));
        note("note: ", Severity::Info, &text);
    }
    for (name, value) in run.selected.iter().flat_map(|selected| &selected.parameters) {
        let text = format!("parameter {} was set to `{}` for this run", name_of(name), name_of(value));
        note("note: ", Severity::Info, &text);
    }
    let Some(preflight) = &report.preflight else { return };
    if !preflight.reachable {
        let reason = preflight.reason.as_deref().unwrap_or("no reason was given");
        let text = format!("the subject could not be used: {}", printable(&cut(reason, LONGEST_REASON)));
        note("error: ", Severity::Error, &text);
    }
    if !preflight.privileged_roles.is_empty() {
        let roles = list(&preflight.privileged_roles, usize::MAX);
        let text = format!("the user is privileged ({roles}); what ordinary users see may differ");
        note("warning: ", Severity::Warning, &text);
    }
}

/// What the host refused or dropped: a check that tries more than it was granted is worth a line, always.
fn audit(page: &mut Page, component: &Component, verbose: bool) {
    let limit = if verbose { usize::MAX } else { EXAMPLES };
    let audit = &component.audit;
    let mut notes = Vec::new();
    let denied = audit.denied_calls.max(component.denied.len() as u64);
    if denied > 0 {
        let calls = list(&component.denied, limit);
        notes.push(format!("tried {} that it was not granted: {calls}", number(denied, "call")));
    }
    if !audit.ignored_outcomes.is_empty() {
        let ids: Vec<String> = audit.ignored_outcomes.iter().map(|o| o.testcase.clone()).collect();
        let outcomes = number(ids.len() as u64, "outcome");
        notes.push(format!("gave {outcomes} that it was not asked for (ignored): {}", list(&ids, limit)));
    }
    if audit.dropped_outcomes > 0 {
        notes.push(format!("{} dropped", number(audit.dropped_outcomes, "outcome")));
    }
    if audit.dropped_findings > 0 {
        notes.push(format!("{} dropped", number(audit.dropped_findings, "finding")));
    }
    if audit.dropped_log_bytes > 0 {
        notes.push(format!("{} of log dropped", bytes(audit.dropped_log_bytes)));
    }
    for note in notes {
        let text = format!("{} {}: {note}", name_of(&component.name), name_of(&component.version));
        page.text(0, ("note: ", Style::Strong), (&text, Style::Plain), page.indent());
    }
}

fn components(page: &mut Page, report: &Report) {
    for (digest, component) in &report.components {
        page.gap();
        let title = format!("{} {}", name_of(&component.name), name_of(&component.version));
        page.prose(0, &title, Style::Strong);
        let indent = page.indent();
        page.prose(indent, &name_of(digest), Style::Faint);
        let usage = component.usage;
        let used = format!(
            "{}, {} of answers, {} ms, {} of memory at most",
            number(usage.calls, "call"),
            bytes(usage.response_bytes),
            usage.wall_ms,
            bytes(usage.peak_memory_bytes)
        );
        page.prose(indent, &used, Style::Plain);
        for grant in &component.granted {
            page.prose(indent, &format!("granted {}", name_of(grant)), Style::Plain);
        }
    }
}

/// The versions, those that count today first.
fn versions(report: &Report) -> Vec<(&str, &VersionResult)> {
    let mut versions: Vec<_> = report.versions.iter().map(|(name, v)| (name.as_str(), v)).collect();
    versions.sort_by_key(|(_, version)| match version.state {
        Some(State::Effective) => 0,
        Some(State::Warn) => 1,
        Some(State::Deprecated) => 2,
        Some(State::Draft) => 3,
        None => 4,
    });
    versions
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

fn number(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let unit = (0..UNITS.len() - 1).find(|unit| count >> (10 * (unit + 1)) == 0).unwrap_or(UNITS.len() - 1);
    match unit {
        0 => number(count, "byte"),
        _ => format!("{:.1} {}", count as f64 / (1_u64 << (10 * unit)) as f64, UNITS[unit]),
    }
}
