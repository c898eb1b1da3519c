//! What an author of a check writes against.
//!
//! A check is a [`Check`]: what it is called, which testcases it judges, which API calls it needs, and a function that
//! does the work. [`export!`] turns it into a WebAssembly component; [`testing`] runs the same function under plain
//! `cargo test`, against scripted answers, without WebAssembly and without a cloud.
//!
//! ```
//! use touchstone_sdk::{Check, Context, Error, Resource, Testcase, openstack};
//!
//! pub const CHECK: Check = Check {
//!     id: "example-flavor-descriptions",
//!     version: "1.0.0",
//!     title: "Public flavors have at least one vCPU",
//!     url: "https://example.org/standard",
//!     testcases: &[Testcase { id: "example-vcpus", title: "Each flavor has at least one vCPU." }],
//!     grants: openstack::FLAVOR_GRANTS,
//!     parameters: &[],
//!     assets: &[],
//!     run,
//! };
//!
//! fn run(cx: &mut Context) -> Result<(), Error> {
//!     let flavors = openstack::flavors(cx)?;
//!     cx.judge("example-vcpus", |t| {
//!         for flavor in flavors.iter().filter(|f| f.vcpus == 0) {
//!             t.violation("no vCPU").about(flavor).required_by("example standard, section 1");
//!         }
//!         Ok(())
//!     });
//!     Ok(())
//! }
//!
//! touchstone_sdk::export!(CHECK);
//! ```
//!
//! Three habits keep a check from passing a cloud that it should not pass:
//! - Say PASS only through [`Context::judge`], which passes if nothing was found, and never if something went wrong.
//! - Pass errors on with `?`: a testcase that cannot be judged is DNF, with the error as its reason.
//! - Treat what is missing in an answer as an error, not as a default: the typed helpers of [`openstack`] do.

extern crate self as touchstone_sdk;

mod check;
mod context;
mod error;
mod finding;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
#[path = "guest.rs"]
pub mod host;
#[cfg(not(target_arch = "wasm32"))]
#[path = "testing/host.rs"]
mod host;
pub mod openstack;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use check::{Asset, Check, Parameter, Testcase};
pub use context::{Context, LogLevel, Testee};
pub use error::Error;
pub use finding::{Finding, Resource, Severity, Verdict};

/// Makes a component of a [`Check`]: `touchstone_sdk::export!(CHECK);`, once in a crate whose `crate-type` holds
/// `cdylib`. On other targets than WebAssembly it does nothing, so that `cargo test` works natively.
#[macro_export]
macro_rules! export {
    ($check:expr) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Component;
            impl $crate::host::Guest for Component {
                fn describe() -> $crate::host::Descriptor {
                    $crate::host::describe(&$check)
                }
                fn run() -> Result<(), String> {
                    $crate::host::run(&$check)
                }
            }
    $crate::host::export!(Component with_types_in $crate::host::bindings);
        };
    };
}
