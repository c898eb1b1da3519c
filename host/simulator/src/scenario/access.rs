//! Who may log in, and what the catalog says.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::text;
use crate::Service;

/// Users and their project.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The one project, in which every user has their roles. Default `demo`.
    pub project: Named,
    /// The one domain, of the users and of the project. Default `Default` with the id `default`.
    pub domain: Named,
    /// Default: `demo`, an unprivileged user with an application credential.
    pub users: Vec<User>,
    /// How long a token is good. Default 1h.
    #[serde(deserialize_with = "text::duration")]
    pub token_lifetime: Duration,
}

/// Something with a name and, where it matters, an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The id. Default: derived from the name.
    #[serde(default)]
    pub id: Option<String>,
}

/// Somebody who may log in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name; also the name of the cloud in the generated `clouds.yaml`.
    pub name: String,
    /// The id. Default: derived from the name.
    #[serde(default)]
    pub id: Option<String>,
    /// The password.
    pub password: String,
    /// Roles in the project. Default `member` and `reader`; `admin` sees and may do more.
    #[serde(default = "usual_roles")]
    pub roles: Vec<String>,
    /// Application credentials. In the generated `clouds.yaml` each is a cloud of its own, `USER-CREDENTIAL`.
    #[serde(default)]
    pub application_credentials: Vec<ApplicationCredential>,
}

/// An application credential of a user.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationCredential {
    /// The name, unique for each user.
    pub name: String,
    /// The id. Default: derived from the names of user and credential.
    #[serde(default)]
    pub id: Option<String>,
    /// The secret.
    pub secret: String,
    /// Those of the user's roles that it gives. Default: all of them.
    #[serde(default)]
    pub roles: Option<Vec<String>>,
}

/// What the service catalog says.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Catalog {
    /// The region. Default `RegionOne`.
    pub region: String,
    /// Further regions, listed before the first one, with paths of their own (`/regions/NAME/compute/…`) behind
    /// which is the same cloud. Default none.
    pub extra_regions: Vec<String>,
    /// The interfaces of each endpoint. Default `public`, `internal`, `admin`.
    pub interfaces: Vec<String>,
    /// Interfaces whose endpoints nobody answers, as `internal` and `admin` often are for customers. Default none.
    pub unreachable_interfaces: Vec<String>,
    /// How services differ from what is usual.
    pub services: BTreeMap<Service, CatalogEntry>,
    /// Further entries, listed last.
    pub extra: Vec<ExtraEntry>,
}

/// How the catalog lists a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CatalogEntry {
    /// The catalog does not list it. Default false.
    pub absent: bool,
    /// The service types under which it is listed, e.g. `[volumev3]`. Default: the canonical one; for block
    /// storage `block-storage` and `volumev3`.
    pub types: Vec<String>,
    /// The form of its URL.
    pub endpoint: EndpointForm,
}

/// The form of an endpoint's URL in the catalog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointForm {
    /// Versioned for identity, compute, block storage (with the project) and object storage; unversioned otherwise.
    #[default]
    Usual,
    /// With the version of the API, e.g. `…/image/v2`.
    Versioned,
    /// Without, e.g. `…/compute`: clients have to discover the version.
    Unversioned,
}

/// An entry of the catalog behind which there is none of the simulated services.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraEntry {
    /// The service type.
    #[serde(rename = "type")]
    pub service_type: String,
    /// The name. Default: the service type.
    #[serde(default)]
    pub name: Option<String>,
    /// The URL; one that begins with `/` is a path of the simulated cloud itself.
    pub url: String,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            project: Named { name: "demo".into(), id: None },
            domain: Named { name: "Default".into(), id: Some("default".into()) },
            users: vec![User {
                name: "demo".into(),
                id: None,
                password: "demo-password".into(),
                roles: usual_roles(),
                application_credentials: vec![ApplicationCredential {
                    name: "appcred".into(),
                    id: None,
                    secret: "demo-appcred-secret".into(),
                    roles: None,
                }],
            }],
            token_lifetime: Duration::from_secs(3600),
        }
    }
}

impl Default for Catalog {
    fn default() -> Self {
        Self {
            region: "RegionOne".into(),
            extra_regions: Vec::new(),
            interfaces: ["public", "internal", "admin"].map(String::from).to_vec(),
            unreachable_interfaces: Vec::new(),
            services: BTreeMap::new(),
            extra: Vec::new(),
        }
    }
}

fn usual_roles() -> Vec<String> {
    vec!["member".into(), "reader".into()]
}
