use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use bytes::Bytes;
use touchstone_scope::{Asset, Plan, Unit};
use touchstone_store::{Component, Digest};

use crate::job::Task;
use crate::library::Library;

/// A run that will not be: something that the plan needs was refused. Nothing was sent to the subject, but a login where
/// a component turned out to be wrong only when it was compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// What was refused and why, each with its place in the manifest: `FILE:LINE:COLUMN: check ID VERSION: …`.
    pub problems: Vec<String>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

/// What the plan needs, found right and ready to run.
pub(crate) struct Admitted {
    /// The components, by digest.
    pub(crate) components: BTreeMap<Digest, Component>,
    /// Where the manifest names them: `FILE:LINE:COLUMN: check ID VERSION`.
    pub(crate) places: BTreeMap<Digest, String>,
    /// Those for which somebody vouches whom the policy trusts.
    pub(crate) trusted: BTreeSet<Digest>,
    /// For each unit of the plan, in its order.
    pub(crate) units: Vec<AdmittedUnit>,
}

pub(crate) struct AdmittedUnit {
    pub(crate) digest: Digest,
    pub(crate) assets: BTreeMap<String, Bytes>,
}

/// Loads and checks everything that the plan needs.
///
/// # Errors
/// Something is not there, is not what the manifest says, or cannot be run by this host; all of it in one go.
pub(crate) fn admit(task: &Task, library: &Library) -> Result<Admitted, Refused> {
    let plan = &task.plan;
    let mut components: BTreeMap<Digest, Component> = BTreeMap::new();
    let mut units = Vec::new();
    let mut problems = BTreeSet::new();
    let mut places = BTreeMap::new();
    let (mut trusted, mut untrusted) = (BTreeSet::new(), BTreeSet::new());
    for unit in &plan.units {
        let place = place(unit, task);
        match admit_unit(unit, task, library) {
            Ok((admitted, component)) => {
                match library.is_trusted(unit, &component) {
                    Ok(true) => drop(trusted.insert(admitted.digest)),
                    Ok(false) => drop(untrusted.insert(admitted.digest)),
                    Err(why) => drop(problems.insert(format!("{place}: {why}"))),
                }
                places.insert(admitted.digest, place);
                components.insert(admitted.digest, component);
                units.push(admitted);
            }
            Err(all) => problems.extend(all.into_iter().map(|why| format!("{place}: {why}"))),
        }
    }
    for unit in &plan.units {
        for (kind, name) in unknown_inputs(unit, plan, library) {
            problems.insert(format!(
                "{}: its component {} does not know the {kind} `{name}`, nor does another that is given it; is it misspelt?",
                place(unit, task),
                unit.component
            ));
        }
    }
    if problems.is_empty() {
        // What one unit makes doubtful is doubtful for all.
        trusted.retain(|digest| !untrusted.contains(digest));
        Ok(Admitted { components, places, trusted, units })
    } else {
        Err(Refused { problems: problems.into_iter().collect() })
    }
}

/// Parameters and assets of a unit that neither its component knows, nor another that is given the same ones: one that is
/// misspelt would silently leave a check to its default.
fn unknown_inputs<'a>(unit: &'a Unit, plan: &Plan, library: &Library) -> Vec<(&'static str, &'a str)> {
    let same = plan
        .units
        .iter()
        .filter(|other| (&other.parameters, &other.assets) == (&unit.parameters, &unit.assets))
        // What another version of the check knows is not what this one does.
        .filter(|other| other.check != unit.check || other.version == unit.version);
    let components = library.loaded();
    let loaded =
        |other: &Unit| components.get(&other.component.to_string().parse().ok()?).map(Component::descriptor);
    let descriptors: Vec<_> = same.map(loaded).collect();
    // Where a component could not be loaded, that is told instead.
    let Some(descriptors) = descriptors.into_iter().collect::<Option<Vec<_>>>() else { return Vec::new() };
    let parameter =
        |name: &str| descriptors.iter().any(|d| d.parameters.iter().any(|known| known.name == name));
    let asset = |name: &str| descriptors.iter().any(|d| d.assets.iter().any(|known| known.name == name));
    let parameters =
        unit.parameters.keys().filter(|name| !parameter(name)).map(|name| ("parameter", name.as_str()));
    let assets = unit.assets.keys().filter(|name| !asset(name)).map(|name| ("asset", name.as_str()));
    parameters.chain(assets).collect()
}

/// Where the manifest names the check of a unit.
pub(crate) fn place(unit: &Unit, task: &Task) -> String {
    let file = &task.manifest_file;
    let check = task.manifest.checks().iter().find(|c| c.id == unit.check && c.version == unit.version);
    let place = check.map_or(file.clone(), |c| format!("{file}:{}:{}", c.span.line, c.span.column));
    format!("{place}: check {} {}", unit.check, unit.version)
}

fn admit_unit(unit: &Unit, task: &Task, library: &Library) -> Result<(AdmittedUnit, Component), Vec<String>> {
    let folder = Path::new(&task.manifest_file).parent().unwrap_or(Path::new("."));
    let digest: Digest = unit.component.to_string().parse().map_err(|error| vec![format!("{error}")])?;
    let component = library.load(digest).map_err(|error| vec![error.to_string()])?;
    let descriptor = component.descriptor();
    let mut problems = Vec::new();
    if descriptor.id != unit.check || descriptor.version.to_string() != unit.version {
        problems.push(format!("the component {digest} is {} {}", descriptor.id, descriptor.version));
    }
    if component.can_call_openstack() && unit.grants.is_empty() {
        problems.push(format!(
            "the component {digest} imports touchstone:check/openstack, and the manifest grants it no call; it asks for: {}",
            descriptor.grants.join(", ")
        ));
    }
    for testcase in unit.testcases.iter().filter(|id| !descriptor.has_testcase(id)) {
        problems.push(format!("the component {digest} does not judge the testcase {testcase}"));
    }
    for parameter in
        descriptor.parameters.iter().filter(|p| p.required && !unit.parameters.contains_key(&p.name))
    {
        problems.push(format!("its parameter `{}` is not given ({})", parameter.name, parameter.description));
    }
    for asset in descriptor.assets.iter().filter(|a| a.required && !unit.assets.contains_key(&a.name)) {
        problems.push(format!("its asset `{}` is not given ({})", asset.name, asset.description));
    }
    let mut assets = BTreeMap::new();
    for (name, asset) in &unit.assets {
        match read_asset(folder, asset) {
            Ok(bytes) => drop(assets.insert(name.clone(), bytes)),
            Err(why) => problems.push(format!("asset `{name}`: {why}")),
        }
    }
    if problems.is_empty() { Ok((AdmittedUnit { digest, assets }, component)) } else { Err(problems) }
}

fn read_asset(folder: &Path, asset: &Asset) -> Result<Bytes, String> {
    let path = folder.join(&asset.path);
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let actual = Digest::of(&bytes).to_string();
    if actual != asset.sha256.to_string() {
        return Err(format!("{} has {actual}, not {} as the manifest says", path.display(), asset.sha256));
    }
    Ok(bytes.into())
}
