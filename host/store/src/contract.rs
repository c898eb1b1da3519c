use std::fmt;
use std::str::FromStr;

use semver::Version;

/// The version of `touchstone:check` that this host speaks. It speaks the older ones of its line, too.
pub const HOST_CONTRACT: Version = Version::new(0, 1, 1);

/// The oldest version of `touchstone:check` that this host speaks.
pub const OLDEST_CONTRACT: Version = Version::new(0, 1, 0);

const PACKAGE: &str = "touchstone:check";

/// The packages of WASI that a component may import: they are linked empty and frozen. Toolchains of Python, JavaScript
/// and Go drag them in.
pub const FROZEN_WASI: [&str; 7] =
    ["wasi:cli", "wasi:clocks", "wasi:filesystem", "wasi:http", "wasi:io", "wasi:random", "wasi:sockets"];

/// The version of WASI, of which any patch will do.
const WASI_LINE: (u64, u64) = (0, 2);

/// The interfaces that a check may import.
const IMPORTABLE: [&str; 7] = ["types", "findings", "openstack", "context", "assets", "probe", "evidence"];

/// The name of an interface, as a component imports or exports it: `touchstone:check/openstack@0.1.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interface {
    package: String,
    name: String,
    version: Option<Version>,
}

impl Interface {
    /// The interface that a check exports, and its version, if this is it.
    pub(crate) fn as_check_export(&self) -> Option<&Version> {
        self.is("check").then_some(self.version.as_ref()).flatten()
    }

    /// Whether it is that interface of the contract.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.package == PACKAGE && self.name == name
    }

    /// Whether it is of WASI, which a check gets empty and frozen.
    pub fn is_frozen(&self) -> bool {
        FROZEN_WASI.contains(&self.package.as_str())
    }

    /// Its name without the version: `touchstone:check/openstack`.
    pub fn without_version(&self) -> String {
        Interface { version: None, ..self.clone() }.to_string()
    }

    /// Checks that this host offers the interface to checks, in this version.
    pub(crate) fn admit_import(&self) -> Result<(), ContractError> {
        if self.is_frozen() {
            return match &self.version {
                Some(version) if (version.major, version.minor) == WASI_LINE => Ok(()),
                _ => Err(ContractError::OtherWasi { import: self.to_string() }),
            };
        }
        if self.package != PACKAGE || !IMPORTABLE.contains(&self.name.as_str()) {
            return Err(ContractError::UnknownImport { import: self.to_string() });
        }
        match &self.version {
            Some(version) => admit_version(version),
            None => Err(ContractError::UnknownImport { import: self.to_string() }),
        }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.version, self.package.is_empty()) {
            (Some(version), _) => write!(f, "{}/{}@{version}", self.package, self.name),
            (None, false) => write!(f, "{}/{}", self.package, self.name),
            (None, true) => f.write_str(&self.name),
        }
    }
}

impl FromStr for Interface {
    type Err = std::convert::Infallible;

    /// Whatever a component imports has a name of some form: a text that is no interface becomes a name alone.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (path, version) = match text.rsplit_once('@') {
            Some((path, version)) => match Version::parse(version) {
                Ok(version) => (path, Some(version)),
                Err(_) => (text, None),
            },
            None => (text, None),
        };
        let (package, name) = path.rsplit_once('/').unwrap_or(("", path));
        Ok(Interface { package: package.into(), name: name.into(), version })
    }
}

/// A component does not fit the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// It imports something that is not for checks.
    #[error(
        "it imports `{import}`, which this host does not offer to checks; a check may import the interfaces of \
         {PACKAGE}@{HOST_CONTRACT}, and those of WASI 0.2 (which are empty and frozen)"
    )]
    UnknownImport {
        /// What it imports.
        import: String,
    },
    /// It was built for another WASI.
    #[error("it imports `{import}`; of WASI this host offers version 0.2 alone (empty and frozen)")]
    OtherWasi {
        /// What it imports.
        import: String,
    },
    /// It was built for another version.
    #[error(
        "it was built for {PACKAGE}@{version}, and this host speaks {OLDEST_CONTRACT} to {HOST_CONTRACT}: {}",
        if *.version > HOST_CONTRACT {
            format!(
                "it needs a newer host, one that speaks ≥ {version} (`touchstone version --wit` says what a host speaks), or to \
                 be built with this host's SDK"
            )
        } else {
            "it is too old for this host; build it with this host's SDK, or run it with a host of its time".to_owned()
        }
    )]
    OtherVersion {
        /// The version that it was built for.
        version: Version,
    },
    /// It does not export what a check exports.
    #[error("it does not export `{PACKAGE}/check@{HOST_CONTRACT}`: it is a component, but not a check")]
    NotACheck,
}

/// A component fits if it was built for this version or an older one of the same line. While the contract is 0.x, a minor
/// version is what a major version is later.
pub(crate) fn admit_version(version: &Version) -> Result<(), ContractError> {
    let line = |version: &Version| (version.major, version.minor);
    if line(version) == line(&HOST_CONTRACT) && (OLDEST_CONTRACT..=HOST_CONTRACT).contains(version) {
        return Ok(());
    }
    Err(ContractError::OtherVersion { version: version.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(text: &str) -> Result<(), ContractError> {
        let Ok(interface) = text.parse::<Interface>();
        assert_eq!(interface.to_string(), text);
        interface.admit_import()
    }

    #[test]
    fn what_a_check_may_import() {
        for name in IMPORTABLE {
            assert_eq!(import(&format!("touchstone:check/{name}@0.1.0")), Ok(()));
        }
        for other in ["0.2.0", "1.0.0", "0.1.2", "0.0.9"] {
            let result = import(&format!("touchstone:check/openstack@{other}"));
            assert!(matches!(result, Err(ContractError::OtherVersion { .. })), "{other}");
        }
        for frozen in ["wasi:io/streams@0.2.0", "wasi:cli/environment@0.2.9", "wasi:http/types@0.2.12"] {
            assert_eq!(import(frozen), Ok(()), "{frozen}");
        }
        for other in ["wasi:sockets/tcp@0.1.0", "wasi:io/poll@0.3.0", "wasi:io/poll", "wasi:cli/exit@1.2.0"] {
            assert!(matches!(import(other), Err(ContractError::OtherWasi { .. })), "{other}");
        }
        for other in [
            "wasi:keyvalue/store@0.2.0",
            "wasi:nn/tensor@0.2.0",
            "touchstone:check/check@0.1.0",
            "touchstone:check/filesystem@0.1.0",
            "touchstone:check/openstack",
            "touchstone:checks/openstack@0.1.0",
            "openstack",
            "",
        ] {
            assert!(matches!(import(other), Err(ContractError::UnknownImport { .. })), "{other}");
        }
    }

    #[test]
    fn messages_say_which_side_is_older() {
        let newer = import("touchstone:check/context@0.2.0").expect_err("refused").to_string();
        assert!(newer.contains("this host speaks 0.1.0 to 0.1.1: it needs a newer host"), "{newer}");
        assert!(newer.contains("speaks ≥ 0.2.0"), "{newer}");
        let older = import("touchstone:check/context@0.0.1").expect_err("refused").to_string();
        assert!(older.contains("too old for this host"), "{older}");
    }
}
