//! The network interfaces of a server.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::{Microversion, bad_request};
use super::invalid;
use crate::cloud::{Attributes, attributes};
use crate::reply::Reply;
use crate::site::Site;
use crate::state::{Net, NewPort, PortError, text};

/// One network interface that is wanted.
pub(super) enum Nic {
    Network { id: String, address: Option<IpAddr> },
    Port(String),
}

/// Reads which interfaces a server is to have.
pub(super) fn nics(
    site: &Site,
    net: &Net,
    wanted: &Map<String, Value>,
    version: Microversion,
) -> Result<Vec<Nic>, Reply> {
    let listed = match wanted.get("networks") {
        None if version >= (2, 37) => return Err(invalid("server", "'networks' is a required property")),
        Some(Value::String(text)) if text == "none" && version >= (2, 37) => return Ok(Vec::new()),
        None => return any_network(site, net),
        Some(Value::String(text)) if text == "auto" && version >= (2, 37) => return any_network(site, net),
        Some(Value::Array(listed)) => listed,
        Some(_) => return Err(invalid("networks", "it is not valid under any of the given schemas")),
    };
    let mut nics = Vec::new();
    for entry in listed {
        nics.push(match (entry["port"].as_str(), entry["uuid"].as_str()) {
            (Some(port), _) => Nic::Port(check_port(net, port)?),
            (None, Some(network)) => {
                let id = check_network(site, net, network)?;
                let address = match entry["fixed_ip"].as_str().map(str::parse) {
                    None => None,
                    Some(Ok(address)) => Some(address),
                    Some(Err(_)) => return Err(bad_request("Invalid fixed IP address")),
                };
                Nic::Network { id, address }
            }
            (None, None) => {
                return Err(bad_request("Bad networks format: network uuid is not in proper format"));
            }
        });
    }
    Ok(nics)
}

/// The project's one network, if there is just one.
fn any_network(site: &Site, net: &Net) -> Result<Vec<Nic>, Reply> {
    let usable = |network: &&Attributes| {
        text(network, "project_id") == site.cloud.project.id || network["shared"] == true
    };
    let mut networks = net.networks.values().filter(usable).map(|network| text(network, "id"));
    match (networks.next(), networks.next()) {
        (None, _) => Ok(Vec::new()),
        (Some(id), None) => Ok(vec![Nic::Network { id: id.into(), address: None }]),
        (Some(_), Some(_)) => {
            let problem = "Multiple possible networks found, use a Network ID to be more specific.";
            Err(Reply::fault("conflictingRequest", 409, problem))
        }
    }
}

fn check_port(net: &Net, id: &str) -> Result<String, Reply> {
    match net.ports.get(id) {
        None => Err(bad_request(&format!("Port id {id} could not be found."))),
        Some(port) if !text(port, "device_id").is_empty() => {
            Err(Reply::fault("conflictingRequest", 409, &format!("Port {id} is still in use.")))
        }
        Some(_) => Ok(id.into()),
    }
}

fn check_network(site: &Site, net: &Net, id: &str) -> Result<String, Reply> {
    let Some(network) = net.networks.get(id) else {
        return Err(bad_request(&format!("Network {id} could not be found.")));
    };
    let own = text(network, "project_id") == site.cloud.project.id;
    if network["router:external"] == true && network["shared"] != true && !own {
        let rule = format!("It is not allowed to create an interface on external network {id}");
        return Err(Reply::fault("forbidden", 403, &rule));
    }
    if network["subnets"].as_array().is_none_or(Vec::is_empty) {
        let problem = format!("Network {id} requires a subnet in order to boot instances on.");
        return Err(bad_request(&problem));
    }
    Ok(id.into())
}

/// Makes the ports, or none if one cannot be made; the ids of those that nova has made.
pub(super) fn plug(
    site: &Site,
    net: &mut Net,
    server: &str,
    zone: &str,
    nics: &[Nic],
    groups: &[String],
) -> Result<Vec<String>, Reply> {
    let created = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let owner = format!("compute:{zone}");
    let mut made: Vec<String> = Vec::new();
    for nic in nics {
        let (network, address) = match nic {
            Nic::Network { id, address } => (id, *address),
            Nic::Port(id) => {
                if let Some(port) = net.ports.get_mut(id) {
                    port.extend(attributes(json!({"device_id": server, "device_owner": owner})));
                }
                continue;
            }
        };
        let subnet = net.subnets.values().find(|subnet| text(subnet, "network_id") == network);
        let addresses = match (address, subnet) {
            (Some(address), Some(subnet)) => vec![(text(subnet, "id").to_owned(), Some(address))],
            _ => Vec::new(),
        };
        let new = NewPort {
            network,
            project: &site.cloud.project.id,
            device: server,
            device_owner: &owner,
            groups: groups.to_vec(),
            addresses,
            created: &created,
            ..NewPort::default()
        };
        match net.open_port(new) {
            Ok(port) => made.push(port),
            Err(problem) => {
                net.release_ports(server, &made);
                return Err(match problem {
                    PortError::Full => {
                        bad_request(&format!("No more IP addresses available on network {network}."))
                    }
                    PortError::Taken(_, address) => {
                        bad_request(&format!("Fixed IP address {address} is already in use on instance."))
                    }
                });
            }
        }
    }
    Ok(made)
}
