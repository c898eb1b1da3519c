//! Tapes that end too early, and disks that are full.

use std::fs;
use std::time::Duration;

use super::{Recorded, perfect};
use crate::harness::{Cloud, Entry, published, scope};

/// As after a power cut: what is left is replayed, and nothing is made up.
#[test]
fn a_tape_that_was_cut_off_gives_what_it_has() {
    let recorded = Recorded::whole(perfect(), &["--scope-version", "v5.1"]);
    let whole = fs::read(recorded.tape()).expect("it can be read");
    let (mut opened, mut passed) = (0, 0);
    for cut in 0..200 {
        // Spread evenly, as irregularly as the golden ratio is.
        let at = (f64::from(cut) * 0.618_033_988_75).fract() * whole.len() as f64;
        fs::write(recorded.tape(), &whole[..at as usize]).expect("it can be written");
        let ran = recorded.replay().run();
        if ran.code == Some(3) {
            assert!(
                ran.stderr.contains("nothing of it can be used") || ran.stderr.contains("not a tape"),
                "{ran}"
            );
            continue;
        }
        opened += 1;
        ran.assert_complains(&["the tape was cut off"]);
        let mut all_passed = true;
        for (testcase, result) in ran.report()["testcases"].as_object().expect("it is in the schema") {
            let verdict = result["verdict"].as_str().expect("it is in the schema");
            assert!(["PASS", "DNF"].contains(&verdict), "{testcase}: {result}");
            passed += usize::from(verdict == "PASS");
            all_passed &= verdict == "PASS";
        }
        // What is not on the tape is DNF, and so is the whole.
        ran.assert_exit(if all_passed { 0 } else { 2 });
        assert!(ran.report()["replay"]["damage"].as_str().is_some_and(|damage| damage.contains("cut off")));
    }
    assert!(opened > 20 && passed > 0, "{opened} opened, {passed} passed");
    eprintln!("{opened} of 200 opened; {passed} testcases passed");
}

#[test]
fn a_full_disk_changes_no_verdict() {
    let cloud = Cloud::start();
    let manifest = cloud.write("scope.yaml", scope(&[Entry::reader()]));
    let run = || {
        let run =
            cloud.touchstone().without_log().arg("run").arg(&manifest).args(["--cloud", "demo", "--store"]);
        run.arg(&published().store).args(["-o", "-"])
    };
    fs::create_dir(cloud.folder().join("full")).expect("folders can be made");
    let plain = run().run();
    plain.assert_exit(0);
    for full in [
        run().args(["--record", "full/run.tape"]).with_full_disk("full"),
        run().args(["--record", "no/such/folder/run.tape"]),
    ] {
        let ran = full.run();
        ran.assert_exit(0);
        ran.assert_complains(&["there is no tape: "]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("the report is JSON");
        assert!(report["tape"].is_null() && report["tape_problem"].is_string(), "{ran}");
        let before: serde_json::Value = serde_json::from_str(&plain.stdout).expect("the report is JSON");
        assert_eq!(
            report["testcases"]["reader-flavors"]["reason"],
            before["testcases"]["reader-flavors"]["reason"]
        );
        assert!(!cloud.folder().join("run.tape").exists());
    }
}

#[test]
fn what_a_killed_host_recorded_can_be_read() {
    let cloud = Cloud::with("latency: 2s");
    let manifest = cloud.write("scope.yaml", scope(&[Entry::reader()]));
    let started = super::run(&cloud, &manifest, &published().store).args(["--record", "run.tape"]).start();
    while cloud.count("compute GET /flavors/detail") == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    // What is older than a second is on disk.
    std::thread::sleep(Duration::from_millis(1_300));
    started.kill_at_once();
    let show = cloud.touchstone().args(["tape", "show", "run.tape.partial"]).run();
    show.assert_exit(0);
    assert!(show.stdout.contains("cut off") && show.stdout.contains("image GET /images"), "{show}");
}
