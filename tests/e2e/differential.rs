//! 200 generated clouds, judged by our components and by an oracle that was written from the standards' texts by other
//! means (`tests/oracle`, in Python). They must agree about every testcase.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use touchstone_simulator::Scenario;

use crate::harness::{Cloud, everything, repo};

/// The day that counts as today.
const DATE: &str = "2026-11-23";
const CLOUDS: usize = 200;

/// Per cloud and testcase.
type Verdicts = BTreeMap<String, BTreeMap<String, Judgement>>;

#[derive(Debug, PartialEq, Eq)]
struct Judgement {
    verdict: String,
    reason: String,
}

#[test]
fn our_components_and_the_oracle_agree() {
    let folder = tempfile::tempdir().expect("temporary folders can be made");
    let clouds = folder.path().join("clouds");
    let count = CLOUDS.to_string();
    python(&[
        "generate.py",
        "--seed",
        "1",
        "--count",
        &count,
        "--reference-time",
        &midnight(),
        "--out",
        path(&clouds),
    ]);
    let mut disagreements = Vec::new();
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for version in ["v4", "v5"] {
        let list = repo().join(format!("scopes/assets/scs-0104-images-{version}.yaml"));
        let oracle = oracle(&clouds, &list);
        assert_eq!(oracle.len(), CLOUDS);
        let names: Vec<&String> = oracle.keys().collect();
        let scenario = |name: &&String| clouds.join(format!("{name}.json"));
        let judged = in_threads(&names, |name| ours(&scenario(name), &format!("all-{version}")));
        for ((name, expected), ours) in oracle.iter().zip(judged) {
            for (testcase, judgement) in expected {
                *seen.entry((family(testcase), judgement.verdict.clone())).or_default() += 1;
                match ours.get(testcase) {
                    Some(own) if own.verdict == judgement.verdict => {}
                    Some(own) => disagreements.push(format!(
                        "{name} {testcase}: ours {} ({}), the oracle {} ({})",
                        own.verdict, own.reason, judgement.verdict, judgement.reason
                    )),
                    // What the modules of the other version ask for; lists of images have more than the modules ask for.
                    None if ["scs-0104-", "scs-0123-"].iter().any(|id| testcase.starts_with(id)) => {}
                    None => disagreements.push(format!("{name} {testcase}: the scope does not have it")),
                }
            }
            let unknown = ours.keys().filter(|testcase| !expected.contains_key(*testcase));
            disagreements
                .extend(unknown.map(|testcase| format!("{name} {testcase}: the oracle does not know it")));
        }
    }
    assert!(disagreements.is_empty(), "{} disagreements:\n{}", disagreements.len(), disagreements.join("\n"));
    // Agreement says something only where there was something to see.
    let testcases: std::collections::BTreeSet<&String> = seen.keys().map(|(testcase, _)| testcase).collect();
    for testcase in testcases {
        for verdict in ["PASS", "FAIL"] {
            let found = seen.contains_key(&(testcase.clone(), verdict.to_owned()));
            // A simulated cloud has hashes of its images as they should be.
            let impossible = (testcase.as_str(), verdict) == ("scs-0102-prop-hash_algo", "FAIL");
            assert!(found || impossible, "no cloud gives {verdict} for {testcase}");
        }
    }
}

/// The oracle has tests of its own: the examples of the texts.
#[test]
fn the_oracle_knows_the_examples_of_the_texts() {
    python(&["-m", "unittest", "-q"]);
}

/// Testcases that a list of images generates are alike.
fn family(testcase: &str) -> String {
    let generated =
        ["scs-0104-source-", "scs-0104-image-"].into_iter().find(|family| testcase.starts_with(family));
    generated.unwrap_or(testcase).to_owned()
}

/// Runs wait more than they compute.
fn in_threads<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    const THREADS: usize = 8;
    std::thread::scope(|threads| {
        let chunks = items.chunks(items.len().div_ceil(THREADS));
        let work = &work;
        let spawned: Vec<_> =
            chunks.map(|chunk| threads.spawn(move || chunk.iter().map(work).collect::<Vec<R>>())).collect();
        spawned.into_iter().flat_map(|thread| thread.join().expect("what it asserts holds")).collect()
    })
}

/// What our components say. Nothing on a simulated cloud takes time: what does not come in ten seconds never comes.
fn ours(scenario: &Path, version: &str) -> BTreeMap<String, Judgement> {
    let text = std::fs::read_to_string(scenario).expect("it was generated");
    let scenario = Scenario::parse(&scenario.display().to_string(), &text).expect("the scenario is right");
    let cloud = Cloud::of(&scenario);
    let scope = everything(cloud.folder());
    let user = &scenario.identity.users[0].name;
    let ran = cloud
        .touchstone()
        .arg("run")
        .arg(scope)
        .args([
            "--cloud",
            user,
            "--scope-version",
            version,
            "--date",
            DATE,
            "--allow-privileged",
            "--ceiling",
            "wall=10s",
            "--store",
        ])
        .arg(repo().join("checks/published"))
        .report(cloud.folder().join("report.json"))
        .without_log()
        .run();
    let report = ran.report();
    let results = report["testcases"].as_object().expect("it is in the schema");
    // Evidence and people are no matter of clouds.
    let results = results.iter().filter(|(id, _)| id.starts_with("scs-") && *id != "scs-0128-e2e");
    results.map(|(id, result)| (id.clone(), judgement(result))).collect()
}

fn oracle(clouds: &Path, list: &Path) -> Verdicts {
    let output =
        python(&["judge.py", path(clouds), "--reference-time", &midnight(), "--image-spec", path(list)]);
    let verdicts: Value = serde_json::from_str(&output).expect("the oracle writes JSON");
    let of_cloud = |cloud: &Value| {
        let testcases = cloud.as_object().expect("one object for each cloud");
        testcases.iter().map(|(id, result)| (id.clone(), judgement(result))).collect()
    };
    let clouds = verdicts.as_object().expect("one object");
    clouds.iter().map(|(name, cloud)| (name.clone(), of_cloud(cloud))).collect()
}

fn judgement(result: &Value) -> Judgement {
    let text = |key: &str| result[key].as_str().unwrap_or_default().to_owned();
    Judgement { verdict: text("verdict"), reason: text("reason") }
}

/// Runs a program of the oracle, and gives what it writes.
fn python(arguments: &[&str]) -> String {
    let folder = repo().join("tests/oracle");
    let mut command = Command::new("python3");
    let output = command.current_dir(&folder).arg("-B").args(arguments).output();
    let output = output.expect("this test needs Python 3.11 or newer as `python3` in the PATH");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it writes UTF-8")
}

fn midnight() -> String {
    format!("{DATE}T00:00:00Z")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}
