//! The GPU extension: access, vendor, generation, processing units and video memory (SCS-0100, "GPU support").

use std::num::NonZeroU32;

/// The GPU: `_GNa-14h-6h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gpu {
    /// The whole card, or a share of it.
    pub access: GpuAccess,
    /// Vendor and generation.
    pub model: GpuModel,
    /// The frequency of its processing units.
    pub frequency: GpuFrequency,
    /// How many processing units and how much memory; `None`: not said.
    pub units: Option<GpuUnits>,
}

impl Gpu {
    /// What of it belongs into a short name: all but the `h`s.
    pub(crate) fn short(self) -> Self {
        let units = self.units.map(|units| GpuUnits {
            memory: units.memory.map(|memory| GpuMemory { high_bandwidth: false, ..memory }),
            ..units
        });
        Self { frequency: GpuFrequency::Standard, units, ..self }
    }
}

/// How an instance gets at the GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GpuAccess {
    /// `G`: passed through.
    PassThrough,
    /// `g`: a virtual GPU.
    Virtual,
}

impl GpuAccess {
    /// The letter in a name.
    pub fn letter(self) -> char {
        match self {
            Self::PassThrough => 'G',
            Self::Virtual => 'g',
        }
    }
}

/// The processing units (SMs of NVIDIA, CUs of AMD, EUs of Intel), and the video memory, which is never said
/// without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GpuUnits {
    /// How many processing units.
    pub count: NonZeroU32,
    /// The video memory; `None`: not said.
    pub memory: Option<GpuMemory>,
}

/// The video memory of a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GpuMemory {
    /// Its size in GiB.
    pub gib: NonZeroU32,
    /// `h`: memory of high bandwidth, such as HBM2.
    pub high_bandwidth: bool,
}

/// How fast the processing units are, compared with others of the same generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GpuFrequency {
    /// Nothing is said.
    Standard,
    /// `h`.
    High,
    /// `hh`.
    VeryHigh,
}

impl GpuFrequency {
    /// All of them, by the number of `h`s.
    pub const ALL: [Self; 3] = [Self::Standard, Self::High, Self::VeryHigh];

    /// The letters in a name.
    pub fn letters(self) -> &'static str {
        match self {
            Self::Standard => "",
            Self::High => "h",
            Self::VeryHigh => "hh",
        }
    }
}

/// Vendor of a GPU, and its generation if that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GpuModel {
    vendor: GpuVendor,
    generation: Option<&'static (&'static str, &'static str)>,
}

impl GpuModel {
    /// A GPU of unspecified generation.
    pub fn of(vendor: GpuVendor) -> Self {
        Self { vendor, generation: None }
    }

    /// A GPU whose generation has this code in names, such as `a` of NVIDIA or `3.1` of AMD; `None` if the vendor has
    /// no such generation.
    pub fn of_generation(vendor: GpuVendor, code: &str) -> Option<Self> {
        let generation = vendor.generations().iter().find(|(known, _)| *known == code)?;
        Some(Self { vendor, generation: Some(generation) })
    }

    /// Who made it.
    pub fn vendor(self) -> GpuVendor {
        self.vendor
    }

    /// The generation's code in a name; empty if not said.
    pub fn generation_code(self) -> &'static str {
        self.generation.map_or("", |(code, _)| code)
    }

    /// What the generation is called, if it is said.
    pub fn generation_name(self) -> Option<&'static str> {
        self.generation.map(|(_, name)| *name)
    }
}

/// Who made a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GpuVendor {
    /// `N`.
    Nvidia,
    /// `A`.
    Amd,
    /// `I`.
    Intel,
}

impl GpuVendor {
    /// All vendors, in the order of the standard's table.
    pub const ALL: [Self; 3] = [Self::Nvidia, Self::Amd, Self::Intel];

    /// The letter in a name.
    pub fn letter(self) -> char {
        match self {
            Self::Nvidia => 'N',
            Self::Amd => 'A',
            Self::Intel => 'I',
        }
    }

    /// The generations as (code in names, what it is called), oldest first.
    ///
    /// AMD's follow the standard's formula (GCN x: `0.x`, CDNA x and UDNA x: `x`, RDNA x: `x.1`, RDNA 3.5) for the
    /// generations there are. Intel's `0.95` is from the standard's own suite; the standard leaves that list open.
    pub fn generations(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Nvidia => &[
                ("f", "Fermi"),
                ("k", "Kepler"),
                ("m", "Maxwell"),
                ("p", "Pascal"),
                ("v", "Volta"),
                ("t", "Turing"),
                ("a", "Ampere"),
                ("l", "Ada Lovelace"),
                ("g", "Grace Hopper"),
                ("b", "Blackwell"),
                ("u", "Blackwell Ultra"),
            ],
            Self::Amd => &[
                ("0.1", "GCN 1"),
                ("0.2", "GCN 2"),
                ("0.3", "GCN 3"),
                ("0.4", "GCN 4"),
                ("0.5", "GCN 5"),
                ("1", "CDNA 1"),
                ("1.1", "RDNA 1"),
                ("2", "CDNA 2"),
                ("2.1", "RDNA 2"),
                ("3", "CDNA 3"),
                ("3.1", "RDNA 3"),
                ("3.5", "RDNA 3.5"),
                ("4", "CDNA 4"),
                ("4.1", "RDNA 4"),
                ("5", "CDNA 5 or UDNA 5"),
                ("5.1", "RDNA 5"),
            ],
            Self::Intel => &[
                ("0.9", "Gen9"),
                ("0.95", "Gen9.5"),
                ("1", "Xe (12.1)"),
                ("2", "Xe (12.2)"),
                ("3", "Arc (12.7)"),
                ("4", "Battlemage (20.0)"),
            ],
        }
    }

    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.letter() == letter)
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Nvidia => "NVIDIA",
            Self::Amd => "AMD",
            Self::Intel => "Intel",
        }
    }

    /// What a processing unit is called.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Nvidia => "SM",
            Self::Amd => "CU",
            Self::Intel => "EU",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_free_of_separators() {
        for vendor in GpuVendor::ALL {
            let mut codes: Vec<_> = vendor.generations().iter().map(|(code, _)| *code).collect();
            // `h` would be read as the frequency.
            assert!(codes.iter().all(|code| !code.is_empty() && !code.contains(['-', '_', ':', 'h'])));
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes.len(), vendor.generations().len());
        }
    }

    #[test]
    fn a_generation_belongs_to_its_vendor() {
        assert!(GpuModel::of_generation(GpuVendor::Nvidia, "a").is_some());
        assert!(GpuModel::of_generation(GpuVendor::Amd, "a").is_none());
        assert!(GpuModel::of_generation(GpuVendor::Amd, "3.5").is_some());
        assert!(GpuModel::of_generation(GpuVendor::Intel, "3.5").is_none());
        assert!(GpuModel::of_generation(GpuVendor::Intel, "").is_none());
    }
}
