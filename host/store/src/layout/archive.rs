//! A layout in one file: what `podman`, `skopeo` and `oras` call an OCI archive.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use tar::{Archive, EntryType, Header};

use super::files::{INDEX, Index, MARKER, MARKER_CONTENT};
use super::{Published, Store, StoreError};
use crate::artifact::{Link, MAX_CONFIG_BYTES, MAX_MANIFEST_BYTES, cosign_tag};
use crate::component::MAX_COMPONENT_BYTES;
use crate::digest::Digest;
use crate::manifest::Entry;
use crate::media;

/// An archive has at most so many files.
const MAX_FILES: u64 = 10_000;

/// An archive with more bytes than this is not read on: 1 GiB.
const MAX_ARCHIVE_BYTES: u64 = 1 << 30;

/// Where the blobs are.
const BLOBS: &str = "blobs/sha256/";

impl Store {
    /// Writes components, and what others say of them, as an OCI archive. The same content gives the same archive.
    ///
    /// # Errors
    /// The store does not list one of them, or something of it is damaged; or the archive cannot be written.
    pub fn save_archive(&self, components: &[Digest], to: impl Write) -> Result<(), StoreError> {
        let mut blobs = BTreeSet::new();
        let listed = self.read_index()?.manifests;
        let mut index = Index::default();
        for component in components {
            let artifact = self.artifact(*component)?;
            let subject = artifact.manifest();
            let referrers =
                artifact.referrers().iter().map(|one| (one.manifest(), one.link() == Link::CosignTag));
            for (manifest, has_tag) in referrers.chain([(subject, false)]) {
                blobs.insert(manifest.digest());
                blobs.extend(manifest.blobs().map(|blob| blob.digest));
                let mut entry = Entry::of(media::MANIFEST, manifest.bytes());
                if has_tag {
                    entry.annotations =
                        Some([(media::REF_NAME.to_owned(), cosign_tag(subject.digest()))].into());
                }
                // What is listed in an index of an index only is listed now.
                let listed = listed.iter().find(|other| other.digest == entry.digest).cloned();
                index.insert(listed.unwrap_or(entry));
            }
        }
        index.sort();

        let mut archive = tar::Builder::new(to);
        for digest in &blobs {
            let bytes = self.read_blob(digest, MAX_COMPONENT_BYTES)?;
            append(&mut archive, &format!("{BLOBS}{}", digest.hex()), &bytes)?;
        }
        append(&mut archive, INDEX, &index.to_json())?;
        append(&mut archive, MARKER, MARKER_CONTENT)?;
        archive.into_inner().and_then(|mut to| to.flush()).map_err(unwritable)
    }

    /// Puts the components of an OCI archive into the store, with what others say of them: all, or none.
    ///
    /// # Errors
    /// It is not an OCI archive, holds something that does not belong into one, is too large, or has no component;
    /// otherwise as [`Store::add`].
    pub fn load_archive(&self, from: impl Read, replace: bool) -> Result<Vec<Published>, StoreError> {
        let folder = tempfile::Builder::new().prefix(".load-").tempdir_in(&self.folder);
        let folder = folder.map_err(|source| StoreError::Io { path: self.folder.clone(), source })?;
        unpack(from, folder.path(), MAX_ARCHIVE_BYTES)?;
        let unpacked =
            Store::open(folder.path()).map_err(|_| wrong("it has no `oci-layout` of version 1.0.0"))?;
        let found = unpacked.manifests()?;
        let components: BTreeSet<Digest> = found
            .iter()
            .filter_map(|found| found.manifest.component().ok().map(|layer| layer.digest))
            .collect();
        if components.is_empty() {
            return Err(wrong("it has no component in it"));
        }
        for component in &components {
            self.examine(&unpacked.artifact_among(&found, *component)?, replace)?;
        }
        let add = |component: &Digest| self.add(&unpacked.artifact_among(&found, *component)?, replace);
        components.iter().map(add).collect()
    }
}

fn append(archive: &mut tar::Builder<impl Write>, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let mut header = Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    archive.append_data(&mut header, name, bytes).map_err(unwritable)
}

/// Unpacks what belongs to a layout, and refuses what could do harm.
fn unpack(from: impl Read, folder: &Path, most: u64) -> Result<(), StoreError> {
    let io = |source: io::Error| StoreError::Io { path: folder.into(), source };
    let unreadable = |error: io::Error| wrong(&format!("it is not a whole tar file ({error})"));
    fs::create_dir_all(folder.join(BLOBS)).map_err(io)?;
    let mut archive = Archive::new(from.take(most));
    let mut names = BTreeSet::new();
    let (mut files, mut total) = (0, 0);
    // Raw: entries that only prolong the name of the next one are seen, and nothing is read that we do not ask for.
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        files += 1;
        total += entry.size();
        let kind = entry.header().entry_type();
        if kind == EntryType::XGlobalHeader {
            continue;
        }
        let name = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| wrong("a name in it is not UTF-8"))?;
        let shown = crate::manifest::shown(&name);
        if files > MAX_FILES || total > most {
            return Err(wrong(&format!("it has more than {MAX_FILES} files, or more than {most} bytes")));
        }
        let name = name.strip_prefix("./").unwrap_or(&name).trim_end_matches('/').to_owned();
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(wrong(&format!("`{shown}` in it would lie outside of the folder")));
        }
        let most_of_file = match name.as_str() {
            _ if kind == EntryType::Directory => continue,
            _ if kind == EntryType::XHeader => {
                check_extensions(&mut entry)?;
                continue;
            }
            _ if !matches!(kind, EntryType::Regular | EntryType::Continuous) => {
                return Err(wrong(&format!("`{shown}` in it is a link, a device or the like, not a file")));
            }
            MARKER => 1024,
            INDEX => MAX_MANIFEST_BYTES,
            blob if blob.strip_prefix(BLOBS).is_some_and(is_hex) => MAX_COMPONENT_BYTES,
            // `podman save` and the like put files of their own beside the layout.
            _ => 0,
        };
        if !names.insert(name.clone()) {
            return Err(wrong(&format!("`{shown}` is in it twice")));
        }
        if most_of_file == 0 {
            continue;
        }
        let size = entry.size();
        if size > most_of_file {
            return Err(wrong(&format!("`{shown}` in it has {size} bytes; at most {most_of_file} are read")));
        }
        let mut file = File::create_new(folder.join(&name)).map_err(io)?;
        let copied = io::copy(&mut entry, &mut file).map_err(unreadable)?;
        if copied != size {
            return Err(wrong(&format!("it ends within `{shown}`")));
        }
    }
    Ok(())
}

/// Refuses extended headers that give the next entry another name or size than its own header: nothing in a layout needs
/// them. Those that tell times and owners do no harm.
fn check_extensions(entry: &mut tar::Entry<'_, impl Read>) -> Result<(), StoreError> {
    if entry.size() > MAX_CONFIG_BYTES {
        return Err(wrong("an extended header in it is too large"));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|error| wrong(&format!("it is not a whole tar file ({error})")))?;
    for extension in tar::PaxExtensions::new(&bytes) {
        let key =
            extension.map_err(|_| wrong("an extended header in it cannot be read"))?.key_bytes().to_vec();
        if [&b"path"[..], b"linkpath", b"size"].contains(&&key[..]) || key.starts_with(b"GNU.sparse") {
            return Err(wrong("an extended header in it renames or resizes a file"));
        }
    }
    Ok(())
}

fn is_hex(name: &str) -> bool {
    format!("sha256:{name}").parse::<Digest>().is_ok()
}

fn wrong(why: &str) -> StoreError {
    StoreError::Archive(why.into())
}

fn unwritable(source: io::Error) -> StoreError {
    StoreError::Io { path: "the archive".into(), source }
}

#[cfg(test)]
mod tests;
