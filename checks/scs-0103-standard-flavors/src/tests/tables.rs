//! The tables of the standard, as they are printed there, and what this check makes of the names in them.

use flavor_names::{Expected, FlavorName, Spec};

use crate::CHECK;
use crate::table::FLAVORS;

pub(super) struct Row {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) vcpus: u64,
    pub(super) cpu_type: &'static str,
    pub(super) ram_gib: u64,
    pub(super) disk_gb: Option<u64>,
    pub(super) disk_type: &'static str,
}

const fn row(
    section: &'static str,
    name: &'static str,
    vcpus: u64,
    cpu_type: &'static str,
    ram_gib: u64,
    disk_gb: Option<u64>,
    disk_type: &'static str,
) -> Row {
    Row { section, name, vcpus, cpu_type, ram_gib, disk_gb, disk_type }
}

/// SCS-0103 v1.2, "Mandatory", "Recommended, part 1", "Recommended, part 2".
#[rustfmt::skip]
pub(super) const TABLE: [Row; 31] = [
    row("Mandatory", "SCS-1V-4", 1, "shared-core", 4, None, ""),
    row("Mandatory", "SCS-2V-8", 2, "shared-core", 8, None, ""),
    row("Mandatory", "SCS-4V-16", 4, "shared-core", 16, None, ""),
    row("Mandatory", "SCS-4V-16-100s", 4, "shared-core", 16, Some(100), "ssd"),
    row("Mandatory", "SCS-8V-32", 8, "shared-core", 32, None, ""),
    row("Mandatory", "SCS-1V-2", 1, "shared-core", 2, None, ""),
    row("Mandatory", "SCS-2V-4", 2, "shared-core", 4, None, ""),
    row("Mandatory", "SCS-2V-4-20s", 2, "shared-core", 4, Some(20), "ssd"),
    row("Mandatory", "SCS-4V-8", 4, "shared-core", 8, None, ""),
    row("Mandatory", "SCS-8V-16", 8, "shared-core", 16, None, ""),
    row("Mandatory", "SCS-16V-32", 16, "shared-core", 32, None, ""),
    row("Mandatory", "SCS-1V-8", 1, "shared-core", 8, None, ""),
    row("Mandatory", "SCS-2V-16", 2, "shared-core", 16, None, ""),
    row("Mandatory", "SCS-4V-32", 4, "shared-core", 32, None, ""),
    row("Mandatory", "SCS-1L-1", 1, "crowded-core", 1, None, ""),
    row("Recommended, part 1", "SCS-1V-4-10", 1, "shared-core", 4, Some(10), "(any)"),
    row("Recommended, part 1", "SCS-2V-8-20", 2, "shared-core", 8, Some(20), "(any)"),
    row("Recommended, part 1", "SCS-4V-16-50", 4, "shared-core", 16, Some(50), "(any)"),
    row("Recommended, part 1", "SCS-8V-32-100", 8, "shared-core", 32, Some(100), "(any)"),
    row("Recommended, part 1", "SCS-1V-2-5", 1, "shared-core", 2, Some(5), "(any)"),
    row("Recommended, part 1", "SCS-2V-4-10", 2, "shared-core", 4, Some(10), "(any)"),
    row("Recommended, part 1", "SCS-4V-8-20", 4, "shared-core", 8, Some(20), "(any)"),
    row("Recommended, part 1", "SCS-8V-16-50", 8, "shared-core", 16, Some(50), "(any)"),
    row("Recommended, part 1", "SCS-16V-32-100", 16, "shared-core", 32, Some(100), "(any)"),
    row("Recommended, part 1", "SCS-1V-8-20", 1, "shared-core", 8, Some(20), "(any)"),
    row("Recommended, part 1", "SCS-2V-16-50", 2, "shared-core", 16, Some(50), "(any)"),
    row("Recommended, part 1", "SCS-4V-32-100", 4, "shared-core", 32, Some(100), "(any)"),
    row("Recommended, part 1", "SCS-1L-1-5", 1, "crowded-core", 1, Some(5), "(any)"),
    row("Recommended, part 2", "SCS-16V-64", 16, "shared-core", 64, None, ""),
    row("Recommended, part 2", "SCS-8V-64", 8, "shared-core", 64, None, ""),
    row("Recommended, part 2", "SCS-16V-128", 16, "shared-core", 128, None, ""),
];

#[test]
fn the_check_has_a_testcase_for_each_row() {
    assert_eq!(FLAVORS.len(), TABLE.len());
    for row in &TABLE {
        let flavor = FLAVORS.iter().find(|flavor| flavor.name == row.name).expect(row.name);
        assert_eq!(flavor.testcase.id, super::testcase(row.name));
        assert_eq!(flavor.section, format!("scs-0103-v1, \"{}\"", row.section));
    }
    let ids: Vec<_> = CHECK.testcases.iter().map(|testcase| testcase.id).collect();
    assert_eq!(ids, FLAVORS.map(|flavor| flavor.testcase.id));
}

#[test]
fn what_the_name_says_is_what_the_row_says() {
    for row in &TABLE {
        let spec = Spec::of(&FlavorName::parse(row.name).unwrap());
        assert_eq!(u64::from(spec.vcpus), row.vcpus, "{}", row.name);
        assert_eq!(spec.ram_mib, row.ram_gib * 1024, "{}", row.name);
        assert_eq!(u64::from(spec.disk_gb), row.disk_gb.unwrap_or(0), "{}", row.name);
        let exactly = |value: &str| Expected::Exactly(value.to_owned());
        assert_eq!(spec.extra_specs["scs:cpu-type"], exactly(row.cpu_type), "{}", row.name);
        assert_eq!(spec.extra_specs["scs:name-v2"], exactly(row.name));
        let disk_type = spec.extra_specs.get("scs:disk0-type").cloned();
        let expected = match row.disk_type {
            "" => None,
            "(any)" => Some(Expected::OneOf(vec!["network", "hdd", "ssd", "nvme"])),
            value => Some(exactly(value)),
        };
        assert_eq!(disk_type, expected, "{}", row.name);
    }
}

#[test]
fn titles_say_what_the_row_says() {
    for row in &TABLE {
        let title = FLAVORS.iter().find(|flavor| flavor.name == row.name).unwrap().testcase.title;
        let cpus = match (row.vcpus, row.cpu_type) {
            (1, "crowded-core") => "1 vCPU (crowded)".to_owned(),
            (1, _) => "1 vCPU".to_owned(),
            (count, _) => format!("{count} vCPUs"),
        };
        let disk = match (row.disk_gb, row.disk_type) {
            (None, _) => "no disk".to_owned(),
            (Some(size), "ssd") => format!("{size} GB of disk on SSD"),
            (Some(size), _) => format!("{size} GB of disk"),
        };
        let figures = format!("{cpus}, {} GiB of RAM, {disk}", row.ram_gib);
        let expected = format!("There is a flavor `{}`: {figures}; its `scs:` extra specs say so.", row.name);
        assert_eq!(title, expected);
    }
}
