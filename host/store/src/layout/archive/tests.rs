use super::*;
use crate::artifact::ArtifactError;
use crate::layout::tests::{check, store};
use crate::media;
use semver::Version;

/// A tar file of entries: kind, name, content. Names are written as they are, whatever they are.
fn archive(entries: &[(EntryType, &str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, name, content) in entries {
        let mut header = Header::new_ustar();
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn saved() -> (Vec<u8>, Digest) {
    let (_folder, store) = store();
    let published = store.publish(&check(Version::new(1, 0, 0), "x"), false).expect("publishes");
    store.attach(published.component, media::PUBLICATION, media::DSSE, b"{}".to_vec()).expect("attaches");
    let mut bytes = Vec::new();
    store.save_archive(&[published.component], &mut bytes).expect("saves");
    (bytes, published.component)
}

#[test]
fn what_is_saved_can_be_loaded() {
    let (bytes, component) = saved();
    assert_eq!((&bytes, component), (&saved().0, saved().1), "the same content gives the same archive");
    let (_folder, store) = store();
    for _ in 0..2 {
        let loaded = store.load_archive(&bytes[..], false).expect("loads");
        assert_eq!(loaded, store.published().expect("lists"));
        assert_eq!(loaded[0].component, component);
    }
    let [signature] = &store.signatures(component).expect("reads")[..] else { panic!("one signature") };
    assert_eq!((signature.artifact_type.as_str(), &signature.bytes[..]), (media::PUBLICATION, &b"{}"[..]));
    let left: Vec<_> = fs::read_dir(store.folder()).expect("lists").map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
    let mut again = Vec::new();
    store.save_archive(&[component], &mut again).expect("saves");
    assert_eq!(again, bytes);
}

#[test]
fn a_released_version_is_not_changed_by_an_archive() {
    let (bytes, _) = saved();
    let (_folder, store) = store();
    let there = store.publish(&check(Version::new(1, 0, 0), "other"), false).expect("publishes");
    let error = store.load_archive(&bytes[..], false).expect_err("refused");
    assert!(matches!(error, StoreError::Released { .. }), "{error}");
    assert_eq!(store.published().expect("lists"), [there]);
    store.load_archive(&bytes[..], true).expect("replaces");
}

#[test]
fn all_of_an_archive_is_added_or_nothing() {
    let (_folder, both) = store();
    let versions = [Version::new(1, 0, 0), Version::new(2, 0, 0)];
    let components = versions
        .clone()
        .map(|version| both.publish(&check(version, "x"), false).expect("publishes").component);
    let mut bytes = Vec::new();
    both.save_archive(&components, &mut bytes).expect("saves");
    // Whichever of the two comes first.
    for version in versions {
        let (_folder, store) = store();
        let there = store.publish(&check(version, "other"), false).expect("publishes");
        assert!(matches!(store.load_archive(&bytes[..], false), Err(StoreError::Released { .. })));
        assert_eq!(store.published().expect("lists"), [there]);
    }
}

#[test]
fn whatever_is_cut_off_or_changed_is_noticed() {
    let (bytes, component) = saved();
    let (_folder, store) = store();
    // The last kilobyte says that the archive ends here; readers do without.
    for end in (0..bytes.len() - 1024).step_by(97) {
        assert!(store.load_archive(&bytes[..end], false).is_err(), "cut after {end} bytes");
        assert!(store.published().expect("lists").is_empty());
    }
    let layer = bytes.windows(8).position(|window| window == *b"\0asm\x0d\0\x01\0").expect("the component");
    let mut changed = bytes.clone();
    changed[layer + 20] ^= 1;
    let error = store.load_archive(&changed[..], false).expect_err("refused");
    assert!(matches!(error, StoreError::Mismatch { .. }), "{error}");
    assert!(matches!(store.load(component), Err(StoreError::Absent { .. })));
}

#[test]
fn hostile_archives_are_refused() {
    use EntryType as T;
    let blob = format!("{BLOBS}{}", "0".repeat(64));
    let cases: [(&str, Vec<u8>); 12] = [
        ("would lie outside", archive(&[(T::Regular, "../evil", b"x")])),
        ("would lie outside", archive(&[(T::Regular, "blobs/sha256/../../../evil", b"x")])),
        ("would lie outside", archive(&[(T::Regular, "/tmp/evil", b"x")])),
        ("would lie outside", archive(&[(T::Directory, "../evil/", b"")])),
        ("is a link", archive(&[(T::Symlink, "blobs", b"")])),
        ("is a link", archive(&[(T::Link, &blob, b"")])),
        ("is a link", archive(&[(T::Char, "oci-layout", b"")])),
        ("is a link", archive(&[(T::GNULongName, "././@LongLink", b"../evil\0"), (T::Regular, "x", b"")])),
        ("renames or resizes", archive(&[(T::XHeader, "x", b"16 path=../evil\n"), (T::Regular, "x", b"")])),
        ("is in it twice", archive(&[(T::Regular, "./oci-layout", b""), (T::Regular, "oci-layout", b"")])),
        ("at most 1024 are read", archive(&[(T::Regular, "oci-layout", &[b' '; 2000])])),
        ("has no `oci-layout`", archive(&[(T::Regular, "manifest.json", b"[]")])),
    ];
    let (folder, store) = store();
    for (expected, bytes) in cases {
        let error = store.load_archive(&bytes[..], false).expect_err(expected).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("lists").map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["store"]);
    let many = archive(&vec![(T::Directory, "blobs/", &b""[..]); 10_001]);
    let error = store.load_archive(&many[..], false).expect_err("refused").to_string();
    assert!(error.contains("more than 10000 files"), "{error}");
}

#[test]
fn sizes_that_lie_are_noticed() {
    let (_folder, store) = store();
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.as_old_mut().name[..10].copy_from_slice(b"index.json");
    for (size, expected) in
        [(u64::MAX >> 1, "more than"), (2 << 30, "more than"), (1 << 29, "at most 4194304")]
    {
        header.set_size(size);
        header.set_cksum();
        let endless = header.as_bytes().chain(io::repeat(b' '));
        let error = store.load_archive(endless, false).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
    let error =
        store.load_archive(io::repeat(0).take(3 << 30), false).expect_err("nothing in it").to_string();
    assert!(error.contains("oci-layout"), "{error}");
    let gzip = store.load_archive(&[0x1f, 0x8b, 8, 0][..], false).expect_err("refused").to_string();
    assert!(gzip.contains("not a whole tar file"), "{gzip}");
}

#[test]
fn a_manifest_that_lies_about_its_component_is_refused() {
    let (bytes, _) = saved();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains(media::TITLE), "the archive has the manifest as it is");
    let (_folder, store) = store();
    let component = check(Version::new(1, 0, 0), "x");
    let honest = crate::Artifact::of(&component);
    let lying =
        String::from_utf8(honest.manifest().bytes().to_vec()).unwrap().replace("1.0.0\"}", "9.0.0\"}");
    let manifest = crate::Manifest::parse(lying.into_bytes()).expect("a manifest");
    let lying =
        crate::Artifact::new(manifest, honest.config().to_vec(), honest.bytes().to_vec()).expect("whole");
    let error = store.add(&lying, false).expect_err("refused");
    assert!(matches!(error, StoreError::Artifact(ArtifactError::Malformed { .. })), "{error}");
    assert!(error.to_string().contains("is `9.0.0`, and the component says `1.0.0`"), "{error}");
}
