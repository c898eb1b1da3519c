//! What was asked: the log of requests, for tests.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::Method;

use crate::Service;
use crate::call::Call;

/// How many requests a log holds; later ones are only counted.
const KEPT: usize = 100_000;

/// A request that a simulated cloud got. It holds no secret: of the headers only the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// None: its path is not that of a service.
    pub service: Option<Service>,
    /// The region, if the path was that of an extra region.
    pub region: Option<String>,
    /// `GET`, …; compares with `&str`.
    pub method: Method,
    /// The path below version and project, decoded: `/flavors/detail`. `/` is where clients discover the version.
    pub path: String,
    /// Names and values of the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Path and query as they were on the wire.
    pub target: String,
    /// Whether it had a header `X-Auth-Token`.
    pub had_token: bool,
    /// The names of its headers, in lower case, sorted.
    pub headers: Vec<String>,
}

/// The log of one simulated cloud.
#[derive(Debug, Default)]
pub(crate) struct Log {
    kept: Mutex<Vec<Request>>,
    count: AtomicUsize,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
}

impl Log {
    /// Writes a request down.
    pub(crate) fn note(&self, call: &Call) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if kept.len() < KEPT {
            kept.push(Request::new(call));
        }
    }

    /// The requests so far, in the order in which they came.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// How many requests there were.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// How many requests were being answered at the same time, at most.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
        self.count.store(0, Ordering::Relaxed);
        self.peak.store(self.in_flight.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Counts a request as being answered until the guard is dropped.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(now, Ordering::Relaxed);
        InFlight(self)
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Log);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Request {
    fn new(call: &Call) -> Self {
        let mut headers: Vec<String> = call.headers.keys().map(ToString::to_string).collect();
        headers.sort_unstable();
        Self {
            service: call.service,
            region: call.region.clone(),
            method: call.method.clone(),
            path: format!("/{}", call.segments.join("/")),
            query: call.query.clone(),
            target: call.target.clone(),
            had_token: call.headers.contains_key("x-auth-token"),
            headers,
        }
    }
}
