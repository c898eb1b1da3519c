//! Every call refused or unanswered, each in turn.

use super::*;

const OPERATIONS: [usize; 3] = [BACKUP, RESTORE, DELETE];

#[test]
fn a_backup_api_that_is_not_there_for_users_is_a_violation() {
    let body = json!({"itemNotFound": {"code": 404, "message": "Service cinder-backup could not be found."}});
    for index in OPERATIONS {
        for status in [400, 403, 404, 405, 409, 500, 501, 502, 503] {
            let report = report(&but(index, Ok((status, body.clone()))));
            assert_eq!(report.verdict(TESTCASE), FAIL, "{index} {status}");
            let [finding] = report.findings(TESTCASE)[..] else { panic!("{:?}", report.findings) };
            assert!(
                finding.message.contains(&format!("answered {status}: Service cinder-backup")),
                "{finding:?}"
            );
            assert_eq!(finding.requirement.as_deref(), Some("scs-0117-v1, \"Standard\""));
            assert_eq!(finding.resource.as_ref().unwrap().kind, "backup");
        }
    }
    for index in [BACKUP_READ, RESTORE_READ] {
        for status in [403, 404] {
            assert_eq!(
                report(&but(index, Ok((status, json!({}))))).verdict(TESTCASE),
                FAIL,
                "{index} {status}"
            );
        }
    }
    assert_eq!(report(&but(DELETED_READ, Ok((403, json!({}))))).verdict(TESTCASE), FAIL);
}

#[test]
fn a_cloud_without_block_storage_has_no_backups() {
    let report = report(&but(VOLUME, Err(ErrorKind::NoSuchService)));
    assert_eq!(report.verdict(TESTCASE), FAIL);
    assert!(report.reason(TESTCASE).contains("should be there for users"));
}

#[test]
fn a_used_up_quota_says_nothing_about_backups() {
    let over =
        json!({"overLimit": {"code": 413, "message": "Maximum number of backups allowed (0) exceeded"}});
    let quota = json!({"forbidden": {"code": 403, "message": "Quota exceeded for backups"}});
    for (status, body) in [(413, &over), (403, &quota)] {
        for index in [VOLUME, TARGET, BACKUP, RESTORE] {
            assert_eq!(
                report(&but(index, Ok((status, body.clone())))).verdict(TESTCASE),
                DNF,
                "{index} {status}"
            );
        }
    }
}

#[test]
fn users_who_are_not_let_in_or_ask_too_often_do_not_learn_what_they_could_do() {
    for index in OPERATIONS {
        for status in [300, 302, 401, 429] {
            let report = report(&but(index, Ok((status, json!({})))));
            assert_eq!(report.verdict(TESTCASE), DNF, "{index} {status}");
            assert!(report.reason(TESTCASE).ends_with(&format!("answered {status}")));
        }
    }
}

#[test]
fn a_volume_that_is_refused_says_nothing_about_backups() {
    for index in [VOLUME, TARGET] {
        for status in [400, 401, 403, 404, 413, 429, 500, 503] {
            let report = report(&but(index, Ok((status, json!({})))));
            assert_eq!(report.verdict(TESTCASE), DNF, "{index} {status}");
            assert!(report.reason(TESTCASE).contains("block-storage POST /volumes"));
        }
    }
}

#[test]
fn whatever_is_not_answered_well_never_passes() {
    for index in 0..perfect().len() {
        for status in [200, 204, 300, 401, 403, 404, 413, 429, 500, 503] {
            let is_right = match index {
                DELETE => status < 300,
                // Reads that see it gone right after the deletion.
                14 | 15 => status == 404,
                _ => false,
            };
            let report = report(&but(index, Ok((status, json!({})))));
            assert_eq!(report.verdict(TESTCASE) == PASS, is_right, "{index} {status}");
            assert!(report.verdict(TESTCASE).is_some());
        }
        for kind in [ErrorKind::TimedOut, ErrorKind::Unreachable, ErrorKind::Denied, ErrorKind::Exhausted] {
            assert_eq!(report(&but(index, Err(kind))).verdict(TESTCASE), DNF, "{index} {kind:?}");
        }
    }
}

#[test]
fn reads_that_fail_say_nothing() {
    for index in [VOLUME_READ, BACKUP_READ, TARGET_READ, RESTORE_READ, RESTORED_READ, DELETED_READ] {
        for answer in
            [(500, json!({})), (200, json!({})), (200, json!({"backup": {"status": 7}, "volume": {}}))]
        {
            assert_eq!(report(&but(index, Ok(answer.clone()))).verdict(TESTCASE), DNF, "{index} {answer:?}");
        }
    }
    for index in [VOLUME_READ, RESTORED_READ] {
        assert_eq!(report(&but(index, Ok((403, json!({}))))).verdict(TESTCASE), DNF);
    }
}

#[test]
fn a_restoration_to_another_volume_is_not_the_one_that_was_asked_for() {
    for body in [json!({}), json!({"restore": {"volume_id": "v1"}}), json!([])] {
        assert_eq!(report(&but(RESTORE, Ok((202, body)))).verdict(TESTCASE), DNF);
    }
}
