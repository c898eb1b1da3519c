//! The extensions: hypervisor, `hwv`, CPU, GPU and `ib`, in this order.

use std::num::NonZeroU32;

use super::{Parser, is_separator};
use crate::fault::{Fault, Quantity, Slot};
use crate::{
    Cpu, CpuFrequency, CpuVendor, FlavorName, Gpu, GpuAccess, GpuFrequency, GpuMemory, GpuModel, GpuUnits,
    GpuVendor, Hypervisor, NameError, Syntax,
};

impl Parser<'_> {
    /// All extensions, to the end of the name.
    pub(super) fn extensions(&mut self, flavor: &mut FlavorName) -> Result<(), NameError> {
        let mut last: Option<Slot> = None;
        while self.eat(self.syntax.extension()) {
            let length = self.rest().find(self.syntax.extension()).unwrap_or(self.rest().len());
            let mut piece = Parser { end: self.pos + length, ..*self };
            let slot = piece.slot()?;
            match last {
                Some(last) if last == slot => return Err(piece.unexpected(Fault::ExtensionTwice(slot))),
                Some(last) if last > slot => {
                    return Err(piece.unexpected(Fault::ExtensionOrder { late: slot, before: last }));
                }
                _ => last = Some(slot),
            }
            match slot {
                Slot::Hypervisor => flavor.hypervisor = Hypervisor::of_code(piece.take_word()),
                Slot::Hwv => flavor.hwv = piece.take_word() == "hwv",
                Slot::Cpu => flavor.cpu = Some(piece.cpu()?),
                Slot::Gpu => flavor.gpu = Some(piece.gpu()?),
                Slot::Infiniband => flavor.infiniband = piece.take_word() == "ib",
            }
            piece.finish(Fault::AfterExtension)?;
            self.pos = piece.end;
        }
        Ok(())
    }

    /// Does something start here that can only be meant as an extension?
    pub(super) fn starts_with_extension(&self) -> bool {
        match self.slot() {
            Ok(Slot::Gpu) => self.junk().chars().nth(1).and_then(GpuVendor::of_letter).is_some(),
            slot => slot.is_ok(),
        }
    }

    /// Does an extension start after the separator that stands here?
    pub(super) fn separates_extension(&self) -> bool {
        self.peek().is_some_and(is_separator) && Parser { pos: self.pos + 1, ..*self }.starts_with_extension()
    }

    /// Which extension starts here, by its first letters; it may still go wrong further on.
    fn slot(&self) -> Result<Slot, NameError> {
        let word = self.junk();
        let mut chars = word.chars();
        let Some(first) = chars.next() else {
            return Err(self.error(self.pos, self.pos, Fault::ExtensionMissing));
        };
        // After a CPU's letter come digits and `h`: what goes on with another letter is some word.
        let is_word = chars.next().is_some_and(|c| c.is_alphabetic() && !c.eq_ignore_ascii_case(&'h'));
        match word {
            "hwv" => Ok(Slot::Hwv),
            "ib" => Ok(Slot::Infiniband),
            _ if self.hypervisor(word).is_some() => Ok(Slot::Hypervisor),
            _ if CpuVendor::of_letter(first).is_some() && !is_word => Ok(Slot::Cpu),
            _ if matches!(first, 'G' | 'g') => Ok(Slot::Gpu),
            _ => Err(self.unexpected(self.no_extension(word))),
        }
    }

    fn no_extension(&self, word: &str) -> Fault {
        let right = word.to_ascii_lowercase();
        let is_code = right == "hwv" || right == "ib" || self.hypervisor(&right).is_some();
        if word != right && (is_code || looks_like_cpu(&right)) {
            return Fault::Case { right };
        }
        match word.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Fault::ExtensionIsNumber,
            false => Fault::ExtensionUnknown,
        }
    }

    /// The hypervisor of this code in this version: `chy` came after version 1.
    fn hypervisor(&self, code: &str) -> Option<Hypervisor> {
        let known = |hypervisor| self.syntax != Syntax::V1 || hypervisor != Hypervisor::CloudHypervisor;
        Hypervisor::of_code(code).filter(|hypervisor| known(*hypervisor))
    }

    fn take_word(&mut self) -> &str {
        self.take(|c| !is_separator(c))
    }

    fn cpu(&mut self) -> Result<Cpu, NameError> {
        let Some(vendor) = self.peek().and_then(CpuVendor::of_letter) else {
            return Err(self.unexpected(Fault::ExtensionUnknown));
        };
        self.pos += 1;
        let start = self.pos;
        let digits = self.digits();
        let generation = if digits.is_empty() { Some(0) } else { digits.parse::<u8>().ok() };
        let cpu = generation.and_then(|generation| Cpu::new(vendor, generation, CpuFrequency::Standard));
        let mut cpu = cpu.ok_or_else(|| self.error(start, self.pos, Fault::CpuGeneration(vendor)))?;
        cpu.frequency = self.frequency(CpuFrequency::ALL, Fault::CpuFrequency)?;
        self.finish(Fault::AfterCpu)?;
        Ok(cpu)
    }

    fn gpu(&mut self) -> Result<Gpu, NameError> {
        let access = if self.eat('G') { GpuAccess::PassThrough } else { GpuAccess::Virtual };
        if access == GpuAccess::Virtual {
            self.eat('g');
        }
        let model = self.gpu_model()?;
        let units = self.gpu_part(Quantity::GpuUnits, Fault::GpuUnitsMissing)?;
        let after_units = self.pos;
        let frequency = self.frequency(GpuFrequency::ALL, Fault::GpuFrequency)?;
        let Some(count) = units else {
            if self.peek() == Some(self.syntax.part()) && !self.separates_extension() {
                return Err(self.memory_without_units(model, after_units));
            }
            return Ok(Gpu { access, model, frequency, units: None });
        };
        let memory = match self.gpu_part(Quantity::GpuMemory, Fault::GpuMemoryMissing)? {
            None => None,
            Some(gib) => {
                Some(GpuMemory { gib, high_bandwidth: self.frequency([false, true], Fault::GpuBandwidth)? })
            }
        };
        Ok(Gpu { access, model, frequency, units: Some(GpuUnits { count, memory }) })
    }

    fn gpu_model(&mut self) -> Result<GpuModel, NameError> {
        let letter = self.peek();
        let Some(vendor) = letter.and_then(GpuVendor::of_letter) else {
            let upper = letter.map(|letter| letter.to_ascii_uppercase());
            return Err(match upper.filter(|upper| GpuVendor::of_letter(*upper).is_some()) {
                Some(right) => self.wrong_case(right),
                None => self.missing(Fault::GpuVendor),
            });
        };
        self.pos += 1;
        let start = self.pos;
        let code = self.take(|c| !is_separator(c) && c != 'h');
        if code.is_empty() {
            return Ok(GpuModel::of(vendor));
        }
        GpuModel::of_generation(vendor, code).ok_or_else(|| {
            let right = code.to_ascii_lowercase();
            self.error(
                start,
                self.pos,
                match GpuModel::of_generation(vendor, &right) {
                    Some(_) => Fault::Case { right },
                    None => Fault::GpuGeneration(vendor),
                },
            )
        })
    }

    /// A separator and a number, unless there is no separator, or what follows it is no part of the GPU.
    fn gpu_part(&mut self, quantity: Quantity, missing: Fault) -> Result<Option<NonZeroU32>, NameError> {
        if self.separates_extension() || !self.eat(self.syntax.part()) {
            return Ok(None);
        }
        let start = self.pos;
        let digits = self.digits();
        if digits.is_empty() {
            return Err(self.missing(missing));
        }
        let number = self.number(digits, start, quantity)?;
        match self.peek() {
            Some('.') => Err(self.unexpected(Fault::NotWhole(quantity))),
            _ => Ok(Some(number)),
        }
    }

    fn memory_without_units(&self, model: GpuModel, after_model: usize) -> NameError {
        // `GNh-132-80h` is meant to be Hopper, whose letter is `g`.
        let hopper = model == GpuModel::of(GpuVendor::Nvidia) && self.pos == after_model + 1;
        match hopper {
            true => self.error(after_model, self.pos, Fault::GpuGeneration(GpuVendor::Nvidia)),
            false => self.unexpected(Fault::GpuMemoryWithoutUnits),
        }
    }

    /// As many `h`s as there are, each a step in `steps`.
    fn frequency<T: Copy, const N: usize>(&mut self, steps: [T; N], too_many: Fault) -> Result<T, NameError> {
        let start = self.pos;
        let letters = self.take(|c| c == 'h');
        steps.get(letters.len()).copied().ok_or_else(|| self.error(start, self.pos, too_many))
    }

    /// The piece must end here.
    fn finish(&self, fault: Fault) -> Result<(), NameError> {
        match self.peek() {
            None => Ok(()),
            Some('H') => Err(self.wrong_case('h')),
            Some(_) if self.separates_extension() => Err(self.unexpected(Fault::ExtensionSeparator)),
            Some(_) => Err(self.unexpected(fault)),
        }
    }
}

/// Is this a CPU's letter, then digits, then `h`s?
fn looks_like_cpu(word: &str) -> bool {
    word.strip_prefix(|first| CpuVendor::of_letter(first).is_some()).is_some_and(|rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('h').is_empty()
    })
}
