//! What was found out about one testcase: equal messages once, with the places at which they hold.

use std::collections::HashMap;

use crate::model::{Finding, Resource, Severity};
use crate::printable::{cut, printable};

/// Stands between a message and the command that mends it.
const MEND: &str = " To mend it: ";
/// What is longer is no command that anybody copies.
const LONGEST_COMMAND: usize = 2_000;
/// Names longer than this are cut.
const LONGEST_NAME: usize = 120;

/// Findings with the same message by the same sentence of the standard.
pub struct Kind<'a> {
    /// How much they matter.
    pub severity: Severity,
    /// What is wrong, without the command that mends it. The text is the check's: escape it before showing it.
    pub message: &'a str,
    /// The sentence of the standard.
    pub requirement: Option<&'a str>,
    /// Where they hold: at least one.
    pub places: Vec<Place<'a>>,
}

/// Where it holds, and how to mend it there.
#[derive(PartialEq)]
pub struct Place<'a> {
    /// The resource concerned.
    pub resource: Option<&'a Resource>,
    /// A command that can be copied as it is shown.
    pub command: Option<&'a str>,
}

/// The findings by kind; the gravest first, else as the check reported them.
pub fn kinds<'a>(findings: &[&'a Finding]) -> Vec<Kind<'a>> {
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
pub fn common_requirement<'a>(kinds: &[Kind<'a>]) -> Option<&'a str> {
    kinds.iter().map(|kind| kind.requirement).reduce(|all, one| all.filter(|_| all == one)).flatten()
}

/// A resource in a few words, safe to show: `image "Debian 12" (3f8b…)`.
pub fn resource_text(resource: &Resource) -> String {
    let (service, kind) = (name(&resource.service), name(&resource.kind));
    let what = if service == kind { kind } else { format!("{service} {kind}") };
    let id = resource.id.as_deref().map(name);
    let called = resource.name.as_deref().map(name);
    match (called, id) {
        (Some(called), Some(id)) => format!("{what} \"{called}\" ({id})"),
        (Some(called), None) => format!("{what} \"{called}\""),
        (None, Some(id)) => format!("{what} {id}"),
        (None, None) => what,
    }
}

fn name(text: &str) -> String {
    printable(&cut(text, LONGEST_NAME))
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
}
