//! Tokens and passwords are nowhere. Every run of every test is searched for them; here are the places that only a
//! closer look finds, and a proof that the search would find them.

use std::fs;
use std::path::Path;

use crate::harness::{Cloud, Entry, scope};

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn no_file_that_a_run_leaves_behind_holds_a_secret() {
    let cloud = Cloud::start();
    // A run with a login that fails, a renewal, errors, and a guest that tells all that it knows.
    cloud.inject("{service: compute, path: /flavors/detail, after: 1, times: 1, kind: expire-token}");
    cloud.inject("{path: /flavors/echo, kind: {echo-token: x-echo}}");
    let home = cloud.folder().join("home");
    fs::create_dir(&home).expect("folders can be made");
    for behaviour in ["tell-all", "echo"] {
        for name in ["demo", "demo-appcred"] {
            let run = cloud.run_as(name, &scope(&[Entry::reader(), Entry::adversary(behaviour)]));
            let run = run
                .arg("-v")
                .env("HOME", &home)
                .env("XDG_CACHE_HOME", home.join("cache"))
                .env("TMPDIR", &home);
            let ran = run.run();
            ran.assert_exit(1);
            assert!(ran.stderr.contains("TRACE") || ran.stderr.contains("DEBUG"), "the log is on: {ran}");
        }
    }
    let secrets = cloud.secrets();
    assert!(cloud.tokens().len() >= 5, "{} tokens were issued", cloud.tokens().len());
    let files = files(cloud.folder());
    assert!(
        files.iter().any(|file| file.starts_with(home.join("cache"))),
        "compiled code is cached: {files:?}"
    );
    for file in &files {
        let content = fs::read(file).expect("files can be read");
        let found = secrets.iter().find(|secret| contains(&content, secret));
        let is_given = file.file_name().is_some_and(|name| name == "clouds.yaml");
        match found {
            Some(secret) if !is_given => panic!("{} holds {secret}", file.display()),
            None if is_given => panic!("the search finds nothing where there are secrets"),
            _ => {}
        }
    }
}

#[test]
fn passwords_in_messages_about_the_configuration_are_not_shown() {
    let cloud = Cloud::start();
    let yaml = fs::read_to_string(cloud.folder().join("clouds.yaml")).expect("it was written");
    // Each is wrong beside, in or because of a password.
    for broken in [
        yaml.replace("auth_url: \"http://", "auth_url: \"ftp://"),
        yaml.replace("password: \"", "pass word: [\""),
        yaml.replace("password: \"correct", "password: \"\\qcorrect"),
        yaml.replace("auth:", "auth: correct-horse-battery-staple #"),
        yaml.replace("identity_api_version: 3", "identity_api_version: correct-horse-battery-staple"),
        yaml.replace("http://127.0.0.1", "http://demo:correct-horse-battery-staple@127.0.0.1"),
    ] {
        assert_ne!(broken, yaml);
        cloud.write("clouds.yaml", &broken);
        let ran = cloud.run(&scope(&[Entry::reader()])).run();
        assert!(matches!(ran.code, Some(0 | 3 | 4)), "{broken}: {ran}");
    }
}
