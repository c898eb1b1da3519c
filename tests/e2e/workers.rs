//! Three workers on one queue, of which one is killed, and one is frozen past its lease and woken: every result counts once.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use touchstone_postgres::Database;

use crate::harness::{Entry, Touchstone, binary, kept, published, scope, tokio};

const SUBJECTS: usize = 12;
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn every_result_counts_once_though_a_worker_is_killed_and_one_is_frozen() {
    let house = House::new();
    let coordinator =
        house.spawn(&["nightly", "--once", "--quiet", "--hand-out", "--within", "100s"], "coordinator");
    house.until("a subject was handed out", "SELECT count(*) > 0 FROM touchstone_queue.items");
    let [mut killed, frozen, third] = ["killed", "frozen", "third"].map(|name| house.worker(name));
    for worker in ["killed", "frozen"] {
        let has_one = format!("SELECT count(*) > 0 FROM touchstone_queue.items WHERE worker = '{worker}'");
        house.until("each worker has a subject", &has_one);
    }
    signal(&frozen, "-STOP");
    killed.kill().expect("our own process");
    killed.wait().expect("our own process");

    let status = wait(coordinator, &house.log("coordinator"));
    assert_eq!(status, Some(0), "{}", house.log("coordinator"));
    let before = house.runs();
    assert_eq!(before.len(), SUBJECTS, "{before:?}");
    let by: BTreeSet<&str> = before.iter().map(|(_, worker)| worker.as_str()).collect();
    assert!(by.contains("third"), "{before:?}");
    let held_when_frozen = house.database.query("SELECT count(*) FROM runs WHERE worker = 'frozen'");

    signal(&frozen, "-CONT");
    // It finds out by itself that it has lost its subject, and takes nothing that is done.
    std::thread::sleep(Duration::from_secs(5));
    for worker in [frozen, third] {
        signal(&worker, "-TERM");
        assert_eq!(wait(worker, "a worker"), Some(0), "{}", house.log("frozen"));
    }
    assert_eq!(house.runs(), before, "what comes late does not count");
    assert_eq!(house.database.query("SELECT count(*) FROM runs WHERE worker = 'frozen'"), held_when_frozen);
    assert!(house.log("frozen").contains("handed to another worker"), "{}", house.log("frozen"));
    assert_eq!(
        house.database.query("SELECT count(*) FROM touchstone_queue.items WHERE state <> 'done'"),
        "0"
    );
}

#[test]
fn who_has_lost_a_subject_records_nothing() {
    let house = House::with_latency("400ms");
    let night = ["nightly", "--once", "--night", "2026-11-27T02:30:00Z", "--subject", "cloud-0"];
    let first = house.spawn(&night, "killed");
    let begun = Instant::now();
    while house.clouds[0].requests().is_empty() {
        assert!(begun.elapsed() < PATIENCE, "it is never tested\n{}", house.log("killed"));
        std::thread::sleep(Duration::from_millis(20));
    }
    // As a restart of the server does: it forgets who holds what.
    let ended = house.database.query(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    assert_eq!(ended, "1");
    let second = house.spawn(&night, "third");
    assert_eq!(wait(first, "the first one"), Some(0), "{}", house.log("killed"));
    assert!(house.log("killed").contains("another process has it by now"), "{}", house.log("killed"));
    assert_eq!(house.runs(), [], "{}", house.log("third"));
    assert_eq!(wait(second, "the second one"), Some(0), "{}", house.log("third"));
    assert_eq!(house.runs().len(), 1, "{}", house.log("third"));
}

#[test]
fn what_no_worker_takes_is_dnf_and_says_so() {
    let house = House::new();
    let coordinator =
        house.spawn(&["nightly", "--once", "--quiet", "--hand-out", "--within", "1s"], "coordinator");
    assert_eq!(wait(coordinator, &house.log("coordinator")), Some(2));
    let ran = Touchstone::new(&house.folder("coordinator"))
        .without_log()
        .args(["status", "--explain", "cloud-0"])
        .run();
    ran.assert_exit(0);
    assert!(ran.stdout.contains("no worker finished it"), "{ran}");
}

#[test]
fn workers_need_a_database_that_all_reach() {
    let folder = tempfile::tempdir().expect("temporary folders can be made");
    std::fs::write(
        folder.path().join("nightly.yaml"),
        "format: touchstone.nightly/v1\nscopes: {s: {manifest: scope.yaml}}\nsubjects: [{name: a}]\n",
    )
    .expect("it can be written");
    for arguments in [&["worker"][..], &["nightly", "--once", "--hand-out"]] {
        std::fs::write(folder.path().join("scope.yaml"), scope(&[Entry::reader()]))
            .expect("it can be written");
        let ran = Touchstone::new(folder.path()).without_log().args(arguments).run();
        ran.assert_exit(64);
        assert!(ran.stderr.contains("state: postgres://"), "{ran}");
    }
}

/// A database, clouds, and a folder for each process.
struct House {
    folder: tempfile::TempDir,
    database: Database,
    clouds: Vec<touchstone_simulator::Running>,
}

impl House {
    fn new() -> Self {
        Self::with_latency("150ms")
    }

    fn with_latency(latency: &str) -> Self {
        let (folder, database) =
            (tempfile::tempdir().expect("temporary folders can be made"), Database::new());
        let scenario = format!(
            "name: slow.example\nlatency: {latency}\nflavors: [{{name: small, vcpus: 1, ram: 1024}}]\nimages: [{{name: Debian}}]\n"
        );
        let scenario = touchstone_simulator::Scenario::parse("slow.yaml", &scenario).expect("it is right");
        let simulator = touchstone_simulator::Simulator::new(&scenario).expect("it is consistent");
        let mut clouds = Vec::new();
        for number in 0..SUBJECTS {
            let cloud =
                tokio().block_on(simulator.start(([127, 0, 0, 1], 0).into())).expect("a port is free");
            let file = folder.path().join(format!("{number}.yaml"));
            std::fs::write(file, cloud.clouds_yaml()).expect("it can be written");
            clouds.push(cloud);
        }
        let house = House { folder, database, clouds };
        for name in ["coordinator", "killed", "frozen", "third"] {
            house.write_config(name);
        }
        house
    }

    /// The same subjects for all; only workers can reach them.
    fn write_config(&self, name: &str) {
        let folder = self.folder(name);
        std::fs::create_dir_all(&folder).expect("folders can be made");
        std::fs::write(folder.join("scope.yaml"), scope(&[Entry::reader(), Entry::creator("everything")]))
            .expect("it can be written");
        let mut config = format!(
            "format: touchstone.nightly/v1\nstate: {}\nstores: [{}]\nlimits: {{retries: 0}}\n\
             scopes: {{test: {{manifest: scope.yaml}}}}\nsubjects:\n",
            self.database.url(),
            published().store.display()
        );
        for number in 0..SUBJECTS {
            let clouds = match name {
                "coordinator" => String::new(),
                _ => format!(", clouds_file: ../{number}.yaml"),
            };
            config += &format!("  - {{name: cloud-{number}, cloud: demo, labels: {{region: de}}{clouds}}}\n");
        }
        std::fs::write(folder.join("nightly.yaml"), config).expect("it can be written");
    }

    fn folder(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn worker(&self, name: &str) -> Child {
        self.spawn(&["worker", "--label", "region=de", "--name", name, "--lease", "3s"], name)
    }

    fn spawn(&self, arguments: &[&str], name: &str) -> Child {
        let log = std::fs::File::create(self.folder(name).join("log")).expect("a log");
        Command::new(binary())
            .args(arguments)
            .current_dir(self.folder(name))
            .env_clear()
            .env("HOME", self.folder(name))
            .env("XDG_CACHE_HOME", kept("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary runs")
    }

    fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder(name).join("log")).unwrap_or_default()
    }

    /// Subject and worker of each run.
    fn runs(&self) -> Vec<(String, String)> {
        let rows = self
            .database
            .query("SELECT subject, coalesce(worker, '') FROM runs WHERE report IS NOT NULL ORDER BY 1");
        let row =
            |row: &str| row.split_once('|').map(|(subject, worker)| (subject.to_owned(), worker.to_owned()));
        rows.lines().filter_map(row).collect()
    }

    fn until(&self, what: &str, sql: &str) {
        let begun = Instant::now();
        let there = "SELECT to_regclass('touchstone_queue.items') IS NOT NULL";
        while self.database.query(there) != "t" || self.database.query(sql) != "t" {
            assert!(begun.elapsed() < PATIENCE, "{what}: never\n{}", self.log("coordinator"));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn signal(process: &Child, signal: &str) {
    let done = Command::new("kill").args([signal, &process.id().to_string()]).status();
    assert!(done.is_ok_and(|status| status.success()), "kill {signal}");
}

fn wait(mut process: Child, what: &str) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = process.try_wait().expect("processes can be asked") {
            return status.code();
        }
        assert!(begun.elapsed() < PATIENCE, "it does not end: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
