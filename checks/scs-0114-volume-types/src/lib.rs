//! SCS-0114 v1: volume types. What a type is good for is said in a list at the beginning of its description.

mod aspects;
mod declared;
mod remedy;
mod syntax;
#[cfg(test)]
mod tests;

use touchstone_sdk::{Check, Context, Error, Testcase, openstack};

/// The check of [SCS-0114](https://docs.scs.community/standards/scs-0114-v1-volume-type-standard).
pub const CHECK: Check = Check {
    id: "scs-0114-volume-types",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0114 v1: volume types",
    url: "https://docs.scs.community/standards/scs-0114-v1-volume-type-standard",
    testcases: &[
        Testcase {
            id: SYNTAX,
            title: "Where the description of a volume type begins with a list of aspects, `[scs:…]`, the list is well \
                    formed, in alphabetical order, and without repetition.",
        },
        Testcase { id: ENCRYPTED, title: "At least one volume type declares the aspect `encrypted`." },
        Testcase { id: REPLICATED, title: "At least one volume type declares the aspect `replicated`." },
    ],
    grants: openstack::VOLUME_TYPE_GRANTS,
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

const SYNTAX: &str = "scs-0114-syntax-check";
const ENCRYPTED: &str = "scs-0114-encrypted-type";
const REPLICATED: &str = "scs-0114-replicated-type";

fn run(cx: &mut Context) -> Result<(), Error> {
    let mut types = openstack::volume_types(cx)?;
    // The order of the API says nothing. A list that changes while its pages are read may have a type twice.
    types.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    types.dedup();
    cx.judge(SYNTAX, |t| {
        syntax::judge(&types, t);
        Ok(())
    });
    for (testcase, aspect) in [(ENCRYPTED, &declared::ENCRYPTED), (REPLICATED, &declared::REPLICATED)] {
        cx.judge(testcase, |t| {
            declared::judge(aspect, &types, t);
            Ok(())
        });
    }
    Ok(())
}
