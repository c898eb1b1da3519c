//! Servers.

mod console;
mod create;
mod view;

use hyper::Method;
use regex::Regex;
use serde_json::{Value, json};

use super::{Microversion, bad_request, item_not_found};
use crate::Service;
use crate::api::paging::page;
use crate::call::Call;
use crate::reply::Reply;
use crate::site::{Caller, Site};
use crate::state::{Server, State};

/// Answers a call to something below `/servers`. None: there is no such path.
pub(super) fn answer(
    site: &Site,
    call: &Call,
    caller: &Caller<'_>,
    version: Microversion,
    path: &[&str],
) -> Option<Reply> {
    let allowed = |action: &str, answer: &dyn Fn(&mut State) -> Result<Reply, Reply>| {
        if !caller.may_change() {
            let rule = format!("Policy doesn't allow os_compute_api:{action} to be performed.");
            return Reply::fault("forbidden", 403, &rule);
        }
        answer(&mut site.state()).unwrap_or_else(|refused| refused)
    };
    Some(match (&call.method, path) {
        (&Method::GET, ["servers"]) => list(site, call, version, false),
        (&Method::GET, ["servers", "detail"]) => list(site, call, version, true),
        (&Method::POST, ["servers"]) => {
            allowed("servers:create", &|state| create::create(site, state, call, caller, version))
        }
        (&Method::GET, ["servers", id]) => with(&site.state(), id, |state, server| {
            Reply::json(200, &json!({"server": view::full(site, state, call, version, server)}))
        }),
        (&Method::DELETE, ["servers", id]) => allowed("servers:delete", &|state| {
            if state.server(id).is_none() {
                return Err(missing(id));
            }
            state.delete_server(id, call.fails_later);
            Ok(Reply::empty(204))
        }),
        (&Method::GET, ["servers", id, "os-volume_attachments"]) => with(&site.state(), id, |_, server| {
            Reply::json(200, &json!({"volumeAttachments": view::attachments(server)}))
        }),
        (&Method::POST, ["servers", id, "action"]) => {
            allowed("servers:action", &|state| match state.server(id) {
                Some(server) => act(site, state, call, server),
                None => Err(missing(id)),
            })
        }
        (_, ["servers"] | ["servers", _] | ["servers", _, "action" | "os-volume_attachments"]) => {
            Reply::fault("badMethod", 405, "The simulated cloud does not do this to servers.")
        }
        _ => return None,
    })
}

fn act(site: &Site, state: &State, call: &Call, server: &Server) -> Result<Reply, Reply> {
    let body = call.object().ok_or_else(|| bad_request("cannot understand JSON"))?;
    let mut actions = body.iter();
    match (actions.next(), actions.next()) {
        (Some((action, arguments)), None) if action == "os-getConsoleOutput" => {
            console::output(site, state, server, arguments)
        }
        (Some((action, _)), None) => Err(bad_request(&format!("There is no such action: {action}"))),
        _ => Err(bad_request("Invalid request body: exactly one action is expected")),
    }
}

fn with(state: &State, id: &str, answer: impl FnOnce(&State, &Server) -> Reply) -> Reply {
    state.server(id).map_or_else(|| missing(id), |server| answer(state, server))
}

fn missing(id: &str) -> Reply {
    item_not_found(&format!("Instance {id} could not be found."))
}

fn list(site: &Site, call: &Call, version: Microversion, full: bool) -> Reply {
    let name = match call.parameter("name").map(Regex::new).transpose() {
        Ok(name) => name,
        Err(_) => return bad_request("Invalid filter: the value of name is not a regular expression."),
    };
    let most = site.cloud.pages.servers;
    let limit = match call.parameter("limit").map(str::parse::<usize>) {
        None => most,
        Some(Ok(limit)) => limit.min(most),
        Some(Err(_)) => {
            let text = call.parameter("limit").unwrap_or_default();
            let rule = format!("'{text}' does not match '^[0-9]*$'");
            return bad_request(&format!("Invalid input for query parameters limit. Value: {text}. {rule}"));
        }
    };
    let state = site.state();
    let wanted = |server: &&Server| {
        name.as_ref().is_none_or(|name| name.is_match(&server.name))
            && call.parameter("status").is_none_or(|status| server.course.status() == status)
            && call.parameter("uuid").is_none_or(|id| server.id == id)
    };
    let marker = call.parameter("marker");
    let Ok(page) = page(state.servers.iter().rev().filter(wanted), marker, limit, |server| &server.id) else {
        return bad_request(&format!("marker [{}] not found", marker.unwrap_or_default()));
    };
    let servers: Vec<Value> = page
        .items
        .into_iter()
        .map(|server| match full {
            true => view::full(site, &state, call, version, server),
            false => view::brief(&site.url(call, Service::Compute), server),
        })
        .collect();
    let mut body = json!({"servers": servers});
    if let Some(marker) = page.next {
        let path = if full { "servers/detail" } else { "servers" };
        let base = site.url(call, Service::Compute);
        let href = format!("{base}/v2.1/{path}?{}", call.query_with_marker(marker));
        body["servers_links"] = json!([{"rel": "next", "href": href}]);
    }
    Reply::json(200, &body)
}
