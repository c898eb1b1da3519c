use std::fs;
use std::path::{Path, PathBuf};

use crate::build::BuildError;

/// A folder of `$XDG_CACHE_HOME/touchstone` (`~/.cache/touchstone`) that is filled once: whole, or not at all.
pub(crate) fn folder(
    name: &str,
    fill: impl FnOnce(&Path) -> Result<(), BuildError>,
) -> Result<PathBuf, BuildError> {
    let place = root().join(name);
    if place.is_dir() {
        return Ok(place);
    }
    let parent = place.parent().unwrap_or(&place);
    fs::create_dir_all(parent).map_err(|error| BuildError::io(parent, error))?;
    let begun = tempfile::Builder::new().prefix("begun-").tempdir_in(parent);
    let begun = begun.map_err(|error| BuildError::io(parent, error))?;
    fill(begun.path())?;
    match fs::rename(begun.path(), &place) {
        Ok(()) => drop(begun.keep()),
        // Somebody else was faster.
        Err(_) if place.is_dir() => {}
        Err(error) => return Err(BuildError::io(&place, error)),
    }
    Ok(place)
}

pub(crate) fn root() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || set("HOME").unwrap_or_else(|| "/".into());
    set("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache")).join("touchstone")
}
