use super::*;
use crate::notification::{Scope, TestcaseChange};

fn change(subject: &str, before: Option<Verdict>, after: Option<Verdict>) -> Change {
    let kind = match (before, after) {
        (None, _) => Kind::New,
        (_, None) => Kind::Gone,
        (Some(before), Some(after)) if after < before => Kind::Worse,
        _ => Kind::Better,
    };
    Change {
        kind,
        subject: subject.to_owned(),
        display_name: None,
        operator: None,
        scope: Scope { uuid: "u".to_owned(), name: "SCS-compatible IaaS".to_owned() },
        version: "v5.1".to_owned(),
        state: Some(State::Effective),
        before,
        after,
        testcases: Vec::new(),
        testcases_left_out: 0,
        report: None,
    }
}

fn testcase(testcase: &str, before: Option<Verdict>, after: Option<Verdict>, reason: &str) -> TestcaseChange {
    TestcaseChange { testcase: testcase.to_owned(), before, after, reason: reason.to_owned() }
}

fn mail(changes: Vec<Change>) -> String {
    let told = Notification::new("2026-11-27T02:30:00Z", changes).expect("there is news");
    format!("Subject: {}\n\n{}", subject(&told), body(&told))
}

use Verdict::{Dnf, Fail, Pass};

#[test]
fn one_change() {
    let one = Change {
        testcases: vec![
            testcase("scs-0103-standard-flavors", Some(Pass), Some(Fail), "SCS-4V-16 is missing"),
            testcase("scs-0104-standard-images", None, Some(Dnf), ""),
        ],
        testcases_left_out: 3,
        report: Some("https://example.org/2026-11-27/gx-scs.html".to_owned()),
        operator: Some("plusserver GmbH".to_owned()),
        display_name: Some("gx-scs".to_owned()),
        ..change("gx-scs", Some(Pass), Some(Fail))
    };
    insta::assert_snapshot!(mail(vec![one]));
}

#[test]
fn many_changes() {
    let named = |subject: &str, shown: &str, before, after| Change {
        display_name: Some(shown.to_owned()),
        operator: Some(format!("{shown} GmbH")),
        ..change(subject, before, after)
    };
    let changes = vec![
        named("a", "Anton", Some(Pass), Some(Fail)),
        Change {
            version: "v5.2".to_owned(),
            state: Some(State::Draft),
            ..named("a", "Anton", Some(Pass), Some(Dnf))
        },
        named("b", "Berta", None, Some(Fail)),
        named("c", "Cäsar", Some(Pass), None),
        named("d", "Dora", Some(Fail), Some(Pass)),
        change("e", Some(Fail), Some(Dnf)),
    ];
    insta::assert_snapshot!(mail(changes));
}

#[test]
fn more_than_is_told() {
    let changes = (0..502).map(|n| change(&format!("s{n:03}"), Some(Pass), Some(Fail))).collect();
    let mail = mail(changes);
    let begins: Vec<&str> = mail.lines().take(3).collect();
    assert_eq!(
        begins,
        [
            "Subject: [touchstone] 502 worse: s000, s001, s002, s003, …",
            "",
            "Night of 2026-11-27T02:30:00Z: 502 worse."
        ]
    );
    assert!(mail.contains("\n… and 2 more changes; `touchstone diff` tells all.\n"), "{mail}");
}

/// Whatever a cloud, a check or a configuration says, it stays within its line.
#[test]
fn hostile_names_stay_in_their_line() {
    let evil = "x\r\nBcc: all@example.org\r\n\r\n\u{1b}[2J\u{202e}\n-- \n.\r\n";
    let one = Change {
        display_name: Some(format!("{evil}1")),
        operator: Some(evil.to_owned()),
        scope: Scope { uuid: evil.to_owned(), name: evil.to_owned() },
        version: evil.to_owned(),
        testcases: vec![testcase(evil, Some(Pass), Some(Fail), &evil.repeat(20))],
        report: Some(evil.to_owned()),
        ..change(evil, Some(Pass), Some(Fail))
    };
    let told =
        Notification::new(evil, vec![one.clone(), Change { version: "v2".to_owned(), ..one }]).expect("news");
    for line in [subject(&told), subject(&Notification::new("n", told.changes[..1].to_vec()).expect("news"))]
    {
        assert!(!line.chars().any(char::is_control) && line.chars().count() <= SUBJECT, "{line}");
    }
    let text = body(&told);
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()) && !text.contains('\u{202e}'), "{text}");
    let lines = ["Bcc", "-- ", "."].map(|begin| text.lines().filter(|line| line.starts_with(begin)).count());
    assert_eq!(lines, [0, 1, 0], "{text}");
}
