//! Checks in JavaScript. What makes a component of one lies beside its SDK, so that a check is built as it was when it was made:
//! a script and a lock file, which names every package by its hash.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use touchstone_store::Digest;

use crate::build::{BuildError, run, succeeds};
use crate::cache;

/// The SDK, as a check's `package.json` names it.
const SDK: &str = "touchstone-sdk";

/// The oldest version of Node that is known to work.
const NODE: u32 = 20;

/// Builds the component, without a descriptor.
pub(crate) fn compile(folder: &Path) -> Result<Vec<u8>, BuildError> {
    let sdk = sdk_of(folder)?;
    ensure_node()?;
    let toolchain = sdk.join("toolchain");
    let modules = modules(&toolchain)?;
    let output = tempfile::tempdir().map_err(|error| BuildError::io(folder, error))?;
    let file = output.path().join("check.wasm");
    let mut node = Command::new("node");
    node.arg(toolchain.join("build.mjs"));
    for (option, path) in
        [("--check", folder), ("--wit", &sdk.join("../../wit")), ("--modules", &modules), ("--out", &file)]
    {
        node.arg(option).arg(path);
    }
    run("node", &mut node)?;
    fs::read(&file).map_err(|error| BuildError::io(&file, error))
}

/// Runs the check's own tests; true if they pass.
pub(crate) fn test(folder: &Path) -> Result<bool, BuildError> {
    sdk_of(folder)?;
    ensure_node()?;
    // Its one dependency is the SDK, in a folder: nothing is fetched.
    run("npm", npm("install", folder).arg("--ignore-scripts"))?;
    succeeds("npm", &mut npm("test", folder))
}

/// A command of npm, which says only what is wrong.
fn npm(command: &str, folder: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.args([command, "--silent", "--no-audit", "--no-fund"]).current_dir(folder);
    npm
}

/// The folder of the SDK that a check names.
fn sdk_of(folder: &Path) -> Result<PathBuf, BuildError> {
    #[derive(Deserialize)]
    struct Package {
        #[serde(default)]
        dependencies: std::collections::BTreeMap<String, String>,
    }
    let file = folder.join("package.json");
    let text = fs::read(&file).map_err(|error| BuildError::io(&file, error))?;
    let not_a_check = |why: String| BuildError::NotACheck { folder: folder.into(), why };
    let package: Package =
        touchstone_json::from_slice(&text).map_err(|error| not_a_check(format!("package.json: {error}")))?;
    let sdk = package.dependencies.get(SDK).and_then(|sdk| sdk.strip_prefix("file:"));
    let sdk = sdk
        .map(|sdk| folder.join(sdk))
        .ok_or_else(|| not_a_check(format!("its package.json has no dependency `\"{SDK}\": \"file:…\"`")))?;
    sdk.canonicalize().map_err(|error| BuildError::io(&sdk, error))
}

fn ensure_node() -> Result<(), BuildError> {
    let output = Command::new("node").arg("--version").output();
    let output = output.map_err(|error| BuildError::Program { program: "node", error })?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match major(&version) {
        Some(major) if major >= NODE => Ok(()),
        _ => Err(BuildError::OldNode { version }),
    }
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The packages that the lock file names, installed once on this machine.
fn modules(toolchain: &Path) -> Result<PathBuf, BuildError> {
    let lock = toolchain.join("package-lock.json");
    let text = fs::read(&lock).map_err(|error| BuildError::io(&lock, error))?;
    let name = format!("javascript/{}", &Digest::of(&text).hex()[..16]);
    let place = cache::folder(&name, |folder| {
        for file in ["package.json", "package-lock.json"] {
            let from = toolchain.join(file);
            fs::copy(&from, folder.join(file)).map_err(|error| BuildError::io(&from, error))?;
        }
        run("npm", npm("ci", folder).arg("--ignore-scripts"))
    })?;
    Ok(place.join("node_modules"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!((major("20"), major("v"), major("vx.1")), (None, None, None));
    }

    #[test]
    fn a_check_names_its_sdk() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = |text: &str| {
            fs::write(folder.path().join("package.json"), text).expect("writes");
            sdk_of(folder.path()).expect_err("there is none").to_string()
        };
        assert!(told("{").contains("package.json: EOF"), "{}", told("{"));
        assert!(told("{}").contains("has no dependency"), "{}", told("{}"));
        let absent = told(r#"{"dependencies": {"touchstone-sdk": "file:absent"}}"#);
        assert!(absent.contains("absent"), "{absent}");
    }
}
