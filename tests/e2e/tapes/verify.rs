//! A report that was changed, or does not speak of everything, is never verified.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Recorded, copy_of_store};
use crate::harness::{Entry, Ran, crafted, published};

/// A generator of numbers that look random (SplitMix64), the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end).expect("it is small")).expect("it is small")
    }
}

fn small() -> Recorded {
    let mut entry = Entry::reader();
    entry.parameters.push(("least".into(), "4".into()));
    Recorded::small(&[entry, Entry::creator("everything")], &[])
}

#[track_caller]
fn assert_refused(ran: &Ran, part: &str) {
    ran.assert_exit(1);
    assert!(ran.stdout.starts_with("NOT verified\n"), "{ran}");
    assert!(ran.stdout.contains(part), "it names {part}: {ran}");
}

/// Runs `verify` with one bit of a file changed, and puts the file back.
fn with_flipped(recorded: &Recorded, file: &Path, at: usize, bit: u8, part: &str) {
    let whole = fs::read(file).expect("it can be read");
    let mut flipped = whole.clone();
    flipped[at] ^= 1 << bit;
    fs::write(file, &flipped).expect("it can be written");
    let ran = recorded.verify().run();
    fs::write(file, &whole).expect("it can be written");
    assert_eq!(ran.code, Some(1), "bit {bit} of byte {at} of {}: {ran}", file.display());
    assert_refused(&ran, part);
}

/// 1,000 bits at random: of the tape, the report, a component, the manifest.
#[test]
fn whichever_byte_is_changed_is_noticed() {
    let mut recorded = small();
    recorded.store = recorded.cloud.folder().join("store");
    copy_of_store(&recorded.store);
    recorded.verify().run().assert_exit(0);
    let digest = published().reader.strip_prefix("sha256:").expect("a digest");
    let files = [
        (recorded.tape(), "tape:", 300),
        (recorded.cloud.folder().join("report.json"), ":", 300),
        (recorded.store.join("blobs/sha256").join(digest), "component:", 200),
        (recorded.manifest.clone(), "scope:", 200),
    ];
    let mut dice = Dice(1);
    for (file, part, times) in files {
        let length = usize::try_from(fs::metadata(&file).expect("it is there").len()).expect("it is small");
        for _ in 0..times {
            let bit = u8::try_from(dice.below(8)).expect("it is small");
            with_flipped(&recorded, &file, dice.below(length), bit, part);
        }
    }
    recorded.verify().run().assert_exit(0);
}

/// Each value of a report is replaced by another one, and left out.
#[test]
fn whichever_field_is_changed_is_named() {
    let recorded = small();
    let file = recorded.cloud.folder().join("report.json");
    let report: Value = serde_json::from_str(recorded.report()).expect("it is JSON");
    let mut places = Vec::new();
    leaves(&report, String::new(), &mut places);
    assert!(places.len() > 80, "{} places", places.len());
    for place in places {
        let mut changed = report.clone();
        let value = changed.pointer_mut(&place).expect("it is there");
        *value = match &*value {
            Value::String(text) if text == "PASS" => "FAIL".into(),
            Value::String(text) if text == "FAIL" => "PASS".into(),
            Value::String(text) => format!("{text}.").into(),
            Value::Number(number) => (number.as_u64().expect("they are whole") + 1).into(),
            Value::Bool(flag) => (!flag).into(),
            _ => continue,
        };
        fs::write(&file, serde_json::to_string_pretty(&changed).expect("it is JSON") + "\n")
            .expect("it can be written");
        let ran = recorded.verify().run();
        ran.assert_exit(1);
        assert!(ran.stdout.starts_with("NOT verified\n"), "{place}: {ran}");
        if place.ends_with("/verdict") {
            let shown = place.trim_start_matches('/').replace('/', " › ");
            assert!(ran.stdout.contains(&shown) && ran.stdout.contains("recomputed"), "{place}: {ran}");
        }
    }
    // Left out.
    for place in [
        "/testcases/reader-images",
        "/versions/v1/targets/main/fail/0",
        "/versions/v1",
        "/run/tool",
        "/ephemeral",
    ] {
        let mut changed = report.clone();
        let (parent, last) = place.rsplit_once('/').expect("it begins with one");
        match changed.pointer_mut(parent).expect("it is there") {
            Value::Object(members) => drop(members.remove(last).expect("it is there")),
            Value::Array(items) => drop(items.remove(0)),
            other => panic!("{other}"),
        }
        fs::write(&file, serde_json::to_string_pretty(&changed).expect("it is JSON") + "\n")
            .expect("it can be written");
        assert_refused(&recorded.verify().run(), "report:");
    }
    // The same values, written otherwise: a reader might be shown something else than what was parsed.
    let verdict = "\"verdict\": \"FAIL\"";
    let twice = recorded.report().replacen(verdict, "\"verdict\": \"PASS\",\n      \"verdict\": \"FAIL\"", 1);
    for text in [twice, recorded.report().replace("  ", " "), format!("{} ", recorded.report())] {
        assert_ne!(text, recorded.report());
        fs::write(&file, text).expect("it can be written");
        assert_refused(&recorded.verify().run(), "report:");
    }
}

/// JSON pointers to all values that hold no others.
fn leaves(value: &Value, place: String, all: &mut Vec<String>) {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| leaves(value, format!("{place}/{}", escaped(name)), all));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, value)| leaves(value, format!("{place}/{i}"), all));
        }
        _ => all.push(place),
    }
}

#[test]
fn a_narrowed_run_is_never_complete() {
    for (more, why) in [
        (&["--tests", "flavors"][..], "--tests"),
        (&["--sections", "light"][..], "--sections"),
        (&["--param", "least=1"][..], "--param"),
    ] {
        let mut entry = Entry::reader();
        entry.parameters.push(("least".into(), "4".into()));
        let recorded = Recorded::small(&[entry], more);
        let ran = recorded.verify().run();
        assert_refused(&ran, "completeness:");
        assert!(ran.stdout.contains(why), "{ran}");
        // Nor does it become so when the report does not tell.
        let mut report: Value = serde_json::from_str(recorded.report()).expect("it is JSON");
        report["run"].as_object_mut().expect("it is in the schema").remove("selected").expect("it tells");
        let text = serde_json::to_string_pretty(&report).expect("it is JSON") + "\n";
        fs::write(recorded.cloud.folder().join("report.json"), text).expect("it can be written");
        assert_refused(&recorded.verify().run(), "report:");
    }
}

#[test]
fn an_interrupted_run_is_not_complete() {
    let cloud = crate::harness::Cloud::with("latency: 400ms");
    let manifest = cloud.write("scope.yaml", crate::harness::scope(&[Entry::reader()]));
    let started = super::run(&cloud, &manifest, &published().store).args(["--record", "run.tape"]).start();
    while cloud.count("image GET /images") == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    started.interrupt();
    let ran = started.wait();
    ran.assert_exit(130);
    let recorded = Recorded { cloud, manifest, store: published().store.clone(), ran };
    let replayed = recorded.replay().run();
    assert_eq!(replayed.report_text.as_deref(), Some(recorded.report()), "{replayed}");
    assert_refused(&recorded.verify().run(), "completeness:");
}

#[test]
fn a_report_without_a_tape_cannot_be_verified() {
    let recorded = small();
    let other = small();
    let ran = recorded.cloud.touchstone().args(["verify", "report.json", "--tape"]).arg(other.tape());
    assert_refused(
        &ran.arg("--scope").arg(&recorded.manifest).arg("--store").arg(&recorded.store).run(),
        "tape:",
    );
    super::run(&recorded.cloud, &recorded.manifest, &recorded.store).run();
    let ran = recorded.verify().run();
    assert_refused(&ran, "tape:");
    assert!(ran.stdout.contains("the report names no tape"), "{ran}");
}

/// Whoever hands in a report must not be able to end the process of who verifies it.
#[test]
fn a_report_that_is_deeper_than_the_stack_is_high_is_refused() {
    let recorded = small();
    let report = recorded.cloud.folder().join("report.json");
    let format = r#""touchstone.report/v1""#;
    let deep = recorded.report().replacen(format, &crafted::deep_json(), 1);
    assert_ne!(deep, recorded.report());
    fs::write(&report, deep).expect("it can be written");
    assert_refused(&recorded.verify().run(), "no name may begin with $serde_json::private::");
}
