//! Notifications as HTTP POSTs, signed as the specification Standard Webhooks says (`docs/notifications.md`).

mod answer;
mod signature;

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use self::signature::Secret;
use crate::error::{ConfigError, SendError};
use crate::notification::Notification;
use crate::tls;

/// Where a webhook is, and what it needs.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// Where to send to: `https://…`; `http://` to this machine only, unless `allow_http` says otherwise. What is secret in it
    /// is never shown.
    pub url: String,
    /// A file with the secret that signs: `whsec_` and the base64 of 24 to 64 random bytes. Several lines are several secrets:
    /// all of them sign, so that a secret can be replaced. None: not signed.
    pub secret_file: Option<PathBuf>,
    /// PEM files with certificate authorities to believe beside those of the machine. Default: none.
    pub authorities: Vec<PathBuf>,
    /// Send unencrypted to other machines, too. Default: no.
    pub allow_http: bool,
    /// How long one delivery may take in all. Default: 30 s.
    pub timeout: Duration,
}

impl WebhookConfig {
    /// A webhook at a URL, with defaults for all else: not signed.
    pub fn new(url: impl Into<String>) -> WebhookConfig {
        WebhookConfig {
            url: url.into(),
            secret_file: None,
            authorities: Vec::new(),
            allow_http: false,
            timeout: Duration::from_secs(30),
        }
    }
}

/// A webhook that notifications can be sent to.
pub struct Webhook {
    client: Client,
    url: Url,
    /// Host and port, for messages.
    to: String,
    secrets: Vec<Secret>,
}

impl Webhook {
    /// Reads what the configuration names; nothing is sent.
    ///
    /// # Errors
    /// If the URL is none, or is not encrypted; or a file cannot be used.
    pub fn new(config: &WebhookConfig) -> Result<Webhook, ConfigError> {
        let broken = |to: &str| {
            let destination = format!("webhook {to}").trim_end().to_owned();
            move |problem: String| ConfigError { destination: destination.clone(), problem }
        };
        // The parser's error does not hold the URL, and a URL may be secret.
        let url = Url::parse(&config.url)
            .map_err(|error| broken("")(format!("its URL cannot be read: {error}")))?;
        let to = host_of(&url);
        let broken = broken(&to);
        match url.scheme() {
            "https" => {}
            "http" if config.allow_http || is_loopback(&url) => {}
            "http" => {
                return Err(broken(
                    "http is not encrypted; take https, or say that http is allowed".to_owned(),
                ));
            }
            other => return Err(broken(format!("`{other}` is not a scheme of webhooks; take https"))),
        }
        let secrets = config.secret_file.as_deref().map(Secret::read_all).transpose().map_err(&broken)?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls::trusting(&config.authorities).map_err(&broken)?)
            .http1_only()
            .http1_max_headers(100)
            .redirect(Policy::none())
            .referer(false)
            .user_agent(concat!("touchstone/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.timeout.min(Duration::from_secs(10)))
            .timeout(config.timeout);
        let client = if is_loopback(&url) { client.no_proxy() } else { client };
        let client = client.build().map_err(|error| broken(format!("cannot set up HTTP: {error}")))?;
        Ok(Webhook { client, url, to, secrets: secrets.unwrap_or_default() })
    }

    /// Host and port that it goes to.
    pub fn host(&self) -> &str {
        &self.to
    }

    /// Sends a notification, once: trying again is for the caller. The same notification has the same `webhook-id`.
    ///
    /// # Errors
    /// If it is not known to have been accepted (a 2xx status); [`SendError::is_retryable`] says whether to try again.
    pub async fn send(&self, notification: &Notification) -> Result<(), SendError> {
        self.send_at(notification, Timestamp::now()).await
    }

    async fn send_at(&self, notification: &Notification, at: Timestamp) -> Result<(), SendError> {
        let (body, id, timestamp) = (notification.json(), &notification.id, at.as_second().to_string());
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", &timestamp)
            .header("idempotency-key", format!("\"{id}\""));
        if !self.secrets.is_empty() {
            let all: Vec<String> =
                self.secrets.iter().map(|secret| secret.sign(id, &timestamp, &body)).collect();
            request = request.header("webhook-signature", all.join(" "));
        }
        match request.body(body).send().await {
            Ok(response) => answer::judge(&self.to, response, at).await,
            Err(error) => Err(SendError::NoAnswer { to: self.to.clone(), why: answer::explain(&error) }),
        }
    }
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("nowhere");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether a URL is of this machine: `localhost`, 127.0.0.0/8, `::1`.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}
