//! A cloud in memory for tests: it creates, refuses, deletes slowly, loses answers, and can be killed at any call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Notify;
use touchstone_grants::Method;

use super::super::api::{CallError, ErrorKind, Identity, Openstack, Request, Response, Service};

pub(crate) const PREFIX: &str = "touchstone-0123456789ab-";
pub(crate) const PROJECT: &str = "4c99839ae59548b699609a664400da5d";

/// What happens to one call instead of what should.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It is answered so, and nothing is done.
    Answer(u16, Value),
    /// Nothing is done, and there is no answer.
    Lost,
    /// It is done, and there is no answer.
    AnswerLost,
    /// It is done after a while; there is no answer.
    DoneLate(Duration),
    /// It is done, and then answered so.
    DoneBut(u16, Value),
}

/// When the host dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// Before the call reaches the cloud.
    Before,
    /// When the cloud has done it, before the answer arrives.
    After,
    /// Before the cloud has done it, which it does some calls later.
    Early,
}

type Faults = dyn Fn(&Request, usize) -> Option<Fault> + Send + Sync;

pub(crate) struct FakeCloud {
    state: Mutex<State>,
    faults: Box<Faults>,
    died: Notify,
}

#[derive(Default)]
struct State {
    /// By path: `/volumes/7`.
    things: BTreeMap<String, Thing>,
    /// Router and subnet.
    interfaces: Vec<(String, String)>,
    next: u64,
    calls: Vec<String>,
    death: Option<(usize, Death)>,
    /// Done when so many more calls were made.
    later: Vec<(usize, Request)>,
}

#[derive(Debug, Clone)]
struct Thing {
    name: String,
    body: Value,
    status: String,
    /// Looks until it is gone.
    vanishes_in: Option<u32>,
}

/// Members and collections of what can be created.
const KINDS: &[(&str, &str)] = &[
    ("server", "servers"),
    ("volume", "volumes"),
    ("backup", "backups"),
    ("network", "networks"),
    ("subnet", "subnets"),
    ("router", "routers"),
    ("secret", "secrets"),
];

impl FakeCloud {
    pub(crate) fn new() -> Arc<Self> {
        Self::with_faults(|_, _| None)
    }

    /// A cloud with strangers in it. Faults are chosen by the request and how many equal ones (method and path) there were
    /// before.
    pub(crate) fn with_faults(
        faults: impl Fn(&Request, usize) -> Option<Fault> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let cloud = Self { state: Mutex::default(), faults: Box::new(faults), died: Notify::new() };
        for (_, collection) in KINDS {
            for name in
                ["net", "touchstone-net", "touchstone-ffffffffffff-net", "x-touchstone-0123456789ab-net", ""]
            {
                cloud.add(collection, name, json!({}));
            }
        }
        cloud.state().calls.clear();
        Arc::new(cloud)
    }

    /// Adds something; answers its id.
    pub(crate) fn add(&self, collection: &str, name: &str, body: Value) -> String {
        let mut state = self.state();
        state.next += 1;
        let id = format!("id-{}", state.next);
        let thing = Thing { name: name.into(), body, status: "available".into(), vanishes_in: None };
        state.things.insert(format!("/{collection}/{id}"), thing);
        id
    }

    pub(crate) fn rename(&self, path: &str, name: &str) {
        self.state().things.get_mut(path).unwrap().name = name.into();
    }

    pub(crate) fn remove(&self, path: &str) {
        self.state().things.remove(path).unwrap();
    }

    pub(crate) fn set_status(&self, path: &str, status: &str) {
        let mut state = self.state();
        let thing = state.things.get_mut(path).unwrap();
        thing.status = status.into();
        thing.vanishes_in = None;
    }

    /// Names of everything that is there.
    pub(crate) fn names(&self) -> Vec<String> {
        let state = self.state();
        let things = state.things.iter().map(|(path, thing)| format!("{path} {}", thing.name));
        things.chain(state.interfaces.iter().map(|pair| format!("{pair:?}"))).collect()
    }

    /// Names that begin with the prefix of the run.
    pub(crate) fn own(&self) -> Vec<String> {
        let state = self.state();
        let own = state.things.values().filter(|thing| thing.name.starts_with(PREFIX));
        own.map(|thing| thing.name.clone())
            .chain(state.interfaces.iter().map(|pair| format!("{pair:?}")))
            .collect()
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    /// Dies at a call, counted from now on, from 0.
    pub(crate) fn die_at(&self, call: usize, how: Death) {
        let mut state = self.state();
        state.calls.clear();
        state.death = Some((call, how));
    }

    pub(crate) fn live(&self) {
        let mut state = self.state();
        state.death = None;
        state.calls.clear();
    }

    /// Is ready when it died.
    pub(crate) async fn died(&self) {
        self.died.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn perform(&self, request: &Request) -> (u16, Value) {
        let mut state = self.state();
        let segments: Vec<_> = request.path.split('/').skip(1).collect();
        let body: Value =
            request.body.as_ref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap());
        match (request.method, segments.as_slice()) {
            (Method::Get, ["ports"]) => (200, json!({"ports": state.ports(request)})),
            (Method::Get, [collection]) => (200, state.list(collection, request)),
            (Method::Get, [collection, "detail"]) => (200, state.list(collection, request)),
            (Method::Get, [collection, _]) => state.look(collection, &request.path),
            (Method::Post, [collection]) => state.create(collection, body),
            (Method::Put, ["routers", router, action]) => state.connect(router, action, &body),
            (Method::Delete, [_, _]) => state.delete(&request.path),
            _ => (400, json!({"error": "what is this?"})),
        }
    }
}

impl State {
    fn create(&mut self, collection: &str, body: Value) -> (u16, Value) {
        let (member, _) = KINDS.iter().find(|(_, name)| *name == collection).unwrap();
        let thing = if collection == "secrets" { body } else { body[member].clone() };
        self.next += 1;
        let id = format!("id-{}", self.next);
        let name = thing["name"].as_str().unwrap().to_owned();
        let new = Thing { name, body: thing, status: "available".into(), vanishes_in: None };
        self.things.insert(format!("/{collection}/{id}"), new);
        match collection {
            "secrets" => (201, json!({"secret_ref": format!("http://cloud/v1/secrets/{id}")})),
            "servers" | "volumes" | "backups" => (202, json!({*member: {"id": id}})),
            _ => (201, json!({*member: {"id": id, "name": "x"}})),
        }
    }

    fn connect(&mut self, router: &str, action: &str, body: &Value) -> (u16, Value) {
        let pair = match body["port_id"].as_str() {
            Some(port) => {
                let (router, subnet) = port.strip_prefix("port-").unwrap().split_once('_').unwrap();
                (router.to_owned(), subnet.to_owned())
            }
            None => (router.to_owned(), body["subnet_id"].as_str().unwrap().to_owned()),
        };
        let known = self.things.contains_key(&format!("/routers/{router}"));
        match (action, self.interfaces.iter().position(|own| *own == pair)) {
            _ if !known => (404, json!({"error": "no such router"})),
            ("add_router_interface", None) => {
                self.interfaces.push(pair);
                (200, json!({"id": router, "subnet_id": body["subnet_id"]}))
            }
            ("remove_router_interface", Some(at)) => {
                self.interfaces.remove(at);
                (200, json!({"id": router}))
            }
            ("remove_router_interface", None) => (404, json!({"error": "no such interface"})),
            _ => (400, json!({"error": "it is there"})),
        }
    }

    fn ports(&self, request: &Request) -> Vec<Value> {
        let device = request.query.iter().find(|(name, _)| name == "device_id");
        let ports = self.interfaces.iter().filter(|(router, _)| device.is_none_or(|(_, id)| id == router));
        let port = |(router, subnet): &(String, String)| {
            json!({"id": format!("port-{router}_{subnet}"), "device_id": router, "name": "",
                "device_owner": "network:router_interface", "created_at": "2020-01-01T00:00:00Z"})
        };
        ports.map(port).collect()
    }

    /// Two on a page; the name of the query has to be in the name of the thing.
    fn list(&self, collection: &str, request: &Request) -> Value {
        let query = |wanted: &str| {
            request.query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
        };
        let root = format!("/{collection}/");
        let fits = |thing: &Thing| query("name").is_none_or(|name| thing.name.contains(name));
        let all: Vec<_> = (self.things.iter())
            .filter(|(path, thing)| path.starts_with(&root) && fits(thing))
            .map(|(path, thing)| {
                let id = path.strip_prefix(&root).unwrap();
                let (created, project) = (&thing.body["created_at"], &thing.body["project_id"]);
                if collection == "secrets" {
                    json!({"secret_ref": format!("http://cloud/v1/secrets/{id}"), "name": thing.name, "created": created})
                } else {
                    json!({"id": id, "name": thing.name, "created_at": created, "project_id": project})
                }
            })
            .collect();
        let from: usize = query("offset").map_or(0, |offset| offset.parse().unwrap());
        let page: Vec<_> = all.iter().skip(from).take(2).collect();
        let mut answer = json!({collection: page});
        if from + 2 < all.len() {
            let name = query("name").unwrap_or_default();
            let next = format!("http://other.example/{collection}?name={name}&offset={}", from + 2);
            if collection == "secrets" {
                answer["next"] = json!(next);
            } else {
                answer[format!("{collection}_links")] = json!([{"rel": "next", "href": next}]);
            }
        }
        answer
    }

    fn look(&mut self, collection: &str, path: &str) -> (u16, Value) {
        let Some(thing) = self.things.get_mut(path) else { return (404, json!({"error": "not found"})) };
        match &mut thing.vanishes_in {
            Some(0) => {
                self.things.remove(path);
                return (404, json!({"error": "gone"}));
            }
            Some(looks) => *looks -= 1,
            None => {}
        }
        let (member, _) = KINDS.iter().find(|(_, name)| *name == collection).unwrap();
        let shown = json!({"name": thing.name, "status": thing.status});
        (200, if collection == "secrets" { shown } else { json!({*member: shown}) })
    }

    fn delete(&mut self, path: &str) -> (u16, Value) {
        let Some(thing) = self.things.get(path) else { return (404, json!({"error": "not found"})) };
        let id = path.rsplit('/').next().unwrap();
        let uses = |thing: &Thing| thing.body.to_string().contains(&format!("\"{id}\""));
        let in_use =
            self.things.values().any(uses) || self.interfaces.iter().any(|(a, b)| a == id || b == id);
        if in_use {
            return (409, json!({"error": "it is in use"}));
        }
        if thing.vanishes_in.is_some() {
            return (400, json!({"error": "it is being deleted"}));
        }
        if path.starts_with("/servers/") || path.starts_with("/volumes/") {
            let thing = self.things.get_mut(path).unwrap();
            (thing.vanishes_in, thing.status) = (Some(2), "deleting".into());
            return (202, Value::Null);
        }
        self.things.remove(path);
        (204, Value::Null)
    }
}

#[async_trait]
impl Openstack for Arc<FakeCloud> {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        let line = format!("{} {}", request.method, request.path);
        let (before, dies) = {
            let mut state = self.state();
            let number = state.calls.len();
            let before = state.calls.iter().filter(|call| **call == line).count();
            state.calls.push(line);
            let dies = state.death.filter(|(at, _)| *at == number).map(|(_, how)| how);
            let due: Vec<_> = state
                .later
                .extract_if(.., |(left, _)| {
                    *left -= 1;
                    *left == 0
                })
                .collect();
            drop(state);
            for (_, late) in due {
                self.perform(&late);
            }
            (before, dies)
        };
        tokio::time::sleep(Duration::from_millis(30)).await;
        match dies {
            Some(Death::After) => drop(self.perform(&request)),
            Some(Death::Early) => self.state().later.push((3, request.clone())),
            _ => {}
        }
        if dies.is_some() {
            self.died.notify_one();
            return std::future::pending().await;
        }
        let lost = || Err(CallError::new(ErrorKind::Unreachable, "cloud", "the connection broke"));
        let (status, body) = match (self.faults)(&request, before) {
            None => self.perform(&request),
            Some(Fault::Answer(status, body)) => (status, body),
            Some(Fault::Lost) => return lost(),
            Some(Fault::AnswerLost) => {
                self.perform(&request);
                return lost();
            }
            Some(Fault::DoneBut(status, body)) => {
                self.perform(&request);
                (status, body)
            }
            Some(Fault::DoneLate(after)) => {
                let cloud = Arc::clone(self);
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    cloud.perform(&request);
                });
                return lost();
            }
        };
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        Ok(Response { status, headers: Vec::new(), body, attempts: 1 })
    }

    async fn probe(&self, service: String, path: String) -> Result<Response, CallError> {
        self.call(Request::new(service, Method::Get, path)).await
    }

    fn catalog(&self) -> Vec<Service> {
        Vec::new()
    }

    fn identity(&self) -> Identity {
        Identity { project_id: PROJECT.into(), user_id: "u1".into(), ..Identity::default() }
    }
}
