//! The endpoints of the subject's services, each found out once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use tokio::sync::OnceCell;
use touchstone_grants::ServiceType;
use url::Url;

use super::api::Service;
use super::config::{CloudConfig, Interface};
use super::endpoint::{Base, choose, classify};
use super::transport::{Outgoing, Transport};
use super::versions::best_segment;

/// Documents of versions are small.
const MAX_DOCUMENT: usize = 1024 * 1024;
/// To find out a version must not use up the time of a call.
const DISCOVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// The endpoints of the subject's services.
pub(crate) struct Endpoints {
    catalog: Vec<Service>,
    overrides: HashMap<ServiceType, String>,
    region: Option<String>,
    interface: Interface,
    project_id: String,
    /// Services whose versions are, or are being, found out. Few: only those that the catalog has get in.
    found: Mutex<HashMap<ServiceType, Arc<OnceCell<Url>>>>,
}

impl Endpoints {
    pub(crate) fn new(cloud: &CloudConfig, catalog: Vec<Service>, project_id: String) -> Self {
        Self {
            catalog,
            overrides: cloud.overrides.clone().into_iter().collect(),
            region: cloud.region.clone(),
            interface: cloud.interface,
            project_id,
            found: Mutex::default(),
        }
    }

    /// The services, with the endpoints of the configured region.
    pub(crate) fn catalog(&self) -> Vec<Service> {
        let mut catalog = self.catalog.clone();
        if let Some(region) = &self.region {
            for service in &mut catalog {
                service.endpoints.retain(|endpoint| endpoint.region == *region);
            }
        }
        catalog
    }

    /// The versioned endpoint of a service, or why there is none.
    ///
    /// Where the catalog's URL has no version, the service is asked for its versions, once, however many callers there
    /// are; without a token. If that fails, the usual version is assumed.
    pub(crate) async fn find(&self, service: &ServiceType, transport: &Transport) -> Result<Url, String> {
        let base = match self.overrides.get(service) {
            Some(url) => classify(service, url, &self.project_id)
                .ok_or("the configured endpoint_override is no URL")?,
            None => choose(&self.catalog, service, self.region.as_deref(), self.interface, &self.project_id)?,
        };
        let (root, suffix, wanted) = match base {
            Base::Ready(url) => return Ok(url),
            Base::Unversioned { root, suffix, wanted } => (root, suffix, wanted),
        };
        let cell = {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(found.entry(service.clone()).or_default())
        };
        let versioned = cell.get_or_try_init(async || {
            let document = fetch(&root, transport).await;
            let segment = document.as_ref().and_then(|document| best_segment(document, wanted));
            let url = versioned(&root, segment.as_deref().unwrap_or(wanted.usual), &suffix);
            tracing::debug!(%service, root = root.as_str(), url = url.as_str(), found = segment.is_some(), "version");
            // Nothing to remember if the service could not be asked.
            if document.is_some() { Ok(url) } else { Err(url) }
        });
        Ok(versioned.await.map_or_else(|url| url, Url::clone))
    }
}

/// The answer of a service at its root; nothing if there is none.
async fn fetch(root: &Url, transport: &Transport) -> Option<bytes::Bytes> {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let outgoing = Outgoing { method: Method::GET, url: root.clone(), headers, body: None };
    match transport.exchange(outgoing, MAX_DOCUMENT, DISCOVERY_TIMEOUT).await {
        Ok(answer) => Some(answer.body),
        Err(failure) => {
            tracing::debug!(root = root.as_str(), problem = failure.problem, "versions cannot be found out");
            None
        }
    }
}

fn versioned(root: &Url, segment: &str, suffix: &str) -> Url {
    let mut url = root.clone();
    url.set_path(&format!("{}/{segment}{suffix}", root.path().trim_end_matches('/')));
    url
}
