use jiff::civil::date;

use super::*;
use crate::manifest::Manifest;

const GOOD: &str = "\
format: touchstone.waivers/v1
waivers:
  - testcase: flavors-names
    subject: gx-scs
    scope: 2f6a9f0e-6f7e-4d3e-9a59-0d6f1c1f9b11
    reason: The vendor ships the fix in January.
    author: Ada Lovelace <ada@example.org>
    approver: Charles Babbage, certification body
    expires: 2026-12-31
";

fn manifest() -> Manifest {
    let text = include_str!("../../tests/standards.yaml");
    Manifest::parse("standards.yaml", text).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.plain()))
}

/// What is said about a text in which something is replaced, without the lines of help.
fn problems(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "{from}");
    match Waivers::parse("w.yaml", &GOOD.replace(from, to)) {
        Ok(_) => Vec::new(),
        Err(diagnostics) => diagnostics.plain().lines().map(str::to_owned).collect(),
    }
}

fn lint(text: &str, on: Date) -> String {
    let manifests = [manifest()];
    match Waivers::lint("w.yaml", text, &WaiverRules { manifests: &manifests, on }) {
        Ok(accepted) => accepted.warnings.map_or(String::new(), |warnings| warnings.plain()),
        Err(diagnostics) => diagnostics.plain(),
    }
}

#[test]
fn waivers_are_read_as_they_are_written() {
    let waivers = Waivers::parse("w.yaml", GOOD).unwrap();
    let all: Vec<&Waiver> = waivers.iter().collect();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].testcase, "flavors-names");
    assert_eq!(all[0].expires, date(2026, 12, 31));
    assert_eq!((all[0].span.line, all[0].span.column), (3, 15));
    assert_eq!(all[0].scope.to_string(), "2f6a9f0e-6f7e-4d3e-9a59-0d6f1c1f9b11");
    let (uuid, name) = ("2f6a9f0e-6f7e-4d3e-9a59-0d6f1c1f9b11", "Two standards");
    assert_eq!(waivers.about("gx-scs", uuid, name).count(), 1);
    assert_eq!(waivers.about("gx-scs", &uuid.to_uppercase(), name).count(), 1);
    assert_eq!(waivers.about("GX-SCS", uuid, name).count(), 0);
    assert_eq!(waivers.about("gx-scs", "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f", name).count(), 0);
    let named = Waivers::parse("w.yaml", &GOOD.replace(uuid, "Two standards")).unwrap();
    assert_eq!(named.about("gx-scs", uuid, name).count(), 1);
    assert_eq!(named.about("gx-scs", uuid, "Two standard").count(), 0);
    assert!(Waivers::parse("w.yaml", "format: touchstone.waivers/v1\nwaivers: []\n").unwrap().is_empty());
}

#[test]
fn a_waiver_counts_to_the_end_of_its_last_day() {
    let waivers = Waivers::parse("w.yaml", GOOD).unwrap();
    let waiver = waivers.iter().next().unwrap();
    assert!(waiver.counts_on(date(2026, 12, 30)) && waiver.counts_on(date(2026, 12, 31)));
    assert!(!waiver.counts_on(date(2027, 1, 1)));
}

#[test]
fn every_member_is_needed_and_nothing_else_is_known() {
    for line in GOOD.lines().skip(3) {
        let key = line.trim().split(':').next().unwrap();
        let said = problems(&format!("{line}\n"), "");
        let expected = format!("w.yaml:3:5: error: a waiver needs the key `{key}`");
        assert!(said.contains(&expected), "{said:?}");
    }
    let said = problems("expires:", "expire:");
    assert!(said.contains(&"w.yaml:9:5: error: unknown key `expire` in a waiver".to_owned()), "{said:?}");
    assert_eq!(
        problems("expires: 2026-12-31", "expires: 2026-02-30")[0],
        "w.yaml:9:14: error: the calendar has no day `2026-02-30`"
    );
    assert_eq!(
        problems("expires: 2026-12-31", "expires: never")[0],
        "w.yaml:9:14: error: `never` is not a date"
    );
    assert_eq!(problems("subject: gx-scs", "subject: ' '")[0], "w.yaml:4:14: error: the text is empty");
    let said = problems("waivers/v1", "waivers/v2");
    assert_eq!(said[0], "w.yaml:1:9: error: `touchstone.waivers/v2` is not a format that this program reads");
    assert!(Waivers::parse("w.yaml", "").unwrap_err().plain().contains("the file is empty"));
}

#[test]
fn everything_is_said_at_once() {
    let text = GOOD
        .replace("flavors-names", "'flavors names'")
        .replace("2026-12-31", "soon")
        .replace("gx-scs", "''");
    let said = Waivers::parse("w.yaml", &text).unwrap_err();
    let lines: Vec<u32> = said.problems().iter().map(|problem| problem.span.line).collect();
    assert_eq!(lines, [3, 4, 9]);
}

#[test]
fn four_eyes_are_two_people() {
    let approved_by = |approver: &str| !problems("Charles Babbage, certification body", approver).is_empty();
    for same in [
        "Ada Lovelace <ada@example.org>",
        "ada  LOVELACE <ada@example.org>",
        "Ada Lovelace",
        "'Ada Lovelace <ada@other.example>'",
        "ada@example.org",
        "'A. Lovelace (ADA@example.org)'",
        "mailto:ada@example.org",
    ] {
        assert!(approved_by(same), "{same}");
    }
    for other in ["Ada Byron", "Charles Babbage <charles@example.org>", "example.org", "'Lovelace, Ada K.'"] {
        assert!(!approved_by(other), "{other}");
    }
    let said = problems("Charles Babbage, certification body", "ada@example.org");
    assert_eq!(said[0], "w.yaml:8:15: error: who wrote the waiver cannot approve it");
    assert_eq!(said[1], "  note: w.yaml:7:13: the author, who is the same person");
}

#[test]
fn no_testcase_is_waived_twice() {
    let second = GOOD.split_once("waivers:\n").unwrap().1;
    let said = Waivers::parse("w.yaml", &format!("{GOOD}{second}")).unwrap_err().plain();
    assert!(
        said.starts_with("w.yaml:10:15: error: a second waiver for `flavors-names` of `gx-scs`"),
        "{said}"
    );
    assert!(said.contains("note: w.yaml:3:15: first here"), "{said}");
    let other = second.replace("gx-scs", "other");
    assert_eq!(Waivers::parse("w.yaml", &format!("{GOOD}{other}")).unwrap().iter().count(), 2);
    let named = second.replace("2f6a9f0e-6f7e-4d3e-9a59-0d6f1c1f9b11", "Two standards");
    let text = format!("{GOOD}{named}");
    assert!(Waivers::parse("w.yaml", &text).is_ok(), "only the manifest knows that it is the same scope");
    let said = lint(&text, date(2026, 8, 1));
    assert!(said.contains("w.yaml:10:15: error: a second waiver for `flavors-names`"), "{said}");
    assert!(said.contains("note: w.yaml:3:15: first here, for the scope `2f6a9f0e"), "{said}");
}

#[test]
fn scopes_and_testcases_have_to_be_there() {
    let day = date(2026, 8, 1);
    let said = lint(&GOOD.replace("flavors-names", "flavors-name"), day);
    assert!(said.contains("3:15: error: `Two standards` has no testcase `flavors-name`"), "{said}");
    assert!(said.contains("did you mean `flavors-names`?"), "{said}");
    let said = lint(&GOOD.replace("9b11", "9b12"), day);
    assert!(
        said.contains("error: no manifest is of the scope `2f6a9f0e-6f7e-4d3e-9a59-0d6f1c1f9b12`"),
        "{said}"
    );
    assert!(said.contains("did you mean `2f6a9f0e-6f7e-4d3e-9a59-0d6f1c1f9b11`?"), "{said}");
    let manifests: [Manifest; 0] = [];
    let rules = WaiverRules { manifests: &manifests, on: day };
    assert!(Waivers::lint("w.yaml", &GOOD.replace("9b11", "9b12"), &rules).is_ok(), "none to look into");
    let mut text = include_str!("../../tests/standards.yaml").to_owned();
    text = text.replace("9b11", "9b12");
    let manifests = [manifest(), Manifest::parse("other.yaml", &text).unwrap()];
    let rules = WaiverRules { manifests: &manifests, on: day };
    let named = GOOD.replace("2f6a9f0e-6f7e-4d3e-9a59-0d6f1c1f9b11", "Two standards");
    let said = Waivers::lint("w.yaml", &named, &rules).unwrap_err().plain();
    assert!(said.contains("more than one scope has the name `Two standards`"), "{said}");
}

#[test]
fn what_has_no_effect_is_warned_about() {
    let day = date(2026, 8, 1);
    let about = |testcase: &str| lint(&GOOD.replace("flavors-names", testcase), day);
    // v2 is effective, v1 deprecated, next a draft.
    assert_eq!(about("flavors-names"), "", "v1 and next can do without it");
    assert_eq!(about("images-recent"), "", "only recommended");
    assert_eq!(about("papers-there"), "", "only a preview");
    let only_v2 = "\n  - date: 2026-07-01\n    versions: {v2: effective, v1: warn}\n";
    let text = include_str!("../../tests/standards.yaml").to_owned() + only_v2;
    let manifests = [Manifest::parse("standards.yaml", &text).unwrap()];
    let said = |testcase: &str| {
        let rules = WaiverRules { manifests: &manifests, on: day };
        let accepted = Waivers::lint("w.yaml", &GOOD.replace("flavors-names", testcase), &rules).unwrap();
        accepted.warnings.map_or(String::new(), |warnings| warnings.plain())
    };
    assert!(
        said("flavors-names").contains("3:15: warning: the waiver for `flavors-names` can only annotate")
    );
    assert!(
        said("flavors-names").contains("target `main` of `v2`, `v1` needs it"),
        "{}",
        said("flavors-names")
    );
    assert!(said("papers-there").contains("no version that `Two standards` shows on 2026-08-01 asks for"));
    assert_eq!(said("images-source"), "", "only recommended, even where it is effective");
}

#[test]
fn the_end_is_neither_past_nor_too_far_away() {
    let said = |on| lint(GOOD, on);
    assert_eq!(said(date(2026, 12, 1) - jiff::ToSpan::days(1)), "", "31 days");
    assert!(
        said(date(2026, 12, 1)).contains("warning: the waiver for `flavors-names` of `gx-scs` expires soon")
    );
    assert!(said(date(2026, 12, 31)).contains("expires soon, on 2026-12-31"), "its last day");
    assert!(
        said(date(2027, 1, 1)).contains("warning: the waiver for `flavors-names` of `gx-scs` expired on")
    );
    assert!(!said(date(2025, 12, 31)).contains("error"), "a year to the day");
    let early = said(date(2025, 12, 30));
    assert!(
        early.contains("3:15: error: the waiver for `flavors-names` of `gx-scs` expires on 2026-12-31, more"),
        "{early}"
    );
    assert!(early.contains("let it expire on 2026-12-30 at the latest"), "{early}");
}

#[test]
fn what_is_a_must_has_to_hold() {
    let states = [None].into_iter().chain(State::ALL.iter().copied().map(Some));
    let fixed: Vec<_> = states
        .flat_map(|state| Target::ALL.iter().map(move |target| (*target, state)))
        .filter(|(target, state)| !can_be_waived(*target, *state))
        .collect();
    assert_eq!(fixed, [(Target::Main, Some(State::Effective)), (Target::Main, Some(State::Warn))]);
}
