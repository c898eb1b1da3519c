//! The contract over time: what was released keeps running, what comes does not break it, and where two versions do not fit,
//! people are told what to do.

use std::fs;

use serde_json::Value;
use touchstone_simulator::Scenario;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata, semver_check};
use wit_parser::{ManglingAndAbi, Resolve, WorldId};

use crate::harness::crafted::{DESCRIPTOR, descriptor, empty_store, put};
use crate::harness::{Cloud, Entry, Touchstone, digest, repo, scope};

const WORLD: &str = "openstack-check";

/// Text of the contract, by version, oldest first.
fn released() -> Vec<(semver::Version, String)> {
    let files = fs::read_dir(repo().join("wit/released")).expect("there are released versions");
    let mut all: Vec<_> = files
        .map(|file| {
            let path = file.expect("the folder can be read").path();
            let version =
                path.file_stem().and_then(|stem| stem.to_str()).expect("it is named by its version");
            let text = fs::read_to_string(&path).expect("it is text");
            (version.parse().expect("a version"), text)
        })
        .collect();
    all.sort();
    all
}

fn current() -> String {
    fs::read_to_string(repo().join("wit/check.wit")).expect("there is a contract")
}

fn version_of(wit: &str) -> semver::Version {
    let line = wit.lines().find_map(|line| line.strip_prefix("package touchstone:check@"));
    line.and_then(|rest| rest.strip_suffix(';')).expect("it has a version").parse().expect("a version")
}

/// The contract of tomorrow, which only grows: one more function.
fn additive() -> String {
    let grown =
        current().replacen("package touchstone:check@0.1.1;", "package touchstone:check@0.1.2;", 1).replacen(
            "interface context {",
            "interface context {\n    @since(version = 0.1.2)\n    weather: func() -> string;\n",
            1,
        );
    assert_eq!(version_of(&grown), semver::Version::new(0, 1, 2));
    grown
}

/// The contract of the day after, which breaks: an outcome needs one thing more.
fn breaking() -> String {
    let broken = current()
        .replacen("package touchstone:check@0.1.1;", "package touchstone:check@0.2.0;", 1)
        .replacen("outcome: func(testcase: string, ", "outcome: func(testcase: string, confidence: f32, ", 1);
    assert!(broken.contains("confidence"));
    broken
}

fn world(resolve: &mut Resolve, wit: &str) -> WorldId {
    let package = resolve.push_str(format!("{}.wit", version_of(wit)), wit).expect("the contract is WIT");
    resolve.select_world(&[package], Some(WORLD)).expect("it has the world")
}

/// A component that imports all of a contract, and exports a check that traps.
fn component_for(wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let world = world(&mut resolve, wit);
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("embeds");
    let mut encoder = ComponentEncoder::default().module(&module).expect("a module of that world");
    let mut bytes = encoder.encode().expect("encodes");
    let json = descriptor().to_string();
    let section = wasm_encoder::CustomSection { name: DESCRIPTOR.into(), data: json.as_bytes().into() };
    wasm_encoder::ComponentSection::append_to_component(&section, &mut bytes);
    bytes
}

/// Whether a host that offers these contracts could run the component.
fn links(component: &[u8], offered: &[&str]) -> bool {
    let engine = Engine::default();
    let mut linker: Linker<()> = Linker::new(&engine);
    for wit in offered {
        let all = Component::new(&engine, component_for(wit)).expect("a component");
        linker.define_unknown_imports_as_traps(&all).expect("defines");
    }
    linker.instantiate_pre(&Component::new(&engine, component).expect("a component")).is_ok()
}

fn golden() -> Vec<(semver::Version, Vec<u8>)> {
    let read = |(version, _): (semver::Version, String)| {
        let path = repo().join(format!("tests/golden/{version}.wasm"));
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (version, bytes)
    };
    released().into_iter().map(read).collect()
}

#[test]
fn a_released_version_never_changes() {
    let released = released();
    let current = current();
    let version = version_of(&current);
    for (named, text) in &released {
        assert_eq!(*named, version_of(text));
        assert!(*named <= version, "{named} was released, and the contract is {version}");
    }
    if let Some((_, text)) = released.iter().find(|(named, _)| *named == version) {
        assert!(*text == current, "{version} is released: what changes needs another version");
    }
    // What was released is what it was then. A new version adds a line here.
    let digests: Vec<_> =
        released.iter().map(|(version, text)| (version.to_string(), digest(text.as_bytes()))).collect();
    let expected = include_str!("contract/released.txt").lines().map(|line| {
        let (version, digest) = line.split_once(' ').expect("version and digest");
        (version.to_owned(), digest.to_owned())
    });
    assert_eq!(digests, expected.collect::<Vec<_>>());
}

#[test]
fn within_a_line_the_contract_only_grows() {
    let mut texts: Vec<String> = released().into_iter().map(|(_, text)| text).collect();
    texts.push(additive());
    for pair in texts.windows(2) {
        let mut resolve = Resolve::default();
        let (old, new) = (world(&mut resolve, &pair[0]), world(&mut resolve, &pair[1]));
        semver_check(resolve, old, new).unwrap_or_else(|error| {
            panic!("{} breaks {}: {error:#}", version_of(&pair[1]), version_of(&pair[0]))
        });
    }
    // The test would notice.
    let mut resolve = Resolve::default();
    let (old, new) = (world(&mut resolve, &current()), world(&mut resolve, &breaking()));
    assert!(semver_check(resolve, old, new).is_err());
}

#[test]
fn what_was_released_runs_on_hosts_to_come() {
    let (today, tomorrow, day_after) = (current(), additive(), breaking());
    for (version, component) in golden() {
        assert!(links(&component, &[&today]), "{version} on this host");
        assert!(links(&component, &[&tomorrow]), "{version} on a host whose contract has grown");
        assert!(!links(&component, &[&day_after]), "{version} on a host that speaks 0.2.0 alone");
        assert!(links(&component, &[&tomorrow, &day_after]), "{version} on a host that speaks both lines");
    }
    let new = component_for(&day_after);
    assert!(!links(&new, &[&tomorrow]) && links(&new, &[&tomorrow, &day_after]));
}

/// Each golden component, on this host, against a cloud of which all is right.
#[test]
fn what_was_released_runs_on_this_host() {
    let cloud = Cloud::of(&Scenario::perfect());
    for (version, bytes) in golden() {
        let file = cloud.write(&format!("{version}.wasm"), &bytes);
        let ran = Touchstone::new(repo()).args(["check", "inspect", "--json"]).arg(&file).run();
        ran.assert_exit(0);
        let told: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
        assert_eq!(told["wit"], version.to_string());
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let descriptor = &told["descriptor"];
        let store = empty_store(&cloud.folder().join(version.to_string()));
        let entry = Entry {
            id: text(&descriptor["id"]),
            version: text(&descriptor["version"]),
            component: Some(put(&store, &bytes)),
            grants: list(&descriptor["grants"]).iter().map(text).collect(),
            limits: "{}".into(),
            testcases: list(&descriptor["testcases"]).iter().map(|t| (text(&t["id"]), "light")).collect(),
            parameters: Vec::new(),
            assets: Vec::new(),
        };
        let ran = cloud.run_from(&store, &scope(&[entry])).run();
        let report = ran.report();
        let testcases = report["testcases"].as_object().expect("results by testcase");
        assert!(!testcases.is_empty());
        for testcase in testcases.keys() {
            let (verdict, reason) = ran.result(testcase);
            assert!(verdict == "PASS" || verdict == "FAIL", "{version}: {testcase} is {verdict}: {reason}");
        }
    }
}

/// What authors and users see where versions do not fit: at the first look, and before anything runs.
#[test]
fn who_needs_a_newer_host_is_told() {
    let cloud = Cloud::start();
    for (wit, version) in [(additive(), "0.1.2"), (breaking(), "0.2.0")] {
        let bytes = component_for(&wit);
        let file = cloud.write("new.wasm", &bytes);
        let said =
            format!("touchstone:check@{version}, and this host speaks 0.1.0 to 0.1.1: it needs a newer host");
        let asked = format!("speaks ≥ {version}");
        for command in [["check", "inspect"], ["check", "build"]] {
            let ran = cloud.touchstone().args(command).arg(&file).without_log().run();
            ran.assert_exit(3);
            ran.assert_complains(&[&said, &asked]);
        }
        let store = empty_store(cloud.folder());
        let entry = Entry { component: Some(put(&store, &bytes)), ..Entry::reader() };
        let ran = cloud.run_from(&store, &scope(&[entry])).without_log().run();
        ran.assert_exit(3);
        ran.assert_complains(&["scope.yaml:6:9: check reader 1.0.0", &said, &asked]);
        assert!(cloud.requests().is_empty(), "something was sent");
    }
    let ran = cloud.touchstone().args(["version", "--wit"]).run();
    ran.assert_exit(0);
    assert!(ran.stdout.contains("touchstone:check 0.1.0 to 0.1.1\n"), "{}", ran.stdout);
}
