//! Modules: parameters, assets, and the testcases of their targets.

use std::collections::BTreeMap;

use super::{Names, Reader, unknown};
use crate::format::tables::{ID, NAME, TARGET, TEXT, URL};
use crate::manifest::{Module, Required};
use crate::words::Target;
use crate::yaml::Node;
use touchstone_diagnostics::Problem;

impl Reader {
    pub(super) fn module(&mut self, node: &Node) -> Option<Module> {
        let at = node.field("id")?;
        let id = self.text(at, &ID);
        if let Some(id) = &id
            && let Err(problem) = self.modules.define(id, at.span, "the module")
        {
            self.problems.push(problem);
        }
        let name = node.field("name").and_then(|node| self.text(node, &TEXT));
        let url = node.field("url").and_then(|node| self.text(node, &URL));
        let parameters = self.described(node, "parameters");
        let assets = self.described(node, "assets");
        let targets = self.targets(node);
        if let Some(id) = &id {
            let asked = self.asked_of(&targets);
            self.asked.entry(id.clone()).or_insert(asked);
        }
        Some(Module { id: id?, name: name?, url: url?, parameters, assets, targets, span: at.span })
    }

    /// Names with descriptions.
    pub(super) fn described(&mut self, node: &Node, key: &str) -> BTreeMap<String, String> {
        let named = self.named(node, key, &NAME);
        named.into_iter().filter_map(|(name, _, value)| Some((name, self.text(value, &TEXT)?))).collect()
    }

    fn targets(&mut self, node: &Node) -> BTreeMap<Target, Vec<Required>> {
        let mut listed = Names::default();
        let mut targets = BTreeMap::new();
        for (key, value) in node.field("targets").map_or(&[][..], Node::entries) {
            let target: Option<Target> = self.parsed(key, &TARGET);
            let required = value.items().iter().filter_map(|item| self.required(item, &mut listed)).collect();
            if let Some(target) = target {
                targets.entry(target).or_insert(required);
            }
        }
        targets
    }

    fn required(&mut self, node: &Node, listed: &mut Names) -> Option<Required> {
        let testcase = self.text(node, &ID)?;
        if self.testcases.lacks(&testcase) {
            let message = format!("no check provides the testcase `{testcase}`");
            unknown(&mut self.problems, node.span, message, &testcase, &self.testcases);
        }
        if let Some(first) = listed.0.insert(testcase.clone(), node.span) {
            let problem =
                Problem::new(node.span, format!("the testcase `{testcase}` is listed twice in this module"));
            self.problems.push(
                problem
                    .related(first, "first here")
                    .help("a testcase belongs to one target; delete one of them"),
            );
        }
        Some(Required { testcase, span: node.span })
    }
}
