//! What is read once for all subjects of a night.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use touchstone_results::NightScope;
use touchstone_scope::{Manifest, WaiverRules, Waivers};

use crate::config::{Config, Subject};

/// Manifests that are larger are something else.
const MAX_BYTES: u64 = 4 << 20;

/// A file that all runs need cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InputProblem {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for InputProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.problem)
    }
}

/// The scopes of a configuration, by their names in it.
pub(crate) struct Scopes(BTreeMap<String, ScopeText>);

/// A manifest that was read.
pub(crate) struct ScopeText {
    pub(crate) manifest: Arc<Manifest>,
    /// Its file, as messages name it.
    pub(crate) file: String,
    text: String,
    /// The only version that is judged.
    pub(crate) version: Option<String>,
}

impl Scopes {
    /// Reads the manifests.
    ///
    /// # Errors
    /// One of them cannot be read, or is no manifest.
    pub(crate) fn read(config: &Config) -> Result<Self, InputProblem> {
        let read = |(name, scope): (&String, &crate::config::Scope)| {
            let path = &scope.manifest;
            let wrong = |problem: String| InputProblem { path: path.clone(), problem };
            let text = text(path).map_err(wrong)?;
            let file = path.display().to_string();
            let manifest = Manifest::parse(&file, &text).map_err(|all| wrong(all.to_string()))?;
            let version = scope.version.clone();
            Ok((name.clone(), ScopeText { manifest: Arc::new(manifest), file, text, version }))
        };
        let scopes = config.scopes.iter().map(read).collect::<Result<_, _>>().map(Scopes)?;
        let named = scopes.0.iter().map(|(name, scope)| (name.as_str(), &*scope.manifest));
        if let Some((first, second)) = of_one_scope(named).first() {
            let path = PathBuf::from(config.file());
            return Err(InputProblem { path, problem: scopes.two_manifests(first, second) });
        }
        for subject in &config.subjects {
            let mut seen = BTreeMap::new();
            for name in &subject.scopes {
                if let Some(other) = seen.insert(scopes.uuid(name), name) {
                    let path = PathBuf::from(config.file());
                    let problem = format!(
                        "the scopes `{other}` and `{name}` of {} are one scope ({}): its results could not be told apart; leave \
                         one of them out (`scopes: [{name}]`)",
                        subject.name,
                        scopes.named(name).file
                    );
                    return Err(InputProblem { path, problem });
                }
            }
        }
        Ok(scopes)
    }

    fn two_manifests(&self, first: &str, second: &str) -> String {
        format!(
            "the scopes `{first}` and `{second}` have one UUID ({}) and two manifests, {} and {}: results of one would be judged by \
             the other; give one of them a UUID of its own, or both the same manifest",
            self.uuid(first),
            self.named(first).file,
            self.named(second).file
        )
    }

    /// The names of those whose manifests are others than a night has kept.
    pub(crate) fn differing(&self, kept: &[NightScope]) -> Vec<&str> {
        let differs = |(name, _): &(&String, &ScopeText)| {
            let (uuid, digest) = self.digest(name);
            kept.iter().any(|kept| kept.uuid == uuid && kept.digest != digest)
        };
        self.0.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
    }

    /// That machines which share a night do not have the same manifest.
    pub(crate) fn not_the_same(&self, name: &str, night: &str) -> InputProblem {
        let problem = format!(
            "the night {night} has another manifest of this scope, and machines that share a night need the same one, to the byte"
        );
        InputProblem { path: PathBuf::from(&self.named(name).file), problem }
    }

    /// A scope. All names come from the configuration that this was read for.
    pub(crate) fn named(&self, name: &str) -> &ScopeText {
        &self.0[name]
    }

    /// The UUID of a scope.
    pub(crate) fn uuid(&self, name: &str) -> String {
        self.named(name).manifest.uuid().to_string()
    }

    /// The UUID of a scope, and the SHA-256 of its manifest.
    pub(crate) fn digest(&self, name: &str) -> (String, String) {
        (self.uuid(name), self.named(name).manifest.digest().to_string())
    }

    /// The manifest with that UUID; there is only one.
    pub(crate) fn of_uuid(&self, uuid: &str) -> Option<&Manifest> {
        let found = self.0.values().find(|scope| scope.manifest.uuid().to_string() == uuid);
        found.map(|scope| &*scope.manifest)
    }

    /// The name by which a subject is tested against the scope with that UUID. Others may have another one for it, with another version.
    pub(crate) fn name_for<'s>(&self, subject: &'s Subject, uuid: &str) -> Option<&'s str> {
        subject.scopes.iter().find(|name| self.uuid(name) == uuid).map(String::as_str)
    }

    fn manifests(&self) -> Vec<Manifest> {
        self.0.values().map(|scope| Manifest::clone(&scope.manifest)).collect()
    }

    /// The manifests, as a night keeps them.
    pub(crate) fn of_night(&self) -> Vec<NightScope> {
        self.0.values().map(|one| NightScope::of(&one.manifest, &one.file, &one.text)).collect()
    }
}

/// Names that stand for one scope (UUID), but for two manifests: with the first of that scope, each.
pub(crate) fn of_one_scope<'n, 'm>(
    named: impl IntoIterator<Item = (&'n str, &'m Manifest)>,
) -> Vec<(&'n str, &'n str)> {
    let mut known = BTreeMap::new();
    let differs = |(name, manifest): (&'n str, &'m Manifest)| {
        let (first, digest) = *known.entry(manifest.uuid()).or_insert((name, manifest.digest()));
        (digest != manifest.digest()).then_some((first, name))
    };
    named.into_iter().filter_map(differs).collect()
}

/// The manifests of a configuration.
///
/// # Errors
/// One of them cannot be read, or is no manifest.
pub fn manifests(config: &Config) -> Result<Vec<Manifest>, InputProblem> {
    Ok(Scopes::read(config)?.manifests())
}

/// Reads what is excused; what is wrong with a file is told, and nothing of it counts.
pub(crate) fn waivers(config: &Config, scopes: &Scopes, today: Date) -> (Waivers, Vec<InputProblem>) {
    let manifests = scopes.manifests();
    let rules = WaiverRules { manifests: &manifests, on: today };
    let (mut all, mut problems) = (Waivers::default(), Vec::new());
    for path in &config.waivers {
        let file = path.display().to_string();
        let read = text(path).and_then(|text| {
            Waivers::lint(&file, &text, &rules).map_err(|wrong| wrong.plain().trim_end().to_owned())
        });
        match read {
            Ok(accepted) => all.extend(accepted.waivers),
            Err(problem) => problems.push(InputProblem { path: path.clone(), problem }),
        }
    }
    (all, problems)
}

fn text(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > MAX_BYTES {
        return Err(format!("{size} bytes are too many for a manifest (at most {MAX_BYTES})"));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}
