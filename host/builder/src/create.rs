use std::path::{Path, PathBuf};
use std::{fs, io};

/// Where a new check finds the SDK.
#[derive(Debug, Clone, Copy)]
pub enum Sdk<'a> {
    /// In a checkout of Touchstone.
    Checkout(&'a Path),
    /// Beside the check, written there from these files (paths in the repository, and contents).
    Carried(&'a [(&'a str, &'a [u8])]),
}

/// What a new check is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Lang {
    Rust,
    Python,
    JavaScript,
}

impl Lang {
    /// The folder of its SDK in the repository.
    fn sdk(self) -> &'static str {
        match self {
            Lang::Rust => "sdk/rust",
            Lang::Python => "sdk/python",
            Lang::JavaScript => "sdk/javascript",
        }
    }

    fn template(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Lang::Rust => &[
                ("Cargo.toml", include_str!("template/Cargo.toml.in")),
                ("README.md", include_str!("template/README.md.in")),
                ("src/lib.rs", include_str!("template/lib.rs.in")),
                (".gitignore", "/target\n"),
            ],
            Lang::Python => &[
                ("pyproject.toml", include_str!("template/python/pyproject.toml.in")),
                ("README.md", include_str!("template/python/README.md.in")),
                ("check.py", include_str!("template/python/check.py.in")),
                ("test_check.py", include_str!("template/python/test_check.py.in")),
                (".gitignore", include_str!("template/python/gitignore.in")),
            ],
            Lang::JavaScript => &[
                ("package.json", include_str!("template/javascript/package.json.in")),
                ("README.md", include_str!("template/javascript/README.md.in")),
                ("src/check.js", include_str!("template/javascript/check.js.in")),
                ("test/check.test.js", include_str!("template/javascript/check.test.js.in")),
                (".gitignore", include_str!("template/javascript/gitignore.in")),
            ],
        }
    }
}

/// The members of the workspace that are written beside a check in Rust: the SDK, and what its test harness stands on.
const CARRIED: [&str; 4] = ["host/grants", "host/json", "host/tape", "sdk/rust"];

/// A check cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// Not a name for a check.
    #[error("`{0}` is not a name for a check: lower-case letters, digits and `-`, beginning with a letter")]
    Name(String),
    /// There is something already.
    #[error("{} is there already; choose another name, or move it away", .0.display())]
    Exists(PathBuf),
    /// The SDK is not where it was said to be.
    #[error("{} is not a checkout of Touchstone: it has no {sdk}", checkout.display())]
    NoSdk {
        /// Where it was said to be.
        checkout: PathBuf,
        /// What is missing.
        sdk: &'static str,
    },
    /// A file cannot be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes the source of a new check into the folder `parent/name`, and returns that folder.
///
/// # Errors
/// The name is not one, the folder is there already, or cannot be written.
pub fn create(parent: &Path, name: &str, lang: Lang, sdk: Sdk<'_>) -> Result<PathBuf, CreateError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(allowed) || name.len() > 64 {
        return Err(CreateError::Name(name.chars().take(100).collect()));
    }
    let folder = parent.join(name);
    if folder.exists() {
        return Err(CreateError::Exists(folder));
    }
    let own = lang.sdk();
    let sdk = match sdk {
        Sdk::Checkout(checkout) => {
            let missing = || CreateError::NoSdk { checkout: checkout.into(), sdk: own };
            let sdk = checkout.join(own).canonicalize().map_err(|_| missing())?;
            sdk.display().to_string()
        }
        Sdk::Carried(files) => {
            for (path, content) in files {
                let path_there = folder.join("vendor/touchstone").join(path);
                match (*path, std::str::from_utf8(content)) {
                    ("Cargo.toml", Ok(workspace)) => write(&path_there, standalone(workspace).as_bytes())?,
                    _ => write(&path_there, content)?,
                }
            }
            format!("vendor/touchstone/{own}")
        }
    };
    for (path, text) in lang.template() {
        write(&folder.join(path), text.replace("@NAME@", name).replace("@SDK@", &sdk).as_bytes())?;
    }
    Ok(folder)
}

/// The repository's own workspace, with those of its members that are written beside a check.
fn standalone(workspace: &str) -> String {
    let mut text = String::new();
    for line in workspace.lines() {
        match line {
            line if line.starts_with("members = ") => text += &format!("members = {CARRIED:?}\n"),
            line if line.starts_with("exclude = ") || line.starts_with("default-members = ") => {}
            line if line.contains("path = ") && !CARRIED.iter().any(|member| is_at(line, member)) => {}
            line => {
                text += line;
                text.push('\n');
            }
        }
    }
    text
}

/// Whether a line names a crate of the repository by its path.
fn is_at(line: &str, path: &str) -> bool {
    line.contains(&format!("path = \"{path}\""))
}

fn write(path: &Path, content: &[u8]) -> Result<(), CreateError> {
    let io = |source: io::Error| CreateError::Io { path: path.into(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    fs::write(path, content).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_none_are_refused() {
        let parent = std::env::temp_dir();
        for name in ["", "Check", "a b", "../x", "1st", "-a", "a/b", &"a".repeat(65)] {
            assert!(
                matches!(create(&parent, name, Lang::Rust, Sdk::Carried(&[])), Err(CreateError::Name(_))),
                "{name}"
            );
        }
    }

    #[test]
    fn a_folder_that_is_no_checkout_is_refused() {
        let folder = std::env::temp_dir();
        for lang in [Lang::Rust, Lang::Python, Lang::JavaScript] {
            let created = create(&folder, "a-check", lang, Sdk::Checkout(&folder));
            assert!(matches!(created, Err(CreateError::NoSdk { .. })), "{lang:?}");
        }
    }

    #[test]
    fn the_sdk_stands_alone() {
        let standalone = standalone(include_str!("../../../Cargo.toml"));
        assert!(
            standalone.contains("members = [\"host/grants\", \"host/json\", \"host/tape\", \"sdk/rust\"]"),
            "{standalone}"
        );
        for carried in [
            "touchstone-grants = ",
            "touchstone-json = ",
            "touchstone-tape = ",
            "touchstone-sdk = ",
            "zstd = ",
        ] {
            assert!(standalone.contains(carried), "{carried}: {standalone}");
        }
        assert!(
            !standalone.contains("host/cli") && !standalone.contains("touchstone-runner"),
            "{standalone}"
        );
    }
}
