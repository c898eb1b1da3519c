//! Which crate may know which. ARCHITECTURE.md says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::harness::repo;

/// From each crate of the repository to those that it may know, tests aside.
const MAY_KNOW: [(&str, &[&str]); 28] = [
    ("touchstone-diagnostics", &[]),
    ("touchstone-grants", &[]),
    ("touchstone-json", &[]),
    ("touchstone-tape", &["touchstone-grants", "touchstone-json"]),
    ("touchstone-outgoing", &[]),
    ("touchstone-sign", &["touchstone-json"]),
    (
        "touchstone-trust",
        &["touchstone-diagnostics", "touchstone-grants", "touchstone-json", "touchstone-sign"],
    ),
    ("touchstone-scope", &["touchstone-diagnostics", "touchstone-grants", "touchstone-json"]),
    ("touchstone-store", &["touchstone-grants", "touchstone-json"]),
    (
        "touchstone-capabilities",
        &["touchstone-grants", "touchstone-json", "touchstone-outgoing", "touchstone-tape"],
    ),
    ("touchstone-registry", &["touchstone-json", "touchstone-outgoing", "touchstone-store"]),
    ("touchstone-simulator", &["touchstone-json"]),
    ("touchstone-sdk", &["touchstone-grants", "touchstone-tape"]),
    ("touchstone-embedded", &[]),
    ("touchstone-report", &["touchstone-json", "touchstone-scope"]),
    ("touchstone-export", &["touchstone-report", "touchstone-scope"]),
    ("touchstone-results", &["touchstone-json", "touchstone-report", "touchstone-scope"]),
    ("touchstone-monitor", &["touchstone-json", "touchstone-outgoing", "touchstone-sign"]),
    (
        "touchstone-notify",
        &["touchstone-json", "touchstone-outgoing", "touchstone-report", "touchstone-scope"],
    ),
    ("touchstone-observe", &["touchstone-outgoing"]),
    ("touchstone-queue", &["touchstone-json"]),
    ("touchstone-runtime", &["touchstone-capabilities", "touchstone-grants", "touchstone-store"]),
    ("touchstone-builder", &["touchstone-json", "touchstone-runtime", "touchstone-store"]),
    (
        "touchstone-runner",
        &[
            "touchstone-capabilities",
            "touchstone-grants",
            "touchstone-json",
            "touchstone-registry",
            "touchstone-report",
            "touchstone-runtime",
            "touchstone-scope",
            "touchstone-store",
            "touchstone-tape",
            "touchstone-trust",
        ],
    ),
    (
        "touchstone-nightly",
        &[
            "touchstone-capabilities",
            "touchstone-diagnostics",
            "touchstone-export",
            "touchstone-monitor",
            "touchstone-notify",
            "touchstone-queue",
            "touchstone-report",
            "touchstone-results",
            "touchstone-runner",
            "touchstone-scope",
            "touchstone-sign",
        ],
    ),
    (
        "touchstone",
        &[
            "touchstone-builder",
            "touchstone-capabilities",
            "touchstone-embedded",
            "touchstone-export",
            "touchstone-json",
            "touchstone-nightly",
            "touchstone-observe",
            "touchstone-queue",
            "touchstone-registry",
            "touchstone-report",
            "touchstone-results",
            "touchstone-runner",
            "touchstone-runtime",
            "touchstone-scope",
            "touchstone-sign",
            "touchstone-simulator",
            "touchstone-store",
            "touchstone-tape",
            "touchstone-trust",
        ],
    ),
    ("flavor-names", &[]),
    ("touchstone-postgres", &[]),
];

/// What a check may know.
const CHECKS_MAY_KNOW: &[&str] = &["touchstone-sdk", "flavor-names"];

/// The one place that needs it: compiled code on disk.
const UNSAFE: &str = "host/runtime/src/code_cache.rs";

/// A crate of the workspace.
struct Crate {
    name: String,
    folder: PathBuf,
    /// Crates that it needs, those for its tests aside: name, and whether only for some targets.
    knows: BTreeSet<(String, bool)>,
}

fn workspace() -> Vec<Crate> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(repo())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let text = |value: &Value| value.as_str().expect("cargo keeps its promises").to_owned();
    let packages = metadata["packages"].as_array().expect("cargo keeps its promises");
    let packages = packages.iter().map(|package| {
        let dependencies = package["dependencies"].as_array().expect("cargo keeps its promises").iter();
        let needed = dependencies.filter(|dependency| dependency["kind"] != "dev");
        Crate {
            name: text(&package["name"]),
            folder: Path::new(&text(&package["manifest_path"])).parent().expect("it has a folder").to_owned(),
            knows: needed.map(|d| (text(&d["name"]), d["target"].is_string())).collect(),
        }
    });
    packages.collect()
}

#[test]
fn crates_know_only_those_below_them() {
    let workspace = workspace();
    let ours: BTreeSet<&str> = workspace.iter().map(|one| one.name.as_str()).collect();
    let may_know = BTreeMap::from(MAY_KNOW);
    for one in &workspace {
        let is_check = one.folder.starts_with(repo().join("checks")) && one.name.starts_with("scs-");
        let known = one.knows.iter().map(|(name, _)| name.as_str()).filter(|name| ours.contains(name));
        let allowed = match may_know.get(one.name.as_str()) {
            Some(allowed) => *allowed,
            None if is_check => CHECKS_MAY_KNOW,
            None => panic!("{} is new: say in this test which crates it may know", one.name),
        };
        for known in known {
            assert!(allowed.contains(&known), "{} may not know {known}", one.name);
        }
    }
    for (name, _) in MAY_KNOW {
        assert!(ours.contains(name), "{name} is gone: strike it out in this test");
    }
}

/// A check is small, and holds nothing of the host: the rules about grants are for its tests, which run natively.
#[test]
fn the_sdk_takes_nothing_of_the_host_into_components() {
    let workspace = workspace();
    let sdk = workspace.iter().find(|one| one.name == "touchstone-sdk").expect("there is an SDK");
    for (name, only_somewhere) in &sdk.knows {
        assert!(*only_somewhere || !name.starts_with("touchstone"), "{name} would be in every component");
    }
}

#[test]
fn no_crate_is_a_drawer_for_everything() {
    for one in workspace() {
        for word in one.name.split('-') {
            assert!(!["util", "utils", "common", "misc", "helpers", "core"].contains(&word), "{}", one.name);
        }
    }
}

/// JSON of strangers can end the process otherwise: `host/json` says how.
#[test]
fn the_host_parses_json_in_one_way() {
    for file in sources(&repo().join("host")) {
        let place = file.strip_prefix(repo().join("host")).expect("it is there").display().to_string();
        let of_tests = ["/tests/", "/tests.rs", "/testing.rs", "/fake_cloud.rs", "/benches/", "/examples/"];
        if place.starts_with("json/") || of_tests.iter().any(|part| place.contains(part)) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("sources are UTF-8");
        let code = text.split("#[cfg(test)]\nmod tests {").next().expect("there is a first part");
        for name in ["from_slice", "from_str", "from_reader", "Deserializer", "de::"] {
            assert!(!code.contains(&format!("serde_json::{name}")), "{place}: parse with touchstone_json");
        }
    }
}

#[test]
fn unsafe_code_is_in_one_file() {
    let mut places = BTreeSet::new();
    for folder in ["host", "sdk", "checks", "tests", "benches"] {
        for file in sources(&repo().join(folder)) {
            let text = fs::read_to_string(&file).expect("sources are UTF-8");
            if text.lines().any(is_unsafe) {
                places.insert(
                    file.strip_prefix(repo()).expect("it is in the repository").display().to_string(),
                );
            }
        }
    }
    assert_eq!(places, BTreeSet::from([UNSAFE.to_owned()]));
}

/// Whether a line of Rust has the keyword, comments and texts aside.
fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or("");
    let code: String = code.split('"').step_by(2).collect();
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.into_iter().any(|word| word == "unsafe")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found
}
