//! The check against scripted clouds. Most tests spoil one answer of a key manager that does everything.

mod catalogs;
mod permissions;
mod refusals;

use serde_json::json;
use touchstone_sdk::Verdict;
use touchstone_sdk::openstack::{Endpoint, ErrorKind, Identity, Method, Service};
use touchstone_sdk::testing::{Cloud, Report};

use crate::{CHECK, PERMISSIONS, PRESENCE};

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

const NAME: &str = "touchstone-0123456789ab-secret";
const REF: &str = "http://keys.example:9311/v1/secrets/s1";

/// A call of the check, and the answer.
#[derive(Debug, Clone)]
struct Step {
    method: Method,
    path: &'static str,
    answer: Result<(u16, String), ErrorKind>,
}

fn step(method: Method, path: &'static str, status: u16, body: impl ToString) -> Step {
    Step { method, path, answer: Ok((status, body.to_string())) }
}

/// All calls that a perfect key manager gets.
fn perfect() -> Vec<Step> {
    let listed = json!({"secrets": [
        {"name": "other", "secret_ref": "http://keys.example:9311/v1/secrets/s0"},
        {"name": NAME, "secret_ref": REF},
    ], "total": 2});
    vec![
        step(Method::Post, "/secrets", 201, json!({"secret_ref": REF})),
        step(Method::Get, "/secrets", 200, listed),
        step(Method::Get, "/secrets/s1", 200, json!({"name": NAME, "status": "ACTIVE"})),
        step(Method::Get, "/secrets/s1/payload", 200, "not much of a secret"),
        step(Method::Delete, "/secrets/s1", 204, ""),
        step(Method::Get, "/secrets/s1", 404, ""),
    ]
}

const CREATE: usize = 0;
const LIST: usize = 1;
const METADATA: usize = 2;
const PAYLOAD: usize = 3;
const DELETE: usize = 4;
const GONE: usize = 5;

/// The perfect key manager, but for one answer.
fn but(index: usize, status: u16, body: impl ToString) -> Vec<Step> {
    let mut steps = perfect();
    steps[index].answer = Ok((status, body.to_string()));
    steps
}

fn service(service_type: &str, endpoints: usize) -> Service {
    let endpoint =
        Endpoint { interface: "public".into(), region: "R".into(), url: "https://keys.example:9311".into() };
    Service {
        service_type: service_type.into(),
        name: "barbican".into(),
        endpoints: vec![endpoint; endpoints],
    }
}

fn user(roles: &[&str]) -> Identity {
    Identity { roles: roles.iter().map(|&role| role.into()).collect(), ..Identity::default() }
}

fn cloud(steps: &[Step]) -> Cloud {
    let cloud = Cloud::new()
        .catalog(vec![service("identity", 1), service("key-manager", 1)])
        .identity(user(&["member", "reader"]));
    steps.iter().fold(cloud, |cloud, step| match &step.answer {
        Ok((status, body)) => cloud.reply(step.method, "key-manager", step.path, *status, body.as_bytes()),
        Err(kind) => cloud.no_answer(step.method, "key-manager", step.path, *kind),
    })
}

fn report(steps: &[Step]) -> Report {
    cloud(steps).run(&CHECK)
}

fn messages(report: &Report, testcase: &str) -> Vec<String> {
    report.findings(testcase).into_iter().map(|finding| finding.message.clone()).collect()
}

#[test]
fn a_key_manager_that_does_everything_passes() {
    let report = report(&perfect());
    assert_eq!((report.verdict(PRESENCE), report.verdict(PERMISSIONS)), (PASS, PASS));
    assert!(report.findings.is_empty());
    assert_eq!(report.created, ["key-manager /secrets secret"]);
    let expected = [
        "POST key-manager /secrets".to_owned(),
        format!("GET key-manager /secrets?name={NAME}"),
        format!("GET key-manager /secrets?name={NAME}"),
        "GET key-manager /secrets/s1".into(),
        "GET key-manager /secrets/s1/payload".into(),
        "DELETE key-manager /secrets/s1".into(),
        "GET key-manager /secrets/s1".into(),
    ];
    assert_eq!(report.calls, expected);
}

#[test]
fn only_what_was_asked_for_is_done() {
    let report = cloud(&perfect()).only(&[PRESENCE]).run(&CHECK);
    assert_eq!(report.outcomes.len(), 1);
    assert!(report.calls.is_empty());
    let report = cloud(&perfect()).only(&[PERMISSIONS]).run(&CHECK);
    assert_eq!((report.verdict(PRESENCE), report.verdict(PERMISSIONS)), (None, PASS));
}
