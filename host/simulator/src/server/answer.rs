//! From a request to a response, with the faults on the way.

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::{Request, Response};

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
pub(super) async fn answer(site: &Site, request: Request<Incoming>) -> Outcome {
    let _in_flight = site.log.enter();
    let (head, incoming) = request.into_parts();
    let mut call = Call::new(head.method, &head.uri, head.headers, &site.cloud.project.id);
    site.log.note(&call);
    let fault = site.faults.meet(&call);
    if !site.cloud.latency.is_zero() {
        tokio::time::sleep(site.cloud.latency).await;
    }
    match Limited::new(incoming, MAX_BODY).collect().await {
        Ok(body) => call.body = body.to_bytes(),
        Err(_) => return respond(Reply::webob(&call, 413, "Request is too large.")),
    }
    match fault {
        Some(kind) => faulty(site, &call, kind).await,
        None => respond(api::answer(site, &call)),
    }
}

async fn faulty(site: &Site, call: &Call, kind: FaultKind) -> Outcome {
    let ok = |content_type, body: Body, length: Option<u64>| {
        let mut response = respond_with(Reply::text(200, content_type, Bytes::new()), body);
        if let Some(length) = length {
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        Outcome::Response(response)
    };
    match kind {
        FaultKind::Status { code, retry_after } => {
            let reply = Reply::webob(call, code, "This is a fault on demand of the simulated cloud.");
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
        FaultKind::TruncatedJson => {
            let mut reply = api::answer(site, call);
            reply.body.truncate(reply.body.len() / 2);
            respond(reply)
        }
        FaultKind::EndlessBody => ok("application/json", body::endless(), None),
        FaultKind::Huge(length) => ok("application/json", body::blanks(length), Some(length)),
        FaultKind::Reset => Outcome::Takeover(Takeover::Reset),
        FaultKind::Close => Outcome::Takeover(Takeover::Bytes(Bytes::new())),
        FaultKind::Hang => std::future::pending().await,
        FaultKind::Slow(pause) => {
            tokio::time::sleep(pause).await;
            respond(api::answer(site, call))
        }
        FaultKind::Trickle(pause) => {
            let reply = api::answer(site, call);
            let (length, body) = (reply.body.len(), body::trickle(reply.body.clone(), pause));
            let mut response = respond_with(reply, body);
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
            Outcome::Response(response)
        }
        FaultKind::ExpireToken => {
            call.token().map(|token| site.tokens.revoke(token));
            respond(api::answer(site, call))
        }
        FaultKind::Redirect { to, code } => respond(Reply::redirect(code, &to)),
        FaultKind::Garbage => {
            Outcome::Takeover(Takeover::Bytes(Bytes::from_static(b"\x00\xff\x16\x03 garbage \x07\r\n\r\n")))
        }
        FaultKind::WrongContentLength(error) => {
            Outcome::Takeover(Takeover::Bytes(wrong_length(&api::answer(site, call), error)))
        }
        FaultKind::EchoToken(header) => {
            respond(api::answer(site, call).header(&header, call.token().unwrap_or("no-token")))
        }
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
