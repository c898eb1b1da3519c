//! SCS-0103 v1: standard flavors. Each is there, and is what the standard's tables say.

mod candidates;
mod differences;
mod judge;
mod table;
#[cfg(test)]
mod tests;

use touchstone_sdk::{Check, Context, Error, openstack};

/// The check of [SCS-0103](https://docs.scs.community/standards/scs-0103-v1-standard-flavors).
pub const CHECK: Check = Check {
    id: "scs-0103-standard-flavors",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0103 v1: standard flavors",
    url: "https://docs.scs.community/standards/scs-0103-v1-standard-flavors",
    testcases: &table::TESTCASES,
    grants: openstack::FLAVOR_GRANTS,
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

fn run(cx: &mut Context) -> Result<(), Error> {
    let mut flavors = openstack::flavors(cx)?;
    // The order of the API says nothing. A list that changes while its pages are read may have a flavor twice.
    flavors.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    flavors.dedup();
    for standard in &table::FLAVORS {
        cx.judge(standard.testcase.id, |t| judge::judge(standard, &flavors, t));
    }
    Ok(())
}
