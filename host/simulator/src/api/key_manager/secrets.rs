//! Secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::Service;
use crate::call::Call;
use crate::reply::Reply;
use crate::site::{Caller, Site};
use crate::state::{Secret, State};

/// What may be said about a new secret.
const KNOWN: [&str; 9] = [
    "name",
    "payload",
    "payload_content_type",
    "payload_content_encoding",
    "secret_type",
    "algorithm",
    "bit_length",
    "mode",
    "expiration",
];

/// What a secret may be.
const TYPES: [&str; 6] = ["symmetric", "public", "private", "passphrase", "certificate", "opaque"];

/// `POST /secrets`
pub(super) fn create(
    site: &Site,
    state: &mut State,
    call: &Call,
    caller: &Caller<'_>,
) -> Result<Reply, Reply> {
    let wanted = call.object().ok_or_else(|| bad_request("JSON is malformed"))?;
    if let Some(name) = wanted.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(off_schema(
            &format!("Additional properties are not allowed ('{name}' was unexpected)"),
            "[]",
        ));
    }
    let secret_type = text(&wanted, "secret_type")?.unwrap_or_else(|| "opaque".into());
    if !TYPES.contains(&secret_type.as_str()) {
        return Err(off_schema(&format!("'{secret_type}' is not one of {TYPES:?}"), "secret_type"));
    }
    let secret = Secret {
        id: Uuid::new_v4().to_string(),
        name: text(&wanted, "name")?.map(|name| name.trim().to_owned()),
        payload: payload_of(&wanted)?,
        secret_type,
        algorithm: text(&wanted, "algorithm")?,
        bit_length: wanted.get("bit_length").and_then(Value::as_u64),
        mode: text(&wanted, "mode")?,
        expiration: text(&wanted, "expiration")?,
        creator: caller.account.id.clone(),
        created: Timestamp::now(),
    };
    let reference = reference(site, call, &secret);
    state.secrets.push(secret);
    Ok(Reply::json(201, &json!({"secret_ref": reference})).header("location", &reference))
}

/// `GET /secrets`
pub(super) fn list(site: &Site, state: &State, call: &Call) -> Result<Reply, Reply> {
    let pages = site.cloud.pages;
    let number = |name: &str, default: usize| match call.parameter(name) {
        None => Ok(default),
        Some(text) => text.parse::<usize>().map_err(|_| bad_request(&format!("{name} is not a number"))),
    };
    let limit = number("limit", pages.secrets_unasked)?.min(pages.secrets).max(1);
    let offset = number("offset", 0)?;
    let wanted = |secret: &&Secret| {
        let is =
            |name: &str, value: Option<&str>| call.parameter(name).is_none_or(|asked| value == Some(asked));
        is("name", secret.name.as_deref())
            && is("alg", secret.algorithm.as_deref())
            && is("mode", secret.mode.as_deref())
            && is("secret_type", Some(&secret.secret_type))
    };
    let wanted: Vec<&Secret> = state.secrets.iter().filter(wanted).collect();
    let page: Vec<Value> =
        wanted.iter().skip(offset).take(limit).map(|secret| view(site, call, secret)).collect();
    let mut body = json!({"secrets": page, "total": wanted.len()});
    let link = |offset: usize| {
        let others = call.query.iter().filter(|(name, _)| !matches!(name.as_str(), "limit" | "offset"));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &limit.to_string()).append_pair("offset", &offset.to_string());
        let query = query.extend_pairs(others).finish();
        format!("{}/v1/secrets?{query}", site.url(call, Service::KeyManager))
    };
    if offset + limit < wanted.len() {
        body["next"] = link(offset + limit).into();
    }
    if offset > 0 {
        body["previous"] = link(offset.saturating_sub(limit)).into();
    }
    Ok(Reply::json(200, &body))
}

/// `GET /secrets/ID`
pub(super) fn show(site: &Site, state: &State, call: &Call, id: &str) -> Reply {
    match find(state, id) {
        Some(secret) => Reply::json(200, &view(site, call, secret)),
        None => missing(),
    }
}

/// `GET /secrets/ID/payload`
pub(super) fn payload(state: &State, call: &Call, id: &str) -> Reply {
    let Some(secret) = find(state, id) else { return missing() };
    let Some((kind, content)) = &secret.payload else {
        return Reply::pecan(404, "Not Found. Sorry but your secret has no payload.");
    };
    let plain = kind.split(';').next().unwrap_or_default();
    let accepted = call.header("accept").unwrap_or("*/*");
    if !accepted.contains(plain) && !accepted.contains("*/*") {
        return Reply::pecan(
            406,
            "Secret payload retrieval issue seen - Could not find an appropriate content type.",
        );
    }
    Reply::text(200, kind, content.clone())
}

/// `DELETE /secrets/ID`
pub(super) fn delete(state: &mut State, id: &str) -> Reply {
    let before = state.secrets.len();
    state.secrets.retain(|secret| secret.id != id);
    if state.secrets.len() < before { Reply::empty(204) } else { missing() }
}

fn find<'a>(state: &'a State, id: &str) -> Option<&'a Secret> {
    state.secrets.iter().find(|secret| secret.id == id)
}

/// Content type and content.
fn payload_of(wanted: &Map<String, Value>) -> Result<Option<(String, Vec<u8>)>, Reply> {
    let kind = text(wanted, "payload_content_type")?;
    match (text(wanted, "payload")?, kind) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            Err(off_schema("payload must be provided when payload_content_type is supplied.", "payload"))
        }
        (Some(payload), _) if payload.trim().is_empty() => {
            Err(off_schema("If 'payload' specified, must be non empty", "payload"))
        }
        (Some(_), None) => Err(off_schema(
            "If 'payload' is supplied, 'payload_content_type' must also be supplied.",
            "payload_content_type",
        )),
        (Some(payload), Some(kind)) => match text(wanted, "payload_content_encoding")?.as_deref() {
            Some("base64") => match STANDARD.decode(payload.trim()) {
                Ok(bytes) => Ok(Some((kind, bytes))),
                Err(_) => Err(off_schema("Invalid payload for payload_content_encoding.", "payload")),
            },
            Some(_) => {
                Err(off_schema("payload_content_encoding is not supported.", "payload_content_encoding"))
            }
            None if kind.starts_with("text/plain") => Ok(Some((kind, payload.into_bytes()))),
            None => Err(off_schema(
                "payload_content_encoding must be specified when payload_content_type is application/octet-stream.",
                "payload_content_encoding",
            )),
        },
    }
}

fn view(site: &Site, call: &Call, secret: &Secret) -> Value {
    let created = secret.created.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let content = secret.payload.as_ref().map(|(kind, _)| json!({"default": kind}));
    let mut view = json!({
        "name": secret.name, "status": "ACTIVE", "secret_type": secret.secret_type, "algorithm": secret.algorithm,
        "bit_length": secret.bit_length, "mode": secret.mode, "expiration": secret.expiration, "created": created,
        "updated": created, "creator_id": secret.creator, "secret_ref": reference(site, call, secret),
    });
    if let Some(content) = content {
        view["content_types"] = content;
    }
    view
}

fn reference(site: &Site, call: &Call, secret: &Secret) -> String {
    format!("{}/v1/secrets/{}", site.url(call, Service::KeyManager), secret.id)
}

fn text(wanted: &Map<String, Value>, name: &str) -> Result<Option<String>, Reply> {
    match wanted.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(off_schema(&format!("{other} is not of type 'string'"), name)),
    }
}

fn off_schema(problem: &str, property: &str) -> Reply {
    let description =
        format!("Provided object does not match schema 'Secret': {problem}. Invalid property: '{property}'");
    bad_request(&description)
}

fn bad_request(description: &str) -> Reply {
    Reply::pecan(400, description)
}

fn missing() -> Reply {
    Reply::pecan(404, "Not Found. Sorry but your secret is in another castle.")
}
