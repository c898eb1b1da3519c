use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::{Value, json};

use crate::Error;

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        })
    }
}

/// A request to a service of the subject: never a URL, never a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Service type, e.g. `compute`.
    pub service: String,
    /// The method.
    pub method: Method,
    /// Path below the service's versioned endpoint, e.g. `/flavors/detail`.
    pub path: String,
    /// Names and values of the query, unencoded.
    pub query: Vec<(String, String)>,
    /// The microversion to ask for, e.g. `2.61`.
    pub microversion: Option<String>,
    /// `accept` and `content-type` may be set.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// A `GET`.
    pub fn get(service: &str, path: &str) -> Self {
        Request {
            service: service.into(),
            method: Method::Get,
            path: path.into(),
            query: Vec::new(),
            microversion: None,
            headers: Vec::new(),
            body: None,
        }
    }

    /// A request with a JSON body.
    pub fn json(method: Method, service: &str, path: &str, body: &Value) -> Self {
        Request {
            method,
            headers: vec![("content-type".into(), "application/json".into())],
            body: Some(body.to_string().into_bytes()),
            ..Request::get(service, path)
        }
    }

    /// Asks for a microversion.
    #[must_use]
    pub fn microversion(mut self, version: &str) -> Self {
        self.microversion = Some(version.into());
        self
    }

    /// Adds to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }
}

impl fmt::Display for Request {
    /// As messages name it: `compute GET /flavors/detail`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.service, self.method, self.path)
    }
}

/// What a service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status, whatever it is.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as JSON of the expected form, if the status is `status`.
    ///
    /// # Errors
    /// Another status, or a body that is not JSON of that form; the message names the request and what came instead.
    pub fn expect<T: DeserializeOwned>(&self, request: &Request, status: u16) -> Result<T, Error> {
        self.expect_as(request, status, PhantomData)
    }

    /// As [`Response::expect`], of what `seed` makes of the body.
    pub(super) fn expect_as<'body, S: DeserializeSeed<'body>>(
        &'body self,
        request: &Request,
        status: u16,
        seed: S,
    ) -> Result<S::Value, Error> {
        if self.status != status {
            return Err(self.unexpected(request));
        }
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let value = seed.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
        value.map_err(|error| {
            Error::new(format!(
                "{request}: answered {status}, but the body is not what the API promises: {error}"
            ))
        })
    }

    /// The error to return if the status is not one that the check can use.
    pub fn unexpected(&self, request: &Request) -> Error {
        match self.explanation() {
            Some(text) => Error::new(format!("{request}: answered {}: {text}", self.status)),
            None => Error::new(format!("{request}: answered {}", self.status)),
        }
    }

    /// The message in an OpenStack error body: `{"forbidden": {"message": "…"}}` or `{"error": {"message": "…"}}`.
    fn explanation(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let text = body.as_object()?.values().find_map(|inner| inner.get("message")?.as_str())?;
        Some(text.chars().take(200).collect())
    }
}

/// Why a call got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The manifest does not grant this call.
    Denied,
    /// The request is malformed.
    InvalidRequest,
    /// The catalog has no such service.
    NoSuchService,
    /// No answer.
    Unreachable,
    /// No complete answer in time.
    TimedOut,
    /// The answer is too large.
    TooLarge,
    /// The check has used up its calls or bytes.
    Exhausted,
    /// The run is being stopped.
    Cancelled,
    /// Replay: the tape does not hold this call.
    NotOnTape,
}

/// A call that got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// For people.
    pub message: String,
}

/// How to create something, and how to get rid of it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// A POST or PUT; the `name` in its body must begin with [`crate::Context::prefix`].
    pub request: Request,
    /// JSON pointer to the id in the answer: `/volume/id`, `/id`, or `/secret_ref`, a URL that ends with the id.
    pub id_pointer: String,
    /// The request that removes it; `{id}` in its path stands for the id.
    pub undo: Request,
}

/// What came of a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The id of what was created; empty if the service answered with another status than 2xx.
    pub id: String,
    /// The whole answer.
    pub response: Response,
}

impl Created {
    /// The id, if something was created.
    ///
    /// # Errors
    /// The service refused; the message names the request and says what it answered.
    pub fn expect(&self, request: &Request) -> Result<&str, Error> {
        if self.id.is_empty() { Err(self.response.unexpected(request)) } else { Ok(&self.id) }
    }
}

impl Creation {
    /// A `POST` of `{kind: body}` to `path`, whose answer has the id in `/kind/id`, and which `DELETE path/{id}` undoes:
    /// as nova, cinder and neutron have it.
    pub fn of(service: &str, path: &str, kind: &str, body: Value) -> Self {
        Creation {
            request: Request::json(Method::Post, service, path, &json!({ kind: body })),
            id_pointer: format!("/{kind}/id"),
            undo: Request { method: Method::Delete, ..Request::get(service, &format!("{path}/{{id}}")) },
        }
    }
}

/// A service of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its type as the catalog says it, which may be an alias (`volumev3`).
    pub service_type: String,
    /// Its name.
    pub name: String,
    /// Its endpoints in the region of the run.
    pub endpoints: Vec<Endpoint>,
}

/// An endpoint of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `public`, `internal` or `admin`.
    pub interface: String,
    /// Its region.
    pub region: String,
    /// Its URL.
    pub url: String,
}

/// The user as whom the host calls the subject.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Identity {
    pub user_id: String,
    pub user_name: String,
    pub project_id: String,
    pub project_name: String,
    pub domain_name: String,
    /// Names of the roles, sorted.
    pub roles: Vec<String>,
    /// Region of the run, where one is configured.
    pub region: Option<String>,
}
