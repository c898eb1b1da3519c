//! What stores keep of signatures, put before a trust policy.

use touchstone_grants::Grant;
use touchstone_store::{Component, Digest, Store, StoreError, media};
use touchstone_trust::{Accepted, Candidate, Explanation, Policy, Refusal, Signature};

/// The annotation of cosign's signatures that were made without a key.
const COSIGN_CERTIFICATE: &str = "dev.sigstore.cosign/certificate";

/// What a policy thinks of a component in some stores, with all that was considered.
///
/// # Errors
/// Something that is kept of it cannot be read.
pub fn explain(
    policy: &Policy,
    stores: &[Store],
    component: &Component,
    granted: &[Grant],
) -> Result<Explanation, String> {
    let signatures = signatures(stores, component.digest())?;
    Ok(policy.explain(&candidate(component, &asks(component), granted, &signatures)))
}

/// Whether a component may run.
///
/// # Errors
/// The rule by which it may not.
pub(crate) fn decide(
    policy: &Policy,
    component: &Component,
    granted: &[Grant],
    signatures: &[Signature],
) -> Result<Accepted, Box<Refusal>> {
    policy.decide(&candidate(component, &asks(component), granted, signatures))
}

/// All signatures of a component that some stores have.
pub(crate) fn signatures(stores: &[Store], component: Digest) -> Result<Vec<Signature>, String> {
    let mut all = Vec::new();
    for store in stores {
        match store.signatures(component) {
            Ok(kept) => all.extend(kept.into_iter().filter_map(known)),
            // A component that is there and not listed has none.
            Err(StoreError::Absent { .. }) => {}
            Err(error) => return Err(format!("its signatures cannot be read: {error}")),
        }
    }
    Ok(all)
}

/// What may be a signature of a kind that policies know; the rest (lists of materials, say) is none of their business.
fn known(kept: touchstone_store::Signature) -> Option<Signature> {
    match kept.media_type.as_str() {
        media::DSSE => Some(Signature::Envelope(kept.bytes)),
        media::SIMPLE_SIGNING => Some(Signature::Cosign {
            signature: kept.annotations.get(media::COSIGN_SIGNATURE).cloned().unwrap_or_default(),
            keyless: kept.annotations.contains_key(COSIGN_CERTIFICATE),
            payload: kept.bytes,
            manifest: kept.subject,
        }),
        media::SIGSTORE_BUNDLE => Some(Signature::Bundle { bundle: kept.bytes, manifest: kept.subject }),
        _ => None,
    }
}

fn asks(component: &Component) -> Vec<Grant> {
    // A descriptor with a grant that is none is not admitted.
    component.descriptor().grants.iter().filter_map(|grant| grant.parse().ok()).collect()
}

fn candidate<'a>(
    component: &'a Component,
    asks: &'a [Grant],
    granted: &'a [Grant],
    signatures: &'a [Signature],
) -> Candidate<'a> {
    let descriptor = component.descriptor();
    Candidate {
        id: &descriptor.id,
        version: &descriptor.version,
        component: digest_of(component),
        asks,
        granted,
        signatures,
    }
}

/// The digest of a component, which was computed when it was admitted, in the words of the policy.
pub fn digest_of(component: &Component) -> touchstone_trust::Digest {
    touchstone_trust::Digest::from_bytes(component.digest().bytes())
}
