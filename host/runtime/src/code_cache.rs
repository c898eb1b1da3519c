//! Compiled code on disk. The only module with `unsafe`: wasmtime cannot check that compiled code is what it compiled.
//!
//! The cache is a folder of this user's alone (mode 0700, owned by this user; otherwise it is not used). A file's name
//! is made of the component's SHA-256 and the engine's compatibility hash; beside it lies its CRC-32, so that a damaged file is
//! noticed and compiled anew. (Who could change it on purpose could change the checksum, too: it is as safe as the account.) Code
//! is mapped, not read: that of a check in Python has 40 MB. Nothing is ever put there that this program did not compile.

#![allow(unsafe_code)]

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use touchstone_store::Digest;
use wasmtime::component::Component;
use wasmtime::{Engine, Precompiled};

/// The ending of a file with a checksum.
const CHECKSUM: &str = "crc32";

#[derive(Debug)]
pub(crate) struct CodeCache {
    folder: Option<PathBuf>,
    suffix: String,
}

impl CodeCache {
    /// A cache in this folder, which is made if need be; without a folder, or with one that others can write to, no
    /// cache.
    pub(crate) fn open(engine: &Engine, folder: Option<&Path>) -> Self {
        let folder = folder.and_then(|folder| match private(folder) {
            Ok(()) => Some(folder.to_owned()),
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "compiled code is not cached");
                None
            }
        });
        // A new DefaultHasher has fixed keys: the same result in every process.
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        CodeCache { folder, suffix: format!("{:016x}", hasher.finish()) }
    }

    /// The compiled component, if it is there and whole.
    pub(crate) fn load(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let path = self.path(digest)?;
        let expected = fs::read_to_string(with_checksum(&path)).ok()?;
        let is_whole = checksum_of(&path).is_ok_and(|checksum| checksum == expected)
            && matches!(Engine::detect_precompiled_file(&path), Ok(Some(Precompiled::Component)));
        if !is_whole {
            tracing::warn!(%digest, "compiled code in the cache is damaged, and is made anew");
            return None;
        }
        // SAFETY: the file lies in a folder that only this user can write to, was written by `keep` below from what wasmtime
        // compiled for this very component (the name) and an engine of this configuration (the suffix), and its bytes have
        // not changed since (the checksum). It is never written over: another one takes its name. Wasmtime itself refuses code
        // of another version or configuration.
        loaded(digest, unsafe { Component::deserialize_file(engine, &path) })
    }

    /// Takes, and keeps, the code of a component that a child of ours compiled: the same program, with an engine of the same
    /// configuration, through a pipe that nobody else has.
    pub(crate) fn adopt(&self, engine: &Engine, digest: &Digest, code: &[u8]) -> Option<Component> {
        if Engine::detect_precompiled(code) != Some(Precompiled::Component) {
            return None;
        }
        // SAFETY: it is what wasmtime compiled in that child, unchanged. Wasmtime itself refuses code of another version or
        // configuration.
        let component = loaded(digest, unsafe { Component::deserialize(engine, code) })?;
        self.keep(digest, code);
        Some(component)
    }

    /// Keeps a compiled component. A cache that cannot be written costs time, nothing else.
    pub(crate) fn store(&self, digest: &Digest, component: &Component) {
        match component.serialize() {
            Ok(code) => self.keep(digest, &code),
            Err(error) => tracing::warn!(%digest, %error, "compiled code cannot be cached"),
        }
    }

    fn keep(&self, digest: &Digest, code: &[u8]) {
        let Some(path) = self.path(digest) else { return };
        if let Err(error) = write(&path, code) {
            tracing::warn!(path = %path.display(), %error, "compiled code cannot be cached");
        }
    }

    fn path(&self, digest: &Digest) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{}.{}", digest.hex(), self.suffix)))
    }
}

fn loaded(digest: &Digest, code: wasmtime::Result<Component>) -> Option<Component> {
    match code {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::debug!(%digest, %error, "compiled code does not fit, and is made anew");
            None
        }
    }
}

/// Code first, then its checksum: one without the other is as if it were not there.
fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    for (path, content) in
        [(path.to_owned(), code), (with_checksum(path), spelled(crc32fast::hash(code)).as_bytes())]
    {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(content)?;
        file.persist(path)?;
    }
    Ok(())
}

fn with_checksum(path: &Path) -> PathBuf {
    path.with_added_extension(CHECKSUM)
}

fn checksum_of(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let (mut hasher, mut buffer) = (crc32fast::Hasher::new(), vec![0; 1 << 18]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(spelled(hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

fn spelled(checksum: u32) -> String {
    format!("{checksum:08x}")
}

#[cfg(unix)]
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};

    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // A file that we make tells who we are, without a system call of our own.
    let probe = tempfile::NamedTempFile::new_in(folder)?;
    let (of_folder, of_probe) = (fs::metadata(folder)?, probe.as_file().metadata()?);
    if of_folder.uid() != of_probe.uid() || of_folder.mode() & 0o077 != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the folder is open to other users"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_folder: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "private folders are only known on Unix"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest component: a header.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    struct Fixture {
        folder: tempfile::TempDir,
        engine: Engine,
        cache: CodeCache,
        digest: Digest,
    }

    impl Fixture {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let engine = Engine::default();
            let cache = CodeCache::open(&engine, Some(&folder.path().join("a/code")));
            Fixture { folder, engine, cache, digest: Digest::of(EMPTY) }
        }

        fn store(&self) -> PathBuf {
            let component = Component::from_binary(&self.engine, EMPTY).expect("a component");
            self.cache.store(&self.digest, &component);
            self.cache.path(&self.digest).expect("a path")
        }

        fn is_loaded(&self) -> bool {
            self.cache.load(&self.engine, &self.digest).is_some()
        }
    }

    #[test]
    fn what_was_stored_is_loaded() {
        let fixture = Fixture::new();
        assert!(!fixture.is_loaded());
        let path = fixture.store();
        assert!(path.starts_with(fixture.folder.path()) && fixture.is_loaded());
        assert!(fixture.cache.load(&fixture.engine, &Digest::of(b"another")).is_none());
    }

    #[test]
    fn a_damaged_file_is_not_loaded() {
        let fixture = Fixture::new();
        let path = fixture.store();
        let content = fs::read(&path).expect("reads");
        for place in (0..content.len()).step_by(content.len() / 200) {
            let mut damaged = content.clone();
            damaged[place] ^= 0x10;
            fs::write(&path, damaged).expect("writes");
            assert!(!fixture.is_loaded(), "byte {place}");
        }
        for length in [0, 10, content.len() - 1] {
            fs::write(&path, &content[..length]).expect("writes");
            assert!(!fixture.is_loaded(), "cut at {length}");
        }
        write(&path, EMPTY).expect("writes");
        assert!(!fixture.is_loaded(), "a component that was not compiled");
        fixture.store();
        assert!(fixture.is_loaded());
        fs::remove_file(with_checksum(&path)).expect("removes");
        assert!(!fixture.is_loaded(), "without its checksum");
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_that_others_can_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        for mode in [0o777, 0o770, 0o707, 0o750] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("sets");
            let cache = CodeCache::open(&Engine::default(), Some(folder.path()));
            assert_eq!(cache.folder, None, "{mode:o}");
        }
    }

    #[test]
    fn engines_of_another_kind_have_other_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let other = Engine::new(wasmtime::Config::new().epoch_interruption(true)).expect("an engine");
        let path = |engine: &Engine| {
            CodeCache::open(engine, Some(&folder.path().join("code"))).path(&Digest::of(EMPTY))
        };
        assert_ne!(path(&Engine::default()), path(&other));
        assert_eq!(path(&other), path(&other));
    }
}
