//! `POST /servers`

mod nics;
mod root;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Microversion, bad_request, view};
use crate::Service;
use crate::call::Call;
use crate::cloud::Identified;
use crate::reply::Reply;
use crate::scenario::Flavor;
use crate::site::{Caller, Site};
use crate::state::{Course, Net, Next, Server, State, text};
use nics::{nics, plug};
use root::{Root, boot_disk, root};

/// The properties of a server that the API knows, and from which microversion on.
const KNOWN: [(&str, Microversion); 25] = [
    ("name", (2, 1)),
    ("imageRef", (2, 1)),
    ("flavorRef", (2, 1)),
    ("adminPass", (2, 1)),
    ("metadata", (2, 1)),
    ("networks", (2, 1)),
    ("OS-DCF:diskConfig", (2, 1)),
    ("accessIPv4", (2, 1)),
    ("accessIPv6", (2, 1)),
    ("availability_zone", (2, 1)),
    ("block_device_mapping", (2, 1)),
    ("block_device_mapping_v2", (2, 1)),
    ("config_drive", (2, 1)),
    ("key_name", (2, 1)),
    ("min_count", (2, 1)),
    ("max_count", (2, 1)),
    ("return_reservation_id", (2, 1)),
    ("security_groups", (2, 1)),
    ("user_data", (2, 1)),
    ("description", (2, 19)),
    ("tags", (2, 52)),
    ("trusted_image_certificates", (2, 63)),
    ("host", (2, 74)),
    ("hypervisor_hostname", (2, 74)),
    ("hostname", (2, 90)),
];

/// Creates a server.
pub(super) fn create(
    site: &Site,
    state: &mut State,
    call: &Call,
    caller: &Caller<'_>,
    version: Microversion,
) -> Result<Reply, Reply> {
    let body = call.object().ok_or_else(|| bad_request("cannot understand JSON"))?;
    let Some(Value::Object(wanted)) = body.get("server") else {
        return Err(invalid("server", "'server' is a required property"));
    };
    check_properties(wanted, version)?;
    let name = name(wanted)?;
    let user_data = user_data(wanted)?;
    let flavor = flavor(site, caller, wanted)?;
    let root = root(site, caller, state, wanted, flavor)?;
    if matches!(root, Root::Image(_)) && flavor.it.disk == 0 && !caller.is_admin() {
        let rule = "Only volume-backed servers are allowed for flavors with zero disk.";
        return Err(Reply::fault("forbidden", 403, rule));
    }
    let zone = zone(site, wanted)?;
    let groups = groups(site, &state.net, wanted)?;
    let nics = nics(site, &state.net, wanted, version)?;

    let id = Uuid::new_v4().to_string();
    let own_ports = plug(site, &mut state.net, &id, &zone, &nics, &groups)?;
    let end = Next::Status(if call.fails_later { "ERROR" } else { "ACTIVE" });
    let image = match &root {
        Root::Image(image) => Some(image.id.clone()),
        _ => None,
    };
    let disks = boot_disk(state, root, &id, &zone, caller).into_iter().collect();
    let group_names = groups.iter().map(|group| state.net.security_groups.get(group));
    let group_names: Vec<String> =
        group_names.flatten().map(|group| text(group, "name").to_owned()).collect();
    let answer = json!({"server": {
        "id": id, "links": view::links(&site.url(call, Service::Compute), "servers", &id),
        "OS-DCF:diskConfig": "MANUAL", "security_groups": named(&group_names), "adminPass": "simulated-pass",
    }});
    state.servers.push(Server {
        id: id.clone(),
        name,
        description: wanted.get("description").and_then(Value::as_str).map(String::from),
        user: caller.account.id.clone(),
        flavor: flavor.id.clone(),
        image,
        zone,
        metadata: wanted.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default(),
        tags: texts(wanted.get("tags")),
        groups: group_names,
        config_drive: wanted.get("config_drive").is_some_and(|value| value == true || value == "true"),
        user_data,
        created: Timestamp::now(),
        disks,
        own_ports,
        course: Course::passing("BUILD", state.now, state.timing.server, end),
        deleting: false,
    });
    let location = format!("{}/v2.1/servers/{id}", site.url(call, Service::Compute));
    Ok(Reply::json(202, &answer).header("location", &location))
}

fn check_properties(wanted: &Map<String, Value>, version: Microversion) -> Result<(), Reply> {
    let known = |name: &&String| KNOWN.iter().any(|(known, since)| known == name && version >= *since);
    if let Some(name) = wanted.keys().find(|name| !known(name)) {
        let rule = format!("Additional properties are not allowed ('{name}' was unexpected)");
        return Err(invalid("server", &rule));
    }
    for name in ["min_count", "max_count"] {
        if wanted.get(name).is_some_and(|count| !matches!(count.as_u64(), Some(1)) && count != "1") {
            return Err(bad_request("The simulated cloud creates one server at a time."));
        }
    }
    if wanted.get("key_name").is_some_and(|name| !name.is_null()) {
        return Err(bad_request("Invalid key_name provided."));
    }
    Ok(())
}

fn name(wanted: &Map<String, Value>) -> Result<String, Reply> {
    match wanted.get("name") {
        None => Err(invalid("server", "'name' is a required property")),
        Some(Value::String(name)) if name.is_empty() => Err(invalid("name", "'' is too short")),
        Some(Value::String(name)) if name.chars().count() > 255 => {
            Err(invalid("name", &format!("'{name}' is too long")))
        }
        Some(Value::String(name)) => Ok(name.trim().to_owned()),
        Some(other) => Err(invalid("name", &format!("{other} is not of type 'string'"))),
    }
}

/// Decodes user data, which must be base64.
fn user_data(wanted: &Map<String, Value>) -> Result<Option<String>, Reply> {
    let Some(value) = wanted.get("user_data").filter(|value| !value.is_null()) else { return Ok(None) };
    let decoded = value.as_str().filter(|text| text.len() <= 65535).map(|text| STANDARD.decode(text));
    match decoded {
        Some(Ok(bytes)) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        _ => Err(invalid("user_data", "it is not a 'base64'")),
    }
}

fn flavor<'a>(
    site: &'a Site,
    caller: &Caller<'_>,
    wanted: &Map<String, Value>,
) -> Result<&'a Identified<Flavor>, Reply> {
    let reference = match wanted.get("flavorRef") {
        None => return Err(invalid("server", "'flavorRef' is a required property")),
        Some(value) => value.as_str().map_or_else(|| value.to_string(), String::from),
    };
    let id = last(&reference);
    let visible = |flavor: &&Identified<Flavor>| caller.is_admin() || flavor.it.public || flavor.it.access;
    let found = site.cloud.flavors.iter().find(|flavor| flavor.id == id).filter(visible);
    found.ok_or_else(|| bad_request(&format!("Flavor {id} could not be found.")))
}

fn zone(site: &Site, wanted: &Map<String, Value>) -> Result<String, Reply> {
    let zones = &site.cloud.zones;
    match wanted.get("availability_zone").and_then(Value::as_str) {
        None => Ok(zones.first().cloned().unwrap_or_default()),
        Some(zone) if zones.iter().any(|known| known == zone) => Ok(zone.into()),
        Some(_) => Err(bad_request("The requested availability zone is not available")),
    }
}

/// Ids of the security groups.
fn groups(site: &Site, net: &Net, wanted: &Map<String, Value>) -> Result<Vec<String>, Reply> {
    let names: Vec<&str> = match wanted.get("security_groups").and_then(Value::as_array) {
        Some(groups) => groups.iter().filter_map(|group| group["name"].as_str()).collect(),
        None => vec!["default"],
    };
    let id = |name: &str| {
        let found = net
            .security_groups
            .values()
            .find(|group| text(group, "name") == name || text(group, "id") == name);
        found.map(|group| text(group, "id").to_owned()).ok_or_else(|| {
            let project = &site.cloud.project.id;
            bad_request(&format!("Security group {name} not found for project {project}."))
        })
    };
    names.into_iter().map(id).collect()
}

fn named(names: &[String]) -> Vec<Value> {
    names.iter().map(|name| json!({"name": name})).collect()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let values = value.and_then(Value::as_array).into_iter().flatten();
    values.filter_map(|value| value.as_str().map(String::from)).collect()
}

/// The last segment of a reference, which may be a URL.
fn last(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn invalid(field: &str, rule: &str) -> Reply {
    bad_request(&format!("Invalid input for field/attribute {field}. {rule}"))
}
