//! DSSE envelopes (v1): a payload with its type, and signatures over both.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use ed25519_dalek::Signature;
use serde::{Deserialize, Serialize};

use crate::{PublicKey, SignatureError};

/// How long an envelope may be, as JSON.
pub const MAX_ENVELOPE_BYTES: usize = 8 * 1024 * 1024;

/// How many signatures an envelope may have: each is tried with every allowed key.
pub const MAX_ENVELOPE_SIGNATURES: usize = 8;

/// What was in an envelope, byte for byte as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// What the signer says that it is: `application/vnd.in-toto+json`. Refuse what you do not expect.
    pub payload_type: String,
    /// The bytes.
    pub payload: Vec<u8>,
}

/// An envelope that was read; whether its signatures hold is another matter.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) payload: Payload,
    /// What the signatures are of.
    pub(crate) signed: Vec<u8>,
    /// Of whatever algorithm.
    pub(crate) signatures: Vec<Vec<u8>>,
    /// Which keys made them, by the envelope's own account, which nobody signed.
    pub(crate) claimed: Vec<String>,
}

impl Envelope {
    /// Reads an envelope. Members that are not known are ignored, as the specification asks.
    ///
    /// # Errors
    /// If it is too long, malformed, or has no or too many signatures.
    pub(crate) fn parse(json: &str) -> Result<Envelope, SignatureError> {
        if json.len() > MAX_ENVELOPE_BYTES {
            return Err(SignatureError::TooLong { limit: MAX_ENVELOPE_BYTES });
        }
        let malformed = |problem| Err(SignatureError::Malformed { problem });
        let read: Json = match touchstone_json::from_str(json) {
            Ok(read) => read,
            Err(error) => return malformed(format!("not a DSSE envelope: {error}")),
        };
        if read.signatures.is_empty() {
            return malformed("the envelope has no signature".into());
        }
        if read.signatures.len() > MAX_ENVELOPE_SIGNATURES {
            return malformed(format!("the envelope has more than {MAX_ENVELOPE_SIGNATURES} signatures"));
        }
        let Some(payload) = decoded(&read.payload) else {
            return malformed("`payload` is not Base64".into());
        };
        let (mut signatures, mut claimed) = (Vec::new(), Vec::new());
        for signature in read.signatures {
            let Some(bytes) = decoded(&signature.sig) else {
                return malformed("`sig` of a signature is not Base64".into());
            };
            signatures.push(bytes);
            claimed.extend(signature.keyid.filter(|keyid| !keyid.is_empty()));
        }
        let signed = signed(&read.payload_type, &payload);
        let payload = Payload { payload_type: read.payload_type, payload };
        Ok(Envelope { payload, signed, signatures, claimed })
    }
}

/// Which of some keys signed an envelope, by their places in order, and what: at least one.
///
/// Take the payload from here and do not read the envelope again; look at its type before anything else.
///
/// # Errors
/// If the envelope is too long or malformed; or if no signature over its payload is of one of the keys.
pub fn envelope_signers(
    envelope_json: &str,
    keys: &[PublicKey],
) -> Result<(Vec<usize>, Payload), SignatureError> {
    let envelope = Envelope::parse(envelope_json)?;
    let signed = |key: &PublicKey| {
        envelope.signatures.iter().any(|signature| key.verifies(&envelope.signed, signature))
    };
    let signers: Vec<usize> =
        (0..).zip(keys).filter(|(_, key)| signed(key)).map(|(place, _)| place).collect();
    match signers.is_empty() {
        false => Ok((signers, envelope.payload)),
        true => Err(SignatureError::none_holds(&envelope.claimed, keys.iter().map(PublicKey::fingerprint))),
    }
}

/// What a signature is made of: the type and the payload with their lengths, so that neither runs into the other.
pub(crate) fn signed(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// An envelope with one signature, as JSON: indented, a line break at the end.
pub(crate) fn json(payload_type: &str, payload: &[u8], keyid: String, signature: &Signature) -> String {
    let envelope = Json {
        payload_type: payload_type.to_owned(),
        payload: STANDARD.encode(payload),
        signatures: vec![JsonSignature { keyid: Some(keyid), sig: STANDARD.encode(signature.to_bytes()) }],
    };
    let mut text = serde_json::to_string_pretty(&envelope).expect("strings are always JSON");
    text.push('\n');
    text
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Json {
    payload_type: String,
    payload: String,
    signatures: Vec<JsonSignature>,
}

#[derive(Serialize, Deserialize)]
struct JsonSignature {
    #[serde(default)]
    keyid: Option<String>,
    sig: String,
}

/// Bytes from Base64, with padding and no stray bits; in either alphabet, since the specification leaves it to the signer.
fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::key::tests::key;

    const TYPE: &str = "http://example.com/HelloWorld";

    #[test]
    fn lengths_are_signed_with_what_they_are_of() {
        // The vector of the specification.
        assert_eq!(signed(TYPE, b"hello world"), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        assert_eq!(signed("", b""), b"DSSEv1 0  0 ");
        assert_eq!(signed("ü", b"\xff"), b"DSSEv1 2 \xc3\xbc 1 \xff", "bytes are counted, not characters");
        assert_ne!(signed("a", b"b c"), signed("a b", b"c"));
    }

    #[test]
    fn the_json_is_as_the_specification_has_it() {
        let text = key(1).envelope(TYPE, b"hello world");
        assert_eq!(text, key(1).envelope(TYPE, b"hello world"), "no randomness");
        assert!(text.starts_with("{\n  \"payloadType\": \"http://example.com/HelloWorld\",\n"));
        assert!(text.ends_with("}\n"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["payload"], "aGVsbG8gd29ybGQ=");
        assert_eq!(value["signatures"][0]["keyid"], key(1).fingerprint());
        let read = Envelope::parse(&text).unwrap();
        assert_eq!(read.payload, Payload { payload_type: TYPE.into(), payload: b"hello world".into() });
        assert_eq!(read.signed, signed(TYPE, b"hello world"));
        assert_eq!((read.signatures.len(), read.claimed), (1, vec![key(1).fingerprint()]));
    }

    #[test]
    fn the_keys_that_signed_are_told_apart() {
        let keys = [1, 2, 3].map(|seed| PublicKey::parse(&key(seed).public_key()).unwrap());
        let mut both: Value = serde_json::from_str(&key(3).envelope(TYPE, b"hello world")).unwrap();
        let first: Value = serde_json::from_str(&key(1).envelope(TYPE, b"hello world")).unwrap();
        both["signatures"].as_array_mut().unwrap().push(first["signatures"][0].clone());
        let (signers, payload) = envelope_signers(&both.to_string(), &keys).unwrap();
        assert_eq!((signers, payload.payload), (vec![0, 2], b"hello world".to_vec()));
        let error = envelope_signers(&both.to_string(), &keys[1..2]).unwrap_err();
        assert_eq!(error.to_string().matches("SHA256:").count(), 2, "{error}");
        both["payloadType"] = "another".into();
        let error = envelope_signers(&both.to_string(), &keys).unwrap_err();
        assert_eq!(error, SignatureError::DoesNotFit { fingerprint: key(1).fingerprint() });
        assert!(envelope_signers("{}", &keys).is_err());
    }

    #[test]
    fn what_others_may_write_is_read() {
        let sig = URL_SAFE.encode([0xff; 64]);
        for signature in
            [json!({"sig": sig}), json!({"sig": sig, "keyid": "", "cert": 1}), json!({"sig": "AAAA"})]
        {
            let text = json!({"payload": "-_8=", "payloadType": "", "signatures": [signature], "more": []});
            let read = Envelope::parse(&text.to_string()).unwrap();
            assert_eq!(read.payload.payload, [0xfb, 0xff]);
            assert!(read.claimed.is_empty());
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let good = json!({"payload": "AAAA", "payloadType": "t", "signatures": [{"sig": "AAAA"}]});
        assert!(Envelope::parse(&good.to_string()).is_ok());
        let mut bad = vec![String::new(), "[]".into(), format!("{good}{good}")];
        for (pointer, value) in [
            ("/payload", json!("AA")),
            ("/payload", json!("AAB=")),
            ("/payload", json!("AAAA\n")),
            ("/payload", json!("+_==")),
            ("/payload", json!(null)),
            ("/payloadType", json!(1)),
            ("/signatures", json!([])),
            ("/signatures", json!(vec![json!({"sig": "AAAA"}); MAX_ENVELOPE_SIGNATURES + 1])),
            ("/signatures/0/sig", json!("A")),
            ("/signatures/0", json!({"keyid": "k"})),
        ] {
            let mut changed = good.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            bad.push(changed.to_string());
        }
        bad.push(good.to_string().replace("\"payloadType\"", "\"payload\":\"\",\"payloadType\""));
        for text in bad {
            let error = Envelope::parse(&text).unwrap_err();
            assert!(matches!(error, SignatureError::Malformed { .. }), "{text}: {error}");
        }
    }

    #[test]
    fn a_long_envelope_is_not_looked_at() {
        let error = Envelope::parse(&" ".repeat(MAX_ENVELOPE_BYTES + 1)).unwrap_err();
        assert_eq!(error, SignatureError::TooLong { limit: MAX_ENVELOPE_BYTES });
    }
}
