//! Locks of the operating system on files beside the database.

use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::text::sha256;

/// A folder with one file for each name. The files are empty and stay: who removed one could remove it from under another
/// process that is about to lock it.
pub(crate) struct Files {
    folder: PathBuf,
}

/// A file that is locked until it is closed.
#[derive(Debug)]
pub(crate) struct HeldFile {
    _file: File,
}

impl Files {
    pub(crate) fn beside(database: &Path) -> Files {
        let mut folder = database.as_os_str().to_owned();
        folder.push(".locks");
        Files { folder: folder.into() }
    }

    /// # Errors
    /// What the system says, and about which file.
    pub(crate) fn hold(&self, kind: &str, name: &str) -> Result<Option<HeldFile>, (PathBuf, io::Error)> {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        let folder = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder);
        folder.map_err(|error| (self.folder.clone(), error))?;
        let path = self.folder.join(file_name(kind, name));
        let mut options = File::options();
        let file = options.append(true).create(true).mode(0o600).open(&path);
        let file = file.map_err(|error| (path.clone(), error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(HeldFile { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err((path, error)),
        }
    }
}

/// A name of a file that only this name has: what is not a letter, a digit or one of `._-` is written as its bytes, and a
/// long name as its hash.
fn file_name(kind: &str, name: &str) -> String {
    const LONGEST: usize = 150;
    let mut safe = format!("{kind}-");
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => safe.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(safe, "%{byte:02x}")),
        }
    }
    if safe.len() > LONGEST { format!("{kind}%{}", sha256(name.as_bytes()).replace(':', "-")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_file_of_its_own_in_the_folder() {
        assert_eq!(file_name("subject", "gx-scs"), "subject-gx-scs");
        assert_eq!(file_name("subject", "../../etc/passwd"), "subject-..%2f..%2fetc%2fpasswd");
        assert_eq!(file_name("subject", "a%2fb"), "subject-a%252fb");
        assert_eq!(file_name("outbox", ""), "outbox-");
        let long = "ä".repeat(100);
        assert!(file_name("subject", &long).starts_with("subject%sha256-"));
        assert_ne!(file_name("subject", &long), file_name("subject", &"ö".repeat(100)));
    }

    #[test]
    fn one_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::beside(&folder.path().join("state.db"));
        let held = files.hold("subject", "a").unwrap();
        assert!(held.is_some());
        assert!(files.hold("subject", "a").unwrap().is_none());
        assert!(files.hold("subject", "b").unwrap().is_some());
        drop(held);
        assert!(files.hold("subject", "a").unwrap().is_some());
    }
}
