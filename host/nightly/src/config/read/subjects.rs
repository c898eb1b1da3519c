//! The clouds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use touchstone_diagnostics::{Problem, Span};

use super::{Reader, flag};
use crate::config::Subject;
use crate::config::tree::Node;
use touchstone_diagnostics::suggestion;

impl Reader {
    pub(super) fn subjects(
        &mut self,
        root: &Node,
        scopes: &BTreeSet<String>,
        presets: &BTreeSet<String>,
    ) -> Vec<Subject> {
        let mut names = BTreeMap::new();
        let items = root.field("subjects").map_or(&[][..], Node::items);
        items.iter().filter_map(|item| self.subject(item, scopes, presets, &mut names)).collect()
    }

    fn subject(
        &mut self,
        node: &Node,
        scopes: &BTreeSet<String>,
        presets: &BTreeSet<String>,
        names: &mut BTreeMap<String, Span>,
    ) -> Option<Subject> {
        let name = node.field("name").and_then(|node| Some((self.name(node)?, node.span)));
        if let Some((name, at)) = &name
            && let Some(first) = names.insert(name.clone(), *at)
        {
            let problem = Problem::new(*at, format!("there are two subjects `{name}`"));
            self.problems.push(
                problem
                    .related(first, "the first is here")
                    .help("results are kept by name: rename one of them"),
            );
        }
        let display_name = self.text_of(node, "display_name");
        let operator = self.text_of(node, "operator");
        let description = self.text_of(node, "description");
        let health = node.field("health").and_then(|node| self.web(node, None)).map(String::from);
        let group = self.text_of(node, "group");
        let provider = self.text_of(node, "provider");
        let labels = self.labels(node);
        let cloud = self.text_of(node, "cloud");
        let clouds_file = self.path(node, "clouds_file");
        let preset = self.text_of(node, "preset");
        if let Some(preset) = &preset
            && let Some(node) = node.field("preset")
        {
            self.known(node, preset, presets, "preset");
        }
        let scopes = self.scopes_of(node, scopes);
        let parameters = self.texts(node, "parameters");
        let evidence = self.texts(node, "evidence");
        let evidence: BTreeMap<String, PathBuf> =
            evidence.into_iter().map(|(name, path)| (name, self.folder.join(path))).collect();
        let attestations = self.paths(node, "attestations");
        let paused = self.text_of(node, "paused");
        let monitor_subject = self.text_of(node, "monitor_subject");
        let (name, _) = name?;
        Some(Subject {
            display_name: display_name.unwrap_or_else(|| name.clone()),
            provider: provider.or_else(|| operator.clone()).unwrap_or_else(|| name.clone()),
            operator,
            description,
            health,
            group,
            labels,
            cloud: cloud.unwrap_or_else(|| name.clone()),
            clouds_file,
            scopes,
            preset,
            parameters,
            evidence,
            attestations,
            allow_privileged: flag(node, "allow_privileged", false),
            paused,
            upload: flag(node, "upload", true),
            monitor_subject: monitor_subject.unwrap_or_else(|| name.clone()),
            name,
        })
    }

    fn scopes_of(&mut self, node: &Node, known: &BTreeSet<String>) -> Vec<String> {
        let Some(list) = node.field("scopes") else { return known.iter().cloned().collect() };
        let scopes = self.once(node, "scopes", "the scope");
        for item in list.items() {
            if let Some(name) = item.text() {
                self.known(item, name, known, "scope");
            }
        }
        scopes
    }

    /// Tells of a name that is not defined.
    fn known(&mut self, node: &Node, name: &str, known: &BTreeSet<String>, what: &str) {
        if known.contains(name) || name.trim().is_empty() {
            return;
        }
        let problem = Problem::new(node.span, format!("there is no {what} `{name}`"));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let help = suggestion(name, &known).unwrap_or_else(|| format!("define it under `{what}s`"));
        self.problems.push(problem.help(help));
    }

    fn labels(&mut self, node: &Node) -> BTreeMap<String, String> {
        let labels = self.texts(node, "labels");
        let wrong = |text: &str, more: &[u8]| {
            let inner = |byte: &u8| byte.is_ascii_alphanumeric() || more.contains(byte);
            let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let bytes = text.as_bytes();
            !(edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner) && bytes.len() <= 63)
        };
        for (key, value) in node.field("labels").map_or(&[][..], Node::entries) {
            for (part, more) in [(key, &b"._-/"[..]), (value, &b"._-"[..])] {
                let Some(text) = part.text().filter(|text| wrong(text, more)) else { continue };
                let problem = Problem::new(part.span, format!("`{text}` cannot be in a label"));
                let help = "write letters, digits, `.`, `_` and `-` (in keys also `/`), beginning and ending with a letter or a digit, at \
                            most 63, e.g. `region: de`";
                self.problems.push(problem.help(help));
            }
        }
        labels
    }

    /// A mapping of texts.
    fn texts(&mut self, node: &Node, key: &str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        for (key, value) in node.field(key).map_or(&[][..], Node::entries) {
            let key = self.text(key);
            if let (Some(key), Some(value)) = (key, self.text(value)) {
                texts.entry(key).or_insert(value);
            }
        }
        texts
    }
}
