//! Whether a document has the structure of the format: kinds of values, known keys, needed keys.

use std::collections::BTreeMap;

use super::{Kind, Scalar, Shape};
use crate::yaml::{Node, Value};
use touchstone_diagnostics::suggestion;
use touchstone_diagnostics::{Problem, Span};

/// Adds everything that is wrong with the structure of `node`.
pub(crate) fn check(node: &Node, kind: &Kind, what: &str, problems: &mut Vec<Problem>) {
    match (kind, &node.value) {
        (Kind::Scalar(scalar), value) => check_scalar(node, value, scalar, what, problems),
        (Kind::Flag, Value::Bool(_)) => {}
        (Kind::Flag, found) => {
            problems.push(
                wrong_kind(node, found, what, "true or false").help("write `true` or `false` without quotes"),
            );
        }
        (Kind::List { of, at_least }, Value::List(items)) => {
            if items.len() < *at_least {
                problems.push(
                    Problem::new(node.span, format!("{what} is empty")).help("at least one entry is needed"),
                );
            }
            for item in items {
                check(item, of, &format!("an entry of {what}"), problems);
            }
        }
        (Kind::List { .. }, found) => {
            problems.push(
                wrong_kind(node, found, what, "a list")
                    .help("begin each entry with `- ` on a line of its own, or write `[first, second]`"),
            );
        }
        (Kind::Map { of, .. }, Value::Map(entries)) => {
            for (key, _, value) in keyed(entries, what, problems) {
                check(value, of, &format!("`{key}` in {what}"), problems);
            }
        }
        (Kind::Map { .. }, found) => {
            problems.push(
                wrong_kind(node, found, what, "a mapping").help("write `name: value`, or `{}` for none"),
            );
        }
        (Kind::Object(shape), Value::Map(entries)) => check_object(node, entries, shape, problems),
        (Kind::Object(shape), found) => {
            let keys: Vec<_> =
                shape.fields.iter().filter(|field| field.required).map(|field| field.key).collect();
            let help = if keys.is_empty() {
                "write `key: value`".to_owned()
            } else {
                format!("write `key: value`; needed are {}", listed(&keys))
            };
            problems.push(wrong_kind(node, found, what, "a mapping").help(help));
        }
    }
}

fn check_scalar(node: &Node, value: &Value, scalar: &Scalar, what: &str, problems: &mut Vec<Problem>) {
    let expected = scalar.expected();
    let problem = match value {
        Value::Text(_) if !scalar.number => return,
        Value::Number(_) if scalar.number => return,
        Value::Null => Problem::new(node.span, format!("{what} has no value")).help(expected),
        Value::Number(written) => wrong_kind(node, value, what, "text").help(quoted(scalar, written)),
        Value::Bool(flag) => wrong_kind(node, value, what, "text").help(quoted(scalar, &flag.to_string())),
        Value::Text(_) => wrong_kind(node, value, what, "a number")
            .help(format!("{expected}, without quotes and without unit")),
        Value::List(_) | Value::Map(_) => wrong_kind(node, value, what, scalar.what).help(expected),
    };
    problems.push(problem);
}

/// What was expected; where quotes alone would do, how to write them.
fn quoted(scalar: &Scalar, written: &str) -> String {
    let expected = scalar.expected();
    if scalar.matches(written) { format!("{expected}\nwrite it in quotes: \"{written}\"") } else { expected }
}

fn check_object(node: &Node, entries: &[(Node, Node)], shape: &Shape, problems: &mut Vec<Problem>) {
    let mut found = Vec::new();
    for (key, at, value) in keyed(entries, shape.what, problems) {
        if let Some(field) = shape.fields.iter().find(|field| field.key == key) {
            found.push(key);
            check(value, &field.kind, &format!("`{key}` of {}", shape.what), problems);
            continue;
        }
        let known: Vec<_> = shape.fields.iter().map(|field| field.key).collect();
        let problem = Problem::new(at, format!("unknown key `{key}` in {}", shape.what));
        problems.push(suggestion(key, &known).into_iter().fold(problem, Problem::help));
    }
    for field in shape.fields.iter().filter(|field| field.required && !found.contains(&field.key)) {
        let message = format!("{} needs the key `{}`", shape.what, field.key);
        problems.push(
            Problem::new(start_of(node, entries), message).help(format!("`{}`: {}", field.key, field.about)),
        );
    }
}

/// The entries whose keys are text, the first of each, with the place of the key; tells about the others.
fn keyed<'a>(
    entries: &'a [(Node, Node)],
    what: &str,
    problems: &mut Vec<Problem>,
) -> Vec<(&'a str, Span, &'a Node)> {
    let mut seen = BTreeMap::new();
    let mut kept = Vec::new();
    for (key, value) in entries {
        let Value::Text(name) = &key.value else {
            let what = format!("a key of {what}");
            problems.push(wrong_kind(key, &key.value, &what, "text").help("write it in quotes"));
            continue;
        };
        if let Some(first) = seen.get(name) {
            let problem = Problem::new(key.span, format!("the key `{name}` stands twice in {what}"));
            problems.push(problem.related(*first, "first here").help("delete one of them"));
            continue;
        }
        seen.insert(name, key.span);
        kept.push((name.as_str(), key.span, value));
    }
    kept
}

fn wrong_kind(node: &Node, found: &Value, what: &str, expected: &str) -> Problem {
    let found = match found {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(written) => format!("the number {written}"),
        Value::Text(_) => "text".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a mapping".to_owned(),
    };
    Problem::new(node.span, format!("{what} must be {expected}, but is {found}"))
}

/// Where a mapping begins: its first key, which has a width that can be underlined.
fn start_of(node: &Node, entries: &[(Node, Node)]) -> Span {
    match entries.first() {
        Some((key, _)) if node.span.len == 0 => key.span,
        _ => node.span,
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
