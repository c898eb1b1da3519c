//! Volumes.

use hyper::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::lists::{self, Item};
use super::{Microversion, bad_request, forbidden, item_not_found, optional_text, wanted};
use crate::Service;
use crate::api::image;
use crate::call::Call;
use crate::reply::Reply;
use crate::site::{Caller, Site};
use crate::state::{Course, Next, State, Volume};

/// In which states a volume can be deleted.
const DELETABLE: [&str; 5] = ["available", "error", "error_restoring", "error_extending", "error_managing"];

/// Answers a call to something below `/volumes`. None: there is no such path.
pub(super) fn answer(
    site: &Site,
    call: &Call,
    caller: &Caller<'_>,
    version: Microversion,
    path: &[&str],
) -> Option<Reply> {
    let mut state = site.state();
    let full = |volume: &Volume| full(site, call, version, volume);
    Some(match (&call.method, path) {
        (&Method::GET, ["volumes"]) => {
            lists::list(site, call, "volumes", &state.volumes, |volume| brief(site, call, volume))
        }
        (&Method::GET, ["volumes", "detail"]) => lists::list(site, call, "volumes", &state.volumes, full),
        (&Method::GET, ["volumes", id]) => match state.volume(id) {
            Some(volume) => Reply::json(200, &json!({"volume": full(volume)})),
            None => missing(id),
        },
        (&Method::POST, ["volumes"]) if caller.may_change() => {
            create(site, &mut state, call, caller, version).unwrap_or_else(|refused| refused)
        }
        (&Method::POST, ["volumes"]) => forbidden("volume:create"),
        (&Method::DELETE, ["volumes", _]) if !caller.may_change() => forbidden("volume:delete"),
        (&Method::DELETE, ["volumes", id]) => delete(&mut state, id, call.fails_later),
        (_, ["volumes"] | ["volumes", _]) => {
            Reply::fault("badMethod", 405, "The simulated cloud does not do this to volumes.")
        }
        _ => return None,
    })
}

fn create(
    site: &Site,
    state: &mut State,
    call: &Call,
    caller: &Caller<'_>,
    version: Microversion,
) -> Result<Reply, Reply> {
    let wanted = wanted(call, "volume")?;
    let (name, description) = (optional_text(&wanted, "name")?, optional_text(&wanted, "description")?);
    let reference = |name: &str| wanted.get(name).and_then(Value::as_str).filter(|id| !id.is_empty());
    if let Some(snapshot) = reference("snapshot_id") {
        return Err(item_not_found(&format!("Snapshot {snapshot} could not be found.")));
    }
    let source = match reference("source_volid") {
        None => None,
        Some(id) => Some(state.volume(id).ok_or_else(|| missing(id))?),
    };
    let size = match wanted.get("size") {
        None | Some(Value::Null) => source.map(|source| source.size),
        Some(size) => size.as_u64().or_else(|| size.as_str()?.parse().ok()),
    };
    let size = size.filter(|size| *size > 0).ok_or_else(|| {
        let asked = wanted.get("size").map_or("None".into(), ToString::to_string);
        invalid(&format!(
            "Invalid volume size provided for create request: {asked} (size argument must be an integer (or string representation of an integer) and greater than zero)."
        ))
    })?;
    let from = reference("imageRef").or(reference("image_id"));
    let image = from.map(|id| check_image(site, caller, id, size)).transpose()?;
    let kind = match reference("volume_type") {
        None => site.cloud.default_volume_type(),
        Some(name) => {
            let found = site.cloud.volume_types.iter().find(|kind| kind.id == name || kind.it.name == name);
            let found = found.filter(|kind| caller.is_admin() || !kind.it.private);
            let problem = || item_not_found(&format!("Volume type with name {name} could not be found."));
            Some(found.ok_or_else(problem)?)
        }
    };
    let volume = Volume {
        id: Uuid::new_v4().to_string(),
        name,
        description,
        size,
        kind: kind.map(|kind| kind.id.clone()),
        zone: zone(site, reference("availability_zone"))?,
        metadata: wanted.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default(),
        image,
        source: source.map(|source| source.id.clone()),
        user: caller.account.id.clone(),
        created: Timestamp::now(),
        attached: None,
        course: begun(state, call.fails_later),
    };
    let answer = json!({"volume": full(site, call, version, &volume)});
    state.volumes.push(volume);
    Ok(Reply::json(202, &answer))
}

/// From `creating` to its end.
pub(super) fn begun(state: &State, fails: bool) -> Course {
    let end = Next::Status(if fails { "error" } else { "available" });
    Course::passing("creating", state.now, state.timing.volume, end)
}

/// The zone that is asked for, or the first one.
pub(super) fn zone(site: &Site, asked: Option<&str>) -> Result<String, Reply> {
    let zones = &site.cloud.zones;
    match asked {
        None => Ok(zones.first().cloned().unwrap_or_default()),
        Some(zone) if zones.iter().any(|known| known == zone) => Ok(zone.into()),
        Some(zone) => Err(invalid(&format!("Availability zone '{zone}' is invalid."))),
    }
}

/// The id of an image that can be copied to a volume of this size.
fn check_image(site: &Site, caller: &Caller<'_>, id: &str, size: u64) -> Result<String, Reply> {
    let Some(found) = image::visible(site, caller, id) else {
        return Err(bad_request("Invalid image identifier or unable to access requested image."));
    };
    let image = &found.image;
    if image.status != "active" {
        return Err(invalid(&format!("Image {id} is not active.")));
    }
    let needed = image.size.div_ceil(1 << 30);
    if needed > size {
        return Err(invalid(&format!(
            "Size of specified image {needed}GB is larger than volume size {size}GB."
        )));
    }
    if image.min_disk > size {
        return Err(invalid(&format!(
            "Volume size {size}GB cannot be smaller than the image minDisk size {}GB.",
            image.min_disk
        )));
    }
    Ok(id.into())
}

fn delete(state: &mut State, id: &str, fails: bool) -> Reply {
    let (now, after) = (state.now, state.timing.deletion);
    let Some(volume) = state.volume_mut(id) else { return missing(id) };
    if volume.attached.is_some() || !DELETABLE.contains(&volume.course.status()) {
        return bad_request(
            "Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.",
        );
    }
    let end = if fails { Next::Status("error_deleting") } else { Next::Gone };
    volume.course = Course::passing("deleting", now, after, end);
    Reply::empty(202)
}

impl Item for Volume {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn status(&self) -> &'static str {
        self.course.status()
    }

    fn fits(&self, filter: &str, value: &str) -> Option<bool> {
        match filter {
            "bootable" => Some(self.image.is_some().to_string().eq_ignore_ascii_case(value)),
            "availability_zone" => Some(self.zone == value),
            _ => None,
        }
    }
}

fn brief(site: &Site, call: &Call, volume: &Volume) -> Value {
    json!({"id": volume.id, "name": volume.name, "links": links(site, call, "volumes", &volume.id)})
}

fn full(site: &Site, call: &Call, version: Microversion, volume: &Volume) -> Value {
    let kind = site.cloud.volume_types.iter().find(|kind| Some(&kind.id) == volume.kind.as_ref());
    let created = micros(volume.created);
    let attachments: Vec<Value> = volume
        .attached
        .iter()
        .map(|at| {
            json!({
                "id": volume.id, "attachment_id": at.id, "volume_id": volume.id, "server_id": at.server,
                "host_name": null, "device": at.device, "attached_at": micros(at.at),
            })
        })
        .collect();
    let status = volume.course.status();
    let bootable = volume.image.is_some() && status != "creating";
    let updated = (status != "creating").then_some(&created);
    let multiattach = kind.and_then(|kind| kind.it.extra_specs.get("multiattach"));
    let mut view = json!({
        "id": volume.id, "name": volume.name, "description": volume.description, "status": status,
        "size": volume.size, "availability_zone": volume.zone, "created_at": created, "updated_at": updated,
        "attachments": attachments, "links": links(site, call, "volumes", &volume.id), "user_id": volume.user,
        "snapshot_id": null, "source_volid": volume.source, "metadata": volume.metadata,
        "bootable": bootable.to_string(), "volume_type": kind.map(|kind| &kind.it.name),
        "encrypted": kind.is_some_and(|kind| kind.it.encryption.is_some()), "replication_status": null,
        "consistencygroup_id": null, "multiattach": multiattach.is_some_and(|value| value == "<is> True"),
        "os-vol-tenant-attr:tenant_id": site.cloud.project.id,
    });
    if let Some(id) = volume.image.as_deref().filter(|_| bootable) {
        view["volume_image_metadata"] = image_metadata(site, id);
    }
    if version >= (3, 13) {
        view["group_id"] = Value::Null;
    }
    if version >= (3, 63) {
        view["volume_type_id"] = json!(kind.map(|kind| &kind.id));
    }
    if version >= (3, 65) {
        view["consumes_quota"] = json!(true);
    }
    view
}

/// What cinder remembers of the image on a volume.
fn image_metadata(site: &Site, id: &str) -> Value {
    let Some(found) = site.cloud.images.iter().find(|image| image.id == id) else { return json!({}) };
    let image = &found.image;
    let properties = image.properties.iter().map(|(name, value)| (name.clone(), json!(value)));
    let mut metadata: Map<String, Value> = properties.collect();
    let fixed = [("image_id", id.to_owned()), ("image_name", image.name.clone())];
    let numbers = [("min_disk", image.min_disk), ("min_ram", image.min_ram), ("size", image.size)];
    metadata.extend(fixed.map(|(name, value)| (name.into(), json!(value))));
    metadata.extend(numbers.map(|(name, value)| (name.into(), json!(value.to_string()))));
    Value::Object(metadata)
}

/// To the thing itself, and to it in no particular version.
pub(super) fn links(site: &Site, call: &Call, collection: &str, id: &str) -> Value {
    let (base, project) = (site.url(call, Service::BlockStorage), &site.cloud.project.id);
    json!([{"rel": "self", "href": format!("{base}/v3/{project}/{collection}/{id}")},
           {"rel": "bookmark", "href": format!("{base}/{project}/{collection}/{id}")}])
}

/// As cinder writes it.
pub(super) fn micros(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

pub(super) fn missing(id: &str) -> Reply {
    item_not_found(&format!("Volume {id} could not be found."))
}

fn invalid(problem: &str) -> Reply {
    bad_request(&format!("Invalid input received: {problem}"))
}
