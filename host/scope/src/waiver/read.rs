//! From a tree of YAML to waivers, collecting all problems on the way.

use std::collections::BTreeSet;

use touchstone_diagnostics::Problem;

use super::format::{FILE, FORMAT};
use super::{WaivedScope, Waiver, Waivers};
use crate::format::tables::{ID, TEXT, UUID};
use crate::format::{Kind, conform, values};
use crate::yaml::{self, Node, Value};

pub(super) fn read(text: &str) -> Result<Waivers, Vec<Problem>> {
    let (waivers, problems) = read_all(text);
    if problems.is_empty() { Ok(waivers) } else { Err(problems) }
}

/// Every waiver that can be understood, and what is wrong.
pub(super) fn read_all(text: &str) -> (Waivers, Vec<Problem>) {
    let mut problems = Vec::new();
    let root = match yaml::parse(text) {
        Ok(root) => root,
        Err(problem) => return (Waivers::default(), vec![problem]),
    };
    if matches!(root.value, Value::Null) {
        let problem = Problem::new(root.span, "the file is empty");
        let help = "it begins with `format: touchstone.waivers/v1`; docs/waivers.md describes the rest";
        return (Waivers::default(), vec![problem.help(help)]);
    }
    conform::check(&root, &Kind::Object(&FILE), "the file", &mut problems);
    if let Some(format) = root.field("format") {
        values::text(format, &FORMAT, &mut problems);
    }
    let mut all: Vec<Waiver> = Vec::new();
    for item in root.field("waivers").map_or(&[][..], Node::items) {
        let Some(waiver) = waiver(item, &mut problems) else { continue };
        if let Some(first) = all.iter().find(|first| first.is_about_the_same_as(&waiver)) {
            let message =
                format!("a second waiver for `{}` of `{}` in this scope", waiver.testcase, waiver.subject);
            let problem = Problem::new(waiver.span, message).related(first.span, "first here");
            problems.push(problem.help("delete one of them; to renew a waiver, change its `expires`"));
        }
        all.push(waiver);
    }
    (Waivers { all }, problems)
}

fn waiver(node: &Node, problems: &mut Vec<Problem>) -> Option<Waiver> {
    let mut read = |key, notation| {
        let found = node.field(key)?;
        Some((values::text(found, notation, problems)?, found.span))
    };
    let testcase = read("testcase", &ID);
    let subject = read("subject", &TEXT);
    let scope = read("scope", &TEXT);
    let reason = read("reason", &TEXT);
    let author = read("author", &TEXT);
    let approver = read("approver", &TEXT);
    let expires = node.field("expires").and_then(|found| values::date(found, problems));
    if let (Some((author, author_at)), Some((approver, approver_at))) = (&author, &approver)
        && is_the_same_person(author, approver)
    {
        let problem = Problem::new(*approver_at, "who wrote the waiver cannot approve it");
        let problem = problem.related(*author_at, "the author, who is the same person");
        problems.push(problem.help("let somebody else read and approve it"));
    }
    let (testcase, span) = testcase?;
    let scope = scope?.0;
    // What looks like a UUID is none of the names that people give.
    let scope = match scope.parse().ok().filter(|_| UUID.matches(&scope)) {
        Some(uuid) => WaivedScope::Uuid(uuid),
        None => WaivedScope::Name(scope),
    };
    Some(Waiver {
        testcase,
        subject: subject?.0,
        scope,
        reason: reason?.0,
        author: author?.0,
        approver: approver?.0,
        expires: expires?,
        span,
    })
}

/// Whether two texts name one person: the same words whatever their case, the same name before an address in angle
/// brackets, or the same address.
fn is_the_same_person(one: &str, other: &str) -> bool {
    !names_of(one).is_disjoint(&names_of(other))
}

fn names_of(person: &str) -> BTreeSet<String> {
    let person = person.to_lowercase();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let before_address = person.split('<').next().unwrap_or_default();
    let addresses = person.split(|c: char| c.is_whitespace() || "<>(),;".contains(c));
    let addresses =
        addresses.map(|word| word.trim_start_matches("mailto:")).filter(|word| word.contains('@'));
    let mut names: BTreeSet<String> = addresses.map(str::to_owned).collect();
    names.extend([words(&person), words(before_address)].into_iter().filter(|name| !name.is_empty()));
    names
}
