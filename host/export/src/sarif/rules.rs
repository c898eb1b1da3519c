//! A rule for each testcase.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use touchstone_report::{Report, TestcaseResult};
use touchstone_scope::{Section, Target};

use super::{MOST_RULES, is_result};
use crate::entries::Entry;
use crate::identifiers::uuid;
use crate::texts::{address, line, markdown, name, short, within};

/// Characters of a description that GitHub keeps.
const LONGEST_DESCRIPTION: usize = 1_024;
/// Tags of a rule that GitHub keeps.
const MOST_TAGS: usize = 10;

/// The rules of a run.
pub(super) struct Rules<'a> {
    scope: String,
    rules: BTreeMap<&'a str, Rule<'a>>,
    index: BTreeMap<&'a str, usize>,
}

/// What is known about a testcase over all versions.
#[derive(Default)]
struct Rule<'a> {
    targets: BTreeSet<Target>,
    result: Option<&'a TestcaseResult>,
}

impl<'a> Rules<'a> {
    /// A rule for each testcase; if there are more than GitHub accepts, first those that have results.
    pub(super) fn of(report: &Report, entries: &[Entry<'a>]) -> Rules<'a> {
        let mut rules: BTreeMap<&str, Rule<'_>> = BTreeMap::new();
        let (told, passed): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) =
            entries.iter().partition(|one| is_result(one));
        for entry in told.into_iter().chain(passed) {
            if rules.len() >= MOST_RULES && !rules.contains_key(entry.testcase) {
                continue;
            }
            let rule = rules.entry(entry.testcase).or_default();
            rule.targets.insert(entry.target);
            rule.result = rule.result.or(entry.result);
        }
        let index = rules.keys().enumerate().map(|(at, testcase)| (*testcase, at)).collect();
        Rules { scope: name(&report.scope.name), rules, index }
    }

    /// Its place among the rules.
    pub(super) fn index(&self, testcase: &str) -> Option<usize> {
        self.index.get(testcase).copied()
    }

    /// `tool.driver.rules`.
    pub(super) fn json(&self) -> Vec<Value> {
        self.rules.iter().map(|(testcase, rule)| self.rule(testcase, rule)).collect()
    }

    fn rule(&self, testcase: &str, rule: &Rule<'_>) -> Value {
        let id = id(testcase);
        let description = rule.result.map_or("", |result| &result.description);
        let description = if description.trim().is_empty() { &id } else { &line(description) };
        let url = rule.result.and_then(|result| result.url.as_deref());
        // Targets are ordered, `main` first: what decides anywhere is told as that.
        let target = rule.targets.first().copied().unwrap_or(Target::Preview);
        let section = rule.result.and_then(|result| result.section);
        let targets = rule.targets.iter().map(|target| format!("target:{target}"));
        let tags = targets
            .chain(section.map(|section: Section| format!("section:{section}")))
            .chain([format!("scope:{}", self.scope)]);
        let mut rule = json!({
            "id": id,
            "shortDescription": super::message(&within(description, LONGEST_DESCRIPTION / 2)),
            "fullDescription": super::message(&within(description, LONGEST_DESCRIPTION / 2)),
            "help": help(description, url),
            "defaultConfiguration": {"level": level(target)},
            "properties": {
                "tags": tags.take(MOST_TAGS).collect::<Vec<_>>(),
                "precision": "very-high",
                "problem.severity": severity(target),
            },
        });
        if let Some(url) = url.and_then(address) {
            rule["helpUri"] = json!(url);
        }
        rule
    }
}

fn help(description: &str, url: Option<&str>) -> Value {
    let mut text = description.to_owned();
    let mut formatted = markdown(description);
    if let Some(url) = url {
        text.push_str(&format!("\nThe standard: {}", short(url, 2_000)));
        match address(url) {
            Some(address) => formatted.push_str(&format!("\n\n[The standard](<{address}>)")),
            None => formatted.push_str(&format!("\n\nThe standard: {}", markdown(&short(url, 2_000)))),
        }
    }
    let mut help = super::message(&text);
    help["markdown"] = json!(formatted.replace('{', "{{").replace('}', "}}"));
    help
}

/// The identifier of a rule: the testcase's, or, if that cannot be shown as it is, one that no other has.
pub(super) fn id(testcase: &str) -> String {
    let shown = name(testcase);
    if shown == testcase {
        return shown;
    }
    let told_apart = uuid("rule", &[testcase]).simple().to_string();
    format!("{shown}-{}", &told_apart[..8])
}

/// How severe it is for the outcome of a version that a testcase is not PASS.
pub(super) fn level(target: Target) -> &'static str {
    match target {
        Target::Main => "error",
        Target::Recommended => "warning",
        Target::Preview => "note",
    }
}

/// The same in GitHub's words.
fn severity(target: Target) -> &'static str {
    match target {
        Target::Main => "error",
        Target::Recommended => "warning",
        Target::Preview => "recommendation",
    }
}
