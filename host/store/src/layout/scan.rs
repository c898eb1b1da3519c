//! What is in a layout, whoever wrote it.

use std::collections::BTreeSet;
use std::io;

use super::files::Index;
use super::{Published, Store, StoreError};
use crate::artifact::MAX_MANIFEST_BYTES;
use crate::component::Component;
use crate::digest::Digest;
use crate::manifest::{Entry, Manifest};
use crate::media;

/// So many entries of a layout are looked at.
const MAX_ENTRIES: usize = 10_000;

/// All manifests of a layout together may have so many bytes: 64 MiB.
const MAX_BYTES: usize = 64 << 20;

/// Indexes within indexes are followed so far.
const MAX_DEPTH: u32 = 2;

/// A manifest that a layout lists.
pub(super) struct Found {
    pub(super) manifest: Manifest,
    pub(super) tag: Option<String>,
}

impl Store {
    /// Everything that was published, by id and version. What is in the layout besides components (signatures, images of
    /// other kinds) is skipped, and so are components that this host cannot run and that do not say what they are.
    ///
    /// # Errors
    /// The index or a manifest cannot be read, or is damaged.
    pub fn published(&self) -> Result<Vec<Published>, StoreError> {
        let mut all = Vec::new();
        for found in self.manifests()? {
            all.extend(self.published_as(&found.manifest)?);
        }
        all.sort_by(|a: &Published, b| {
            (&a.id, &a.version, a.component).cmp(&(&b.id, &b.version, b.component))
        });
        all.dedup();
        Ok(all)
    }

    /// What a manifest publishes, if it is that of a component: by its annotations, or by the component itself.
    pub(super) fn published_as(&self, manifest: &Manifest) -> Result<Option<Published>, StoreError> {
        let Ok(layer) = manifest.component() else { return Ok(None) };
        let component = layer.digest;
        let annotation = |name: &str| manifest.annotations().get(name);
        if let (Some(id), Some(version)) = (annotation(media::TITLE), annotation(media::VERSION))
            && could_be_id(id)
            && let Ok(version) = version.parse()
        {
            return Ok(Some(Published { id: id.clone(), version, component }));
        }
        match self.load(component) {
            Ok(component) => Ok(Some(Published::of(&component))),
            Err(StoreError::Refused { .. } | StoreError::Absent { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All image manifests in the layout, each once.
    pub(super) fn manifests(&self) -> Result<Vec<Found>, StoreError> {
        let mut scan = Scan { store: self, seen: BTreeSet::new(), entries: 0, bytes: 0, found: Vec::new() };
        for entry in self.read_index()?.manifests {
            scan.visit(&entry, 0)?;
        }
        Ok(scan.found)
    }
}

struct Scan<'s> {
    store: &'s Store,
    seen: BTreeSet<Digest>,
    entries: usize,
    bytes: usize,
    found: Vec<Found>,
}

impl Scan<'_> {
    fn visit(&mut self, entry: &Entry, depth: u32) -> Result<(), StoreError> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            let why = format!("it lists more than {MAX_ENTRIES} manifests");
            return Err(StoreError::NotAStore { folder: self.store.folder.clone(), why });
        }
        let is_index = entry.media_type == media::INDEX;
        let Ok(digest) = entry.digest.parse::<Digest>() else { return Ok(()) };
        if !(is_index && depth < MAX_DEPTH || entry.media_type == media::MANIFEST) {
            return Ok(());
        }
        if !self.seen.insert(digest) {
            if let Some(tag) = entry.tag() {
                let known = self.found.iter_mut().find(|found| found.manifest.digest() == digest);
                known.map(|found| found.tag.get_or_insert_with(|| tag.to_owned()));
            }
            return Ok(());
        }
        let bytes = match self.store.read_blob(&digest, MAX_MANIFEST_BYTES) {
            // Of an image for many machines, only one may have been copied.
            Err(StoreError::Io { source, .. }) if depth > 0 && source.kind() == io::ErrorKind::NotFound => {
                return Ok(());
            }
            bytes => bytes?,
        };
        self.bytes += bytes.len();
        if self.bytes > MAX_BYTES {
            let why = format!("its manifests have more than {MAX_BYTES} bytes together");
            return Err(StoreError::NotAStore { folder: self.store.folder.clone(), why });
        }
        if is_index {
            let Ok(index) = touchstone_json::from_slice::<Index>(&bytes) else { return Ok(()) };
            return index.manifests.iter().try_for_each(|entry| self.visit(entry, depth + 1));
        }
        if let Ok(manifest) = Manifest::parse(bytes) {
            self.found.push(Found { manifest, tag: entry.tag().map(str::to_owned) });
        }
        Ok(())
    }
}

impl Published {
    /// What a component says that it is.
    pub(super) fn of(component: &Component) -> Self {
        let descriptor = component.descriptor();
        let (id, version) = (descriptor.id.clone(), descriptor.version.clone());
        Published { id, version, component: component.digest() }
    }
}

/// Whether a title is the identifier of a check, and not prose about it.
fn could_be_id(title: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !title.is_empty() && title.len() <= 100 && title.chars().all(allowed)
}
