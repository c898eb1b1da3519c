//! The same component, cloud and parameters give the same results, wherever the compiled code comes from.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{Cloud, Entry, Ran, scope};

/// What must not differ: everything about testcases but when they were looked at.
fn lasting(ran: &Ran) -> Value {
    let mut testcases = ran.report()["testcases"].clone();
    for result in testcases.as_object_mut().expect("it is in the schema").values_mut() {
        for time in ["checked_at", "expires_at"] {
            result.as_object_mut().expect("it is in the schema").remove(time);
        }
    }
    testcases
}

fn run(cloud: &Cloud, cache: &Path) -> Ran {
    let entry = Entry { parameters: vec![("least".into(), "4".into())], ..Entry::reader() };
    let ran = cloud.run(&scope(&[entry])).env("XDG_CACHE_HOME", cache).run();
    ran.assert_exit(1);
    ran
}

/// The files of compiled code.
fn compiled(cache: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(cache.join("touchstone/code")).expect("there is a cache");
    let files = entries.map(|entry| entry.expect("it can be read").path());
    files.filter(|file| file.extension().is_none_or(|kind| kind != "crc32")).collect()
}

#[test]
fn results_do_not_depend_on_the_cache() {
    let cloud = Cloud::start();
    let cache = cloud.folder().join("cache");
    let cold = run(&cloud, &cache);
    let warm = run(&cloud, &cache);
    assert!(cold.stderr.contains("compiled"), "the first run compiles: {cold}");
    assert!(!warm.stderr.contains(" compiled "), "the second does not: {warm}");
    assert_eq!(lasting(&cold), lasting(&warm));
    assert_eq!(compiled(&cache).len(), 1);
    let mode = fs::metadata(cache.join("touchstone/code")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "nobody else may write there");
}

#[test]
fn damaged_code_is_not_run() {
    let cloud = Cloud::start();
    let cache = cloud.folder().join("cache");
    let whole = run(&cloud, &cache);
    let file = compiled(&cache).pop().expect("the code was kept");
    let code = fs::read(&file).expect("it can be read");
    let mut flipped = code.clone();
    flipped[code.len() / 2] ^= 1;
    for damaged in [flipped, code[..code.len() / 2].to_vec(), Vec::new(), b"#!/bin/sh\n".to_vec()] {
        fs::write(&file, &damaged).expect("it can be written");
        let ran = run(&cloud, &cache);
        assert_eq!(lasting(&ran), lasting(&whole));
        assert!(ran.stderr.contains("compiled"), "it is compiled anew: {ran}");
        let now = fs::read(&file).expect("it can be read");
        assert_eq!(now.len(), code.len(), "and kept again, whole");
    }
}

#[test]
fn code_that_others_could_have_written_is_not_run() {
    let cloud = Cloud::start();
    let cache = cloud.folder().join("cache");
    run(&cloud, &cache);
    let folder = cache.join("touchstone/code");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("it is ours");
    let ran = run(&cloud, &cache);
    assert!(ran.stderr.contains("compiled code is not cached"), "{ran}");
    assert!(ran.stderr.contains("compiled component") || ran.stderr.contains(": compiled "), "{ran}");
}
