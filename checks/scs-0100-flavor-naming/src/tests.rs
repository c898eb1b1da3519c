use proptest::prelude::*;
use serde_json::{Value, json};
use touchstone_sdk::openstack::{ErrorKind, Method};
use touchstone_sdk::testing::{Cloud, Report};
use touchstone_sdk::{Finding, Severity, Verdict};

use crate::{CHECK, SEMANTICS, SYNTAX};

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

/// A flavor: name, vCPUs, RAM in MiB, disk in GB.
type Row<'a> = (&'a str, u64, u64, u64);

fn flavor((name, vcpus, ram, disk): Row<'_>) -> Value {
    json!({"id": format!("id of {name}"), "name": name, "vcpus": vcpus, "ram": ram, "disk": disk, "extra_specs": {}})
}

fn cloud(rows: &[Row<'_>]) -> Cloud {
    let flavors: Vec<Value> = rows.iter().copied().map(flavor).collect();
    Cloud::new().get("compute", "/flavors/detail", json!({ "flavors": flavors }))
}

fn report(rows: &[Row<'_>]) -> Report {
    cloud(rows).run(&CHECK)
}

fn verdicts(rows: &[Row<'_>]) -> [Option<Verdict>; 2] {
    let report = report(rows);
    [report.verdict(SYNTAX), report.verdict(SEMANTICS)]
}

fn messages(report: &Report, testcase: &str, severity: Severity) -> Vec<String> {
    let of_severity = |finding: &&Finding| finding.severity == severity;
    report.findings(testcase).into_iter().filter(of_severity).map(|finding| finding.message.clone()).collect()
}

#[test]
fn right_names_that_hold_what_they_promise_pass() {
    let report = report(&[
        ("SCS-2V-8", 2, 8192, 0),
        ("SCS-4V-16-100s", 4, 16384, 100),
        ("SCS-1L-0.5u", 1, 512, 0),
        ("SCS-16T-64-200s_GNa-14-6h_ib", 16, 65536, 200),
    ]);
    for testcase in [SYNTAX, SEMANTICS] {
        assert_eq!(report.verdict(testcase), PASS);
        assert!(report.findings(testcase).is_empty());
    }
    assert_eq!(report.reason(SYNTAX), "4 flavor names begin with `SCS-`, and none is wrong");
    assert_eq!(report.reason(SEMANTICS), "4 names looked at, and none promises too much");
    assert_eq!(report.calls, ["GET compute /flavors/detail"]);
}

#[test]
fn a_wrong_name_fails_the_syntax_check_and_shows_where() {
    let report = report(&[("SCS-2V-8", 2, 8192, 0), ("SCS-4V-16-100S", 4, 16384, 100)]);
    assert_eq!(report.verdict(SYNTAX), FAIL);
    assert_eq!(report.reason(SYNTAX), "2 flavor names begin with `SCS-`, and 1 is wrong: `SCS-4V-16-100S`");
    let [finding] = report.findings(SYNTAX)[..] else { panic!("one violation for one wrong name") };
    assert_eq!(finding.message, "letters are case-sensitive: expected `s`\nSCS-4V-16-100S\n             ^");
    assert_eq!(finding.requirement.as_deref(), Some("scs-0100-v3, \"Naming policy compliance\""));
    let resource = finding.resource.as_ref().unwrap();
    assert_eq!((resource.service.as_str(), resource.kind.as_str()), ("compute", "flavor"));
    assert_eq!(resource.name.as_deref(), Some("SCS-4V-16-100S"));
    assert_eq!(resource.id.as_deref(), Some("id of SCS-4V-16-100S"));
}

#[test]
fn each_wrong_name_has_its_violation_and_the_reason_names_the_first_few() {
    let report = report(&[
        ("SCS-e", 1, 1, 1),
        ("SCS-a", 1, 1, 1),
        ("SCS-d", 1, 1, 1),
        ("SCS-b", 1, 1, 1),
        ("SCS-c", 1, 1, 1),
    ]);
    assert_eq!(messages(&report, SYNTAX, Severity::Error).len(), 5);
    assert_eq!(
        report.reason(SYNTAX),
        "5 flavor names begin with `SCS-`, and 5 are wrong: `SCS-a`, `SCS-b`, `SCS-c` and 2 more"
    );
}

#[test]
fn a_name_that_is_wrong_in_version_1_is_said_to_be_read_so() {
    let message = &messages(&report(&[("SCS-2V:8-foo", 2, 8192, 0)]), SYNTAX, Severity::Error)[0];
    assert!(message.contains("(read in the syntax of version 1)\nSCS-2V:8-foo\n"), "{message}");
}

#[test]
fn a_wrong_name_is_not_looked_at_by_the_semantics_check_and_that_is_said() {
    // Whatever `2x` promises, the flavor has nothing: but what cannot be read is a matter of the other testcase.
    let report = report(&[("SCS-2X-8", 0, 0, 0), ("SCS-2V-8", 2, 8192, 0)]);
    assert_eq!((report.verdict(SYNTAX), report.verdict(SEMANTICS)), (FAIL, PASS));
    let said = messages(&report, SEMANTICS, Severity::Info);
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("1 name not looked at") && said[0].ends_with("`SCS-2X-8`"), "{said:?}");
    assert_eq!(report.reason(SEMANTICS), "1 name looked at, and none promises too much");
}

#[test]
fn names_that_do_not_begin_with_the_prefix_are_nobodys_business() {
    let foreign = ["m1.tiny", "SCS", "SCS_2V-8", "scs-2V-8", "Scs-2x", " SCS-2V-8", "ASCS-2V-8", ""];
    let rows: Vec<Row<'_>> = foreign.iter().map(|name| (*name, 0, 0, 0)).collect();
    assert_eq!(verdicts(&rows), [PASS, PASS]);
}

#[test]
fn a_cloud_without_names_of_the_standard_passes_and_that_is_said() {
    for rows in [&[][..], &[("m1.tiny", 1, 512, 1)]] {
        let report = report(rows);
        for testcase in [SYNTAX, SEMANTICS] {
            assert_eq!(report.verdict(testcase), PASS);
            assert_eq!(messages(&report, testcase, Severity::Info).len(), 1);
            assert!(report.reason(testcase).starts_with("no flavor has a"));
        }
    }
}

#[test]
fn the_bare_prefix_is_a_wrong_name() {
    assert_eq!(verdicts(&[("SCS-", 1, 1024, 0)]), [FAIL, PASS]);
}

#[test]
fn fewer_vcpus_than_promised_fail() {
    let report = report(&[("SCS-4V-8", 3, 8192, 0)]);
    assert_eq!((report.verdict(SYNTAX), report.verdict(SEMANTICS)), (PASS, FAIL));
    assert_eq!(
        messages(&report, SEMANTICS, Severity::Error),
        ["the name promises 4 vCPUs, the flavor has 3"]
    );
    assert_eq!(report.reason(SEMANTICS), "1 name looked at, and 1 promises too much: `SCS-4V-8`");
    assert_eq!(report.findings(SEMANTICS)[0].resource.as_ref().unwrap().name.as_deref(), Some("SCS-4V-8"));
}

#[test]
fn one_mib_less_than_promised_fails() {
    // The Python suite forgives 51 MiB; the standard says "at least".
    for (ram, verdict) in [(8192, PASS), (8191, FAIL), (8141, FAIL), (8140, FAIL), (8000, FAIL)] {
        assert_eq!(verdicts(&[("SCS-4V-8", 4, ram, 0)])[1], verdict, "{ram} MiB");
    }
    assert_eq!(verdicts(&[("SCS-1L-0.5", 1, 511, 0)])[1], FAIL);
    assert_eq!(verdicts(&[("SCS-1L-3.5", 1, 3584, 0)])[1], PASS);
    let said = messages(&report(&[("SCS-1L-3.5", 1, 3583, 0)]), SEMANTICS, Severity::Error);
    assert_eq!(said, ["the name promises 3.5 GiB of RAM (3584 MiB), the flavor has 3583 MiB"]);
}

#[test]
fn a_smaller_disk_than_promised_fails() {
    let report = report(&[("SCS-4V-8-20", 4, 8192, 19), ("SCS-4V-8-20s", 4, 8192, 0)]);
    assert_eq!(report.verdict(SEMANTICS), FAIL);
    assert_eq!(
        messages(&report, SEMANTICS, Severity::Error),
        [
            "the name promises a disk of 20 GB, the flavor has one of 19 GB",
            "the name promises a disk of 20 GB, the flavor has none"
        ]
    );
}

#[test]
fn everything_that_is_too_little_is_said() {
    let report = report(&[("SCS-4V-8-20", 1, 1024, 1)]);
    assert_eq!(messages(&report, SEMANTICS, Severity::Error).len(), 3);
}

#[test]
fn more_than_promised_is_allowed_and_mentioned() {
    let report = report(&[("SCS-4V-8-20", 8, 8193, 21), ("SCS-1V-1", 1, 1024, 5)]);
    assert_eq!(report.verdict(SEMANTICS), PASS);
    assert_eq!(
        messages(&report, SEMANTICS, Severity::Info),
        [
            "has more than its name says, which is allowed: a disk of 5 GB",
            "has more than its name says, which is allowed: 8 vCPUs, 8193 MiB of RAM, a disk of 21 GB"
        ]
    );
}

#[test]
fn a_disk_whose_size_the_cloud_chooses_may_have_any_size() {
    for disk in [0, 5, 1000] {
        let report = report(&[("SCS-2C-4-", 2, 4096, disk), ("SCS-2C-4-n", 2, 4096, disk)]);
        assert_eq!((report.verdict(SYNTAX), report.verdict(SEMANTICS)), (PASS, PASS));
        assert!(report.findings(SEMANTICS).is_empty());
    }
}

#[test]
fn of_several_disks_the_first_is_compared() {
    let report = report(&[("SCS-4C-16-2x200p_a1", 4, 16384, 200)]);
    assert_eq!(report.verdict(SEMANTICS), PASS);
    let said = messages(&report, SEMANTICS, Severity::Info);
    assert_eq!(said, ["of the 2 disks that the name promises, only the first can be seen"]);
    assert_eq!(verdicts(&[("SCS-4C-16-2x200p_a1", 4, 16384, 199)])[1], FAIL);
}

#[test]
fn names_of_old_versions_pass_with_a_warning_and_are_compared() {
    let report = report(&[("SCS-4V:16:50", 4, 16384, 50), ("SCS-2C-4-3xs", 2, 4096, 0)]);
    assert_eq!((report.verdict(SYNTAX), report.verdict(SEMANTICS)), (PASS, PASS));
    let warnings = messages(&report, SYNTAX, Severity::Warning);
    assert_eq!(warnings.len(), 2);
    assert!(warnings[0].contains("version 2") && warnings[1].contains("`SCS-4V-16-50`"), "{warnings:?}");
    assert_eq!(
        report.findings(SYNTAX)[0].requirement.as_deref(),
        Some("scs-0100-v3, \"Previous standard versions\"")
    );
    assert_eq!(verdicts(&[("SCS-4V:16:50", 4, 16383, 50)]), [PASS, FAIL]);
}

#[test]
fn discouraged_names_pass_with_a_warning() {
    for (name, vcpus, ram, section) in [
        ("SCS-2V-10.5", 2, 10752, Some("\"Memory\"")),
        ("SCS-2V-8_hwv", 2, 8192, Some("\"Hardware virtualization / Nested virtualization\"")),
        ("SCS-02V-8", 2, 8192, None),
    ] {
        let report = report(&[(name, vcpus, ram, 0)]);
        assert_eq!((report.verdict(SYNTAX), report.verdict(SEMANTICS)), (PASS, PASS), "{name}");
        let findings = report.findings(SYNTAX);
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning), "{name}");
        let requirement = findings[0].requirement.as_deref();
        assert_eq!(requirement, section.map(|section| format!("scs-0100-v3, {section}")).as_deref());
    }
}

#[test]
fn all_pages_of_the_list_are_looked_at() {
    let next = json!([{"rel": "next", "href": "http://inside.example/v2.1/flavors/detail?marker=m1"}]);
    let cloud = Cloud::new()
        .get(
            "compute",
            "/flavors/detail",
            json!({"flavors": [flavor(("SCS-2V-8", 2, 8192, 0))], "flavors_links": next}),
        )
        .get("compute", "/flavors/detail?marker=m1", json!({"flavors": [flavor(("SCS-2V-8x", 1, 8192, 0))]}));
    let report = cloud.run(&CHECK);
    assert_eq!(report.calls.len(), 2);
    assert_eq!(report.verdict(SYNTAX), FAIL);
}

#[test]
fn a_page_that_cannot_be_had_makes_both_dnf() {
    let next = json!([{"rel": "next", "href": "http://inside.example/v2.1/flavors/detail?marker=m1"}]);
    let first = json!({"flavors": [flavor(("SCS-2V-8x", 1, 1, 0))], "flavors_links": next});
    let cloud = Cloud::new().get("compute", "/flavors/detail", first).reply(
        Method::Get,
        "compute",
        "/flavors/detail?marker=m1",
        503,
        b"busy",
    );
    let report = cloud.run(&CHECK);
    assert_eq!((report.verdict(SYNTAX), report.verdict(SEMANTICS)), (DNF, DNF));
    assert_eq!(report.reason(SYNTAX), "compute GET /flavors/detail: answered 503");
}

#[test]
fn a_cloud_older_than_queens_is_read_flavor_by_flavor() {
    let old = json!({"flavors": [{"id": "7", "name": "SCS-2V-8", "vcpus": 2, "ram": 8192, "disk": 0}]});
    let cloud = Cloud::new()
        .reply(Method::Get, "compute", "/flavors/detail", 406, b"{}")
        .get("compute", "/flavors/detail", old)
        .get("compute", "/flavors/7/os-extra_specs", json!({"extra_specs": {}}));
    let report = cloud.run(&CHECK);
    assert_eq!((report.verdict(SYNTAX), report.verdict(SEMANTICS)), (PASS, PASS));
    assert_eq!(report.calls.len(), 3);
}

#[test]
fn answers_that_are_not_what_the_api_promises_make_both_dnf() {
    let list = |flavor: Value| json!({"flavors": [flavor]}).to_string();
    for (status, body) in [
        (200, "<html>maintenance</html>".to_owned()),
        (200, r#"{"flavors": [{"id": "1", "name": "SCS-2V"#.to_owned()),
        (200, "{}".to_owned()),
        (200, r#"{"flavors": {}}"#.to_owned()),
        (200, r#"{"flavors": [7]}"#.to_owned()),
        (200, list(json!({"id": "1", "name": "SCS-2V-8", "vcpus": 2, "ram": 8192, "extra_specs": {}}))),
        (200, list(json!({"id": "1", "name": null, "vcpus": 2, "ram": 8, "disk": 0, "extra_specs": {}}))),
        (200, list(json!({"id": "1", "name": "x", "vcpus": -1, "ram": 8, "disk": 0, "extra_specs": {}}))),
        (200, list(json!({"id": "1", "name": "x", "vcpus": "2", "ram": 8, "disk": 0, "extra_specs": {}}))),
        (401, "{}".to_owned()),
        (403, r#"{"forbidden": {"code": 403, "message": "Policy does not allow it."}}"#.to_owned()),
        (500, String::new()),
    ] {
        let cloud = Cloud::new().reply(Method::Get, "compute", "/flavors/detail", status, body.as_bytes());
        let report = cloud.run(&CHECK);
        assert_eq!([report.verdict(SYNTAX), report.verdict(SEMANTICS)], [DNF, DNF], "{status} {body}");
        assert!(report.reason(SYNTAX).contains("compute GET /flavors/detail"), "{}", report.reason(SYNTAX));
    }
    let silent = Cloud::new().no_answer(Method::Get, "compute", "/flavors/detail", ErrorKind::TimedOut);
    assert_eq!(silent.run(&CHECK).verdict(SEMANTICS), DNF);
}

#[test]
fn only_what_was_asked_for_is_judged() {
    let report = cloud(&[("SCS-2x", 1, 1, 0)]).only(&[SEMANTICS]).run(&CHECK);
    assert_eq!((report.verdict(SYNTAX), report.verdict(SEMANTICS)), (None, PASS));
}

#[test]
fn a_flavor_that_two_pages_have_counts_once() {
    let report = report(&[("SCS-2x", 1, 1, 0), ("SCS-2x", 1, 1, 0)]);
    assert_eq!(messages(&report, SYNTAX, Severity::Error).len(), 1);
}

proptest! {
    #[test]
    fn the_order_of_the_api_does_not_matter(
        rows in prop::collection::vec(
            ("SCS-[12][VX]-[12](-[15])?|m1", 0..3_u64, 1000..2100_u64, 0..6_u64), 0..8),
        turn in 0..8_usize,
    ) {
        let rows: Vec<Row<'_>> = rows.iter().map(|(name, v, r, d)| (name.as_str(), *v, *r, *d)).collect();
        let mut turned = rows.clone();
        turned.reverse();
        let by = turn % turned.len().max(1);
        turned.rotate_left(by);
        // Flavors with the same id are told apart by nothing else; real ids are unique.
        let unique: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.0).collect();
        prop_assume!(unique.len() == rows.len());
        let (one, other) = (report(&rows), report(&turned));
        prop_assert_eq!(one.outcomes, other.outcomes);
        prop_assert_eq!(one.findings, other.findings);
    }

    #[test]
    fn the_semantics_check_fails_exactly_if_something_is_less(
        (cpus, half_gibs, size) in (1..200_u64, 1..600_u64, 1..2000_u64),
        (vcpus, ram, disk) in (-2..3_i64, -70..70_i64, -2..3_i64),
    ) {
        let ram_text = if half_gibs % 2 == 0 { format!("{}", half_gibs / 2) } else { format!("{}.5", half_gibs / 2) };
        let name = format!("SCS-{cpus}V-{ram_text}-{size}");
        let row = |value: u64, delta: i64| value.saturating_add_signed(delta);
        let has = (row(cpus, vcpus), row(half_gibs * 512, ram), row(size, disk));
        let less = has.0 < cpus || has.1 < half_gibs * 512 || has.2 < size;
        let expected = if less { FAIL } else { PASS };
        prop_assert_eq!(verdicts(&[(&name, has.0, has.1, has.2)]), [PASS, expected]);
    }
}
