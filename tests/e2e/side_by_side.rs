//! Two versions of one check in one scope: they run in one go, and each version of the scope has the results of its own.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use touchstone_tape::Tape;

use crate::harness::crafted::{empty_store, patched, put};
use crate::harness::{Cloud, Ran, Touchstone, line_of, published};

const READS: &str = "image GET /images, compute GET /flavors/detail, compute GET /flavors/*/os-extra_specs";

/// Two releases of a check, in a store of their own. Of what the second says, some is its own.
struct Releases {
    store: PathBuf,
    first: String,
    second: String,
}

impl Releases {
    fn of(cloud: &Cloud, component: &str, more: &[(&str, &str)]) -> Self {
        let store = empty_store(cloud.folder());
        let first = fs::read(published().file(component)).expect("it is published");
        let version = ("\"version\":\"1.0.0\"", "\"version\":\"2.0.0\"");
        let patches: Vec<_> = [version].into_iter().chain(more.iter().copied()).collect();
        let second = patched(&first, &patches);
        Releases { first: put(&store, &first), second: put(&store, &second), store }
    }

    fn readers(cloud: &Cloud) -> Self {
        Self::of(cloud, &published().reader, &[("the reader, section 1", "the reader, section 2")])
    }

    /// v1 is in effect and uses the first; next uses the second.
    fn scope(&self, first_may: &str, second_may: &str) -> String {
        format!(
            "format: touchstone.scope/v1
uuid: 5c1c0cf6-4a3e-4a55-9c39-0a3e4c1f0d11
name: Side by side
url: https://example.org/scope
checks:
  - id: reader
    version: 1.0.0
    component: {}
    grants: [{first_may}]
    limits: {{wall: 20s}}
    testcases:
      - {{id: reader-images, description: There are images., url: https://example.org/1, lifetime: day}}
      - {{id: reader-flavors, description: There are flavors., url: https://example.org/1}}
  - id: reader
    version: 2.0.0
    component: {}
    grants: [{second_may}]
    limits: {{wall: 60s}}
    testcases:
      - {{id: reader-images, description: There really are images., url: https://example.org/2, lifetime: year}}
      - {{id: reader-flavors, description: There are flavors., url: https://example.org/2}}
modules:
  - id: reading-v1
    name: Reading
    url: https://example.org/reading
    targets: {{main: [reader-images, reader-flavors]}}
versions:
  - version: next
    include:
      - {{module: reading-v1, checks: {{reader: 2.0.0}}}}
  - version: v1
    stabilized_at: 2020-01-01
    include:
      - {{module: reading-v1, checks: {{reader: 1.0.0}}}}
timeline:
  - date: 2020-01-01
    versions: {{v1: effective, next: draft}}
",
            self.first, self.second
        )
    }

    fn run<'a>(&self, cloud: &'a Cloud, first_may: &str, second_may: &str) -> Touchstone<'a> {
        cloud.run_from(&self.store, &self.scope(first_may, second_may))
    }

    /// Another command about what was run.
    fn again<'a>(&self, cloud: &'a Cloud, command: &[&str]) -> Touchstone<'a> {
        let again = cloud.touchstone().without_log().args(command);
        again.args(["--scope", "scope.yaml", "--store"]).arg(&self.store)
    }
}

/// What a version of the scope has of its own about a testcase.
#[track_caller]
fn own(ran: &Ran, version: &str, testcase: &str) -> Value {
    let own = ran.report()["versions"][version]["testcases"][testcase].clone();
    assert!(own.is_object(), "{version} has no result of its own for {testcase}: {ran}");
    own
}

#[track_caller]
fn assert_verdicts(ran: &Ran, version: &str, expected: [&str; 3]) {
    let of_version = ran.report()["versions"][version]["verdict"].clone();
    let verdict = |testcase: &str| own(ran, version, testcase)["verdict"].clone();
    assert_eq!(
        [of_version, verdict("reader-images"), verdict("reader-flavors")],
        expected,
        "{version}: {ran}"
    );
}

/// The run must have been recorded: a replay and `verify` come to the same.
fn assert_replays(releases: &Releases, cloud: &Cloud, ran: &Ran) {
    let replay = releases.again(cloud, &["replay", "run.tape"]);
    let replayed = replay.report(cloud.folder().join("replayed.json")).run();
    assert_eq!(replayed.report_text, ran.report_text, "{replayed}");
    let verified = releases.again(cloud, &["verify", "report.json", "--tape", "run.tape"]).run();
    verified.assert_exit(0);
    assert!(verified.stdout.contains("with 2 components"), "{verified}");
}

#[test]
fn both_run_in_one_go_and_report_separately() {
    let cloud = Cloud::start();
    let releases = Releases::readers(&cloud);
    let ran = releases.run(&cloud, READS, READS).args(["-v", "--record", "run.tape"]).run();
    ran.assert_exit(0);
    let report = ran.report();
    assert_eq!(report["testcases"], json!({}), "they share no result");
    for (version, digest, release, description, url) in [
        ("v1", &releases.first, "1.0.0", "There are images.", "https://example.org/1"),
        ("next", &releases.second, "2.0.0", "There really are images.", "https://example.org/2"),
    ] {
        assert_verdicts(&ran, version, ["PASS", "PASS", "PASS"]);
        let images = own(&ran, version, "reader-images");
        assert_eq!(images["component"], digest.as_str());
        assert_eq!((&images["description"], &images["url"]), (&description.into(), &url.into()));
        let component = ran.component(digest);
        assert_eq!((&component["name"], &component["version"]), (&"reader".into(), &release.into()));
        assert_eq!(component["audit"]["denied_calls"], 0);
        assert!(ran.stdout.contains(&format!("by reader {release}")), "{ran}");
    }
    // Its result counts for as long as its own entry says.
    assert_eq!(own(&ran, "v1", "reader-images")["lifetime"], "day");
    assert_eq!(own(&ran, "next", "reader-images")["lifetime"], "year");
    // What both read was asked for once.
    assert_eq!(cloud.count("compute GET /flavors/detail"), 1);
    assert_replays(&releases, &cloud, &ran);
    let show = |check: &str| {
        let show = cloud.touchstone().without_log().args([
            "tape",
            "show",
            "run.tape",
            "--json-lines",
            "--check",
            check,
        ]);
        let ran = show.run();
        let lines: Vec<Value> =
            ran.stdout.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
        lines
            .into_iter()
            .map(|line| line["version"].as_str().expect("it is a text").to_owned())
            .collect::<Vec<_>>()
    };
    let (all, second) = (show("reader"), show("reader@2.0.0"));
    assert!(all.iter().any(|version| version == "1.0.0"), "{all:?}");
    assert!(!second.is_empty() && second.iter().all(|version| version == "2.0.0"), "{second:?}");
}

#[test]
fn one_version_of_the_scope_runs_its_version_of_the_check_only() {
    let cloud = Cloud::start();
    let releases = Releases::readers(&cloud);
    for (version, digest) in [("v1", &releases.first), ("next", &releases.second)] {
        let ran = releases.run(&cloud, READS, READS).args(["--scope-version", version]).run();
        ran.assert_exit(0);
        ran.assert_result("reader-images", "PASS", "");
        let report = ran.report();
        let components: Vec<&String> = report["components"].as_object().expect("it is one").keys().collect();
        assert_eq!(components, [digest]);
        assert_eq!(report["testcases"]["reader-images"]["component"], digest.as_str());
    }
}

/// What is granted to one is not granted to the other, and the one that fails takes nothing with it.
#[test]
fn each_has_its_own_grants_and_fails_alone() {
    let flavors = "compute GET /flavors/detail, compute GET /flavors/*/os-extra_specs";
    for (first, second, failing, passing) in
        [(READS, flavors, ("next", "2.0.0"), "v1"), (flavors, READS, ("v1", "1.0.0"), "next")]
    {
        let cloud = Cloud::start();
        let releases = Releases::readers(&cloud);
        let ran = releases.run(&cloud, first, second).args(["--record", "run.tape"]).run();
        ran.assert_exit(2);
        assert_verdicts(&ran, passing, ["PASS", "PASS", "PASS"]);
        assert_verdicts(&ran, failing.0, ["DNF", "DNF", "PASS"]);
        let reason =
            own(&ran, failing.0, "reader-images")["reason"].as_str().expect("it is a text").to_owned();
        assert!(reason.contains("does not grant"), "{reason}");
        let denied = |digest: &String| ran.component(digest)["audit"]["denied_calls"].as_u64();
        let expected = if failing.0 == "next" { [Some(0), Some(1)] } else { [Some(1), Some(0)] };
        assert_eq!([denied(&releases.first), denied(&releases.second)], expected);
        for text in [
            format!("reader-images [{}]", failing.0),
            format!("by reader {}", failing.1),
            format!("reader {}: tried 1 call that it was not granted", failing.1),
        ] {
            assert!(ran.stdout.contains(&text), "{text} is not said: {ran}");
        }
        // Nothing is lost on the way to the tape and back; that the host refused something is told, as ever.
        let replay = releases.again(&cloud, &["replay", "run.tape"]);
        let replayed = replay.report(cloud.folder().join("replayed.json")).run();
        assert_eq!(replayed.report_text, ran.report_text, "{replayed}");
        let verified = releases.again(&cloud, &["verify", "report.json", "--tape", "run.tape"]).run();
        verified.assert_exit(1);
        let refused = format!("the host refused something that reader {} asked for (denied)", failing.1);
        assert!(verified.stdout.contains(&refused) && !verified.stdout.contains("report:"), "{verified}");
    }
}

/// Both fail, each by its own words.
#[test]
fn each_says_what_its_own_component_found() {
    let cloud = Cloud::replacing_flavors("flavors:\n  - {name: small, vcpus: 1, ram: 1024}\n");
    cloud.inject("{service: compute, path: /flavors/detail, kind: {json: '{\"flavors\": [{\"id\": \"1\", \"name\": \"a\", \"vcpus\": 1, \"ram\": 0, \"disk\": 0, \"extra_specs\": {}}]}'}}");
    let releases = Releases::readers(&cloud);
    let ran = releases.run(&cloud, READS, READS).args(["--record", "run.tape"]).run();
    ran.assert_exit(1);
    for (version, section) in [("v1", "the reader, section 1"), ("next", "the reader, section 2")] {
        assert_verdicts(&ran, version, ["FAIL", "PASS", "FAIL"]);
        let findings = own(&ran, version, "reader-flavors")["findings"].clone();
        assert_eq!(findings[0]["requirement"], section, "{findings}");
    }
    for text in ["reader 1.0.0: 1 of 2 testcases fails", "reader 2.0.0: 1 of 2 testcases fails"] {
        assert!(ran.stdout.contains(text), "{text} is not said: {ran}");
    }
    assert_replays(&releases, &cloud, &ran);
    // A report in which one has the result of the other is not verified.
    let mut report = ran.report();
    let theirs = report["versions"]["v1"]["testcases"]["reader-flavors"].clone();
    report["versions"]["next"]["testcases"]["reader-flavors"] = theirs;
    cloud.write("report.json", serde_json::to_string_pretty(&report).expect("it is JSON") + "\n");
    let verified = releases.again(&cloud, &["verify", "report.json", "--tape", "run.tape"]).run();
    verified.assert_exit(1);
    assert!(
        verified.stdout.contains("versions › next › testcases › reader-flavors › component"),
        "{verified}"
    );
}

#[test]
fn events_tell_the_versions_apart() {
    let cloud = Cloud::start();
    let releases = Releases::readers(&cloud);
    let ran = releases.run(&cloud, READS, READS).arg("--json-lines").run();
    ran.assert_exit(0);
    let events: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let count = |event: &str, version: &str| {
        let is =
            |told: &&Value| told["event"] == event && told["check"] == "reader" && told["version"] == version;
        events.iter().filter(is).count()
    };
    for version in ["1.0.0", "2.0.0"] {
        assert_eq!(
            ["check-started", "outcome", "check-ended"].map(|event| count(event, version)),
            [1, 2, 1],
            "{ran}"
        );
    }
    assert_eq!((&events[0]["checks"], &events[0]["testcases"]), (&2.into(), &4.into()));
}

/// Another scope, that has one of them as it was, and the other with other grants.
#[test]
fn a_replay_says_which_of_them_was_not_part_of_the_run() {
    let cloud = Cloud::start();
    let releases = Releases::readers(&cloud);
    releases.run(&cloud, READS, READS).args(["--record", "run.tape"]).run().assert_exit(0);
    cloud.write(
        "scope.yaml",
        releases.scope(READS, "compute GET /flavors/detail, compute GET /flavors/*/os-extra_specs"),
    );
    let replay = releases.again(&cloud, &["replay", "run.tape"]);
    let replayed = replay.report(cloud.folder().join("report.json")).run();
    replayed.assert_exit(2);
    assert_verdicts(&replayed, "v1", ["PASS", "PASS", "PASS"]);
    assert_verdicts(&replayed, "next", ["DNF", "DNF", "PASS"]);
    let replay = &replayed.report()["replay"];
    assert_eq!(replay["other_checks"], json!(["reader"]));
    assert_eq!(replay["other_components"], json!([releases.second]));
    let said = replayed.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("had answered to others: reader 2.0.0"), "{replayed}");
    let verified = releases.again(&cloud, &["verify", "report.json", "--tape", "run.tape"]).run();
    verified.assert_exit(0);
    assert!(verified.stdout.contains("with 1 checks that are not those of the run"), "{verified}");
    // Of many tapes, each change is told with the version of the scope that sees it.
    fs::create_dir(cloud.folder().join("tapes")).expect("folders can be made");
    fs::copy(cloud.folder().join("run.tape"), cloud.folder().join("tapes/run.tape"))
        .expect("it can be copied");
    let many = releases.again(&cloud, &["replay", "tapes"]).run();
    let changed: Vec<&str> = many.stdout.lines().filter(|line| line.contains(" → ")).collect();
    assert_eq!(changed.len(), 1, "{many}");
    assert!(changed[0].starts_with("demo  reader-images [next]  PASS → DNF"), "{many}");
}

/// Two checks that create the same: neither takes the things of the other for its own.
#[test]
fn what_both_create_does_not_collide() {
    let cloud = Cloud::start();
    let before = cloud.inventory();
    let releases = Releases::of(&cloud, &published().creator, &[]);
    let grants =
        published().creator_asks_for.iter().map(|grant| format!("{grant:?}")).collect::<Vec<_>>().join(", ");
    let scope = releases
        .scope(&grants, &grants)
        .replace("wall: 20s", "wall: 60s")
        .replace("id: reader\n", "id: creator\n")
        .replace("{reader: ", "{creator: ")
        .replace("id: reader-images", "id: creator-all")
        .replace("[reader-images, reader-flavors]", "[creator-all]")
        .replace("    targets:", "    parameters: {behaviour: what to do}\n    targets:")
        .replace("{module: reading-v1, ", "{module: reading-v1, parameters: {behaviour: everything}, ");
    let scope: String = scope
        .lines()
        .filter(|line| !line.contains("reader-flavors"))
        .map(|line| format!("{line}\n"))
        .collect();
    let ran = cloud.run_from(&releases.store, &scope).args(["--record", "run.tape"]).run();
    ran.assert_exit(0);
    for (version, digest) in [("v1", &releases.first), ("next", &releases.second)] {
        assert_eq!(own(&ran, version, "creator-all")["component"], digest.as_str());
    }
    let ephemeral = &ran.report()["ephemeral"];
    assert_eq!(ephemeral["created"], ephemeral["deleted"]);
    assert_eq!(cloud.inventory(), before, "{ran}");
    let tape = Tape::open(&cloud.folder().join("run.tape")).expect("it is one");
    let prefixes: Vec<_> =
        tape.units.iter().map(|unit| unit.unit.prefix.clone().expect("it has its own")).collect();
    assert_eq!(prefixes, ["0-", "1-"].map(|unit| format!("{}{unit}", tape.header.prefix)));
    assert_replays(&releases, &cloud, &ran);
}

/// That the other version knows a parameter does not help the one that does not.
#[test]
fn each_must_know_what_it_is_given() {
    let cloud = Cloud::start();
    let releases = Releases::of(&cloud, &published().reader, &[("\"name\":\"least\"", "\"name\":\"other\"")]);
    let scope = releases
        .scope(READS, READS)
        .replace("    targets:", "    parameters: {least: how many}\n    targets:")
        .replace("{module: reading-v1, ", "{module: reading-v1, parameters: {least: \"2\"}, ");
    cloud.run_from(&releases.store, &scope).args(["--scope-version", "v1"]).run().assert_exit(0);
    let refused = cloud.run_from(&releases.store, &scope).run();
    refused.assert_exit(3);
    refused.assert_complains(&["check reader 2.0.0", "does not know the parameter `least`"]);
    assert!(!refused.stderr.contains("check reader 1.0.0: its component"), "{refused}");
}

#[test]
fn lint_asks_which_version_is_meant_and_show_tells() {
    let cloud = Cloud::start();
    let releases = Releases::readers(&cloud);
    let scope = releases.scope(READS, READS);
    cloud.write("scope.yaml", &scope);
    let touchstone = |args: &[&str]| cloud.touchstone().without_log().args(args).run();
    touchstone(&["scope", "lint", "scope.yaml"]).assert_exit(0);
    let show = touchstone(&["scope", "show", "scope.yaml"]);
    assert!(show.stdout.contains("a: reader 1.0.0\nb: reader 2.0.0\n"), "{show}");
    // `pin` writes into the entry that is named.
    let other = scope.replace(&releases.second, &format!("sha256:{}", "0".repeat(64)));
    let pin = |check: &str| {
        let pin = cloud.touchstone().without_log().args(["scope", "pin", "scope.yaml", check, "--store"]);
        pin.arg(&releases.store).run()
    };
    cloud.write("scope.yaml", &other);
    let ambiguous = pin("reader");
    ambiguous.assert_exit(3);
    ambiguous.assert_complains(&["in several versions; name one: reader@VERSION"]);
    let open = scope.replace(", checks: {reader: 2.0.0}", "");
    cloud.write("scope.yaml", &open);
    let refused = touchstone(&["scope", "lint", "scope.yaml"]);
    refused.assert_exit(3);
    let line = line_of(&open, "{module: reading-v1}");
    refused.assert_complains(&[
        &format!("scope.yaml:{line}:18: error: several versions of the check `reader` provide the testcase `reader-images`"),
        "`checks: {reader: 2.0.0}`",
    ]);
}
