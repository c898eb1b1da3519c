//! SCS-0115 v1: default rules for security groups. New groups let nothing in but what comes from the same group, where it
//! is a default one, and everything out.

mod judge;
mod rule;
mod rules;
#[cfg(test)]
mod tests;

use touchstone_sdk::{Check, Context, Error, Testcase};

const TESTCASE: &str = "scs-0115-default-rules";

/// The check of [SCS-0115](https://docs.scs.community/standards/scs-0115-v1-default-rules-for-security-groups).
pub const CHECK: Check = Check {
    id: "scs-0115-default-security-group-rules",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0115 v1: default rules for security groups",
    url: "https://docs.scs.community/standards/scs-0115-v1-default-rules-for-security-groups",
    testcases: &[Testcase {
        id: TESTCASE,
        title: "New security groups let nothing in, except from the same group in the default one, and let IPv4 and IPv6 out.",
    }],
    grants: &[
        "network GET /default-security-group-rules",
        "network POST /security-groups max 1",
        "network GET /security-groups/*",
    ],
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

fn run(cx: &mut Context) -> Result<(), Error> {
    let rules = rules::read(cx)?;
    cx.judge(TESTCASE, |t| {
        judge::judge(&rules, t);
        Ok(())
    });
    Ok(())
}
