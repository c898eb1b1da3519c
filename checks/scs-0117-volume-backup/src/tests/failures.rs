//! Volumes and backups that end badly, or not at all.

use super::*;
use crate::course;

#[test]
fn what_ends_in_error_fails() {
    for (index, status_, message) in [
        (VOLUME_READ, "error", "-volume` ended as `error` when it was created, should be `available`"),
        (
            BACKUP_READ,
            "error",
            "-backup` ended as `error` when the volume was backed up, should be `available`",
        ),
        (TARGET_READ, "error", "-restored` ended as `error` when it was created, should be `available`"),
        (RESTORE_READ, "error_restoring", "-backup` ended as `error_restoring` when the backup was restored"),
        (
            RESTORED_READ,
            "error_restoring",
            "-restored` ended as `error_restoring` when the backup was restored",
        ),
        (
            DELETED_READ,
            "error_deleting",
            "-backup` ended as `error_deleting` when it was deleted, should be gone",
        ),
    ] {
        let report = report(&status(index, status_));
        assert_eq!(report.verdict(TESTCASE), FAIL, "{message}");
        let [finding] = report.findings(TESTCASE)[..] else { panic!("{:?}", report.findings) };
        assert!(finding.message.contains(message), "{}", finding.message);
        let resource = finding.resource.as_ref().unwrap();
        assert_eq!(resource.service, "block-storage");
        assert!(
            resource.id.is_some() && resource.name.as_ref().unwrap().starts_with("touchstone-0123456789ab-")
        );
        let section =
            if index == VOLUME_READ || index == TARGET_READ { "scs-0117-w1" } else { "scs-0117-v1" };
        assert!(finding.requirement.as_ref().unwrap().starts_with(section));
    }
}

#[test]
fn the_reason_that_cinder_gives_is_told() {
    let body =
        json!({"backup": {"status": "error", "fail_reason": "Volume driver reported an error: no Swift"}});
    let report = report(&but(BACKUP_READ, Ok((200, body))));
    assert!(report.reason(TESTCASE).contains("ended as `error` (Volume driver reported an error: no Swift)"));
    let long = json!({"backup": {"status": "ERROR", "fail_reason": "x".repeat(5000)}});
    let report = super::report(&but(BACKUP_READ, Ok((200, long))));
    assert_eq!(report.verdict(TESTCASE), FAIL);
    assert!(report.reason(TESTCASE).len() < 500);
}

#[test]
fn backups_that_do_not_end_fail() {
    for (index, status_, seconds) in [
        (BACKUP_READ, "creating", 240),
        (RESTORE_READ, "restoring", 240),
        (RESTORED_READ, "restoring-backup", 60),
        (DELETED_READ, "deleting", 90),
    ] {
        let report = report(&status(index, status_));
        assert_eq!(report.verdict(TESTCASE), FAIL, "{status_}");
        let expected = format!("is still `{status_}` after {seconds} s");
        assert!(report.reason(TESTCASE).contains(&expected), "{}", report.reason(TESTCASE));
        assert!(report.paused.as_secs() >= seconds);
    }
}

#[test]
fn a_volume_that_takes_its_time_says_nothing_about_backups() {
    for index in [VOLUME_READ, TARGET_READ] {
        let report = report(&status(index, "creating"));
        assert_eq!(report.verdict(TESTCASE), DNF);
        assert!(report.reason(TESTCASE).contains("is still `creating` after 110 s"));
    }
}

#[test]
fn what_is_gone_before_its_time_fails() {
    for index in [VOLUME_READ, BACKUP_READ, TARGET_READ, RESTORE_READ, RESTORED_READ] {
        let report = report(&but(index, Ok((404, json!({})))));
        assert_eq!(report.verdict(TESTCASE), FAIL, "{index}");
        assert!(report.reason(TESTCASE).contains("is gone"));
    }
}

#[test]
fn all_waits_together_are_shorter_than_what_operators_allow() {
    let all =
        course::CREATION * 2 + course::BACKUP + course::RESTORATION + course::SETTLING + course::DELETION;
    assert!(all.as_secs() <= 14 * 60 + 20, "{all:?}");
}
