//! What volume types say of themselves.

use proptest::prelude::*;

use super::*;

fn syntax(description: &str) -> (Option<Verdict>, Vec<String>, Vec<String>) {
    let report = report(&described(&[description]));
    let errors = messages(&report, SYNTAX, Severity::Error);
    (report.verdict(SYNTAX), errors, messages(&report, SYNTAX, Severity::Warning))
}

#[test]
fn the_examples_of_the_standard_pass_without_a_word() {
    let both = report(&described(&["[scs:encrypted, replicated] Three replicas, and LUKS."]));
    assert_eq!(verdicts(&both), [PASS, PASS, PASS]);
    assert!(both.findings.is_empty());
    assert_eq!(both.reason(ENCRYPTED), "declared by `a`");
    let apart = report(&described(&["[scs:encrypted] This volume uses LUKS-encryption", "[scs:replicated]"]));
    assert_eq!(verdicts(&apart), [PASS, PASS, PASS]);
    assert!(apart.findings.is_empty());
    assert_eq!(apart.reason(REPLICATED), "declared by `b`");
}

#[test]
fn lists_may_be_on_none_one_or_several_types() {
    let types = [
        volume_type("__default__", None),
        volume_type("empty", Some("")),
        volume_type("fast", Some("NVMe, for what is urgent")),
    ];
    let none = report(&types);
    assert_eq!(verdicts(&none), [PASS, FAIL, FAIL]);
    assert_eq!(none.reason(SYNTAX), "none of the 3 volume types has a list of aspects");
    assert!(messages(&none, SYNTAX, Severity::Warning).is_empty());
    let five = report(&described(&["[scs:encrypted]"; 5]));
    assert_eq!(verdicts(&five), [PASS, PASS, FAIL]);
    assert_eq!(five.reason(ENCRYPTED), "declared by `a`, `b`, `c` and 2 more");
    assert_eq!(verdicts(&report(&[])), [PASS, FAIL, FAIL]);
}

#[test]
fn aspects_in_the_wrong_order_are_a_violation() {
    let report = report(&described(&["[scs:encrypted]", "[scs:replicated, encrypted] Ceph"]));
    assert_eq!(verdicts(&report), [FAIL, PASS, PASS]);
    let message = "the aspects are not in alphabetical order: `replicated`, `encrypted` should be `encrypted`, `replicated`";
    assert_eq!(report.reason(SYNTAX), message);
    let [finding] = report.findings(SYNTAX)[..] else { panic!("one finding") };
    assert_eq!(
        finding.requirement.as_deref(),
        Some("scs-0114-v1, \"Systematic Description of Volume Types\"")
    );
    let resource = finding.resource.as_ref().unwrap();
    assert_eq!((resource.service.as_str(), resource.kind.as_str()), ("block-storage", "volume type"));
    assert_eq!((resource.id.as_deref(), resource.name.as_deref()), (Some("id-of-b"), Some("b")));
    assert_eq!(
        finding.remedy.as_deref(),
        Some("openstack volume type set --description '[scs:encrypted, replicated] Ceph' id-of-b")
    );
}

#[test]
fn an_aspect_is_listed_once() {
    let (verdict, errors, _) = syntax("[scs:encrypted, encrypted]");
    assert_eq!((verdict, errors), (FAIL, vec!["`encrypted` is listed more than once".to_owned()]));
    let (verdict, errors, _) = syntax("[scs:replicated, encrypted, replicated]");
    assert_eq!((verdict, errors.len()), (FAIL, 2));
}

#[test]
fn a_list_that_begins_has_to_be_one() {
    for (description, expected) in [
        ("[scs:encrypted", "the list of aspects in the description is not closed by `]`"),
        ("[scs:encrypted) x", "the list of aspects in the description is not closed by `]`"),
        ("[scs:[encrypted]]", "the list of aspects in the description has a bracket in it"),
        ("[scs:encrypted,]", "an aspect in the list has no name"),
        ("[scs:,encrypted]", "an aspect in the list has no name"),
        ("[scs: ]", "an aspect in the list has no name"),
    ] {
        let (verdict, errors, _) = syntax(description);
        assert_eq!((verdict, errors), (FAIL, vec![expected.to_owned()]), "{description}");
    }
    let broken = report(&described(&["[scs:encrypted"]));
    assert_eq!(verdicts(&broken), [FAIL, FAIL, FAIL]);
    let gap = report(&described(&["[scs:encrypted, , replicated]"]));
    assert_eq!(verdicts(&gap), [FAIL, PASS, PASS]);
    let mended = "openstack volume type set --description '[scs:encrypted, replicated]' id-of-a";
    assert_eq!(remedies(&gap, SYNTAX), [mended]);
}

#[test]
fn other_aspects_should_not_be_listed() {
    for (description, expected) in [
        (
            "[scs:encrypted, multiattach]",
            "`multiattach` is not an aspect of the standard, and should not be in its list",
        ),
        ("[scs:Encrypted]", "`Encrypted` is not an aspect of the standard; is `encrypted` meant?"),
        ("[scs:encryption]", "`encryption` is not an aspect of the standard; is `encrypted` meant?"),
        ("[scs:encrytped]", "`encrytped` is not an aspect of the standard; is `encrypted` meant?"),
        ("[scs:replication]", "`replication` is not an aspect of the standard; is `replicated` meant?"),
    ] {
        assert_eq!(syntax(description), (PASS, vec![], vec![expected.to_owned()]), "{description}");
    }
    for description in
        ["[scs:Encrypted]", "[scs:encryption]", "[scs:not encrypted]", "[scs:encrypted replicated]"]
    {
        assert_eq!(verdicts(&report(&described(&[description]))), [PASS, FAIL, FAIL], "{description}");
    }
}

#[test]
fn spacing_that_can_be_read_is_tolerated_with_a_warning() {
    let warning =
        "in the list there is not exactly a comma and a space between aspects, as the standard writes it";
    for description in
        ["[scs:encrypted,replicated]", "[scs: encrypted , replicated ]", "[scs:encrypted,\n\treplicated]"]
    {
        let report = report(&described(&[description]));
        assert_eq!(verdicts(&report), [PASS, PASS, PASS], "{description}");
        assert_eq!(messages(&report, SYNTAX, Severity::Warning), [warning]);
    }
    assert_eq!(syntax("[scs:]"), (PASS, vec![], vec!["the list has no aspects".to_owned()]));
}

#[test]
fn a_list_that_is_not_at_the_beginning_is_none() {
    for description in [" [scs:encrypted]", "LUKS [scs:encrypted]", "[SCS:encrypted]", "[scs :encrypted]"] {
        let report = report(&described(&[description]));
        assert_eq!(verdicts(&report), [PASS, FAIL, FAIL], "{description}");
        let [warning] = &messages(&report, SYNTAX, Severity::Warning)[..] else { panic!("one warning") };
        assert!(warning.contains("looks like a list of aspects"), "{warning}");
    }
    assert_eq!(syntax("[fast] and scs:encrypted"), (PASS, vec![], vec![]));
}

#[test]
fn what_nobody_declares_is_hinted_at() {
    let hint = |name: &str, description: Option<&str>| {
        let report = report(&[volume_type("__default__", None), volume_type(name, description)]);
        assert_eq!(verdicts(&report)[1..], [FAIL, FAIL]);
        (report.reason(ENCRYPTED), remedies(&report, ENCRYPTED).concat())
    };
    let none =
        "none of the 2 volume types declares `encrypted` in a list at the beginning of its description";
    let general = "openstack volume type set --description '[scs:encrypted] …' VOLUME_TYPE";
    assert_eq!(hint("fast", None), (none.into(), general.into()));
    assert_eq!(hint("fast", Some("unencrypted")), (none.into(), general.into()));
    assert_eq!(hint("fast", Some("Not encrypted.")), (none.into(), general.into()));
    let (reason, remedy) = hint("LUKS", Some("it's safe"));
    assert_eq!(reason, format!("{none}; `LUKS` seems to be one that could"));
    assert_eq!(remedy, r"openstack volume type set --description '[scs:encrypted] it'\''s safe' id-of-LUKS");
    let (_, remedy) = hint("hdd", Some("[scs:zzz] with Encryption"));
    assert_eq!(
        remedy,
        "openstack volume type set --description '[scs:encrypted, zzz] with Encryption' id-of-hdd"
    );
    assert_eq!(hint("hdd", Some("[SCS:encrypted]")).1, "");
    assert_eq!(hint("LUKS", Some("one\nline")).1, "", "no command over several lines");
    assert_eq!(hint("LUKS", Some(&"x".repeat(250))).1, "", "no command that cinder refuses");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Neither verdicts nor findings depend on the order of the list, and each type is judged by itself.
    #[test]
    fn the_order_of_the_api_does_not_matter(
        descriptions in prop::collection::vec("(\\[scs:)?(encrypted|replicated|x|, |,| |\\[|\\]){0,6}", 1..8),
        turn in 0..8_usize,
    ) {
        let descriptions: Vec<&str> = descriptions.iter().map(String::as_str).collect();
        let mut types = described(&descriptions);
        let one = report(&types);
        let by = turn % types.len();
        types.rotate_left(by);
        let other = report(&types);
        prop_assert_eq!(&one.outcomes, &other.outcomes);
        prop_assert_eq!(&one.findings, &other.findings);
        let any_fails = descriptions.iter().any(|description| syntax(description).0 == FAIL);
        prop_assert_eq!(one.verdict(SYNTAX) == FAIL, any_fails);
    }

    /// What the command sets is right.
    #[test]
    fn a_remedy_mends(description in "\\[scs:(encrypted|replicated|x|B|, |,| ){0,8}\\][ a-z]{0,9}") {
        let report = report(&described(&[&description]));
        let prefix = "openstack volume type set --description '";
        for remedy in remedies(&report, SYNTAX) {
            let set = remedy.strip_prefix(prefix).and_then(|rest| rest.strip_suffix("' id-of-a"));
            let (verdict, errors, _) = syntax(set.unwrap());
            prop_assert_eq!((verdict, errors), (PASS, vec![]));
        }
    }
}
