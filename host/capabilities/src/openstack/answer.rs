//! What guests see of an answer.

use reqwest::header::HeaderMap;

use super::api::Response;
use super::keystone::Token;
use super::transport::Incoming;

/// Headers that describe the content or the version of the API; sorted. Others stay here: they are of no use to a check,
/// differ from call to call (`x-openstack-request-id`, `date`), or could hold something (`location`, `set-cookie`).
const VISIBLE: &[&str] = &[
    "content-length",
    "content-type",
    "etag",
    "link",
    "openstack-api-maximum-version",
    "openstack-api-minimum-version",
    "openstack-api-version",
    "retry-after",
    "vary",
    "x-openstack-ironic-api-version",
    "x-openstack-manila-api-version",
    "x-openstack-nova-api-version",
];

/// An answer holds the token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Leak;

/// Makes an answer visible, unless it holds the token with which it was asked for.
pub(crate) fn response(incoming: Incoming, token: &Token, attempts: u32) -> Result<Response, Leak> {
    let headers = visible(&incoming.headers);
    if token.is_in(&incoming.body) || headers.iter().any(|(_, value)| token.is_in(value.as_bytes())) {
        return Err(Leak);
    }
    Ok(Response { status: incoming.status, headers, body: incoming.body, attempts })
}

fn visible(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut visible = Vec::new();
    for name in VISIBLE {
        for value in headers.get_all(*name) {
            visible.push(((*name).to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::HeaderValue;

    use super::*;

    const TOKEN: &str = "gAAAAABqTokenOfTheSession";

    fn answer(headers: &[(&'static str, &str)], body: &str) -> Result<Response, Leak> {
        let headers = headers.iter().map(|(name, value)| {
            (reqwest::header::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        });
        let body = Bytes::copy_from_slice(body.as_bytes());
        let incoming = Incoming { status: 200, headers: headers.collect(), body };
        response(incoming, &Token::new(HeaderValue::from_static(TOKEN), 0).unwrap(), 1)
    }

    #[test]
    fn the_list_is_sorted_and_so_are_the_headers() {
        assert!(VISIBLE.is_sorted());
        let headers = [
            ("vary", "a"),
            ("content-type", "b"),
            ("location", "http://c"),
            ("set-cookie", "d"),
            ("date", "e"),
        ];
        let expected =
            [("content-type", "b"), ("vary", "a")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(answer(&headers, "").unwrap().headers, expected);
    }

    #[test]
    fn an_answer_with_the_token_is_withheld() {
        assert_eq!(answer(&[], &format!("{{\"token\": \"{TOKEN}\"}}")), Err(Leak));
        assert_eq!(answer(&[("link", TOKEN)], ""), Err(Leak));
        assert!(answer(&[("x-subject-token", TOKEN)], "").unwrap().headers.is_empty());
    }
}
