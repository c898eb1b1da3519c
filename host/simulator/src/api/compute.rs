//! Nova, API v2.1.

mod flavors;
mod servers;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::microversion::{Microversion, Range, dotted};
use super::{caller, only_get};
use crate::Service;
use crate::call::Call;
use crate::reply::{Reply, envelope};
use crate::site::{Caller, Site};

/// Answers a call to nova.
pub(super) fn answer(site: &Site, call: &Call) -> Reply {
    let url = site.url(call, Service::Compute);
    let range = Range {
        service: "compute",
        legacy_header: Some("x-openstack-nova-api-version"),
        min: (2, 1),
        max: site.cloud.microversions.compute,
    };
    match (&call.version, call.path().as_slice()) {
        (None, []) => {
            let versions =
                [version(&url, "v2", (2, 0), None), version(&url, "v2.1", (2, 1), Some(range.max))];
            return Reply::json(200, &envelope("versions", versions.to_vec()));
        }
        (None, _) => return not_found(call),
        (Some(segment), []) => {
            let newest = (segment == "v2.1").then_some(range.max);
            let oldest = if segment == "v2.1" { (2, 1) } else { (2, 0) };
            let reply = Reply::json(200, &json!({"version": version(&url, segment, oldest, newest)}));
            return range.label(reply, range.min);
        }
        _ => {}
    }
    let caller = match caller(site, call) {
        Ok(caller) => caller,
        Err(reply) => return reply,
    };
    let asked = match range.negotiate(call) {
        Ok(asked) => asked,
        Err(reply) => return reply,
    };
    let path = call.path();
    if path.first() == Some(&"servers")
        && let Some(reply) = servers::answer(site, call, &caller, asked, &path)
    {
        return range.label(reply, asked);
    }
    let read = read(site, call, &caller, asked).map(|reply| range.label(reply, asked));
    let denied =
        || Reply::fault("badMethod", 405, "The simulated cloud does not change this.").header("allow", "GET");
    only_get(call, read, || not_found(call), denied)
}

fn read(site: &Site, call: &Call, caller: &Caller<'_>, version: Microversion) -> Option<Reply> {
    let zones = || -> Vec<Value> {
        let zone = |zone| json!({"zoneName": zone, "zoneState": {"available": true}, "hosts": null});
        site.cloud.zones.iter().map(zone).collect()
    };
    let empty = |name: &str| Reply::json(200, &envelope(name, Vec::new()));
    Some(match call.path().as_slice() {
        ["flavors"] => flavors::list(site, call, caller, version, flavors::Detail::Brief),
        ["flavors", "detail"] => flavors::list(site, call, caller, version, flavors::Detail::Full),
        ["flavors", id] => flavors::show(site, call, caller, version, id),
        ["flavors", id, "os-extra_specs"] => flavors::extra_specs(site, caller, id),
        ["flavors", id, "os-extra_specs", key] => flavors::extra_spec(site, caller, id, key),
        ["os-keypairs"] => empty("keypairs"),
        ["os-server-groups"] => empty("server_groups"),
        ["os-availability-zone"] => Reply::json(200, &envelope("availabilityZoneInfo", zones())),
        ["os-availability-zone", "detail"] | ["os-hypervisors" | "os-services" | "os-aggregates", ..] => {
            Reply::fault("forbidden", 403, "Policy doesn't allow this action to be performed.")
        }
        ["limits"] => Reply::json(200, &limits()),
        ["extensions"] => empty("extensions"),
        _ => return None,
    })
}

fn version(url: &str, segment: &str, oldest: Microversion, newest: Option<Microversion>) -> Value {
    json!({
        "id": format!("v{}", dotted(oldest)), "status": if newest.is_some() { "CURRENT" } else { "DEPRECATED" },
        "version": newest.map(dotted).unwrap_or_default(),
        "min_version": newest.map(|_| dotted(oldest)).unwrap_or_default(), "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": format!("{url}/{segment}/")}],
    })
}

fn limits() -> Value {
    json!({"limits": {"rate": [], "absolute": {
        "maxTotalCores": 256, "maxTotalInstances": 64, "maxTotalRAMSize": 1_048_576, "maxTotalKeypairs": 100,
        "maxServerMeta": 128, "maxServerGroups": 10, "maxServerGroupMembers": 10, "totalRAMUsed": 0,
        "totalCoresUsed": 0, "totalInstancesUsed": 0, "totalServerGroupsUsed": 0,
    }}})
}

fn item_not_found(message: &str) -> Reply {
    Reply::fault("itemNotFound", 404, message)
}

fn bad_request(message: &str) -> Reply {
    Reply::fault("badRequest", 400, message)
}

/// Paths that nova has not got are answered before its API is reached.
fn not_found(call: &Call) -> Reply {
    Reply::webob(call, 404, "The resource could not be found.")
}
