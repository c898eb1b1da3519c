//! What the host refused, dropped and undid; with `-v`, what each component used.

use super::page::{Page, Style};
use super::{bytes, list, name_of, number};
use crate::model::{Component, Report, Severity};
use crate::printable::{cut, printable};

/// Denied calls and ignored outcomes that are spelled out without `-v`.
const EXAMPLES: usize = 3;

pub(super) fn notes(page: &mut Page, report: &Report, verbose: bool) {
    for component in report.components.values() {
        audit(page, component, verbose);
    }
    undone(page, report);
    if let Some(tape) = &report.tape {
        page.note(Severity::Info, &format!("recorded: {} ({})", name_of(&tape.sha256), bytes(tape.bytes)));
    }
    if let Some(problem) = &report.tape_problem {
        page.note(Severity::Warning, &format!("not recorded: {}", printable(&cut(problem, 300))));
    }
    if verbose {
        components(page, report);
    }
}

/// A check that tries more than it was granted is worth a line, always.
fn audit(page: &mut Page, component: &Component, verbose: bool) {
    let limit = if verbose { usize::MAX } else { EXAMPLES };
    let audit = &component.audit;
    let mut notes = Vec::new();
    let denied = audit.denied_calls.max(component.denied.len() as u64);
    if denied > 0 {
        let calls = list(&component.denied, limit);
        notes.push(format!("tried {} that it was not granted: {calls}", number(denied, "call")));
    }
    if audit.ignored() > 0 {
        let mut ids: Vec<String> = audit.ignored_outcomes.iter().map(|o| o.testcase.clone()).collect();
        ids.sort();
        ids.dedup();
        let outcomes = number(audit.ignored(), "outcome");
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
        page.note(Severity::Info, &text);
    }
}

/// What was created and is gone; what is not gone is said at the very end.
fn undone(page: &mut Page, report: &Report) {
    let Some(ephemeral) = report.ephemeral.as_ref().filter(|_| report.left().is_empty()) else { return };
    let text = match (ephemeral.created, ephemeral.deleted) {
        (1, 1) => "1 thing was created in the cloud, and deleted again".to_owned(),
        (created, deleted) if created == deleted => {
            format!("{created} things were created in the cloud, and deleted again")
        }
        (created, deleted) => {
            format!("{} created in the cloud, {deleted} deleted again", number(created, "thing"))
        }
    };
    page.note(Severity::Info, &text);
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
