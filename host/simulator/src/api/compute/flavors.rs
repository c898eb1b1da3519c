//! Flavors, as their shape changed with the microversions.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::{bad_request, item_not_found};
use crate::Service;
use crate::api::microversion::Microversion;
use crate::api::paging::page;
use crate::call::Call;
use crate::cloud::Identified;
use crate::reply::Reply;
use crate::scenario::Flavor;
use crate::site::{Caller, Site};

/// From here on flavors have a description.
const DESCRIPTION: Microversion = (2, 55);
/// From here on flavors come with their extra specs.
const EXTRA_SPECS: Microversion = (2, 61);
/// From here on no swap is 0 instead of an empty string.
const SWAP_IS_NUMBER: Microversion = (2, 75);

/// How much of each flavor a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Id, name and links; the description too.
    Brief,
    /// Everything.
    Full,
}

#[derive(Serialize)]
struct List<'a> {
    flavors: Vec<View<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flavors_links: Option<[Link; 1]>,
}

#[derive(Serialize)]
struct Shown<'a> {
    flavor: View<'a>,
}

#[derive(Serialize)]
struct View<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ram: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    swap: Option<Swap>,
    #[serde(rename = "OS-FLV-EXT-DATA:ephemeral", skip_serializing_if = "Option::is_none")]
    ephemeral: Option<u64>,
    #[serde(rename = "OS-FLV-DISABLED:disabled", skip_serializing_if = "Option::is_none")]
    disabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vcpus: Option<u64>,
    #[serde(rename = "os-flavor-access:is_public", skip_serializing_if = "Option::is_none")]
    is_public: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rxtx_factor: Option<f32>,
    links: [Link; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_specs: Option<&'a BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
}

enum Swap {
    Nothing,
    MiB(u64),
}

impl Serialize for Swap {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_str(""),
            Self::MiB(size) => serializer.serialize_u64(*size),
        }
    }
}

/// `GET /flavors` and `GET /flavors/detail`
pub(super) fn list(
    site: &Site,
    call: &Call,
    caller: &Caller<'_>,
    version: Microversion,
    detail: Detail,
) -> Reply {
    let most = site.cloud.pages.flavors;
    let (limit, order) = match (limit(call, most), order(call)) {
        (Ok(limit), Ok(order)) => (limit, order),
        (Err(reply), _) | (_, Err(reply)) => return reply,
    };
    let (min_ram, min_disk) = match (number(call, "minRam"), number(call, "minDisk")) {
        (Ok(ram), Ok(disk)) => (ram.unwrap_or(0), disk.unwrap_or(0)),
        (Err(reply), _) | (_, Err(reply)) => return reply,
    };
    let wanted = |flavor: &&Identified<Flavor>| {
        is_listed(call, caller, &flavor.it) && flavor.it.ram >= min_ram && flavor.it.disk >= min_disk
    };
    let mut flavors: Vec<&Identified<Flavor>> = site.cloud.flavors.iter().filter(wanted).collect();
    if let Some(order) = order {
        flavors.sort_by(|a, b| order(a, b));
    }
    let marker = call.parameter("marker");
    let Ok(page) = page(flavors, marker, limit, |flavor| &flavor.id) else {
        return bad_request(&format!("marker [{}] not found", marker.unwrap_or_default()));
    };
    let base = site.url(call, Service::Compute);
    let path = if detail == Detail::Full { "flavors/detail" } else { "flavors" };
    let next =
        |marker| Link { rel: "next", href: format!("{base}/v2.1/{path}?{}", call.query_with_marker(marker)) };
    let flavors_links = page.next.map(|marker| [next(marker)]);
    let flavors = page.items.into_iter().map(|flavor| view(&base, flavor, version, detail)).collect();
    Reply::json(200, &List { flavors, flavors_links })
}

/// `GET /flavors/ID`
pub(super) fn show(site: &Site, call: &Call, caller: &Caller<'_>, version: Microversion, id: &str) -> Reply {
    let base = site.url(call, Service::Compute);
    match find(site, caller, id) {
        Ok(flavor) => Reply::json(200, &Shown { flavor: view(&base, flavor, version, Detail::Full) }),
        Err(reply) => reply,
    }
}

/// `GET /flavors/ID/os-extra_specs`
pub(super) fn extra_specs(site: &Site, caller: &Caller<'_>, id: &str) -> Reply {
    match find(site, caller, id) {
        Ok(flavor) => Reply::json(200, &json!({"extra_specs": flavor.it.extra_specs})),
        Err(reply) => reply,
    }
}

/// `GET /flavors/ID/os-extra_specs/KEY`
pub(super) fn extra_spec(site: &Site, caller: &Caller<'_>, id: &str, key: &str) -> Reply {
    match find(site, caller, id) {
        Ok(flavor) => match flavor.it.extra_specs.get(key) {
            Some(value) => Reply::json(200, &json!({key: value})),
            None => item_not_found(&format!("Flavor {id} has no extra specs with key {key}.")),
        },
        Err(reply) => reply,
    }
}

fn find<'a>(site: &'a Site, caller: &Caller<'_>, id: &str) -> Result<&'a Identified<Flavor>, Reply> {
    let visible =
        |flavor: &&Identified<Flavor>| flavor.id == id && (caller.is_admin() || is_visible(&flavor.it));
    let found = site.cloud.flavors.iter().find(visible);
    found.ok_or_else(|| item_not_found(&format!("Flavor {id} could not be found.")))
}

fn is_visible(flavor: &Flavor) -> bool {
    flavor.public || flavor.access
}

/// Only administrators may ask for flavors that are not public; for others the parameter is ignored.
fn is_listed(call: &Call, caller: &Caller<'_>, flavor: &Flavor) -> bool {
    match call.parameter("is_public").map(str::to_ascii_lowercase).as_deref() {
        Some("none") if caller.is_admin() => true,
        Some("false" | "f" | "no" | "0") if caller.is_admin() => !flavor.public,
        _ => is_visible(flavor),
    }
}

fn limit(call: &Call, most: usize) -> Result<usize, Reply> {
    let asked = number(call, "limit")?.map_or(most, |asked| usize::try_from(asked).unwrap_or(most));
    Ok(asked.min(most))
}

fn number(call: &Call, name: &str) -> Result<Option<u64>, Reply> {
    match call.parameter(name) {
        None | Some("") => Ok(None),
        Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(text.parse().unwrap_or(u64::MAX))),
        Some(text) => {
            let rule = format!("'{text}' does not match '^[0-9]*$'");
            Err(bad_request(&format!("Invalid input for query parameters {name}. Value: {text}. {rule}")))
        }
    }
}

type Order = Box<dyn Fn(&Identified<Flavor>, &Identified<Flavor>) -> Ordering>;

/// None: the usual order, by id.
fn order(call: &Call) -> Result<Option<Order>, Reply> {
    let by = |key: fn(&Flavor) -> u64| -> Order { Box::new(move |a, b| key(&a.it).cmp(&key(&b.it))) };
    let order: Order = match call.parameter("sort_key") {
        None | Some("flavorid" | "id" | "created_at") => Box::new(|a, b| a.id.cmp(&b.id)),
        Some("name") => Box::new(|a, b| a.it.name.cmp(&b.it.name)),
        Some("memory_mb") => by(|flavor| flavor.ram),
        Some("root_gb") => by(|flavor| flavor.disk),
        Some("vcpus") => by(|flavor| flavor.vcpus),
        Some(other) => {
            let known = "'created_at', 'flavorid', 'id', 'memory_mb', 'name', 'root_gb', 'vcpus'";
            let rule = format!("'{other}' is not one of [{known}]");
            return Err(bad_request(&format!(
                "Invalid input for query parameters sort_key. Value: {other}. {rule}"
            )));
        }
    };
    match (call.parameter("sort_dir"), call.parameter("sort_key")) {
        (None | Some("asc"), None) => Ok(None),
        (Some("desc"), _) => Ok(Some(Box::new(move |a, b| order(b, a)))),
        _ => Ok(Some(order)),
    }
}

fn view<'a>(base: &str, flavor: &'a Identified<Flavor>, version: Microversion, detail: Detail) -> View<'a> {
    let Identified { id, it } = flavor;
    let full = detail == Detail::Full;
    View {
        id,
        name: &it.name,
        ram: full.then_some(it.ram),
        disk: full.then_some(it.disk),
        swap: full.then_some(match it.swap {
            0 if version < SWAP_IS_NUMBER => Swap::Nothing,
            size => Swap::MiB(size),
        }),
        ephemeral: full.then_some(it.ephemeral),
        disabled: full.then_some(false),
        vcpus: full.then_some(it.vcpus),
        is_public: full.then_some(it.public),
        rxtx_factor: full.then_some(1.0),
        links: [
            Link { rel: "self", href: format!("{base}/v2.1/flavors/{id}") },
            Link { rel: "bookmark", href: format!("{base}/flavors/{id}") },
        ],
        description: (version >= DESCRIPTION).then_some(it.description.as_deref()),
        extra_specs: (full && version >= EXTRA_SPECS).then_some(&it.extra_specs),
    }
}
