use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::civil::Date;
use touchstone_scope::Manifest;

/// A cloud that is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// Identifies it for ever.
    pub name: String,
    /// Its name for people. Default: `name`.
    pub display_name: String,
    /// Who operates it, if that is said.
    pub operator: Option<String>,
    /// What it is, if that is said.
    pub description: Option<String>,
    /// A page (http or https) that shows how it is doing.
    pub health: Option<String>,
    /// A name that regions of one cloud share.
    pub group: Option<String>,
    /// Subjects of one provider share a limit. Default: `operator`, or else `name`.
    pub provider: String,
    /// What workers choose it by.
    pub labels: BTreeMap<String, String>,
    /// Its name in clouds.yaml. Default: `name`.
    pub cloud: String,
    /// The clouds.yaml; none for where OpenStack clients look.
    pub clouds_file: Option<PathBuf>,
    /// Names of the scopes that it is tested against: at least one, all of them in
    /// [`Config::scopes`](super::Config::scopes), none twice. Default: all.
    pub scopes: Vec<String>,
    /// Name of the preset, which is in [`Config::presets`](super::Config::presets); none for all sections, every day.
    pub preset: Option<String>,
    /// Values of parameters, instead of those of the manifests.
    pub parameters: BTreeMap<String, String>,
    /// Files with results of other tools, by name.
    pub evidence: BTreeMap<String, PathBuf>,
    /// Attestations, or folders of them.
    pub attestations: Vec<PathBuf>,
    /// Whether it is tested although the user is an administrator or a manager. Default: `false`.
    pub allow_privileged: bool,
    /// Why it is not tested for now, if it is not.
    pub paused: Option<String>,
    /// Whether its reports go to the compliance monitor, if there is one. Default: `true`.
    pub upload: bool,
    /// Its name at the compliance monitor. Default: `name`.
    pub monitor_subject: String,
}

impl Subject {
    /// Whether the subject has all of these labels, with these values.
    pub fn labels_match<K: AsRef<str>, V: AsRef<str>>(&self, wanted: &[(K, V)]) -> bool {
        wanted
            .iter()
            .all(|(key, value)| self.labels.get(key.as_ref()).is_some_and(|label| label == value.as_ref()))
    }

    /// What the subject gives of the parameters that a scope has on a day (all of the others are for its other scopes): for
    /// [`Selection::parameters`](touchstone_scope::Selection::parameters). `version` is that of [`Scope`](super::Scope).
    pub fn parameters_for(
        &self,
        manifest: &Manifest,
        version: Option<&str>,
        date: Date,
    ) -> BTreeMap<String, String> {
        let known = Self::known_parameters(manifest, version, date);
        let given = self.parameters.iter().filter(|(name, _)| known.contains(*name));
        given.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// What the subject hands in of the evidence that checks of a scope read.
    pub fn evidence_for(&self, manifest: &Manifest) -> BTreeMap<String, PathBuf> {
        let reads = |name: &str| manifest.checks().iter().any(|check| check.evidence.contains_key(name));
        let given = self.evidence.iter().filter(|(name, _)| reads(name));
        given.map(|(name, path)| (name.clone(), path.clone())).collect()
    }

    /// The parameters of the versions of a scope that are judged.
    pub(crate) fn known_parameters(
        manifest: &Manifest,
        version: Option<&str>,
        date: Date,
    ) -> BTreeSet<String> {
        let shown: BTreeSet<&str> = match version {
            Some(version) => [version].into(),
            None => manifest.states(date).into_iter().map(|(name, _)| name).collect(),
        };
        let versions = manifest.versions().iter().filter(|version| shown.contains(version.name.as_str()));
        let includes = versions.flat_map(|version| &version.includes);
        includes.flat_map(|include| include.parameters.keys().cloned()).collect()
    }
}
