//! What a stranger has created before.

use std::time::Duration;

use serde::Deserialize;

use super::text;

/// Something that a stranger has created in the project. Everything that Touchstone leaves alone must survive.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Existing {
    /// What it is.
    pub kind: ExistingKind,
    /// Its name; names need not differ.
    pub name: String,
    /// How long ago it was created. Default 24h.
    #[serde(default = "yesterday", deserialize_with = "text::duration")]
    pub age: Duration,
}

/// What a stranger may have created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExistingKind {
    /// A server that runs: with the first flavor and the first image, without volume and network.
    Server,
    /// A volume of 1 GiB that is available.
    Volume,
    /// A backup of a volume that is gone.
    Backup,
    /// A network without a subnet.
    Network,
    /// A subnet of the last network before it in the list; if there is none, with a network of the same name.
    Subnet,
    /// A router without a gateway and without interfaces.
    Router,
    /// A security group with the rules of the template.
    SecurityGroup,
    /// A secret with a text as its payload.
    Secret,
}

fn yesterday() -> Duration {
    Duration::from_secs(24 * 3600)
}
