use super::*;
use crate::component::tests::{CHECK, component, descriptor};
use crate::descriptor::Descriptor;

pub(super) fn check(version: Version, title: &str) -> Component {
    let descriptor = Descriptor { version, title: title.into(), ..descriptor() };
    Component::embed(component(&["touchstone:check/findings@0.1.0"], &[CHECK], &[]), &descriptor)
        .expect("a check")
}

pub(super) fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open_or_create(folder.path().join("store")).expect("a store");
    (folder, store)
}

#[test]
fn what_is_published_can_be_loaded() {
    let (_folder, store) = store();
    let first = check(Version::new(1, 0, 0), "first");
    let second = check(Version::new(1, 1, 0), "second");
    store.publish(&second, false).expect("publishes");
    let published = store.publish(&first, false).expect("publishes");
    assert_eq!(store.publish(&first, false).expect("again"), published);

    let reopened = Store::open(store.folder()).expect("opens");
    let versions: Vec<_> =
        reopened.published().expect("lists").iter().map(|p| p.version.to_string()).collect();
    assert_eq!(versions, ["1.0.0", "1.1.0"]);
    assert_eq!(reopened.load(published.component).expect("loads").bytes(), first.bytes());
    let absent = reopened.load(Digest::of(b"")).expect_err("absent");
    assert!(matches!(absent, StoreError::Absent { .. }), "{absent}");
}

#[test]
fn a_released_version_never_changes_silently() {
    let (_folder, store) = store();
    let old = store.publish(&check(Version::new(1, 0, 0), "old"), false).expect("publishes");
    let new = check(Version::new(1, 0, 0), "new");
    let refused = store.publish(&new, false).expect_err("refused");
    assert!(
        matches!(&refused, StoreError::Released { existing, .. } if *existing == old.component),
        "{refused}"
    );
    let replaced = store.publish(&new, true).expect("replaces");
    assert_eq!(store.published().expect("lists"), [replaced]);
    assert!(store.load(old.component).is_ok(), "whoever pinned the old bytes still gets them");
}

#[test]
fn every_changed_byte_is_noticed() {
    let (_folder, store) = store();
    let check = check(Version::new(1, 0, 0), "x");
    let digest = store.publish(&check, false).expect("publishes").component;
    let path = store.blob(&digest);
    for i in 0..check.bytes().len() {
        let mut bytes = check.bytes().to_vec();
        bytes[i] ^= 1;
        fs::write(&path, &bytes).expect("writes");
        let error = store.load(digest).expect_err("changed");
        assert!(matches!(error, StoreError::Mismatch { .. }), "byte {i}: {error}");
    }
    fs::write(&path, &check.bytes()[..10]).expect("writes");
    assert!(matches!(store.load(digest), Err(StoreError::Mismatch { .. })));
}

#[test]
fn a_huge_file_is_refused_unread() {
    let (_folder, store) = store();
    let digest = Digest::of(b"huge");
    fs::create_dir_all(store.folder().join("blobs/sha256")).expect("a folder");
    let file = fs::File::create(store.blob(&digest)).expect("a file");
    file.set_len(200 << 20).expect("a sparse file");
    let error = store.load(digest).expect_err("refused");
    assert!(error.to_string().contains("209715200 bytes"), "{error}");
}

#[test]
fn other_folders_are_not_stores() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(Store::open(folder.path()), Err(StoreError::NotAStore { .. })));
    fs::write(folder.path().join("oci-layout"), br#"{"imageLayoutVersion":"2.0.0"}"#).expect("writes");
    let error = Store::open(folder.path()).expect_err("refused").to_string();
    assert!(error.contains("its version is 2.0.0"), "{error}");
    fs::write(folder.path().join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#).expect("writes");
    fs::write(folder.path().join("index.json"), b"{").expect("writes");
    let error = Store::open(folder.path()).expect("opens").published().expect_err("refused").to_string();
    assert!(error.contains("index.json"), "{error}");
}

#[test]
fn what_was_released_stays_as_it_is() {
    let released =
        Store::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../checks/published")).expect("opens");
    let listed = released.published().expect("lists");
    assert!(!listed.is_empty());
    let (_folder, store) = store();
    for published in &listed {
        store.add(&released.artifact(published.component).expect("reads"), false).expect("adds");
        store.publish(&released.load(published.component).expect("loads"), false).expect("changes nothing");
    }
    let index = |store: &Store| fs::read_to_string(store.folder().join("index.json")).expect("reads");
    assert_eq!(index(&store), index(&released));
}

/// What never ends, or is waited for, is not read.
#[test]
#[cfg(unix)]
fn devices_and_pipes_are_no_files_of_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open_or_create(folder.path()).expect("a store");
    let marker = folder.path().join("oci-layout");
    std::fs::remove_file(&marker).expect("removes");
    std::os::unix::fs::symlink("/dev/zero", &marker).expect("links");
    let error = Store::open(folder.path()).expect_err("a device").to_string();
    assert!(error.contains("it is not a file"), "{error}");
    let index = folder.path().join("index.json");
    std::fs::remove_file(&index).expect("removes");
    let made = std::process::Command::new("mkfifo").arg(&index).status().expect("mkfifo runs");
    assert!(made.success());
    assert!(store.published().expect_err("a pipe").to_string().contains("it is not a file"));
}
