//! A `clouds.yaml` for clients.

use std::fmt::Write;

use crate::site::Site;

/// One cloud for each user and each application credential.
pub(super) fn render(site: &Site) -> String {
    let cloud = &site.cloud;
    let mut text =
        format!("# Simulated cloud {}. Nothing in here is a secret.\nclouds:\n", one_line(&cloud.name));
    for account in &cloud.users {
        let user = &account.user;
        let auth = [
            ("username", &user.name),
            ("password", &user.password),
            ("user_domain_name", &cloud.domain.name),
            ("project_name", &cloud.project.name),
            ("project_domain_name", &cloud.domain.name),
        ];
        entry(&mut text, site, &user.name, None, &auth);
        for (credential, id) in user.application_credentials.iter().zip(&account.credential_ids) {
            let name = format!("{}-{}", user.name, credential.name);
            let auth =
                [("application_credential_id", id), ("application_credential_secret", &credential.secret)];
            entry(&mut text, site, &name, Some("v3applicationcredential"), &auth);
        }
    }
    text
}

fn entry(text: &mut String, site: &Site, name: &str, auth_type: Option<&str>, auth: &[(&str, &String)]) {
    let mut line = |indent: usize, key: &str, value: &str| {
        let space = if value.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:indent$}{key}:{space}{value}", "");
    };
    line(2, &quoted(name), "");
    if let Some(auth_type) = auth_type {
        line(4, "auth_type", auth_type);
    }
    line(4, "auth", "");
    line(6, "auth_url", &quoted(&site.auth_url()));
    for (key, value) in auth {
        line(6, key, &quoted(value));
    }
    line(4, "region_name", &quoted(&site.cloud.catalog.region));
    line(4, "interface", &quoted(site.cloud.catalog.interfaces.first().map_or("public", String::as_str)));
    line(4, "identity_api_version", "3");
}

/// A JSON string, which YAML understands.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}
