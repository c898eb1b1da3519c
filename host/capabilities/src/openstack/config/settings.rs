//! Settings of one cloud: keys and texts, before they mean anything.

use std::collections::BTreeMap;

use super::env::Env;
use super::error::Place;

/// The settings of one cloud; those of its `auth` are among them, no two of either have the same name.
pub(crate) type Settings = BTreeMap<String, Setting>;

/// A value as it is written. May be secret.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) value: String,
    pub(crate) place: Place,
}

/// Settings that mean something to us. Others are ignored: the files are shared with other programs.
const KNOWN: &[&str] = &[
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "auth_token",
    "auth_type",
    "auth_url",
    "cacert",
    "cert",
    "cloud",
    "default_domain",
    "default_domain_id",
    "default_domain_name",
    "domain_id",
    "domain_name",
    "endpoint_type",
    "first_region",
    "identity_api_version",
    "insecure",
    "interface",
    "passcode",
    "password",
    "profile",
    "project_domain_id",
    "project_domain_name",
    "project_id",
    "project_name",
    "region_name",
    "system_scope",
    "tenant_id",
    "tenant_name",
    "token",
    "trust_id",
    "user_domain_id",
    "user_domain_name",
    "user_id",
    "username",
    "verify",
];

pub(crate) const OVERRIDE: &str = "_endpoint_override";

/// Whether a setting means something to us.
pub(crate) fn is_known(key: &str) -> bool {
    KNOWN.binary_search(&key).is_ok() || key.ends_with(OVERRIDE)
}

/// Variables that choose a configuration and are none themselves.
const SELECTORS: &[&str] =
    &["OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE", "OS_CLOUD", "OS_CLOUD_NAME", "OS_REGION_NAME"];

/// The cloud that environment variables describe (`OS_AUTH_URL`, `OS_USERNAME`, …), if they do.
pub(crate) fn of_environment(env: &Env) -> Option<Settings> {
    let mut settings = Settings::new();
    let mut more_than_selectors = false;
    for (name, value) in env.vars() {
        let Some(key) = name.strip_prefix("OS_").map(str::to_ascii_lowercase) else { continue };
        if !is_known(&key) || key == "cloud" {
            continue;
        }
        more_than_selectors |= !SELECTORS.contains(&name);
        settings.insert(key, Setting { value: value.to_owned(), place: Place::Variable(name.to_owned()) });
    }
    more_than_selectors.then_some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_settings_are_sorted() {
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn selectors_alone_describe_no_cloud() {
        let env =
            Env::new("/").with_var("OS_CLOUD", "x").with_var("OS_REGION_NAME", "r").with_var("OSTRICH", "y");
        assert!(of_environment(&env).is_none());
        let settings = of_environment(&env.with_var("OS_USERNAME", "me")).unwrap();
        assert_eq!(settings.keys().collect::<Vec<_>>(), ["region_name", "username"]);
    }
}
