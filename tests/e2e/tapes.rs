//! Runs are recorded, and judged again without their clouds.

mod damage;
mod other;
mod signatures;
mod verify;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;
use touchstone_simulator::Scenario;
use touchstone_tape::Tape;

use crate::harness::{Cloud, Entry, Ran, Touchstone, kept, published, repo, scope};

const SCS: &str = "scopes/scs-compatible-iaas.yaml";

/// A run that was recorded, and all that is needed to judge it again.
struct Recorded {
    cloud: Cloud,
    manifest: PathBuf,
    store: PathBuf,
    ran: Ran,
}

impl Recorded {
    /// The published scope, against a cloud.
    fn whole(cloud: Cloud, more: &[&str]) -> Self {
        Self::of(cloud, repo().join(SCS), repo().join("checks/published"), more)
    }

    /// Some checks of the tests, against a small cloud.
    fn small(entries: &[Entry], more: &[&str]) -> Self {
        let cloud = Cloud::start();
        let manifest = cloud.write("scope.yaml", scope(entries));
        Self::of(cloud, manifest, published().store.clone(), more)
    }

    fn of(cloud: Cloud, manifest: PathBuf, store: PathBuf, more: &[&str]) -> Self {
        let ran = run(&cloud, &manifest, &store).args(["--record", "run.tape"]).args(more).run();
        Recorded { cloud, manifest, store, ran }
    }

    fn tape(&self) -> PathBuf {
        self.cloud.folder().join("run.tape")
    }

    fn report(&self) -> &str {
        self.ran.report_text.as_deref().expect("there is a report")
    }

    /// The command that judges it again.
    fn replay(&self) -> Touchstone<'_> {
        self.replay_against(&self.manifest)
    }

    fn replay_against(&self, manifest: &Path) -> Touchstone<'_> {
        let replay =
            self.cloud.touchstone().without_log().args(["replay", "run.tape", "--scope"]).arg(manifest);
        replay.arg("--store").arg(&self.store).report(self.cloud.folder().join("replayed.json"))
    }

    /// The command that verifies it.
    fn verify(&self) -> Touchstone<'_> {
        let verify =
            self.cloud.touchstone().without_log().args(["verify", "report.json", "--tape", "run.tape"]);
        verify.arg("--scope").arg(&self.manifest).arg("--store").arg(&self.store)
    }
}

fn run<'a>(cloud: &'a Cloud, manifest: &Path, store: &Path) -> Touchstone<'a> {
    let run = cloud.touchstone().without_log().arg("run").arg(manifest).args(["--cloud", "demo", "--store"]);
    run.arg(store).report(cloud.folder().join("report.json"))
}

fn perfect() -> Cloud {
    Cloud::of(&Scenario::perfect())
}

/// The verdicts and all that goes with them: what must be the same in whatever order checks stand in a manifest.
fn results(text: &str) -> Value {
    let report: Value = serde_json::from_str(text).expect("it is JSON");
    serde_json::json!([report["versions"], report["testcases"]])
}

#[test]
fn a_run_is_judged_again_to_the_byte_without_network() {
    let recorded = Recorded::whole(perfect(), &[]);
    recorded.ran.assert_exit(0);
    let mode = std::fs::metadata(recorded.tape()).expect("there is a tape").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it is nobody else's business");
    let requests = recorded.cloud.requests().len();
    // Where there is no network, there is none.
    let control = run(&recorded.cloud, &recorded.manifest, &recorded.store).offline().run();
    control.assert_exit(4);
    std::fs::write(recorded.cloud.folder().join("report.json"), recorded.report())
        .expect("it can be written");
    let replayed = recorded.replay().offline().run();
    replayed.assert_exit(0);
    assert_eq!(replayed.report_text.as_deref(), Some(recorded.report()), "{replayed}");
    let verified = recorded.verify().offline().run();
    verified.assert_exit(0);
    assert!(verified.stdout.starts_with("verified: demo against SCS-compatible IaaS"), "{verified}");
    assert_eq!(verified.stdout.lines().count(), 1);
    assert_eq!(recorded.cloud.requests().len(), requests, "nothing was sent");
    // The scopes and components that come along are those of the report.
    let along = recorded.cloud.touchstone().args(["verify", "report.json", "--tape", "run.tape"]).run();
    along.assert_exit(0);
}

#[test]
fn what_was_handed_in_is_on_the_tape() {
    let cloud = Cloud::start();
    let text = std::fs::read_to_string(repo().join(SCS)).expect("the scope is there");
    let version = "\nversions:\n  - version: manual\n    include:\n      - module: scs-0121-v1-manual\n";
    let manifest = cloud.write("scopes/scope.yaml", text.replacen("\nversions:\n", version, 1));
    let attest =
        cloud.touchstone().arg("attest").arg(&manifest).args(["--subject", "demo", "--verdict", "pass"]);
    let attest =
        attest.args(["--testcase", "availability-zones-check", "--by", "Jane Doe", "-o", "a.json"]).run();
    attest.assert_exit(0);
    let store = repo().join("checks/published");
    let more = ["--scope-version", "manual", "--attestations", "a.json"];
    let recorded = Recorded::of(cloud, manifest, store, &more);
    assert_eq!(recorded.ran.result("availability-zones-check").0, "PASS");
    std::fs::remove_file(recorded.cloud.folder().join("a.json")).expect("it is there");
    let replayed = recorded.replay().run();
    assert_eq!(replayed.report_text.as_deref(), Some(recorded.report()), "{replayed}");
    recorded.verify().run().assert_exit(0);
}

#[test]
fn whatever_a_check_does_it_does_again() {
    // An endless loop, a trap, endless memory, a flood of words, contradictions, calls that are denied, ….
    for behaviour in crate::adversary::behaviours() {
        let recorded = Recorded::small(&[Entry::adversary(&behaviour), Entry::reader()], &[]);
        let replayed = recorded.replay().run();
        assert_eq!(replayed.report_text.as_deref(), Some(recorded.report()), "{behaviour}: {replayed}");
    }
}

#[test]
fn what_was_created_is_created_again_on_tape() {
    let recorded = Recorded::small(&[Entry::creator("everything")], &[]);
    recorded.ran.assert_exit(0);
    recorded.cloud.forget_requests();
    let replayed = recorded.replay().run();
    assert_eq!(replayed.report_text.as_deref(), Some(recorded.report()), "{replayed}");
    assert!(recorded.cloud.requests().is_empty());
}

#[test]
fn a_cloud_that_cannot_be_reached_is_recorded_too() {
    let cloud = Cloud::start();
    let manifest = cloud.write("scope.yaml", scope(&[Entry::reader()]));
    let store = published().store.clone();
    cloud.inject("{service: identity, kind: {status: {code: 403}}}");
    let recorded = Recorded::of(cloud, manifest, store, &[]);
    recorded.ran.assert_exit(4);
    let replayed = recorded.replay().run();
    replayed.assert_exit(4);
    assert_eq!(replayed.report_text.as_deref(), Some(recorded.report()), "{replayed}");
}

/// With one thread and with many, under load, with compiled code at hand and without, in another order, on another day.
#[test]
fn results_depend_on_nothing_but_component_and_tape() {
    // A day that is not today.
    let recorded = Recorded::whole(perfect(), &["--date", "2026-07-01"]);
    let same = |replayed: &Ran, what: &str| {
        assert_eq!(replayed.report_text.as_deref(), Some(recorded.report()), "{what}: {replayed}");
    };
    for threads in ["1", "16"] {
        same(&recorded.replay().env("TOKIO_WORKER_THREADS", threads).run(), threads);
    }
    let cold = recorded.cloud.folder().join("cold");
    let replay = |what| same(&recorded.replay().env("XDG_CACHE_HOME", &cold).run(), what);
    replay("cold cache");
    replay("warm cache");
    let _quiet = crate::adversary::QUIET.write();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    std::hint::spin_loop()
                }
            });
        }
        for _ in 0..3 {
            same(&recorded.replay().run(), "under load");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let reversed = recorded.cloud.write("scopes/scope.yaml", checks_reversed());
    let replayed = recorded.replay_against(&link_assets(&reversed)).run();
    let text = replayed.report_text.as_deref().expect("there is a report");
    assert_eq!(results(text), results(recorded.report()), "in another order");
}

/// The published scope with its checks in the opposite order.
fn checks_reversed() -> String {
    let text = std::fs::read_to_string(repo().join(SCS)).expect("the scope is there");
    let (head, rest) = text.split_once("\nchecks:\n").expect("it has checks");
    let (checks, tail) = rest.split_once("\nmodules:\n").expect("it has modules");
    let mut entries: Vec<String> = Vec::new();
    for line in checks.lines() {
        match (line.starts_with("  - "), entries.last_mut()) {
            (false, Some(entry)) => *entry += &format!("{line}\n"),
            _ => entries.push(format!("{line}\n")),
        }
    }
    assert!(entries.len() > 10);
    entries.reverse();
    format!("{head}\nchecks:\n{}\nmodules:\n{tail}", entries.concat())
}

/// Puts the published assets beside a manifest.
fn link_assets(manifest: &Path) -> PathBuf {
    let beside = manifest.parent().expect("it lies in a folder").join("assets");
    std::os::unix::fs::symlink(repo().join("scopes/assets"), beside).expect("links can be made");
    manifest.to_owned()
}

#[test]
fn no_secret_is_on_a_tape() {
    let recorded = Recorded::whole(perfect(), &[]);
    let tape = Tape::open(&recorded.tape()).expect("it is a tape");
    let mut all = format!("{:?} {:?} {:?}", tape.header, tape.units, tape.end);
    for body in 0..tape.bodies() {
        all += &String::from_utf8_lossy(&tape.body(u32::try_from(body).ok()));
    }
    assert!(all.len() > 20_000 && all.contains("/flavors/detail"), "it holds what was seen");
    for secret in recorded.cloud.secrets() {
        assert!(!all.contains(&secret), "the tape holds the secret {secret}");
    }
    for header in ["x-auth-token", "x-subject-token", "user-agent"] {
        assert!(!all.to_lowercase().contains(header), "the tape holds the header {header}");
    }
}

#[test]
fn a_body_that_many_checks_see_is_kept_once() {
    let recorded = Recorded::whole(perfect(), &[]);
    let tape = Tape::open(&recorded.tape()).expect("it is a tape");
    let calls = tape.units.iter().flat_map(|unit| &unit.calls);
    let lists = calls.filter(|call| format!("{call:?}").contains("path: \"/images\"")).count();
    assert!(lists >= 3, "several checks read the images");
    let with_images = (0..tape.bodies()).filter(|&number| {
        tape.body(u32::try_from(number).ok()).starts_with(b"{\"first\"")
            || String::from_utf8_lossy(&tape.body(u32::try_from(number).ok())).contains("\"images\"")
    });
    assert!(with_images.count() < lists);
}

#[test]
fn a_tape_can_be_looked_at() {
    let recorded = Recorded::small(&[Entry::reader()], &[]);
    let shown = recorded.cloud.touchstone().args(["tape", "show", "run.tape"]).run();
    shown.assert_exit(0);
    for text in [
        "reader 1.0.0: ",
        "200          compute GET /flavors/detail",
        "200          image GET /images",
        "subject   demo",
    ] {
        assert!(shown.stdout.contains(text), "{text}: {shown}");
    }
    let lines = recorded.cloud.touchstone().args(["tape", "show", "run.tape", "--json-lines"]).run();
    for line in lines.stdout.lines() {
        let call: Value = serde_json::from_str(line).expect("it is JSON");
        assert_eq!(call["check"], "reader");
    }
    let nobody = recorded.cloud.touchstone().args(["tape", "show", "run.tape", "--check", "other"]).run();
    nobody.assert_exit(64);
}

/// The folder of the components that tests build, and a copy of it that a test may damage.
fn copy_of_store(to: &Path) {
    let status = std::process::Command::new("cp").arg("-r").arg(kept("store")).arg(to).status();
    assert!(status.expect("there is cp").success());
}
