//! Showing a registry who we are.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::challenge::{Challenge, challenge};
use crate::credentials::{Credentials, credentials};
use crate::error::RegistryError;
use crate::exchange::{Outgoing, exchange, host_of};
use crate::reference::is_loopback;
use crate::retry::{Retries, Trouble, again};
use crate::session::Session;

/// A token larger than this is none.
const MAX_TOKEN_BYTES: u64 = 256 << 10;

/// What gives out tokens may call them by either name.
#[derive(Deserialize)]
struct Issued {
    token: Option<String>,
    access_token: Option<String>,
}

impl Session<'_> {
    /// What to show, after a registry has said 401; and what is to be said if it is refused.
    pub(crate) async fn authenticate(
        &self,
        headers: &HeaderMap,
    ) -> Result<(HeaderValue, String), RegistryError> {
        let unauthorized = |why: String| RegistryError::Unauthorized { host: self.host().into(), why };
        let way = challenge(headers).map_err(unauthorized)?;
        if let Challenge::Bearer { realm, .. } = &way {
            self.check_realm(realm)?;
        }
        let known = credentials(self.config().docker_config.clone(), self.credentials_host()).await?;
        let if_refused = match known {
            Some(_) => format!("it refuses the credentials that are in {}", self.credentials_place()),
            None => self.no_credentials(),
        };
        let shown = match (way, known) {
            (Challenge::Basic, Some(Credentials::Basic { user, password })) => {
                secret(&basic(&user, &password))?
            }
            (Challenge::Basic, Some(Credentials::Identity(_))) => {
                return Err(unauthorized(
                    "it asks for a password, and there is only an identity token".into(),
                ));
            }
            (Challenge::Basic, None) => return Err(unauthorized(if_refused)),
            (Challenge::Bearer { realm, service }, known) => {
                let token =
                    self.token(&self.check_realm(&realm)?, service.as_deref(), known.as_ref()).await?;
                secret(&format!("Bearer {token}"))?
            }
        };
        Ok((shown, if_refused))
    }

    fn no_credentials(&self) -> String {
        format!("there are no credentials for it in {}", self.credentials_place())
    }

    fn credentials_place(&self) -> String {
        let folder = self.config().docker_config.as_ref();
        folder.map_or_else(|| "~/.docker".into(), |folder| folder.join("config.json").display().to_string())
    }

    /// Where tokens are given out: over `https`, or on this machine if the registry is there too.
    fn check_realm(&self, realm: &str) -> Result<Url, RegistryError> {
        let refused =
            |to: String, why: &str| RegistryError::Realm { host: self.host().into(), to, why: why.into() };
        let Ok(url) = Url::parse(realm) else {
            return Err(refused(format!("`{}`", crate::reference::shown(realm)), "that is not a URL"));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(host_of(&url), "its URL has a user in it"));
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback(&url) && is_loopback(self.base()) => Ok(url),
            _ => Err(refused(host_of(&url), "that is not https")),
        }
    }

    async fn token(
        &self,
        realm: &Url,
        service: Option<&str>,
        known: Option<&Credentials>,
    ) -> Result<String, RegistryError> {
        let what = "a token";
        let mut outgoing = Outgoing::get(realm.clone(), MAX_TOKEN_BYTES, what);
        let mut authorization = None;
        if let Some(Credentials::Identity(token)) = known {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token);
            form.append_pair("client_id", "touchstone").append_pair("scope", self.scope());
            service.map(|service| form.append_pair("service", service));
            outgoing.method = reqwest::Method::POST;
            outgoing.body = Some(form.finish().into());
            outgoing
                .headers
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        } else {
            let mut query = outgoing.url.query_pairs_mut();
            service.map(|service| query.append_pair("service", service));
            query.append_pair("scope", self.scope());
            drop(query);
            if let Some(Credentials::Basic { user, password }) = known {
                authorization = Some(secret(&basic(user, password))?);
            }
        }
        let host = outgoing.host();
        let mut retries = Retries::new(self.config(), &host);
        let issued = loop {
            let client = self.client(&outgoing.url)?;
            let tried =
                exchange(client, &outgoing, authorization.as_ref(), self.config().stall_timeout).await;
            let trouble = match tried {
                Ok(answer) if answer.status == 200 => break answer,
                Ok(answer) if matches!(answer.status, 400 | 401 | 403) => {
                    let whose =
                        known.map_or_else(|| self.no_credentials(), |_| "its credentials are refused".into());
                    let why = format!(
                        "{host}, which gives out its tokens, gives none ({}{}); {whose}",
                        answer.status,
                        answer.detail()
                    );
                    return Err(RegistryError::Unauthorized { host: self.host().into(), why });
                }
                Ok(answer) => Trouble {
                    again: again(answer.status, &answer.headers),
                    error: Box::new(RegistryError::Status {
                        host: host.clone(),
                        what: what.into(),
                        status: answer.status,
                        detail: answer.detail(),
                        attempts: 1,
                    }),
                },
                Err(trouble) => trouble,
            };
            retries.pause(trouble).await?;
        };
        let parsed: Option<Issued> = touchstone_json::from_slice(&issued.body).ok();
        let token =
            parsed.and_then(|issued| issued.token.filter(|token| !token.is_empty()).or(issued.access_token));
        token.ok_or(RegistryError::Senseless {
            host,
            what: what.into(),
            why: "there is no token in it".into(),
        })
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

fn secret(text: &str) -> Result<HeaderValue, RegistryError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        RegistryError::Setup("the token or the credentials have characters that HTTP cannot carry".into())
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use crate::config::RegistryConfig;
    use crate::registry::Registry;
    use crate::session::Session;

    #[tokio::test]
    async fn tokens_are_had_over_tls_or_on_this_machine() {
        let registry = Registry::new(RegistryConfig::default());
        let reference = "oci://registry.example.org/a:1".parse().expect("a reference");
        let remote = Session::open(&registry, &reference, "pull").await.expect("nothing is sent");
        assert!(remote.check_realm("https://auth.example.org/token").is_ok());
        for realm in
            ["http://127.0.0.1:1/token", "http://localhost/token", "http://registry.example.org/token"]
        {
            let error = remote.check_realm(realm).expect_err(realm).to_string();
            assert!(error.contains("that is not https"), "{error}");
        }
    }
}
