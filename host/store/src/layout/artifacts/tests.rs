use std::fs;

use semver::Version;
use serde_json::{Value, json};

use super::*;
use crate::layout::tests::{check, store};

/// What another tool would have made of a component: a manifest without our annotations.
fn foreign(component: &Component, annotations: &Value) -> Artifact {
    let ours = Artifact::of(component);
    let mut manifest: Value = serde_json::from_slice(ours.manifest().bytes()).unwrap();
    manifest["annotations"] = annotations.clone();
    let manifest = Manifest::parse(serde_json::to_vec(&manifest).unwrap()).expect("a manifest");
    Artifact::new(manifest, ours.config().to_vec(), ours.bytes().to_vec()).expect("whole")
}

/// A signature of cosign's first kind, of so many layers.
fn cosign(layers: usize) -> Referrer {
    let config = b"{}".to_vec();
    let blobs: Vec<Vec<u8>> = (0..layers).map(|i| format!("payload {i}").into_bytes()).collect();
    let of = |kind: &str, bytes: &[u8]| serde_json::to_value(Entry::of(kind, bytes)).unwrap();
    let layers: Vec<Value> = blobs
        .iter()
        .map(|blob| {
            let mut layer = of(media::SIMPLE_SIGNING, blob);
            layer["annotations"] = json!({media::COSIGN_SIGNATURE: "c2ln"});
            layer
        })
        .collect();
    let manifest = json!({
        "schemaVersion": 2, "mediaType": media::MANIFEST, "layers": layers,
        "config": of("application/vnd.oci.image.config.v1+json", &config),
    });
    let manifest = Manifest::parse(manifest.to_string().into_bytes()).expect("a manifest");
    Referrer::new(manifest, std::iter::once(config).chain(blobs).collect(), Link::CosignTag).expect("whole")
}

#[test]
fn what_is_said_of_a_component_stays_with_it() {
    let (_folder, store) = store();
    let component = check(Version::new(1, 0, 0), "x");
    let digest = store.publish(&component, false).expect("publishes").component;
    let manifest = store.artifact(digest).expect("reads").manifest().digest();
    let first = store.attach(digest, media::PUBLICATION, media::DSSE, b"one".to_vec()).expect("attaches");
    let again = store.attach(digest, media::PUBLICATION, media::DSSE, b"one".to_vec()).expect("attaches");
    assert_eq!(first, again);
    store.attach(digest, media::SIGSTORE_BUNDLE, media::SIGSTORE_BUNDLE, b"two".to_vec()).expect("attaches");
    let mut artifact = store.artifact(digest).expect("reads");
    artifact.refer(cosign(1)).expect("there is room");
    store.add(&artifact, false).expect("adds");
    store.publish(&component, false).expect("changes nothing");

    let mut signatures = store.signatures(digest).expect("reads");
    signatures.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    let kinds: Vec<_> = signatures.iter().map(|s| (s.media_type.as_str(), &s.bytes[..])).collect();
    let expected: [(&str, &[u8]); 3] =
        [(media::DSSE, b"one"), (media::SIMPLE_SIGNING, b"payload 0"), (media::SIGSTORE_BUNDLE, b"two")];
    assert_eq!(kinds, expected);
    assert_eq!(signatures[1].annotations[media::COSIGN_SIGNATURE], "c2ln");
    assert!(signatures.iter().all(|signature| Digest::of(&signature.subject) == manifest));
    assert_eq!(store.published().expect("lists").len(), 1, "signatures are not components");

    let (_other, copy) = super::super::tests::store();
    copy.add(&store.artifact(digest).expect("reads"), false).expect("adds");
    assert_eq!(copy.artifact(digest).expect("reads"), store.artifact(digest).expect("reads"));
    let absent = store.signatures(Digest::of(b"")).expect_err("absent");
    assert!(matches!(absent, StoreError::Absent { .. }), "{absent}");
}

#[test]
fn the_longer_list_of_cosign_is_kept() {
    let (_folder, store) = store();
    let mut artifact = Artifact::of(&check(Version::new(1, 0, 0), "x"));
    let bare = artifact.clone();
    for (layers, kept) in [(1, 1), (3, 3), (2, 3)] {
        artifact = bare.clone();
        artifact.refer(cosign(layers)).expect("there is room");
        store.add(&artifact, false).expect("adds");
        assert_eq!(store.signatures(artifact.component()).expect("reads").len(), kept);
    }
}

#[test]
fn artifacts_of_other_tools_are_listed_by_what_the_component_says() {
    let (_folder, store) = store();
    let component = check(Version::new(1, 2, 3), "x");
    for (i, annotations) in
        [Value::Null, json!({"org.opencontainers.image.created": "today"})].iter().enumerate()
    {
        let artifact = foreign(&component, annotations);
        let published = store.add(&artifact, false).expect("adds");
        assert_eq!(store.published().expect("lists"), std::slice::from_ref(&published));
        assert_eq!(published.version, Version::new(1, 2, 3));
        assert_eq!(
            store.artifact(published.component).expect("reads"),
            artifact,
            "{i}: the last one, of bare ones"
        );
    }
    let other = foreign(&check(Version::new(1, 2, 3), "other"), &Value::Null);
    assert!(matches!(store.add(&other, false), Err(StoreError::Released { .. })));
    store.add(&other, true).expect("replaces");
    assert_eq!(store.published().expect("lists").len(), 1);
    for said in [json!({media::TITLE: "another"}), json!({media::VERSION: "1.2.4"})] {
        let error = store.add(&foreign(&component, &said), true).expect_err("refused").to_string();
        assert!(error.contains("and the component says"), "{error}");
    }
}

#[test]
fn a_signed_manifest_is_not_lost_to_another() {
    let (_folder, store) = store();
    let component = check(Version::new(1, 0, 0), "x");
    let digest = store.publish(&component, false).expect("publishes").component;
    store.attach(digest, media::PUBLICATION, media::DSSE, b"one".to_vec()).expect("attaches");
    store.add(&foreign(&component, &Value::Null), false).expect("adds");
    assert_eq!(store.signatures(digest).expect("reads").len(), 1);
    assert_eq!(store.artifact(digest).expect("reads").referrers().len(), 1);
    assert_eq!(store.published().expect("lists").len(), 1);
}

#[test]
fn layouts_of_other_tools_are_read() {
    let (_folder, store) = store();
    let component = check(Version::new(1, 0, 0), "x");
    let artifact = foreign(&component, &Value::Null);
    let put = |value: &Value| {
        let bytes = serde_json::to_vec(value).unwrap();
        store.write_blob(&bytes).expect("writes");
        json!({"mediaType": media::INDEX, "digest": Digest::of(&bytes).to_string(), "size": bytes.len()})
    };
    for blob in [artifact.manifest().bytes(), artifact.config(), artifact.bytes()] {
        store.write_blob(blob).expect("writes");
    }
    let manifest = serde_json::to_value(Entry::of(media::MANIFEST, artifact.manifest().bytes())).unwrap();
    let missing = serde_json::to_value(Entry::of(media::MANIFEST, b"for another machine")).unwrap();
    let image = json!({"schemaVersion": 2, "layers": [], "config": {
        "mediaType": "application/vnd.oci.image.config.v1+json", "digest": Digest::of(b"").to_string(), "size": 0}});
    let mut image = put(&image);
    image["mediaType"] = media::MANIFEST.into();
    let nested =
        put(&json!({"schemaVersion": 2, "mediaType": media::INDEX, "manifests": [missing, manifest]}));
    let docker = json!({"mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "digest": Digest::of(b"docker").to_string(), "size": 6, "platform": {"os": "linux"}});
    let index =
        json!({"schemaVersion": 2, "manifests": [nested, docker, image], "annotations": {"kept": "yes"}});
    fs::write(store.folder().join("index.json"), index.to_string()).unwrap();

    let published = store.published().expect("lists");
    assert_eq!(published.iter().map(|p| p.component).collect::<Vec<_>>(), [component.digest()]);
    assert_eq!(store.artifact(component.digest()).expect("reads"), artifact);
    let mut archive = Vec::new();
    store.save_archive(&[component.digest()], &mut archive).expect("saves");
    let (_other, copy) = super::super::tests::store();
    assert_eq!(copy.load_archive(&archive[..], false).expect("loads"), published);
    store.publish(&check(Version::new(2, 0, 0), "x"), false).expect("publishes");
    assert_eq!(store.published().expect("lists").len(), 2);
    let index: Value = serde_json::from_slice(&fs::read(store.folder().join("index.json")).unwrap()).unwrap();
    assert_eq!(index["annotations"]["kept"], "yes");
    assert!(index["manifests"].as_array().unwrap().contains(&docker), "{index}");
}

#[test]
fn nothing_is_listed_that_is_not_whole() {
    let (_folder, store) = store();
    let artifact = Artifact::of(&check(Version::new(1, 0, 0), "x"));
    let manifest = || artifact.manifest().clone();
    let (config, layer) = (artifact.config().to_vec(), artifact.bytes().to_vec());
    let changed = |bytes: &[u8]| bytes.iter().map(|byte| byte ^ 1).collect::<Vec<u8>>();
    let cases = [
        Artifact::new(manifest(), changed(&config), layer.clone()),
        Artifact::new(manifest(), config.clone(), changed(&layer)),
        Artifact::new(manifest(), config.clone(), layer[1..].to_vec()),
        Artifact::new(manifest(), layer, config),
    ];
    for case in cases {
        assert!(matches!(case, Err(ArtifactError::Digest { .. } | ArtifactError::Size { .. })), "{case:?}");
    }
    store.add(&artifact, false).expect("adds");
    fs::remove_file(store.blob(&artifact.manifest().config().digest)).expect("removes");
    let error = store.artifact(artifact.component()).expect_err("damaged").to_string();
    assert!(error.contains("a manifest names sha256:"), "{error}");
}

#[test]
fn what_is_said_of_a_component_is_bounded() {
    let mut artifact = Artifact::of(&check(Version::new(1, 0, 0), "x"));
    let statement = |artifact: &Artifact, bytes: Vec<u8>| Referrer::of(artifact, "a/b", "c/d", bytes);
    let large = statement(&artifact, vec![0; 5 << 20]);
    assert!(matches!(artifact.refer(large.clone()), Err(ArtifactError::TooLarge { .. })));
    artifact.refer_or_leave_out(large);
    assert_eq!(artifact.left_out().len(), 1);
    for i in 0..crate::MAX_REFERRERS {
        artifact.refer(statement(&artifact, i.to_string().into_bytes())).expect("there is room");
    }
    let one_more = statement(&artifact, b"one more".to_vec());
    assert!(matches!(artifact.refer(one_more), Err(ArtifactError::TooMany(_))));
    let other = Artifact::of(&check(Version::new(2, 0, 0), "x"));
    let of_other = statement(&other, Vec::new());
    assert!(matches!(artifact.refer(of_other), Err(ArtifactError::OtherSubject { .. })));
}

#[test]
fn processes_that_publish_at_once_lose_nothing() {
    let (_folder, store) = store();
    std::thread::scope(|scope| {
        for patch in 0..8 {
            let store = &store;
            scope.spawn(move || {
                store.publish(&check(Version::new(1, 0, patch), "x"), false).expect("publishes")
            });
        }
    });
    assert_eq!(store.published().expect("lists").len(), 8);
}
