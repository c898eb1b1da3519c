//! The testcases that need attention: FAIL by check, the others by what they have in common.

use std::collections::BTreeSet;

use touchstone_scope::Verdict;

use super::findings::{self, CHARACTERS, Said, further, lines};
use super::ids::ids;
use super::page::{Page, Style};
use super::{TerminalOptions, Verbosity, name_of, number};
use crate::entries::{Entry, check_of, entries, groups};
use crate::kinds::{Kind, common_requirement, kinds};
use crate::model::{Attested, Report, Severity};
use crate::printable::{cut, printable};

/// So many findings of a testcase are shown, and so many if many testcases fail.
const FINDINGS: usize = 3;
const FINDINGS_OF_MANY: usize = 1;
const MANY: usize = 20;

/// Every testcase that is not PASS, those that people attest, and with `-v` every testcase.
pub(super) fn testcases(page: &mut Page, report: &Report, options: &TerminalOptions) {
    let entries = entries(report);
    let with = |verdict| entries.iter().filter(move |entry| entry.verdict == verdict).collect::<Vec<_>>();
    let failed = with(Verdict::Fail);
    let verbose = options.verbosity == Verbosity::Verbose;
    let findings = match failed.len() {
        _ if verbose || options.all_findings => usize::MAX,
        ..=MANY => FINDINGS,
        _ => FINDINGS_OF_MANY,
    };
    let unusable = report.preflight.as_ref().and_then(|preflight| preflight.reason.as_deref());
    let mut list = List { page, verbose, findings, unusable, hinted: false, after: After::Nothing };
    let (decide, advise): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) =
        failed.into_iter().partition(|entry| entry.decides());
    list.by_check(report, &entries, &decide);
    if !advise.is_empty() {
        list.page.gap();
        let title = "Advisory: these fail as well, and have no say in the verdict.";
        list.page.prose(0, title, Style::Strong);
        list.by_check(report, &entries, &advise);
    }
    list.section(&with(Verdict::Dnf));
    list.section(&with(Verdict::Miss));
    let passed = with(Verdict::Pass);
    if verbose {
        list.section(&passed);
        return;
    }
    list.section(&passed.iter().copied().filter(|entry| entry.attested().is_some()).collect::<Vec<_>>());
    let findings = passed.iter().flat_map(|entry| &entry.findings);
    let warnings = findings.filter(|finding| finding.severity >= Severity::Warning).count();
    if warnings > 0 {
        list.page.gap();
        let note = format!("{} on testcases that passed; -v shows them", number(warnings as u64, "warning"));
        list.page.note(Severity::Info, &note);
    }
}

/// Testcases one after the other.
struct List<'a> {
    page: &'a mut Page,
    verbose: bool,
    /// So many findings of each testcase are shown.
    findings: usize,
    /// Why the subject could not be used, as it was said above.
    unusable: Option<&'a str>,
    /// It was said where to find the other findings.
    hinted: bool,
    after: After,
}

/// What the next testcase comes after, and so how far from it it stands.
#[derive(Clone, Copy, PartialEq)]
enum After {
    /// Something else.
    Nothing,
    /// The heading that it belongs to.
    Heading,
    /// A testcase of few lines.
    Line,
    /// A testcase of many lines.
    Block,
}

impl List<'_> {
    fn by_check(&mut self, report: &Report, all: &[Entry<'_>], failed: &[&Entry<'_>]) {
        let mut checks: Vec<(Option<&str>, Vec<&Entry<'_>>)> = Vec::new();
        for &entry in failed {
            match checks.iter_mut().find(|(component, _)| *component == entry.component()) {
                Some((_, entries)) => entries.push(entry),
                None => checks.push((entry.component(), vec![entry])),
            }
        }
        for (component, entries) in checks {
            self.check(report, all, component, &entries);
            for (requirement, groups) in self.by_requirement(&entries) {
                let several = requirement.filter(|_| groups.len() > 1);
                if let Some(requirement) = several {
                    if self.after != After::Heading {
                        self.page.gap();
                    }
                    findings::by(self.page, 0, requirement);
                    self.after = After::Heading;
                }
                for group in groups {
                    self.block(&group, several);
                }
            }
            self.after = After::Nothing;
        }
    }

    /// Testcases that one sentence of the standard asks for stand together.
    fn by_requirement<'e, 'a>(
        &self,
        entries: &[&'e Entry<'a>],
    ) -> Vec<(Option<&'a str>, Vec<Vec<&'e Entry<'a>>>)> {
        let mut sorted: Vec<(Option<&str>, Vec<Vec<&'e Entry<'a>>>)> = Vec::new();
        for group in groups(entries) {
            let kinds = group.first().map_or(Vec::new(), |entry| self.kinds(entry));
            let requirement = common_requirement(&kinds);
            match sorted.iter_mut().find(|(known, _)| *known == requirement) {
                Some((_, groups)) => groups.push(group),
                None => sorted.push((requirement, vec![group])),
            }
        }
        sorted
    }

    /// Which check found out what follows, and where the standard is.
    fn check(&mut self, report: &Report, all: &[Entry<'_>], component: Option<&str>, failed: &[&Entry<'_>]) {
        let count = |entries: &mut dyn Iterator<Item = &Entry<'_>>| {
            entries.map(|entry| entry.id.to_owned()).collect::<BTreeSet<_>>().len()
        };
        let failing = count(&mut failed.iter().copied());
        let fail = if failing == 1 { "fails" } else { "fail" };
        let title = match failed.first().and_then(|entry| check_of(report, entry)) {
            Some(check) => {
                let of = count(&mut all.iter().filter(|entry| entry.component() == component));
                let fail = if failing == 1 { "fails" } else { "fail" };
                let of = number(of as u64, "testcase");
                format!("{} {}: {failing} of {of} {fail}", name_of(&check.name), name_of(&check.version))
            }
            None => format!("attested by people: {} {fail}", number(failing as u64, "testcase")),
        };
        self.page.gap();
        self.page.prose(0, &title, Style::Strong);
        let urls: BTreeSet<&str> = failed.iter().filter_map(|entry| page_of(entry)).collect();
        for url in urls {
            // Not wrapped: terminals make links of what is in one piece.
            let url = self.page.paint.style(Style::Faint, &printable(&cut(url, CHARACTERS)));
            self.page.line(url);
        }
        self.after = After::Heading;
    }

    /// Testcases of one verdict, of whatever check: those about which the same is known together.
    fn section(&mut self, entries: &[&Entry<'_>]) {
        self.after = After::Nothing;
        for group in groups(entries) {
            self.block(&group, None);
        }
    }

    /// Everything about one testcase, or about several of which the same is known. The sentence of the standard may have
    /// been said before.
    fn block(&mut self, group: &[&Entry<'_>], requirement: Option<&str>) {
        let Some(&first) = group.first() else { return };
        let kinds = self.kinds(first);
        let reason = first.reason();
        // A check with one finding tends to repeat it as the reason.
        let is_repeated = kinds.iter().any(|kind| kind.message == reason);
        let headed = matches!(kinds.as_slice(), [kind] if kind.severity == Severity::Error)
            && (is_repeated || reason.is_empty());
        let unusable = self.unusable.filter(|why| !reason.is_empty() && *why == reason);
        let text = match (&kinds.first(), first.attested()) {
            (Some(kind), _) if headed => kind.message.to_owned(),
            _ if is_repeated => String::new(),
            _ if unusable.is_some() => "the subject could not be used".to_owned(),
            (None, None) if reason.is_empty() && group.len() == 1 => {
                first.result.map_or(String::new(), |result| result.description.clone())
            }
            _ => reason.to_owned(),
        };
        let mut text = lines(&text, self.verbose);
        let is_block = self.verbose
            || group.len() > 1
            || text.len() > 1
            || first.attested().is_some()
            || first.has_variants
            || (!kinds.is_empty() && !headed);
        self.distance(is_block);
        let attested = first.attested().map(|attested| attested_text(first, attested));
        let (headline, attested) = match text.is_empty() {
            true => (attested.unwrap_or_default(), None),
            false => (text.remove(0), attested),
        };
        self.headline(group, &headline);
        let indent = self.page.indent();
        further(self.page, indent, text.into_iter());
        if let Some(attested) = attested {
            self.page.prose(indent, &attested, Style::Plain);
        }
        self.circumstances(group);
        let said = Said { message: headed, requirement };
        let hidden = findings::show(self.page, &kinds, self.findings, said, self.verbose);
        if hidden > 0 {
            let more = number(hidden as u64, "more finding");
            let hint = if self.hinted { "" } else { " (in the JSON report, or --all-findings)" };
            self.page.prose(indent, &format!("… and {more}{hint}"), Style::Plain);
            self.hinted = true;
        }
        if first.repeated > 0 {
            let repeated = number(first.repeated as u64, "finding");
            self.page.prose(indent, &format!("as above: {repeated}"), Style::Plain);
        }
    }

    /// One empty line around what is more than a line or two.
    fn distance(&mut self, is_block: bool) {
        let close = match self.after {
            After::Nothing | After::Block => false,
            After::Heading => true,
            After::Line => !is_block,
        };
        if !close {
            self.page.gap();
        }
        self.after = if is_block { After::Block } else { After::Line };
    }

    /// Verdict, id, where it matters, and why.
    fn headline(&mut self, group: &[&Entry<'_>], text: &str) {
        let [first, others @ ..] = group else { return };
        let id = match others {
            [] => name_of(first.id),
            _ => number(group.len() as u64, "testcase"),
        };
        let roles = if others.is_empty() { first.roles_text() } else { String::new() };
        let roles = if roles.is_empty() { roles } else { format!(" [{roles}]") };
        let colon = if text.is_empty() { "" } else { ": " };
        let verdict = format!("{:<4}  ", first.verdict);
        self.page.headline((&verdict, Style::Verdict(first.verdict)), &id, &format!("{roles}{colon}{text}"));
    }

    /// What belongs to the testcase rather than to what was found.
    fn circumstances(&mut self, group: &[&Entry<'_>]) {
        let [entry] = group else {
            ids(self.page, group, self.verbose);
            return;
        };
        let indent = self.page.indent();
        let page = &mut *self.page;
        let Some(result) = entry.result else { return };
        if self.verbose && !result.description.is_empty() {
            page.prose(indent, &printable(&cut(&result.description, CHARACTERS)), Style::Faint);
        }
        // Those that fail stand below the name of their check.
        if let Some(check) = entry.check.filter(|_| entry.verdict != Verdict::Fail) {
            let by = format!("by {} {}", name_of(&check.name), name_of(&check.version));
            page.prose(indent, &by, Style::Faint);
        }
        if entry.has_variants {
            for (name, value) in result.parameters.iter().chain(&result.assets) {
                page.prose(indent, &format!("with {} = {}", name_of(name), name_of(value)), Style::Faint);
            }
        }
        if let Some(document) = result.attested.as_ref().and_then(|attested| attested.document.as_ref()) {
            let url = page.paint.style(Style::Faint, &printable(&cut(&document.url, CHARACTERS)));
            page.line(format!("{}{url}", " ".repeat(indent)));
            if self.verbose {
                page.prose(indent, &name_of(&document.sha256), Style::Faint);
            }
        }
        if let (true, Some(url)) = (self.verbose, &result.url) {
            let url = page.paint.style(Style::Faint, &printable(&cut(url, CHARACTERS)));
            page.line(format!("{}{url}", " ".repeat(indent)));
        }
    }

    /// What to show of it: without `-v`, what is for information only where there is nothing else.
    fn kinds<'a>(&self, entry: &Entry<'a>) -> Vec<Kind<'a>> {
        let mut kinds = kinds(&entry.findings);
        let all_is_info = kinds.iter().all(|kind| kind.severity == Severity::Info);
        if !self.verbose && (entry.verdict == Verdict::Pass || !all_is_info) {
            kinds.retain(|kind| kind.severity > Severity::Info);
        }
        kinds
    }
}

/// The page of the standard that asks for it, without the place on it.
fn page_of<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    let url = entry.result?.url.as_deref()?;
    Some(url.split_once('#').map_or(url, |(page, _)| page))
}

fn attested_text(entry: &Entry<'_>, attested: &Attested) -> String {
    let day = |time: jiff::Timestamp| jiff::tz::Offset::UTC.to_datetime(time).date();
    let until = entry.result.and_then(|result| result.expires_at);
    let until = until.map_or(String::new(), |until| format!(", until {}", day(until)));
    format!("attested by {} on {}{until}", name_of(&attested.by), day(attested.at))
}
