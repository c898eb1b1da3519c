//! What was tested, and what a reader must know before the results.

use super::page::{Page, Style};
use super::{bytes, list, name_of, title};
use crate::model::{Replay, Report, Severity};
use crate::printable::{cut, printable};

/// Why a subject cannot be used may be longer than a name.
const LONGEST_REASON: usize = 1_000;

/// A replay that says something else than the run: whoever reads it must not take it for the run.
fn replayed(page: &mut Page, replay: &Replay, other_checks: &[String]) {
    page.note(Severity::Warning, "this is a replay of a recorded run, and not the run itself");
    if let Some(scope) = &replay.recorded_scope {
        page.note(Severity::Info, &format!("the run was against another manifest, {}", name_of(scope)));
    }
    if !other_checks.is_empty() {
        let checks = list(other_checks, usize::MAX);
        let text = format!(
            "not part of the run as they are, and answered with what the subject had answered to others: {checks}"
        );
        page.note(Severity::Info, &text);
    }
    if let Some(damage) = &replay.damage {
        page.note(Severity::Warning, &printable(&cut(damage, LONGEST_REASON)));
    }
    if let Some(original) = &replay.redacted {
        page.note(
            Severity::Info,
            &format!("something was taken out of the tape; it was {}", name_of(original)),
        );
    }
}

pub(super) fn heading(page: &mut Page, report: &Report, verbose: bool) {
    let run = &report.run;
    page.prose(0, &title(report), Style::Strong);
    if verbose {
        let tool = format!("{} {}", name_of(&run.tool.name), name_of(&run.tool.version));
        let seconds = run.finished_at.duration_since(run.started_at).as_secs_f64();
        let made = format!("run {} by {tool}, {} + {seconds:.1} s", name_of(&run.id), run.started_at);
        page.prose(0, &made, Style::Faint);
        let scope = format!("scope {}, {}", name_of(&report.scope.uuid), name_of(&report.scope.digest));
        page.prose(0, &scope, Style::Faint);
    }
    if let Some(replay) = &report.replay {
        replayed(page, replay, &report.other_checks());
    }
    if run.interrupted {
        let text = "the run was interrupted; testcases that had not finished are DNF";
        page.note(Severity::Warning, text);
    }
    if let Some(selected) = run.selected.as_ref().filter(|selected| selected.leaves_out_testcases()) {
        let tests = selected.tests.iter().map(|regex| format!("matching `{}`", name_of(regex)));
        let sections: Vec<&str> = selected.sections.iter().map(|section| section.word()).collect();
        let sections = (!sections.is_empty()).then(|| format!("of section {}", sections.join(", ")));
        let narrowed: Vec<String> = tests.chain(sections).collect();
        let text = format!("only testcases {} ran; the others are MISS", narrowed.join(" and "));
        page.note(Severity::Info, &text);
    }
    for (name, value) in run.selected.iter().flat_map(|selected| &selected.parameters) {
        let text = format!("parameter {} was set to `{}` for this run", name_of(name), name_of(value));
        page.note(Severity::Info, &text);
    }
    for (name, evidence) in &report.evidence {
        let hash = if verbose { format!(", {}", name_of(&evidence.sha256)) } else { String::new() };
        let size = bytes(evidence.bytes);
        let text =
            format!("evidence {} was handed in: {} ({size}{hash})", name_of(name), name_of(&evidence.file));
        page.note(Severity::Info, &text);
    }
    let Some(preflight) = &report.preflight else { return };
    if !preflight.reachable {
        let reason = preflight.reason.as_deref().unwrap_or("no reason was given");
        let text = format!("the subject could not be used: {}", printable(&cut(reason, LONGEST_REASON)));
        page.note(Severity::Error, &text);
    }
    if !preflight.privileged_roles.is_empty() {
        let roles = list(&preflight.privileged_roles, usize::MAX);
        let text = format!("the user is privileged ({roles}); what ordinary users see may differ");
        page.note(Severity::Warning, &text);
    }
}
