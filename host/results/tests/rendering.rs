//! How tables are shown. `UPDATE=1 cargo test -p touchstone-results --test rendering` writes the files anew: read the
//! difference before you keep it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use touchstone_report::{Effect, ScopeRef};
use touchstone_results::{
    Card, CardTarget, CardTestcase, CardVersion, Difference, Expiring, ExplainedVersion, Explanation,
    ExplanationFormat, History, HistoryFormat, HistoryNight, HistoryRun, HistoryVersion, LastRun, Obstacle,
    Passed, Seen, Status, StatusScope, SubjectInfo, to_json,
};
use touchstone_scope::{State, Target, Verdict};
use unicode_width::UnicodeWidthStr;

use Verdict::{Dnf, Fail, Miss, Pass};

const IAAS: &str = "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f";
const KAAS: &str = "1fffebe6-fd4b-44d3-a36c-fc58b4bb0180";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-27T04:12:00Z")
}

fn assert_file(name: &str, said: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rendered").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, said).unwrap();
    }
    assert_eq!(said, std::fs::read_to_string(&path).unwrap_or_default(), "{} differs", path.display());
}

fn assert_fits(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.width() <= width, "{} columns: {line}", line.width());
    }
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

fn card(subject: &str, scope: &str, verdicts: &[(&str, State, Verdict)]) -> Card {
    let version = |(name, state, verdict): &(&str, State, Verdict)| CardVersion {
        name: (*name).to_owned(),
        state: *state,
        verdict: *verdict,
        targets: BTreeMap::new(),
    };
    let name = if scope == IAAS { "SCS-compatible IaaS" } else { "SCS-compatible KaaS" };
    Card {
        subject: subject.to_owned(),
        scope: ScopeRef { uuid: scope.to_owned(), name: name.to_owned(), digest: "sha256:00".to_owned() },
        at: now(),
        versions: verdicts.iter().map(version).collect(),
        waivers: Vec::new(),
    }
}

fn iaas(subject: &str, [next, v5, v4, v3]: [Verdict; 4]) -> Card {
    let states = [
        ("next", State::Draft, next),
        ("v5.1", State::Effective, v5),
        ("v4", State::Warn, v4),
        ("v3", State::Deprecated, v3),
    ];
    card(subject, IAAS, &states)
}

fn info(name: &str, shown: &str, operator: &str, description: &str) -> SubjectInfo {
    SubjectInfo {
        name: name.to_owned(),
        display_name: shown.to_owned(),
        operator: Some(operator.to_owned()),
        description: Some(description.to_owned()),
        health_url: None,
        group: None,
        scopes: vec![IAAS.to_owned()],
    }
}

fn status() -> Status {
    let region = |name: &str| SubjectInfo {
        group: Some("Plus cloud open".to_owned()),
        health_url: Some(format!("https://health.example.org/{name}?org=1|2")),
        ..info(name, name, "Plus GmbH", "Public cloud for customers (2 SCS regions)")
    };
    let subjects = [
        SubjectInfo {
            health_url: Some("https://health.example.org/a".to_owned()),
            ..info(
                "alpha",
                "Alpha Cloud",
                "Alpha & Söhne Rechenzentrumsbetriebsgesellschaft mbH",
                "Public cloud (1 SCS region)",
            )
        },
        region("plus-1"),
        SubjectInfo {
            health_url: Some("javascript:alert(1)".to_owned()),
            ..info("beta", "", "Beta | <b>GmbH</b>", "A \u{1b}[31mred\n*cloud*")
        },
        region("plus-2"),
        info("gamma", "Gamma", "Gamma eG", "Old"),
        info("delta", "Delta", "Delta AG", "Never tested"),
    ];
    let kaas = |subject: &str, verdict| card(subject, KAAS, &[("v1", State::Effective, verdict)]);
    let cards = [
        iaas("alpha", [Pass, Pass, Pass, Pass]),
        kaas("alpha", Pass),
        iaas("plus-1", [Fail, Pass, Pass, Pass]),
        iaas("plus-2", [Pass, Dnf, Pass, Fail]),
        iaas("beta", [Fail, Fail, Fail, Fail]),
        kaas("beta", Miss),
        iaas("gamma", [Pass, Fail, Miss, Pass]),
        iaas("delta", [Miss, Miss, Miss, Miss]),
    ];
    let scope = |uuid: &str, name: &str| StatusScope { uuid: uuid.to_owned(), name: name.to_owned() };
    Status::of(
        now(),
        vec![scope(IAAS, "SCS-compatible IaaS"), scope(KAAS, "SCS-compatible KaaS")],
        &subjects,
        &cards,
    )
}

#[test]
fn the_table_says_what_is_passed() {
    let status = status();
    let shown: Vec<_> = status.rows.iter().map(|row| (row.name.as_str(), row.scopes[IAAS].shown())).collect();
    let expected = [
        ("Alpha Cloud", "next*, v5.1"),
        // The worst of its regions counts, version by version.
        ("Plus cloud open", "v4†"),
        ("beta", "–"),
        ("Gamma", "next*, v3††"),
        ("Delta", "–"),
    ];
    assert_eq!(shown, expected.map(|(name, shown)| (name, shown.to_owned())));
    assert_eq!(status.rows[1].subjects, ["plus-1", "plus-2"]);
    assert!(!status.rows[3].scopes.contains_key(KAAS));
    let text = status.text(80);
    assert_fits(&text, 80);
    assert_file("status.txt", &text);
    assert_fits(&status.text(40), 40);
    assert_file("status.md", &status.markdown());
}

#[test]
fn a_version_that_not_all_regions_have_is_not_passed() {
    let subject = |name: &str| SubjectInfo { group: Some("g".to_owned()), ..info(name, name, "o", "d") };
    let cards = [
        card("a", IAAS, &[("v2", State::Effective, Pass), ("v1", State::Warn, Pass)]),
        card("b", IAAS, &[("v1", State::Warn, Pass)]),
        card("b", IAAS, &[("v3", State::Effective, Pass)]),
    ];
    let status = Status::of(now(), Vec::new(), &[subject("a"), subject("b")], &cards[..2]);
    assert_eq!(status.rows[0].scopes[IAAS].shown(), "v1†");
    let status =
        Status::of(now(), Vec::new(), &[subject("b"), subject("a")], &[cards[2].clone(), cards[0].clone()]);
    assert_eq!(status.rows[0].scopes[IAAS].shown(), "–");
}

#[test]
fn a_scope_against_which_not_all_regions_are_tested_is_not_passed() {
    let subject = |name: &str| SubjectInfo { group: Some("g".to_owned()), ..info(name, name, "o", "d") };
    let cards = [
        card("a", IAAS, &[("v2", State::Effective, Pass)]),
        card("b", KAAS, &[("v2", State::Effective, Pass)]),
    ];
    let status = Status::of(now(), Vec::new(), &[subject("a"), subject("b")], &cards);
    let cells = &status.rows[0].scopes;
    assert_eq!((cells[IAAS].shown(), cells[KAAS].shown()), ("–".to_owned(), "–".to_owned()));
    assert_eq!(cells[IAAS].versions[0].verdict, Miss);
}

fn seen(night: &str, run: &str) -> Seen {
    Seen { night: night.to_owned(), run: run.to_owned(), checked_at: at(night) }
}

fn explanation() -> Explanation {
    let obstacle = |target, testcase: &str, verdict, reason: &str| Obstacle {
        target,
        testcase: testcase.to_owned(),
        verdict,
        reason: reason.to_owned(),
        since: None,
        last_pass: None,
        run: None,
        expired_at: None,
        waiver: None,
    };
    let run = "6b1f9f0e-6f7e-4d3e-9a59-0d6f1c1f9b11";
    let version = ExplainedVersion {
        name: "v5.1".to_owned(),
        state: State::Effective,
        verdict: Fail,
        main: Passed { pass: 41, all: 45 },
        obstacles: vec![
            Obstacle {
                since: Some(seen("2026-11-24T02:30:00Z", run)),
                last_pass: Some(seen("2026-11-23T02:30:00Z", "5a1f9f0e-6f7e-4d3e-9a59-0d6f1c1f9b10")),
                run: Some(run.to_owned()),
                waiver: Some(Effect::Annotated),
                ..obstacle(
                    Target::Main,
                    "scs-0103-flavor-1v-4",
                    Fail,
                    "RAM is 2048 MiB, not 4096 MiB; \u{1b}[32mPASS\u{1b}[0m\nand a second line that is long enough to be wrapped",
                )
            },
            obstacle(
                Target::Main,
                "scs-0123-service-load-balancer",
                Miss,
                "nobody found out: not selected by --tests/--sections",
            ),
            Obstacle {
                expired_at: Some(at("2026-11-23T00:00:00Z")),
                last_pass: Some(seen("2026-11-11T02:30:00Z", run)),
                ..obstacle(
                    Target::Main,
                    "scs-0101-rngd",
                    Miss,
                    "the newest result, PASS of 2026-11-11T02:30:00Z, counts no more since 2026-11-23T00:00:00Z",
                )
            },
            Obstacle {
                since: Some(seen("2026-11-27T02:30:00Z", run)),
                ..obstacle(Target::Recommended, "scs-0103-flavor-2v-4-20s", Dnf, &"long ".repeat(100))
            },
        ],
        expiring: vec![Expiring {
            target: Target::Main,
            testcase: "scs-0114-availability".to_owned(),
            expires_at: at("2026-11-30T00:00:00Z"),
        }],
    };
    Explanation {
        format: ExplanationFormat::V1,
        subject: "alpha".to_owned(),
        scope: ScopeRef {
            uuid: IAAS.to_owned(),
            name: "SCS-compatible IaaS".to_owned(),
            digest: "sha256:00".to_owned(),
        },
        at: now(),
        last_run: Some(LastRun {
            run: run.to_owned(),
            night: "2026-11-27T02:30:00Z".to_owned(),
            started_at: at("2026-11-27T02:30:00Z"),
            exit_code: 4,
            exit_reason: Some("identity: connection refused".to_owned()),
        }),
        versions: vec![
            version,
            ExplainedVersion {
                name: "v4".to_owned(),
                state: State::Deprecated,
                verdict: Pass,
                main: Passed { pass: 40, all: 40 },
                obstacles: Vec::new(),
                expiring: Vec::new(),
            },
        ],
    }
}

#[test]
fn an_explanation_is_readable_in_80_columns() {
    let text = explanation().text(80);
    assert_fits(&text, 80);
    assert_file("explanation.txt", &text);
}

fn history() -> History {
    let night = |night: &str, verdicts: [Verdict; 2], attempt| HistoryNight {
        night: night.to_owned(),
        due_at: at(night),
        scope: IAAS.to_owned(),
        scope_name: "SCS-compatible IaaS".to_owned(),
        run: Some(HistoryRun { id: "1".to_owned(), exit_code: 1, attempt, exit_reason: None }),
        versions: [("v5.1", State::Effective, verdicts[0]), ("v4", State::Deprecated, verdicts[1])]
            .map(|(name, state, verdict)| HistoryVersion {
                name: name.to_owned(),
                state: Some(state),
                verdict,
            })
            .into(),
    };
    let not_run = HistoryNight { run: None, ..night("2026-11-25T02:30:00Z", [Fail, Pass], 1) };
    History {
        format: HistoryFormat::V1,
        subject: "alpha".to_owned(),
        nights: vec![
            night("2026-11-27T02:30:00Z", [Fail, Pass], 2),
            night("2026-11-26T02:30:00Z", [Pass, Pass], 1),
            not_run,
        ],
    }
}

#[test]
fn a_history_is_a_table() {
    let text = history().text(80);
    assert_fits(&text, 80);
    assert_file("history.txt", &text);
    let nothing = History { nights: Vec::new(), ..history() };
    assert_eq!(nothing.text(80), "alpha: no night is known.\n");
}

fn difference() -> Difference {
    let with = |subject: &str, verdicts: &[(&str, Verdict)]| {
        let testcase = |(id, verdict): &(&str, Verdict)| CardTestcase {
            id: (*id).to_owned(),
            verdict: *verdict,
            reason: format!("it is {verdict}, \u{1b}[1mreally"),
            checked_at: None,
            expires_at: None,
            expired: None,
            run: None,
        };
        let mut card = iaas(subject, [Pass, Pass, Pass, Pass]);
        for version in &mut card.versions {
            let testcases: Vec<CardTestcase> = verdicts.iter().map(testcase).collect();
            version.verdict = Verdict::of_set(testcases.iter().map(|one| one.verdict));
            version.targets = [(Target::Main, CardTarget { verdict: version.verdict, testcases })].into();
        }
        card
    };
    let before = [
        with(
            "alpha",
            &[("fails", Pass), ("mended", Fail), ("expires", Pass), ("gone", Pass), ("stays", Fail)],
        ),
        with("old", &[("a", Pass)]),
    ];
    let after = [
        with(
            "alpha",
            &[
                ("fails", Fail),
                ("mended", Pass),
                ("expires", Miss),
                ("new", Dnf),
                ("new-and-bad", Fail),
                ("stays", Fail),
            ],
        ),
        with("young", &[("a", Pass)]),
    ];
    Difference::of(("2026-11-26T02:30:00Z", &before), ("2026-11-27T02:30:00Z", &after))
}

#[test]
fn a_difference_names_what_is_new_mended_and_gone() {
    let difference = difference();
    let ids = |list: &[touchstone_results::TestcaseChange]| {
        list.iter().map(|one| one.testcase.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&difference.new_failures), ["fails", "new-and-bad"]);
    assert_eq!(ids(&difference.fixed), ["mended"]);
    assert_eq!(ids(&difference.changed), ["expires"]);
    assert_eq!(ids(&difference.new), ["new", "a"]);
    assert_eq!(ids(&difference.gone), ["gone", "a"]);
    assert_eq!(difference.new_failures[0].versions, ["next", "v3", "v4", "v5.1"]);
    assert_eq!(
        (difference.subjects_new.clone(), difference.subjects_gone.clone()),
        (vec!["young".to_owned()], vec!["old".to_owned()])
    );
    let text = difference.text(80);
    assert_fits(&text, 80);
    assert_file("diff.txt", &text);
}

/// What other programs read is as the published schemas say.
#[test]
fn json_is_as_its_schema_says() {
    let explanation_json = serde_json::to_value(explanation()).unwrap();
    for (name, schema, value) in [
        ("status", Status::json_schema(), serde_json::to_value(status()).unwrap()),
        ("explanation", Explanation::json_schema(), explanation_json),
        ("history", History::json_schema(), serde_json::to_value(history()).unwrap()),
        ("diff", Difference::json_schema(), serde_json::to_value(difference()).unwrap()),
    ] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/schemas/{name}.schema.json"));
        let generated = to_json(&schema);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &generated).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == generated, "{} is stale; run this test with UPDATE=1", path.display());
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        assert!(!validator.is_valid(&serde_json::json!({"format": value["format"]})), "{name}");
    }
}
