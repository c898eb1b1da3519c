//! The files of a layout: whole or not there, and verified when they are read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::artifact::{ArtifactError, MAX_MANIFEST_BYTES};
use crate::digest::Digest;
use crate::manifest::Entry;
use crate::media;

/// The file that makes a folder a layout.
pub(super) const MARKER: &str = "oci-layout";

/// What it holds.
pub(super) const MARKER_CONTENT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// The file that lists the manifests.
pub(super) const INDEX: &str = "index.json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Marker {
    pub(super) image_layout_version: String,
}

/// A list of manifests. What others wrote into it is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default)]
    pub(super) manifests: Vec<Entry>,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

impl Default for Index {
    fn default() -> Self {
        let media_type = Some(media::INDEX.to_owned());
        Index { schema_version: 2, media_type, manifests: Vec::new(), rest: BTreeMap::new() }
    }
}

impl Store {
    pub(super) fn blob(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs/sha256").join(digest.hex())
    }

    /// Waits until no other process changes the store, and keeps others from it for as long as the file lives.
    pub(super) fn lock(&self) -> Result<File, StoreError> {
        let path = self.folder.join(MARKER);
        let lock = File::open(&path).and_then(|file| file.lock().map(|()| file));
        lock.map_err(|source| StoreError::Io { path, source })
    }

    /// Reads a blob of at most so many bytes, and verifies it.
    pub(super) fn read_blob(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, StoreError> {
        let path = self.blob(digest);
        let bytes = read_at_most(&path, most)?;
        let actual = Digest::of(&bytes);
        if actual != *digest {
            return Err(StoreError::Mismatch { path, actual });
        }
        Ok(bytes)
    }

    /// Writes a blob, unless it is there and whole.
    pub(super) fn write_blob(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        let path = self.blob(&digest);
        let same_size = fs::metadata(&path).is_ok_and(|there| there.len() == bytes.len() as u64);
        if !(same_size && fs::read(&path).is_ok_and(|there| there == bytes)) {
            self.write(&path, bytes)?;
        }
        Ok(digest)
    }

    pub(super) fn read_index(&self) -> Result<Index, StoreError> {
        let path = self.folder.join(INDEX);
        let text = read_at_most(&path, MAX_MANIFEST_BYTES)?;
        touchstone_json::from_slice(&text).map_err(|error| StoreError::Io {
            path,
            source: io::Error::new(io::ErrorKind::InvalidData, error),
        })
    }

    pub(super) fn write_index(&self, index: &Index) -> Result<(), StoreError> {
        self.write(&self.folder.join(INDEX), &index.to_json())
    }

    /// Writes a file whole or not at all.
    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
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

impl Index {
    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("strings and numbers are JSON");
        text.push(b'\n');
        text
    }

    /// Sorts what it lists: the same content gives the same file.
    pub(super) fn sort(&mut self) {
        let key =
            |entry: &Entry| (entry.annotations.is_none(), entry.annotations.clone(), entry.digest.clone());
        self.manifests.sort_by_key(key);
    }
}

/// A pipe or a device would be waited for, or read, for ever.
pub(super) fn check_is_file(path: &Path) -> io::Result<()> {
    match fs::metadata(path)?.is_file() {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")),
    }
}

pub(super) fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>, StoreError> {
    let read = || {
        check_is_file(path)?;
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut bytes = Vec::new();
        if size <= most {
            file.take(most + 1).read_to_end(&mut bytes)?;
        }
        Ok((size.max(bytes.len() as u64), bytes))
    };
    match read() {
        Ok((size, _)) if size > most => {
            let what = path.display().to_string();
            Err(ArtifactError::TooLarge { what, bytes: size, most }.into())
        }
        Ok((_, bytes)) => Ok(bytes),
        Err(source) => Err(StoreError::Io { path: path.into(), source }),
    }
}
