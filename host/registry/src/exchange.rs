//! One request and its answer, bounded in bytes and in time.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Response};
use tokio::time::Instant;
use url::Url;

use crate::error::RegistryError;
use crate::retry::{Again, Trouble};
use touchstone_outgoing::explain;

/// What a registry says about an error is read so far.
const MAX_ERROR_BYTES: u64 = 16 << 10;

/// A request.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// The answer may have so many bytes.
    pub(crate) most: u64,
    /// What it is about, for messages.
    pub(crate) what: String,
}

/// An answer.
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Outgoing {
    pub(crate) fn get(url: Url, most: u64, what: impl Into<String>) -> Self {
        let headers = HeaderMap::new();
        Outgoing { method: Method::GET, url, headers, body: None, most, what: what.into() }
    }

    /// Host and port that it goes to.
    pub(crate) fn host(&self) -> String {
        host_of(&self.url)
    }
}

impl Incoming {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What the registry says about an error, in brackets or after a comma; or nothing.
    pub(crate) fn detail(&self) -> String {
        let said = touchstone_json::from_slice::<serde_json::Value>(&self.body).ok().and_then(|body| {
            let first = &body["errors"][0];
            let text =
                |key: &str| first[key].as_str().filter(|text| !text.is_empty()).map(crate::reference::shown);
            match (text("code"), text("message")) {
                (Some(code), Some(message)) => Some(format!("{code}: {message}")),
                (code, message) => code.or(message),
            }
        });
        said.map_or_else(String::new, |said| format!(", {said}"))
    }
}

/// Sends a request, and reads the answer.
pub(crate) async fn exchange(
    client: &Client,
    outgoing: &Outgoing,
    authorization: Option<&HeaderValue>,
    stall: Duration,
) -> Result<Incoming, Trouble> {
    let mut request =
        client.request(outgoing.method.clone(), outgoing.url.clone()).headers(outgoing.headers.clone());
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let uploads = outgoing.body.is_some();
    if let Some(body) = &outgoing.body {
        request = request.body(body.clone());
    }
    let no_answer = |why: String, again| Trouble {
        error: Box::new(RegistryError::NoAnswer {
            host: outgoing.host(),
            what: outgoing.what.clone(),
            why,
            attempts: 1,
        }),
        again,
    };
    let broken = |error: reqwest::Error| {
        let (why, transient) = explain(&error);
        no_answer(why, if transient { Again::Soon } else { Again::Never })
    };
    let stalled = || no_answer(format!("nothing came for {} s", stall.as_secs_f32()), Again::Soon);
    // How long an upload takes is bounded by the time for everything.
    let mut response = if uploads {
        request.send().await.map_err(broken)?
    } else {
        tokio::time::timeout(stall, request.send()).await.map_err(|_| stalled())?.map_err(broken)?
    };
    let status = response.status();
    let (most, must_fit) = if status.is_success() { (outgoing.most, true) } else { (MAX_ERROR_BYTES, false) };
    let too_large = || RegistryError::TooLarge {
        host: outgoing.host(),
        what: outgoing.what.clone(),
        most: outgoing.most,
    };
    if must_fit && outgoing.method != Method::HEAD && announced(&response) > most {
        return Err(too_large().into());
    }
    let mut body = Vec::new();
    let mut until = Instant::now() + stall;
    loop {
        match tokio::time::timeout_at(until, response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                body.extend_from_slice(&chunk);
                if must_fit {
                    until = Instant::now() + stall;
                }
                if body.len() as u64 > most {
                    if must_fit {
                        return Err(too_large().into());
                    }
                    break;
                }
            }
            Ok(Ok(None)) => break,
            // What is said about an error is for people only.
            Ok(Err(_)) | Err(_) if !must_fit => break,
            Ok(Err(error)) => return Err(broken(error)),
            Err(_) => return Err(stalled()),
        }
    }
    Ok(Incoming { status: status.as_u16(), headers: std::mem::take(response.headers_mut()), body })
}

fn announced(response: &Response) -> u64 {
    response.content_length().unwrap_or(0)
}

/// Host and port of a URL, for messages.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("nowhere");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
