//! SCS-0104 v1: standard images. Which they are, says a list that the manifest pins: the asset `image_spec`.

mod image;
mod judge;
mod spec;
#[cfg(test)]
mod tests;
mod yaml;

use touchstone_sdk::{Asset, Check, Context, Error, Testcase, openstack};

/// The check of [SCS-0104](https://docs.scs.community/standards/scs-0104-v1-standard-images).
pub const CHECK: Check = Check {
    id: "scs-0104-standard-images",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0104 v1: standard images",
    url: "https://docs.scs.community/standards/scs-0104-v1-standard-images",
    testcases: &[
        Testcase {
            id: "scs-0104-source-*",
            title: "The public images of that name, if there are any, come from one of the sources in the list of standard \
                    images.",
        },
        Testcase {
            id: "scs-0104-image-*",
            title: "There is a public image of that name in the list of standard images.",
        },
    ],
    grants: openstack::IMAGE_GRANTS,
    parameters: &[],
    assets: &[Asset {
        name: IMAGE_SPEC,
        description: "The list of standard images: YAML as SCS-0104 v1 has it, with `slug`, the end of the testcases' names",
        required: true,
    }],
    run,
};

touchstone_sdk::export!(CHECK);

const IMAGE_SPEC: &str = "image_spec";

fn run(cx: &mut Context) -> Result<(), Error> {
    let specs = spec::parse(&cx.asset(IMAGE_SPEC)?)?;
    let images = image::named(cx)?;
    for testcase in cx.testcases() {
        cx.judge(&testcase, |t| {
            if let Some(slug) = testcase.strip_prefix("scs-0104-source-") {
                judge::source(spec::find(&specs, slug)?, &images, t);
            } else if let Some(slug) = testcase.strip_prefix("scs-0104-image-") {
                judge::presence(spec::find(&specs, slug)?, &images, t);
            } else {
                return Err(Error::new(format!("this check knows nothing of a testcase `{testcase}`")));
            }
            Ok(())
        });
    }
    Ok(())
}
