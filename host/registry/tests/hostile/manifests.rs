use super::*;

/// What is said about a registry that has this manifest.
async fn refused_manifest(manifest: Vec<u8>) -> (String, Server) {
    let server = Server::start(move |asked| holding(asked, &manifest, &[])).await;
    (refused(&server).await, server)
}

#[tokio::test]
async fn manifests_that_are_none_of_a_component() {
    type Change = (&'static str, fn(&mut Value));
    let changes: [Change; 15] = [
        ("its config is of the type `application/vnd.oci.empty", |m| {
            m["config"]["mediaType"] = media::EMPTY.into()
        }),
        ("its layer is of the type `text/html`", |m| m["layers"][0]["mediaType"] = "text/html".into()),
        ("it has 2 layers", |m| m["layers"] = json!([m["layers"][0], m["layers"][0]])),
        ("it has 0 layers", |m| m["layers"] = json!([])),
        ("is not a digest", |m| m["layers"][0]["digest"] = format!("sha512:{}", "a".repeat(128)).into()),
        ("is not a digest", |m| m["layers"][0]["digest"] = "sha256:../../../../etc/passwd".into()),
        ("is not a digest", |m| m["config"]["digest"] = "sha256:a/../../blobs/uploads".into()),
        ("is not a digest", |m| m["config"]["digest"] = "http://127.0.0.1:1/".into()),
        ("`-1`", |m| m["layers"][0]["size"] = (-1).into()),
        ("floating point", |m| m["layers"][0]["size"] = 1e300.into()),
        ("has 1099511627776 bytes; at most 67108864", |m| m["layers"][0]["size"] = (1_u64 << 40).into()),
        ("has 1048577 bytes; at most 1048576", |m| m["config"]["size"] = ((1 << 20) + 1).into()),
        ("it is of the type `application/vnd.oci.image.index", |m| m["mediaType"] = media::INDEX.into()),
        ("its schemaVersion is 1", |m| m["schemaVersion"] = 1.into()),
        ("not a JSON object", |m| *m = json!([1])),
    ];
    for (expected, change) in changes {
        let mut manifest = manifest();
        change(&mut manifest);
        let (error, server) = refused_manifest(bytes(&manifest)).await;
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(error.contains("checks/a:1.0.0"), "{error}");
        assert_eq!(server.asked().len(), 1, "nothing else was asked for: {:?}", server.asked());
    }
    for text in ["", "<html>", "{\"schemaVersion\":2", &"[".repeat(100_000)] {
        refused_manifest(text.into()).await;
    }
}

#[tokio::test]
async fn sizes_that_lie() {
    for (size, expected) in [(18, "with more than 18 bytes"), (20, "which has 20")] {
        let mut manifest = manifest();
        manifest["layers"][0]["size"] = size.into();
        let (error, _) = refused_manifest(bytes(&manifest)).await;
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_manifest_of_five_megabytes() {
    let (error, _) = refused_manifest(vec![b' '; 5 << 20]).await;
    assert!(error.contains("for the manifest 1.0.0 with more than 4194304 bytes"), "{error}");
    let server = Server::start(|_| Answer::new(200, vec![b' '; 1 << 16]).endless(Duration::ZERO)).await;
    let error = refused(&server).await;
    assert!(error.contains("with more than 4194304 bytes"), "{error}");
}

#[tokio::test]
async fn a_tag_that_is_said_to_be_another_digest() {
    let server = Server::start(|asked| {
        honest(asked).header("docker-content-digest", Digest::of(b"another").to_string())
    })
    .await;
    assert!(refused(&server).await.contains("gave other bytes for the manifest 1.0.0"));
}

/// A statement, as a manifest, about a subject.
fn statement(subject: &[u8], layer: &[u8]) -> Value {
    json!({
        "schemaVersion": 2, "mediaType": media::MANIFEST, "artifactType": media::PUBLICATION,
        "config": named(media::EMPTY, b"{}"), "layers": [named(media::DSSE, layer)],
        "subject": named(media::MANIFEST, subject),
    })
}

/// A registry that lists referrers: by the API, or by the tag that stands in for it.
async fn with_referrers(
    api: bool,
    entries: Vec<Value>,
    manifests: Vec<Vec<u8>>,
    blobs: Vec<&'static [u8]>,
) -> Server {
    let list = bytes(&json!({"schemaVersion": 2, "mediaType": media::INDEX, "manifests": entries}));
    let subject = Digest::of(&bytes(&manifest()));
    let tag = format!("/manifests/sha256-{}", subject.hex());
    Server::start(move |asked| {
        let by_api = asked.path.ends_with(&format!("/referrers/{subject}"));
        if by_api && api || asked.path.ends_with(&tag) && !api {
            return Answer::new(200, list.clone()).header("content-type", media::INDEX);
        }
        let found =
            manifests.iter().find(|one| asked.path.ends_with(&format!("/manifests/{}", Digest::of(one))));
        found.map_or_else(|| holding(asked, &bytes(&manifest()), &blobs), |one| Answer::new(200, one.clone()))
    })
    .await
}

#[tokio::test]
async fn statements_are_found_either_way() {
    for api in [true, false] {
        let statement = bytes(&statement(&bytes(&manifest()), b"signed"));
        let entry = named(media::MANIFEST, &statement);
        let server = with_referrers(api, vec![entry], vec![statement], vec![b"signed"]).await;
        let pulled = client().pull(&reference(&server), None).await.expect("pulls");
        let signatures: Vec<_> = pulled.signatures().collect();
        assert_eq!(signatures.len(), 1);
        assert_eq!(
            (&signatures[0].bytes[..], &*signatures[0].artifact_type),
            (&b"signed"[..], media::PUBLICATION)
        );
    }
}

#[tokio::test]
async fn hostile_statements_are_left_out_and_told() {
    let subject = bytes(&manifest());
    let about_another = bytes(&statement(b"another", b"signed"));
    let mut huge = statement(&subject, b"signed");
    huge["layers"][0]["size"] = (1_u64 << 40).into();
    let mut other_hash = statement(&subject, b"signed");
    other_hash["layers"][0]["digest"] = "md5:abc".into();
    let (huge, other_hash, no_json) = (bytes(&huge), bytes(&other_hash), b"<html>".to_vec());
    let manifests = vec![about_another, huge, other_hash, no_json];
    let mut entries: Vec<Value> = manifests.iter().map(|one| named(media::MANIFEST, one)).collect();
    entries.push(json!({"mediaType": media::MANIFEST, "digest": "sha256:../../x", "size": 1}));
    entries.push(named(media::INDEX, b"an index"));
    let left_out = entries.len();
    let server = with_referrers(true, entries, manifests, vec![b"signed"]).await;
    let pulled = client().pull(&reference(&server), None).await.expect("pulls");
    assert_eq!(pulled.referrers().len(), 0);
    assert_eq!(pulled.left_out().len(), left_out, "{:?}", pulled.left_out());
    assert!(server.asked().iter().all(|asked| !asked.path.contains("..")), "{:?}", server.asked());
}

#[tokio::test]
async fn more_statements_than_are_read() {
    let subject = bytes(&manifest());
    let manifests: Vec<Vec<u8>> = (0..70)
        .map(|i| {
            let mut statement = statement(&subject, b"signed");
            statement["annotations"] = json!({"n": i.to_string()});
            bytes(&statement)
        })
        .collect();
    let mut entries: Vec<Value> = manifests.iter().map(|one| named(media::MANIFEST, one)).collect();
    entries[69]["artifactType"] = media::PUBLICATION.into();
    let server = with_referrers(true, entries, manifests.clone(), vec![b"signed"]).await;
    let pulled = client().pull(&reference(&server), None).await.expect("pulls");
    assert_eq!((pulled.referrers().len(), pulled.left_out().len()), (64, 6));
    assert_eq!(pulled.referrers()[0].manifest().digest(), Digest::of(&manifests[69]), "signatures first");
}

#[tokio::test]
async fn statements_that_are_not_what_the_list_says() {
    let statement = bytes(&statement(&bytes(&manifest()), b"signed"));
    let entry = named(media::MANIFEST, &statement);
    let server = with_referrers(true, vec![entry.clone()], vec![statement.clone()], vec![]).await;
    assert!(refused(&server).await.contains("404"), "its blob is missing");
    let server = with_referrers(true, vec![entry], vec![], vec![b"signed"]).await;
    assert!(refused(&server).await.contains("which it lists as saying something of"));
}
