//! WASI, empty and frozen: a check that looks for files, an environment, time that goes by and chance finds none, and what it
//! calls beyond that ends it.

use serde_json::json;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::harness::crafted::{DESCRIPTOR, empty_store, put};
use crate::harness::{Cloud, Entry, Ran, repo, scope};

/// The check of `frozen/check.wat`.
fn component() -> Vec<u8> {
    component_of(include_str!("frozen/check.wat"))
}

fn component_of(wat: &str) -> Vec<u8> {
    let contract = std::fs::read_to_string(repo().join("wit/check.wit")).expect("there is a contract");
    let mut resolve = Resolve::default();
    resolve.push_str("check.wit", &contract).expect("the contract is WIT");
    let package = resolve.push_str("world.wit", include_str!("frozen/world.wit")).expect("the world is WIT");
    let world = resolve.select_world(&[package], Some("frozen")).expect("it has the world");
    let mut module = wat::parse_str(wat).expect("the module is WAT");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("embeds");
    let mut encoder = ComponentEncoder::default().module(&module).expect("a module of that world");
    let mut bytes = encoder.encode().expect("encodes");
    let descriptor = json!({
        "format": "touchstone.descriptor/v1", "id": "frozen", "version": "1.0.0", "title": "T", "url": "",
        "testcases": [{"id": "frozen-world", "title": "T"}, {"id": "frozen-door", "title": "T"}],
        "grants": [], "parameters": [], "assets": [],
    })
    .to_string();
    let section = wasm_encoder::CustomSection { name: DESCRIPTOR.into(), data: descriptor.as_bytes().into() };
    wasm_encoder::ComponentSection::append_to_component(&section, &mut bytes);
    bytes
}

fn run(cloud: &Cloud, date: &str) -> Ran {
    run_component(cloud, &component(), date)
}

fn run_component(cloud: &Cloud, component: &[u8], date: &str) -> Ran {
    let store = empty_store(cloud.folder());
    let entry = Entry {
        id: "frozen".into(),
        component: Some(put(&store, component)),
        grants: Vec::new(),
        testcases: vec![("frozen-world".into(), "light"), ("frozen-door".into(), "light")],
        ..Entry::reader()
    };
    let call = cloud.run_from(&store, &scope(&[entry])).args(["--date", date, "--record", "run.tape"]);
    call.env("A_VARIABLE", "of the environment").run()
}

#[test]
fn there_is_no_world_outside() {
    let cloud = Cloud::start();
    let ran = run(&cloud, "2026-01-02");
    ran.assert_exit(2);
    ran.assert_result("frozen-world", "PASS", "");
    ran.assert_result(
        "frozen-door",
        "DNF",
        "it called `open` of `wasi:sockets/door@0.2.3`, which checks are not offered",
    );
    // What it prints is in its log.
    assert!(ran.stderr.contains("what it prints"), "{ran}");
}

#[test]
fn time_and_chance_are_the_same_in_every_run() {
    let cloud = Cloud::start();
    let told = |date: &str| run(&cloud, date).result("frozen-world").1;
    let (one, same, other) = (told("2026-01-02"), told("2026-01-02"), told("2026-01-03"));
    assert_eq!(one, same);
    // 2026-01-02T00:00:00Z.
    assert_eq!(one[32..], format!("{:016x}", 1_767_312_000));
    assert_eq!(other[32..], format!("{:016x}", 1_767_312_000 + 86_400));
    assert_ne!(one[..16], one[16..32], "the second random number is the first");
    assert_ne!(one[..32], other[..32], "random numbers of another day");
    // And in a replay.
    let verified = cloud
        .touchstone()
        .args(["replay", "run.tape", "--scope", "scope.yaml", "--store", "store", "-o", "-"])
        .run();
    let replayed: serde_json::Value = serde_json::from_str(&verified.stdout).expect("a report");
    assert_eq!(replayed["testcases"]["frozen-world"]["reason"], other.as_str());
}

#[test]
fn what_is_empty_is_shown() {
    let cloud = Cloud::start();
    let file = cloud.write("frozen.wasm", component());
    let ran = cloud.touchstone().args(["check", "inspect"]).arg(&file).run();
    ran.assert_exit(0);
    assert!(ran.stdout.contains("imports    touchstone:check/findings@0.1.1\n"), "{ran}");
    for import in ["wasi:cli/environment@0.2.3", "wasi:filesystem/preopens@0.2.3", "wasi:sockets/door@0.2.3"]
    {
        assert!(ran.stdout.contains(&format!("{import} (frozen: nothing is behind it)")), "{import}: {ran}");
    }
}

/// Lines without end, a megabyte at a time: they are refused before anything is made of them.
#[test]
fn what_is_printed_at_once_is_bounded() {
    let cloud = Cloud::start();
    let wat = include_str!("frozen/check.wat")
        .replace("(memory (export \"memory\") 1)", "(memory (export \"memory\") 20)")
        .replace(
            "(call $stderr) (i32.const 32) (i32.const 15)",
            "(call $stderr) (i32.const 32) (i32.const 1000000)",
        );
    let ran = run_component(&cloud, &component_of(&wat), "2026-01-02");
    ran.assert_exit(2);
    ran.assert_result("frozen-world", "DNF", "it printed 1000000 bytes at once; at most 65536 are taken");
}
