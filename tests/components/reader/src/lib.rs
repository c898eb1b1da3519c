//! A well-behaved check. What it says shows what it got: a test can see whether a cloud's mischief reached it, and
//! whether the testcase that it did not concern was left alone.

use touchstone_sdk::{Asset, Check, Context, Error, Parameter, Testcase, openstack};

const IMAGES: &str = "reader-images";
const FLAVORS: &str = "reader-flavors";

/// Images come first, so that they are judged when the compute service never answers.
pub const CHECK: Check = Check {
    id: "reader",
    version: env!("CARGO_PKG_VERSION"),
    title: "Reads images and flavors",
    url: "https://example.org/reader",
    testcases: &[
        Testcase { id: IMAGES, title: "There is an image." },
        Testcase { id: FLAVORS, title: "There are flavors." },
    ],
    grants: &["image GET /images", "compute GET /flavors/detail", "compute GET /flavors/*/os-extra_specs"],
    parameters: &[Parameter {
        name: "least",
        description: "How many flavors there must be. Default: 1.",
        required: false,
    }],
    assets: &[Asset { name: "list", description: "Anything; its size is told.", required: false }],
    run,
};

touchstone_sdk::export!(CHECK);

fn run(cx: &mut Context) -> Result<(), Error> {
    if cx.is_wanted(IMAGES) {
        let images = openstack::images(cx);
        cx.judge(IMAGES, |t| {
            let images = images?;
            if images.is_empty() {
                t.violation("there is no image");
            }
            let names: Vec<&str> = images.iter().filter_map(|image| image.name.as_deref()).collect();
            t.summarize(format!("{}: {}", names.len(), names.join(", ")));
            Ok(())
        });
    }
    if cx.is_wanted(FLAVORS) {
        let least: usize = match cx.parameter("least") {
            Some(text) => text.parse().map_err(|_| Error::new(format!("`least` is no number: {text}")))?,
            None => 1,
        };
        let asset =
            cx.asset("list").map_or(String::new(), |list| format!("; a list of {} bytes", list.len()));
        let flavors = openstack::flavors(cx);
        cx.judge(FLAVORS, |t| {
            let flavors = flavors?;
            for flavor in flavors.iter().filter(|flavor| flavor.ram_mib == 0) {
                t.violation("has no memory").about(flavor).required_by("the reader, section 1");
            }
            if flavors.len() < least {
                t.violation(format!("{} flavors, and there must be {least}", flavors.len()));
            }
            let names: Vec<&str> = flavors.iter().map(|flavor| flavor.name.as_str()).collect();
            t.summarize(format!("{}: {}{asset}", names.len(), names.join(", ")));
            Ok(())
        });
    }
    Ok(())
}
