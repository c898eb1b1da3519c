//! Cinder, API v3.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::microversion::{Range, dotted};
use super::paging::page;
use super::{caller, only_get};
use crate::Service;
use crate::call::Call;
use crate::cloud::Identified;
use crate::reply::{Reply, envelope};
use crate::scenario::VolumeType;
use crate::site::{Caller, Site};

/// The extra specs that cinder shows to everybody.
const VISIBLE_EXTRA_SPECS: [&str; 3] = ["multiattach", "RESKEY:availability_zones", "replication_enabled"];

/// Answers a call to cinder.
pub(super) fn answer(site: &Site, call: &Call) -> Reply {
    let url = site.url(call, Service::BlockStorage);
    let range = Range {
        service: "volume",
        legacy_header: None,
        min: (3, 0),
        max: site.cloud.microversions.block_storage,
    };
    if call.segments.is_empty() {
        let status = if call.version.is_some() { 200 } else { 300 };
        let reply = Reply::json(status, &envelope("versions", vec![version(&url, &range)]));
        return range.label(reply, range.min);
    }
    let not_found = || Reply::webob(call, 404, "The resource could not be found.");
    if call.version.is_none() {
        return not_found();
    }
    let caller = match caller(site, call) {
        Ok(caller) => caller,
        Err(reply) => return reply,
    };
    let asked = match range.negotiate(call) {
        Ok(asked) => asked,
        Err(reply) => return reply,
    };
    let read = read(site, call, &caller).map(|reply| range.label(reply, asked));
    let denied =
        || Reply::fault("badMethod", 405, "The simulated cloud is read-only.").header("allow", "GET");
    only_get(call, read, not_found, denied)
}

fn read(site: &Site, call: &Call, caller: &Caller<'_>) -> Option<Reply> {
    let empty = |name: &str| Reply::json(200, &envelope(name, Vec::new()));
    let with = |id: &str, answer: &dyn Fn(&Identified<VolumeType>) -> Reply| match find(site, caller, id) {
        Some(found) => answer(found),
        None => Reply::fault("itemNotFound", 404, &format!("Volume type {id} could not be found.")),
    };
    Some(match call.path().as_slice() {
        ["types"] => list(site, call, caller),
        ["types", id] => with(id, &|found| Reply::json(200, &json!({"volume_type": view(found, caller)}))),
        ["types", id, "extra_specs"] => {
            with(id, &|found| Reply::json(200, &json!({"extra_specs": extra_specs(&found.it, caller)})))
        }
        ["types", id, "encryption"] if caller.is_admin() => with(id, &encryption),
        ["types", _, "encryption"] => forbidden("volume_extension:volume_type_encryption:get"),
        ["volumes"] | ["volumes", "detail"] => empty("volumes"),
        ["snapshots"] | ["snapshots", "detail"] => empty("snapshots"),
        ["backups"] | ["backups", "detail"] => empty("backups"),
        ["os-availability-zone"] => {
            let zone = |zone| json!({"zoneName": zone, "zoneState": {"available": true}});
            let zones: Vec<Value> = site.cloud.zones.iter().map(zone).collect();
            Reply::json(200, &envelope("availabilityZoneInfo", zones))
        }
        ["os-services"] => forbidden("volume_extension:services:index"),
        ["limits"] => Reply::json(
            200,
            &json!({"limits": {"rate": [], "absolute": {
                "maxTotalVolumes": 100, "maxTotalSnapshots": 100, "maxTotalVolumeGigabytes": 10_000,
                "maxTotalBackups": 100, "maxTotalBackupGigabytes": 10_000, "totalVolumesUsed": 0,
                "totalGigabytesUsed": 0, "totalSnapshotsUsed": 0, "totalBackupsUsed": 0, "totalBackupGigabytesUsed": 0,
            }}}),
        ),
        ["extensions"] => empty("extensions"),
        _ => return None,
    })
}

fn list(site: &Site, call: &Call, caller: &Caller<'_>) -> Reply {
    let most = site.cloud.pages.volume_types;
    let limit = match call.parameter("limit").map(str::parse::<usize>) {
        None => most,
        Some(Ok(limit)) => limit.min(most),
        Some(Err(_)) => return Reply::fault("badRequest", 400, "limit param must be an integer"),
    };
    let wanted = |kind: &&Identified<VolumeType>| {
        is_listed(call, caller, &kind.it) && call.parameter("name").is_none_or(|name| kind.it.name == name)
    };
    let marker = call.parameter("marker");
    let Ok(page) = page(site.cloud.volume_types.iter().filter(wanted), marker, limit, |kind| &kind.id) else {
        let problem = format!("marker [{}] not found", marker.unwrap_or_default());
        return Reply::fault("badRequest", 400, &problem);
    };
    let types: Vec<Value> = page.items.iter().map(|kind| view(kind, caller)).collect();
    let mut body = envelope("volume_types", types);
    if let Some(marker) = page.next {
        let path = call.target.split('?').next().unwrap_or_default();
        let href = format!("{}{path}?{}", site.base, call.query_with_marker(marker));
        body["volume_type_links"] = json!([{"rel": "next", "href": href}]);
    }
    Reply::json(200, &body)
}

/// Only administrators may ask for types that are not public; for others the parameter is ignored.
fn is_listed(call: &Call, caller: &Caller<'_>, kind: &VolumeType) -> bool {
    match call.parameter("is_public").map(str::to_ascii_lowercase).as_deref() {
        Some("none") if caller.is_admin() => true,
        Some("false" | "f" | "no" | "0") if caller.is_admin() => kind.private,
        _ => !kind.private,
    }
}

fn find<'a>(site: &'a Site, caller: &Caller<'_>, id: &str) -> Option<&'a Identified<VolumeType>> {
    let types = &site.cloud.volume_types;
    let found = match id {
        "default" => types.iter().find(|kind| kind.it.default).or(types.first()),
        id => types.iter().find(|kind| kind.id == id),
    };
    found.filter(|kind| caller.is_admin() || !kind.it.private)
}

fn view(Identified { id, it }: &Identified<VolumeType>, caller: &Caller<'_>) -> Value {
    json!({
        "id": id, "name": it.name, "is_public": !it.private, "description": it.description,
        "extra_specs": extra_specs(it, caller), "os-volume-type-access:is_public": !it.private, "qos_specs_id": null,
    })
}

fn extra_specs(kind: &VolumeType, caller: &Caller<'_>) -> Map<String, Value> {
    let visible = |name: &str| caller.is_admin() || VISIBLE_EXTRA_SPECS.contains(&name);
    let specs = kind.extra_specs.iter().filter(|(name, _)| visible(name));
    specs.map(|(name, value)| (name.clone(), value.clone().into())).collect()
}

fn encryption(kind: &Identified<VolumeType>) -> Reply {
    match &kind.it.encryption {
        None => Reply::json(200, &json!({})),
        Some(encryption) => Reply::json(
            200,
            &json!({
                "volume_type_id": kind.id, "provider": encryption.provider, "cipher": encryption.cipher,
                "key_size": encryption.key_size, "control_location": encryption.control_location,
                "deleted": false, "deleted_at": null,
            }),
        ),
    }
}

fn forbidden(action: &str) -> Reply {
    Reply::fault("forbidden", 403, &format!("Policy doesn't allow {action} to be performed."))
}

fn version(url: &str, range: &Range) -> Value {
    json!({
        "id": "v3.0", "status": "CURRENT", "version": dotted(range.max), "min_version": dotted(range.min),
        "updated": "2023-08-31T00:00:00Z", "links": [{"rel": "self", "href": format!("{url}/v3/")}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.volume+json;version=3"}],
    })
}
