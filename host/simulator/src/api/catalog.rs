//! The service catalog.

use serde_json::{Value, json};

use crate::Service;
use crate::cloud::derived_id;
use crate::scenario::{CatalogEntry, EndpointForm};
use crate::site::Site;

/// Where nobody answers: port 1 of this machine.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The whole catalog.
pub(super) fn catalog(site: &Site) -> Value {
    let catalog = &site.cloud.catalog;
    let mut entries = Vec::new();
    let usual = CatalogEntry::default();
    for service in Service::ALL {
        let entry = catalog.services.get(&service).unwrap_or(&usual);
        if entry.absent {
            continue;
        }
        let path = path(site, service, entry.endpoint);
        let types: Vec<&str> = match entry.types.as_slice() {
            [] => service.usual_types().to_vec(),
            given => given.iter().map(String::as_str).collect(),
        };
        for service_type in types {
            entries.push(listed(site, service_type, service.project_name(), |region| match region {
                Some(region) => format!("{}/regions/{region}{path}", site.base),
                None => format!("{}{path}", site.base),
            }));
        }
    }
    for extra in &catalog.extra {
        let name = extra.name.as_ref().unwrap_or(&extra.service_type);
        let own = extra.url.starts_with('/');
        let url = if own { format!("{}{}", site.base, extra.url) } else { extra.url.clone() };
        entries.push(listed(site, &extra.service_type, name, |_| url.clone()));
    }
    Value::Array(entries)
}

/// All regions, the scenario's own one last.
pub(super) fn regions(site: &Site) -> impl Iterator<Item = &str> {
    let catalog = &site.cloud.catalog;
    catalog.extra_regions.iter().chain([&catalog.region]).map(String::as_str)
}

fn listed(site: &Site, service_type: &str, name: &str, url: impl Fn(Option<&str>) -> String) -> Value {
    let catalog = &site.cloud.catalog;
    let mut endpoints = Vec::new();
    for region in regions(site) {
        let url = url((region != catalog.region).then_some(region));
        for interface in &catalog.interfaces {
            let reachable = !catalog.unreachable_interfaces.contains(interface);
            let url = if reachable { url.clone() } else { url.replacen(&site.base, NOWHERE, 1) };
            let id = derived_id(&[&site.cloud.name, service_type, region, interface]).simple().to_string();
            endpoints.push(
                json!({"id": id, "interface": interface, "region_id": region, "region": region, "url": url}),
            );
        }
    }
    let id = derived_id(&[&site.cloud.name, service_type]).simple().to_string();
    json!({"endpoints": endpoints, "id": id, "type": service_type, "name": name})
}

fn path(site: &Site, service: Service, form: EndpointForm) -> String {
    let versioned = match form {
        EndpointForm::Usual => matches!(
            service,
            Service::Identity | Service::Compute | Service::BlockStorage | Service::ObjectStore
        ),
        EndpointForm::Versioned => true,
        EndpointForm::Unversioned => false,
    };
    let prefix = service.prefix();
    match service.versions().first() {
        Some(version) if versioned => {
            let project = &site.cloud.project.id;
            match service {
                Service::BlockStorage => format!("/{prefix}/{version}/{project}"),
                Service::ObjectStore => format!("/{prefix}/{version}/AUTH_{project}"),
                _ => format!("/{prefix}/{version}"),
            }
        }
        _ => format!("/{prefix}"),
    }
}
