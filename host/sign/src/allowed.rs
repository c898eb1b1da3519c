use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;

use crate::envelope::{Envelope, Payload};
use crate::line::{AllowedSignersError, Entry};
use crate::sshsig::Detached;
use crate::{SignatureError, fingerprint, quoted};

/// How long an allowed-signers file may be.
pub const MAX_ALLOWED_SIGNERS_BYTES: usize = 1024 * 1024;

/// Whose signatures count, for what, and when: an allowed-signers file, as ssh-keygen(1) has it under "ALLOWED SIGNERS".
///
/// Three differences: times without a `Z` are in UTC too, whatever the machine's time zone; a line with
/// `cert-authority` is an error, since certificates are not supported; lines with keys that are not Ed25519 must be
/// well-formed, but allow nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedSigners {
    entries: Vec<Entry>,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Who holds the key, as the allowed signers say: patterns with commas between them, of all lines that allow the
    /// signature, in their order.
    pub principals: String,
    /// The key: `SHA256:…`.
    pub fingerprint: String,
}

impl AllowedSigners {
    /// Reads an allowed-signers file. One without any Ed25519 key is none the less one: it allows nobody.
    ///
    /// # Errors
    /// If `text` is longer than [`MAX_ALLOWED_SIGNERS_BYTES`], or at the first line that is malformed.
    pub fn parse(text: &str) -> Result<AllowedSigners, AllowedSignersError> {
        if text.len() > MAX_ALLOWED_SIGNERS_BYTES {
            return Err(AllowedSignersError::TooLong { limit: MAX_ALLOWED_SIGNERS_BYTES });
        }
        let mut entries = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let entry = Entry::parse(line, text);
            entries.extend(entry.map_err(|problem| AllowedSignersError::Line { line, problem })?);
        }
        Ok(AllowedSigners { entries })
    }

    /// Who signed `content`: a detached signature, as [`SigningKey::sign`](crate::SigningKey::sign) and
    /// `ssh-keygen -Y sign` make it.
    ///
    /// # Errors
    /// If the signature is too long, malformed, of another algorithm or for another namespace; if it does not fit the
    /// content; or if its key is not allowed, not allowed for `namespace`, or not allowed at `at`.
    pub fn verify(
        &self,
        namespace: &str,
        content: &[u8],
        armored_signature: &str,
        at: Timestamp,
    ) -> Result<Signer, SignatureError> {
        let signature = Detached::parse(armored_signature)?;
        if signature.namespace != namespace {
            let found = quoted(&signature.namespace);
            return Err(SignatureError::OtherNamespace { expected: namespace.to_owned(), found });
        }
        // Before the key is looked up: what is said about a signer is then true.
        if !signature.holds(content) {
            return Err(SignatureError::DoesNotFit { fingerprint: fingerprint(&signature.key) });
        }
        self.allow(&signature.key, namespace, at)
    }

    /// Who signed an envelope, and what: the first allowed key of which a signature holds, whatever the others are worth.
    ///
    /// Take the payload from here and do not read the envelope again; look at its type before anything else.
    ///
    /// # Errors
    /// If the envelope is too long or malformed; or if no signature over its payload is of a key that is allowed for
    /// `namespace` at `at`.
    pub fn verify_envelope(
        &self,
        namespace: &str,
        envelope_json: &str,
        at: Timestamp,
    ) -> Result<(Signer, Payload), SignatureError> {
        let envelope = Envelope::parse(envelope_json)?;
        let mut refused = None;
        // Of another length, it is of another algorithm: of no use here, and no reason to refuse the others.
        for signature in envelope.signatures.iter().filter_map(|bytes| Signature::from_slice(bytes).ok()) {
            for Entry { key, .. } in &self.entries {
                if key.verify_strict(&envelope.signed, &signature).is_err() {
                    continue;
                }
                match self.allow(key, namespace, at) {
                    Ok(signer) => return Ok((signer, envelope.payload)),
                    Err(error) => refused = refused.or(Some(error)),
                }
            }
        }
        let known = self.entries.iter().map(|entry| entry.fingerprint.clone());
        Err(refused.unwrap_or_else(|| SignatureError::none_holds(&envelope.claimed, known)))
    }

    /// Whether `key`, which has signed, may do so.
    fn allow(&self, key: &VerifyingKey, namespace: &str, at: Timestamp) -> Result<Signer, SignatureError> {
        let fingerprint = fingerprint(key);
        let mut entries: Vec<&Entry> = self.entries.iter().filter(|entry| entry.key == *key).collect();
        let Some(first) = entries.first() else { return Err(SignatureError::KeyNotAllowed { fingerprint }) };
        let line = first.line;
        entries.retain(|entry| entry.namespaces.as_ref().is_none_or(|patterns| patterns.matches(namespace)));
        let Some(first) = entries.first() else {
            return Err(SignatureError::NotForNamespace {
                fingerprint,
                namespace: namespace.to_owned(),
                line,
            });
        };
        let (line, validity) = (first.line, first.validity);
        entries.retain(|entry| entry.validity.covers(at));
        if entries.is_empty() {
            return Err(SignatureError::NotAtThisTime { fingerprint, at, validity, line });
        }
        let principals: Vec<&str> = entries.iter().map(|entry| entry.principals.as_str()).collect();
        Ok(Signer { principals: principals.join(","), fingerprint })
    }
}

#[cfg(test)]
mod tests;
