//! A request, taken apart: which service, which resource.

use bytes::Bytes;
use hyper::header::{ACCEPT, HeaderMap};
use hyper::{Method, Uri};
use serde_json::{Map, Value};

use crate::Service;

/// A request as the simulated services see it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path and query, as on the wire.
    pub(crate) target: String,
    /// None: the path is not below the prefix of a service.
    pub(crate) service: Option<Service>,
    /// The region, if the path names one.
    pub(crate) region: Option<String>,
    /// The segment of the path that names the version of the API, if it does.
    pub(crate) version: Option<String>,
    /// The rest of the path: without prefix, region, version and project, decoded.
    pub(crate) segments: Vec<String>,
    /// Names and values of the query, decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What it starts is to fail.
    pub(crate) fails_later: bool,
}

impl Call {
    /// Takes a request apart; `project` is the id that paths of compute and block storage may contain.
    pub(crate) fn new(method: Method, uri: &Uri, headers: HeaderMap, project: &str) -> Self {
        let target = uri.path_and_query().map_or_else(|| uri.to_string(), ToString::to_string);
        let mut rest = uri.path().split('/').skip(1).peekable();
        let region = rest.next_if_eq(&"regions").and_then(|_| rest.next()).map(decode);
        let service = rest.peek().and_then(|first| Service::ALL.into_iter().find(|s| s.prefix() == *first));
        let mut version = None;
        if let Some(service) = service {
            rest.next();
            version = rest.next_if(|segment| service.versions().contains(segment)).map(Into::into);
            if matches!(service, Service::Compute | Service::BlockStorage) && version.is_some() {
                rest.next_if_eq(&project);
            }
        }
        let mut segments: Vec<String> = rest.map(decode).collect();
        segments.pop_if(|last| last.is_empty());
        let query = uri.query().unwrap_or_default();
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self {
            method,
            target,
            service,
            region,
            version,
            segments,
            query,
            headers,
            body: Bytes::new(),
            fails_later: false,
        }
    }

    /// The segments for matching.
    pub(crate) fn path(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The path without the query, as on the wire.
    pub(crate) fn path_on_wire(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The body, if it is a JSON object.
    pub(crate) fn object(&self) -> Option<Map<String, Value>> {
        touchstone_json::from_slice(&self.body).ok()
    }

    /// The last value of a parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token that came along.
    pub(crate) fn token(&self) -> Option<&str> {
        self.header("x-auth-token")
    }

    /// Whether the client says that it takes JSON. Services written with WebOb answer errors in HTML otherwise.
    pub(crate) fn accepts_json(&self) -> bool {
        self.headers
            .get_all(ACCEPT)
            .iter()
            .any(|value| value.to_str().is_ok_and(|v| v.contains("application/json")))
    }

    /// The query with another marker: that of the next page.
    pub(crate) fn query_with_marker(&self, marker: &str) -> String {
        let others = self.query.iter().filter(|(key, _)| key != "marker");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).append_pair("marker", marker);
        query.finish()
    }
}

/// Two numbers with a dot, without leading zeros.
pub(crate) fn parse_microversion(text: &str) -> Option<(u32, u32)> {
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let short = digits == "0" || !digits.starts_with('0');
        if plain && short { digits.parse().ok() } else { None }
    };
    let (major, minor) = text.split_once('.')?;
    Some((number(major)?, number(minor)?))
}

/// Decodes a percent-encoded segment. A triplet that is none stays as it is.
fn decode(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let triplet = bytes.get(i + 1..i + 3).filter(|_| bytes[i] == b'%');
        let byte = triplet.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        decoded.push(byte.unwrap_or(bytes[i]));
        i += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn call(uri: &str) -> Call {
        Call::new(Method::GET, &uri.parse().unwrap(), HeaderMap::new(), "p1")
    }

    #[test]
    fn finds_service_version_and_resource() {
        type Case = (&'static str, Option<Service>, Option<&'static str>, &'static [&'static str]);
        let cases: &[Case] = &[
            ("/compute/v2.1/flavors/detail", Some(Service::Compute), Some("v2.1"), &["flavors", "detail"]),
            ("/compute/v2.1/p1/flavors", Some(Service::Compute), Some("v2.1"), &["flavors"]),
            ("/volume/v3/p1/types/", Some(Service::BlockStorage), Some("v3"), &["types"]),
            ("/volume/v3/p2/types", Some(Service::BlockStorage), Some("v3"), &["p2", "types"]),
            ("/image", Some(Service::Image), None, &[]),
            ("/image/", Some(Service::Image), None, &[]),
            (
                "/image/v2/images/Ubuntu%2024.04",
                Some(Service::Image),
                Some("v2"),
                &["images", "Ubuntu 24.04"],
            ),
            ("/image/v9/images", Some(Service::Image), None, &["v9", "images"]),
            ("/placement/traits", Some(Service::Placement), None, &["traits"]),
            ("/compute/v2.1//flavors", Some(Service::Compute), Some("v2.1"), &["", "flavors"]),
            ("/elsewhere", None, None, &["elsewhere"]),
            ("/", None, None, &[]),
        ];
        for (uri, service, version, segments) in cases {
            let call = call(uri);
            assert_eq!(call.service, *service, "{uri}");
            assert_eq!(call.version.as_deref(), *version, "{uri}");
            assert_eq!(call.path(), *segments, "{uri}");
        }
        let call = call("/regions/north/compute/v2.1/flavors?limit=2");
        assert_eq!((call.region.as_deref(), call.service), (Some("north"), Some(Service::Compute)));
        assert_eq!(call.target, "/regions/north/compute/v2.1/flavors?limit=2");
    }

    #[test]
    fn the_next_page_keeps_the_other_parameters() {
        let call = call("/image/v2/images?name=a%20b&marker=old&limit=2&tag=x&tag=y");
        assert_eq!(call.query_with_marker("new"), "name=a+b&limit=2&tag=x&tag=y&marker=new");
        assert_eq!(call.parameter("tag"), Some("y"));
    }

    #[test]
    fn microversions_are_two_numbers() {
        assert_eq!(parse_microversion("2.61"), Some((2, 61)));
        assert_eq!(parse_microversion("3.0"), Some((3, 0)));
        for wrong in ["", "2", "2.", ".1", "2.1.1", "2.01", "02.1", "2.x", "+2.1", "2.99999999999"] {
            assert_eq!(parse_microversion(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn decodes_what_was_encoded(text in "\\PC{0,12}") {
            let encoded: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
            prop_assert_eq!(decode(&encoded), text);
        }

        #[test]
        fn decodes_anything(text in "[%0-9a-zA-Z]{0,12}") {
            prop_assert!(decode(&text).len() <= 3 * text.len());
        }
    }
}
