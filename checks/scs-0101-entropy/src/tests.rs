//! The check against scripted clouds. Most tests spoil one thing of a cloud in which everything is right.

mod choosing;
mod course;
mod printed;
mod properties;
mod script;

use serde_json::{Value, json};
use touchstone_sdk::openstack::{ErrorKind, Method};
use touchstone_sdk::testing::{Cloud, Report};
use touchstone_sdk::{Severity, Verdict};

use crate::{CHECK, ENTROPY_AVAIL, FIPS_TEST, FLAVOR_PROPERTY, IMAGE_PROPERTY, RNGD};

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

const OF_A_MACHINE: [&str; 3] = [RNGD, ENTROPY_AVAIL, FIPS_TEST];
const OF_PROPERTIES: [&str; 2] = [FLAVOR_PROPERTY, IMAGE_PROPERTY];

/// A call of the check, and the answer.
#[derive(Debug, Clone)]
struct Step {
    service: &'static str,
    method: Method,
    path: String,
    answer: Result<(u16, String), ErrorKind>,
}

fn step(service: &'static str, method: Method, path: &str, status: u16, body: impl ToString) -> Step {
    Step { service, method, path: path.into(), answer: Ok((status, body.to_string())) }
}

fn get(service: &'static str, path: &str, body: impl ToString) -> Step {
    step(service, Method::Get, path, 200, body)
}

fn post(service: &'static str, path: &str, kind: &str, id: &str) -> Step {
    step(service, Method::Post, path, 201, json!({kind: {"id": id}}))
}

fn flavor(name: &str, vcpus: u64, ram: u64, disk: u64) -> Value {
    json!({"id": format!("f-{name}"), "name": name, "vcpus": vcpus, "ram": ram, "disk": disk,
        "extra_specs": {"hw_rng:allowed": "True"}})
}

fn image(name: &str, distro: &str, version: &str) -> Value {
    json!({"id": format!("i-{name}"), "name": name, "visibility": "public", "status": "active", "min_disk": 5,
        "min_ram": 1024, "size": 346_030_080, "virtual_size": null, "created_at": "2026-01-01T00:00:00Z",
        "os_distro": distro, "os_version": version, "hw_rng_model": "virtio"})
}

/// What the console shows in the end.
fn console(entropy: &str, failures: u64, rngd: &str) -> String {
    format!(
        "[    0.000000] Linux version 6.12.48\n\
         [   21.4] cloud-init[513]: _touchstone-entropy-avail: {entropy}\n\
         [   21.5] cloud-init[513]: _touchstone-rngd: * rngd.service - Start entropy gathering daemon (rngd)\n\
         [   21.5] cloud-init[513]: _touchstone-rngd:      Active: {rngd}\n\
         [   22.5] cloud-init[513]: _touchstone-fips-test: rngtest 5\n\
         [   22.5] cloud-init[513]: _touchstone-fips-test: \n\
         [   22.5] cloud-init[513]: _touchstone-fips-test: rngtest: FIPS 140-2 successes: {}\n\
         [   22.5] cloud-init[513]: _touchstone-fips-test: rngtest: FIPS 140-2 failures: {failures}\n\
         [   22.5] cloud-init[513]: _touchstone-fips-test: rngtest: FIPS 140-2(2001-10-10) Monobit: 7\n\
         [   22.6] cloud-init[513]: _touchstone-end\n",
        1000 - failures
    )
}

const RUNNING: &str = "active (running) since Mon 2026-11-23 06:12:07 UTC; 21s ago";

/// All calls that a perfect cloud gets, in order.
fn perfect() -> Vec<Step> {
    let networks = json!({"networks": [
        {"id": "n-zzz", "name": "zzz", "router:external": true},
        {"id": "n-own", "name": "aaa", "router:external": false},
        {"id": "n-out", "name": "internet", "router:external": true},
    ]});
    let action = "/servers/srv1/action";
    vec![
        get(
            "compute",
            "/flavors/detail",
            json!({"flavors": [flavor("big", 8, 32768, 0), flavor("small", 1, 2048, 0)]}),
        ),
        get(
            "image",
            "/images",
            json!({"images": [image("Debian 13", "debian", "13"), image("Other", "arch", "1")]}),
        ),
        get("network", "/networks", networks),
        post("network", "/networks", "network", "net1"),
        post("network", "/subnets", "subnet", "sub1"),
        post("network", "/routers", "router", "rtr1"),
        step(
            "network",
            Method::Put,
            "/routers/rtr1/add_router_interface",
            200,
            json!({"id": "rtr1", "subnet_id": "sub1"}),
        ),
        step("block-storage", Method::Post, "/volumes", 202, json!({"volume": {"id": "vol1"}})),
        get("block-storage", "/volumes/vol1", json!({"volume": {"status": "downloading"}})),
        get("block-storage", "/volumes/vol1", json!({"volume": {"status": "available"}})),
        step("compute", Method::Post, "/servers", 202, json!({"server": {"id": "srv1"}})),
        get("compute", "/servers/srv1", json!({"server": {"status": "BUILD"}})),
        get("compute", "/servers/srv1", json!({"server": {"status": "ACTIVE"}})),
        step("compute", Method::Post, action, 409, json!({})),
        step(
            "compute",
            Method::Post,
            action,
            200,
            json!({"output": "[    0.000000] Linux version 6.12.48\n"}),
        ),
        step("compute", Method::Post, action, 200, json!({"output": console("256", 0, RUNNING)})),
    ]
}

const FLAVORS: usize = 0;
const IMAGES: usize = 1;
const NETWORKS: usize = 2;
const VOLUME: usize = 7;
const VOLUME_READ: usize = 9;
const SERVER_READ: usize = 12;
const CONSOLE: usize = 15;

/// The perfect cloud, but for one answer; what comes after it in the same place is that answer for ever.
fn but(index: usize, answer: Result<(u16, String), ErrorKind>) -> Vec<Step> {
    let mut steps = perfect();
    let place = |step: &Step| (step.service, step.method, step.path.clone());
    let changed = place(&steps[index]);
    let later = steps.split_off(index + 1);
    steps[index].answer = answer;
    steps.extend(later.into_iter().filter(|step| place(step) != changed));
    steps
}

fn but_json(index: usize, body: Value) -> Vec<Step> {
    but(index, Ok((200, body.to_string())))
}

fn but_console(output: &str) -> Vec<Step> {
    but_json(CONSOLE, json!({"output": output}))
}

fn cloud(steps: &[Step]) -> Cloud {
    steps.iter().fold(Cloud::new(), |cloud, step| match &step.answer {
        Ok((status, body)) => cloud.reply(step.method, step.service, &step.path, *status, body.as_bytes()),
        Err(kind) => cloud.no_answer(step.method, step.service, &step.path, *kind),
    })
}

fn report(steps: &[Step]) -> Report {
    cloud(steps).run(&CHECK)
}

fn messages(report: &Report, testcase: &str, severity: Severity) -> Vec<String> {
    let findings = report.findings(testcase).into_iter().filter(|finding| finding.severity == severity);
    findings.map(|finding| finding.message.clone()).collect()
}

#[test]
fn a_cloud_in_which_everything_is_right_passes() {
    let report = report(&perfect());
    for testcase in CHECK.testcases {
        assert_eq!(report.verdict(testcase.id), PASS, "{}: {}", testcase.id, report.reason(testcase.id));
    }
    assert_eq!(report.outcomes.len(), CHECK.testcases.len());
    assert!(report.findings.is_empty());
    let created = [
        "network /networks network",
        "network /subnets subnet",
        "network /routers router",
        "network /routers/rtr1/add_router_interface",
        "block-storage /volumes boot",
        "compute /servers server",
    ];
    assert_eq!(report.created, created);
    let expected: Vec<String> =
        perfect().iter().map(|step| format!("{} {} {}", step.method, step.service, step.path)).collect();
    let without_query = |call: &String| call.split('?').next().unwrap_or_default().to_owned();
    assert_eq!(report.calls.iter().map(without_query).collect::<Vec<_>>(), expected);
    assert!(report.calls.contains(&"GET network /networks?router:external=true".to_owned()));
}

#[test]
fn nothing_is_booted_for_what_can_be_read() {
    let report = cloud(&perfect()).only(&OF_PROPERTIES).run(&CHECK);
    assert!(OF_PROPERTIES.iter().all(|testcase| report.verdict(testcase) == PASS));
    assert!(report.created.is_empty());
    assert_eq!(report.calls.len(), 2);
    let report = cloud(&perfect()).only(&[FLAVOR_PROPERTY]).run(&CHECK);
    assert_eq!(report.calls, ["GET compute /flavors/detail"]);
}

#[test]
fn all_that_need_a_server_share_one() {
    for testcase in OF_A_MACHINE {
        let report = cloud(&perfect()).only(&[testcase]).run(&CHECK);
        assert_eq!(report.verdict(testcase), PASS);
        assert_eq!((report.outcomes.len(), report.created.len()), (1, 6));
    }
}
