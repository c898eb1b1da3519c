//! What was found out about one testcase, kind by kind.

use super::name_of;
use super::page::{Page, Style};
use crate::kinds::{Kind, Place, common_requirement, resource_text};
use crate::model::Severity;
use crate::printable::{cut, printable_lines};

/// Without `-v`, so much of a text is shown.
pub(super) const CHARACTERS: usize = 1_000;
const LINES: usize = 20;
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
    let mut shown = printable_lines(&text);
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
