//! Networks.

use serde_json::{Value, json};
use uuid::Uuid;

use super::request::Given;
use super::{Change, conflict, forbidden, missing};
use crate::cloud::attributes;
use crate::inventory::Kind;
use crate::reply::Reply;
use crate::state::text;

/// What may be said about a new network.
const KNOWN: [&str; 13] = [
    "name",
    "description",
    "admin_state_up",
    "mtu",
    "shared",
    "router:external",
    "port_security_enabled",
    "availability_zone_hints",
    "project_id",
    "tenant_id",
    "dns_domain",
    "qos_policy_id",
    "is_default",
];

/// `POST /networks`
pub(super) fn create(change: &mut Change<'_>, _: &str) -> Result<Reply, Reply> {
    let given = Given::read(change.call, "network", &KNOWN)?;
    for name in ["shared", "router:external"] {
        if given.value(name).is_some_and(|value| *value == true) && !change.caller.is_admin() {
            return Err(forbidden(&format!("create_network:{name}")));
        }
    }
    let project = change.project();
    let network = attributes(json!({
        "id": Uuid::new_v4(), "name": given.name()?, "description": given.text("description")?.unwrap_or_default(),
        "project_id": project, "tenant_id": project, "admin_state_up": given.or("admin_state_up", true),
        "status": "ACTIVE", "mtu": given.or("mtu", 1442), "subnets": [], "shared": given.or("shared", false),
        "router:external": given.or("router:external", false),
        "availability_zone_hints": given.or("availability_zone_hints", Vec::<Value>::new()),
        "availability_zones": change.site.cloud.zones, "ipv4_address_scope": null, "ipv6_address_scope": null,
        "port_security_enabled": given.or("port_security_enabled", true), "qos_policy_id": null,
        "dns_domain": given.or("dns_domain", ""), "l2_adjacency": true, "tags": [], "created_at": change.now,
        "updated_at": change.now, "revision_number": 1,
    }));
    change.net.add(Kind::Network, network.clone());
    Ok(Reply::json(201, &json!({"network": network})))
}

/// `DELETE /networks/ID`
pub(super) fn delete(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    let network = change.net.networks.get(id).ok_or_else(|| missing("networks", id))?;
    change.check_owner(network, "delete_network")?;
    let ports = change.net.ports.values().filter(|port| text(port, "network_id") == id);
    let ports: Vec<&str> = ports.map(|port| text(port, "id")).collect();
    if !ports.is_empty() {
        return Err(conflict(
            "NetworkInUse",
            &format!(
                "Unable to complete operation on network {id}. There are one or more ports still in use on the network, id for these ports is {}.",
                ports.join(",")
            ),
        ));
    }
    change.net.remove(Kind::Network, id);
    Ok(Reply::empty(204))
}
