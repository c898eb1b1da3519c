use Verdict::{Dnf, Fail, Miss, Pass};

use super::*;

fn verdict(subject: &str, version: &str, verdict: Verdict, testcases: &[(&str, Verdict)]) -> VersionVerdict {
    let testcases = testcases.iter().map(|(id, verdict)| {
        let reason = format!("{id} is {verdict}");
        ((*id).to_owned(), TestcaseVerdict { verdict: *verdict, reason })
    });
    VersionVerdict {
        subject: subject.to_owned(),
        display_name: None,
        operator: None,
        scope: Scope { uuid: "50393e6f".to_owned(), name: "SCS-compatible IaaS".to_owned() },
        version: version.to_owned(),
        state: Some(State::Effective),
        verdict,
        testcases: testcases.collect(),
        report: None,
    }
}

/// `subject version kind before→after`, one a line.
fn told(before: &[VersionVerdict], after: &[VersionVerdict]) -> Vec<String> {
    let word = |verdict: Option<Verdict>| verdict.map_or("-", Verdict::word);
    let told = changes(before, after).into_iter().map(|change| {
        let Change { subject, version, kind, before, after, .. } = change;
        format!("{subject} {version} {kind:?} {}→{}", word(before), word(after))
    });
    told.collect()
}

/// All pairs of what was and what is, as a table.
#[test]
fn every_pair_of_verdicts() {
    let all = [None, Some(Fail), Some(Miss), Some(Dnf), Some(Pass)];
    let mut table = Vec::new();
    for before in all {
        for after in all {
            let card = |is: Option<Verdict>| {
                is.map(|is| verdict("a", "v1", is, &[])).into_iter().collect::<Vec<_>>()
            };
            table.extend(told(&card(before), &card(after)));
        }
    }
    let expected = [
        "a v1 New -→FAIL",
        "a v1 New -→MISS",
        "a v1 New -→DNF",
        "a v1 Gone FAIL→-",
        "a v1 Better FAIL→MISS",
        "a v1 Better FAIL→DNF",
        "a v1 Better FAIL→PASS",
        "a v1 Gone MISS→-",
        "a v1 Worse MISS→FAIL",
        "a v1 Better MISS→DNF",
        "a v1 Better MISS→PASS",
        "a v1 Gone DNF→-",
        "a v1 Worse DNF→FAIL",
        "a v1 Worse DNF→MISS",
        "a v1 Better DNF→PASS",
        "a v1 Gone PASS→-",
        "a v1 Worse PASS→FAIL",
        "a v1 Worse PASS→MISS",
        "a v1 Worse PASS→DNF",
    ];
    assert_eq!(table, expected);
}

#[test]
fn versions_and_subjects_are_told_apart_and_nights_without_news_are_silent() {
    let before =
        [verdict("b", "v4", Pass, &[]), verdict("a", "v4", Pass, &[]), verdict("a", "v5.1", Fail, &[])];
    let after =
        [verdict("a", "v4", Fail, &[]), verdict("a", "v5.1", Fail, &[]), verdict("c", "v4", Dnf, &[])];
    assert_eq!(told(&before, &after), ["a v4 Worse PASS→FAIL", "b v4 Gone PASS→-", "c v4 New -→DNF"]);
    assert_eq!(told(&after, &after), [""; 0], "the next night, nothing of it is told again");
    assert_eq!(told(&[], &[]), [""; 0]);
}

#[test]
fn a_scope_is_known_by_its_uuid() {
    let before = [verdict("a", "v4", Fail, &[])];
    let mut after = before.clone();
    after[0].scope.name = "renamed".to_owned();
    assert_eq!(told(&before, &after), [""; 0]);
    after[0].scope.uuid = "another".to_owned();
    assert_eq!(told(&before, &after), ["a v4 Gone FAIL→-", "a v4 New -→FAIL"]);
}

#[test]
fn testcases_explain_the_change() {
    let before = [verdict("a", "v4", Pass, &[("same", Pass), ("worse", Pass), ("removed", Pass)])];
    let after =
        [verdict("a", "v4", Fail, &[("same", Pass), ("worse", Fail), ("added", Dnf), ("easy", Pass)])];
    let of = |before: &[VersionVerdict]| -> Vec<_> {
        let change = changes(before, &after).remove(0);
        let testcases = change.testcases.into_iter();
        testcases.map(|one| (one.testcase, one.before, one.after, one.reason)).collect()
    };
    let gone = "the scope does not ask for it any more".to_owned();
    let added = ("added".to_owned(), None, Some(Dnf), "added is DNF".to_owned());
    let worse = |before| ("worse".to_owned(), before, Some(Fail), "worse is FAIL".to_owned());
    assert_eq!(
        of(&before),
        [added.clone(), worse(Some(Pass)), ("removed".to_owned(), Some(Pass), None, gone)]
    );
    assert_eq!(of(&[]), [added, worse(None)], "of a new subject, what is not PASS");
}

#[test]
fn one_night_away_is_no_noise() {
    let noise = |verdicts: &[Verdict], nights: usize| -> Vec<String> {
        let mut told = Vec::new();
        for night in 1..=verdicts.len() {
            let card = |nights_until: usize| {
                let is = settled(&verdicts[..nights_until], nights);
                is.map(|is| verdict("a", "v4", is, &[])).into_iter().collect::<Vec<_>>()
            };
            told.extend(
                self::told(&card(night - 1), &card(night)).into_iter().map(|line| format!("{night} {line}")),
            );
        }
        told
    };
    let away_once = [Pass, Dnf, Pass, Pass];
    assert_eq!(noise(&away_once, 1), ["2 a v4 Worse PASS→DNF", "3 a v4 Better DNF→PASS"]);
    assert_eq!(noise(&away_once, 2), [""; 0]);
    let away_long = [Pass, Dnf, Dnf, Dnf, Pass];
    assert_eq!(noise(&away_long, 2), ["3 a v4 Worse PASS→DNF", "5 a v4 Better DNF→PASS"]);
    let back_and_forth = [Fail, Dnf, Fail, Miss, Dnf, Fail];
    assert_eq!(noise(&back_and_forth, 2), ["1 a v4 New -→FAIL"]);
    let broken = [Pass, Dnf, Fail, Pass];
    assert_eq!(
        noise(&broken, 2),
        ["3 a v4 Worse PASS→FAIL", "4 a v4 Better FAIL→PASS"],
        "FAIL is told at once"
    );
    assert_eq!(noise(&[Dnf, Pass], 2), ["1 a v4 New -→DNF", "2 a v4 Better DNF→PASS"]);
    assert_eq!(noise(&away_once, 0), noise(&away_once, 1));
    assert_eq!(settled(&[], 2), None);
}
