use std::fs;

use tempfile::TempDir;

use super::*;
use crate::openstack::config::{Auth, Domain, Scope, Secret, User};

const CLOUD: &str = "auth: {auth_url: http://k:5000/v3, username: me, password: swordfish, user_domain_name: D, project_id: P}";

/// Folders: the current one, the user's home, the machine's.
struct Machine(TempDir);

impl Machine {
    fn new(files: &[(&str, &str)]) -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            let path = machine.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        machine
    }

    fn env(&self) -> Env {
        let root = self.0.path();
        Env::new(root.join("cwd"))
            .with_site_dir(root.join("site"))
            .with_var("HOME", root.join("home").to_str().unwrap())
    }

    fn message(&self, cloud: Option<&str>, env: &Env) -> String {
        let message = load(cloud, env).unwrap_err().to_string();
        message.replace(self.0.path().to_str().unwrap(), "")
    }
}

fn region(cloud: Option<&str>, env: &Env) -> String {
    load(cloud, env).unwrap().region().unwrap().to_owned()
}

fn clouds(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter().map(|(name, more)| format!("  {name}: {{{CLOUD}, {more}}}\n"));
    format!("clouds:\n{}", entries.collect::<String>())
}

#[test]
fn the_first_file_of_the_search_path_counts() {
    let of = |region: &str| clouds(&[("c", &format!("region_name: {region}"))]);
    let mut files = vec![
        ("site/clouds.yaml", of("site")),
        ("home/.config/openstack/clouds.json", of("home-json")),
        ("home/.config/openstack/clouds.yml", of("home-yml")),
        ("xdg/openstack/clouds.yaml", of("xdg")),
        ("cwd/clouds.yaml", of("cwd")),
    ];
    for expected in ["cwd", "xdg", "home-yml", "home-json", "site"] {
        let present: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let machine = Machine::new(&present);
        let env = machine.env().with_var("XDG_CONFIG_HOME", machine.0.path().join("xdg").to_str().unwrap());
        assert_eq!(region(Some("c"), &env), expected);
        files.pop();
    }
}

#[test]
fn a_named_file_counts_alone_and_must_exist() {
    let of = |region: &str| clouds(&[("c", &format!("region_name: {region}"))]);
    let machine = Machine::new(&[("cwd/clouds.yaml", &of("cwd")), ("home/my.yaml", &of("mine"))]);
    assert_eq!(region(Some("c"), &machine.env().with_var("OS_CLIENT_CONFIG_FILE", "~/my.yaml")), "mine");
    let env = machine.env().with_var("OS_CLIENT_CONFIG_FILE", "missing.yaml");
    assert_eq!(
        machine.message(Some("c"), &env),
        "cannot read /cwd/missing.yaml: no such file, but OS_CLIENT_CONFIG_FILE names it"
    );
}

#[test]
fn without_any_file_the_places_are_said() {
    let machine = Machine::new(&[]);
    let message = machine.message(Some("c"), &machine.env());
    for place in [
        "/cwd/clouds.yaml",
        "/home/.config/openstack/clouds.yml",
        "/site/clouds.json",
        "OS_CLIENT_CONFIG_FILE",
    ] {
        assert!(message.contains(place), "{message}");
    }
}

#[test]
fn an_unknown_cloud_is_said_with_those_that_are_known() {
    let machine = Machine::new(&[
        ("cwd/clouds.yaml", &clouds(&[("b", ""), ("a", "")])),
        ("cwd/secure.yaml", "clouds: {s: {}}"),
    ]);
    assert_eq!(
        machine.message(Some("c"), &machine.env()),
        "/cwd/clouds.yaml has no cloud \"c\"; it has \"a\", \"b\", \"s\""
    );
    let message = machine.message(None, &machine.env());
    assert_eq!(message, "name a cloud (or set OS_CLOUD); /cwd/clouds.yaml has \"a\", \"b\", \"s\"");
    let empty = Machine::new(&[("cwd/clouds.yaml", "")]);
    assert_eq!(empty.message(Some("c"), &empty.env()), "/cwd/clouds.yaml has no cloud \"c\"; it has none");
}

#[test]
fn secure_goes_before_clouds_and_clouds_before_profile() {
    let machine = Machine::new(&[
        (
            "cwd/clouds.yaml",
            "clouds: {c: {profile: vendor, auth: {username: me, password: old, project_id: P}, region_name: R}}",
        ),
        ("site/secure.yaml", "clouds: {c: {auth: {password: new}}}"),
        (
            "home/.config/openstack/clouds-public.yaml",
            "public-clouds: {vendor: {region_name: V, interface: internal, auth: {auth_url: http://v, user_domain_id: d, username: you}}}",
        ),
    ]);
    let cloud = load(Some("c"), &machine.env()).unwrap();
    let user = User::Name { name: "me".into(), domain: Domain::Id("d".into()) };
    let expected = Auth::Password { user, password: Secret::new("new"), scope: Scope::ProjectId("P".into()) };
    assert_eq!(cloud.auth, expected);
    assert_eq!(
        (cloud.auth_url.as_str(), cloud.region(), cloud.interface.as_str()),
        ("http://v/", Some("R"), "internal")
    );
    let env = machine.env().with_var("OS_CLIENT_SECURE_FILE", "missing");
    assert!(machine.message(Some("c"), &env).contains("OS_CLIENT_SECURE_FILE names it"));
}

#[test]
fn a_profile_that_is_not_there_is_mentioned_when_something_is_missing() {
    let machine = Machine::new(&[(
        "cwd/clouds.yaml",
        "clouds: {c: {profile: vendor, auth: {}}, u: {profile: 'https://v'}}",
    )]);
    assert_eq!(
        machine.message(Some("c"), &machine.env()),
        "cloud \"c\" (/cwd/clouds.yaml) has no auth_url; if its profile \"vendor\" has it, that must be in a \
         clouds-public.yaml: no profiles are built in"
    );
    let message = machine.message(Some("u"), &machine.env());
    assert!(message.starts_with("/cwd/clouds.yaml:1:"), "{message}");
    assert!(message.contains("profile: profiles that are to be downloaded are not supported"), "{message}");
}

#[test]
fn the_cloud_is_named_by_the_caller_then_by_the_environment() {
    let machine =
        Machine::new(&[("cwd/clouds.yaml", &clouds(&[("a", "region_name: A"), ("b", "region_name: B")]))]);
    let env = machine.env().with_var("OS_CLOUD", "b");
    assert_eq!(region(Some("a"), &env), "A");
    assert_eq!(region(None, &env), "B");
    let one = Machine::new(&[("cwd/clouds.yaml", &clouds(&[("a", "region_name: A")]))]);
    assert_eq!(region(None, &one.env()), "A");
}

#[test]
fn variables_describe_a_cloud_when_none_is_named() {
    let machine = Machine::new(&[("cwd/clouds.yaml", &clouds(&[("a", "region_name: A")]))]);
    let variables = [
        ("OS_AUTH_URL", "http://env:5000"),
        ("OS_USERNAME", "me"),
        ("OS_PASSWORD", "pw"),
        ("OS_PROJECT_NAME", "p"),
        ("OS_DEFAULT_DOMAIN", "default"),
        ("OS_REGION_NAME", "E"),
        ("OS_COMPUTE_ENDPOINT_OVERRIDE", "http://nova/v2.1"),
    ];
    let env = variables.iter().fold(machine.env(), |env, (name, value)| env.with_var(*name, *value));
    let cloud = load(None, &env).unwrap();
    assert_eq!((cloud.name(), cloud.region(), cloud.overrides.len()), ("envvars", Some("E"), 1));
    assert_eq!(region(Some("envvars"), &env), "E");
    assert_eq!(region(Some("a"), &env), "A");
    assert_eq!(region(None, &env.clone().with_var("OS_CLOUD", "a")), "A");
    assert_eq!(load(None, &env.with_var("OS_CLOUD_NAME", "mine")).unwrap().name(), "mine");
    let wrong = machine.env().with_var("OS_AUTH_URL", "nonsense");
    assert!(
        machine.message(None, &wrong).starts_with("environment variable OS_AUTH_URL: auth_url: not a URL")
    );
}

#[test]
fn files_that_are_something_else_are_refused() {
    let machine = Machine::new(&[("cwd/clouds.yaml/x", "")]);
    assert!(machine.message(None, &machine.env()).starts_with("cannot read /cwd/clouds.yaml"));
    let machine = Machine::new(&[("cwd/clouds.yaml", &"#".repeat(5 << 20))]);
    assert!(machine.message(None, &machine.env()).contains("too many for a file of clouds"));
    let machine = Machine::new(&[]);
    fs::create_dir_all(machine.0.path().join("cwd")).unwrap();
    fs::write(machine.0.path().join("cwd/clouds.yaml"), b"clouds:\n  \xff: {}\n").unwrap();
    assert_eq!(
        machine.message(None, &machine.env()),
        "cannot read /cwd/clouds.yaml: not UTF-8 (/cwd/clouds.yaml:2:1)"
    );
}

#[test]
fn nothing_shows_a_secret() {
    let machine = Machine::new(&[("cwd/clouds.yaml", &clouds(&[("c", "")]))]);
    let env =
        machine.env().with_var("OS_PASSWORD", "hunter2").with_var("HTTPS_PROXY", "http://u:hunter2@p:1");
    let shown = format!("{env:?} {:?}", load(Some("c"), &env).unwrap());
    assert!(!shown.contains("hunter2") && !shown.contains("swordfish"), "{shown}");
}
