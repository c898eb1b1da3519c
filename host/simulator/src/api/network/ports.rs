//! Ports.

use serde_json::{Value, json};

use super::request::Given;
use super::routers::port_problem;
use super::{Change, bad_request, conflict, missing, subnets};
use crate::inventory::Kind;
use crate::reply::Reply;
use crate::state::{NewPort, text};

/// What may be said about a new port.
const KNOWN: [&str; 14] = [
    "name",
    "description",
    "network_id",
    "admin_state_up",
    "fixed_ips",
    "security_groups",
    "device_id",
    "device_owner",
    "mac_address",
    "allowed_address_pairs",
    "port_security_enabled",
    "binding:vnic_type",
    "project_id",
    "tenant_id",
];

/// `POST /ports`
pub(super) fn create(change: &mut Change<'_>, _: &str) -> Result<Reply, Reply> {
    let given = Given::read(change.call, "port", &KNOWN)?;
    let network = given.required("network_id")?;
    if !change.net.networks.contains_key(network) {
        return Err(missing("networks", network));
    }
    let mut addresses = Vec::new();
    for (subnet, address) in given.addresses()? {
        let of_network = change.net.subnets.values().filter(|subnet| text(subnet, "network_id") == network);
        let found = of_network.into_iter().find(|item| match (subnet, address) {
            (Some(subnet), _) => text(item, "id") == subnet,
            (None, Some(address)) => subnets::contains(text(item, "cidr"), address),
            (None, None) => true,
        });
        let found = found.ok_or_else(|| {
            let problem = "Invalid input for operation: IP address is not a valid IP for any of the subnets on the specified network.";
            bad_request("InvalidInput", problem)
        })?;
        addresses.push((text(found, "id").to_owned(), address));
    }
    let groups: Vec<String> = match given.value("security_groups") {
        Some(Value::Array(groups)) => groups.iter().filter_map(|id| id.as_str().map(String::from)).collect(),
        _ => {
            let groups = change.net.security_groups.values();
            groups
                .filter(|group| text(group, "name") == "default")
                .map(|group| text(group, "id").to_owned())
                .collect()
        }
    };
    for group in &groups {
        if !change.net.security_groups.contains_key(group) {
            return Err(missing("security-groups", group));
        }
    }
    let new = NewPort {
        network,
        project: &change.site.cloud.project.id,
        name: given.name()?,
        device: given.text("device_id")?.unwrap_or_default(),
        device_owner: given.text("device_owner")?.unwrap_or_default(),
        groups,
        addresses,
        created: &change.now,
    };
    let port = change.net.open_port(new).map_err(|problem| port_problem(&problem, network))?;
    Ok(Reply::json(201, &json!({"port": change.net.ports.get(&port)})))
}

/// `DELETE /ports/ID`
pub(super) fn delete(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    let port = change.net.ports.get(id).ok_or_else(|| missing("ports", id))?;
    change.check_owner(port, "delete_port")?;
    let owner = text(port, "device_owner");
    if owner.starts_with("network:router_") {
        let problem =
            format!("Port {id} cannot be deleted directly via the port API: has device owner {owner}.");
        return Err(conflict("ServicePortInUse", &problem));
    }
    change.net.remove(Kind::Port, id);
    Ok(Reply::empty(204))
}
