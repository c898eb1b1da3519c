//! What does not run.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use touchstone_trust::RefusedBy::{
    AtMost, Minimum, Never, NoPublisher, Pattern, Revoked, Signature as Uncounted, Unsigned,
};
use touchstone_trust::{PUBLICATION_TYPE, RefusedBy, Signature};

use crate::case::*;
use crate::signing::{self, KEYS, SIGN, bundled, cosign_statement, manifest};

/// They do not: the rule, how the policy goes on where it stands, and a part of what is said.
#[test]
#[rustfmt::skip] // One case, one line.
fn these_do_not() {
    let manifest = manifest(component());
    let foreign = signing::manifest(other());
    let stranger = KEYS.stranger.publishes(FLAVORS, "3.1.0", component());
    let report = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": FLAVORS, "digest": {"sha256": component().hex()}}],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {"id": FLAVORS, "version": "3.1.0", "result": "PASSED"},
    });
    let twice = pretty().replace("\"predicateType\"", "\"predicateType\": \"x\", \"predicateType\"");
    let raw =
        |payload_type: &str| vec![Signature::Envelope(KEYS.scs.envelope(payload_type, &pretty()).into())];
    let two = json!([{"name": FLAVORS, "digest": {"sha256": component().hex()}}, {"digest": {"sha256": other().hex()}}]);
    let cases: Vec<(Case, RefusedBy, &str, &str)> = vec![
        // Signatures.
        (scs("unsigned", vec![]), Unsigned, "SCS", "no signature"),
        (scs("signed by a stranger", vec![stranger.clone()]), Uncounted, "SCS", "by its own account, they are of `SHA256:"),
        (scs("no envelope", vec![Signature::Envelope(b"PASS".to_vec())]), Uncounted, "SCS", "not a DSSE envelope"),
        (scs("a long envelope", vec![Signature::Envelope(vec![b' '; (64 << 10) + 1])]), Uncounted, "SCS", "the envelope is longer than 65536 bytes"),
        (scs("an envelope that is just not too long", vec![Signature::Envelope(vec![b' '; 64 << 10])]), Uncounted, "SCS", "not a DSSE envelope"),
        (scs("nothing", vec![Signature::Envelope(vec![])]), Uncounted, "SCS", "not a DSSE envelope"),
        (scs("not UTF-8", vec![Signature::Envelope(vec![0xff])]), Uncounted, "SCS", "not UTF-8"),
        (scs("no signature in it", envelope(|envelope| envelope["signatures"] = json!([]))), Uncounted, "SCS", "has no signature"),
        (scs("two of strangers in it", envelope(|envelope| {
            envelope["signatures"] = json!([signature_of(&KEYS.stranger), signature_of(&KEYS.stranger)]);
        })), Uncounted, "SCS", "no signature of the envelope"),
        (scs("the signature of another key", envelope(|envelope| envelope["signatures"][0]["sig"] = signature_of(&KEYS.stranger)["sig"].clone())), Uncounted, "SCS", "does not fit"),
        (scs("the payload was changed", envelope(|envelope| envelope["payload"] = STANDARD.encode(pretty().replace("3.1.0", "3.1.1")).into())), Uncounted, "SCS", "does not fit"),
        (scs("too many before it", [vec![stranger.clone(); 64], vec![good()]].concat()), Uncounted, "SCS", "only the first 64"),
        (scs("many of strangers", vec![stranger; 10]), Uncounted, "SCS", "\n  found: 2 more that do not count\n"),
        (scs("of another component", vec![KEYS.scs.publishes(FLAVORS, "3.1.0", other())]), Uncounted, "SCS", "of SCS, but it is about another component"),
        (scs("of another check", vec![KEYS.scs.publishes("scs-0103-standard-flavors", "3.1.0", component())]), Uncounted, "SCS", "its subject is not the id"),
        // Downgrades: bytes and version are of one another.
        (scs("of an older version", vec![KEYS.scs.publishes(FLAVORS, "3.0.0", component())]), Uncounted, "SCS", "about another version, `3.0.0`"),
        (scs("of a newer version", vec![KEYS.scs.publishes(FLAVORS, "3.2.0", component())]), Uncounted, "SCS", "about another version, `3.2.0`"),
        (scs("of another build", vec![KEYS.scs.publishes(FLAVORS, "3.1.0+x", component())]), Uncounted, "SCS", "about another version, `3.1.0+x`"),
        // What was signed is no publication.
        (scs("a report", vec![KEYS.scs.states(&report.to_string())]), Uncounted, "SCS", "it says something else, `https://in-toto.io/attestation/test-result/v0.1`"),
        (scs("another payload type", raw("application/json")), Uncounted, "SCS", "its payload is of type `application/json`"),
        (scs("no payload type", raw("")), Uncounted, "SCS", "its payload is of type ``"),
        (scs("an older statement", stated("/_type", "https://in-toto.io/Statement/v0.1".into())), Uncounted, "SCS", "not v1"),
        (scs("no statement", vec![KEYS.scs.states("PASS")]), Uncounted, "SCS", "it is no statement"),
        (scs("two subjects", stated("/subject", two)), Uncounted, "SCS", "has 2 subjects, not one"),
        (scs("no subject", stated("/subject", json!([]))), Uncounted, "SCS", "has 0 subjects, not one"),
        (scs("a subject of another name", stated("/subject/0/name", "scs-0101".into())), Uncounted, "SCS", "its subject is not the id"),
        (scs("a subject without a hash", stated("/subject/0/digest", json!({"sha512": "00"}))), Uncounted, "SCS", "has no SHA-256"),
        (scs("a hash in capitals", stated("/subject/0/digest/sha256", component().hex().to_uppercase().into())), Uncounted, "SCS", "about another component"),
        (scs("no version", stated("/predicate", json!({"id": FLAVORS}))), Uncounted, "SCS", "no publication: missing field `version`"),
        (scs("another id in the predicate", stated("/predicate/id", "scs-0101".into())), Uncounted, "SCS", "about another check, `scs-0101`"),
        (scs("a member twice", vec![KEYS.scs.states(&twice)]), Uncounted, "SCS", "duplicate field `predicateType`"),
        (scs("SSHSIG", vec![Signature::Envelope(sshsig().into())]), Uncounted, "SCS", "not a DSSE envelope"),
        (scs("SSHSIG in an envelope", sshsig_in_an_envelope()), Uncounted, "SCS", "does not fit"),
        (vendor("cosign's statement in an envelope", vec![KEYS.cosign.states(&cosign_statement(SIGN, &manifest))]), Uncounted, "Vendor", "it says something else, `https://sigstore.dev/cosign/sign/v1`"),
        // Patterns.
        (scs("a publisher of others", vec![KEYS.vendor.publishes(FLAVORS, "3.1.0", component())]), Pattern, "[\"vendor-*\"", "Vendor signed it, and may publish other components only"),
        (Case { id: "scs-9000-shared-x", ..vendor("an id that begins with an exact one", vec![KEYS.vendor.publishes("scs-9000-shared-x", "3.1.0", component())]) }, Pattern, "[\"vendor-*\"", "`scs-9000-shared`"),
        (Case { id: "unheard-of", ..scs("nobody may publish it", vec![]) }, NoPublisher, "SCS", "no publisher may publish"),
        (Case { id: "unheard-of", ..scs("nobody may, and a stranger signed", vec![KEYS.stranger.publishes("unheard-of", "3.1.0", component())]) }, NoPublisher, "SCS", "found: envelope"),
        (Case { id: "unheard-of", ..scs("nobody may, and SCS signed", vec![KEYS.scs.publishes("unheard-of", "3.1.0", component())]) }, Pattern, "[\"scs-*\"]", "SCS signed it"),
        (vendor("unsigned, of two who may", vec![]), Unsigned, "Vendor", "signed by Vendor or Auditor"),
        (Case { policy: "format: touchstone.trust/v1", ..scs("a policy that says nothing", vec![good()]) }, NoPublisher, "format", "no publisher may publish"),
        // Revocation.
        (Case { component: revoked(), ..scs("revoked, signed and accepted", vec![KEYS.scs.publishes(FLAVORS, "3.1.0", revoked())]) }, Revoked, "sha256:", "it is revoked: says PASS too often"),
        (Case { component: revoked(), version: "1.0.0", ..scs("revoked and old", vec![]) }, Revoked, "sha256:", "revoked"),
        (Case { component: revoked(), id: VENDOR, ..scs("revoked under another id", vec![]) }, Revoked, "sha256:", "revoked"),
        // Versions.
        (at("an older version", FLAVORS, "3.0.9"), Minimum, "3.1.0", "asks for version 3.1.0 or newer"),
        (at("a pre-release of the minimum", FLAVORS, "3.1.0-rc.1"), Minimum, "3.1.0", "found: version 3.1.0-rc.1"),
        (at("an older pre-release", "scs-0200-pre", "1.0.0-rc.1"), Minimum, "1.0.0-rc.2", "1.0.0-rc.2 or newer"),
        (at("a rule for many", "scs-0103-standard-flavors", "1.9.9"), Minimum, "2.0.0", "the rule for `scs-01*`"),
        (Case { component: accepted(), version: "3.0.0", ..scs("accepted and old", vec![]) }, Minimum, "3.1.0", "or newer"),
        (Case { version: "3.0.0", ..scs("old and unsigned", vec![]) }, Minimum, "3.1.0", "or newer"),
        // Ceilings.
        (asks("asks to create", &["compute GET /**", "compute POST /servers max 1"]), Never, "create,", "components of Vendor never get grants to create"),
        (asks("asks to probe", &["network PROBE /"]), Never, "probe]", "never get grants to probe"),
        (Case { granted: &["compute POST /servers max 1"], ..asks("is granted to create", &[]) }, Never, "create,", "the scope manifest grants it `compute POST /servers max 1`"),
        (asks("asks for another service", &["image GET /images"]), AtMost, "[\"compute GET /**\"", "it asks for `image GET /images`"),
        (Case { granted: &["image GET /images"], ..asks("is granted another service", &["compute GET /flavors/**"]) }, AtMost, "[\"compute GET /**\"", "the scope manifest grants it `image GET"),
        (asks("asks for the root", &["compute GET /"]), AtMost, "[\"compute GET /**\"", "components of Vendor get at most"),
        (audited("asks for too many", &["block-storage POST /volumes max 4"]), AtMost, "[\"block-storage GET", "components of Auditor"),
        (audited("asks for too much", &["block-storage POST /volumes max 1, 11 GiB"]), AtMost, "[\"block-storage GET", "11 GiB"),
        (audited("asks for too many together", &["block-storage POST /volumes max 2", "block-storage POST /volumes max 3"]), AtMost, "[\"block-storage GET", "too much together"),
        (Case { asks: &["network GET /"], ..vendor("above the ceilings of both", vec![by(&KEYS.vendor), by(&KEYS.auditor)]) }, AtMost, "[\"compute GET /**\"", "components of Vendor"),
        (Case { asks: &["compute DELETE /servers/*"], ..scs("a rule of the component", vec![good()]) }, Never, "change]", "components that match `scs-01*` never get grants to change"),
        (Case { granted: &["compute DELETE /servers/*"], ..scs("a rule of the component, granted", vec![good()]) }, Never, "change]", "the scope manifest"),
        (Case { component: ours(), asks: &["compute DELETE /servers/*"], ..scs("accepted, above a rule", vec![]) }, Never, "change]", "components that match"),
        (Case { id: "vendor-bounded", component: accepted(), asks: &["compute GET /servers"], ..scs("accepted, above the ceiling of a rule", vec![]) }, AtMost, "[\"compute GET /flavors/**\"", "components that match `vendor-bounded` get"),
        (Case { asks: &["image GET /images"], ..vendor("above its ceiling, and signed by another", vec![by(&KEYS.scs), by(&KEYS.vendor)]) }, AtMost, "[\"compute GET /**\"", "components of Vendor"),
        // Accepted hashes.
        (Case { component: other(), ..scs("another hash than the accepted ones", vec![]) }, Unsigned, "SCS", "no signature"),
        // cosign before 3.
        (vendor("cosign with a stranger's key", vec![KEYS.stranger_cosign.cosign(&manifest)]), Uncounted, "Vendor", "none of the policy's keys"),
        (vendor("cosign of another component", vec![KEYS.cosign.cosign(&foreign)]), Uncounted, "Vendor", "the OCI manifest is of another component"),
        (vendor("cosign, shown with another manifest", with_manifest(KEYS.cosign.cosign(&foreign), &manifest)), Uncounted, "Vendor", "about another OCI manifest"),
        (vendor("cosign of two layers", cosign_of(|manifest| {
            let layer = manifest["layers"][0].clone();
            manifest["layers"].as_array_mut().expect("a list").push(layer);
        })), Uncounted, "Vendor", "has 2 layers"),
        (vendor("cosign of no layer", cosign_of(|manifest| manifest["layers"] = json!([]))), Uncounted, "Vendor", "has 0 layers"),
        (vendor("cosign of another kind of layer", cosign_of(|manifest| manifest["layers"][0]["mediaType"] = "text/plain".into())), Uncounted, "Vendor", "the layer is of type `text/plain`"),
        (vendor("cosign of an index", cosign_of(|manifest| manifest["mediaType"] = "application/vnd.oci.image.index.v1+json".into())), Uncounted, "Vendor", "no OCI image manifest, by its media type"),
        (vendor("cosign of no manifest", vec![KEYS.cosign.cosign("[]")]), Uncounted, "Vendor", "no OCI image manifest"),
        (vendor("cosign of something else", vec![KEYS.cosign.cosign_payload(r#"{"critical":{"image":{"docker-manifest-digest":"x"},"type":"atomic container signature"}}"#, &manifest)]), Uncounted, "Vendor", "it says something else, `atomic"),
        (vendor("cosign of a long payload", vec![KEYS.cosign.cosign_payload(&" ".repeat((64 << 10) + 1), &manifest)]), Uncounted, "Vendor", "the payload is longer"),
        (vendor("cosign of a long manifest", cosign_of(|manifest| manifest["annotations"] = " ".repeat(4 << 20).into())), Uncounted, "Vendor", "the OCI manifest is longer"),
        (vendor("cosign of a blob", vec![KEYS.cosign.cosign_payload("hello", &manifest)]), Uncounted, "Vendor", "no payload of cosign"),
        (vendor("cosign without Base64", unreadable()), Uncounted, "Vendor", "not Base64"),
        (vendor("cosign without a key", keyless()), Uncounted, "Vendor", "which Touchstone does not verify"),
        (scs("cosign by a publisher of others", vec![KEYS.cosign.cosign(&manifest)]), Pattern, "[\"vendor-*\"", "Vendor signed it"),
        // cosign 3.
        (vendor("a bundle with a stranger's key", vec![bundled(&KEYS.stranger_cosign.bundle(&manifest), &manifest)]), Uncounted, "Vendor", "no signature of the envelope"),
        (vendor("a bundle of another component", vec![bundled(&KEYS.cosign.bundle(&foreign), &foreign)]), Uncounted, "Vendor", "the OCI manifest is of another component"),
        (vendor("a bundle, shown with another manifest", vec![bundled(&KEYS.cosign.bundle(&foreign), &manifest)]), Uncounted, "Vendor", "about another OCI manifest"),
        (vendor("a bundle with a certificate", bundle(|bundle| bundle["verificationMaterial"] = json!({"certificate": {"rawBytes": ""}}))), Uncounted, "Vendor", "keyless"),
        (vendor("a bundle with a chain", bundle(|bundle| bundle["verificationMaterial"] = json!({"x509CertificateChain": {"certificates": []}}))), Uncounted, "Vendor", "keyless"),
        (vendor("a bundle of a blob", bundle(|bundle| {
            bundle.as_object_mut().expect("an object").remove("dsseEnvelope");
            bundle["messageSignature"] = json!({"signature": ""});
        })), Uncounted, "Vendor", "holds no envelope"),
        (vendor("a long bundle", bundle(|bundle| bundle["more"] = " ".repeat(256 << 10).into())), Uncounted, "Vendor", "the bundle is longer"),
        (vendor("an older bundle", bundle(|bundle| bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1".into())), Uncounted, "Vendor", "it is of type"),
        (vendor("an attestation", vec![bundled(&KEYS.cosign.bundle_of(&cosign_statement("https://slsa.dev/provenance/v1", &manifest)), &manifest)]), Uncounted, "Vendor", "it says something else, `https://slsa.dev/provenance/v1`"),
        (vendor("a publication in a bundle", vec![bundled(&KEYS.cosign.bundle_of(&cosign_statement(PUBLICATION_TYPE, &manifest)), &manifest)]), Uncounted, "Vendor", "it says something else"),
        (vendor("no bundle", bundle(|bundle| *bundle = json!("bundle"))), Uncounted, "Vendor", "no bundle"),
    ];
    assert!(cases.len() >= 60, "{}", cases.len());
    for (case, by, begin, said) in cases {
        let refusal = decide(&case).expect_err(case.what);
        assert_eq!(refusal.by, by, "{}: {refusal}", case.what);
        let place = standing(case.policy, refusal.line, refusal.column);
        assert!(place.starts_with(begin), "{}: {place}", case.what);
        let whole = refusal.to_string();
        assert!(whole.contains(said), "{}: {whole}", case.what);
        let beginning = format!(
            "trust.yaml:{}:{}: `{}` {} ({}) may not run: ",
            refusal.line, refusal.column, case.id, case.version, case.component
        );
        assert!(whole.starts_with(&beginning) && whole.contains("\n  help: "), "{}: {whole}", case.what);
    }
}
