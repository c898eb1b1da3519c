use std::path::{Path, PathBuf};

use touchstone_store::Store;

use crate::exit::{Exit, Failure};

/// The stores that were named; else the one that `TOUCHSTONE_STORE` names; else the nearest above `start`.
pub(crate) fn open(named: &[PathBuf], start: &Path) -> Result<Vec<Store>, Failure> {
    let folders = if named.is_empty() { vec![folder(None, start)?] } else { named.to_vec() };
    folders
        .into_iter()
        .map(|folder| Store::open(folder).map_err(|error| Exit::Refused.because(error)))
        .collect()
}

/// The folder of the store that was named; else the one that `TOUCHSTONE_STORE` names; else the nearest above `start`.
pub(crate) fn folder(named: Option<PathBuf>, start: &Path) -> Result<PathBuf, Failure> {
    if let Some(folder) = named.or_else(|| {
        std::env::var_os("TOUCHSTONE_STORE").filter(|folder| !folder.is_empty()).map(PathBuf::from)
    }) {
        return Ok(folder);
    }
    let start = start.canonicalize().unwrap_or_else(|_| start.to_owned());
    let candidates = start.ancestors().map(|folder| folder.join("checks/published"));
    candidates.into_iter().find(|folder| folder.join("oci-layout").exists()).ok_or_else(|| {
        Exit::Usage.because(format!(
            "no folder above {} has a store (checks/published); name one with --store",
            start.display()
        ))
    })
}
