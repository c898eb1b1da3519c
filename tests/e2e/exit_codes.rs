//! The exit codes are a contract with whoever calls the binary.

use std::time::{Duration, Instant};

use crate::harness::{Cloud, Entry, Started, Touchstone, published, scope};

fn reader() -> String {
    scope(&[Entry::reader()])
}

#[test]
fn zero_if_every_version_passes() {
    let cloud = Cloud::start();
    let ran = cloud.run(&reader()).run();
    ran.assert_exit(0);
    assert_eq!(ran.report()["versions"]["v1"]["verdict"], "PASS");
    for arguments in [["--help"], ["--version"]] {
        cloud.touchstone().args(arguments).run().assert_exit(0);
    }
}

#[test]
fn one_if_a_version_fails() {
    let scope = scope(&[Entry { parameters: vec![("least".into(), "4".into())], ..Entry::reader() }]);
    let ran = Cloud::start().run(&scope).run();
    ran.assert_exit(1);
    ran.assert_result("reader-flavors", "FAIL", "3: ");
    assert_eq!(ran.report()["versions"]["v1"]["verdict"], "FAIL");
}

#[test]
fn two_if_none_fails_and_something_is_not_known() {
    let missing = Entry { component: None, ..Entry::adversary("behave") };
    let ran = Cloud::start().run(&scope(&[Entry::reader(), missing])).run();
    ran.assert_exit(2);
    ran.assert_result("adversary-first", "MISS", "no component in this manifest");
    assert_eq!(ran.report()["versions"]["v1"]["verdict"], "MISS");

    let ran = Cloud::start().run(&scope(&[Entry::adversary("fail-to-run")])).run();
    ran.assert_exit(2);
    assert_eq!(ran.report()["versions"]["v1"]["verdict"], "DNF");
}

/// Whatever keeps us out, every testcase is DNF for this reason, and it is not said for each of them: once at the top,
/// once where the testcases are listed.
#[track_caller]
fn assert_kept_out(run: Touchstone<'_>, reason: &[&str]) {
    let ran = run.without_log().run();
    ran.assert_exit(4);
    let report = ran.report();
    assert_eq!(report["preflight"]["reachable"], false);
    for testcase in ["reader-images", "reader-flavors"] {
        for part in reason {
            ran.assert_result(testcase, "DNF", part);
        }
    }
    assert_eq!(ran.stderr, "", "the message is part of the report");
    let on_one_line = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in reason {
        assert!((1..=2).contains(&on_one_line.matches(part).count()), "how often is {part:?} said? {ran}");
    }
}

#[test]
fn four_if_the_credentials_are_wrong() {
    let cloud = Cloud::start();
    let yaml = std::fs::read_to_string(cloud.folder().join("clouds.yaml")).expect("it was written");
    let wrong = yaml.replace("correct-horse", "wrong-horse").replace("s3cr3t-of", "n0-s3cr3t-of");
    cloud.write("clouds.yaml", wrong);
    let run = cloud.run(&reader());
    assert_kept_out(run, &["/identity/v3/auth/tokens answers 401", "user name, password"]);
    let run = cloud.run_as("demo-appcred", &reader());
    assert_kept_out(run, &["answers 401", "secret of the application credential"]);
    assert!(cloud.calls().iter().all(|call| call == "identity POST /auth/tokens"), "{:?}", cloud.calls());
}

#[test]
fn four_if_nobody_is_there() {
    let gone = Cloud::start();
    let yaml = std::fs::read_to_string(gone.folder().join("clouds.yaml")).expect("it was written");
    drop(gone);
    let cloud = Cloud::start();
    cloud.write("clouds.yaml", yaml);
    assert_kept_out(cloud.run(&reader()), &["nobody listens there", "is the cloud up"]);
}

#[test]
fn four_if_the_identity_service_is_a_web_page() {
    let cloud = Cloud::start();
    cloud.inject("{service: identity, kind: html}");
    assert_kept_out(cloud.run(&reader()), &["instead of JSON"]);
}

#[test]
fn four_if_the_user_is_an_administrator_unless_that_is_wanted() {
    let cloud = Cloud::start();
    assert_kept_out(cloud.run_as("boss", &reader()), &["the role admin", "--allow-privileged"]);
    assert_eq!(cloud.calls(), ["identity POST /auth/tokens"]);
    let ran = cloud.run_as("boss", &reader()).arg("--allow-privileged").run();
    ran.assert_exit(0);
    assert_eq!(ran.report()["preflight"]["privileged_roles"], serde_json::json!(["admin"]));
}

#[test]
fn four_if_the_cloud_is_not_configured() {
    let cloud = Cloud::start();
    let ran = cloud.run_as("demi", &reader()).without_log().run();
    ran.assert_exit(4);
    ran.assert_complains(&["demi", "clouds.yaml"]);
    assert!(cloud.calls().is_empty());
}

#[test]
fn sixty_four_if_the_usage_is_wrong() {
    let cloud = Cloud::start();
    let store = published().store.display().to_string();
    let run = |more: &[&str]| -> Vec<String> {
        let common = ["run", "scope.yaml", "--cloud", "demo", "--store", &store];
        common.iter().chain(more).map(|text| (*text).to_owned()).collect()
    };
    cloud.write("scope.yaml", reader());
    let cases: Vec<(Vec<String>, &[&str])> = vec![
        (vec![], &["Usage: "]),
        (vec!["fly".into()], &["unrecognized subcommand"]),
        (vec!["run".into()], &["<SCOPE.yaml>"]),
        (
            vec!["run".into(), "scope.yaml".into(), "--cloud".into(), "demo".into()],
            &["has a store", "--store"],
        ),
        (run(&["--nonsense"]), &["--nonsense"]),
        (run(&["--date", "yesterday"]), &["--date", "yesterday"]),
        (run(&["--date", "2019-12-31"]), &["2019-12-31", "2020-01-01"]),
        (run(&["--scope-version", "v2"]), &["no version `v2`", "v1"]),
        (run(&["--param", "least"]), &["--param least", "KEY=VALUE"]),
        (run(&["--param", "=1"]), &["KEY=VALUE"]),
        (run(&["--param", "most=1"]), &["no module of v1 has a parameter `most`"]),
        (run(&["--ceiling", "wall=soon"]), &["--ceiling wall=soon", "whole number"]),
        (run(&["--ceiling", "cpu=1"]), &["`cpu` is not a limit", "memory"]),
        (run(&["--tests", "("]), &["--tests"]),
        (run(&["--tests", "nothing-like-it"]), &["select none of the 2 testcases"]),
        (run(&["--sections", "tiny"]), &["--sections", "tiny"]),
        (run(&["-q", "-v"]), &["--quiet", "--verbose"]),
        (
            vec!["check".into(), "inspect".into(), "sha256:12".into(), "--store".into(), store.clone()],
            &["64"],
        ),
    ];
    for (arguments, complaints) in cases {
        let ran = cloud.touchstone().args(arguments).without_log().run();
        ran.assert_exit(64);
        ran.assert_complains(complaints);
        assert_eq!(ran.stdout, "", "what is wrong goes to standard error: {ran}");
    }
    assert!(cloud.calls().is_empty(), "nothing was sent");
}

#[test]
fn seventy_if_the_report_cannot_be_written() {
    let cloud = Cloud::start();
    cloud.write("scope.yaml", reader());
    cloud.write("a-file", "");
    for place in ["no-such-folder/report.json", "a-file/report.json"] {
        let run = cloud.touchstone().args(["run", "scope.yaml", "--cloud", "demo", "-o", place, "--store"]);
        let ran = run.arg(&published().store).without_log().run();
        ran.assert_exit(70);
        ran.assert_complains(&[place]);
    }
}

/// Waits until the cloud was asked for this.
fn wait_for(cloud: &Cloud, call: &str) {
    let begun = Instant::now();
    while cloud.count(call) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody asks for {call}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_hundred_and_thirty_if_interrupted_and_the_report_says_what_was_found() {
    let cloud = Cloud::start();
    cloud.inject("{service: compute, kind: hang}");
    let started = cloud.run(&reader()).start();
    wait_for(&cloud, "compute GET /flavors/detail");
    let pressed = Instant::now();
    started.interrupt();
    let ran = started.wait();
    assert!(pressed.elapsed() < Duration::from_secs(1), "it took {:?}", pressed.elapsed());
    ran.assert_exit(130);
    ran.assert_result("reader-images", "PASS", "2: Debian, Ubuntu");
    ran.assert_result("reader-flavors", "DNF", "the run was interrupted");
    let report = ran.report();
    assert_eq!(report["run"]["interrupted"], true);
    assert_eq!(report["versions"]["v1"]["verdict"], "DNF");
    assert!(ran.stdout.contains("interrupted"), "{ran}");
}

#[test]
fn a_hundred_and_thirty_if_interrupted_while_logging_in() {
    let cloud = Cloud::start();
    cloud.inject("{service: identity, kind: hang}");
    let started = cloud.run(&reader()).start();
    wait_for(&cloud, "identity POST /auth/tokens");
    let pressed = Instant::now();
    started.interrupt();
    let ran = started.wait();
    assert!(pressed.elapsed() < Duration::from_secs(1), "it took {:?}", pressed.elapsed());
    ran.assert_exit(130);
    ran.assert_result("reader-images", "DNF", "interrupted");
}

#[test]
fn a_second_interrupt_ends_it_at_once() {
    let cloud = Cloud::start();
    // A report that is larger than a pipe, for a reader who does not read: the end takes as long as he wishes.
    cloud.write(
        "scope.yaml",
        scope(&[Entry { limits: "{wall: 100s}".into(), ..Entry::adversary("flood-findings") }]),
    );
    let run = cloud.touchstone().args(["run", "scope.yaml", "--cloud", "demo", "-o", "-", "--store"]);
    let started: Started<'_> = run.arg(&published().store).start();
    wait_for(&cloud, "identity POST /auth/tokens");
    std::thread::sleep(Duration::from_secs(2));
    started.interrupt();
    std::thread::sleep(Duration::from_millis(700));
    started.interrupt();
    assert_eq!(started.wait_unread(Duration::from_secs(1)), Some(130));
}

#[test]
fn an_interrupt_ends_who_computes_and_keeps_what_was_said() {
    let cloud = Cloud::start();
    let busy = Entry { limits: "{wall: 100s}".into(), ..Entry::adversary("loop") };
    let started = cloud.run(&scope(&[Entry::reader(), busy])).start();
    wait_for(&cloud, "compute GET /flavors/detail");
    std::thread::sleep(Duration::from_millis(500));
    started.interrupt();
    let ran = started.wait();
    ran.assert_exit(130);
    let said: Vec<(String, String)> = ["adversary-first", "adversary-second"].map(|id| ran.result(id)).into();
    assert_eq!(said[0].0, "PASS");
    assert_eq!(said[1], ("DNF".to_owned(), "the run was interrupted".to_owned()));
}
