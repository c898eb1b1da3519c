//! Files and folders of this user alone.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder that only its owner can use, if there is none; refuses one in which others can write.
#[cfg(unix)]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    if !folder.exists() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    check_folder(folder)
}

/// Refuses a folder in which others can write: what stands in a journal is removed from a cloud.
#[cfg(unix)]
pub(crate) fn check_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    let mode = std::fs::metadata(folder)?.mode();
    if mode & 0o022 != 0 {
        let problem = format!("others may write in this folder (mode {:o}); `chmod 700` it", mode & 0o777);
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, problem));
    }
    Ok(())
}

/// A file that is made is readable for its owner only.
#[cfg(unix)]
pub(crate) fn for_owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    options.mode(0o600)
}

#[cfg(not(unix))]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(not(unix))]
pub(crate) fn check_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn for_owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Waits until it is on disk that a file is in its folder, or is no longer.
pub(crate) fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
