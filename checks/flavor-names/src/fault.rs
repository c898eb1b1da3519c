//! Everything that can be wrong with a name: what the problem is, and what was expected.

use std::borrow::Cow;

use crate::{CpuVendor, GpuVendor, Syntax};

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    NotScs,
    /// The right letters in the wrong case.
    Case {
        right: String,
    },
    /// `:` in a name that is not of version 1.
    Colon,
    Comma,
    /// `GB`, `GiB` or the like.
    Unit,
    Zero(Quantity),
    TooLarge(Quantity),
    NotWhole(Quantity),

    CpusMissing,
    CpuKind,
    /// `iT` instead of `Ti`.
    InsecureBeforeKind(char),
    AfterCpus,
    RamMissing,
    RamNotNumber,
    RamNotHalf,
    /// `ou` instead of `uo`.
    RamSuffixOrder,
    AfterRam,
    DiskCountMissing,
    DiskSizeMissing,
    DiskKind,
    AfterDisk,

    ExtensionMissing,
    ExtensionUnknown,
    ExtensionIsNumber,
    /// `-bms` instead of `_bms`.
    ExtensionSeparator,
    ExtensionTwice(Slot),
    ExtensionOrder {
        late: Slot,
        before: Slot,
    },
    AfterExtension,
    CpuGeneration(CpuVendor),
    CpuFrequency,
    AfterCpu,
    GpuVendor,
    GpuGeneration(GpuVendor),
    GpuUnitsMissing,
    GpuFrequency,
    GpuMemoryMissing,
    GpuMemoryWithoutUnits,
    GpuBandwidth,
}

/// What a number in a name counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    Cpus,
    Ram,
    Disks,
    DiskSize,
    GpuUnits,
    GpuMemory,
}

/// The places of the extensions, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    Hypervisor,
    Hwv,
    Cpu,
    Gpu,
    Infiniband,
}

impl Fault {
    /// What is wrong, and what was expected, in this syntax.
    pub(crate) fn text(&self, syntax: Syntax) -> FaultText {
        let (part, extension) = (syntax.part(), syntax.extension());
        match self {
            Self::NotScs => text("not a name of SCS-0100", "`SCS-` at the start"),
            Self::Case { right } => text("letters are case-sensitive", format!("`{right}`")),
            Self::Colon => text(
                "`:` is the separator of version 1",
                format!("`{part}`, or `{extension}` before an extension"),
            ),
            Self::Comma => text("a decimal comma", "a point, as in `3.5`"),
            Self::Unit => {
                text("a unit is written", "the number alone, for RAM is in GiB and disks are in GB")
            }
            Self::Zero(quantity) => text(format!("{} is zero", quantity.label()), quantity.least()),
            Self::TooLarge(quantity) => {
                text(format!("{} is beyond every cloud", quantity.label()), format!("at most {}", u32::MAX))
            }
            Self::NotWhole(quantity) => text(format!("{} is not whole", quantity.label()), "digits only"),

            Self::CpusMissing => {
                text("the number of vCPUs is missing", "a whole number and a letter, such as `4V`")
            }
            Self::CpuKind => text(
                "the kind of vCPU is missing or unknown",
                "`C`, `T`, `V` or `L` after the number of vCPUs",
            ),
            Self::InsecureBeforeKind(kind) => text("`i` before the kind of vCPU", format!("`{kind}i`")),
            Self::AfterCpus => {
                text("this does not belong to the vCPUs", format!("`{part}` and the RAM in GiB"))
            }
            Self::RamMissing => text("the RAM is missing", "a number of GiB, such as `8` or `3.5`"),
            Self::RamNotNumber => text("the RAM is not a number", "a number of GiB, such as `8` or `3.5`"),
            Self::RamNotHalf => {
                text("the RAM is not in halves of a GiB", "a whole number, or one that ends in `.5`")
            }
            Self::RamSuffixOrder => text("`o` before `u`", "`uo`"),
            Self::AfterRam => text(
                "this does not belong to the RAM",
                format!("`{part}` and a disk, `{extension}` and an extension, or the end"),
            ),
            Self::DiskCountMissing => {
                text("the number of disks is missing", "a whole number before `x`, as in `2x10`")
            }
            Self::DiskSizeMissing => text("the size of the disks is missing", "GB after `x`, as in `2x10`"),
            Self::DiskKind => text("unknown type of disk", "`n`, `h`, `s`, `p` or no letter"),
            Self::AfterDisk => text(
                "this does not belong to the disk",
                format!("`{extension}` and an extension, or the end"),
            ),

            Self::ExtensionMissing => {
                text(format!("nothing follows `{extension}`"), format!("an extension, or no `{extension}`"))
            }
            Self::ExtensionUnknown => text(
                "unknown extension",
                "`kvm`, `chy`, `xen`, `vmw`, `hyv`, `bms`, `hwv`, a CPU (`i`, `z`, `a`, `r`), a GPU (`G`, `g`) or `ib`",
            ),
            Self::ExtensionIsNumber => text(
                "a number is no extension",
                format!("a disk after `{part}`, or a CPU vendor's letter before the generation"),
            ),
            Self::ExtensionSeparator => text("wrong separator", format!("`{extension}` before an extension")),
            Self::ExtensionTwice(slot) => text(format!("{} a second time", slot.label()), "at most one"),
            Self::ExtensionOrder { late, before } => {
                text("out of order", format!("{} before {}", late.label(), before.label()))
            }
            Self::AfterExtension => text(
                "this does not belong to the extension",
                format!("`{extension}` and an extension, or the end"),
            ),
            Self::CpuGeneration(vendor) => text(
                format!("unknown CPU generation of {}", vendor.label()),
                match vendor.newest_generation() {
                    0 => "none, for none is defined yet".to_owned(),
                    newest => format!("0 to {newest}, or none"),
                },
            ),
            Self::CpuFrequency => text("more than three `h`", "at most `hhh`"),
            Self::AfterCpu => {
                text("this does not belong to the CPU", "the generation, then `h`, `hh` or `hhh`")
            }
            Self::GpuVendor => {
                text("the GPU vendor is missing or unknown", "`N` (NVIDIA), `A` (AMD) or `I` (Intel)")
            }
            Self::GpuGeneration(vendor) => {
                text(format!("unknown GPU generation of {}", vendor.label()), gpu_generations(*vendor))
            }
            Self::GpuUnitsMissing => {
                text("the number of processing units is missing", format!("a whole number after `{part}`"))
            }
            Self::GpuFrequency => text("more than two `h`", "at most `hh`"),
            Self::GpuMemoryMissing => {
                text("the video memory is missing", format!("whole GiB after `{part}`"))
            }
            Self::GpuMemoryWithoutUnits => text(
                "video memory without processing units",
                format!("the number of processing units first, as in `GNa{part}14{part}6h`"),
            ),
            Self::GpuBandwidth => text("more than one `h` after the video memory", "at most one"),
        }
    }
}

/// The two halves of an error message, without full stops.
pub(crate) struct FaultText {
    pub(crate) problem: Cow<'static, str>,
    pub(crate) expected: Cow<'static, str>,
}

fn text(problem: impl Into<Cow<'static, str>>, expected: impl Into<Cow<'static, str>>) -> FaultText {
    FaultText { problem: problem.into(), expected: expected.into() }
}

fn gpu_generations(vendor: GpuVendor) -> &'static str {
    match vendor {
        GpuVendor::Nvidia => "`f`, `k`, `m`, `p`, `v`, `t`, `a`, `l`, `g` (Hopper), `b` or `u`",
        GpuVendor::Amd => "`0.1` to `0.5` (GCN), `1` to `5` (CDNA, UDNA), `1.1` to `5.1` (RDNA) or `3.5`",
        GpuVendor::Intel => "`0.9`, `0.95`, `1`, `2`, `3` or `4`",
    }
}

impl Quantity {
    fn label(self) -> &'static str {
        match self {
            Self::Cpus => "the number of vCPUs",
            Self::Ram => "the RAM",
            Self::Disks => "the number of disks",
            Self::DiskSize => "the size of the disk",
            Self::GpuUnits => "the number of processing units",
            Self::GpuMemory => "the video memory",
        }
    }

    fn least(self) -> &'static str {
        match self {
            Self::Ram => "0.5 or more",
            Self::DiskSize => "1 or more, or no number where the cloud chooses the size",
            Self::Cpus | Self::Disks | Self::GpuUnits | Self::GpuMemory => "1 or more",
        }
    }
}

impl Slot {
    fn label(self) -> &'static str {
        match self {
            Self::Hypervisor => "the hypervisor",
            Self::Hwv => "`hwv`",
            Self::Cpu => "the CPU",
            Self::Gpu => "the GPU",
            Self::Infiniband => "`ib`",
        }
    }
}
