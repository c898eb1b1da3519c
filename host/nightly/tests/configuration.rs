//! Configurations as they are read: what is wrong with them, their schema, and the examples of the guide. `UPDATE=1 cargo test
//! -p touchstone-nightly` writes the schema and the expected answers anew: read the difference before you keep it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::civil::{Weekday, date};
use proptest::prelude::*;
use serde_json::Value;
use touchstone_nightly::{Config, Day, Disk, Known, Limits, MailTls, StatePlace, json_schema, lint};
use touchstone_scope::Section;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

fn docs(name: &str) -> String {
    let path = Path::new(DOCS).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

fn parsed(text: &str) -> Config {
    Config::parse("/etc/touchstone/nightly.yaml", text).unwrap_or_else(|error| panic!("{}", error.plain()))
}

const SMALL: &str =
    "format: touchstone.nightly/v1\nscopes: {iaas: {manifest: iaas.yaml}}\nsubjects: [{name: gx-scs}]\n";

fn with(more: &str) -> Config {
    parsed(&format!("{SMALL}{more}"))
}

/// All blocks of YAML in a guide.
fn blocks(guide: &str) -> Vec<String> {
    let blocks = guide.split("```yaml\n").skip(1).map(|block| block.split_once("```").expect("it ends").0);
    let unindented = |block: &str| -> String {
        let indent = block.len() - block.trim_start_matches(' ').len();
        block.lines().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
    };
    blocks.map(unindented).collect()
}

#[test]
fn every_broken_configuration_is_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "yaml") {
            continue;
        }
        count += 1;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let diagnostics = Config::parse(&name, &text).expect_err(&name);
        for problem in diagnostics.problems() {
            for span in [problem.span].into_iter().chain(problem.related.iter().map(|(_, span)| *span)) {
                let before = text.get(..span.offset).unwrap_or_else(|| panic!("{name}: {span:?}"));
                assert_eq!(
                    span.line as usize,
                    before.matches('\n').count() + 1,
                    "{name}: {}",
                    problem.message
                );
            }
        }
        let said = diagnostics.plain();
        assert!(!said.contains("hunter2"), "{name} tells a secret:\n{said}");
        assert!(
            !format!("{diagnostics:?}").contains("hunter2"),
            "{name} keeps a secret, which a terminal would show"
        );
        let answer = path.with_extension("txt");
        if update() {
            fs::write(&answer, &said).unwrap();
        }
        let expected = fs::read_to_string(&answer).unwrap_or_default();
        assert_eq!(said, expected, "{} differs; UPDATE=1 writes it anew", answer.display());
    }
    assert!(count >= 18, "{count}");
}

#[test]
fn the_examples_are_configurations() {
    let example = Config::parse("nightly.yaml", &docs("nightly/nightly.example.yaml"));
    let example = example.unwrap_or_else(|error| panic!("{}", error.plain()));
    assert_eq!(example.subjects.len(), 4);
    let guide = docs("nightly.md");
    let whole: Vec<String> =
        blocks(&guide).into_iter().filter(|block| block.starts_with("format:")).collect();
    assert!(!whole.is_empty());
    for block in whole {
        parsed(&block);
    }
    // The other blocks of the guide are parts of a configuration.
    for block in blocks(&guide).into_iter().filter(|block| !block.starts_with("format:")) {
        let base = ["scopes", "subjects"]
            .into_iter()
            .filter(|key| !block.contains(&format!("\n{key}:")) && !block.starts_with(&format!("{key}:")));
        let base: String = base
            .map(|key| {
                if key == "scopes" {
                    "scopes: {iaas: {manifest: iaas.yaml}}\n"
                } else {
                    "subjects: [{name: gx-scs}]\n"
                }
            })
            .collect();
        parsed(&format!("format: touchstone.nightly/v1\n{base}{block}"));
    }
}

/// What the guide leads to in ten minutes is right, beside the scope that comes along; and so it is for a thousand clouds.
#[test]
fn the_configuration_of_the_guide_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let text = blocks(&docs("nightly.md")).into_iter().find(|block| block.starts_with("format:")).unwrap();
    fs::create_dir_all(folder.path().join("scopes")).unwrap();
    fs::create_dir_all(folder.path().join("secrets")).unwrap();
    let scope = Path::new(DOCS).join("../scopes/scs-compatible-iaas.yaml");
    fs::copy(scope, folder.path().join("scopes/scs-compatible-iaas.yaml")).unwrap();
    let many: String = (0..1_000)
        .map(|number| format!("  - {{name: c{number}, clouds_file: secrets/clouds.yaml}}\n"))
        .collect();
    let names = ["gx-scs", "example-west", "lab"].map(str::to_owned).into_iter();
    let clouds: String = names
        .chain((0..1_000).map(|number| format!("c{number}")))
        .map(|name| format!("  {name}: {{}}\n"))
        .collect();
    fs::write(folder.path().join("secrets/clouds.yaml"), format!("clouds:\n{clouds}")).unwrap();
    let known = Known { outputs: &["json"], today: date(2026, 11, 27) };
    let linted = |text: &str| {
        let file = folder.path().join("nightly.yaml").display().to_string();
        let config = Config::parse(&file, text).unwrap_or_else(|error| panic!("{}", error.plain()));
        config.diagnostics(lint(&config, &Disk, &known))
    };
    for text in [text.clone(), format!("{text}{many}")] {
        let (errors, warnings) = linted(&text);
        assert!(errors.is_none(), "{}", errors.unwrap().plain());
        // The umask of whoever runs this test decides about that one.
        let others = warnings.map(|warnings| warnings.problems().to_vec()).unwrap_or_default();
        let others: Vec<_> =
            others.into_iter().filter(|problem| !problem.message.contains("everybody")).collect();
        assert!(others.is_empty(), "{others:#?}");
    }
    let (errors, _) = linted(&text.replace("{name: lab", "{name: lb"));
    assert!(errors.unwrap().plain().contains("has no cloud `lb`\n  help: did you mean `lab`?"));
    let never = format!(
        "{}presets: {{p: {{default: [light]}}}}\n",
        text.replace("{name: lab", "{name: lab, preset: p")
    );
    let (errors, warnings) = linted(&never);
    assert!(errors.is_none());
    let warned = warnings.unwrap().plain();
    assert!(warned.contains("preset `p` never runs `heavy`, of which scope `iaas` has"), "{warned}");
}

#[test]
fn what_is_not_said_has_a_default() {
    let config = with("");
    let at = |name: &str| PathBuf::from("/etc/touchstone").join(name);
    assert_eq!(config.file(), "/etc/touchstone/nightly.yaml");
    assert_eq!(config.digest(), touchstone_scope::Sha256::of(SMALL.as_bytes()));
    assert_eq!(config.state, StatePlace::Sqlite(at("nightly.db")));
    assert_eq!(config.folder, at("nightly"));
    assert!(
        config.schedule.is_none() && config.stores.is_empty() && config.trust.is_none() && !config.offline
    );
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.limits.timeout, Duration::from_secs(7200));
    assert_eq!(config.scopes["iaas"].manifest, at("iaas.yaml"));
    assert!(config.record && config.outputs == ["json"] && config.upload.is_none());
    assert!(
        config.notify.webhooks.is_empty() && config.notify.mail.is_none() && config.metrics.listen.is_none()
    );
    let subject = &config.subjects[0];
    assert_eq!(
        (subject.display_name.as_str(), subject.provider.as_str(), subject.cloud.as_str()),
        ("gx-scs", "gx-scs", "gx-scs")
    );
    assert_eq!(
        (subject.monitor_subject.as_str(), subject.scopes.as_slice()),
        ("gx-scs", &["iaas".to_owned()][..])
    );
    assert!(
        subject.clouds_file.is_none()
            && subject.upload
            && !subject.allow_privileged
            && subject.paused.is_none()
    );
    assert_eq!(config.subject("gx-scs").map(|(index, _)| index), Some(0));
    assert!(config.subject("gx").is_none());
}

#[test]
fn what_is_said_is_there() {
    let config = parsed(&docs("nightly/nightly.example.yaml"));
    let schedule = config.schedule.as_ref().expect("a schedule");
    assert_eq!(schedule.at().to_string(), "02:30 Europe/Berlin");
    assert_eq!(
        (schedule.jitter().as_secs(), schedule.catch_up_for().as_secs(), schedule.days().len()),
        (600, 43_200, 7)
    );
    let limits = &config.limits;
    assert_eq!((limits.subjects, limits.per_provider, limits.retries), (16, 4, 1));
    assert_eq!(
        (limits.ceiling.wall, limits.ceiling.calls, limits.ceiling.memory),
        (Some(Duration::from_secs(600)), Some(5000), None)
    );
    let gx = &config.subjects[0];
    assert_eq!(gx.provider, "Example Cloud GmbH");
    assert_eq!(gx.clouds_file, Some("/run/secrets/gx/clouds.yaml".into()));
    assert!(gx.labels_match(&[("region", "de")]) && !gx.labels_match(&[("region", "de"), ("stage", "test")]));
    assert!(gx.labels_match::<&str, &str>(&[]) && !gx.labels_match(&[("region", "d")]));
    let upload = config.upload.as_ref().expect("an upload");
    assert_eq!((upload.url.as_str(), upload.user.as_str()), ("https://compliance.example.org/", "nightly"));
    assert_eq!(upload.password_file, PathBuf::from("/etc/touchstone/secrets/monitor"));
    let mail = config.notify.mail.as_ref().expect("mail");
    assert_eq!((mail.port, mail.tls, mail.to.len()), (587, MailTls::StartTls, 1));
    assert_eq!(config.metrics.listen.map(|listen| listen.port()), Some(9464));
}

#[test]
fn places_of_state_are_files_or_databases() {
    let state = |state: &str| with(&format!("state: {state}\n")).state;
    assert_eq!(state("/var/lib/x.db"), StatePlace::Sqlite("/var/lib/x.db".into()));
    let url = "postgres://touchstone@db.example.org:5433/touchstone?sslmode=verify-full";
    assert_eq!(state(url), StatePlace::Postgres(url.to_owned()));
    assert_eq!(
        state("postgresql:///touchstone"),
        StatePlace::Postgres("postgresql:///touchstone".to_owned())
    );
    let mail = with(
        "notify: {mail: {server: localhost, tls: none, user: a, password_file: p, from: a@b, to: [c@d]}}\n",
    );
    assert_eq!(mail.notify.mail.expect("mail").port, 25);
    let hook = with(
        "notify: {webhooks: [{url: 'http://[::1]:80/', secret_file: s}, {url: 'http://a.b/', allow_http: true}]}\n",
    );
    assert_eq!(hook.notify.webhooks.len(), 2);
}

/// Which sections run on which day.
#[test]
fn presets_choose_sections_by_the_day() {
    let config = parsed(
        "format: touchstone.nightly/v1\nscopes: {a: {manifest: a.yaml}, b: {manifest: b.yaml}}\npresets:\n  \
         standard: {default: [light], saturday: [light, medium, heavy], sunday: []}\n  weekend: {default: [], saturday: [heavy]}\n\
         subjects:\n  - {name: one, preset: standard}\n  - {name: two, preset: weekend, scopes: [b]}\n  - {name: three, scopes: [b, a]}\n  \
         - {name: four, paused: being rebuilt}\n",
    );
    let on = |subject: usize, day| config.sections_on(&config.subjects[subject], day);
    assert_eq!(on(0, Weekday::Monday), Some(BTreeSet::from([Section::Light])));
    assert_eq!(on(0, Weekday::Saturday), None, "nothing is left out");
    assert_eq!(on(0, Weekday::Sunday), Some(BTreeSet::new()), "it is not tested");
    assert_eq!(on(1, Weekday::Saturday), Some(BTreeSet::from([Section::Heavy])));
    assert_eq!(on(2, Weekday::Sunday), None);
    // 2026-11-27 is a Friday.
    assert_eq!(config.runs_on(date(2026, 11, 27)), [(0, "a"), (0, "b"), (2, "b"), (2, "a")]);
    assert_eq!(config.runs_on(date(2026, 11, 28)), [(0, "a"), (0, "b"), (1, "b"), (2, "b"), (2, "a")]);
    assert_eq!(config.runs_on(date(2026, 11, 29)), [(2, "b"), (2, "a")]);
    assert_eq!(config.presets["weekend"].on(Day::Friday).len(), 0);
}

#[test]
fn a_thousand_subjects_are_read_at_once() {
    let started = Instant::now();
    let subjects: String = (0..1_000)
        .map(|number| {
            format!("  - {{name: cloud-{number}, operator: Operator {}, labels: {{region: de}}, cloud: c{number}, parameters: {{a: b}}}}\n", number / 10)
        })
        .collect();
    let text = format!(
        "format: touchstone.nightly/v1\nscopes: {{iaas: {{manifest: iaas.yaml}}}}\nsubjects:\n{subjects}"
    );
    assert_eq!(parsed(&text).subjects.len(), 1_000);
    for huge in [
        format!("{SMALL}stores: {}", "x".repeat(9 << 20)),
        format!("{SMALL}stores: {}", "[".repeat(500_000)),
        format!("{SMALL}stores: [{}]", "x,".repeat(250_000)),
        format!(
            "a: &a [1,2,3,4,5,6,7,8,9]\n{}",
            (0..9)
                .map(|level| format!(
                    "b{level}: &b{level} [{}]\n",
                    vec![if level == 0 { "*a".to_owned() } else { format!("*b{}", level - 1) }; 9].join(",")
                ))
                .collect::<String>()
        ),
    ] {
        let said = Config::parse("n.yaml", &huge).expect_err("too much").plain();
        assert!(said.len() < 600 && said.starts_with("n.yaml:"), "{said}");
    }
    assert!(started.elapsed() < Duration::from_secs(120), "{:?}", started.elapsed());
}

#[test]
fn the_published_schema_is_the_generated_one() {
    let published = Path::new(DOCS).join("schemas/nightly.schema.json");
    let mut generated = serde_json::to_string_pretty(&json_schema()).unwrap();
    generated.push('\n');
    if update() {
        fs::write(&published, &generated).unwrap();
    }
    let there = fs::read_to_string(&published).unwrap_or_default();
    assert!(there == generated, "{} is stale; run this test with UPDATE=1", published.display());
}

/// What the schema refuses, the reader refuses, too.
#[test]
fn the_schema_and_the_reader_agree() {
    let schema = jsonschema::validator_for(&json_schema()).unwrap();
    let valid: Value = serde_saphyr::from_str(&docs("nightly/nightly.example.yaml")).unwrap();
    if let Err(error) = schema.validate(&valid) {
        panic!("{error} at {}", error.instance_path());
    }
    let wrong = [
        ("/format", "touchstone.nightly/v2".into()),
        ("/state", Value::Null),
        ("/schedule/at", "02:30".into()),
        ("/schedule/jitter", "10".into()),
        ("/limits/subjects", 0.into()),
        ("/limits/subjects", "16".into()),
        ("/limits/timeout", "2 hours".into()),
        ("/limits/ceiling/calls", 0.into()),
        ("/limits/ceiling", serde_json::json!({"cpu": 1})),
        ("/stores", "components".into()),
        ("/offline", "no".into()),
        ("/scopes", serde_json::json!({})),
        ("/scopes/iaas", serde_json::json!({"version": "v5.1"})),
        ("/scopes", serde_json::json!({"A B": {"manifest": "a"}})),
        ("/presets/standard/default/0", "havy".into()),
        ("/presets/standard", serde_json::json!({"someday": []})),
        ("/subjects", serde_json::json!([])),
        ("/subjects/0/name", "GX".into()),
        ("/subjects/0/health", "example.org".into()),
        ("/subjects/1/scopes", serde_json::json!([])),
        ("/subjects/0/labels/region", "de west".into()),
        ("/subjects/3/allow_privileged", 1.into()),
        ("/subjects/0", serde_json::json!({"name": "a", "password": "b"})),
        ("/upload", serde_json::json!({"url": "https://a"})),
        ("/notify/mail/tls", "ssl".into()),
        ("/notify/mail/to", serde_json::json!([])),
        ("/notify/webhooks/0/url", "ftp://a".into()),
        ("/metrics/listen", 9464.into()),
    ];
    for (pointer, value) in wrong {
        let mut changed = valid.clone();
        *changed.pointer_mut(pointer).expect(pointer) = value;
        assert!(!schema.is_valid(&changed), "the schema allows this at {pointer}");
        let text = serde_json::to_string(&changed).unwrap();
        assert!(Config::parse("n", &text).is_err(), "the reader allows this at {pointer}");
    }
}

/// Every key has a row in the guide, with its default.
#[test]
fn the_guide_has_every_key() {
    let guide = docs("nightly.md");
    let schema = json_schema();
    let shapes = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    let mut keys = 0;
    for shape in shapes {
        for (key, property) in shape["properties"].as_object().into_iter().flatten() {
            keys += 1;
            assert!(property["description"].is_string(), "`{key}` has no description");
            assert!(guide.contains(&format!("`{key}`")), "docs/nightly.md does not describe `{key}`");
        }
    }
    assert!(keys > 80, "{keys}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is done to a configuration: nothing panics, and every problem has a place in the text.
    #[test]
    fn damaged_configurations_are_explained(
        cut in any::<prop::sample::Index>(),
        len in 0_usize..40,
        put in "[a-z0-9:{}\\[\\],'\"&*!|>#% \n\t\u{e9}\u{202e}-]{0,12}",
    ) {
        let text = docs("nightly/nightly.example.yaml");
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let from = cut.index(boundaries.len());
        let to = boundaries.get(from + len).copied().unwrap_or(text.len());
        let damaged = format!("{}{put}{}", &text[..boundaries[from]], &text[to..]);
        if let Err(diagnostics) = Config::parse("n.yaml", &damaged) {
            prop_assert!(!diagnostics.problems().is_empty());
            for problem in diagnostics.problems() {
                let place = damaged.get(problem.span.offset..problem.span.offset + problem.span.len);
                prop_assert!(place.is_some(), "{problem:?}");
            }
        }
    }
}
