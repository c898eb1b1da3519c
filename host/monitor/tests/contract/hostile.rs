//! Answers that are no answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use touchstone_monitor::{Accepted, Credentials, Monitor, MonitorConfig, SignedReport, UploadError, sign};

use crate::{document, key, uuid};

/// A server that reads a request and answers with these bytes; how many requests it got.
async fn server(answer: impl Into<Vec<u8>>) -> (String, Arc<AtomicUsize>) {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                read(&mut stream).await;
                let _ = stream.write_all(&answer).await;
                if answer.is_empty() {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
            });
        }
    });
    (url, count)
}

/// Up to the end of the body.
async fn read(stream: &mut (impl tokio::io::AsyncRead + Unpin)) {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    while !read.ends_with(b"}\n") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => read.extend_from_slice(&buffer[..count]),
        }
    }
}

fn report() -> SignedReport {
    sign(document(&uuid(), "demo", 1).as_bytes(), &key()).unwrap()
}

fn config() -> MonitorConfig {
    MonitorConfig { timeout: Duration::from_secs(5), ..MonitorConfig::default() }
}

async fn upload(url: &str, config: MonitorConfig) -> Result<Accepted, UploadError> {
    let credentials = Credentials::new("touchstone", "hunter2").unwrap();
    Monitor::new(url, credentials, config).unwrap().upload(&report()).await
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let (elsewhere, requests) = server(answer("200 OK", "", "null")).await;
        let (url, _) = server(answer(status, &format!("location: {elsewhere}/reports\r\n"), "")).await;
        let error = upload(&url, config()).await.unwrap_err();
        assert!(!error.is_retryable() && error.to_string().contains("not followed"), "{error}");
        assert_eq!(requests.load(Ordering::SeqCst), 0, "{status}");
    }
}

#[tokio::test]
async fn who_asks_to_wait_is_waited_for() {
    let (url, requests) = server(answer("429 Too Many Requests", "retry-after: 90\r\n", "")).await;
    let error = upload(&url, config()).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(90)));
    assert_eq!(requests.load(Ordering::SeqCst), 1, "one upload is one request");
    let (url, _) = server(answer("503 Service Unavailable", "", "<html>")).await;
    let error = upload(&url, config()).await.unwrap_err();
    assert!(error.is_retryable() && error.retry_after().is_none(), "{error}");
}

#[tokio::test]
async fn a_monitor_that_does_not_answer_is_given_up() {
    let (url, _) = server("").await;
    let begin = Instant::now();
    let error =
        upload(&url, MonitorConfig { timeout: Duration::from_millis(300), ..config() }).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("within 0.3 s"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(5));
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nnull";
    let (url, _) = server(half).await;
    let error = upload(&url, config()).await.unwrap_err();
    assert!(error.is_retryable(), "half an answer is none: {error}");
    let (url, _) = server("SSH-2.0-OpenSSH_9.2\r\n").await;
    let error = upload(&url, config()).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("not HTTP"), "{error}");
}

#[tokio::test]
async fn nobody_there_may_be_somebody_later() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = upload(&url, config()).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("connection refused"), "{error}");
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let endless = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n{}", "x".repeat(1 << 20));
    let (url, _) = server(endless).await;
    let begin = Instant::now();
    let error = upload(&url, config()).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("not as the monitor does"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(4), "it was not waited for the rest");
}

#[tokio::test]
async fn authorities_of_a_file_are_trusted_and_no_others() {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &authority).unwrap();
    let tls = rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into());
    let tls = tls.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let tls = tls
        .with_single_cert(vec![certificate.der().clone()], key.serialize_der().try_into().unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            read(&mut stream).await;
            let _ = stream.write_all(answer("200 OK", "", "null").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let trusting = MonitorConfig { authorities: vec![file.clone()], ..config() };
    assert_eq!(upload(&format!("https://localhost:{port}/"), trusting.clone()).await, Ok(Accepted::Stored));
    let error = upload(&format!("https://localhost:{port}/"), config()).await.unwrap_err();
    assert!(error.to_string().contains("not trusted here"), "{error}");
    let error = upload(&format!("https://127.0.0.1:{port}/"), trusting.clone()).await.unwrap_err();
    assert!(error.to_string().contains("another host name"), "{error}");
    std::fs::write(&file, "nothing").unwrap();
    let credentials = Credentials::new("touchstone", "hunter2").unwrap();
    let error = Monitor::new("https://localhost/", credentials, trusting).unwrap_err();
    assert!(error.to_string().contains("ca.pem hold none"), "{error}");
}
