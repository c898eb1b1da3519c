//! Service types and their aliases.

use std::fmt;
use std::str::FromStr;

use crate::{GrantError, Problem};

const MAX_LEN: usize = 64;

/// Official service types that have aliases, as OpenStack's service-types authority lists them
/// (<https://service-types.openstack.org>), the aliases in the order in which an endpoint is to be looked for.
const ALIASES: &[(&str, &[&str])] = &[
    ("admin-logic", &["registration"]),
    ("alarm", &["alarming"]),
    ("application-container", &["container"]),
    ("baremetal", &["bare-metal"]),
    ("block-storage", &["volumev3", "volumev2", "volume", "block-store"]),
    ("clustering", &["resource-cluster", "cluster"]),
    ("container-infrastructure-management", &["container-infrastructure", "container-infra"]),
    ("event", &["events"]),
    ("instance-ha", &["ha"]),
    ("message", &["messaging"]),
    ("meter", &["metering", "telemetry"]),
    ("monitoring-logging", &["monitoring-log-api"]),
    ("multi-region-network-automation", &["tricircle"]),
    ("operator-policy", &["policy"]),
    ("resource-optimization", &["infra-optim"]),
    ("root-cause-analysis", &["rca"]),
    ("shared-file-system", &["sharev2", "share"]),
    ("workflow", &["workflowv2"]),
];

/// The type of a service under its official name: `volumev3` is parsed into `block-storage`.
///
/// A type that the authority does not know stands for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceType(String);

impl ServiceType {
    /// The official name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Other names of the service, without the official one, in the order in which an endpoint is to be looked for.
    pub fn aliases(&self) -> &'static [&'static str] {
        ALIASES.iter().find(|(name, _)| *name == self.0).map_or(&[], |(_, aliases)| aliases)
    }

    /// Whether the type that a service catalog gives to a service means this one.
    ///
    /// Catalogs are written by people: upper case and `_` in place of `-` are tolerated here.
    pub fn matches(&self, catalog_type: &str) -> bool {
        let catalog_type = catalog_type.to_ascii_lowercase().replace('_', "-");
        self.0 == catalog_type || self.aliases().contains(&catalog_type.as_str())
    }
}

impl fmt::Display for ServiceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ServiceType {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        if text.is_empty() {
            return Err(GrantError::new(0, Problem::EmptyService));
        }
        if text.len() > MAX_LEN {
            return Err(GrantError::new(MAX_LEN, Problem::ServiceTooLong { max: MAX_LEN }));
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if let Some((offset, found)) = text.char_indices().find(|(_, c)| !allowed(*c)) {
            return Err(GrantError::new(offset, Problem::ServiceCharacter { found }));
        }
        let official =
            ALIASES.iter().find(|(_, aliases)| aliases.contains(&text)).map_or(text, |(name, _)| name);
        Ok(Self(official.to_owned()))
    }
}
