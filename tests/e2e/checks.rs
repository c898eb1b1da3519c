//! `touchstone check inspect` and `build`. What authors of checks do from beginning to end is in `authoring`.

use std::fs;

use serde_json::{Value, json};

use crate::harness::crafted::{CHECK, DESCRIPTOR, component, descriptor};
use crate::harness::{Cloud, digest, published, repo, wasm_target};

#[test]
fn inspect_tells_what_a_component_is_and_wants() {
    let cloud = Cloud::start();
    let file = published().file(&published().adversary);
    let by_file = cloud.touchstone().args(["check", "inspect"]).arg(&file).run();
    let by_hash = cloud.touchstone().args(["check", "inspect", &published().adversary, "--store"]);
    let by_hash = by_hash.arg(&published().store).run();
    by_file.assert_exit(0);
    assert_eq!(by_file.stdout, by_hash.stdout);
    let size = fs::metadata(&file).expect("it is there").len().to_string();
    for text in [
        "adversary 0.1.0",
        "https://example.org/adversary",
        &published().adversary,
        &size,
        "touchstone:check@0.1.1",
        "touchstone:check/findings@0.1.1",
        "compute GET /flavors/**",
        "behaviour (required): What to try.",
        "adversary-second: Must not do harm.",
    ] {
        assert!(by_file.stdout.contains(text), "{text} is missing: {by_file}");
    }
}

#[test]
fn inspect_tells_it_to_programs() {
    let cloud = Cloud::start();
    let file = published().file(&published().reader);
    let ran = cloud.touchstone().args(["check", "inspect", "--json"]).arg(&file).run();
    ran.assert_exit(0);
    let told: Value = serde_json::from_str(&ran.stdout).expect("it is JSON and nothing else");
    assert_eq!(told["component"], published().reader);
    assert_eq!(told["size"].as_u64(), Some(fs::metadata(&file).expect("it is there").len()));
    assert_eq!(told["wit"], "0.1.1");
    assert_eq!(told["descriptor"]["id"], "reader");
    assert_eq!(
        told["descriptor"]["testcases"][1],
        json!({"id": "reader-flavors", "title": "There are flavors."})
    );
    let imports = told["imports"].as_array().expect("it is a list");
    assert!(
        imports.iter().all(|i| i.as_str().is_some_and(|i| i.starts_with("touchstone:check/"))),
        "{imports:?}"
    );
}

/// Neither run nor compiled: nothing can be made of this component, and it can be inspected all the same.
#[test]
fn inspect_runs_nothing() {
    let cloud = Cloud::start();
    let json = descriptor().to_string().replace("\"T\"", "\"\\u001b[31mT\"");
    let bytes = component(&[], &[CHECK], &[(DESCRIPTOR, json.as_bytes())]);
    cloud.write("empty.wasm", &bytes);
    let cache = cloud.folder().join("cache");
    let inspect = cloud.touchstone().args(["check", "inspect", "empty.wasm"]).env("XDG_CACHE_HOME", &cache);
    let ran = inspect.run();
    ran.assert_exit(0);
    assert!(ran.stdout.contains(&digest(&bytes)), "{ran}");
    assert!(
        ran.stdout.contains("\\u{1b}[31mT") && !ran.stdout.contains('\u{1b}'),
        "its text is not obeyed: {ran}"
    );
    assert!(!cache.exists(), "no engine was started");
    assert!(cloud.calls().is_empty());
}

#[test]
fn build_writes_the_component_where_it_is_wanted() {
    let cloud = Cloud::start();
    let build = |more: &[&str]| {
        let build = cloud.touchstone().args(["check", "build"]).arg(repo().join("tests/components/reader"));
        let ran = build.args(more).env("CARGO_TARGET_DIR", wasm_target()).run();
        ran.assert_exit(0);
        assert!(
            ran.stdout.starts_with(&published().reader),
            "the same sources make the same component: {ran}"
        );
    };
    build(&[]);
    build(&["-o", "other.wasm"]);
    for name in ["reader-1.0.0.wasm", "other.wasm"] {
        let bytes = fs::read(cloud.folder().join(name)).expect("it was written");
        assert_eq!(digest(&bytes), published().reader);
    }
}
