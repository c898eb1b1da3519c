use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use super::repo;

/// The binary under test. Cargo tells a test where the binaries of its own package are, and of no other; so this asks
/// cargo to build `touchstone`, once for each run of the tests, in the profile of the tests, and takes the path from
/// its messages. `TOUCHSTONE_BIN` names another one, and nothing is built.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| std::env::var_os("TOUCHSTONE_BIN").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--package", "touchstone", "--bin", "touchstone"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(repo())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    // Cargo tells tests about their package. Build scripts of dependencies that look at such variables would run again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let about_us = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if about_us.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(&*name);
        }
    }
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "cargo cannot build the binary under test; what it said is above");
    let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let mut executables = messages.lines().rev().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    executables.next().expect("cargo names the executable")
}
