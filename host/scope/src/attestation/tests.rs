use super::*;
use crate::words::Lifetime;

const SCOPE: &str = "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f";

fn manifest() -> Manifest {
    let text = include_str!("../../tests/standards.yaml");
    Manifest::parse("standards.yaml", text).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.plain()))
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A statement on `papers-there` of the subject `gx-scs`.
fn said(verdict: AttestedVerdict, at: &str) -> Attestation {
    let mut said =
        Attestation::new(&manifest(), "papers-there", "gx-scs", verdict, "Ada Lovelace", moment(at)).unwrap();
    said.scope = SCOPE.parse().unwrap();
    said
}

fn passed(at: &str) -> Attestation {
    said(AttestedVerdict::Pass, at)
}

fn failed(at: &str) -> Attestation {
    said(AttestedVerdict::Fail, at)
}

/// How a quarterly `papers-there` of `gx-scs` stands.
fn standing(all: &[Attestation], now: &str) -> String {
    let manifest = manifest();
    let testcase =
        Testcase { lifetime: Lifetime::Quarter, ..manifest.attestable("papers-there").unwrap().clone() };
    let attestations = Attestations::new(all.to_vec());
    match attestations.for_testcase(SCOPE.parse().unwrap(), "gx-scs", &testcase, moment(now)) {
        Standing::Counts(said, until) => {
            format!("{} of {} until {until}", Verdict::from(said.verdict), said.at)
        }
        Standing::Expired(since) => format!("expired {since}"),
        Standing::None => "none".to_owned(),
    }
}

#[test]
fn a_statement_counts_for_the_lifetime_of_its_testcase() {
    let said = [passed("2026-11-23T10:00:00Z")];
    assert_eq!(
        standing(&said, "2026-11-23T10:00:00Z"),
        "PASS of 2026-11-23T10:00:00Z until 2027-04-01T00:00:00Z"
    );
    assert_eq!(standing(&said, "2027-03-31T23:59:59.999Z"), standing(&said, "2026-11-23T10:00:00Z"));
    assert_eq!(standing(&said, "2027-04-01T00:00:00Z"), "expired 2027-04-01T00:00:00Z", "the first moment");
    assert_eq!(standing(&said, "2027-04-01T00:00:01Z"), "expired 2027-04-01T00:00:00Z", "one second ago");
    assert_eq!(standing(&[], "2026-11-23T10:00:00Z"), "none");
}

#[test]
fn a_statement_is_bound_to_subject_scope_and_testcase() {
    let now = "2026-11-24T00:00:00Z";
    let good = passed("2026-11-23T10:00:00Z");
    assert_ne!(standing(std::slice::from_ref(&good), now), "none");
    let other_subject = Attestation { subject: "gx-scs-2".into(), ..good.clone() };
    let other_case = Attestation { subject: "GX-SCS".into(), ..good.clone() };
    let other_scope = Attestation { scope: Uuid::nil(), ..good.clone() };
    let other_testcase = Attestation { testcase: "papers".into(), ..good };
    for other in [other_subject, other_case, other_scope, other_testcase] {
        assert_eq!(standing(&[other], now), "none");
    }
}

#[test]
fn the_future_does_not_count() {
    let now = "2026-11-23T10:00:00Z";
    assert_eq!(standing(&[passed("2026-11-23T10:00:01Z")], now), "none");
    let all = [passed("2026-11-23T10:00:01Z"), failed("2026-11-01T00:00:00Z")];
    assert_eq!(standing(&all, now), "FAIL of 2026-11-01T00:00:00Z until 2027-04-01T00:00:00Z");
}

#[test]
fn the_newest_counts_whatever_the_order() {
    let now = "2026-11-24T00:00:00Z";
    let (old, new) = ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z");
    let until = "until 2027-04-01T00:00:00Z";
    for all in [[passed(old), failed(new)], [failed(new), passed(old)]] {
        assert_eq!(standing(&all, now), format!("FAIL of {new} {until}"));
    }
    for all in [[failed(old), passed(new)], [passed(new), failed(old)]] {
        assert_eq!(standing(&all, now), format!("PASS of {new} {until}"));
    }
    for all in [[failed(new), passed(new)], [passed(new), failed(new)]] {
        assert_eq!(standing(&all, now), format!("FAIL of {new} {until}"), "of the same moment, FAIL");
    }
    let long_ago = [failed("2026-01-01T00:00:00Z"), passed("2025-01-01T00:00:00Z")];
    assert_eq!(standing(&long_ago, now), "expired 2026-07-01T00:00:00Z", "when the newest expired");
}

#[test]
fn only_manual_testcases_can_be_attested() {
    let manifest = manifest();
    assert_eq!(manifest.attestable("papers-there").unwrap().id, "papers-there");
    let refused = |testcase: &str| manifest.attestable(testcase).unwrap_err().to_string();
    let automated = refused("flavors-boot");
    assert!(
        automated.starts_with("`flavors-boot` is not for people to attest: the check `flavors`"),
        "{automated}"
    );
    assert!(automated.contains("people attest `papers-there`"), "{automated}");
    assert_eq!(
        refused("paper-there"),
        "the scope has no testcase `paper-there`; did you mean `papers-there`?"
    );
    assert!(refused("zzz").contains("people attest `papers-there`"));
}

#[test]
fn a_new_statement_says_all_it_has_to() {
    let manifest = manifest();
    let at = moment("2026-11-23T20:51:07.987654321Z");
    let new = |testcase: &str, subject: &str, by: &str| {
        Attestation::new(&manifest, testcase, subject, AttestedVerdict::Pass, by, at)
    };
    let said = new("papers-there", "gx-scs", "Ada").unwrap();
    assert_eq!((said.scope, said.scope_name.as_str()), (manifest.uuid(), "Two standards"));
    assert_eq!(said.at, moment("2026-11-23T20:51:07Z"), "never later than it was");
    assert_eq!(new("papers-there", " ", "Ada"), Err(AttestError::NoSubject));
    assert_eq!(new("papers-there", "gx-scs", ""), Err(AttestError::Nobody));
    assert!(matches!(new("flavors-boot", "gx-scs", "Ada"), Err(AttestError::NotManual { .. })));
}

/// A statement as it is on disk.
fn full() -> Attestation {
    Attestation {
        document: Some(AttestedDocument {
            url: "https://example.org/key-manager.pdf".into(),
            sha256: Sha256::of(b"the document"),
        }),
        comment: Some("page 3, \"HSM\"".into()),
        ..passed("2026-11-23T20:51:07Z")
    }
}

#[test]
fn the_bytes_are_stable_and_read_back() {
    let expected = r#"{
  "format": "touchstone.attestation/v1",
  "scope": {
    "uuid": "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f",
    "name": "Two standards"
  },
  "subject": "gx-scs",
  "testcase": "papers-there",
  "verdict": "PASS",
  "by": "Ada Lovelace",
  "at": "2026-11-23T20:51:07Z",
  "document": {
    "url": "https://example.org/key-manager.pdf",
    "sha256": "sha256:c8ae8b7bf2a8d1ec1bc9e5e5f5c1b5d5"
  },
  "comment": "page 3, \"HSM\""
}
"#;
    let expected =
        expected.replace("sha256:c8ae8b7bf2a8d1ec1bc9e5e5f5c1b5d5", &Sha256::of(b"the document").to_string());
    let said = full();
    assert_eq!(said.to_json(), expected);
    let again = Attestation::parse("a.json", expected.as_bytes()).unwrap();
    assert_eq!(again.sha256(), said.sha256());
    assert_eq!(Attestation { read_from: None, ..again.clone() }, said);
    assert_eq!(again.to_json(), expected);

    let other_layout = expected.replace('\n', " ");
    let other = Attestation::parse("a.json", other_layout.as_bytes()).unwrap();
    assert_eq!(other.sha256(), Sha256::of(other_layout.as_bytes()), "the file's bytes, as they are");

    let bare = passed("2026-11-23T20:51:07Z");
    assert!(!bare.to_json().contains("document") && !bare.to_json().contains("comment"));
    let again = Attestation::parse("a.json", bare.to_json().as_bytes()).unwrap();
    assert_eq!(Attestation { read_from: None, ..again }, bare);
}

#[test]
fn moments_are_compared_whatever_their_offset() {
    let text = full().to_json().replace("2026-11-23T20:51:07Z", "2026-11-23T21:51:07+01:00");
    assert_eq!(Attestation::parse("a.json", text.as_bytes()).unwrap().at, full().at);
}

#[test]
fn what_is_malformed_is_refused_with_a_lesson() {
    let valid = full().to_json();
    let refused = |text: &str| Attestation::parse("a.json", text.as_bytes()).unwrap_err().to_string();
    let table: [(&str, &str, &str); 16] = [
        (
            "attestation/v1",
            "attestation/v2",
            "a.json: the format is \"touchstone.attestation/v2\", but this touchstone",
        ),
        ("\"format\"", "\"fromat\"", "a.json: not an attestation"),
        ("\"by\"", "\"who\"", "line 10, column 7: unknown field `who`, expected one of `format`, `scope`"),
        ("\"url\"", "\"uri\"", "unknown field `uri`, expected `url` or `sha256`"),
        ("\"comment\"", "\"by\"", "duplicate field `by`"),
        ("  \"subject\": \"gx-scs\",\n", "", "missing field `subject`"),
        ("\"PASS\"", "\"DNF\"", "unknown variant `DNF`, expected `PASS` or `FAIL`"),
        ("\"PASS\"", "\"pass\"", "expected `PASS` or `FAIL`"),
        ("50393e6f", "50393E6F", "`scope.uuid` is \"50393E6F-2ae1-4c5c-a62c-3b75f2abef3f\"; expected a UUID"),
        ("\"gx-scs\"", "\" \"", "`subject` is \" \"; expected text: at least one character"),
        ("\"papers-there\"", "\"papers there\"", "`testcase` is \"papers there\"; expected an identifier"),
        ("\"Ada Lovelace\"", "\"\"", "`by` is \"\"; expected text"),
        ("2026-11-23T20:51:07Z", "2026-11-23T20:51:07", "`at` is \"2026-11-23T20:51:07\"; expected a moment"),
        ("2026-11-23T20:51:07Z", "2026-02-30T20:51:07Z", "e.g. `2026-11-23T20:51:07Z`"),
        ("https://example", "example", "`document.url` is \"example.org/key-manager.pdf\"; expected a URL"),
        ("\"sha256:", "\"", "`document.sha256` is"),
    ];
    for (right, wrong, lesson) in table {
        let broken = valid.replacen(right, wrong, 1);
        assert_ne!(broken, valid, "{right}");
        let refused = refused(&broken);
        assert!(refused.starts_with("a.json: ") && refused.contains(lesson), "{refused}");
    }
    assert!(refused("").contains("line 1, column 0: EOF while parsing a value"));
    assert!(refused("[]").starts_with("a.json: "));
    assert!(refused(&valid[..valid.len() - 4]).contains("EOF while parsing"));
    assert!(refused(&format!("{valid}{}", " ".repeat(70_000))).contains("too many for an attestation"));
    let escaped = refused(&valid.replace("gx-scs", "\u{1b}[2J\n"));
    assert!(!escaped.contains('\u{1b}') && !escaped.contains('\n'), "{escaped}");
    let escaped = refused(&valid.replace("\"by\"", "\"\\u001b[2J\""));
    assert!(!escaped.contains('\u{1b}'), "{escaped}");
}

#[test]
fn what_some_version_of_a_check_leaves_to_people_can_be_attested() {
    let text = include_str!("../../tests/side-by-side.yaml");
    let by_people = Manifest::parse("m.yaml", text).unwrap();
    assert_eq!(by_people.attestable("papers-there").unwrap().lifetime, Lifetime::Quarter);
    let both = text.replacen(
        "    version: 2.0.0\n    testcases:\n      - {id: papers",
        "    version: 2.0.0\n    manual: true\n    testcases:\n      - {id: papers",
        1,
    );
    assert_ne!(both, text);
    // The shorter time is the safe one to tell.
    let both = Manifest::parse("m.yaml", &both).unwrap();
    assert_eq!(both.attestable("papers-there").unwrap().lifetime, Lifetime::Week);
    assert!(matches!(both.attestable("flavors-names"), Err(AttestError::NotManual { .. })));
}
