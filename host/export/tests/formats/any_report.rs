//! Whatever a report holds, what comes of it is well-formed and valid, and never better than the report.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::date};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use touchstone_export::Format;
use touchstone_report::{
    Component, Effect, Ephemeral, Finding, Format as ReportFormat, Left, Preflight, Report, Run, ScopeRef,
    Severity, TargetResult, TestcaseResult, Tool, VersionResult, Waived,
};
use touchstone_scope::{Lifetime, Section, State, Target, Verdict};

use crate::hostile::TEXTS;
use crate::published::{CTRF_SCHEMA, OSCAL_SCHEMA, SARIF_SCHEMA, problems};
use crate::{ctrf, document, junit, oscal, sarif, text};

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(TEXTS.to_vec()).prop_map(str::to_owned),
        4 => vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect()),
        2 => "[a-z0-9.-]{1,12}",
        1 => (0_u32..0x300).prop_map(|code| char::from_u32(code).unwrap_or(' ').to_string().repeat(300)),
    ]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    // 1900 to 2999: what OSCAL has dates for.
    (-2_208_988_800_i64..32_472_144_000, 0_i32..1_000_000_000)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let severity = any_of(&[Severity::Info, Severity::Warning, Severity::Error]);
    (severity, any_text(), option::of(any_text())).prop_map(|(severity, message, requirement)| Finding {
        severity,
        message,
        resource: None,
        requirement,
    })
}

fn any_result() -> impl Strategy<Value = TestcaseResult> {
    let texts = (any_text(), any_text(), option::of(any_text()), option::of(any_text()));
    let times = (option::of(any_time()), option::of(any_time()));
    let words = (any_of(Verdict::ALL), option::of(any_of(Section::ALL)), option::of(any_of(Lifetime::ALL)));
    (texts, times, words, vec(any_finding(), 0..4)).prop_map(|(texts, times, words, findings)| {
        TestcaseResult {
            description: texts.1,
            url: texts.2,
            component: texts.3,
            checked_at: times.0,
            expires_at: times.1,
            section: words.1,
            lifetime: words.2,
            findings,
            ..TestcaseResult::new(words.0, texts.0)
        }
    })
}

fn any_target() -> impl Strategy<Value = TargetResult> {
    let ids = || vec(any_text(), 0..3);
    (any_of(Verdict::ALL), ids(), ids(), ids(), ids())
        .prop_map(|(verdict, pass, fail, dnf, miss)| TargetResult { verdict, pass, fail, dnf, miss })
}

fn any_version() -> impl Strategy<Value = VersionResult> {
    let targets = btree_map(any_of(Target::ALL), any_target(), 0..3);
    let own = btree_map(any_text(), any_result(), 0..3);
    (option::of(any_of(State::ALL)), any_of(Verdict::ALL), targets, own)
        .prop_map(|(state, verdict, targets, testcases)| VersionResult { state, verdict, targets, testcases })
}

/// Any at all: most contradict themselves.
fn any_report() -> impl Strategy<Value = Report> {
    let texts = (any_text(), any_text(), any_text(), any_text(), any_text());
    let run = (any_time(), any_time(), any::<bool>(), option::of(any::<bool>()), 0_usize..3);
    let versions = btree_map(any_text(), any_version(), 0..4);
    let results = btree_map(any_text(), any_result(), 0..12);
    let components = btree_map(any_text(), any_text(), 0..3);
    let waived = (
        vec(any::<proptest::sample::Selector>(), 0..6),
        any_of(&[Effect::Waived, Effect::Annotated, Effect::Expired]),
    );
    (texts, run, versions, results, components, waived).prop_map(
        |(texts, run, versions, testcases, components, waived)| {
            let waivers = waivers(&versions, waived, &texts.4);
            Report {
                format: ReportFormat::V1,
                run: Run {
                    id: texts.0,
                    started_at: run.0,
                    finished_at: run.1,
                    tool: Tool { name: texts.1.clone(), version: texts.1 },
                    interrupted: run.2,
                    selected: None,
                },
                subject: texts.2,
                scope: ScopeRef {
                    uuid: "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f".into(),
                    name: texts.3.clone(),
                    digest: texts.3,
                },
                reference_date: date(2026, 11, 27),
                preflight: run.3.map(|reachable| Preflight {
                    reachable,
                    reason: Some(texts.4.clone()),
                    privileged_roles: vec![],
                    services: vec![],
                }),
                versions,
                testcases,
                components: components
                    .into_iter()
                    .map(|(digest, name)| {
                        (digest, Component { version: name.clone(), name, ..Component::default() })
                    })
                    .collect::<BTreeMap<_, _>>(),
                evidence: BTreeMap::new(),
                ephemeral: Some(Ephemeral {
                    left: vec![Left { why: texts.4, ..Left::default() }; run.4],
                    ..Ephemeral::default()
                }),
                tape: None,
                tape_problem: None,
                replay: None,
                waivers,
            }
        },
    )
}

/// Waivers for some of what the versions list.
fn waivers(
    versions: &BTreeMap<String, VersionResult>,
    (picks, effect): (Vec<proptest::sample::Selector>, Effect),
    text: &str,
) -> Vec<Waived> {
    let listed: Vec<(String, String)> = versions
        .iter()
        .flat_map(|(version, judged)| {
            let targets = judged.targets.values();
            let ids =
                targets.flat_map(|one| one.fail.iter().chain(&one.dnf).chain(&one.miss).chain(&one.pass));
            ids.map(|id| (version.clone(), id.clone()))
        })
        .collect();
    let picked = picks.iter().filter_map(|pick| pick.try_select(&listed));
    let waived = picked.map(|(version, testcase)| Waived {
        version: version.clone(),
        testcase: testcase.clone(),
        effect,
        reason: text.to_owned(),
        author: text.to_owned(),
        approver: text.to_owned(),
        expires_on: date(2026, 12, 31),
    });
    waived.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_report_is_valid_and_never_better_than_it_is(report in any_report()) {
        let xml = text(&report, Format::Junit);
        let green = [
            junit::is_green(&xml),
            ctrf::is_green(&document(&report, Format::Ctrf)),
            oscal::is_green(&document(&report, Format::Oscal)),
            sarif::is_green(&document(&report, Format::Sarif)["runs"][0]),
        ];
        if report.exit_code() != 0 {
            prop_assert_eq!(green, [false; 4]);
        }
        let none = Vec::<String>::new();
        prop_assert_eq!(problems(&CTRF_SCHEMA, &document(&report, Format::Ctrf)), none.clone());
        prop_assert_eq!(problems(&OSCAL_SCHEMA, &document(&report, Format::Oscal)), none.clone());
        prop_assert_eq!(problems(&SARIF_SCHEMA, &document(&report, Format::Sarif)), none);
    }
}
