//! Backups of volumes.

use hyper::Method;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::lists::{self, Item};
use super::volumes::{self, links, micros};
use super::{Microversion, bad_request, forbidden, item_not_found, optional_text, wanted};
use crate::call::Call;
use crate::reply::Reply;
use crate::site::{Caller, Site};
use crate::state::{Backup, Course, Next, State, Volume};

/// Answers a call to something below `/backups`. None: there is no such path.
pub(super) fn answer(
    site: &Site,
    call: &Call,
    caller: &Caller<'_>,
    version: Microversion,
    path: &[&str],
) -> Option<Reply> {
    let mut state = site.state();
    let refused = |refused| refused;
    Some(match (&call.method, path) {
        (&Method::GET, ["backups"]) => {
            lists::list(site, call, "backups", &state.backups, |backup| brief(site, call, backup))
        }
        (&Method::GET, ["backups", "detail"]) => {
            lists::list(site, call, "backups", &state.backups, |backup| {
                full(site, &state, call, version, backup)
            })
        }
        (&Method::GET, ["backups", id]) => match state.backup(id) {
            Some(backup) => Reply::json(200, &json!({"backup": full(site, &state, call, version, backup)})),
            None => missing(id),
        },
        (&Method::POST | &Method::DELETE, ["backups", ..]) if !caller.may_change() => {
            forbidden(match (&call.method, path) {
                (&Method::DELETE, _) => "backup:delete",
                (_, [_]) => "backup:create",
                _ => "backup:restore",
            })
        }
        (&Method::POST, ["backups"]) => create(site, &mut state, call, caller).unwrap_or_else(refused),
        (&Method::POST, ["backups", id, "restore"]) => {
            restore(site, &mut state, call, caller, id).unwrap_or_else(refused)
        }
        (&Method::DELETE, ["backups", id]) => delete(&mut state, id, call.fails_later),
        (_, ["backups"] | ["backups", _] | ["backups", _, "restore"]) => {
            Reply::fault("badMethod", 405, "The simulated cloud does not do this to backups.")
        }
        _ => return None,
    })
}

fn create(site: &Site, state: &mut State, call: &Call, caller: &Caller<'_>) -> Result<Reply, Reply> {
    let wanted = wanted(call, "backup")?;
    let (name, description) = (optional_text(&wanted, "name")?, optional_text(&wanted, "description")?);
    let container = optional_text(&wanted, "container")?.unwrap_or_else(|| "volumebackups".into());
    let flag = |name: &str| wanted.get(name).is_some_and(|value| *value == true || *value == "true");
    let Some(id) = wanted.get("volume_id").and_then(Value::as_str) else {
        return Err(bad_request(
            "Invalid input for field/attribute backup. 'volume_id' is a required property",
        ));
    };
    let volume = state.volume(id).ok_or_else(|| volumes::missing(id))?;
    let before = volume.course.status();
    match before {
        "available" => {}
        "in-use" if flag("force") => {}
        "in-use" => {
            return Err(bad_request("Invalid volume: Backing up an in-use volume must use the force flag."));
        }
        other => {
            return Err(bad_request(&format!(
                "Invalid volume: Volume to be backed up must be available or in-use, but the current status is \"{other}\"."
            )));
        }
    }
    let parent = match flag("incremental") {
        false => None,
        true => {
            let mut earlier = state.backups.iter().rev();
            let usable = |backup: &&Backup| backup.volume == id && backup.course.status() == "available";
            let parent = earlier.find(usable).ok_or_else(|| {
                bad_request("Invalid backup: No backups available to do an incremental backup.")
            })?;
            Some(parent.id.clone())
        }
    };
    let (now, after) = (state.now, state.timing.backup);
    let end = Next::Status(if call.fails_later { "error" } else { "available" });
    let backup = Backup {
        id: Uuid::new_v4().to_string(),
        name,
        description,
        container,
        volume: id.into(),
        parent,
        size: volume.size,
        zone: volume.zone.clone(),
        user: caller.account.id.clone(),
        created: Timestamp::now(),
        course: Course::passing("creating", now, after, end),
    };
    if let Some(volume) = state.volume_mut(id) {
        volume.course = Course::passing("backing-up", now, after, Next::Status(before));
    }
    let answer = json!({"backup": brief(site, call, &backup)});
    state.backups.push(backup);
    Ok(Reply::json(202, &answer))
}

fn restore(
    site: &Site,
    state: &mut State,
    call: &Call,
    caller: &Caller<'_>,
    id: &str,
) -> Result<Reply, Reply> {
    let wanted = wanted(call, "restore")?;
    let name = optional_text(&wanted, "name")?;
    let backup = state.backup(id).ok_or_else(|| missing(id))?;
    if backup.course.status() != "available" {
        return Err(bad_request("Invalid backup: Backup status must be available"));
    }
    let size = backup.size;
    let (now, after) = (state.now, state.timing.backup);
    let end = Next::Status(if call.fails_later { "error_restoring" } else { "available" });
    // A new volume has been created by the time of the answer.
    let course = Course::passing("restoring-backup", now, after, end);
    let (volume, volume_name) = match wanted.get("volume_id").and_then(Value::as_str) {
        Some(volume_id) => {
            let volume = state.volume_mut(volume_id).ok_or_else(|| volumes::missing(volume_id))?;
            if volume.course.status() != "available" {
                return Err(bad_request("Invalid volume: Volume to be restored to must be available"));
            }
            if volume.size < size {
                return Err(bad_request(&format!(
                    "Invalid volume: volume size {} is too small to restore backup of size {size}.",
                    volume.size
                )));
            }
            volume.course = course;
            (volume.id.clone(), volume.name.clone())
        }
        None => {
            let zone = backup.zone.clone();
            let name = Some(name.unwrap_or_else(|| format!("restore_backup_{id}")));
            let volume = Volume {
                id: Uuid::new_v4().to_string(),
                name: name.clone(),
                description: Some("auto-created_from_restore_from_backup".into()),
                size,
                kind: site.cloud.default_volume_type().map(|kind| kind.id.clone()),
                zone,
                metadata: serde_json::Map::new(),
                image: None,
                source: None,
                user: caller.account.id.clone(),
                created: Timestamp::now(),
                attached: None,
                course,
            };
            let volume_id = volume.id.clone();
            state.volumes.push(volume);
            (volume_id, name)
        }
    };
    if let Some(backup) = state.backup_mut(id) {
        backup.course = Course::passing("restoring", now, after, Next::Status("available"));
    }
    let answer = json!({"restore": {"backup_id": id, "volume_id": volume, "volume_name": volume_name}});
    Ok(Reply::json(202, &answer))
}

fn delete(state: &mut State, id: &str, fails: bool) -> Reply {
    let (now, after) = (state.now, state.timing.deletion);
    let has_children = state.backups.iter().any(|other| other.parent.as_deref() == Some(id));
    let Some(backup) = state.backup_mut(id) else { return missing(id) };
    if !matches!(backup.course.status(), "available" | "error") {
        return bad_request("Invalid backup: Backup status must be available or error");
    }
    if has_children {
        return bad_request("Invalid backup: Incremental backups exist for this backup.");
    }
    let end = if fails { Next::Status("error") } else { Next::Gone };
    backup.course = Course::passing("deleting", now, after, end);
    Reply::empty(202)
}

impl Item for Backup {
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
        (filter == "volume_id").then(|| self.volume == value)
    }
}

fn brief(site: &Site, call: &Call, backup: &Backup) -> Value {
    json!({"id": backup.id, "name": backup.name, "links": links(site, call, "backups", &backup.id)})
}

fn full(site: &Site, state: &State, call: &Call, version: Microversion, backup: &Backup) -> Value {
    let status = backup.course.status();
    let created = micros(backup.created);
    let children = state.backups.iter().any(|other| other.parent.as_ref() == Some(&backup.id));
    let failed = (status == "error").then_some("The simulated storage for backups cannot be reached.");
    let mut view = json!({
        "id": backup.id, "name": backup.name, "description": backup.description, "status": status,
        "volume_id": backup.volume, "snapshot_id": null, "size": backup.size, "object_count": 0,
        "container": backup.container, "availability_zone": backup.zone, "created_at": created,
        "updated_at": created, "fail_reason": failed, "is_incremental": backup.parent.is_some(),
        "has_dependent_backups": children, "data_timestamp": created,
        "links": links(site, call, "backups", &backup.id),
    });
    if version >= (3, 43) {
        view["metadata"] = json!({});
    }
    if version >= (3, 56) {
        view["user_id"] = json!(backup.user);
    }
    view
}

fn missing(id: &str) -> Reply {
    item_not_found(&format!("Backup {id} could not be found."))
}
