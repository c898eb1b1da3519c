//! Checks in Python. The component is a *base* (an interpreter and the SDK, made once by componentize-py), into which the check's
//! sources are written: so the same sources make the same bytes. What does that lies beside the SDK.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use touchstone_store::{Digest, MAX_COMPONENT_BYTES};

use crate::build::{BuildError, run, succeeds};

/// The oldest version of Python that is known to work.
const PYTHON: &str = "import sys; sys.exit(sys.version_info < (3, 11))";

/// Builds the component, without a descriptor.
pub(crate) fn compile(folder: &Path) -> Result<Vec<u8>, BuildError> {
    let sdk = sdk_of(folder)?;
    let output = tempfile::tempdir().map_err(|error| BuildError::io(folder, error))?;
    let (unpacked, file) = (output.path().join("base.wasm"), output.path().join("check.wasm"));
    fs::write(&unpacked, base(&sdk)?).map_err(|error| BuildError::io(&unpacked, error))?;
    let mut assemble = python();
    assemble.arg(sdk.join("base/assemble.py")).args([unpacked.as_path(), folder, &sdk, &file]);
    run("python3", &mut assemble)?;
    fs::read(&file).map_err(|error| BuildError::io(&file, error))
}

/// Runs the check's own tests; true if they pass.
pub(crate) fn test(folder: &Path) -> Result<bool, BuildError> {
    let sdk = sdk_of(folder)?;
    succeeds("python3", python().args(["-m", "unittest"]).current_dir(folder).env("PYTHONPATH", sdk))
}

/// Python, which leaves nothing behind among the sources.
fn python() -> Command {
    let mut python = Command::new("python3");
    python.arg("-B").stdin(Stdio::null());
    python
}

fn python_fails(error: io::Error) -> BuildError {
    BuildError::Program { program: "python3", error }
}

fn ensure_python() -> Result<(), BuildError> {
    match succeeds("python3", python().args(["-c", PYTHON]))? {
        true => Ok(()),
        false => Err(python_fails(io::Error::other("it is older than 3.11"))),
    }
}

/// Prints what a check's `pyproject.toml` names as its SDK.
const NAMED_SDK: &str = "import sys, tomllib
with open(sys.argv[1], 'rb') as file:
    print(tomllib.load(file)['tool']['touchstone']['sdk'])";

/// The folder of the SDK that a check names.
fn sdk_of(folder: &Path) -> Result<PathBuf, BuildError> {
    ensure_python()?;
    let output = python().args(["-c", NAMED_SDK]).arg(folder.join("pyproject.toml")).output();
    let output = output.map_err(python_fails)?;
    let named = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    if !output.status.success() || named.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why = said.trim_end().lines().next_back().unwrap_or("");
        let why = format!("its pyproject.toml does not say `sdk = \"…\"` in `[tool.touchstone]` ({why})");
        return Err(BuildError::NotACheck { folder: folder.into(), why });
    }
    let sdk = folder.join(named);
    sdk.canonicalize().map_err(|error| BuildError::io(&sdk, error))
}

/// The base of checks in Python, which lies packed beside the SDK, with its hash.
fn base(sdk: &Path) -> Result<Vec<u8>, BuildError> {
    let (packed, lock) = (sdk.join("base/base.wasm.zst"), sdk.join("base/base.lock"));
    let damaged = |why: String| BuildError::io(&packed, io::Error::new(io::ErrorKind::InvalidData, why));
    let content = fs::read(&packed).map_err(|error| BuildError::io(&packed, error))?;
    let lock = fs::read_to_string(&lock).map_err(|error| BuildError::io(&lock, error))?;
    let mut base = Vec::new();
    zstd::Decoder::new(content.as_slice())
        .and_then(|decoder| decoder.take(MAX_COMPONENT_BYTES).read_to_end(&mut base))
        .map_err(|error| damaged(format!("it cannot be unpacked: {error}")))?;
    let digest = Digest::of(&base);
    if lock.lines().any(|line| line == format!("base {digest}")) {
        Ok(base)
    } else {
        Err(damaged(format!(
            "it has the SHA-256 {digest} when it is unpacked, which is not the one in base.lock"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_what_its_lock_says() {
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/python");
        assert!(base(&sdk).is_ok());
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("base")).expect("a folder");
        fs::copy(sdk.join("base/base.wasm.zst"), folder.path().join("base/base.wasm.zst")).expect("copies");
        fs::write(folder.path().join("base/base.lock"), "0".repeat(64)).expect("writes");
        let error = base(folder.path()).expect_err("another hash").to_string();
        assert!(error.contains("not the one in base.lock"), "{error}");
        fs::write(folder.path().join("base/base.wasm.zst"), b"no zstd").expect("writes");
        assert!(base(folder.path()).expect_err("damaged").to_string().contains("cannot be unpacked"));
    }
}
