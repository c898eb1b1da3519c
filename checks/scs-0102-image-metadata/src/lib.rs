//! SCS-0102: image metadata. Every public image says what it is, where it comes from and what is promised for it.

mod dates;
mod image;
mod many;
mod properties;
mod recency;
mod rules;
#[cfg(test)]
mod tests;
mod uniqueness;
mod words;

use touchstone_sdk::{Check, Context, Error, openstack};

use crate::dates::Moment;

/// The check of [SCS-0102](https://docs.scs.community/standards/scs-0102-v2-image-metadata), versions 1 and 2.
pub const CHECK: Check = Check {
    id: "scs-0102-image-metadata",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0102: image metadata",
    url: "https://docs.scs.community/standards/scs-0102-v2-image-metadata",
    testcases: &rules::TESTCASES,
    grants: openstack::IMAGE_GRANTS,
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

fn run(cx: &mut Context) -> Result<(), Error> {
    let now = Moment::from_unix(cx.reference_time());
    let images = image::public(cx)?;
    for rule in &rules::RULES {
        cx.judge(rule.testcase.id, |t| many::judge(&images, rule, now, t));
    }
    Ok(())
}
