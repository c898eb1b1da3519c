//! Real services: keystone, glance, placement, nova, neutron, cinder and barbican, brought up by `tests/openstack/bed` on this machine.
//! Flavors are made with the real `openstack` client; the verdicts on them have to be right.

mod bed;
mod client;

use std::collections::BTreeMap;
use std::path::PathBuf;

use bed::Bed;
use client::{Flavor, PREFIX};
use serde_json::{Value, json};

use crate::harness::{Entry, Ran, Touchstone, kept, published, repo, scope, wasm_target};
use crate::{guide, languages};

/// The scope as it is published, with its components as they are published.
fn scs() -> PathBuf {
    repo().join("scopes/scs-compatible-iaas.yaml")
}

/// On that day, what ran and is about flavors.
const FLAVORS_OF_V5_1: [&str; 6] =
    ["--date", "2026-07-01", "--scope-version", "v5.1", "--tests", "^scs-010[03]-"];

/// The mandatory flavors of SCS-0103 that are right from the start. One has a name of its own: names are recommended
/// only.
fn right() -> Vec<Flavor> {
    vec![
        Flavor::standard("SCS-1V-4", 1, 4096, 0),
        Flavor::standard("SCS-4V-16", 4, 16384, 0),
        Flavor::standard("SCS-1V-2", 1, 2048, 0),
        Flavor::standard("SCS-2V-4", 2, 4096, 0),
        Flavor::standard("SCS-4V-8", 4, 8192, 0),
        Flavor::standard("SCS-8V-16", 8, 16384, 0),
        Flavor::standard("SCS-16V-32", 16, 32768, 0),
        Flavor::standard("SCS-2V-16", 2, 16384, 0),
        Flavor::standard("SCS-4V-32", 4, 32768, 0),
        Flavor::standard("SCS-1L-1", 1, 1024, 0),
        Flavor::standard("SCS-2V-4-20s", 2, 4096, 20),
        Flavor { name: "general.large", ..Flavor::standard("SCS-4V-16-100s", 4, 16384, 100) },
    ]
}

/// What is wrong at first: a slip in a name; less memory than promised; an extra spec that is not the standard's. And
/// one that is none of the standard's business.
fn wrong() -> Vec<Flavor> {
    let mut dedicated = Flavor::standard("SCS-2V-8", 2, 8192, 0);
    dedicated.extra_specs.retain(|(key, _)| *key != "scs:cpu-type");
    dedicated.extra_specs.push(("scs:cpu-type", "dedicated-core".to_owned()));
    vec![
        Flavor::bare("SCS-1V-8-2O", 1, 8192, 20),
        Flavor { ram: 16384, ..Flavor::standard("SCS-8V-32", 8, 32768, 0) },
        dedicated,
        Flavor::bare("m1.tiny", 1, 512, 1),
    ]
}

/// How the administrator puts it right.
fn mended() -> Vec<String> {
    vec![
        "flavor set --property scs:cpu-type=shared-core SCS-2V-8".to_owned(),
        "flavor delete SCS-8V-32 SCS-1V-8-2O".to_owned(),
        Flavor::standard("SCS-8V-32", 8, 32768, 0).create(),
        Flavor::standard("SCS-1V-8", 1, 8192, 0).create(),
    ]
}

/// What came of the authors' guide, and the checks in other languages, by the same binary as everything else.
#[test]
fn checks_in_every_language_run_on_real_services() {
    let bed = Bed::open();
    bed.client().create(
        [Flavor::bare("m1.tiny", 1, 256, 1), Flavor::bare("m1.small", 1, 2048, 1)].map(|f| f.create()),
    );
    let followed = guide::followed();
    let store = followed.store();
    let ran = bed.run(
        &followed.scope(),
        "tester",
        &["--trust", &followed.policy().display().to_string(), "--store", &store.display().to_string()],
    );
    ran.assert_exit(1);
    for testcase in guide::TESTCASES {
        ran.assert_result(testcase, "FAIL", "has 256 MiB of memory, and should have 512");
    }
    let (store, entries) = languages::others();
    let manifest = bed.write("languages.yaml", &scope(entries));
    let ran = bed.run(&manifest, "tester", &["--store", &store.display().to_string()]);
    ran.assert_exit(1);
    languages::assert_verdicts(&ran);
}

#[test]
fn flavors_are_judged_rightly_before_and_after_they_are_put_right() {
    let bed = Bed::open();
    let ids = bed.client().create(right().iter().chain(&wrong()).map(Flavor::create));
    let ids = ids.last_chunk().expect("more than four flavors were made");

    let password = bed.run(&scs(), "tester", &FLAVORS_OF_V5_1);
    password.assert_exit(1);
    assert_eq!(password.report()["preflight"]["reachable"], true);
    assert_verdict(&password, "FAIL", 12, 5);
    assert_eq!(violations(&password), expected_violations(ids));
    password.assert_result(
        "scs-0100-syntax-check",
        "FAIL",
        "14 flavor names begin with `SCS-`, and 1 is wrong: `SCS-1V-8-2O`",
    );
    password.assert_result("scs-0103-flavor-4v-16-100s", "PASS", "it is flavor `general.large`");
    for cloud in ["tester-appcred", "reader"] {
        let other = bed.run(&scs(), cloud, &FLAVORS_OF_V5_1);
        other.assert_exit(1);
        assert_eq!(judgement(&other), judgement(&password), "{cloud} sees what tester sees");
    }

    bed.client().session(&mended());
    for cloud in ["tester", "tester-appcred"] {
        let ran = bed.run(&scs(), cloud, &FLAVORS_OF_V5_1);
        // What is about other things than flavors was left out, and no answer is never "pass".
        ran.assert_exit(2);
        assert_verdict(&ran, "MISS", 17, 0);
        assert_eq!(violations(&ran), BTreeMap::new());
    }
}

/// An image that boots, as far as the bed's servers do: `openstack image create`.
fn debian(bed: &Bed) -> String {
    let file = bed.write("debian.raw", &"\0".repeat(1 << 20));
    format!(
        "image create --public --disk-format raw --file {} --property os_distro=debian --property os_version=12 \
         {PREFIX}debian -f json",
        file.display()
    )
}

#[test]
fn the_whole_scope_runs_and_leaves_nothing() {
    let bed = Bed::open();
    bed.client().create(right().iter().map(Flavor::create).chain([debian(&bed)]));
    let before = bed.client().inventory();
    let ran = bed.run(&scs(), "tester", &["--date", "2026-07-01", "--record", "run.tape"]);
    ran.assert_exit(1);
    is_judged_again_without_network(&bed, &ran);
    for version in ["v5.1", "next"] {
        let main = &ran.report()["versions"][version]["targets"]["main"];
        assert_eq!((&main["miss"], &main["dnf"]), (&json!([]), &json!([])), "{version}: {ran}");
    }
    for testcase in [
        "scs-0101-entropy-avail",
        "scs-0101-fips-test",
        "scs-0115-default-rules",
        "scs-0116-permissions",
        "scs-0117-test-backup",
        "scs-0123-storage-apis",
    ] {
        assert_eq!(ran.result(testcase).0, "PASS", "{testcase}: {ran}");
    }
    for testcase in ["scs-0102-prop-image_source", "scs-0123-service-load-balancer"] {
        assert_eq!(ran.result(testcase).0, "FAIL", "{testcase}: {ran}");
    }
    let ephemeral = &ran.report()["ephemeral"];
    assert!(ephemeral["created"].as_u64() >= Some(9), "{ephemeral}");
    assert_eq!(ephemeral["created"], ephemeral["deleted"]);
    assert_eq!(bed.client().inventory(), before);
}

/// By the tape, to the byte; and no secret of the bed is on it.
fn is_judged_again_without_network(bed: &Bed, ran: &Ran) {
    let text = ran.report_text.as_deref().expect("there is a report");
    let replay = bed.touchstone().without_log().args(["replay", "run.tape", "--scope"]).arg(scs()).offline();
    let again = bed.write("again.json", "");
    let replayed = replay.report(again).run();
    replayed.assert_exit(1);
    assert_eq!(replayed.report_text.as_deref(), Some(text), "{replayed}");
    let verify =
        bed.touchstone().without_log().args(["verify", "report.json", "--tape", "run.tape", "--scope"]);
    let verified = verify.arg(scs()).offline().run();
    verified.assert_exit(0);
    assert!(verified.stdout.starts_with("verified: tester against SCS-compatible IaaS"), "{verified}");
    let tape = bed.touchstone().without_log().args(["tape", "show", "run.tape", "--json-lines"]).run();
    tape.assert_exit(0);
    tape.assert_without(&bed.secrets());
    assert!(tape.stdout.contains("os-getConsoleOutput"), "the server's console is on it");
}

/// `kill -9` while a server, a network, a router, volumes, a backup and a secret are made on real services.
#[test]
fn a_host_that_is_killed_leaves_nothing_on_real_services() {
    let bed = Bed::open();
    bed.client().create([Flavor::bare("one", 1, 512, 0).create(), debian(&bed)]);
    let before = bed.client().inventory();
    let manifest = bed.write("scope.yaml", &scope(&[Entry::creator("everything")]));
    let store = published().store.to_str().expect("the target folder's path is UTF-8").to_owned();
    let whole = bed.run(&manifest, "tester", &["--store", &store]);
    whole.assert_exit(0);
    assert_eq!(bed.client().inventory(), before);
    let mut finished = 0;
    for part in [0.15, 0.3, 0.45, 0.6, 0.75] {
        let running =
            bed.touchstone().arg("run").arg(&manifest).args(["--cloud", "tester", "--store", &store]).start();
        std::thread::sleep(whole.took.mul_f64(part));
        running.kill_at_once();
        let cleaned = bed.touchstone().args(["cleanup", "--cloud", "tester"]).run();
        cleaned.assert_exit(0);
        finished += usize::from(cleaned.stdout.contains("removed "));
        assert_eq!(bed.client().inventory(), before, "killed after {part} of the run: {cleaned}");
    }
    assert!(finished >= 2, "only {finished} of 5 were killed while something was there");
}

/// Testcase → message, and id of the flavor.
fn expected_violations(
    [slip, small, dedicated, _]: &[String; 4],
) -> BTreeMap<String, Vec<(String, Option<String>)>> {
    let about = |message: &str, id: &String| (message.to_owned(), Some(id.clone()));
    [
        (
            "scs-0100-syntax-check",
            about(
                "unknown type of disk: expected `n`, `h`, `s`, `p` or no letter\nSCS-1V-8-2O\n          ^",
                slip,
            ),
        ),
        (
            "scs-0100-semantics-check",
            about("the name promises 32 GiB of RAM (32768 MiB), the flavor has 16384 MiB", small),
        ),
        ("scs-0103-flavor-8v-32", about("has 16384 MiB of RAM, should have 32768", small)),
        (
            "scs-0103-flavor-2v-8",
            about("`scs:cpu-type` is `dedicated-core`, should be `shared-core`", dedicated),
        ),
        (
            "scs-0103-flavor-1v-8",
            ("no flavor is named `SCS-1V-8`, nor says so in `scs:name-v2`".to_owned(), None),
        ),
    ]
    .into_iter()
    .map(|(testcase, violation)| (testcase.to_owned(), vec![violation]))
    .collect()
}

#[test]
fn whoever_may_not_or_cannot_is_kept_out() {
    let bed = Bed::open();
    bed.client().create(right().iter().map(Flavor::create));

    let admin = bed.run(&scs(), "admin", &FLAVORS_OF_V5_1);
    admin.assert_exit(4);
    admin.assert_result("scs-0100-syntax-check", "DNF", "the role admin");
    let admin = bed.run(&scs(), "admin", &[&FLAVORS_OF_V5_1[..], &["--allow-privileged"]].concat());
    admin.assert_exit(1);
    admin.assert_result("scs-0100-syntax-check", "PASS", "11 flavor names");
    assert!(admin.report()["preflight"]["privileged_roles"].to_string().contains("admin"));

    let right = std::fs::read_to_string(bed.clouds_yaml()).expect("the bed has a clouds.yaml");
    let wrong = right.replace("password: ", "password: not-").replace("_secret: ", "_secret: not-");
    let wrong = bed.write("wrong.yaml", &wrong);
    for (cloud, what) in [("tester", "password"), ("tester-appcred", "secret of the application credential")]
    {
        let ran = bed.run_with(&wrong, &scs(), cloud, &FLAVORS_OF_V5_1);
        ran.assert_exit(4);
        ran.assert_result("scs-0100-syntax-check", "DNF", "answers 401");
        ran.assert_result("scs-0103-flavor-1v-4", "DNF", what);
    }
}

/// The bed's catalog has no version in the URLs of glance and neutron, as most clouds have it, and one in nova's.
#[test]
fn endpoints_without_a_version_are_found_and_pages_followed() {
    let bed = Bed::open();
    let names = |what: &str| ["a", "b", "c"].map(|letter| format!("{PREFIX}{what}-{letter}"));
    let images = names("image").map(|name| format!("image create --public {name} -f json"));
    let networks = names("network").map(|name| format!("network create --share {name} -f json"));
    let flavors = ["one", "two"].map(|name| Flavor::bare(name, 1, 512, 0).create());
    bed.client().create(images.into_iter().chain(networks).chain(flavors));

    let (store, component) = lister();
    let entry = Entry {
        id: "lister".into(),
        grants: ["compute GET /flavors", "image GET /images", "network GET /networks"]
            .map(str::to_owned)
            .into(),
        testcases: ["lister-flavors", "lister-images", "lister-networks"]
            .map(|id| (id.to_owned(), "light"))
            .into(),
        component: Some(component.clone()),
        ..Entry::reader()
    };
    let manifest = bed.write("scope.yaml", &scope(&[entry]));
    let store = store.to_str().expect("the target folder's path is UTF-8");
    for cloud in ["tester", "tester-appcred"] {
        let ran = bed.run(&manifest, cloud, &["--store", store]);
        ran.assert_exit(0);
        assert_eq!(ran.result("lister-flavors"), ("PASS".to_owned(), "one, two".to_owned()));
        assert_eq!(ran.result("lister-images"), ("PASS".to_owned(), names("image").join(", ")));
        assert_eq!(
            ran.result("lister-networks"),
            ("PASS".to_owned(), format!("public, {}", names("network").join(", ")))
        );
        // A page for each, and for some services an empty one at the end.
        let calls = ran.component(&component)["usage"]["calls"].as_u64().expect("calls are counted");
        assert!((9..=12).contains(&calls), "{calls} calls for nine things in pages of one");
    }
}

/// The check that reads lists, in a store: the folder, and its digest.
fn lister() -> (PathBuf, String) {
    let store = kept("openstack-store");
    let ran = Touchstone::new(repo())
        .args(["check", "publish", "--replace", "--store"])
        .arg(&store)
        .arg(repo().join("tests/components/lister"))
        .env("CARGO_TARGET_DIR", wasm_target())
        .run();
    ran.assert_exit(0);
    let digest = ran.stdout.split_whitespace().find(|word| word.starts_with("sha256:"));
    (store, digest.expect("publishing tells the digest").to_owned())
}

/// The verdict on version v5.1, and how many testcases of it passed and failed; none may be DNF.
#[track_caller]
fn assert_verdict(ran: &Ran, verdict: &str, passed: usize, failed: usize) {
    let main = &ran.report()["versions"]["v5.1"]["targets"]["main"];
    let count = |key: &str| main[key].as_array().map(Vec::len);
    assert_eq!(main["verdict"], verdict, "{ran}");
    assert_eq!((count("pass"), count("fail"), count("dnf")), (Some(passed), Some(failed), Some(0)), "{ran}");
}

/// Of each testcase that has any: messages, and ids of what they are about.
fn violations(ran: &Ran) -> BTreeMap<String, Vec<(String, Option<String>)>> {
    let report = ran.report();
    let testcases = report["testcases"].as_object().expect("it is in the schema");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let of = |result: &Value| -> Vec<(String, Option<String>)> {
        let findings = result["findings"].as_array().into_iter().flatten();
        let errors = findings.filter(|finding| finding["severity"] == "error");
        errors
            .map(|finding| (text(&finding["message"]).unwrap_or_default(), text(&finding["resource"]["id"])))
            .collect()
    };
    let all = testcases.iter().map(|(testcase, result)| (testcase.clone(), of(result)));
    all.filter(|(_, violations)| !violations.is_empty()).collect()
}

/// All that was judged, without times.
fn judgement(ran: &Ran) -> Value {
    let mut report = ran.report();
    for result in report["testcases"].as_object_mut().expect("it is in the schema").values_mut() {
        let result = result.as_object_mut().expect("it is in the schema");
        result.retain(|key, _| !["checked_at", "expires_at"].contains(&key.as_str()));
    }
    json!({"versions": report["versions"], "testcases": report["testcases"]})
}
