//! The YAML for the SCS compliance monitor, as that reads it: with `ruamel.yaml` 0.18.10, of PyPI.

#![allow(clippy::unwrap_used, reason = "clippy does not see that these are tests")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use touchstone_export::{ScsContext, scs};
use touchstone_report::Report;

const PACKAGE: &str = "ruamel.yaml==0.18.10";
const SHA256: &str = "30f22513ab2301b3d2b577adc121c6471f28734d3d9728581245f1e76468b4f1";

/// Reads texts, says what each is: a list of documents.
const READ: &str = "
import json, sys
sys.path.insert(0, sys.argv[1])
from ruamel.yaml import YAML
def read(text):
    try:
        return list(YAML(typ='safe').load_all(text))
    except Exception as error:
        return str(error)
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
";

/// Ours is another reader: what both read alike is not left to a reader.
#[test]
fn python_reads_what_was_meant() {
    let reports: Vec<String> = texts().chunks(4).map(|texts| yaml(&report(texts))).collect();
    assert!(reports.len() > 100);
    let read = python(&reports);
    for (text, theirs) in reports.iter().zip(read) {
        let ours: Vec<Value> = serde_saphyr::from_multiple(text).expect("we read it");
        assert_eq!(theirs, json!(ours), "{text}");
    }
}

fn yaml(report: &Report) -> String {
    scs(report, &ScsContext::default()).expect("it is for the monitor")
}

/// Words that YAML has another idea of, and whatever else there is.
fn texts() -> Vec<String> {
    let known = [
        "",
        " ",
        "~",
        "null",
        "Null",
        "true",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "0",
        "-1",
        "+1",
        "1e3",
        "0x1f",
        "0o7",
        "010",
        "1_000",
        ".inf",
        ".nan",
        "1:20",
        "12:30:00",
        "2026-11-27",
        "2026-11-27T02:30:00Z",
        "- a",
        "-",
        "?",
        "? a",
        ":",
        "a: b",
        "a:",
        "#",
        "a # b",
        "[",
        "]",
        "{",
        "}",
        "[]",
        "{}",
        ",",
        "&a",
        "*a",
        "!a",
        "!!int 1",
        "|",
        ">",
        "%YAML 1.1",
        "---",
        "...",
        "--- a",
        "@",
        "`",
        "'",
        "\"",
        "\\",
        "\\n",
        "a\nb",
        "a\r\nb",
        "\ta",
        "a\t",
        " a",
        "a ",
        "=",
        "<<",
        "\u{85}",
        "\u{2028}",
        "\u{feff}a",
        "\u{fffe}",
        "\u{ffff}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{10ffff}",
        "\u{1f600}",
        "\u{7f}",
        "\u{0}",
        "\u{1b}[2J",
        "e\u{301}",
        "</pre>",
        "&amp;",
    ];
    let mut runner = TestRunner::deterministic();
    let any = proptest::arbitrary::any::<String>().boxed();
    let marks =
        proptest::string::string_regex("[-:#\\[\\]{},&*!|>'\"%@`?=<~. \n\t0-9a-fé]{0,40}").unwrap().boxed();
    let long = proptest::string::string_regex("([a-z]{1,12}[ :,#'-]{1,2}){10,60}").unwrap().boxed();
    let mut texts: Vec<String> = known.map(str::to_owned).into();
    for strategy in [any, marks, long] {
        texts.extend((0..250).map(|_| strategy.new_tree(&mut runner).unwrap().current()));
    }
    texts
}

/// A report in which they are at all places for texts.
fn report(texts: &[String]) -> Report {
    let text = |at: usize| texts.get(at).map_or("", String::as_str);
    let result = json!({
        "verdict": "FAIL", "reason": text(0), "component": "sha256:00",
        "findings": [{
            "severity": "error", "message": text(1),
            "resource": {"service": text(2), "kind": text(3), "name": text(0)},
        }],
    });
    let report = json!({
        "format": "touchstone.report/v1",
        "run": {
            "id": text(1), "started_at": "2026-11-27T02:30:00Z", "finished_at": "2026-11-27T02:31:00Z",
            "tool": {"name": text(2), "version": text(3)},
            "selected": {"tests": text(0), "parameters": {"p": text(1), (text(2)): text(3)}},
        },
        "subject": text(3), "scope": {"uuid": text(2), "name": text(1), "digest": ""},
        "reference_date": "2026-11-27",
        "versions": {"v1": {
            "state": "effective", "verdict": "FAIL",
            "targets": {"main": {"verdict": "FAIL", "pass": [], "fail": ["a", text(0)], "dnf": [], "miss": []}},
        }},
        "testcases": {"a": result, (text(0)): result},
        "components": {"sha256:00": {
            "name": text(0), "version": text(1), "wit": "0.1.1", "granted": [], "denied": [], "audit": {},
            "usage": {"calls": 1, "response_bytes": 1, "wall_ms": 1, "peak_memory_bytes": 1},
        }},
    });
    Report::parse(&report.to_string()).expect("it is a report")
}

/// What Python makes of each text: a list of documents, or an error.
fn python(texts: &[String]) -> Vec<Value> {
    let mut child = Command::new("python3")
        .args(["-c", READ])
        .arg(reader())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    let mut stdin = child.stdin.take().unwrap();
    let written = stdin.write_all(json!(texts).to_string().as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(written.is_ok() && output.status.success(), "Python ran to its end");
    serde_json::from_slice(&output.stdout).expect("Python writes JSON")
}

/// A folder with the reader. pip compares its bytes with the hash.
fn reader() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ruamel-0.18.10");
    std::fs::create_dir_all(&folder).unwrap();
    let requirements = folder.join("requirements.txt");
    std::fs::write(&requirements, format!("{PACKAGE} --hash=sha256:{SHA256}\n")).unwrap();
    let options = ["--quiet", "--no-deps", "--require-hashes", "--upgrade", "--no-compile", "--target"];
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--disable-pip-version-check", "install"]).args(options).arg(&folder).arg("-r");
    let status = pip.arg(&requirements).status().expect("python3 is installed");
    assert!(
        status.success(),
        "pip (Debian: python3-pip) gets {PACKAGE} from PyPI, or from where its settings say"
    );
    folder
}
