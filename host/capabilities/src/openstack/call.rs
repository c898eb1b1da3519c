//! Requests of guests, checked.

use std::fmt;

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use touchstone_grants::{Method, RequestPath, ServiceType};
use url::Url;

use super::api::{CallError, ErrorKind, Request};
use super::forbidden;

const MAX_QUERY_BYTES: usize = 8 * 1024;
const MAX_HEADER_BYTES: usize = 256;
pub(crate) const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// So much of what a guest wrote is quoted in a message.
const MAX_QUOTED: usize = 200;

/// A call that is well formed and not forbidden. Displays as `compute GET /flavors`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Call {
    pub(crate) service: ServiceType,
    pub(crate) method: Method,
    pub(crate) path: RequestPath,
    /// In the form `application/x-www-form-urlencoded`, without `?`; empty if there is none.
    pub(crate) query: String,
    pub(crate) microversion: Option<Microversion>,
    pub(crate) accept: Option<HeaderValue>,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) body: Option<Bytes>,
}

impl Call {
    /// Checks a request.
    ///
    /// # Errors
    /// `invalid-request` if it is malformed, `denied` if no check may ever make this call.
    pub(crate) fn parse(request: Request) -> Result<Self, CallError> {
        let shown = Shown(&request).to_string();
        let invalid = |problem: String| CallError::new(ErrorKind::InvalidRequest, &shown, problem);
        let service =
            request.service.parse().map_err(|error| invalid(format!("the service type: {error}")))?;
        let path =
            RequestPath::parse(&request.path).map_err(|error| invalid(format!("the path: {error}")))?;
        if let Some(reason) = forbidden::reason(&service, request.method, &path) {
            return Err(CallError::new(ErrorKind::Denied, &shown, reason));
        }
        let microversion =
            request.microversion.as_deref().map(Microversion::parse).transpose().map_err(invalid)?;
        let (accept, content_type) = headers(&request.headers).map_err(invalid)?;
        let query = encode_query(&request.query).map_err(invalid)?;
        match &request.body {
            Some(_) if request.method.is_read() => {
                return Err(invalid("GET and HEAD have no body".to_owned()));
            }
            Some(body) if body.len() > MAX_BODY_BYTES => {
                return Err(invalid(format!("the body has more than {MAX_BODY_BYTES} bytes")));
            }
            _ => {}
        }
        let body = request.body;
        Ok(Self { service, method: request.method, path, query, microversion, accept, content_type, body })
    }

    /// The URL of the call below an endpoint.
    ///
    /// Fails, which no request should make it do, if the URL would be anything but endpoint + path + query.
    pub(crate) fn url(&self, endpoint: &Url) -> Result<Url, CallError> {
        let mut url = endpoint.clone();
        let path = format!("{}{}", endpoint.path().trim_end_matches('/'), self.path);
        url.set_path(&path);
        url.set_query((!self.query.is_empty()).then_some(self.query.as_str()));
        let as_meant = url.origin() == endpoint.origin()
            && url.path() == path
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        if as_meant {
            Ok(url)
        } else {
            tracing::error!(endpoint = endpoint.as_str(), path, "a path left its endpoint");
            Err(CallError::new(ErrorKind::InvalidRequest, self, "the path does not stay below the endpoint"))
        }
    }

    /// The headers that the guest asked for, and those that its microversion needs.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let accept = self.accept.clone().unwrap_or(HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, accept);
        if let Some(content_type) = &self.content_type {
            headers.insert(CONTENT_TYPE, content_type.clone());
        } else if self.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(microversion) = &self.microversion {
            microversion.write(&self.service, &mut headers);
        }
        headers
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.service, self.method, self.path)
    }
}

/// A microversion: `2.61`, or `latest`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Microversion(HeaderValue);

impl Microversion {
    fn parse(text: &str) -> Result<Self, String> {
        let number =
            |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        let numbers = text.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor));
        match HeaderValue::from_str(text) {
            Ok(value) if numbers || text == "latest" => Ok(Self(value)),
            _ => Err(format!("{} is no microversion; one is written like `2.61`", quoted(text))),
        }
    }

    /// Writes the header that the API SIG's guideline on microversions asks for, and that of before the guideline.
    fn write(&self, service: &ServiceType, headers: &mut HeaderMap) {
        let (name, legacy) = match service.as_str() {
            "compute" => ("compute", Some("x-openstack-nova-api-version")),
            "block-storage" => ("volume", None),
            "shared-file-system" => ("shared-file-system", Some("x-openstack-manila-api-version")),
            "baremetal" => ("baremetal", Some("x-openstack-ironic-api-version")),
            "baremetal-introspection" => {
                ("baremetal-introspection", Some("x-openstack-ironic-inspector-api-version"))
            }
            "container-infrastructure-management" => ("container-infra", None),
            "application-container" => ("container", None),
            other => (other, None),
        };
        let value = format!("{name} {}", self.0.to_str().unwrap_or_default());
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static("openstack-api-version"), value);
        }
        if let Some(legacy) = legacy {
            headers.insert(HeaderName::from_static(legacy), self.0.clone());
        }
    }
}

/// The values of `accept` and `content-type`.
fn headers(given: &[(String, String)]) -> Result<(Option<HeaderValue>, Option<HeaderValue>), String> {
    let (mut accept, mut content_type) = (None, None);
    for (name, value) in given {
        let slot = if name.eq_ignore_ascii_case("accept") {
            &mut accept
        } else if name.eq_ignore_ascii_case("content-type") {
            &mut content_type
        } else {
            return Err(format!("only the headers accept and content-type may be set, not {}", quoted(name)));
        };
        let allowed = !value.is_empty()
            && value.len() <= MAX_HEADER_BYTES
            && value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
            && value.trim() == value;
        let value = HeaderValue::from_str(value).ok().filter(|_| allowed).ok_or_else(|| {
            format!(
                "the value of {name} has 1 to {MAX_HEADER_BYTES} printable ASCII characters; found {}",
                quoted(value)
            )
        })?;
        if slot.replace(value).is_some() {
            return Err(format!("{name} is set twice"));
        }
    }
    Ok((accept, content_type))
}

fn encode_query(query: &[(String, String)]) -> Result<String, String> {
    let raw: usize = query.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let encoded = if raw > MAX_QUERY_BYTES {
        None
    } else {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        Some(encoded).filter(|encoded| encoded.len() <= MAX_QUERY_BYTES)
    };
    encoded.ok_or_else(|| format!("the query is longer than {MAX_QUERY_BYTES} bytes"))
}

/// A request as messages name it: what the guest wrote is shortened and escaped.
pub(crate) struct Shown<'a>(pub(crate) &'a Request);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", plain(&self.0.service), self.0.method, plain(&self.0.path))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", plain(text))
}

/// A text in printable ASCII, shortened.
fn plain(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if shown.len() > MAX_QUOTED {
            shown.push('\u{2026}');
            break;
        }
        match character {
            ' '..='~' => shown.push(character),
            _ => shown.extend(character.escape_unicode()),
        }
    }
    shown
}

#[cfg(test)]
mod tests;
