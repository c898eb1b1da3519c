use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use thiserror::Error;
use url::{Host, Url};

use crate::credentials::Credentials;
use crate::quoted;

/// An answer with more headers than this is refused.
const MAX_HEADERS: usize = 100;

/// How to talk to a monitor.
#[derive(Debug, Clone)]
pub struct MonitorConfig {
    /// PEM files of authorities that are trusted beside those of the machine. Default: none.
    pub authorities: Vec<PathBuf>,
    /// How long a connection may take. Default: 10 s.
    pub connect_timeout: Duration,
    /// How long an upload may take in all. Default: 2 minutes; the monitor verifies, reads and stores before it answers.
    pub timeout: Duration,
    /// `User-Agent`. Default: `touchstone/` and the version.
    pub user_agent: String,
}

impl Default for MonitorConfig {
    fn default() -> Self {
        MonitorConfig {
            authorities: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(120),
            user_agent: concat!("touchstone/", env!("CARGO_PKG_VERSION")).into(),
        }
    }
}

/// A compliance monitor, and who we are for it.
#[derive(Debug)]
pub struct Monitor {
    pub(crate) client: Client,
    pub(crate) reports: Url,
    pub(crate) credentials: Credentials,
    pub(crate) timeout: Duration,
}

impl Monitor {
    /// The monitor at a URL, such as `https://compliance.sovereignit.cloud/`; reports go to `reports` below it. Nothing is sent yet.
    ///
    /// # Errors
    /// If the URL is none, is not `https` (or `http` to this machine), or holds more than scheme, host, port and path; if a file of
    /// certificates cannot be used.
    pub fn new(url: &str, credentials: Credentials, config: MonitorConfig) -> Result<Monitor, MonitorError> {
        let reports = reports(url)?;
        let tls =
            touchstone_outgoing::trusting(&config.authorities).map_err(|why| MonitorError::Setup { why })?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .redirect(Policy::none())
            .referer(false)
            // The monitor closes connections after answers that it gave without reading the report.
            .pool_max_idle_per_host(0)
            .user_agent(config.user_agent)
            .connect_timeout(config.connect_timeout);
        if is_here(&reports) {
            builder = builder.no_proxy();
        }
        let client = builder.build();
        let client =
            client.map_err(|error| MonitorError::Setup { why: format!("cannot set up HTTP: {error}") })?;
        Ok(Monitor { client, reports, credentials, timeout: config.timeout })
    }

    /// Host and port, for messages.
    pub fn host(&self) -> String {
        let host = self.reports.host_str().unwrap_or("nowhere");
        self.reports.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

/// Where reports go.
fn reports(text: &str) -> Result<Url, MonitorError> {
    let wrong = |why: &str| MonitorError::Url { url: quoted(text), why: why.to_owned() };
    let mut url =
        Url::parse(text).map_err(|error| MonitorError::Url { url: quoted(text), why: error.to_string() })?;
    if !url.username().is_empty() || url.password().is_some() {
        // It is not repeated.
        let why =
            "it holds credentials, which belong into the settings for the account and the key".to_owned();
        return Err(MonitorError::Url { url: "the URL".into(), why });
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a `?` or a `#` in it"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_here(&url) => {}
        "http" => return Err(wrong("plain HTTP would show the key to everyone on the way; use `https`")),
        _ => return Err(wrong("it does not begin with `https://`")),
    }
    let path = format!("{}/reports", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

/// Whether it is this very machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// Why there is no such monitor.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MonitorError {
    /// Not a URL to use.
    #[error(
        "{url} is not the URL of a compliance monitor: {why}; expected something like `https://compliance.example.org/`"
    )]
    Url {
        /// The text, quoted.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// The machine lacks something.
    #[error("the compliance monitor cannot be talked to: {why}")]
    Setup {
        /// What.
        why: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_go_below_the_url() {
        for (url, expected) in [
            ("https://m.example", "https://m.example/reports"),
            ("https://m.example/", "https://m.example/reports"),
            ("https://m.example:8443/scs/", "https://m.example:8443/scs/reports"),
            ("https://m.example/scs", "https://m.example/scs/reports"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/reports"),
            ("http://[::1]:8080/", "http://[::1]:8080/reports"),
            ("http://localhost/", "http://localhost/reports"),
        ] {
            assert_eq!(reports(url).map(String::from), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn other_urls_are_refused() {
        for (url, why) in [
            ("compliance.example.org", "relative URL"),
            ("ftp://m.example", "https://"),
            ("http://m.example/", "plain HTTP"),
            ("http://127.0.0.1.example/", "plain HTTP"),
            ("http://localhost.example/", "plain HTTP"),
            ("https://m.example/?a=b", "`?`"),
            ("https://m.example/#a", "`#`"),
        ] {
            let error = reports(url).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains(url), "{error}");
        }
        let error = reports("https://jane:hunter2@m.example/").unwrap_err().to_string();
        assert!(error.contains("credentials") && !error.contains("hunter2"), "{error}");
    }
}
