//! Which endpoint of the catalog a service is reached by, and which version of its API is meant.

use touchstone_grants::ServiceType;
use url::Url;

use super::api::Service;
use super::config::Interface;

/// The version of an API that checks are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ApiVersion {
    pub(crate) major: u32,
    /// What to put behind an unversioned endpoint whose versions cannot be found out.
    pub(crate) usual: &'static str,
}

/// The version of each API, for services whose catalog entry may lack it. Others are used as the catalog has them.
pub(crate) fn api_version(service: &ServiceType) -> Option<ApiVersion> {
    let (major, usual) = match service.as_str() {
        "application-container" => (1, "v1"),
        "baremetal" => (1, "v1"),
        "block-storage" => (3, "v3"),
        "clustering" => (1, "v1"),
        "compute" => (2, "v2.1"),
        "container-infrastructure-management" => (1, "v1"),
        "dns" => (2, "v2"),
        "identity" => (3, "v3"),
        "image" => (2, "v2"),
        "instance-ha" => (1, "v1"),
        "key-manager" => (1, "v1"),
        "load-balancer" => (2, "v2.0"),
        "message" => (2, "v2"),
        "network" => (2, "v2.0"),
        "resource-optimization" => (1, "v1"),
        "shared-file-system" => (2, "v2"),
        "workflow" => (2, "v2"),
        _ => return None,
    };
    Some(ApiVersion { major, usual })
}

/// An endpoint as the catalog has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// To be used as it is.
    Ready(Url),
    /// Without the wanted version: that is to be put behind it, and `suffix` (empty, or with a `/` in front) behind that.
    Unversioned { root: Url, suffix: String, wanted: ApiVersion },
}

/// Chooses the endpoint of a service, or says what there is instead.
///
/// Among the entries of the catalog, one whose URL has the wanted version goes first, then one without version, then
/// one with another version (`volumev2`), and among equals the official type goes before its aliases.
pub(crate) fn choose(
    catalog: &[Service],
    service: &ServiceType,
    region: Option<&str>,
    interface: Interface,
    project_id: &str,
) -> Result<Base, String> {
    let matching: Vec<_> = catalog.iter().filter(|entry| service.matches(&entry.service_type)).collect();
    if matching.is_empty() {
        let known: Vec<_> = catalog.iter().map(|entry| entry.service_type.as_str()).collect();
        return Err(format!("the catalog of the subject has no such service; it has {}", known.join(", ")));
    }
    let mut bases = Vec::new();
    for entry in &matching {
        for endpoint in &entry.endpoints {
            let usable = (endpoint.interface == interface.as_str())
                && region.is_none_or(|name| name == endpoint.region);
            if usable && let Some(base) = classify(service, &endpoint.url, project_id) {
                bases.push((rank(&base), preference(service, &entry.service_type), base));
            }
        }
    }
    // The sort is stable: what is left is the order of the catalog, which is sorted.
    bases.sort_by_key(|(rank, preference, _)| (*rank, *preference));
    bases.into_iter().next().map(|(_, _, base)| base).ok_or_else(|| {
        let region = region.map(|name| format!(" in region {name:?}")).unwrap_or_default();
        format!("the catalog of the subject has no usable {interface} endpoint of this service{region}")
    })
}

/// Looks at the URL of an endpoint; nothing if it is not one.
pub(crate) fn classify(service: &ServiceType, url: &str, project_id: &str) -> Option<Base> {
    let mut url = Url::parse(&template(url, project_id)).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    if !plain {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    let Some(wanted) = api_version(service) else { return Some(Base::Ready(url)) };
    let path = url.path().to_owned();
    let segments: Vec<_> = path.split('/').collect();
    let Some(at) = segments.iter().rposition(|segment| version_of(segment).is_some()) else {
        return Some(Base::Unversioned { root: url, suffix: String::new(), wanted });
    };
    if version_of(segments[at]).is_some_and(|(major, _)| major == wanted.major) {
        return Some(Base::Ready(url));
    }
    // Another version: its root is in front of it; behind it only the project is worth keeping.
    let behind = segments[at + 1..].join("/");
    let keep = !project_id.is_empty() && behind.contains(project_id);
    url.set_path(&segments[..at].join("/"));
    Some(Base::Unversioned {
        root: url,
        suffix: if keep { format!("/{behind}") } else { String::new() },
        wanted,
    })
}

/// Puts the project into a URL, as catalogs and configurations write it.
pub(crate) fn template(url: &str, project_id: &str) -> String {
    ["project_id", "tenant_id"].iter().fold(url.to_owned(), |url, name| {
        url.replace(&format!("%({name})s"), project_id).replace(&format!("$({name})s"), project_id)
    })
}

/// Major and minor version of a segment like `v2.1`.
pub(crate) fn version_of(segment: &str) -> Option<(u32, u32)> {
    let digits = segment.strip_prefix('v')?;
    let (major, minor) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |text: &str| {
        let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| plain)
    };
    Some((number(major)?, number(minor)?))
}

fn rank(base: &Base) -> u8 {
    match base {
        Base::Ready(_) => 0,
        Base::Unversioned { suffix, .. } if suffix.is_empty() => 1,
        Base::Unversioned { .. } => 2,
    }
}

/// Lower is better: the official type, then aliases in the order of the service-types authority.
fn preference(service: &ServiceType, catalog_type: &str) -> usize {
    if catalog_type == service.as_str() {
        return 0;
    }
    let aliases = service.aliases();
    1 + aliases.iter().position(|alias| *alias == catalog_type).unwrap_or(aliases.len())
}

#[cfg(test)]
mod tests;
