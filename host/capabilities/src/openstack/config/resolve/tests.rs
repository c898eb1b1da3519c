use std::path::{Path, PathBuf};

use super::*;
use crate::openstack::config::error::Place;

fn resolved(settings: &[(&str, &str)]) -> Result<CloudConfig, ConfigError> {
    let setting = |(key, value): &(&str, &str)| {
        ((*key).to_owned(), Setting { value: (*value).to_owned(), place: Place::Variable((*key).to_owned()) })
    };
    let settings = settings.iter().map(setting).collect();
    resolve("c", "clouds.yaml", &settings, &Env::new("/cwd").with_var("HOME", "/home/me"), Proxies::default())
}

/// A cloud with a password and more.
fn with(more: &[(&str, &str)]) -> Result<CloudConfig, ConfigError> {
    let base = [("auth_url", "https://k/v3"), ("user_id", "u"), ("password", "pw"), ("project_id", "p")];
    resolved(&[&base[..], more].concat())
}

fn message(settings: &[(&str, &str)]) -> String {
    resolved(settings).unwrap_err().to_string()
}

fn domain(name: &str) -> Domain {
    Domain::Name(name.into())
}

#[test]
fn users_and_projects_by_name_need_domains() {
    let base = [("auth_url", "https://k/v3"), ("username", "me"), ("password", "pw"), ("project_name", "p")];
    assert!(message(&base).starts_with("cloud \"c\" (clouds.yaml) has no user_domain_name"));
    let user = [("user_domain_name", "U")];
    assert!(message(&[&base[..], &user].concat()).contains("has no project_domain_name"));
    let project = [("project_domain_id", "pid"), ("default_domain", "d")];
    let auth = resolved(&[&base[..], &user, &project].concat()).unwrap().auth;
    let expected = Auth::Password {
        user: User::Name { name: "me".into(), domain: domain("U") },
        password: Secret::new("pw"),
        scope: Scope::ProjectName { name: "p".into(), domain: Domain::Id("pid".into()) },
    };
    assert_eq!(auth, expected);
    let by_default = [("default_domain_name", "Default")];
    let Auth::Password { user, scope, .. } = resolved(&[&base[..], &by_default].concat()).unwrap().auth
    else {
        panic!()
    };
    assert_eq!(user, User::Name { name: "me".into(), domain: domain("Default") });
    assert_eq!(scope, Scope::ProjectName { name: "p".into(), domain: domain("Default") });
}

#[test]
fn scopes() {
    let scope = |more: &[(&str, &str)]| {
        let base = [("auth_url", "https://k"), ("user_id", "u"), ("password", "pw")];
        match resolved(&[&base[..], more].concat()).unwrap().auth {
            Auth::Password { scope, .. } => scope,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(scope(&[]), Scope::Default);
    assert_eq!(scope(&[("domain_name", "D")]), Scope::Domain(domain("D")));
    assert_eq!(scope(&[("tenant_id", "t")]), Scope::ProjectId("t".into()));
    assert_eq!(scope(&[("project_id", "p"), ("project_name", "n")]), Scope::ProjectId("p".into()));
}

#[test]
fn application_credentials() {
    let base = [("auth_url", "https://k"), ("application_credential_secret", "s")];
    let auth = |more: &[(&str, &str)]| resolved(&[&base[..], more].concat()).map(|cloud| cloud.auth);
    let by_id =
        Auth::ApplicationCredential { credential: Credential::Id("i".into()), secret: Secret::new("s") };
    assert_eq!(auth(&[("application_credential_id", "i")]).unwrap(), by_id);
    let said =
        [("application_credential_id", "i"), ("auth_type", "v3applicationcredential"), ("password", "pw")];
    assert_eq!(auth(&said).unwrap(), by_id);
    let by_name = [("application_credential_name", "n"), ("username", "me"), ("user_domain_name", "D")];
    let user = User::Name { name: "me".into(), domain: domain("D") };
    let credential = Credential::Name { name: "n".into(), user };
    assert_eq!(auth(&by_name).unwrap(), Auth::ApplicationCredential { credential, secret: Secret::new("s") });
    assert!(
        auth(&by_name[..1]).unwrap_err().to_string().contains("which an application_credential_name needs")
    );
    assert!(
        auth(&[("auth_type", "v3applicationcredential")])
            .unwrap_err()
            .to_string()
            .contains("application_credential_id")
    );
}

#[test]
fn tokens() {
    let auth = resolved(&[("auth_url", "https://k"), ("token", "t"), ("project_id", "p")]).unwrap().auth;
    assert_eq!(auth, Auth::Token { token: Secret::new("t"), scope: Scope::ProjectId("p".into()) });
    assert!(message(&[("auth_url", "https://k"), ("auth_type", "v3token")]).contains("has no token"));
}

#[test]
fn what_is_missing_is_said() {
    assert!(message(&[]).contains("has no auth_url"));
    assert!(message(&[("auth_url", "https://k")]).contains("has no username (or user_id)"));
    assert!(message(&[("auth_url", "https://k"), ("user_id", "u")]).contains("has no password"));
    assert!(
        message(&[("auth_url", "https://k"), ("user_id", "u"), ("password", "")]).contains("has no password")
    );
}

#[test]
fn what_is_not_supported_is_said() {
    for (key, value, expected) in [
        ("system_scope", "all", "tokens for the system as a whole"),
        ("trust_id", "t", "use an application credential"),
        ("passcode", "1", "one-time passwords"),
        ("cert", "x.pem", "client certificates"),
        ("identity_api_version", "2.0", "version 2 of the Identity API is gone"),
        ("auth_type", "v3oidcpassword", "it is one of password, v3applicationcredential, v3token"),
        ("auth_url", "https://k/v2.0", "version 2 of the Identity API is gone"),
        ("auth_url", "k:5000", "begins with https://"),
        ("auth_url", "https://u:hunter2@k", "without user and password"),
        ("auth_url", "https://k/v3?x=hunter2", "without `?`"),
        ("interface", "secret", "it is one of public, internal, admin"),
        ("verify", "maybe", "write true or false"),
        ("compute_endpoint_override", "nova", "not a URL"),
        ("COMPUTE_endpoint_override", "http://nova", "lower-case letters"),
    ] {
        let message = with(&[(key, value)]).unwrap_err().to_string();
        assert!(message.starts_with(&format!("environment variable {key}: {key}: ")), "{message}");
        assert!(message.contains(expected) && !message.contains("hunter2"), "{message}");
    }
    assert!(with(&[("identity_api_version", "3")]).is_ok());
}

#[test]
fn trust() {
    let trust = |more: &[(&str, &str)]| with(more).unwrap().trust;
    assert_eq!(trust(&[]), Trust::System);
    assert_eq!(trust(&[("verify", "True")]), Trust::System);
    assert_eq!(trust(&[("cacert", "~/ca.pem")]), Trust::File(PathBuf::from("/home/me/ca.pem")));
    assert_eq!(trust(&[("cacert", "ca.pem")]), Trust::File(Path::new("/cwd").join("ca.pem")));
    assert_eq!(trust(&[("verify", "false"), ("cacert", "ca.pem")]), Trust::Anyone);
    assert_eq!(trust(&[("insecure", "1")]), Trust::Anyone);
}

#[test]
fn region_interface_and_endpoints() {
    let cloud = with(&[
        ("region_name", "R"),
        ("endpoint_type", "internalURL"),
        ("block_storage_endpoint_override", "http://cinder/v3/%(project_id)s"),
        ("image_endpoint_override", ""),
    ])
    .unwrap();
    assert_eq!((cloud.region(), cloud.interface), (Some("R"), Interface::Internal));
    let expected = ("block-storage".parse().unwrap(), "http://cinder/v3/%(project_id)s".to_owned());
    assert_eq!(cloud.overrides, BTreeMap::from([expected]));
    assert_eq!(with(&[("first_region", "F")]).unwrap().region(), Some("F"));
}
