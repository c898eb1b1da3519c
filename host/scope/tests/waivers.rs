//! The schema and the description of waivers that the repository publishes.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use touchstone_scope::{Waivers, waivers_json_schema};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The example of docs/waivers.md.
fn example() -> String {
    let text = fs::read_to_string(docs().join("waivers.md")).unwrap();
    let (_, rest) = text.split_once("```yaml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_schema_is_published() {
    let path = docs().join("schemas/waivers.schema.json");
    let generated = serde_json::to_string_pretty(&waivers_json_schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(published == generated, "UPDATE=1 cargo test -p touchstone-scope writes {} anew", path.display());
}

#[test]
fn the_example_is_right_for_the_parser_and_for_the_schema() {
    let waivers = Waivers::parse("waivers.md", &example());
    assert!(waivers.unwrap_or_else(|problems| panic!("{}", problems.plain())).iter().count() >= 2);
    let schema = jsonschema::draft202012::new(&waivers_json_schema()).unwrap();
    let example: Value = serde_saphyr::from_str(&example()).unwrap();
    assert!(schema.is_valid(&example));
    let first = |key: &str, value: Value| {
        let mut broken = example.clone();
        broken["waivers"][0][key] = value;
        broken
    };
    for broken in [
        first("expires", json!("never")),
        first("reason", json!(" ")),
        first("testcase", json!("a b")),
        first("severity", json!("low")),
        json!({"format": "touchstone.waivers/v1"}),
        json!({"format": "touchstone.waivers/v2", "waivers": []}),
    ] {
        assert!(!schema.is_valid(&broken), "{broken}");
        assert!(Waivers::parse("broken.yaml", &broken.to_string()).is_err(), "{broken}");
    }
}

#[test]
fn the_description_speaks_of_every_key() {
    let text = fs::read_to_string(docs().join("waivers.md")).unwrap();
    let schema = waivers_json_schema();
    let keys = schema["$defs"]["waiver"]["properties"].as_object().unwrap().keys();
    for key in keys {
        assert!(text.contains(&format!("`{key}`")), "docs/waivers.md says nothing about `{key}`");
    }
}
