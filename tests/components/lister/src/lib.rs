//! Reads lists of three services in pages of one, and says what is in them: whether an endpoint without a version is
//! found, and whether links to next pages lead on, as real services write them.

use serde::Deserialize;
use touchstone_sdk::openstack::{Request, pages};
use touchstone_sdk::{Check, Context, Error, Testcase};

/// What is looked at of each.
#[derive(Deserialize)]
struct Item {
    name: Option<String>,
}

const FLAVORS: &str = "lister-flavors";
const IMAGES: &str = "lister-images";
const NETWORKS: &str = "lister-networks";

/// Everything passes that can be read to its end.
pub const CHECK: Check = Check {
    id: "lister",
    version: env!("CARGO_PKG_VERSION"),
    title: "Reads lists page by page",
    url: "https://example.org/lister",
    testcases: &[
        Testcase { id: FLAVORS, title: "Flavors can be read." },
        Testcase { id: IMAGES, title: "Images can be read." },
        Testcase { id: NETWORKS, title: "Networks can be read." },
    ],
    grants: &["compute GET /flavors", "image GET /images", "network GET /networks"],
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

fn run(cx: &mut Context) -> Result<(), Error> {
    for (testcase, service, collection) in
        [(FLAVORS, "compute", "flavors"), (IMAGES, "image", "images"), (NETWORKS, "network", "networks")]
    {
        let list = Request::get(service, &format!("/{collection}")).query("limit", "1");
        let items = pages::<Item>(cx, list, collection);
        cx.judge(testcase, |t| {
            let items = items?;
            let mut names: Vec<&str> = items.iter().filter_map(|item| item.name.as_deref()).collect();
            names.sort_unstable();
            t.summarize(names.join(", "));
            Ok(())
        });
    }
    Ok(())
}
