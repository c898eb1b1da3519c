//! What Keystone says about a token.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;

use crate::openstack::api::{Endpoint, Identity, Service};

/// What a token is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) identity: Identity,
    /// All regions; sorted by type, then name.
    pub(crate) catalog: Vec<Service>,
    pub(crate) expires_at: Option<Timestamp>,
    /// Whether it is for a project or a domain at all.
    pub(crate) scoped: bool,
}

/// Reads the body of the answer to `POST /v3/auth/tokens`.
pub(super) fn parse(body: &[u8]) -> Result<Facts, String> {
    let token = touchstone_json::from_slice::<Body>(body).map_err(|error| {
        // serde's message may quote the answer; where it is wrong says enough.
        format!("it is not the JSON of a token (line {}, column {})", error.line(), error.column())
    })?;
    Ok(token.token.into_facts())
}

#[derive(Deserialize)]
struct Body {
    token: TokenFields,
}

#[derive(Deserialize)]
struct TokenFields {
    user: Option<Named>,
    project: Option<Project>,
    domain: Option<Named>,
    expires_at: Option<String>,
    #[serde(default)]
    roles: Vec<Named>,
    #[serde(default)]
    catalog: Vec<CatalogEntry>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Project {
    id: Option<String>,
    name: Option<String>,
    domain: Option<Named>,
}

#[derive(Deserialize)]
struct CatalogEntry {
    r#type: Option<String>,
    name: Option<String>,
    #[serde(default)]
    endpoints: Vec<CatalogEndpoint>,
}

#[derive(Deserialize)]
struct CatalogEndpoint {
    interface: Option<String>,
    region: Option<String>,
    region_id: Option<String>,
    url: Option<String>,
}

impl TokenFields {
    fn into_facts(self) -> Facts {
        let scoped = self.project.is_some() || self.domain.is_some();
        let user = self.user.unwrap_or(Named { id: None, name: None });
        let project = self.project.unwrap_or(Project { id: None, name: None, domain: None });
        let domain = project.domain.or(self.domain).and_then(|domain| domain.name);
        let roles: BTreeSet<_> = self.roles.into_iter().filter_map(|role| role.name).collect();
        let mut catalog: Vec<_> = self.catalog.into_iter().filter_map(CatalogEntry::into_service).collect();
        catalog.sort();
        let identity = Identity {
            user_id: user.id.unwrap_or_default(),
            user_name: user.name.unwrap_or_default(),
            project_id: project.id.unwrap_or_default(),
            project_name: project.name.unwrap_or_default(),
            domain_name: domain.unwrap_or_default(),
            roles: roles.into_iter().collect(),
            region: None,
        };
        let expires_at = self.expires_at.and_then(|time| time.parse().ok());
        Facts { identity, catalog, expires_at, scoped }
    }
}

impl CatalogEntry {
    fn into_service(self) -> Option<Service> {
        let mut endpoints: Vec<_> =
            self.endpoints.into_iter().filter_map(CatalogEndpoint::into_endpoint).collect();
        endpoints.sort();
        Some(Service { service_type: self.r#type?, name: self.name.unwrap_or_default(), endpoints })
    }
}

impl CatalogEndpoint {
    fn into_endpoint(self) -> Option<Endpoint> {
        Some(Endpoint {
            interface: self.interface?,
            region: self.region.or(self.region_id).unwrap_or_default(),
            url: self.url?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_with_everything() {
        let body = json!({"token": {
            "user": {"id": "u1", "name": "me", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": "p1", "name": "conformance", "domain": {"id": "default", "name": "Default"}},
            "roles": [{"name": "reader"}, {"name": "member"}, {"name": "member"}],
            "expires_at": "2026-11-23T21:00:00.000000Z",
            "catalog": [
                {"type": "image", "name": "glance", "endpoints": [
                    {"interface": "public", "region_id": "R", "url": "http://g"},
                    {"interface": "internal", "region": "R", "url": null},
                ]},
                {"type": "compute", "name": "nova", "endpoints": []},
            ],
        }});
        let facts = parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(facts.identity.roles, ["member", "reader"]);
        assert_eq!(facts.identity.domain_name, "Default");
        assert_eq!(
            facts.catalog.iter().map(|service| service.service_type.as_str()).collect::<Vec<_>>(),
            ["compute", "image"]
        );
        assert_eq!(facts.catalog[1].endpoints.len(), 1);
        assert_eq!(facts.expires_at.unwrap().to_string(), "2026-11-23T21:00:00Z");
        assert!(facts.scoped);
    }

    #[test]
    fn what_is_missing_is_empty_and_what_is_wrong_is_not_quoted() {
        assert!(!parse(br#"{"token": {}}"#).unwrap().scoped);
        for text in ["", "<html>hunter2</html>", "{\"token\": \"hunter2", r#"{"token": "hunter2"}"#, "[]"] {
            let problem = parse(text.as_bytes()).unwrap_err();
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
