use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// The largest file that is read.
const MAX_BYTES: u64 = 16 << 20;

/// What lint looks at.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// There is no such file, it is a folder, it is larger than 16 MiB, or it cannot be read.
    fn read(&self, path: &Path) -> Result<Vec<u8>>;

    /// What is said about a file or a folder.
    ///
    /// # Errors
    /// There is neither, or that cannot be found out.
    fn about(&self, path: &Path) -> Result<About>;
}

/// What is said about a file or a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Whether it is a folder.
    pub folder: bool,
    /// Whether every user of the machine may read it.
    pub readable_by_all: bool,
}

/// The files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(Error::new(ErrorKind::InvalidInput, "it is no file"));
        }
        if metadata.len() > MAX_BYTES {
            return Err(Error::new(ErrorKind::FileTooLarge, format!("it has {} bytes", metadata.len())));
        }
        fs::read(path)
    }

    fn about(&self, path: &Path) -> Result<About> {
        let metadata = fs::metadata(path)?;
        Ok(About { folder: metadata.is_dir(), readable_by_all: readable_by_all(&metadata) })
    }
}

#[cfg(unix)]
fn readable_by_all(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o004 != 0
}

#[cfg(not(unix))]
fn readable_by_all(_: &fs::Metadata) -> bool {
    false
}
