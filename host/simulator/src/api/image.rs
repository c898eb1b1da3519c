//! Glance, API v2.

mod query;
#[cfg(test)]
mod tests;
mod view;

use hyper::Method;
use serde_json::{Value, json};

use super::caller;
use super::paging::page;
use crate::Service;
use crate::call::Call;
use crate::cloud::Registered;
use crate::reply::{Reply, envelope};
use crate::scenario::{Owner, Visibility};
use crate::site::{Caller, Site};
use view::{Images, View};

/// Answers a call to glance.
pub(super) fn answer(site: &Site, call: &Call) -> Reply {
    let path = call.path();
    match (&call.version, path.as_slice()) {
        (None, [] | ["versions"]) => {
            let status = if path.is_empty() { 300 } else { 200 };
            return Reply::json(status, &envelope("versions", versions(&site.url(call, Service::Image))));
        }
        (None, _) => return not_found(call),
        _ => {}
    }
    let caller = match caller(site, call) {
        Ok(caller) => caller,
        Err(_) => {
            let explanation =
                "This server could not verify that you are authorized to access the document you requested.";
            let challenge = format!("Keystone uri=\"{}\"", site.auth_url());
            return Reply::webob(call, 401, explanation).header("www-authenticate", &challenge);
        }
    };
    match read(site, call, &caller, &path) {
        None => not_found(call),
        Some(reply) if call.method == Method::GET => reply,
        Some(_) => {
            let explanation = format!("The method {} is not allowed for this resource. ", call.method);
            Reply::webob(call, 405, &explanation).header("allow", "GET")
        }
    }
}

fn read(site: &Site, call: &Call, caller: &Caller<'_>, path: &[&str]) -> Option<Reply> {
    Some(match path {
        ["images"] => list(site, call, caller),
        ["images", id] => match visible(site, caller, id) {
            Some(image) => Reply::json(200, &View { image, cloud: &site.cloud }),
            None => no_image(call, 404, id),
        },
        ["images", _, "members"] => {
            Reply::json(200, &json!({"members": [], "schema": "/v2/schemas/members"}))
        }
        ["schemas", "image"] => Reply::json(200, &schema()),
        ["schemas", "images"] => {
            let properties = json!({"images": {"type": "array", "items": schema()}});
            Reply::json(200, &json!({"name": "images", "properties": properties}))
        }
        _ => return None,
    })
}

fn list(site: &Site, call: &Call, caller: &Caller<'_>) -> Reply {
    let pages = site.cloud.pages;
    let limit = match call.parameter("limit") {
        None => pages.images_unasked.min(pages.images),
        Some(text) => match text.parse::<usize>() {
            Ok(limit) => limit.min(pages.images),
            Err(_) => return Reply::webob(call, 400, "limit param must be an integer"),
        },
    };
    let wanted = match query::Query::parse(call, &site.cloud) {
        Ok(query) => query,
        Err(explanation) => return Reply::webob(call, 400, &explanation),
    };
    let mut images: Vec<&Registered> = site
        .cloud
        .images
        .iter()
        .filter(|image| is_listed(image, call) && is_visible(image, caller) && wanted.matches(image))
        .collect();
    wanted.sort(&mut images);
    let marker = call.parameter("marker");
    let Ok(page) = page(images, marker, limit, |image| &image.id) else {
        return no_image(call, 400, marker.unwrap_or_default());
    };
    let first = match url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(call.query.iter().filter(|(name, _)| name != "marker"))
        .finish()
    {
        query if query.is_empty() => "/v2/images".into(),
        query => format!("/v2/images?{query}"),
    };
    let next = page.next.map(|marker| format!("/v2/images?{}", call.query_with_marker(marker)));
    Reply::json(200, &Images { images: page.items, cloud: &site.cloud, first, next })
}

/// The image with this id, if the caller may see it.
pub(super) fn visible<'a>(site: &'a Site, caller: &Caller<'_>, id: &str) -> Option<&'a Registered> {
    site.cloud.images.iter().find(|image| image.id == id && is_visible(image, caller))
}

fn is_visible(image: &Registered, caller: &Caller<'_>) -> bool {
    let image = &image.image;
    let own = image.owner == Owner::Project;
    caller.is_admin() || own || matches!(image.visibility, Visibility::Public | Visibility::Community)
}

/// Lists leave out the community images of others unless they are asked for.
fn is_listed(image: &Registered, call: &Call) -> bool {
    let image = &image.image;
    image.visibility != Visibility::Community
        || image.owner == Owner::Project
        || matches!(call.parameter("visibility"), Some("community" | "all"))
}

fn versions(url: &str) -> Vec<Value> {
    let version = |minor: u32| {
        let status = if minor == 17 { "CURRENT" } else { "SUPPORTED" };
        json!({"id": format!("v2.{minor}"), "status": status, "links": [{"rel": "self", "href": format!("{url}/v2/")}]})
    };
    [17, 15].into_iter().chain((0..=13).rev()).map(version).collect()
}

fn schema() -> Value {
    let text = json!({"type": ["null", "string"]});
    json!({
        "name": "image",
        "properties": {
            "id": {"type": "string"}, "name": text, "status": {"type": "string"}, "visibility": {"type": "string"},
            "protected": {"type": "boolean"}, "os_hidden": {"type": "boolean"}, "checksum": text,
            "os_hash_algo": text, "os_hash_value": text, "owner": text, "size": {"type": ["null", "integer"]},
            "virtual_size": {"type": ["null", "integer"]}, "min_ram": {"type": "integer"},
            "min_disk": {"type": "integer"}, "disk_format": text, "container_format": text,
            "created_at": {"type": "string"}, "updated_at": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}}, "self": {"type": "string"},
            "file": {"type": "string"}, "schema": {"type": "string"},
        },
        "additionalProperties": {"type": "string"},
        "links": [{"rel": "self", "href": "{self}"}, {"rel": "enclosure", "href": "{file}"}],
    })
}

fn no_image(call: &Call, status: u16, id: &str) -> Reply {
    // What the client sent goes into HTML here.
    let id: String =
        id.chars().filter(|c| c.is_ascii_alphanumeric() || "-_. ".contains(*c)).take(64).collect();
    Reply::webob(call, status, &format!("No image found with ID {id}"))
}

fn not_found(call: &Call) -> Reply {
    Reply::webob(call, 404, "The resource could not be found.")
}
