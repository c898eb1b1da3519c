//! Keys that are made for a test, and what they sign in all the forms that there are.

#![allow(dead_code, reason = "not every test signs everything")]

use std::process::Command;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use touchstone_sign::SigningKey;
use touchstone_trust::{Digest, STATEMENT_TYPE, Signature, publication_statement};

pub(crate) const SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

/// Somebody with a key.
pub(crate) enum Signer {
    /// An OpenSSH key, made by ssh-keygen.
    Ssh(SigningKey),
    /// As `cosign generate-key-pair` makes it.
    P256(EcdsaKeyPair),
    /// Ed25519 in PEM.
    Ed25519(Ed25519KeyPair),
}

/// The keys of a test.
pub(crate) struct Keys {
    pub(crate) scs: Signer,
    /// Another one of the same publisher.
    pub(crate) scs_new: Signer,
    pub(crate) vendor: Signer,
    /// The vendor's for cosign.
    pub(crate) cosign: Signer,
    /// The vendor's for cosign, of the other algorithm.
    pub(crate) cosign_ed25519: Signer,
    pub(crate) auditor: Signer,
    pub(crate) stranger: Signer,
    pub(crate) stranger_cosign: Signer,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    scs: Signer::ssh(),
    scs_new: Signer::ssh(),
    vendor: Signer::ssh(),
    cosign: Signer::p256(),
    cosign_ed25519: Signer::ed25519(),
    auditor: Signer::ssh(),
    stranger: Signer::ssh(),
    stranger_cosign: Signer::p256(),
});

impl Signer {
    fn ssh() -> Signer {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"]).arg(&file);
        let status = command.status().expect("ssh-keygen runs (Debian and Ubuntu: package openssh-client)");
        assert!(status.success(), "ssh-keygen: {status}");
        let text = std::fs::read_to_string(file).expect("a key");
        Signer::Ssh(SigningKey::parse(&text, None).expect("a key"))
    }

    fn p256() -> Signer {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random);
        Signer::P256(key.expect("a key"))
    }

    fn ed25519() -> Signer {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        Signer::Ed25519(Ed25519KeyPair::from_pkcs8(key.as_ref()).expect("a key"))
    }

    /// The public key, as it stands in a policy, in double quotes.
    pub(crate) fn public(&self) -> String {
        let pem = |prefix: &[u8], key: &[u8]| {
            let base64 = STANDARD.encode([prefix, key].concat());
            let lines = base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).expect("Base64"));
            let lines: Vec<&str> = lines.collect();
            format!(r"-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join(r"\n"))
        };
        let text = match self {
            Signer::Ssh(key) => key.public_key(),
            Signer::P256(key) => {
                let prefix = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
                pem(prefix, key.public_key().as_ref())
            }
            Signer::Ed25519(key) => {
                pem(b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", key.public_key().as_ref())
            }
        };
        format!("\"{text}\"")
    }

    /// A bare signature. (Those of OpenSSH sign envelopes only.)
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Signer::Ssh(_) => panic!("an OpenSSH key signs envelopes"),
            Signer::P256(key) => {
                key.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
            }
            Signer::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    /// A DSSE envelope.
    pub(crate) fn envelope(&self, payload_type: &str, payload: &str) -> String {
        if let Signer::Ssh(key) = self {
            return key.envelope(payload_type, payload.as_bytes());
        }
        let signed = format!("DSSEv1 {} {payload_type} {} {payload}", payload_type.len(), payload.len());
        let signatures = [json!({"sig": STANDARD.encode(self.sign(signed.as_bytes())), "keyid": ""})];
        json!({"payloadType": payload_type, "payload": STANDARD.encode(payload), "signatures": signatures})
            .to_string()
    }

    /// A signed publication.
    pub(crate) fn publishes(&self, id: &str, version: &str, component: Digest) -> Signature {
        let version = version.parse().expect("a version");
        self.states(&publication_statement(id, &version, component))
    }

    /// A signed statement.
    pub(crate) fn states(&self, statement: &str) -> Signature {
        Signature::Envelope(self.envelope(STATEMENT_TYPE, statement).into())
    }

    /// What cosign wrote before version 3.
    pub(crate) fn cosign(&self, manifest: &str) -> Signature {
        let payload = json!({
            "critical": {
                "identity": {"docker-reference": "registry.example.org/checks"},
                "image": {"docker-manifest-digest": Digest::of(manifest.as_bytes()).to_string()},
                "type": "cosign container image signature",
            },
            "optional": null,
        });
        self.cosign_payload(&payload.to_string(), manifest)
    }

    /// The same, of any payload.
    pub(crate) fn cosign_payload(&self, payload: &str, manifest: &str) -> Signature {
        Signature::Cosign {
            payload: payload.into(),
            signature: STANDARD.encode(self.sign(payload.as_bytes())),
            keyless: false,
            manifest: manifest.into(),
        }
    }

    /// What cosign writes since version 3.
    pub(crate) fn bundle(&self, manifest: &str) -> Value {
        self.bundle_of(&cosign_statement(SIGN, manifest))
    }

    /// The same, of any statement.
    pub(crate) fn bundle_of(&self, statement: &str) -> Value {
        let envelope: Value = serde_json::from_str(&self.envelope(STATEMENT_TYPE, statement)).expect("JSON");
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"publicKey": {"hint": "anything"}, "tlogEntries": []},
            "dsseEnvelope": envelope,
        })
    }
}

/// The statement about a manifest that cosign signs.
pub(crate) fn cosign_statement(predicate_type: &str, manifest: &str) -> String {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": Digest::of(manifest.as_bytes()).hex()}, "annotations": {}}],
        "predicateType": predicate_type,
        "predicate": {},
    })
    .to_string()
}

/// A bundle with its manifest.
pub(crate) fn bundled(bundle: &Value, manifest: &str) -> Signature {
    Signature::Bundle { bundle: bundle.to_string().into(), manifest: manifest.into() }
}

/// The OCI manifest of a component.
pub(crate) fn manifest(component: Digest) -> String {
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.wasm.config.v0+json", "digest": Digest::of(b"{}").to_string(), "size": 2},
        "layers": [{"mediaType": "application/wasm", "digest": component.to_string(), "size": 9}],
    })
    .to_string()
}
