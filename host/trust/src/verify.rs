//! What the signatures of a component are worth.

use thiserror::Error;
use touchstone_sign::{PublicKey, SignatureError, envelope_signers};

use crate::candidate::MAX_SIGNATURES;
use crate::{Candidate, Signature, cosign, publication};

/// How long an envelope or a payload may be; those of a publication have 1 KiB. All of it is hashed once for each key and
/// signature, before anybody has vouched for it.
pub(crate) const MAX_SIGNED_BYTES: usize = 64 << 10;

/// Which of the keys signed, for each signature: by their places.
pub(crate) fn signers(
    candidate: &Candidate<'_>,
    keys: &[PublicKey],
) -> Vec<(&'static str, Result<Vec<usize>, Disregarded>)> {
    let looked_at = candidate.signatures.iter().take(MAX_SIGNATURES);
    let looked_at = looked_at.map(|signature| (signature.what(), one(signature, candidate, keys)));
    let too_many = candidate.signatures.len() > MAX_SIGNATURES;
    too_many.then_some(("rest", Err(Disregarded::TooMany))).into_iter().chain(looked_at).collect()
}

fn one(
    signature: &Signature,
    candidate: &Candidate<'_>,
    keys: &[PublicKey],
) -> Result<Vec<usize>, Disregarded> {
    match signature {
        Signature::Envelope(json) => {
            Disregarded::unless_bounded("envelope", json, MAX_SIGNED_BYTES)?;
            let Ok(json) = str::from_utf8(json) else {
                return Err(Disregarded::malformed("it is not UTF-8"));
            };
            let (signers, payload) = envelope_signers(json, keys)?;
            publication::check(&payload, candidate)
                .map_err(|problem| Disregarded::content(&signers, problem))?;
            Ok(signers)
        }
        Signature::Cosign { keyless: true, .. } => Err(Disregarded::Keyless),
        Signature::Cosign { payload, signature, manifest, .. } => {
            cosign::simple(payload, signature, manifest, candidate.component, keys)
        }
        Signature::Bundle { bundle, manifest } => cosign::bundle(bundle, manifest, candidate.component, keys),
    }
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Disregarded {
    #[error(transparent)]
    Signature(#[from] SignatureError),
    #[error("it is malformed: {problem}")]
    Malformed { problem: String },
    #[error("it is of none of the policy's keys, or not over its payload")]
    NoKey,
    /// A key signed, but something else.
    #[error("{problem}")]
    Content {
        /// The place of the key.
        key: usize,
        problem: String,
    },
    #[error(
        "it was made without a key (\"keyless\", by an identity), which Touchstone does not verify: sign with a key, \
         `cosign sign --key cosign.key …` or `touchstone check sign`"
    )]
    Keyless,
    #[error("only the first {MAX_SIGNATURES} signatures are looked at")]
    TooMany,
}

impl Disregarded {
    pub(crate) fn malformed(problem: &str) -> Disregarded {
        Disregarded::Malformed { problem: problem.to_owned() }
    }

    /// # Errors
    /// If there are more bytes than `limit`.
    pub(crate) fn unless_bounded(what: &str, bytes: &[u8], limit: usize) -> Result<(), Disregarded> {
        match bytes.len() > limit {
            true => Err(Disregarded::malformed(&format!("the {what} is longer than {limit} bytes"))),
            false => Ok(()),
        }
    }

    /// What `signers`, of which there is at least one, signed is not what it should be.
    pub(crate) fn content(signers: &[usize], problem: String) -> Disregarded {
        Disregarded::Content { key: signers[0], problem }
    }
}
