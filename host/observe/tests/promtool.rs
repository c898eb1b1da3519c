//! The metrics, as Prometheus' own tool sees them: `promtool check metrics` of Debian's package `prometheus`, unpacked into
//! `target` without root. It checks names, types, units and help.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use touchstone_observe::{Delivery, Metrics, SubjectOutcome};

/// What the tool says about metrics; nothing if there is nothing to say.
fn check(text: &str) -> Result<(), String> {
    let mut promtool = Command::new(promtool())
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool runs");
    let written = promtool.stdin.take().expect("it is piped").write_all(text.as_bytes());
    written.expect("it reads");
    let output = promtool.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    if output.status.success() && said.is_empty() { Ok(()) } else { Err(said) }
}

#[test]
fn prometheus_finds_nothing_wrong() {
    let metrics = Metrics::new("1.2.3-rc.1+\"x\"");
    assert_eq!(check(&metrics.text()), Ok(()), "{}", metrics.text());
    let at = Timestamp::UNIX_EPOCH;
    metrics.night_started(at, 1000);
    metrics.subjects_were_done(3);
    for outcome in [SubjectOutcome::Judged, SubjectOutcome::GaveUp, SubjectOutcome::Unreachable] {
        metrics.attempt(false);
        metrics.attempt(true);
        metrics.subject_started();
        metrics.subject_ended(outcome);
    }
    for (n, verdict) in ["PASS", "DNF", "MISS", "FAIL"].iter().enumerate() {
        metrics.run_ended(verdict, Duration::from_millis(10 << (5 * n)));
        metrics.verdict("Größe\n\"x\"\\", "SCS-compatible IaaS", &format!("v{n}"), verdict);
    }
    metrics.report_recorded();
    metrics.left("gx-scs", 2);
    metrics.outbox("monitor", 5, Some(at));
    for outcome in [Delivery::Accepted, Delivery::Refused, Delivery::Retried] {
        metrics.delivery("monitor", outcome);
    }
    metrics.night_finished(at);
    assert_eq!(check(&metrics.text()), Ok(()), "{}", metrics.text());
}

#[test]
fn promtool_can_say_no() {
    let said = check("# HELP things Things.\n# TYPE things counter\nthings 1\n")
        .expect_err("a counter without _total");
    assert!(said.contains("_total"), "{said}");
    check("touchstone_x{ 1\n").expect_err("no metrics at all");
}

/// The tool, which is fetched when it is not there yet. apt compares it with what Debian signed.
fn promtool() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("prometheus");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let lock = File::create(folder.join("lock")).expect("the target folder can be written");
    lock.lock().expect("files can be locked");
    let program = folder.join("promtool");
    if !program.exists() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/openstack/debs");
        let fetched = Command::new(script).arg(folder.join("root")).arg("prometheus").output();
        let fetched = fetched.expect("the script is there");
        let why = String::from_utf8_lossy(&fetched.stderr);
        assert!(
            fetched.status.success(),
            "promtool, of Debian's package prometheus, could not be fetched: {why}"
        );
        fs::rename(folder.join("root/usr/bin/promtool"), &program).expect("the package has it");
        // The rest of it, 200 MB, is not needed.
        let _ = fs::remove_dir_all(folder.join("root"));
    }
    program
}
