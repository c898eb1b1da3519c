//! The policy of the table, and what its lines are made of.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use touchstone_grants::Grant;
use touchstone_trust::{Accepted, Candidate, Digest, Policy, Refusal, Signature, publication_statement};

use crate::signing::{KEYS, Signer, bundled, manifest};

/// Words in capitals stand for keys and hashes.
pub(crate) const POLICY: &str = r#"
format: touchstone.trust/v1
publishers:
  - name: SCS
    keys: [KEY_SCS, KEY_NEW]
    components: ["scs-*"]
    trusted: true
  - name: Vendor
    keys: [KEY_VENDOR, KEY_COSIGN, KEY_ED25519]
    components: ["vendor-*", scs-9000-shared]
    never: [create, probe]
    at_most: ["compute GET /**", "network GET /**", "compute DELETE /servers/*", "compute POST /servers max 2"]
  - name: Auditor
    keys: [KEY_AUDITOR]
    components: ["vendor-*", scs-9000-shared]
    at_most: ["block-storage GET /**", "block-storage POST /volumes max 3, 10 GiB"]
components:
  - id: scs-0100-flavor-naming
    minimum: 3.1.0
    revoked:
      - {component: HASH_REVOKED, reason: says PASS too often}
  - id: "scs-01*"
    minimum: 2.0.0
    never: [change]
  - id: scs-0200-pre
    minimum: 1.0.0-rc.2
  - id: vendor-bounded
    at_most: ["compute GET /flavors/**", "block-storage GET /**", "network GET /**"]
accepted:
  - {component: HASH_ACCEPTED, reason: reviewed by Jane}
  - {component: HASH_REVOKED, reason: reviewed before we knew}
  - {component: HASH_OURS, reason: ours, trusted: true}
"#;

/// One line of the table.
pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) id: &'static str,
    pub(crate) version: &'static str,
    pub(crate) component: Digest,
    pub(crate) asks: &'static [&'static str],
    pub(crate) granted: &'static [&'static str],
    pub(crate) signatures: Vec<Signature>,
}

pub(crate) const FLAVORS: &str = "scs-0100-flavor-naming";
pub(crate) const VENDOR: &str = "vendor-tls";

pub(crate) fn component() -> Digest {
    Digest::of(b"a component")
}

pub(crate) fn other() -> Digest {
    Digest::of(b"another component")
}

pub(crate) fn revoked() -> Digest {
    Digest::of(b"a revoked component")
}

pub(crate) fn accepted() -> Digest {
    Digest::of(b"an accepted component")
}

pub(crate) fn ours() -> Digest {
    Digest::of(b"our component")
}

/// A component of SCS at 3.1.0 that asks for nothing and gets nothing.
pub(crate) fn scs(what: &'static str, signatures: Vec<Signature>) -> Case {
    let (id, version, component) = (FLAVORS, "3.1.0", component());
    Case { what, policy: POLICY, id, version, component, asks: &[], granted: &[], signatures }
}

/// The same of the vendor.
pub(crate) fn vendor(what: &'static str, signatures: Vec<Signature>) -> Case {
    Case { id: VENDOR, ..scs(what, signatures) }
}

/// A component of that version, signed by SCS.
pub(crate) fn at(what: &'static str, id: &'static str, version: &'static str) -> Case {
    Case { id, version, ..scs(what, vec![KEYS.scs.publishes(id, version, component())]) }
}

/// A component of the vendor, signed by it, that asks for something.
pub(crate) fn asks(what: &'static str, asks: &'static [&'static str]) -> Case {
    Case { asks, ..vendor(what, vec![by(&KEYS.vendor)]) }
}

/// The same, signed by the auditor.
pub(crate) fn audited(what: &'static str, asks: &'static [&'static str]) -> Case {
    Case { asks, ..vendor(what, vec![by(&KEYS.auditor)]) }
}

/// The publication of the vendor's component.
pub(crate) fn by(signer: &Signer) -> Signature {
    signer.publishes(VENDOR, "3.1.0", component())
}

/// The publication of the component of SCS.
pub(crate) fn good() -> Signature {
    KEYS.scs.publishes(FLAVORS, "3.1.0", component())
}

pub(crate) fn statement() -> Value {
    let text = publication_statement(FLAVORS, &"3.1.0".parse().expect("a version"), component());
    serde_json::from_str(&text).expect("JSON")
}

/// The publication with one member changed, well signed.
pub(crate) fn stated(pointer: &str, value: Value) -> Vec<Signature> {
    let mut statement = statement();
    *statement.pointer_mut(pointer).expect(pointer) = value;
    vec![KEYS.scs.states(&statement.to_string())]
}

pub(crate) fn envelope(change: impl FnOnce(&mut Value)) -> Vec<Signature> {
    let Signature::Envelope(bytes) = good() else { panic!("it is an envelope") };
    let mut envelope = serde_json::from_slice(&bytes).expect("JSON");
    change(&mut envelope);
    vec![Signature::Envelope(envelope.to_string().into())]
}

/// The signature of one envelope.
pub(crate) fn signature_of(signer: &Signer) -> Value {
    let envelope = signer.envelope(touchstone_trust::STATEMENT_TYPE, &pretty());
    serde_json::from_str::<Value>(&envelope).expect("JSON")["signatures"][0].take()
}

pub(crate) fn pretty() -> String {
    publication_statement(FLAVORS, &"3.1.0".parse().expect("a version"), component())
}

/// A signature of SSHSIG over the same statement, in an envelope.
pub(crate) fn sshsig_in_an_envelope() -> Vec<Signature> {
    let armored = sshsig();
    let base64: String = armored.lines().filter(|line| !line.starts_with("-----")).collect();
    let blob = STANDARD.decode(base64).expect("Base64");
    let signature = STANDARD.encode(&blob[blob.len() - 64..]);
    envelope(|envelope| envelope["signatures"][0]["sig"] = signature.into())
}

pub(crate) fn sshsig() -> String {
    match &KEYS.scs {
        Signer::Ssh(key) => key.sign("publication@touchstone", pretty().as_bytes()).expect("a signature"),
        _ => panic!("it is a key of OpenSSH"),
    }
}

/// What cosign signed of the vendor's component, with another manifest than it should be.
pub(crate) fn cosign_of(change: impl FnOnce(&mut Value)) -> Vec<Signature> {
    let mut changed: Value = serde_json::from_str(&manifest(component())).expect("JSON");
    change(&mut changed);
    vec![KEYS.cosign.cosign(&changed.to_string())]
}

/// The bundle of the vendor's component, changed after it was signed.
pub(crate) fn bundle(change: impl FnOnce(&mut Value)) -> Vec<Signature> {
    let manifest = manifest(component());
    let mut bundle = KEYS.cosign.bundle(&manifest);
    change(&mut bundle);
    vec![bundled(&bundle, &manifest)]
}

pub(crate) fn text(policy: &str) -> String {
    let mut text = policy.to_owned();
    for (word, value) in [
        ("KEY_SCS", KEYS.scs.public()),
        ("KEY_NEW", KEYS.scs_new.public()),
        ("KEY_VENDOR", KEYS.vendor.public()),
        ("KEY_COSIGN", KEYS.cosign.public()),
        ("KEY_ED25519", KEYS.cosign_ed25519.public()),
        ("KEY_AUDITOR", KEYS.auditor.public()),
        ("HASH_REVOKED", revoked().to_string()),
        ("HASH_ACCEPTED", accepted().to_string()),
        ("HASH_OURS", ours().to_string()),
    ] {
        text = text.replace(word, &value);
    }
    text
}

pub(crate) fn keyless() -> Vec<Signature> {
    let mut signature = KEYS.cosign.cosign(&manifest(component()));
    if let Signature::Cosign { keyless, .. } = &mut signature {
        *keyless = true;
    }
    vec![signature]
}

pub(crate) fn with_manifest(mut signature: Signature, other: &str) -> Vec<Signature> {
    if let Signature::Cosign { manifest, .. } = &mut signature {
        *manifest = other.into();
    }
    vec![signature]
}

pub(crate) fn unreadable() -> Vec<Signature> {
    let mut signature = KEYS.cosign.cosign(&manifest(component()));
    if let Signature::Cosign { signature, .. } = &mut signature {
        signature.push('%');
    }
    vec![signature]
}

pub(crate) fn decide(case: &Case) -> Result<Accepted, Box<Refusal>> {
    let grants =
        |texts: &[&str]| -> Vec<Grant> { texts.iter().map(|text| text.parse().expect("a grant")).collect() };
    let policy =
        Policy::parse("trust.yaml", &text(case.policy)).unwrap_or_else(|error| panic!("{}", error.plain()));
    let candidate = Candidate {
        id: case.id,
        version: &case.version.parse().expect("a version"),
        component: case.component,
        asks: &grants(case.asks),
        granted: &grants(case.granted),
        signatures: &case.signatures,
    };
    let explained = policy.explain(&candidate);
    assert_eq!(explained.decision, policy.decide(&candidate), "{}", case.what);
    explained.decision
}

/// What stands in the policy at a place.
pub(crate) fn standing(policy: &str, line: u32, column: u32) -> String {
    let text = text(policy);
    let line = text.lines().nth(line as usize - 1).expect("a line of the policy");
    line.chars().skip(column as usize - 1).collect()
}
