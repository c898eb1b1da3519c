//! What was found out about one testcase: equal messages once, with the places at which they hold.

use std::collections::HashMap;

use super::name_of;
use super::page::{Page, Style};
use crate::model::{Finding, Resource, Severity};
use crate::printable::{cut, printable};

/// Without `-v`, so much of a text is shown.
pub(super) const CHARACTERS: usize = 1_000;
const LINES: usize = 20;
/// Stands between a message and the command that mends it.
const MEND: &str = " To mend it: ";
/// What is longer is no command that anybody copies.
const LONGEST_COMMAND: usize = 2_000;

/// Findings with the same message by the same sentence of the standard.
pub(super) struct Kind<'a> {
    pub(super) severity: Severity,
    pub(super) message: &'a str,
    pub(super) requirement: Option<&'a str>,
    places: Vec<Place<'a>>,
}

/// Where it holds, and how to mend it there.
#[derive(PartialEq)]
struct Place<'a> {
    resource: Option<&'a Resource>,
    command: Option<&'a str>,
}

/// The findings by kind; the gravest first, else as the check reported them.
pub(super) fn kinds<'a>(findings: &[&'a Finding]) -> Vec<Kind<'a>> {
    let mut kinds: Vec<Kind<'a>> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for &finding in findings {
        let (message, command) = split(&finding.message);
        let (severity, requirement) = (finding.severity, finding.requirement.as_deref());
        let kind = *known.entry((severity, message, requirement)).or_insert(kinds.len());
        if kind == kinds.len() {
            kinds.push(Kind { severity, message, requirement, places: Vec::new() });
        }
        kinds[kind].places.push(Place { resource: finding.resource.as_ref(), command });
    }
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.severity));
    kinds
}

/// A message and the command that mends it. What could not be copied as it is shown is no command.
fn split(message: &str) -> (&str, Option<&str>) {
    match message.rsplit_once(MEND) {
        Some((text, command)) if is_command(command.trim()) => (text.trim_end(), Some(command.trim())),
        _ => (message.trim_end(), None),
    }
}

fn is_command(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_COMMAND && printable(text) == text
}

/// The sentence of the standard that asks for all of it, if that is one.
pub(super) fn common_requirement<'a>(kinds: &[Kind<'a>]) -> Option<&'a str> {
    kinds.iter().map(|kind| kind.requirement).reduce(|all, one| all.filter(|_| all == one)).flatten()
}

/// What was said before, in the lines above.
#[derive(Clone, Copy, Default)]
pub(super) struct Said<'a> {
    /// The message of the only kind.
    pub(super) message: bool,
    /// The sentence of the standard.
    pub(super) requirement: Option<&'a str>,
}

/// At most `limit` findings: each kind once, before any is there twice. Gives how many were not shown.
pub(super) fn show(
    page: &mut Page,
    kinds: &[Kind<'_>],
    limit: usize,
    said: Said<'_>,
    verbose: bool,
) -> usize {
    let shares = shares(kinds, limit);
    let common = common_requirement(kinds);
    let indent = page.indent();
    for (kind, share) in kinds.iter().zip(&shares).filter(|(_, share)| **share > 0) {
        let indent = if said.message { indent } else { indent + 2 };
        if !said.message {
            let times = (kind.places.len() > *share).then(|| format!(" ({} times)", kind.places.len()));
            message(page, kind, &times.unwrap_or_default(), verbose);
        }
        places(page, indent, &kind.places[..*share]);
        if let Some(requirement) = kind.requirement.filter(|_| common.is_none()) {
            by(page, indent, requirement);
        }
    }
    if let Some(requirement) = common.filter(|_| common != said.requirement) {
        by(page, indent, requirement);
    }
    kinds.iter().map(|kind| kind.places.len()).sum::<usize>() - shares.iter().sum::<usize>()
}

/// How many places of each kind are shown.
fn shares(kinds: &[Kind<'_>], limit: usize) -> Vec<usize> {
    let mut free = limit;
    let mut take = |wanted: usize| {
        let share = wanted.min(free);
        free -= share;
        share
    };
    let firsts: Vec<usize> = kinds.iter().map(|_| take(1)).collect();
    firsts.iter().zip(kinds).map(|(first, kind)| first + take(kind.places.len() - 1)).collect()
}

fn message(page: &mut Page, kind: &Kind<'_>, times: &str, verbose: bool) {
    let label = match kind.severity {
        Severity::Error => "error: ",
        Severity::Warning => "warning: ",
        Severity::Info => "info: ",
    };
    let mut message = lines(kind.message, verbose).into_iter();
    let first = format!("{}{times}", message.next().unwrap_or_default());
    let indent = page.indent();
    page.text(indent, (label, Style::Severity(kind.severity)), (&first, Style::Plain), 2);
    further(page, indent + 2, message);
}

/// The places, and how to mend it: at each, or once if that is the same everywhere.
fn places(page: &mut Page, indent: usize, places: &[Place<'_>]) {
    let mut is_labelled = false;
    for (number, place) in places.iter().enumerate() {
        if let Some(resource) = place.resource {
            page.text(indent, ("at ", Style::Faint), (&resource_text(resource), Style::Plain), 3);
        }
        let told_later = places.get(number + 1).is_some_and(|next| next.command == place.command);
        if let Some(command) = place.command.filter(|_| !told_later) {
            if !is_labelled {
                page.prose(indent, "to mend it:", Style::Faint);
                is_labelled = true;
            }
            page.command(indent + 2, command);
        }
    }
}

fn resource_text(resource: &Resource) -> String {
    let (service, kind) = (name_of(&resource.service), name_of(&resource.kind));
    let what = if service == kind { kind } else { format!("{service} {kind}") };
    let id = resource.id.as_deref().map(name_of);
    let name = resource.name.as_deref().map(name_of);
    match (name, id) {
        (Some(name), Some(id)) => format!("{what} \"{name}\" ({id})"),
        (Some(name), None) => format!("{what} \"{name}\""),
        (None, Some(id)) => format!("{what} {id}"),
        (None, None) => what,
    }
}

pub(super) fn by(page: &mut Page, indent: usize, requirement: &str) {
    page.text(indent, ("by ", Style::Faint), (&name_of(requirement), Style::Faint), 3);
}

/// Further lines of a text that is not ours, so marked that nobody takes them for ours.
pub(super) fn further(page: &mut Page, indent: usize, lines: impl Iterator<Item = String>) {
    for line in lines {
        page.text(indent, ("| ", Style::Faint), (&line, Style::Plain), 2);
    }
}

/// The lines of a text that is not ours, safe to show: the guest's own line breaks count (the tail of a console is
/// unreadable without them), everything else is escaped.
pub(super) fn lines(text: &str, verbose: bool) -> Vec<String> {
    let (characters, limit) = if verbose { (usize::MAX, usize::MAX) } else { (CHARACTERS, LINES) };
    let text = cut(text, characters);
    let all = text.lines().map(|line| printable(line.replace('\t', "    ").trim_end()));
    let mut shown: Vec<String> = all.filter(|line| !line.is_empty()).collect();
    if shown.len() > limit {
        let more = shown.len() - limit;
        shown.truncate(limit);
        shown.push(format!("[…{} more]", super::number(more as u64, "line")));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_messages() {
        assert_eq!(split("It is wrong. To mend it: openstack x"), ("It is wrong.", Some("openstack x")));
        assert_eq!(split("a To mend it: b To mend it: c"), ("a To mend it: b", Some("c")));
        for text in [
            "To mend it: x",
            "Wrong. To mend it: ",
            "Wrong.",
            "Wrong. To mend it: a\nb",
            "W. To mend it: \u{202e}a",
        ] {
            assert_eq!(split(text), (text.trim_end(), None), "{text:?}");
        }
    }

    #[test]
    fn every_kind_is_shown_before_any_is_shown_twice() {
        let kind = |places: usize| Kind {
            severity: Severity::Error,
            message: "",
            requirement: None,
            places: (0..places).map(|_| Place { resource: None, command: None }).collect(),
        };
        let shares =
            |sizes: &[usize], limit| shares(&sizes.iter().map(|size| kind(*size)).collect::<Vec<_>>(), limit);
        assert_eq!(shares(&[20, 1], 3), [2, 1]);
        assert_eq!(shares(&[1, 20, 1], 3), [1, 1, 1]);
        assert_eq!(shares(&[2, 2, 2, 2], 3), [1, 1, 1, 0]);
        assert_eq!(shares(&[20, 5], usize::MAX), [20, 5]);
        assert_eq!(shares(&[], 3), [0; 0]);
    }
}
