//! What is wrong with a configuration beside the files that it names.

mod files;
mod presets;
mod receivers;
mod scopes;
mod subjects;
#[cfg(test)]
mod tests;
mod waivers;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use touchstone_diagnostics::Problem;
use touchstone_scope::Manifest;

pub use self::files::{About, Disk, Files};
use self::scopes::Planned;
use crate::config::{Config, StatePlace};
use touchstone_diagnostics::suggestion;

/// What a configuration is compared with, beside its files.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The names of the formats in which reports can be written.
    pub outputs: &'a [&'a str],
    /// The day that counts as today, by which versions of scopes are chosen, and waivers have expired.
    pub today: Date,
}

/// Everything that is wrong with a configuration beside the files that it names, and, as warnings ([`Problem::warning`]), what is
/// allowed but most probably not meant. [`Config::diagnostics`] tells them.
///
/// Files are only read. What they hold is in no message.
pub fn lint(config: &Config, files: &dyn Files, known: &Known<'_>) -> Vec<Problem> {
    let mut linter = Linter {
        config,
        files,
        known,
        problems: Vec::new(),
        manifests: BTreeMap::new(),
        plans: BTreeMap::new(),
    };
    linter.scopes();
    linter.presets();
    linter.subjects();
    linter.waivers();
    linter.receivers();
    linter.rest();
    linter.problems
}

struct Linter<'a> {
    config: &'a Config,
    files: &'a dyn Files,
    known: &'a Known<'a>,
    problems: Vec<Problem>,
    /// The scopes whose manifests could be read, by the names of the configuration.
    manifests: BTreeMap<&'a str, Manifest>,
    /// What today's versions of them ask for.
    plans: BTreeMap<&'a str, Vec<Planned>>,
}

impl Linter<'_> {
    fn rest(&mut self) {
        let config = self.config;
        if let StatePlace::Sqlite(path) = &config.state {
            self.folder_of(&["state"], path);
        }
        for (index, path) in config.stores.iter().enumerate() {
            self.folder(&["stores", &index.to_string()], path);
        }
        if let Some(path) = &config.trust {
            self.file(&["trust"], path);
        }
        for (index, path) in config.authorities.iter().enumerate() {
            self.file(&["authorities", &index.to_string()], path);
        }
        for (index, output) in config.outputs.iter().enumerate() {
            if !self.known.outputs.contains(&output.as_str()) {
                let help = suggestion(output, self.known.outputs);
                self.error(&["outputs", &index.to_string()], format!("there is no output `{output}`"), help);
            }
        }
        if config.limits.per_provider > config.limits.subjects {
            let message = format!(
                "`per_provider` ({}) is above `subjects` ({}), and limits nothing",
                config.limits.per_provider, config.limits.subjects
            );
            self.warning(
                &["limits", "per_provider"],
                message,
                "lower it, or leave it out where all clouds have one provider",
            );
        }
    }

    fn error(&mut self, place: &[&str], message: impl AsRef<str>, help: impl Into<Option<String>>) {
        let problem = Problem::new(self.config.at(place), message);
        self.problems.push(help.into().into_iter().fold(problem, Problem::help));
    }

    fn warning(&mut self, place: &[&str], message: impl AsRef<str>, help: &str) {
        let problem = Problem::new(self.config.at(place), message).help(help);
        self.problems.push(Problem { warning: true, ..problem });
    }

    /// The bytes of a file; says why not.
    fn file(&mut self, place: &[&str], path: &Path) -> Option<Vec<u8>> {
        match self.files.read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.error(place, format!("{} cannot be read: {error}", path.display()), RELATIVE.to_owned());
                None
            }
        }
    }

    /// That there is a folder.
    fn folder(&mut self, place: &[&str], path: &Path) {
        match self.files.about(path) {
            Ok(about) if about.folder => {}
            Ok(_) => self.error(place, format!("{} is a file, not a folder", path.display()), None),
            Err(error) => {
                self.error(place, format!("{} cannot be read: {error}", path.display()), RELATIVE.to_owned());
            }
        }
    }

    /// That a file could be written: there is its folder.
    fn folder_of(&mut self, place: &[&str], path: &Path) {
        let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return };
        if !self.files.about(folder).is_ok_and(|about| about.folder) {
            let message = format!("there is no folder {} for {}", folder.display(), path.display());
            self.warning(place, message, "make it before the runner starts");
        }
    }

    /// A file that holds a secret; its text, if it can be read.
    fn secret(&mut self, place: &[&str], path: &Path) -> Option<Vec<u8>> {
        let bytes = self.file(place, path)?;
        if self.files.about(path).is_ok_and(|about| about.readable_by_all) {
            let message = format!("{} can be read by everybody on this machine", path.display());
            self.warning(place, message, &format!("it holds a secret: `chmod 600 {}`", path.display()));
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            self.error(place, format!("{} is empty", path.display()), "write the secret into it".to_owned());
        }
        Some(bytes)
    }
}

/// What helps where a file is not found.
const RELATIVE: &str = "paths are relative to the folder of this configuration";
