use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::component::{Component, ComponentError, MAX_COMPONENT_BYTES};
use crate::digest::Digest;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const WASM: &str = "application/wasm";
const REF_NAME: &str = "org.opencontainers.image.ref.name";
const TITLE: &str = "org.opencontainers.image.title";
const VERSION: &str = "org.opencontainers.image.version";

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
}

impl Store {
    /// Opens a store.
    ///
    /// # Errors
    /// The folder is not an OCI image layout of version 1.0.0.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        let marker = folder.join("oci-layout");
        let not_a_store = |why: String| StoreError::NotAStore { folder: folder.clone(), why };
        let text = fs::read(&marker).map_err(|error| not_a_store(format!("oci-layout: {error}")))?;
        let marker: Marker =
            serde_json::from_slice(&text).map_err(|error| not_a_store(format!("oci-layout: {error}")))?;
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
        if !store.folder.join("oci-layout").exists() {
            store.write_index(&Index::default())?;
            store.write(&store.folder.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
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
        let mut absent = None;
        for store in stores {
            match store.load(digest) {
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
        let descriptor = component.descriptor();
        let published = Published {
            id: descriptor.id.clone(),
            version: descriptor.version.clone(),
            component: component.digest(),
        };
        let mut index = self.read_index()?;
        let existing =
            self.published()?.into_iter().find(|e| e.id == published.id && e.version == published.version);
        match existing {
            Some(existing) if existing == published => return Ok(published),
            Some(existing) if !replace => {
                return Err(StoreError::Released {
                    id: published.id,
                    version: published.version,
                    existing: existing.component,
                });
            }
            _ => {}
        }
        let tag = format!("{}-{}", published.id, published.version);
        index.manifests.retain(|entry| entry.annotations.get(REF_NAME) != Some(&tag));
        let layer = self.put(component.bytes(), WASM)?;
        let config = self.put(&config_of(component), CONFIG)?;
        let manifest = Manifest {
            schema_version: 2,
            media_type: MANIFEST.into(),
            config,
            layers: vec![layer],
            annotations: BTreeMap::from([
                (TITLE.into(), published.id.clone()),
                (VERSION.into(), published.version.to_string()),
            ]),
        };
        let mut entry = self.put(&serde_json::to_vec(&manifest).expect("strings are JSON"), MANIFEST)?;
        entry.annotations.insert(REF_NAME.into(), tag);
        index.manifests.push(entry);
        index.manifests.sort_by(|a, b| a.annotations.cmp(&b.annotations));
        self.write_index(&index)?;
        Ok(published)
    }

    /// Everything that was published, by id and version.
    ///
    /// # Errors
    /// The index or a manifest cannot be read, or is not what it should be.
    pub fn published(&self) -> Result<Vec<Published>, StoreError> {
        let mut all = Vec::new();
        for entry in self.read_index()?.manifests {
            let path = self.blob(&entry.digest(&self.folder.join("index.json"))?);
            let manifest: Manifest = read_json(&path)?;
            let wrong = |why: &str| StoreError::NotAStore {
                folder: self.folder.clone(),
                why: format!("{}: {why}", path.display()),
            };
            let annotation = |name: &str| manifest.annotations.get(name).cloned();
            let (Some(id), Some(version), [layer]) =
                (annotation(TITLE), annotation(VERSION), &manifest.layers[..])
            else {
                return Err(wrong("not a manifest of one component with a title and a version"));
            };
            let version = version.parse().map_err(|_| wrong("the version is not a semantic version"))?;
            all.push(Published { id, version, component: layer.digest(&path)? });
        }
        all.sort_by(|a, b| (&a.id, &a.version).cmp(&(&b.id, &b.version)));
        Ok(all)
    }

    fn blob(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs/sha256").join(digest.hex())
    }

    fn put(&self, bytes: &[u8], media_type: &str) -> Result<Entry, StoreError> {
        let digest = Digest::of(bytes);
        self.write(&self.blob(&digest), bytes)?;
        Ok(Entry {
            media_type: media_type.into(),
            digest: digest.to_string(),
            size: bytes.len() as u64,
            annotations: BTreeMap::new(),
        })
    }

    fn read_index(&self) -> Result<Index, StoreError> {
        read_json(&self.folder.join("index.json"))
    }

    fn write_index(&self, index: &Index) -> Result<(), StoreError> {
        let mut text = serde_json::to_string_pretty(index).expect("strings are JSON");
        text.push('\n');
        self.write(&self.folder.join("index.json"), text.as_bytes())
    }

    /// Writes a file whole or not at all.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let io = |source: io::Error| StoreError::Io { path: path.into(), source };
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(io)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut file = builder.tempfile_in(folder).map_err(io)?;
        file.write_all(bytes).map_err(io)?;
        file.persist(path).map_err(|error| io(error.error))?;
        Ok(())
    }
}

/// The configuration of a Wasm OCI artifact. It has no time of creation but the epoch, so that publishing the same
/// component twice gives the same artifact.
fn config_of(component: &Component) -> Vec<u8> {
    let imports: Vec<String> = component.imports().iter().map(ToString::to_string).collect();
    let config = json!({
        "created": "1970-01-01T00:00:00Z",
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [component.digest().to_string()],
        "component": {
            "imports": imports,
            "exports": [format!("touchstone:check/check@{}", component.contract())],
        },
    });
    config.to_string().into_bytes()
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

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, StoreError> {
    let io = |source: io::Error| StoreError::Io { path: path.into(), source };
    let text = fs::read(path).map_err(io)?;
    serde_json::from_slice(&text).map_err(|error| io(io::Error::new(io::ErrorKind::InvalidData, error)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marker {
    image_layout_version: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u32,
    media_type: String,
    manifests: Vec<Entry>,
}

impl Default for Index {
    fn default() -> Self {
        Index { schema_version: 2, media_type: INDEX.into(), manifests: Vec::new() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: String,
    config: Entry,
    layers: Vec<Entry>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl Entry {
    /// The digest, which stands in this file.
    fn digest(&self, file: &Path) -> Result<Digest, StoreError> {
        self.digest.parse().map_err(|error: crate::DigestError| StoreError::Io {
            path: file.into(),
            source: io::Error::new(io::ErrorKind::InvalidData, error),
        })
    }
}

#[cfg(test)]
mod tests;
