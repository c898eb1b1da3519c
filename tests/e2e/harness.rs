//! What the tests are made of: the binary under test, components built by it, simulated clouds, manifests, and what
//! came of a run. Everything a test makes lies in a temporary folder of its own; what is built once for all of them
//! lies in the target folder.

mod binary;
mod cloud;
mod components;
pub(crate) mod crafted;
mod ran;
mod recorder;
mod registry;
mod scope;
mod touchstone;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub(crate) use binary::binary;
pub(crate) use cloud::Cloud;
pub(crate) use components::{published, wasm_target};
pub(crate) use ran::{Ran, assert_fits_schema};
pub(crate) use recorder::Recorder;
pub(crate) use registry::DockerRegistry;
pub(crate) use scope::{Entry, everything, line_of, scope};
pub(crate) use touchstone::{Started, Touchstone};

/// The root of the repository.
pub(crate) fn repo() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the package lies in a folder of a folder")
}

/// What is kept from one run of the tests to the next: built components, compiled code. Safe to delete.
pub(crate) fn kept(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e").join(name);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// The runtime on which simulated clouds live.
pub(crate) fn tokio() -> &'static tokio::runtime::Runtime {
    static TOKIO: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    TOKIO.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads start")
    })
}

/// `sha256:…` of some bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
