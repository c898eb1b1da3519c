//! What a flavor name says, as types: the vCPUs and RAM, the disk, the hypervisor; CPU and GPU have their own files.

use std::num::NonZeroU32;

use crate::{Cpu, Gpu, NameError, Syntax, explain, parse, spell};

/// A flavor name of SCS-0100 v3, read. Two names that promise the same are equal, however they were spelled.
///
/// [`Display`](std::fmt::Display) prints the canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FlavorName {
    /// The vCPUs and the RAM: required.
    pub cpu_ram: CpuRam,
    /// The root disk; `None`: there is none, and one boots from a volume.
    pub disk: Option<Disk>,
    /// The hypervisor; `None`: not said, KVM is assumed.
    pub hypervisor: Option<Hypervisor>,
    /// `_hwv`: instances have hardware virtualization themselves (nested virtualization).
    pub hwv: bool,
    /// The CPU's vendor and architecture; `None`: generic x86-64.
    pub cpu: Option<Cpu>,
    /// The GPU, if there is one.
    pub gpu: Option<Gpu>,
    /// `_ib`: InfiniBand.
    pub infiniband: bool,
}

impl FlavorName {
    /// Reads a name in the syntax of version 3, and no other; for older ones see [`Reading::of`](crate::Reading::of).
    ///
    /// # Errors
    /// Where the name goes wrong first, and what belongs there. A name that does not start with `SCS-` is none of
    /// the standard's business; [`NameError::is_foreign`] tells it from a wrong one.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        parse::parse(name, Syntax::V3)
    }

    /// The shorter name that says the essential: what a provider of detailed names is expected to offer as well
    /// (SCS-0100, "Naming policy compliance").
    ///
    /// Hypervisor, `hwv` and x86-64 vendors go; of other CPUs the letter stays, for it says the architecture;
    /// a GPU loses its `h`s. Vcpus, RAM, disk and InfiniBand stay.
    pub fn short(&self) -> Self {
        Self {
            hypervisor: None,
            hwv: false,
            cpu: self.cpu.and_then(Cpu::short),
            gpu: self.gpu.map(Gpu::short),
            ..self.clone()
        }
    }

    /// What the name means, in English.
    pub fn explain(&self) -> String {
        explain::explain(self)
    }

    /// The name in the syntax of version 1 (`SCS-4V:16:50-kvm`), by the transformation that SCS-0100 v3 gives under
    /// "Previous standard versions". (Version 1 itself does not know [`Hypervisor::CloudHypervisor`].)
    pub fn v1_name(&self) -> String {
        spell::spelled(self, Syntax::V1)
    }
}

/// The vCPUs and the RAM: `2Li-4uo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CpuRam {
    /// How many vCPUs.
    pub cpus: NonZeroU32,
    /// What one of them is.
    pub kind: CpuKind,
    /// `i`: weak protection against CPU vulnerabilities.
    pub insecure: bool,
    /// How much RAM.
    pub ram: Ram,
    /// `u`: RAM without error correction.
    pub no_ecc: bool,
    /// `o`: more RAM is promised than there is.
    pub oversubscribed: bool,
}

/// What a vCPU is (SCS-0100, "CPU Suffixes"), the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CpuKind {
    /// `L`: a heavily oversubscribed vCPU.
    CrowdedCore,
    /// `V`: an oversubscribed vCPU.
    SharedCore,
    /// `T`: a thread of its own.
    DedicatedThread,
    /// `C`: a core of its own.
    DedicatedCore,
}

impl CpuKind {
    /// All kinds, the least first.
    pub const ALL: [Self; 4] =
        [Self::CrowdedCore, Self::SharedCore, Self::DedicatedThread, Self::DedicatedCore];

    /// The letter in a name.
    pub fn letter(self) -> char {
        match self {
            Self::CrowdedCore => 'L',
            Self::SharedCore => 'V',
            Self::DedicatedThread => 'T',
            Self::DedicatedCore => 'C',
        }
    }

    /// The value of the extra spec `scs:cpu-type` (SCS-0103, "Properties").
    pub fn cpu_type(self) -> &'static str {
        match self {
            Self::CrowdedCore => "crowded-core",
            Self::SharedCore => "shared-core",
            Self::DedicatedThread => "dedicated-thread",
            Self::DedicatedCore => "dedicated-core",
        }
    }

    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.letter() == letter)
    }
}

/// An amount of RAM in GiB, whole or with a half, above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ram {
    gib: u32,
    half: bool,
}

impl Ram {
    /// `gib` GiB, and half a GiB more if `half`; `None` if that is nothing at all.
    pub fn new(gib: u32, half: bool) -> Option<Self> {
        (gib > 0 || half).then_some(Self { gib, half })
    }

    /// The whole GiB.
    pub fn gib(self) -> u32 {
        self.gib
    }

    /// Is there half a GiB more?
    pub fn has_half(self) -> bool {
        self.half
    }

    /// The amount in MiB, as OpenStack has it.
    pub fn mib(self) -> u64 {
        u64::from(self.gib) * 1024 + if self.half { 512 } else { 0 }
    }
}

/// The disk part: `-3x10s`.
///
/// Version 3 wants a size wherever there is a number of disks; several disks without one (`3xs`) come only from names
/// of versions 1 and 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Disk {
    /// How many disks; 1 if not said.
    pub count: NonZeroU32,
    /// The size of each in GB; `None`: the cloud chooses a size large enough for the image.
    pub size: Option<NonZeroU32>,
    /// The type; `None`: any.
    pub kind: Option<DiskKind>,
}

/// The type of a disk (SCS-0100, "Disk sizes and types").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiskKind {
    /// `n`: network storage.
    Network,
    /// `h`: a local hard disk.
    Hdd,
    /// `s`: a local SSD.
    Ssd,
    /// `p`: a fast local NVMe disk.
    Nvme,
}

impl DiskKind {
    /// All types, in the order of the standard's table.
    pub const ALL: [Self; 4] = [Self::Network, Self::Hdd, Self::Ssd, Self::Nvme];

    /// The letter in a name.
    pub fn letter(self) -> char {
        match self {
            Self::Network => 'n',
            Self::Hdd => 'h',
            Self::Ssd => 's',
            Self::Nvme => 'p',
        }
    }

    /// The value of the extra spec `scs:diskN-type` (SCS-0103, "Properties").
    pub fn disk_type(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Hdd => "hdd",
            Self::Ssd => "ssd",
            Self::Nvme => "nvme",
        }
    }

    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.letter() == letter)
    }
}

/// The hypervisor (SCS-0100, "Hypervisor").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hypervisor {
    /// `kvm`.
    Kvm,
    /// `chy`: Cloud Hypervisor; not in version 1.
    CloudHypervisor,
    /// `xen`.
    Xen,
    /// `vmw`.
    Vmware,
    /// `hyv`.
    HyperV,
    /// `bms`: none at all.
    BareMetal,
}

impl Hypervisor {
    /// All of them, in the order of the standard's table.
    pub const ALL: [Self; 6] =
        [Self::Kvm, Self::CloudHypervisor, Self::Xen, Self::Vmware, Self::HyperV, Self::BareMetal];

    /// The three letters in a name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Kvm => "kvm",
            Self::CloudHypervisor => "chy",
            Self::Xen => "xen",
            Self::Vmware => "vmw",
            Self::HyperV => "hyv",
            Self::BareMetal => "bms",
        }
    }

    pub(crate) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hypervisor| hypervisor.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ram_is_exact() {
        assert_eq!(Ram::new(0, false), None);
        assert_eq!(Ram::new(0, true).map(Ram::mib), Some(512));
        assert_eq!(Ram::new(3, true).map(Ram::mib), Some(3584));
        assert_eq!(Ram::new(u32::MAX, true).map(Ram::mib), Some(4_398_046_510_592));
        assert!(Ram::new(3, true) > Ram::new(3, false));
    }

    #[test]
    fn a_short_name_keeps_the_essential() {
        for (long, short) in [
            ("SCS-16T-64-3x10s_bms_hwv_i3h_GNa-64h-6h_ib", "SCS-16T-64-3x10s_GNa-64-6_ib"),
            ("SCS-2Li-3.5uo-_kvm_z6hhh", "SCS-2Li-3.5uo-"),
            ("SCS-4C-16-2x200p_a1hh", "SCS-4C-16-2x200p_a"),
            ("SCS-4C-16_rh", "SCS-4C-16_r"),
            ("SCS-4C-16_GNah", "SCS-4C-16_GNa"),
            ("SCS-4C-16", "SCS-4C-16"),
        ] {
            assert_eq!(FlavorName::parse(long).unwrap().short().to_string(), short);
        }
    }

    #[test]
    fn version_1_swaps_the_separators() {
        let name = FlavorName::parse("SCS-16T-64-3x10s_bms_hwv_i3h_GNa-64h-6h_ib").unwrap();
        assert_eq!(name.v1_name(), "SCS-16T:64:3x10s-bms-hwv-i3h-GNa:64h:6h-ib");
        assert_eq!(FlavorName::parse("SCS-1L-1").unwrap().v1_name(), "SCS-1L:1");
    }
}
