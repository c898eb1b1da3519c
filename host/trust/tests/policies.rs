//! Policies as they are read: what is wrong with them, and their schema. `UPDATE=1 cargo test -p touchstone-trust` writes the
//! schema and the expected answers anew: read the difference before you keep it.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use touchstone_trust::{Candidate, CompileLimits, Digest, Policy, Signature, json_schema};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas/trust.schema.json");
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/trust.md");

fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

fn broken(name: &str, text: &str) -> String {
    Policy::parse(name, text).expect_err(name).plain()
}

/// The example of docs/trust.md.
fn example() -> String {
    let guide = fs::read_to_string(GUIDE).expect("docs/trust.md");
    let (_, rest) = guide.split_once("```yaml\n").expect("it has an example");
    rest.split_once("```").expect("it ends").0.to_owned()
}

#[test]
fn every_broken_policy_is_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the folder of broken policies") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_none_or(|kind| kind != "yaml") {
            continue;
        }
        count += 1;
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let said = broken(&name, &fs::read_to_string(&path).expect("it can be read"));
        let answer = path.with_extension("txt");
        if update() {
            fs::write(&answer, &said).expect("it can be written");
        }
        let expected = fs::read_to_string(&answer).unwrap_or_default();
        assert_eq!(said, expected, "{} differs; UPDATE=1 writes it anew", answer.display());
    }
    assert!(count >= 10, "{count}");
}

#[test]
fn the_example_of_the_guide_is_a_policy() {
    let policy = Policy::parse("trust.yaml", &example()).unwrap_or_else(|error| panic!("{}", error.plain()));
    assert!(policy.warnings().is_none());
    let limits = policy.compile_limits();
    assert_eq!(limits, CompileLimits { wall: Duration::from_secs(30), memory: 1 << 30 });
}

/// The messages in the guide are what is said.
#[test]
fn the_guide_says_what_is_said() {
    let guide = fs::read_to_string(GUIDE).expect("docs/trust.md");
    let policy = Policy::parse("trust.yaml", &example()).expect("a policy");
    let component = Digest::of(b"a component");
    let candidate =
        |id, version, signatures| Candidate { id, version, component, asks: &[], granted: &[], signatures };
    let (version, first) = ("3.0.0".parse().expect("a version"), "1.0.0".parse().expect("a version"));
    let refusal =
        policy.decide(&candidate("scs-0100-flavor-naming", &version, &[])).expect_err("it is too old");
    let damaged = [Signature::Envelope(Vec::new())];
    let explanation = policy.explain(&candidate("vendor-tls", &first, &damaged));
    for said in [refusal.to_string(), explanation.to_string()] {
        let said = said.replace(&component.hex(), "…");
        assert!(guide.contains(said.trim_end()), "docs/trust.md does not have this:\n{said}");
    }
    let accepted =
        "sha256:9a3b1c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f0a2b4c6d8e0f1a3b5c7d9e1f0a2b".parse().expect("a hash");
    let explanation =
        policy.explain(&Candidate { component: accepted, ..candidate("a", &first, &[]) }).to_string();
    assert!(
        explanation.contains("\n  no signature\n") && explanation.contains("\nmay run: accepted by its hash"),
        "{explanation}"
    );
}

#[test]
fn what_is_not_said_has_a_default() {
    let policy = Policy::parse("t", "format: touchstone.trust/v1\n").expect("a policy");
    assert_eq!(policy.compile_limits(), CompileLimits { wall: Duration::from_secs(120), memory: 2 << 30 });
    let warned = policy.warnings().expect("it refuses everything").plain();
    assert!(warned.contains("t:1:9: warning: ") && warned.contains("refuses every component"), "{warned}");
}

#[test]
fn what_is_most_probably_not_meant_is_warned_of() {
    let hash = format!("sha256:{}", "0".repeat(64));
    let text = format!(
        "format: touchstone.trust/v1\ncomponents:\n  - id: a\n    never: [create]\n    at_most: [compute POST /servers max 1]\n    \
         revoked: [{{component: \"{hash}\", reason: r}}]\naccepted: [{{component: \"{hash}\", reason: r}}]\n"
    );
    let policy = Policy::parse("t", &text).unwrap_or_else(|error| panic!("{}", error.plain()));
    let warned = policy.warnings().expect("warnings").plain();
    assert!(
        warned.contains("t:5:15: warning: `compute POST /servers max 1` is above `never`\n  note: t:4:13:"),
        "{warned}"
    );
    assert!(
        warned.contains("t:7:24: warning: this component is accepted here, and revoked elsewhere"),
        "{warned}"
    );
}

#[test]
fn huge_texts_are_refused_at_once() {
    let started = Instant::now();
    let text = "format: touchstone.trust/v1\n";
    for text in [
        format!("{text}publishers: {}", "x".repeat(2 << 20)),
        format!("{text}publishers: {}", "[".repeat(500_000)),
        format!("{text}publishers: [{}]", "x,".repeat(400_000)),
    ] {
        let said = broken("t", &text);
        assert!(said.len() < 600 && said.starts_with("t:"), "{said}");
    }
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn the_published_schema_is_the_generated_one() {
    let mut generated = serde_json::to_string_pretty(&json_schema()).expect("JSON");
    generated.push('\n');
    if update() {
        fs::write(SCHEMA, &generated).expect("the schema can be written");
    }
    let published = fs::read_to_string(SCHEMA).unwrap_or_default();
    assert!(published == generated, "{SCHEMA} is stale; run this test with UPDATE=1");
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = jsonschema::validator_for(&json_schema()).expect("a schema");
    let valid: Value = serde_saphyr::from_str(&example()).expect("YAML");
    if let Err(error) = schema.validate(&valid) {
        panic!("{error} at {}", error.instance_path());
    }
    for (pointer, value) in [
        ("/format", "touchstone.trust/v2".into()),
        ("/publishers", Value::Array(Vec::new())),
        ("/publishers", Value::Null),
        ("/publishers/0/keys", Value::Array(Vec::new())),
        ("/publishers/0/components/0", "a*b".into()),
        ("/publishers/0/components/0", "SCS".into()),
        ("/publishers/0/trusted", "yes".into()),
        ("/publishers/0/name", " ".into()),
        ("/publishers/1/never/0", "write".into()),
        ("/publishers/1/at_most", Value::Null),
        ("/components/0/revoked/0/component", "sha256:12".into()),
        ("/components/0", serde_json::json!({"id": "a", "more": 1})),
        ("/accepted/0/reason", Value::Null),
        ("/compile/wall", "1 day".into()),
        ("/compile/memory", 7.into()),
    ] {
        let mut changed = valid.clone();
        *changed.pointer_mut(pointer).expect(pointer) = value;
        assert!(!schema.is_valid(&changed), "the schema allows this at {pointer}");
        let text = serde_json::to_string(&changed).expect("JSON, which is YAML");
        assert!(Policy::parse("t", &text).is_err(), "the reader allows this at {pointer}");
    }
}
