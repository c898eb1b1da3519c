//! Where the programs are, or where they come from.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where PostgreSQL is.
#[derive(Debug)]
pub(crate) struct Folder {
    /// The programs.
    pub(crate) bin: PathBuf,
    /// Libraries that the machine lacks, if it was unpacked.
    pub(crate) libraries: Option<PathBuf>,
}

/// That of the machine, or else one that is unpacked when it is not there yet.
pub(crate) fn folder() -> &'static Folder {
    static FOLDER: OnceLock<Folder> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let of_machine = newest(Path::new("/usr/lib/postgresql"));
        of_machine.map_or_else(unpacked, |bin| Folder { bin, libraries: None })
    })
}

/// The programs of the newest version below a folder.
fn newest(folder: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn unpacked() -> Folder {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::home_dir().map(|home| home.join(".cache"))).unwrap();
    let folder = cache.join("touchstone/postgres");
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let root = folder.join("root");
    if newest(&root.join("usr/lib/postgresql")).is_none() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openstack/debs");
        let fetched = Command::new(script).arg(&root).arg("postgresql").output().unwrap();
        let said = String::from_utf8_lossy(&fetched.stderr);
        assert!(fetched.status.success(), "these tests need PostgreSQL, which this machine lacks:\n{said}");
    }
    let bin = newest(&root.join("usr/lib/postgresql")).unwrap();
    let libraries = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    Folder { bin, libraries: Some(root.join(libraries)) }
}
