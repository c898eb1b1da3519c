//! The clouds: credentials, parameters, evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Linter;
use crate::config::Subject;
use crate::config::tree::{self, Node};
use touchstone_diagnostics::suggestion;

impl Linter<'_> {
    pub(super) fn subjects(&mut self) {
        let config = self.config;
        let mut files = BTreeMap::new();
        for (index, subject) in config.subjects.iter().enumerate() {
            let place = index.to_string();
            self.cloud(&place, subject, &mut files);
            self.parameters(&place, subject);
            self.handed_in(&place, subject);
        }
        if config.subjects.iter().all(|subject| subject.paused.is_some()) {
            self.warning(
                &["subjects"],
                "every subject is paused: nothing is ever run",
                "take `paused` out of one of them",
            );
        }
        self.same("cloud", "test the same cloud at the same time", |subject| {
            Some((subject.clouds_file.clone(), subject.cloud.clone()))
        });
        if config.upload.is_some() {
            self.same("monitor_subject", "have the same name at the compliance monitor", |subject| {
                subject.upload.then(|| subject.monitor_subject.clone())
            });
        }
    }

    /// Whether the clouds.yaml has the cloud. Each file is read once.
    fn cloud<'f>(
        &mut self,
        place: &str,
        subject: &'f Subject,
        files: &mut BTreeMap<&'f Path, Option<BTreeSet<String>>>,
    ) {
        let Some(path) = &subject.clouds_file else { return };
        let at = ["subjects", place, "clouds_file"];
        let known = match files.get(path.as_path()) {
            Some(known) => known.clone(),
            None => {
                let known = self.clouds(&at, path);
                files.insert(path, known.clone());
                known
            }
        };
        let Some(known) = known.filter(|known| !known.contains(&subject.cloud)) else { return };
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let message = format!("{} has no cloud `{}`", path.display(), subject.cloud);
        let help = suggestion(&subject.cloud, &names).unwrap_or_else(|| "it has none at all".to_owned());
        let named = self.config.names_cloud(place);
        self.error(&["subjects", place, if named { "cloud" } else { "name" }], message, help);
    }

    /// The names of the clouds of a file.
    fn clouds(&mut self, at: &[&str], path: &Path) -> Option<BTreeSet<String>> {
        if let Err(error) = self.files.about(path) {
            let message = format!("{} cannot be read now: {error}", path.display());
            self.warning(
                at,
                message,
                "it is read anew for each run; until then the subject cannot be reached",
            );
            return None;
        }
        let bytes = self.secret(at, path)?;
        // It holds passwords: nothing of it is repeated.
        match String::from_utf8(bytes).ok().map(|text| tree::parse_foreign(&text)) {
            Some(Ok(root)) => {
                let clouds = root.field("clouds").map_or(&[][..], Node::entries);
                Some(clouds.iter().filter_map(|(name, _)| Some(name.text()?.to_owned())).collect())
            }
            Some(Err(at_line)) => {
                let message = format!("{} is not YAML, from line {at_line} on", path.display());
                self.error(at, message, "OpenStack clients cannot read it either".to_owned());
                None
            }
            None => {
                self.error(at, format!("{} is not text (UTF-8)", path.display()), None);
                None
            }
        }
    }

    /// Whether any of its scopes has such a parameter.
    fn parameters(&mut self, place: &str, subject: &Subject) {
        if subject.parameters.is_empty() {
            return;
        }
        let today = self.known.today;
        let mut known = BTreeSet::new();
        for name in &subject.scopes {
            // What cannot be read was told.
            let Some(manifest) = self.manifests.get(name.as_str()) else { return };
            let version = self.config.scopes.get(name).and_then(|scope| scope.version.as_deref());
            known.extend(Subject::known_parameters(manifest, version, today));
        }
        for given in subject.parameters.keys().filter(|given| !known.contains(*given)) {
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let message = format!("no scope of `{}` has a parameter `{given}`", subject.name);
            let help = suggestion(given, &names).unwrap_or_else(|| "they have none at all".to_owned());
            self.error(&["subjects", place, "parameters", given], message, help);
        }
    }

    fn handed_in(&mut self, place: &str, subject: &Subject) {
        let manifests: Option<Vec<_>> =
            subject.scopes.iter().map(|name| self.manifests.get(name.as_str())).collect();
        let known: Option<BTreeSet<String>> = manifests.map(|manifests| {
            let checks = manifests.into_iter().flat_map(|manifest| manifest.checks());
            checks.flat_map(|check| check.evidence.keys().cloned()).collect()
        });
        for (name, path) in &subject.evidence {
            let at = ["subjects", place, "evidence", name];
            if let Some(known) = known.as_ref().filter(|known| !known.contains(name)) {
                let names: Vec<&str> = known.iter().map(String::as_str).collect();
                let message = format!("no check of the scopes of `{}` reads evidence `{name}`", subject.name);
                let help = suggestion(name, &names).unwrap_or_else(|| "they read none at all".to_owned());
                self.error(&at, message, help);
            }
            self.later(&at, path, "testcases that need it are not found out until it is there");
        }
        for (index, path) in subject.attestations.iter().enumerate() {
            let at = ["subjects", place, "attestations", &index.to_string()];
            self.later(&at, path, "what it attests is MISS until it is there");
        }
    }

    /// A file or a folder that may come later: it is read anew for each run.
    fn later(&mut self, at: &[&str], path: &Path, until_then: &str) {
        if let Err(error) = self.files.about(path) {
            let message = format!("{} cannot be read now: {error}", path.display());
            self.warning(at, message, &format!("it is read anew for each run; {until_then}"));
        }
    }

    /// Warns of subjects that share what each should have alone.
    fn same<K: Ord>(&mut self, key: &str, what: &str, of: impl Fn(&Subject) -> Option<K>) {
        let config = self.config;
        let mut known: BTreeMap<K, &str> = BTreeMap::new();
        let active = config.subjects.iter().enumerate().filter(|(_, subject)| subject.paused.is_none());
        for (index, subject) in active {
            let Some(first) = of(subject).and_then(|shared| known.insert(shared, &subject.name)) else {
                continue;
            };
            let message = format!("the subjects `{first}` and `{}` {what}", subject.name);
            self.warning(
                &["subjects", &index.to_string(), key],
                message,
                "each subject should have its own; or delete one of them",
            );
        }
    }
}
