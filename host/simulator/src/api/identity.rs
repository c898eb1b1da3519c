//! Keystone, API v3.

#[cfg(test)]
mod tests;

use hyper::Method;
use serde_json::{Value, json};

use super::{catalog, tokens};
use crate::Service;
use crate::call::Call;
use crate::reply::Reply;
use crate::site::{Caller, Site};

/// Answers a call to keystone.
pub(super) fn answer(site: &Site, call: &Call) -> Reply {
    route(site, call).header("vary", "X-Auth-Token")
}

fn route(site: &Site, call: &Call) -> Reply {
    let url = format!("{}/v3", site.url(call, Service::Identity));
    let path = call.path();
    // Keystone answers HEAD wherever it answers GET.
    let method = if call.method == Method::HEAD { Method::GET } else { call.method.clone() };
    if call.version.is_none() {
        return match path.as_slice() {
            [] => Reply::json(300, &json!({"versions": {"values": [version(&url)]}}))
                .header("location", &format!("{url}/")),
            _ => not_found(),
        };
    }
    match (method.as_str(), path.as_slice()) {
        ("GET", []) => return Reply::json(200, &json!({"version": version(&url)})),
        ("POST", ["auth", "tokens"]) => return tokens::log_in(site, call),
        _ => {}
    }
    let Some(caller) = site.caller(call) else {
        return tokens::unauthorized(site);
    };
    match (method.as_str(), path.as_slice()) {
        ("GET", ["auth", "tokens"]) => tokens::describe(site, call),
        ("DELETE", ["auth", "tokens"]) => {
            let revoked = call.header("x-subject-token").is_some_and(|subject| site.tokens.revoke(subject));
            if revoked { Reply::text(204, "application/json", "") } else { missing("token") }
        }
        ("GET", path) => read(site, call, &caller, path, &url).unwrap_or_else(not_found),
        (_, path) if read(site, call, &caller, path, &url).is_some() => {
            Reply::json(405, &json!({"message": "The method is not allowed for the requested URL."}))
                .header("allow", "HEAD, GET, OPTIONS")
        }
        _ => not_found(),
    }
}

fn read(site: &Site, call: &Call, caller: &Caller<'_>, path: &[&str], url: &str) -> Option<Reply> {
    let cloud = &site.cloud;
    let (project, domain) = (&cloud.project, &cloud.domain);
    let about_project = || {
        json!({
            "id": project.id, "name": project.name, "domain_id": domain.id, "parent_id": domain.id,
            "description": "", "enabled": true, "is_domain": false, "tags": [], "options": {},
            "links": {"self": format!("{url}/projects/{}", project.id)},
        })
    };
    let about_user = || {
        let account = caller.account;
        json!({
            "id": account.id, "name": account.user.name, "domain_id": domain.id, "enabled": true,
            "default_project_id": project.id, "password_expires_at": null, "options": {},
            "links": {"self": format!("{url}/users/{}", account.id)},
        })
    };
    let list = |name: &str, items: Vec<Value>| {
        let links = json!({"next": null, "self": format!("{url}/{}", path.join("/")), "previous": null});
        Reply::json(200, &json!({name: items, "links": links}))
    };
    let forbidden = |action: &str| {
        let problem = format!("You are not authorized to perform the requested action: identity:{action}.");
        Reply::keystone(403, &problem)
    };
    Some(match path {
        ["auth", "catalog"] if !caller.token.scoped => forbidden("get_auth_catalog"),
        ["auth", "catalog"] => Reply::json(
            200,
            &json!({"catalog": catalog::catalog(site), "links": {"self": format!("{url}/auth/catalog")}}),
        ),
        ["auth", "projects"] => list("projects", vec![about_project()]),
        ["auth", "domains"] => list("domains", Vec::new()),
        ["auth", "system"] => {
            Reply::json(200, &json!({"system": [], "links": {"self": format!("{url}/auth/system")}}))
        }
        ["projects"] if caller.is_admin() => {
            let wanted = call.parameter("name").is_none_or(|name| name == project.name);
            list("projects", if wanted { vec![about_project()] } else { Vec::new() })
        }
        ["projects"] => forbidden("list_projects"),
        ["projects", id] if *id == project.id => Reply::json(200, &json!({"project": about_project()})),
        ["projects", _] if caller.is_admin() => missing("project"),
        ["projects", _] => forbidden("get_project"),
        ["users"] if !caller.is_admin() => forbidden("list_users"),
        ["users"] => list("users", vec![about_user()]),
        ["users", id] if *id == caller.account.id => Reply::json(200, &json!({"user": about_user()})),
        ["users", id, "projects"] if *id == caller.account.id => list("projects", vec![about_project()]),
        ["users", _, ..] => forbidden("get_user"),
        ["regions"] => {
            let region = |id| json!({"id": id, "description": "", "parent_region_id": null});
            list("regions", catalog::regions(site).map(region).collect())
        }
        ["domains" | "roles" | "services" | "endpoints" | "role_assignments", ..] => {
            forbidden(&format!("list_{}", path.first()?))
        }
        _ => return None,
    })
}

fn version(url: &str) -> Value {
    json!({
        "id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": format!("{url}/")}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    })
}

fn missing(what: &str) -> Reply {
    Reply::keystone(404, &format!("Could not find {what}."))
}

fn not_found() -> Reply {
    missing("resource: the requested URL was not found")
}
