use semver::Version;
use touchstone_grants::Grant;

use crate::Digest;

/// How many signatures of one component are looked at; those beyond do not count. A registry can list any number.
pub const MAX_SIGNATURES: usize = 64;

/// A component that is to be run: what it says about itself, what it would get, and who signed it.
///
/// Id, version and `asks` are those of the descriptor, which is a part of the component's bytes.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The id in its descriptor.
    pub id: &'a str,
    /// The version in its descriptor.
    pub version: &'a Version,
    /// The SHA-256 of its bytes, which the caller has computed.
    pub component: Digest,
    /// The grants that its descriptor asks for.
    pub asks: &'a [Grant],
    /// The grants that the scope manifest gives it.
    pub granted: &'a [Grant],
    /// All signatures that there are, good or bad, from anywhere: what does not count does no harm.
    pub signatures: &'a [Signature],
}

/// A signature of a component, as it is stored. Nothing of it has been looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Our own, as [`crate::publish`] makes it: a DSSE envelope (JSON) of media type
    /// [`ENVELOPE_MEDIA_TYPE`](crate::ENVELOPE_MEDIA_TYPE).
    Envelope(Vec<u8>),
    /// What `cosign sign` wrote before version 3: a layer `application/vnd.dev.cosign.simplesigning.v1+json` of the image
    /// at the tag `sha256-….sig`, and the annotations of that layer.
    Cosign {
        /// The bytes of the layer.
        payload: Vec<u8>,
        /// The annotation `dev.cosignproject.cosign/signature`: Base64.
        signature: String,
        /// Whether there is an annotation `dev.sigstore.cosign/certificate`: it was signed without a key.
        keyless: bool,
        /// The bytes of the OCI manifest that the payload is about, whose one layer is the component.
        manifest: Vec<u8>,
    },
    /// A sigstore bundle (`application/vnd.dev.sigstore.bundle.v0.3+json`), as `cosign sign` writes it since version 3, and
    /// before with `--new-bundle-format`: a referrer of the OCI manifest.
    Bundle {
        /// The JSON.
        bundle: Vec<u8>,
        /// The bytes of the OCI manifest that it is about, whose one layer is the component.
        manifest: Vec<u8>,
    },
}

impl Signature {
    /// What it is, for people.
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Signature::Envelope(_) => "envelope",
            Signature::Cosign { .. } => "cosign signature",
            Signature::Bundle { .. } => "sigstore bundle",
        }
    }
}
