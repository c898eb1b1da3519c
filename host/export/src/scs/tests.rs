use std::collections::BTreeMap;

use serde_json::{Value, json};
use touchstone_report::{
    Attested, Finding, Format, Report, Resource, Run, ScopeRef, Selected, Severity, TestcaseResult, Tool,
    judge,
};
use touchstone_scope::{Lifetime, PlannedVersion, ResultKey, State, Target, Verdict, Waivers};

use super::*;

const AT: &str = "2026-11-27T02:31:07.123456789Z";
const FLAVORS: &str = "sha256:9a3b1c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f0a2b4c6d8e0f1a3b5c7d9e1f0a2b";

/// A version: its name, its state, and the verdicts of its testcases.
type Of<'a> = (&'a str, Option<State>, &'a [(&'a str, TestcaseResult)]);

fn report(versions: &[Of<'_>]) -> Report {
    let mut found = BTreeMap::new();
    let planned = versions.iter().enumerate().map(|(unit, (name, state, results))| {
        let keys = results.iter().map(|(testcase, result)| {
            let key = ResultKey { testcase: (*testcase).to_owned(), check: Some(0), unit: Some(unit) };
            found.insert(key.clone(), result.clone());
            key
        });
        PlannedVersion {
            name: (*name).to_owned(),
            state: *state,
            targets: BTreeMap::from([(Target::Main, keys.collect())]),
        }
    });
    let planned: Vec<PlannedVersion> = planned.collect();
    let judged = judge(&planned, &found);
    Report {
        format: Format::V1,
        run: Run {
            id: "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9".into(),
            started_at: AT.parse().unwrap(),
            finished_at: "2026-11-27T02:35:00Z".parse().unwrap(),
            tool: Tool { name: "touchstone".into(), version: "0.1.0".into() },
            interrupted: false,
            selected: None,
        },
        subject: "gx-scs".into(),
        scope: ScopeRef {
            uuid: "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f".into(),
            name: "SCS-compatible IaaS".into(),
            digest: "sha256:1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c1b2a3f4e5d6c7b8a9f0e1d2c".into(),
        },
        reference_date: "2026-11-27".parse().unwrap(),
        preflight: None,
        versions: judged.versions,
        testcases: judged.testcases,
        components: serde_json::from_value(json!({FLAVORS: {
            "name": "scs-0103-standard-flavors", "version": "1.2.1", "wit": "0.1.1", "granted": [], "denied": [],
            "usage": {"calls": 1, "response_bytes": 1, "wall_ms": 1, "peak_memory_bytes": 1}, "audit": {},
        }}))
        .unwrap(),
        evidence: BTreeMap::new(),
        ephemeral: None,
        tape: None,
        tape_problem: None,
        replay: None,
        waivers: Vec::new(),
    }
}

fn result(verdict: Verdict) -> TestcaseResult {
    TestcaseResult {
        component: Some(FLAVORS.into()),
        checked_at: Some(AT.parse().unwrap()),
        ..TestcaseResult::new(verdict, "it is so")
    }
}

fn attested(verdict: Verdict, at: &str) -> TestcaseResult {
    let attested = Attested { by: "Jane Doe".into(), at: at.parse().unwrap(), ..Attested::default() };
    TestcaseResult::attested(verdict, "", Lifetime::Quarter, attested)
}

fn documents(report: &Report) -> Vec<Value> {
    let text = scs(report, &ScsContext::default()).expect("it is a report for the monitor");
    serde_saphyr::from_multiple(&text).expect("it is YAML")
}

/// What is told of each testcase, in all documents.
fn told(report: &Report) -> BTreeMap<String, i64> {
    let mut told = BTreeMap::new();
    for document in documents(report) {
        for (_, invocation) in document["run"]["invocations"].as_object().unwrap() {
            for (testcase, value) in invocation["results"].as_object().unwrap() {
                let before = told.insert(testcase.clone(), value.as_i64().unwrap());
                assert_eq!(before, None, "{testcase} is told once: the monitor would take one of them");
            }
        }
    }
    told
}

#[test]
fn each_verdict_is_told_as_the_monitor_has_it() {
    let report = report(&[(
        "v5.1",
        Some(State::Effective),
        &[
            ("passed", result(Verdict::Pass)),
            ("failed", result(Verdict::Fail)),
            ("unfinished", result(Verdict::Dnf)),
            ("missing", result(Verdict::Miss)),
        ],
    )]);
    let expected = [("passed", 1), ("failed", -1), ("unfinished", 0)];
    assert_eq!(told(&report), expected.map(|(testcase, value)| (testcase.to_owned(), value)).into());
    assert_eq!(scs_differing(&report), []);
}

#[test]
fn the_document_says_what_the_monitor_reads() {
    let report = report(&[(
        "v5.1",
        Some(State::Effective),
        &[("a", result(Verdict::Pass)), ("b", result(Verdict::Fail))],
    )]);
    let context = ScsContext { subject: Some("gx"), scope_url: Some("https://example.org/scope.yaml") };
    let text = scs(&report, &context).unwrap();
    let document: Value = serde_saphyr::from_str(&text).expect("one document");
    assert_eq!(
        document,
        json!({
            "spec": {
                "uuid": "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f",
                "name": "SCS-compatible IaaS",
                "url": "https://example.org/scope.yaml",
            },
            "checked_at": "2026-11-27T02:31:07.123456Z",
            "reference_date": "2026-11-27",
            "subject": "gx",
            "run": {
                "uuid": "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9",
                "argv": ["touchstone 0.1.0"],
                "assignment": {},
                "sections": null,
                "forced_version": null,
                "forced_tests": null,
                "invocations": {
                    "scs-0103-standard-flavors-9a3b1c5d7e9f": {
                        "id": "scs-0103-standard-flavors-9a3b1c5d7e9f",
                        "cmd": format!("scs-0103-standard-flavors 1.2.1, {FLAVORS}"),
                        "results": {"a": 1, "b": -1},
                        "rc": 1,
                        "stdout": ["a: PASS", "b: FAIL"],
                        "stderr": ["ERROR: b: it is so"],
                        "info": 0, "warning": 0, "error": 1, "critical": 0,
                    },
                },
            },
        })
    );
    assert_eq!(text, scs(&report, &context).unwrap(), "the same each time");
}

#[test]
fn of_versions_that_differ_the_worst_is_told() {
    use Verdict::{Dnf, Fail, Miss, Pass};
    for (v4, v5, expected) in [
        (Pass, Fail, Some(Fail)),
        (Fail, Pass, Some(Fail)),
        (Dnf, Fail, Some(Fail)),
        (Miss, Fail, Some(Fail)),
        (Pass, Dnf, Some(Dnf)),
        (Dnf, Pass, Some(Dnf)),
        // To say nothing would leave a PASS that the monitor has from before.
        (Miss, Dnf, Some(Dnf)),
        (Pass, Miss, None),
        (Miss, Pass, None),
    ] {
        let report = report(&[
            ("v4", Some(State::Warn), &[("a", result(v4)), ("b", result(Pass))]),
            ("v5.1", Some(State::Effective), &[("a", result(v5)), ("b", result(Pass))]),
        ]);
        let value = |verdict| if verdict == Fail { -1 } else { 0 };
        assert_eq!(told(&report).get("a").copied(), expected.map(value), "{v4} and {v5}");
        let versions = BTreeMap::from([("v4".to_owned(), v4), ("v5.1".to_owned(), v5)]);
        assert_eq!(scs_differing(&report), [Differing { testcase: "a".into(), versions, told: expected }]);
        if expected.is_some() {
            let said =
                format!("WARNING: a: {v4} in v4, {v5} in v5.1; the monitor has one result for all versions");
            assert!(scs(&report, &ScsContext::default()).unwrap().contains(&said), "{said}");
        }
    }
}

#[test]
fn waivers_change_nothing_there() {
    let results = [("a", result(Verdict::Fail)), ("b", result(Verdict::Pass))];
    let report = report(&[("next", Some(State::Draft), &results)]);
    let waivers = json!({"format": "touchstone.waivers/v1", "waivers": [{
        "testcase": "a", "subject": "gx-scs", "scope": report.scope.uuid, "reason": "it is being replaced",
        "author": "Jane Doe", "approver": "John Roe", "expires": "2026-12-31",
    }]});
    let waivers = Waivers::parse("waivers.yaml", &waivers.to_string()).expect("waivers");
    let waived = report.with_waivers(&waivers, report.reference_date);
    assert_eq!(waived.versions["next"].verdict, Verdict::Pass, "it is waived here");
    assert_eq!(scs(&waived, &ScsContext::default()), scs(&report, &ScsContext::default()));
}

#[test]
fn versions_that_are_not_shown_have_no_say() {
    let report = report(&[
        ("v1", None, &[("a", result(Verdict::Fail)), ("gone", result(Verdict::Pass))]),
        ("v5.1", Some(State::Effective), &[("a", result(Verdict::Pass))]),
        ("next", Some(State::Draft), &[("a", result(Verdict::Pass))]),
    ]);
    assert_eq!(told(&report), BTreeMap::from([("a".to_owned(), 1)]));
    assert_eq!(scs_differing(&report), []);
}

#[test]
fn what_people_attest_keeps_its_date() {
    let report = report(&[(
        "v5.1",
        Some(State::Effective),
        &[
            ("checked", result(Verdict::Pass)),
            ("zones", attested(Verdict::Pass, "2026-10-01T12:00:00Z")),
            ("docs", attested(Verdict::Fail, "2026-10-01T12:00:00Z")),
            ("roles", attested(Verdict::Pass, "2026-11-02T08:00:00Z")),
        ],
    )]);
    let all = documents(&report);
    let dates: Vec<&str> = all.iter().map(|document| document["checked_at"].as_str().unwrap()).collect();
    assert_eq!(dates, ["2026-11-27T02:31:07.123456Z", "2026-10-01T12:00:00Z", "2026-11-02T08:00:00Z"]);
    let old = &all[1]["run"]["invocations"]["attested"];
    assert_eq!(old["results"], json!({"docs": -1, "zones": 1}));
    let ids: Vec<&str> = all.iter().map(|document| document["run"]["uuid"].as_str().unwrap()).collect();
    assert_eq!(ids[0], report.run.id);
    assert!(ids[1] != ids[2] && ids[1..].iter().all(|id| uuid::Uuid::parse_str(id).is_ok()), "{ids:?}");
    let next = Report { run: Run { id: "another".into(), ..report.run.clone() }, ..report.clone() };
    assert_ne!(documents(&next)[1]["run"]["uuid"], ids[1], "the monitor takes no identifier twice");
}

#[test]
fn two_dates_of_one_pass_count_as_the_older() {
    let report = report(&[
        ("v4", Some(State::Warn), &[("a", attested(Verdict::Pass, "2026-10-01T12:00:00Z"))]),
        ("v5.1", Some(State::Effective), &[("a", result(Verdict::Pass))]),
    ]);
    assert_eq!(documents(&report)[0]["checked_at"], "2026-10-01T12:00:00Z");
    assert_eq!(told(&report), BTreeMap::from([("a".to_owned(), 1)]));
}

#[test]
fn what_would_be_taken_for_something_else_is_refused() {
    let good = report(&[("v5.1", Some(State::Effective), &[("a", result(Verdict::Pass))])]);
    let error = |report: Report| scs(&report, &ScsContext::default()).unwrap_err();
    let replayed = Report { replay: Some(Default::default()), ..good.clone() };
    assert_eq!(error(replayed), ScsError::Replayed);
    let mut one = good.clone();
    one.run.selected = Some(Selected { version: Some("v5.1".into()), ..Selected::default() });
    assert_eq!(error(one), ScsError::OneVersion { version: "v5.1".into() });
    for (date, is_taken) in
        [("2026-11-26", true), ("2026-11-27", true), ("2026-11-28", false), ("2024-12-20", false)]
    {
        let other = Report { reference_date: date.parse().unwrap(), ..good.clone() };
        assert_eq!(scs(&other, &ScsContext::default()).is_ok(), is_taken, "{date}");
    }
    let nothing = report(&[("v5.1", Some(State::Effective), &[("a", result(Verdict::Miss))])]);
    assert_eq!(error(nothing), ScsError::Nothing);
    assert_eq!(error(report(&[])), ScsError::Nothing);
}

#[test]
fn texts_are_neither_html_nor_markdown_nor_too_long() {
    let hostile = "</pre><script>alert(1)</script> `x` & \"\n\u{202e}ERROR: ok: PASS\u{0}";
    let mut failed = TestcaseResult { reason: hostile.into(), ..result(Verdict::Fail) };
    let resource =
        Resource { service: "compute".into(), kind: "flavor".into(), id: None, name: Some(hostile.into()) };
    let finding = Finding {
        severity: Severity::Error,
        message: "x".repeat(10_000),
        resource: Some(resource),
        requirement: None,
    };
    failed.findings = vec![finding; 25];
    let mut report = report(&[("v5.1", Some(State::Effective), &[("a", failed)])]);
    report.run.selected =
        Some(Selected { parameters: BTreeMap::from([("p".into(), hostile.into())]), ..Selected::default() });
    let text = scs(&report, &ScsContext::default()).unwrap();
    assert!(!text.contains("<script") && text.contains("&lt;script&gt;alert(1)"), "{text}");
    let document = documents(&report).remove(0);
    assert!(!document["run"]["assignment"]["p"].as_str().unwrap().contains(['`', '<', '\n']));
    let lines = document["run"]["invocations"]["scs-0103-standard-flavors-9a3b1c5d7e9f"]["stderr"]
        .as_array()
        .unwrap();
    assert_eq!(lines.len(), 1 + 20 + 1);
    assert_eq!(lines[21], "a: and 5 more findings, which the report of touchstone has");
    let public = lines.iter().filter(|line| line.as_str().unwrap().starts_with(['E', 'W']));
    assert_eq!(public.count(), 1, "details are for those who log in");
    assert!(lines.iter().all(|line| !line.as_str().unwrap().contains(['<', '`', '\n', '\u{202e}', '\u{0}'])));
    assert!(text.len() < 30_000, "{}", text.len());
}

#[test]
fn strings_stay_strings() {
    let odd = [
        "yes",
        "null",
        "~",
        "1e3",
        "0x1f",
        "2026-11-27",
        "12:30:00",
        "- a",
        "a: b",
        "# a",
        "",
        " a ",
        "1_000",
        "=",
        "<<",
    ];
    let mut results: Vec<(&str, TestcaseResult)> = Vec::new();
    for text in odd {
        results.push((text, TestcaseResult { reason: text.into(), ..result(Verdict::Fail) }));
    }
    let mut report = report(&[("v5.1", Some(State::Effective), &results)]);
    report.subject = "123".into();
    let document = documents(&report).remove(0);
    assert_eq!(document["subject"], "123");
    assert_eq!(told(&report).len(), odd.len());
}
