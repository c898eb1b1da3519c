//! Signatures that cosign makes with a key. They are about an OCI manifest, whose one layer is the component.
//!
//! What cosign records in a transparency log is not looked at: a key in the policy is trusted as long as it is there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use touchstone_sign::{PublicKey, envelope_signers};

use crate::Digest;
use crate::publication::{shown, subject};
use crate::verify::{Disregarded, MAX_SIGNED_BYTES};

/// How long a manifest may be; registries take no longer ones.
const MAX_MANIFEST_BYTES: usize = 4 << 20;
/// How long a bundle may be: it holds what a transparency log says about the signature, too.
const MAX_BUNDLE_BYTES: usize = 256 << 10;
/// The predicate of what `cosign sign` writes into a bundle.
const SIGN_TYPE: &str = "https://sigstore.dev/cosign/sign/v1";
/// What the older payload says it is.
const SIMPLE_TYPE: &str = "cosign container image signature";
const BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const LAYER_TYPE: &str = "application/wasm";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// Which of the keys signed the component in the older form: by their places.
///
/// # Errors
/// Why it does not count.
pub(crate) fn simple(
    payload: &[u8],
    signature: &str,
    manifest: &[u8],
    component: Digest,
    keys: &[PublicKey],
) -> Result<Vec<usize>, Disregarded> {
    Disregarded::unless_bounded("payload", payload, MAX_SIGNED_BYTES)?;
    Disregarded::unless_bounded("OCI manifest", manifest, MAX_MANIFEST_BYTES)?;
    let Ok(signature) = STANDARD.decode(signature.trim()) else {
        return Err(Disregarded::malformed("the signature is not Base64"));
    };
    let signers: Vec<usize> = (0..)
        .zip(keys)
        .filter(|(_, key)| key.verifies(payload, &signature))
        .map(|(place, _)| place)
        .collect();
    if signers.is_empty() {
        return Err(Disregarded::NoKey);
    }
    let content = |problem: String| Disregarded::content(&signers, problem);
    let read: Simple = touchstone_json::from_slice(payload)
        .map_err(|error| content(format!("it is no payload of cosign: {error}")))?;
    if read.critical.kind != SIMPLE_TYPE {
        return Err(content(format!("it says something else, {}", shown("", &read.critical.kind))));
    }
    let digest = read.critical.image.digest;
    let digest = digest.strip_prefix("sha256:").unwrap_or(&digest);
    holds(digest, manifest, component).map_err(content)?;
    Ok(signers)
}

/// Which of the keys signed the component by a bundle: by their places.
///
/// # Errors
/// Why it does not count.
pub(crate) fn bundle(
    bundle: &[u8],
    manifest: &[u8],
    component: Digest,
    keys: &[PublicKey],
) -> Result<Vec<usize>, Disregarded> {
    Disregarded::unless_bounded("bundle", bundle, MAX_BUNDLE_BYTES)?;
    Disregarded::unless_bounded("OCI manifest", manifest, MAX_MANIFEST_BYTES)?;
    let malformed = |problem: String| Disregarded::Malformed { problem };
    let read: Bundle = touchstone_json::from_slice(bundle)
        .map_err(|error| malformed(format!("it is no bundle: {error}")))?;
    if read.media_type != BUNDLE_TYPE {
        return Err(malformed(format!("it is of type {}, not `{BUNDLE_TYPE}`", shown("", &read.media_type))));
    }
    if read.verification_material.certificate.is_some() || read.verification_material.chain.is_some() {
        return Err(Disregarded::Keyless);
    }
    let Some(envelope) = read.dsse_envelope else {
        return Err(malformed(
            "it holds no envelope; `cosign sign` makes one, `cosign sign-blob` does not".into(),
        ));
    };
    let (signers, payload) = envelope_signers(&envelope.to_string(), keys)?;
    let content = |problem: String| Disregarded::content(&signers, problem);
    let (_, digest) = subject(&payload, SIGN_TYPE).map_err(content)?;
    holds(&digest, manifest, component).map_err(content)?;
    Ok(signers)
}

/// Whether the manifest of that digest is of the component.
///
/// # Errors
/// A sentence about what it is of instead.
fn holds(digest: &str, manifest: &[u8], component: Digest) -> Result<(), String> {
    if digest != Digest::of(manifest).hex() {
        return Err(format!("it is about another OCI manifest, {}", shown("sha256:", digest)));
    }
    let manifest: Manifest = touchstone_json::from_slice(manifest)
        .map_err(|error| format!("what it is about is no OCI image manifest: {error}"))?;
    if manifest.media_type.as_deref().is_some_and(|media_type| media_type != MANIFEST_TYPE) {
        return Err("what it is about is no OCI image manifest, by its media type".to_owned());
    }
    let [layer] = <[Layer; 1]>::try_from(manifest.layers)
        .map_err(|layers| format!("the OCI manifest has {} layers, not one", layers.len()))?;
    if layer.media_type != LAYER_TYPE {
        return Err(format!("the layer is of type {}, not `{LAYER_TYPE}`", shown("", &layer.media_type)));
    }
    if layer.digest != component.to_string() {
        return Err(format!("the OCI manifest is of another component, {}", shown("", &layer.digest)));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Simple {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    media_type: String,
    verification_material: Material,
    #[serde(default)]
    dsse_envelope: Option<Value>,
}

/// Of a key there is only a hint, which nobody signed.
#[derive(Deserialize)]
struct Material {
    #[serde(default)]
    certificate: Option<Value>,
    #[serde(default, rename = "x509CertificateChain")]
    chain: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    #[serde(default)]
    media_type: Option<String>,
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
}
