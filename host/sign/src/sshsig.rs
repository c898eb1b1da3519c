//! Detached signatures as OpenSSH's PROTOCOL.sshsig has them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use ssh_encoding::{Decode as _, Encode as _};
use ssh_key::{Algorithm, HashAlg, LineEnding, SshSig};

use crate::{NamespaceError, SignatureError, key_data, quoted};

/// How long a detached signature may be; one of an Ed25519 key has about 300 bytes.
pub const MAX_SIGNATURE_BYTES: usize = 16 * 1024;

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
const ED25519: &str = "ssh-ed25519";

/// A detached signature that was read; whether it holds is another matter.
#[derive(Debug)]
pub(crate) struct Detached {
    pub(crate) namespace: String,
    pub(crate) key: VerifyingKey,
    hash: HashAlg,
    signature: Signature,
}

impl Detached {
    /// Reads an armored signature.
    ///
    /// # Errors
    /// If it is too long, malformed, or not of an Ed25519 key.
    pub(crate) fn parse(armored: &str) -> Result<Detached, SignatureError> {
        if armored.len() > MAX_SIGNATURE_BYTES {
            return Err(SignatureError::TooLong { limit: MAX_SIGNATURE_BYTES });
        }
        let bytes = unarmored(armored)?;
        let algorithm = algorithm(&bytes).map_err(|error| malformed(error.to_string()))?;
        if algorithm != ED25519 {
            return Err(SignatureError::OtherAlgorithm { algorithm: quoted(&algorithm) });
        }
        let read = SshSig::decode(&mut bytes.as_slice()).map_err(|error| malformed(error.to_string()))?;
        let mut again = Vec::with_capacity(bytes.len());
        read.encode(&mut again).map_err(|error| malformed(error.to_string()))?;
        // Not all of it is signed: what is not must not be anything but what a signer writes.
        if again != bytes || read.version() != SshSig::VERSION || !read.reserved().is_empty() {
            return Err(malformed("it holds more than a signature of version 1 does".into()));
        }
        let key = read.public_key().ed25519().and_then(|key| VerifyingKey::from_bytes(&key.0).ok());
        let key = key.ok_or_else(|| malformed("its public key is not a key".into()))?;
        if read.algorithm() != Algorithm::Ed25519 {
            return Err(malformed("its key and its signature are of different algorithms".into()));
        }
        let signature = Signature::from_slice(read.signature_bytes())
            .map_err(|_| malformed("the signature is of the wrong length".into()))?;
        Ok(Detached { namespace: read.namespace().to_owned(), key, hash: read.hash_alg(), signature })
    }

    /// Whether its key signed `content` in its namespace.
    pub(crate) fn holds(&self, content: &[u8]) -> bool {
        let signed = SshSig::signed_data(&self.namespace, self.hash, content);
        signed.is_ok_and(|signed| self.key.verify_strict(&signed, &self.signature).is_ok())
    }
}

/// A detached signature as text.
///
/// # Errors
/// If `namespace` is empty.
pub(crate) fn armored(
    key: &ed25519_dalek::SigningKey,
    namespace: &str,
    content: &[u8],
) -> Result<String, NamespaceError> {
    if namespace.is_empty() {
        return Err(NamespaceError);
    }
    let signed =
        SshSig::signed_data(namespace, HashAlg::Sha512, content).expect("the namespace is not empty");
    let signature = ssh_key::Signature::new(Algorithm::Ed25519, key.sign(&signed).to_bytes())
        .expect("signatures of Ed25519 are of the right length");
    let whole = SshSig::new(key_data(&key.verifying_key()), namespace, HashAlg::Sha512, signature)
        .expect("the namespace is not empty");
    Ok(whole.to_pem(LineEnding::LF).expect("a signature is always text"))
}

/// The bytes in the armor. Lines may be of any length: ssh-keygen breaks them after 70 characters, its protocol says 76,
/// and other programs 64.
fn unarmored(text: &str) -> Result<Vec<u8>, SignatureError> {
    let text = text.trim_end_matches(['\r', '\n']);
    let body = text.strip_prefix(BEGIN).and_then(|text| text.strip_suffix(END));
    let lines = body.and_then(|body| {
        let body = body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n'))?;
        body.ends_with('\n').then(|| body.lines())
    });
    let lines =
        lines.ok_or_else(|| malformed(format!("it must begin with `{BEGIN}` and end with `{END}`")))?;
    let base64: String = lines.collect();
    STANDARD.decode(base64).map_err(|error| malformed(format!("between the marks is not Base64: {error}")))
}

/// The algorithm of the key, which the library names only where it knows it.
fn algorithm(bytes: &[u8]) -> ssh_encoding::Result<String> {
    let mut rest = bytes.strip_prefix(b"SSHSIG").ok_or(ssh_encoding::Error::Length)?;
    let _version = u32::decode(&mut rest)?;
    let key = Vec::<u8>::decode(&mut rest)?;
    String::decode(&mut key.as_slice())
}

fn malformed(problem: String) -> SignatureError {
    SignatureError::Malformed { problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::tests::key;

    fn signed() -> String {
        key(1).sign("file", b"content").unwrap()
    }

    fn rearmored(change: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut bytes = unarmored(&signed()).unwrap();
        change(&mut bytes);
        format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(bytes))
    }

    #[test]
    fn what_was_signed_holds() {
        let read = Detached::parse(&signed()).unwrap();
        assert_eq!((read.namespace.as_str(), read.hash), ("file", HashAlg::Sha512));
        assert!(read.holds(b"content"));
        assert!(!read.holds(b"Content"));
        assert!(!read.holds(b""));
        assert_eq!(signed(), signed(), "no randomness");
        assert!(signed().ends_with("-----END SSH SIGNATURE-----\n"));
        assert_eq!(key(1).sign("", b"content"), Err(NamespaceError));
    }

    #[test]
    fn lines_may_be_broken_anywhere() {
        for text in [rearmored(|_| {}), signed().replace('\n', "\r\n"), signed().trim_end().to_owned()] {
            assert!(Detached::parse(&text).unwrap().holds(b"content"), "{text}");
        }
    }

    #[test]
    fn what_is_not_signed_must_be_as_it_is() {
        let reserved = 6 + 4 + 4 + 51 + 4 + "file".len();
        for text in [
            rearmored(|bytes| bytes[9] = 0),
            rearmored(|bytes| bytes[9] = 2),
            rearmored(|bytes| bytes.push(0)),
            rearmored(|bytes| {
                bytes[reserved + 3] = 1;
                bytes.insert(reserved + 4, 7);
            }),
            rearmored(|bytes| bytes.truncate(100)),
            rearmored(Vec::clear),
            signed().replace("SSH SIGNATURE", "SSH2 SIGNATURE"),
            format!(" {}", signed()),
            format!("{}x", signed()),
            signed().replacen('\n', "", 1),
            String::new(),
            format!("{BEGIN}{END}"),
            format!("{BEGIN}\n{END}"),
        ] {
            let error = Detached::parse(&text).unwrap_err();
            assert!(matches!(error, SignatureError::Malformed { .. }), "{text}: {error}");
        }
    }

    #[test]
    fn a_long_signature_is_not_looked_at() {
        let limit = MAX_SIGNATURE_BYTES;
        assert_eq!(Detached::parse(&"x".repeat(limit + 1)).unwrap_err(), SignatureError::TooLong { limit });
        assert!(matches!(Detached::parse(&"x".repeat(limit)), Err(SignatureError::Malformed { .. })));
    }

    #[test]
    fn other_algorithms_are_named() {
        let text = rearmored(|bytes| bytes[18..29].copy_from_slice(b"ssh-newer\x1b["));
        let error = Detached::parse(&text).unwrap_err();
        assert_eq!(error, SignatureError::OtherAlgorithm { algorithm: "`ssh-newer\\u{1b}[`".into() });
    }
}
