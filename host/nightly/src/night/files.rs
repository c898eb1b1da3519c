//! What is written for a night: a folder for the night in it, in that one for each subject.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The folder of a night: its id without colons, which are not names everywhere.
pub(super) fn folder_of(folder: &Path, night: &str) -> PathBuf {
    let name: String = night.chars().filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).collect();
    folder.join("nights").join(name)
}

/// The tape of an attempt.
pub(super) fn tape(folder: &Path, subject: &str, scope: &str, attempt: u32) -> PathBuf {
    folder.join(subject).join(format!("{scope}.{attempt}.tape"))
}

/// An output of a run.
pub(super) fn output(folder: &Path, subject: &str, scope: &str, extension: &str) -> PathBuf {
    folder.join(subject).join(format!("{scope}.{extension}"))
}

/// Makes the folder of a file, and removes what a killed run left in its place: whoever writes it holds the subject.
pub(super) fn make_room(file: &Path) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file whole or not at all.
pub(super) fn write(file: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let permissions = std::fs::Permissions::from_mode(0o666);
    let mut temporary = tempfile::Builder::new().permissions(permissions).tempfile_in(folder)?;
    temporary.write_all(content)?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}
