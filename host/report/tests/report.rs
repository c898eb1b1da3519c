//! The report as other programs and people get it.

mod sample;

use touchstone_report::{
    Finding, ParseError, Report, Severity, TerminalOptions, Verbosity, json, json_schema, summary_line,
    terminal,
};
use touchstone_scope::Verdict;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas/report.schema.json");

fn samples() -> [Report; 13] {
    let mut interrupted = sample::imperfect();
    interrupted.run.interrupted = true;
    let (passing, imperfect) = (sample::passing(), sample::imperfect());
    [
        passing,
        imperfect,
        sample::failing(60),
        sample::missing(60),
        sample::unreachable(),
        sample::narrowed(),
        interrupted,
        sample::whole(0),
        sample::whole(5),
        sample::whole(60),
        sample::left_behind(),
        sample::side_by_side(),
        sample::waived(),
    ]
}

fn at(width: usize) -> TerminalOptions {
    TerminalOptions { width, ..TerminalOptions::default() }
}

#[test]
fn json_is_read_back_as_it_was() {
    for report in samples() {
        let text = json(&report);
        assert!(text.ends_with("}\n"));
        let again = Report::parse(&text).expect("what was written can be read");
        assert_eq!(again, report);
        assert_eq!(json(&again), text);
    }
}

#[test]
fn json_has_the_names_that_other_programs_rely_on() {
    let value: serde_json::Value = serde_json::from_str(&json(&sample::imperfect())).expect("JSON");
    for pointer in [
        "/format",
        "/run/id",
        "/run/started_at",
        "/run/finished_at",
        "/run/tool/name",
        "/run/tool/version",
        "/subject",
        "/scope/uuid",
        "/scope/name",
        "/scope/digest",
        "/reference_date",
        "/versions/v5.1/state",
        "/versions/v5.1/verdict",
        "/versions/v5.1/targets/main/verdict",
        "/versions/v5.1/targets/main/pass/0",
        "/versions/v5.1/targets/main/fail/0",
        "/versions/v5.1/targets/main/dnf/0",
        "/versions/v5.1/targets/main/miss/0",
        "/versions/v4/testcases/scs-0104-source-ubuntu-22.04/verdict",
        "/testcases/scs-0100-syntax-check/verdict",
        "/testcases/scs-0100-syntax-check/reason",
        "/testcases/scs-0100-syntax-check/checked_at",
        "/testcases/scs-0100-syntax-check/expires_at",
        "/testcases/scs-0100-syntax-check/component",
        "/testcases/scs-0100-syntax-check/findings/0/severity",
        "/testcases/scs-0100-syntax-check/findings/0/message",
        "/testcases/scs-0100-syntax-check/findings/0/resource/service",
        "/testcases/scs-0100-syntax-check/findings/0/resource/kind",
        "/testcases/scs-0100-syntax-check/findings/0/resource/id",
        "/testcases/scs-0100-syntax-check/findings/0/resource/name",
        "/testcases/scs-0100-syntax-check/findings/0/requirement",
    ] {
        assert!(value.pointer(pointer).is_some(), "{pointer} is missing");
    }
    assert_eq!(value["format"], "touchstone.report/v1");
    assert_eq!(value["run"]["started_at"], "2026-11-23T20:51:07Z");
    assert_eq!(value["versions"]["v5.1"]["verdict"], "FAIL");
    assert_eq!(value["versions"]["v5.1"]["state"], "effective");
    let components = value["components"].as_object().expect("an object");
    for component in components.values() {
        for name in ["name", "version", "wit", "granted", "denied"] {
            assert!(!component[name].is_null(), "{name} is missing");
        }
        for name in ["calls", "response_bytes", "wall_ms", "peak_memory_bytes"] {
            assert!(component["usage"][name].is_u64(), "{name} is missing");
        }
    }
}

#[test]
fn json_of_what_was_created_attested_and_handed_in_has_its_names() {
    let value: serde_json::Value = serde_json::from_str(&json(&sample::left_behind())).expect("JSON");
    for pointer in [
        "/ephemeral/created",
        "/ephemeral/deleted",
        "/ephemeral/left/0/check",
        "/ephemeral/left/0/service",
        "/ephemeral/left/0/kind",
        "/ephemeral/left/0/name",
        "/ephemeral/left/0/why",
        "/ephemeral/left/1/id",
        "/evidence/opc/file",
        "/evidence/opc/sha256",
        "/evidence/opc/bytes",
        "/testcases/availability-zones-check/attested/by",
        "/testcases/availability-zones-check/attested/at",
        "/testcases/availability-zones-check/attested/document/url",
        "/testcases/availability-zones-check/attested/document/sha256",
        "/testcases/availability-zones-check/attested/statement",
    ] {
        assert!(value.pointer(pointer).is_some(), "{pointer} is missing");
    }
    let attested = &value["testcases"]["availability-zones-check"];
    assert_eq!(attested["checked_at"], attested["attested"]["at"]);
    assert_eq!(attested["expires_at"], "2027-04-01T00:00:00Z", "by the lifetime of the testcase");
    let value: serde_json::Value = serde_json::from_str(&json(&sample::imperfect())).expect("JSON");
    let audits = value["components"].as_object().expect("an object").values();
    let mut totals = audits.map(|component| component["audit"]["total_ignored_outcomes"].as_u64());
    assert!(totals.any(|total| total == Some(230)));
}

#[test]
fn reports_without_the_newer_members_are_read() {
    let text = json(&sample::passing());
    for member in ["ephemeral", "evidence", "attested", "total_ignored_outcomes"] {
        assert!(!text.contains(member), "{member} is left out when there is nothing to say");
    }
    let report = Report::parse(&text).expect("as an older host wrote it");
    assert!(report.ephemeral.is_none() && report.evidence.is_empty() && report.left().is_empty());
}

#[test]
fn published_schema_is_the_generated_one() {
    let mut generated = serde_json::to_string_pretty(&json_schema()).expect("JSON");
    generated.push('\n');
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(SCHEMA, &generated).expect("the schema can be written");
    }
    let published = std::fs::read_to_string(SCHEMA).unwrap_or_default();
    assert!(published == generated, "{SCHEMA} is stale; run this test with UPDATE=1");
}

#[test]
fn samples_are_valid_and_broken_ones_are_not() {
    let schema = jsonschema::options().should_validate_formats(true).build(&json_schema()).expect("a schema");
    for report in samples() {
        let value = serde_json::from_str(&json(&report)).expect("JSON");
        if let Err(error) = schema.validate(&value) {
            panic!("{error} at {}", error.instance_path());
        }
    }
    let valid: serde_json::Value = serde_json::from_str(&json(&sample::imperfect())).expect("JSON");
    let broken: [(&str, serde_json::Value); 6] = [
        ("/format", "touchstone.report/v2".into()),
        ("/run/started_at", "yesterday".into()),
        ("/reference_date", "2026-13-01".into()),
        ("/versions/v5.1/verdict", "MAYBE".into()),
        ("/testcases/scs-0100-syntax-check/findings/0/severity", "fatal".into()),
        ("/versions/v5.1/targets/main/pass", serde_json::Value::Null),
    ];
    for (pointer, wrong) in broken {
        let mut value = valid.clone();
        *value.pointer_mut(pointer).expect("it is there") = wrong;
        assert!(!schema.is_valid(&value), "{pointer} should be refused");
        assert!(Report::parse(&value.to_string()).is_err(), "{pointer} should not be read");
    }
}

#[test]
fn newer_fields_are_ignored_and_other_formats_refused() {
    let mut value: serde_json::Value = serde_json::from_str(&json(&sample::passing())).expect("JSON");
    value["weather"] = "fair".into();
    value["run"]["host"] = "nightly-1".into();
    value["versions"]["v5.1"]["targets"]["main"]["waived"] = serde_json::json!([]);
    assert_eq!(Report::parse(&value.to_string()).expect("still v1"), sample::passing());

    value["format"] = "touchstone.report/v2\u{1b}[0m".into();
    let error = Report::parse(&value.to_string()).expect_err("another format");
    assert!(matches!(error, ParseError::OtherFormat { .. }));
    assert!(error.to_string().contains("touchstone.report/v2\\u{1b}[0m"), "{error}");

    assert!(matches!(Report::parse("{}"), Err(ParseError::NotAReport)));
    assert!(matches!(Report::parse("{\"format\": 1}"), Err(ParseError::NotAReport)));
    let truncated = &json(&sample::passing())[..700];
    let error = Report::parse(truncated).expect_err("truncated");
    assert!(error.to_string().starts_with("line "), "{error}");
}

#[test]
fn the_own_result_of_a_version_goes_first() {
    let mut report = sample::imperfect();
    let (naming, image) = ("scs-0100-syntax-check", "scs-0104-source-ubuntu-22.04");
    let verdict_on =
        |report: &Report, version: &str, id: &str| report.testcase(version, id).map(|r| r.verdict);
    assert_eq!(verdict_on(&report, "v4", naming), Some(Verdict::Fail), "shared");
    assert_eq!(verdict_on(&report, "v4", image), Some(Verdict::Pass));
    assert_eq!(verdict_on(&report, "v5.1", image), Some(Verdict::Fail));
    assert_eq!(verdict_on(&report, "v4", "unheard-of"), None);
    let shared = report.testcases[naming].clone();
    report.testcases.insert(image.into(), shared);
    assert_eq!(verdict_on(&report, "v4", image), Some(Verdict::Pass), "although there is a shared one");
}

#[test]
fn exit_codes_follow_the_worst_version() {
    let code = |verdicts: &[Verdict], interrupted| {
        let mut report = sample::passing();
        report.run.interrupted = interrupted;
        let version = report.versions["v4"].clone();
        let named = |(i, verdict): (usize, &Verdict)| {
            (format!("v{i}"), touchstone_report::VersionResult { verdict: *verdict, ..version.clone() })
        };
        report.versions = verdicts.iter().enumerate().map(named).collect();
        report.exit_code()
    };
    assert_eq!(code(&[Verdict::Pass, Verdict::Pass], false), 0);
    assert_eq!(code(&[Verdict::Pass, Verdict::Fail, Verdict::Miss], false), 1);
    assert_eq!(code(&[Verdict::Pass, Verdict::Dnf], false), 2);
    assert_eq!(code(&[Verdict::Miss], false), 2);
    assert_eq!(code(&[], false), 2, "nothing was judged, so nothing passed");
    assert_eq!(code(&[Verdict::Fail], true), 130);

    let mut left = sample::left_behind();
    assert_eq!(
        (left.verdict(), left.exit_code()),
        (Some(Verdict::Pass), 1),
        "something was left in the cloud"
    );
    left.versions.values_mut().for_each(|version| version.verdict = Verdict::Dnf);
    assert_eq!(left.exit_code(), 2);
    left.run.interrupted = true;
    assert_eq!(left.exit_code(), 130);
}

#[test]
fn rendered_for_people() {
    insta::assert_snapshot!("whole_0_80", terminal(&sample::whole(0), &at(80)));
    insta::assert_snapshot!("whole_5_80", terminal(&sample::whole(5), &at(80)));
    insta::assert_snapshot!("whole_60_80", terminal(&sample::whole(60), &at(80)));
    insta::assert_snapshot!("left_80", terminal(&sample::left_behind(), &at(80)));
    insta::assert_snapshot!("passing_80", terminal(&sample::passing(), &at(80)));
    insta::assert_snapshot!("imperfect_80", terminal(&sample::imperfect(), &at(80)));
    insta::assert_snapshot!("imperfect_120", terminal(&sample::imperfect(), &at(120)));
    insta::assert_snapshot!("imperfect_40", terminal(&sample::imperfect(), &at(40)));
    insta::assert_snapshot!("missing_80", terminal(&sample::missing(60), &at(80)));
    insta::assert_snapshot!("unreachable_80", terminal(&sample::unreachable(), &at(80)));
    insta::assert_snapshot!("narrowed_80", terminal(&sample::narrowed(), &at(80)));
    let verbose = TerminalOptions { verbosity: Verbosity::Verbose, ..at(80) };
    insta::assert_snapshot!("imperfect_verbose_80", terminal(&sample::imperfect(), &verbose));
}

#[test]
fn waivers_are_told_where_verdicts_are() {
    let report = sample::waived();
    insta::assert_snapshot!("waived_80", terminal(&report, &at(80)));
    insta::assert_snapshot!("waived_40", terminal(&report, &at(40)));
    let line = summary_line(&report);
    assert!(line.contains("next PASS (2 FAIL, 3 DNF, 5 waived)"), "{line}");
    assert!(line.contains("v5.1 FAIL (2 FAIL, 3 DNF)"), "what is effective has none: {line}");
    let quiet = TerminalOptions { verbosity: Verbosity::Quiet, ..at(80) };
    let lines = terminal(&report, &quiet);
    assert!(
        lines.lines().any(|line| line.starts_with("PASS") && line.ends_with("2 FAIL, 3 DNF, 5 waived")),
        "{lines}"
    );
}

#[test]
fn the_verdicts_are_where_the_eye_is_when_the_run_ends() {
    for failures in [0, 5, 60] {
        let text = terminal(&sample::whole(failures), &at(80));
        let last: Vec<&str> = text.lines().rev().take(14).collect();
        for version in ["v5.1  effective", "v4    warn", "v3    deprecated", "next  draft"] {
            let verdict = if failures == 0 { "PASS" } else { "FAIL" };
            let line = format!("{verdict}  {version}");
            assert!(last.iter().any(|shown| shown.starts_with(&line)), "{line}: {text}");
        }
    }
}

#[test]
fn every_failure_has_its_line_and_no_finding_is_there_twice() {
    let text = terminal(&sample::whole(60), &at(80));
    let report = sample::whole(60);
    for version in report.versions.values() {
        for id in version.targets.values().flat_map(|target| &target.fail) {
            let line = format!("FAIL  {id}");
            let is_it = |shown: &&str| shown.starts_with(&line) && !shown[line.len()..].starts_with('-');
            assert!(text.lines().any(|shown| is_it(&shown)), "{line}");
        }
    }
    assert!(text.lines().count() < 360, "{} lines", text.lines().count());
    let text = terminal(&sample::whole(5), &at(80));
    assert_eq!(text.matches("ftp://mirror.example/ubuntu").count(), 1, "two versions find it: {text}");
    assert_eq!(text.matches("as above: 1 finding").count(), 1);
    assert_eq!(text.matches("scs-test login:").count(), 1, "three testcases share a console");
}

#[test]
fn commands_are_whole_and_on_their_own_line() {
    let long = format!(
        "openstack image set --property description='{}' --tag a-b 3f8b5a52",
        "long words ".repeat(20)
    );
    let mut report = sample::imperfect();
    let naming = report.testcases.get_mut("scs-0100-syntax-check").expect("it is there");
    naming.findings[0].message = format!("The name ends. To mend it: {long}");
    let bad = "The name begins. To mend it: openstack x \u{1b}[2J\u{202e}";
    naming.findings[1].message = bad.into();
    for width in [40, 80, 120] {
        let text = terminal(&report, &at(width));
        assert_eq!(text.lines().filter(|line| line.trim_start() == long).count(), 1, "{text}");
        assert!(text.contains("error: The name ends.\n"), "{text}");
        assert_eq!(text.matches("to mend it:").count(), 1, "the other is nothing to paste: {text}");
    }
}

#[test]
fn all_findings_can_be_asked_for() {
    let all = TerminalOptions { all_findings: true, ..at(80) };
    let (few, all) = (terminal(&sample::whole(5), &at(80)), terminal(&sample::whole(5), &all));
    let commands = |text: &str| text.matches("openstack image set --property architecture").count();
    assert_eq!((commands(&few), commands(&all)), (3, 101));
    assert!(few.contains("… and 98 more findings (in the JSON report, or --all-findings)"), "{few}");
    assert!(!all.contains("more finding"), "{all}");
    assert_eq!(
        few.lines().rev().take(14).collect::<Vec<_>>(),
        all.lines().rev().take(14).collect::<Vec<_>>()
    );
}

#[test]
fn what_was_left_is_said_last_and_how_to_delete_it() {
    let mut report = sample::left_behind();
    let text = terminal(&report, &at(80));
    assert!(text.ends_with("To delete what is left:\n        touchstone cleanup --cloud gx-scs\n"), "{text}");
    assert!(
        text.contains("\nLEFT  2 of 14 things that checks created may still be in the cloud:\n"),
        "{text}"
    );
    let quiet = TerminalOptions { verbosity: Verbosity::Quiet, ..at(80) };
    assert!(terminal(&report, &quiet).ends_with(
        "\nLEFT  gx-scs, SCS-compatible IaaS: 2 of 14 things that checks created may still be in the cloud\n"
    ));
    assert!(summary_line(&report).ends_with("; 2 things left in the cloud"));

    let ephemeral = report.ephemeral.as_mut().expect("it is there");
    ephemeral.cloud = Some("o'cloud; rm".into());
    ephemeral.left = vec![ephemeral.left[0].clone(); 40];
    let text = terminal(&report, &at(80));
    assert!(text.ends_with("        touchstone cleanup --cloud 'o'\\''cloud; rm'\n"), "{text}");
    assert!(text.contains("… and 30 more (in the JSON report, or -v)"), "{text}");
}

#[test]
fn what_people_attest_is_told_from_what_checks_found_out() {
    let text = terminal(&sample::whole(0), &at(100));
    let attested = "attested by Ada Lovelace (gx-scs) on 2026-10-02, until 2027-04-01";
    assert!(text.replace("\n      ", " ").contains(attested), "{text}");
    assert!(text.contains("\n      https://gx-scs.example/handbook/zones.pdf\n"), "{text}");
    assert_eq!(
        text.matches("\nPASS  ").count(),
        1 + 4,
        "other testcases that passed are counted only: {text}"
    );
    let text = terminal(&sample::whole(5), &at(80)).replace("\n      ", " ");
    assert!(text.contains("the handbook does not say who holds the master key"), "{text}");
    assert!(text.contains("attested by Charles Babbage, certification body of"), "{text}");
}

#[test]
fn quiet_is_one_line_for_each_version() {
    let quiet = TerminalOptions { verbosity: Verbosity::Quiet, ..at(40) };
    let lines = terminal(&sample::imperfect(), &quiet);
    let expected = "\
FAIL  gx-scs, SCS-compatible IaaS v5.1 (effective): 7 PASS, 3 FAIL, 1 DNF, 2 MISS
FAIL  gx-scs, SCS-compatible IaaS v4 (warn): 8 PASS, 2 FAIL, 1 DNF, 2 MISS
";
    assert_eq!(lines, expected);
    let line = "FAIL  gx-scs, SCS-compatible IaaS: v5.1 FAIL (3 FAIL, 1 DNF, 2 MISS), v4 FAIL (2 FAIL, 1 DNF, 2 MISS)";
    assert_eq!(summary_line(&sample::imperfect()), line);
    let line = "PASS  gx-scs, SCS-compatible IaaS: v5.1 PASS, v4 PASS";
    assert_eq!(summary_line(&sample::passing()), line);
}

#[test]
fn lines_fit_and_hold_nothing_that_a_terminal_obeys() {
    for report in samples() {
        for width in [40, 80, 120] {
            let text = terminal(&report, &at(width));
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
            assert!(!text.contains("\n\n\n") && text.ends_with('\n'), "{text}");
            for line in text.lines() {
                assert_eq!(line.trim_end(), line, "no space at the end");
                // What is one word (an id, a link, a UUID) may stick out.
                let fits = unicode_width::UnicodeWidthStr::width(line) <= width;
                let one_word = line.trim_start().split(' ').filter(|word| word.len() > 12).count() <= 1;
                let command =
                    ["openstack ", "touchstone "].iter().any(|name| line.trim_start().starts_with(name));
                assert!(fits || command || (width == 40 && one_word), "{width}: {line}");
            }
        }
    }
}

/// Every text of a report, one after the other, and every key.
#[test]
fn no_text_of_a_report_reaches_the_terminal_as_it_is() {
    const HOSTILE: &str = "\u{1b}[2J\r\u{202e}\u{200b}\u{9b}m";
    fn poison(value: &mut serde_json::Value, countdown: &mut usize) {
        let mut hit = || {
            *countdown = countdown.wrapping_sub(1);
            *countdown == usize::MAX
        };
        match value {
            serde_json::Value::String(text) if hit() => text.push_str(HOSTILE),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| poison(item, countdown)),
            serde_json::Value::Object(fields) => {
                let keys: Vec<String> = fields.keys().cloned().collect();
                if let Some(key) = keys.iter().find(|_| hit()) {
                    let field = fields.remove(key).expect("it is there");
                    fields.insert(format!("{key}{HOSTILE}"), field);
                }
                fields.values_mut().for_each(|field| poison(field, countdown));
            }
            _ => {}
        }
    }
    let mut report = sample::imperfect();
    report.preflight = sample::unreachable().preflight;
    report.preflight.as_mut().expect("it is there").privileged_roles = vec!["admin".into()];
    report.run.selected = sample::narrowed().run.selected;
    let left = sample::left_behind();
    let attested = "availability-zones-check";
    report.testcases.insert(attested.into(), left.testcases[attested].clone());
    report.versions.values_mut().for_each(|version| {
        version.targets.values_mut().for_each(|target| target.pass.push(attested.into()));
    });
    (report.ephemeral, report.evidence) = (left.ephemeral, left.evidence);
    let naming = report.testcases.get_mut("scs-0100-syntax-check").expect("it is there");
    naming.findings[0].message.push_str(" To mend it: openstack flavor delete SCS-4V");
    let valid: serde_json::Value = serde_json::from_str(&json(&report)).expect("JSON");
    let (mut tried, mut shown) = (0, 0);
    for nth in 0.. {
        let (mut value, mut countdown) = (valid.clone(), nth);
        poison(&mut value, &mut countdown);
        if value == valid {
            break;
        }
        // Where only certain words are allowed, a report with another one is not read at all.
        let Ok(report) = Report::parse(&value.to_string()) else { continue };
        tried += 1;
        for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
            let text = terminal(&report, &TerminalOptions { verbosity, ..at(80) });
            let text = format!("{text}{}", summary_line(&report));
            let bare = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}' || c == '\u{200b}';
            assert!(!text.contains(bare), "{nth}: {text:?}");
            shown += usize::from(text.contains("\\u{1b}[2J\\r\\u{202e}\\u{200b}\\u{9b}m"));
        }
    }
    assert!(tried > 150 && shown > 150, "{tried} tried, {shown} shown");
}

#[test]
fn a_flood_of_findings_is_cut_short() {
    let mut report = sample::imperfect();
    let naming = report.testcases.get_mut("scs-0100-syntax-check").expect("it is there");
    let mut flood = naming.findings[0].clone();
    flood.message = format!("{}\n{}", "w".repeat(2_000), "line\n".repeat(40));
    let warning = Finding { severity: Severity::Warning, ..flood.clone() };
    let numbered = |i| Finding { message: format!("{i} {}", warning.message), ..warning.clone() };
    naming.findings = (0..998).map(numbered).collect();
    naming.findings.push(Finding { message: "the only error".into(), ..flood });
    let short = terminal(&report, &at(80));
    assert!(short.contains("error: the only error"), "the gravest come first");
    assert!(short.contains("… and 996 more findings (in the JSON report, or --all-findings)"), "{short}");
    assert!(short.contains("more characters]") && short.lines().count() < 100, "{short}");
    let whole = terminal(&report, &TerminalOptions { verbosity: Verbosity::Verbose, ..at(80) });
    assert_eq!(whole.matches("warning: ").count(), 998);
    assert!(!whole.contains("more characters]"));
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = terminal(&sample::imperfect(), &TerminalOptions { color: true, ..at(80) });
    assert!(coloured.contains("\x1b[1;31mFAIL"));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    assert_eq!(plain, terminal(&sample::imperfect(), &at(80)));
}

#[test]
fn versions_of_a_check_are_told_apart() {
    let report = sample::side_by_side();
    assert_eq!(report.other_checks(), ["scs-0100-flavor-naming 4.0.0", "scs-0103-standard-flavors"]);
    let text = terminal(&report, &at(80));
    assert!(text.contains("scs-0100-syntax-check [v5.1]"), "{text}");
    assert!(text.contains("by scs-0100-flavor-naming 4.0.0") && !text.contains("naming 3.1.0"), "{text}");
    let verbose = TerminalOptions { verbosity: Verbosity::Verbose, ..at(80) };
    assert!(terminal(&report, &verbose).contains("by scs-0100-flavor-naming 3.1.0"));
    // Where there is one version only, it goes without saying.
    assert!(!terminal(&sample::imperfect(), &verbose).contains("by scs-0100-flavor-naming 3.1.0"));
}
