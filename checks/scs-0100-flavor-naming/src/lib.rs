//! SCS-0100 v3: flavor names. Every name that begins with `SCS-` can be read, and promises no more than the flavor has.

mod named;
mod semantics;
mod syntax;
#[cfg(test)]
mod tests;

use touchstone_sdk::{Check, Context, Error, Testcase, openstack};

/// The check of [SCS-0100](https://docs.scs.community/standards/scs-0100-v3-flavor-naming).
pub const CHECK: Check = Check {
    id: "scs-0100-flavor-naming",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0100 v3: flavor names",
    url: "https://docs.scs.community/standards/scs-0100-v3-flavor-naming",
    testcases: &[
        Testcase {
            id: SYNTAX,
            title: "Every flavor whose name begins with `SCS-` has a name that the grammar of the standard accepts.",
        },
        Testcase {
            id: SEMANTICS,
            title: "No flavor promises more in its `SCS-` name than it has: vCPUs, RAM and disks are as the name says.",
        },
    ],
    grants: openstack::FLAVOR_GRANTS,
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

const SYNTAX: &str = "scs-0100-syntax-check";
const SEMANTICS: &str = "scs-0100-semantics-check";

fn run(cx: &mut Context) -> Result<(), Error> {
    let flavors = named::scs_flavors(openstack::flavors(cx)?);
    cx.judge(SYNTAX, |t| {
        syntax::judge(&flavors, t);
        Ok(())
    });
    cx.judge(SEMANTICS, |t| {
        semantics::judge(&flavors, t);
        Ok(())
    });
    Ok(())
}
