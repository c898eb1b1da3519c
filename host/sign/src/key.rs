use std::fmt;

use ed25519_dalek::Signer as _;
use ssh_key::{PrivateKey, PublicKey};
use thiserror::Error;

use crate::{envelope, fingerprint, key_data, sshsig};

const BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";

/// How public keys begin, in the formats that people have at hand.
const PUBLIC: [&str; 5] = ["ssh-", "ecdsa-", "sk-", "---- BEGIN SSH2 PUBLIC KEY", "-----BEGIN PUBLIC KEY"];

/// A private Ed25519 key. It is wiped from memory when it is dropped, and `Debug` does not show it.
pub struct SigningKey {
    secret: ed25519_dalek::SigningKey,
    comment: String,
}

impl SigningKey {
    /// Reads a private key in OpenSSH's format, as `ssh-keygen -t ed25519` writes it to `~/.ssh/id_ed25519`. The
    /// passphrase is not looked at where the key is not encrypted.
    ///
    /// # Errors
    /// If `text` is not a private key, is one in another format or of another algorithm, is malformed, or is encrypted
    /// and the passphrase is missing or wrong.
    pub fn parse(text: &str, passphrase: Option<&str>) -> Result<SigningKey, KeyError> {
        let text = text.trim();
        if PUBLIC.iter().any(|begin| text.starts_with(begin)) {
            return Err(KeyError::Public);
        }
        if !text.starts_with(BEGIN) {
            let pem = text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY");
            return Err(if pem { KeyError::OtherFormat } else { KeyError::NotAKey });
        }
        let key = PrivateKey::from_openssh(text).map_err(KeyError::from_ssh)?;
        // The public half is never encrypted: no passphrase is asked for a key that is of no use.
        if key.algorithm() != ssh_key::Algorithm::Ed25519 {
            return Err(KeyError::OtherAlgorithm { algorithm: key.algorithm().to_string() });
        }
        let key = match (key.is_encrypted(), passphrase) {
            (false, _) => key,
            (true, None) => return Err(KeyError::NoPassphrase),
            (true, Some(passphrase)) => key.decrypt(passphrase).map_err(|error| match error {
                ssh_key::Error::Crypto => KeyError::WrongPassphrase,
                other => KeyError::from_ssh(other),
            })?,
        };
        let pair = key.key_data().ed25519().expect("its algorithm was looked at, and it is not encrypted");
        // Fails where the two halves are not of one key: signing with such a pair would give the secret away.
        let secret = pair.try_into().map_err(KeyError::from_ssh)?;
        Ok(SigningKey { secret, comment: key.comment().to_owned() })
    }

    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.secret.verifying_key())
    }

    /// The public key as one line without a line break: algorithm, key, and the comment if there is one. After a
    /// principal and a space, it is a line of an allowed-signers file.
    pub fn public_key(&self) -> String {
        // The comment comes out of a file: it must not begin a line of its own.
        let comment = if self.comment.contains(char::is_control) { "" } else { &self.comment };
        let key = PublicKey::new(key_data(&self.secret.verifying_key()), comment);
        key.to_openssh().expect("an Ed25519 key is always text")
    }

    /// A detached signature of `content` for `namespace`: armored text that ends with a line break, to be kept as
    /// `FILE.sig`.
    ///
    /// `ssh-keygen -Y verify -f ALLOWED_SIGNERS -I PRINCIPAL -n NAMESPACE -s FILE.sig < FILE` accepts it. The same key,
    /// namespace and content give the same signature.
    ///
    /// # Errors
    /// If `namespace` is empty: there are no such signatures.
    pub fn sign(&self, namespace: &str, content: &[u8]) -> Result<String, NamespaceError> {
        sshsig::armored(&self.secret, namespace, content)
    }

    /// `payload` and its type in a signed DSSE envelope: JSON, indented, a line break at the end. The same key, type and
    /// payload give the same envelope.
    ///
    /// The type should say both encoding and meaning: `application/vnd.in-toto+json`.
    pub fn envelope(&self, payload_type: &str, payload: &[u8]) -> String {
        let signature = self.secret.sign(&envelope::signed(payload_type, payload));
        envelope::json(payload_type, payload, self.fingerprint(), &signature)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("fingerprint", &self.fingerprint()).finish_non_exhaustive()
    }
}

/// Why a text is not a key to sign with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not a key at all.
    #[error(
        "this is not an OpenSSH private key, which begins with `{BEGIN}`; `ssh-keygen -t ed25519 -f KEY` makes one"
    )]
    NotAKey,
    /// A public key.
    #[error("this is a public key; give the private one, which ssh-keygen writes to the file without `.pub`")]
    Public,
    /// PEM as other programs write it.
    #[error(
        "this is a private key, but not in OpenSSH's format; `ssh-keygen -p -f KEY` rewrites keys that it can read, and \
         `ssh-keygen -t ed25519 -f KEY` makes a new one"
    )]
    OtherFormat,
    /// Not Ed25519.
    #[error(
        "the key is of algorithm {algorithm}, but only ssh-ed25519 is used here; `ssh-keygen -t ed25519 -f KEY` makes one"
    )]
    OtherAlgorithm {
        /// Its algorithm, as SSH calls it.
        algorithm: String,
    },
    /// ECDSA, or something newer: of the key or of what encrypts it.
    #[error(
        "the key, or what encrypts it, is of an algorithm that is not known here, such as ECDSA; only ssh-ed25519 is \
         used, and `ssh-keygen -t ed25519 -f KEY` makes such a key"
    )]
    UnknownAlgorithm,
    /// Encrypted, and there is no passphrase.
    #[error("the key is encrypted, and no passphrase was given")]
    NoPassphrase,
    /// Encrypted, with another passphrase.
    #[error("the key is encrypted, and the passphrase is not the right one")]
    WrongPassphrase,
    /// A key that has been damaged.
    #[error("the key begins as an OpenSSH private key, but is malformed: {problem}")]
    Malformed {
        /// What is wrong.
        problem: String,
    },
}

impl KeyError {
    fn from_ssh(error: ssh_key::Error) -> KeyError {
        match error {
            ssh_key::Error::AlgorithmUnknown => KeyError::UnknownAlgorithm,
            ssh_key::Error::PublicKey => KeyError::Malformed {
                problem: "its public and its private half do not belong together".into(),
            },
            other => KeyError::Malformed { problem: other.to_string() },
        }
    }
}

/// The namespace is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the namespace is empty; it says what a signature is for, as `file` does")]
pub struct NamespaceError;

#[cfg(test)]
pub(crate) mod tests {
    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{Cipher, Kdf, LineEnding};

    use super::*;

    /// A key that is the same in every run.
    pub(crate) fn key(seed: u8) -> SigningKey {
        let secret = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
        SigningKey { secret, comment: "jane@example.org".into() }
    }

    fn private(key: &SigningKey, comment: &str) -> PrivateKey {
        PrivateKey::new(KeypairData::from(Ed25519Keypair::from(&key.secret)), comment).unwrap()
    }

    fn text(key: &PrivateKey) -> String {
        key.to_openssh(LineEnding::LF).unwrap().to_string()
    }

    fn error(text: &str, passphrase: Option<&str>) -> KeyError {
        SigningKey::parse(text, passphrase).unwrap_err()
    }

    #[test]
    fn a_key_is_read() {
        let text = text(&private(&key(1), "jane@example.org"));
        for text in [text.as_str(), &format!("\n{text}\n\n"), text.trim_end(), &text.replace('\n', "\r\n")] {
            let read = SigningKey::parse(text, None).unwrap();
            assert_eq!(read.public_key(), key(1).public_key());
            assert_eq!(read.fingerprint(), key(1).fingerprint());
        }
        assert!(SigningKey::parse(&text, Some("of no use")).is_ok());
        assert!(key(1).public_key().starts_with("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"));
        assert!(key(1).public_key().ends_with(" jane@example.org"));
        assert!(key(1).fingerprint().starts_with("SHA256:"));
    }

    #[test]
    fn an_encrypted_key_needs_its_passphrase() {
        let kdf = Kdf::Bcrypt { salt: vec![7; 16], rounds: 1 };
        let locked = private(&key(1), "").encrypt_with(Cipher::Aes256Ctr, kdf, 5, "right").unwrap();
        let text = text(&locked);
        assert_eq!(SigningKey::parse(&text, Some("right")).unwrap().fingerprint(), key(1).fingerprint());
        assert_eq!(error(&text, None), KeyError::NoPassphrase);
        for wrong in ["wrong", "", "Right"] {
            assert_eq!(error(&text, Some(wrong)), KeyError::WrongPassphrase);
        }
    }

    #[test]
    fn what_is_not_a_private_key_is_told_apart() {
        assert_eq!(error("", None), KeyError::NotAKey);
        assert_eq!(error("-----BEGIN CERTIFICATE-----", None), KeyError::NotAKey);
        assert_eq!(error(&key(1).public_key(), None), KeyError::Public);
        assert_eq!(error("ecdsa-sha2-nistp256 AAAA", None), KeyError::Public);
        assert_eq!(error("-----BEGIN RSA PRIVATE KEY-----\nAAAA", None), KeyError::OtherFormat);
        let whole = text(&private(&key(1), ""));
        assert!(matches!(error(&whole[..200], None), KeyError::Malformed { .. }));
        assert!(matches!(error(&whole.replacen("b3Bl", "b3Bm", 1), None), KeyError::Malformed { .. }));
    }

    #[test]
    fn halves_of_two_keys_are_refused() {
        let mut pair = Ed25519Keypair::from(&key(1).secret);
        pair.public = Ed25519Keypair::from(&key(2).secret).public;
        let text = text(&PrivateKey::new(KeypairData::from(pair), "").unwrap());
        assert!(matches!(error(&text, None), KeyError::Malformed { .. }));
    }

    #[test]
    fn the_secret_is_not_shown() {
        let shown = format!("{:?}", key(7));
        assert_eq!(shown, format!("SigningKey {{ fingerprint: {:?}, .. }}", key(7).fingerprint()));
    }

    #[test]
    fn a_comment_begins_no_line() {
        let text = text(&private(&key(1), "jane\nmallory ssh-ed25519 AAAA"));
        assert_eq!(SigningKey::parse(&text, None).unwrap().public_key().lines().count(), 1);
    }
}
