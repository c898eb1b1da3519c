//! Manifests, and what their versions of today ask for.

use std::collections::{BTreeMap, BTreeSet};

use touchstone_diagnostics::printable;
use touchstone_scope::{Lifetime, Manifest, Section, Selection};

use super::Linter;
use crate::config::Scope;
use crate::night::of_one_scope;

/// A testcase that a version of today asks for, and that a component could find out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Planned {
    pub(super) section: Section,
    pub(super) lifetime: Lifetime,
    pub(super) testcase: String,
}

impl Linter<'_> {
    pub(super) fn scopes(&mut self) {
        let config = self.config;
        for (name, scope) in &config.scopes {
            let place = ["scopes", name, "manifest"];
            let Some(manifest) = self.manifest(&place, scope) else { continue };
            let selection = Selection { version: scope.version.clone(), ..Selection::on(self.known.today) };
            match manifest.plan(&selection) {
                Ok(plan) => {
                    let keys = plan.versions.iter().flat_map(|version| version.targets.values().flatten());
                    let keys: BTreeSet<_> = keys.filter(|key| key.unit.is_some()).collect();
                    let planned: BTreeSet<Planned> = keys
                        .into_iter()
                        .filter_map(|key| {
                            let check = manifest.checks().get(key.check?)?;
                            let testcase =
                                check.testcases.iter().find(|testcase| testcase.id == key.testcase)?;
                            Some(Planned {
                                section: testcase.section,
                                lifetime: testcase.lifetime,
                                testcase: key.testcase.clone(),
                            })
                        })
                        .collect();
                    if planned.is_empty() {
                        let message = format!("no component finds out anything that scope `{name}` asks for");
                        self.error(
                            &place,
                            message,
                            "name components in the manifest (`touchstone scope pin`)".to_owned(),
                        );
                    }
                    self.plans.insert(name, planned.into_iter().collect());
                }
                Err(error) => self.error(&["scopes", name, "version"], error.to_string(), None),
            }
            if !config.subjects.iter().any(|subject| subject.scopes.contains(name)) {
                self.warning(
                    &["scopes", name],
                    format!("no subject is tested against scope `{name}`"),
                    "delete it, or name it in `scopes` of a subject",
                );
            }
            self.manifests.insert(name, manifest);
        }
        self.same_scopes();
    }

    fn manifest(&mut self, place: &[&str], scope: &Scope) -> Option<Manifest> {
        let bytes = self.file(place, &scope.manifest)?;
        let file = scope.manifest.display().to_string();
        let Ok(text) = String::from_utf8(bytes) else {
            self.error(place, format!("{file} is not text (UTF-8)"), "is it the manifest?".to_owned());
            return None;
        };
        match Manifest::parse(&file, &text) {
            Ok(manifest) => Some(manifest),
            Err(diagnostics) => {
                let first = diagnostics.plain().lines().next().unwrap_or_default().to_owned();
                self.error(
                    place,
                    diagnostics.to_string(),
                    format!("{first}\n`touchstone scope lint {}` has them all", printable(&file)),
                );
                None
            }
        }
    }

    /// Names that stand for the same: each result would be found out twice. With two manifests, those of one would be judged by the other.
    fn same_scopes(&mut self) {
        let config = self.config;
        let others = of_one_scope(self.manifests.iter().map(|(name, manifest)| (*name, manifest)));
        for (first, name) in others {
            let message = format!("the scopes `{first}` and `{name}` have one UUID and two manifests");
            let advice = "give one of them a UUID of its own, or both the same manifest";
            self.error(&["scopes", name, "manifest"], message, advice.to_owned());
        }
        let mut known: BTreeMap<_, &str> = BTreeMap::new();
        let same: Vec<(String, String)> = self
            .manifests
            .iter()
            .filter_map(|(name, manifest)| {
                let key = (manifest.uuid(), config.scopes.get(*name)?.version.clone());
                let first = known.insert(key, name)?;
                Some((first.to_owned(), (*name).to_owned()))
            })
            .collect();
        for (first, name) in same {
            let message =
                format!("scope `{name}` is the same as `{first}`: each result would be found out twice");
            self.warning(
                &["scopes", &name],
                message,
                "delete one of them; two that differ in `version` need subjects of their own",
            );
        }
    }
}
