//! The CPU extension: vendor, generation and frequency (SCS-0100, "CPU Architecture Details").

/// The CPU: `_z3h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cpu {
    vendor: CpuVendor,
    generation: u8,
    /// How fast it is at least.
    pub frequency: CpuFrequency,
}

impl Cpu {
    /// A CPU of a generation that the standard's table has; `None` for any other. Generation 0 says "rather old or
    /// unspecified", the same as none.
    pub fn new(vendor: CpuVendor, generation: u8, frequency: CpuFrequency) -> Option<Self> {
        (generation <= vendor.newest_generation()).then_some(Self { vendor, generation, frequency })
    }

    /// Vendor, and with it the architecture.
    pub fn vendor(self) -> CpuVendor {
        self.vendor
    }

    /// The generation; 0: rather old or unspecified.
    pub fn generation(self) -> u8 {
        self.generation
    }

    /// What the generation is called; `None` for generation 0.
    pub fn generation_name(self) -> Option<&'static str> {
        let index = usize::from(self.generation).checked_sub(1)?;
        self.vendor.generation_names().get(index).copied()
    }

    /// What of it belongs into a short name: nothing of x86-64, otherwise the letter.
    pub(crate) fn short(self) -> Option<Self> {
        match self.vendor {
            CpuVendor::Intel | CpuVendor::Amd => None,
            CpuVendor::Arm | CpuVendor::RiscV => {
                Some(Self { generation: 0, frequency: CpuFrequency::Standard, ..self })
            }
        }
    }
}

/// Vendor and architecture of a CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CpuVendor {
    /// `i`: Intel, x86-64.
    Intel,
    /// `z`: AMD (Zen), x86-64.
    Amd,
    /// `a`: ARM v8 and later, aarch64.
    Arm,
    /// `r`: RISC-V.
    RiscV,
}

impl CpuVendor {
    /// All vendors, in the order of the standard's table.
    pub const ALL: [Self; 4] = [Self::Intel, Self::Amd, Self::Arm, Self::RiscV];

    /// The letter in a name.
    pub fn letter(self) -> char {
        match self {
            Self::Intel => 'i',
            Self::Amd => 'z',
            Self::Arm => 'a',
            Self::RiscV => 'r',
        }
    }

    /// The highest generation that the standard defines; 0 for RISC-V, whose generations are yet to be defined.
    pub fn newest_generation(self) -> u8 {
        u8::try_from(self.generation_names().len()).unwrap_or(u8::MAX)
    }

    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.letter() == letter)
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Intel => "Intel",
            Self::Amd => "AMD",
            Self::Arm => "Arm",
            Self::RiscV => "RISC-V",
        }
    }

    /// The generations from 1 on.
    fn generation_names(self) -> &'static [&'static str] {
        match self {
            Self::Intel => {
                &["Skylake", "Cascade Lake", "Ice Lake", "Sapphire Rapids", "Sierra Forest", "Granite Rapids"]
            }
            Self::Amd => &[
                "Zen 1 (Naples)",
                "Zen 2 (Rome)",
                "Zen 3 (Milan)",
                "Zen 4 (Genoa)",
                "Zen 5 (Turin)",
                "Zen 6 (Venice)",
            ],
            Self::Arm => &[
                "A76/Neoverse N1 class",
                "A78/X1/Neoverse V1 class",
                "A71x/Neoverse N2/V2 class",
                "AmpereOne",
                "A72x/Neoverse N3/V3 class",
            ],
            Self::RiscV => &[],
        }
    }
}

/// The frequency that all cores reach at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CpuFrequency {
    /// Nothing is said.
    Standard,
    /// `h`: above 2.75 GHz.
    High,
    /// `hh`: above 3.25 GHz.
    VeryHigh,
    /// `hhh`: above 3.75 GHz.
    Highest,
}

impl CpuFrequency {
    /// All of them, by the number of `h`s.
    pub const ALL: [Self; 4] = [Self::Standard, Self::High, Self::VeryHigh, Self::Highest];

    /// The letters in a name.
    pub fn letters(self) -> &'static str {
        match self {
            Self::Standard => "",
            Self::High => "h",
            Self::VeryHigh => "hh",
            Self::Highest => "hhh",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_generations_of_the_table_exist() {
        let newest = CpuVendor::ALL.map(CpuVendor::newest_generation);
        assert_eq!(newest, [6, 6, 5, 0]);
        assert_eq!(Cpu::new(CpuVendor::RiscV, 1, CpuFrequency::Standard), None);
        assert_eq!(Cpu::new(CpuVendor::Arm, 6, CpuFrequency::Standard), None);
        let oldest = Cpu::new(CpuVendor::Intel, 0, CpuFrequency::High).unwrap();
        assert_eq!(oldest.generation_name(), None);
        let newest = Cpu::new(CpuVendor::Intel, 6, CpuFrequency::High).unwrap();
        assert_eq!(newest.generation_name(), Some("Granite Rapids"));
    }
}
