use proptest::prelude::*;

use super::*;

const OLD: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const NEW: &str = "sha256:abababababababababababababababababababababababababababababababab";

fn new() -> Pin<'static> {
    Pin { check: "naming", version: None, component: NEW.parse().unwrap(), new_version: None }
}

/// A manifest with the given entries of checks, each of which provides the testcase of its number.
fn manifest(checks: &str) -> String {
    let required: Vec<_> = (1..=checks.matches("id: t").count()).map(|number| format!("t{number}")).collect();
    format!(
        "# A comment at the top.\nformat: touchstone.scope/v1\nuuid: 50393e6f-2ae1-4c5c-a62c-3b75f2abef3f\n\
         name:   \"Example\"   # spaces\nurl: https://example.org/\nchecks:\n{checks}\
         modules:\n  - {{id: m, name: M, url: https://example.org/, targets: {{main: [{}]}}}}\n\
         versions:\n  - {{version: v1, include: [{{module: m}}]}}\ntimeline:\n  - {{date: 2026-01-01, versions: {{v1: draft}}}}\n",
        required.join(", ")
    )
}

fn testcases(number: u32) -> String {
    format!("testcases: [{{id: t{number}, description: T., url: https://example.org/}}]")
}

/// Pins, and checks that pinning again changes nothing.
fn pinned(text: &str, what: &Pin<'_>) -> String {
    let once = pin("m.yaml", text, what).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let again = Pin { version: what.new_version.or(what.version), ..what.clone() };
    assert_eq!(pin("m.yaml", &once, &again).unwrap(), once);
    once
}

/// What a check looks like before and after.
fn assert_pins(before: &str, after: &str) {
    let t = testcases(1);
    let (before, after) = (before.replace("TESTCASES", &t), after.replace("TESTCASES", &t));
    assert_eq!(pinned(&manifest(&before), &new()), manifest(&after));
    let crlf = |text: &str| manifest(text).replace('\n', "\r\n");
    assert_eq!(pinned(&crlf(&before), &new()), crlf(&after));
}

#[test]
fn a_missing_key_is_inserted_after_the_version() {
    assert_pins(
        "  - id: naming\n    version: 1.0.0   # that of the standard\n    # not pinned yet\n    TESTCASES\n",
        &format!(
            "  - id: naming\n    version: 1.0.0   # that of the standard\n    component: {NEW}\n    # not pinned yet\n    TESTCASES\n"
        ),
    );
    assert_pins(
        "- TESTCASES\n  version: \"1.0.0\"\n  id: 'naming'\n",
        &format!("- TESTCASES\n  version: \"1.0.0\"\n  component: {NEW}\n  id: 'naming'\n"),
    );
    assert_pins(
        "    -   version: 1.0.0\n        id: naming\n        TESTCASES\n",
        &format!("    -   version: 1.0.0\n        component: {NEW}\n        id: naming\n        TESTCASES\n"),
    );
}

#[test]
fn a_value_is_replaced_in_its_quotes() {
    for (quote, comment) in [("", "  # old"), ("\"", ""), ("'", " # it's")] {
        assert_pins(
            &format!(
                "  - id: naming\n    component: {quote}{OLD}{quote}{comment}\n    version: 1.0.0\n    TESTCASES\n"
            ),
            &format!(
                "  - id: naming\n    component: {quote}{NEW}{quote}{comment}\n    version: 1.0.0\n    TESTCASES\n"
            ),
        );
    }
}

#[test]
fn what_is_no_hash_yet_is_mended() {
    for old in ["", " # to do", " ~", " TODO"] {
        let before = format!("  - id: naming\n    component:{old}\n    version: 1.0.0\n    TESTCASES\n");
        let comment = if old.contains('#') { old } else { "" };
        let after =
            format!("  - id: naming\n    component: {NEW}{comment}\n    version: 1.0.0\n    TESTCASES\n");
        assert_pins(&before, &after);
    }
}

#[test]
fn flow_style_stays_flow_style() {
    assert_pins(
        "  - {id: naming, version: 1.0.0, TESTCASES}\n",
        &format!("  - {{id: naming, version: 1.0.0, component: {NEW}, TESTCASES}}\n"),
    );
    assert_pins(
        "  - { TESTCASES , id: naming, version: '1.0.0' } # end\n",
        &format!("  - {{ TESTCASES , id: naming, version: '1.0.0', component: {NEW} }} # end\n"),
    );
    assert_pins(
        &format!("  - {{id: naming, version: 1.0.0, component: {OLD}, TESTCASES}}\n"),
        &format!("  - {{id: naming, version: 1.0.0, component: {NEW}, TESTCASES}}\n"),
    );
    assert_pins(
        "  - {\n    id: naming,\n    version: 1.0.0  # first\n    ,\n    TESTCASES\n    }\n",
        &format!(
            "  - {{\n    id: naming,\n    version: 1.0.0, component: {NEW}  # first\n    ,\n    TESTCASES\n    }}\n"
        ),
    );
}

#[test]
fn an_entry_at_the_end_of_the_text_gets_its_line() {
    let text = manifest("");
    let (head, tail) = text.split_once("checks:\n").unwrap();
    let tail = tail.replace("[]", "[t1]");
    let text = format!("{head}{tail}checks:\n  - id: naming\n    {}\n    version: 1.0.0", testcases(1));
    assert_eq!(pinned(&text, &new()), format!("{text}\n    component: {NEW}"));
}

#[test]
fn one_of_several_versions_is_chosen() {
    let entry = |version: &str, component: &str, number| {
        format!(
            "  - id: naming\n    version: {version}\n    component: {component}\n    {}\n",
            testcases(number)
        )
    };
    let other = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
    let text = manifest(&(entry("1.0.0", OLD, 1) + &entry("2.0.0", other, 2)));
    let message = |what: &Pin<'_>| pin("m.yaml", &text, what).unwrap_err().to_string();
    assert_eq!(
        message(&new()),
        "the manifest has the check `naming` in the versions 1.0.0, 2.0.0: say which one"
    );
    assert_eq!(
        message(&Pin { version: Some("3.0.0"), ..new() }),
        "the manifest has the check `naming` in the versions 1.0.0, 2.0.0, not in `3.0.0`"
    );
    let second = Pin { version: Some("2.0.0"), ..new() };
    assert_eq!(pinned(&text, &second), manifest(&(entry("1.0.0", OLD, 1) + &entry("2.0.0", NEW, 2))));
    let newer = Pin { new_version: Some("2.0.1"), ..second };
    assert_eq!(pinned(&text, &newer), manifest(&(entry("1.0.0", OLD, 1) + &entry("2.0.1", NEW, 2))));
    // Two entries of the same version, or with the same component, are no manifest.
    assert!(matches!(
        pin("m.yaml", &text, &Pin { version: Some("2.0.0"), new_version: Some("1.0.0"), ..new() }),
        Err(PinError::Manifest(_))
    ));
    let same = Pin { version: Some("2.0.0"), component: OLD.parse().unwrap(), ..new() };
    assert!(matches!(pin("m.yaml", &text, &same), Err(PinError::Manifest(_))));
}

#[test]
fn the_version_keeps_its_quotes() {
    let text = manifest(&format!("  - {{id: naming, version: \"1.0.0\", {}}}\n", testcases(1)));
    let newer = Pin { new_version: Some("1.1.0-rc.1"), ..new() };
    assert_eq!(
        pinned(&text, &newer),
        manifest(&format!(
            "  - {{id: naming, version: \"1.1.0-rc.1\", component: {NEW}, {}}}\n",
            testcases(1)
        ))
    );
    let wrong = Pin { new_version: Some("1.1\n    manual: true"), ..new() };
    assert!(matches!(pin("m.yaml", &text, &wrong), Err(PinError::NotAVersion(_))));
}

#[test]
fn what_cannot_be_done_safely_is_not_done() {
    let t = testcases(1);
    let message = |text: &str, what: &Pin<'_>| pin("m.yaml", text, what).unwrap_err().to_string();
    let plain = manifest(&format!("  - {{id: naming, version: 1.0.0, {t}}}\n"));
    assert_eq!(
        message(&plain, &Pin { check: "nameing", ..new() }),
        "the manifest has no check `nameing`: did you mean `naming`?"
    );
    let block =
        manifest(&format!("  - id: naming\n    component: |-\n      {OLD}\n    version: 1.0.0\n    {t}\n"));
    assert_eq!(
        message(&block, &new()),
        format!(
            "line 7: the check `naming` is written in a way that this program cannot edit; write by hand: `component: {NEW}`"
        )
    );
    let alias = manifest(&format!("  - id: naming\n    version: 1.0.0\n    component: *c\n    {t}\n"))
        .replace("name:   \"Example\"", &format!("name: &c {OLD}"));
    assert!(matches!(pin("m.yaml", &alias, &new()), Err(PinError::CannotEdit { .. })));
    let anchor = manifest(&format!("  - id: naming\n    version: 1.0.0\n    component: &c {OLD}\n    {t}\n"))
        .replace("name: M", "name: *c");
    assert!(matches!(pin("m.yaml", &anchor, &new()), Err(PinError::CannotEdit { .. })));
    let explicit = manifest(&format!("  - id: naming\n    ? version\n    : 1.0.0\n    {t}\n"));
    assert!(matches!(pin("m.yaml", &explicit, &new()), Err(PinError::CannotEdit { .. })));
    let manual = manifest(&format!("  - {{id: naming, version: 1.0.0, manual: true, {t}}}\n"));
    assert!(matches!(pin("m.yaml", &manual, &new()), Err(PinError::Manifest(_))));
    assert!(matches!(pin("m.yaml", "a: [", &new()), Err(PinError::Manifest(_))));
    assert!(matches!(pin("m.yaml", "", &new()), Err(PinError::UnknownCheck { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// However an entry is laid out: only the value changes, and every other line stays as it is.
    #[test]
    fn every_layout_keeps_its_other_lines(
        order in Just(["id: naming", "version: 1.0.0", "grants: []", "TESTCASES"]).prop_shuffle(),
        comments in prop::collection::vec("( # [a-z:{}'\"-]{0,8})?", 4),
        indent in 0_usize..5,
        gap in 1_usize..4,
        crlf: bool,
    ) {
        let pad = " ".repeat(indent + 1 + gap);
        let mut checks = String::new();
        for (number, (field, comment)) in order.iter().zip(&comments).enumerate() {
            let field = field.replace("TESTCASES", &testcases(1));
            let lead = if number == 0 { format!("{}-{}", " ".repeat(indent), " ".repeat(gap)) } else { pad.clone() };
            checks += &format!("{lead}{field}{comment}\n");
        }
        let mut text = manifest(&checks);
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let edited = pinned(&text, &new());
        let added: Vec<_> = edited.lines().filter(|line| line.contains("component:")).collect();
        prop_assert_eq!(added, [format!("{pad}component: {NEW}")]);
        let kept: String = edited.split_inclusive('\n').filter(|line| !line.contains("component:")).collect();
        prop_assert_eq!(kept, text);
    }
}

#[test]
fn what_includes_say_of_the_version_follows() {
    let text = include_str!("../../tests/side-by-side.yaml");
    let change = Pin { check: "flavors", version: Some("1.4.0"), new_version: Some("1.4.1"), ..new() };
    let expected = text
        .replace("flavors: 1.4.0", "flavors: 1.4.1")
        .replace("flavors: \"1.4.0\"", "flavors: \"1.4.1\"")
        .replace("version: 1.4.0", "version: 1.4.1")
        .replace(&"1".repeat(64), &NEW["sha256:".len()..]);
    assert_eq!(pinned(text, &change), expected);
    // Only the entry that was named.
    let change = Pin { version: Some("2.0.0"), new_version: None, ..change };
    assert_eq!(pinned(text, &change), text.replace(&"2".repeat(64), &NEW["sha256:".len()..]));
    let ambiguous = pin("m.yaml", text, &Pin { version: None, ..change }).unwrap_err();
    assert_eq!(
        ambiguous.to_string(),
        "the manifest has the check `flavors` in the versions 1.4.0, 2.0.0: say which one"
    );
    // The other version is there already.
    let same = pin(
        "m.yaml",
        text,
        &Pin { check: "flavors", version: Some("1.4.0"), new_version: Some("2.0.0"), ..new() },
    );
    assert!(matches!(same, Err(PinError::Manifest(_))));
    let aliased = text.replacen("checks: {flavors: 2.0.0}", "checks: &a {flavors: 2.0.0}", 1);
    let aliased = aliased.replacen(
        "      - {module: flavors-v1, checks: {flavors: 1.4.0}}",
        "      - {module: flavors-v1, checks: *a }",
        1,
    );
    let change = Pin { check: "flavors", version: Some("2.0.0"), new_version: Some("2.0.1"), ..new() };
    assert!(matches!(pin("m.yaml", &aliased, &change), Err(PinError::CannotEdit { .. })), "{aliased}");
}
