//! Nights that others get in the way of: manifests that are replaced, a second configuration, a part that was killed, files that
//! are gone for a moment. None may say PASS of what was not found out, and none may lose what was.

use std::time::{Duration, Instant};

use crate::harness::{Cloud, Entry, Ran, Touchstone, published, scope};

const LIST: &str = "compute GET /flavors/detail";
const NIGHT: [&str; 2] = ["--night", "2026-11-27T02:30:00Z"];

/// The scope of the tests with a version that the cloud passes, or one that it fails.
fn manifest(passes: bool) -> String {
    let mut entry = Entry::reader();
    entry.parameters.push(("least".into(), if passes { "1" } else { "4" }.into()));
    scope(&[entry])
}

/// A configuration: scopes (name, file), subjects (name, more), more keys.
fn config(scopes: &[(&str, &str)], subjects: &[(&str, &str)], more: &str) -> String {
    let scopes: Vec<String> =
        scopes.iter().map(|(name, file)| format!("{name}: {{manifest: {file}}}")).collect();
    let subjects: String = subjects
        .iter()
        .map(|(name, more)| format!("  - {{name: {name}, cloud: demo, clouds_file: clouds.yaml{more}}}\n"))
        .collect();
    format!(
        "format: touchstone.nightly/v1\nstores: [{}]\nscopes: {{{}}}\n{more}\nsubjects:\n{subjects}",
        published().store.display(),
        scopes.join(", ")
    )
}

fn once(cloud: &Cloud) -> Touchstone<'_> {
    cloud.touchstone().args(["nightly", "--once"])
}

fn status(cloud: &Cloud, arguments: &[&str]) -> Ran {
    Touchstone::new(cloud.folder()).without_log().arg("status").args(arguments).run()
}

/// Waits until a request for the list of flavors has come.
fn until_asked(cloud: &Cloud) {
    let begun = Instant::now();
    while cloud.count(LIST) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", cloud.calls());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A night that was killed while the first subject was tested.
fn killed(cloud: &Cloud, night: Touchstone<'_>) {
    cloud.inject("{service: compute, path: /flavors/detail, times: 1, kind: hang}");
    let started = night.start();
    until_asked(cloud);
    started.kill_at_once();
    cloud.forget_requests();
}

#[test]
fn two_manifests_of_one_scope_are_refused() {
    let cloud = Cloud::start();
    cloud.write("old.yaml", manifest(true));
    cloud.write("new.yaml", manifest(false));
    let scopes = [("old", "old.yaml"), ("new", "new.yaml")];
    let subjects = [("one", ", scopes: [new]"), ("two", ", scopes: [old]")];
    cloud.write("nightly.yaml", config(&scopes, &subjects, ""));
    for ran in [once(&cloud).run(), cloud.touchstone().args(["nightly", "lint"]).run()] {
        ran.assert_exit(3);
        ran.assert_complains(&["`new` and `old` have one UUID", "two manifests"]);
    }
    assert!(cloud.calls().is_empty());
    // The same manifest under two names is one scope.
    cloud.write("new.yaml", manifest(true));
    once(&cloud).run().assert_exit(0);
}

#[test]
fn a_night_is_judged_by_the_manifests_that_it_goes_on_with() {
    let cloud = &Cloud::start();
    cloud.write("scope.yaml", manifest(true));
    cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", "")], ""));
    killed(cloud, once(cloud).args(NIGHT));
    cloud.write("scope.yaml", manifest(false));
    // Machines that share a night have the same manifest, or it is not theirs.
    let shard = once(cloud).args(NIGHT).args(["--shard", "0/1"]).run();
    shard.assert_exit(3);
    shard.assert_complains(&["scope.yaml", "need the same one, to the byte"]);
    let ran = once(cloud).args(NIGHT).run();
    ran.assert_exit(1);
    ran.assert_complains(&["the manifest of the scope `test` was changed since the night"]);
    assert!(!status(cloud, &[]).stdout.contains("v1"), "{}", status(cloud, &[]));
}

#[test]
fn a_part_that_was_killed_is_not_taken_for_the_night() {
    let cloud = &Cloud::start();
    cloud.write("scope.yaml", manifest(true));
    cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", ""), ("two", "")], ""));
    killed(cloud, once(cloud).args(["--subject", "one"]));
    once(cloud).run().assert_exit(0);
    assert_eq!(cloud.count("identity POST /auth/tokens"), 2);
    assert_eq!(status(cloud, &[]).stdout.matches("v1").count(), 2, "{}", status(cloud, &[]));
    let more = "schedule: {at: \"02:30 UTC\"}";
    cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", ""), ("two", "")], more));
    let named = once(cloud).args(["--night", "2026-11-26T02:30:00Z", "--subject", "one"]).run();
    named.assert_exit(64);
    named.assert_complains(&["leave --night out"]);
}

/// FAIL is an exit code of 1 though the subject is gone by the time that the night ends.
#[test]
fn what_was_recorded_counts_though_the_subject_is_paused_by_now() {
    let cloud = Cloud::start();
    cloud.write("scope.yaml", manifest(false));
    let write = |of_one: &str| {
        cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", of_one), ("two", "")], ""));
    };
    write("");
    once(&cloud).args(NIGHT).args(["--shard", "0/2"]).run();
    once(&cloud).args(NIGHT).args(["--shard", "1/2"]).run();
    write(", paused: it moves");
    once(&cloud).args(NIGHT).args(["--subject", "one"]).run().assert_exit(1);
}

#[test]
fn what_another_process_tests_is_not_given_up() {
    let cloud = Cloud::start();
    cloud.write("scope.yaml", manifest(false));
    cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", ""), ("two", "")], ""));
    cloud.write("older.yaml", config(&[("test", "scope.yaml")], &[("two", "")], ""));
    cloud.inject("{service: compute, path: /flavors/detail, times: 2, kind: {slow: 6s}}");
    let newer = once(&cloud).args(NIGHT).start();
    until_asked(&cloud);
    let older = cloud.touchstone().args(["nightly", "--once", "--config", "older.yaml"]).args(NIGHT).run();
    older.assert_exit(0);
    let newer = newer.wait();
    newer.assert_exit(1);
    assert!(!format!("{older}{newer}").contains("no such subject any more"), "{older}{newer}");
    let explained = status(&cloud, &["--explain", "one"]);
    assert!(explained.stdout.contains("reader-flavors"), "{explained}");
}

#[test]
fn what_is_not_in_the_night_is_no_success() {
    let cloud = Cloud::start();
    cloud.write("scope.yaml", manifest(true));
    cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", "")], ""));
    once(&cloud).args(NIGHT).run().assert_exit(0);
    cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", ""), ("two", "")], ""));
    let ran = once(&cloud).args(NIGHT).run();
    ran.assert_exit(2);
    ran.assert_complains(&["began without two against `test`"]);
}

#[test]
fn an_attempt_counts_though_the_files_are_gone_for_the_next() {
    let cloud = Cloud::start();
    cloud.inject("{service: compute, path: /flavors/detail, kind: html}");
    cloud.write("scope.yaml", manifest(true));
    let more = "limits: {retries: 1, retry_after: 3s}";
    cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", "")], more));
    let clouds = cloud.folder().join("clouds.yaml");
    let started = once(&cloud).start();
    until_asked(&cloud);
    std::thread::sleep(Duration::from_secs(1));
    std::fs::rename(&clouds, cloud.folder().join("elsewhere.yaml")).expect("it is there");
    started.wait().assert_exit(2);
    std::fs::rename(cloud.folder().join("elsewhere.yaml"), &clouds).expect("it is there");
    let explained = status(&cloud, &["--explain", "one"]);
    assert!(explained.stdout.contains("but the body is not what the"), "{explained}");
    assert!(explained.stdout.contains("1 of 2"), "the other testcase has PASS: {explained}");
}

#[test]
fn waivers_that_break_the_rules_count_nowhere() {
    let cloud = Cloud::start();
    cloud.write("scope.yaml", manifest(false).replace("{v1: effective}", "{v1: draft}"));
    let waivers = |expires: &str| {
        format!(
            "format: touchstone.waivers/v1\nwaivers:\n  - {{testcase: reader-flavors, subject: one, scope: Test, reason: r, \
             author: Ada, approver: Charles, expires: {expires}}}\n"
        )
    };
    cloud.write("waivers.yaml", waivers("2099-12-31"));
    cloud.write("nightly.yaml", config(&[("test", "scope.yaml")], &[("one", "")], "waivers: [waivers.yaml]"));
    once(&cloud).run().assert_exit(1);
    let refused = status(&cloud, &[]);
    refused.assert_exit(0);
    assert!(!refused.stdout.contains("v1"), "{refused}");
    refused.assert_complains(&["none of these waivers counts"]);
    // One that keeps them does.
    let soon = jiff::Timestamp::now().to_string();
    cloud.write("waivers.yaml", waivers(soon.get(..10).expect("a day")));
    assert!(status(&cloud, &[]).stdout.contains("v1*"), "{}", status(&cloud, &[]));
    cloud.write("waivers.yaml", waivers("2099-12-31"));
    status(&cloud, &["--waivers", "waivers.yaml"]).assert_exit(3);
}

#[test]
fn a_group_is_judged_whole() {
    let cloud = Cloud::start();
    cloud.write("scope.yaml", manifest(true));
    cloud.write(
        "other.yaml",
        manifest(true).replace("3d2b8a5e", "4d2b8a5e").replace("name: Test", "name: Other"),
    );
    let subjects = [("east", ", group: gx, scopes: [test]"), ("west", ", group: gx, scopes: [other]")];
    let scopes = [("test", "scope.yaml"), ("other", "other.yaml")];
    cloud.write("nightly.yaml", config(&scopes, &subjects, ""));
    once(&cloud).run().assert_exit(0);
    for arguments in [&[][..], &["east"]] {
        let shown = status(&cloud, arguments);
        assert!(shown.stdout.contains("gx") && !shown.stdout.contains("v1"), "{shown}");
    }
    assert!(status(&cloud, &["--explain", "east"]).stdout.contains("2 of 2 testcases pass"));
    // Nor does a group pass anything of which a member was never tested.
    cloud.write("nightly.yaml", config(&scopes[..1], &[("alone", ", group: g1")], ""));
    once(&cloud).run().assert_exit(0);
    assert!(status(&cloud, &[]).stdout.contains("v1"), "{}", status(&cloud, &[]));
    cloud
        .write("nightly.yaml", config(&scopes[..1], &[("alone", ", group: g1"), ("new", ", group: g1")], ""));
    assert!(!status(&cloud, &[]).stdout.contains("v1"), "{}", status(&cloud, &[]));
}
