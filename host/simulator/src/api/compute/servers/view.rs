//! The JSON that servers have.

use serde_json::{Map, Value, json};

use super::Microversion;
use crate::Service;
use crate::call::Call;
use crate::cloud::derived_id;
use crate::site::Site;
use crate::state::{Server, State, fixed_ips, text};

/// Id, name and links.
pub(super) fn brief(base: &str, server: &Server) -> Value {
    json!({"id": server.id, "name": server.name, "links": links(base, "servers", &server.id)})
}

/// Everything, as the microversion has it.
pub(super) fn full(site: &Site, state: &State, call: &Call, version: Microversion, server: &Server) -> Value {
    let base = site.url(call, Service::Compute);
    let status = server.course.status();
    let (vm_state, power) = match status {
        "BUILD" => ("building", 0),
        "ACTIVE" => ("active", 1),
        _ => ("error", 0),
    };
    let task = match (server.deleting, status) {
        (true, _) => Some("deleting"),
        (false, "BUILD") => Some("spawning"),
        _ => None,
    };
    let created = server.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let launched = server.created.strftime("%Y-%m-%dT%H:%M:%S.000000").to_string();
    let host = derived_id(&[&site.cloud.name, "host of", &server.id]).simple().to_string();
    let groups: Vec<Value> = server.groups.iter().map(|name| json!({"name": name})).collect();
    let image = match &server.image {
        Some(id) => json!({"id": id, "links": [{"rel": "bookmark", "href": format!("{base}/images/{id}")}]}),
        None => json!(""),
    };
    let mut view = json!({
        "id": server.id, "name": server.name, "status": status, "tenant_id": site.cloud.project.id,
        "user_id": server.user, "metadata": server.metadata,
        "hostId": if status == "BUILD" { "" } else { host.as_str() }, "image": image,
        "flavor": flavor(site, &base, version, server), "created": created, "updated": created,
        "addresses": addresses(state, server), "accessIPv4": "", "accessIPv6": "",
        "links": links(&base, "servers", &server.id), "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": server.zone, "config_drive": if server.config_drive { "True" } else { "" },
        "key_name": null, "OS-SRV-USG:launched_at": (vm_state == "active").then_some(launched),
        "OS-SRV-USG:terminated_at": null, "OS-EXT-STS:task_state": task, "OS-EXT-STS:vm_state": vm_state,
        "OS-EXT-STS:power_state": power, "os-extended-volumes:volumes_attached": volumes(server, version),
        "security_groups": groups,
    });
    if status != "ERROR" {
        view["progress"] = json!(if status == "ACTIVE" { 100 } else { 0 });
    } else {
        view["fault"] = json!({
            "code": 500, "created": created,
            "message": "No valid host was found. There are not enough hosts available.",
        });
    }
    if version >= (2, 9) {
        view["locked"] = json!(false);
    }
    if version >= (2, 19) {
        view["description"] = json!(server.description);
    }
    if version >= (2, 26) {
        view["tags"] = json!(server.tags);
    }
    if version >= (2, 63) {
        view["trusted_image_certificates"] = Value::Null;
    }
    if version >= (2, 71) {
        view["server_groups"] = json!([]);
    }
    if version >= (2, 73) {
        view["locked_reason"] = Value::Null;
    }
    view
}

/// The volumes of a server, as its attachments.
pub(super) fn attachments(server: &Server) -> Vec<Value> {
    let attachment = |(index, volume): (usize, &str)| json!({"id": volume, "volumeId": volume, "serverId": server.id, "device": device(index)});
    server.disks.iter().map(|disk| disk.volume.as_str()).enumerate().map(attachment).collect()
}

/// The name of a disk in the server.
pub(super) fn device(index: usize) -> &'static str {
    const NAMES: [&str; 6] = ["/dev/vda", "/dev/vdb", "/dev/vdc", "/dev/vdd", "/dev/vde", "/dev/vdf"];
    NAMES.get(index).copied().unwrap_or("/dev/vdz")
}

/// To the thing itself, and to it in no particular version.
pub(super) fn links(base: &str, collection: &str, id: &str) -> Value {
    json!([{"rel": "self", "href": format!("{base}/v2.1/{collection}/{id}")},
           {"rel": "bookmark", "href": format!("{base}/{collection}/{id}")}])
}

fn flavor(site: &Site, base: &str, version: Microversion, server: &Server) -> Value {
    let id = &server.flavor;
    if version < (2, 47) {
        return json!({"id": id, "links": [{"rel": "bookmark", "href": format!("{base}/flavors/{id}")}]});
    }
    match site.cloud.flavors.iter().find(|flavor| flavor.id == *id) {
        Some(flavor) => json!({
            "vcpus": flavor.it.vcpus, "ram": flavor.it.ram, "disk": flavor.it.disk,
            "ephemeral": flavor.it.ephemeral, "swap": flavor.it.swap, "original_name": flavor.it.name,
            "extra_specs": flavor.it.extra_specs,
        }),
        None => json!({}),
    }
}

fn volumes(server: &Server, version: Microversion) -> Vec<Value> {
    let volume = |disk: &crate::state::Disk| match version >= (2, 3) {
        true => json!({"id": disk.volume, "delete_on_termination": disk.goes_with_it}),
        false => json!({"id": disk.volume}),
    };
    server.disks.iter().map(volume).collect()
}

/// The addresses of a server, by the name of the network.
fn addresses(state: &State, server: &Server) -> Map<String, Value> {
    let mut addresses = Map::new();
    for port in state.net.ports.values().filter(|port| text(port, "device_id") == server.id) {
        let network = state.net.networks.get(text(port, "network_id"));
        let name = network.map_or("", |network| text(network, "name"));
        let entry = addresses.entry(name).or_insert_with(|| json!([]));
        for (_, address) in fixed_ips(port) {
            if let Value::Array(entries) = entry {
                entries.push(json!({
                    "version": if address.contains(':') { 6 } else { 4 }, "addr": address,
                    "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": text(port, "mac_address"),
                }));
            }
        }
    }
    addresses
}
