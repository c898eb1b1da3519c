//! Text of clouds and checks, for a program that puts it into HTML as it is.

use touchstone_report::{Finding, Severity, cut, printable};
use touchstone_scope::Verdict;

use super::results::Told;

/// A line has at most so many characters, escapes aside.
const MAX_LINE: usize = 400;
/// So many findings of one testcase are told.
const MAX_FINDINGS: usize = 20;

/// What the monitor calls a verdict, in what checks print.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        // MISS is never told.
        Verdict::Dnf | Verdict::Miss => "ABORT",
    }
}

/// What there is to say about a testcase. Lines that begin with `ERROR:` or `WARNING:` are public; the monitor shows others only
/// to those who log in.
pub(super) fn lines(told: &Told<'_>) -> Vec<String> {
    let (testcase, result) = (shown(told.testcase), told.result);
    let mut lines = Vec::new();
    if !told.differing.is_empty() {
        let of = |(version, verdict): &(&str, Verdict)| format!("{} in {}", verdict, shown(version));
        let verdicts: Vec<String> = told.differing.iter().map(of).collect();
        lines.push(format!(
            "WARNING: {testcase}: {}; the monitor has one result for all versions, and is told the worst",
            verdicts.join(", ")
        ));
    }
    let reason = if result.reason.is_empty() { "no reason was given" } else { &result.reason };
    match result.verdict {
        Verdict::Fail => lines.push(format!("ERROR: {testcase}: {}", shown(reason))),
        Verdict::Dnf => lines.push(format!("WARNING: {testcase}: {}", shown(reason))),
        Verdict::Pass | Verdict::Miss => {}
    }
    if let Some(attested) = &result.attested {
        let document = attested.document.as_ref().map(|document| format!(" ({})", shown(&document.url)));
        lines.push(format!(
            "{testcase}: attested by {}{}",
            shown(&attested.by),
            document.unwrap_or_default()
        ));
    }
    let findings = result.findings.iter().filter(|finding| finding.severity != Severity::Info);
    lines.extend(findings.clone().take(MAX_FINDINGS).map(|finding| line(&testcase, finding)));
    let more = findings.count().saturating_sub(MAX_FINDINGS);
    if more > 0 {
        lines.push(format!("{testcase}: and {more} more findings, which the report of touchstone has"));
    }
    lines
}

fn line(testcase: &str, finding: &Finding) -> String {
    let resource = finding.resource.as_ref().map_or_else(String::new, |resource| {
        let name = resource.name.as_ref().or(resource.id.as_ref()).map_or("", String::as_str);
        format!(" ({} {} {})", shown(&resource.service), shown(&resource.kind), shown(name))
    });
    format!("{testcase}: {}{resource}", shown(&finding.message))
}

/// One line in which there is nothing that a terminal, HTML or Markdown obeys.
pub(super) fn shown(text: &str) -> String {
    let mut safe = String::new();
    for c in printable(&cut(text, MAX_LINE)).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Ends a code span.
            '`' => safe.push('\''),
            _ => safe.push(c),
        }
    }
    safe
}
