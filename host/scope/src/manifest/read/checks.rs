//! Checks: identity, component, grants, limits, testcases.

use std::collections::{BTreeMap, BTreeSet};

use touchstone_grants::Grant;

use super::{Provider, Reader};
use crate::format::tables::{
    CHECK_ID, COUNT, DURATION, GRANT, HASH, ID, LIFETIME, SECTION, SEMVER, SIZE, SOURCE, TEXT, URL,
};
use crate::limits::{Count, LimitOverrides, Size, Wall};
use crate::manifest::{Check, Testcase};
use crate::sha256::Sha256;
use crate::words::{Lifetime, Section};
use crate::yaml::{Node, Value};
use touchstone_diagnostics::{Problem, Span};

impl Reader {
    pub(super) fn checks(&mut self, root: &Node) -> Vec<Check> {
        let checks = self.items(root, "checks", Self::check);
        let mut versions = BTreeMap::new();
        let mut components = BTreeMap::new();
        for check in &checks {
            if let Some(first) = versions.insert((&check.id, &check.version), check.span) {
                let message = format!("the check `{}` {} is defined twice", check.id, check.version);
                let help = "put all its testcases into one entry, or give the other its own version";
                self.problems.push(Problem::new(check.span, message).related(first, "first here").help(help));
            }
            if let Some(component) = check.component
                && let Some(first) = components.insert(component, check.span)
            {
                let message =
                    format!("the check `{}` {} has the component of another check", check.id, check.version);
                let help =
                    "a component is one check in one version: pin the right one with `touchstone scope pin`";
                self.problems
                    .push(Problem::new(check.span, message).related(first, "the same component").help(help));
            }
        }
        checks
    }

    fn check(&mut self, node: &Node) -> Option<Check> {
        let id = node.field("id").and_then(|node| self.text(node, &CHECK_ID));
        let version = node.field("version").and_then(|node| self.text(node, &SEMVER));
        let manual = matches!(node.field("manual").map(|node| &node.value), Some(Value::Bool(true)));
        if manual {
            self.refuse_what_only_components_have(node);
        }
        let component = node.field("component").and_then(|node| self.parsed::<Sha256>(node, &HASH));
        let source = node.field("source").and_then(|node| self.text(node, &SOURCE));
        let grants = self.grants(node);
        let limits = node.field("limits").map(|node| self.limits(node)).unwrap_or_default();
        let evidence = self.described(node, "evidence");
        let span = node.field("id").map_or(node.span, |node| node.span);
        let known = id.clone().zip(version.clone());
        let mut provider =
            known.map(|(id, version)| Provider { id, version, testcases: BTreeSet::new(), span });
        let testcases =
            self.items(node, "testcases", |reader, node| reader.testcase(node, provider.as_mut()));
        self.checks.extend(provider);
        Some(Check {
            id: id?,
            version: version?,
            manual,
            component,
            source,
            grants,
            limits,
            evidence,
            testcases,
            span,
        })
    }

    fn refuse_what_only_components_have(&mut self, node: &Node) {
        for key in ["component", "source", "grants", "limits", "evidence"] {
            if let Some(at) = node.key(key) {
                let problem = Problem::new(at.span, format!("a manual check has no `{key}`"));
                self.problems
                    .push(problem.help("people find out its verdicts; delete this key, or `manual: true`"));
            }
        }
    }

    fn grants(&mut self, node: &Node) -> Vec<Grant> {
        let mut known: BTreeMap<String, Span> = BTreeMap::new();
        self.items(node, "grants", |reader, node| {
            let grant = match node.text()?.parse::<Grant>() {
                Ok(grant) => grant,
                Err(error) => {
                    let problem = Problem::new(inside(node, error.offset()), error.problem().to_string());
                    reader.problems.push(problem.help(GRANT.expected()));
                    return None;
                }
            };
            let problem = if let Some(first) = known.insert(grant.to_string(), node.span) {
                let message = format!("`{grant}` is granted twice");
                Problem::new(node.span, message).related(first, "first here").help("delete one of them")
            } else {
                return Some(grant);
            };
            reader.problems.push(problem);
            None
        })
    }

    fn limits(&mut self, node: &Node) -> LimitOverrides {
        LimitOverrides {
            wall: node.field("wall").and_then(|node| self.parsed(node, &DURATION)).map(|Wall(wall)| wall),
            memory: self.size(node, "memory"),
            calls: self.count(node, "calls"),
            response_bytes: self.size(node, "response_bytes"),
            log_bytes: self.size(node, "log_bytes"),
            findings: self.count(node, "findings"),
            in_flight: self.count(node, "in_flight"),
        }
    }

    fn size(&mut self, node: &Node, key: &str) -> Option<u64> {
        node.field(key).and_then(|node| self.parsed(node, &SIZE)).map(|Size(bytes)| bytes)
    }

    fn count(&mut self, node: &Node, key: &str) -> Option<u64> {
        node.field(key).and_then(|node| self.parsed(node, &COUNT)).map(|Count(count)| count)
    }

    fn testcase(&mut self, node: &Node, check: Option<&mut Provider>) -> Option<Testcase> {
        let at = node.field("id")?;
        let id = self.text(at, &ID);
        if let Some(id) = &id {
            self.provide(id, at.span, check);
        }
        let description = node.field("description").and_then(|node| self.text(node, &TEXT));
        let url = node.field("url").and_then(|node| self.text(node, &URL));
        let lifetime =
            node.field("lifetime").map_or(Some(Lifetime::Week), |node| self.parsed(node, &LIFETIME));
        let section = node.field("section").map_or(Some(Section::Light), |node| self.parsed(node, &SECTION));
        let description = description?.trim_end().to_owned();
        Some(Testcase {
            id: id?,
            description,
            url: url?,
            lifetime: lifetime?,
            section: section?,
            span: at.span,
        })
    }

    /// Notes that a check provides a testcase, which only other versions of it may do, too.
    fn provide(&mut self, testcase: &str, at: Span, check: Option<&mut Provider>) {
        let is_new = check.is_some_and(|check| {
            if !check.testcases.insert(testcase.to_owned()) {
                return false;
            }
            let providers = self.providers.entry(testcase.to_owned()).or_default();
            let are_versions = providers.iter().all(|other| are_versions(check, &self.checks[*other]));
            // It comes to the others when all of it was read.
            providers.push(self.checks.len());
            are_versions
        });
        if let Err(problem) = self.testcases.define(testcase, at, "the testcase")
            && !is_new
        {
            let help = "delete or rename one of them; only versions of one check provide the same testcases";
            self.problems.push(problem.help(help));
        }
    }
}

/// Whether two checks are versions of one.
fn are_versions(one: &Provider, other: &Provider) -> bool {
    one.id == other.id && one.version != other.version
}

/// The place of a byte of a text, if the text is written without escapes; else all of it.
fn inside(node: &Node, offset: usize) -> Span {
    let len = node.text().map_or(0, str::len);
    let quotes = node.span.len.saturating_sub(len);
    if node.aliased || !matches!(quotes, 0 | 2) || !node.text().is_some_and(str::is_ascii) {
        return node.span;
    }
    let skipped = (offset + quotes / 2).min(node.span.len);
    Span {
        offset: node.span.offset + skipped,
        len: len.saturating_sub(offset).min(1),
        column: node.span.column.saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX)),
        ..node.span
    }
}
