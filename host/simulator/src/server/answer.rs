//! From a request to a response, with the faults on the way.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::{Method, Request, Response};

use super::body::{self, Body};
use super::connection::Takeover;
use crate::api;
use crate::call::Call;
use crate::reply::Reply;
use crate::scenario::FaultKind;
use crate::site::Site;

/// The largest body of a request that is read.
const MAX_BODY: usize = 1 << 20;

/// What becomes of a request.
pub(super) enum Outcome {
    Response(Response<Body>),
    Takeover(Takeover),
}

/// Answers a request.
pub(super) async fn answer(site: &Arc<Site>, request: Request<Incoming>) -> Outcome {
    let _in_flight = site.log.enter();
    let (head, incoming) = request.into_parts();
    let mut call = Call::new(head.method, &head.uri, head.headers, &site.cloud.project.id);
    site.log.note(&call);
    let fault = site.faults.meet(&call);
    match Limited::new(incoming, MAX_BODY).collect().await {
        Ok(body) => call.body = body.to_bytes(),
        Err(_) => return respond(Reply::webob(&call, 413, "Request is too large.")),
    }
    match fault {
        Some(kind) => faulty(site, call, kind).await,
        None => respond(perform(site, call, site.cloud.latency).await),
    }
}

/// Lets the service do what it is asked for, after this time. As in real services, what would change something is done
/// also if the client goes away meanwhile.
async fn perform(site: &Arc<Site>, call: Call, wait: Duration) -> Reply {
    if matches!(call.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        pause(wait).await;
        return api::answer(site, &call);
    }
    let site = Arc::clone(site);
    let work = async move {
        pause(wait).await;
        api::answer(&site, &call)
    };
    tokio::spawn(work)
        .await
        .unwrap_or_else(|_| Reply::text(500, "text/plain", "The simulated service is broken."))
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

async fn faulty(site: &Arc<Site>, mut call: Call, kind: FaultKind) -> Outcome {
    let latency = site.cloud.latency;
    let token = call.token().map(String::from);
    match kind {
        FaultKind::TruncatedJson => {
            let mut reply = perform(site, call, latency).await;
            reply.body.truncate(reply.body.len() / 2);
            respond(reply)
        }
        FaultKind::Slow(time) => respond(perform(site, call, latency.saturating_add(time)).await),
        FaultKind::Trickle(pause) => {
            let reply = perform(site, call, latency).await;
            let (length, body) = (reply.body.len(), body::trickle(reply.body.clone(), pause));
            let mut response = respond_with(reply, body);
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
            Outcome::Response(response)
        }
        FaultKind::ExpireToken => {
            token.map(|token| site.tokens.revoke(&token));
            respond(perform(site, call, latency).await)
        }
        FaultKind::WrongContentLength(error) => {
            Outcome::Takeover(Takeover::Bytes(wrong_length(&perform(site, call, latency).await, error)))
        }
        FaultKind::EchoToken(header) => {
            let reply = perform(site, call, latency).await;
            respond(reply.header(&header, token.as_deref().unwrap_or("no-token")))
        }
        FaultKind::FailsLater => {
            call.fails_later = true;
            respond(perform(site, call, latency).await)
        }
        FaultKind::DoneThen(end) => {
            perform(site, call.clone(), latency).await;
            instead(&call, *end).await
        }
        other => {
            pause(latency).await;
            instead(&call, other).await
        }
    }
}

/// What comes instead of a right answer.
async fn instead(call: &Call, kind: FaultKind) -> Outcome {
    let ok = |content_type, body: Body, length: Option<u64>| {
        let mut response = respond_with(Reply::text(200, content_type, Bytes::new()), body);
        if let Some(length) = length {
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        Outcome::Response(response)
    };
    match kind {
        FaultKind::Status { code, retry_after } => {
            let reply = Reply::failure(call, code, "This is a fault on demand of the simulated cloud.");
            respond(match retry_after {
                Some(seconds) => reply.header("retry-after", &seconds.to_string()),
                None => reply,
            })
        }
        FaultKind::Html => respond(Reply::text(
            200,
            "text/html; charset=UTF-8",
            "<html><body><h1>Maintenance</h1></body></html>",
        )),
        FaultKind::Json(text) => respond(Reply::text(200, "application/json", text)),
        FaultKind::EndlessBody => ok("application/json", body::endless(), None),
        FaultKind::Huge(length) => ok("application/json", body::blanks(length), Some(length)),
        FaultKind::Reset => Outcome::Takeover(Takeover::Reset),
        FaultKind::Close => Outcome::Takeover(Takeover::Bytes(Bytes::new())),
        FaultKind::Hang => std::future::pending().await,
        FaultKind::Redirect { to, code } => respond(Reply::redirect(code, &to)),
        FaultKind::Garbage => {
            Outcome::Takeover(Takeover::Bytes(Bytes::from_static(b"\x00\xff\x16\x03 garbage \x07\r\n\r\n")))
        }
        // These have a right answer, and do not come here.
        FaultKind::TruncatedJson
        | FaultKind::Slow(_)
        | FaultKind::Trickle(_)
        | FaultKind::ExpireToken
        | FaultKind::WrongContentLength(_)
        | FaultKind::EchoToken(_)
        | FaultKind::DoneThen(_)
        | FaultKind::FailsLater => Outcome::Takeover(Takeover::Reset),
    }
}

/// A response as it goes over the wire, with a length that is not that of its body.
fn wrong_length(reply: &Reply, error: i64) -> Bytes {
    let length = i64::try_from(reply.body.len()).unwrap_or(i64::MAX).saturating_add(error).max(0);
    let content_type = reply.headers.iter().find(|(name, _)| *name == CONTENT_TYPE);
    let content_type = content_type.and_then(|(_, value)| value.to_str().ok()).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n",
        reply.status
    );
    [head.as_bytes(), &reply.body].concat().into()
}

fn respond(reply: Reply) -> Outcome {
    let body = body::full(reply.body.clone());
    Outcome::Response(respond_with(reply, body))
}

fn respond_with(reply: Reply, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    for (name, value) in reply.headers {
        response.headers_mut().append(name, value);
    }
    response
}
