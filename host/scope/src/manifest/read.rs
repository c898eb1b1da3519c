//! From a tree of YAML to a manifest, collecting all problems on the way.

mod checks;
mod choices;
mod modules;
mod timeline;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::Date;

use super::{Check, Manifest, Module, TimelineEntry, Version};
use crate::format::tables::{FORMAT, MANIFEST, NAME, TEXT, URL, UUID};
use crate::format::{Kind, Scalar, conform, values};
use crate::sha256::Sha256;
use crate::yaml::{self, Node, Value};
use touchstone_diagnostics::suggestion;
use touchstone_diagnostics::{Diagnostics, Problem, Span};

pub(super) fn read(file_name: &str, text: &str) -> Result<Manifest, Diagnostics> {
    let mut reader = Reader::default();
    let manifest = match yaml::parse(text) {
        Ok(root) => reader.manifest(&root, text),
        Err(problem) => {
            reader.problems.push(problem);
            None
        }
    };
    match manifest {
        Some(manifest) if reader.problems.is_empty() => Ok(manifest),
        _ => Err(Diagnostics::errors(super::WHAT, file_name, text, reader.problems)),
    }
}

/// What was read so far, for references and against duplicates, and what was wrong.
#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
    /// Every testcase that a check provides, also of a check that has problems.
    testcases: Names,
    /// The checks, also those that have problems.
    checks: Vec<Provider>,
    /// Who provides a testcase: indices into `checks`.
    providers: BTreeMap<String, Vec<usize>>,
    /// What each module asks of each check, by their identifiers.
    asked: BTreeMap<String, BTreeMap<String, Asked>>,
    modules: Names,
    versions: Names,
}

/// A check, as far as others refer to it.
struct Provider {
    id: String,
    version: String,
    testcases: BTreeSet<String>,
    span: Span,
}

/// What a module asks of a check.
#[derive(Default)]
struct Asked {
    testcases: Vec<String>,
    /// The first of them that several versions of the check provide.
    several: Option<String>,
}

impl Reader {
    fn manifest(&mut self, root: &Node, text: &str) -> Option<Manifest> {
        if matches!(root.value, Value::Null) {
            let problem = Problem::new(root.span, "the manifest is empty");
            self.problems.push(
                problem.help(
                    "it begins with `format: touchstone.scope/v1`; scopes/README.md describes the rest",
                ),
            );
            return None;
        }
        conform::check(root, &Kind::Object(&MANIFEST), "the manifest", &mut self.problems);
        let format = root.field("format").and_then(|node| self.text(node, &FORMAT));
        let uuid = root.field("uuid").and_then(|node| self.text(node, &UUID)?.parse().ok());
        let name = root.field("name").and_then(|node| self.text(node, &TEXT));
        let url = root.field("url").and_then(|node| self.text(node, &URL));
        let variables = self.items(root, "variables", |reader, node| reader.text(node, &NAME));
        // In this order, since each refers to those before.
        let checks: Vec<Check> = self.checks(root);
        let modules: Vec<Module> = self.items(root, "modules", Self::module);
        let versions: Vec<Version> =
            self.items(root, "versions", |reader, node| reader.version(node, &modules));
        let timeline: Vec<TimelineEntry> = self.timeline(root, &versions);
        format?;
        let digest = Sha256::of(text.as_bytes());
        let (uuid, name, url) = (uuid?, name?, url?);
        Some(Manifest { digest, uuid, name, url, variables, checks, modules, versions, timeline })
    }

    /// Reads every item of the list behind a key, leaving out those that could not be read.
    fn items<T>(
        &mut self,
        node: &Node,
        key: &str,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Vec<T> {
        let items = node.field(key).map_or(&[][..], Node::items);
        items.iter().filter_map(|item| read(self, item)).collect()
    }

    fn text(&mut self, node: &Node, notation: &Scalar) -> Option<String> {
        values::text(node, notation, &mut self.problems)
    }

    /// A text that means something.
    fn parsed<T: FromStr<Err: Display>>(&mut self, node: &Node, notation: &Scalar) -> Option<T> {
        let text = match &node.value {
            Value::Number(written) if notation.number => written,
            Value::Text(text) if !notation.number => text,
            _ => return None,
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(Problem::new(node.span, error.to_string()).help(notation.expected()));
                None
            }
        }
    }

    fn date(&mut self, node: &Node) -> Option<Date> {
        values::date(node, &mut self.problems)
    }

    /// The entries of the mapping behind a key whose keys are well written.
    fn named<'a>(&mut self, node: &'a Node, key: &str, notation: &Scalar) -> Vec<(String, Span, &'a Node)> {
        let mut known = BTreeSet::new();
        let mut named = Vec::new();
        for (name, value) in node.field(key).map_or(&[][..], Node::entries) {
            if let Some(text) = self.text(name, notation)
                && known.insert(text.clone())
            {
                named.push((text, name.span, value));
            }
        }
        named
    }
}

/// A problem with a name that is not known. Among many problems, suggestions are not worth their time.
fn unknown(problems: &mut Vec<Problem>, at: Span, message: String, name: &str, known: &Names) {
    problems.push(unknown_after(problems.len(), at, message, name, known));
}

/// As [`unknown`], when there are so many problems already.
fn unknown_after(problems: usize, at: Span, message: String, name: &str, known: &Names) -> Problem {
    const SUGGESTED: usize = 100;
    let problem = Problem::new(at, message);
    let known: Vec<_> = known.0.keys().map(String::as_str).collect();
    let help = if problems < SUGGESTED { suggestion(name, &known) } else { None };
    help.into_iter().fold(problem, Problem::help)
}

/// Names that must be unique, with the places where they are defined.
#[derive(Clone, Default)]
struct Names(BTreeMap<String, Span>);

impl Names {
    /// Notes a name, or says what is wrong with defining it again.
    fn define(&mut self, name: &str, at: Span, what: &str) -> Result<(), Problem> {
        match self.0.get(name) {
            Some(first) => {
                let problem = Problem::new(at, format!("{what} `{name}` is defined twice"));
                Err(problem.related(*first, "first here").help("delete or rename one of them"))
            }
            None => {
                self.0.insert(name.to_owned(), at);
                Ok(())
            }
        }
    }

    /// Whether a reference to the name leads nowhere. If nothing at all could be read, that is another problem.
    fn lacks(&self, name: &str) -> bool {
        !self.0.is_empty() && !self.0.contains_key(name)
    }
}
