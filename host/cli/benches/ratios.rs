//! The figures of the README: `cargo bench -p touchstone --bench ratios`. Each is measured beside its baseline, turn by
//! turn in the same run, and told as a ratio of medians: machines are noisy.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use support::{Bare, House, NativeClient, Nobody};
use touchstone_runner::{Job, RecordedRun};
use touchstone_simulator::Scenario;

const CHECK: &str = "scs-0103-standard-flavors";
const TURNS: usize = 41;
/// The whole scope takes seconds.
const LONG_TURNS: usize = 7;

fn main() {
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let house = House::new();
    println!("| what | measured | baseline | ratio | bound |\n|---|---|---|---|---|");
    tokio.block_on(async {
        run_at_20_ms(&house).await;
        round_trip(&house).await;
        instance(&house).await;
        languages(&house).await;
        recording(&house).await;
        replay(&house).await;
        clouds_per_second(&house).await;
    });
    warm_start(&house);
    further_subjects(&tokio, &house);
}

async fn run_at_20_ms(house: &House) {
    let (running, config) = support::cloud(Duration::from_millis(20)).await;
    let native = NativeClient::new(&running);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        // A client of its own for each turn, as a run has: both begin without a connection.
        let native = NativeClient::new(&running);
        theirs.push(timed(native.run()).await);
        ours.push(timed(house.run(config.clone())).await);
    }
    drop(native);
    row(
        "a run of the checks of flavors at 20 ms latency, against a native client making the same requests",
        ours,
        theirs,
        "≤ 1.25",
    );
}

async fn round_trip(house: &House) {
    let component = house.component(CHECK);
    let check = house.prepare(&component).await;
    let (running, config) = support::cloud(Duration::ZERO).await;
    let session = support::session(&config).await;
    let native = NativeClient::new(&running);
    let (token, endpoint) = native.login().await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS * 5 {
        theirs.push(timed(native.flavors(&token, &endpoint)).await);
        ours.push(timed(support::run_check(&check, &component, support::shared(session.clone()))).await);
    }
    row(
        "a check in a fresh instance that reads 42 flavors and judges them, against reading them natively",
        ours,
        theirs,
        "",
    );
}

async fn instance(house: &House) {
    let component = house.component(CHECK);
    let (check, bare) = (house.prepare(&component).await, Bare::new(&component));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS * 5 {
        theirs.push(timed(bare.instantiate()).await);
        ours.push(timed(support::run_check(&check, &component, Arc::new(Nobody))).await);
    }
    row(
        "an instance with limits, run until its first call fails, against instantiating it in bare wasmtime",
        ours,
        theirs,
        "",
    );
}

/// Everything from a component on disk to its first call, in a process that knows nothing of it yet, with compiled code in the
/// cache: read, hash, admit, map the code, instantiate.
async fn languages(house: &House) {
    let rust = house.component(CHECK);
    for (language, id) in [("Python", "external-ipv4"), ("JavaScript", "catalog-tls")] {
        let other = house.build(id).await;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            theirs.push(timed(house.start(rust.digest())).await);
            ours.push(timed(house.start(other)).await);
        }
        row(
            &format!("a check in {language}, from its file to its first call, warm, against one in Rust"),
            ours,
            theirs,
            "≤ 150 ms",
        );
    }
}

/// The whole scope with a tape, against the same without; and how large the tape is, against what went over the wire.
async fn recording(house: &House) {
    let (running, config) = support::cloud(Duration::from_millis(20)).await;
    let tape = house.folder.path().join("bench.tape");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..LONG_TURNS {
        let job = house.job(config.clone());
        let recorded = Job { record: Some(tape.clone()), ..job.clone() };
        // Who comes second finds a warmer machine: turn about.
        let (mut plain, mut with_tape) = (Duration::ZERO, Duration::ZERO);
        for second in [turn % 2 == 0, turn % 2 != 0] {
            if second {
                plain = timed(house.run_job(&job)).await;
            } else {
                with_tape = timed(house.run_job(&recorded)).await;
            }
        }
        theirs.push(plain);
        ours.push(with_tape);
    }
    row("a run of the whole scope with a tape, against one without", ours, theirs, "≤ 1.03");
    for (name, scenario) in [("demo", Scenario::demo()), ("perfect", Scenario::perfect())] {
        let (running, config) = support::cloud_of(&scenario).await;
        house.run_job(&Job { record: Some(tape.clone()), ..house.job(config) }).await;
        let (size, wire) = (std::fs::metadata(&tape).unwrap().len(), running.traffic());
        println!(
            "| the tape of the cloud `{name}`, against the bytes that went over the wire | {:.1} kB | {:.1} kB | {:.3} | ≤ 0.1 |",
            size as f64 / 1e3,
            wire as f64 / 1e3,
            size as f64 / wire as f64
        );
    }
    drop(running);
}

/// The whole scope from the tape of one cloud, warm, against the run that was recorded without latency.
async fn replay(house: &House) {
    let (_running, config) = support::cloud(Duration::ZERO).await;
    let tape = house.folder.path().join("bench.tape");
    let runner = house.runner();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let job = Job { record: Some(tape.clone()), ..house.job(config) };
    for _ in 0..LONG_TURNS {
        theirs.push(timed(house.run_job(&job)).await);
        ours.push(timed(house.replay(&runner, &tape)).await);
    }
    row("replay of one cloud's whole scope, warm, against the run without latency", ours, theirs, "≤ 100 ms");
}

/// Many tapes at a time. The baseline is reading the tapes only.
async fn clouds_per_second(house: &House) {
    const CLOUDS: u32 = 200;
    let tape = house.folder.path().join("bench.tape");
    let runner = house.runner();
    house.replay(&runner, &tape).await;
    let at_a_time = std::thread::available_parallelism().unwrap().get();
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for turn in 0..CLOUDS {
        if turn as usize >= at_a_time {
            tasks.join_next().await.unwrap().unwrap();
        }
        let replaying = house.replay_owned(&runner, &tape);
        tasks.spawn(replaying);
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let ours = f64::from(CLOUDS) / started.elapsed().as_secs_f64();
    let started = Instant::now();
    for _ in 0..CLOUDS {
        RecordedRun::open(&tape).unwrap();
    }
    let theirs = f64::from(CLOUDS) / started.elapsed().as_secs_f64();
    println!(
        "| clouds replayed in a second, {at_a_time} at a time, against reading their tapes one by one | {ours:.0} | {theirs:.0} | {:.2} | ≥ 50 |",
        ours / theirs
    );
}

/// From the start of the process to its first request, which a listener of ours receives; compiled code is cached.
/// The baseline is a process of the same binary that does nothing.
fn warm_start(house: &House) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = house.folder.path();
    let clouds = format!(
        "clouds: {{c: {{auth: {{auth_url: 'http://{}/v3', username: u, password: p, project_name: p, \
         user_domain_name: d, project_domain_name: d}}}}}}",
        listener.local_addr().unwrap()
    );
    std::fs::write(folder.join("clouds.yaml"), clouds).unwrap();
    let touchstone = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_touchstone"));
        command.current_dir(folder).env("XDG_CACHE_HOME", folder.join("cache"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        let started = Instant::now();
        touchstone().arg("--version").status().unwrap();
        let nothing = started.elapsed();
        let started = Instant::now();
        let mut run =
            touchstone().args(["run", "scopes/scs-compatible-iaas.yaml", "--cloud", "c"]).spawn().unwrap();
        let (mut connection, _) = listener.accept().unwrap();
        connection.read_exact(&mut [0]).unwrap();
        let first_request = started.elapsed();
        if turn == 0 {
            // Lets the first one finish compiling, and fill the cache.
            std::thread::sleep(Duration::from_secs(20));
        } else {
            theirs.push(nothing);
            ours.push(first_request);
        }
        run.kill().unwrap();
        run.wait().unwrap();
    }
    row(
        "warm start: from the start of the process to its first request, against a process that prints its version",
        ours,
        theirs,
        "≤ 60 ms",
    );
}

/// CPU time and memory of one more subject in a process that already runs some: a login, the reads, and an instance of
/// each check. The clouds are simulated in another process. The baseline is a native client, likewise.
fn further_subjects(tokio: &tokio::runtime::Runtime, house: &House) {
    const SUBJECTS: usize = 100;
    const AT_A_TIME: usize = 20;
    let mut simulator = Command::new(env!("CARGO_BIN_EXE_touchstone"))
        .args(["simulate", "--scenario", "demo"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut yaml = String::new();
    for line in BufReader::new(simulator.stdout.take().unwrap()).lines().take(23) {
        yaml += &(line.unwrap() + "\n");
    }
    let config = support::config_of(&yaml);
    let one = || house.run(config.clone());
    tokio.block_on(one());
    let (cpu, resident) = (cpu_time(), memory("VmRSS"));
    tokio.block_on(async {
        for _ in 0..SUBJECTS / AT_A_TIME {
            let jobs: Vec<_> =
                (0..AT_A_TIME).map(|_| (house.runner(), house.flavors_job(config.clone()))).collect();
            let tasks: Vec<_> = jobs
                .into_iter()
                .map(|(runner, job)| {
                    tokio::spawn(
                        async move { runner.run(&job, |_| {}, std::future::pending()).await.unwrap() },
                    )
                })
                .collect();
            for task in tasks {
                assert!(task.await.unwrap().preflight.unwrap().reachable);
            }
        }
    });
    let cpu = (cpu_time() - cpu).as_secs_f64() * 1000.0 / SUBJECTS as f64;
    let grown = memory("VmHWM").saturating_sub(resident) as f64 / 1024.0 / AT_A_TIME as f64;
    simulator.kill().unwrap();
    simulator.wait().unwrap();
    println!("| CPU time of one more subject, {AT_A_TIME} at a time | {cpu:.1} ms | | | ≤ 20 ms |");
    println!("| memory of one more subject at the same time | {grown:.1} MB | | | ≤ 10 MB |");
}

async fn timed<T>(work: impl Future<Output = T>) -> Duration {
    let started = Instant::now();
    drop(work.await);
    started.elapsed()
}

fn row(what: &str, ours: Vec<Duration>, theirs: Vec<Duration>, bound: &str) {
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "| {what} | {} | {} | {:.2} | {bound} |",
        shown(ours),
        shown(theirs),
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn shown(time: Duration) -> String {
    if time < Duration::from_millis(1) {
        format!("{:.0} µs", time.as_secs_f64() * 1e6)
    } else {
        format!("{:.1} ms", time.as_secs_f64() * 1e3)
    }
}

/// User and system time of this process. Linux counts it in hundredths of a second.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// A line of /proc/self/status, in KiB.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
