//! The JSON that webhooks get, and its published schema. `UPDATE=1 cargo test -p touchstone-notify` writes the schema anew.

use std::path::Path;

use serde_json::Value;
use touchstone_notify::{Change, Kind, Notification, Scope, TestcaseChange, json_schema};
use touchstone_scope::{State, Verdict};

const SCHEMA: &str = "docs/schemas/notification.schema.json";

fn sample() -> Notification {
    let worse = Change {
        kind: Kind::Worse,
        subject: "gx-scs".to_owned(),
        display_name: Some("gx-scs".to_owned()),
        operator: Some("plusserver GmbH".to_owned()),
        scope: Scope {
            uuid: "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f".to_owned(),
            name: "SCS-compatible IaaS".to_owned(),
        },
        version: "v5.1".to_owned(),
        state: Some(State::Effective),
        before: Some(Verdict::Pass),
        after: Some(Verdict::Fail),
        testcases: vec![TestcaseChange {
            testcase: "scs-0103-standard-flavors".to_owned(),
            before: Some(Verdict::Pass),
            after: Some(Verdict::Fail),
            reason: "SCS-4V-16 is missing".to_owned(),
        }],
        testcases_left_out: 0,
        report: Some("https://example.org/reports/gx-scs.html".to_owned()),
    };
    let gone = Change {
        kind: Kind::Gone,
        subject: "retired".to_owned(),
        display_name: None,
        operator: None,
        state: None,
        before: Some(Verdict::Pass),
        after: None,
        testcases: Vec::new(),
        report: None,
        ..worse.clone()
    };
    Notification::new("2026-11-27T02:30:00Z", vec![gone, worse]).expect("there is news")
}

#[test]
fn the_json_is_as_documented() {
    let json: Value = serde_json::from_slice(&sample().json()).expect("JSON");
    insta::assert_json_snapshot!(json);
    jsonschema::validate(&json_schema(), &json).expect("it follows its own schema");
    let mut other = json.clone();
    other["changes"][0]["after"] = "GREAT".into();
    assert!(!jsonschema::is_valid(&json_schema(), &other), "the schema says something");
}

#[test]
fn the_schema_is_published() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(SCHEMA);
    let generated = serde_json::to_string_pretty(&json_schema()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &generated).expect("the schema can be written");
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == generated, "{SCHEMA} is stale; run this test with UPDATE=1");
}
