//! Services of which the simulated cloud has little: enough for a believable catalog.

use hyper::Method;
use serde_json::{Value, json};

use super::{caller, only_get};
use crate::Service;
use crate::call::Call;
use crate::reply::{Reply, envelope};
use crate::site::Site;

/// Placement: all that an unprivileged user gets is its version.
pub(super) fn placement(site: &Site, call: &Call) -> Reply {
    let label = |reply: Reply| {
        reply.header("openstack-api-version", "placement 1.0").header("vary", "openstack-api-version")
    };
    if call.segments.is_empty() {
        let version = json!({
            "id": "v1.0", "max_version": "1.39", "min_version": "1.0", "status": "CURRENT",
            "links": [{"rel": "self", "href": ""}],
        });
        return label(Reply::json(200, &envelope("versions", vec![version])));
    }
    let caller = match caller(site, call) {
        Ok(caller) => caller,
        Err(reply) => return reply,
    };
    let error = |status: u16, title: &str, detail: &str| {
        Reply::json(status, &json!({"errors": [{"status": status, "title": title, "detail": detail}]}))
    };
    let denied = || error(403, "Forbidden", "Access was denied to this resource.");
    label(match call.path().as_slice() {
        _ if call.method != Method::GET => {
            error(405, "Method Not Allowed", "The simulated cloud is read-only.")
        }
        [name @ ("resource_providers" | "traits" | "resource_classes")] if caller.is_admin() => {
            Reply::json(200, &envelope(name, Vec::new()))
        }
        ["resource_providers" | "traits" | "resource_classes" | "usages", ..] => denied(),
        _ => error(404, "Not Found", "The resource could not be found."),
    })
}

/// Barbican: no secrets.
pub(super) fn key_manager(site: &Site, call: &Call) -> Reply {
    let url = site.url(call, Service::KeyManager);
    let version = json!({
        "id": "v1", "status": "stable", "links": [{"rel": "self", "href": format!("{url}/v1/")}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.key-manager-v1+json"}],
    });
    let reply = match (&call.version, call.path().as_slice()) {
        (None, []) => Reply::json(300, &json!({"versions": {"values": [version]}})),
        (Some(_), []) => Reply::json(200, &json!({"version": version})),
        (None, _) => Reply::pecan(404),
        (Some(_), path) => lists(site, call, path, |path| match path {
            [name @ ("secrets" | "containers" | "orders")] => Some(json!({*name: [], "total": 0})),
            _ => None,
        }),
    };
    reply.header("openstack-api-version", "key-manager 1.0").header("vary", "openstack-api-version")
}

/// Octavia: no load balancers.
pub(super) fn load_balancer(site: &Site, call: &Call) -> Reply {
    let url = site.url(call, Service::LoadBalancer);
    let version = |minor: u32| {
        let status = if minor == 29 { "CURRENT" } else { "SUPPORTED" };
        json!({
            "id": format!("v2.{minor}"), "status": status, "updated": "2024-09-01T00:00:00Z",
            "links": [{"href": format!("{url}/v2"), "rel": "self"}],
        })
    };
    match (&call.version, call.path().as_slice()) {
        (None, []) => Reply::json(200, &envelope("versions", (0..=29).map(version).collect::<Vec<_>>())),
        (Some(_), path) => lists(site, call, path, |path| match path {
            ["lbaas", name @ ("loadbalancers" | "listeners" | "pools" | "healthmonitors" | "l7policies")] => {
                Some(json!({*name: [], format!("{name}_links"): []}))
            }
            ["lbaas", name @ ("flavors" | "providers" | "availabilityzones")] => Some(json!({*name: []})),
            _ => None,
        }),
        _ => Reply::pecan(404),
    }
}

/// Swift: an account without containers.
pub(super) fn object_store(site: &Site, call: &Call) -> Reply {
    let not_found = || {
        Reply::text(
            404,
            "text/html; charset=UTF-8",
            "<html><h1>Not Found</h1><p>The resource could not be found.</p></html>",
        )
    };
    if call.version.is_none() {
        return match call.path().as_slice() {
            ["info"] => Reply::json(
                200,
                &json!({"swift": {"version": "2.36.0", "container_listing_limit": 10_000}, "s3api": {}}),
            ),
            _ => not_found(),
        };
    }
    if let Err(reply) = caller(site, call) {
        return reply;
    }
    let account = format!("AUTH_{}", site.cloud.project.id);
    match call.path().as_slice() {
        [asked] if *asked == account => match (call.method.as_str(), call.parameter("format")) {
            ("GET" | "HEAD", Some("json")) => Reply::json(200, &json!([])),
            ("GET" | "HEAD", _) => Reply::text(204, "text/plain; charset=utf-8", ""),
            _ => Reply::text(405, "text/html; charset=UTF-8", "<html><h1>Method Not Allowed</h1></html>"),
        }
        .header("x-account-container-count", "0")
        .header("x-account-object-count", "0")
        .header("x-account-bytes-used", "0"),
        _ => not_found(),
    }
}

/// Empty lists behind authentication, for services written with Pecan.
fn lists(site: &Site, call: &Call, path: &[&str], list: impl Fn(&[&str]) -> Option<Value>) -> Reply {
    if let Err(reply) = caller(site, call) {
        return reply;
    }
    let known = list(path).map(|body| Reply::json(200, &body));
    only_get(call, known, || Reply::pecan(404), || Reply::pecan(405).header("allow", "GET"))
}
