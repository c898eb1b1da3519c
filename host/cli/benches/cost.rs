//! What an instance, a call and a run cost, each beside a baseline: `cargo bench -p touchstone --bench cost`.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use support::{Bare, House, NativeClient, Nobody};

const CHECK: &str = "scs-0103-standard-flavors";

fn instance(c: &mut Criterion) {
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let house = House::new();
    let component = house.component(CHECK);
    let (check, bare) = (tokio.block_on(house.prepare(&component)), Bare::new(&component));
    let mut group = c.benchmark_group("instance");
    group.bench_function("baseline: bare wasmtime, no limits, nothing called", |b| {
        b.to_async(&tokio).iter(|| bare.instantiate());
    });
    group.bench_function("a check, with limits, until its first call fails", |b| {
        b.to_async(&tokio).iter(|| support::run_check(&check, &component, Arc::new(Nobody)));
    });
    group.finish();
}

fn round_trip(c: &mut Criterion) {
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let house = House::new();
    let component = house.component(CHECK);
    let check = tokio.block_on(house.prepare(&component));
    let (running, config) = tokio.block_on(support::cloud(Duration::ZERO));
    let session = tokio.block_on(support::session(&config));
    let native = NativeClient::new(&running);
    let (token, endpoint) = tokio.block_on(native.login());
    let mut group = c.benchmark_group("round trip");
    group.bench_function("baseline: a native client reads the flavors", |b| {
        b.to_async(&tokio).iter(|| native.flavors(&token, &endpoint));
    });
    group.bench_function("a check reads the flavors and judges them", |b| {
        b.to_async(&tokio).iter(|| support::run_check(&check, &component, support::shared(session.clone())));
    });
    group.finish();
}

fn whole_run(c: &mut Criterion) {
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let house = House::new();
    let (running, config) = tokio.block_on(support::cloud(Duration::from_millis(20)));
    let native = NativeClient::new(&running);
    let mut group = c.benchmark_group("run at 20 ms latency");
    group.sample_size(20);
    group.bench_function("baseline: a native client, the same requests", |b| {
        b.to_async(&tokio).iter(|| native.run());
    });
    group.bench_function("the checks of flavors", |b| {
        b.to_async(&tokio).iter(|| house.run(config.clone()));
    });
    group.finish();
}

criterion_group!(benches, instance, round_trip, whole_run);
criterion_main!(benches);
