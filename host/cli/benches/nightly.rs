//! A night over many clouds: `cargo bench -p touchstone --bench nightly [-- SUBJECTS [AT_A_TIME]]`, 1,000 by default, 64 at a time. What it takes is measured of the
//! program itself, as operators run it; the clouds are simulated by this process, with 20 ms for each answer.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use touchstone_simulator::{Running, Scenario, Simulator};

const LATENCY: Duration = Duration::from_millis(20);
/// So many are run one after another, to see what one takes.
const ALONE: usize = 25;

fn main() {
    let mut wanted = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (subjects, at_a_time): (usize, usize) = (wanted.next().unwrap_or(1_000), wanted.next().unwrap_or(64));
    let folder = tempfile::tempdir().unwrap();
    touchstone_embedded::PUBLISHED.write_to(folder.path()).unwrap();
    touchstone_embedded::SCOPES.write_to(folder.path()).unwrap();
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let clouds = tokio.block_on(clouds(folder.path(), subjects));
    // Components are compiled before.
    night(folder.path(), "warm", 1, 1, true);
    let alone = night(folder.path(), "alone", ALONE, 1, true);
    let each = alone.wall.as_secs_f64() / ALONE as f64;
    println!(
        "A night over {subjects} simulated clouds at 20 ms latency, the sections of *SCS-compatible IaaS* that only read, \
         {at_a_time} at a time:\n"
    );
    println!(
        "| tapes | wall | one after another | ideal, {at_a_time} at a time | CPU of each | memory at most |\n|---|---|---|---|---|---|"
    );
    for record in [true, false] {
        let cost =
            night(folder.path(), if record { "tapes" } else { "without" }, subjects, at_a_time, record);
        println!(
            "| {} | {:.1} s | {:.1} s | {:.1} s | {:.1} ms | {:.0} MB |",
            if record { "yes" } else { "no" },
            cost.wall.as_secs_f64(),
            each * subjects as f64,
            each * subjects as f64 / at_a_time as f64,
            cost.cpu.as_secs_f64() * 1_000.0 / subjects as f64,
            cost.memory as f64 / 1024.0,
        );
    }
    let requests: usize = clouds.iter().map(|cloud| cloud.requests().len()).sum();
    println!("\n{requests} requests in all. Bounds: 15 ms of CPU for each subject, 400 MB.");
}

struct Cost {
    wall: Duration,
    cpu: Duration,
    /// In KiB.
    memory: u64,
}

async fn clouds(folder: &Path, count: usize) -> Vec<Running> {
    let scenario = Scenario { latency: LATENCY, ..Scenario::perfect() };
    let simulator = Simulator::new(&scenario).unwrap();
    let mut clouds = Vec::new();
    for number in 0..count {
        let cloud = simulator.start(([127, 0, 0, 1], 0).into()).await.unwrap();
        std::fs::write(folder.join(format!("{number}.yaml")), cloud.clouds_yaml()).unwrap();
        clouds.push(cloud);
    }
    clouds
}

/// Runs a night, which must have judged every subject.
fn night(folder: &Path, name: &str, subjects: usize, at_a_time: usize, record: bool) -> Cost {
    let mut config = format!(
        "format: touchstone.nightly/v1\nstate: {name}.db\nfolder: {name}\nrecord: {record}\nstores: [checks/published]\n\
         limits: {{subjects: {at_a_time}, per_provider: {at_a_time}}}\npresets: {{reading: {{default: [light]}}}}\n\
         scopes: {{iaas: {{manifest: scopes/scs-compatible-iaas.yaml}}}}\nsubjects:\n"
    );
    for number in 0..subjects {
        let _ = writeln!(
            config,
            "  - {{name: cloud-{number}, provider: all, cloud: demo, clouds_file: {number}.yaml, preset: reading}}"
        );
    }
    std::fs::write(folder.join(format!("{name}.yaml")), config).unwrap();
    let before = children_cpu();
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_touchstone"))
        .args(["nightly", "--once", "--quiet", "--config", &format!("{name}.yaml")])
        .current_dir(folder)
        .env("HOME", folder)
        .env_remove("XDG_CACHE_HOME")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut memory = 0;
    let status = loop {
        memory = peak(child.id()).unwrap_or(memory);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let wall = begun.elapsed();
    // MISS of what is not selected.
    assert_eq!(status.code(), Some(2), "the night did not go well");
    let reports = std::fs::read_dir(folder.join(name).join("nights")).unwrap().next().unwrap().unwrap();
    assert_eq!(std::fs::read_dir(reports.path()).unwrap().count(), subjects);
    Cost { wall, cpu: children_cpu() - before, memory }
}

/// The most memory that a process has had, in KiB.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// CPU time of all children that have ended, and of theirs.
fn children_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<u64> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(|field| field.parse().unwrap())
        .collect();
    // Ticks are a hundredth of a second on Linux.
    Duration::from_millis((fields[0] + fields[1]) * 10)
}
