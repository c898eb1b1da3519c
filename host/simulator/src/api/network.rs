//! Neutron, API v2.0.

mod groups;
mod lists;
mod networks;
mod ports;
mod request;
mod routers;
mod subnets;
#[cfg(test)]
mod tests;

use hyper::Method;
use serde_json::{Value, json};

use super::caller;
use crate::Service;
use crate::call::Call;
use crate::cloud::{Attributes, Networking};
use crate::reply::{Reply, envelope};
use crate::site::{Caller, Site};
use crate::state::{Net, text};

/// Collections that the simulated cloud has, but with nothing in them.
const EMPTY: [&str; 6] =
    ["floatingips", "subnetpools", "address-scopes", "rbac-policies", "trunks", "network-ip-availabilities"];

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
    let caller = match caller(site, call) {
        Ok(caller) => caller,
        Err(reply) => return reply,
    };
    let path = call.path();
    let Some(known) = read(site, call, &caller, &path, &url) else {
        // Paths that are only there for changes are not found by reading.
        return change(site, call, &caller, &path).unwrap_or_else(not_found);
    };
    if call.method == Method::GET {
        return known;
    }
    change(site, call, &caller, &path).unwrap_or_else(|| {
        let problem = "The simulated cloud does not do this.";
        Reply::neutron(405, "HTTPMethodNotAllowed", problem).header("allow", "GET")
    })
}

fn read(site: &Site, call: &Call, caller: &Caller<'_>, path: &[&str], url: &str) -> Option<Reply> {
    let networking = &site.cloud.networking;
    let zones = || {
        let zone = |(zone, kind)| json!({"name": zone, "state": "available", "resource": kind});
        let kinds = |name| ["network", "router"].map(|kind| (name, kind));
        site.cloud.zones.iter().flat_map(kinds).map(zone).collect::<Vec<Value>>()
    };
    Some(match path {
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
        [name] | [name, _] => {
            let state = site.state();
            let items = items(site, &state.net, caller, name)?;
            match path.get(1) {
                None => lists::list(site, call, name, &items, url),
                Some(id) => match items.into_iter().find(|item| text(item, "id") == *id) {
                    Some(item) => Reply::json(200, &json!({singular(name)?: lists::with_fields(item, call)})),
                    None => missing(name, id),
                },
            }
        }
        _ => return None,
    })
}

/// What there is in a collection, and the caller may see. None: there is no such collection.
fn items<'a>(site: &'a Site, net: &'a Net, caller: &Caller<'_>, name: &str) -> Option<Vec<&'a Attributes>> {
    let project = &site.cloud.project.id;
    Some(match name {
        "networks" => net.networks.values().collect(),
        "subnets" => net.subnets.values().collect(),
        "routers" => net.routers.values().collect(),
        // Those of routers to the outside are nobody's.
        "ports" => net
            .ports
            .values()
            .filter(|port| caller.is_admin() || text(port, "project_id") == project)
            .collect(),
        "security-groups" => net.security_groups.values().collect(),
        "security-group-rules" => net.security_group_rules.values().collect(),
        "default-security-group-rules" => {
            site.cloud.networking.default_security_group_rules.as_ref()?.iter().collect()
        }
        _ => return None,
    })
}

/// Creates, changes or deletes. None: this cannot be done.
fn change(site: &Site, call: &Call, caller: &Caller<'_>, path: &[&str]) -> Option<Reply> {
    let action: Action = match (&call.method, path) {
        (&Method::POST, ["networks"]) => networks::create,
        (&Method::DELETE, ["networks", _]) => networks::delete,
        (&Method::POST, ["subnets"]) => subnets::create,
        (&Method::DELETE, ["subnets", _]) => subnets::delete,
        (&Method::POST, ["routers"]) => routers::create,
        (&Method::PUT, ["routers", _]) => routers::update,
        (&Method::DELETE, ["routers", _]) => routers::delete,
        (&Method::PUT, ["routers", _, "add_router_interface"]) => routers::add_interface,
        (&Method::PUT, ["routers", _, "remove_router_interface"]) => routers::remove_interface,
        (&Method::POST, ["ports"]) => ports::create,
        (&Method::DELETE, ["ports", _]) => ports::delete,
        (&Method::POST, ["security-groups"]) => groups::create,
        (&Method::DELETE, ["security-groups", _]) => groups::delete,
        (&Method::POST, ["security-group-rules"]) => groups::create_rule,
        (&Method::DELETE, ["security-group-rules", _]) => groups::delete_rule,
        _ => return None,
    };
    if !caller.may_change() {
        let what = match call.method {
            Method::POST => "create",
            Method::DELETE => "delete",
            _ => "update",
        };
        let name = path.last().filter(|last| last.ends_with("_interface")).map_or_else(
            || format!("{what}_{}", path.first().and_then(|name| singular(name)).unwrap_or_default()),
            |action| (*action).to_owned(),
        );
        return Some(forbidden(&name));
    }
    let mut change = Change { site, call, caller, net: &mut site.state().net, now: now() };
    let id = path.get(1).copied().unwrap_or_default();
    Some(action(&mut change, id).unwrap_or_else(|refused| refused))
}

/// Something that is to change, and by whom.
struct Change<'a> {
    site: &'a Site,
    call: &'a Call,
    caller: &'a Caller<'a>,
    net: &'a mut Net,
    /// As neutron writes it.
    now: String,
}

type Action = fn(&mut Change<'_>, &str) -> Result<Reply, Reply>;

impl Change<'_> {
    /// The project of whoever asks.
    fn project(&self) -> &str {
        &self.site.cloud.project.id
    }

    /// Whether the caller may change it, or what neutron says of what is another's.
    fn check_owner(&self, item: &Attributes, rule: &str) -> Result<(), Reply> {
        let own = self.caller.is_admin() || text(item, "project_id") == self.project();
        if own { Ok(()) } else { Err(forbidden(rule)) }
    }
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn singular(name: &str) -> Option<String> {
    Some(name.strip_suffix('s')?.replace('-', "_"))
}

fn forbidden(rule: &str) -> Reply {
    Reply::neutron(403, "PolicyNotAuthorized", &format!("rule:{rule} is disallowed by policy"))
}

fn bad_request(kind: &str, message: &str) -> Reply {
    Reply::neutron(400, kind, message)
}

fn conflict(kind: &str, message: &str) -> Reply {
    Reply::neutron(409, kind, message)
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
