//! What is released in `checks/published` is what the sources make: to the byte, on any machine.

use serde_json::Value;

use crate::harness::{Touchstone, repo, wasm_target};

/// Id and version of each released component.
fn released() -> Vec<(String, String)> {
    let read = |path: &str| -> Value {
        let text = std::fs::read_to_string(repo().join("checks/published").join(path)).expect("it is there");
        serde_json::from_str(&text).expect("it is JSON")
    };
    let index = read("index.json");
    let entries = index["manifests"].as_array().expect("a list").iter();
    let digests = entries.map(|entry| entry["digest"].as_str().expect("a digest").to_owned());
    digests
        .map(|digest| {
            let manifest = read(&format!("blobs/sha256/{}", &digest["sha256:".len()..]));
            let annotation = |name: &str| {
                let value = &manifest["annotations"][format!("org.opencontainers.image.{name}")];
                value.as_str().expect("it says so").to_owned()
            };
            (annotation("title"), annotation("version"))
        })
        .collect()
}

#[test]
fn every_component_is_what_its_source_makes() {
    let released = released();
    assert!(released.len() >= 11, "{released:?}");
    let mut others = Vec::new();
    for (id, version) in released {
        let ran = Touchstone::new(repo())
            .args(["check", "rebuild", &format!("{id}@{version}"), "--source"])
            .arg(repo().join("checks").join(&id))
            .env("CARGO_TARGET_DIR", wasm_target())
            .without_log()
            .run();
        if ran.code != Some(0) {
            others.push(ran.to_string());
        }
    }
    assert!(
        others.is_empty(),
        "the source has changed since it was released: it needs another version (CONTRIBUTING.md)\n{}",
        others.join("\n")
    );
}
