//! SCS-0101 v1: entropy. Servers have enough of it, and it is good: one is booted, and says so on its console.

mod choice;
mod console;
mod image;
mod judge;
mod machine;
mod network;
mod properties;
#[cfg(test)]
mod tests;
mod user_data;

use touchstone_sdk::openstack::{self, Flavor};
use touchstone_sdk::{Check, Context, Error, Testcase};

use crate::image::Image;

const FLAVOR_PROPERTY: &str = "scs-0101-flavor-property";
const IMAGE_PROPERTY: &str = "scs-0101-image-property";
const RNGD: &str = "scs-0101-rngd";
const ENTROPY_AVAIL: &str = "scs-0101-entropy-avail";
const FIPS_TEST: &str = "scs-0101-fips-test";

/// The check of [SCS-0101](https://docs.scs.community/standards/scs-0101-v1-entropy).
pub const CHECK: Check = Check {
    id: "scs-0101-entropy",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0101 v1: entropy",
    url: "https://docs.scs.community/standards/scs-0101-v1-entropy",
    testcases: &[
        Testcase {
            id: FLAVOR_PROPERTY,
            title: "Every flavor lets servers have a random number generator: extra spec `hw_rng:allowed=True`.",
        },
        Testcase {
            id: IMAGE_PROPERTY,
            title: "Every public image asks for a virtual random number generator: property `hw_rng_model=virtio`.",
        },
        Testcase { id: RNGD, title: "On a freshly booted server the service `rngd` is running." },
        Testcase {
            id: ENTROPY_AVAIL,
            title: "On a freshly booted server the kernel reports 256 bits in `entropy_avail`, as it does since Linux 5.18.",
        },
        Testcase {
            id: FIPS_TEST,
            title: "On a freshly booted server the random numbers pass the FIPS 140-2 tests: fewer than 5 bad blocks in 1000.",
        },
    ],
    grants: &[
        "compute GET /flavors/detail",
        "compute GET /flavors/*/os-extra_specs",
        "image GET /images",
        "network GET /networks",
        "network POST /networks max 1",
        "network POST /subnets max 1",
        "network POST /routers max 1",
        "network PUT /routers/*/add_router_interface max 1",
        "network PUT /routers/*/remove_router_interface#subnet_id",
        "block-storage POST /volumes max 1, 50 GiB",
        "block-storage GET /volumes/*",
        "compute POST /servers max 1",
        "compute GET /servers/*",
        "compute POST /servers/*/action#os-getConsoleOutput",
    ],
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

fn run(cx: &mut Context) -> Result<(), Error> {
    let wants_machine = [RNGD, ENTROPY_AVAIL, FIPS_TEST].iter().any(|testcase| cx.is_wanted(testcase));
    // What cannot be had must not keep other testcases from being judged.
    let flavors = match wants_machine || cx.is_wanted(FLAVOR_PROPERTY) {
        true => flavors(cx),
        false => Ok(Vec::new()),
    };
    let images = match wants_machine || cx.is_wanted(IMAGE_PROPERTY) {
        true => image::public(cx),
        false => Ok(Vec::new()),
    };
    cx.judge(FLAVOR_PROPERTY, |t| {
        properties::judge_flavors(flavors.as_ref().map_err(Error::clone)?, t);
        Ok(())
    });
    cx.judge(IMAGE_PROPERTY, |t| {
        properties::judge_images(images.as_ref().map_err(Error::clone)?, t);
        Ok(())
    });
    if wants_machine {
        let chosen = choose(&flavors?, &images?)?;
        let end = machine::run(cx, &chosen);
        for (testcase, judge) in judge::OF_A_MACHINE {
            cx.judge(testcase, |t| judge::judge(&end, judge, t));
        }
    }
    Ok(())
}

fn flavors(cx: &mut Context) -> Result<Vec<Flavor>, Error> {
    let mut flavors = openstack::flavors(cx)?;
    // The order of the API says nothing. A list that changes while its pages are read may have a flavor twice.
    flavors.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    flavors.dedup();
    Ok(flavors)
}

fn choose(flavors: &[Flavor], images: &[Image]) -> Result<choice::Choice, Error> {
    let image = choice::image(images)?;
    let flavor = choice::flavor(flavors, image)?;
    choice::Choice::new(image, flavor)
}
