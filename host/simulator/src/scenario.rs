//! What a simulated cloud is like: the [`Scenario`].
//!
//! In YAML every key may be left out, and an unknown key is an error. Units: RAM in MiB and disks in GB as in the
//! OpenStack API, sizes in bytes, durations with a unit (`20ms`, `1.5s`, `1h`). Everything that has no `id` gets one
//! that is derived from the scenario's name, the kind and the name of the thing: the same in every run.

mod access;
mod console;
mod existing;
mod fault;
mod parse;
mod resources;
mod services;
#[cfg(test)]
mod tests;
mod text;
mod timing;

use std::time::Duration;

use serde::Deserialize;

pub use access::{
    ApplicationCredential, Catalog, CatalogEntry, EndpointForm, ExtraEntry, Identity, Named, User,
};
pub use console::Console;
pub use existing::{Existing, ExistingKind};
pub use fault::{Fault, FaultKind, PathGlob, PathGlobError};
pub use parse::ScenarioError;
pub use resources::{
    DefaultRule, Direction, Encryption, Ethertype, Flavor, Image, Network, Owner, SecurityGroup, Subnet,
    Visibility, VolumeType,
};
pub use services::{KeyManager, ObjectStore, S3Answer};
pub use timing::Timing;

/// A simulated cloud.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// The format of the file. There is only one so far.
    pub format: Format,
    /// The name of the cloud. Default `cloud.example`.
    pub name: String,
    /// What is special about it, for people.
    pub description: String,
    /// How long every request takes at least. Default 0.
    #[serde(deserialize_with = "text::duration")]
    pub latency: Duration,
    /// Who may log in.
    pub identity: Identity,
    /// What the service catalog says.
    pub catalog: Catalog,
    /// The newest microversions.
    pub microversions: Microversions,
    /// How long pages of lists are.
    pub pages: Pages,
    /// Availability zones. Default `nova`.
    pub availability_zones: Vec<String>,
    /// Flavors. Default none.
    pub flavors: Vec<Flavor>,
    /// Images. Default none.
    pub images: Vec<Image>,
    /// Volume types. Default none.
    pub volume_types: Vec<VolumeType>,
    /// Networks with their subnets. Default none.
    pub networks: Vec<Network>,
    /// The template of every security group's rules. `null`: a cloud from before OpenStack 2023.2, whose API does
    /// not have it. Default: what OpenStack comes with (all egress, and ingress within the default group).
    pub default_security_group_rules: Option<Vec<DefaultRule>>,
    /// Security groups of the project besides `default`, which is always there. Default none.
    pub security_groups: Vec<SecurityGroup>,
    /// What the key manager allows.
    pub key_manager: KeyManager,
    /// What object storage answers.
    pub object_store: ObjectStore,
    /// What a stranger has created in the project before the simulation starts. Default nothing.
    pub existing: Vec<Existing>,
    /// How long things take to come and to go. Default no time.
    pub timing: Timing,
    /// What servers print on their consoles.
    pub console: Console,
    /// What goes wrong. The first fault that matches a request happens. Default none.
    pub faults: Vec<Fault>,
}

/// The format of a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Format {
    /// The first one.
    #[default]
    #[serde(rename = "touchstone.scenario/v1")]
    V1,
}

/// The newest microversion of each service that has them; the oldest are 2.1 and 3.0.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Microversions {
    /// Of the compute API. Default `"2.96"`; below `"2.61"` flavors come without their extra specs.
    #[serde(deserialize_with = "text::microversion")]
    pub compute: (u32, u32),
    /// Of the block storage API. Default `"3.71"`.
    #[serde(deserialize_with = "text::microversion")]
    pub block_storage: (u32, u32),
}

/// How many items a page of a list has at most.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pages {
    /// Flavors. Default 1000, as nova's `max_limit`.
    pub flavors: usize,
    /// Images. Default 1000, as glance's `api_limit_max`.
    pub images: usize,
    /// Images, if the request does not say how many. Default 25, as glance's `limit_param_default`.
    pub images_unasked: usize,
    /// Volume types. Default 1000, as cinder's `osapi_max_limit`.
    pub volume_types: usize,
    /// Servers. Default 1000, as nova's `max_limit`.
    pub servers: usize,
    /// Volumes, and backups. Default 1000, as cinder's `osapi_max_limit`.
    pub volumes: usize,
    /// Secrets. Default 100, as barbican's `max_limit_paging`.
    pub secrets: usize,
    /// Secrets, if the request does not say how many. Default 10, as barbican's `default_limit_paging`.
    pub secrets_unasked: usize,
    /// Anything that neutron lists. Default `null`, as neutron's `pagination_max_limit`: everything on one page.
    pub network: Option<usize>,
}

impl Scenario {
    /// `plus.example`, a believable and imperfect public cloud: scenarios/demo.yaml.
    pub fn demo() -> Self {
        Self::embedded("scenarios/demo.yaml", include_str!("../scenarios/demo.yaml"))
    }

    /// A cloud that passes every automated testcase of "SCS-compatible IaaS": scenarios/perfect.yaml.
    pub fn perfect() -> Self {
        Self::embedded("scenarios/perfect.yaml", include_str!("../scenarios/perfect.yaml"))
    }

    fn embedded(file_name: &str, text: &str) -> Self {
        Self::parse(file_name, text).expect("the tests parse every embedded scenario")
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            format: Format::V1,
            name: "cloud.example".into(),
            description: String::new(),
            latency: Duration::ZERO,
            identity: Identity::default(),
            catalog: Catalog::default(),
            microversions: Microversions::default(),
            pages: Pages::default(),
            availability_zones: vec!["nova".into()],
            flavors: Vec::new(),
            images: Vec::new(),
            volume_types: Vec::new(),
            networks: Vec::new(),
            default_security_group_rules: Some(DefaultRule::usual()),
            security_groups: Vec::new(),
            key_manager: KeyManager::default(),
            object_store: ObjectStore::default(),
            existing: Vec::new(),
            timing: Timing::default(),
            console: Console::default(),
            faults: Vec::new(),
        }
    }
}

impl Default for Microversions {
    fn default() -> Self {
        Self { compute: (2, 96), block_storage: (3, 71) }
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            flavors: 1000,
            images: 1000,
            images_unasked: 25,
            volume_types: 1000,
            servers: 1000,
            volumes: 1000,
            secrets: 100,
            secrets_unasked: 10,
            network: None,
        }
    }
}
