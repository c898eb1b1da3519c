//! Cinder, API v3.

mod backups;
mod lists;
#[cfg(test)]
mod tests;
mod types;
mod volumes;

use serde_json::{Map, Value, json};

use super::microversion::{Microversion, Range, dotted};
use super::{caller, only_get};
use crate::Service;
use crate::call::Call;
use crate::cloud::Identified;
use crate::reply::{Reply, envelope};
use crate::scenario::VolumeType;
use crate::site::{Caller, Site};

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
    let path = call.path();
    let changeable = match path.first() {
        Some(&"volumes") => volumes::answer(site, call, &caller, asked, &path),
        Some(&"backups") => backups::answer(site, call, &caller, asked, &path),
        _ => None,
    };
    if let Some(reply) = changeable {
        return range.label(reply, asked);
    }
    let read = read(site, call, &caller).map(|reply| range.label(reply, asked));
    let denied =
        || Reply::fault("badMethod", 405, "The simulated cloud does not change this.").header("allow", "GET");
    only_get(call, read, not_found, denied)
}

fn read(site: &Site, call: &Call, caller: &Caller<'_>) -> Option<Reply> {
    let empty = |name: &str| Reply::json(200, &envelope(name, Vec::new()));
    let with =
        |id: &str, answer: &dyn Fn(&Identified<VolumeType>) -> Reply| match types::find(site, caller, id) {
            Some(found) => answer(found),
            None => Reply::fault("itemNotFound", 404, &format!("Volume type {id} could not be found.")),
        };
    Some(match call.path().as_slice() {
        ["types"] => types::list(site, call, caller),
        ["types", id] => {
            with(id, &|found| Reply::json(200, &json!({"volume_type": types::view(found, caller)})))
        }
        ["types", id, "extra_specs"] => with(id, &|found| {
            Reply::json(200, &json!({"extra_specs": types::extra_specs(&found.it, caller)}))
        }),
        ["types", id, "encryption"] if caller.is_admin() => with(id, &types::encryption),
        ["types", _, "encryption"] => forbidden("volume_extension:volume_type_encryption:get"),
        ["snapshots"] | ["snapshots", "detail"] => empty("snapshots"),
        ["os-availability-zone"] => {
            let zone = |zone| json!({"zoneName": zone, "zoneState": {"available": true}});
            let zones: Vec<Value> = site.cloud.zones.iter().map(zone).collect();
            Reply::json(200, &envelope("availabilityZoneInfo", zones))
        }
        ["os-services"] => forbidden("volume_extension:services:index"),
        ["limits"] => limits(site),
        ["extensions"] => empty("extensions"),
        _ => return None,
    })
}

fn limits(site: &Site) -> Reply {
    let state = site.state();
    let volumes: u64 = state.volumes.iter().map(|volume| volume.size).sum();
    let backups: u64 = state.backups.iter().map(|backup| backup.size).sum();
    Reply::json(
        200,
        &json!({"limits": {"rate": [], "absolute": {
            "maxTotalVolumes": 100, "maxTotalSnapshots": 100, "maxTotalVolumeGigabytes": 10_000,
            "maxTotalBackups": 100, "maxTotalBackupGigabytes": 10_000, "totalSnapshotsUsed": 0,
            "totalVolumesUsed": state.volumes.len(), "totalGigabytesUsed": volumes,
            "totalBackupsUsed": state.backups.len(), "totalBackupGigabytesUsed": backups,
        }}}),
    )
}

fn bad_request(message: &str) -> Reply {
    Reply::fault("badRequest", 400, message)
}

fn item_not_found(message: &str) -> Reply {
    Reply::fault("itemNotFound", 404, message)
}

/// What a name, a description and the like may be.
fn optional_text(wanted: &Map<String, Value>, name: &str) -> Result<Option<String>, Reply> {
    match wanted.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= 255 => Ok(Some(text.clone())),
        Some(_) => Err(bad_request(&format!(
            "Invalid input for field/attribute {name}. It is no text of at most 255 characters."
        ))),
    }
}

/// The member of the body that says what is wanted.
fn wanted(call: &Call, name: &str) -> Result<Map<String, Value>, Reply> {
    let malformed =
        "The server could not comply with the request since it is either malformed or otherwise incorrect.";
    let mut body = call.object().ok_or_else(|| bad_request(malformed))?;
    match body.remove(name) {
        Some(Value::Object(wanted)) => Ok(wanted),
        Some(_) => {
            Err(bad_request(&format!("Invalid input for field/attribute {name}. It is not an object.")))
        }
        None => {
            let found: Vec<String> = body.keys().map(|key| format!("'{key}'")).collect();
            Err(bad_request(&format!(
                "Invalid input for field/attribute body. '{name}' is a required property, found: [{}]",
                found.join(", ")
            )))
        }
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
