//! SCS-0123 v1 and v2: the services that a cloud must have are in its catalog; where there is an object store, it speaks
//! S3 (v1), or object storage with S3 has an entry of its own (v2).

mod presence;
mod s3;
mod swift;
#[cfg(test)]
mod tests;

use touchstone_sdk::{Check, Context, Error, Testcase};

/// The check of [SCS-0123](https://docs.scs.community/standards/scs-0123-v2-services), and of its
/// [version 1](https://docs.scs.community/standards/scs-0123-v1-mandatory-and-supported-IaaS-services).
pub const CHECK: Check = Check {
    id: "scs-0123-services",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0123 v1 and v2: mandatory services",
    url: "https://docs.scs.community/standards/scs-0123-v2-services",
    testcases: &[
        presence::SERVICES[0].testcase,
        presence::SERVICES[1].testcase,
        presence::SERVICES[2].testcase,
        presence::SERVICES[3].testcase,
        presence::SERVICES[4].testcase,
        presence::SERVICES[5].testcase,
        presence::SERVICES[6].testcase,
        presence::SERVICES[7].testcase,
        Testcase {
            id: SWIFT_S3,
            title: "Where there is an object store in the catalog, its host speaks S3 too.",
        },
    ],
    grants: &["object-store PROBE /", "object-store PROBE /info"],
    parameters: &[],
    assets: &[],
    run,
};

touchstone_sdk::export!(CHECK);

const SWIFT_S3: &str = "scs-0123-swift-s3";

fn run(cx: &mut Context) -> Result<(), Error> {
    let catalog = cx.catalog();
    let region = cx.identity().region;
    for service in &presence::SERVICES {
        cx.judge(service.testcase.id, |t| {
            presence::judge(service, &catalog, region.as_deref(), t);
            Ok(())
        });
    }
    if cx.is_wanted(SWIFT_S3) {
        let found = swift::look(cx, &catalog);
        cx.judge(SWIFT_S3, |t| {
            swift::judge(&found?, t);
            Ok(())
        });
    }
    Ok(())
}
