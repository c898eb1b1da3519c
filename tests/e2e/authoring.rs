//! A standard that nobody knew when the host was built: a check is written in an empty folder outside the repository,
//! tested, published, pinned into a manifest and run, by a host that is not rebuilt.

use std::fs;

use crate::harness::{Cloud, Entry, Ran, Touchstone, binary, digest, scope, wasm_target};

const TINY: &str = "flavors: [{name: tiny, vcpus: 1, ram: 256}, {name: usual, vcpus: 1, ram: 1024}]";

fn call<'a>(cloud: &'a Cloud, arguments: &[&str]) -> Touchstone<'a> {
    // Only for speed: what the tests compile, they compile once.
    cloud.touchstone().args(arguments).env("CARGO_TARGET_DIR", wasm_target())
}

fn succeed(cloud: &Cloud, arguments: &[&str]) -> Ran {
    let ran = call(cloud, arguments).run();
    ran.assert_exit(0);
    ran
}

#[test]
fn a_new_check_needs_no_new_host() {
    let host = || digest(&fs::read(binary()).expect("the binary can be read"));
    let before = host();
    let cloud = Cloud::start();

    succeed(&cloud, &["check", "new", "enough-memory"]);
    succeed(&cloud, &["check", "test", "enough-memory"]);
    let ran = succeed(&cloud, &["check", "publish", "enough-memory", "--store", "components"]);
    let first = ran.stdout.split_whitespace().find(|word| word.starts_with("sha256:"));
    let first = first.expect("publishing tells the hash").to_owned();
    succeed(&cloud, &["check", "inspect", &first, "--store", "components"]);

    let entry = Entry {
        id: "enough-memory".into(),
        version: "0.1.0".into(),
        component: None,
        grants: vec!["compute GET /flavors/detail".into(), "compute GET /flavors/*/os-extra_specs".into()],
        testcases: vec![("enough-memory-memory".into(), "light")],
        ..Entry::reader()
    };
    cloud.write("scope.yaml", scope(&[entry]));
    succeed(&cloud, &["scope", "pin", "scope.yaml", "--store", "components"]);
    let pinned = fs::read_to_string(cloud.folder().join("scope.yaml")).expect("it is there");
    assert!(pinned.contains(&first), "{pinned}");

    let store = cloud.folder().join("components");
    let ran = cloud.run_from(&store, &pinned).run();
    ran.assert_exit(0);
    ran.assert_result("enough-memory-memory", "PASS", "");
    let imperfect = Cloud::replacing_flavors(TINY);
    let ran = imperfect.run_from(&store, &pinned).run();
    ran.assert_exit(1);
    ran.assert_result("enough-memory-memory", "FAIL", "has 256 MiB of memory");
    let finding = ran.report()["testcases"]["enough-memory-memory"]["findings"][0].clone();
    assert_eq!(finding["resource"]["name"], "tiny");

    // What is released does not change.
    let source = cloud.folder().join("enough-memory/src/lib.rs");
    let text = fs::read_to_string(&source).expect("it is there");
    fs::write(&source, text.replace("Flavors have enough memory", "Flavors have memory"))
        .expect("it can be written");
    let publish = ["check", "publish", "enough-memory", "--store", "components"];
    let ran = call(&cloud, &publish).run();
    ran.assert_exit(3);
    ran.assert_complains(&["enough-memory 0.1.0 is already published", &first, "--replace"]);
    cloud.run_from(&store, &pinned).run().assert_exit(0);
    let ran = call(&cloud, &publish).arg("--replace").run();
    ran.assert_exit(0);
    assert!(!ran.stdout.contains(&first), "{ran}");

    // Tests that fail are not our fault.
    fs::write(&source, text.replace("ram_mib < 512", "ram_mib < 511")).expect("it can be written");
    call(&cloud, &["check", "test", "enough-memory"]).run().assert_exit(1);
    // Nor is what does not compile.
    fs::write(&source, "fn").expect("it can be written");
    call(&cloud, &publish).run().assert_exit(3);
    assert_eq!(host(), before, "the host is the same");
}

#[test]
fn names_that_cannot_be_are_refused() {
    let cloud = Cloud::start();
    for name in ["Enough", "../x", "a b", ""] {
        let ran = cloud.touchstone().args(["check", "new", name]).without_log().run();
        ran.assert_exit(64);
        ran.assert_complains(&["not a name for a check"]);
    }
    cloud.write("here/file", "");
    let ran = cloud.touchstone().args(["check", "new", "here"]).without_log().run();
    ran.assert_exit(64);
    ran.assert_complains(&["here is there already"]);
}
