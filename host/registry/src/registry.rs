use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use url::Url;

use crate::config::RegistryConfig;
use crate::error::RegistryError;
use crate::reference::{Reference, is_loopback};
use touchstone_outgoing::is_not_tls;

/// An answer with more headers than this is refused.
const MAX_HEADERS: usize = 100;

/// How long a registry on this machine has to answer a greeting in TLS.
const PROBE: Duration = Duration::from_secs(3);

/// A client of OCI registries.
pub struct Registry {
    config: RegistryConfig,
    clients: OnceLock<Result<Clients, String>>,
    /// Registries on this machine, and whether they speak plain HTTP.
    plain: Mutex<HashMap<String, bool>>,
}

struct Clients {
    /// To the world, through the proxies that the environment names.
    out: Client,
    /// To this very machine.
    here: Client,
}

impl Registry {
    /// A client. Nothing is sent, and no file is read, before something is asked of it.
    pub fn new(config: RegistryConfig) -> Self {
        Registry { config, clients: OnceLock::new(), plain: Mutex::default() }
    }

    pub(crate) fn config(&self) -> &RegistryConfig {
        &self.config
    }

    /// The client for a URL. It follows no redirects.
    pub(crate) fn client(&self, url: &Url) -> Result<&Client, RegistryError> {
        let clients = self.clients.get_or_init(|| self.build());
        let clients = clients.as_ref().map_err(|why| RegistryError::Setup(why.clone()))?;
        Ok(if is_loopback(url) { &clients.here } else { &clients.out })
    }

    fn build(&self) -> Result<Clients, String> {
        let tls = touchstone_outgoing::trusting(&self.config.authorities)?;
        let builder = || {
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .http1_only()
                .http1_max_headers(MAX_HEADERS)
                .redirect(Policy::none())
                .referer(false)
                .user_agent(&self.config.user_agent)
                .connect_timeout(self.config.connect_timeout)
        };
        let broken = |error: reqwest::Error| format!("cannot set up HTTP: {error}");
        Ok(Clients {
            out: builder().build().map_err(broken)?,
            here: builder().no_proxy().build().map_err(broken)?,
        })
    }

    /// The root of a registry's API. With registries on this machine plain HTTP is spoken if they speak no TLS.
    pub(crate) async fn base(&self, reference: &Reference) -> Result<Url, RegistryError> {
        let host = reference.api_host();
        let url = |scheme: &str| {
            Url::parse(&format!("{scheme}://{host}/v2/")).expect("the host of a reference is one of a URL")
        };
        let secure = url("https");
        if !is_loopback(&secure) {
            return Ok(secure);
        }
        let known = self.plain.lock().unwrap_or_else(PoisonError::into_inner).get(host).copied();
        let plain = match known {
            Some(plain) => plain,
            None => {
                let probe = self.client(&secure)?.get(secure.clone()).send();
                // Who does not understand a greeting in TLS says so, or waits for more.
                let answer = tokio::time::timeout(self.config.connect_timeout.min(PROBE), probe).await;
                let plain = answer.map_or(true, |answer| answer.is_err_and(|error| is_not_tls(&error)));
                self.plain.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned(), plain);
                plain
            }
        };
        Ok(if plain { url("http") } else { secure })
    }
}
