//! A server of HTTP that answers as it is told, well or badly.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// A status and its phrase.
    Status(&'static str),
    /// 503, with this `Retry-After`.
    RetryAfter(&'static str),
    /// Nothing, for ever.
    Hang,
    /// A header now and then.
    Drip,
    /// The end of the connection.
    Close,
    /// What is no HTTP.
    Garbage,
    /// An error with a body without end.
    Flood,
}

/// A request.
pub(crate) struct Got {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.head.lines().filter_map(|line| line.split_once(": ")).find(|(is, _)| *is == name);
        found.unwrap_or_else(|| panic!("no {name} in {}", self.head)).1
    }
}

pub(crate) struct Server {
    port: u16,
    got: Receiver<Got>,
    task: AbortHandle,
    /// A file with the authority that vouches for it.
    pub(crate) authority: Option<PathBuf>,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Gives each connection the next answer. Needs a tokio runtime.
    pub(crate) fn start(answers: Vec<Answer>) -> Server {
        Server::new(answers, None, None, tempfile::tempdir().expect("a folder"))
    }

    /// The same, with TLS.
    pub(crate) fn start_tls(answers: Vec<Answer>) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        let key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let path = folder.path().join("authority.pem");
        std::fs::write(&path, authority.self_signed(&key).expect("a certificate").pem())
            .expect("it can be written");
        let issuer = Issuer::new(authority, key);
        let own_key = KeyPair::generate().expect("a key");
        let own = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        let own = own.signed_by(&own_key, &issuer).expect("a certificate");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], PrivateKeyDer::Pkcs8(own_key.serialize_der().into()))
            .expect("a configuration");
        Server::new(answers, Some(TlsAcceptor::from(Arc::new(config))), Some(path), folder)
    }

    fn new(
        answers: Vec<Answer>,
        tls: Option<TlsAcceptor>,
        authority: Option<PathBuf>,
        folder: tempfile::TempDir,
    ) -> Server {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        listener.set_nonblocking(true).expect("it can be asynchronous");
        let listener = TcpListener::from_std(listener).expect("a runtime");
        let (sender, got) = channel();
        let task = tokio::spawn(async move {
            let mut answers = answers.into_iter();
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                match &tls {
                    None => {
                        let Some(answer) = answers.next() else { return };
                        tokio::spawn(converse(stream, answer, sender.clone()));
                    }
                    // A client that does not want us goes during the handshake.
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            let Some(answer) = answers.next() else { return };
                            tokio::spawn(converse(stream, answer, sender.clone()));
                        }
                    }
                }
            }
        });
        Server { port, got, task: task.abort_handle(), authority, _folder: folder }
    }

    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.host())
    }

    /// The next request.
    pub(crate) fn next(&self) -> Got {
        self.got.try_recv().expect("a request was made")
    }

    pub(crate) fn said_nothing(&self) {
        assert!(self.got.try_recv().is_err(), "there was another request");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer, got: Sender<Got>) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.replace("\r\n", "\n");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
                let (line, body) = (head.lines().next().unwrap_or_default().to_owned(), body.to_owned());
                // A test that does not look is a test that does not look.
                let _ = got.send(Got { line, head, body });
                break;
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let said = "no \x1b[2J for you";
    let whole = |head: &str| {
        format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{said}", said.len())
    };
    let text = match answer {
        Answer::Status(status @ ("200 OK" | "202 Accepted" | "204 No Content")) => {
            format!("HTTP/1.1 {status}\r\nConnection: close\r\n\r\n")
        }
        Answer::Status(status) => whole(&format!("{status}\r\nLocation: /elsewhere")),
        Answer::RetryAfter(after) => whole(&format!("503 No\r\nRetry-After: {after}")),
        Answer::Garbage => "no HTTP at all\r\n\r\n".to_owned(),
        Answer::Close => return,
        Answer::Hang => return std::future::pending().await,
        Answer::Drip => {
            let mut part = "HTTP/1.1 500 No\r\n".to_owned();
            loop {
                if stream.write_all(part.as_bytes()).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
                part = "X: y\r\n".to_owned();
            }
        }
        Answer::Flood => {
            let _ = stream.write_all(b"HTTP/1.1 500 No\r\n\r\n").await;
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
            return;
        }
    };
    // A client that has heard enough may be gone.
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}
