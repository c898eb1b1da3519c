//! Signatures of SSH keys: detached ones and DSSE envelopes, and who may make them.
//!
//! A [`SigningKey`] is an Ed25519 key as `ssh-keygen -t ed25519` makes it. It signs some bytes either detached, so that
//! `ssh-keygen -Y verify` can check them too ([`SigningKey::sign`]), or together with their type in an envelope, as
//! in-toto has it ([`SigningKey::envelope`]). [`AllowedSigners`] is what the verifier believes: whose keys, for which
//! namespaces, from when and until when. It is read from the file that ssh-keygen and git read.
//!
//! Where there is no file of allowed signers but a list of keys, [`PublicKey`] is one of it, and [`envelope_signers`] says
//! which of them signed an envelope.
//!
//! Everything here is a function of bytes, keys and the time that it is given: no input or output, no clock, no
//! randomness that a result depends on (Ed25519 needs none to sign).
//!
//! Three rules that a caller must know:
//!
//! - **A signature knows no time.** Whether a key was allowed is asked for the time that the caller gives; where that
//!   comes from what was signed, the holder of a key that has run out can write any.
//! - **An envelope knows no namespace.** Its payload type is signed, the namespace is not: the verifier's is looked up
//!   in the allowed signers, and the caller checks the payload type.
//! - **Only Ed25519** signs, and counts in allowed signers. Other keys may stand there, since the file is shared with git;
//!   they allow nothing. A [`PublicKey`] may be of ECDSA P-256 too, since cosign's are.
//!
//! P-256 is verified by ring, which the tree has for TLS anyway. RustCrypto's `p256` 0.14 would be 21 crates more, second
//! versions of `der`, `signature` and `pem-rfc7468` among them (`cargo tree`, 2026-11).

#![forbid(unsafe_code)]

mod allowed;
mod envelope;
mod error;
mod key;
mod line;
mod options;
mod patterns;
mod public_key;
mod sshsig;

pub use allowed::{AllowedSigners, MAX_ALLOWED_SIGNERS_BYTES, Signer};
pub use envelope::{MAX_ENVELOPE_BYTES, MAX_ENVELOPE_SIGNATURES, Payload, envelope_signers};
pub use error::{SignatureError, Validity};
pub use key::{KeyError, NamespaceError, SigningKey};
pub use line::{AllowedSignersError, LineProblem};
pub use public_key::{MAX_PUBLIC_KEY_BYTES, PublicKey, PublicKeyError};
pub use sshsig::MAX_SIGNATURE_BYTES;

use ed25519_dalek::VerifyingKey;
use ssh_key::public::{Ed25519PublicKey, KeyData};

/// What the world knows of a key, as SSH has it.
fn key_data(key: &VerifyingKey) -> KeyData {
    KeyData::Ed25519(Ed25519PublicKey(key.to_bytes()))
}

/// `SHA256:…`, as `ssh-keygen -l` prints it.
fn fingerprint(key: &VerifyingKey) -> String {
    key_data(key).fingerprint(ssh_key::HashAlg::Sha256).to_string()
}

/// Text that others wrote, for an error: quoted, nothing in it that a terminal obeys, and not too much of it.
fn quoted(text: &str) -> String {
    const LIMIT: usize = 80;
    let end = text.char_indices().nth(LIMIT).map(|(end, _)| end);
    format!("`{}`{}", text[..end.unwrap_or(text.len())].escape_debug(), if end.is_some() { "…" } else { "" })
}
