//! What the binary carries with it: the SDK, the released components, the scope manifests.
//!
//! So `touchstone demo` and `touchstone check new` work wherever the binary is, without the repository.

use std::path::Path;
use std::{fs, io};

mod files {
    include!(concat!(env!("OUT_DIR"), "/files.rs"));
}

/// Files, by their paths in the repository.
#[derive(Debug, Clone, Copy)]
pub struct Files(&'static [(&'static str, &'static [u8])]);

/// The SDK for Rust, what it stands on, and the workspace's `Cargo.toml`.
pub const SDK: Files = Files(files::SDK);

/// The SDK for Python, and the contract.
pub const SDK_PYTHON: Files = Files(files::SDK_PYTHON);

/// The SDK for JavaScript, and the contract.
pub const SDK_JAVASCRIPT: Files = Files(files::SDK_JAVASCRIPT);

/// The store of released components: `checks/published`.
pub const PUBLISHED: Files = Files(files::PUBLISHED);

/// The scope manifests: `scopes`.
pub const SCOPES: Files = Files(files::SCOPES);

impl Files {
    /// Path and content of each, sorted by path.
    pub fn iter(self) -> impl Iterator<Item = (&'static str, &'static [u8])> {
        self.0.iter().copied()
    }

    /// The text of one file.
    pub fn text(self, path: &str) -> Option<&'static str> {
        let (_, content) = self.iter().find(|(name, _)| *name == path)?;
        std::str::from_utf8(content).ok()
    }

    /// Writes all of them below a folder, under their paths.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_to(self, folder: &Path) -> io::Result<()> {
        for (path, content) in self.iter() {
            let path = folder.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, content)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_there() {
        for path in [
            "Cargo.toml",
            "sdk/rust/Cargo.toml",
            "sdk/rust/src/lib.rs",
            "wit/check.wit",
            "host/grants/src/lib.rs",
            "host/json/src/lib.rs",
            "host/tape/src/dictionary.txt",
            "host/tape/src/lib.rs",
        ] {
            assert!(SDK.text(path).is_some_and(|text| !text.is_empty()), "{path}");
        }
        assert!(SCOPES.text("scopes/scs-compatible-iaas.yaml").is_some());
        assert!(PUBLISHED.text("checks/published/oci-layout").is_some());
        assert_eq!(SDK.text("Cargo.lock"), None);
    }
}
