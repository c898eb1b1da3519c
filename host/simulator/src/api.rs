//! The APIs of the services. Their shapes are those of release 2025.2, as the services themselves answer.

mod block_storage;
mod catalog;
mod compute;
mod identity;
mod image;
mod key_manager;
mod microversion;
mod network;
mod others;
mod paging;
mod tokens;

use hyper::Method;
use serde_json::json;

use crate::Service;
use crate::call::Call;
use crate::reply::Reply;
use crate::site::{Caller, Site};

/// Answers a call.
pub(crate) fn answer(site: &Site, call: &Call) -> Reply {
    let reply = match call.service {
        _ if call.region.as_ref().is_some_and(|name| !site.cloud.catalog.extra_regions.contains(name)) => {
            Reply::webob(call, 404, "The resource could not be found.")
        }
        Some(Service::Identity) => identity::answer(site, call),
        Some(Service::Compute) => compute::answer(site, call),
        Some(Service::Image) => image::answer(site, call),
        Some(Service::BlockStorage) => block_storage::answer(site, call),
        Some(Service::Network) => network::answer(site, call),
        Some(Service::Placement) => others::placement(site, call),
        Some(Service::KeyManager) => key_manager::answer(site, call),
        Some(Service::LoadBalancer) => others::load_balancer(site, call),
        Some(Service::ObjectStore) => others::object_store(site, call),
        None if call.segments.is_empty() => others::root(site, call).unwrap_or_else(|| greeting(site)),
        None => match call.path().as_slice() {
            ["info"] => others::root_info(site, call),
            _ => None,
        }
        .unwrap_or_else(|| Reply::webob(call, 404, "The resource could not be found.")),
    };
    reply.header("x-openstack-request-id", &site.request_id())
}

/// For people who open the port in a browser.
fn greeting(site: &Site) -> Reply {
    let about = "A simulated OpenStack cloud. Log in at auth_url.";
    Reply::json(200, &json!({"about": about, "cloud": site.cloud.name, "auth_url": site.auth_url()}))
}

/// Who asks, or the answer of keystonemiddleware to those who have no good token for the project.
fn caller<'a>(site: &'a Site, call: &Call) -> Result<Caller<'a>, Reply> {
    let message = "The request you have made requires authentication.";
    site.caller(call).filter(|caller| caller.token.scoped).ok_or_else(|| {
        Reply::json(401, &json!({"error": {"code": 401, "title": "Unauthorized", "message": message}}))
            .header("www-authenticate", &format!("Keystone uri=\"{}\"", site.auth_url()))
    })
}

/// What services do with a call that is not `GET` where nothing can be changed: they know the path, or not.
fn only_get(
    call: &Call,
    known: Option<Reply>,
    unknown: impl FnOnce() -> Reply,
    denied: impl FnOnce() -> Reply,
) -> Reply {
    match known {
        None => unknown(),
        Some(reply) if call.method == Method::GET => reply,
        Some(_) => denied(),
    }
}
