//! What the settings of a cloud mean.

use std::collections::BTreeMap;

use touchstone_grants::ServiceType;
use url::Url;

use super::cloud::{Auth, CloudConfig, Credential, Domain, Interface, Scope, Trust, User};
use super::env::Env;
use super::error::ConfigError;
use super::proxy::Proxies;
use super::secret::Secret;
use super::settings::{OVERRIDE, Setting, Settings};
use crate::openstack::endpoint::template;

/// Makes a cloud of settings; `origin` says where they are from.
pub(super) fn resolve(
    name: &str,
    origin: &str,
    settings: &Settings,
    env: &Env,
    proxies: Proxies,
) -> Result<CloudConfig, ConfigError> {
    let cloud = Cloud { name, origin, settings };
    cloud.refuse_unsupported()?;
    Ok(CloudConfig {
        name: name.to_owned(),
        auth_url: cloud.auth_url()?,
        auth: cloud.auth()?,
        region: cloud.any(&["region_name", "first_region"]).map(|region| region.value.clone()),
        interface: cloud.interface()?,
        trust: cloud.trust(env)?,
        overrides: cloud.overrides()?,
        proxies,
    })
}

struct Cloud<'a> {
    name: &'a str,
    origin: &'a str,
    settings: &'a Settings,
}

impl Cloud<'_> {
    /// The first of some settings that is there and not empty.
    fn any(&self, keys: &[&str]) -> Option<&Setting> {
        keys.iter().filter_map(|key| self.settings.get(*key)).find(|setting| !setting.value.is_empty())
    }

    fn text(&self, keys: &[&str]) -> Option<String> {
        self.any(keys).map(|setting| setting.value.clone())
    }

    fn secret(&self, keys: &[&str], missing: &'static str) -> Result<Secret, ConfigError> {
        self.any(keys).map(|setting| Secret::new(setting.value.as_str())).ok_or_else(|| self.missing(missing))
    }

    fn missing(&self, missing: &'static str) -> ConfigError {
        let hint = match self.any(&["profile", "cloud"]) {
            Some(profile) => format!(
                "; if its profile {:?} has it, that must be in a clouds-public.yaml: no profiles are built in",
                profile.value
            ),
            None => String::new(),
        };
        ConfigError::Missing { cloud: self.name.to_owned(), place: self.origin.to_owned(), missing, hint }
    }

    fn refuse_unsupported(&self) -> Result<(), ConfigError> {
        let refusals: [(&str, &str); 4] = [
            (
                "system_scope",
                "tokens for the system as a whole are not supported: a check needs a project's own view",
            ),
            ("trust_id", "trusts are not supported; use an application credential"),
            ("passcode", "one-time passwords are not supported; use an application credential"),
            ("cert", "client certificates are not supported"),
        ];
        for (key, problem) in refusals {
            if let Some(setting) = self.any(&[key]) {
                return Err(invalid(setting, key, problem));
            }
        }
        match self.any(&["identity_api_version"]) {
            Some(setting) if setting.value.starts_with('2') => {
                Err(invalid(setting, "identity_api_version", "version 2 of the Identity API is gone; use 3"))
            }
            _ => Ok(()),
        }
    }

    fn auth_url(&self) -> Result<Url, ConfigError> {
        let setting = self.any(&["auth_url"]).ok_or_else(|| self.missing("auth_url"))?;
        let url = plain_url(&setting.value).map_err(|problem| invalid(setting, "auth_url", problem))?;
        if url.path().trim_end_matches('/').ends_with("/v2.0") {
            let problem =
                "version 2 of the Identity API is gone; write the URL with /v3, or without a version";
            return Err(invalid(setting, "auth_url", problem));
        }
        Ok(url)
    }

    fn auth(&self) -> Result<Auth, ConfigError> {
        let Some(auth_type) = self.any(&["auth_type"]) else {
            return if self.any(&["application_credential_id", "application_credential_name"]).is_some() {
                self.application_credential()
            } else if self.any(&["password"]).is_none() && self.any(&["token", "auth_token"]).is_some() {
                self.token()
            } else {
                self.password()
            };
        };
        match auth_type.value.as_str() {
            "password" | "v3password" => self.password(),
            "v3applicationcredential" => self.application_credential(),
            "token" | "v3token" => self.token(),
            other => {
                let problem = format!(
                    "{other:?} is not supported; it is one of password, v3applicationcredential, v3token"
                );
                Err(invalid(auth_type, "auth_type", problem))
            }
        }
    }

    fn password(&self) -> Result<Auth, ConfigError> {
        let user = self.user()?.ok_or_else(|| self.missing("username (or user_id)"))?;
        Ok(Auth::Password { user, password: self.secret(&["password"], "password")?, scope: self.scope()? })
    }

    fn application_credential(&self) -> Result<Auth, ConfigError> {
        let secret = self.secret(&["application_credential_secret"], "application_credential_secret")?;
        if let Some(id) = self.text(&["application_credential_id"]) {
            return Ok(Auth::ApplicationCredential { credential: Credential::Id(id), secret });
        }
        let name = self
            .text(&["application_credential_name"])
            .ok_or_else(|| self.missing("application_credential_id (or application_credential_name)"))?;
        let user = self
            .user()?
            .ok_or_else(|| self.missing("username or user_id, which an application_credential_name needs"))?;
        Ok(Auth::ApplicationCredential { credential: Credential::Name { name, user }, secret })
    }

    fn token(&self) -> Result<Auth, ConfigError> {
        Ok(Auth::Token { token: self.secret(&["token", "auth_token"], "token")?, scope: self.scope()? })
    }

    fn user(&self) -> Result<Option<User>, ConfigError> {
        if let Some(id) = self.text(&["user_id"]) {
            return Ok(Some(User::Id(id)));
        }
        let Some(name) = self.text(&["username"]) else { return Ok(None) };
        let domain = self
            .domain("user_domain_id", "user_domain_name")
            .ok_or_else(|| self.missing("user_domain_name (or user_domain_id, or default_domain)"))?;
        Ok(Some(User::Name { name, domain }))
    }

    fn scope(&self) -> Result<Scope, ConfigError> {
        if let Some(id) = self.text(&["project_id", "tenant_id"]) {
            return Ok(Scope::ProjectId(id));
        }
        if let Some(name) = self.text(&["project_name", "tenant_name"]) {
            let domain = self.domain("project_domain_id", "project_domain_name").ok_or_else(|| {
                self.missing("project_domain_name (or project_domain_id, or default_domain)")
            })?;
            return Ok(Scope::ProjectName { name, domain });
        }
        let domain = self.text(&["domain_id"]).map(Domain::Id);
        let domain = domain.or_else(|| self.text(&["domain_name"]).map(Domain::Name));
        Ok(domain.map_or(Scope::Default, Scope::Domain))
    }

    fn domain(&self, id: &str, name: &str) -> Option<Domain> {
        let by_id = |keys: &[&str]| self.text(keys).map(Domain::Id);
        let by_name = |keys: &[&str]| self.text(keys).map(Domain::Name);
        by_id(&[id])
            .or_else(|| by_name(&[name]))
            .or_else(|| by_id(&["default_domain_id", "default_domain"]))
            .or_else(|| by_name(&["default_domain_name"]))
    }

    fn interface(&self) -> Result<Interface, ConfigError> {
        for key in ["interface", "endpoint_type"] {
            if let Some(setting) = self.any(&[key]) {
                return setting.value.parse().map_err(|problem: String| invalid(setting, key, problem));
            }
        }
        Ok(Interface::Public)
    }

    fn trust(&self, env: &Env) -> Result<Trust, ConfigError> {
        if !self.boolean("verify", true)? || self.boolean("insecure", false)? {
            return Ok(Trust::Anyone);
        }
        Ok(self.any(&["cacert"]).map_or(Trust::System, |setting| Trust::File(env.path(&setting.value))))
    }

    fn boolean(&self, key: &str, default: bool) -> Result<bool, ConfigError> {
        let Some(setting) = self.any(&[key]) else { return Ok(default) };
        match setting.value.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(invalid(setting, key, "write true or false")),
        }
    }

    fn overrides(&self) -> Result<BTreeMap<ServiceType, String>, ConfigError> {
        let mut overrides = BTreeMap::new();
        for (key, setting) in self.settings {
            let Some(service) = key.strip_suffix(OVERRIDE) else { continue };
            if setting.value.is_empty() {
                continue;
            }
            let service = service
                .replace('_', "-")
                .parse::<ServiceType>()
                .map_err(|error| invalid(setting, key, error.problem().to_string()))?;
            plain_url(&template(&setting.value, "project"))
                .map_err(|problem| invalid(setting, key, problem))?;
            overrides.insert(service, setting.value.clone());
        }
        Ok(overrides)
    }
}

/// A URL of a service: http or https, a host, a path, and nothing else.
fn plain_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("write a URL that begins with https:// (or http://)".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("write the URL without user and password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("write the URL without `?` and `#`".to_owned());
    }
    Ok(url)
}

fn invalid(setting: &Setting, key: &str, problem: impl Into<String>) -> ConfigError {
    ConfigError::Invalid { place: setting.place.clone(), key: key.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests;
