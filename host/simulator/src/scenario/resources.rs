//! What a cloud has: flavors, images, volume types, networks, security groups.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A flavor.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flavor {
    /// The name.
    pub name: String,
    /// The id. Default: derived from the name.
    pub id: Option<String>,
    /// Default none; shown from microversion 2.55 on.
    pub description: Option<String>,
    /// vCPUs. Default 1.
    pub vcpus: u64,
    /// RAM in MiB. Default 1024.
    pub ram: u64,
    /// Root disk in GB. Default 0: boots from a volume.
    pub disk: u64,
    /// Ephemeral disk in GB. Default 0.
    pub ephemeral: u64,
    /// Swap in MiB. Default 0.
    pub swap: u64,
    /// Whether all projects see it. Default true.
    pub public: bool,
    /// Whether the project sees it although it is not public. Default false: only admins do.
    pub access: bool,
    /// Extra specs. Default none; with the list from microversion 2.61 on.
    pub extra_specs: BTreeMap<String, String>,
}

/// An image.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Image {
    /// The name.
    pub name: String,
    /// The id. Default: derived from the name.
    pub id: Option<String>,
    /// Default `active`.
    pub status: String,
    /// Default `public`.
    pub visibility: Visibility,
    /// Whose it is. Default `provider`.
    pub owner: Owner,
    /// Left out of lists unless they are asked for hidden images (`os_hidden`). Default false.
    pub hidden: bool,
    /// Cannot be deleted. Default false.
    pub protected: bool,
    /// Default `qcow2`.
    pub disk_format: String,
    /// Default `bare`.
    pub container_format: String,
    /// Size of the file in bytes. Default 600 MiB.
    pub size: u64,
    /// Least root disk in GB. Default 0.
    pub min_disk: u64,
    /// Least RAM in MiB. Default 0.
    pub min_ram: u64,
    /// Days since it was created, counted back from the day on which the simulation starts; sets `created_at` and,
    /// unless `properties` has it, the property `image_build_date`. Default none: created on 2026-01-15.
    pub age_days: Option<u32>,
    /// Tags. Default none.
    pub tags: Vec<String>,
    /// All other properties (`os_distro`, `architecture`, `image_source`, …). Default none.
    pub properties: BTreeMap<String, String>,
}

/// Who sees an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Everybody.
    #[default]
    Public,
    /// The owner.
    Private,
    /// The owner, and projects with which it is shared.
    Shared,
    /// Everybody who asks for community images.
    Community,
}

/// Whose something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The provider's.
    #[default]
    Provider,
    /// The project's in which users log in.
    Project,
}

/// A volume type.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VolumeType {
    /// The name.
    pub name: String,
    /// The id. Default: derived from the name.
    pub id: Option<String>,
    /// Default none. SCS-0114 asks for the aspects here: `[scs:encrypted, replicated] …`.
    pub description: Option<String>,
    /// Whether only admins see it. Default false.
    pub private: bool,
    /// The one that is taken if none is asked for. Default: the first of all volume types.
    pub default: bool,
    /// Extra specs; unprivileged users see only `multiattach`, `RESKEY:availability_zones` and
    /// `replication_enabled`. Default none.
    pub extra_specs: BTreeMap<String, String>,
    /// How it is encrypted; only admins see it. Default not at all.
    pub encryption: Option<Encryption>,
}

/// How volumes of a type are encrypted.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Encryption {
    /// Default `luks`.
    pub provider: String,
    /// Default `aes-xts-plain64`.
    pub cipher: String,
    /// In bits. Default 256.
    pub key_size: u32,
    /// Default `front-end`.
    pub control_location: String,
}

/// A network.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// The name.
    pub name: String,
    /// The id. Default: derived from the name.
    pub id: Option<String>,
    /// Default empty.
    pub description: String,
    /// Whose it is. Default `provider`.
    pub owner: Owner,
    /// Shared with all projects. Default false.
    pub shared: bool,
    /// Leads to the outside (`router:external`). Default false.
    pub external: bool,
    /// Default 1500.
    pub mtu: u32,
    /// Default none.
    pub subnets: Vec<Subnet>,
}

/// A subnet of a network.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subnet {
    /// The name.
    pub name: String,
    /// The id. Default: derived from the names of network and subnet.
    pub id: Option<String>,
    /// Addresses, e.g. `10.0.0.0/24` or `2001:db8::/64`.
    pub cidr: String,
    /// Default none.
    pub gateway_ip: Option<String>,
    /// Default none.
    pub dns_nameservers: Vec<String>,
    /// No DHCP. Default false.
    pub no_dhcp: bool,
}

/// A security group of the project. Its rules follow from the default rules.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityGroup {
    /// The name.
    pub name: String,
    /// The id. Default: derived from the name.
    pub id: Option<String>,
    /// Default empty.
    pub description: String,
}

/// A rule of the template from which security groups get their first rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultRule {
    /// `ingress` or `egress`.
    pub direction: Direction,
    /// `IPv4` or `IPv6`.
    pub ethertype: Ethertype,
    /// `tcp`, `udp`, `icmp`, …; default all.
    #[serde(default)]
    pub protocol: Option<String>,
    /// The one port; default all.
    #[serde(default)]
    pub port: Option<u16>,
    /// Peers by address; default all.
    #[serde(default)]
    pub remote_ip_prefix: Option<String>,
    /// Only peers of the same security group (`remote_group_id: PARENT`). Default false.
    #[serde(default)]
    pub from_same_group: bool,
    /// Used in the group `default`. Default true.
    #[serde(default = "yes")]
    pub used_in_default_group: bool,
    /// Used in all other groups. Default true.
    #[serde(default = "yes")]
    pub used_in_other_groups: bool,
}

/// The direction of traffic, as a server sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the server.
    Ingress,
    /// From the server.
    Egress,
}

/// The version of the Internet protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Ethertype {
    /// Version 4.
    IPv4,
    /// Version 6.
    IPv6,
}

impl DefaultRule {
    /// What OpenStack comes with: egress for all, ingress for members of the default group from each other.
    pub fn usual() -> Vec<Self> {
        let rule = |direction, ethertype| Self {
            direction,
            ethertype,
            protocol: None,
            port: None,
            remote_ip_prefix: None,
            from_same_group: direction == Direction::Ingress,
            used_in_default_group: true,
            used_in_other_groups: direction == Direction::Egress,
        };
        vec![
            rule(Direction::Egress, Ethertype::IPv4),
            rule(Direction::Egress, Ethertype::IPv6),
            rule(Direction::Ingress, Ethertype::IPv4),
            rule(Direction::Ingress, Ethertype::IPv6),
        ]
    }
}

impl Default for Flavor {
    fn default() -> Self {
        Self {
            name: String::new(),
            id: None,
            description: None,
            vcpus: 1,
            ram: 1024,
            disk: 0,
            ephemeral: 0,
            swap: 0,
            public: true,
            access: false,
            extra_specs: BTreeMap::new(),
        }
    }
}

impl Default for Image {
    fn default() -> Self {
        Self {
            name: String::new(),
            id: None,
            status: "active".into(),
            visibility: Visibility::Public,
            owner: Owner::Provider,
            hidden: false,
            protected: false,
            disk_format: "qcow2".into(),
            container_format: "bare".into(),
            size: 600 << 20,
            min_disk: 0,
            min_ram: 0,
            age_days: None,
            tags: Vec::new(),
            properties: BTreeMap::new(),
        }
    }
}

impl Default for Encryption {
    fn default() -> Self {
        Self {
            provider: "luks".into(),
            cipher: "aes-xts-plain64".into(),
            key_size: 256,
            control_location: "front-end".into(),
        }
    }
}

impl Default for Network {
    fn default() -> Self {
        Self {
            name: String::new(),
            id: None,
            description: String::new(),
            owner: Owner::Provider,
            shared: false,
            external: false,
            mtu: 1500,
            subnets: Vec::new(),
        }
    }
}

fn yes() -> bool {
    true
}
