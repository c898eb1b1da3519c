//! Calls and answers in the words of tapes.

use bytes::Bytes;
use touchstone_grants::Method;
use touchstone_tape as tape;

use super::api::{CallError, Endpoint, ErrorKind, Identity, Request, Response, Service};

/// A request without its body, which is a record of its own.
pub(crate) fn request(request: &Request) -> tape::Request {
    tape::Request {
        service: request.service.clone(),
        method: request.method.to_string(),
        path: request.path.clone(),
        query: request.query.clone(),
        microversion: request.microversion.clone(),
        headers: request.headers.clone(),
        body: None,
    }
}

/// A request that stands on a tape; none if its method is none.
pub(crate) fn request_of(tape: &tape::Tape, request: &tape::Request) -> Option<Request> {
    Some(Request {
        service: request.service.clone(),
        method: request.method.parse::<Method>().ok()?,
        path: request.path.clone(),
        query: request.query.clone(),
        microversion: request.microversion.clone(),
        headers: request.headers.clone(),
        body: request.body.map(|body| tape.body(Some(body))),
    })
}

/// An outcome without its body, which is a record of its own.
pub(crate) fn result(result: &Result<Response, CallError>) -> (tape::CallResult, Bytes) {
    match result {
        Ok(response) => {
            let answer = tape::Answer {
                status: response.status,
                headers: response.headers.clone(),
                body: None,
                attempts: response.attempts,
            };
            (tape::CallResult::Answer(answer), response.body.clone())
        }
        Err(error) => {
            let failure =
                tape::Failure { kind: error.kind.as_str().to_owned(), message: error.message.clone() };
            (tape::CallResult::Error(failure), Bytes::new())
        }
    }
}

/// An outcome that stands on a tape.
pub(crate) fn result_of(tape: &tape::Tape, result: &tape::CallResult) -> Result<Response, CallError> {
    match result {
        tape::CallResult::Answer(answer) => Ok(Response {
            status: answer.status,
            headers: answer.headers.clone(),
            body: tape.body(answer.body),
            attempts: answer.attempts,
        }),
        tape::CallResult::Error(failure) => Err(failure_of(failure)),
    }
}

/// An error that stands on a tape. A kind that nobody knows is one that says nothing: not on tape, which the caller has to
/// note.
pub(crate) fn failure_of(failure: &tape::Failure) -> CallError {
    CallError {
        kind: ErrorKind::parse(&failure.kind).unwrap_or(ErrorKind::NotOnTape),
        message: failure.message.clone(),
    }
}

/// The catalog, for a tape.
pub fn catalog(services: Vec<Service>) -> Vec<tape::Service> {
    let endpoint = |e: Endpoint| tape::Endpoint { interface: e.interface, region: e.region, url: e.url };
    let service = |s: Service| tape::Service {
        service_type: s.service_type,
        name: s.name,
        endpoints: s.endpoints.into_iter().map(endpoint).collect(),
    };
    services.into_iter().map(service).collect()
}

/// The identity, for a tape.
pub fn identity(identity: Identity) -> tape::Identity {
    let Identity { user_id, user_name, project_id, project_name, domain_name, roles, region } = identity;
    tape::Identity { user_id, user_name, project_id, project_name, domain_name, roles, region }
}

/// The catalog that stands on a tape.
pub(crate) fn catalog_of(header: &tape::Header) -> Vec<Service> {
    let endpoint = |e: &tape::Endpoint| Endpoint {
        interface: e.interface.clone(),
        region: e.region.clone(),
        url: e.url.clone(),
    };
    let service = |s: &tape::Service| Service {
        service_type: s.service_type.clone(),
        name: s.name.clone(),
        endpoints: s.endpoints.iter().map(endpoint).collect(),
    };
    header.catalog.iter().map(service).collect()
}

/// The identity that stands on a tape.
pub(crate) fn identity_of(header: &tape::Header) -> Identity {
    let tape::Identity { user_id, user_name, project_id, project_name, domain_name, roles, region } =
        header.identity.clone().unwrap_or_default();
    Identity { user_id, user_name, project_id, project_name, domain_name, roles, region }
}
