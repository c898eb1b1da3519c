//! What holds for all inputs.

#[path = "cases/signing.rs"]
mod signing;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use semver::Version;
use serde_json::Value;
use signing::{KEYS, bundled, manifest};
use touchstone_trust::{Candidate, Digest, Policy, Signature};

const ID: &str = "scs-0100-flavor-naming";

fn component() -> Digest {
    Digest::of(b"a component")
}

fn policy() -> Policy {
    let keys = [&KEYS.scs, &KEYS.cosign].map(|key| key.public()).join(", ");
    let text = format!(
        "format: touchstone.trust/v1\npublishers: [{{name: SCS, keys: [{keys}], components: [\"*\"]}}]\n"
    );
    Policy::parse("trust.yaml", &text).unwrap_or_else(|error| panic!("{}", error.plain()))
}

fn runs(id: &str, version: &Version, component: Digest, signature: Signature) -> bool {
    let candidate = Candidate { id, version, component, asks: &[], granted: &[], signatures: &[signature] };
    policy().decide(&candidate).is_ok()
}

fn flipped(bytes: &[u8], place: usize, bit: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let place = place % bytes.len();
    bytes[place] ^= 1 << bit;
    bytes
}

/// What a signature is over, and itself.
fn parts(json: &[u8]) -> Option<[Value; 3]> {
    let mut envelope: Value = serde_json::from_slice(json).ok()?;
    let mut take = |pointer: &str| Some(envelope.pointer_mut(pointer)?.take());
    Some([take("/payload")?, take("/payloadType")?, take("/signatures/0/sig")?])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// A flipped bit is noticed, wherever it is, if it is in what is signed or in the signature.
    #[test]
    fn a_flipped_bit_of_an_envelope_is_noticed(place: usize, bit in 0..8_u8) {
        let version = Version::new(3, 1, 0);
        let Signature::Envelope(good) = KEYS.scs.publishes(ID, "3.1.0", component()) else { panic!("an envelope") };
        let bad = flipped(&good, place, bit);
        if runs(ID, &version, component(), Signature::Envelope(bad.clone())) {
            prop_assert_eq!(parts(&bad), parts(&good));
        }
    }

    #[test]
    fn a_flipped_bit_of_what_is_signed_is_noticed(place: usize, bit in 0..8_u8, which in 0..3_usize) {
        let version = Version::new(3, 1, 0);
        let Signature::Envelope(good) = KEYS.scs.publishes(ID, "3.1.0", component()) else { panic!("an envelope") };
        let mut envelope: Value = serde_json::from_slice(&good).expect("JSON");
        let pointer = ["/payload", "/signatures/0/sig", "/payloadType"][which];
        let value = envelope.pointer_mut(pointer).expect("a member");
        let text = value.as_str().expect("a text");
        *value = match which {
            2 => String::from_utf8_lossy(&flipped(text.as_bytes(), place, bit)).into(),
            _ => STANDARD.encode(flipped(&STANDARD.decode(text).expect("Base64"), place, bit)).into(),
        };
        prop_assert!(!runs(ID, &version, component(), Signature::Envelope(envelope.to_string().into())));
    }

    #[test]
    fn a_flipped_bit_of_a_component_is_noticed(place: usize, bit in 0..8_u8, bytes: [u8; 32]) {
        let version = Version::new(3, 1, 0);
        let (good, mut bad) = (Digest::from_bytes(bytes), bytes);
        bad[place % 32] ^= 1 << bit;
        let bad = Digest::from_bytes(bad);
        let manifest = manifest(good);
        for signature in [
            KEYS.scs.publishes(ID, "3.1.0", good),
            KEYS.cosign.cosign(&manifest),
            bundled(&KEYS.cosign.bundle(&manifest), &manifest),
        ] {
            prop_assert!(runs(ID, &version, good, signature.clone()));
            prop_assert!(!runs(ID, &version, bad, signature));
        }
    }

    #[test]
    fn a_flipped_bit_of_cosigns_is_noticed(place: usize, bit in 0..8_u8, which in 0..3_usize) {
        let version = Version::new(3, 1, 0);
        let mut signature = KEYS.cosign.cosign(&manifest(component()));
        let Signature::Cosign { payload, signature: text, manifest, .. } = &mut signature else { panic!("cosign's") };
        match which {
            0 => *payload = flipped(payload, place, bit),
            1 => *manifest = flipped(manifest, place, bit),
            _ => *text = STANDARD.encode(flipped(&STANDARD.decode(&text).expect("Base64"), place, bit)),
        }
        prop_assert!(!runs(ID, &version, component(), signature));
    }

    /// A publication is of one version of one check.
    #[test]
    fn a_publication_is_of_nothing_else(
        id in "[a-c]{1,2}", other in "[a-c]{1,2}", version in 0..3_u64, other_version in 0..3_u64,
    ) {
        let publication = KEYS.scs.publishes(&id, &format!("{version}.0.0"), component());
        let same = id == other && version == other_version;
        prop_assert_eq!(runs(&other, &Version::new(other_version, 0, 0), component(), publication), same);
    }

    /// Nothing panics, and what is wrong has a place in the text.
    #[test]
    fn places_are_in_the_text(text in "(format: touchstone\\.trust/v1\n)?[a-z:&*{}\\[\\],'\"|>#!?%@ \n\t\r\u{e9}\u{1b}-]{0,80}") {
        if let Err(diagnostics) = Policy::parse("t", &text) {
            prop_assert!(!diagnostics.problems().is_empty());
            for problem in diagnostics.problems() {
                let span = problem.span;
                prop_assert!(text.get(span.offset..span.offset + span.len).is_some() && span.line > 0 && span.column > 0);
            }
        }
    }

    #[test]
    fn any_bytes_are_no_signature(bytes: Vec<u8>, text in "\\PC{0,40}") {
        let version = Version::new(3, 1, 0);
        for signature in [
            Signature::Envelope(bytes.clone()),
            Signature::Bundle { bundle: bytes.clone(), manifest: bytes.clone() },
            Signature::Cosign { payload: bytes.clone(), signature: text, keyless: false, manifest: bytes },
        ] {
            prop_assert!(!runs(ID, &version, component(), signature));
        }
    }
}
