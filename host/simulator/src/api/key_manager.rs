//! Barbican, API v1: secrets.

mod secrets;
#[cfg(test)]
mod tests;

use hyper::Method;
use serde_json::json;

use super::caller;
use crate::Service;
use crate::call::Call;
use crate::reply::Reply;
use crate::site::{Caller, Site};

/// Answers a call to barbican.
pub(super) fn answer(site: &Site, call: &Call) -> Reply {
    let url = site.url(call, Service::KeyManager);
    let version = json!({
        "id": "v1", "status": "stable", "links": [{"rel": "self", "href": format!("{url}/v1/")}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.key-manager-v1+json"}],
    });
    let reply = match (&call.version, call.path().as_slice()) {
        (None, []) => Reply::json(300, &json!({"versions": {"values": [version]}})),
        (Some(_), []) => Reply::json(200, &json!({"version": version})),
        (None, _) => not_found(),
        (Some(_), path) => match caller(site, call) {
            Ok(caller) => resource(site, call, &caller, path),
            Err(reply) => reply,
        },
    };
    reply.header("openstack-api-version", "key-manager 1.0").header("vary", "openstack-api-version")
}

fn resource(site: &Site, call: &Call, caller: &Caller<'_>, path: &[&str]) -> Reply {
    let refused = |refused| refused;
    let action = match (&call.method, path) {
        (&Method::GET, ["secrets"]) => "Secret(s) retrieval",
        (&Method::POST, ["secrets"]) => "Secret creation",
        (&Method::GET, ["secrets", _]) => "Secret retrieval",
        (&Method::GET, ["secrets", _, "payload"]) => "Secret payload retrieval",
        (&Method::DELETE, ["secrets", _]) => "Secret deletion",
        (&Method::GET, ["containers" | "orders"]) => "Retrieval",
        (_, ["secrets" | "containers" | "orders"] | ["secrets", _] | ["secrets", _, "payload"]) => {
            return Reply::pecan(405, "");
        }
        _ => return not_found(),
    };
    if !caller.has_any(&site.cloud.key_manager.roles) {
        let rule = format!("{action} attempt not allowed - please review your user/project privileges");
        return Reply::pecan(403, &rule);
    }
    let mut state = site.state();
    match (&call.method, path) {
        (&Method::POST, _) => secrets::create(site, &mut state, call, caller).unwrap_or_else(refused),
        (&Method::DELETE, [_, id]) => secrets::delete(&mut state, id),
        (_, ["secrets"]) => secrets::list(site, &state, call).unwrap_or_else(refused),
        (_, ["secrets", id]) => secrets::show(site, &state, call, id),
        (_, ["secrets", id, "payload"]) => secrets::payload(&state, call, id),
        (_, [empty, ..]) => Reply::json(200, &json!({*empty: [], "total": 0})),
        (_, []) => not_found(),
    }
}

fn not_found() -> Reply {
    Reply::pecan(404, "Not Found. Sorry but your secret is in another castle.")
}
