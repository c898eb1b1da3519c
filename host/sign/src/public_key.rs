//! Public keys, as OpenSSH and as PEM have them.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};
use ring::agreement::{self, ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{self, ECDSA_P256_SHA256_ASN1};
use ssh_encoding::Encode as _;
use thiserror::Error;

use crate::{fingerprint, quoted};

/// How long the text of a public key may be; one line of OpenSSH and one PEM of these algorithms have 200 bytes at most,
/// comments aside.
pub const MAX_PUBLIC_KEY_BYTES: usize = 4096;

/// What precedes the key in a `SubjectPublicKeyInfo` of Ed25519 (RFC 8410): there is one way to write it.
const SPKI_ED25519: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
/// The same for P-256 (RFC 5480), with a point that is not compressed.
const SPKI_P256: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// Algorithms that are not used here, by a part of their `SubjectPublicKeyInfo`, to call them by their names.
const OTHERS: [(&[u8], &str); 4] = [
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", "RSA"),
    (b"\x2b\x81\x04\x00\x22", "ECDSA P-384"),
    (b"\x2b\x81\x04\x00\x23", "ECDSA P-521"),
    (b"\x06\x03\x2b\x65\x71", "Ed448"),
];

/// A key with which signatures are verified: Ed25519, or ECDSA on P-256 with SHA-256, which is what `cosign
/// generate-key-pair` makes.
///
/// Ed25519 is ed25519-dalek's, P-256 is ring's.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Key);

#[derive(Clone, PartialEq, Eq)]
enum Key {
    Ed25519(VerifyingKey),
    /// The point, not compressed.
    P256([u8; 65]),
}

impl PublicKey {
    /// Reads a key: a line `ssh-ed25519 AAAA… [COMMENT]` of OpenSSH, or a PEM `PUBLIC KEY` (`SubjectPublicKeyInfo`) of
    /// Ed25519 or P-256.
    ///
    /// # Errors
    /// If `text` is something else, is malformed, is of another algorithm, or if anybody can sign for the key. The error
    /// repeats nothing of a private key.
    pub fn parse(text: &str) -> Result<PublicKey, PublicKeyError> {
        if text.len() > MAX_PUBLIC_KEY_BYTES {
            return Err(PublicKeyError::TooLong { limit: MAX_PUBLIC_KEY_BYTES });
        }
        let text = text.trim();
        if text.contains("PRIVATE KEY-----") {
            return Err(PublicKeyError::Private);
        }
        let key = if text.starts_with("-----BEGIN ") { pem(text) } else { line(text) }?;
        match &key {
            // For a weak key, anybody makes signatures that fit anything.
            Key::Ed25519(key) if key.is_weak() => Err(PublicKeyError::Weak),
            Key::P256(point) if !is_on_curve(point) => {
                Err(PublicKeyError::Malformed { problem: "its point is not on the curve P-256".into() })
            }
            _ => Ok(PublicKey(key)),
        }
    }

    /// Whether `signature` is one of this key over `message`: 64 bytes for Ed25519, ASN.1 for ECDSA.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Key::Ed25519(key) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Key::P256(point) => {
                let key = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
                key.verify(message, signature).is_ok()
            }
        }
    }

    /// `SHA256:…`, as `ssh-keygen -l` prints it; for a key in PEM, what it prints for the same key in OpenSSH's form.
    pub fn fingerprint(&self) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD_NO_PAD;
        match &self.0 {
            Key::Ed25519(key) => fingerprint(key),
            Key::P256(point) => {
                let mut blob = Vec::new();
                for part in [&b"ecdsa-sha2-nistp256"[..], b"nistp256", point] {
                    part.encode(&mut blob).expect("there is memory for 104 bytes");
                }
                format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, &blob)))
            }
        }
    }

    /// What kind of key it is, for people: `Ed25519` or `ECDSA P-256`.
    pub fn algorithm(&self) -> &'static str {
        match self.0 {
            Key::Ed25519(_) => "Ed25519",
            Key::P256(_) => "ECDSA P-256",
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm(), self.fingerprint())
    }
}

/// Why a text is no key to verify with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PublicKeyError {
    /// Too long to be looked at.
    #[error("it is longer than {limit} bytes, which is more than a key needs")]
    TooLong {
        /// How long it may be.
        limit: usize,
    },
    /// A private key.
    #[error(
        "this is a private key, which nobody but its owner may see: take it out, make a new one, and write the public key \
         here (the file `.pub`)"
    )]
    Private,
    /// The name of a file.
    #[error("{found} looks like the name of a file; keys stand here themselves: write what is in the file")]
    Path {
        /// The text, quoted.
        found: String,
    },
    /// Something else.
    #[error(
        "{found} is no public key; write the line of a `.pub` file of `ssh-keygen -t ed25519` (`ssh-ed25519 AAAA…`), or \
         the PEM of Ed25519 or ECDSA P-256 (`-----BEGIN PUBLIC KEY-----`, as in `cosign.pub`)"
    )]
    NotAKey {
        /// The text, quoted.
        found: String,
    },
    /// PEM of something else.
    #[error("the PEM holds a {found}, not a `PUBLIC KEY`; `openssl pkey -in KEY -pubout` writes one")]
    OtherPem {
        /// What it holds, quoted.
        found: String,
    },
    /// A key of another algorithm.
    #[error(
        "the key is of algorithm {algorithm}; used here are Ed25519 (`ssh-keygen -t ed25519`) and, as PEM, ECDSA P-256 \
         (`cosign generate-key-pair`)"
    )]
    OtherAlgorithm {
        /// Its name.
        algorithm: String,
    },
    /// P-256 in OpenSSH's form.
    #[error(
        "an ECDSA key is written as PEM here; `ssh-keygen -e -m PKCS8 -f KEY.pub` writes it so, if it is of P-256"
    )]
    EcdsaLine,
    /// A key that has been damaged.
    #[error("the key is malformed: {problem}")]
    Malformed {
        /// What is wrong.
        problem: String,
    },
    /// A key for which anybody can sign.
    #[error("the key is one of the few weak ones for which anybody can sign; it is nobody's")]
    Weak,
}

fn line(text: &str) -> Result<Key, PublicKeyError> {
    let (algorithm, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    match algorithm {
        "ssh-ed25519" if rest.contains(['\n', '\r']) => {
            return Err(PublicKeyError::Malformed { problem: "it has more than one line".into() });
        }
        "ssh-ed25519" => {}
        _ if algorithm.starts_with("ecdsa-sha2-") => return Err(PublicKeyError::EcdsaLine),
        _ if ["ssh-", "sk-", "webauthn-sk-"].iter().any(|begin| algorithm.starts_with(begin)) => {
            return Err(PublicKeyError::OtherAlgorithm { algorithm: quoted(algorithm) });
        }
        _ if looks_like_a_path(text) => return Err(PublicKeyError::Path { found: quoted(text) }),
        _ => return Err(PublicKeyError::NotAKey { found: quoted(text) }),
    }
    let key = rest.split_ascii_whitespace().next().unwrap_or("");
    let key = ssh_key::PublicKey::from_openssh(&format!("{algorithm} {key}")).map_err(|error| {
        PublicKeyError::Malformed { problem: format!("after `ssh-ed25519` is no such key: {error}") }
    })?;
    let bytes = key.key_data().ed25519().map(|key| key.0);
    bytes.map_or(Err(not_ed25519()), |bytes| ed25519(&bytes))
}

fn pem(text: &str) -> Result<Key, PublicKeyError> {
    let (label, der) = pem_rfc7468::decode_vec(text.as_bytes())
        .map_err(|error| PublicKeyError::Malformed { problem: format!("it is no PEM: {error}") })?;
    if label != "PUBLIC KEY" {
        return Err(PublicKeyError::OtherPem { found: quoted(label) });
    }
    if let Some(key) = der.strip_prefix(SPKI_ED25519) {
        return key.try_into().map_or(Err(not_ed25519()), ed25519);
    }
    if let Some(point) = der.strip_prefix(SPKI_P256) {
        let malformed = |_| PublicKeyError::Malformed { problem: "it is of the wrong length".into() };
        return point.try_into().map(Key::P256).map_err(malformed);
    }
    let named = OTHERS.iter().find(|(part, _)| der.windows(part.len()).any(|window| window == *part));
    Err(match named {
        Some((_, name)) => PublicKeyError::OtherAlgorithm { algorithm: (*name).to_owned() },
        None => PublicKeyError::Malformed {
            problem: "it is neither of Ed25519 nor of P-256 with a point that is not compressed".into(),
        },
    })
}

fn ed25519(bytes: &[u8; 32]) -> Result<Key, PublicKeyError> {
    VerifyingKey::from_bytes(bytes).map(Key::Ed25519).map_err(|_| not_ed25519())
}

fn not_ed25519() -> PublicKeyError {
    PublicKeyError::Malformed { problem: "its bytes are no key of Ed25519".into() }
}

/// ring says so only where it agrees on a secret with the holder of the key; with whom else does not matter. Where there is
/// no randomness to be had for that, it says so at the first signature.
fn is_on_curve(point: &[u8; 65]) -> bool {
    let Ok(own) = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()) else { return true };
    agreement::agree_ephemeral(own, &UnparsedPublicKey::new(&ECDH_P256, point), |_| ()).is_ok()
}

fn looks_like_a_path(text: &str) -> bool {
    let starts = ["/", "./", "../", "~", "file:", "$"].iter().any(|start| text.starts_with(start));
    let ends = [".pub", ".pem", ".key", ".crt"].iter().any(|end| text.ends_with(end));
    starts || ends
}

#[cfg(test)]
mod tests;
