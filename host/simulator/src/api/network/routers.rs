//! Routers and their interfaces.

use std::net::IpAddr;

use serde_json::{Value, json};
use uuid::Uuid;

use super::request::Given;
use super::subnets::{find, overlap};
use super::{Change, bad_request, conflict, missing};
use crate::cloud::{Attributes, attributes};
use crate::inventory::Kind;
use crate::reply::Reply;
use crate::state::{NewPort, PortError, fixed_ips, text};

/// What may be said about a router.
const KNOWN: [&str; 11] = [
    "name",
    "description",
    "admin_state_up",
    "external_gateway_info",
    "availability_zone_hints",
    "project_id",
    "tenant_id",
    "ha",
    "distributed",
    "flavor_id",
    "routes",
];

/// The owner of the ports that are interfaces.
const INTERFACE: &str = "network:router_interface";

/// `POST /routers`
pub(super) fn create(change: &mut Change<'_>, _: &str) -> Result<Reply, Reply> {
    let given = Given::read(change.call, "router", &KNOWN)?;
    let id = Uuid::new_v4().to_string();
    let name = given.name()?.to_owned();
    let description = given.text("description")?.unwrap_or_default().to_owned();
    let gateway = gateway(change, &id, given.value("external_gateway_info"))?;
    let project = change.project();
    let router = attributes(json!({
        "id": id, "name": name, "description": description, "project_id": project, "tenant_id": project,
        "admin_state_up": given.or("admin_state_up", true), "status": "ACTIVE", "external_gateway_info": gateway,
        "routes": [], "ha": false, "distributed": false, "flavor_id": null, "availability_zone_hints": [],
        "availability_zones": change.site.cloud.zones, "enable_ndp_proxy": false, "tags": [],
        "created_at": change.now, "updated_at": change.now, "revision_number": 1,
    }));
    change.net.add(Kind::Router, router.clone());
    Ok(Reply::json(201, &json!({"router": router})))
}

/// `PUT /routers/ID`: another name, another way to the outside.
pub(super) fn update(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    check(change, id, "update_router")?;
    let given = Given::read(change.call, "router", &KNOWN)?;
    if let Some(info) = given.value("external_gateway_info") {
        let old: Vec<String> = ports_of(change, id, "network:router_gateway");
        let new = gateway(change, id, Some(info))?;
        old.iter().for_each(|port| change.net.remove(Kind::Port, port));
        if let Some(router) = change.net.routers.get_mut(id) {
            router.insert("external_gateway_info".into(), new);
        }
    }
    let router = change.net.routers.get_mut(id).ok_or_else(|| missing("routers", id))?;
    for name in ["name", "description", "admin_state_up"] {
        if let Some(value) = given.value(name) {
            router.insert(name.into(), value.clone());
        }
    }
    router.insert("updated_at".into(), change.now.clone().into());
    Ok(Reply::json(200, &json!({"router": router})))
}

/// `DELETE /routers/ID`
pub(super) fn delete(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    check(change, id, "delete_router")?;
    if !ports_of(change, id, INTERFACE).is_empty() {
        return Err(conflict("RouterInUse", &format!("Router {id} still has ports")));
    }
    change.net.remove(Kind::Router, id);
    Ok(Reply::empty(204))
}

/// `PUT /routers/ID/add_router_interface`
pub(super) fn add_interface(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    check(change, id, "add_router_interface")?;
    let given = Given::flat(change.call, &["subnet_id", "port_id"])?;
    match (given.text("subnet_id")?, given.text("port_id")?) {
        (Some(_), Some(_)) => Err(bad_router("Cannot specify both subnet-id and port-id")),
        (None, None) => Err(bad_router("Either subnet_id or port_id must be specified")),
        (Some(subnet), None) => add_subnet(change, id, subnet),
        (None, Some(port)) => add_port(change, id, port),
    }
}

/// `PUT /routers/ID/remove_router_interface`
pub(super) fn remove_interface(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    check(change, id, "remove_router_interface")?;
    let given = Given::flat(change.call, &["subnet_id", "port_id"])?;
    let (subnet, port) = (given.text("subnet_id")?, given.text("port_id")?);
    if subnet.is_none() && port.is_none() {
        return Err(bad_request(
            "BadRequest",
            "Bad router request: Either subnet_id or port_id must be specified",
        ));
    }
    let fits = |item: &Attributes| {
        port.is_none_or(|port| text(item, "id") == port)
            && subnet.is_none_or(|subnet| fixed_ips(item).any(|(of, _)| of == subnet))
    };
    let ports = ports_of(change, id, INTERFACE);
    let mut found = ports.iter().filter_map(|port| change.net.ports.get(port));
    let Some(interface) = found.find(|item| fits(item)).cloned() else {
        return Err(match (subnet, port) {
            (Some(subnet), None) => {
                find(change, subnet)?;
                let problem = format!("Router {id} has no interface on subnet {subnet}");
                Reply::neutron(404, "RouterInterfaceNotFoundForSubnet", &problem)
            }
            (_, port) => {
                let port = port.unwrap_or_default();
                let problem = format!("Router {id} does not have an interface with id {port}");
                Reply::neutron(404, "RouterInterfaceNotFound", &problem)
            }
        });
    };
    change.net.remove(Kind::RouterInterface, text(&interface, "id"));
    Ok(Reply::json(200, &interface_info(change, id, &interface)))
}

fn add_subnet(change: &mut Change<'_>, id: &str, subnet_id: &str) -> Result<Reply, Reply> {
    let subnet = find(change, subnet_id)?.clone();
    let Ok(gateway) = text(&subnet, "gateway_ip").parse::<IpAddr>() else {
        return Err(bad_router("Subnet for router interface must have a gateway IP"));
    };
    for port in ports_of(change, id, INTERFACE) {
        let others = change.net.ports.get(&port).into_iter().flat_map(fixed_ips);
        for (other, _) in others {
            if other == subnet_id {
                return Err(bad_router(&format!("Router already has a port on subnet {subnet_id}")));
            }
            let (cidr, other_cidr) = (text(&subnet, "cidr"), text(find(change, other)?, "cidr"));
            if overlap(cidr, other_cidr) {
                return Err(bad_router(&format!(
                    "Cidr {cidr} of subnet {subnet_id} overlaps with cidr {other_cidr} of subnet {other}"
                )));
            }
        }
    }
    let new = NewPort {
        network: text(&subnet, "network_id"),
        project: &change.site.cloud.project.id,
        device: id,
        device_owner: INTERFACE,
        addresses: vec![(subnet_id.into(), Some(gateway))],
        created: &change.now,
        ..NewPort::default()
    };
    let port =
        change.net.open_port(new).map_err(|problem| port_problem(&problem, text(&subnet, "network_id")))?;
    let interface = change.net.ports.get(&port).cloned().unwrap_or_default();
    Ok(Reply::json(200, &interface_info(change, id, &interface)))
}

fn add_port(change: &mut Change<'_>, id: &str, port_id: &str) -> Result<Reply, Reply> {
    let port = change.net.ports.get_mut(port_id).ok_or_else(|| missing("ports", port_id))?;
    if !text(port, "device_id").is_empty() {
        let (network, device) = (text(port, "network_id"), text(port, "device_id"));
        let problem = format!(
            "Unable to complete operation on port {port_id} for network {network}. Port already has an attached device {device}."
        );
        return Err(conflict("PortInUse", &problem));
    }
    port.extend(attributes(json!({"device_id": id, "device_owner": INTERFACE, "status": "ACTIVE"})));
    let interface = port.clone();
    Ok(Reply::json(200, &interface_info(change, id, &interface)))
}

fn interface_info(change: &Change<'_>, id: &str, port: &Attributes) -> Value {
    let subnets: Vec<&str> = fixed_ips(port).map(|(subnet, _)| subnet).collect();
    json!({
        "id": id, "tenant_id": change.project(), "project_id": change.project(), "port_id": port["id"],
        "network_id": port["network_id"], "subnet_id": subnets.first(), "subnet_ids": subnets, "tags": [],
    })
}

/// Opens the way to the outside, if one is asked for.
fn gateway(change: &mut Change<'_>, router: &str, info: Option<&Value>) -> Result<Value, Reply> {
    let network = match info.and_then(|info| info.get("network_id")) {
        None | Some(Value::Null) => return Ok(Value::Null),
        Some(network) => network.as_str().unwrap_or_default(),
    };
    let item = change.net.networks.get(network).ok_or_else(|| missing("networks", network))?;
    if item["router:external"] != true {
        return Err(bad_router(&format!("Network {network} is not an external network")));
    }
    let new = NewPort {
        network,
        device: router,
        device_owner: "network:router_gateway",
        created: &change.now,
        ..NewPort::default()
    };
    let port = change.net.open_port(new).map_err(|problem| port_problem(&problem, network))?;
    let addresses = change.net.ports.get(&port).and_then(|port| port.get("fixed_ips")).cloned();
    let snat = info.and_then(|info| info.get("enable_snat")).cloned().unwrap_or(json!(true));
    Ok(json!({"network_id": network, "enable_snat": snat, "external_fixed_ips": addresses}))
}

fn check(change: &Change<'_>, id: &str, rule: &str) -> Result<(), Reply> {
    let router = change.net.routers.get(id).ok_or_else(|| missing("routers", id))?;
    change.check_owner(router, rule)
}

fn ports_of(change: &Change<'_>, router: &str, owner: &str) -> Vec<String> {
    let ports = change.net.ports.values();
    let wanted =
        ports.filter(|port| text(port, "device_id") == router && text(port, "device_owner") == owner);
    wanted.map(|port| text(port, "id").to_owned()).collect()
}

/// Why a port cannot be made, as neutron says it.
pub(super) fn port_problem(problem: &PortError, network: &str) -> Reply {
    match problem {
        PortError::Full => {
            let problem = format!("No more IP addresses available on network {network}.");
            conflict("IpAddressGenerationFailure", &problem)
        }
        PortError::Taken(subnet, address) => {
            let problem = format!("IP address {address} already allocated in subnet {subnet}");
            conflict("IpAddressAlreadyAllocated", &problem)
        }
    }
}

fn bad_router(problem: &str) -> Reply {
    bad_request("BadRequest", &format!("Bad router request: {problem}."))
}
