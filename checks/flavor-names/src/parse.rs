//! Reading a name: prefix, vCPUs, RAM and disk. The extensions have a file of their own.

mod extensions;

use std::num::NonZeroU32;

use crate::fault::{Fault, Quantity};
use crate::{CpuKind, CpuRam, Disk, DiskKind, FlavorName, NameError, Ram, Syntax};

/// Reads a name in one syntax.
pub(crate) fn parse(name: &str, syntax: Syntax) -> Result<FlavorName, NameError> {
    let mut parser = Parser { name, pos: 0, end: name.len(), syntax };
    if !name.starts_with(Syntax::PREFIX) {
        return Err(parser.not_scs());
    }
    parser.pos = Syntax::PREFIX.len();
    let cpu_ram = parser.cpu_ram()?;
    let disk = if parser.eat(syntax.part()) { Some(parser.disk()?) } else { None };
    let mut flavor =
        FlavorName { cpu_ram, disk, hypervisor: None, hwv: false, cpu: None, gpu: None, infiniband: false };
    parser.extensions(&mut flavor)?;
    Ok(flavor)
}

/// A position in a name, or in a piece of it. It only ever steps over whole characters.
struct Parser<'a> {
    name: &'a str,
    pos: usize,
    /// Where the name, or the piece of it, ends.
    end: usize,
    syntax: Syntax,
}

impl<'a> Parser<'a> {
    fn cpu_ram(&mut self) -> Result<CpuRam, NameError> {
        let (cpus, kind) = self.cpus()?;
        let insecure = self.eat('i');
        if !self.eat(self.syntax.part()) {
            return Err(self.after_cpus());
        }
        let ram = self.ram()?;
        let suffixes = self.pos;
        let no_ecc = self.eat('u');
        let oversubscribed = self.eat('o');
        if oversubscribed && !no_ecc && self.eat('u') {
            return Err(self.error(suffixes, self.pos, Fault::RamSuffixOrder));
        }
        match self.peek() {
            None => {}
            Some(next) if next == self.syntax.part() || next == self.syntax.extension() => {}
            Some(next) => {
                return Err(match next {
                    'U' | 'O' => self.wrong_case(next.to_ascii_lowercase()),
                    _ if is_unit(self.junk()) => self.unexpected(Fault::Unit),
                    _ if self.separates_extension() => self.unexpected(Fault::ExtensionSeparator),
                    _ => self.unexpected(Fault::AfterRam),
                });
            }
        }
        Ok(CpuRam { cpus, kind, insecure, ram, no_ecc, oversubscribed })
    }

    fn cpus(&mut self) -> Result<(NonZeroU32, CpuKind), NameError> {
        let start = self.pos;
        let digits = self.digits();
        if digits.is_empty() {
            return Err(self.missing(Fault::CpusMissing));
        }
        let cpus = self.number(digits, start, Quantity::Cpus)?;
        let Some(letter) = self.peek() else { return Err(self.missing(Fault::CpuKind)) };
        if let Some(kind) = CpuKind::of_letter(letter) {
            self.pos += 1;
            return Ok((cpus, kind));
        }
        if letter == 'i'
            && let Some(kind) = self.rest().chars().nth(1).filter(|next| CpuKind::of_letter(*next).is_some())
        {
            return Err(self.error(self.pos, self.pos + 2, Fault::InsecureBeforeKind(kind)));
        }
        let right = letter.to_ascii_uppercase();
        if CpuKind::of_letter(right).is_some() {
            return Err(self.wrong_case(right));
        }
        Err(self.missing(if letter == '.' { Fault::NotWhole(Quantity::Cpus) } else { Fault::CpuKind }))
    }

    /// What stands after the vCPUs instead of the separator and the RAM.
    fn after_cpus(&self) -> NameError {
        match self.peek() {
            Some('I') => self.wrong_case('i'),
            Some(next) if next != '_' => self.unexpected(Fault::AfterCpus),
            _ => self.error(self.pos, self.pos, Fault::RamMissing),
        }
    }

    fn ram(&mut self) -> Result<Ram, NameError> {
        let start = self.pos;
        let text = self.take(|c| c.is_ascii_digit() || c == '.');
        let fault = |fault| self.error(start, self.pos, fault);
        if text.is_empty() {
            let nothing = self.peek().is_none_or(is_separator);
            return Err(self.missing(if nothing { Fault::RamMissing } else { Fault::RamNotNumber }));
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if fraction.contains('.') || text == "." {
            return Err(fault(Fault::RamNotNumber));
        }
        let gib = if whole.is_empty() { Some(0) } else { whole.parse::<u32>().ok() };
        let gib = gib.ok_or_else(|| fault(Fault::TooLarge(Quantity::Ram)))?;
        let half = match fraction.trim_end_matches('0') {
            "" => false,
            "5" => true,
            _ => return Err(fault(Fault::RamNotHalf)),
        };
        Ram::new(gib, half).ok_or_else(|| fault(Fault::Zero(Quantity::Ram)))
    }

    /// The disk after its separator, which is all there need be.
    fn disk(&mut self) -> Result<Disk, NameError> {
        let start = self.pos;
        if self.starts_with_extension() {
            return Err(self.error(start - 1, self.piece_end(), Fault::ExtensionSeparator));
        }
        let mut size_start = start;
        let mut digits = self.digits();
        let mut count = NonZeroU32::MIN;
        if self.eat('x') {
            if digits.is_empty() {
                return Err(self.error(start, self.pos, Fault::DiskCountMissing));
            }
            count = self.number(digits, start, Quantity::Disks)?;
            size_start = self.pos;
            digits = self.digits();
            if digits.is_empty() && !self.syntax.allows_disks_without_size() {
                return Err(self.error(self.pos, self.pos, Fault::DiskSizeMissing));
            }
        }
        let size = match digits {
            "" => None,
            digits => Some(self.number(digits, size_start, Quantity::DiskSize)?),
        };
        let kind = self.peek().and_then(DiskKind::of_letter);
        if kind.is_some() {
            self.pos += 1;
        }
        match self.peek() {
            Some(next) if next != self.syntax.extension() => Err(self.after_disk(next, size, kind)),
            _ => Ok(Disk { count, size, kind }),
        }
    }

    /// What stands after the disk instead of an extension or the end.
    fn after_disk(&self, next: char, size: Option<NonZeroU32>, kind: Option<DiskKind>) -> NameError {
        match next {
            '.' if size.is_some() => self.unexpected(Fault::NotWhole(Quantity::DiskSize)),
            _ if self.separates_extension() => self.unexpected(Fault::ExtensionSeparator),
            _ if kind.is_some() => self.unexpected(Fault::AfterDisk),
            'N' | 'H' | 'S' | 'P' | 'X' => self.wrong_case(next.to_ascii_lowercase()),
            _ if is_unit(self.junk()) => self.unexpected(Fault::Unit),
            _ if next.is_alphabetic() => self.unexpected(Fault::DiskKind),
            _ => self.unexpected(Fault::AfterDisk),
        }
    }

    /// A number above zero; `digits` start at `start`.
    fn number(&self, digits: &str, start: usize, quantity: Quantity) -> Result<NonZeroU32, NameError> {
        let error = |fault| self.error(start, start + digits.len(), fault);
        // Nothing but digits, at least one of them: the only way to fail is to be too large.
        let number = digits.parse::<u32>().map_err(|_| error(Fault::TooLarge(quantity)))?;
        NonZeroU32::new(number).ok_or_else(|| error(Fault::Zero(quantity)))
    }

    fn rest(&self) -> &'a str {
        self.name.get(self.pos..self.end).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.pos += expected.len_utf8();
        }
        found
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())];
        self.pos += taken.len();
        taken
    }

    fn digits(&mut self) -> &'a str {
        self.take(|c| c.is_ascii_digit())
    }

    /// Where the piece that starts here ends: before the next separator of any version, but never empty unless at the
    /// end.
    fn piece_end(&self) -> usize {
        let rest = self.rest();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        self.pos + rest[first..].find(is_separator).map_or(rest.len(), |length| first + length)
    }

    /// The piece that starts here.
    fn junk(&self) -> &'a str {
        &self.name[self.pos..self.piece_end()]
    }

    fn error(&self, start: usize, end: usize, fault: Fault) -> NameError {
        NameError::new(self.name, self.syntax, start, end, fault)
    }

    /// The piece that starts here is wrong: because of `fault`, unless it is wrong everywhere.
    fn unexpected(&self, fault: Fault) -> NameError {
        match self.peek() {
            Some(':') if self.syntax != Syntax::V1 => self.error(self.pos, self.pos + 1, Fault::Colon),
            Some(',') => self.error(self.pos, self.pos + 1, Fault::Comma),
            _ => self.error(self.pos, self.piece_end(), fault),
        }
    }

    /// Something should stand here, but does not: there is nothing before the next separator, or something else.
    fn missing(&self, fault: Fault) -> NameError {
        match self.peek() {
            Some(next) if !is_separator(next) => self.unexpected(fault),
            _ => self.error(self.pos, self.pos, fault),
        }
    }

    /// The character that stands here should be `right`.
    fn wrong_case(&self, right: char) -> NameError {
        self.error(self.pos, self.pos + 1, Fault::Case { right: right.to_string() })
    }

    fn not_scs(&self) -> NameError {
        let prefix = Syntax::PREFIX;
        let same = self.name.bytes().zip(prefix.bytes()).take_while(|(a, b)| a == b).count();
        self.error(same, same, Fault::NotScs)
    }
}

/// The separators of all versions.
fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | ':')
}

fn is_unit(text: &str) -> bool {
    let units = ["m", "mb", "mib", "g", "gb", "gib", "t", "tb", "tib"];
    units.iter().any(|unit| text.eq_ignore_ascii_case(unit))
}
