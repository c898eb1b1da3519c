//! What is a pass, and what is not.

use super::encoder::{case, event, packet, run, suite};
use super::*;

const EXISTS: u16 = 1;
const BEGAN: u16 = 2;
const SUCCESS: u16 = 3;
const UNEXPECTED_SUCCESS: u16 = 4;
const SKIP: u16 = 5;
const FAILED: u16 = 6;
const EXPECTED_FAILURE: u16 = 7;

fn stream(runs: &[(&str, u16)]) -> Vec<u8> {
    runs.iter().flat_map(|(id, status)| run(id, *status)).collect()
}

#[test]
fn all_tests_passed() {
    let report = report(&stream(&[(ONE, SUCCESS), (TWO, SUCCESS), (THREE, SUCCESS)]));
    assert_eq!(report.verdict(E2E), PASS);
    assert_eq!(report.reason(E2E), "all 3 required tests passed");
    assert!(report.findings.is_empty() && report.calls.is_empty());
    let xml = suite(&[ONE, TWO, THREE].map(|id| case(id, "")).concat());
    assert_eq!(verdict(xml.as_bytes()), (PASS, "all 3 required tests passed".into()));
}

#[test]
fn whatever_is_not_a_pass_is_a_violation() {
    for (status, message, what) in [
        (FAILED, "failed", "1 failed"),
        (SKIP, "was skipped, which is not a pass", "1 skipped"),
        (
            EXPECTED_FAILURE,
            "failed, as somebody expected it to, which is not a pass",
            "1 without a clear end",
        ),
        (
            UNEXPECTED_SUCCESS,
            "did not fail, but was expected to, which is no clear pass",
            "1 without a clear end",
        ),
    ] {
        let report = report(&stream(&[(ONE, SUCCESS), (TWO, status), (THREE, SUCCESS)]));
        assert_eq!(report.verdict(E2E), FAIL);
        assert_eq!(report.reason(E2E), format!("of 3 required tests 2 passed, {what}"));
        assert_eq!(violations(&report), [format!("tempest.api.a.T.two: {message}")]);
        let [finding] = report.findings(E2E)[..] else { panic!("one finding") };
        assert_eq!(finding.requirement.as_deref(), Some("scs-0128-v1, \"Regulations\""));
        assert_eq!(finding.resource.as_ref().unwrap().kind, "test");
    }
}

#[test]
fn a_missing_test_is_not_a_pass() {
    let missing = "is missing: there is no result of it, and a missing test is not a pass";
    let report = report(&stream(&[(ONE, SUCCESS)]));
    assert_eq!(
        (report.verdict(E2E), report.reason(E2E)),
        (FAIL, "of 3 required tests 1 passed, 2 missing".into())
    );
    assert_eq!(
        violations(&report),
        [format!("tempest.api.a.T.two: {missing}"), format!("tempest.api.b.U.three: {missing}")]
    );
    // That a test exists says nothing of a run.
    let listed = [stream(&[(ONE, SUCCESS), (TWO, SUCCESS)]), packet(&event(THREE, EXISTS))].concat();
    assert_eq!(verdict(&listed), (FAIL, "of 3 required tests 2 passed, 1 missing".into()));
    let began = [stream(&[(ONE, SUCCESS), (TWO, SUCCESS)]), packet(&event(THREE, BEGAN))].concat();
    let report = self::report(&began);
    assert_eq!(violations(&report), ["tempest.api.b.U.three: began and did not end: did Tempest crash?"]);
    let twice =
        [stream(&[(ONE, SUCCESS), (TWO, SUCCESS), (THREE, SUCCESS)]), packet(&event(ONE, BEGAN))].concat();
    assert_eq!(verdict(&twice), (FAIL, "of 3 required tests 2 passed, 1 without a clear end".into()));
}

#[test]
fn of_several_results_the_worst_counts() {
    for (first, second) in [(FAILED, SUCCESS), (SUCCESS, FAILED), (SKIP, SUCCESS), (SUCCESS, SKIP)] {
        let runs = [(ONE, SUCCESS), (TWO, first), (THREE, SUCCESS), (TWO, second)];
        assert_eq!(verdict(&stream(&runs)).0, FAIL);
    }
    let runs = [(ONE, SUCCESS), (TWO, SUCCESS), (THREE, SUCCESS), (TWO, SUCCESS)];
    assert_eq!(verdict(&stream(&runs)).0, PASS);
}

#[test]
fn a_test_is_known_by_its_name_whatever_its_tags() {
    let others = [(TWO, SUCCESS), (THREE, SUCCESS)];
    let with = |id: &'static str| verdict(&stream(&[&[(id, SUCCESS)], &others[..]].concat())).0;
    for id in [
        "tempest.api.a.T.one",
        "tempest.api.a.T.one[id-1111]",
        "tempest.api.a.T.one[id-1111,slow,smoke]",
        "tempest.api.a.T.one[smoke, id-1111]",
        "tempest.api.a.T.one[smoke]",
    ] {
        assert_eq!(with(id), PASS, "{id}");
    }
    for id in [
        // A class that inherits the method has a test of the same id: it is not the one that is required.
        "tempest.api.a.TManual.one[id-1111,smoke]",
        "tempest.api.a.T.one_more[id-1111]",
        "tempest.api.a.T.One[id-1111]",
        "api.a.T.one[id-1111]",
        "one[id-1111]",
        "tempest.api.a.T.one (retry)",
    ] {
        assert_eq!(with(id), FAIL, "{id}");
    }
    let report = report(&stream(&[&[("tempest.api.a.T.one[id-9999]", SUCCESS)], &others[..]].concat()));
    let expected = "tempest.api.a.T.one: is missing: the test of that name in the results has another id (`id-9999`), and so is \
                    another test";
    assert_eq!(violations(&report), [expected]);
}

#[test]
fn a_class_that_cannot_be_set_up_is_named() {
    let id = "setUpClass (tempest.api.a.T)";
    let reason = encoder::Event { file: Some(("reason".into(), b"no quota\n".to_vec())), ..event(id, SKIP) };
    let skipped = [packet(&event(id, BEGAN)), packet(&reason), stream(&[(THREE, SUCCESS)])].concat();
    let report = report(&skipped);
    assert_eq!(report.reason(E2E), "of 3 required tests 1 passed, 2 missing");
    let why = "was not run: `setUpClass (tempest.api.a.T)` was skipped (no quota)";
    assert_eq!(violations(&report), ["one", "two"].map(|name| format!("tempest.api.a.T.{name}: {why}")));

    let failed = stream(&[(id, FAILED), (THREE, SUCCESS)]);
    let report = self::report(&failed);
    assert_eq!(report.reason(E2E), "of 3 required tests 1 passed, 2 missing, 1 failures of classes");
    let said = violations(&report);
    assert_eq!(said[0], "tempest.api.a.T.one: was not run: `setUpClass (tempest.api.a.T)` failed");
    let last = "setUpClass (tempest.api.a.T): `setUpClass (tempest.api.a.T)` failed: Tempest reports that as a failure, and 2 \
                of the required tests are concerned";
    assert_eq!(said[2], last);
}

#[test]
fn a_failure_after_the_tests_of_a_class_is_a_failure() {
    let all = [(ONE, SUCCESS), (TWO, SUCCESS), (THREE, SUCCESS)];
    let with = |id: &'static str, status| verdict(&stream(&[&all[..], &[(id, status)]].concat()));
    let (failed, reason) = with("tearDownClass (tempest.api.b.U)", FAILED);
    assert_eq!((failed, reason.as_str()), (FAIL, "of 3 required tests 3 passed, 1 failures of classes"));
    assert_eq!(with("tearDownModule (tempest.api.b)", FAILED).0, FAIL);
    assert_eq!(with("setUpClass (tempest.api.b.U)", FAILED).0, FAIL);
    assert_eq!(with("setUpClass (tempest.api.b.U)", SKIP).0, PASS, "of another run: its tests have passed");
    for (id, status) in [
        ("tearDownClass (tempest.api.b.Uncle)", FAILED),
        ("tearDownClass (tempest.api.c.V)", FAILED),
        ("tearDownClass (tempest.api.b.U)", SUCCESS),
    ] {
        assert_eq!(with(id, status).0, PASS, "{id}");
    }
}

#[test]
fn tests_that_are_not_required_do_not_matter() {
    let all = [(ONE, SUCCESS), (TWO, SUCCESS), (THREE, SUCCESS)];
    let fine =
        report(&stream(&[&all[..], &[("tempest.api.admin.X.y[id-7]", SKIP), ("z", SUCCESS)]].concat()));
    assert_eq!(fine.verdict(E2E), PASS);
    assert!(fine.findings.is_empty());
    let names = ["x.a", "x.b", "x.c", "x.d", "x.e", "x.f", "x.g"];
    let failing: Vec<(&str, u16)> = names.iter().map(|name| (*name, FAILED)).collect();
    let report = report(&stream(&[&all[..], &failing].concat()));
    assert_eq!(report.verdict(E2E), PASS);
    let warning =
        "there are failures of tests that are not required: `x.a`, `x.b`, `x.c`, `x.d`, `x.e` and 2 more";
    assert_eq!(warnings(&report), [warning]);
}

#[test]
fn what_a_failure_says_is_passed_on() {
    let traceback =
        |text: &[u8]| encoder::Event { file: Some(("traceback".into(), text.to_vec())), ..event(TWO, 0) };
    let long = [vec![b'x'; 9000], b"\nAssertionError: 409 != 202\n\n".to_vec()].concat();
    let parts = [
        stream(&[(ONE, SUCCESS), (THREE, SUCCESS)]),
        packet(&event(TWO, BEGAN)),
        packet(&traceback(&long[..4000])),
        packet(&traceback(&long[4000..])),
        packet(&encoder::Event { file: Some(("pythonlogging".into(), b"noise".to_vec())), ..event(TWO, 0) }),
        packet(&event(TWO, FAILED)),
    ];
    let report = report(&parts.concat());
    assert_eq!(violations(&report), ["tempest.api.a.T.two: failed: AssertionError: 409 != 202"]);
}

#[test]
fn without_evidence_or_list_it_is_dnf() {
    let none = Cloud::new().asset("required_tests", LIST.as_bytes()).run(&CHECK);
    assert_eq!(none.verdict(E2E), DNF);
    assert!(none.reason(E2E).starts_with("no evidence was handed in: run Tempest and give its result"));
    assert!(none.reason(E2E).contains("--evidence opc=FILE"));
    let evidence = stream(&[(ONE, SUCCESS), (TWO, SUCCESS), (THREE, SUCCESS)]);
    let report = Cloud::new().evidence("opc", &evidence).run(&CHECK);
    assert_eq!(
        (report.verdict(E2E), report.reason(E2E)),
        (DNF, "the scope version gives no asset `required_tests`".into())
    );
    for list in ["", "# empty", "tempest.api.a.T.one[id-1111]\nnot a test"] {
        let report =
            Cloud::new().asset("required_tests", list.as_bytes()).evidence("opc", &evidence).run(&CHECK);
        assert_eq!(report.verdict(E2E), DNF, "{list}");
    }
}
