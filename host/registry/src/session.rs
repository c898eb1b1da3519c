//! What is asked of one repository while something is pulled or pushed.

use std::sync::{Mutex, PoisonError};

use reqwest::header::{ACCEPT, HeaderValue, LOCATION};
use reqwest::{Client, Method};
use touchstone_store::{Digest, MAX_MANIFEST_BYTES, media};
use url::Url;

use crate::config::RegistryConfig;
use crate::error::RegistryError;
use crate::exchange::{Incoming, Outgoing, exchange, host_of};
use crate::reference::Reference;
use crate::registry::Registry;
use crate::retry::{Retries, Trouble, again};

/// A blob may be elsewhere, and from there again elsewhere, so often.
const MAX_REDIRECTS: u32 = 3;

/// One repository of a registry, for as long as something is pulled or pushed.
pub(crate) struct Session<'r> {
    registry: &'r Registry,
    reference: &'r Reference,
    base: Url,
    scope: String,
    authorization: Mutex<Option<HeaderValue>>,
}

impl<'r> Session<'r> {
    pub(crate) async fn open(
        registry: &'r Registry,
        reference: &'r Reference,
        actions: &str,
    ) -> Result<Self, RegistryError> {
        let base = registry.base(reference).await?;
        let scope = format!("repository:{}:{actions}", reference.repository());
        Ok(Session { registry, reference, base, scope, authorization: Mutex::default() })
    }

    pub(crate) fn config(&self) -> &'r RegistryConfig {
        self.registry.config()
    }

    pub(crate) fn client(&self, url: &Url) -> Result<&'r Client, RegistryError> {
        self.registry.client(url)
    }

    /// The registry, as messages call it.
    pub(crate) fn host(&self) -> &'r str {
        self.reference.host()
    }

    /// The registry, as docker calls it in its configuration.
    pub(crate) fn credentials_host(&self) -> &str {
        match self.reference.api_host() {
            "registry-1.docker.io" => "https://index.docker.io/v1/",
            _ => self.reference.host(),
        }
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// What a token has to allow.
    pub(crate) fn scope(&self) -> &str {
        &self.scope
    }

    /// A URL below the repository.
    pub(crate) fn url(&self, rest: &str) -> Url {
        let path = format!("{}/{rest}", self.reference.repository());
        self.base.join(&path).expect("names of repositories, tags and digests are paths")
    }

    /// Asks, again if need be; answers other than those expected are errors.
    pub(crate) async fn ask(&self, outgoing: &Outgoing, expected: &[u16]) -> Result<Incoming, RegistryError> {
        let mut retries = Retries::new(self.config(), self.host());
        loop {
            match self.ask_once(outgoing, expected).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => retries.pause(trouble).await?,
            }
        }
    }

    /// Asks once, after showing who we are if that is asked for.
    pub(crate) async fn ask_once(&self, outgoing: &Outgoing, expected: &[u16]) -> Result<Incoming, Trouble> {
        let known = self.authorization();
        let mut answer =
            exchange(self.client(&outgoing.url)?, outgoing, known.as_ref(), self.config().stall_timeout)
                .await?;
        if answer.status == 401 {
            let (authorization, if_refused) = self.authenticate(&answer.headers).await?;
            *self.authorization.lock().unwrap_or_else(PoisonError::into_inner) = Some(authorization.clone());
            let client = self.client(&outgoing.url)?;
            answer = exchange(client, outgoing, Some(&authorization), self.config().stall_timeout).await?;
            if answer.status == 401 {
                return Err(RegistryError::Unauthorized { host: self.host().into(), why: if_refused }.into());
            }
        }
        self.judge(outgoing, answer, expected)
    }

    /// Fetches a blob, from wherever the registry has it.
    pub(crate) async fn blob(&self, digest: Digest, size: u64, what: &str) -> Result<Vec<u8>, RegistryError> {
        let outgoing = Outgoing::get(self.url(&format!("blobs/{digest}")), size, what);
        let mut retries = Retries::new(self.config(), self.host());
        let bytes = loop {
            match self.fetch(&outgoing).await {
                Ok(answer) => break answer.body,
                Err(trouble) => retries.pause(trouble).await?,
            }
        };
        let (host, what, actual) = (self.host().to_owned(), what.to_owned(), bytes.len() as u64);
        if actual != size {
            return Err(RegistryError::CutOff { host, what, expected: size, actual });
        }
        self.verified(bytes, digest, &what)
    }

    async fn fetch(&self, outgoing: &Outgoing) -> Result<Incoming, Trouble> {
        let mut answer = self.ask_once(outgoing, &[200, 301, 302, 303, 307, 308]).await?;
        let mut from = outgoing.clone();
        for _ in 0..MAX_REDIRECTS {
            let Some(to) = self.redirection(&from, &answer)? else { return Ok(answer) };
            if to.scheme() != "https" {
                return Err(self.redirected(&from, &to, "that is not https").into());
            }
            from.url = to;
            answer = exchange(self.client(&from.url)?, &from, None, self.config().stall_timeout).await?;
            if !(answer.status == 200 || is_redirect(answer.status)) {
                return Err(Trouble {
                    again: again(answer.status, &answer.headers),
                    error: Box::new(self.status(&from, &answer)),
                });
            }
        }
        match self.redirection(&from, &answer)? {
            Some(to) => Err(self
                .redirected(&from, &to, &format!("there were {MAX_REDIRECTS} redirects already"))
                .into()),
            None => Ok(answer),
        }
    }

    /// Fetches a manifest, or a list of them; nothing if there is none.
    pub(crate) async fn manifest(&self, name: &str) -> Result<Option<Vec<u8>>, RegistryError> {
        let what = format!("the manifest {name}");
        let mut outgoing = Outgoing::get(self.url(&format!("manifests/{name}")), MAX_MANIFEST_BYTES, &what);
        let kinds = format!("{}, {}", media::MANIFEST, media::INDEX);
        outgoing.headers.insert(ACCEPT, HeaderValue::from_str(&kinds).expect("media types are ASCII"));
        let answer = self.ask(&outgoing, &[200, 404]).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        let expected = match name.parse() {
            Ok(digest) => Some(digest),
            Err(_) => answer.header("docker-content-digest").and_then(|digest| digest.parse().ok()),
        };
        match expected {
            Some(digest) => self.verified(answer.body, digest, &what).map(Some),
            None => Ok(Some(answer.body)),
        }
    }

    /// Bytes, if they are those of a digest.
    fn verified(&self, bytes: Vec<u8>, expected: Digest, what: &str) -> Result<Vec<u8>, RegistryError> {
        let actual = Digest::of(&bytes);
        if actual != expected {
            let (host, what) = (self.host().to_owned(), what.to_owned());
            return Err(RegistryError::OtherBytes { host, what, expected, actual });
        }
        Ok(bytes)
    }

    /// Where an upload goes on: at the same registry.
    pub(crate) fn continuation(&self, outgoing: &Outgoing, answer: &Incoming) -> Result<Url, RegistryError> {
        let to = self.location(outgoing, answer)?;
        if to.origin() != self.base.origin() {
            return Err(self.redirected(outgoing, &to, "that is not the registry"));
        }
        Ok(to)
    }

    fn authorization(&self) -> Option<HeaderValue> {
        self.authorization.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn judge(&self, outgoing: &Outgoing, answer: Incoming, expected: &[u16]) -> Result<Incoming, Trouble> {
        if expected.contains(&answer.status) {
            return Ok(answer);
        }
        if let Some(to) = self.redirection(outgoing, &answer)? {
            return Err(self.redirected(outgoing, &to, "only blobs are fetched from elsewhere").into());
        }
        let (host, what) = (self.host().to_owned(), outgoing.what.clone());
        let error = match answer.status {
            403 => RegistryError::Forbidden { host, what: asked_for(outgoing), detail: answer.detail() },
            404 => RegistryError::NotFound {
                reference: format!("{} ({what})", self.reference),
                detail: answer.detail(),
            },
            _ => self.status(outgoing, &answer),
        };
        Err(Trouble { again: again(answer.status, &answer.headers), error: Box::new(error) })
    }

    fn status(&self, outgoing: &Outgoing, answer: &Incoming) -> RegistryError {
        RegistryError::Status {
            host: outgoing.host(),
            what: outgoing.what.clone(),
            status: answer.status,
            detail: answer.detail(),
            attempts: 1,
        }
    }

    fn redirection(&self, outgoing: &Outgoing, answer: &Incoming) -> Result<Option<Url>, RegistryError> {
        if is_redirect(answer.status) { self.location(outgoing, answer).map(Some) } else { Ok(None) }
    }

    fn location(&self, outgoing: &Outgoing, answer: &Incoming) -> Result<Url, RegistryError> {
        let location = answer.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let url = location.and_then(|location| outgoing.url.join(location).ok());
        url.filter(|url| url.has_host()).ok_or_else(|| RegistryError::Senseless {
            host: outgoing.host(),
            what: outgoing.what.clone(),
            why: "it sends us elsewhere, and not to a URL".into(),
        })
    }

    fn redirected(&self, outgoing: &Outgoing, to: &Url, why: &str) -> RegistryError {
        RegistryError::Redirected {
            host: outgoing.host(),
            what: outgoing.what.clone(),
            to: format!("{}://{}", to.scheme(), host_of(to)),
            why: why.into(),
        }
    }
}

fn asked_for(outgoing: &Outgoing) -> String {
    let verb =
        if outgoing.method == Method::GET || outgoing.method == Method::HEAD { "reading" } else { "writing" };
    format!("{verb} {}", outgoing.what)
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}
