//! What the SCS compliance monitor accepts, and that our reports are it.

#![allow(clippy::unwrap_used, reason = "clippy does not see that these are tests")]

mod fake;
mod hostile;
mod reports;
mod rules;

use std::process::Command;

use jsonschema::Validator;
use touchstone_sign::SigningKey;

/// Keys that `ssh-keygen` made.
struct Keys {
    ours: SigningKey,
    other: SigningKey,
}

impl Keys {
    fn new() -> Keys {
        Keys { ours: key(), other: key() }
    }
}

fn key() -> SigningKey {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&file).status();
    assert!(made.expect("ssh-keygen is installed (Debian: openssh-client)").success());
    SigningKey::parse(&std::fs::read_to_string(file).unwrap(), None).unwrap()
}

/// One of the two schemas beside this file.
fn schema(name: &str) -> Validator {
    let text = match name {
        "read" => include_str!("read.schema.json"),
        "meant" => include_str!("meant.schema.json"),
        _ => panic!("there is no schema {name}"),
    };
    jsonschema::validator_for(&serde_json::from_str(text).expect("it is JSON")).expect("it is a schema")
}

/// The least that the monitor takes.
fn document(uuid: &str, subject: &str, result: i8) -> String {
    format!(
        "spec: {{uuid: 50393e6f-2ae1-4c5c-a62c-3b75f2abef3f}}\nchecked_at: '2026-11-27T02:30:00Z'\nsubject: {subject}\n\
         run:\n  uuid: {uuid}\n  invocations:\n    a: {{cmd: x, results: {{scs-0100-syntax-check: {result}}}}}\n"
    )
}

/// Another one each time, so that the tests can be repeated with the real monitor.
fn uuid() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/uuid").expect("this is Linux");
    text.trim().to_owned()
}
