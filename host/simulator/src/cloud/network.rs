//! What neutron has. Its resources are kept as the JSON that is answered, since every attribute can be asked for.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::ids::Ids;
use super::{CREATED, contradiction, derived_id};
use crate::scenario::{DefaultRule, Direction, Ethertype, Network, Owner, Scenario, ScenarioError, Subnet};

/// A resource: its attributes.
pub(crate) type Attributes = Map<String, Value>;

/// What there is at the start, each collection in the order of its ids.
#[derive(Debug)]
pub(crate) struct Networking {
    pub(crate) networks: Vec<Attributes>,
    pub(crate) subnets: Vec<Attributes>,
    pub(crate) security_groups: Vec<Attributes>,
    pub(crate) security_group_rules: Vec<Attributes>,
    /// None: this cloud's API does not have them.
    pub(crate) default_security_group_rules: Option<Vec<Attributes>>,
    /// From which new security groups get their rules.
    template: Vec<DefaultRule>,
    project: String,
}

/// What is said about a new security group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewGroup<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) description: &'a str,
    pub(crate) created: &'a str,
}

impl Networking {
    pub(crate) fn new(scenario: &Scenario, project: &str, ids: &mut Ids) -> Result<Self, ScenarioError> {
        let provider = derived_id(&[&scenario.name, "project of the provider"]).simple().to_string();
        let owner = |owner| if owner == Owner::Project { project } else { provider.as_str() };
        let (mut networks, mut subnets) = (Vec::new(), Vec::new());
        for (index, network) in scenario.networks.iter().enumerate() {
            let item = format!("networks[{index}]");
            let id = ids.long(&item, "network", &network.name, network.id.as_deref())?;
            let mut subnet_ids = Vec::new();
            for (index, subnet) in network.subnets.iter().enumerate() {
                let item = format!("{item}.subnets[{index}]");
                let name = format!("{}/{}", network.name, subnet.name);
                let subnet_id = ids.long(&item, "subnet", &name, subnet.id.as_deref())?;
                subnets.push(subnet_attributes(
                    &item,
                    subnet,
                    &subnet_id,
                    &id,
                    owner(network.owner),
                    network.external,
                )?);
                subnet_ids.push(subnet_id);
            }
            let zones = &scenario.availability_zones;
            networks.push(network_attributes(network, &id, owner(network.owner), &subnet_ids, zones));
        }
        let template = scenario.default_security_group_rules.as_deref();
        let mut networking = Self {
            networks,
            subnets,
            security_groups: Vec::new(),
            security_group_rules: Vec::new(),
            default_security_group_rules: template.map(|rules| template_rules(rules, &scenario.name)),
            template: template.map_or_else(DefaultRule::usual, <[DefaultRule]>::to_vec),
            project: project.into(),
        };
        let first = ("default", "Default security group", None);
        let others = scenario
            .security_groups
            .iter()
            .map(|g| (g.name.as_str(), g.description.as_str(), g.id.as_deref()));
        for (index, (name, description, given)) in std::iter::once(first).chain(others).enumerate() {
            let item = if index == 0 {
                "the default group".into()
            } else {
                format!("security_groups[{}]", index - 1)
            };
            let id = ids.long(&item, "security group", name, given)?;
            let new = NewGroup { id: &id, name, description, created: &created() };
            let (group, rules) = networking.security_group(new, index == 0);
            networking.security_groups.push(group);
            networking.security_group_rules.extend(rules);
        }
        for items in [
            &mut networking.networks,
            &mut networking.subnets,
            &mut networking.security_groups,
            &mut networking.security_group_rules,
        ]
        .into_iter()
        .chain(&mut networking.default_security_group_rules)
        {
            items.sort_by(|a, b| a["id"].as_str().cmp(&b["id"].as_str()));
        }
        Ok(networking)
    }

    /// A security group with the rules that the template gives it.
    pub(crate) fn security_group(
        &self,
        new: NewGroup<'_>,
        is_default: bool,
    ) -> (Attributes, Vec<Attributes>) {
        let NewGroup { id, name, description, created } = new;
        let project = &self.project;
        let rules = group_rules(&self.template, id, is_default, project, created);
        let group = attributes(json!({
            "id": id, "name": name, "description": description, "stateful": true, "shared": false, "tags": [],
            "project_id": project, "tenant_id": project, "security_group_rules": rules,
            "created_at": created, "updated_at": created, "revision_number": 1,
        }));
        (group, rules)
    }
}

fn network_attributes(
    network: &Network,
    id: &str,
    owner: &str,
    subnets: &[String],
    zones: &[String],
) -> Attributes {
    attributes(json!({
        "id": id, "name": network.name, "description": network.description, "project_id": owner, "tenant_id": owner,
        "admin_state_up": true, "status": "ACTIVE", "mtu": network.mtu, "subnets": subnets, "shared": network.shared,
        "router:external": network.external, "availability_zone_hints": [], "availability_zones": zones,
        "ipv4_address_scope": null, "ipv6_address_scope": null, "port_security_enabled": true, "qos_policy_id": null,
        "dns_domain": "", "l2_adjacency": true, "tags": [], "created_at": created(), "updated_at": created(),
        "revision_number": 2,
    }))
}

fn subnet_attributes(
    item: &str,
    subnet: &Subnet,
    id: &str,
    network: &str,
    owner: &str,
    external: bool,
) -> Result<Attributes, ScenarioError> {
    let (version, start, end) = pool(&subnet.cidr).ok_or_else(|| {
        contradiction(item, format!("`{}` is not a `cidr` such as `10.0.0.0/24`", subnet.cidr))
    })?;
    Ok(attributes(json!({
        "id": id, "name": subnet.name, "description": "", "network_id": network, "project_id": owner,
        "tenant_id": owner, "ip_version": version, "cidr": subnet.cidr, "gateway_ip": subnet.gateway_ip,
        "enable_dhcp": !subnet.no_dhcp, "allocation_pools": [{"start": start, "end": end}],
        "dns_nameservers": subnet.dns_nameservers, "host_routes": [], "subnetpool_id": null, "ipv6_ra_mode": null,
        "ipv6_address_mode": null, "router:external": external, "service_types": [], "tags": [],
        "created_at": created(), "updated_at": created(), "revision_number": 0,
    })))
}

/// Version and the range for servers: all but the network's own address, the gateway's usual place and, for IPv4,
/// the broadcast address.
pub(crate) fn pool(cidr: &str) -> Option<(u8, IpAddr, IpAddr)> {
    let (address, length) = cidr.split_once('/')?;
    let (address, length): (IpAddr, u32) = (address.parse().ok()?, length.parse().ok()?);
    match address {
        IpAddr::V4(v4) if length <= 30 => {
            let hosts = u32::MAX.checked_shr(length)?;
            let first = v4.to_bits() & !hosts;
            Some((4, IpAddr::V4((first + 2).into()), IpAddr::V4((first + hosts - 1).into())))
        }
        IpAddr::V6(v6) if length <= 126 => {
            let hosts = u128::MAX.checked_shr(length)?;
            let first = v6.to_bits() & !hosts;
            Some((6, IpAddr::V6((first + 2).into()), IpAddr::V6((first + hosts).into())))
        }
        _ => None,
    }
}

/// The first address of a subnet: the usual one of its gateway.
pub(crate) fn first(cidr: &str) -> Option<IpAddr> {
    Some(match pool(cidr)?.1 {
        IpAddr::V4(second) => IpAddr::V4((second.to_bits() - 1).into()),
        IpAddr::V6(second) => IpAddr::V6((second.to_bits() - 1).into()),
    })
}

fn group_rules(
    template: &[DefaultRule],
    group: &str,
    is_default: bool,
    project: &str,
    created: &str,
) -> Vec<Attributes> {
    let used =
        |rule: &&DefaultRule| if is_default { rule.used_in_default_group } else { rule.used_in_other_groups };
    let with_ids = |(index, rule): (usize, &DefaultRule)| {
        let mut attributes = rule_attributes(rule, group);
        attributes.extend(self::attributes(json!({
            "id": derived_id(&[group, "rule", &index.to_string()]), "security_group_id": group,
            "project_id": project, "tenant_id": project, "normalized_cidr": rule.remote_ip_prefix,
            "belongs_to_default_sg": is_default, "description": null, "created_at": created,
            "updated_at": created, "revision_number": 0,
        })));
        attributes
    };
    template.iter().filter(used).enumerate().map(with_ids).collect()
}

fn template_rules(template: &[DefaultRule], cloud: &str) -> Vec<Attributes> {
    let with_ids = |(index, rule): (usize, &DefaultRule)| {
        let mut attributes = rule_attributes(rule, "PARENT");
        attributes.extend(self::attributes(json!({
            "id": derived_id(&[cloud, "default rule", &index.to_string()]), "description": "",
            "used_in_default_sg": rule.used_in_default_group, "used_in_non_default_sg": rule.used_in_other_groups,
        })));
        attributes
    };
    template.iter().enumerate().map(with_ids).collect()
}

fn rule_attributes(rule: &DefaultRule, same_group: &str) -> Attributes {
    attributes(json!({
        "direction": match rule.direction { Direction::Ingress => "ingress", Direction::Egress => "egress" },
        "ethertype": match rule.ethertype { Ethertype::IPv4 => "IPv4", Ethertype::IPv6 => "IPv6" },
        "protocol": rule.protocol, "port_range_min": rule.port, "port_range_max": rule.port,
        "remote_ip_prefix": rule.remote_ip_prefix, "remote_address_group_id": null,
        "remote_group_id": rule.from_same_group.then_some(same_group),
    }))
}

fn created() -> String {
    format!("{CREATED}T00:00:00Z")
}

/// A resource from JSON.
pub(crate) fn attributes(value: Value) -> Attributes {
    match value {
        Value::Object(attributes) => attributes,
        _ => Attributes::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_for_servers() {
        let range = |cidr| pool(cidr).map(|(version, start, end)| format!("{version} {start} {end}"));
        assert_eq!(range("10.1.2.0/24").unwrap(), "4 10.1.2.2 10.1.2.254");
        assert_eq!(range("0.0.0.0/0").unwrap(), "4 0.0.0.2 255.255.255.254");
        assert_eq!(range("2001:db8::/64").unwrap(), "6 2001:db8::2 2001:db8::ffff:ffff:ffff:ffff");
        for wrong in ["", "10.0.0.0", "10.0.0.0/31", "10.0.0/24", "::/128", "10.0.0.0/x", "::/-1"] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }
}
