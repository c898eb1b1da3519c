//! What a check may create and change, beyond what its grants say: only things of its own, each of them known by name,
//! and removable.
//!
//! Everything is decided before anything is sent, about the very bytes that are sent.

use bytes::Bytes;
use serde_json::{Map, Value};
use touchstone_grants::{Budget, Grant, Kind, Method, RequestPath};

use super::super::api::{CallError, ErrorKind, Request};
use super::super::call::Call;
use super::creation::{Creation, Planned, Undo};
use super::id_pointer::IdPointer;
use super::{references, strict_json};

/// Longer names are refused: services cut or refuse those of more than 255 characters.
const MAX_NAME: usize = 200;

/// Services that have the members of what is created directly in the body.
const FLAT: &[&str] = &["image", "key-manager"];

/// What has a size in GiB, which it must say.
const SIZED: &[(&str, &str)] = &[("block-storage", "/volumes"), ("shared-file-system", "/shares")];

/// Actions and sub-resources that create, or enlarge, without the host's knowing how to undo it.
const CREATING: &[&str] = &[
    "add_router_interface",
    "createBackup",
    "createImage",
    "os-extend",
    "os-volume_upload_image",
    "os-set_image_metadata",
    "shelve",
];

/// Where a check stands: what it was granted, what it owns.
pub(crate) struct Standing<'a> {
    /// What the names of its things begin with.
    pub(crate) prefix: &'a str,
    /// Whether the id is that of something that it created.
    pub(crate) owns: &'a dyn Fn(&str) -> bool,
    pub(crate) grants: &'a [Grant],
}

/// Decides about a creation. Which budget pays for it is for the caller to see: one of the grants that permit it, by their
/// places.
///
/// # Errors
/// `denied` if it is not granted or breaks a rule, `invalid-request` if it is malformed.
pub(crate) fn creation(
    creation: Creation,
    standing: &Standing<'_>,
) -> Result<(Planned, Vec<(usize, Budget)>), CallError> {
    let Creation { request, id_pointer, undo } = creation;
    let call = Call::parse(request.clone())?;
    let denied = |problem: String| denied(&call, problem);
    let budgets = budgets(&call, standing).map_err(denied)?;
    let below_own = budgets.iter().all(|(place, _)| {
        standing.grants[*place].path.wildcards(&call.path).is_some_and(|ids| !ids.is_empty())
    });
    if call.method == Method::Put && !below_own {
        return Err(denied("by PUT only things below the check's own are created".to_owned()));
    }
    if !call.query.is_empty() {
        return Err(denied("a creation has no query".to_owned()));
    }
    let body =
        json_body(&call)?.ok_or_else(|| invalid(&call, "a creation has a body, a JSON object".to_owned()))?;
    let (member, thing) = thing(&call, &body, below_own).map_err(denied)?;
    let pointer = IdPointer::parse(&id_pointer).map_err(|problem| invalid(&call, problem))?;
    let kind = kind(member, &call.path);
    check_pointer(&pointer, member, &kind).map_err(denied)?;
    let name = name(thing, below_own, standing).map_err(denied)?;
    references::check(&body, standing).map_err(denied)?;
    check_server(&call, thing).map_err(denied)?;
    let gib = size(&call, thing).map_err(denied)?;
    let undo = check_undo(&call, &body, undo, below_own, standing)?;
    let request = as_judged(request, &call, Some(&body));
    Ok((Planned { request, pointer, kind, name, gib, undo }, budgets))
}

/// Decides about a call that is no read; answers the call to make, as it was judged.
///
/// # Errors
/// `denied` if it is not granted or breaks a rule, `invalid-request` if it is malformed.
pub(crate) fn change(request: Request, standing: &Standing<'_>) -> Result<Request, CallError> {
    let call = Call::parse(request.clone())?;
    let fitting: Vec<_> = (standing.grants.iter())
        .filter(|grant| grant.permits(&call.service, call.method, &call.path))
        .collect();
    if fitting.is_empty() {
        let creates = standing
            .grants
            .iter()
            .any(|grant| grant.budget_for(&call.service, call.method, &call.path).is_some());
        return Err(denied(&call, if creates { ONLY_BY_CREATE } else { NOT_GRANTED }.to_owned()));
    }
    if !fitting.iter().any(|grant| owns_wildcards(grant, &call.path, standing)) {
        return Err(denied(&call, NOT_OWN.to_owned()));
    }
    if !call.query.is_empty() {
        return Err(denied(&call, "what changes something has no query".to_owned()));
    }
    let body = json_body(&call)?;
    let action = |grant: &&Grant| match &grant.kind {
        Kind::Change { action: Some(action) } => {
            body.as_ref().is_some_and(|body| body.len() == 1 && body.contains_key(action))
        }
        _ => true,
    };
    if !fitting.iter().any(|grant| owns_wildcards(grant, &call.path, standing) && action(grant)) {
        let problem =
            "the scope manifest grants this call with another action as the only member of the body";
        return Err(denied(&call, problem.to_owned()));
    }
    check_change(&call, body.as_ref(), standing).map_err(|problem| denied(&call, problem))?;
    Ok(as_judged(request, &call, body.as_ref()))
}

pub(crate) const NOT_GRANTED: &str =
    "the scope manifest does not grant this call to the check; nothing was sent";
const NOT_OWN: &str = "what a check changes, it must have created itself in this run; nothing was sent";
const ONLY_BY_CREATE: &str = "this is granted by `create` only, so that it is undone; nothing was sent";

/// Grants that pay for a creation, by their places; at least one.
fn budgets(call: &Call, standing: &Standing<'_>) -> Result<Vec<(usize, Budget)>, String> {
    let budget = |grant: &Grant| grant.budget_for(&call.service, call.method, &call.path);
    let fitting: Vec<_> = (standing.grants.iter().enumerate())
        .filter_map(|(place, grant)| Some((place, budget(grant)?)))
        .collect();
    if fitting.is_empty() {
        return Err("the scope manifest grants no such creation to the check; nothing was sent".to_owned());
    }
    let own: Vec<_> = (fitting.into_iter())
        .filter(|(place, _)| owns_wildcards(&standing.grants[*place], &call.path, standing))
        .collect();
    if own.is_empty() { Err(NOT_OWN.to_owned()) } else { Ok(own) }
}

fn owns_wildcards(grant: &Grant, path: &RequestPath, standing: &Standing<'_>) -> bool {
    grant.path.wildcards(path).is_some_and(|ids| ids.into_iter().all(standing.owns))
}

/// The thing in the body of a creation, and the member that holds it, if one does.
fn thing<'b>(
    call: &Call,
    body: &'b Map<String, Value>,
    below_own: bool,
) -> Result<(Option<&'b str>, &'b Map<String, Value>), String> {
    let mut members = body.iter();
    match (members.next(), members.next()) {
        (Some((member, Value::Object(thing))), None) => Ok((Some(member), thing)),
        (Some((member, Value::Array(_))), None) => {
            Err(format!("`{member}` in the body is an array: one request creates one thing"))
        }
        _ => {
            let flat = |value: &Value| match value {
                Value::Object(_) => false,
                Value::Array(items) => items.iter().all(Value::is_string),
                _ => true,
            };
            if (below_own || FLAT.contains(&call.service.as_str())) && body.values().all(flat) {
                return Ok((None, body));
            }
            Err("the body has one member, an object that describes what is created".to_owned())
        }
    }
}

/// What people call it.
fn kind(member: Option<&str>, path: &RequestPath) -> String {
    let last = path.segments().next_back().unwrap_or_default();
    let singular = last.strip_prefix("add_").or_else(|| last.strip_suffix('s')).unwrap_or(last);
    member.unwrap_or(singular).replace('_', " ")
}

/// The id is that of what is created, not of something else in the answer.
fn check_pointer(pointer: &IdPointer, member: Option<&str>, kind: &str) -> Result<(), String> {
    let fits = match (pointer, member) {
        (IdPointer::MemberId(pointed), Some(member)) => pointed == member,
        (IdPointer::Id, None) => true,
        (IdPointer::Ref(pointed), None) => pointed.strip_suffix("_ref") == Some(&*kind.replace(' ', "_")),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(match member {
        Some(member) => format!("the pointer to the id of what is created is `/{member}/id`"),
        None => {
            format!("the pointer to the id of what is created is `/id` or `/{}_ref`", kind.replace(' ', "_"))
        }
    })
}

/// The name by which it is found again.
fn name(
    thing: &Map<String, Value>,
    below_own: bool,
    standing: &Standing<'_>,
) -> Result<Option<String>, String> {
    if thing.contains_key("display_name") {
        return Err("write `name` instead of `display_name`".to_owned());
    }
    let prefix = standing.prefix;
    let name = match thing.get("name") {
        None if below_own => return Ok(None),
        Some(Value::String(name)) => name,
        _ => return Err(format!("what is created has a `name` that begins with `{prefix}`")),
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let rest = name.strip_prefix(prefix).unwrap_or_default();
    if prefix.is_empty() || rest.is_empty() {
        return Err(format!("its name does not begin with `{prefix}`, the prefix of this run, and go on"));
    }
    // Compute takes the name by which one looks for servers as a regular expression.
    if !rest.bytes().all(allowed) || name.len() > MAX_NAME {
        return Err(format!("its name has ASCII letters, digits, `-`, `_` and `.` only, at most {MAX_NAME}"));
    }
    Ok(Some(name.clone()))
}

/// A server says where it is to be: services make networks for those that do not.
fn check_server(call: &Call, server: &Map<String, Value>) -> Result<(), String> {
    if call.service.as_str() != "compute" || call.path.as_str() != "/servers" {
        return Ok(());
    }
    let attached = |network: &Value| {
        network.get("uuid").is_some_and(Value::is_string) || network.get("port").is_some_and(Value::is_string)
    };
    match server.get("networks") {
        Some(Value::String(text)) if text == "none" => Ok(()),
        Some(Value::Array(networks)) if !networks.is_empty() && networks.iter().all(attached) => Ok(()),
        _ => {
            Err("a server has `networks`: of the check's own, each by `uuid` or `port`, or \"none\""
                .to_owned())
        }
    }
}

/// The size of what has one.
fn size(call: &Call, thing: &Map<String, Value>) -> Result<Option<u32>, String> {
    let sized = SIZED.contains(&(call.service.as_str(), call.path.as_str()));
    match thing.get("size") {
        None if !sized => Ok(None),
        Some(Value::Number(size)) => {
            let size = size.as_u64().and_then(|size| u32::try_from(size).ok());
            size.filter(|size| *size > 0).map(Some).ok_or_else(|| SAYS_ITS_SIZE.to_owned())
        }
        _ => Err(SAYS_ITS_SIZE.to_owned()),
    }
}

const SAYS_ITS_SIZE: &str = "what has a size says it: `size` in GiB, a whole number from 1";

/// What undoes a creation is `DELETE` of what was created, or, below the check's own, a granted change.
fn check_undo(
    creation: &Call,
    body: &Map<String, Value>,
    undo: Request,
    below_own: bool,
    standing: &Standing<'_>,
) -> Result<Undo, CallError> {
    let usual = || denied(creation, format!("its undo is `DELETE {}/{{id}}`", creation.path));
    let Some(root) = undo.path.strip_suffix("/{id}").map(str::to_owned) else {
        if !below_own {
            return Err(usual());
        }
        if undo.method.is_read() {
            return Err(denied(creation, "a read undoes nothing".to_owned()));
        }
        let request = change(undo, standing)?;
        check_pair(creation, body, &request).map_err(|problem| denied(creation, problem))?;
        return Ok(Undo { request, by_id: false });
    };
    let request = Request { path: root, ..undo };
    let call = Call::parse(request.clone())?;
    let deletes_it = call.method == Method::Delete
        && call.service == creation.service
        && call.path == creation.path
        && call.query.is_empty()
        && call.body.is_none();
    if !deletes_it {
        return Err(usual());
    }
    Ok(Undo { request: as_judged(request, &call, None), by_id: true })
}

/// What is added by `add_…` is removed by `remove_…` with the same body.
fn check_pair(creation: &Call, body: &Map<String, Value>, undo: &Request) -> Result<(), String> {
    let Some((parent, what)) = creation.path.as_str().rsplit_once("/add_") else { return Ok(()) };
    let path = format!("{parent}/remove_{what}");
    if undo.path == path && undo.method == creation.method && undo.body.as_ref() == Some(&canonical(body)) {
        return Ok(());
    }
    Err(format!("its undo is `{} {path}` with the same body", creation.method))
}

fn check_change(
    call: &Call,
    body: Option<&Map<String, Value>>,
    standing: &Standing<'_>,
) -> Result<(), String> {
    let segments: Vec<_> = call.path.segments().collect();
    let last = segments.last().copied().unwrap_or_default();
    if CREATING.contains(&last) && call.method != Method::Delete {
        return Err(ONLY_BY_CREATE.to_owned());
    }
    if let ["backups", _, "restore"] = segments[..] {
        let restore = body.filter(|body| body.len() == 1).and_then(|body| body.get("restore"));
        let volume = restore.and_then(|restore| restore.get("volume_id")).and_then(Value::as_str);
        if !volume.is_some_and(standing.owns) {
            return Err(RESTORED_INTO_OWN.to_owned());
        }
    }
    let Some(body) = body else { return Ok(()) };
    if call.method == Method::Delete {
        return Err("DELETE has no body".to_owned());
    }
    if last == "action" && body.len() != 1 {
        return Err("the body of an action has one member".to_owned());
    }
    if last == "action" && body.keys().any(|action| CREATING.contains(&action.as_str())) {
        return Err("this action makes something that the host cannot undo; nothing was sent".to_owned());
    }
    references::check(body, standing)
}

const RESTORED_INTO_OWN: &str = "a backup is restored into a volume of the check's own, `volume_id`; without it the service would make one";

/// The body, if there is one.
fn json_body(call: &Call) -> Result<Option<Map<String, Value>>, CallError> {
    if call.content_type.as_ref().is_some_and(|kind| kind != "application/json") {
        return Err(denied(
            call,
            "what creates or changes something has a body of `application/json`".to_owned(),
        ));
    }
    let Some(body) = call.body.as_ref() else { return Ok(None) };
    strict_json::parse_object(body).map(Some).map_err(|problem| invalid(call, problem))
}

/// A request that does what was judged and nothing else: of what could be read in two ways, one is left.
fn as_judged(request: Request, call: &Call, body: Option<&Map<String, Value>>) -> Request {
    let (service, path) = (call.service.to_string(), call.path.to_string());
    Request { service, path, body: body.map(canonical), ..request }
}

fn canonical(body: &Map<String, Value>) -> Bytes {
    // Serialising what was parsed from JSON cannot fail.
    Bytes::from(serde_json::to_vec(body).unwrap_or_default())
}

fn denied(call: &Call, problem: String) -> CallError {
    CallError::new(ErrorKind::Denied, call, problem)
}

fn invalid(call: &Call, problem: String) -> CallError {
    CallError::new(ErrorKind::InvalidRequest, call, problem)
}

#[cfg(test)]
mod tests;
