//! What a check creates is undone, however check and host end; what it may not create is not even asked for; what belongs
//! to others stays.

use std::time::{Duration, Instant};

use serde_json::Value;
use touchstone_simulator::Thing;

use crate::harness::{Cloud, Entry, Ran, Touchstone, scope};

const TESTCASE: &str = "creator-all";
/// Everything takes its time, so that a run can be ended in the midst of all of it.
const SLOW: &str = "timing: {server: 60ms, volume: 40ms, backup: 60ms, deletion: 30ms}
latency: 2ms";
/// Things of somebody else in the same project, named alike.
const STRANGERS: &str = "existing:
  - {kind: volume, name: touchstone-volume}
  - {kind: volume, name: my-touchstone-0123456789ab-volume}
  - {kind: server, name: touchstone-0123456789ab}
  - {kind: network, name: touchstone}
  - {kind: router, name: Touchstone-0123456789ab-router}
  - {kind: secret, name: touchstone_0123456789ab-secret}
  - {kind: security_group, name: first}";

/// A cloud on which everything can be created, and on which somebody else has things.
fn cloud() -> Cloud {
    Cloud::with(STRANGERS)
}

fn slow_cloud() -> Cloud {
    Cloud::with(&format!("{SLOW}\n{STRANGERS}"))
}

fn of(behaviour: &str) -> String {
    scope(&[Entry::creator(behaviour)])
}

/// With the id of a volume of somebody else as a parameter.
fn against(cloud: &Cloud, behaviour: &str) -> String {
    let stranger = stranger(&cloud.inventory()).id.clone();
    let mut entry = Entry::creator(behaviour);
    entry.parameters.push(("stranger".into(), stranger));
    scope(&[entry])
}

/// The first volume of somebody else.
fn stranger(inventory: &[Thing]) -> &Thing {
    inventory.iter().find(|thing| thing.kind.name() == "volume").expect("somebody has a volume")
}

/// Requests that change something, except logins.
fn changes(cloud: &Cloud) -> Vec<String> {
    let is_change = |call: &String| !call.contains(" GET ") && !call.starts_with("identity ");
    cloud.calls().into_iter().filter(is_change).collect()
}

fn ephemeral(ran: &Ran) -> Value {
    ran.report()["ephemeral"].clone()
}

fn cleanup(cloud: &Cloud) -> Touchstone<'_> {
    cloud.touchstone().args(["cleanup", "--cloud", "demo"])
}

fn journals(cloud: &Cloud) -> usize {
    let folder = cloud.folder().join(".local/state/touchstone/journal");
    std::fs::read_dir(folder).map_or(0, |entries| {
        entries
            .filter(|entry| {
                entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some_and(|e| e == "jsonl"))
            })
            .count()
    })
}

#[test]
fn everything_is_created_and_removed_newest_first() {
    let cloud = slow_cloud();
    let before = cloud.inventory();
    let ran = cloud.run(&of("everything")).run();
    ran.assert_exit(0);
    ran.assert_result(TESTCASE, "PASS", "made");
    assert_eq!(ephemeral(&ran), serde_json::json!({"created": 9, "deleted": 9}));
    assert_eq!(cloud.inventory(), before);
    assert_eq!(journals(&cloud), 0, "a journal of which nothing is left is no longer needed");
    let made: Vec<String> = changes(&cloud).into_iter().filter(|call| call.contains(" POST ")).collect();
    let gone: Vec<String> = changes(&cloud).into_iter().filter(|call| call.contains(" DELETE ")).collect();
    assert_eq!((made.len(), gone.len()), (8, 8), "{made:?} {gone:?}");
    let collection = |call: &String| call.split('/').nth(1).expect("paths have segments").to_owned();
    let backwards: Vec<String> = made.iter().rev().map(collection).collect();
    assert_eq!(backwards, gone.iter().map(collection).collect::<Vec<_>>());
}

#[test]
fn however_a_check_ends() {
    for (behaviour, verdict, reason) in [
        ("one-volume", "PASS", "made"),
        ("volume-then-trap", "DNF", "the check stopped half-way"),
        ("volume-then-fail", "DNF", "could not go on"),
        ("volume-then-loop", "DNF", "took longer than it may"),
        ("volume-then-wait", "DNF", "took longer than it may"),
    ] {
        let cloud = cloud();
        let before = cloud.inventory();
        let mut entry = Entry::creator(behaviour);
        entry.limits = "{wall: 3s}".into();
        let ran = cloud.run(&scope(&[entry])).run();
        ran.assert_result(TESTCASE, verdict, reason);
        assert_eq!(ephemeral(&ran), serde_json::json!({"created": 1, "deleted": 1}), "{behaviour}");
        assert_eq!(cloud.inventory(), before, "{behaviour}");
        assert_eq!(journals(&cloud), 0, "{behaviour}");
    }
}

#[test]
fn what_is_not_granted_is_not_sent() {
    for (behaviour, sent, why) in [
        ("one-too-many", 2, "pays for 2 of them"),
        ("too-large", 0, "GiB"),
        ("without-prefix", 0, "does not begin with"),
        ("not-granted", 0, "grant"),
        ("plain-post", 0, "create"),
        ("bulk", 0, "network"),
    ] {
        let cloud = cloud();
        let before = cloud.inventory();
        let ran = cloud.run(&of(behaviour)).run();
        ran.assert_exit(2);
        ran.assert_result(TESTCASE, "DNF", why);
        let posts = changes(&cloud).into_iter().filter(|call| call.contains(" POST ")).count();
        assert_eq!(posts, sent, "{behaviour}: {:?}", cloud.calls());
        assert_eq!(cloud.inventory(), before, "{behaviour}");
    }
}

#[test]
fn strangers_are_not_touched() {
    for behaviour in ["delete-stranger", "undo-stranger", "own-by-metadata", "backup-stranger"] {
        let cloud = cloud();
        let before = cloud.inventory();
        let ran = cloud.run(&against(&cloud, behaviour)).run();
        ran.assert_exit(2);
        ran.assert_result(TESTCASE, "DNF", "");
        assert_eq!(cloud.inventory(), before, "{behaviour}");
        let stranger = stranger(&before);
        let touched: Vec<_> =
            changes(&cloud).into_iter().filter(|call| call.contains(&stranger.id)).collect();
        assert!(touched.is_empty(), "{behaviour}: {touched:?}");
    }
}

#[test]
fn who_is_interrupted_removes_first() {
    let cloud = slow_cloud();
    let before = cloud.inventory();
    let running = cloud.run(&of("volume-then-wait")).start();
    wait_until(|| changes(&cloud).iter().any(|call| call.contains("POST /volumes")));
    running.interrupt();
    let ran = running.wait();
    ran.assert_exit(130);
    assert_eq!(ephemeral(&ran), serde_json::json!({"created": 1, "deleted": 1}));
    assert_eq!(cloud.inventory(), before);
}

#[test]
fn who_presses_twice_leaves_it_to_cleanup() {
    let cloud = Cloud::with(&format!("timing: {{deletion: 20s}}\n{STRANGERS}"));
    let before = cloud.inventory();
    let running = cloud.run(&of("volume-then-wait")).start();
    wait_until(|| changes(&cloud).iter().any(|call| call.contains("POST /volumes")));
    running.interrupt();
    wait_until(|| changes(&cloud).iter().any(|call| call.contains("DELETE /volumes")));
    running.interrupt();
    let ran = running.wait();
    ran.assert_exit(130);
    assert_eq!(journals(&cloud), 1);
    assert_eq!(cloud.inventory().len(), before.len() + 1);
    cleanup(&cloud).run().assert_exit(0);
    assert_eq!(cloud.inventory(), before);
    assert_eq!(journals(&cloud), 0);
}

#[test]
fn what_cannot_be_removed_is_told() {
    let cloud = cloud();
    cloud.inject("{method: DELETE, path: \"/volumes/*\", kind: {status: {code: 403}}}");
    let ran = cloud.run(&of("one-volume")).run();
    // The verdict is what it is; that something is left is another matter, and costs the exit code 0.
    ran.assert_exit(1);
    ran.assert_result(TESTCASE, "PASS", "made");
    let ephemeral = ephemeral(&ran);
    assert_eq!((&ephemeral["created"], &ephemeral["deleted"]), (&1.into(), &0.into()));
    let left = &ephemeral["left"][0];
    assert_eq!((&left["service"], &left["check"]), (&"block-storage".into(), &"creator".into()));
    assert!(left["why"].as_str().expect("it is a text").contains("403"), "{left}");
    for text in ["touchstone cleanup --cloud demo", left["id"].as_str().expect("it has one")] {
        assert!(ran.stdout.contains(text), "{text} is not in {}", ran.stdout);
    }
    let again = cleanup(&cloud).run();
    again.assert_exit(1);
    again.assert_complains(&["403"]);
    assert_eq!(journals(&cloud), 1, "the next one can try again");
}

#[test]
fn created_and_not_answered() {
    let cloud = cloud();
    let before = cloud.inventory();
    cloud.inject("{method: POST, path: /volumes, kind: {done-then: reset}}");
    let ran = cloud.run(&of("one-volume")).run();
    ran.assert_result(TESTCASE, "DNF", "");
    assert_eq!(cloud.inventory(), before, "{ran}");
}

#[test]
fn cleanup_says_what_it_would_do() {
    let cloud = slow_cloud();
    let before = cloud.inventory();
    let running = cloud.run(&of("volume-then-wait")).start();
    wait_until(|| cloud.inventory().len() > before.len());
    // Its run lives: nobody cleans up behind it.
    let ran = cleanup(&cloud).run();
    ran.assert_exit(0);
    assert!(ran.stdout.contains("still runs"), "{ran}");
    running.kill_at_once();
    let ran = cleanup(&cloud).arg("--dry-run").run();
    ran.assert_exit(0);
    assert!(ran.stdout.contains("volume ") && ran.stdout.contains("touchstone-"), "{ran}");
    assert_eq!(cloud.inventory().len(), before.len() + 1);
    let ran = cleanup(&cloud).args(["--older-than", "1h"]).run();
    ran.assert_exit(0);
    assert_eq!(cloud.inventory().len(), before.len() + 1);
    cleanup(&cloud).run().assert_exit(0);
    assert_eq!(cloud.inventory(), before);
    cleanup(&cloud).run().assert_exit(0);
}

/// `kill -9` at 100 moments, spread over the whole run: after `touchstone cleanup` the cloud has what it had before.
#[test]
fn a_host_that_is_killed_leaves_nothing() {
    const CLOUDS: u32 = 5;
    let left: usize = std::thread::scope(|threads| {
        let killed: Vec<_> =
            (0..CLOUDS).map(|first| threads.spawn(move || kill_and_clean(first, CLOUDS))).collect();
        killed.into_iter().map(|thread| thread.join().expect("what it asserts holds")).sum()
    });
    assert!(left >= 25, "only {left} of 100 were killed while something was there");
}

/// Kills every so many-th of 100 runs; answers how many left something.
fn kill_and_clean(first: u32, step: u32) -> usize {
    let cloud = slow_cloud();
    let before = cloud.inventory();
    // The first run compiles.
    cloud.run(&of("everything")).run().assert_exit(0);
    let whole = cloud.run(&of("everything")).run().took;
    let mut left = 0;
    for i in (first..100).step_by(step as usize) {
        let running = cloud.run(&of("everything")).start();
        std::thread::sleep(moment(i, whole));
        running.kill_at_once();
        left += usize::from(cloud.inventory() != before);
        let ran = cleanup(&cloud).run();
        ran.assert_exit(0);
        assert_eq!(
            cloud.inventory(),
            before,
            "killed for the {i}. time, after {:?}: {ran}",
            moment(i, whole)
        );
        assert_eq!(journals(&cloud), 0, "killed for the {i}. time");
    }
    left
}

/// Scattered over a time, no two alike, and the same in every run of the test: multiples of the golden ratio.
fn moment(i: u32, whole: Duration) -> Duration {
    whole.mul_f64((f64::from(i) * 0.618_033_988_749_895).fract())
}

#[track_caller]
fn wait_until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}
