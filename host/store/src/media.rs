//! The names by which OCI tools know the parts of an artifact.

/// An image manifest: what an artifact of a component is, and what signatures of it are.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// An image index: a list of manifests.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The configuration of a Wasm OCI artifact, as the CNCF's working group has it.
pub const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// The one layer of a Wasm OCI artifact: the component.
pub const WASM: &str = "application/wasm";

/// A configuration that says nothing: `{}`.
pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// The artifact type of our own signatures: somebody published this component.
pub const PUBLICATION: &str = "application/vnd.touchstone.publication.v1";

/// The layer of our own signatures: a DSSE envelope.
pub const DSSE: &str = "application/vnd.dsse.envelope.v1+json";

/// The layer of cosign's first kind of signatures, which stand under the tag `sha256-<digits>.sig`.
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The annotation of such a layer that holds the signature, in base64.
pub const COSIGN_SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// The artifact type and the layer of cosign's newer signatures.
pub const SIGSTORE_BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The annotation of an artifact that holds the identifier of the check.
pub const TITLE: &str = "org.opencontainers.image.title";

/// The annotation of an artifact that holds the version of the check.
pub const VERSION: &str = "org.opencontainers.image.version";

/// The annotation of an entry of a layout's index that holds its tag.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
