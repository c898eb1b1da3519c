//! Lists the files that the binary carries with it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let repo = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?)
        .join("../..")
        .canonicalize()?;
    let mut code = String::new();
    for (name, places, kinds) in [
        (
            "SDK",
            &["Cargo.toml", "LICENSE", "sdk/rust", "wit/check.wit", "host/grants", "host/json", "host/tape"]
                [..],
            &["", "rs", "toml", "wit", "txt"][..],
        ),
        (
            "SDK_PYTHON",
            &["LICENSE", "sdk/python", "wit/check.wit"],
            &["", "lock", "py", "toml", "typed", "txt", "wit", "zst"],
        ),
        (
            "SDK_JAVASCRIPT",
            &["LICENSE", "sdk/javascript", "wit/check.wit"],
            &["", "js", "mjs", "json", "wit"],
        ),
        ("PUBLISHED", &["checks/published"], &["", "json"]),
        ("SCOPES", &["scopes"], &["yaml", "txt"]),
    ] {
        let mut files = Vec::new();
        for place in places {
            println!("cargo::rerun-if-changed={}", repo.join(place).display());
            collect(&repo.join(place), kinds, &mut files)?;
        }
        files.sort();
        let _ = writeln!(code, "pub(crate) const {name}: &[(&str, &[u8])] = &[");
        for file in &files {
            let path = file.strip_prefix(&repo).map_err(io::Error::other)?;
            let _ = writeln!(code, "    ({path:?}, include_bytes!({file:?})),");
        }
        code += "];\n";
    }
    fs::write(Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("files.rs"), code)
}

fn collect(place: &Path, kinds: &[&str], files: &mut Vec<PathBuf>) -> io::Result<()> {
    if place.is_dir() {
        // What others wrote, what was made of it, and tests.
        let name = place.file_name().and_then(|name| name.to_str()).unwrap_or("");
        if ["__pycache__", "node_modules", "target", "test", "tests"].contains(&name) {
            return Ok(());
        }
        for entry in fs::read_dir(place)? {
            collect(&entry?.path(), kinds, files)?;
        }
    } else if kinds.contains(&place.extension().and_then(|kind| kind.to_str()).unwrap_or("")) {
        files.push(place.to_owned());
    }
    Ok(())
}
