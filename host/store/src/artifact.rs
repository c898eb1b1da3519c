use std::collections::BTreeMap;
use std::fmt;

use serde_json::json;

use crate::component::{Component, ComponentError};
use crate::digest::Digest;
use crate::manifest::{BlobRef, Entry, Manifest};
use crate::media;

/// A manifest larger than this is not read: 4 MiB, as registries have it.
pub const MAX_MANIFEST_BYTES: u64 = 4 << 20;

/// The configuration of an artifact larger than this is not read: 1 MiB.
pub const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// What is said of one component may have so many bytes altogether: 4 MiB.
pub const MAX_REFERRER_BYTES: u64 = 4 << 20;

/// So many manifests may say something of one component.
pub const MAX_REFERRERS: usize = 64;

/// A component as it travels: a Wasm OCI artifact, and what others say of it (signatures, lists of materials). Each of
/// its bytes was verified against the digests and sizes in its manifest; whether this host can run the component was not.
#[derive(Clone, PartialEq, Eq)]
pub struct Artifact {
    manifest: Manifest,
    config: Vec<u8>,
    layer: Vec<u8>,
    referrers: Vec<Referrer>,
    left_out: Vec<String>,
}

/// Something that is said of an artifact: a manifest, and its blobs.
#[derive(Clone, PartialEq, Eq)]
pub struct Referrer {
    manifest: Manifest,
    blobs: Vec<Vec<u8>>,
    link: Link,
}

/// How a referrer is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// By its `subject`.
    Subject,
    /// By a tag of cosign's: `sha256-<digits of the subject>.sig`.
    CosignTag,
}

/// A statement about a component: one layer of one referrer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// What kind of statement it is; of cosign's first kind, the type of its config.
    pub artifact_type: String,
    /// The type of the layer, such as [`media::DSSE`].
    pub media_type: String,
    /// The layer.
    pub bytes: Vec<u8>,
    /// The layer's annotations.
    pub annotations: BTreeMap<String, String>,
    /// The manifest that it is about.
    pub subject: Vec<u8>,
}

/// Bytes are not those of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// It cannot be read.
    #[error("{what} cannot be used: {why}")]
    Malformed {
        /// What: a manifest.
        what: String,
        /// Why.
        why: String,
    },
    /// A manifest of something else.
    #[error(
        "the manifest {manifest} is not that of a component: {why}; expected one layer `{wasm}` and a config `{config}` (for \
         example `oras push --config config.json:{config} … check.wasm:{wasm}`)",
        wasm = media::WASM,
        config = media::WASM_CONFIG
    )]
    NotAComponent {
        /// The manifest.
        manifest: Digest,
        /// What is different.
        why: String,
    },
    /// Other bytes than the manifest promises.
    #[error("{what} has the SHA-256 {actual}, not {expected}: it was changed or damaged, and is not used")]
    Digest {
        /// What.
        what: String,
        /// What the manifest says.
        expected: Digest,
        /// What its bytes have.
        actual: Digest,
    },
    /// More or fewer bytes than the manifest promises.
    #[error("{what} has {actual} bytes, not {expected}: it was changed or damaged, and is not used")]
    Size {
        /// What.
        what: String,
        /// What the manifest says.
        expected: u64,
        /// What there is.
        actual: u64,
    },
    /// Too large.
    #[error("{what} has {bytes} bytes; at most {most} are read")]
    TooLarge {
        /// What.
        what: String,
        /// Its size.
        bytes: u64,
        /// The most that is read.
        most: u64,
    },
    /// Too many manifests say something of it.
    #[error("more than {MAX_REFERRERS} signatures and the like belong to {0}")]
    TooMany(Digest),
    /// A referrer of something else.
    #[error("{referrer} says nothing of {subject}")]
    OtherSubject {
        /// The manifest of the referrer.
        referrer: Digest,
        /// The manifest of the artifact.
        subject: Digest,
    },
}

impl Artifact {
    /// Puts an artifact together.
    ///
    /// # Errors
    /// Config and layer are not those that the manifest names, or it is not the manifest of a component.
    pub fn new(manifest: Manifest, config: Vec<u8>, layer: Vec<u8>) -> Result<Self, ArtifactError> {
        verify("the component", manifest.component()?, &layer)?;
        verify("the config", manifest.config(), &config)?;
        Ok(Artifact { manifest, config, layer, referrers: Vec::new(), left_out: Vec::new() })
    }

    /// The artifact of a component, with nothing that others say of it. The same component gives the same artifact.
    pub fn of(component: &Component) -> Self {
        let descriptor = component.descriptor();
        let config = config_of(component);
        let layer = component.bytes().to_vec();
        let mut named = Entry::of(media::WASM, &layer);
        // `oras pull` writes layers that have the name of a file, and no others.
        named.annotations =
            Some(BTreeMap::from([(media::TITLE.to_owned(), format!("{}.wasm", descriptor.id))]));
        let manifest = Manifest::of_component(
            Entry::of(media::WASM_CONFIG, &config),
            named,
            &descriptor.id,
            &descriptor.version.to_string(),
        );
        Artifact { manifest, config, layer, referrers: Vec::new(), left_out: Vec::new() }
    }

    /// Adds what somebody says of it. The same twice changes nothing.
    ///
    /// # Errors
    /// It says nothing of this artifact, or it would be more than [`MAX_REFERRERS`] or [`MAX_REFERRER_BYTES`].
    pub fn refer(&mut self, referrer: Referrer) -> Result<(), ArtifactError> {
        let subject = self.manifest.digest();
        if referrer.link == Link::Subject && referrer.manifest.subject() != Some(subject) {
            return Err(ArtifactError::OtherSubject { referrer: referrer.manifest.digest(), subject });
        }
        if self
            .referrers
            .iter()
            .any(|other| other.manifest == referrer.manifest && other.link == referrer.link)
        {
            return Ok(());
        }
        if self.referrers.len() == MAX_REFERRERS {
            return Err(ArtifactError::TooMany(subject));
        }
        let bytes = self.referrer_bytes() + referrer.size();
        if bytes > MAX_REFERRER_BYTES {
            let what = format!("what is said of {subject}");
            return Err(ArtifactError::TooLarge { what, bytes, most: MAX_REFERRER_BYTES });
        }
        self.referrers.push(referrer);
        Ok(())
    }

    /// Adds what somebody says of it, or notes that there was no room for it.
    pub fn refer_or_leave_out(&mut self, referrer: Referrer) {
        let digest = referrer.manifest.digest();
        if let Err(error) = self.refer(referrer) {
            self.leave_out(format!("{digest}: {error}"));
        }
    }

    /// Notes that something that is said of it was not taken along, and why.
    pub fn leave_out(&mut self, what: String) {
        self.left_out.push(what);
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its config.
    pub fn config(&self) -> &[u8] {
        &self.config
    }

    /// The digest of the component.
    pub fn component(&self) -> Digest {
        self.manifest.layers()[0].digest
    }

    /// The bytes of the component.
    pub fn bytes(&self) -> &[u8] {
        &self.layer
    }

    /// What others say of it.
    pub fn referrers(&self) -> &[Referrer] {
        &self.referrers
    }

    /// How many bytes its referrers have.
    pub fn referrer_bytes(&self) -> u64 {
        self.referrers.iter().map(Referrer::size).sum()
    }

    /// What was not taken along, and why: for people.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// All statements about it.
    pub fn signatures(&self) -> impl Iterator<Item = Signature> {
        self.referrers.iter().flat_map(|referrer| {
            let layers = referrer.manifest.layers().iter().zip(&referrer.blobs[1..]);
            layers.map(|(layer, bytes)| Signature {
                artifact_type: referrer.manifest.artifact_type().to_owned(),
                media_type: layer.media_type.clone(),
                bytes: bytes.clone(),
                annotations: layer.annotations.clone(),
                subject: self.manifest.bytes().to_vec(),
            })
        })
    }

    /// Admits the component.
    ///
    /// # Errors
    /// This host cannot run it.
    pub fn admit(&self) -> Result<Component, ComponentError> {
        Component::admit(self.layer.clone())
    }
}

impl Referrer {
    /// Puts a referrer together: the blobs are those that the manifest names, config first.
    ///
    /// # Errors
    /// They are not.
    pub fn new(manifest: Manifest, blobs: Vec<Vec<u8>>, link: Link) -> Result<Self, ArtifactError> {
        let named: Vec<&BlobRef> = manifest.blobs().collect();
        if named.len() != blobs.len() {
            let what = format!("the manifest {}", manifest.digest());
            let why = format!("it names {} blobs, and there are {}", named.len(), blobs.len());
            return Err(ArtifactError::Malformed { what, why });
        }
        for (named, bytes) in named.into_iter().zip(&blobs) {
            verify(&format!("a blob of {}", manifest.digest()), named, bytes)?;
        }
        Ok(Referrer { manifest, blobs, link })
    }

    /// A statement about an artifact, in one layer.
    pub fn of(subject: &Artifact, artifact_type: &str, media_type: &str, bytes: Vec<u8>) -> Self {
        let config = b"{}".to_vec();
        let manifest = Manifest::of_referrer(
            artifact_type,
            Entry::of(media::EMPTY, &config),
            Entry::of(media_type, &bytes),
            &subject.manifest,
        );
        Referrer { manifest, blobs: vec![config, bytes], link: Link::Subject }
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its blobs: the config, then the layers.
    pub fn blobs(&self) -> &[Vec<u8>] {
        &self.blobs
    }

    /// How it is found.
    pub fn link(&self) -> Link {
        self.link
    }

    fn size(&self) -> u64 {
        self.manifest.bytes().len() as u64 + self.blobs.iter().map(|blob| blob.len() as u64).sum::<u64>()
    }
}

// Bytes of megabytes are no help to anybody.
impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Artifact");
        shown.field("manifest", &self.manifest).field("component", &self.component());
        shown.field("referrers", &self.referrers).field("left_out", &self.left_out).finish()
    }
}

impl fmt::Debug for Referrer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Referrer");
        shown.field("manifest", &self.manifest).field("kind", &self.manifest.artifact_type()).finish()
    }
}

/// The tag under which cosign keeps signatures of the first kind.
pub fn cosign_tag(subject: Digest) -> String {
    format!("sha256-{}.sig", subject.hex())
}

/// Whether bytes are those of which the manifest speaks.
fn verify(what: &str, named: &BlobRef, bytes: &[u8]) -> Result<(), ArtifactError> {
    let (expected, actual) = (named.size, bytes.len() as u64);
    if expected != actual {
        return Err(ArtifactError::Size { what: what.into(), expected, actual });
    }
    let (expected, actual) = (named.digest, Digest::of(bytes));
    if expected != actual {
        return Err(ArtifactError::Digest { what: what.into(), expected, actual });
    }
    Ok(())
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
