use std::time::{Duration, Instant};

use super::*;
use crate::openstack::fake::{Asked, Reply, with_headers};

/// Calls a service that answers in some way. Answers may have 64 KiB.
async fn call(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (Result<Response, CallError>, Fake) {
    let fake = Fake::cloud(NOVA, move |_| reply()).await;
    let options = SessionOptions { max_answer_bytes: 64 * 1024, ..quick() };
    let result = connect_with(&fake, &options).await.call(get("compute", "/flavors")).await;
    (result, fake)
}

async fn kind(reply: impl Fn() -> Reply + Send + Sync + 'static) -> ErrorKind {
    call(reply).await.0.unwrap_err().kind
}

#[tokio::test]
async fn html_and_broken_json_are_for_the_check_to_interpret() {
    let (result, _) = call(|| with_headers(200, &[("Content-Type", "text/html")], "<html>")).await;
    assert_eq!(result.unwrap().headers[1], ("content-type".to_owned(), "text/html".to_owned()));
    let (result, _) = call(|| answer(200, r#"{"flavors": [{"#)).await;
    assert_eq!(result.unwrap().status, 200);
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let half = || Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"flavors\"".to_vec());
    let (result, fake) = call(half).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Unreachable);
    assert_eq!(fake.calls().len(), 4);
}

#[tokio::test]
async fn too_large_answers_are_not_read() {
    let claimed =
        || Reply::Endless("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", vec![b'x'; 4096]);
    let (result, fake) = call(claimed).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge);
    assert!(error.message.contains("1000000000 bytes"), "{error}");
    assert_eq!(fake.calls().len(), 1, "not repeated");
    let chunked = || {
        Reply::Endless(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"8\r\nxxxxxxxx\r\n".repeat(1000),
        )
    };
    assert_eq!(kind(chunked).await, ErrorKind::TooLarge);
    let until_closed = || Reply::Endless("HTTP/1.1 200 OK\r\n\r\n", vec![b'x'; 4096]);
    assert_eq!(kind(until_closed).await, ErrorKind::TooLarge);
}

#[tokio::test]
async fn endless_headers_are_not_read() {
    let one = || Reply::Endless("HTTP/1.1 200 OK\r\nx: ", vec![b'x'; 4096]);
    assert_eq!(kind(one).await, ErrorKind::Unreachable);
    let many = || Reply::Endless("HTTP/1.1 200 OK\r\n", b"x: y\r\n".repeat(1000));
    assert_eq!(kind(many).await, ErrorKind::Unreachable);
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    assert_eq!(kind(|| Reply::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())).await, ErrorKind::Unreachable);
    assert_eq!(kind(|| Reply::Raw(vec![0; 1000])).await, ErrorKind::Unreachable);
    let split =
        || Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx".to_vec());
    assert_eq!(kind(split).await, ErrorKind::Unreachable);
}

#[tokio::test]
async fn a_slow_answer_takes_no_longer_than_it_may() {
    let drip = |_: &Asked| {
        Reply::Drip("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", Duration::from_millis(100))
    };
    let fake = Fake::cloud(NOVA, drip).await;
    let options = SessionOptions {
        attempt_timeout: Duration::from_millis(300),
        call_timeout: Duration::from_millis(700),
        ..quick()
    };
    let session = connect_with(&fake, &options).await;
    let start = Instant::now();
    assert_eq!(session.call(get("compute", "/flavors")).await.unwrap_err().kind, ErrorKind::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Fake::start(|_| answer(200, "{}")).await;
    let url = elsewhere.url.clone();
    for status in [301, 302, 303, 307, 308] {
        let url = url.to_string();
        let (result, fake) = call(move || with_headers(status, &[("Location", &url)], "")).await;
        let response = result.unwrap();
        assert_eq!(response.status, status);
        assert!(!response.headers.iter().any(|(name, _)| name == "location"));
        assert_eq!(fake.calls().len(), 1);
    }
    let (result, _) = call(move || with_headers(302, &[("Refresh", &format!("0; url={url}"))], "")).await;
    assert_eq!(result.unwrap().status, 302);
    assert_eq!(elsewhere.connections(), 0, "{:?}", elsewhere.asked());
}

#[tokio::test]
async fn an_answer_with_the_token_is_withheld() {
    let (result, _) = call(|| answer(200, format!(r#"{{"you": "{}"}}"#, token(0)))).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("withheld") && !error.message.contains(&token(0)), "{error}");
    let (result, _) = call(|| with_headers(404, &[("Link", &token(0))], "")).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Unreachable);
}
