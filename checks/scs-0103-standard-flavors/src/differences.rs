//! In what a flavor differs from a standard flavor.

use flavor_names::{Expected, Spec};
use touchstone_sdk::openstack::Flavor;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// What differs, in a word.
    pub(crate) field: &'static str,
    /// What it is, and what it should be.
    pub(crate) message: String,
}

/// Figures have to be the same exactly, and extra specs as the standard has them.
pub(crate) fn differences(flavor: &Flavor, spec: &Spec) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut add = |field, message| found.push(Difference { field, message });
    if flavor.vcpus != u64::from(spec.vcpus) {
        let plural = if flavor.vcpus == 1 { "" } else { "s" };
        add("vCPUs", format!("has {} vCPU{plural}, should have {}", flavor.vcpus, spec.vcpus));
    }
    if flavor.ram_mib != spec.ram_mib {
        add("RAM", format!("has {} MiB of RAM, should have {}", flavor.ram_mib, spec.ram_mib));
    }
    if flavor.disk_gib != u64::from(spec.disk_gb) {
        add("disk", disk(flavor.disk_gib, spec.disk_gb));
    }
    for (key, expected) in &spec.extra_specs {
        let is = match flavor.extra_specs.get(*key) {
            Some(value) if expected.allows(value) => continue,
            Some(value) => format!("is `{value}`"),
            None => "is not set".to_owned(),
        };
        add(key, format!("`{key}` {is}, should be {}", one_of(expected)));
    }
    let key = Spec::DISK0_TYPE;
    if let (Some(value), false) = (flavor.extra_specs.get(key), spec.extra_specs.contains_key(key)) {
        add(key, format!("`{key}` is `{value}`, should not be set where there is no disk"));
    }
    found
}

fn disk(has: u64, should: u32) -> String {
    match (has, should) {
        (_, 0) => format!("has a disk of {has} GB, should have none"),
        (0, _) => format!("has no disk, should have one of {should} GB"),
        _ => format!("has a disk of {has} GB, should have one of {should}"),
    }
}

fn one_of(expected: &Expected) -> String {
    match expected {
        Expected::Exactly(value) => format!("`{value}`"),
        Expected::OneOf(values) => {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            match values.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                _ => values.concat(),
            }
        }
    }
}
