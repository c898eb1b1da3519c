//! What there is in a running cloud, for tests.

use std::fmt;

use crate::Service;

/// Something that can be created and deleted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thing {
    /// Whose it is.
    pub service: Service,
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its name; empty if it has none.
    pub name: String,
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A server.
    Server,
    /// A volume, also one that a server booted from.
    Volume,
    /// A backup of a volume.
    Backup,
    /// A network.
    Network,
    /// A subnet.
    Subnet,
    /// A router.
    Router,
    /// The interface of a router to a subnet: a port.
    RouterInterface,
    /// Any other port: of a server, or of a router to the outside.
    Port,
    /// A security group.
    SecurityGroup,
    /// A rule of a security group that does not come from the template.
    SecurityGroupRule,
    /// A secret.
    Secret,
}

impl Kind {
    /// In lower case with `_`: `router_interface`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Volume => "volume",
            Self::Backup => "backup",
            Self::Network => "network",
            Self::Subnet => "subnet",
            Self::Router => "router",
            Self::RouterInterface => "router_interface",
            Self::Port => "port",
            Self::SecurityGroup => "security_group",
            Self::SecurityGroupRule => "security_group_rule",
            Self::Secret => "secret",
        }
    }

    fn service(self) -> Service {
        match self {
            Self::Server => Service::Compute,
            Self::Volume | Self::Backup => Service::BlockStorage,
            Self::Secret => Service::KeyManager,
            Self::Network
            | Self::Subnet
            | Self::Router
            | Self::RouterInterface
            | Self::Port
            | Self::SecurityGroup
            | Self::SecurityGroupRule => Service::Network,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind, self.id, self.name)
    }
}

impl Thing {
    pub(crate) fn new(kind: Kind, id: &str, name: Option<&str>) -> Self {
        Self { service: kind.service(), kind, id: id.into(), name: name.unwrap_or_default().into() }
    }
}
