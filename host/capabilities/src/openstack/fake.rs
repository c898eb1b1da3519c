//! A server for tests that answers what it is told to, however wrong, and remembers what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::config::{Auth, CloudConfig, Domain, Scope, Secret, User};
use super::options::SessionOptions;

pub(super) const PASSWORD: &str = "hunter2-is-the-password";
pub(super) const PROJECT: &str = "4c99839ae59548b699609a664400da5d";

/// What the server was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    /// Names in lower case.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
    /// How many requests for the same target there were before.
    pub(super) before: usize,
}

impl Asked {
    pub(super) fn is_login(&self) -> bool {
        self.method == "POST" && self.target.ends_with("/auth/tokens")
    }

    pub(super) fn token(&self) -> &str {
        self.headers.get("x-auth-token").map_or("", String::as_str)
    }
}

/// What the server does.
pub(super) enum Reply {
    /// Answers properly, after a while.
    Answer { status: u16, headers: Vec<(String, String)>, body: String, after: Duration },
    /// Writes these bytes and closes the connection.
    Raw(Vec<u8>),
    /// Writes these bytes and then others without end.
    Endless(&'static str, Vec<u8>),
    /// Writes one byte after the other, slowly.
    Drip(&'static str, Duration),
    /// Closes the connection.
    Close,
    /// Does nothing.
    Hang,
}

pub(super) fn answer(status: u16, body: impl Into<String>) -> Reply {
    with_headers(status, &[("Content-Type", "application/json")], body)
}

pub(super) fn with_headers(status: u16, headers: &[(&str, &str)], body: impl Into<String>) -> Reply {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Reply::Answer { status, headers, body: body.into(), after: Duration::ZERO }
}

pub(super) fn slowly(millis: u64, reply: Reply) -> Reply {
    match reply {
        Reply::Answer { status, headers, body, .. } => {
            Reply::Answer { status, headers, body, after: Duration::from_millis(millis) }
        }
        other => other,
    }
}

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The server. It ends with the test's runtime.
pub(super) struct Fake {
    pub(super) url: Url,
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    asked: Vec<Asked>,
    connections: usize,
    under_way: usize,
    most_under_way: usize,
}

impl Fake {
    pub(super) async fn start(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(Arc::new(handler), None).await
    }

    pub(super) async fn start_tls(
        tls: TlsAcceptor,
        handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Arc::new(handler), Some(tls)).await
    }

    /// A cloud: logs everybody in, with a catalog of services at this server, and lets the handler answer the rest.
    pub(super) async fn cloud(
        services: &'static [(&'static str, &'static str)],
        handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |asked| {
            if !asked.is_login() {
                return handler(asked);
            }
            let host = &asked.headers["host"];
            let catalog: Vec<_> =
                services.iter().map(|(kind, path)| service(kind, &format!("http://{host}{path}"))).collect();
            logged_in(asked.before, &catalog)
        })
        .await
    }

    async fn listen(handler: Arc<Handler>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://{}", listener.local_addr().unwrap())).unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let shared = Arc::clone(&log);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (handler, log, tls) = (Arc::clone(&handler), Arc::clone(&shared), tls.clone());
                log.lock().unwrap().connections += 1;
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, handler, log).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, handler, log).await;
                            }
                        }
                    }
                });
            }
        });
        Self { url, log }
    }

    /// What it was asked, logins included.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().asked.clone()
    }

    /// What it was asked, without logins: methods and targets.
    pub(super) fn calls(&self) -> Vec<String> {
        let asked = self.asked();
        asked
            .iter()
            .filter(|asked| !asked.is_login())
            .map(|asked| format!("{} {}", asked.method, asked.target))
            .collect()
    }

    pub(super) fn logins(&self) -> usize {
        self.asked().iter().filter(|asked| asked.is_login()).count()
    }

    pub(super) fn connections(&self) -> usize {
        self.log.lock().unwrap().connections
    }

    pub(super) fn most_under_way(&self) -> usize {
        self.log.lock().unwrap().most_under_way
    }

    /// How to log in here.
    pub(super) fn config(&self) -> CloudConfig {
        let user = User::Name { name: "tester".into(), domain: Domain::Id("default".into()) };
        let auth =
            Auth::Password { user, password: Secret::new(PASSWORD), scope: Scope::ProjectId(PROJECT.into()) };
        CloudConfig::new("fake", self.url.clone(), auth)
    }
}

/// Options with which tests are quick.
pub(super) fn quick() -> SessionOptions {
    SessionOptions {
        connect_timeout: Duration::from_secs(2),
        attempt_timeout: Duration::from_secs(2),
        call_timeout: Duration::from_secs(5),
        first_wait: Duration::from_millis(5),
        ..SessionOptions::default()
    }
}

/// The token that the fake cloud gives out, the first one being of generation 0.
pub(super) fn token(generation: usize) -> String {
    format!("gAAAAABfake-token-of-generation-{generation}")
}

/// The answer to a login.
pub(super) fn logged_in(generation: usize, catalog: &[Value]) -> Reply {
    let domain = json!({"id": "default", "name": "Default"});
    let body = json!({"token": {
        "user": {"id": "u1", "name": "tester", "domain": domain},
        "project": {"id": PROJECT, "name": "conformance", "domain": domain},
        "roles": [{"name": "member"}, {"name": "reader"}],
        "expires_at": "2100-01-01T00:00:00.000000Z",
        "catalog": catalog,
    }});
    with_headers(
        201,
        &[("X-Subject-Token", &token(generation)), ("Content-Type", "application/json")],
        body.to_string(),
    )
}

pub(super) fn service(kind: &str, url: &str) -> Value {
    let url = url.replace("PROJECT", PROJECT);
    json!({"type": kind, "name": kind, "endpoints": [{"interface": "public", "region": "R", "url": url}]})
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    handler: Arc<Handler>,
    log: Arc<Mutex<Log>>,
) {
    while let Some(mut asked) = read(&mut stream).await {
        {
            let mut log = log.lock().unwrap();
            asked.before = log.asked.iter().filter(|other| other.target == asked.target).count();
            log.asked.push(asked.clone());
            log.under_way += 1;
            log.most_under_way = log.most_under_way.max(log.under_way);
        }
        let open = write(&mut stream, handler(&asked), asked.method == "HEAD").await;
        log.lock().unwrap().under_way -= 1;
        if open.is_none() {
            return;
        }
    }
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { method, target, headers, body: String::from_utf8(body).ok()?, before: 0 })
}

/// Nothing if the connection is to be closed, or was.
async fn write<S: AsyncWrite + Unpin>(stream: &mut S, reply: Reply, head: bool) -> Option<()> {
    match reply {
        Reply::Answer { status, headers, body, after } => {
            tokio::time::sleep(after).await;
            let headers: String =
                headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let length = body.len();
            let body = if head { "" } else { &body };
            let text = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
            stream.write_all(text.as_bytes()).await.ok()
        }
        Reply::Raw(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.shutdown().await.ok()?;
            None
        }
        Reply::Endless(head, more) => {
            stream.write_all(head.as_bytes()).await.ok()?;
            loop {
                stream.write_all(&more).await.ok()?;
            }
        }
        Reply::Drip(text, pause) => {
            for byte in text.bytes() {
                stream.write_all(&[byte]).await.ok()?;
                tokio::time::sleep(pause).await;
            }
            None
        }
        Reply::Close => None,
        Reply::Hang => std::future::pending().await,
    }
}
