use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::key::tests::key;
use crate::{LineProblem, SigningKey, Validity};

const NAMESPACE: &str = "file@touchstone";
const TYPE: &str = "application/vnd.in-toto+json";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    time("2026-06-01T12:00:00Z")
}

/// A file with one line a key: what stands before it, and its seed.
fn allowed(lines: &[(&str, u8)]) -> AllowedSigners {
    let lines = lines.iter().map(|(before, seed)| format!("{before} {}\n", key(*seed).public_key()));
    AllowedSigners::parse(&lines.collect::<String>()).unwrap()
}

/// Asks for both a detached signature and an envelope of `key`, which must agree.
fn ask(allowed: &AllowedSigners, key: &SigningKey, at: Timestamp) -> Result<Signer, SignatureError> {
    let detached = allowed.verify(NAMESPACE, b"content", &key.sign(NAMESPACE, b"content").unwrap(), at);
    let envelope = allowed.verify_envelope(NAMESPACE, &key.envelope(TYPE, b"content"), at);
    let envelope = envelope.map(|(signer, payload)| {
        assert_eq!(payload, Payload { payload_type: TYPE.into(), payload: b"content".into() });
        signer
    });
    match (&detached, &envelope) {
        (Err(SignatureError::KeyNotAllowed { fingerprint }), Err(SignatureError::NoneHolds { claimed })) => {
            assert_eq!(claimed, &[format!("`{fingerprint}`")]);
        }
        _ => assert_eq!(detached, envelope),
    }
    detached
}

#[test]
fn an_allowed_key_signs() {
    let allowed = allowed(&[("jane", 1), ("john,joan@*", 2)]);
    let signer = |principals: &str, seed| Signer {
        principals: principals.into(),
        fingerprint: key(seed).fingerprint(),
    };
    assert_eq!(ask(&allowed, &key(1), now()), Ok(signer("jane", 1)));
    assert_eq!(ask(&allowed, &key(2), now()), Ok(signer("john,joan@*", 2)));
}

#[test]
fn another_key_does_not() {
    let fingerprint = key(3).fingerprint();
    for allowed in [allowed(&[("jane", 1), ("john", 2)]), AllowedSigners::default()] {
        let refused = ask(&allowed, &key(3), now()).unwrap_err();
        assert_eq!(refused, SignatureError::KeyNotAllowed { fingerprint: fingerprint.clone() });
        assert!(refused.to_string().contains(&fingerprint));
    }
}

#[test]
fn a_key_signs_for_its_namespaces_only() {
    for namespaces in ["file@touchstone", "git,file@*", "*,!git"] {
        let allowed = allowed(&[(&format!("jane namespaces=\"{namespaces}\""), 1)]);
        assert!(ask(&allowed, &key(1), now()).is_ok(), "{namespaces}");
    }
    for namespaces in ["git", "", "file", "*,!file@*"] {
        let allowed = allowed(&[("other", 2), (&format!("jane namespaces=\"{namespaces}\""), 1)]);
        let refused = SignatureError::NotForNamespace {
            fingerprint: key(1).fingerprint(),
            namespace: NAMESPACE.into(),
            line: 2,
        };
        assert_eq!(ask(&allowed, &key(1), now()), Err(refused), "{namespaces}");
    }
}

#[test]
fn a_key_signs_at_its_time_only() {
    let allowed = allowed(&[("jane valid-after=\"20260101Z\",valid-before=\"20261231\"", 1)]);
    for at in ["2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-12-31T00:00:00Z"] {
        assert!(ask(&allowed, &key(1), time(at)).is_ok(), "{at}");
    }
    for at in ["2025-12-31T23:59:59Z", "2026-12-31T00:00:01Z"] {
        let refused = ask(&allowed, &key(1), time(at)).unwrap_err();
        let validity = Validity {
            after: Some(time("2026-01-01T00:00:00Z")),
            before: Some(time("2026-12-31T00:00:00Z")),
        };
        let expected = SignatureError::NotAtThisTime {
            fingerprint: key(1).fingerprint(),
            at: time(at),
            validity,
            line: 1,
        };
        assert_eq!(refused, expected);
        assert!(refused.to_string().ends_with(&format!("not at {at}")), "{refused}");
    }
}

#[test]
fn one_line_must_allow_all_of_it() {
    let allowed = allowed(&[
        ("old valid-before=\"20200101\"", 1),
        ("git namespaces=\"git\"", 1),
        ("jane namespaces=\"file@*\",valid-after=\"20260101\"", 1),
        ("doe", 1),
    ]);
    assert_eq!(ask(&allowed, &key(1), now()).unwrap().principals, "jane,doe");
    let apart = self::allowed(&[("old valid-before=\"20200101\"", 1), ("git namespaces=\"git\"", 1)]);
    assert!(matches!(ask(&apart, &key(1), now()), Err(SignatureError::NotAtThisTime { line: 1, .. })));
}

#[test]
fn a_signature_is_for_one_namespace_and_one_content() {
    let allowed = allowed(&[("jane", 1)]);
    let signature = key(1).sign("git\n", b"content").unwrap();
    let refused = allowed.verify(NAMESPACE, b"content", &signature, now());
    let (expected, found) = (NAMESPACE.into(), "`git\\n`".into());
    assert_eq!(refused, Err(SignatureError::OtherNamespace { expected, found }));
    let signature = key(1).sign(NAMESPACE, b"content").unwrap();
    let fingerprint = key(1).fingerprint();
    let refused = allowed.verify(NAMESPACE, b"other content", &signature, now());
    assert_eq!(refused, Err(SignatureError::DoesNotFit { fingerprint }));
}

fn changed(seed: u8, pointer: &str, value: Value) -> String {
    let mut envelope: Value = serde_json::from_str(&key(seed).envelope(TYPE, b"content")).unwrap();
    *envelope.pointer_mut(pointer).unwrap() = value;
    envelope.to_string()
}

#[test]
fn an_envelope_is_of_one_type_and_one_payload() {
    let allowed = allowed(&[("jane", 1), ("john", 2)]);
    let sig = |seed| -> Value {
        serde_json::from_str::<Value>(&key(seed).envelope(TYPE, b"content")).unwrap()["signatures"][0]["sig"]
            .clone()
    };
    for (pointer, value) in [
        ("/payloadType", json!("text/plain")),
        ("/payload", json!("AAAA")),
        ("/signatures/0/sig", sig(3)),
        ("/signatures/0/sig", json!("AAAA")),
    ] {
        let refused = allowed.verify_envelope(NAMESPACE, &changed(1, pointer, value), now());
        assert_eq!(
            refused,
            Err(SignatureError::DoesNotFit { fingerprint: key(1).fingerprint() }),
            "{pointer}"
        );
    }
}

#[test]
fn the_key_id_is_not_trusted() {
    let allowed = allowed(&[("jane", 1), ("john", 2)]);
    for keyid in [json!(null), json!(""), json!("\x1b[2J"), json!(key(2).fingerprint())] {
        let (signer, _) =
            allowed.verify_envelope(NAMESPACE, &changed(1, "/signatures/0/keyid", keyid), now()).unwrap();
        assert_eq!(signer.principals, "jane");
    }
    let lie = changed(3, "/signatures/0/keyid", json!(key(1).fingerprint()));
    assert!(allowed.verify_envelope(NAMESPACE, &lie, now()).is_err());
    let hostile = changed(3, "/signatures/0/keyid", json!("\x1b[2J"));
    let refused = allowed.verify_envelope(NAMESPACE, &hostile, now()).unwrap_err();
    assert_eq!(refused, SignatureError::NoneHolds { claimed: vec!["`\\u{1b}[2J`".into()] });
}

#[test]
fn one_signature_of_an_envelope_is_enough() {
    let signature = |seed| -> Value {
        serde_json::from_str::<Value>(&key(seed).envelope(TYPE, b"content")).unwrap()["signatures"][0].clone()
    };
    let both = changed(1, "/signatures", json!([signature(3), {"sig": "AAAA"}, signature(2), signature(1)]));
    let ask = |lines: &[(&str, u8)]| {
        let signer = allowed(lines).verify_envelope(NAMESPACE, &both, now());
        signer.map(|(signer, _)| signer.principals)
    };
    assert_eq!(ask(&[("jane", 1), ("john", 2)]).unwrap(), "john");
    assert_eq!(ask(&[("jane", 1), ("john namespaces=\"git\"", 2)]).unwrap(), "jane");
    assert!(matches!(
        ask(&[("john namespaces=\"git\"", 2), ("jane valid-before=\"20200101\"", 1)]),
        Err(SignatureError::NotForNamespace { line: 1, .. })
    ));
    assert!(matches!(ask(&[("other", 4)]), Err(SignatureError::NoneHolds { claimed }) if claimed.len() == 3));
}

#[test]
fn a_file_is_read_to_its_end() {
    let text = format!("# us\n\n{}\njane {}\n", "john ssh-rsa AAAA", key(1).public_key());
    assert_eq!(AllowedSigners::parse(&text).unwrap().entries.len(), 1);
    assert_eq!(AllowedSigners::parse(&text.replace('\n', "\r\n")).unwrap().entries.len(), 1);
    let wrong = format!("{text}*@example.org cert-authority {}", key(2).public_key());
    let expected = AllowedSignersError::Line { line: 5, problem: LineProblem::CertAuthority };
    assert_eq!(AllowedSigners::parse(&wrong), Err(expected.clone()));
    assert!(expected.to_string().starts_with("line 5: cert-authority: certificates are not supported"));
    assert_eq!(AllowedSigners::parse(""), Ok(AllowedSigners::default()));
}

#[test]
fn a_long_file_is_not_read() {
    let limit = MAX_ALLOWED_SIGNERS_BYTES;
    assert!(AllowedSigners::parse(&"\n".repeat(limit)).is_ok());
    assert_eq!(AllowedSigners::parse(&"\n".repeat(limit + 1)), Err(AllowedSignersError::TooLong { limit }));
}

/// `text` with each byte changed, one at a time and each in two ways, where that is still text.
fn flipped(text: &str) -> impl Iterator<Item = (usize, String)> {
    (0..text.len()).flat_map(move |at| {
        [0, 1 + at % 6].into_iter().filter_map(move |bit| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            String::from_utf8(bytes).ok().map(|text| (at, text))
        })
    })
}

#[test]
fn no_byte_of_a_signature_or_of_what_it_signs_can_be_changed() {
    let allowed = allowed(&[("jane", 1)]);
    let (content, signature) = ("some content\n", key(1).sign(NAMESPACE, b"some content\n").unwrap());
    let verify =
        |content: &str, signature: &str| allowed.verify(NAMESPACE, content.as_bytes(), signature, now());
    assert!(verify(content, &signature).is_ok());
    for (at, changed) in flipped(&signature) {
        assert!(verify(content, &changed).is_err(), "byte {at}:\n{changed}");
    }
    for (at, changed) in flipped(content) {
        assert!(verify(&changed, &signature).is_err(), "byte {at}:\n{changed}");
    }
}

#[test]
fn no_byte_of_an_envelope_can_be_changed_but_of_the_key_id() {
    let allowed = allowed(&[("jane", 1)]);
    let envelope = key(1).envelope(TYPE, b"some content\n");
    let good = allowed.verify_envelope(NAMESPACE, &envelope, now()).unwrap();
    let begin = envelope.find("\"keyid\"").unwrap();
    let hint = begin..begin + envelope[begin..].find(',').unwrap();
    for (at, changed) in flipped(&envelope) {
        if let Ok(read) = allowed.verify_envelope(NAMESPACE, &changed, now()) {
            assert!(hint.contains(&at) && read == good, "byte {at}:\n{changed}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in "\\PC{0,80}", line in "[a-z\"=, \\\\*!-]{0,60}") {
        let allowed = allowed(&[("jane", 1)]);
        prop_assert!(allowed.verify(NAMESPACE, b"", &text, now()).is_err());
        prop_assert!(allowed.verify_envelope(NAMESPACE, &text, now()).is_err());
        // Either is fine, as long as it comes back.
        let _ = AllowedSigners::parse(&format!("{text}\n{line}"));
        let _ = AllowedSigners::parse(&format!("jane {line} {}", key(1).public_key()));
    }
}
