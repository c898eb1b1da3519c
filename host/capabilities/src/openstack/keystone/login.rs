//! Logging in.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use tokio::time::Instant;
use url::Url;

use super::answer::{self, Facts};
use super::request;
use super::token::Token;
use crate::openstack::config::{Auth, CloudConfig};
use crate::openstack::connect_error::ConnectError;
use crate::openstack::failure::FailureKind;
use crate::openstack::options::SessionOptions;
use crate::openstack::retry::{Retries, retry_after};
use crate::openstack::transport::{Incoming, Outgoing, Transport};

/// Catalogs are large; this is larger.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// The identity service of a subject, and how to log in there.
pub(crate) struct Keystone {
    cloud: String,
    auth: Auth,
    /// The versioned root, without `/` at the end.
    root: Url,
}

impl Keystone {
    pub(crate) fn new(cloud: &CloudConfig) -> Self {
        Self { cloud: cloud.name.clone(), auth: cloud.auth.clone(), root: versioned(&cloud.auth_url) }
    }

    /// The root of the API, with `/v3`.
    pub(crate) fn root(&self) -> &Url {
        &self.root
    }

    /// Asks for a token. It will be of the given generation.
    ///
    /// What is transient is tried again, but neither a wrong password, which might lock the account, nor a cloud that
    /// does not answer at all, which the user wants to know at once.
    pub(crate) async fn login(
        &self,
        transport: &Transport,
        options: &SessionOptions,
        generation: u64,
    ) -> Result<(Token, Facts), ConnectError> {
        let url = self.tokens_url();
        let mut retries = Retries::new(options);
        loop {
            let started = Instant::now();
            let within = retries.time_for_attempt();
            match transport.exchange(self.outgoing(&url), MAX_ANSWER, within).await {
                Ok(answer) if matches!(answer.status, 429 | 500 | 502 | 503 | 504) => {
                    match retries.wait(retry_after(&answer.headers)) {
                        Some(wait) => tokio::time::sleep(wait).await,
                        None => return Err(self.refusal(&url, &answer)),
                    }
                }
                Ok(answer) => {
                    tracing::debug!(status = answer.status, elapsed = ?started.elapsed(), "logged in or not");
                    return self.accept(&url, &answer, generation);
                }
                Err(failure) => {
                    let retry = failure.kind == FailureKind::Broken;
                    match retries.wait(None).filter(|_| retry) {
                        Some(wait) => tokio::time::sleep(wait).await,
                        None => return Err(ConnectError::of_failure(&url, failure)),
                    }
                }
            }
        }
    }

    fn tokens_url(&self) -> Url {
        let mut url = self.root.clone();
        url.set_path(&format!("{}/auth/tokens", self.root.path()));
        url
    }

    fn outgoing(&self, url: &Url) -> Outgoing {
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(ACCEPT, json.clone()), (CONTENT_TYPE, json)]);
        Outgoing { method: Method::POST, url: url.clone(), headers, body: Some(request::body(&self.auth)) }
    }

    fn accept(&self, url: &Url, answer: &Incoming, generation: u64) -> Result<(Token, Facts), ConnectError> {
        if !matches!(answer.status, 200 | 201) {
            return Err(self.refusal(url, answer));
        }
        let bad = |problem: String| ConnectError::BadToken { url: url.to_string(), problem };
        let facts = answer::parse(&answer.body).map_err(|problem| {
            // A login page answers 200 as well; that needs other help than a broken Keystone.
            if is_json(answer) { bad(problem) } else { self.refusal(url, answer) }
        })?;
        let token =
            answer.headers.get("x-subject-token").and_then(|value| Token::new(value.clone(), generation));
        let token = token
            .ok_or_else(|| bad("it has no X-Subject-Token header; does a proxy remove it?".to_owned()))?;
        if !facts.scoped {
            return Err(ConnectError::Unscoped { cloud: self.cloud.clone() });
        }
        Ok((token, facts))
    }

    /// What an answer other than a token means.
    fn refusal(&self, url: &Url, answer: &Incoming) -> ConnectError {
        let url = url.to_string();
        let status = answer.status;
        match status {
            401 => ConnectError::Unauthorized { cloud: self.cloud.clone(), url, advice: self.advice() },
            403 => ConnectError::Forbidden { cloud: self.cloud.clone(), url },
            300 => ConnectError::MultipleChoices { url },
            301..=399 => {
                let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
                let to = location.and_then(|location| self.root.join(location).ok()).map(|mut to| {
                    to.set_query(None);
                    to.set_fragment(None);
                    to
                });
                let to = to.map_or_else(|| "elsewhere".to_owned(), |to| strip_user(to).to_string());
                ConnectError::Redirected { url, status, to }
            }
            404 | 405 | 410 => ConnectError::NotKeystone { url, status },
            429 | 500..=599 => ConnectError::ServerError { url, status },
            _ if !is_json(answer) => {
                let content_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
                let content_type =
                    content_type.unwrap_or("something without content type").chars().take(80).collect();
                ConnectError::NotJson { url, status, content_type }
            }
            _ => ConnectError::Refused { cloud: self.cloud.clone(), url, status },
        }
    }

    fn advice(&self) -> &'static str {
        match self.auth {
            Auth::Password { .. } => {
                "user name, password, domain or project is wrong, or the user is disabled or locked (Keystone does not \
                 say which)"
            }
            Auth::ApplicationCredential { .. } => {
                "id (or name) or secret of the application credential is wrong, or it has expired or was deleted, or \
                 its user lost a role"
            }
            Auth::Token { .. } => "the token is wrong, or has expired or was revoked",
        }
    }
}

/// The root of version 3 for an `auth_url` with or without a version.
fn versioned(auth_url: &Url) -> Url {
    let mut url = auth_url.clone();
    let path = auth_url.path().trim_end_matches('/');
    let path = path.strip_suffix("/auth/tokens").unwrap_or(path);
    url.set_path(&if path.ends_with("/v3") { path.to_owned() } else { format!("{path}/v3") });
    url
}

fn is_json(answer: &Incoming) -> bool {
    touchstone_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok()
}

fn strip_user(mut url: Url) -> Url {
    // Fails for URLs that have no host, which have no user either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_added_where_it_is_missing() {
        for (auth_url, root) in [
            ("http://k:5000", "http://k:5000/v3"),
            ("http://k:5000/", "http://k:5000/v3"),
            ("http://k:5000/v3", "http://k:5000/v3"),
            ("http://k:5000/v3/", "http://k:5000/v3"),
            ("https://k/identity", "https://k/identity/v3"),
            ("https://k/identity/v3/auth/tokens", "https://k/identity/v3"),
        ] {
            assert_eq!(versioned(&Url::parse(auth_url).unwrap()).as_str(), root, "{auth_url}");
        }
    }
}
