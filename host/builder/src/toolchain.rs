use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cache;

/// Builds the standard library for WebAssembly where rustup cannot install it.
const WASM_STD: &str = include_str!("../../../tools/wasm-std.sh");

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// What it takes to compile a crate to a component on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Toolchain {
    linker: PathBuf,
    sysroot: Option<PathBuf>,
    cargo_home: PathBuf,
}

/// This machine cannot compile for WebAssembly.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolchainError {
    /// There is no Rust.
    #[error("`rustc` does not run: {0}; install Rust from https://rustup.rs")]
    NoRustc(io::Error),
    /// The Rust there is has no linker for components.
    #[error("this Rust has no `{}`, which links components; Rust 1.82 or newer of rustup has it", .0.display())]
    NoLinker(PathBuf),
    /// The standard library could not be built.
    #[error(
        "the standard library for {TARGET} is not installed and could not be built; what was tried is above"
    )]
    NoStd,
    /// The script that builds it does not run.
    #[error("the script that builds the standard library for {TARGET} does not run: {0}")]
    Script(io::Error),
}

impl Toolchain {
    /// Finds the standard library for WebAssembly: one that was built here before, else rustup's, else builds it (once,
    /// about 20 s; its progress goes to standard error).
    ///
    /// # Errors
    /// There is no Rust, or no standard library can be had; the message says what to do.
    pub(crate) fn ensure() -> Result<Self, ToolchainError> {
        let sysroot = PathBuf::from(rustc(&["--print", "sysroot"])?);
        let version = rustc(&["-vV"])?;
        let field =
            |name: &str| version.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("").to_owned();
        let linker = sysroot.join("lib/rustlib").join(field("host: ")).join("bin/wasm-component-ld");
        if !linker.exists() {
            return Err(ToolchainError::NoLinker(linker));
        }
        let built = built_here(&field("release: "));
        let sysroot = if built.join("complete").exists() {
            Some(built)
        } else if sysroot.join("lib/rustlib").join(TARGET).join("lib").exists() {
            None
        } else {
            Some(build_std()?)
        };
        Ok(Toolchain { linker, sysroot, cargo_home: cargo_home() })
    }

    /// A cargo command that builds components: fast, without paths of this machine in them, the same bytes for the
    /// same sources. The profile is set here and not in each check's `Cargo.toml`, so that all are built alike.
    pub(crate) fn cargo(&self, folder: &Path, root: &Path) -> Command {
        let mut flags = OsString::new();
        if let Some(sysroot) = &self.sysroot {
            flags.push("--sysroot=");
            flags.push(sysroot);
            flags.push("\u{1f}");
        }
        for (from, to) in [(self.cargo_home.as_path(), "/cargo"), (root, "/src")] {
            flags.push("--remap-path-prefix=");
            flags.push(from);
            flags.push(format!("={to}\u{1f}"));
        }
        flags.push("-Cmetadata=touchstone");
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(folder)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &self.linker)
            .env("CARGO_ENCODED_RUSTFLAGS", flags)
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET");
        for (key, value) in [
            ("OPT_LEVEL", "3"),
            ("LTO", "true"),
            ("CODEGEN_UNITS", "1"),
            ("PANIC", "abort"),
            ("STRIP", "symbols"),
            ("DEBUG", "none"),
            ("INCREMENTAL", "false"),
        ] {
            cargo.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
        }
        cargo
    }
}

fn rustc(arguments: &[&str]) -> Result<String, ToolchainError> {
    let output = Command::new("rustc").args(arguments).output().map_err(ToolchainError::NoRustc)?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(ToolchainError::NoRustc(io::Error::other(error)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn home() -> PathBuf {
    std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from)
}

fn cargo_home() -> PathBuf {
    std::env::var_os("CARGO_HOME").map_or_else(|| home().join(".cargo"), PathBuf::from)
}

/// Where the script puts what it builds; the script is told.
fn built_here(release: &str) -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let chosen = set("TOUCHSTONE_WASM_STD");
    chosen.unwrap_or_else(|| cache::root().join("wasm-std").join(release))
}

fn build_std() -> Result<PathBuf, ToolchainError> {
    // As an argument, not as a file: nobody else can put another one in its place.
    let bash =
        Command::new("bash").args(["-c", WASM_STD]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = bash.map_err(ToolchainError::Script)?;
    if !output.status.success() {
        return Err(ToolchainError::NoStd);
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
