//! What runs.

use serde_json::json;
use touchstone_trust::{AcceptedBy, Signature};

use crate::case::*;
use crate::signing::{KEYS, bundled, manifest};

/// They run, by the word of that publisher (or for that reason), trusted or not.
#[test]
fn these_run() {
    let manifest = manifest(component());
    let good_bundle = KEYS.cosign.bundle(&manifest);
    let many = |count: usize| vec![KEYS.stranger.publishes(FLAVORS, "3.1.0", component()); count];
    let hash = |component, what| Case { component, ..scs(what, vec![]) };
    let mut with_more = statement();
    with_more["more"] = json!({"a": 1});
    let cases: Vec<(Case, &str, bool)> = vec![
        // Signatures and keys.
        (scs("signed by its publisher", vec![good()]), "SCS", true),
        (
            scs(
                "signed by another key of its publisher",
                vec![KEYS.scs_new.publishes(FLAVORS, "3.1.0", component())],
            ),
            "SCS",
            true,
        ),
        (
            scs(
                "one of two signatures of an envelope holds",
                envelope(|envelope| {
                    envelope["signatures"] = json!([signature_of(&KEYS.stranger), signature_of(&KEYS.scs)]);
                }),
            ),
            "SCS",
            true,
        ),
        (
            scs(
                "one of several envelopes holds",
                [many(1), vec![Signature::Envelope(vec![0xff]), good()]].concat(),
            ),
            "SCS",
            true,
        ),
        (scs("the last that is looked at holds", [many(63), vec![good()]].concat()), "SCS", true),
        (
            scs(
                "the key id is wrong",
                envelope(|envelope| envelope["signatures"][0]["keyid"] = "SHA256:x".into()),
            ),
            "SCS",
            true,
        ),
        (scs("the statement says more", vec![KEYS.scs.states(&with_more.to_string())]), "SCS", true),
        (vendor("an envelope of a P-256 key", vec![by(&KEYS.cosign)]), "Vendor", false),
        (vendor("an envelope of an Ed25519 key in PEM", vec![by(&KEYS.cosign_ed25519)]), "Vendor", false),
        // Patterns.
        (
            Case {
                id: "scs-9000-shared",
                ..vendor("an exact id", vec![KEYS.vendor.publishes("scs-9000-shared", "3.1.0", component())])
            },
            "Vendor",
            false,
        ),
        (
            Case {
                id: "scs-9000-shared",
                ..vendor(
                    "of two publishers, the trusted one counts",
                    vec![
                        KEYS.vendor.publishes("scs-9000-shared", "3.1.0", component()),
                        KEYS.scs.publishes("scs-9000-shared", "3.1.0", component()),
                    ],
                )
            },
            "SCS",
            true,
        ),
        (
            vendor("of two publishers, the first counts", vec![by(&KEYS.auditor), by(&KEYS.vendor)]),
            "Vendor",
            false,
        ),
        (
            vendor("signed by one who may not publish it, too", vec![by(&KEYS.scs), by(&KEYS.vendor)]),
            "Vendor",
            false,
        ),
        // Versions.
        (at("a newer version", FLAVORS, "3.2.0"), "SCS", true),
        (at("a pre-release of a newer version", FLAVORS, "3.2.0-rc.1"), "SCS", true),
        (at("the same version of another build", FLAVORS, "3.1.0+debian"), "SCS", true),
        (at("pre-releases are ordered as numbers", "scs-0200-pre", "1.0.0-rc.10"), "SCS", true),
        (at("the very pre-release", "scs-0200-pre", "1.0.0-rc.2"), "SCS", true),
        (at("a minimum for others", "scs-0103-standard-flavors", "2.0.0"), "SCS", true),
        (at("no minimum", "scs-0300-x", "0.0.1"), "SCS", true),
        // Ceilings.
        (
            asks("below the publisher's ceiling", &["compute GET /flavors/**", "network HEAD /networks"]),
            "Vendor",
            false,
        ),
        (
            Case {
                granted: &["compute GET /flavors/**"],
                ..asks("what is granted too", &["compute GET /flavors/*"])
            },
            "Vendor",
            false,
        ),
        (
            audited("a budget that is just enough", &["block-storage POST /volumes max 3, 10 GiB"]),
            "Auditor",
            false,
        ),
        (
            audited(
                "two budgets that are just enough",
                &["block-storage POST /volumes max 1, 5 GiB", "block-storage POST /volumes max 2, 5 GiB"],
            ),
            "Auditor",
            false,
        ),
        (
            Case {
                asks: &["block-storage POST /volumes max 1"],
                ..vendor("one of two publishers lets it", vec![by(&KEYS.vendor), by(&KEYS.auditor)])
            },
            "Auditor",
            false,
        ),
        (Case { asks: &["compute POST /servers max 99"], ..scs("no ceiling", vec![good()]) }, "SCS", true),
        (
            Case {
                id: "vendor-bounded",
                asks: &["compute GET /flavors/**"],
                ..vendor(
                    "below both ceilings",
                    vec![KEYS.vendor.publishes("vendor-bounded", "3.1.0", component())],
                )
            },
            "Vendor",
            false,
        ),
        // Accepted hashes.
        (hash(accepted(), "accepted, and unsigned"), "reviewed by Jane", false),
        (hash(ours(), "accepted and trusted"), "ours", true),
        (
            Case { id: "unheard-of", ..hash(accepted(), "accepted, though nobody may publish it") },
            "reviewed by Jane",
            false,
        ),
        (
            Case {
                component: accepted(),
                ..scs(
                    "accepted, and signed by one who is trusted",
                    vec![KEYS.scs.publishes(FLAVORS, "3.1.0", accepted())],
                )
            },
            "SCS",
            true,
        ),
        (
            Case {
                component: accepted(),
                asks: &["compute POST /servers max 1"],
                ..vendor(
                    "accepted, above its publisher's ceiling",
                    vec![KEYS.vendor.publishes(VENDOR, "3.1.0", accepted())],
                )
            },
            "reviewed by Jane",
            false,
        ),
        // cosign.
        (vendor("cosign before 3", vec![KEYS.cosign.cosign(&manifest)]), "Vendor", false),
        (
            vendor("cosign before 3, with Ed25519", vec![KEYS.cosign_ed25519.cosign(&manifest)]),
            "Vendor",
            false,
        ),
        (vendor("cosign 3", vec![bundled(&good_bundle, &manifest)]), "Vendor", false),
        (
            vendor(
                "a manifest without a media type",
                cosign_of(|manifest| manifest["mediaType"].take().as_null().unwrap_or(())),
            ),
            "Vendor",
            false,
        ),
        (
            vendor(
                "a keyless one beside a good one",
                [keyless(), vec![bundled(&good_bundle, &manifest)]].concat(),
            ),
            "Vendor",
            false,
        ),
    ];
    assert!(cases.len() >= 30, "{}", cases.len());
    for (case, who, trusted) in cases {
        let accepted = decide(&case).unwrap_or_else(|refusal| panic!("{}: {refusal}", case.what));
        let (said, begin) = match &accepted.by {
            AcceptedBy::Publisher { name } => (name, name.as_str()),
            AcceptedBy::Hash { reason } => (reason, "sha256:"),
        };
        assert_eq!((said.as_str(), accepted.trusted), (who, trusted), "{}", case.what);
        let place = standing(case.policy, accepted.line, accepted.column);
        assert!(place.starts_with(begin), "{}: {place}", case.what);
    }
}
