use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::artifact::{ArtifactError, MAX_CONFIG_BYTES, MAX_MANIFEST_BYTES};
use crate::component::MAX_COMPONENT_BYTES;
use crate::digest::Digest;
use crate::media;

/// A manifest of an image of at most so many layers is read; more have no meaning for components and signatures.
const MAX_LAYERS: usize = 64;

/// An OCI image manifest, as the bytes that its digest is of.
#[derive(Clone, PartialEq, Eq)]
pub struct Manifest {
    bytes: Vec<u8>,
    digest: Digest,
    artifact_type: Option<String>,
    config: BlobRef,
    layers: Vec<BlobRef>,
    subject: Option<Digest>,
    annotations: BTreeMap<String, String>,
}

/// What a manifest says of one of its blobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRef {
    /// What it is.
    pub media_type: String,
    /// Of its bytes.
    pub digest: Digest,
    /// In bytes.
    pub size: u64,
    /// Whatever else is said of it.
    pub annotations: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// It is larger than [`MAX_MANIFEST_BYTES`], no OCI image manifest, or names blobs by anything but SHA-256.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, ArtifactError> {
        let digest = Digest::of(&bytes);
        if bytes.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(ArtifactError::TooLarge {
                what: "the manifest".into(),
                bytes: bytes.len() as u64,
                most: MAX_MANIFEST_BYTES,
            });
        }
        let malformed =
            |why: String| ArtifactError::Malformed { what: format!("the manifest {digest}"), why };
        // A list would be read as the fields of a manifest in order.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(malformed("it is not a JSON object".into()));
        }
        let written: Written =
            touchstone_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        match &written.media_type {
            Some(other) if other != media::MANIFEST => {
                return Err(malformed(format!(
                    "it is of the type `{}`, not {}",
                    shown(other),
                    media::MANIFEST
                )));
            }
            _ if written.schema_version != 2 => {
                return Err(malformed(format!("its schemaVersion is {}, not 2", written.schema_version)));
            }
            _ => {}
        }
        if written.layers.len() > MAX_LAYERS {
            return Err(malformed(format!("it has {} layers; at most {MAX_LAYERS}", written.layers.len())));
        }
        let read = |entry: Entry| entry.into_blob().map_err(malformed);
        Ok(Manifest {
            artifact_type: written.artifact_type.filter(|kind| !kind.is_empty()),
            config: read(written.config)?,
            layers: written.layers.into_iter().map(read).collect::<Result<_, _>>()?,
            subject: written.subject.map(read).transpose()?.map(|subject| subject.digest),
            annotations: written.annotations.unwrap_or_default(),
            digest,
            bytes,
        })
    }

    /// The layer that is the component, if this is the manifest of one: a Wasm OCI artifact with one layer.
    ///
    /// # Errors
    /// It is something else, or the component is larger than [`MAX_COMPONENT_BYTES`].
    pub fn component(&self) -> Result<&BlobRef, ArtifactError> {
        let no = |why: String| ArtifactError::NotAComponent { manifest: self.digest, why };
        if self.config.media_type != media::WASM_CONFIG {
            return Err(no(format!("its config is of the type `{}`", shown(&self.config.media_type))));
        }
        let [layer] = &self.layers[..] else {
            return Err(no(format!("it has {} layers", self.layers.len())));
        };
        if layer.media_type != media::WASM {
            return Err(no(format!("its layer is of the type `{}`", shown(&layer.media_type))));
        }
        let bounds =
            [("the component", layer, MAX_COMPONENT_BYTES), ("the config", &self.config, MAX_CONFIG_BYTES)];
        for (what, blob, most) in bounds {
            if blob.size > most {
                return Err(ArtifactError::TooLarge { what: what.into(), bytes: blob.size, most });
            }
        }
        Ok(layer)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The digest of its bytes, which is that of an OCI reference.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What it is a manifest of: its `artifactType`, or the type of its config.
    pub fn artifact_type(&self) -> &str {
        self.artifact_type.as_deref().unwrap_or(&self.config.media_type)
    }

    /// Its config.
    pub fn config(&self) -> &BlobRef {
        &self.config
    }

    /// Its layers.
    pub fn layers(&self) -> &[BlobRef] {
        &self.layers
    }

    /// All its blobs: the config, then the layers.
    pub fn blobs(&self) -> impl Iterator<Item = &BlobRef> {
        std::iter::once(&self.config).chain(&self.layers)
    }

    /// The manifest that it says something of.
    pub fn subject(&self) -> Option<Digest> {
        self.subject
    }

    /// Its annotations.
    pub fn annotations(&self) -> &BTreeMap<String, String> {
        &self.annotations
    }

    /// The manifest of a component.
    pub(crate) fn of_component(config: Entry, layer: Entry, id: &str, version: &str) -> Self {
        let annotations = BTreeMap::from([
            (media::TITLE.to_owned(), id.to_owned()),
            (media::VERSION.to_owned(), version.to_owned()),
        ]);
        Manifest::write(&Written {
            schema_version: 2,
            media_type: Some(media::MANIFEST.into()),
            artifact_type: None,
            config,
            layers: vec![layer],
            subject: None,
            annotations: Some(annotations),
        })
    }

    /// The manifest of something that is said of another manifest.
    pub(crate) fn of_referrer(artifact_type: &str, config: Entry, layer: Entry, subject: &Manifest) -> Self {
        Manifest::write(&Written {
            schema_version: 2,
            media_type: Some(media::MANIFEST.into()),
            artifact_type: Some(artifact_type.into()),
            config,
            layers: vec![layer],
            subject: Some(Entry::of(media::MANIFEST, &subject.bytes)),
            annotations: None,
        })
    }

    fn write(written: &Written) -> Self {
        let bytes = serde_json::to_vec(written).expect("strings and numbers are JSON");
        Manifest::parse(bytes).expect("what we write we can read")
    }
}

impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Manifest({})", self.digest)
    }
}

/// A manifest as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    schema_version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    config: Entry,
    #[serde(default)]
    layers: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, String>>,
}

/// What is said of a blob or of a manifest, as it is written: an OCI content descriptor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) annotations: Option<BTreeMap<String, String>>,
    /// What others wrote, and is kept.
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, serde_json::Value>,
}

impl Entry {
    pub(crate) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Entry {
            media_type: media_type.into(),
            digest: Digest::of(bytes).to_string(),
            size: bytes.len() as u64,
            artifact_type: None,
            annotations: None,
            rest: BTreeMap::new(),
        }
    }

    /// Its tag, in the index of a layout.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.annotations.as_ref()?.get(media::REF_NAME).map(String::as_str)
    }

    fn into_blob(self) -> Result<BlobRef, String> {
        let digest = self.digest.parse().map_err(|error: crate::DigestError| error.to_string())?;
        let annotations = self.annotations.unwrap_or_default();
        Ok(BlobRef { media_type: self.media_type, digest, size: self.size, annotations })
    }
}

/// A text of others, fit for a message.
pub(crate) fn shown(text: &str) -> String {
    let short: String = text.chars().take(100).collect();
    short.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn example() -> Value {
        let blob = |kind: &str| json!({"mediaType": kind, "digest": Digest::of(b"x").to_string(), "size": 1});
        json!({
            "schemaVersion": 2,
            "mediaType": media::MANIFEST,
            "config": blob(media::WASM_CONFIG),
            "layers": [blob(media::WASM)],
        })
    }

    fn parse(manifest: &Value) -> Result<Manifest, ArtifactError> {
        Manifest::parse(manifest.to_string().into_bytes())
    }

    #[test]
    fn manifests_of_others_are_read() {
        let mut manifest = example();
        manifest["layers"][0]["annotations"] = json!({"a": "b"});
        manifest["layers"][0]["urls"] = json!([]);
        manifest["annotations"] = Value::Null;
        manifest.as_object_mut().unwrap().remove("mediaType");
        let read = parse(&manifest).expect("a manifest");
        assert_eq!(read.component().expect("of a component").annotations["a"], "b");
        assert_eq!(read.artifact_type(), media::WASM_CONFIG);
    }

    #[test]
    fn what_is_no_manifest_of_a_component_is_refused() {
        type Change = (&'static str, fn(&mut Value));
        let changes: [Change; 14] = [
            ("not application/vnd.oci.image.manifest", |m| m["mediaType"] = media::INDEX.into()),
            ("schemaVersion is 1", |m| m["schemaVersion"] = 1.into()),
            ("missing field `config`", |m| drop(m.as_object_mut().unwrap().remove("config"))),
            ("invalid value: integer `-1`", |m| m["layers"][0]["size"] = (-1).into()),
            ("invalid type: floating point", |m| m["layers"][0]["size"] = 1e30.into()),
            ("invalid type: string", |m| m["layers"][0]["size"] = "1".into()),
            ("is not a digest", |m| m["layers"][0]["digest"] = format!("sha512:{}", "0".repeat(128)).into()),
            ("is not a digest", |m| m["layers"][0]["digest"] = "sha256:../../../../etc/passwd".into()),
            ("is not a digest", |m| m["config"]["digest"] = Digest::of(b"").hex().to_uppercase().into()),
            ("it has 2 layers", |m| m["layers"] = json!([m["layers"][0], m["layers"][0]])),
            ("it has 65 layers; at most", |m| m["layers"] = vec![m["layers"][0].clone(); 65].into()),
            ("layer is of the type `\\u{1b}[2J`", |m| m["layers"][0]["mediaType"] = "\u{1b}[2J".into()),
            ("config is of the type", |m| m["config"]["mediaType"] = media::EMPTY.into()),
            ("has 1000000000000 bytes", |m| m["layers"][0]["size"] = 1_000_000_000_000_u64.into()),
        ];
        for (expected, change) in changes {
            let mut manifest = example();
            change(&mut manifest);
            let error =
                parse(&manifest).and_then(|m| m.component().cloned()).expect_err(expected).to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
        let huge = Manifest::parse(vec![b' '; 5 << 20]).expect_err("refused").to_string();
        assert!(huge.contains("5242880 bytes"), "{huge}");
        assert!(Manifest::parse(vec![b'['; 4 << 20]).is_err(), "deeply nested");
    }
}
