//! From a report to what the monitor stores.

use serde_json::{Value, json};
use touchstone_export::{ScsContext, scs};
use touchstone_monitor::{Accepted, Credentials, Monitor, MonitorConfig, SignedReport, UploadError, sign};
use touchstone_report::Report;

use crate::fake::{API_KEY, Fake};
use crate::rules::accounts;
use crate::{Keys, schema, uuid};

const SCOPE: &str = "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f";

/// A report as a run writes it: one testcase of each verdict, one that versions see differently, one that people attested.
fn report(run: &str) -> Report {
    let result = |verdict: &str, reason: &str| {
        let checked_at = (verdict != "MISS").then_some("2026-11-27T02:30:00.5Z");
        json!({"verdict": verdict, "reason": reason, "checked_at": checked_at, "findings": [{
            "severity": "error", "message": "a\n<script>`b` \u{1b}[2J: 'c' # \u{e9}\u{fffe}\u{10ffff} yes: - ",
            "resource": {"service": "compute", "kind": "flavor", "name": "SCS-1V:4\t"},
        }]})
    };
    let target = |pass: &[&str], fail: &[&str], dnf: &[&str], miss: &[&str]| json!({"verdict": "FAIL", "pass": pass, "fail": fail, "dnf": dnf, "miss": miss});
    let attested = json!({
        "verdict": "PASS", "reason": "", "findings": [], "checked_at": "2026-10-01T12:00:00Z", "expires_at": "2027-01-01T00:00:00Z",
        "attested": {"by": "Jane Doe", "at": "2026-10-01T12:00:00Z", "statement": "sha256:00"},
    });
    let report = json!({
        "format": "touchstone.report/v1",
        "run": {
            "id": run, "started_at": "2026-11-27T02:30:00.5Z", "finished_at": "2026-11-27T02:31:00Z",
            "tool": {"name": "touchstone", "version": "0.1.0"},
        },
        "subject": "Demo", "scope": {"uuid": SCOPE, "name": "SCS-compatible IaaS", "digest": "sha256:00"},
        "reference_date": "2026-11-27",
        "versions": {
            "v4": {
                "state": "warn", "verdict": "FAIL",
                "targets": {"main": target(&["differs"], &["failed"], &[], &[])},
                "testcases": {"differs": result("PASS", "")},
            },
            "v5.1": {
                "state": "effective", "verdict": "FAIL",
                "targets": {
                    "main": target(&["passed", "zones"], &["failed", "differs"], &["unfinished"], &["missing"]),
                    "recommended": target(&[], &["advised"], &[], &[]),
                },
                "testcases": {"differs": result("FAIL", "yes: no")},
            },
        },
        "testcases": {
            "passed": result("PASS", ""), "failed": result("FAIL", "---\n...\n"), "unfinished": result("DNF", "2026-11-27"),
            "missing": result("MISS", "nobody looked"), "advised": result("FAIL", "%YAML 1.1"), "zones": attested,
        },
        "components": {},
    });
    Report::parse(&report.to_string()).expect("it is a report")
}

fn yaml(run: &str) -> String {
    scs(&report(run), &ScsContext { subject: Some("demo"), scope_url: None }).expect("it is for the monitor")
}

fn monitor(url: &str, account: &str) -> Monitor {
    Monitor::new(url, Credentials::new(account, API_KEY).unwrap(), MonitorConfig::default()).unwrap()
}

#[tokio::test]
async fn a_report_is_stored_once() {
    let keys = Keys::new();
    let fake = Fake::new(accounts(&keys));
    let monitor = monitor(&fake.start().await, "touchstone");
    let signed = sign(yaml(&uuid()).as_bytes(), &keys.ours).unwrap();
    assert_eq!(monitor.upload(&signed).await, Ok(Accepted::Stored));
    // As it comes out of an outbox, when the answer got lost.
    let kept = SignedReport::from_bytes(signed.as_bytes().to_vec()).unwrap();
    assert_eq!(monitor.upload(&kept).await, Ok(Accepted::AlreadyThere));
    let mut rows = fake.rows();
    rows.sort();
    let row = |testcase: &str, at: &str, value| {
        ("demo".to_owned(), SCOPE.to_owned(), testcase.to_owned(), at.to_owned(), Some(value))
    };
    let at = "2026-11-27T02:30:00.5Z";
    assert_eq!(
        rows,
        [
            row("advised", at, -1),
            row("differs", at, -1),
            row("failed", at, -1),
            row("passed", at, 1),
            row("unfinished", at, 0),
            row("zones", "2026-10-01T12:00:00Z", 1),
        ]
    );
}

#[tokio::test]
async fn a_refusal_says_so() {
    let keys = Keys::new();
    let url = Fake::new(accounts(&keys)).start().await;
    let signed = |key| sign(yaml(&uuid()).as_bytes(), key).unwrap();
    for (account, key, words) in [
        ("touchstone", &keys.other, "`verification failed`"),
        ("admin", &keys.ours, "`verification failed`"),
        ("self-only", &keys.ours, "`append_any`"),
        ("nobody", &keys.ours, "no account `nobody`"),
    ] {
        let error = monitor(&url, account).upload(&signed(key)).await.unwrap_err();
        assert!(
            matches!(error, UploadError::Refused { status: 401, .. }) && error.to_string().contains(words),
            "{error}"
        );
    }
    let elsewhere =
        monitor(&format!("{url}other/"), "touchstone").upload(&signed(&keys.ours)).await.unwrap_err();
    assert!(matches!(elsewhere, UploadError::Refused { status: 404, .. }), "{elsewhere}");
}

#[test]
fn our_documents_are_what_is_meant() {
    let (read, meant) = (schema("read"), schema("meant"));
    let documents: Vec<Value> = serde_saphyr::from_multiple(&yaml(&uuid())).unwrap();
    assert_eq!(documents.len(), 2);
    for document in documents {
        let errors = read.iter_errors(&document).chain(meant.iter_errors(&document));
        let errors: Vec<String> =
            errors.map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?} in {document:#}");
    }
}

#[test]
fn what_is_signed_is_what_ssh_keygen_verifies() {
    let keys = Keys::new();
    let text = yaml(&uuid());
    let signed = sign(text.as_bytes(), &keys.ours).unwrap();
    let (signature, report) = signed.parts();
    assert_eq!(report, text);
    assert_eq!(signature, keys.ours.sign("report", text.as_bytes()).unwrap());
    assert_eq!(signed.as_bytes(), [signature, "&", report].concat().as_bytes());
    for bytes in [&b"a: b"[..], b"-----BEGIN SSH SIGNATURE-----\n", b"\xff"] {
        assert!(SignedReport::from_bytes(bytes.to_vec()).is_err());
    }
    for yaml in [&b""[..], b" \n", b"a: \xff", &vec![b'a'; touchstone_monitor::MAX_REPORT_BYTES + 1]] {
        assert!(sign(yaml, &keys.ours).is_err());
    }
}
