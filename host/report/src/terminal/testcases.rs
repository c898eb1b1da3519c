//! The testcases that need attention: FAIL in full, the others by what they have in common.

use std::collections::BTreeMap;

use touchstone_scope::{NotRun, Target, Verdict};

use super::page::{Page, Style};
use super::table::{ADVISORY, is_advisory};
use super::{name_of, number, versions};
use crate::layout::{columns, width_of};
use crate::model::{Finding, Report, Severity, TestcaseResult};
use crate::printable::{cut, printable};

/// Without `-v`, so many findings of a testcase are shown, and so much of a text.
const FINDINGS: usize = 10;
const CHARACTERS: usize = 1_000;
const LINES: usize = 20;

/// Every testcase that is not PASS, and with `verbose` every testcase.
pub(super) fn testcases(page: &mut Page, report: &Report, verbose: bool) {
    let entries = collect(report);
    for verdict in [Verdict::Fail, Verdict::Dnf, Verdict::Miss, Verdict::Pass] {
        let entries: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.verdict == verdict).collect();
        if verdict != Verdict::Pass || verbose {
            section(page, &entries, verbose);
            continue;
        }
        let findings = entries.iter().flat_map(|entry| entry.findings());
        let warnings = findings.filter(|finding| finding.severity >= Severity::Warning).count();
        if warnings > 0 {
            page.gap();
            let note =
                format!("{} on testcases that passed; -v shows them", number(warnings as u64, "warning"));
            page.text(0, ("note: ", Style::Strong), (&note, Style::Plain), page.indent());
        }
    }
}

/// A testcase as one or more versions see it.
struct Entry<'a> {
    id: &'a str,
    verdict: Verdict,
    result: Option<&'a TestcaseResult>,
    /// The versions in which it matters, by target.
    roles: BTreeMap<Target, Vec<&'a str>>,
    /// Other versions see something else.
    has_variants: bool,
}

impl Entry<'_> {
    fn reason(&self) -> &str {
        self.result.map_or("", |result| result.reason.as_str())
    }

    fn findings(&self) -> &[Finding] {
        self.result.map_or(&[], |result| &result.findings)
    }

    /// Those to show; the gravest first, else as the check reported them.
    fn findings_from(&self, severity: Severity) -> Vec<&Finding> {
        let shown = self.findings().iter().filter(|finding| finding.severity >= severity);
        let mut shown: Vec<&Finding> = shown.collect();
        shown.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        shown
    }

    fn decides(&self) -> bool {
        self.roles.keys().any(|target| !is_advisory(*target))
    }

    fn roles_text(&self) -> String {
        let roles = self.roles.iter().map(|(target, versions)| {
            let versions: Vec<String> = versions.iter().map(|version| name_of(version)).collect();
            let advisory = if is_advisory(*target) { format!(" ({ADVISORY})") } else { String::new() };
            format!("{}: {}{advisory}", target.word(), versions.join(", "))
        });
        roles.collect::<Vec<_>>().join("; ")
    }
}

/// Every testcase of every target once, unless versions see it differently; what decides first, then by id.
fn collect(report: &Report) -> Vec<Entry<'_>> {
    let mut by_id: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    for (name, version) in versions(report) {
        for (target, result) in &version.targets {
            for verdict in [Verdict::Fail, Verdict::Dnf, Verdict::Miss, Verdict::Pass] {
                for id in result.with_verdict(verdict) {
                    let result = report.testcase(name, id);
                    let variants = by_id.entry(id).or_default();
                    let same = |entry: &&mut Entry<'_>| entry.verdict == verdict && entry.result == result;
                    match variants.iter_mut().find(same) {
                        Some(entry) => entry.roles.entry(*target).or_default().push(name),
                        None => {
                            let roles = BTreeMap::from([(*target, vec![name])]);
                            variants.push(Entry { id, verdict, result, roles, has_variants: false });
                        }
                    }
                }
            }
        }
    }
    let mut entries = Vec::new();
    for variants in by_id.into_values() {
        let has_variants = variants.len() > 1;
        entries.extend(variants.into_iter().map(|entry| Entry { has_variants, ..entry }));
    }
    entries.sort_by_key(|entry| !entry.decides());
    entries
}

/// Entries of one verdict: those with something of their own to say in full, the others grouped by their reason.
fn section(page: &mut Page, entries: &[&Entry<'_>], verbose: bool) {
    let mut groups: Vec<(&str, Vec<&Entry<'_>>)> = Vec::new();
    for entry in entries {
        if entry.verdict == Verdict::Fail || !entry.findings_from(least_severity(verbose)).is_empty() {
            block(page, entry, verbose);
            continue;
        }
        match groups.iter_mut().find(|(reason, _)| *reason == entry.reason()) {
            Some((_, group)) => group.push(entry),
            None => groups.push((entry.reason(), vec![entry])),
        }
    }
    for (reason, group) in groups {
        match group.as_slice() {
            [entry] => block(page, entry, verbose),
            group => compact(page, reason, group, verbose),
        }
    }
}

fn least_severity(verbose: bool) -> Severity {
    if verbose { Severity::Info } else { Severity::Warning }
}

/// Testcases with the same verdict for the same reason: the reason once, and the ids.
fn compact(page: &mut Page, reason: &str, group: &[&Entry<'_>], verbose: bool) {
    let Some(first) = group.first() else { return };
    page.gap();
    let label = format!("{:<4}  ", first.verdict);
    let mut title = number(group.len() as u64, "testcase");
    let group_is_left_out = reason == NotRun::NotSelected.to_string();
    let mut reason = lines(reason, verbose).into_iter();
    if let Some(first) = reason.next() {
        title = format!("{title}: {first}");
    }
    let indent = page.indent();
    page.text(0, (&label, Style::Verdict(first.verdict)), (&title, Style::Strong), indent);
    for line in reason {
        further(page, indent, &line);
    }
    if group_is_left_out && !verbose {
        // The user knows which: they were left out by request.
        return;
    }
    let mut by_role: Vec<(String, Vec<String>)> = Vec::new();
    for entry in group {
        let (roles, id) = (entry.roles_text(), name_of(entry.id));
        match by_role.iter_mut().find(|(known, _)| *known == roles) {
            Some((_, ids)) => ids.push(id),
            None => by_role.push((roles, vec![id])),
        }
    }
    for (roles, ids) in by_role {
        page.prose(indent, &roles, Style::Faint);
        for row in columns(&ids, page.width.saturating_sub(indent + 2)) {
            page.line(format!("{}{row}", " ".repeat(indent + 2)));
        }
    }
}

/// Everything about one testcase.
fn block(page: &mut Page, entry: &Entry<'_>, verbose: bool) {
    page.gap();
    let indent = page.indent();
    headline(page, entry);
    if let Some(result) = entry.result
        && !result.description.is_empty()
    {
        page.prose(indent, &printable(&cut(&result.description, CHARACTERS)), Style::Faint);
    }
    if let (true, Some(result)) = (entry.has_variants, entry.result) {
        for (name, value) in &result.parameters {
            page.prose(indent, &format!("with {} = {}", name_of(name), name_of(value)), Style::Faint);
        }
    }
    let findings = entry.findings_from(least_severity(verbose));
    let limit = if verbose { usize::MAX } else { FINDINGS };
    // A check with one finding tends to repeat it as the reason.
    if !findings.iter().take(limit).any(|finding| finding.message.trim() == entry.reason().trim()) {
        let mut reason = lines(entry.reason(), verbose).into_iter();
        if let Some(first) = reason.next() {
            page.prose(indent, &first, Style::Plain);
        }
        for line in reason {
            further(page, indent, &line);
        }
    }
    for shown in findings.iter().take(limit) {
        finding(page, shown, verbose);
    }
    if findings.len() > limit {
        let more = number((findings.len() - limit) as u64, "more finding");
        let more = format!("… and {more}; -v shows all");
        page.prose(indent, &more, Style::Plain);
    }
    if let Some(url) = entry.result.and_then(|result| result.url.as_ref()) {
        // Not wrapped: terminals make links of what is in one piece.
        let url = page.paint.style(Style::Faint, &printable(&cut(url, CHARACTERS)));
        page.line(format!("{}{url}", " ".repeat(indent)));
    }
}

/// Verdict, id and where it matters: on one line if that fits.
fn headline(page: &mut Page, entry: &Entry<'_>) {
    let (id, roles) = (name_of(entry.id), format!("[{}]", entry.roles_text()));
    let verdict = page.paint.style(Style::Verdict(entry.verdict), &format!("{:<4}", entry.verdict));
    let line = format!("{verdict}  {}", page.paint.style(Style::Strong, &id));
    if 6 + width_of(&id) + 2 + width_of(&roles) <= page.width {
        page.line(format!("{line}  {}", page.paint.style(Style::Faint, &roles)));
    } else {
        page.line(line);
        page.prose(page.indent(), &roles, Style::Faint);
    }
}

fn finding(page: &mut Page, finding: &Finding, verbose: bool) {
    let indent = page.indent();
    let label = match finding.severity {
        Severity::Error => "error: ",
        Severity::Warning => "warning: ",
        Severity::Info => "info: ",
    };
    let mut message = lines(&finding.message, verbose).into_iter();
    let first = message.next().unwrap_or_default();
    page.text(indent, (label, Style::Severity(finding.severity)), (&first, Style::Plain), 2);
    for line in message {
        further(page, indent + 2, &line);
    }
    if let Some(resource) = &finding.resource {
        let id = resource.id.as_deref().map(name_of);
        let name = resource.name.as_deref().map(name_of);
        let which = match (name, id) {
            (Some(name), Some(id)) => format!(" \"{name}\" ({id})"),
            (Some(name), None) => format!(" \"{name}\""),
            (None, Some(id)) => format!(" {id}"),
            (None, None) => String::new(),
        };
        let text = format!("{} {}{which}", name_of(&resource.service), name_of(&resource.kind));
        page.text(indent + 2, ("at ", Style::Faint), (&text, Style::Plain), 3);
    }
    if let Some(requirement) = &finding.requirement {
        page.text(indent + 2, ("by ", Style::Faint), (&name_of(requirement), Style::Faint), 3);
    }
}

/// A further line of a text that is not ours, so marked that nobody takes it for one of ours.
fn further(page: &mut Page, indent: usize, line: &str) {
    page.text(indent, ("| ", Style::Faint), (line, Style::Plain), 2);
}

/// The lines of a text that is not ours, safe to show: the guest's own line breaks count (the tail of a console is
/// unreadable without them), everything else is escaped.
fn lines(text: &str, verbose: bool) -> Vec<String> {
    let (characters, limit) = if verbose { (usize::MAX, usize::MAX) } else { (CHARACTERS, LINES) };
    let text = cut(text, characters);
    let all = text.lines().map(|line| printable(line.replace('\t', "    ").trim_end()));
    let mut shown: Vec<String> = all.filter(|line| !line.is_empty()).collect();
    if shown.len() > limit {
        let more = shown.len() - limit;
        shown.truncate(limit);
        shown.push(format!("[…{} more]", number(more as u64, "line")));
    }
    shown
}
