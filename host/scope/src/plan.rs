//! What a run will do: which versions are judged, which components run with which inputs, and what stays missing.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use regex::Regex;
use touchstone_grants::Grant;

use crate::limits::LimitOverrides;
use crate::manifest::{Asset, Check, Include, Manifest, Module, Testcase, Version};
use crate::sha256::Sha256;
use crate::words::{Section, State, Target};
use touchstone_diagnostics::suggestion;

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Judge this version only, also one that the timeline does not show. Default: all that it shows on the date.
    pub version: Option<String>,
    /// The date on which the timeline is looked at.
    pub date: Date,
    /// Run only testcases in whose identifier this matches, anywhere. Default: all.
    pub tests: Option<Regex>,
    /// Run only testcases of these sections. Default: all.
    pub sections: Option<BTreeSet<Section>>,
    /// Values of parameters, by name, instead of those of the manifest.
    pub parameters: BTreeMap<String, String>,
}

impl Selection {
    /// Everything that the timeline shows on a date.
    pub fn on(date: Date) -> Self {
        Self { version: None, date, tests: None, sections: None, parameters: BTreeMap::new() }
    }

    fn selects(&self, testcase: &Testcase) -> bool {
        self.tests.as_ref().is_none_or(|tests| tests.is_match(&testcase.id))
            && self.sections.as_ref().is_none_or(|sections| sections.contains(&testcase.section))
    }
}

/// What a run will do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The versions to judge, in the order of the manifest: at least one.
    pub versions: Vec<PlannedVersion>,
    /// What to run; may be empty. [`ResultKey::unit`] is an index into it.
    pub units: Vec<Unit>,
    /// What the versions ask for and no unit runs, with the reason: it is MISS unless something else than a component (an
    /// attestation) knows better.
    pub not_run: BTreeMap<ResultKey, NotRun>,
}

/// A version to judge. What it asks for is complete, whatever was selected to run.
#[derive(Clone, Debug)]
pub struct PlannedVersion {
    /// Its name.
    pub name: String,
    /// Its state on the date; none if the timeline does not show it then.
    pub state: Option<State>,
    /// All that it asks for, in the order of the manifest. [`Target::Main`] is always there.
    pub targets: BTreeMap<Target, Vec<ResultKey>>,
}

/// Under which a version finds the result of a testcase. The same testcase with other parameters or assets, or judged by
/// another version of its check, is another result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResultKey {
    /// Identifier of the testcase.
    pub testcase: String,
    /// The check that provides it there (index into [`Manifest::checks`]). Every testcase of a manifest has one.
    pub check: Option<usize>,
    /// The unit that runs it (index into [`Plan::units`]); none if nothing does.
    pub unit: Option<usize>,
}

/// One component with one set of inputs: what one instance runs.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Identifier of the check.
    pub check: String,
    /// Version of the check.
    pub version: String,
    /// The component.
    pub component: Sha256,
    /// Where it is fetched from if no store has it.
    pub source: Option<String>,
    /// What it may call.
    pub grants: Vec<Grant>,
    /// Limits that differ from the host's defaults.
    pub limits: LimitOverrides,
    /// Values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// Files that it can read, by name.
    pub assets: BTreeMap<String, Asset>,
    /// Names of the evidence that it can read, if it is handed in.
    pub evidence: BTreeSet<String>,
    /// The testcases to run: at least one.
    pub testcases: BTreeSet<String>,
}

/// Why no unit runs a testcase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotRun {
    /// The selection leaves it out.
    NotSelected,
    /// People find it out.
    Manual,
    /// The manifest names no component for its check.
    NoComponent,
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSelected => "not selected by --tests/--sections",
            Self::Manual => "to be attested by people",
            Self::NoComponent => "no component in this manifest",
        })
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The manifest has no such version.
    #[error("the scope has no version `{version}`: {hint}")]
    UnknownVersion {
        /// What was asked for.
        version: String,
        /// What there is.
        hint: String,
    },
    /// The timeline begins later.
    #[error(
        "the timeline of the scope begins on {first}: nothing is known about {date}; give a later date, or a version"
    )]
    BeforeTimeline {
        /// What was asked for.
        date: Date,
        /// Where the timeline begins.
        first: Date,
    },
    /// The timeline shows no version.
    #[error(
        "the timeline of the scope shows no version on {date}; give another date, or a version: there are {known}"
    )]
    NoVersion {
        /// What was asked for.
        date: Date,
        /// All versions of the scope.
        known: String,
    },
    /// No module that is included has such a parameter.
    #[error("no module of {versions} has a parameter `{parameter}`: {hint}")]
    UnknownParameter {
        /// What was given.
        parameter: String,
        /// The versions that were looked at.
        versions: String,
        /// What there is.
        hint: String,
    },
    /// The selection leaves nothing.
    #[error("--tests and --sections select none of the {count} testcases of {versions}")]
    NothingSelected {
        /// How many there are.
        count: usize,
        /// The versions that were looked at.
        versions: String,
    },
}

impl Plan {
    /// How people are told of the check of a unit: its identifier, and its version where others are run, too.
    pub fn name_of(&self, unit: &Unit) -> String {
        match self.has_versions(&unit.check) {
            true => format!("{} {}", unit.check, unit.version),
            false => unit.check.clone(),
        }
    }

    /// Whether several versions of a check are run.
    pub fn has_versions(&self, check: &str) -> bool {
        let mut versions = self.units.iter().filter(|unit| unit.check == check).map(|unit| &unit.version);
        let first = versions.next();
        versions.any(|other| Some(other) != first)
    }
}

impl Manifest {
    /// What to run and to judge for a selection.
    ///
    /// # Errors
    /// The version is not known, the timeline shows none on the date, a parameter is not known, or `tests` and
    /// `sections` leave nothing of what the versions ask for.
    pub fn plan(&self, selection: &Selection) -> Result<Plan, PlanError> {
        let versions = self.selected_versions(selection)?;
        let mut planner = Planner::new(self, selection);
        planner.refuse_unknown_parameters(&versions)?;
        let states: BTreeMap<_, _> = self.states(selection.date).into_iter().collect();
        let planned: Vec<_> = versions
            .iter()
            .map(|version| planner.version(version, states.get(version.name.as_str()).copied()))
            .collect();
        let Planner { units, not_run, selected, asked, .. } = planner;
        if selected == 0 && (selection.tests.is_some() || selection.sections.is_some()) {
            return Err(PlanError::NothingSelected { count: asked.len(), versions: names(&versions) });
        }
        Ok(Plan { versions: planned, units, not_run })
    }

    fn selected_versions(&self, selection: &Selection) -> Result<Vec<&Version>, PlanError> {
        if let Some(name) = &selection.version {
            return self.version(name).map(|version| vec![version]).ok_or_else(|| {
                let known: Vec<_> = self.versions().iter().map(|version| version.name.as_str()).collect();
                let hint = suggestion(name, &known).unwrap_or_default();
                PlanError::UnknownVersion { version: name.clone(), hint }
            });
        }
        let date = selection.date;
        let Some(entry) = self.entry(date) else {
            let first = self.timeline().last().map_or(date, |entry| entry.date);
            return Err(PlanError::BeforeTimeline { date, first });
        };
        let shown: Vec<_> =
            self.versions().iter().filter(|version| entry.states.contains_key(&version.name)).collect();
        if shown.is_empty() {
            let all: Vec<_> = self.versions().iter().collect();
            return Err(PlanError::NoVersion { date, known: names(&all) });
        }
        Ok(shown)
    }
}

/// Who provides a testcase: the index of the check, the check, the testcase.
type Provider<'a> = (usize, &'a Check, &'a Testcase);

/// What was planned so far.
struct Planner<'a> {
    selection: &'a Selection,
    modules: BTreeMap<&'a str, &'a Module>,
    /// Who provides a testcase: each version of its check.
    providers: BTreeMap<&'a str, Vec<Provider<'a>>>,
    units: Vec<Unit>,
    /// The units of each check: indices into `units`.
    known: BTreeMap<usize, Vec<usize>>,
    not_run: BTreeMap<ResultKey, NotRun>,
    asked: BTreeSet<&'a str>,
    selected: usize,
}

impl<'a> Planner<'a> {
    fn new(manifest: &'a Manifest, selection: &'a Selection) -> Self {
        let mut providers: BTreeMap<&str, Vec<Provider<'_>>> = BTreeMap::new();
        for (index, check) in manifest.checks().iter().enumerate() {
            for testcase in &check.testcases {
                providers.entry(&testcase.id).or_default().push((index, check, testcase));
            }
        }
        Self {
            selection,
            modules: manifest.modules().iter().map(|module| (module.id.as_str(), module)).collect(),
            providers,
            units: Vec::new(),
            known: BTreeMap::new(),
            not_run: BTreeMap::new(),
            asked: BTreeSet::new(),
            selected: 0,
        }
    }

    fn refuse_unknown_parameters(&self, versions: &[&Version]) -> Result<(), PlanError> {
        let includes = versions.iter().flat_map(|version| &version.includes);
        let known: BTreeSet<_> =
            includes.flat_map(|include| include.parameters.keys().map(String::as_str)).collect();
        match self.selection.parameters.keys().find(|name| !known.contains(name.as_str())) {
            None => Ok(()),
            Some(parameter) => {
                let known: Vec<_> = known.into_iter().collect();
                let hint =
                    suggestion(parameter, &known).unwrap_or_else(|| "they have none at all".to_owned());
                let versions = names(versions);
                Err(PlanError::UnknownParameter { parameter: parameter.clone(), versions, hint })
            }
        }
    }

    fn version(&mut self, version: &'a Version, state: Option<State>) -> PlannedVersion {
        let mut targets = BTreeMap::from([(Target::Main, Vec::new())]);
        for include in &version.includes {
            let Some(module) = self.modules.get(include.module.as_str()).copied() else { continue };
            let mut parameters = include.parameters.clone();
            for (name, value) in &mut parameters {
                if let Some(given) = self.selection.parameters.get(name) {
                    value.clone_from(given);
                }
            }
            for (target, required) in &module.targets {
                let keys = required.iter().map(|one| self.key(&one.testcase, &parameters, include));
                targets.entry(*target).or_insert_with(Vec::new).extend(keys);
            }
        }
        PlannedVersion { name: version.name.clone(), state, targets }
    }

    /// Finds or makes the unit that runs a testcase.
    fn key(
        &mut self,
        testcase: &'a str,
        parameters: &BTreeMap<String, String>,
        include: &Include,
    ) -> ResultKey {
        self.asked.insert(testcase);
        let provider = self.provider(testcase, include);
        let mut key =
            ResultKey { testcase: testcase.to_owned(), check: provider.map(|(index, ..)| index), unit: None };
        match self.component(provider) {
            Ok((index, check, component)) => {
                let assets = &include.assets;
                let known = self.known.entry(index).or_default();
                let is_same = |unit: &Unit| unit.parameters == *parameters && unit.assets == *assets;
                let unit = match known.iter().find(|unit| is_same(&self.units[**unit])) {
                    Some(unit) => *unit,
                    None => {
                        known.push(self.units.len());
                        self.units.push(Unit {
                            check: check.id.clone(),
                            version: check.version.clone(),
                            component,
                            source: check.source.clone(),
                            grants: check.grants.clone(),
                            limits: check.limits,
                            parameters: parameters.clone(),
                            assets: assets.clone(),
                            evidence: check.evidence.keys().cloned().collect(),
                            testcases: BTreeSet::new(),
                        });
                        self.units.len() - 1
                    }
                };
                self.units[unit].testcases.insert(testcase.to_owned());
                key.unit = Some(unit);
            }
            Err(reason) => drop(self.not_run.insert(key.clone(), reason)),
        }
        key
    }

    /// The check that provides a testcase, in the version that the include uses.
    fn provider(&self, testcase: &str, include: &Include) -> Option<Provider<'a>> {
        let mut all = self.providers.get(testcase).into_iter().flatten();
        all.find(|(_, check, _)| include.uses(check)).copied()
    }

    /// The component that is to run a testcase.
    fn component(&mut self, provider: Option<Provider<'a>>) -> Result<(usize, &'a Check, Sha256), NotRun> {
        let (index, check, testcase) = provider.ok_or(NotRun::NoComponent)?;
        if !self.selection.selects(testcase) {
            return Err(NotRun::NotSelected);
        }
        self.selected += 1;
        if check.manual {
            return Err(NotRun::Manual);
        }
        Ok((index, check, check.component.ok_or(NotRun::NoComponent)?))
    }
}

fn names(versions: &[&Version]) -> String {
    versions.iter().map(|version| version.name.as_str()).collect::<Vec<_>>().join(", ")
}
