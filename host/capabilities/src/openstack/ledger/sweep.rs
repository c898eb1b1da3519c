//! Things of runs that left no journal here: another machine's, or a disk's that is lost. They are known by their names.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::api::{ErrorKind, Openstack, Request, Response};
use super::left::prefix_of;
use super::lookup::{Caller, Failure, id_of, list};
use super::record::{Intent, UndoRecord, is_prefix};
use super::things::{Ephemeral, LedgerEvent, Thing, UndoOptions};
use super::undoing::{Item, Undoing};

/// Kinds of things that checks create.
struct KindOfThing {
    kind: &'static str,
    service: &'static str,
    /// Where all of them are listed with their ages.
    list: &'static str,
    /// Where one is, by its id.
    one: &'static str,
}

/// In the order in which they are removed: what stands in the way of others goes first.
const KINDS: &[KindOfThing] = &[
    kind("server", "compute", "/servers/detail", "/servers"),
    kind("backup", "block-storage", "/backups/detail", "/backups"),
    kind("volume", "block-storage", "/volumes/detail", "/volumes"),
    kind("router", "network", "/routers", "/routers"),
    kind("port", "network", "/ports", "/ports"),
    kind("subnet", "network", "/subnets", "/subnets"),
    kind("network", "network", "/networks", "/networks"),
    kind("security group", "network", "/security-groups", "/security-groups"),
    kind("secret", "key-manager", "/secrets", "/secrets"),
];

const fn kind(
    kind: &'static str,
    service: &'static str,
    list: &'static str,
    one: &'static str,
) -> KindOfThing {
    KindOfThing { kind, service, list, one }
}

/// Something of a run whose journal is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// What it is; its id and its name are known.
    pub thing: Thing,
    /// When it was created.
    pub created_at: Timestamp,
    prefix: String,
    path: &'static str,
}

/// Finds things in the project of the session whose names are those of runs (`touchstone-`, 12 hexadecimal digits, `-`),
/// that are older than `older_than`, and that none of the `journals` knows: those belong to [`super::cleanup`], or to runs
/// that live. In the order in which they are to be removed; and what could not be looked at, in sentences.
///
/// Runs of other machines look the same: `older_than` must be longer than any run takes.
pub async fn strays(
    session: &dyn Openstack,
    journals: &[PathBuf],
    older_than: SignedDuration,
) -> (Vec<Stray>, Vec<String>) {
    let known: BTreeSet<_> = journals.iter().filter_map(|path| prefix_of(path)).collect();
    let project = session.identity().project_id;
    let youngest = Timestamp::now() - older_than;
    let (mut strays, mut problems) = (Vec::new(), Vec::new());
    for kind in KINDS {
        let items = match all(session, kind).await {
            Ok(items) => items,
            Err(problem) => {
                problems.push(format!("{} {} cannot be listed: {problem}", kind.service, kind.list));
                continue;
            }
        };
        for item in items {
            let Some((name, prefix)) = name_of_run(&item) else { continue };
            if known.contains(&prefix) || is_of_another(&item, &project) {
                continue;
            }
            match (id_of(&item), created_at(&item)) {
                (Some(id), Some(created_at)) if created_at <= youngest => {
                    let (service, kind_name) = (kind.service.to_owned(), kind.kind.to_owned());
                    let thing = Thing { service, kind: kind_name, id: Some(id), name: Some(name) };
                    strays.push(Stray { thing, created_at, prefix, path: kind.one });
                }
                (Some(_), Some(_)) => {}
                _ => problems.push(format!(
                    "{} {name}: its id or its age cannot be told; it is not touched",
                    kind.kind
                )),
            }
        }
    }
    (strays, problems)
}

/// Removes strays in their order; routers are first taken off their subnets.
pub async fn sweep(
    session: Arc<dyn Openstack>,
    strays: &[Stray],
    options: &UndoOptions,
    on: impl Fn(LedgerEvent) + Send + Sync,
) -> Ephemeral {
    let mut items = Vec::new();
    for stray in strays {
        if stray.path == "/routers" {
            items.extend(interfaces(&*session, stray).await);
        }
        let undo = UndoRecord {
            service: stray.thing.service.clone(),
            method: "DELETE".to_owned(),
            path: format!("{}/{{id}}", stray.path),
            microversion: None,
            body: None,
        };
        items.push(item(stray, stray.thing.clone(), undo));
    }
    items.reverse();
    let undoing = Undoing { openstack: session, journal: None, options, on: &on };
    undoing.run(&mut items).await
}

/// The interfaces of a router, each with how it is taken off.
async fn interfaces(session: &dyn Openstack, router: &Stray) -> Vec<Item> {
    let Some(id) = router.thing.id.as_deref() else { return Vec::new() };
    let query = vec![("device_id".to_owned(), id.to_owned())];
    // If they cannot be listed, the router cannot be removed, and the service says why.
    let ports = list("network", "/ports", query, &Asking::of(session)).await;
    let is_interface = |port: &&Value| {
        let owner = port.get("device_owner").and_then(Value::as_str).unwrap_or_default();
        port.get("device_id").and_then(Value::as_str) == Some(id) && owner.contains("router_interface")
    };
    let take_off = |port: &Value| {
        let undo = UndoRecord {
            service: "network".to_owned(),
            method: "PUT".to_owned(),
            path: format!("/routers/{id}/remove_router_interface"),
            microversion: None,
            body: Some(json!({"port_id": id_of(port)?})),
        };
        let kind = "router interface".to_owned();
        Some(item(router, Thing { service: "network".to_owned(), kind, id: id_of(port), name: None }, undo))
    };
    ports.unwrap_or_default().iter().filter(is_interface).filter_map(take_off).collect()
}

fn item(stray: &Stray, thing: Thing, undo: UndoRecord) -> Item {
    let id = thing.id.clone();
    let intent = Intent {
        n: 0,
        at: stray.created_at,
        check: String::new(),
        kind: thing.kind,
        name: thing.name,
        service: thing.service,
        method: "POST".to_owned(),
        path: stray.path.to_owned(),
        undo,
        find: None,
    };
    Item::new(&intent, id, &stray.prefix, Instant::now())
}

async fn all(session: &dyn Openstack, kind: &KindOfThing) -> Result<Vec<Value>, String> {
    let asking = Asking::of(session);
    match list(kind.service, kind.list, Vec::new(), &asking).await {
        Err(_) if asking.no_such_service.load(Ordering::Relaxed) => Ok(Vec::new()),
        // A service without such things: block storage without backups.
        Err(Failure::Status(404, _)) => Ok(Vec::new()),
        other => other.map_err(Failure::into_text),
    }
}

/// Asks, and keeps in mind whether there is no such service.
struct Asking<'s> {
    session: &'s dyn Openstack,
    no_such_service: AtomicBool,
}

impl<'s> Asking<'s> {
    fn of(session: &'s dyn Openstack) -> Self {
        Self { session, no_such_service: AtomicBool::new(false) }
    }
}

#[async_trait]
impl Caller for Asking<'_> {
    async fn call(&self, request: Request) -> Result<Response, String> {
        let result = self.session.call(request).await;
        let absent = matches!(&result, Err(error) if error.kind == ErrorKind::NoSuchService);
        self.no_such_service.store(absent, Ordering::Relaxed);
        result.map_err(|error| error.message)
    }
}

/// The name and its prefix, if it is that of something of a run.
fn name_of_run(item: &Value) -> Option<(String, String)> {
    let name = item.get("name")?.as_str()?;
    let prefix = name.get(.."touchstone-0123456789ab-".len())?;
    is_prefix(prefix).then(|| (name.to_owned(), prefix.to_owned()))
}

/// Administrators see what belongs to other projects.
fn is_of_another(item: &Value, project: &str) -> bool {
    let names =
        ["project_id", "tenant_id", "os-vol-tenant-attr:tenant_id", "os-backup-project-attr:project_id"];
    names.iter().filter_map(|name| item.get(name)?.as_str()).any(|owner| owner != project)
}

/// When something was created; services that say no time zone mean UTC.
fn created_at(item: &Value) -> Option<Timestamp> {
    let text = item.get("created_at").or_else(|| item.get("created"))?.as_str()?;
    text.parse().ok().or_else(|| {
        let time: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(time).ok()
    })
}

#[cfg(test)]
mod tests;
