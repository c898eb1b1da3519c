//! Versions: which modules they include, with which parameters and assets.

use std::collections::BTreeMap;

use super::{Names, Reader, unknown};
use crate::format::tables::{HASH, ID, NAME, PATH, TEXT};
use crate::manifest::{Asset, Include, Module, Version};
use crate::words::Target;
use crate::yaml::Node;
use touchstone_diagnostics::{Problem, Span};

impl Reader {
    pub(super) fn version(&mut self, node: &Node, modules: &[Module]) -> Option<Version> {
        let at = node.field("version")?;
        let name = self.text(at, &ID);
        if let Some(name) = &name
            && let Err(problem) = self.versions.define(name, at.span, "the version")
        {
            self.problems.push(problem);
        }
        let stabilized_at = node.field("stabilized_at").and_then(|node| self.date(node));
        let mut included = BTreeMap::new();
        let mut asked: BTreeMap<&str, (&Module, Target, Span)> = BTreeMap::new();
        let includes = self.items(node, "include", |reader, node| {
            let include = reader.include(node, modules)?;
            if let Some(first) = included.insert(include.module.clone(), include.span) {
                let problem =
                    Problem::new(include.span, format!("the module `{}` is included twice", include.module));
                reader.problems.push(problem.related(first, "first here").help("delete one of them"));
            } else if let Some(module) = modules.iter().find(|module| module.id == include.module) {
                reader.refuse_asking_twice(&include, module, &mut asked);
            }
            Some(include)
        });
        Some(Version { name: name?, stabilized_at, includes, span: at.span })
    }

    /// The testcases of all modules of a version must differ (SCS-0003-v1, "Version descriptor").
    fn refuse_asking_twice<'a>(
        &mut self,
        include: &Include,
        module: &'a Module,
        asked: &mut BTreeMap<&'a str, (&'a Module, Target, Span)>,
    ) {
        for (target, required) in
            module.targets.iter().flat_map(|(target, list)| list.iter().map(move |one| (*target, one)))
        {
            let testcase = required.testcase.as_str();
            match asked.get(testcase) {
                Some((other, other_target, first)) if other.id != module.id => {
                    let message = format!(
                        "this version asks twice for the testcase `{testcase}`: {other_target} of `{}` and {target} of `{}`",
                        other.id, module.id
                    );
                    let problem = Problem::new(include.span, message)
                        .related(*first, "asked for here")
                        .related(required.span, "and here");
                    self.problems
                        .push(problem.help(
                            "include only one of the modules, or delete the testcase from one of them",
                        ));
                }
                Some(_) => {}
                None => {
                    asked.insert(testcase, (module, target, required.span));
                }
            }
        }
    }

    fn include(&mut self, node: &Node, modules: &[Module]) -> Option<Include> {
        let at = node.field("module")?;
        let name = self.text(at, &ID)?;
        if self.modules.lacks(&name) {
            let message = format!("there is no module `{name}`");
            unknown(&mut self.problems, at.span, message, &name, &self.modules);
        }
        let parameters = self.named(node, "parameters", &NAME);
        let assets = self.named(node, "assets", &NAME);
        let checks = self.choices(node);
        if let Some(module) = modules.iter().find(|module| module.id == name) {
            self.compare("parameter", module, &module.parameters, &parameters, at.span);
            self.compare("asset", module, &module.assets, &assets, at.span);
            self.check_choices(module, &checks, at.span);
        }
        let parameters = parameters
            .into_iter()
            .filter_map(|(name, _, value)| Some((name, self.text(value, &TEXT)?)))
            .collect();
        let assets =
            assets.into_iter().filter_map(|(name, _, value)| Some((name, self.asset(value)?))).collect();
        let checks = checks.into_iter().map(|choice| (choice.check, choice.version)).collect();
        Some(Include { module: name, parameters, assets, checks, span: at.span })
    }

    /// What is given must be what the module declares.
    fn compare(
        &mut self,
        what: &str,
        module: &Module,
        declared: &BTreeMap<String, String>,
        given: &[(String, Span, &Node)],
        include: Span,
    ) {
        let known = Names(declared.keys().map(|name| (name.clone(), module.span)).collect());
        for (name, at, _) in given.iter().filter(|(name, ..)| !declared.contains_key(name)) {
            let message = format!("the module `{}` has no {what} `{name}`", module.id);
            if declared.is_empty() {
                let problem = Problem::new(*at, message).related(module.span, "the module");
                self.problems
                    .push(problem.help(format!("delete it, or declare it under `{what}s` of the module")));
            } else {
                unknown(&mut self.problems, *at, message, name, &known);
            }
        }
        for (name, about) in
            declared.iter().filter(|(name, _)| !given.iter().any(|(known, ..)| known == *name))
        {
            let message = format!("the module `{}` needs a value for the {what} `{name}`", module.id);
            let problem = Problem::new(include, message).related(module.span, "the module");
            self.problems
                .push(problem.help(format!("`{name}`: {about}\nwrite it under `{what}s` of this include")));
        }
    }

    fn asset(&mut self, node: &Node) -> Option<Asset> {
        let at = node.field("path");
        let path = at.and_then(|node| self.text(node, &PATH));
        let sha256 = node.field("sha256").and_then(|node| self.parsed(node, &HASH));
        let (at, path) = (at?, path?);
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            self.problems.push(
                Problem::new(at.span, format!("the path `{path}` has dot segments")).help(PATH.expected()),
            );
            return None;
        }
        Some(Asset { path, sha256: sha256? })
    }
}
