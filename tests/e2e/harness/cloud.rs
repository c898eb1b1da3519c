use std::path::{Path, PathBuf};

use tempfile::TempDir;
use touchstone_simulator::{Request, Running, Scenario, Simulator, Thing};

use super::{Touchstone, published, tokio};

/// Secrets that nobody writes by accident.
const PASSWORD: &str = "correct-horse-battery-staple";
const ADMIN_PASSWORD: &str = "incorrect-donkey-battery-staple";
const CREDENTIAL_SECRET: &str = "s3cr3t-of-the-application-credential";

/// A simulated cloud, and a folder for all that a test writes.
///
/// It has three flavors and two images. Its clouds.yaml names `demo` (password), `demo-appcred` (application credential)
/// and `boss` (an administrator).
#[derive(Debug)]
pub(crate) struct Cloud {
    running: Running,
    folder: TempDir,
}

impl Cloud {
    /// A cloud that answers as it should.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// A cloud with further keys of a scenario: catalog, pages, latency, ….
    pub(crate) fn with(more: &str) -> Self {
        let flavors = "flavors:
  - {name: small, vcpus: 1, ram: 1024}
  - {name: medium, vcpus: 2, ram: 4096}
  - {name: large, vcpus: 8, ram: 32768}";
        Self::replacing_flavors(&format!("{flavors}\n{more}"))
    }

    /// A cloud with other flavors (the key `flavors` of a scenario).
    pub(crate) fn replacing_flavors(more: &str) -> Self {
        let scenario = format!(
            "name: small.example
identity:
  users:
    - name: demo
      password: {PASSWORD}
      application_credentials: [{{name: appcred, secret: {CREDENTIAL_SECRET}}}]
    - {{name: boss, password: {ADMIN_PASSWORD}, roles: [admin, member]}}
images:
  - {{name: Debian}}
  - {{name: Ubuntu}}
{more}"
        );
        Self::of(&Scenario::parse("small.yaml", &scenario).expect("the scenario is right"))
    }

    /// A cloud with this scenario, whose first user `demo` logs in.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let simulator = Simulator::new(scenario).expect("the scenario is consistent");
        let running = tokio().block_on(simulator.start(([127, 0, 0, 1], 0).into())).expect("a port is free");
        let cloud = Cloud { running, folder: tempfile::tempdir().expect("temporary folders can be made") };
        cloud.write("clouds.yaml", cloud.running.clouds_yaml());
        cloud
    }

    /// Lets something go wrong from now on: a fault as scenarios write it.
    pub(crate) fn inject(&self, fault: &str) {
        let scenario =
            Scenario::parse("fault.yaml", &format!("faults: [{fault}]")).expect("the fault is right");
        scenario.faults.into_iter().for_each(|fault| self.running.inject(fault));
    }

    /// The folder of the test.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder of the test.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .expect("folders can be made");
        std::fs::write(&path, content).expect("files can be written");
        path
    }

    /// The requests that came, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.running.requests()
    }

    /// Forgets the requests that came.
    pub(crate) fn forget_requests(&self) {
        self.running.forget_requests();
    }

    /// Those of the requests that came to a path: `compute GET /flavors/detail`.
    pub(crate) fn count(&self, call: &str) -> usize {
        self.calls().iter().filter(|made| *made == call).count()
    }

    /// The requests that came, in order: `compute GET /flavors/detail`.
    pub(crate) fn calls(&self) -> Vec<String> {
        let service = |request: &Request| request.service.map_or("nobody", |service| service.name());
        self.requests().iter().map(|r| format!("{} {} {}", service(r), r.method, r.path)).collect()
    }

    /// What is there that was created, or was there before as somebody else's: sorted.
    pub(crate) fn inventory(&self) -> Vec<Thing> {
        self.running.inventory()
    }

    /// Tokens that were issued.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.running.issued_tokens()
    }

    /// All that must not be found anywhere but in the clouds.yaml: tokens, passwords.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let own = [PASSWORD, ADMIN_PASSWORD, CREDENTIAL_SECRET].map(str::to_owned);
        own.into_iter().chain(self.tokens()).collect()
    }

    /// Runs a scope against the cloud, with the published test components, and keeps the report.
    pub(crate) fn run(&self, scope: &str) -> Touchstone<'_> {
        self.run_with("demo", scope, &published().store)
    }

    /// As [`Cloud::run`], with another cloud of clouds.yaml.
    pub(crate) fn run_as(&self, cloud: &str, scope: &str) -> Touchstone<'_> {
        self.run_with(cloud, scope, &published().store)
    }

    /// As [`Cloud::run`], with another store.
    pub(crate) fn run_from(&self, store: &Path, scope: &str) -> Touchstone<'_> {
        self.run_with("demo", scope, store)
    }

    fn run_with(&self, cloud: &str, scope: &str, store: &Path) -> Touchstone<'_> {
        self.write("scope.yaml", scope);
        self.touchstone()
            .args(["run", "scope.yaml", "--cloud", cloud, "--store"])
            .arg(store)
            .report(self.folder().join("report.json"))
    }

    /// The binary, in the folder of the test; what it writes is searched for secrets of the cloud.
    pub(crate) fn touchstone(&self) -> Touchstone<'_> {
        Touchstone::new(self.folder())
            .env("OS_CLIENT_CONFIG_FILE", self.folder().join("clouds.yaml"))
            .secrets_of(self)
    }
}
