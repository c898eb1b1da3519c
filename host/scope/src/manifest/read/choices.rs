//! Which versions of checks an include uses.

use std::collections::BTreeMap;

use super::{Asked, Names, Provider, Reader, unknown_after};
use crate::format::tables::{CHECK_ID, SEMVER};
use crate::manifest::{Module, Required};
use crate::words::Target;
use crate::yaml::Node;
use touchstone_diagnostics::{Problem, Span};

/// The version of a check that an include uses.
pub(super) struct Choice {
    pub(super) check: String,
    pub(super) version: String,
    /// Where the check is named.
    check_span: Span,
    /// Where the version is.
    version_span: Span,
}

impl Reader {
    pub(super) fn choices(&mut self, include: &Node) -> Vec<Choice> {
        let named = self.named(include, "checks", &CHECK_ID);
        let choice = |(check, check_span, node): (String, Span, &Node)| {
            let version = self.text(node, &SEMVER)?;
            Some(Choice { check, version, check_span, version_span: node.span })
        };
        named.into_iter().filter_map(choice).collect()
    }

    /// The testcases of a module, by the check that provides them in some version.
    pub(super) fn asked_of(&self, targets: &BTreeMap<Target, Vec<Required>>) -> BTreeMap<String, Asked> {
        let mut all: BTreeMap<String, Asked> = BTreeMap::new();
        for testcase in targets.values().flatten().map(|required| &required.testcase) {
            let Some([first, others @ ..]) = self.providers.get(testcase).map(Vec::as_slice) else {
                continue;
            };
            let asked = all.entry(self.checks[*first].id.clone()).or_default();
            asked.testcases.push(testcase.clone());
            if !others.is_empty() && asked.several.is_none() {
                asked.several = Some(testcase.clone());
            }
        }
        all
    }

    /// For every testcase of the module it must be clear which version of its check finds it out.
    pub(super) fn check_choices(&mut self, module: &Module, choices: &[Choice], include: Span) {
        let problems = choices.iter().filter_map(|choice| self.problem_of_choice(module, choice));
        let mut problems: Vec<Problem> = problems.collect();
        for (check, Asked { several, .. }) in self.asked.get(&module.id).into_iter().flatten() {
            if let Some(testcase) = several
                && !choices.iter().any(|choice| choice.check == *check)
            {
                problems.push(self.not_chosen(module, check, testcase, include));
            }
        }
        self.problems.extend(problems);
    }

    fn not_chosen(&self, module: &Module, check: &str, testcase: &str, include: Span) -> Problem {
        let versions: Vec<&Provider> = self.providing(testcase).collect();
        let newest = versions.last().map_or("", |one| one.version.as_str());
        let message = format!(
            "several versions of the check `{check}` provide the testcase `{testcase}` of the module `{}`, and this include does not say which one it uses",
            module.id
        );
        let help = format!("write which one in this include, e.g. `checks: {{{check}: {newest}}}`");
        let problem = Problem::new(include, message).help(help);
        versions
            .into_iter()
            .fold(problem, |problem, one| problem.related(one.span, format!("{check} {}", one.version)))
    }

    /// What is wrong with a choice.
    fn problem_of_choice(&self, module: &Module, choice: &Choice) -> Option<Problem> {
        let Choice { check, version, check_span, version_span } = choice;
        let mut entries = self.checks.iter().filter(|one| one.id == *check).peekable();
        if entries.peek().is_none() {
            let known = Names(self.checks.iter().map(|one| (one.id.clone(), one.span)).collect());
            return Some(unknown_after(
                self.problems.len(),
                *check_span,
                format!("there is no check `{check}`"),
                check,
                &known,
            ));
        }
        let Some(chosen) = entries.clone().find(|one| one.version == *version) else {
            let message = format!("the manifest does not have the check `{check}` in version {version}");
            let help = format!("it has {}", versions(entries));
            return Some(Problem::new(*version_span, message).help(help));
        };
        let Some(asked) = self.asked.get(&module.id).and_then(|asked| asked.get(check)) else {
            let message = format!("the check `{check}` provides no testcase of the module `{}`", module.id);
            let problem = Problem::new(*check_span, message).related(module.span, "the module");
            return Some(problem.help("delete it: it chooses nothing"));
        };
        let mut lacking = asked.testcases.iter().filter(|testcase| !chosen.testcases.contains(*testcase));
        let first = lacking.next()?;
        let more = match lacking.count() {
            0 => String::new(),
            more => format!(", nor {more} more"),
        };
        let message = format!(
            "the check `{check}` {version} does not provide the testcase `{first}` of the module `{}`{more}",
            module.id
        );
        let problem = Problem::new(*version_span, message).related(chosen.span, format!("{check} {version}"));
        let place = module.targets.values().flatten().find(|required| required.testcase == *first);
        let problem =
            place.into_iter().fold(problem, |problem, one| problem.related(one.span, "asked for here"));
        Some(problem.help(format!("`{first}` is provided by {}", versions(self.providing(first)))))
    }

    /// The versions of a check that provide a testcase.
    fn providing(&self, testcase: &str) -> impl Iterator<Item = &Provider> {
        self.providers.get(testcase).into_iter().flatten().map(|index| &self.checks[*index])
    }
}

fn versions<'a>(checks: impl Iterator<Item = &'a Provider>) -> String {
    checks.map(|one| one.version.as_str()).collect::<Vec<_>>().join(", ")
}
