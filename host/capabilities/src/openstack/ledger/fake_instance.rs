//! A check instance for tests, and what it creates.

use crate::openstack::Capabilities as _;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use touchstone_grants::Method;

use super::super::api::{CallError, Identity, Openstack, Request};
use super::super::granted::{CallLimits, Granted};
use super::creation::Creation;
use super::fake_cloud::{FakeCloud, PREFIX, PROJECT};
use super::journal::Journal;
use super::keeping::Ledger;
use super::record::Header;

/// Grants for everything that the tests create.
pub(crate) const GRANTS: &[&str] = &[
    "compute POST /servers max 2",
    "block-storage POST /volumes max 3, 4 GiB",
    "block-storage POST /backups max 1",
    "network POST /networks max 2",
    "network POST /subnets max 2",
    "network POST /routers max 1",
    "network PUT /routers/*/add_router_interface max 1",
    "network PUT /routers/*/remove_router_interface",
    "key-manager POST /secrets max 1",
    "compute GET /servers/**",
    "block-storage DELETE /volumes/*",
];

/// A check instance of a run whose journal is in a folder.
pub(crate) struct Instance {
    pub(crate) granted: Arc<Granted>,
    pub(crate) ledger: Ledger,
    pub(crate) journal: Arc<Journal>,
}

impl Instance {
    pub(crate) fn new(cloud: &Arc<FakeCloud>, folder: &std::path::Path) -> Self {
        let direct: Arc<dyn Openstack> = Arc::new(Arc::clone(cloud));
        let journal = Journal::new(folder, header()).unwrap();
        let ledger = Ledger::new(Arc::clone(&direct), Arc::clone(&journal), "scs-0000");
        let grants = GRANTS.iter().map(|grant| grant.parse().unwrap()).collect();
        let granted = Granted::new(Arc::clone(&direct), grants, CallLimits::default());
        let granted = Arc::new(granted.creating(direct, ledger.clone()));
        Self { granted, ledger, journal }
    }

    /// Creates something that has a name; answers its id.
    pub(crate) async fn create(&self, kind: &str, more: Value) -> Result<String, CallError> {
        self.granted.create(creation(kind, more)).await.map(|created| created.id)
    }
}

pub(crate) fn header() -> Header {
    let identity = Identity { project_id: PROJECT.into(), user_id: "u1".into(), ..Identity::default() };
    let at = "2026-11-23T20:00:00Z".parse().unwrap();
    Header::new("run-1", "fake", "https://keystone.example/v3", &identity, PREFIX, at)
}

/// How something of a kind is created, with the name `PREFIX-KIND`.
pub(crate) fn creation(kind: &str, more: Value) -> Creation {
    let (service, collection) = match kind {
        "server" => ("compute", "servers"),
        "volume" => ("block-storage", "volumes"),
        "backup" => ("block-storage", "backups"),
        "secret" => ("key-manager", "secrets"),
        "network" => ("network", "networks"),
        "subnet" => ("network", "subnets"),
        "router" => ("network", "routers"),
        _ => panic!("{kind}"),
    };
    let mut thing = json!({"name": format!("{PREFIX}{kind}")});
    thing.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (body, id_pointer) = match kind {
        "secret" => (thing, "/secret_ref".to_owned()),
        _ => (json!({kind: thing}), format!("/{kind}/id")),
    };
    let path = format!("/{collection}");
    Creation {
        request: with_body(Request::new(service, Method::Post, &path), &body),
        id_pointer,
        undo: Request::new(service, Method::Delete, format!("{path}/{{id}}")),
    }
}

/// How a subnet is put on a router.
pub(crate) fn interface(router: &str, subnet: &str) -> Creation {
    let body = json!({"subnet_id": subnet});
    let put = |action: &str| {
        with_body(
            Request::new("network", Method::Put, format!("/routers/{router}/{action}_router_interface")),
            &body,
        )
    };
    Creation { request: put("add"), id_pointer: "/id".into(), undo: put("remove") }
}

pub(crate) fn with_body(request: Request, body: &Value) -> Request {
    Request { body: Some(Bytes::from(body.to_string())), ..request }
}

/// A folder in memory, where there is one.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}
