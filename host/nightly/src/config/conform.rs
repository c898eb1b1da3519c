//! Whether a document has the structure that the JSON Schema says: known keys, needed keys, kinds of values. What a text
//! means is not looked at.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use touchstone_diagnostics::{Problem, Span};

use super::tree::{Node, Value};
use touchstone_diagnostics::suggestion;

/// Adds everything that is wrong with the structure of a document.
pub(super) fn check(root: &Node, schema: &Json, problems: &mut Vec<Problem>) {
    Check { definitions: &schema["$defs"], problems }.node(root, schema, "the configuration");
}

struct Check<'a> {
    definitions: &'a Json,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Check<'a> {
    fn node(&mut self, node: &Node, schema: &'a Json, what: &str) {
        let schema = self.resolved(schema);
        // A choice of words is a text, too.
        let kind = schema["type"].as_str().unwrap_or("string");
        match (kind, &node.value) {
            ("object", Value::Map(entries)) if schema["properties"].is_object() => {
                self.object(node, entries, schema);
            }
            ("object", Value::Map(entries)) => {
                for (key, _, value) in self.keyed(entries, what) {
                    self.node(value, values_of(schema), &format!("`{key}` in {what}"));
                }
                self.number_of(entries.len(), &schema["minProperties"], node, what);
            }
            ("array", Value::List(items)) => {
                for item in items {
                    self.node(item, &schema["items"], &format!("an entry of {what}"));
                }
                self.number_of(items.len(), &schema["minItems"], node, what);
            }
            ("string", Value::Text(_)) | ("boolean", Value::Bool(_)) | ("integer", Value::Number(_)) => {}
            (_, Value::Null) => {
                let help = "give it one, or leave the key out";
                self.problems.push(Problem::new(node.span, format!("{what} has no value")).help(help));
            }
            (kind, found) => {
                let (expected, help) = expected(kind, found);
                let message = format!("{what} must be {expected}, but is {}", kind_of(found));
                self.problems.push(Problem::new(node.span, message).help(help));
            }
        }
    }

    fn object(&mut self, node: &Node, entries: &[(Node, Node)], schema: &'a Json) {
        let what = schema["title"].as_str().unwrap_or("a mapping");
        let Some(properties) = schema["properties"].as_object() else { return };
        let mut found = Vec::new();
        for (key, at, value) in self.keyed(entries, what) {
            match properties.get(key) {
                Some(property) => {
                    found.push(key);
                    self.node(value, property, &format!("`{key}` of {what}"));
                }
                None => self.problems.push(unknown_key(key, at, what, properties.keys().map(String::as_str))),
            }
        }
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
        for key in required.filter(|key| !found.contains(key)) {
            let about = properties[key]["description"].as_str().unwrap_or("docs/nightly.md describes it");
            let message = format!("{what} needs the key `{key}`");
            self.problems
                .push(Problem::new(start_of(node, entries), message).help(format!("`{key}`: {about}")));
        }
    }

    /// The entries whose keys are text, the first of each, with the place of the key; tells about the others.
    fn keyed<'n>(&mut self, entries: &'n [(Node, Node)], what: &str) -> Vec<(&'n str, Span, &'n Node)> {
        let mut seen = BTreeMap::new();
        let mut kept = Vec::new();
        for (key, value) in entries {
            let Value::Text(name) = &key.value else {
                let message = format!("a key of {what} must be text, but is {}", kind_of(&key.value));
                self.problems.push(Problem::new(key.span, message).help("write it in quotes"));
                continue;
            };
            if let Some(first) = seen.get(name) {
                let problem = Problem::new(key.span, format!("the key `{name}` stands twice in {what}"));
                self.problems.push(problem.related(*first, "first here").help("delete one of them"));
                continue;
            }
            seen.insert(name, key.span);
            kept.push((name.as_str(), key.span, value));
        }
        kept
    }

    fn number_of(&mut self, there: usize, at_least: &Json, node: &Node, what: &str) {
        if at_least.as_u64().is_some_and(|needed| (there as u64) < needed) {
            let problem = Problem::new(node.span, format!("{what} has no entry"));
            self.problems.push(
                problem.help("at least one is needed; where there is nothing to say, leave the key out"),
            );
        }
    }

    fn resolved(&self, schema: &'a Json) -> &'a Json {
        let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/"));
        name.map_or(schema, |name| &self.definitions[name])
    }
}

/// What the values of a mapping are whose keys the author chooses. Whether the keys are well written is the reader's to say.
fn values_of(schema: &Json) -> &Json {
    let by_pattern = schema["patternProperties"].as_object().and_then(|patterns| patterns.values().next());
    by_pattern.unwrap_or(&schema["additionalProperties"])
}

/// Words under which people write what must not be in this file.
const SECRETS: [&str; 7] = ["password", "passwd", "passphrase", "secret", "token", "api_key", "apikey"];

/// Whether a key is there to say a secret.
pub(super) fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key.to_lowercase().as_str())
}

fn unknown_key<'a>(key: &str, at: Span, what: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    let known: Vec<&str> = known.collect();
    let problem = Problem::new(at, format!("unknown key `{key}` in {what}"));
    if is_secret(key) {
        let file = known.iter().find(|known| known.ends_with("_file") && !known.starts_with("clouds"));
        return match file {
            Some(file) => problem.help(format!(
                "no secrets in this file: write it to a file that only the runner can read, and name that with `{file}`"
            )),
            None => problem.help("no secrets in this file: those of clouds are in clouds.yaml or secure.yaml"),
        };
    }
    suggestion(key, &known).into_iter().fold(problem, Problem::help)
}

fn expected(kind: &str, found: &Value) -> (&'static str, String) {
    match kind {
        "object" => ("a mapping", "write `key: value`".to_owned()),
        "array" => (
            "a list",
            "begin each entry with `- ` on a line of its own, or write `[first, second]`".to_owned(),
        ),
        "boolean" => ("true or false", "write `true` or `false` without quotes".to_owned()),
        "integer" => ("a whole number", "write it without quotes and without unit".to_owned()),
        _ => match found {
            Value::Number(written) => ("text", format!("write it in quotes: \"{written}\"")),
            Value::Bool(flag) => ("text", format!("write it in quotes: \"{flag}\"")),
            _ => ("text", "write one text here".to_owned()),
        },
    }
}

fn kind_of(found: &Value) -> String {
    match found {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(written) => format!("the number {written}"),
        Value::Text(_) => "text".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a mapping".to_owned(),
    }
}

/// Where a mapping begins: its first key, which has a width that can be underlined.
fn start_of(node: &Node, entries: &[(Node, Node)]) -> Span {
    match entries.first() {
        Some((key, _)) if node.span.len == 0 => key.span,
        _ => node.span,
    }
}
