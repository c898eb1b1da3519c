//! One connection: HTTP, until a fault takes the socket away from it.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::answer::{Outcome, answer};
use super::counted::Counted;
use crate::site::Site;

/// What happens to the bare socket instead of an HTTP answer.
#[derive(Debug)]
pub(super) enum Takeover {
    /// TCP RST.
    Reset,
    /// These bytes, if any, and the end.
    Bytes(Bytes),
}

/// Serves a connection to its end.
pub(super) async fn serve(stream: TcpStream, site: Arc<Site>) {
    // Answers are small and written at once: never wait for more.
    let _ = stream.set_nodelay(true);
    let (sender, mut takeovers) = mpsc::channel(1);
    let counted = Counted { stream, site: Arc::clone(&site) };
    let service = service_fn(move |request| {
        let (site, sender) = (Arc::clone(&site), sender.clone());
        Box::pin(async move {
            match answer(&site, request).await {
                Outcome::Response(response) => Ok::<_, Infallible>(response),
                Outcome::Takeover(takeover) => {
                    // The connection below receives it, and never polls this future again.
                    let _ = sender.send(takeover).await;
                    std::future::pending().await
                }
            }
        })
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(counted), service);
    let takeover = tokio::select! {
        biased;
        takeover = takeovers.recv() => takeover,
        ended = poll_fn(|context| connection.poll_without_shutdown(context)) => {
            if let Err(error) = ended {
                tracing::trace!(%error, "connection to simulated cloud broke");
            }
            None
        }
    };
    let mut stream = connection.into_parts().io.into_inner().stream;
    // That the client has gone already is none of our business.
    let _ = match takeover {
        Some(Takeover::Reset) => stream.set_zero_linger(),
        Some(Takeover::Bytes(bytes)) => match stream.write_all(&bytes).await {
            Ok(()) => stream.shutdown().await,
            Err(error) => Err(error),
        },
        None => stream.shutdown().await,
    };
}
