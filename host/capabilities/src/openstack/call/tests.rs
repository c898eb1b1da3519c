use proptest::prelude::*;
use reqwest::header::HeaderName;

use super::*;

fn request(service: &str, method: Method, path: &str) -> Request {
    Request::new(service, method, path)
}

fn headers_of(service: &str, version: &str) -> Vec<(String, String)> {
    let request = Request { microversion: Some(version.into()), ..request(service, Method::Get, "/") };
    let headers = Call::parse(request).unwrap().headers();
    let pairs = headers.iter().filter(|(name, _)| name.as_str() != "accept");
    pairs.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

fn problem(request: Request) -> String {
    let error = Call::parse(request).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    error.message
}

#[test]
fn each_service_has_its_header_for_microversions() {
    let modern = |value: &str| ("openstack-api-version".to_owned(), value.to_owned());
    let nova = ("x-openstack-nova-api-version".to_owned(), "2.61".to_owned());
    assert_eq!(headers_of("compute", "2.61"), [modern("compute 2.61"), nova]);
    assert_eq!(headers_of("volumev3", "3.50"), [modern("volume 3.50")]);
    assert_eq!(headers_of("placement", "latest"), [modern("placement latest")]);
    let manila = ("x-openstack-manila-api-version".to_owned(), "2.7".to_owned());
    assert_eq!(headers_of("sharev2", "2.7"), [modern("shared-file-system 2.7"), manila]);
}

#[test]
fn only_two_headers_may_be_set_and_only_to_plain_values() {
    let with = |headers: &[(&str, &str)]| Request {
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..request("compute", Method::Get, "/flavors")
    };
    let call = Call::parse(with(&[("Accept", "text/plain"), ("CONTENT-TYPE", "a/b")])).unwrap();
    assert_eq!(call.headers().get("accept").unwrap(), "text/plain");
    assert_eq!(call.headers().get("content-type").unwrap(), "a/b");
    for name in ["x-auth-token", "host", "authorization", "x-forwarded-host", "accept ", "accept\r\nx", ""] {
        assert!(
            problem(with(&[(name, "x")])).contains("only the headers accept and content-type"),
            "{name:?}"
        );
    }
    for value in ["a\r\nX-Auth-Token: b", "a\nb", "a\0", "\u{e9}", "", " a", "a\t"] {
        assert!(problem(with(&[("accept", value)])).contains("printable ASCII"), "{value:?}");
    }
    assert!(problem(with(&[("accept", &"a".repeat(257))])).len() < 600);
    assert!(problem(with(&[("accept", "a"), ("Accept", "b")])).ends_with("Accept is set twice"));
}

#[test]
fn what_is_malformed_is_said_with_the_call() {
    let microversion =
        |text: &str| Request { microversion: Some(text.into()), ..request("compute", Method::Get, "/") };
    for text in ["", "2", "2.", ".1", "2.1.1", "2.-1", "v2.1", "2.1\r\nX: y", "Latest", "12345.1", " 2.1"] {
        assert!(problem(microversion(text)).contains("is no microversion"), "{text:?}");
    }
    assert_eq!(
        problem(request("compute", Method::Get, "/flavors/../\u{1b}[31m\u{202e}servers")),
        "compute GET /flavors/../\\u{1b}[31m\\u{202e}servers: the path: at byte 9: the path has the segment \"..\"; dot \
         segments are refused, write the path that is meant"
    );
    assert!(problem(request("Compute", Method::Get, "/")).contains("the service type: at byte 0"));
    assert!(problem(request("compute", Method::Get, &"/x".repeat(100_000))).len() < 600);
    let body = |method, size: usize| Request {
        body: Some(vec![0; size].into()),
        ..request("compute", method, "/servers")
    };
    assert!(problem(body(Method::Get, 1)).ends_with("GET and HEAD have no body"));
    assert!(problem(body(Method::Post, MAX_BODY_BYTES + 1)).contains("the body has more than"));
    let query =
        |value: String| Request { query: vec![("q".into(), value)], ..request("compute", Method::Get, "/") };
    assert!(problem(query("x".repeat(9000))).contains("the query is longer"));
    assert!(problem(query("\u{e9}".repeat(3000))).contains("the query is longer"));
}

#[test]
fn a_body_is_json_unless_said_otherwise() {
    let request = Request { body: Some("{}".into()), ..request("compute", Method::Post, "/servers") };
    let headers = Call::parse(request).unwrap().headers();
    assert_eq!(headers.get(HeaderName::from_static("content-type")).unwrap(), "application/json");
}

fn endpoints() -> impl Strategy<Value = Url> {
    let urls = [
        "http://nova:8774/v2.1",
        "http://nova:8774/v2.1/",
        "https://[::1]:1/",
        "http://h",
        "https://h/a%20b/v3/P/",
    ];
    prop::sample::select(urls.to_vec()).prop_map(|url| Url::parse(url).unwrap())
}

proptest! {
    #[test]
    fn urls_stay_below_their_endpoint(
        endpoint in endpoints(),
        path in "(/([a-zA-Z0-9._~!$&'()+,=:-]|%[0-9A-Fa-f]{2}|\\.\\.|%2e|@|;|\\\\){1,6}){1,4}",
        query in prop::collection::vec((any::<String>(), any::<String>()), 0..3),
    ) {
        let request = Request { query, ..request("compute", Method::Get, &path) };
        let Ok(call) = Call::parse(request) else { return Ok(()) };
        // Whatever parses also becomes a URL, and exactly the one that is meant.
        let url = call.url(&endpoint).unwrap();
        prop_assert_eq!(url.origin(), endpoint.origin());
        let expected = format!("{}{}", endpoint.path().trim_end_matches('/'), call.path);
        prop_assert_eq!(url.path(), expected);
        prop_assert_eq!(Url::parse(url.as_str()).unwrap(), url);
    }

    #[test]
    fn any_request_is_parsed_or_refused(service in any::<String>(), path in any::<String>(), header in any::<(String, String)>()) {
        let request = Request { headers: vec![header], ..request(&service, Method::Get, &path) };
        if let Err(error) = Call::parse(request) {
            prop_assert!(error.message.len() < 5000);
        }
    }

    #[test]
    fn what_guests_write_is_shown_in_plain_characters(service in any::<String>(), path in any::<String>()) {
        let shown = Shown(&request(&service, Method::Get, &path)).to_string();
        prop_assert!(shown.chars().all(|c| matches!(c, ' '..='~' | '\u{2026}')), "{}", shown);
        prop_assert!(shown.len() < 600);
    }
}
