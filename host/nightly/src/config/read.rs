//! From a tree of YAML to a configuration, collecting all problems on the way.

mod outputs;
mod subjects;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use touchstone_diagnostics::{Diagnostics, Problem, is_treacherous};
use touchstone_scope::{LimitOverrides, Section, Sha256};

use super::tree::{self, BEGINNING, Node, Value};
use super::{Config, Day, Limits, Preset, Scope, Source, StatePlace, WHAT, conform, format};
use crate::schedule::{At, Schedule};

pub(super) fn read(file: &str, text: &str) -> Result<Config, Diagnostics> {
    let refused = |shown: &str, problems| Err(Diagnostics::errors(WHAT, file, shown, problems));
    let root = match tree::parse(text) {
        Ok(root) => root,
        // Whatever it says, a secret may stand there: nothing of the text is shown.
        Err(problem) => return refused(&words::blanked(text), vec![*problem]),
    };
    let digest = Sha256::of(text.as_bytes());
    let mut reader = Reader { folder: folder_of(file), problems: Vec::new(), secrets: Vec::new(), digest };
    let read = reader.file(&root);
    let shown = words::without(text, &reader.secrets);
    match read {
        Some(read) if reader.problems.is_empty() => {
            let source = Source { file: file.to_owned(), shown, digest, root };
            Ok(read(Arc::new(source)))
        }
        _ => refused(&shown, reader.problems),
    }
}

fn folder_of(file: &str) -> PathBuf {
    Path::new(file).parent().map(Path::to_owned).unwrap_or_default()
}

/// What is wrong so far, and what is needed to read on.
struct Reader {
    folder: PathBuf,
    problems: Vec<Problem>,
    /// Secrets that should not be there.
    secrets: Vec<touchstone_diagnostics::Span>,
    digest: Sha256,
}

impl Reader {
    /// A configuration but for its source, or nothing if what is needed is not there.
    fn file(&mut self, root: &Node) -> Option<impl FnOnce(Arc<Source>) -> Config + use<>> {
        if matches!(root.value, Value::Null) {
            self.problems.push(Problem::new(root.span, "the configuration is empty").help(BEGINNING));
            return None;
        }
        if let Some(node) = root.field("format")
            && let Some(given) = node.text()
            && given != format::FORMAT
        {
            let message = format!("the format is `{given}`, and this touchstone reads `{}`", format::FORMAT);
            self.problems.push(Problem::new(node.span, message).help("a newer touchstone may read it"));
            return None;
        }
        self.find_secrets(root);
        conform::check(root, &format::json_schema(), &mut self.problems);
        let state = root
            .field("state")
            .map_or(Some(StatePlace::Sqlite(self.folder.join("nightly.db"))), |node| self.state(node));
        let folder = self.path(root, "folder").unwrap_or_else(|| self.folder.join("nightly"));
        let schedule = root.field("schedule").map(|node| self.schedule(node));
        let limits = root.field("limits").map(|node| self.limits(node)).unwrap_or_default();
        let stores = self.paths(root, "stores");
        let trust = self.path(root, "trust");
        let offline = flag(root, "offline", false);
        let scopes = self.scopes(root);
        let presets = self.presets(root);
        let subjects = self.subjects(root, &names(root, "scopes"), &names(root, "presets"));
        let waivers = self.paths(root, "waivers");
        let record = flag(root, "record", true);
        let outputs = match root.field("outputs") {
            Some(_) => self.once(root, "outputs", "the output"),
            None => vec!["json".to_owned()],
        };
        let authorities = self.paths(root, "authorities");
        let upload = root.field("upload").map(|node| self.upload(node));
        let notify = root.field("notify").map(|node| self.notify(node)).unwrap_or_default();
        let metrics = root.field("metrics").map(|node| self.metrics(node)).unwrap_or_default();
        let (state, schedule) = (state?, schedule.map_or(Some(None), |read| read.map(Some))?);
        let upload = upload.map_or(Some(None), |read| read.map(Some))?;
        Some(move |source| Config {
            state,
            folder,
            schedule,
            limits,
            stores,
            trust,
            offline,
            scopes,
            presets,
            subjects,
            waivers,
            record,
            outputs,
            authorities,
            upload,
            notify,
            metrics,
            source,
        })
    }

    fn schedule(&mut self, node: &Node) -> Option<Schedule> {
        let at = node
            .field("at")
            .and_then(|node| self.parsed::<At>(node, "docs/nightly.md says what happens when clocks change"));
        let jitter = self.duration(node, "jitter", true).unwrap_or_default();
        if jitter > Schedule::MAX_JITTER
            && let Some(node) = node.field("jitter")
        {
            self.problems.push(
                Problem::new(node.span, "the jitter is longer than 6 hours").help("write at most `6h`"),
            );
        }
        let catch_up = self.duration(node, "catch_up", true).unwrap_or(Schedule::DEFAULT_CATCH_UP);
        let mut days = BTreeSet::new();
        for item in node.field("days").map_or(&[][..], Node::items) {
            let Some(day) = self.day(item) else { continue };
            if !days.insert(day) {
                let problem = Problem::new(item.span, format!("`{}` stands here twice", day.word()));
                self.problems.push(problem.help("delete one of them"));
            }
        }
        Some(Schedule::new(at?).on(days).with_jitter(jitter, self.digest).with_catch_up(catch_up))
    }

    fn limits(&mut self, node: &Node) -> Limits {
        let default = Limits::default();
        let ceiling = node.field("ceiling");
        let mut read = LimitOverrides::default();
        for (name, value) in ceiling.map_or(&[][..], Node::entries) {
            let Some(name) = name.text().filter(|name| LimitOverrides::NAMES.contains(name)) else {
                continue;
            };
            let written = match (&value.value, name) {
                (Value::Number(written), "calls" | "findings" | "in_flight") => written,
                (Value::Text(written), "wall" | "memory" | "response_bytes" | "log_bytes") => written,
                // The check of the structure has told it.
                _ => continue,
            };
            match LimitOverrides::one(name, written) {
                Ok(one) => words::set(&mut read, one),
                Err(error) => self.problems.push(Problem::new(value.span, error.to_string())),
            }
        }
        Limits {
            subjects: self.number(node, "subjects", 1, 10_000).unwrap_or(default.subjects),
            per_provider: self.number(node, "per_provider", 1, 10_000).unwrap_or(default.per_provider),
            timeout: self.duration(node, "timeout", false).unwrap_or(default.timeout),
            retries: self
                .number(node, "retries", 0, 100)
                .and_then(|retries| u32::try_from(retries).ok())
                .unwrap_or(default.retries),
            retry_after: self.duration(node, "retry_after", true).unwrap_or(default.retry_after),
            ceiling: read,
        }
    }

    fn scopes(&mut self, root: &Node) -> BTreeMap<String, Scope> {
        let mut scopes = BTreeMap::new();
        for (key, node) in root.field("scopes").map_or(&[][..], Node::entries) {
            let name = self.name(key);
            let manifest = self.path(node, "manifest");
            let version = node.field("version").and_then(|node| self.text(node));
            if let (Some(name), Some(manifest)) = (name, manifest) {
                scopes.entry(name).or_insert(Scope { manifest, version });
            }
        }
        scopes
    }

    fn presets(&mut self, root: &Node) -> BTreeMap<String, Preset> {
        let mut presets = BTreeMap::new();
        for (key, node) in root.field("presets").map_or(&[][..], Node::entries) {
            let Some(name) = self.name(key) else { continue };
            let mut sections = |key: &str| node.field(key).map(|node| self.sections(node));
            let default = sections("default").unwrap_or_else(|| Section::ALL.iter().copied().collect());
            let days = Day::ALL.into_iter().filter_map(|day| Some((day, sections(day.word())?))).collect();
            presets.entry(name).or_insert(Preset { default, days });
        }
        presets
    }

    fn sections(&mut self, node: &Node) -> BTreeSet<Section> {
        let mut sections = BTreeSet::new();
        for item in node.items() {
            let Some(section) =
                self.parsed::<Section>(item, "scopes say which testcases are in which section")
            else {
                continue;
            };
            if !sections.insert(section) {
                let problem = Problem::new(item.span, format!("`{section}` stands here twice"));
                self.problems.push(problem.help("delete one of them"));
            }
        }
        sections
    }

    /// A text that is not blank, and in which nothing is invisible. Says nothing if it is no text: the check of the structure
    /// did.
    fn text(&mut self, node: &Node) -> Option<String> {
        let text = node.text()?;
        if let Some(c) = text.chars().find(|c| is_treacherous(*c)) {
            let message =
                format!("the text holds the character U+{:04X}, which cannot be seen", u32::from(c));
            self.problems.push(Problem::new(node.span, message).help("delete it"));
            return None;
        }
        if text.trim().is_empty() {
            let problem = Problem::new(node.span, "the text is empty");
            self.problems.push(problem.help("say something, or leave the key out"));
            return None;
        }
        Some(text.to_owned())
    }

    fn text_of(&mut self, node: &Node, key: &str) -> Option<String> {
        node.field(key).and_then(|node| self.text(node))
    }

    /// A text that means something.
    fn parsed<T: FromStr<Err: std::fmt::Display>>(&mut self, node: &Node, help: &str) -> Option<T> {
        let text = self.text(node)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(Problem::new(node.span, error.to_string()).help(help));
                None
            }
        }
    }

    /// A path, joined to the folder of the file.
    fn path(&mut self, node: &Node, key: &str) -> Option<PathBuf> {
        self.text_of(node, key).map(|path| self.folder.join(path))
    }

    fn paths(&mut self, node: &Node, key: &str) -> Vec<PathBuf> {
        let paths = self.once(node, key, "the path");
        paths.into_iter().map(|path| self.folder.join(path)).collect()
    }

    /// The texts of a list, none of which may stand there twice.
    fn once(&mut self, node: &Node, key: &str, what: &str) -> Vec<String> {
        let mut known = BTreeMap::new();
        let mut texts = Vec::new();
        for item in node.field(key).map_or(&[][..], Node::items) {
            let Some(text) = self.text(item) else { continue };
            if let Some(first) = known.insert(text.clone(), item.span) {
                let problem = Problem::new(item.span, format!("{what} `{text}` stands here twice"));
                self.problems.push(problem.related(first, "first here").help("delete one of them"));
                continue;
            }
            texts.push(text);
        }
        texts
    }

    fn number(&mut self, node: &Node, key: &str, least: usize, most: usize) -> Option<usize> {
        let node = node.field(key)?;
        let Value::Number(written) = &node.value else { return None };
        let number = written.parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let message = format!("`{key}` is {written}");
            self.problems.push(
                Problem::new(node.span, message).help(format!("write a whole number from {least} to {most}")),
            );
        }
        number
    }

    /// A duration as scopes write it; zero only where that means something.
    fn duration(&mut self, node: &Node, key: &str, may_be_zero: bool) -> Option<Duration> {
        let node = node.field(key)?;
        let text = self.text(node)?;
        if may_be_zero && words::is_zero(&text) {
            return Some(Duration::ZERO);
        }
        match LimitOverrides::one("wall", &text) {
            Ok(limits) => limits.wall,
            Err(error) => {
                let help = "write a number with its unit, e.g. `90s`, `10m`, `2h`";
                self.problems.push(Problem::new(node.span, error.to_string()).help(help));
                None
            }
        }
    }
}

fn flag(node: &Node, key: &str, default: bool) -> bool {
    match node.field(key).map(|node| &node.value) {
        Some(Value::Bool(flag)) => *flag,
        _ => default,
    }
}

/// The names that a mapping defines, whatever is wrong with what stands behind them.
fn names(root: &Node, key: &str) -> BTreeSet<String> {
    let entries = root.field(key).map_or(&[][..], Node::entries);
    entries.iter().filter_map(|(name, _)| Some(name.text()?.to_owned())).collect()
}
