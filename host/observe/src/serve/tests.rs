use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

async fn ask(addr: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(format!("{request}\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn metrics_are_served() {
    let metrics = Metrics::new("1");
    metrics.verdict("Größe", "IaaS", "v1", "PASS");
    let server = MetricsServer::start(([127, 0, 0, 1], 0).into(), metrics.clone()).await.unwrap();
    let answer = ask(server.addr(), "GET /metrics HTTP/1.1").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"), "{head}");
    assert_eq!(body, metrics.text());
    assert!(ask(server.addr(), "GET /healthz HTTP/1.1").await.ends_with("\r\n\r\nok\n"));
    assert!(ask(server.addr(), "HEAD /metrics HTTP/1.1").await.ends_with("\r\n\r\n"));
    assert!(ask(server.addr(), "GET /other HTTP/1.1").await.starts_with("HTTP/1.1 404"));
    assert!(ask(server.addr(), "POST /metrics HTTP/1.1").await.starts_with("HTTP/1.1 405"));
}

#[tokio::test]
async fn who_says_nothing_keeps_nobody_out() {
    let server = MetricsServer::start(([127, 0, 0, 1], 0).into(), Metrics::new("1")).await.unwrap();
    let mut silent = Vec::new();
    for _ in 0..MAX_CONNECTIONS - 1 {
        silent.push(TcpStream::connect(server.addr()).await.unwrap());
    }
    assert!(ask(server.addr(), "GET /healthz HTTP/1.1").await.ends_with("ok\n"));
}

#[tokio::test]
async fn it_ends_when_it_is_dropped() {
    let server = MetricsServer::start(([127, 0, 0, 1], 0).into(), Metrics::new("1")).await.unwrap();
    let addr = server.addr();
    let taken = MetricsServer::start(addr, Metrics::new("1")).await.unwrap_err().to_string();
    assert!(taken.starts_with(&format!("cannot serve metrics at {addr}: ")), "{taken}");
    drop(server);
    let until = tokio::time::Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(addr).await.is_ok() {
        assert!(tokio::time::Instant::now() < until, "it still listens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
