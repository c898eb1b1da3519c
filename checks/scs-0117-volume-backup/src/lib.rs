//! SCS-0117 v1: volume backup. A volume can be backed up, and the backup restored.

mod course;
mod stop;
#[cfg(test)]
mod tests;
mod things;

use touchstone_sdk::{Check, Context, Error, Testcase};

use crate::stop::Stop;

const TESTCASE: &str = "scs-0117-test-backup";

/// The check of [SCS-0117](https://docs.scs.community/standards/scs-0117-v1-volume-backup-service).
pub const CHECK: Check = Check {
    id: "scs-0117-volume-backup",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0117 v1: volume backup",
    url: "https://docs.scs.community/standards/scs-0117-v1-volume-backup-service",
    testcases: &[Testcase {
        id: TESTCASE,
        title: "A user without privileges can back up a volume and restore it to another.",
    }],
    grants: &[
        "block-storage POST /volumes max 2, 2 GiB",
        "block-storage GET /volumes/*",
        "block-storage POST /backups max 1",
        "block-storage GET /backups/*",
        "block-storage POST /backups/*/restore#restore",
        "block-storage DELETE /backups/*",
    ],
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

/// With one of these, a user has privileges: what they can do says nothing about users without.
const PRIVILEGES: &[&str] = &["admin", "manager"];

fn run(cx: &mut Context) -> Result<(), Error> {
    let roles = cx.identity().roles;
    if let Some(role) = roles.iter().find(|role| PRIVILEGES.iter().any(|p| p.eq_ignore_ascii_case(role))) {
        return Err(Error::new(format!(
            "the user has the role `{role}`: it cannot be told what users without privileges can do; run the check as one"
        )));
    }
    let end = course::run(cx);
    cx.judge(TESTCASE, |t| match end {
        Ok(()) => Ok(()),
        Err(Stop::Unknown(error)) => Err(error),
        Err(Stop::Failed(failure)) => {
            t.violation(failure.message).about(failure.about).required_by(failure.requirement);
            Ok(())
        }
    });
    Ok(())
}
