//! What the benches share: the demo's scope and components, a simulated cloud, and a native client that makes the same
//! requests as a run does.

#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value, json};
use tempfile::TempDir;
use touchstone_capabilities::openstack::{
    CallError, CallLimits, CloudConfig, Env, ErrorKind, Granted, Identity, Openstack, Request, Response,
    Service, Session, SessionOptions, SharedReads,
};
use touchstone_report::Report;
use touchstone_runner::{Job, RecordedRun, Runner, Task};
use touchstone_runtime::{Assignment, Ended, Limits, Listener, PreparedCheck, Runtime, RuntimeConfig};
use touchstone_scope::{Manifest, Selection};
use touchstone_simulator::{Running, Scenario, Simulator};
use touchstone_store::{Component, Digest, Store};

const SCOPE: &str = "scopes/scs-compatible-iaas.yaml";

/// The demo's scope and components in a folder, with compiled code in a warm cache.
pub struct House {
    pub folder: TempDir,
    pub runtime: Arc<Runtime>,
    pub store: Store,
    pub manifest: Arc<Manifest>,
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        touchstone_embedded::PUBLISHED.write_to(folder.path()).unwrap();
        touchstone_embedded::SCOPES.write_to(folder.path()).unwrap();
        let config = RuntimeConfig { code_cache: Some(folder.path().join("code")), child: None };
        let text = touchstone_embedded::SCOPES.text(SCOPE).unwrap();
        House {
            runtime: Arc::new(Runtime::new(&config).unwrap()),
            store: Store::open(folder.path().join("checks/published")).unwrap(),
            manifest: Arc::new(Manifest::parse(SCOPE, text).unwrap()),
            folder,
        }
    }

    pub fn component(&self, id: &str) -> Component {
        let released =
            self.store.published().unwrap().into_iter().find(|released| released.id == id).unwrap();
        self.store.load(released.component).unwrap()
    }

    pub async fn prepare(&self, component: &Component) -> PreparedCheck {
        self.runtime.prepare(component, true).await.unwrap()
    }

    /// Builds a check of the repository that is not in Rust into the store, and compiles it.
    pub async fn build(&self, id: &str) -> Digest {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../checks").join(id);
        let component = touchstone_builder::build(&source, &self.runtime).await.unwrap();
        self.store.publish(&component, true).unwrap();
        self.runtime.prepare(&component, true).await.unwrap();
        component.digest()
    }

    /// What a new process does with a component, until its first call fails.
    pub async fn start(&self, component: Digest) -> Ended {
        let config = RuntimeConfig { code_cache: Some(self.folder.path().join("code")), child: None };
        let runtime = Arc::new(Runtime::new(&config).unwrap());
        let component = self.store.load(component).unwrap();
        let check = runtime.prepare(&component, true).await.unwrap();
        run_check(&check, &component, Arc::new(Nobody)).await
    }

    pub fn runner(&self) -> Runner {
        Runner::new(self.runtime.clone(), vec![self.store.clone()])
    }

    /// The whole scope: it boots a server, and makes volumes, backups and secrets.
    pub fn job(&self, cloud: CloudConfig) -> Job {
        self.job_of(cloud, None)
    }

    /// The checks that read flavors.
    pub fn flavors_job(&self, cloud: CloudConfig) -> Job {
        self.job_of(cloud, Some("^scs-010[03]-"))
    }

    fn job_of(&self, cloud: CloudConfig, tests: Option<&str>) -> Job {
        let tests = tests.map(|tests| tests.parse().unwrap());
        let selection =
            Selection { tests, ..Selection::on(Offset::UTC.to_datetime(Timestamp::now()).date()) };
        let file = self.folder.path().join(SCOPE).display().to_string();
        let task = Task::new(self.manifest.clone(), file, selection, cloud.name()).unwrap();
        Job::new(task, cloud, std::env::temp_dir().join("touchstone-bench"))
    }

    /// One run of the checks that read flavors; every unit must have come to its end.
    pub async fn run(&self, cloud: CloudConfig) -> Report {
        self.run_job(&self.flavors_job(cloud)).await
    }

    /// The recorded run again, which must give the same report.
    pub async fn replay(&self, runner: &Runner, tape: &Path) -> Report {
        self.replay_owned(runner, tape).await
    }

    /// The same, as a future that can go elsewhere.
    pub fn replay_owned(&self, runner: &Runner, tape: &Path) -> impl Future<Output = Report> + Send + use<> {
        let (runner, tape, manifest) = (runner.clone(), tape.to_owned(), self.manifest.clone());
        let file = self.folder.path().join(SCOPE).display().to_string();
        async move {
            let run = RecordedRun::open(&tape).unwrap();
            let selection = run.selection(&manifest).unwrap();
            let task = run.task(manifest, file, selection).unwrap();
            let report = runner.replay(&run, &task).await.unwrap();
            assert!(report.replay.is_none());
            report
        }
    }

    /// One run of a job.
    pub async fn run_job(&self, job: &Job) -> Report {
        let report = self.runner().run(job, |_| {}, std::future::pending()).await.unwrap();
        assert_eq!(report.tape.is_some(), job.record.is_some());
        assert!(report.preflight.as_ref().unwrap().reachable);
        assert!(report.testcases["scs-0100-syntax-check"].checked_at.is_some());
        report
    }
}

/// A simulated cloud with this latency, and how to reach it.
pub async fn cloud(latency: Duration) -> (Running, CloudConfig) {
    cloud_of(&Scenario { latency, ..Scenario::demo() }).await
}

/// A simulated cloud, and how to reach it.
pub async fn cloud_of(scenario: &Scenario) -> (Running, CloudConfig) {
    let running = Simulator::new(scenario).unwrap().start(([127, 0, 0, 1], 0).into()).await.unwrap();
    let config = config_of(&running.clouds_yaml());
    (running, config)
}

pub fn config_of(clouds_yaml: &str) -> CloudConfig {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("clouds.yaml"), clouds_yaml).unwrap();
    CloudConfig::load(Some("demo"), &Env::new(folder.path())).unwrap()
}

/// A client without Touchstone: it logs in, and makes each distinct request of a run once.
pub struct NativeClient {
    client: reqwest::Client,
    auth_url: String,
}

impl NativeClient {
    pub fn new(cloud: &Running) -> Self {
        // The simulated cloud speaks plain HTTP, but reqwest wants to know how to speak TLS all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        NativeClient { client, auth_url: cloud.auth_url() }
    }

    /// Logs in; the token, and the endpoint of compute.
    pub async fn login(&self) -> (String, String) {
        let named = |name: &str| json!({"name": name, "domain": {"name": "Default"}});
        let mut user = named("demo");
        user["password"] = "demo-password".into();
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": named("conformance")},
        }});
        let url = format!("{}/auth/tokens", self.auth_url);
        let response =
            self.client.post(url).body(body.to_string()).header("content-type", "application/json");
        let response = response.send().await.unwrap();
        assert_eq!(response.status(), 201);
        let token = response.headers()["x-subject-token"].to_str().unwrap().to_owned();
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        let catalog = body["token"]["catalog"].as_array().unwrap();
        let compute = catalog.iter().find(|service| service["type"] == "compute").unwrap();
        let endpoint =
            compute["endpoints"].as_array().unwrap().iter().find(|e| e["interface"] == "public").unwrap();
        (token, endpoint["url"].as_str().unwrap().trim_end_matches('/').to_owned())
    }

    pub async fn flavors(&self, token: &str, endpoint: &str) -> Value {
        let request = self
            .client
            .get(format!("{endpoint}/flavors/detail"))
            .header("x-auth-token", token)
            .header("openstack-api-version", "compute 2.61");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    /// Everything that the checks of flavors ask the demo for.
    pub async fn run(&self) -> Value {
        let (token, endpoint) = self.login().await;
        self.flavors(&token, &endpoint).await
    }
}

/// A subject that is not there: every call fails at once. What is left is the cost of the instance.
pub struct Nobody;

#[async_trait]
impl Openstack for Nobody {
    async fn call(&self, _request: Request) -> Result<Response, CallError> {
        Err(CallError { kind: ErrorKind::Unreachable, message: String::new() })
    }
    async fn probe(&self, _service: String, _path: String) -> Result<Response, CallError> {
        Err(CallError { kind: ErrorKind::Unreachable, message: String::new() })
    }
    fn catalog(&self) -> Vec<Service> {
        Vec::new()
    }
    fn identity(&self) -> Identity {
        Identity::default()
    }
}

struct Deaf;

impl Listener for Deaf {
    fn outcome(&self, _testcase: &str, _verdict: touchstone_runtime::Verdict, _reason: &str) {}
    fn finding(&self, _testcase: &str, _finding: touchstone_runtime::Finding) {}
    fn log(&self, _level: touchstone_runtime::LogLevel, _message: &str) {}
}

/// Runs a check on a subject.
pub async fn run_check(check: &PreparedCheck, component: &Component, subject: Arc<dyn Openstack>) -> Ended {
    let descriptor = component.descriptor();
    let grants = descriptor.grants.iter().map(|grant| grant.parse().unwrap()).collect();
    check
        .run(Assignment {
            openstack: Arc::new(Granted::new(subject, grants, CallLimits::default())),
            testcases: descriptor.testcases.iter().map(|testcase| testcase.id.clone()).collect(),
            parameters: BTreeMap::new(),
            reference_time: 0,
            prefix: String::new(),
            assets: BTreeMap::<String, Bytes>::new(),
            evidence: BTreeMap::new(),
            limits: Limits::default(),
            listener: Arc::new(Deaf),
        })
        .await
}

/// A session with a cloud, for calls without a run.
pub async fn session(config: &CloudConfig) -> Arc<Session> {
    Session::connect(config, &SessionOptions::default()).await.unwrap()
}

pub fn shared(session: Arc<Session>) -> Arc<dyn Openstack> {
    Arc::new(SharedReads::new(session, SharedReads::DEFAULT_MAX_BYTES))
}

/// The same component in bare wasmtime: no limits, no imports that do anything.
pub struct Bare {
    engine: wasmtime::Engine,
    pre: wasmtime::component::InstancePre<()>,
}

impl Bare {
    pub fn new(component: &Component) -> Self {
        let engine = wasmtime::Engine::default();
        let code = wasmtime::component::Component::from_binary(&engine, component.bytes()).unwrap();
        let mut linker = wasmtime::component::Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&code).unwrap();
        Bare { pre: linker.instantiate_pre(&code).unwrap(), engine }
    }

    pub async fn instantiate(&self) {
        let mut store = wasmtime::Store::new(&self.engine, ());
        self.pre.instantiate_async(&mut store).await.unwrap();
    }
}
