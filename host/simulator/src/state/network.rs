//! Networks and all that is in them. Resources are kept as the JSON that is answered.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::cloud::{Attributes, Networking, attributes};
use crate::inventory::{Kind, Thing};

/// Resources by id, which is the order of neutron's pages.
type Collection = BTreeMap<String, Attributes>;

/// What neutron keeps.
#[derive(Debug)]
pub(crate) struct Net {
    pub(crate) networks: Collection,
    pub(crate) subnets: Collection,
    pub(crate) routers: Collection,
    pub(crate) ports: Collection,
    pub(crate) security_groups: Collection,
    pub(crate) security_group_rules: Collection,
    /// Ids of what was not there at the start.
    created: HashSet<String>,
    ports_so_far: u32,
}

/// What is said about a new port.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewPort<'a> {
    pub(crate) network: &'a str,
    /// Empty: that of nobody, as neutron has it for the gateways of routers.
    pub(crate) project: &'a str,
    pub(crate) name: &'a str,
    pub(crate) device: &'a str,
    pub(crate) device_owner: &'a str,
    pub(crate) groups: Vec<String>,
    /// Subnet and address; None as address takes any. Empty: one subnet for each version of the protocol.
    pub(crate) addresses: Vec<(String, Option<IpAddr>)>,
    pub(crate) created: &'a str,
}

/// Why a port cannot be made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PortError {
    /// All addresses of the subnets are taken.
    Full,
    /// This address is taken in this subnet.
    Taken(String, IpAddr),
}

impl Net {
    /// As the scenario has it.
    pub(crate) fn new(networking: &Networking) -> Self {
        let by_id = |items: &[Attributes]| -> Collection {
            items.iter().map(|item| (text(item, "id").to_owned(), item.clone())).collect()
        };
        Self {
            networks: by_id(&networking.networks),
            subnets: by_id(&networking.subnets),
            routers: Collection::new(),
            ports: Collection::new(),
            security_groups: by_id(&networking.security_groups),
            security_group_rules: by_id(&networking.security_group_rules),
            created: HashSet::new(),
            ports_so_far: 0,
        }
    }

    /// Adds something new.
    pub(crate) fn add(&mut self, kind: Kind, item: Attributes) {
        let id = text(&item, "id").to_owned();
        if kind == Kind::Subnet {
            let network = self.networks.get_mut(text(&item, "network_id"));
            if let Some(Value::Array(subnets)) = network.and_then(|network| network.get_mut("subnets")) {
                subnets.push(id.clone().into());
            }
        }
        self.created.insert(id.clone());
        self.collection_mut(kind).insert(id, item);
    }

    /// Adds a security group and its rules.
    pub(crate) fn add_group(&mut self, (group, rules): (Attributes, Vec<Attributes>)) {
        self.security_group_rules.extend(rules.into_iter().map(|rule| (text(&rule, "id").to_owned(), rule)));
        self.add(Kind::SecurityGroup, group);
    }

    /// Takes something away, and what is a part of it.
    pub(crate) fn remove(&mut self, kind: Kind, id: &str) {
        let Some(item) = self.collection_mut(kind).remove(id) else { return };
        self.created.remove(id);
        match kind {
            Kind::Subnet => {
                let network = self.networks.get_mut(text(&item, "network_id"));
                if let Some(Value::Array(subnets)) = network.and_then(|network| network.get_mut("subnets")) {
                    subnets.retain(|subnet| subnet != id);
                }
            }
            Kind::Network => self.remove_where(Kind::Subnet, |subnet| text(subnet, "network_id") == id),
            Kind::SecurityGroup => {
                self.remove_where(Kind::SecurityGroupRule, |rule| text(rule, "security_group_id") == id);
            }
            Kind::SecurityGroupRule => self.update_rules(text(&item, "security_group_id")),
            Kind::Router => self.remove_where(Kind::Port, |port| {
                text(port, "device_id") == id && text(port, "device_owner") == "network:router_gateway"
            }),
            _ => {}
        }
    }

    fn remove_where(&mut self, kind: Kind, wanted: impl Fn(&Attributes) -> bool) {
        let items = self.collection_mut(kind).iter();
        let ids: Vec<String> = items.filter(|(_, item)| wanted(item)).map(|(id, _)| id.clone()).collect();
        ids.iter().for_each(|id| self.remove(kind, id));
    }

    /// Lets a security group show the rules that it has.
    pub(crate) fn update_rules(&mut self, group: &str) {
        let rules = self.security_group_rules.values();
        let rules: Vec<Value> = rules
            .filter(|rule| text(rule, "security_group_id") == group)
            .map(|rule| Value::Object(rule.clone()))
            .collect();
        if let Some(group) = self.security_groups.get_mut(group) {
            group.insert("security_group_rules".into(), rules.into());
        }
    }

    /// Makes a port with addresses.
    pub(crate) fn open_port(&mut self, new: NewPort<'_>) -> Result<String, PortError> {
        let mut addresses = Vec::new();
        for (subnet, wanted) in self.wanted_addresses(&new)? {
            let address = match wanted {
                Some(address) if self.is_taken(&subnet, address) => {
                    return Err(PortError::Taken(subnet, address));
                }
                Some(address) => address,
                None => self.free_address(&subnet).ok_or(PortError::Full)?,
            };
            addresses.push(json!({"subnet_id": subnet, "ip_address": address}));
        }
        let id = Uuid::new_v4().to_string();
        let [_, a, b, c] = self.ports_so_far.to_be_bytes();
        self.ports_so_far += 1;
        let bound = new.device_owner.starts_with("network:");
        let port = json!({
            "id": id, "name": new.name, "description": "", "network_id": new.network, "project_id": new.project,
            "tenant_id": new.project, "admin_state_up": true, "status": if bound { "ACTIVE" } else { "DOWN" },
            "mac_address": format!("fa:16:3e:{a:02x}:{b:02x}:{c:02x}"), "fixed_ips": addresses,
            "device_id": new.device, "device_owner": new.device_owner, "security_groups": new.groups,
            "port_security_enabled": !bound, "allowed_address_pairs": [], "extra_dhcp_opts": [],
            "binding:vnic_type": "normal", "qos_policy_id": null, "dns_name": "", "dns_assignment": [], "tags": [],
            "created_at": new.created, "updated_at": new.created, "revision_number": 1,
        });
        let kind =
            if new.device_owner == "network:router_interface" { Kind::RouterInterface } else { Kind::Port };
        self.add(kind, attributes(port));
        Ok(id)
    }

    fn wanted_addresses(&self, new: &NewPort<'_>) -> Result<Vec<(String, Option<IpAddr>)>, PortError> {
        if !new.addresses.is_empty() {
            return Ok(new.addresses.clone());
        }
        let mut wanted = Vec::new();
        for version in [4, 6] {
            let mut subnets = self
                .subnets
                .values()
                .filter(|subnet| text(subnet, "network_id") == new.network && subnet["ip_version"] == version)
                .peekable();
            if subnets.peek().is_none() {
                continue;
            }
            let free = subnets.map(|subnet| text(subnet, "id")).find(|id| self.free_address(id).is_some());
            wanted.push((free.ok_or(PortError::Full)?.to_owned(), None));
        }
        Ok(wanted)
    }

    /// The first address of the pools that nobody has.
    fn free_address(&self, subnet: &str) -> Option<IpAddr> {
        let it = self.subnets.get(subnet)?;
        let gateway: Option<IpAddr> = text(it, "gateway_ip").parse().ok();
        let bound = |pool: &Value, name: &str| pool[name].as_str()?.parse::<IpAddr>().ok();
        let pools = it.get("allocation_pools")?.as_array()?;
        let ranges = pools.iter().filter_map(|pool| Some((bound(pool, "start")?, bound(pool, "end")?)));
        let mut addresses = ranges.flat_map(|(start, end)| between(start, end));
        addresses.find(|address| Some(*address) != gateway && !self.is_taken(subnet, *address))
    }

    fn is_taken(&self, subnet: &str, address: IpAddr) -> bool {
        self.ports
            .values()
            .any(|port| fixed_ips(port).any(|(of, ip)| of == subnet && ip.parse::<IpAddr>() == Ok(address)))
    }

    /// The ports of a server begin to work.
    pub(crate) fn start_ports(&mut self, server: &str) {
        for port in self.ports.values_mut().filter(|port| text(port, "device_id") == server) {
            port.insert("status".into(), "ACTIVE".into());
        }
    }

    /// The ports of a server that is gone: its own are gone as well, others are free.
    pub(crate) fn release_ports(&mut self, server: &str, own: &[String]) {
        own.iter().for_each(|port| self.remove(Kind::Port, port));
        for port in self.ports.values_mut().filter(|port| text(port, "device_id") == server) {
            port.extend(attributes(json!({"device_id": "", "device_owner": "", "status": "DOWN"})));
        }
    }

    /// Whether it was not there at the start.
    pub(super) fn was_created(&self, id: &str) -> bool {
        self.created.contains(id)
    }

    /// Everything that is there; of rules only those that were created one by one.
    pub(super) fn things(&self) -> impl Iterator<Item = Thing> {
        let own_rules = self.security_group_rules.iter().filter(|(id, _)| self.created.contains(*id));
        let collections = [
            (Kind::Network, &self.networks),
            (Kind::Subnet, &self.subnets),
            (Kind::Router, &self.routers),
            (Kind::Port, &self.ports),
            (Kind::SecurityGroup, &self.security_groups),
        ];
        let rest =
            collections.into_iter().flat_map(|(kind, items)| items.iter().map(move |item| (kind, item)));
        rest.chain(own_rules.map(|item| (Kind::SecurityGroupRule, item))).map(|(kind, (id, item))| {
            let is_interface = text(item, "device_owner") == "network:router_interface";
            let kind = if kind == Kind::Port && is_interface { Kind::RouterInterface } else { kind };
            Thing::new(kind, id, item.get("name").and_then(Value::as_str))
        })
    }

    fn collection_mut(&mut self, kind: Kind) -> &mut Collection {
        match kind {
            Kind::Network => &mut self.networks,
            Kind::Subnet => &mut self.subnets,
            Kind::Router => &mut self.routers,
            Kind::SecurityGroup => &mut self.security_groups,
            Kind::SecurityGroupRule => &mut self.security_group_rules,
            _ => &mut self.ports,
        }
    }
}

/// An attribute that is text; empty if it is not.
pub(crate) fn text<'a>(item: &'a Attributes, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The addresses of a port: subnet and address.
pub(crate) fn fixed_ips(port: &Attributes) -> impl Iterator<Item = (&str, &str)> {
    let addresses = port.get("fixed_ips").and_then(Value::as_array).into_iter().flatten();
    addresses.filter_map(|fixed| Some((fixed["subnet_id"].as_str()?, fixed["ip_address"].as_str()?)))
}

/// All addresses of a range.
fn between(start: IpAddr, end: IpAddr) -> Box<dyn Iterator<Item = IpAddr>> {
    match (start, end) {
        (IpAddr::V4(start), IpAddr::V4(end)) => {
            Box::new((start.to_bits()..=end.to_bits()).map(|bits| IpAddr::V4(bits.into())))
        }
        (IpAddr::V6(start), IpAddr::V6(end)) => {
            Box::new((start.to_bits()..=end.to_bits()).map(|bits| IpAddr::V6(bits.into())))
        }
        _ => Box::new(std::iter::empty()),
    }
}
