use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::record::{Call, CallResult, Evidence};
use crate::samples;

mod rules;

const IMAGES: &str = r#"{"images": [
    {"id": "i1", "name": "ours", "visibility": "private", "owner": "p1", "size": 5, "tags": ["x", "y"]},
    {"id": "i2", "name": "Debian 12", "visibility": "public", "owner": "p0", "size": 5, "tags": []}
]}"#;

fn rules(text: &str) -> Rules {
    Rules::parse(&format!("format: touchstone.redaction/v1\nrules:\n{text}")).unwrap()
}

/// A tape with a list of images that two units read, and more.
fn original() -> Tape {
    let write = |writer: &mut Writer<Vec<u8>>| {
        let mut header = samples::header();
        let body = writer.body(b"<xml/>").unwrap();
        header.evidence.insert("tempest".into(), Evidence { file: "t.xml".into(), body, written_at: None });
        header.attestations.push(crate::record::Attestation { body: writer.body(b"signed").unwrap() });
        writer.header(&header).unwrap();
        let images = writer.body(IMAGES.as_bytes()).unwrap();
        for number in 0..2 {
            writer.unit(&samples::unit(number)).unwrap();
            writer.call(&samples::call(number, samples::read_of("/images", Some(images)))).unwrap();
            writer.call(&samples::call(number, samples::denied("/x"))).unwrap();
            writer.unit_end(&samples::unit_end(number)).unwrap();
        }
        writer.unit(&samples::unit(2)).unwrap();
        let image = writer.body(br#"{"name": "ours",  "owner": "p1"}"#).unwrap();
        writer.call(&samples::call(2, samples::read_of("/images/i1", Some(image)))).unwrap();
        let text = writer.body(b"ours, in words").unwrap();
        writer.call(&samples::call(2, samples::read_of("/images/i1/file", Some(text)))).unwrap();
        let sent = writer.body(br#"{"volume": {"name": "touchstone-x"}}"#).unwrap();
        let created = writer.body(br#"{"volume": {"id": "v1", "user_id": "u1"}}"#).unwrap();
        writer.call(&samples::call(2, samples::creation(Some(sent), Some(created)))).unwrap();
        let probe = |result| Did::Probe { service: "object-store".into(), path: "/".into(), result };
        let probed = writer.body(br#"{"host": "s3.internal"}"#).unwrap();
        writer.call(&samples::call(2, probe(samples::answer(Some(probed))))).unwrap();
        writer.call(&samples::call(2, samples::read_of("/images", None))).unwrap();
        writer.unit_end(&samples::unit_end(2)).unwrap();
    };
    Tape::read(&samples::written(write, Some(&samples::end()))[..]).unwrap()
}

/// The copy, as it is read again, and how many fields were taken out.
fn copy_of(tape: &Tape, rules: &Rules) -> (Tape, u64) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    let done = redact(tape, rules, &file).unwrap();
    let copy = Tape::open(&file).unwrap();
    assert_eq!(done.recorded, Recorded { sha256: copy.digest(), bytes: copy.bytes });
    (copy, done.fields)
}

/// The bodies of all answers.
fn answers(tape: &Tape) -> Vec<String> {
    samples::calls(tape).into_iter().map(|(_, body)| String::from_utf8(body.to_vec()).unwrap()).collect()
}

fn images(tape: &Tape) -> Value {
    serde_json::from_str(&answers(tape)[0]).unwrap()
}

/// All calls without the numbers of their bodies.
fn asked(tape: &Tape) -> Vec<Call> {
    let mut calls: Vec<Call> = samples::calls(tape).into_iter().map(|(call, _)| call).collect();
    for call in &mut calls {
        if let Did::Call { result: CallResult::Answer(answer), .. }
        | Did::Create { result: CallResult::Answer(answer), .. }
        | Did::Probe { result: CallResult::Answer(answer), .. } = &mut call.did
        {
            answer.body = None;
        }
        if let Did::Create { request, .. } = &mut call.did {
            request.body = None;
        }
    }
    calls
}

#[test]
fn what_is_dropped_is_gone_and_nothing_else() {
    let tape = original();
    let rules = rules("- {answers: image GET /images, field: images/*/owner, action: drop}");
    let (copy, fields) = copy_of(&tape, &rules);
    assert_eq!(fields, 4, "two images, twice");
    let mut expected: Value = serde_json::from_str(IMAGES).unwrap();
    for image in expected["images"].as_array_mut().unwrap() {
        image.as_object_mut().unwrap().remove("owner").unwrap();
    }
    assert_eq!(images(&copy), expected);
    let (before, after) = (answers(&tape), answers(&copy));
    assert_eq!(after[2], after[0]);
    for (number, (before, after)) in before.iter().zip(&after).enumerate() {
        assert_eq!(before == after, ![0, 2].contains(&number), "{number}: {after}");
    }
    let Did::Create { request, .. } = &copy.units[2].calls[2].did else { panic!() };
    assert_eq!(copy.body(request.body), r#"{"volume": {"name": "touchstone-x"}}"#);
    assert_eq!(copy.body(Some(copy.header.evidence["tempest"].body)), "<xml/>");
    assert_eq!(copy.body(Some(copy.header.attestations[0].body)), "signed");
    assert_eq!(copy.bodies(), tape.bodies(), "what was equal is stored once");
}

#[test]
fn the_copy_is_a_whole_tape_that_says_what_it_is() {
    let tape = original();
    let text = "format: touchstone.redaction/v1\nrules:\n- {identity: user_name, action: drop}";
    let (copy, fields) = copy_of(&tape, &Rules::parse(text).unwrap());
    let rules = digest_text(&Sha256::digest(text).into());
    let redacted = Redacted { original: tape.digest(), rules, fields: 1 };
    assert_eq!((fields, copy.header.redacted.as_ref()), (1, Some(&redacted)));
    assert_ne!(copy.sha256, tape.sha256);
    assert_eq!((&copy.damage, &copy.end), (&None, &tape.end));
    let identity = Identity { user_name: String::new(), ..tape.header.identity.clone().unwrap() };
    let header = Header { identity: Some(identity), redacted: Some(redacted), ..tape.header.clone() };
    assert_eq!(copy.header, header);
    assert_eq!(asked(&copy), asked(&tape));
    assert_eq!(answers(&copy), answers(&tape));
    for (copied, unit) in copy.units.iter().zip(&tape.units) {
        assert_eq!((&copied.unit, &copied.end), (&unit.unit, &unit.end));
    }
    let (again, _) = copy_of(&copy, &Rules::parse(text).unwrap());
    assert_eq!(again.header.redacted.unwrap().original, copy.digest(), "a copy of a copy");
}

#[test]
fn what_is_hashed_stays_comparable_and_cannot_be_tried_out() {
    let tape = original();
    let rules = rules(
        "- {answers: image GET /images, field: images/*/owner, action: hash}
- {answers: image GET /images, field: images/*/size, action: hash}
- {answers: image GET /images, field: images/*/name, action: hash}
- {answers: 'image GET /images/*', field: owner, action: hash}
- {identity: project_id, action: hash}",
    );
    let (copy, fields) = copy_of(&tape, &rules);
    assert_eq!(fields, 14);
    let images = images(&copy);
    let text = |image: usize, field: &str| images["images"][image][field].as_str().unwrap().to_owned();
    let digits = |text: &str| text.strip_prefix("redacted-").is_some_and(|rest| rest.len() == 16);
    for field in ["owner", "size", "name"] {
        assert!(digits(&text(0, field)) && digits(&text(1, field)), "{images}");
    }
    assert_ne!(text(0, "owner"), text(1, "owner"));
    assert_ne!(text(0, "name"), text(1, "name"));
    assert_eq!(text(0, "size"), text(1, "size"));
    let one: Value = serde_json::from_str(&answers(&copy)[4]).unwrap();
    assert_eq!(one, json!({"name": "ours", "owner": text(0, "owner")}), "the same in another answer");
    assert_eq!(copy.header.identity.as_ref().unwrap().project_id, text(0, "owner"), "and who we are");
    let (other, _) = copy_of(&tape, &rules);
    let of_other: Value = serde_json::from_str(&answers(&other)[0]).unwrap();
    assert_ne!(of_other["images"][0]["owner"], text(0, "owner"), "another secret each time");
}

#[test]
fn conditions_choose_things() {
    let tape = original();
    for (when, expected) in [
        ("{visibility: private}", [None, Some("Debian 12")]),
        ("{visibility: public}", [Some("ours"), None]),
        ("{visibility: private, id: i2}", [Some("ours"), Some("Debian 12")]),
        ("{size: '5'}", [None, None]),
        ("{tags: '[]'}", [Some("ours"), None]),
        ("{missing: x}", [Some("ours"), Some("Debian 12")]),
        ("{}", [None, None]),
    ] {
        let rule =
            format!("- {{answers: image GET /images, field: images/*/name, when: {when}, action: drop}}");
        let (copy, fields) = copy_of(&tape, &rules(&rule));
        let images = images(&copy);
        let names = [0, 1].map(|number| images["images"][number].get("name").and_then(Value::as_str));
        assert_eq!(names, expected, "{when}");
        assert_eq!(fields, 2 * expected.iter().filter(|name| name.is_none()).count() as u64);
    }
}

#[test]
fn items_of_lists_are_fields_too() {
    let tape = original();
    let of = |rule: &str| {
        let (copy, fields) = copy_of(&tape, &rules(&format!("- {{answers: image GET /images, {rule}}}")));
        (images(&copy), fields)
    };
    let (hashed, fields) = of("field: images/*/tags/*, action: hash");
    let tag = |number: usize| hashed["images"][0]["tags"][number].as_str().unwrap();
    assert!(
        tag(0).starts_with("redacted-") && tag(1).starts_with("redacted-") && tag(0) != tag(1),
        "{hashed}"
    );
    assert_eq!((fields, &hashed["images"][1]["tags"]), (4, &json!([])));
    let (dropped, fields) = of("field: images/*/tags/*, action: drop");
    assert_eq!((fields, &dropped["images"][0]["tags"]), (4, &json!([])));
    let (fewer, fields) = of("field: images/*, when: {visibility: private}, action: drop");
    assert_eq!(
        (fields, fewer["images"].as_array().unwrap().len(), &fewer["images"][0]["id"]),
        (2, 1, &json!("i2"))
    );
    let (no_more, fields) = of("field: '*', action: drop");
    assert_eq!((fields, no_more), (2, json!({})));
    let (members, fields) = of("field: images/*/*, action: hash");
    assert_eq!(fields, 24);
    assert!(members["images"][0].as_object().unwrap().values().all(Value::is_string), "{members}");
}

#[test]
fn answers_to_creations_and_probes_are_answers() {
    let tape = original();
    let rules = rules(
        "- {answers: volumev3 POST /volumes max 1, field: volume/user_id, action: drop}
- {answers: object-store PROBE /, field: host, action: drop}",
    );
    let (copy, fields) = copy_of(&tape, &rules);
    assert_eq!(fields, 2);
    assert_eq!(answers(&copy)[6..8], [r#"{"volume":{"id":"v1"}}"#, "{}"]);
}

#[test]
fn what_no_rule_is_about_keeps_every_byte() {
    let tape = original();
    for rule in [
        "answers: image GET /images, field: images/*/nothing",
        "answers: image GET /images, field: images/name",
        "answers: image GET /images, field: nothing/*/name",
        "answers: image GET /images, field: images/*/id/deeper",
        "answers: image GET /schemas, field: images/*/name",
        "answers: compute GET /images, field: images/*/name",
        "answers: 'image DELETE /images/*', field: name",
    ] {
        let (copy, fields) = copy_of(&tape, &rules(&format!("- {{{rule}, action: drop}}")));
        assert_eq!((fields, answers(&copy)), (0, answers(&tape)), "{rule}");
    }
}

/// What is in it cannot be told, so nothing of it stays.
#[test]
fn an_answer_that_is_no_json_is_taken_out_whole() {
    let tape = original();
    let (copy, fields) =
        copy_of(&tape, &rules("- {answers: 'image GET /images/*/file', field: name, action: drop}"));
    let kept: Vec<String> =
        answers(&tape).into_iter().map(|text| text.replace("ours, in words", "")).collect();
    assert_eq!((fields, answers(&copy)), (1, kept));
}

#[test]
fn a_copy_of_a_tape_that_was_cut_off_is_cut_off() {
    let bytes = samples::tape_of(3, 4);
    let tape = Tape::read(&bytes[..bytes.len() - 1]).unwrap();
    let (copy, _) = copy_of(&tape, &rules("- {answers: 'image GET /images/*', field: images, action: drop}"));
    assert!(copy.end.is_none() && copy.damage.as_ref().is_some_and(|damage| !damage.changed));
    assert_eq!(copy.units.len(), 3);
    let first: Vec<String> = samples::calls(&copy)
        .into_iter()
        .map(|(_, body)| String::from_utf8(body.to_vec()).unwrap())
        .take(2)
        .collect();
    assert_eq!(first, ["{}", "{}"]);
}

#[test]
fn the_copy_is_for_its_owner_and_replaces_the_original_at_the_end() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tape");
    std::fs::write(&file, samples::tape_of(1, 2)).unwrap();
    let tape = Tape::open(&file).unwrap();
    redact(&tape, &rules("- {identity: user_id, action: hash}"), &file).unwrap();
    let copy = Tape::open(&file).unwrap();
    assert_eq!(copy.header.redacted.unwrap().original, tape.digest());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let missing = folder.path().join("missing").join("a.tape");
    let error = redact(&tape, &rules("- {identity: user_id, action: hash}"), &missing).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

proptest! {
    /// Wherever a secret is, below whatever names: a rule for its path takes it out.
    #[test]
    fn no_secret_stays(path in proptest::collection::vec("[a-c*]", 1..5), hash: bool) {
        let inner = path.iter().rev().fold(json!("secret"), |inner, step| match step.as_str() {
            "*" => json!([inner, inner]),
            name => json!({"z": 1, name: inner}),
        });
        let body = inner.to_string();
        let write = |writer: &mut Writer<Vec<u8>>| {
            writer.header(&samples::header()).unwrap();
            writer.unit(&samples::unit(0)).unwrap();
            let body = writer.body(body.as_bytes()).unwrap();
            writer.call(&samples::call(0, samples::read_of("/", Some(body)))).unwrap();
        };
        let tape = Tape::read(&samples::written(write, None)[..]).unwrap();
        let (field, action) = (path.join("/"), if hash { "hash" } else { "drop" });
        let rules = rules(&format!("- {{answers: image GET /, field: '{field}', action: {action}}}"));
        let (copy, fields) = copy_of(&tape, &rules);
        prop_assert_eq!(fields, 1 << path.iter().filter(|step| *step == "*").count());
        prop_assert!(!answers(&copy)[0].contains("secret"), "{}", answers(&copy)[0]);
    }
}
