//! Real results: a run of `stestr` (python-subunit 1.4.6) over ten made-up tests, as a stream and as `subunit2junitxml` writes
//! it.

use super::*;

const STREAM: &[u8] = include_bytes!("runs/stestr.subunit");
const XML: &[u8] = include_bytes!("runs/subunit2junitxml.xml");

const PLAIN: &str = "tempest.api.compute.test_fake.PlainTest";

fn judged(evidence: &[u8], tests: &[&str]) -> Report {
    let list = tests.join("\n");
    Cloud::new().asset("required_tests", list.as_bytes()).evidence("opc", evidence).run(&CHECK)
}

#[test]
fn tests_that_passed_pass() {
    let passed = format!("{PLAIN}.test_passes[id-00000000-0000-4000-8000-000000000001,smoke]");
    for evidence in [STREAM, XML] {
        let report = judged(evidence, &[&passed]);
        assert_eq!((report.verdict(E2E), report.reason(E2E).as_str()), (PASS, "all 1 required tests passed"));
        let [warning] = &warnings(&report)[..] else { panic!("one warning") };
        assert!(warning.contains("test_fails") && warning.contains("test_errors"), "{warning}");
    }
}

#[test]
fn tests_that_did_not_pass_are_told_with_what_they_said() {
    let name = |method: &str| format!("{PLAIN}.{method}");
    let mismatch =
        "failed: testtools.matchers._impl.MismatchError: 'ACTIVE' != 'BUILD': server 4711 <&> \"ü\"";
    for (method, message) in [
        ("test_fails", mismatch),
        ("test_errors", "failed: RuntimeError: connection refused"),
        ("test_is_skipped", "was skipped, which is not a pass: the extension is not enabled"),
    ] {
        for evidence in [STREAM, XML] {
            let report = judged(evidence, &[&name(method)]);
            assert_eq!(report.verdict(E2E), FAIL);
            assert_eq!(violations(&report), [format!("{PLAIN}.{method}: {message}")]);
        }
    }
    let expected = name("test_is_expected_to_fail");
    assert_eq!(judged(STREAM, &[&expected]).verdict(E2E), FAIL);
    // In XML it cannot be told from a pass.
    assert_eq!(judged(XML, &[&expected]).verdict(E2E), PASS);
    let unexpected = name("test_succeeds_unexpectedly");
    assert_eq!(judged(STREAM, &[&unexpected]).verdict(E2E), FAIL);
    assert_eq!(judged(XML, &[&unexpected]).verdict(E2E), FAIL);
}

#[test]
fn classes_that_fail_are_told() {
    let module = "tempest.api.compute.test_fake";
    for evidence in [STREAM, XML] {
        let report = judged(evidence, &[&format!("{module}.NoSetUpTest.test_never_runs")]);
        assert_eq!(report.reason(E2E), "of 1 required tests 0 passed, 1 missing, 1 failures of classes");
        let why =
            format!("was not run: `setUpClass ({module}.NoSetUpTest)` failed (RuntimeError: no network)");
        assert_eq!(violations(&report)[0], format!("{module}.NoSetUpTest.test_never_runs: {why}"));

        let report = judged(evidence, &[&format!("{module}.SkippedTest.test_never_runs")]);
        assert_eq!(report.reason(E2E), "of 1 required tests 0 passed, 1 missing");
        assert!(violations(&report)[0].ends_with("was skipped (no floating ips)"));

        let report = judged(evidence, &[&format!("{module}.NoTearDownTest.test_passes")]);
        assert_eq!(report.verdict(E2E), FAIL);
        assert_eq!(report.reason(E2E), "of 1 required tests 1 passed, 1 failures of classes");
    }
}
