//! The services that are simulated.

use std::fmt;

use serde::Deserialize;

/// A simulated service, by its canonical service type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Keystone, API v3.
    Identity,
    /// Nova, API v2.1.
    Compute,
    /// Glance, API v2.
    Image,
    /// Cinder, API v3.
    BlockStorage,
    /// Neutron, API v2.0.
    Network,
    /// Placement, API 1.0: its root, and nothing that an unprivileged user may see.
    Placement,
    /// Barbican, API v1: secrets.
    KeyManager,
    /// Octavia, API v2: empty lists.
    LoadBalancer,
    /// Swift, API v1: an empty account.
    ObjectStore,
}

impl Service {
    /// All services, in the order in which the catalog lists them.
    pub const ALL: [Self; 9] = [
        Self::Identity,
        Self::Compute,
        Self::Image,
        Self::BlockStorage,
        Self::Network,
        Self::Placement,
        Self::KeyManager,
        Self::LoadBalancer,
        Self::ObjectStore,
    ];

    /// The canonical service type, for example `block-storage`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Compute => "compute",
            Self::Image => "image",
            Self::BlockStorage => "block-storage",
            Self::Network => "network",
            Self::Placement => "placement",
            Self::KeyManager => "key-manager",
            Self::LoadBalancer => "load-balancer",
            Self::ObjectStore => "object-store",
        }
    }

    /// The first segment of the paths at which a simulated cloud serves it.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::BlockStorage => "volume",
            other => other.name(),
        }
    }

    /// The name under which catalogs list it.
    pub(crate) fn project_name(self) -> &'static str {
        match self {
            Self::Identity => "keystone",
            Self::Compute => "nova",
            Self::Image => "glance",
            Self::BlockStorage => "cinder",
            Self::Network => "neutron",
            Self::Placement => "placement",
            Self::KeyManager => "barbican",
            Self::LoadBalancer => "octavia",
            Self::ObjectStore => "swift",
        }
    }

    /// The service types under which the catalog lists it if the scenario does not say.
    pub(crate) fn usual_types(self) -> &'static [&'static str] {
        match self {
            Self::Identity => &["identity"],
            Self::Compute => &["compute"],
            Self::Image => &["image"],
            Self::BlockStorage => &["block-storage", "volumev3"],
            Self::Network => &["network"],
            Self::Placement => &["placement"],
            Self::KeyManager => &["key-manager"],
            Self::LoadBalancer => &["load-balancer"],
            Self::ObjectStore => &["object-store"],
        }
    }

    /// The path segments that stand for the version of the API; the first one is what the catalog says.
    pub(crate) fn versions(self) -> &'static [&'static str] {
        match self {
            Self::Identity | Self::BlockStorage => &["v3"],
            Self::Compute => &["v2.1", "v2"],
            Self::Image => &["v2"],
            Self::Network => &["v2.0"],
            Self::Placement => &[],
            Self::KeyManager | Self::ObjectStore => &["v1"],
            Self::LoadBalancer => &["v2", "v2.0"],
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
