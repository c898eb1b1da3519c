//! A session with one subject.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::header::HeaderName;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use touchstone_grants::{Method, ServiceType};
use url::Url;

use super::answer::{self, Leak};
use super::api::{CallError, ErrorKind, Identity, Openstack, Request, Response, Service};
use super::call::Call;
use super::config::CloudConfig;
use super::connect_error::ConnectError;
use super::endpoints::Endpoints;
use super::failure::{Failure, FailureKind};
use super::forbidden;
use super::keystone::{Facts, Keystone, Token};
use super::logins::Logins;
use super::options::SessionOptions;
use super::retry::{Retries, answer_is_transient, failure_is_transient, retry_after};
use super::transport::{Incoming, Outgoing, Transport};

const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// How long no new token is asked for because of a service that refused one that was new.
const REST_AFTER_REFUSAL: Duration = Duration::from_secs(10);

/// A session with one subject: logged in, with the catalog at hand.
///
/// - Requests go nowhere but below the endpoint of a service in the catalog; redirects are not followed.
/// - What is transient is retried within the bounds of [`SessionOptions`]; reads after a connection that failed or
///   broke, 429, 500, 502, 503 and 504; other calls only when it is certain that the subject did nothing.
/// - A token that is refused (401) is renewed once, for all callers together.
/// - The token is not in any answer: one that holds it is withheld.
pub struct Session {
    keystone: Keystone,
    transport: Transport,
    endpoints: Endpoints,
    logins: Logins,
    identity: Identity,
    expires_at: Option<Timestamp>,
    in_flight: Semaphore,
    /// Services that refuse a token that was new: the generation of that token, and when.
    refusing: Mutex<HashMap<ServiceType, (u64, Instant)>>,
    options: SessionOptions,
}

impl Session {
    /// Logs in.
    ///
    /// # Errors
    /// If the subject cannot be reached or does not let us in, or if its catalog does not go with the configured region.
    pub async fn connect(cloud: &CloudConfig, options: &SessionOptions) -> Result<Arc<Self>, ConnectError> {
        let keystone = Keystone::new(cloud);
        let transport = Transport::new(cloud.trust.clone(), cloud.proxies.clone(), options.clone())
            .map_err(|failure| ConnectError::of_failure(keystone.root(), failure))?;
        let (token, facts) = keystone.login(&transport, options, 0).await?;
        check_region(cloud, &facts)?;
        let identity = Identity { region: cloud.region.clone(), ..facts.identity };
        Ok(Arc::new(Self {
            endpoints: Endpoints::new(cloud, facts.catalog, identity.project_id.clone()),
            logins: Logins::new(token),
            identity,
            expires_at: facts.expires_at,
            in_flight: Semaphore::new(options.max_in_flight.max(1)),
            refusing: Mutex::default(),
            options: options.clone(),
            keystone,
            transport,
        }))
    }

    /// When the first token expires, if the subject said so. The session logs in again by itself.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// How often it logged in; at least 1.
    pub fn logins(&self) -> u64 {
        self.logins.token().generation + 1
    }

    /// Makes a call whose URL is known, with retries.
    async fn send(&self, call: &Call, url: &Url) -> Result<Response, CallError> {
        let mut retries = Retries::new(&self.options);
        let mut attempts = 0;
        let mut renewed = false;
        loop {
            let token = self.logins.token();
            attempts += 1;
            let wait = match self.attempt(call, url, Some(&token), &mut retries).await {
                Ok(incoming) if incoming.status == 401 && !renewed && self.may_renew(call, &token) => {
                    self.renew(call, &token).await?;
                    renewed = true;
                    continue;
                }
                Ok(incoming) => {
                    if incoming.status == 401 && renewed {
                        self.note_refusal(call, &token);
                    }
                    let transient = answer_is_transient(call.method, incoming.status, &incoming.headers);
                    match transient.then(|| retries.wait(retry_after(&incoming.headers))).flatten() {
                        Some(wait) => wait,
                        None => return self.respond(call, incoming, &token, attempts),
                    }
                }
                Err(failure) => {
                    let transient = failure_is_transient(call.method, &failure);
                    match transient.then(|| retries.wait(None)).flatten() {
                        Some(wait) => {
                            tracing::debug!(%call, problem = failure.problem, "trying again");
                            wait
                        }
                        None => return Err(call_error(call, url, &failure, attempts)),
                    }
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Makes a read without saying who we are, with retries.
    async fn send_without_token(&self, call: &Call, url: &Url) -> Result<Response, CallError> {
        let mut retries = Retries::new(&self.options);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let wait = match self.attempt(call, url, None, &mut retries).await {
                Ok(incoming) => {
                    let transient = answer_is_transient(call.method, incoming.status, &incoming.headers);
                    match transient.then(|| retries.wait(retry_after(&incoming.headers))).flatten() {
                        Some(wait) => wait,
                        None => return self.respond(call, incoming, &self.logins.token(), attempts),
                    }
                }
                Err(failure) => {
                    let transient = failure_is_transient(call.method, &failure);
                    match transient.then(|| retries.wait(None)).flatten() {
                        Some(wait) => wait,
                        None => return Err(call_error(call, url, &failure, attempts)),
                    }
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Sends a call once, when its turn has come.
    async fn attempt(
        &self,
        call: &Call,
        url: &Url,
        token: Option<&Token>,
        retries: &mut Retries<'_>,
    ) -> Result<Incoming, Failure> {
        // Never closed, so there is always a permit.
        let _permit = self.in_flight.acquire().await.ok();
        let mut headers = call.headers();
        if let Some(token) = token {
            headers.insert(X_AUTH_TOKEN, token.header());
        }
        let method = http_method(call.method);
        let outgoing = Outgoing { method, url: url.clone(), headers, body: call.body.clone() };
        self.transport.exchange(outgoing, self.options.max_answer_bytes, retries.time_for_attempt()).await
    }

    fn respond(
        &self,
        call: &Call,
        incoming: Incoming,
        token: &Token,
        attempts: u32,
    ) -> Result<Response, CallError> {
        answer::response(incoming, token, attempts).map_err(|Leak| {
            tracing::warn!(%call, "the subject answers with the token of the session");
            let problem =
                "the answer is withheld: it holds the token of the session, which no service should show";
            CallError::new(ErrorKind::Unreachable, call, problem)
        })
    }

    /// Whether a new token may help: not if the service has just refused one that was as new as this one. After a while it may: the
    /// token may have expired between being renewed and being used, and what was created has to be removed with another.
    fn may_renew(&self, call: &Call, token: &Token) -> bool {
        let refusing = self.refusing.lock().unwrap_or_else(PoisonError::into_inner);
        refusing.get(&call.service).is_none_or(|(generation, at)| {
            *generation < token.generation || at.elapsed() >= REST_AFTER_REFUSAL
        })
    }

    fn note_refusal(&self, call: &Call, token: &Token) {
        let mut refusing = self.refusing.lock().unwrap_or_else(PoisonError::into_inner);
        refusing.insert(call.service.clone(), (token.generation, Instant::now()));
    }

    async fn renew(&self, call: &Call, token: &Token) -> Result<Arc<Token>, CallError> {
        self.logins.renew(token, &self.keystone, &self.transport, &self.options).await.map_err(|error| {
            let problem =
                format!("the subject no longer accepts our token, and logging in again failed: {error}");
            CallError::new(ErrorKind::Unreachable, call, problem)
        })
    }
}

#[async_trait]
impl Openstack for Session {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        let call = Call::parse(request)?;
        let no_service = |problem| CallError::new(ErrorKind::NoSuchService, &call, problem);
        let endpoint = self.endpoints.find(&call.service, &self.transport).await.map_err(no_service)?;
        let url = call.url(&endpoint)?;
        if let Some(reason) = below(self.keystone.root(), &url)
            .and_then(|path| forbidden::reason_below_keystone(call.method, path))
        {
            return Err(CallError::new(ErrorKind::Denied, &call, reason));
        }
        self.send(&call, &url).await
    }

    async fn probe(&self, service: String, path: String) -> Result<Response, CallError> {
        let call = Call::parse(Request::new(service, Method::Get, path))?;
        let no_service = |problem| CallError::new(ErrorKind::NoSuchService, &call, problem);
        let mut origin = self.endpoints.find(&call.service, &self.transport).await.map_err(no_service)?;
        origin.set_path("/");
        let url = call.url(&origin)?;
        self.send_without_token(&call, &url).await
    }

    fn catalog(&self) -> Vec<Service> {
        self.endpoints.catalog()
    }

    fn identity(&self) -> Identity {
        self.identity.clone()
    }
}

/// The part of a URL's path below the root of Keystone (without its version), if it is below it.
fn below<'u>(keystone: &Url, url: &'u Url) -> Option<&'u str> {
    let root = keystone.path().trim_end_matches("/v3");
    let path = url.path().strip_prefix(root)?;
    (url.origin() == keystone.origin() && path.starts_with('/')).then_some(path)
}

fn check_region(cloud: &CloudConfig, facts: &Facts) -> Result<(), ConnectError> {
    let endpoints = facts.catalog.iter().flat_map(|service| &service.endpoints);
    let regions: BTreeSet<_> =
        endpoints.map(|endpoint| endpoint.region.as_str()).filter(|region| !region.is_empty()).collect();
    let known = regions.iter().copied().collect::<Vec<_>>().join(", ");
    let name = cloud.name.clone();
    match &cloud.region {
        Some(region) if !regions.is_empty() && !regions.contains(region.as_str()) => {
            Err(ConnectError::UnknownRegion { cloud: name, region: region.clone(), known })
        }
        None if regions.len() > 1 => Err(ConnectError::RegionUnclear { cloud: name, known }),
        _ => Ok(()),
    }
}

fn call_error(call: &Call, url: &Url, failure: &Failure, attempts: u32) -> CallError {
    let kind = match failure.kind {
        FailureKind::TimedOut => ErrorKind::TimedOut,
        FailureKind::TooLarge => ErrorKind::TooLarge,
        _ => ErrorKind::Unreachable,
    };
    let host = url.origin().ascii_serialization();
    let times = if attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() };
    CallError::new(kind, call, format!("{host}: {}{times}", failure.problem))
}

fn http_method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

#[cfg(test)]
mod tests;
