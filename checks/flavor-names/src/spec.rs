//! What a flavor must have to be the standard flavor of a name (SCS-0103, "Guarantees and properties").

use std::collections::BTreeMap;

use crate::{DiskKind, FlavorName};

/// The figures and extra specs that a standard flavor must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Number of vCPUs, exactly.
    pub vcpus: u32,
    /// RAM in MiB, exactly.
    pub ram_mib: u64,
    /// Root disk in GB, exactly; 0 if the name has no disk, or one whose size the cloud chooses.
    pub disk_gb: u32,
    /// The extra specs by key, with what their value must be. A key that is missing here must not be set if it is
    /// `scs:disk0-type`.
    pub extra_specs: BTreeMap<&'static str, Expected>,
}

impl Spec {
    /// The extra spec that holds the name in the syntax of version 1.
    pub const NAME_V1: &'static str = "scs:name-v1";
    /// The extra spec that holds the name in today's syntax.
    pub const NAME_V2: &'static str = "scs:name-v2";
    /// The extra spec that says what a vCPU is.
    pub const CPU_TYPE: &'static str = "scs:cpu-type";
    /// The extra spec that says what the root disk is.
    pub const DISK0_TYPE: &'static str = "scs:disk0-type";

    /// The standard flavor that has this name.
    ///
    /// A name that leaves the type of disk open ("(any)" in the tables of SCS-0103) is satisfied by every type that
    /// the standard knows, but the extra spec must be set.
    pub fn of(name: &FlavorName) -> Self {
        let exactly = |value: &str| Expected::Exactly(value.to_owned());
        let mut extra_specs = BTreeMap::from([
            (Self::NAME_V1, Expected::Exactly(name.v1_name())),
            (Self::NAME_V2, Expected::Exactly(name.to_string())),
            (Self::CPU_TYPE, exactly(name.cpu_ram.kind.cpu_type())),
        ]);
        if let Some(disk) = name.disk {
            let any = || Expected::OneOf(DiskKind::ALL.map(DiskKind::disk_type).to_vec());
            let kind = disk.kind.map_or_else(any, |kind| exactly(kind.disk_type()));
            extra_specs.insert(Self::DISK0_TYPE, kind);
        }
        Self {
            vcpus: name.cpu_ram.cpus.get(),
            ram_mib: name.cpu_ram.ram.mib(),
            disk_gb: name.disk.and_then(|disk| disk.size).map_or(0, |size| size.get()),
            extra_specs,
        }
    }
}

/// What the value of an extra spec must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// This value.
    Exactly(String),
    /// One of these values.
    OneOf(Vec<&'static str>),
}

impl Expected {
    /// Is this value as expected?
    pub fn allows(&self, value: &str) -> bool {
        match self {
            Self::Exactly(expected) => expected == value,
            Self::OneOf(expected) => expected.contains(&value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str) -> Spec {
        Spec::of(&FlavorName::parse(name).unwrap())
    }

    #[test]
    fn a_flavor_without_disk_has_no_disk_type() {
        let spec = spec("SCS-1L-1");
        assert_eq!((spec.vcpus, spec.ram_mib, spec.disk_gb), (1, 1024, 0));
        let exactly = |value: &str| Expected::Exactly(value.to_owned());
        let expected = BTreeMap::from([
            ("scs:name-v1", exactly("SCS-1L:1")),
            ("scs:name-v2", exactly("SCS-1L-1")),
            ("scs:cpu-type", exactly("crowded-core")),
        ]);
        assert_eq!(spec.extra_specs, expected);
    }

    #[test]
    fn a_disk_has_its_size_and_type() {
        let spec = spec("SCS-4V-16-100s");
        assert_eq!((spec.vcpus, spec.ram_mib, spec.disk_gb), (4, 16384, 100));
        assert!(spec.extra_specs[Spec::NAME_V1].allows("SCS-4V:16:100s"));
        assert!(spec.extra_specs[Spec::CPU_TYPE].allows("shared-core"));
        assert!(spec.extra_specs[Spec::DISK0_TYPE].allows("ssd"));
        assert!(!spec.extra_specs[Spec::DISK0_TYPE].allows("nvme"));
    }

    #[test]
    fn a_disk_of_any_type_must_say_which_it_is() {
        let spec = spec("SCS-2C-3.5-50");
        assert_eq!((spec.vcpus, spec.ram_mib, spec.disk_gb), (2, 3584, 50));
        assert!(
            ["network", "hdd", "ssd", "nvme"]
                .iter()
                .all(|kind| spec.extra_specs[Spec::DISK0_TYPE].allows(kind))
        );
        assert!(!spec.extra_specs[Spec::DISK0_TYPE].allows("floppy"));
        assert!(!spec.extra_specs[Spec::DISK0_TYPE].allows(""));
    }
}
