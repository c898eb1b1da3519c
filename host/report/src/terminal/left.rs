//! What checks created and what is still in the cloud: the last thing that is said.

use touchstone_scope::Verdict;

use super::page::{Page, Style};
use super::{name_of, number};
use crate::model::{Left, Report};
use crate::printable::{cut, printable};

/// As wide as the label of a verdict.
pub(super) const LABEL: &str = "LEFT  ";
/// Without `-v`, so many things are listed, and so much is said of why they are there.
const SHOWN: usize = 10;
const LONGEST_WHY: usize = 300;

/// That something was left, in one line.
pub(super) fn line(report: &Report) -> Option<String> {
    let left = report.left().len() as u64;
    let created = report.ephemeral.as_ref().map_or(0, |ephemeral| ephemeral.created).max(left);
    (left > 0).then(|| {
        format!("{left} of {} that checks created may still be in the cloud", number(created, "thing"))
    })
}

/// Each thing, and how to get rid of all.
pub(super) fn left(page: &mut Page, report: &Report, verbose: bool) {
    let Some(line) = line(report) else { return };
    page.gap();
    let style = Style::Verdict(Verdict::Fail);
    page.text(0, (LABEL, style), (&format!("{line}:"), Style::Strong), page.indent());
    let limit = if verbose { usize::MAX } else { SHOWN };
    for left in report.left().iter().take(limit) {
        one(page, left);
    }
    let indent = page.indent();
    if let Some(more @ 1..) = report.left().len().checked_sub(limit) {
        let more = format!("… and {more} more (in the JSON report, or -v)");
        page.prose(indent, &more, Style::Plain);
    }
    page.prose(indent, "To delete what is left:", Style::Plain);
    if let Some(command) = report.cleanup_command() {
        page.command(indent + 2, &command);
    }
}

fn one(page: &mut Page, left: &Left) {
    let name = left.name.as_deref().filter(|name| !name.is_empty());
    let which = match (name.map(name_of), left.id.as_deref().map(name_of)) {
        (Some(name), Some(id)) => format!("\"{name}\" ({id})"),
        (Some(name), None) => format!("\"{name}\" (its id is not known)"),
        (None, Some(id)) => id,
        (None, None) => "(neither name nor id are known)".to_owned(),
    };
    let indent = page.indent();
    let text = format!("{} {} {which}", name_of(&left.service), name_of(&left.kind));
    page.text(indent, ("- ", Style::Plain), (&text, Style::Plain), 2);
    let why = printable(&cut(&left.why, LONGEST_WHY));
    let version = left.version.iter().map(|version| format!(" {}", name_of(version)));
    let of = format!("of {}{}: {why}", name_of(&left.check), version.collect::<String>());
    page.prose(indent + 2, &of, Style::Faint);
}
