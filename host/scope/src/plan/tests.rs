use jiff::civil::date;

use super::*;
use crate::words::Verdict;

fn manifest() -> Manifest {
    Manifest::parse("standards.yaml", include_str!("../../tests/standards.yaml")).unwrap()
}

fn march() -> Selection {
    Selection::on(date(2026, 3, 15))
}

fn keys(plan: &Plan, version: &str, target: Target) -> Vec<(String, Option<usize>)> {
    let version = plan.versions.iter().find(|planned| planned.name == version).unwrap();
    version.targets[&target].iter().map(|key| (key.testcase.clone(), key.unit)).collect()
}

/// Why the testcases that nothing runs are not run.
fn not_run(plan: &Plan) -> BTreeMap<&str, NotRun> {
    plan.not_run.iter().map(|(key, why)| (key.testcase.as_str(), *why)).collect()
}

fn testcases(unit: &Unit) -> Vec<&str> {
    unit.testcases.iter().map(String::as_str).collect()
}

#[test]
fn without_a_version_all_that_the_timeline_shows_are_planned() {
    let plan = manifest().plan(&march()).unwrap();
    let names: Vec<_> = plan.versions.iter().map(|version| (version.name.as_str(), version.state)).collect();
    assert_eq!(
        names,
        [("next", Some(State::Draft)), ("v2", Some(State::Effective)), ("v1", Some(State::Deprecated))]
    );
    let plan = manifest().plan(&Selection::on(date(2025, 6, 1))).unwrap();
    assert_eq!(plan.versions.len(), 1);
}

#[test]
fn versions_share_a_unit_only_if_all_inputs_are_equal() {
    let plan = manifest().plan(&march()).unwrap();
    let units: Vec<_> =
        plan.units.iter().map(|unit| (unit.check.as_str(), &unit.parameters, testcases(unit))).collect();
    let list = |value: &str| BTreeMap::from([("list".to_owned(), value.to_owned())]);
    let expected = [
        ("flavors", &BTreeMap::new(), vec!["flavors-boot", "flavors-names"]),
        ("images", &list("new"), vec!["images-present", "images-recent", "images-source"]),
        ("images", &list("old"), vec!["images-present", "images-source"]),
    ];
    assert_eq!(units, expected);
    assert_eq!(keys(&plan, "next", Target::Main)[2], ("images-present".to_owned(), Some(1)));
    assert_eq!(keys(&plan, "v2", Target::Main)[2], ("images-present".to_owned(), Some(1)));
    assert_eq!(keys(&plan, "v1", Target::Main)[2], ("images-present".to_owned(), Some(2)));
    let unit = &plan.units[0];
    assert_eq!((unit.version.as_str(), unit.component), ("1.0.0", Sha256::from_bytes([0x11; 32])));
    assert_eq!(unit.grants.len(), 1);
    assert_eq!(unit.limits.calls, Some(500));

    // The old list fails v1, and nothing else.
    let mut results = BTreeMap::new();
    for (index, unit) in plan.units.iter().enumerate() {
        for testcase in &unit.testcases {
            let verdict = if index == 2 { Verdict::Fail } else { Verdict::Pass };
            results.insert(
                ResultKey { testcase: testcase.clone(), check: Some(index.min(1)), unit: Some(index) },
                verdict,
            );
        }
    }
    results
        .insert(ResultKey { testcase: "backup-works".to_owned(), check: Some(2), unit: None }, Verdict::Pass);
    let verdicts: Vec<_> = plan.versions.iter().map(|version| version.score(&results).verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Pass, Verdict::Fail]);
}

#[test]
fn what_nothing_runs_is_asked_for_nevertheless_and_says_why() {
    let plan = manifest().plan(&march()).unwrap();
    assert_eq!(keys(&plan, "v2", Target::Main).last().unwrap(), &("backup-works".to_owned(), None));
    assert_eq!(keys(&plan, "next", Target::Preview), [("papers-there".to_owned(), None)]);
    let expected = [("backup-works", NotRun::NoComponent), ("papers-there", NotRun::Manual)];
    assert_eq!(not_run(&plan), BTreeMap::from(expected));
    assert_eq!(NotRun::NoComponent.to_string(), "no component in this manifest");
}

#[test]
fn a_narrowed_run_cannot_pass() {
    let selection = Selection { tests: Some(Regex::new("names").unwrap()), ..march() };
    let plan = manifest().plan(&selection).unwrap();
    assert_eq!(plan.units.len(), 1);
    assert_eq!(testcases(&plan.units[0]), ["flavors-names"]);
    assert_eq!(not_run(&plan)["flavors-boot"], NotRun::NotSelected);
    assert_eq!(not_run(&plan)["backup-works"], NotRun::NotSelected);
    assert_eq!(not_run(&plan)["flavors-boot"].to_string(), "not selected by --tests/--sections");
    assert_eq!(keys(&plan, "v1", Target::Main).len(), 3);
    let passed = BTreeMap::from([(
        ResultKey { testcase: "flavors-names".to_owned(), check: Some(0), unit: Some(0) },
        Verdict::Pass,
    )]);
    assert!(plan.versions.iter().all(|version| version.score(&passed).verdict == Verdict::Miss));

    let sections = |list: &[Section]| Selection { sections: Some(list.iter().copied().collect()), ..march() };
    let plan = manifest().plan(&sections(&[Section::Heavy])).unwrap();
    assert_eq!(plan.units.iter().map(testcases).collect::<Vec<_>>(), [["flavors-boot"]]);
    // Selected, but nothing runs it: not the same as nothing selected.
    let plan = manifest().plan(&sections(&[Section::Medium])).unwrap();
    assert!(plan.units.is_empty());
    assert_eq!(not_run(&plan)["backup-works"], NotRun::NoComponent);
}

#[test]
fn a_version_can_be_named_whatever_the_timeline_shows() {
    let named = |version: &str, on| Selection { version: Some(version.to_owned()), ..Selection::on(on) };
    let plan = manifest().plan(&named("v0", date(2026, 3, 1))).unwrap();
    assert_eq!((plan.versions.len(), plan.versions[0].state), (1, None));
    let plan = manifest().plan(&named("v1", date(1999, 1, 1))).unwrap();
    assert_eq!(plan.versions[0].state, None);
    let plan = manifest().plan(&named("v1", date(2026, 2, 2))).unwrap();
    assert_eq!(plan.versions[0].state, Some(State::Warn));
    assert_eq!(plan.versions[0].targets[&Target::Main].len(), 3);
}

#[test]
fn parameters_of_the_command_line_win() {
    let parameters = BTreeMap::from([("list".to_owned(), "mine".to_owned())]);
    let plan = manifest().plan(&Selection { parameters: parameters.clone(), ..march() }).unwrap();
    assert_eq!(plan.units.len(), 2);
    assert_eq!(plan.units[1].parameters, parameters);
    assert!(plan.units[0].parameters.is_empty());
}

#[test]
fn mistakes_are_explained() {
    let message = |selection: &Selection| manifest().plan(selection).unwrap_err().to_string();
    let named = |version: &str| Selection { version: Some(version.to_owned()), ..march() };
    assert_eq!(message(&named("v22")), "the scope has no version `v22`: did you mean `v2`?");
    assert_eq!(
        message(&named("unheard-of")),
        "the scope has no version `unheard-of`: known are `next`, `v2`, `v1`, `v0`"
    );
    assert_eq!(
        message(&Selection::on(date(2024, 12, 31))),
        "the timeline of the scope begins on 2025-01-01: nothing is known about 2024-12-31; give a later date, or a version"
    );
    assert_eq!(
        message(&Selection::on(date(2030, 1, 1))),
        "the timeline of the scope shows no version on 2030-01-01; give another date, or a version: there are next, v2, v1, v0"
    );
    let parameter = |name: &str| BTreeMap::from([(name.to_owned(), String::new())]);
    assert_eq!(
        message(&Selection { parameters: parameter("lits"), ..march() }),
        "no module of next, v2, v1 has a parameter `lits`: did you mean `list`?"
    );
    assert_eq!(
        message(&Selection { parameters: parameter("list"), ..named("v0") }),
        "no module of v0 has a parameter `list`: they have none at all"
    );
    assert_eq!(
        message(&Selection { tests: Some(Regex::new("^names").unwrap()), ..march() }),
        "--tests and --sections select none of the 7 testcases of next, v2, v1"
    );
}

fn side_by_side() -> Manifest {
    Manifest::parse("side-by-side.yaml", include_str!("../../tests/side-by-side.yaml")).unwrap()
}

#[test]
fn versions_of_one_check_are_units_of_their_own() {
    let plan = side_by_side().plan(&Selection::on(date(2025, 1, 1))).unwrap();
    let units: Vec<_> = plan
        .units
        .iter()
        .map(|unit| (unit.version.as_str(), testcases(unit), unit.grants.len(), unit.limits.calls))
        .collect();
    let expected = [
        ("2.0.0", vec!["flavors-boot", "flavors-names", "flavors-new"], 2, Some(7)),
        // v4 and v3 ask for the same.
        ("1.4.0", vec!["flavors-boot", "flavors-names", "flavors-old"], 1, None),
    ];
    assert_eq!(units, expected);
    assert!(plan.units.iter().all(|unit| unit.check == "flavors"));
    let named = |plan: &Plan| plan.units.iter().map(|unit| plan.name_of(unit)).collect::<Vec<_>>();
    assert_eq!(named(&plan), ["flavors 2.0.0", "flavors 1.4.0"]);
    // The same check with two sets of inputs is no other version.
    assert_eq!(named(&manifest().plan(&march()).unwrap()), ["flavors", "images", "images"]);
    let names = |version: &str| keys(&plan, version, Target::Main)[0].clone();
    assert_eq!(names("next"), ("flavors-names".to_owned(), Some(0)));
    assert_eq!(names("v4"), ("flavors-names".to_owned(), Some(1)));
    assert_eq!(names("v3"), names("v4"));
    assert_eq!(keys(&plan, "next", Target::Recommended), [("flavors-new".to_owned(), Some(0))]);
    assert_eq!(keys(&plan, "v4", Target::Main)[2], ("flavors-old".to_owned(), Some(1)));
    for version in &plan.versions {
        for key in version.targets.values().flatten() {
            let Some(unit) = key.unit else { continue };
            assert_eq!(side_by_side().checks()[key.check.unwrap()].version, plan.units[unit].version);
        }
    }
}

#[test]
fn what_no_version_runs_says_why_for_each() {
    let plan = side_by_side().plan(&Selection::on(date(2025, 1, 1))).unwrap();
    let reasons: Vec<_> =
        plan.not_run.iter().map(|(key, why)| (key.testcase.as_str(), key.check, *why)).collect();
    assert_eq!(
        reasons,
        [("papers-there", Some(2), NotRun::Manual), ("papers-there", Some(3), NotRun::NoComponent)]
    );
}

#[test]
fn a_selection_looks_at_each_version() {
    // Heavy in 1.4.0 only.
    let selection = Selection { sections: Some([Section::Heavy].into()), ..Selection::on(date(2025, 1, 1)) };
    let plan = side_by_side().plan(&selection).unwrap();
    assert_eq!(
        plan.units.iter().map(|unit| (unit.version.as_str(), testcases(unit))).collect::<Vec<_>>(),
        [("1.4.0", vec!["flavors-boot"])]
    );
    let selection = Selection { version: Some("next".to_owned()), ..Selection::on(date(2025, 1, 1)) };
    let plan = side_by_side().plan(&selection).unwrap();
    assert_eq!(plan.units.iter().map(|unit| unit.version.as_str()).collect::<Vec<_>>(), ["2.0.0"]);
}
