//! Volume types.

use serde_json::{Map, Value, json};

use crate::api::paging::page;
use crate::call::Call;
use crate::cloud::Identified;
use crate::reply::{Reply, envelope};
use crate::scenario::VolumeType;
use crate::site::{Caller, Site};

/// The extra specs that cinder shows to everybody.
const VISIBLE_EXTRA_SPECS: [&str; 3] = ["multiattach", "RESKEY:availability_zones", "replication_enabled"];

/// `GET /types`
pub(super) fn list(site: &Site, call: &Call, caller: &Caller<'_>) -> Reply {
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
        let path = call.path_on_wire();
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

/// The volume type with this id, if the caller may see it.
pub(super) fn find<'a>(site: &'a Site, caller: &Caller<'_>, id: &str) -> Option<&'a Identified<VolumeType>> {
    let types = &site.cloud.volume_types;
    let found = match id {
        "default" => site.cloud.default_volume_type(),
        id => types.iter().find(|kind| kind.id == id),
    };
    found.filter(|kind| caller.is_admin() || !kind.it.private)
}

/// A volume type.
pub(super) fn view(Identified { id, it }: &Identified<VolumeType>, caller: &Caller<'_>) -> Value {
    json!({
        "id": id, "name": it.name, "is_public": !it.private, "description": it.description,
        "extra_specs": extra_specs(it, caller), "os-volume-type-access:is_public": !it.private, "qos_specs_id": null,
    })
}

/// The extra specs that the caller may see.
pub(super) fn extra_specs(kind: &VolumeType, caller: &Caller<'_>) -> Map<String, Value> {
    let visible = |name: &str| caller.is_admin() || VISIBLE_EXTRA_SPECS.contains(&name);
    let specs = kind.extra_specs.iter().filter(|(name, _)| visible(name));
    specs.map(|(name, value)| (name.clone(), value.clone().into())).collect()
}

/// How a volume type is encrypted.
pub(super) fn encryption(kind: &Identified<VolumeType>) -> Reply {
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
