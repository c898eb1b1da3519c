//! The check against scripted clouds. Most tests spoil one answer of a cloud that does everything.

mod failures;
mod refusals;

use serde_json::{Value, json};
use touchstone_sdk::Verdict;
use touchstone_sdk::openstack::{ErrorKind, Identity, Method};
use touchstone_sdk::testing::{Cloud, Report};

use crate::{CHECK, TESTCASE};

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

/// A call of the check, and the answer.
#[derive(Debug, Clone)]
struct Step {
    method: Method,
    path: &'static str,
    answer: Result<(u16, String), ErrorKind>,
}

fn step(method: Method, path: &'static str, status: u16, body: Value) -> Step {
    Step { method, path, answer: Ok((status, body.to_string())) }
}

fn volume(path: &'static str, status: &str) -> Step {
    step(Method::Get, path, 200, json!({"volume": {"status": status}}))
}

fn backup(status: &str) -> Step {
    step(Method::Get, "/backups/b1", 200, json!({"backup": {"status": status, "fail_reason": null}}))
}

/// All calls that a perfect cloud gets, in order.
fn perfect() -> Vec<Step> {
    vec![
        step(Method::Post, "/volumes", 202, json!({"volume": {"id": "v1", "status": "creating"}})),
        volume("/volumes/v1", "creating"),
        volume("/volumes/v1", "available"),
        step(Method::Post, "/backups", 202, json!({"backup": {"id": "b1", "name": "x"}})),
        backup("creating"),
        backup("available"),
        step(Method::Post, "/volumes", 202, json!({"volume": {"id": "v2", "status": "creating"}})),
        volume("/volumes/v2", "available"),
        step(
            Method::Post,
            "/backups/b1/restore",
            202,
            json!({"restore": {"backup_id": "b1", "volume_id": "v2"}}),
        ),
        backup("restoring"),
        backup("available"),
        volume("/volumes/v2", "restoring-backup"),
        volume("/volumes/v2", "available"),
        step(Method::Delete, "/backups/b1", 202, json!({})),
        backup("deleting"),
        step(Method::Get, "/backups/b1", 404, json!({})),
    ]
}

const VOLUME: usize = 0;
const VOLUME_READ: usize = 2;
const BACKUP: usize = 3;
const BACKUP_READ: usize = 5;
const TARGET: usize = 6;
const TARGET_READ: usize = 7;
const RESTORE: usize = 8;
const RESTORE_READ: usize = 10;
const RESTORED_READ: usize = 12;
const DELETE: usize = 13;
const DELETED_READ: usize = 14;

/// The perfect cloud, but for one answer; what comes after it in the same place is that answer for ever.
fn but(index: usize, answer: Result<(u16, Value), ErrorKind>) -> Vec<Step> {
    let mut steps = perfect();
    let (method, path) = (steps[index].method, steps[index].path);
    let later = steps.split_off(index + 1);
    steps[index].answer = answer.map(|(status, body)| (status, body.to_string()));
    steps.extend(later.into_iter().filter(|step| (step.method, step.path) != (method, path)));
    steps
}

fn status(index: usize, status: &str) -> Vec<Step> {
    let kind = if perfect()[index].path.starts_with("/backups") { "backup" } else { "volume" };
    but(index, Ok((200, json!({kind: {"status": status}}))))
}

fn cloud(steps: &[Step]) -> Cloud {
    let identity = Identity { roles: vec!["member".into(), "reader".into()], ..Identity::default() };
    steps.iter().fold(Cloud::new().identity(identity), |cloud, step| match &step.answer {
        Ok((status, body)) => cloud.reply(step.method, "block-storage", step.path, *status, body.as_bytes()),
        Err(kind) => cloud.no_answer(step.method, "block-storage", step.path, *kind),
    })
}

fn report(steps: &[Step]) -> Report {
    cloud(steps).run(&CHECK)
}

#[test]
fn a_cloud_that_backs_up_and_restores_passes() {
    let report = report(&perfect());
    assert_eq!(report.verdict(TESTCASE), PASS);
    assert!(report.findings.is_empty());
    let created =
        ["block-storage /volumes volume", "block-storage /backups backup", "block-storage /volumes restored"];
    assert_eq!(report.created, created);
    let expected: Vec<String> =
        perfect().iter().map(|step| format!("{} block-storage {}", step.method, step.path)).collect();
    assert_eq!(report.calls, expected);
}

#[test]
fn a_user_with_privileges_shows_nothing() {
    for roles in [&["admin"][..], &["member", "Manager"], &["ADMIN", "member"]] {
        let identity =
            Identity { roles: roles.iter().map(|&role| role.into()).collect(), ..Identity::default() };
        let report = cloud(&perfect()).identity(identity).run(&CHECK);
        assert_eq!(report.verdict(TESTCASE), DNF, "{roles:?}");
        assert!(report.calls.is_empty());
    }
}
