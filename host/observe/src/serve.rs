//! Answers a Prometheus server: `/metrics`, and `/healthz` for whoever watches the process.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::encoding::prometheus_text;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};

use crate::metrics::Metrics;

/// Connections at the same time; more wait.
const MAX_CONNECTIONS: usize = 32;

/// How long a request may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection lives.
const LIFE: Duration = Duration::from_secs(300);

/// An HTTP server for metrics. It ends when this is dropped.
#[derive(Debug)]
pub struct MetricsServer {
    addr: SocketAddr,
    task: AbortHandle,
}

/// Why metrics cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve metrics at {addr}: {source}; choose another address, or port 0 for any free one")]
pub struct ServeError {
    /// Where it should have listened.
    pub addr: SocketAddr,
    /// Why it cannot.
    pub source: std::io::Error,
}

impl MetricsServer {
    /// Listens; port 0 takes any free one. Needs to be called in a tokio runtime, which then does the work. Whoever reaches the
    /// address reads everything: there is no password, and no encryption.
    ///
    /// # Errors
    /// If it cannot listen there.
    pub async fn start(addr: SocketAddr, metrics: Metrics) -> Result<MetricsServer, ServeError> {
        let listener = TcpListener::bind(addr).await.map_err(|source| ServeError { addr, source })?;
        let addr = listener.local_addr().map_err(|source| ServeError { addr, source })?;
        let task = tokio::spawn(accept(listener, metrics)).abort_handle();
        Ok(MetricsServer { addr, task })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for MetricsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, metrics: Metrics) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let metrics = metrics.clone();
                connections.spawn(async move {
                    // One that breaks or takes too long concerns nobody but who made it.
                    let _ = tokio::time::timeout(LIFE, converse(stream, metrics)).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection for metrics was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, metrics: Metrics) -> Result<(), hyper::Error> {
    let service = service_fn(move |request| {
        let answer = answer(&request, &metrics);
        async move { Ok::<_, Infallible>(answer) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(16 << 10);
    builder.serve_connection(TokioIo::new(stream), service).await
}

fn answer<B>(request: &Request<B>, metrics: &Metrics) -> Response<Full<Bytes>> {
    let plain = "text/plain; charset=utf-8";
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, plain, "GET only\n".to_owned());
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    match request.uri().path() {
        "/metrics" => text(StatusCode::OK, prometheus_text::CONTENT_TYPE, metrics.text()),
        "/healthz" => text(StatusCode::OK, plain, "ok\n".to_owned()),
        _ => text(StatusCode::NOT_FOUND, plain, "there are /metrics and /healthz\n".to_owned()),
    }
}

fn text(status: StatusCode, kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

#[cfg(test)]
mod tests;
