//! SCS-0116 v1: key manager. There is one, and those who have the role `member` can use it.

mod permissions;
mod presence;
mod secret;
#[cfg(test)]
mod tests;

use touchstone_sdk::{Check, Context, Error, Testcase};

const PRESENCE: &str = "scs-0116-presence";
const PERMISSIONS: &str = "scs-0116-permissions";

/// The check of [SCS-0116](https://docs.scs.community/standards/scs-0116-v1-key-manager-standard).
pub const CHECK: Check = Check {
    id: "scs-0116-key-manager",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0116 v1: key manager",
    url: "https://docs.scs.community/standards/scs-0116-v1-key-manager-standard",
    testcases: &[
        Testcase { id: PRESENCE, title: "The catalog has a service of type `key-manager`." },
        Testcase {
            id: PERMISSIONS,
            title: "Where there is a key manager, a user with the role `member` can create, list, read and delete a secret.",
        },
    ],
    grants: &[
        "key-manager POST /secrets max 1",
        "key-manager GET /secrets",
        "key-manager GET /secrets/*",
        "key-manager GET /secrets/*/payload",
        "key-manager DELETE /secrets/*",
    ],
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

fn run(cx: &mut Context) -> Result<(), Error> {
    let catalog = cx.catalog();
    cx.judge(PRESENCE, |t| {
        presence::judge(&catalog, t);
        Ok(())
    });
    if cx.is_wanted(PERMISSIONS) {
        permissions::judge(cx, &catalog);
    }
    Ok(())
}
