use super::*;

fn wrong(text: &str) -> String {
    Rules::parse(text).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_with_rules_is_said() {
    let rules = |rule: &str| {
        format!("format: touchstone.redaction/v1\nrules:\n- {{identity: user_id, action: drop}}\n- {rule}")
    };
    for (rule, message) in [
        ("{action: drop}", "rule 2: a rule has either `answers` and `field`, or `identity`"),
        ("{answers: image GET /images, action: drop}", "rule 2: a rule has either"),
        ("{field: name, action: drop}", "rule 2: a rule has either"),
        (
            "{answers: image GET /images, field: name, identity: user_id, action: drop}",
            "rule 2: a rule has either",
        ),
        ("{field: name, identity: user_id, action: drop}", "rule 2: a rule has either"),
        (
            "{identity: roles, action: drop}",
            "`identity` is one of user_id, user_name, project_id, project_name, domain_name, without `when`",
        ),
        ("{identity: user_id, when: {a: b}, action: drop}", "rule 2: `identity` is one of"),
        ("{answers: image GET images, field: name, action: drop}", "rule 2: `answers: image GET images`: "),
        (
            "{answers: image FETCH /images, field: name, action: drop}",
            "rule 2: `answers: image FETCH /images`: ",
        ),
        ("{answers: image, field: name, action: drop}", "METHOD"),
        (
            "{answers: image GET /images, field: '', action: drop}",
            "`field` is names and `*`, with `/` between them",
        ),
        ("{answers: image GET /images, field: /name, action: drop}", "`field` is names and `*`"),
        ("{answers: image GET /images, field: images//name, action: drop}", "`field` is names and `*`"),
        ("{answers: image GET /images, field: name}", "action"),
        ("{answers: image GET /images, field: name, action: shred}", "shred"),
        ("{answers: image GET /images, fields: name, action: drop}", "fields"),
    ] {
        let said = wrong(&rules(rule));
        assert!(said.contains(message), "{rule}: {said}");
    }
}

#[test]
fn what_is_wrong_with_the_file_is_said() {
    for (text, message) in [
        (
            "format: touchstone.redaction/v2\nrules: []",
            r#"the format is "touchstone.redaction/v2"; it has to be "touchstone.redaction/v1""#,
        ),
        ("rules: []", "format"),
        ("format: touchstone.redaction/v1", "rules"),
        ("format: touchstone.redaction/v1\nrules: []\nmore: 1", "more"),
        ("format: [", ""),
        ("", ""),
    ] {
        let said = wrong(text);
        assert!(said.contains(message) && !said.is_empty(), "{text}: {said}");
    }
}

#[test]
fn conditions_are_written_as_people_write_them() {
    for when in ["{size: 5}", "{protected: false}", "{size: '5'}"] {
        rules(&format!("- {{answers: image GET /images, field: images/*/name, when: {when}, action: drop}}"));
    }
    let (copy, _) = copy_of(
        &original(),
        &rules("- {answers: image GET /images, field: images/*/name, when: {size: 5}, action: drop}"),
    );
    assert!(!answers(&copy)[0].contains("ours"));
}
