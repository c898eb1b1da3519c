//! Whatever single thing of a perfect cloud is spoiled, exactly the testcases concerned fail.

use proptest::prelude::*;
use touchstone_sdk::Severity;

use super::*;

#[test]
fn a_perfect_cloud_passes_without_a_word() {
    let report = report(&perfect_cloud());
    assert_eq!(failing(&report), [""; 0]);
    assert!(report.findings.is_empty());
    assert!(report.outcomes.iter().all(|(_, _, reason)| reason.is_empty()));
    assert_eq!(report.calls, ["GET compute /flavors/detail"]);
}

#[test]
fn a_missing_flavor_fails_its_testcase_only() {
    for row in &TABLE {
        let flavors: Vec<Given> =
            perfect_cloud().into_iter().filter(|flavor| flavor.name != row.name).collect();
        assert_eq!(failing(&report(&flavors)), [row.name]);
    }
}

#[test]
fn any_wrong_figure_fails_its_testcase_only() {
    for row in &TABLE {
        let right = perfect(row.name);
        let half =
            Given { vcpus: right.vcpus / 2, ram: right.ram / 2, disk: right.disk / 2, ..right.clone() };
        for wrong in [
            Given { vcpus: right.vcpus + 1, ..right.clone() },
            Given { vcpus: right.vcpus - 1, ..right.clone() },
            Given { vcpus: right.vcpus * 2, ..right.clone() },
            Given { ram: right.ram + 1, ..right.clone() },
            Given { ram: right.ram - 1, ..right.clone() },
            Given { ram: right.ram * 1000 / 1024, ..right.clone() },
            Given { ram: right.ram / 1024, ..right.clone() },
            Given { disk: right.disk + 1, ..right.clone() },
            Given { disk: if right.disk == 0 { 20 } else { 0 }, ..right.clone() },
            half,
        ] {
            assert_eq!(failing(&report(&cloud_with(wrong.clone(), row.name))), [row.name], "{wrong:?}");
        }
    }
}

#[test]
fn any_missing_property_fails_its_testcase_only() {
    for row in &TABLE {
        let right = perfect(row.name);
        for key in right.extra_specs.keys() {
            let report = report(&cloud_with(right.clone().without(key), row.name));
            assert_eq!(failing(&report), [row.name], "{key}");
            let said = messages(&report, row.name, Severity::Error);
            assert_eq!(said.len(), 1);
            assert!(said[0].starts_with(&format!("`{key}` is not set, should be `")), "{said:?}");
        }
    }
}

#[test]
fn any_wrong_property_fails_its_testcase_only() {
    for row in &TABLE {
        let right = perfect(row.name);
        for (key, value) in &right.extra_specs {
            let wrong =
                ["", "x", " ", "Network", "SSD", "dedicated-core", "SCS-64V-512", "None"].map(str::to_owned);
            let like_it =
                [format!("{value} "), format!(" {value}"), value.to_uppercase(), format!("\"{value}\"")];
            for wrong in wrong.into_iter().chain(like_it).filter(|wrong| wrong != value) {
                let flavors = cloud_with(right.clone().with(key, &wrong), row.name);
                assert_eq!(failing(&report(&flavors)), [row.name], "{key}={wrong}");
            }
        }
    }
}

#[test]
fn a_disk_type_must_not_be_set_where_there_is_no_disk() {
    for row in TABLE.iter().filter(|row| row.disk_gb.is_none()) {
        for value in ["ssd", "network", ""] {
            let flavor = perfect(row.name).with("scs:disk0-type", value);
            assert_eq!(failing(&report(&cloud_with(flavor, row.name))), [row.name], "{value}");
        }
    }
}

#[test]
fn a_disk_of_any_type_says_which_and_an_ssd_is_an_ssd() {
    for row in TABLE.iter().filter(|row| row.disk_gb.is_some()) {
        for value in ["network", "hdd", "ssd", "nvme"] {
            let flavor = perfect(row.name).with("scs:disk0-type", value);
            let right = row.disk_type == "(any)" || row.disk_type == value;
            let expected: &[&str] = if right { &[] } else { &[row.name] };
            assert_eq!(failing(&report(&cloud_with(flavor, row.name))), expected, "{} {value}", row.name);
        }
        let floppy = perfect(row.name).with("scs:disk0-type", "floppy");
        assert_eq!(failing(&report(&cloud_with(floppy, row.name))), [row.name]);
    }
}

#[test]
fn a_flavor_that_claims_to_be_another_spoils_both() {
    for (this, other) in [("SCS-2V-8", "SCS-2V-4"), ("SCS-2V-4-20s", "SCS-2V-4"), ("SCS-1V-4", "SCS-8V-64")] {
        let flavors = cloud_with(perfect(this).with("scs:name-v2", other), this);
        let mut failing = failing(&report(&flavors));
        failing.sort_unstable();
        let mut expected = [this, other];
        expected.sort_unstable();
        assert_eq!(failing, expected);
    }
}

#[test]
fn other_flavors_and_other_properties_do_no_harm() {
    let mut flavors = perfect_cloud();
    flavors.insert(0, Given::plain("m1.tiny", 1, 512, 1));
    flavors.push(Given::plain("SCS-wrong", 2, 8192, 0).with("scs:name-v1", "SCS-2V:8"));
    flavors.push(perfect("SCS-2V-8").named("SCS-2C-8").with("scs:name-v2", "SCS-2C-8"));
    for flavor in &mut flavors {
        *flavor = flavor.clone().with("hw_rng:allowed", "true").with("scs:name-v7", "SCS-1L-0.5");
    }
    assert_eq!(failing(&report(&flavors)), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Clouds with doubles, claims and gaps: neither verdicts nor findings depend on the order of the list.
    #[test]
    fn the_order_of_the_api_does_not_matter(
        picks in prop::collection::vec((0..31_usize, 0..31_usize, 0..6_u8), 1..40),
        turn in 0..40_usize,
    ) {
        let mut flavors: Vec<Given> = picks.iter().enumerate().map(|(i, &(which, other, spoil))| {
            let (flavor, other) = (perfect(TABLE[which].name), TABLE[other].name);
            let flavor = match spoil {
                0 => flavor,
                1 => flavor.with("scs:name-v2", other),
                2 => flavor.without("scs:name-v2"),
                3 => flavor.with("scs:cpu-type", "x"),
                4 => Given { ram: flavor.ram + 1, ..flavor },
                _ => Given { vcpus: flavor.vcpus + 1, ..flavor },
            };
            if i % 3 == 0 { flavor } else { flavor.named(&format!("f{i}")) }
        }).collect();
        flavors.dedup_by(|a, b| a.name == b.name);
        let mut names = std::collections::BTreeSet::new();
        flavors.retain(|flavor| names.insert(flavor.name.clone()));
        let one = report(&flavors);
        flavors.reverse();
        let by = turn % flavors.len();
        flavors.rotate_left(by);
        let other = report(&flavors);
        prop_assert_eq!(one.outcomes, other.outcomes);
        prop_assert_eq!(one.findings, other.findings);
    }
}
