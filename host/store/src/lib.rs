//! Components by SHA-256 and their descriptors, in an OCI image layout.
//!
//! [`Store`] is the folder; [`Component`] is a component that was admitted: its bytes have the hash that was asked for,
//! it is a component (not a core module), it was built for a version of the contract that this host speaks, it imports
//! nothing but that contract (and WASI, which is empty here), and it says what it is. [`Artifact`] is how a component travels
//! between stores, archives and registries, together with what others say of it. Nothing here runs or compiles anything.

mod artifact;
mod component;
mod contract;
mod descriptor;
mod difference;
mod digest;
mod layout;
mod manifest;
pub mod media;

pub use artifact::{
    Artifact, ArtifactError, Link, MAX_CONFIG_BYTES, MAX_MANIFEST_BYTES, MAX_REFERRER_BYTES, MAX_REFERRERS,
    Referrer, Signature, cosign_tag,
};
pub use component::{Component, ComponentError, MAX_COMPONENT_BYTES};
pub use contract::{ContractError, FROZEN_WASI, HOST_CONTRACT, Interface, OLDEST_CONTRACT};
pub use descriptor::{AssetSpec, Descriptor, DescriptorError, ParameterSpec, TestcaseSpec};
pub use difference::{Difference, differences};
pub use digest::{Digest, DigestError};
pub use layout::{Published, Store, StoreError, read_component};
pub use manifest::{BlobRef, Manifest};
