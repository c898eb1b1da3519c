use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde::Deserialize;
use touchstone_runtime::{PrepareError, Runtime};
use touchstone_store::{Component, ComponentError};

use crate::language::Language;
use crate::toolchain::{TARGET, Toolchain, ToolchainError};
use crate::{javascript, python};

/// A check cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A folder that is not the crate of a check.
    #[error("{}: {why}", folder.display())]
    NotACheck {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        why: String,
    },
    /// This machine cannot build it.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// A program does not run.
    #[error("{program} does not run: {error}; {}", how_to_get(program))]
    Program {
        /// Which.
        program: &'static str,
        /// Why.
        error: io::Error,
    },
    /// A program failed; it said why.
    #[error("{program} could not build the check; what it said is above")]
    Failed {
        /// Which.
        program: &'static str,
    },
    /// Node is too old.
    #[error("this node is {version}; checks in JavaScript need version 20 or newer")]
    OldNode {
        /// What it says of itself.
        version: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It says other things of itself in its descriptor than when it runs.
    #[error(
        "its descriptor (custom section `touchstone:descriptor`) is not what its `describe` says: build it again without one"
    )]
    OtherDescriptor,
    /// What was built is not a check for this host.
    #[error("what was built cannot be run: {0}")]
    Refused(#[from] ComponentError),
    /// What was built does not say what it is.
    #[error("what was built does not say what it is: {0}")]
    Undescribed(#[from] PrepareError),
}

/// Builds the check in `folder`, and embeds its descriptor; or embeds it in a component that any toolchain built, if it is
/// a file. What the toolchains say goes to standard error.
///
/// # Errors
/// The folder is not the source of a check, it does not compile, or what it compiles to cannot be run by this host.
pub async fn build(source: &Path, runtime: &Arc<Runtime>) -> Result<Component, BuildError> {
    let read = |path: &Path| fs::read(path).map_err(|error| BuildError::io(path, error));
    let bytes = match Language::of(source) {
        Language::Component => read(source)?,
        Language::Rust => read(&compile(source, &Package::of(source)?, &Toolchain::ensure()?)?)?,
        Language::JavaScript => javascript::compile(source)?,
        Language::Python => python::compile(source)?,
    };
    Component::admit_bare(&bytes)?;
    let descriptor = runtime.describe(&bytes).await?;
    match Component::admit(bytes.clone()) {
        Ok(component) if *component.descriptor() == descriptor => Ok(component),
        Ok(_) => Err(BuildError::OtherDescriptor),
        // It has none yet, or one that nobody can read.
        Err(_) => Ok(Component::embed(bytes, &descriptor)?),
    }
}

/// Runs the check's own tests; true if they pass. Their output goes where ours goes.
///
/// # Errors
/// The folder is not the source of a check, or what runs its tests does not run.
pub fn test(folder: &Path) -> Result<bool, BuildError> {
    match Language::of(folder) {
        Language::Rust => {
            Package::of(folder)?;
            succeeds("cargo", Command::new("cargo").arg("test").current_dir(folder))
        }
        Language::JavaScript => javascript::test(folder),
        Language::Python => python::test(folder),
        Language::Component => Err(BuildError::NotACheck {
            folder: folder.into(),
            why: "a component holds no tests; name the folder of its source".into(),
        }),
    }
}

/// Runs a program to its end; true if it succeeds.
pub(crate) fn succeeds(program: &'static str, command: &mut Command) -> Result<bool, BuildError> {
    let status = command.status().map_err(|error| BuildError::Program { program, error })?;
    Ok(status.success())
}

/// Runs a program that has to succeed, with no input, and with its output where it is in nobody's way.
pub(crate) fn run(program: &'static str, command: &mut Command) -> Result<(), BuildError> {
    match succeeds(program, command.stdin(Stdio::null()).stdout(io::stderr()))? {
        true => Ok(()),
        false => Err(BuildError::Failed { program }),
    }
}

impl BuildError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        BuildError::Io { path: path.into(), source }
    }
}

fn cargo_fails(error: io::Error) -> BuildError {
    BuildError::Program { program: "cargo", error }
}

fn how_to_get(program: &str) -> &'static str {
    match program {
        "cargo" => "install Rust from https://rustup.rs",
        "node" | "npm" => "install Node.js 20 or newer, with npm, from https://nodejs.org",
        _ => "install Python 3.11 or newer",
    }
}

fn compile(folder: &Path, package: &Package, toolchain: &Toolchain) -> Result<PathBuf, BuildError> {
    let mut cargo = toolchain
        .cargo(folder, &package.root)
        .args(["build", "--release", "--lib", "--target", TARGET, "--package", &package.name])
        .arg("--message-format=json-render-diagnostics")
        .arg("--target-dir")
        .arg(package.target.join("check"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(cargo_fails)?;
    let mut component = None;
    if let Some(stdout) = cargo.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            component = component_in(&line, &package.name).or(component);
        }
    }
    let status = cargo.wait().map_err(cargo_fails)?;
    if !status.success() {
        return Err(BuildError::Failed { program: "cargo" });
    }
    component.ok_or_else(|| BuildError::NotACheck {
        folder: folder.into(),
        why: "its library is not a component; Cargo.toml needs `[lib] crate-type = [\"cdylib\", \"rlib\"]`"
            .into(),
    })
}

/// The component that a message of cargo announces, if this is such a message.
fn component_in(line: &str, package: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
        target: Option<Target>,
        filenames: Option<Vec<PathBuf>>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    let message: Message = touchstone_json::from_str(line).ok()?;
    let is_it = message.reason == "compiler-artifact"
        && message.target?.name.replace('-', "_") == package.replace('-', "_");
    let wasm = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "wasm");
    if is_it { message.filenames?.into_iter().find(wasm) } else { None }
}

/// What cargo knows about the crate in a folder.
struct Package {
    name: String,
    root: PathBuf,
    target: PathBuf,
}

impl Package {
    fn of(folder: &Path) -> Result<Self, BuildError> {
        #[derive(Deserialize)]
        struct Metadata {
            packages: Vec<Entry>,
            workspace_root: PathBuf,
            target_directory: PathBuf,
        }
        #[derive(Deserialize)]
        struct Entry {
            name: String,
            manifest_path: PathBuf,
        }
        let not_a_check = |why: String| BuildError::NotACheck { folder: folder.into(), why };
        let manifest = folder.join("Cargo.toml");
        let manifest = manifest.canonicalize().map_err(|_| {
            not_a_check("there is no Cargo.toml; `touchstone check new NAME` makes a check".into())
        })?;
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
            .arg(&manifest)
            .stderr(Stdio::inherit())
            .output()
            .map_err(cargo_fails)?;
        if !output.status.success() {
            return Err(not_a_check("cargo cannot read its Cargo.toml; what it said is above".into()));
        }
        let metadata: Metadata = touchstone_json::from_slice(&output.stdout)
            .map_err(|error| not_a_check(format!("cargo's metadata is not what it was: {error}")))?;
        let package = metadata
            .packages
            .into_iter()
            .find(|package| package.manifest_path == manifest)
            .ok_or_else(|| not_a_check("its Cargo.toml is of a workspace, not of a package".into()))?;
        Ok(Package { name: package.name, root: metadata.workspace_root, target: metadata.target_directory })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_checks_own_component_is_taken() {
        let line = |reason: &str, name: &str, file: &str| {
            format!(
                r#"{{"reason":"{reason}","target":{{"name":"{name}"}},"filenames":["/t/x.rlib","{file}"]}}"#
            )
        };
        let artifact = line("compiler-artifact", "my_check", "/t/my_check.wasm");
        assert_eq!(component_in(&artifact, "my-check"), Some("/t/my_check.wasm".into()));
        assert_eq!(component_in(&line("compiler-artifact", "other", "/t/other.wasm"), "my-check"), None);
        assert_eq!(
            component_in(&line("build-script-executed", "my_check", "/t/my_check.wasm"), "my-check"),
            None
        );
        assert_eq!(
            component_in(&line("compiler-artifact", "my_check", "/t/libmy_check.so"), "my-check"),
            None
        );
        assert_eq!(component_in("not json", "my-check"), None);
    }

    #[test]
    fn a_folder_without_a_crate_is_named() {
        let error = Package::of(Path::new("/nonexistent")).map(|package| package.name).expect_err("no crate");
        assert!(error.to_string().contains("/nonexistent: there is no Cargo.toml"), "{error}");
    }
}
