//! Two hundred clouds, of which 75 misbehave, while the host is killed again and again: nothing is lost, nothing is doubled,
//! nothing is left, and the healthy ones do as in a quiet night.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use touchstone_postgres::Database;
use touchstone_results::{Results, StateUrl};
use touchstone_simulator::{Running, Scenario, Simulator};

use crate::harness::{Entry, Touchstone, binary, kept, published, scope, tokio};

const KILLS: usize = 10;
/// A night that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(400);

/// What is wrong with a cloud: its name, how many there are, a fault as scenarios write it, and what the report says of it.
struct Kind {
    name: &'static str,
    count: usize,
    faults: &'static str,
    verdict: &'static str,
    says: &'static str,
}

const KINDS: [Kind; 7] = [
    Kind { name: "healthy", count: 125, faults: "", verdict: "PASS", says: "" },
    Kind {
        name: "deaf",
        count: 10,
        faults: "{path: /auth/tokens, kind: hang}",
        verdict: "DNF",
        says: "took longer than the 12 s that it may take",
    },
    Kind {
        name: "hanging",
        count: 10,
        faults: "{service: compute, path: /flavors/detail, kind: hang}",
        verdict: "DNF",
        says: "took longer than it may",
    },
    Kind {
        name: "garbage",
        count: 20,
        faults: "{service: image, kind: garbage}",
        verdict: "DNF",
        says: "the answer is not HTTP",
    },
    Kind {
        name: "reset",
        count: 20,
        faults: "{service: compute, path: /flavors/detail, kind: reset}",
        verdict: "DNF",
        says: "compute GET /flavors/detail",
    },
    Kind {
        name: "expiring",
        count: 10,
        faults: "{service: compute, path: /flavors/detail, kind: expire-token}",
        verdict: "DNF",
        says: "answered 401",
    },
    Kind {
        name: "full",
        count: 5,
        faults: "{service: block-storage, method: POST, path: /volumes, kind: {status: {code: 413}}}",
        verdict: "DNF",
        says: "block-storage POST /volumes: answered 413",
    },
];

#[test]
fn nothing_is_lost_or_left_when_the_host_is_killed_again_and_again_with_sqlite() {
    chaos("state.db");
}

#[test]
fn nothing_is_lost_or_left_when_the_host_is_killed_again_and_again_with_postgresql() {
    let database = Database::new();
    chaos(database.url());
}

fn chaos(state: &str) {
    let clouds = Clouds::start();
    let before = clouds.inventories();
    let seed = std::process::id();
    let mut random = Random(u64::from(seed) | 1);
    clouds.write_config(state, 12);
    let mut killed = 0;
    while killed < KILLS {
        let mut child = clouds.nightly();
        std::thread::sleep(Duration::from_millis(700 + random.below(1_500)));
        let ended = child.try_wait().expect("processes can be asked");
        assert!(
            ended.is_none(),
            "the night was over before it was killed {KILLS} times: {killed} (seed {seed})"
        );
        child.kill().expect("our own process");
        child.wait().expect("our own process");
        killed += 1;
    }
    clouds.to_its_end();
    assert_eq!(clouds.inventories(), before, "something is left (seed {seed})");
    let chaotic = clouds.recorded(state);
    assert_reasons(&chaotic);
    let shown = clouds.status();

    // A quiet night of the healthy ones, with another database, says the same of them.
    clouds.write_config_of("quiet.db", 60, |name| name.starts_with("healthy"));
    clouds.to_its_end();
    let quiet = clouds.recorded("quiet.db");
    assert_eq!(quiet.len(), 125);
    for (name, told) in &quiet {
        assert_eq!(told.results, chaotic[name].results, "{name}");
    }
    let quiet = clouds.status();
    assert_eq!(quiet.len(), 125);
    for (name, card) in &quiet {
        assert_eq!(card, &shown[name], "{name}");
    }
}

/// What the database has of a subject.
#[derive(Debug, Clone)]
struct Told {
    run: String,
    verdict: String,
    /// Testcase, verdict, reason.
    results: BTreeSet<(String, String, String)>,
}

fn assert_reasons(told: &BTreeMap<String, Told>) {
    assert_eq!(told.len(), 200, "every subject has a result");
    let runs: BTreeSet<&String> = told.values().map(|told| &told.run).collect();
    assert_eq!(runs.len(), 200, "every result is of a run of its own");
    for (name, told) in told {
        let kind = KINDS.iter().find(|kind| name.starts_with(kind.name)).expect("its kind");
        assert_eq!(told.verdict, kind.verdict, "{name}: {told:?}");
        let said = told
            .results
            .iter()
            .any(|(_, verdict, reason)| verdict == kind.verdict && reason.contains(kind.says));
        assert!(said || kind.says.is_empty(), "{name} does not say `{}`: {told:?}", kind.says);
    }
}

struct Clouds {
    folder: TempDir,
    running: Vec<(String, Running)>,
}

impl Clouds {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("temporary folders can be made");
        let mut running = Vec::new();
        for kind in &KINDS {
            let scenario = format!(
                "name: small.example\nlatency: 5ms\ntiming: {{volume: 20ms, deletion: 20ms}}\nfaults: [{}]\n\
                 flavors: [{{name: small, vcpus: 1, ram: 1024}}, {{name: large, vcpus: 8, ram: 32768}}, {{name: medium, vcpus: 2, ram: 4096}}]\n\
                 images: [{{name: Debian}}, {{name: Ubuntu}}]\n",
                kind.faults
            );
            let scenario = Scenario::parse("chaos.yaml", &scenario).expect("the scenario is right");
            let simulator = Simulator::new(&scenario).expect("the scenario is consistent");
            for number in 0..kind.count {
                let name = format!("{}-{number:03}", kind.name);
                let cloud =
                    tokio().block_on(simulator.start(([127, 0, 0, 1], 0).into())).expect("a port is free");
                let clouds = folder.path().join("clouds");
                std::fs::create_dir_all(&clouds).expect("folders can be made");
                std::fs::write(clouds.join(format!("{name}.yaml")), cloud.clouds_yaml())
                    .expect("it can be written");
                running.push((name, cloud));
            }
        }
        std::fs::write(
            folder.path().join("scope.yaml"),
            scope(&[Entry { limits: "{wall: 4s}".into(), ..Entry::reader() }, Entry::creator("one-volume")]),
        )
        .expect("it can be written");
        Clouds { folder, running }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write_config(&self, state: &str, timeout: u32) {
        self.write_config_of(state, timeout, |_| true);
    }

    fn write_config_of(&self, state: &str, timeout: u32, has: impl Fn(&str) -> bool) {
        let mut text = format!(
            "format: touchstone.nightly/v1\nstate: {state}\nfolder: {state_folder}\n\
             limits: {{subjects: 40, per_provider: 40, timeout: {timeout}s, retries: 1, retry_after: 1s}}\n\
             stores: [{store}]\nscopes: {{test: {{manifest: scope.yaml}}}}\nsubjects:\n",
            state_folder = if state == "quiet.db" { "quiet" } else { "chaos" },
            store = published().store.display()
        );
        // Those that keep us waiting are not all at the end.
        let mut names: Vec<&String> =
            self.running.iter().map(|(name, _)| name).filter(|name| has(name)).collect();
        names.sort_by_key(|name| crate::harness::digest(name.as_bytes()));
        for name in names {
            let _ = writeln!(
                text,
                "  - {{name: {name}, cloud: demo, clouds_file: clouds/{name}.yaml, provider: all}}"
            );
        }
        std::fs::write(self.path().join("nightly.yaml"), text).expect("it can be written");
    }

    fn nightly(&self) -> Child {
        let log =
            std::fs::File::options().create(true).append(true).open(self.path().join("log")).expect("a log");
        Command::new(binary())
            .args(["nightly", "--once", "--quiet"])
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("XDG_CACHE_HOME", kept("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary runs")
    }

    fn to_its_end(&self) {
        let (mut child, begun) = (self.nightly(), Instant::now());
        loop {
            if let Some(status) = child.try_wait().expect("processes can be asked") {
                let log = std::fs::read_to_string(self.path().join("log")).unwrap_or_default();
                assert!(matches!(status.code(), Some(0 | 1 | 2 | 4)), "{status}\n{log}");
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "the night does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn inventories(&self) -> BTreeMap<&str, Vec<String>> {
        let inventory =
            |cloud: &Running| cloud.inventory().iter().map(|thing| format!("{thing:?}")).collect();
        self.running.iter().map(|(name, cloud)| (name.as_str(), inventory(cloud))).collect()
    }

    /// What is recorded: each run once.
    fn recorded(&self, state: &str) -> BTreeMap<String, Told> {
        let state = if state.starts_with("postgres:") {
            state.parse().expect("it is a URL")
        } else {
            StateUrl::file(self.path().join(state))
        };
        tokio().block_on(async {
            let results = Results::open_existing(&state).await.expect("the database is there");
            let nights = results.latest_nights(10).await.expect("it can be read");
            assert_eq!(nights.len(), 1, "a night that was killed is gone on with: {nights:?}");
            assert!(nights[0].finished_at.is_some());
            let mut told = BTreeMap::new();
            for run in results.runs(&nights[0].id).await.expect("it can be read") {
                let report =
                    results.report(&run.run).await.expect("it can be read").expect("it has a report");
                let results = report.results().map(|(_, testcase, result)| {
                    (testcase.to_owned(), result.verdict.to_string(), result.reason.clone())
                });
                let results = results.collect();
                let verdict = run.verdict.expect("it has a version").to_string();
                let one = Told { run: run.run, verdict, results };
                assert!(told.insert(run.subject.clone(), one).is_none(), "{} twice", run.subject);
                assert!(report.left().is_empty(), "{:?}", report.left());
            }
            told
        })
    }

    /// The compliance table: the versions of each subject.
    fn status(&self) -> BTreeMap<String, Value> {
        let ran = Touchstone::new(self.path()).without_log().args(["status", "--format", "json"]).run();
        ran.assert_exit(0);
        let status: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
        let rows = status["rows"].as_array().expect("it has rows");
        let row =
            |row: &Value| (row["subjects"][0].as_str().expect("a name").to_owned(), row["scopes"].clone());
        rows.iter().map(row).collect()
    }
}

/// A generator whose numbers need not be good.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
