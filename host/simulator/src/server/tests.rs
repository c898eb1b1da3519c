mod changes;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::Service;
use crate::testing::Client;

const FLAVORS: &str = "/compute/v2.1/flavors/detail";

/// A client of a cloud with one fault, on reading flavors.
async fn faulty(kind: &str) -> Client {
    let fault = format!("{{service: compute, path: /flavors/detail, kind: {kind}}}");
    Client::yaml(&format!("flavors: [{{name: a}}, {{name: b}}]\nfaults: [{fault}]\n")).await
}

/// What a client sees on the wire until the end.
async fn raw(client: &Client) -> std::io::Result<Vec<u8>> {
    raw_path(client, FLAVORS).await
}

async fn raw_path(client: &Client, path: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(client.cloud.addr()).await?;
    let token = client.token();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-auth-token: {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut bytes)).await??;
    Ok(bytes)
}

#[tokio::test]
async fn statuses_with_and_without_retry_after() {
    let client = faulty("{status: {code: 503, retry_after: 7}}").await;
    let answer = client.get(FLAVORS).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "7"));
    assert_eq!(client.get("/compute/v2.1/flavors").await.status, 200);
    let answer = faulty("{status: {code: 429}}").await.get(FLAVORS).await;
    assert_eq!((answer.status, answer.headers.get("retry-after")), (429, None));
}

#[tokio::test]
async fn answers_that_are_not_the_expected_json() {
    let html = faulty("html").await.get(FLAVORS).await;
    assert_eq!((html.status, html.header("content-type")), (200, "text/html; charset=UTF-8"));
    let odd = faulty("{json: '{\"flavors\": 7}'}").await.get(FLAVORS).await;
    assert_eq!(odd.outcome("/flavors"), (200, "7".into()));
    let cut = faulty("truncated-json").await.get(FLAVORS).await;
    assert_eq!((cut.status, cut.text.starts_with("{\"flavors\":[")), (200, true));
    assert!(serde_json::from_str::<Value>(&cut.text).is_err());
    assert_eq!(cut.header("content-length"), cut.text.len().to_string());
}

#[tokio::test]
async fn bodies_without_end_and_very_long_ones() {
    let client = faulty("endless-body").await;
    let mut endless = client.try_send(Method::GET, FLAVORS, &[], String::new()).await.unwrap();
    assert_eq!(endless.content_length(), None);
    let mut read = 0;
    while read < 50 << 20 {
        read += endless.chunk().await.unwrap().expect("it has no end").len();
    }
    let client = faulty("{huge: 1000000000}").await;
    let mut huge = client.try_send(Method::GET, FLAVORS, &[], String::new()).await.unwrap();
    assert_eq!(huge.content_length(), Some(1_000_000_000));
    assert!(huge.chunk().await.unwrap().is_some());
    let small = faulty("{huge: 100000}").await.get(FLAVORS).await;
    assert_eq!(small.text.len(), 100_000);
}

#[tokio::test]
async fn connections_are_reset_and_closed() {
    let client = faulty("reset").await;
    assert_eq!(raw(&client).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    assert!(client.try_send(Method::GET, FLAVORS, &[], String::new()).await.is_err());
    assert_eq!(client.get("/compute/v2.1/flavors").await.status, 200);
    assert_eq!(raw(&faulty("close").await).await.unwrap(), b"");
    let garbage = raw(&faulty("garbage").await).await.unwrap();
    assert!(!garbage.is_empty() && !garbage.starts_with(b"HTTP"));
}

#[tokio::test]
async fn a_hanging_answer_never_comes_and_does_not_keep_the_cloud_from_stopping() {
    let client = faulty("hang").await;
    let sent = tokio::time::timeout(Duration::from_millis(200), client.get(FLAVORS)).await;
    assert!(sent.is_err());
    let pending = tokio::spawn({
        let addr = client.cloud.addr();
        async move {
            let mut stream = TcpStream::connect(addr).await?;
            stream.write_all(format!("GET {FLAVORS} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await?;
            stream.read(&mut [0; 10]).await
        }
    });
    while client.cloud.requests().iter().all(|request| request.path != "/flavors/detail" || request.had_token)
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let addr = client.cloud.addr();
    client.cloud.stop().await;
    let ended =
        tokio::time::timeout(Duration::from_secs(5), pending).await.expect("the connection is dropped");
    assert!(matches!(ended.unwrap(), Ok(0) | Err(_)));
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn slow_answers_take_their_time() {
    for (kind, least) in [("{slow: 150ms}", 150), ("{trickle: 2ms}", 50)] {
        let client = faulty(kind).await;
        let start = Instant::now();
        let answer = client.get(FLAVORS).await;
        assert_eq!(answer.json()["flavors"].as_array().unwrap().len(), 2, "{kind}");
        assert!(start.elapsed() >= Duration::from_millis(least), "{kind}: {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn expired_tokens_stay_expired() {
    let client =
        Client::yaml("faults: [{service: compute, path: /flavors/detail, times: 1, kind: expire-token}]")
            .await;
    assert_eq!(client.get(FLAVORS).await.status, 401);
    assert_eq!(client.get("/compute/v2.1/flavors").await.status, 401);
    let token = client.log_in("demo", "demo-password").await;
    assert_eq!(client.with_token(Some(&token)).get(FLAVORS).await.status, 200);
}

#[tokio::test]
async fn redirections_lead_elsewhere() {
    let answer = faulty("{redirect: {to: 'http://192.0.2.1/steal', code: 307}}").await.get(FLAVORS).await;
    assert_eq!((answer.status, answer.header("location")), (307, "http://192.0.2.1/steal"));
}

#[tokio::test]
async fn wrong_lengths_are_seen_by_the_client() {
    let long = faulty("{wrong-content-length: 20}").await;
    let response = long.try_send(Method::GET, FLAVORS, &[], String::new()).await.unwrap();
    assert!(response.bytes().await.is_err(), "20 bytes are missing");
    let short = faulty("{wrong-content-length: -20}").await.get(FLAVORS).await;
    assert!(short.status == 200 && serde_json::from_str::<Value>(&short.text).is_err());
}

#[tokio::test]
async fn the_token_may_come_back_in_a_header() {
    let client = faulty("{echo-token: link}").await;
    let answer = client.get(FLAVORS).await;
    assert_eq!((answer.status, answer.header("link")), (200, client.token()));
}

#[tokio::test]
async fn faults_are_injected_and_cleared_while_it_runs() {
    let client = Client::yaml("{}").await;
    let fault = Scenario::parse("test.yaml", "faults: [{kind: html, times: 1}]").unwrap().faults.remove(0);
    client.cloud.inject(fault.clone());
    assert_eq!(client.get(FLAVORS).await.header("content-type"), "text/html; charset=UTF-8");
    assert_eq!(client.get(FLAVORS).await.header("content-type"), "application/json");
    client.cloud.inject(fault);
    client.cloud.clear_faults();
    assert_eq!(client.get(FLAVORS).await.header("content-type"), "application/json");
}

#[tokio::test]
async fn requests_are_written_down() {
    let client = Client::yaml("{}").await;
    client.get("/compute/v2.1/flavors/detail?limit=2&x=a%20b").await;
    let client = client.with_token(None);
    client.get_with("/image", &[("accept", "application/json")]).await;
    let requests = client.cloud.requests();
    let brief: Vec<_> =
        requests.iter().map(|r| (r.service, r.method.as_str(), r.path.as_str(), r.had_token)).collect();
    assert_eq!(
        brief,
        [
            (Some(Service::Identity), "POST", "/auth/tokens", false),
            (Some(Service::Compute), "GET", "/flavors/detail", true),
            (Some(Service::Image), "GET", "/", false),
        ]
    );
    assert_eq!(requests[1].query, [("limit".into(), "2".into()), ("x".into(), "a b".into())]);
    assert_eq!(requests[1].target, "/compute/v2.1/flavors/detail?limit=2&x=a%20b");
    assert_eq!(requests[2].headers, ["accept", "host"]);
    assert_eq!((client.cloud.request_count(), client.cloud.peak_concurrency()), (3, 1));
    client.cloud.forget_requests();
    assert_eq!(
        (client.cloud.request_count(), client.cloud.peak_concurrency(), client.cloud.requests()),
        (0, 0, vec![])
    );
}

#[tokio::test]
async fn paths_are_taken_and_written_down_as_they_are_sent() {
    let client = Client::yaml("{}").await;
    for path in
        ["/compute/v2.1/flavors/../servers", "/compute/v2.1/flavors/%2e%2e/servers", "//compute/v2.1/flavors"]
    {
        let answer = raw_path(&client, path).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 404 "), "{path}: {}", String::from_utf8_lossy(&answer));
        assert_eq!(client.cloud.requests().last().unwrap().target, path);
    }
}

#[tokio::test]
async fn latency_is_per_request_and_requests_overlap() {
    let client = Client::yaml("latency: 250ms").await;
    client.cloud.forget_requests();
    let start = Instant::now();
    let get = || client.get("/compute/v2.1/flavors");
    let answers = futures::future::join_all((0..8).map(|_| get())).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert!(start.elapsed() >= Duration::from_millis(250));
    assert_eq!(client.cloud.peak_concurrency(), 8);
    assert_eq!(client.cloud.request_count(), 8);
}

#[tokio::test]
async fn clouds_of_one_scenario_are_independent() {
    let simulator = Simulator::new(&Scenario::default()).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut clouds = Vec::new();
    for _ in 0..100 {
        clouds.push(simulator.start(any).await.unwrap());
    }
    let client = Client::new(&Scenario::default()).await;
    let answer = client.get(&format!("{}/compute/v2.1/flavors", clouds[0].base_url())).await;
    assert_eq!(answer.status, 401, "a token of one cloud is worth nothing in another");
    assert_eq!((clouds[0].request_count(), clouds[1].request_count()), (1, 0));
    let taken = simulator.start(clouds[0].addr()).await.unwrap_err().to_string();
    assert!(taken.starts_with(&format!("cannot listen on {}", clouds[0].addr())), "{taken}");
}

#[tokio::test]
async fn a_request_that_is_too_large_is_refused() {
    let client = Client::yaml("{}").await;
    let answer = client.send(Method::POST, "/identity/v3/auth/tokens", &[], "x".repeat(2 << 20)).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn the_root_is_s3_or_swift_or_for_people() {
    let client = Client::anonymous(&Scenario::default()).await;
    let denied = client.get("/").await;
    assert_eq!((denied.status, denied.header("content-type")), (403, "application/xml"));
    assert!(denied.text.contains("<Code>AccessDenied</Code>"), "{}", denied.text);
    let signed = [("authorization", "AWS4-HMAC-SHA256 Credential=x/20261123/eu/s3/aws4_request")];
    let unknown = client.get_with("/", &signed).await;
    assert!(unknown.status == 403 && unknown.text.contains("<Code>InvalidAccessKeyId</Code>"));
    let other = async |yaml: &str| Client::yaml(yaml).await.with_token(None).get("/").await;
    let invalid = other("object_store: {s3_answer: invalid-access-key-id}").await;
    assert!(invalid.status == 403 && invalid.text.contains("<Code>InvalidAccessKeyId</Code>"));
    let buckets = other("object_store: {s3_answer: anonymous-buckets}").await;
    assert!(buckets.status == 200 && buckets.text.contains("<ListAllMyBucketsResult"));
    let swift = Client::yaml("object_store: {s3: false}").await.with_token(None);
    let root = swift.get("/").await;
    assert_eq!((root.status, root.text.as_str()), (412, "Bad URL"));
    for (client, has_s3) in [(&client, true), (&swift, false)] {
        for path in ["/info", "/object-store/info"] {
            let info = client.get(path).await.json();
            assert!(info["swift"].is_object() && info.get("s3api").is_some() == has_s3, "{path}: {info}");
        }
    }
    let none =
        other("{object_store: {s3: false}, catalog: {services: {object-store: {absent: true}}}}").await;
    assert_eq!(none.outcome("/cloud"), (200, "cloud.example".into()));
}

#[tokio::test]
async fn little_services_are_there() {
    let client = Client::yaml("identity: {project: {name: demo, id: p1}}").await;
    for (path, status) in [
        ("/placement/", 200),
        ("/placement/resource_providers", 403),
        ("/placement/nothing", 404),
        ("/key-manager/", 300),
        ("/key-manager/v1/", 200),
        ("/key-manager/v1/secrets", 200),
        ("/key-manager/v1/nothing", 404),
        ("/load-balancer/", 200),
        ("/load-balancer/v2.0/lbaas/loadbalancers", 200),
        ("/load-balancer/v2/nothing", 404),
        ("/object-store/info", 200),
        ("/object-store/v1/AUTH_p1", 204),
        ("/object-store/v1/AUTH_p1?format=json", 200),
        ("/object-store/v1/AUTH_p2", 404),
        ("/elsewhere", 404),
    ] {
        assert_eq!(client.get(path).await.status, status, "{path}");
    }
    let post = client.send(Method::POST, "/key-manager/v1/containers", &[], "{}".into()).await;
    assert_eq!(post.status, 405);
    let client = client.with_token(None);
    for path in [
        "/placement/traits",
        "/key-manager/v1/secrets",
        "/load-balancer/v2/lbaas/pools",
        "/object-store/v1/AUTH_p1",
    ] {
        assert_eq!(client.get(path).await.outcome("/error/code"), (401, "401".into()), "{path}");
    }
}
