//! A volume is made, backed up, and the backup restored to another volume; then the backup is deleted.

use std::time::Duration;

use serde_json::{Value, json};
use touchstone_sdk::openstack::{CallError, Creation, ErrorKind, Method, Request};
use touchstone_sdk::{Context, Error};

use crate::stop::Stop;
use crate::things::{Doing, Kind, Thing};

/// The volumes are empty, and as small as volumes can be.
const GIB: u32 = 1;

// Together, with two volumes, they are less than what an operator lets a check have, 15 minutes.
pub(crate) const CREATION: Duration = Duration::from_secs(110);
pub(crate) const BACKUP: Duration = Duration::from_secs(240);
pub(crate) const RESTORATION: Duration = Duration::from_secs(240);
/// From when the backup is available again until the volume is.
pub(crate) const SETTLING: Duration = Duration::from_secs(60);
pub(crate) const DELETION: Duration = Duration::from_secs(90);

pub(crate) fn run(cx: &mut Context) -> Result<(), Stop> {
    let volume = create(cx, Kind::Volume, "volume", json!({"size": GIB}))?;
    volume.wait_until_available(cx, CREATION, Doing::Creating)?;

    let backup = create(cx, Kind::Backup, "backup", json!({"volume_id": volume.id}))?;
    backup.wait_until_available(cx, BACKUP, Doing::BackingUp)?;

    // The restored volume is one that the check created: what the service made of itself, nobody would remove for sure.
    let target = create(cx, Kind::Volume, "restored", json!({"size": GIB}))?;
    target.wait_until_available(cx, CREATION, Doing::Creating)?;
    restore(cx, &backup, &target)?;
    backup.wait_until_available(cx, RESTORATION, Doing::Restoring)?;
    target.wait_until_available(cx, SETTLING, Doing::Restoring)?;

    delete(cx, &backup)?;
    backup.wait_until_gone(cx, DELETION)
}

fn create(cx: &mut Context, kind: Kind, what: &str, mut body: Value) -> Result<Thing, Stop> {
    let name = format!("{}{what}", cx.prefix());
    body["name"] = name.as_str().into();
    let creation = Creation::of("block-storage", kind.path(), kind.as_str(), body);
    let created = cx.create(&creation).map_err(|error| no_answer(error, kind, &name))?;
    match (created.expect(&creation.request), kind) {
        (Ok(id), _) => Ok(Thing { kind, id: id.to_owned(), name }),
        // A volume that is refused says nothing about backups.
        (Err(error), Kind::Volume) => Err(error.into()),
        (Err(_), Kind::Backup) => {
            Err(Stop::refused(&creation.request, &created.response, kind.resource(None, &name)))
        }
    }
}

/// Without block storage there is nothing that makes backups; otherwise nobody knows what the answer would have been.
fn no_answer(error: CallError, kind: Kind, name: &str) -> Stop {
    match error.kind {
        ErrorKind::NoSuchService => Stop::not_offered(&error.message, kind.resource(None, name)),
        _ => error.into(),
    }
}

fn restore(cx: &mut Context, backup: &Thing, target: &Thing) -> Result<(), Stop> {
    let body = json!({"restore": {"volume_id": target.id}});
    let request = Request::json(Method::Post, "block-storage", &format!("{}/restore", backup.path()), &body);
    let answer = cx.call(&request)?;
    if !(200..300).contains(&answer.status) {
        return Err(Stop::refused(&request, &answer, backup.resource()));
    }
    let body: Value = answer.expect(&request, answer.status)?;
    match body.pointer("/restore/volume_id").and_then(Value::as_str) {
        Some(id) if id == target.id => Ok(()),
        _ => Err(Error::new(format!(
            "{request}: the answer does not say that volume {} is restored",
            target.id
        ))
        .into()),
    }
}

fn delete(cx: &mut Context, backup: &Thing) -> Result<(), Stop> {
    let request = Request { method: Method::Delete, ..Request::get("block-storage", &backup.path()) };
    let answer = cx.call(&request)?;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    Err(Stop::refused(&request, &answer, backup.resource()))
}
