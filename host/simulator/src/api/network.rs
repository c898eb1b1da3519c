//! Neutron, API v2.0.

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::paging::page;
use super::{caller, only_get};
use crate::Service;
use crate::call::Call;
use crate::cloud::{Attributes, Networking};
use crate::reply::{Reply, envelope};
use crate::site::Site;

/// Collections that the simulated cloud has, but with nothing in them.
const EMPTY: [&str; 8] = [
    "routers",
    "ports",
    "floatingips",
    "subnetpools",
    "address-scopes",
    "rbac-policies",
    "trunks",
    "network-ip-availabilities",
];

/// Extensions of the API, by alias.
const EXTENSIONS: [(&str, &str); 9] = [
    ("availability_zone", "Availability Zone"),
    ("external-net", "Neutron external network"),
    ("net-mtu", "Network MTU"),
    ("pagination", "Pagination support"),
    ("project-id", "project_id field enabled"),
    ("router", "Neutron L3 Router"),
    ("security-group", "security-group"),
    ("sorting", "Sorting support"),
    (DEFAULT_RULES, "Default rules for security groups"),
];

/// The extension that clouds before OpenStack 2023.2 lack.
const DEFAULT_RULES: &str = "security-groups-default-rules";

/// Answers a call to neutron.
pub(super) fn answer(site: &Site, call: &Call) -> Reply {
    let url = site.url(call, Service::Network);
    if call.version.is_none() {
        return match call.segments.as_slice() {
            [] => Reply::json(200, &envelope("versions", vec![version(&url)])),
            _ => not_found(),
        };
    }
    if let Err(reply) = caller(site, call) {
        return reply;
    }
    let denied = || {
        Reply::neutron(405, "HTTPMethodNotAllowed", "The simulated cloud is read-only.")
            .header("allow", "GET")
    };
    only_get(call, read(site, call, &url), not_found, denied)
}

fn read(site: &Site, call: &Call, url: &str) -> Option<Reply> {
    let networking = &site.cloud.networking;
    let zones = || {
        let zone = |(zone, kind)| json!({"name": zone, "state": "available", "resource": kind});
        let kinds = |name| ["network", "router"].map(|kind| (name, kind));
        site.cloud.zones.iter().flat_map(kinds).map(zone).collect::<Vec<Value>>()
    };
    let path = call.path();
    Some(match path.as_slice() {
        [] => Reply::json(200, &resources(url)),
        ["extensions"] => {
            Reply::json(200, &envelope("extensions", extensions(networking).collect::<Vec<_>>()))
        }
        ["extensions", alias] => {
            let extension = extensions(networking).find(|extension| extension["alias"] == **alias)?;
            Reply::json(200, &json!({"extension": extension}))
        }
        ["availability_zones"] => Reply::json(200, &envelope("availability_zones", zones())),
        [name] if EMPTY.contains(name) => Reply::json(200, &envelope(&name.replace('-', "_"), Vec::new())),
        [name] => list(site, call, name, collection(networking, name)?, url),
        [name, id] => match collection(networking, name)?.iter().find(|item| self::id(item) == *id) {
            Some(item) => Reply::json(200, &json!({singular(name)?: with_fields(item, call)})),
            None => missing(name, id),
        },
        _ => return None,
    })
}

fn list(site: &Site, call: &Call, name: &str, items: &[Attributes], url: &str) -> Reply {
    let asked = match call.parameter("limit").map(str::parse::<usize>) {
        None | Some(Ok(0)) => None,
        Some(Ok(limit)) => Some(limit),
        Some(Err(_)) => {
            let text = call.parameter("limit").unwrap_or_default();
            let problem =
                format!("Bad limit request: Limit must be an integer 0 or greater and not '{text}'.");
            return Reply::neutron(400, "BadRequest", &problem);
        }
    };
    let limit = asked.into_iter().chain(site.cloud.pages.network).min();
    let filters = match filters(call, items) {
        Ok(filters) => filters,
        Err(reply) => return reply,
    };
    let wanted = |item: &&Attributes| {
        filters.iter().all(|(name, values)| values.iter().any(|value| has(item, name, value)))
    };
    let mut wanted: Vec<&Attributes> = items.iter().filter(wanted).collect();
    for (key, descending) in order(call).into_iter().rev() {
        wanted.sort_by_key(|item| text(item.get(key).unwrap_or(&Value::Null)));
        if descending {
            wanted.reverse();
        }
    }
    let marker = call.parameter("marker");
    let Ok(page) = page(wanted, marker, limit.unwrap_or(usize::MAX), id) else {
        return missing(name, marker.unwrap_or_default());
    };
    let key = name.replace('-', "_");
    let items: Vec<Value> = page.items.into_iter().map(|item| with_fields(item, call)).collect();
    let mut body = envelope(&key, items);
    if let Some(marker) = page.next {
        let href = format!("{url}/v2.0/{name}?{}", call.query_with_marker(marker));
        body[format!("{key}_links")] = json!([{"rel": "next", "href": href}]);
    }
    Reply::json(200, &body)
}

fn id(item: &Attributes) -> &str {
    item.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn collection<'a>(networking: &'a Networking, name: &str) -> Option<&'a [Attributes]> {
    Some(match name {
        "networks" => &networking.networks,
        "subnets" => &networking.subnets,
        "security-groups" => &networking.security_groups,
        "security-group-rules" => &networking.security_group_rules,
        "default-security-group-rules" => networking.default_security_group_rules.as_deref()?,
        _ => return None,
    })
}

fn singular(name: &str) -> Option<String> {
    Some(name.strip_suffix('s')?.replace('-', "_"))
}

/// The filters of a query, those with the same name together: one of their values has to fit.
fn filters<'a>(call: &'a Call, items: &[Attributes]) -> Result<Vec<(&'a str, Vec<&'a str>)>, Reply> {
    let mut filters: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, value) in &call.query {
        if matches!(name.as_str(), "limit" | "marker" | "fields" | "sort_key" | "sort_dir" | "page_reverse") {
            continue;
        }
        if !items.is_empty() && !items.iter().any(|item| item.contains_key(name)) {
            let problem = format!("['{name}'] is invalid attribute for filtering");
            return Err(Reply::neutron(400, "HTTPBadRequest", &problem));
        }
        match filters.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => filters.push((name, vec![value])),
        }
    }
    Ok(filters)
}

fn has(item: &Attributes, name: &str, wanted: &str) -> bool {
    match item.get(name) {
        Some(Value::Array(values)) => values.iter().any(|value| text(value) == wanted),
        Some(Value::Bool(value)) => value.to_string().eq_ignore_ascii_case(wanted),
        Some(value) => text(value) == wanted,
        None => false,
    }
}

fn order(call: &Call) -> Vec<(&str, bool)> {
    let values = |wanted: &'static str| {
        call.query.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let directions = values("sort_dir").chain(std::iter::repeat("asc"));
    values("sort_key").zip(directions).map(|(key, direction)| (key, direction == "desc")).collect()
}

fn with_fields(item: &Attributes, call: &Call) -> Value {
    let wanted: Vec<&str> =
        call.query.iter().filter(|(name, _)| name == "fields").map(|(_, value)| value.as_str()).collect();
    let mut item = item.clone();
    if !wanted.is_empty() {
        item.retain(|name, _| wanted.contains(&name.as_str()));
    }
    Value::Object(item)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

fn extensions(networking: &Networking) -> impl Iterator<Item = Value> {
    let has_default_rules = networking.default_security_group_rules.is_some();
    EXTENSIONS.into_iter().filter(move |(alias, _)| *alias != DEFAULT_RULES || has_default_rules).map(|(alias, name)| {
        json!({"name": name, "alias": alias, "description": "", "updated": "2022-12-19T10:00:00-00:00", "links": []})
    })
}

fn resources(url: &str) -> Value {
    let resource = |name: &str| {
        let collection = format!("{name}s");
        let href = format!("{url}/v2.0/{collection}");
        json!({"name": name, "collection": collection, "links": [{"rel": "self", "href": href}]})
    };
    envelope("resources", ["network", "subnet", "subnetpool", "port"].map(resource).to_vec())
}

fn version(url: &str) -> Value {
    json!({"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": format!("{url}/v2.0/")}]})
}

/// The answer to an id that nothing in a collection has: `security-groups` makes `SecurityGroupNotFound`.
fn missing(collection: &str, id: &str) -> Reply {
    let words = collection.trim_end_matches('s').replace('-', " ");
    let kind: String = words.split(' ').map(capitalised).collect();
    let problem = format!("{} {id} could not be found.", capitalised(&words));
    Reply::neutron(404, &format!("{kind}NotFound"), &problem)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn not_found() -> Reply {
    Reply::neutron(404, "HTTPNotFound", "The resource could not be found.")
}
