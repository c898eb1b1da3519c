//! Clouds on ports.

mod answer;
mod body;
mod clouds_yaml;
mod connection;
mod counted;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::cloud::Cloud;
use crate::inventory::Thing;
use crate::requests::Request;
use crate::scenario::{Fault, Scenario, ScenarioError};
use crate::site::Site;

/// A scenario, ready to be started as often as wanted. Cheap to clone: all clouds of it share what they have.
#[derive(Clone, Debug)]
pub struct Simulator {
    cloud: Arc<Cloud>,
}

/// A simulated cloud that answers on one TCP port. It stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    site: Arc<Site>,
    addr: SocketAddr,
    task: JoinHandle<()>,
}

/// Why a simulated cloud could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {addr}: {source}; choose another port, or port 0 for any free one")]
pub struct StartError {
    /// Where it should have listened.
    pub addr: SocketAddr,
    /// Why it cannot.
    pub source: std::io::Error,
}

impl Simulator {
    /// Makes a scenario ready: gives every resource its id, and images their dates.
    ///
    /// # Errors
    /// [`ScenarioError::Contradiction`] if two things have the same id, a range is empty, and so on.
    pub fn new(scenario: &Scenario) -> Result<Self, ScenarioError> {
        Ok(Self { cloud: Arc::new(Cloud::new(scenario)?) })
    }

    /// Starts a cloud of its own (tokens, log, faults) at this address; port 0 takes any free one. Needs to be
    /// called in a tokio runtime, which then does the work.
    ///
    /// # Errors
    /// If it cannot listen there.
    pub async fn start(&self, bind: SocketAddr) -> Result<Running, StartError> {
        let refused = |source| StartError { addr: bind, source };
        let listener = TcpListener::bind(bind).await.map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;
        let host =
            if addr.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], addr.port())) } else { addr };
        let site = Arc::new(Site::new(Arc::clone(&self.cloud), format!("http://{host}")));
        let task = tokio::spawn(accept(listener, Arc::clone(&site)));
        tracing::debug!(cloud = self.cloud.name, %addr, "simulated cloud started");
        Ok(Running { site, addr, task })
    }
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.site.base
    }

    /// The URL with which clients log in: `http://127.0.0.1:PORT/identity/v3`.
    pub fn auth_url(&self) -> String {
        self.site.auth_url()
    }

    /// A `clouds.yaml` for clients. Each user is a cloud of the user's name (password), each application credential
    /// is one too: `USER-CREDENTIAL`. With the default users: `demo` and `demo-appcred`.
    pub fn clouds_yaml(&self) -> String {
        clouds_yaml::render(&self.site)
    }

    /// The requests so far, in the order in which they came; the first 100,000 since the start or
    /// [`Running::forget_requests`].
    pub fn requests(&self) -> Vec<Request> {
        self.site.log.requests()
    }

    /// How many requests there were.
    pub fn request_count(&self) -> usize {
        self.site.log.count()
    }

    /// How many bytes went over the wire so far, both ways, without those of TCP and IP.
    pub fn traffic(&self) -> u64 {
        self.site.traffic()
    }

    /// How many requests were being answered at the same time, at most.
    pub fn peak_concurrency(&self) -> usize {
        self.site.log.peak()
    }

    /// Empties the log of requests, and sets count and peak back.
    pub fn forget_requests(&self) {
        self.site.log.clear();
    }

    /// Every token that was issued: secrets that must not be found anywhere else.
    pub fn issued_tokens(&self) -> Vec<String> {
        self.site.tokens.issued()
    }

    /// Makes all tokens worthless, as if they had expired.
    pub fn expire_tokens(&self) {
        self.site.tokens.revoke_all();
    }

    /// Everything that was created (by requests, or as `existing` in the scenario) and still exists, sorted: also what
    /// came along with something else, as the ports of servers and routers, and volumes to boot from.
    pub fn inventory(&self) -> Vec<Thing> {
        self.site.state().inventory()
    }

    /// As [`Running::inventory`], and also what the scenario has and could be deleted: networks, subnets and security
    /// groups.
    pub fn everything(&self) -> Vec<Thing> {
        self.site.state().everything()
    }

    /// Adds a fault, before those of the scenario.
    pub fn inject(&self, fault: Fault) {
        self.site.faults.inject(fault);
    }

    /// Removes all faults, those of the scenario too.
    pub fn clear_faults(&self) {
        self.site.faults.clear();
    }

    /// Stops it: the port is closed and all connections are dropped when this returns.
    pub async fn stop(mut self) {
        self.task.abort();
        // The task's result says only that it was aborted.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Accepts connections until it is aborted, and then drops all of them.
async fn accept(listener: TcpListener, site: Arc<Site>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::serve(stream, Arc::clone(&site)));
                }
                Err(error) => {
                    // For example out of file descriptors: let others finish first.
                    tracing::warn!(%error, "simulated cloud cannot accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
