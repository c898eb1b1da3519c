use std::sync::Arc;

use super::*;
use crate::openstack::fake::{Fake, PASSWORD, answer, quick, token};

mod endpoints;
mod hostile;
mod probes;
mod reaching;
mod retries;
mod tokens;

const NOVA: &[(&str, &str)] = &[("compute", "/compute/v2.1")];

async fn connect(fake: &Fake) -> Arc<Session> {
    connect_with(fake, &quick()).await
}

async fn connect_with(fake: &Fake, options: &SessionOptions) -> Arc<Session> {
    Session::connect(&fake.config(), options).await.unwrap()
}

fn get(service: &str, path: &str) -> Request {
    Request::new(service, Method::Get, path)
}

#[tokio::test]
async fn a_call_goes_to_the_service_with_the_token() {
    let fake = Fake::cloud(NOVA, |_| answer(200, r#"{"flavors": []}"#)).await;
    let session = connect(&fake).await;
    let request = Request {
        query: vec![("limit".into(), "1000".into()), ("name".into(), "a b&c=\r\nd/\u{e9}".into())],
        microversion: Some("2.61".into()),
        headers: vec![("Accept".into(), "application/json;q=1".into())],
        ..get("compute", "/flavors/detail")
    };
    let response = session.call(request).await.unwrap();
    assert_eq!((response.status, response.attempts), (200, 1));
    assert_eq!(&response.body[..], br#"{"flavors": []}"#);
    let asked = fake.asked().pop().unwrap();
    assert_eq!(asked.target, "/compute/v2.1/flavors/detail?limit=1000&name=a+b%26c%3D%0D%0Ad%2F%C3%A9");
    assert_eq!(asked.token(), token(0));
    assert_eq!(asked.headers["accept"], "application/json;q=1");
    assert_eq!(asked.headers["openstack-api-version"], "compute 2.61");
    assert_eq!(asked.headers["x-openstack-nova-api-version"], "2.61");
    assert!(asked.headers["user-agent"].starts_with("touchstone/"));
    assert!(!asked.headers.contains_key("accept-encoding") && !asked.headers.contains_key("referer"));
}

#[tokio::test]
async fn the_login_sends_the_password_and_nothing_else_has_it() {
    let fake = Fake::cloud(NOVA, |_| answer(200, "{}")).await;
    let session = connect(&fake).await;
    session.call(get("compute", "/flavors")).await.unwrap();
    let (login, call) = (&fake.asked()[0], &fake.asked()[1]);
    assert_eq!(login.target, "/v3/auth/tokens");
    assert!(login.body.contains(PASSWORD) && login.token().is_empty());
    assert!(!format!("{call:?}").contains(PASSWORD));
    assert_eq!(session.identity().project_name, "conformance");
    assert_eq!(session.identity().roles, ["member", "reader"]);
    assert_eq!(session.logins(), 1);
}

#[tokio::test]
async fn connections_are_used_again() {
    let fake = Fake::cloud(NOVA, |_| answer(200, "{}")).await;
    let session = connect(&fake).await;
    for _ in 0..5 {
        session.call(get("compute", "/flavors")).await.unwrap();
    }
    assert_eq!(fake.connections(), 1);
}

#[tokio::test]
async fn head_has_headers_and_no_body() {
    let fake = Fake::cloud(NOVA, |_| answer(200, "four")).await;
    let request = Request::new("compute", Method::Head, "/flavors");
    let response = connect(&fake).await.call(request).await.unwrap();
    assert!(response.body.is_empty());
    assert!(response.headers.contains(&("content-length".to_owned(), "4".to_owned())));
}

#[tokio::test]
async fn what_is_malformed_or_forbidden_does_not_reach_the_network() {
    let fake =
        Fake::cloud(&[("compute", "/v2.1"), ("identity", "/v3"), ("proxy", "")], |_| answer(200, "{}")).await;
    let session = connect(&fake).await;
    for (request, kind) in [
        (get("compute", "/../v3/auth/tokens"), ErrorKind::InvalidRequest),
        (get("compute", "/%2e%2e/x"), ErrorKind::InvalidRequest),
        (get("compute", "//evil.example/x"), ErrorKind::InvalidRequest),
        (get("compute", "http://evil.example/x"), ErrorKind::InvalidRequest),
        (get("identity", "/auth/tokens"), ErrorKind::Denied),
        (get("proxy", "/v3/auth/tokens"), ErrorKind::Denied),
        (get("proxy", "/v3/credentials"), ErrorKind::Denied),
        (Request::new("identity", Method::Post, "/auth/tokens"), ErrorKind::Denied),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(session.call(request).await.unwrap_err().kind, kind, "{shown}");
    }
    assert!(fake.calls().is_empty(), "{:?}", fake.calls());
}

#[tokio::test]
async fn only_so_many_requests_are_under_way() {
    let fake = Fake::cloud(NOVA, |_| crate::openstack::fake::slowly(20, answer(200, "{}"))).await;
    let options = SessionOptions { max_in_flight: 3, ..quick() };
    let session = connect_with(&fake, &options).await;
    let calls = (0..20).map(|number| session.call(get("compute", &format!("/flavors/{number}"))));
    for result in futures::future::join_all(calls).await {
        result.unwrap();
    }
    assert_eq!(fake.most_under_way(), 3);
}
