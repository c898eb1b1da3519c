//! Components with what belongs to them: in and out of a layout.

use std::collections::BTreeMap;
use std::io;

use super::files::Index;
use super::scan::Found;
use super::{Published, Store, StoreError};
use crate::artifact::{
    Artifact, ArtifactError, Link, MAX_CONFIG_BYTES, MAX_REFERRER_BYTES, Referrer, Signature, cosign_tag,
};
use crate::component::{Component, MAX_COMPONENT_BYTES};
use crate::digest::Digest;
use crate::manifest::{Entry, Manifest};
use crate::media;

impl Store {
    /// A component with its manifest, and with what others say of it. Where several manifests have the same component,
    /// it is the one of which most is said.
    ///
    /// # Errors
    /// The store does not list it, or something of it is damaged.
    pub fn artifact(&self, component: Digest) -> Result<Artifact, StoreError> {
        self.artifact_among(&self.manifests()?, component)
    }

    /// The same, among manifests that were looked for already.
    pub(super) fn artifact_among(&self, found: &[Found], component: Digest) -> Result<Artifact, StoreError> {
        let mut artifacts = self.artifacts(found, component)?.into_iter();
        let absent = || StoreError::Absent { folder: self.folder.clone(), digest: component };
        let first = artifacts.next().ok_or_else(absent)?;
        let more = |best: Artifact, next: Artifact| {
            if next.referrers().len() > best.referrers().len() { next } else { best }
        };
        Ok(artifacts.fold(first, more))
    }

    /// Puts an artifact into the store, with all that belongs to it: everything, or nothing of it is listed. Another
    /// manifest of the same component takes the place of one of which nothing is said, and else stands beside it.
    ///
    /// # Errors
    /// This host cannot run the component; the artifact says of itself what its component does not; the store cannot be
    /// written, or has other bytes under this id and version and `replace` is false.
    pub fn add(&self, artifact: &Artifact, replace: bool) -> Result<Published, StoreError> {
        let component = self.examine(artifact, replace)?;
        self.put_artifact(artifact, &component, replace)
    }

    /// Adds a statement about a component, of one layer, and returns the digest of its manifest. The same twice changes
    /// nothing.
    ///
    /// # Errors
    /// The store does not list the component, or cannot be written; or too much is said of it already.
    pub fn attach(
        &self,
        component: Digest,
        artifact_type: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> Result<Digest, StoreError> {
        let _lock = self.lock()?;
        let mut artifact = self.artifact(component)?;
        let referrer = Referrer::of(&artifact, artifact_type, media_type, bytes);
        let digest = referrer.manifest().digest();
        artifact.refer(referrer.clone())?;
        let mut index = self.read_index()?;
        self.put_referrer(&referrer, &artifact, &mut index)?;
        index.sort();
        self.write_index(&index)?;
        Ok(digest)
    }

    /// All that is said of a component, whichever of its manifests it is said of.
    ///
    /// # Errors
    /// The store does not list it, or something of it is damaged.
    pub fn signatures(&self, component: Digest) -> Result<Vec<Signature>, StoreError> {
        let artifacts = self.artifacts(&self.manifests()?, component)?;
        if artifacts.is_empty() {
            return Err(StoreError::Absent { folder: self.folder.clone(), digest: component });
        }
        Ok(artifacts.iter().flat_map(Artifact::signatures).collect())
    }

    /// Whether an artifact can be added: what [`Store::add`] checks before it writes anything.
    pub(super) fn examine(&self, artifact: &Artifact, replace: bool) -> Result<Component, StoreError> {
        let what = format!("component {}", artifact.component());
        let component = artifact.admit().map_err(|source| StoreError::Refused { what, source })?;
        let published = Published::of(&component);
        let said = artifact.manifest().annotations();
        let facts = [(media::TITLE, &published.id), (media::VERSION, &published.version.to_string())];
        for (annotation, fact) in facts {
            if let Some(other) = said.get(annotation).filter(|said| *said != fact) {
                let what = format!("the manifest {}", artifact.manifest().digest());
                let why = format!(
                    "its annotation {annotation} is `{}`, and the component says `{fact}` of itself",
                    crate::manifest::shown(other)
                );
                return Err(ArtifactError::Malformed { what, why }.into());
            }
        }
        self.check_released(&published, replace)?;
        Ok(component)
    }

    /// Writes what was examined: the blobs first, and then the index that lists them.
    pub(super) fn put_artifact(
        &self,
        artifact: &Artifact,
        component: &Component,
        replace: bool,
    ) -> Result<Published, StoreError> {
        let _lock = self.lock()?;
        let published = Published::of(component);
        self.check_released(&published, replace)?;
        let mut index = self.read_index()?;
        let found = self.manifests()?;
        for other in &found {
            let digest = other.manifest.digest();
            let Some(as_what) = self.published_as(&other.manifest)? else { continue };
            let same_version = as_what.id == published.id && as_what.version == published.version;
            let bare = || !found.iter().any(|other| refers(other, digest));
            if same_version && (as_what != published || digest != artifact.manifest().digest() && bare()) {
                index.remove(digest);
                found.iter().filter(|other| refers(other, digest)).for_each(|other| {
                    index.remove(other.manifest.digest());
                });
            }
        }
        self.write_blob(artifact.bytes())?;
        self.write_blob(artifact.config())?;
        self.write_blob(artifact.manifest().bytes())?;
        let mut entry = Entry::of(media::MANIFEST, artifact.manifest().bytes());
        let tag = format!("{}-{}", published.id, published.version);
        if !index.manifests.iter().any(|other| other.digest != entry.digest && other.tag() == Some(&tag)) {
            entry.annotations = Some(BTreeMap::from([(media::REF_NAME.to_owned(), tag)]));
        }
        index.insert(entry);
        for referrer in artifact.referrers() {
            self.put_referrer(referrer, artifact, &mut index)?;
        }
        index.sort();
        self.write_index(&index)?;
        Ok(published)
    }

    fn put_referrer(&self, referrer: &Referrer, of: &Artifact, index: &mut Index) -> Result<(), StoreError> {
        for blob in referrer.blobs() {
            self.write_blob(blob)?;
        }
        self.write_blob(referrer.manifest().bytes())?;
        let mut entry = Entry::of(media::MANIFEST, referrer.manifest().bytes());
        match referrer.link() {
            Link::Subject => entry.artifact_type = Some(referrer.manifest().artifact_type().to_owned()),
            Link::CosignTag => {
                let tag = cosign_tag(of.manifest().digest());
                // cosign adds signatures to those that are there: the longer list is the newer.
                let mut there = index.manifests.iter().filter(|other| other.tag() == Some(&tag));
                let longer = |other: &Entry| {
                    let digest = other.digest.parse().ok()?;
                    let there = self.read_manifest(&digest).ok()?;
                    Some(there.layers().len() > referrer.manifest().layers().len())
                };
                if there.any(|other| longer(other).unwrap_or(false)) {
                    return Ok(());
                }
                index.manifests.retain(|other| other.tag() != Some(&tag));
                entry.annotations = Some(BTreeMap::from([(media::REF_NAME.to_owned(), tag)]));
            }
        }
        index.insert(entry);
        Ok(())
    }

    fn check_released(&self, published: &Published, replace: bool) -> Result<(), StoreError> {
        let same = |other: &Published| other.id == published.id && other.version == published.version;
        let other = self.published()?.into_iter().find(|other| same(other) && other != published);
        match other {
            Some(existing) if !replace => Err(StoreError::Released {
                id: existing.id,
                version: existing.version,
                existing: existing.component,
            }),
            _ => Ok(()),
        }
    }

    /// All artifacts of a component, by the manifests that have it.
    fn artifacts(&self, found: &[Found], component: Digest) -> Result<Vec<Artifact>, StoreError> {
        let has_it = |found: &&Found| found.manifest.component().is_ok_and(|layer| layer.digest == component);
        let mut artifacts = Vec::new();
        for one in found.iter().filter(has_it) {
            let config = self.read_named(one.manifest.config().digest, MAX_CONFIG_BYTES)?;
            let layer = self.read_named(component, MAX_COMPONENT_BYTES)?;
            let mut artifact = Artifact::new(one.manifest.clone(), config, layer)?;
            let subject = one.manifest.digest();
            for other in found.iter().filter(|other| refers(other, subject)) {
                let link =
                    if other.manifest.subject() == Some(subject) { Link::Subject } else { Link::CosignTag };
                let size: u64 = other.manifest.blobs().map(|blob| blob.size).fold(0, u64::saturating_add);
                if size > MAX_REFERRER_BYTES {
                    artifact.leave_out(format!("{} of {size} bytes: too large", other.manifest.digest()));
                    continue;
                }
                let blobs =
                    other.manifest.blobs().map(|blob| self.read_named(blob.digest, MAX_REFERRER_BYTES));
                let blobs = blobs.collect::<Result<_, _>>()?;
                artifact.refer_or_leave_out(Referrer::new(other.manifest.clone(), blobs, link)?);
            }
            artifacts.push(artifact);
        }
        Ok(artifacts)
    }

    fn read_manifest(&self, digest: &Digest) -> Result<Manifest, StoreError> {
        Ok(Manifest::parse(self.read_blob(digest, crate::artifact::MAX_MANIFEST_BYTES)?)?)
    }

    /// Reads a blob that a manifest names, and which therefore has to be there.
    fn read_named(&self, digest: Digest, most: u64) -> Result<Vec<u8>, StoreError> {
        self.read_blob(&digest, most).map_err(|error| match error {
            StoreError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                let why = format!("a manifest names {digest}, which is not there");
                StoreError::NotAStore { folder: self.folder.clone(), why }
            }
            error => error,
        })
    }
}

/// Whether a manifest says something of another.
fn refers(found: &Found, subject: Digest) -> bool {
    found.manifest.subject() == Some(subject) || found.tag.as_deref() == Some(&cosign_tag(subject))
}

impl Index {
    fn remove(&mut self, manifest: Digest) {
        let digest = manifest.to_string();
        self.manifests.retain(|entry| entry.digest != digest);
    }

    /// Lists a manifest once.
    pub(super) fn insert(&mut self, entry: Entry) {
        match self.manifests.iter_mut().find(|other| other.digest == entry.digest) {
            Some(there) if there.annotations.is_none() => *there = entry,
            Some(_) => {}
            None => self.manifests.push(entry),
        }
    }
}

#[cfg(test)]
mod tests;
