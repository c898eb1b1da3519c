//! HTTP with bounds: one exchange, without redirects, without anything that is not asked for.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, NoProxy, Proxy};
use rustls::ClientConfig;
use url::Url;

use super::config::{Proxies, Trust};
use super::failure::{Failure, FailureKind};
use super::options::SessionOptions;
use super::tls;

/// Loopback is never reached through a proxy.
const NEVER_PROXIED: &str = "localhost,127.0.0.0/8,::1";
const MAX_HEADERS: usize = 100;
const IDLE_CONNECTIONS: Duration = Duration::from_secs(60);

/// What is sent.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

/// What came back, complete.
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The connections to one subject.
///
/// There are two pools: one for plain HTTP, and one for HTTPS, which is made when it is first needed, because loading
/// the certificates of the machine takes longer than everything else in front of the first request.
pub(crate) struct Transport {
    plain: Client,
    secure: OnceLock<Result<Client, Failure>>,
    trust: Trust,
    proxies: Proxies,
    options: SessionOptions,
}

impl Transport {
    /// Opens no connection yet.
    pub(crate) fn new(trust: Trust, proxies: Proxies, options: SessionOptions) -> Result<Self, Failure> {
        let plain = client(tls::trusting_nobody()?, &proxies, &options)?;
        Ok(Self { plain, secure: OnceLock::new(), trust, proxies, options })
    }

    /// Sends a request and receives the answer, if that takes no longer than `within` and the answer has no more than
    /// `max_bytes`.
    pub(crate) async fn exchange(
        &self,
        outgoing: Outgoing,
        max_bytes: usize,
        within: Duration,
    ) -> Result<Incoming, Failure> {
        let client = self.client(&outgoing.url)?;
        let mut request = client.request(outgoing.method, outgoing.url).headers(outgoing.headers);
        if let Some(body) = outgoing.body {
            request = request.body(body);
        }
        match tokio::time::timeout(within, receive(request, max_bytes)).await {
            Ok(result) => result,
            Err(_) => Err(Failure::new(
                FailureKind::TimedOut,
                format!("no complete answer within {}", Seconds(within)),
            )),
        }
    }

    fn client(&self, url: &Url) -> Result<&Client, Failure> {
        if url.scheme() != "https" {
            return Ok(&self.plain);
        }
        let make = || client(tls::trusting(&self.trust)?, &self.proxies, &self.options);
        self.secure.get_or_init(make).as_ref().map_err(Failure::clone)
    }
}

async fn receive(request: reqwest::RequestBuilder, max_bytes: usize) -> Result<Incoming, Failure> {
    let mut response = request.send().await.map_err(|error| Failure::of(&error))?;
    let too_large = |size: String| {
        Failure::new(
            FailureKind::TooLarge,
            format!("the answer has {size} bytes; at most {max_bytes} are read"),
        )
    };
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).is_ok_and(|size| size > max_bytes) {
        return Err(too_large(announced.to_string()));
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error))? {
        if body.len() + chunk.len() > max_bytes {
            return Err(too_large(format!("more than {}", body.len())));
        }
        body.extend_from_slice(&chunk);
    }
    let status = response.status().as_u16();
    Ok(Incoming { status, headers: std::mem::take(response.headers_mut()), body: body.freeze() })
}

fn client(tls: ClientConfig, proxies: &Proxies, options: &SessionOptions) -> Result<Client, Failure> {
    let except = NoProxy::from_string(&format!("{NEVER_PROXIED},{}", proxies.except));
    let broken =
        |error: reqwest::Error| Failure::new(FailureKind::Setup, format!("cannot set up HTTP: {error}"));
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .http1_max_headers(MAX_HEADERS)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .user_agent(&options.user_agent)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(IDLE_CONNECTIONS)
        .pool_max_idle_per_host(options.max_in_flight)
        .tcp_nodelay(true);
    if let Some(url) = &proxies.http {
        builder = builder.proxy(Proxy::http(url.0.clone()).map_err(broken)?.no_proxy(except.clone()));
    }
    if let Some(url) = &proxies.https {
        builder = builder.proxy(Proxy::https(url.0.clone()).map_err(broken)?.no_proxy(except));
    }
    builder.build().map_err(broken)
}

/// A duration as people read it.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_millis() == 0 {
            write!(f, "{} s", self.0.as_secs())
        } else {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        }
    }
}
