//! The environment that configuration is read from, as a value.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Environment variables and the folders in which configuration is searched.
///
/// A value, so that tests need not change the environment of their process.
#[derive(Clone)]
pub struct Env {
    vars: BTreeMap<String, String>,
    current_dir: PathBuf,
    site_dir: PathBuf,
}

impl Env {
    /// An environment without variables. Configuration of the machine is searched in `/etc/openstack`.
    pub fn new(current_dir: impl Into<PathBuf>) -> Self {
        Self {
            vars: BTreeMap::new(),
            current_dir: current_dir.into(),
            site_dir: PathBuf::from("/etc/openstack"),
        }
    }

    /// The environment of this process. Variables that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let current_dir = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Self { vars: std::env::vars_os().filter_map(text).collect(), ..Self::new(current_dir) }
    }

    /// The same environment with one more variable.
    #[must_use]
    pub fn with_var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// The same environment with another folder than `/etc/openstack` for configuration of the machine.
    #[must_use]
    pub fn with_site_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.site_dir = dir.into();
        self
    }

    /// The value of a variable that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All variables that are not empty, sorted by name.
    pub(crate) fn vars(&self) -> impl Iterator<Item = (&str, &str)> {
        self.vars
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Where OpenStack clients look for configuration, in that order: the current folder, the user's, the machine's.
    pub(crate) fn config_dirs(&self) -> Vec<PathBuf> {
        let mut dirs = vec![self.current_dir.clone()];
        dirs.extend(self.var("XDG_CONFIG_HOME").map(|dir| Path::new(dir).join("openstack")));
        dirs.extend(self.var("HOME").map(|dir| Path::new(dir).join(".config/openstack")));
        dirs.push(self.site_dir.clone());
        let mut unique = Vec::with_capacity(dirs.len());
        for dir in dirs {
            if !unique.contains(&dir) {
                unique.push(dir);
            }
        }
        unique
    }

    /// A path as the user wrote it: relative to the current folder, `~/` for the home folder.
    pub(crate) fn path(&self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), self.var("HOME")) {
            (Some(rest), Some(home)) => Path::new(home).join(rest),
            _ => self.current_dir.join(text),
        }
    }
}

impl fmt::Debug for Env {
    /// Names only: values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("vars", &self.vars.keys().collect::<Vec<_>>())
            .field("current_dir", &self.current_dir)
            .field("site_dir", &self.site_dir)
            .finish()
    }
}
