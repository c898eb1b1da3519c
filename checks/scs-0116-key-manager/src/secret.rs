//! What can be done with a secret: it is created, found, read and deleted.

use std::time::Duration;

use serde_json::{Value, json};
use touchstone_sdk::openstack::{Creation, Method, Request, Response, pages, wait};
use touchstone_sdk::{Context, Error};

const PAYLOAD: &str = "not much of a secret";

/// Where several key managers share a database, another one may answer before it knows the secret.
const PATIENCE: Duration = Duration::from_secs(15);

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    pub(crate) refusals: Vec<Refusal>,
    /// What went wrong without saying anything about permissions.
    pub(crate) stopped: Option<Error>,
}

/// Something that was not permitted.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// As it goes on after "cannot".
    pub(crate) what: &'static str,
    pub(crate) why: String,
    pub(crate) name: String,
    pub(crate) id: Option<String>,
}

/// What a step shows: nothing, or why it was not permitted.
type Step = Result<Option<String>, Error>;

struct Secret {
    name: String,
    id: String,
}

/// Does all of it, as far as it gets: one thing that is not permitted does not hide another.
pub(crate) fn attempt(cx: &mut Context) -> Attempt {
    let name = format!("{}secret", cx.prefix());
    let mut attempt = Attempt::default();
    let id = match create(cx, &name) {
        Ok(Ok(id)) => id,
        Ok(Err(why)) => {
            attempt.refusals.push(Refusal { what: "create a secret", why, name, id: None });
            return attempt;
        }
        Err(error) => return Attempt { stopped: Some(error), ..attempt },
    };
    let secret = Secret { name, id };
    type Try = fn(&mut Context, &Secret) -> Step;
    let steps: [(&'static str, Try); 4] = [
        ("list the secret", is_listed),
        ("read the secret's metadata", metadata_can_be_read),
        ("read the secret's payload", payload_can_be_read),
        ("delete the secret", can_be_deleted),
    ];
    for (what, step) in steps {
        match step(cx, &secret) {
            Ok(None) => {}
            Ok(Some(why)) => attempt.refusals.push(Refusal {
                what,
                why,
                name: secret.name.clone(),
                id: Some(secret.id.clone()),
            }),
            Err(error) => attempt.stopped = attempt.stopped.or(Some(error)),
        }
    }
    attempt
}

/// The id, or why it was not permitted.
fn create(cx: &mut Context, name: &str) -> Result<Result<String, String>, Error> {
    let body = json!({"name": name, "payload": PAYLOAD, "payload_content_type": "text/plain", "secret_type": "opaque"});
    let creation = Creation {
        request: Request::json(Method::Post, "key-manager", "/secrets", &body),
        id_pointer: "/secret_ref".into(),
        undo: Request { method: Method::Delete, ..Request::get("key-manager", "/secrets/{id}") },
    };
    let created = cx.create(&creation)?;
    if created.response.status != 403 {
        return Ok(Ok(created.expect(&creation.request)?.to_owned()));
    }
    let why = refusal(&creation.request, &created.response);
    // Barbican answers 403, too, where a quota is used up.
    if why.to_ascii_lowercase().contains("quota") { Err(Error::new(why)) } else { Ok(Err(why)) }
}

fn is_listed(cx: &mut Context, secret: &Secret) -> Step {
    let list = Request::get("key-manager", "/secrets").query("name", &secret.name);
    let answer = cx.call(&list)?;
    if answer.status == 403 {
        return Ok(Some(refusal(&list, &answer)));
    }
    let found = wait(cx, PATIENCE, |cx| {
        let secrets = pages(cx, list.clone(), "secrets")?;
        Ok(secrets.iter().any(|listed| id_of(listed) == Some(&secret.id)).then_some(()))
    })?;
    Ok(found.is_none().then(|| format!("{list}: the secret is not among those that are listed")))
}

fn metadata_can_be_read(cx: &mut Context, secret: &Secret) -> Step {
    let request = Request::get("key-manager", &format!("/secrets/{}", secret.id));
    let answer = cx.call(&request)?;
    if is_refused(&answer) {
        return Ok(Some(refusal(&request, &answer)));
    }
    let body: Value = answer.expect(&request, 200)?;
    match body.get("name").and_then(Value::as_str) == Some(&secret.name) {
        true => Ok(None),
        false => Err(Error::new(format!("{request}: the answer is not about the secret that was created"))),
    }
}

fn payload_can_be_read(cx: &mut Context, secret: &Secret) -> Step {
    let mut request = Request::get("key-manager", &format!("/secrets/{}/payload", secret.id));
    request.headers.push(("accept".into(), "text/plain".into()));
    let answer = cx.call(&request)?;
    if is_refused(&answer) {
        return Ok(Some(refusal(&request, &answer)));
    }
    if answer.status != 200 {
        return Err(answer.unexpected(&request));
    }
    let is_it = answer.body == PAYLOAD.as_bytes();
    Ok((!is_it).then(|| format!("{request}: what comes back is not what was stored")))
}

fn can_be_deleted(cx: &mut Context, secret: &Secret) -> Step {
    let path = format!("/secrets/{}", secret.id);
    let request = Request { method: Method::Delete, ..Request::get("key-manager", &path) };
    let answer = cx.call(&request)?;
    if is_refused(&answer) {
        return Ok(Some(refusal(&request, &answer)));
    }
    if !(200..300).contains(&answer.status) {
        return Err(answer.unexpected(&request));
    }
    let read = Request::get("key-manager", &path);
    let gone = wait(cx, PATIENCE, |cx| {
        let answer = cx.call(&read)?;
        match answer.status {
            404 => Ok(Some(())),
            200 => Ok(None),
            _ => Err(answer.unexpected(&read)),
        }
    })?;
    Ok(gone
        .is_none()
        .then(|| format!("{request}: answered {}, but the secret is still there", answer.status)))
}

/// Not permitted, or, as it is said to those who may not even know of it, not there.
fn is_refused(answer: &Response) -> bool {
    matches!(answer.status, 403 | 404)
}

/// What was asked and answered. Barbican gives its reasons in a member `description`.
fn refusal(request: &Request, answer: &Response) -> String {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let description = body.as_ref().and_then(|body| body.get("description")?.as_str());
    match description {
        Some(text) => {
            let text: String = text.chars().take(200).collect();
            format!("{request}: answered {}: {text}", answer.status)
        }
        None => answer.unexpected(request).to_string(),
    }
}

/// The last segment of the URL by which barbican names a secret.
fn id_of(listed: &Value) -> Option<&str> {
    listed.get("secret_ref")?.as_str()?.trim_end_matches('/').rsplit('/').next()
}
