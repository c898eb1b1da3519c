//! Checks in Python and JavaScript, built here: they run as those in Rust do, and their verdicts are computed again to the byte.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use touchstone_simulator::Scenario;

use crate::harness::{Cloud, Entry, Ran, Touchstone, kept, repo, scope};

/// The checks of `checks` that are not in Rust, as entries of a manifest that grants them what they ask for; and their store.
pub(crate) fn others() -> &'static (PathBuf, Vec<Entry>) {
    static OTHERS: OnceLock<(PathBuf, Vec<Entry>)> = OnceLock::new();
    OTHERS.get_or_init(|| {
        let store = kept("languages");
        let entries = ["external-ipv4", "catalog-tls"].map(|id| {
            let folder = repo().join("checks").join(id);
            let call = Touchstone::new(repo()).args(["check", "publish", "--replace", "--store"]).arg(&store);
            let ran = call.arg(&folder).run();
            ran.assert_exit(0);
            entry(
                &store,
                ran.stdout.split_whitespace().find(|word| word.starts_with("sha256:")).expect("a digest"),
            )
        });
        (store, entries.into())
    })
}

fn entry(store: &Path, component: &str) -> Entry {
    let ran =
        Touchstone::new(repo()).args(["check", "inspect", "--json", component, "--store"]).arg(store).run();
    ran.assert_exit(0);
    let told: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |name: &str| told["descriptor"][name].as_array().expect("a list").clone();
    Entry {
        id: text(&told["descriptor"]["id"]),
        version: text(&told["descriptor"]["version"]),
        component: Some(component.into()),
        grants: list("grants").iter().map(text).collect(),
        testcases: list("testcases").iter().map(|t| (text(&t["id"]), "light")).collect(),
        limits: "{}".into(),
        parameters: Vec::new(),
        assets: Vec::new(),
    }
}

/// Every testcase of these checks has this verdict: one found out, not one for want of an answer.
#[track_caller]
pub(crate) fn assert_verdicts(ran: &Ran) {
    for entry in &others().1 {
        // These clouds speak plain HTTP.
        let expected = if entry.id == "catalog-tls" { "FAIL" } else { "PASS" };
        for (testcase, _) in &entry.testcases {
            ran.assert_result(testcase, expected, "");
        }
    }
}

#[test]
fn they_run_and_their_verdicts_are_computed_again() {
    let cloud = Cloud::of(&Scenario::perfect());
    let (store, entries) = others();
    let ran = cloud.run_from(store, &scope(entries)).args(["--record", "run.tape"]).run();
    ran.assert_exit(1);
    assert_verdicts(&ran);
    assert!(
        cloud.inventory().iter().all(|thing| !format!("{thing:?}").contains("touchstone-")),
        "something is left"
    );
    let verify = cloud.touchstone().args([
        "verify",
        "report.json",
        "--tape",
        "run.tape",
        "--scope",
        "scope.yaml",
        "--store",
    ]);
    let verified = verify.arg(store).offline().run();
    verified.assert_exit(0);
    // An interpreter needs no more than the default of memory, by far.
    for entry in entries {
        let used =
            ran.component(entry.component.as_deref().expect("it has one"))["usage"]["peak_memory_bytes"]
                .as_u64();
        assert!(used.is_some_and(|bytes| bytes > 0 && bytes < 32 << 20), "{}: {used:?}", entry.id);
    }
}

#[test]
fn they_are_what_their_sources_make() {
    let (store, entries) = others();
    for entry in entries {
        let call =
            Touchstone::new(repo()).args(["check", "rebuild"]).arg(format!("{}@{}", entry.id, entry.version));
        let ran =
            call.arg("--source").arg(repo().join("checks").join(&entry.id)).arg("--store").arg(store).run();
        ran.assert_exit(0);
    }
}
