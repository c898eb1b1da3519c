use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use semver::Version;

use crate::artifact::{Artifact, ArtifactError};
use crate::component::{Component, ComponentError, MAX_COMPONENT_BYTES};
use crate::digest::Digest;

mod archive;
mod artifacts;
mod files;
mod scan;

use files::{Index, MARKER, MARKER_CONTENT, Marker};

/// A folder of components: an [OCI image layout](https://github.com/opencontainers/image-spec/blob/main/image-layout.md)
/// whose artifacts have the form of the CNCF's Wasm OCI artifact. A component is found by the SHA-256 of its bytes,
/// which is the digest of its layer.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// An entry of a store: a released version of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Identifier of the check.
    pub id: String,
    /// Its version.
    pub version: Version,
    /// The digest of the component.
    pub component: Digest,
}

/// Something is wrong with a store, or with a component in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder is not a store.
    #[error("{} is not a store of components (an OCI image layout): {why}", folder.display())]
    NotAStore {
        /// The folder.
        folder: PathBuf,
        /// What is missing or wrong.
        why: String,
    },
    /// The store has no such component.
    #[error("the store {} has no component {digest}", folder.display())]
    Absent {
        /// The folder.
        folder: PathBuf,
        /// The component asked for.
        digest: Digest,
    },
    /// The bytes are not those that the name promises.
    #[error(
        "{} has the SHA-256 {actual}, not the one in its name: the file was changed or damaged, and is not used",
        path.display()
    )]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// What its bytes have.
        actual: Digest,
    },
    /// The component cannot be run by this host.
    #[error("{what}: {source}")]
    Refused {
        /// The component: its digest or its file.
        what: String,
        /// Why.
        source: ComponentError,
    },
    /// A released version would change.
    #[error(
        "{id} {version} is already published as {existing}, with other bytes; a released version never changes: give the \
         check a new version (or, if nobody runs it yet, publish with --replace)"
    )]
    Released {
        /// Identifier of the check.
        id: String,
        /// Its version.
        version: Version,
        /// The component that is there.
        existing: Digest,
    },
    /// What came is not an artifact, or one that says of itself what its component does not.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// An archive is not one of components.
    #[error("the archive is not used: {0}")]
    Archive(String),
}

/// `oci-layout` is one line.
const MAX_MARKER_BYTES: u64 = 1 << 10;

impl Store {
    /// Opens a store.
    ///
    /// # Errors
    /// The folder is not an OCI image layout of version 1.0.0.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        let marker = folder.join(MARKER);
        let not_a_store = |why: String| StoreError::NotAStore { folder: folder.clone(), why };
        let text =
            files::read_at_most(&marker, MAX_MARKER_BYTES).map_err(|error| not_a_store(error.to_string()))?;
        let marker: Marker = touchstone_json::from_slice(&text)
            .map_err(|error| not_a_store(format!("oci-layout: {error}")))?;
        if marker.image_layout_version != "1.0.0" {
            return Err(not_a_store(format!("its version is {}, not 1.0.0", marker.image_layout_version)));
        }
        Ok(Store { folder })
    }

    /// Opens a store, and makes it first where there is none.
    ///
    /// # Errors
    /// The folder cannot be made, or is something else.
    pub fn open_or_create(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Store { folder: folder.into() };
        if !store.folder.join(MARKER).exists() {
            store.write_index(&Index::default())?;
            store.write(&store.folder.join(MARKER), MARKER_CONTENT)?;
        }
        Store::open(store.folder)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Loads a component, hashes it again, and admits it.
    ///
    /// # Errors
    /// It is not there, is not what its name promises, or cannot be run by this host.
    pub fn load(&self, digest: Digest) -> Result<Component, StoreError> {
        let path = self.blob(&digest);
        let what = format!("component {digest}");
        let bytes = read_bounded(&path, &what).map_err(|error| match error {
            StoreError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                StoreError::Absent { folder: self.folder.clone(), digest }
            }
            error => error,
        })?;
        let actual = Digest::of(&bytes);
        if actual != digest {
            return Err(StoreError::Mismatch { path, actual });
        }
        Component::admit(bytes).map_err(|source| StoreError::Refused { what, source })
    }

    /// Loads a component from the first of some stores that has it.
    ///
    /// # Errors
    /// None has it, or the first that has it cannot give it; see [`Store::load`].
    pub fn find(stores: &[Store], digest: Digest) -> Result<Component, StoreError> {
        Store::first(stores, digest, Store::load)
    }

    /// As [`Store::artifact`], from the first of some stores that has it.
    ///
    /// # Errors
    /// None has it, or the first that has it cannot give it.
    pub fn find_artifact(stores: &[Store], digest: Digest) -> Result<Artifact, StoreError> {
        Store::first(stores, digest, Store::artifact)
    }

    fn first<T>(
        stores: &[Store],
        digest: Digest,
        from: impl Fn(&Store, Digest) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut absent = None;
        for store in stores {
            match from(store, digest) {
                Err(error @ StoreError::Absent { .. }) => drop(absent.get_or_insert(error)),
                found => return found,
            }
        }
        Err(absent.unwrap_or(StoreError::Absent { folder: PathBuf::new(), digest }))
    }

    /// Puts a component into the store. Putting the same bytes twice changes nothing.
    ///
    /// # Errors
    /// The store cannot be written, or has other bytes under this id and version and `replace` is false.
    pub fn publish(&self, component: &Component, replace: bool) -> Result<Published, StoreError> {
        let published = Published::of(component);
        if self.published()?.contains(&published) {
            return Ok(published);
        }
        self.put_artifact(&Artifact::of(component), component, replace)
    }
}

/// Reads a component from a file that is in no store, and admits it.
///
/// # Errors
/// It cannot be read, or cannot be run by this host.
pub fn read_component(path: &Path) -> Result<Component, StoreError> {
    let what = path.display().to_string();
    Component::admit(read_bounded(path, &what)?).map_err(|source| StoreError::Refused { what, source })
}

fn read_bounded(path: &Path, what: &str) -> Result<Vec<u8>, StoreError> {
    let read = || {
        files::check_is_file(path)?;
        let file = fs::File::open(path)?;
        let size = file.metadata()?.len();
        let mut bytes = Vec::new();
        if size <= MAX_COMPONENT_BYTES {
            file.take(MAX_COMPONENT_BYTES + 1).read_to_end(&mut bytes)?;
        }
        Ok((size, bytes))
    };
    let (size, bytes) = read().map_err(|source| StoreError::Io { path: path.into(), source })?;
    if size > MAX_COMPONENT_BYTES {
        let source = ComponentError::TooLarge { bytes: size };
        return Err(StoreError::Refused { what: what.into(), source });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
