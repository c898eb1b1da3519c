//! Proxies, as environment variables name them.

use std::fmt;

use url::Url;

use super::env::Env;
use super::error::{ConfigError, Place};

/// Proxies to go through. Loopback addresses are never reached through one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies {
    pub(crate) http: Option<ProxyUrl>,
    pub(crate) https: Option<ProxyUrl>,
    /// Comma-separated hosts, domains and networks that are reached directly.
    pub(crate) except: String,
}

/// The URL of a proxy, which may hold a password.
#[derive(Clone)]
pub(crate) struct ProxyUrl(pub(crate) Url);

impl Proxies {
    /// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, each in lower case first, as curl has it.
    pub(crate) fn of_environment(env: &Env) -> Result<Self, ConfigError> {
        let all = proxy(env, "all_proxy")?;
        Ok(Self {
            http: proxy(env, "http_proxy")?.or_else(|| all.clone()),
            https: proxy(env, "https_proxy")?.or(all),
            except: variable(env, "no_proxy").map(|(_, value)| value.to_owned()).unwrap_or_default(),
        })
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.origin().ascii_serialization())
    }
}

fn variable<'e>(env: &'e Env, name: &str) -> Option<(String, &'e str)> {
    let upper = name.to_ascii_uppercase();
    env.var(name).map(|value| (name.to_owned(), value)).or_else(|| Some((upper.clone(), env.var(&upper)?)))
}

fn proxy(env: &Env, name: &str) -> Result<Option<ProxyUrl>, ConfigError> {
    let Some((name, value)) = variable(env, name) else { return Ok(None) };
    let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    match Url::parse(&with_scheme) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Some(ProxyUrl(url))),
        _ => Err(ConfigError::Invalid {
            place: Place::Variable(name.clone()),
            key: name,
            problem: "a proxy is written http://HOST:PORT; other kinds are not supported".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(vars: &[(&str, &str)]) -> Result<Proxies, ConfigError> {
        Proxies::of_environment(
            &vars.iter().fold(Env::new("/"), |env, (name, value)| env.with_var(*name, *value)),
        )
    }

    #[test]
    fn lower_case_goes_first_and_all_is_the_last_resort() {
        let proxies = proxies(&[
            ("https_proxy", "one:8080"),
            ("HTTPS_PROXY", "http://two:8080"),
            ("ALL_PROXY", "http://three:1"),
            ("NO_PROXY", "intra.example"),
        ])
        .unwrap();
        assert_eq!(proxies.https.unwrap().0.as_str(), "http://one:8080/");
        assert_eq!(proxies.http.unwrap().0.as_str(), "http://three:1/");
        assert_eq!(proxies.except, "intra.example");
    }

    #[test]
    fn other_kinds_are_refused_and_passwords_not_shown() {
        let error = proxies(&[("HTTPS_PROXY", "socks5://me:hunter2@proxy:1080")]).unwrap_err().to_string();
        assert!(error.starts_with("environment variable HTTPS_PROXY"), "{error}");
        assert!(!error.contains("hunter2"));
        let shown = format!("{:?}", proxies(&[("HTTPS_PROXY", "http://me:hunter2@proxy:3128")]).unwrap());
        assert!(shown.contains("http://proxy:3128") && !shown.contains("hunter2"), "{shown}");
    }
}
