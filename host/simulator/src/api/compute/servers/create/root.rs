//! What a server boots from.

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::{bad_request, view};
use super::last;
use crate::api::image;
use crate::cloud::{Identified, Registered};
use crate::reply::Reply;
use crate::scenario::Flavor;
use crate::site::{Caller, Site};
use crate::state::{Attachment, Course, Disk, State, Volume};

/// Where a server boots from.
pub(super) enum Root<'a> {
    Image(&'a Registered),
    /// A volume that is there.
    Volume {
        id: String,
        goes_with_it: bool,
    },
    /// A volume that nova makes from an image.
    Copy {
        image: &'a Registered,
        size: u64,
        kind: Option<String>,
        goes_with_it: bool,
    },
}

/// Reads where a server is to boot from.
pub(super) fn root<'a>(
    site: &'a Site,
    caller: &Caller<'_>,
    state: &State,
    wanted: &Map<String, Value>,
    flavor: &Identified<Flavor>,
) -> Result<Root<'a>, Reply> {
    let mappings = wanted.get("block_device_mapping_v2").and_then(Value::as_array);
    let mapping = match mappings.map(Vec::as_slice) {
        None | Some([]) => None,
        Some([mapping]) => Some(mapping),
        Some(_) => return Err(bad_request("The simulated cloud gives servers one disk.")),
    };
    let image = |id: &str| {
        image::visible(site, caller, id).ok_or_else(|| bad_request("Can not find requested image"))
    };
    let reference = wanted.get("imageRef").and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(mapping) = mapping else {
        let reference = reference.ok_or_else(|| bad_request("Missing imageRef attribute"))?;
        let image = image(last(reference))?;
        check_fit(image, flavor)?;
        let needed = image.image.min_disk;
        if flavor.it.disk != 0 && flavor.it.disk < needed {
            return Err(bad_request(&format!(
                "Flavor's disk is too small for requested image. Flavor disk is {} bytes, minimum size is {} bytes.",
                flavor.it.disk << 30,
                needed << 30
            )));
        }
        return Ok(Root::Image(image));
    };
    let field = |name: &str| mapping.get(name).and_then(Value::as_str);
    let uuid = field("uuid").ok_or_else(|| bad_mapping("Missing device UUID."))?;
    let goes_with_it = mapping.get("delete_on_termination").is_some_and(|value| value == true);
    if mapping.get("boot_index").is_none_or(|index| *index != 0 && *index != "0") {
        return Err(bad_mapping(
            "Boot sequence for the instance and image/block device mapping combination is not valid.",
        ));
    }
    match (field("source_type"), field("destination_type").unwrap_or("volume")) {
        (Some("volume"), "volume") => {
            check_volume(state, uuid)?;
            Ok(Root::Volume { id: uuid.into(), goes_with_it })
        }
        (Some("image"), "volume") => {
            let image = image(uuid)?;
            check_fit(image, flavor)?;
            let size = mapping.get("volume_size").and_then(number).ok_or_else(|| {
                bad_mapping("Images with destination_type 'volume' need to have a non-zero size specified")
            })?;
            if size < image.image.min_disk {
                return Err(bad_request(&format!(
                    "Volume is smaller than the minimum size specified in image metadata. Volume size is {} bytes, minimum size is {} bytes.",
                    size << 30,
                    image.image.min_disk << 30
                )));
            }
            let kind = match field("volume_type") {
                None => site.cloud.default_volume_type(),
                Some(name) => {
                    let found =
                        site.cloud.volume_types.iter().find(|kind| kind.id == name || kind.it.name == name);
                    Some(
                        found
                            .ok_or_else(|| bad_request(&format!("Volume type {name} could not be found.")))?,
                    )
                }
            }
            .map(|kind| kind.id.clone());
            Ok(Root::Copy { image, size, kind, goes_with_it })
        }
        (Some("image"), "local") => Ok(Root::Image(image(uuid)?)),
        _ => Err(bad_mapping("Invalid source_type field.")),
    }
}

fn check_fit(image: &Registered, flavor: &Identified<Flavor>) -> Result<(), Reply> {
    if image.image.status != "active" {
        return Err(bad_request(&format!("Image {} is not active.", image.id)));
    }
    if flavor.it.ram < image.image.min_ram {
        return Err(bad_request("Flavor's memory is too small for requested image."));
    }
    Ok(())
}

fn check_volume(state: &State, id: &str) -> Result<(), Reply> {
    let Some(volume) = state.volume(id) else {
        return Err(bad_mapping(&format!("failed to get volume {id}.")));
    };
    let status = volume.course.status();
    if status != "available" {
        return Err(bad_request(&format!(
            "Invalid volume: Invalid input received: Invalid volume: Volume {id} status must be available or downloading to reserve, but the current status is {status}. (HTTP 400)"
        )));
    }
    if volume.image.is_none() {
        return Err(bad_request(&format!("Block Device {id} is not bootable.")));
    }
    Ok(())
}

/// Attaches the volume to boot from, or makes one.
pub(super) fn boot_disk(
    state: &mut State,
    root: Root<'_>,
    server: &str,
    zone: &str,
    caller: &Caller<'_>,
) -> Option<Disk> {
    let now = state.now;
    let attachment = Attachment {
        id: Uuid::new_v4().to_string(),
        server: server.into(),
        device: view::device(0),
        at: Timestamp::now(),
    };
    match root {
        Root::Image(_) => None,
        Root::Volume { id, goes_with_it } => {
            let volume = state.volume_mut(&id)?;
            volume.attached = Some(attachment);
            volume.course = Course::steady("reserved", now);
            Some(Disk { volume: id, goes_with_it })
        }
        Root::Copy { image, size, kind, goes_with_it } => {
            let id = Uuid::new_v4().to_string();
            state.volumes.push(Volume {
                id: id.clone(),
                name: Some(String::new()),
                description: Some(String::new()),
                size,
                kind,
                zone: zone.into(),
                metadata: Map::new(),
                image: Some(image.id.clone()),
                source: None,
                user: caller.account.id.clone(),
                created: attachment.at,
                attached: Some(attachment),
                course: Course::steady("creating", now),
            });
            Some(Disk { volume: id, goes_with_it })
        }
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|number| *number > 0)
}

fn bad_mapping(problem: &str) -> Reply {
    bad_request(&format!("Block Device Mapping is Invalid: {problem}"))
}
