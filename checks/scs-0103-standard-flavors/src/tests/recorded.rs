//! The check against a cloud that was recorded: the simulated one of `touchstone demo`.
//!
//! To record again: `touchstone simulate --scenario demo --port 5588 --clouds-yaml clouds.yaml`, and beside it
//! `touchstone run scopes/scs-compatible-iaas.yaml --cloud demo --tests ^scs-0103 --record demo.tape`.

use std::collections::BTreeMap;

use super::*;

fn recorded() -> Cloud {
    Cloud::from_tape("src/tests/demo.tape", CHECK.id)
}

#[test]
fn the_demo_cloud_is_judged_as_when_it_was_recorded() {
    let report = recorded().run(&CHECK);
    let why = |id: &str| match report.verdict(id) {
        Some(Verdict::Pass) => None,
        verdict => Some((id.to_owned(), (verdict, report.reason(id)))),
    };
    // Those that the scope asks for; the table has more.
    assert_eq!(report.wanted.len(), 15);
    let expected = [
        ("16v-32", "no flavor is named `SCS-16V-32`, nor says so in `scs:name-v2`"),
        ("2v-4-20s", "`scs:disk0-type` is `network`, should be `ssd`"),
        ("8v-16", "`scs:name-v1` is `SCS-8V-16`, should be `SCS-8V:16`"),
    ];
    let expected = expected.map(|(name, why)| (format!("scs-0103-flavor-{name}"), (FAIL, why.to_owned())));
    assert_eq!(
        report.wanted.iter().filter_map(|id| why(id)).collect::<BTreeMap<_, _>>(),
        BTreeMap::from(expected)
    );
    assert_eq!(report.reason("scs-0103-flavor-4v-16-100s"), "it is flavor `SCS-4V-16-100S`");
    assert_eq!(report.calls, ["GET compute /flavors/detail"]);
    assert!(report.not_on_tape.is_empty() && report.error.is_none());
}

#[test]
fn the_demo_cloud_with_other_flavors_passes() {
    let report = recorded().get("compute", "/flavors/detail", list(&perfect_cloud())).run(&CHECK);
    assert!(report.wanted.iter().all(|id| report.verdict(id) == PASS), "{:?}", report.outcomes);
}

#[test]
fn what_was_not_recorded_is_not_judged() {
    // An older cloud, whose extra specs are asked for one by one: nobody knows what it would have answered.
    let mut flavors = list(&perfect_cloud());
    for flavor in flavors["flavors"].as_array_mut().expect("a list") {
        flavor.as_object_mut().expect("an object").remove("extra_specs");
    }
    let report = recorded().get("compute", "/flavors/detail", flavors).run(&CHECK);
    assert!(report.wanted.iter().all(|id| report.verdict(id) == DNF), "{:?}", report.outcomes);
    assert_eq!(report.not_on_tape.len(), TABLE.len());
    assert!(
        report.reason("scs-0103-flavor-1l-1").contains("/os-extra_specs: not on tape: no check asked for it")
    );
}
