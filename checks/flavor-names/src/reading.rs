//! Names of all versions that are still accepted, and what is to be said about a name that is right.

use std::fmt::{self, Display, Formatter};

use crate::fault::Fault;
use crate::parse;
use crate::{FlavorName, NameError};

/// A version of the syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// `SCS-4V:16:50-kvm`: `:` between the parts, `-` before extensions.
    V1,
    /// As version 3, but several disks may go without a size: `SCS-4V-16-2xs`.
    V2,
    /// `SCS-4V-16-50_kvm`.
    V3,
}

impl Syntax {
    /// What every name of SCS-0100 starts with.
    pub const PREFIX: &'static str = "SCS-";

    /// What stands between vCPUs, RAM and disk, and within a GPU.
    pub(crate) fn part(self) -> char {
        if self == Self::V1 { ':' } else { '-' }
    }

    /// What stands before an extension.
    pub(crate) fn extension(self) -> char {
        if self == Self::V1 { '-' } else { '_' }
    }

    /// May there be a number of disks without a size?
    pub(crate) fn allows_disks_without_size(self) -> bool {
        self != Self::V3
    }
}

/// A right name, and the version of the syntax in which it is right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reading {
    /// What the name says.
    pub flavor: FlavorName,
    /// The newest version that knows this spelling.
    pub syntax: Syntax,
    spelling: String,
}

impl Reading {
    /// Reads a name by version 3, and if that does not know it, by versions 2 and 1, which are tolerated: SCS-0100 v3,
    /// "Previous standard versions", has validation tools accept old names with a warning.
    ///
    /// # Errors
    /// As [`FlavorName::parse`]; if no version knows the name, the error is that of the version which came furthest.
    pub fn of(name: &str) -> Result<Self, NameError> {
        let mut furthest: Option<NameError> = None;
        for syntax in [Syntax::V3, Syntax::V2, Syntax::V1] {
            match parse::parse(name, syntax) {
                Ok(flavor) => return Ok(Self { flavor, syntax, spelling: name.to_owned() }),
                Err(error) => match &furthest {
                    Some(other) if other.position() >= error.position() => {}
                    _ => furthest = Some(error),
                },
            }
        }
        Err(furthest.unwrap_or_else(|| NameError::new(name, Syntax::V3, 0, 0, Fault::NotScs)))
    }

    /// What a provider should know although the name is right.
    pub fn remarks(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let canonical = self.flavor.to_string();
        match self.syntax {
            Syntax::V1 => remarks.push(Remark::Version1 { now: canonical }),
            Syntax::V2 => remarks.push(Remark::DisksWithoutSize),
            Syntax::V3 if canonical != self.spelling => remarks.push(Remark::Spelling { canonical }),
            Syntax::V3 => {}
        }
        let ram = self.flavor.cpu_ram.ram;
        if ram.has_half() && ram.gib() >= 10 {
            remarks.push(Remark::HalfGib);
        }
        if self.flavor.hwv && self.flavor.hypervisor.is_none() {
            remarks.push(Remark::HwvAlone);
        }
        remarks
    }
}

/// Something discouraged or outdated, but not wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Remark {
    /// The name is written as in version 1.
    Version1 {
        /// The same name in version 3.
        now: String,
    },
    /// There are several disks, but no size, which only versions 1 and 2 described.
    DisksWithoutSize,
    /// The same can be said in a more usual way, such as `4` instead of `4.0`.
    Spelling {
        /// The canonical spelling.
        canonical: String,
    },
    /// 10 GiB of RAM or more should be whole.
    HalfGib,
    /// `_hwv` without a hypervisor is allowed, but not recommended.
    HwvAlone,
}

impl Display for Remark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version1 { now } => {
                write!(f, "the name is in the syntax of version 1, tolerated for the time being; version 3 writes `{now}`")
            }
            Self::DisksWithoutSize => f.write_str(
                "a number of disks without their size is in the syntax of version 2, tolerated for the time being; \
                 version 3 wants a size after `x`",
            ),
            Self::Spelling { canonical } => write!(f, "the canonical spelling is `{canonical}`"),
            Self::HalfGib => f.write_str("from 10 GiB on, RAM should be in whole GiB"),
            Self::HwvAlone => f.write_str("`_hwv` without a hypervisor is not recommended"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks(name: &str) -> Vec<Remark> {
        Reading::of(name).unwrap().remarks()
    }

    #[test]
    fn a_plain_name_calls_for_no_remark() {
        assert_eq!(remarks("SCS-2V-9.5-20s_kvm_hwv"), []);
    }

    #[test]
    fn old_odd_and_discouraged_names_are_remarked() {
        assert_eq!(remarks("SCS-2V:8:020"), [Remark::Version1 { now: "SCS-2V-8-20".to_owned() }]);
        assert_eq!(remarks("SCS-2V-8-3xs"), [Remark::DisksWithoutSize]);
        assert_eq!(remarks("SCS-2V-8.0-1x20"), [Remark::Spelling { canonical: "SCS-2V-8-20".to_owned() }]);
        assert_eq!(remarks("SCS-2V-10.5_hwv"), [Remark::HalfGib, Remark::HwvAlone]);
    }

    #[test]
    fn the_error_is_that_of_the_version_which_came_furthest() {
        let error = Reading::of("SCS-2V:8-foo").unwrap_err();
        assert_eq!((error.position(), error.piece()), (9, "foo"));
        let error = Reading::of("SCS-2V-8:20").unwrap_err();
        assert_eq!((error.position(), error.piece()), (8, ":"));
        assert!(Reading::of("m1.tiny").unwrap_err().is_foreign());
    }
}
