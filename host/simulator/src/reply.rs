//! What a service answers.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Service;
use crate::call::Call;

/// An answer, complete.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Reply {
    /// JSON.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("the answers have nothing that JSON cannot say");
        Self::text(status, "application/json", body)
    }

    /// Any text.
    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: Vec::new(), body: body.into() }.header("content-type", content_type)
    }

    /// An error as services written with WebOb answer it: JSON if the client asks for it, HTML otherwise.
    pub(crate) fn webob(call: &Call, status: u16, explanation: &str) -> Self {
        let title = title(status);
        let code = format!("{status} {title}");
        if call.accepts_json() {
            let message = format!("{explanation}<br /><br />\n\n\n");
            return Self::json(status, &json!({"message": message, "code": code, "title": title}));
        }
        let body = format!(
            "<html>\n <head>\n  <title>{code}</title>\n </head>\n <body>\n  <h1>{code}</h1>\n  {explanation}<br /><br />\n\n\n\n </body>\n</html>"
        );
        Self::text(status, "text/html; charset=UTF-8", body)
    }

    /// An error as keystone answers it.
    pub(crate) fn keystone(status: u16, message: &str) -> Self {
        Self::json(status, &json!({"error": {"code": status, "message": message, "title": title(status)}}))
    }

    /// An error as nova and cinder answer it.
    pub(crate) fn fault(name: &str, status: u16, message: &str) -> Self {
        Self::json(status, &json!({name: {"code": status, "message": message}}))
    }

    /// An error as neutron answers it.
    pub(crate) fn neutron(status: u16, kind: &str, message: &str) -> Self {
        Self::json(status, &json!({"NeutronError": {"type": kind, "message": message, "detail": ""}}))
    }

    /// An error as octavia and barbican answer it.
    pub(crate) fn pecan(status: u16, description: &str) -> Self {
        Self::json(status, &json!({"code": status, "title": title(status), "description": description}))
    }

    /// Any error, in the shape of the service that is called. That it does not answer is said by the proxy before it.
    pub(crate) fn failure(call: &Call, status: u16, message: &str) -> Self {
        match call.service {
            Some(Service::Identity) if status < 502 => Self::keystone(status, message),
            Some(Service::Compute | Service::BlockStorage) if status < 502 => {
                Self::fault(fault_name(status), status, message)
            }
            Some(Service::Network) if status < 502 => {
                let kind = format!("HTTP{}", title(status).replace([' ', '-'], ""));
                Self::neutron(status, &kind, message)
            }
            Some(Service::KeyManager | Service::LoadBalancer) if status < 502 => Self::pecan(status, message),
            _ => Self::webob(call, status, message),
        }
    }

    /// No answer but this status, as services answer a deletion.
    pub(crate) fn empty(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// A redirection; where it leads need not be a valid header.
    pub(crate) fn redirect(status: u16, to: &str) -> Self {
        Self::text(status, "text/plain; charset=utf8", Bytes::new()).header(LOCATION.as_str(), to)
    }

    /// Adds a header; one that HTTP does not allow is left out.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            if name == CONTENT_TYPE {
                self.headers.retain(|(other, _)| *other != CONTENT_TYPE);
            }
            self.headers.push((name, value));
        }
        self
    }
}

/// A list in its envelope, without any paging.
pub(crate) fn envelope(name: &str, items: Vec<Value>) -> Value {
    json!({name: items})
}

/// What nova and cinder call an error.
fn fault_name(status: u16) -> &'static str {
    match status {
        400 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        409 => "conflictingRequest",
        413 | 429 => "overLimit",
        415 => "badMediaType",
        501 => "notImplemented",
        _ => "computeFault",
    }
}

fn title(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}
