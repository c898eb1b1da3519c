use std::time::Duration;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const TEXT: &str = include_str!("../../tests/standards.yaml");

fn manifest() -> Manifest {
    Manifest::parse("standards.yaml", TEXT).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.plain()))
}

#[test]
fn everything_that_is_written_is_read() {
    let manifest = manifest();
    assert_eq!(manifest.uuid().to_string(), "2f6a9f0e-6f7e-4d3e-9a59-0d6f1c1f9b11");
    assert_eq!((manifest.name(), manifest.url()), ("Two standards", "https://example.org/scope.yaml"));
    assert_eq!(manifest.digest(), Sha256::of(TEXT.as_bytes()));
    assert_eq!((manifest.checks().len(), manifest.modules().len(), manifest.versions().len()), (4, 7, 4));

    let (check, testcase) = manifest.providers("flavors-boot").next().unwrap();
    assert_eq!((check.id.as_str(), check.version.as_str(), check.manual), ("flavors", "1.0.0", false));
    assert_eq!(check.component, Some(Sha256::from_bytes([0x11; 32])));
    assert_eq!(
        check.grants.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["compute GET /flavors/detail"]
    );
    let limits = LimitOverrides {
        wall: Some(Duration::from_secs(120)),
        memory: Some(64 << 20),
        calls: Some(500),
        response_bytes: Some(1 << 30),
        log_bytes: Some(64 << 10),
        findings: Some(10),
        in_flight: Some(4),
    };
    assert_eq!(check.limits, limits);
    assert_eq!((testcase.section, testcase.lifetime), (Section::Heavy, Lifetime::Month));
    let (_, testcase) = manifest.providers("flavors-names").next().unwrap();
    assert_eq!((testcase.section, testcase.lifetime), (Section::Light, Lifetime::Week));
    assert!(manifest.providers("papers-there").next().unwrap().0.manual);
    assert!(manifest.providers("nothing").next().is_none());

    let module = manifest.module("images-v1").unwrap();
    assert_eq!(module.parameters, BTreeMap::from([("list".to_owned(), "which images".to_owned())]));
    let required = &module.targets[&Target::Recommended][0];
    let line = TEXT.lines().nth(required.span.line as usize - 1).unwrap();
    assert!(line.contains("recommended: [images-source]"), "{line}");
    assert_eq!(&TEXT[required.span.offset..][..required.span.len], "images-source");

    let include = &manifest.version("next").unwrap().includes[4];
    let letter = Asset { path: "assets/letter.txt".to_owned(), sha256: Sha256::from_bytes([0x33; 32]) };
    assert_eq!(include.assets, BTreeMap::from([("letter".to_owned(), letter)]));
    assert_eq!(manifest.version("v2").unwrap().stabilized_at, Some(date(2026, 1, 1)));
}

#[test]
fn the_newest_entry_that_is_not_later_rules() {
    let manifest = manifest();
    let states = |year, month, day| manifest.states(date(year, month, day));
    assert_eq!(states(2024, 12, 31), []);
    assert_eq!(states(2025, 1, 1), [("v1", State::Effective)]);
    assert_eq!(states(2026, 1, 31), [("v1", State::Effective)]);
    let february = [("next", State::Draft), ("v2", State::Effective), ("v1", State::Warn)];
    assert_eq!(states(2026, 2, 1), february);
    assert_eq!(states(2026, 2, 28), february);
    assert_eq!(states(2026, 3, 1)[2], ("v1", State::Deprecated));
    assert_eq!(states(2030, 1, 1), []);
    let dates: Vec<_> = manifest.timeline().iter().map(|entry| entry.date.year()).collect();
    assert_eq!(dates, [2030, 2026, 2026, 2025]);
}

#[test]
fn a_byte_order_mark_and_crlf_are_no_obstacle() {
    let windows = format!("\u{feff}{}", TEXT.replace('\n', "\r\n"));
    let manifest = Manifest::parse("standards.yaml", &windows).unwrap();
    assert_eq!(manifest.checks().len(), 4);
}

#[test]
fn aliases_can_stand_for_values() {
    let text = TEXT
        .replacen("url: https://example.org/flavors}", "url: &flavors https://example.org/flavors}", 1)
        .replacen("url: https://example.org/flavors,", "url: *flavors ,", 1);
    let manifest = Manifest::parse("standards.yaml", &text).unwrap();
    assert_eq!(manifest.providers("flavors-boot").next().unwrap().1.url, "https://example.org/flavors");
}

#[test]
fn versions_of_a_check_stand_side_by_side() {
    let text = include_str!("../../tests/side-by-side.yaml");
    let manifest = Manifest::parse("m.yaml", text).unwrap_or_else(|wrong| panic!("{}", wrong.plain()));
    let providers = |testcase: &str| -> Vec<String> {
        let names = |(check, found): (&Check, &Testcase)| format!("{}: {}", check.version, found.description);
        manifest.providers(testcase).map(names).collect()
    };
    assert_eq!(providers("flavors-names"), ["1.4.0: Names are right.", "2.0.0: Names are righter."]);
    assert_eq!(providers("flavors-new"), ["2.0.0: They are new."]);
    let chosen = |version: &str| manifest.version(version).unwrap().includes[0].checks["flavors"].clone();
    assert_eq!(["next", "v4", "v3"].map(chosen), ["2.0.0", "1.4.0", "1.4.0"]);
    let include = &manifest.version("next").unwrap().includes[0];
    assert_eq!(
        manifest.checks().iter().map(|check| include.uses(check)).collect::<Vec<_>>(),
        [false, true, true, true]
    );
    // Two checks may not provide the same, nor one check the same twice.
    for (what, other) in [
        ("id: flavors\n    version: 2.0.0", "id: favours\n    version: 2.0.0"),
        ("version: 2.0.0", "version: 1.4.0"),
    ] {
        let problems = Manifest::parse("m.yaml", &text.replacen(what, other, 1)).unwrap_err();
        let twice =
            |problem: &&crate::Problem| problem.message == "the testcase `flavors-names` is defined twice";
        assert_eq!(problems.problems().iter().filter(twice).count(), 1, "{}", problems.plain());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is cut out of a manifest or put into it: an answer, never a panic; and places are in the text.
    #[test]
    fn damaged_manifests_are_answered(at in 0..TEXT.len(), len in 0_usize..60, patch in "[a-z0-9:{}\\[\\], \n#'\"&*-]{0,12}") {
        let mut text = TEXT.to_owned();
        text.replace_range(at..(at + len).min(TEXT.len()), &patch);
        if let Err(diagnostics) = Manifest::parse("m.yaml", &text) {
            prop_assert!(!diagnostics.problems().is_empty());
            for problem in diagnostics.problems() {
                let Span { offset, len, line, column } = problem.span;
                prop_assert!(text.get(offset..offset + len).is_some());
                prop_assert!(line >= 1 && column >= 1);
            }
        }
    }
}
