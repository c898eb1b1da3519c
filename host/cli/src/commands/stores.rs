use std::path::{Path, PathBuf};

use touchstone_store::{Component, Published, Store};

use crate::exit::{Exit, Failure};

/// The stores that were named; else the one that `TOUCHSTONE_STORE` names; else the nearest above `start`.
pub(crate) fn open(named: &[PathBuf], start: &Path) -> Result<Vec<Store>, Failure> {
    let folders = if named.is_empty() { vec![folder(None, start)?] } else { named.to_vec() };
    folders
        .into_iter()
        .map(|folder| Store::open(folder).map_err(|error| Exit::Refused.because(error)))
        .collect()
}

/// Whether nothing says where a store is.
pub(crate) fn is_nowhere(start: &Path) -> bool {
    folder(None, start).is_err()
}

/// The component of that name: `sha256:…` or `ID@VERSION` in a store, or a file.
pub(crate) fn component(named: &str, stores: &[PathBuf], start: &Path) -> Result<Component, Failure> {
    let released = named.split_once('@').filter(|_| !Path::new(named).exists());
    if !named.starts_with("sha256:") && released.is_none() {
        return touchstone_store::read_component(Path::new(named))
            .map_err(|error| Exit::Refused.because(error));
    }
    let opened = open(stores, start)?;
    let digest = match released {
        None => named.parse().map_err(|error| Exit::Usage.because(error))?,
        Some((id, version)) => release(&published(&opened)?, id, version)?.component,
    };
    Store::find(&opened, digest).map_err(|error| Exit::Refused.because(error))
}

/// All that some stores have.
pub(crate) fn published(stores: &[Store]) -> Result<Vec<Published>, Failure> {
    let mut all = Vec::new();
    for store in stores {
        all.extend(store.published().map_err(|error| Exit::Refused.because(error))?);
    }
    Ok(all)
}

/// One version of a check among them.
pub(crate) fn release<'a>(all: &'a [Published], id: &str, version: &str) -> Result<&'a Published, Failure> {
    all.iter().find(|one| one.id == id && one.version.to_string() == version).ok_or_else(|| {
        let known: Vec<_> =
            all.iter().filter(|one| one.id == id).map(|one| one.version.to_string()).collect();
        let known = if known.is_empty() { "no version of it".into() } else { known.join(", ") };
        Exit::Refused.because(format!("the store does not have {id} {version}; it has {known}"))
    })
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
