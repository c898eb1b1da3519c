//! Compiled code on disk. The only module with `unsafe`: wasmtime cannot check that compiled code is what it compiled.
//!
//! The cache is a folder of this user's alone (mode 0700, owned by this user; otherwise it is not used). A file's name
//! is made of the component's SHA-256 and the engine's compatibility hash; its content begins with the SHA-256 of the
//! rest, so that a damaged file is noticed and compiled anew. Nothing is ever put there that this code did not compile.

#![allow(unsafe_code)]

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use touchstone_store::Digest;
use wasmtime::component::Component;
use wasmtime::{Engine, Precompiled};

const HASH_BYTES: usize = 32;

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
        let content = fs::read(self.path(digest)?).ok()?;
        let (hash, code) = content.split_at_checked(HASH_BYTES)?;
        if Sha256::digest(code)[..] != *hash
            || Engine::detect_precompiled(code) != Some(Precompiled::Component)
        {
            tracing::warn!(%digest, "compiled code in the cache is damaged, and is made anew");
            return None;
        }
        // The file lies in a folder that only this user can write to, was written by `keep` below from what wasmtime compiled
        // for this very component (the name) and an engine of this configuration (the suffix), and its bytes have not
        // changed since (the hash).
        deserialize(engine, digest, code)
    }

    /// Takes, and keeps, the code of a component that a child of ours compiled: the same program, with an engine of the same
    /// configuration, through a pipe that nobody else has.
    pub(crate) fn adopt(&self, engine: &Engine, digest: &Digest, code: &[u8]) -> Option<Component> {
        if Engine::detect_precompiled(code) != Some(Precompiled::Component) {
            return None;
        }
        let component = deserialize(engine, digest, code)?;
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

/// Loads code that is certain to be what wasmtime compiled.
fn deserialize(engine: &Engine, digest: &Digest, code: &[u8]) -> Option<Component> {
    // SAFETY: the callers say where the code comes from: from wasmtime in this process or in a child of it, unchanged.
    // Wasmtime itself refuses code of another version or configuration.
    match unsafe { Component::deserialize(engine, code) } {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::debug!(%digest, %error, "compiled code does not fit, and is made anew");
            None
        }
    }
}

fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&Sha256::digest(code))?;
    file.write_all(code)?;
    file.persist(path)?;
    Ok(())
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
        for length in [0, 10, HASH_BYTES, content.len() - 1] {
            fs::write(&path, &content[..length]).expect("writes");
            assert!(!fixture.is_loaded(), "cut at {length}");
        }
        let mut not_ours = Sha256::digest(EMPTY).to_vec();
        not_ours.extend_from_slice(EMPTY);
        fs::write(&path, not_ours).expect("writes");
        assert!(!fixture.is_loaded(), "a component that was not compiled");
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
