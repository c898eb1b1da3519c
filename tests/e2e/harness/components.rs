use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{Touchstone, kept, repo};

/// The components of `tests/components`, in a store.
#[derive(Debug)]
pub(crate) struct Published {
    /// The store.
    pub(crate) store: PathBuf,
    /// `sha256:…` of the check that tries what a check must not be able to do.
    pub(crate) adversary: String,
    /// `sha256:…` of the check that behaves.
    pub(crate) reader: String,
    /// `sha256:…` of the check that creates things.
    pub(crate) creator: String,
    /// The grants that it asks for in its descriptor.
    pub(crate) creator_asks_for: Vec<String>,
}

impl Published {
    /// The file of a component in the store.
    pub(crate) fn file(&self, digest: &str) -> PathBuf {
        blob(&self.store, digest)
    }
}

/// The file of a component in a store.
pub(super) fn blob(store: &Path, digest: &str) -> PathBuf {
    store.join("blobs/sha256").join(digest.strip_prefix("sha256:").expect("a digest"))
}

/// Builds the components of `tests/components` and publishes them, as their authors would, once for each run of the
/// tests.
pub(crate) fn published() -> &'static Published {
    static PUBLISHED: OnceLock<Published> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        let store = kept("store");
        let publish = |name: &str| {
            let crate_folder = repo().join("tests/components").join(name);
            let ran = Touchstone::new(repo())
                .args(["check", "publish", "--replace", "--store"])
                .arg(&store)
                .arg(crate_folder)
                .env("CARGO_TARGET_DIR", wasm_target())
                .run();
            ran.assert_exit(0);
            let digest = ran.stdout.split_whitespace().find(|word| word.starts_with("sha256:"));
            digest.expect("publishing tells the digest").to_owned()
        };
        let creator = publish("creator");
        Published {
            adversary: publish("adversary"),
            reader: publish("reader"),
            creator_asks_for: asked_for(&blob(&store, &creator)),
            creator,
            store: store.clone(),
        }
    })
}

/// The grants that a component asks for.
fn asked_for(component: &Path) -> Vec<String> {
    let ran = Touchstone::new(repo()).args(["check", "inspect", "--json"]).arg(component).run();
    ran.assert_exit(0);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let grants = told["descriptor"]["grants"].as_array().expect("they are a list");
    grants.iter().map(|grant| grant.as_str().expect("they are texts").to_owned()).collect()
}

/// Where components are built: not among the sources.
pub(crate) fn wasm_target() -> PathBuf {
    kept("components")
}

/// Variables that say how this machine reaches registries, and where it finds programs, sources, temporary folders.
const OF_THIS_MACHINE: &[&str] = &[
    "ALL_PROXY",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTR",
    "CARGO_SOURCE_",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "PATH",
    "RUSTUP_",
    "SSL_CERT_",
    "TMPDIR",
    "TOUCHSTONE_RUST_LIBRARY",
];

/// The variables that let cargo and rustc work for a program whose home is another than ours. The standard library for
/// WebAssembly, if it has to be built on this machine, is kept where `touchstone check build` keeps it.
pub(super) fn toolchain() -> Vec<(OsString, OsString)> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let is_of_this_machine = |name: &OsString| {
        let name = name.to_string_lossy().to_uppercase();
        OF_THIS_MACHINE.iter().any(|prefix| name.starts_with(prefix))
    };
    let mut variables: Vec<_> = std::env::vars_os().filter(|(name, _)| is_of_this_machine(name)).collect();
    let home = variable("HOME").unwrap_or_else(|| "/".into());
    let cache = variable("XDG_CACHE_HOME").unwrap_or_else(|| home.join(".cache"));
    static RELEASE: OnceLock<String> = OnceLock::new();
    let release = RELEASE.get_or_init(|| {
        let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
        let text = String::from_utf8(output.stdout).expect("rustc writes UTF-8");
        let release = text.lines().find_map(|line| line.strip_prefix("release: "));
        release.expect("rustc tells its release").to_owned()
    });
    let wasm_std = cache.join("touchstone/wasm-std").join(release);
    let places = [
        ("CARGO_HOME", variable("CARGO_HOME").unwrap_or_else(|| home.join(".cargo"))),
        ("RUSTUP_HOME", variable("RUSTUP_HOME").unwrap_or_else(|| home.join(".rustup"))),
        ("TOUCHSTONE_WASM_STD", variable("TOUCHSTONE_WASM_STD").unwrap_or(wasm_std)),
    ];
    variables.extend(places.map(|(name, path)| (name.into(), path.into_os_string())));
    variables
}
