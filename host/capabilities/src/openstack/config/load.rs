//! Finding and merging the files that configure clouds.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::cloud::CloudConfig;
use super::env::Env;
use super::error::{ConfigError, Place};
use super::proxy::Proxies;
use super::resolve;
use super::settings::{self, Setting, Settings};
use super::yaml;

/// Files that are larger are not read: they are something else.
const MAX_FILE: u64 = 4 << 20;

pub(super) fn load(cloud: Option<&str>, env: &Env) -> Result<CloudConfig, ConfigError> {
    let proxies = Proxies::of_environment(env)?;
    let of_variables = env.var("OS_CLOUD_NAME").unwrap_or("envvars");
    let named = cloud.or_else(|| env.var("OS_CLOUD"));
    if named.is_none_or(|name| name == of_variables)
        && let Some(settings) = settings::of_environment(env)
    {
        return resolve::resolve(of_variables, "environment variables", &settings, env, proxies);
    }
    let clouds = Files::read(env, "clouds", "OS_CLIENT_CONFIG_FILE")?;
    let secure = Files::read(env, "secure", "OS_CLIENT_SECURE_FILE")?;
    let Some(path) = clouds.path().or(secure.path()).map(Path::to_owned) else {
        return Err(ConfigError::NotFound { searched: clouds.searched });
    };
    let name = match named {
        Some(name) => name.to_owned(),
        None => only_cloud(&path, &clouds, &secure)?,
    };
    let (mut known, of_cloud) = clouds.cloud("clouds", &name)?;
    let (known_secure, of_secure) = secure.cloud("clouds", &name)?;
    known.extend(known_secure);
    if of_cloud.is_none() && of_secure.is_none() {
        return Err(ConfigError::UnknownCloud { name, path, known: known.into_iter().collect() });
    }
    let mut own = of_cloud.unwrap_or_default();
    own.extend(of_secure.unwrap_or_default());
    let mut settings = match own.get("profile").or_else(|| own.get("cloud")) {
        Some(profile) => of_profile(profile, env)?,
        None => Settings::new(),
    };
    settings.extend(own);
    resolve::resolve(&name, &path.display().to_string(), &settings, env, proxies)
}

/// The name of the only cloud that is configured.
fn only_cloud(path: &Path, clouds: &Files, secure: &Files) -> Result<String, ConfigError> {
    let mut known = clouds.names("clouds")?;
    known.extend(secure.names("clouds")?);
    match (known.len(), known.pop_first()) {
        (1, Some(name)) => Ok(name),
        (_, first) => Err(ConfigError::NoCloudNamed {
            path: path.to_owned(),
            known: first.into_iter().chain(known).collect(),
        }),
    }
}

/// The settings of a profile in `clouds-public`.
///
/// One that is not there is left out, as openstacksdk does with those that it does not know; if something is missing
/// without it, the error says so.
fn of_profile(profile: &Setting, env: &Env) -> Result<Settings, ConfigError> {
    if profile.value.contains("://") {
        return Err(ConfigError::Invalid {
            place: profile.place.clone(),
            key: "profile".to_owned(),
            problem: "profiles that are to be downloaded are not supported; write auth_url and the rest into clouds.yaml"
                .to_owned(),
        });
    }
    let public = Files::read(env, "clouds-public", "")?;
    let (_, settings) = public.cloud("public-clouds", &profile.value)?;
    if settings.is_none() {
        tracing::warn!(profile = profile.value, "no such profile in clouds-public.yaml; none is built in");
    }
    Ok(settings.unwrap_or_default())
}

/// The first file of a kind that exists, and where it was looked for.
struct Files {
    found: Option<(PathBuf, String)>,
    searched: Vec<PathBuf>,
}

impl Files {
    /// Looks for `stem` with the usual extensions in the usual folders; a variable may name a file instead.
    fn read(env: &Env, stem: &str, variable: &str) -> Result<Self, ConfigError> {
        if let Some(path) = env.var(variable).map(|path| env.path(path)) {
            return match read(&path)? {
                Some(text) => Ok(Self { found: Some((path, text)), searched: Vec::new() }),
                None => Err(ConfigError::Unreadable {
                    path,
                    problem: format!("no such file, but {variable} names it"),
                }),
            };
        }
        let mut searched = Vec::new();
        for dir in env.config_dirs() {
            for extension in ["yaml", "yml", "json"] {
                let path = dir.join(format!("{stem}.{extension}"));
                if let Some(text) = read(&path)? {
                    return Ok(Self { found: Some((path, text)), searched });
                }
                searched.push(path);
            }
        }
        Ok(Self { found: None, searched })
    }

    fn path(&self) -> Option<&Path> {
        self.found.as_ref().map(|(path, _)| path.as_path())
    }

    fn names(&self, section: &str) -> Result<BTreeSet<String>, ConfigError> {
        match &self.found {
            Some((path, text)) => Ok(yaml::parse(path, text, section, None)?.names),
            None => Ok(BTreeSet::new()),
        }
    }

    fn cloud(&self, section: &str, name: &str) -> Result<(BTreeSet<String>, Option<Settings>), ConfigError> {
        let Some((path, text)) = &self.found else { return Ok((BTreeSet::new(), None)) };
        let content = yaml::parse(path, text, section, Some(name))?;
        Ok((content.names, content.settings))
    }
}

/// The text of a file, or nothing if there is no such file.
fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let unreadable = |problem: String| ConfigError::Unreadable { path: path.to_owned(), problem };
    let size = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error.to_string())),
    };
    if size > MAX_FILE {
        return Err(unreadable(format!(
            "{size} bytes are too many for a file of clouds (at most {MAX_FILE})"
        )));
    }
    match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => Ok(Some(text)),
        Ok(Err(error)) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count() as u64;
            let place = Place::File { path: path.to_owned(), line, column: 1 };
            Err(unreadable(format!("not UTF-8 ({place})")))
        }
        Err(error) => Err(unreadable(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
