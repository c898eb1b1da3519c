use std::time::{Duration, Instant};

use super::*;
use crate::openstack::fake::{Reply, with_headers};

async fn call(fake: &Fake, method: Method) -> Result<Response, CallError> {
    connect(fake).await.call(Request::new("compute", method, "/flavors")).await
}

/// Fails some times, then answers.
async fn failing(times: usize, failure: impl Fn() -> Reply + Send + Sync + 'static) -> Fake {
    Fake::cloud(NOVA, move |asked| if asked.before < times { failure() } else { answer(200, "{}") }).await
}

#[tokio::test]
async fn a_read_is_repeated_after_errors_of_the_server() {
    for status in [429, 500, 502, 503, 504] {
        let fake = failing(2, move || answer(status, "{}")).await;
        let response = call(&fake, Method::Get).await.unwrap();
        assert_eq!((response.status, response.attempts), (200, 3), "{status}");
    }
}

#[tokio::test]
async fn the_last_answer_counts_when_the_retries_are_used_up() {
    let fake = failing(99, || answer(503, "out of order")).await;
    let response = call(&fake, Method::Get).await.unwrap();
    assert_eq!((response.status, response.attempts), (503, 4));
    assert_eq!(&response.body[..], b"out of order");
    assert_eq!(fake.calls().len(), 4);
}

#[tokio::test]
async fn other_statuses_are_answers() {
    for status in [400, 403, 404, 409, 501] {
        let fake = failing(99, move || answer(status, "{}")).await;
        assert_eq!(call(&fake, Method::Get).await.unwrap().attempts, 1, "{status}");
    }
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let fake = failing(1, || with_headers(429, &[("Retry-After", "1")], "slow down")).await;
    let start = Instant::now();
    assert_eq!(call(&fake, Method::Get).await.unwrap().attempts, 2);
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn patience_ends_at_the_longest_wait() {
    let fake = failing(1, || with_headers(429, &[("Retry-After", "3600")], "slow down")).await;
    let start = Instant::now();
    let response = call(&fake, Method::Get).await.unwrap();
    assert_eq!((response.status, response.attempts), (429, 1));
    assert!(response.headers.contains(&("retry-after".to_owned(), "3600".to_owned())));
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_read_is_repeated_after_broken_connections() {
    let fake = failing(3, || Reply::Close).await;
    assert_eq!(call(&fake, Method::Get).await.unwrap().attempts, 4);
    let fake = failing(99, || Reply::Close).await;
    let error = call(&fake, Method::Get).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.starts_with("compute GET /flavors: http://127.0.0.1:"), "{error}");
    assert!(error.message.ends_with("(4 attempts)"), "{error}");
}

#[tokio::test]
async fn a_change_is_repeated_only_if_nothing_was_done() {
    for (failure, attempts) in [(429, 2), (500, 1), (502, 1), (503, 1), (504, 1)] {
        let fake = failing(1, move || answer(failure, "{}")).await;
        assert_eq!(call(&fake, Method::Post).await.unwrap().attempts, attempts, "{failure}");
        assert_eq!(fake.calls().len(), attempts as usize, "{failure}");
    }
    let fake = failing(1, || with_headers(503, &[("Retry-After", "0")], "")).await;
    assert_eq!(call(&fake, Method::Post).await.unwrap().attempts, 2);
    let fake = failing(1, || Reply::Close).await;
    assert_eq!(call(&fake, Method::Post).await.unwrap_err().kind, ErrorKind::Unreachable);
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let fake = Fake::start(move |asked| {
        let nova = crate::openstack::fake::service("compute", &format!("http://{nobody}/v2.1"));
        crate::openstack::fake::logged_in(asked.before, &[nova])
    })
    .await;
    for method in [Method::Get, Method::Post] {
        let error = call(&fake, method).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreachable);
        assert!(
            error.message.contains("connection refused") && error.message.contains("4 attempts"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_call_ends_in_time_however_slow_the_subject_is() {
    let fake = failing(99, || Reply::Hang).await;
    let options = SessionOptions {
        attempt_timeout: Duration::from_millis(100),
        call_timeout: Duration::from_millis(250),
        ..quick()
    };
    let session = connect_with(&fake, &options).await;
    let start = Instant::now();
    let error = session.call(get("compute", "/flavors")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(fake.calls().len() >= 2);
}
