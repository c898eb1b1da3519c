//! Which flavor is the standard flavor, and what is said if none is, or if it is not as it should be.

use super::*;

#[test]
fn a_flavor_is_found_by_its_property_whatever_its_name() {
    let report = report(&cloud_with(perfect("SCS-2V-8").named("gp1.small"), "SCS-2V-8"));
    assert_eq!(failing(&report), [""; 0]);
    assert_eq!(report.reason("scs-0103-flavor-2v-8"), "it is flavor `gp1.small`");
    assert!(report.findings.is_empty());
}

#[test]
fn a_name_without_properties_is_not_enough() {
    let report = report(&cloud_with(Given::plain("SCS-2V-4", 2, 4096, 0), "SCS-2V-4"));
    assert_eq!(failing(&report), ["SCS-2V-4"]);
    assert_eq!(
        messages(&report, "SCS-2V-4", Severity::Error),
        [
            "`scs:cpu-type` is not set, should be `shared-core`",
            "`scs:name-v1` is not set, should be `SCS-2V:4`",
            "`scs:name-v2` is not set, should be `SCS-2V-4`",
        ]
    );
    assert_eq!(
        report.reason("scs-0103-flavor-2v-4"),
        "flavor `SCS-2V-4` is not as it should be: scs:cpu-type, scs:name-v1, scs:name-v2"
    );
    for finding in report.findings("scs-0103-flavor-2v-4") {
        assert_eq!(finding.requirement.as_deref(), Some("scs-0103-v1, \"Guarantees and properties\""));
        let resource = finding.resource.as_ref().unwrap();
        assert_eq!((resource.service.as_str(), resource.kind.as_str()), ("compute", "flavor"));
        assert_eq!(resource.name.as_deref(), Some("SCS-2V-4"));
        assert_eq!(resource.id.as_deref(), Some("id of SCS-2V-4"));
    }
}

#[test]
fn each_wrong_property_is_named_with_what_it_is_and_should_be() {
    let wrong = Given { vcpus: 1, ram: 12288, disk: 128, ..perfect("SCS-8V-32") }
        .with("scs:cpu-type", "crowded-core")
        .with("scs:name-v1", "SCS-8V-32")
        .with("scs:disk0-type", "ssd");
    let report = report(&cloud_with(wrong, "SCS-8V-32"));
    assert_eq!(
        messages(&report, "SCS-8V-32", Severity::Error),
        [
            "has 1 vCPU, should have 8",
            "has 12288 MiB of RAM, should have 32768",
            "has a disk of 128 GB, should have none",
            "`scs:cpu-type` is `crowded-core`, should be `shared-core`",
            "`scs:name-v1` is `SCS-8V-32`, should be `SCS-8V:32`",
            "`scs:disk0-type` is `ssd`, should not be set where there is no disk",
        ]
    );
}

#[test]
fn a_single_difference_is_the_reason() {
    let wrong = Given { disk: 0, ..perfect("SCS-2V-4-20s") };
    let report = report(&cloud_with(wrong, "SCS-2V-4-20s"));
    assert_eq!(report.reason("scs-0103-flavor-2v-4-20s"), "has no disk, should have one of 20 GB");
}

#[test]
fn the_types_of_disk_that_may_be_are_listed() {
    let wrong = perfect("SCS-1V-4-10").without("scs:disk0-type");
    let report = report(&cloud_with(wrong, "SCS-1V-4-10"));
    assert_eq!(
        report.reason("scs-0103-flavor-1v-4-10"),
        "`scs:disk0-type` is not set, should be `network`, `hdd`, `ssd` or `nvme`"
    );
}

fn missing(instead: &[Given]) -> String {
    let others = perfect_cloud().into_iter().filter(|flavor| flavor.name != "SCS-2V-8");
    let flavors: Vec<Given> = others.chain(instead.iter().cloned()).collect();
    let report = report(&flavors);
    assert_eq!(failing(&report), ["SCS-2V-8"]);
    let [finding] = report.findings("scs-0103-flavor-2v-8")[..] else { panic!("one violation") };
    assert_eq!(finding.message, report.reason("scs-0103-flavor-2v-8"));
    assert_eq!(finding.requirement.as_deref(), Some("scs-0103-v1, \"Mandatory\""));
    finding.message.clone()
}

const NOWHERE: &str = "no flavor is named `SCS-2V-8`, nor says so in `scs:name-v2`";

#[test]
fn a_missing_flavor_is_named() {
    assert_eq!(missing(&[]), NOWHERE);
}

#[test]
fn an_empty_cloud_misses_all() {
    let report = report(&[]);
    assert_eq!(failing(&report).len(), 31);
    assert_eq!(
        report.findings("scs-0103-flavor-8v-64")[0].requirement.as_deref(),
        Some("scs-0103-v1, \"Recommended, part 2\"")
    );
}

#[test]
fn a_flavor_with_the_same_figures_is_hinted_at() {
    let same = |name| Given::plain(name, 2, 8192, 0);
    assert_eq!(
        missing(&[same("gp1.small"), Given::plain("other", 2, 8191, 0)]),
        format!("{NOWHERE}; there is `gp1.small`, with the same vCPUs, RAM and disk")
    );
    assert_eq!(
        missing(&["e", "d", "c", "b", "a"].map(same)),
        format!("{NOWHERE}; there is `a`, `b`, `c` and 2 more, with the same vCPUs, RAM and disk")
    );
}

#[test]
fn a_name_that_is_spelled_otherwise_is_hinted_at() {
    let spelled = |name: &str| format!("{NOWHERE}; there is `{name}`, where the name is spelled otherwise");
    for name in ["scs-2v-8", "SCS-2v-8", "SCS-2V:8", "SCS-2V-8.0", "SCS-02V-8"] {
        assert_eq!(missing(&[Given::plain(name, 1, 1, 0), Given::plain("same", 2, 8192, 0)]), spelled(name));
    }
    assert_eq!(missing(&[perfect("SCS-2V-8").named("x").with("scs:name-v2", "SCS-2V:8")]), spelled("x"));
}

#[test]
fn a_name_in_another_property_is_hinted_at() {
    let flavor = perfect("SCS-2V-8").named("x").without("scs:name-v2").with("scs:name-v3", "SCS-2V-8");
    let message = missing(&[flavor, Given::plain("same", 2, 8192, 0)]);
    assert_eq!(message, format!("{NOWHERE}; there is `x`, with that name in another `scs:name-vN`"));
}

#[test]
fn two_flavors_that_claim_a_name_pass_if_both_are_right_with_a_warning() {
    let mut flavors = perfect_cloud();
    flavors.push(perfect("SCS-2V-8").named("twin"));
    let report = report(&flavors);
    assert_eq!(failing(&report), [""; 0]);
    let said = messages(&report, "SCS-2V-8", Severity::Warning);
    let message = "is one of 2 flavors with `scs:name-v2=SCS-2V-8`: which is meant, users cannot tell";
    assert_eq!(said, [message, message]);
}

#[test]
fn two_flavors_that_claim_a_name_fail_if_one_is_wrong_in_any_order() {
    let wrong = Given { vcpus: 4, ..perfect("SCS-2V-8") };
    for name in ["aaa", "zzz"] {
        for first in [true, false] {
            let mut flavors = perfect_cloud();
            flavors.insert(if first { 0 } else { flavors.len() }, wrong.clone().named(name));
            let report = report(&flavors);
            assert_eq!(failing(&report), ["SCS-2V-8"]);
            assert_eq!(messages(&report, "SCS-2V-8", Severity::Error), ["has 4 vCPUs, should have 2"]);
            let reason = report.reason("scs-0103-flavor-2v-8");
            assert_eq!(reason, format!("flavor `{name}` is not as it should be: vCPUs"));
        }
    }
}

#[test]
fn who_says_so_goes_before_who_is_named_so() {
    // The flavor with the name is something else; the one with the property is right: names are recommended only.
    let mut flavors = cloud_with(Given::plain("SCS-2V-8", 2, 8192, 50), "SCS-2V-8");
    flavors.push(perfect("SCS-2V-8").named("gp1.small"));
    let fine = report(&flavors);
    assert_eq!(failing(&fine), [""; 0]);
    let said = messages(&fine, "SCS-2V-8", Severity::Warning);
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("`scs:name-v2=SCS-2V-8` is set on `gp1.small`"), "{said:?}");

    // The other way round: the one with the property is wrong, and the name does not save it.
    let mut flavors = cloud_with(perfect("SCS-2V-8").without("scs:name-v2"), "SCS-2V-8");
    flavors.push(Given { ram: 1, ..perfect("SCS-2V-8").named("gp1.small") });
    assert_eq!(failing(&report(&flavors)), ["SCS-2V-8"]);
}

#[test]
fn a_name_in_another_case_is_another_name() {
    let report = report(&cloud_with(
        perfect("SCS-2V-8").with("scs:name-v2", "scs-2v-8").named("scs-2v-8"),
        "SCS-2V-8",
    ));
    assert_eq!(failing(&report), ["SCS-2V-8"]);
}
