use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use touchstone_store::{Artifact, Link, Manifest, Referrer, cosign_tag};

use super::*;

fn artifact() -> Artifact {
    let manifest = Manifest::parse(bytes(&manifest())).unwrap();
    Artifact::new(manifest, CONFIG.to_vec(), LAYER.to_vec()).unwrap()
}

/// A registry that keeps what it gets; `has_api` says whether it has the Referrers API.
async fn keeping(
    has_api: bool,
    mut trouble: impl FnMut(&Asked) -> Option<Answer> + Send + 'static,
) -> (Server, Kept) {
    let kept = Kept::default();
    let has = kept.clone();
    let server = Server::start(move |asked| {
        if let Some(answer) = trouble(asked) {
            return answer;
        }
        let mut kept = has.lock().unwrap();
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        match asked.method.as_str() {
            "POST" => Answer::new(202, "").header("location", "/v2/checks/a/blobs/uploads/1?state=x"),
            "PUT" if path.contains("/uploads/") => {
                let digest = Digest::of(&asked.body).to_string();
                assert_eq!(query, format!("state=x&digest={}", digest.replace(':', "%3A")));
                kept.insert(format!("/v2/checks/a/blobs/{digest}"), asked.body.clone());
                Answer::new(201, "")
            }
            "PUT" => {
                let digest = Digest::of(&asked.body);
                kept.insert(format!("/v2/checks/a/manifests/{digest}"), asked.body.clone());
                kept.insert(path.to_owned(), asked.body.clone());
                let answer = Answer::new(201, "").header("docker-content-digest", digest.to_string());
                if has_api { answer.header("oci-subject", "yes") } else { answer }
            }
            _ => kept.get(path).map_or_else(|| Answer::new(404, ""), |found| Answer::new(200, found.clone())),
        }
    })
    .await;
    (server, kept)
}

type Kept = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

#[tokio::test]
async fn the_tag_comes_last_and_the_list_only_where_it_is_needed() {
    for has_api in [true, false] {
        let (server, kept) = keeping(has_api, |_| None).await;
        let mut artifact = artifact();
        artifact.refer(Referrer::of(&artifact, media::PUBLICATION, media::DSSE, b"signed".to_vec())).unwrap();
        let pushed = client().push(&reference(&server), &artifact, false).await.expect("pushes");
        let last = server.asked().last().unwrap().path.clone();
        assert_eq!(last, "/v2/checks/a/manifests/1.0.0");
        let list = format!("/v2/checks/a/manifests/sha256-{}", pushed.manifest.hex());
        assert_eq!(kept.lock().unwrap().contains_key(&list), !has_api);
    }
}

#[tokio::test]
async fn uploads_that_break_are_begun_anew() {
    let mut left = 3;
    let (server, kept) = keeping(true, move |asked| {
        let is_upload = asked.path.contains("/uploads/") && asked.method == "PUT";
        left -= i32::from(is_upload);
        (is_upload && left >= 0).then(|| match left {
            2 => Answer::nothing(),
            1 => Answer::new(502, ""),
            _ => Answer::new(429, ""),
        })
    })
    .await;
    client().push(&reference(&server), &artifact(), false).await.expect("pushes");
    let begun = server.asked().iter().filter(|asked| asked.method == "POST").count();
    assert_eq!(begun, 5, "two blobs, and three that broke");
    assert_eq!(kept.lock().unwrap()["/v2/checks/a/manifests/1.0.0"], artifact().manifest().bytes());
}

#[tokio::test]
async fn uploads_do_not_go_elsewhere() {
    let other = Server::start(|_| Answer::new(201, "")).await;
    for to in [format!("http://{}/x", other.host()), "https://192.0.2.1/x".into()] {
        let (server, _) = keeping(true, move |asked| {
            (asked.method == "POST").then(|| Answer::new(202, "").header("location", to.clone()))
        })
        .await;
        let error =
            client().push(&reference(&server), &artifact(), false).await.expect_err("refused").to_string();
        assert!(error.contains("which is not followed: that is not the registry"), "{error}");
    }
    assert_eq!(other.received(), 0);
}

#[tokio::test]
async fn a_registry_that_keeps_something_else_is_noticed() {
    let (server, _) = keeping(true, |asked| {
        let is_manifest = asked.method == "PUT" && asked.path.contains("/manifests/");
        is_manifest
            .then(|| Answer::new(201, "").header("docker-content-digest", Digest::of(b"x").to_string()))
    })
    .await;
    let error =
        client().push(&reference(&server), &artifact(), false).await.expect_err("refused").to_string();
    assert!(error.contains("gave other bytes for the manifest"), "{error}");
}

#[tokio::test]
async fn what_may_not_be_written_is_told() {
    let (server, kept) = keeping(true, |asked| (asked.method != "GET").then(|| Answer::new(403, ""))).await;
    let error =
        client().push(&reference(&server), &artifact(), false).await.expect_err("refused").to_string();
    assert!(error.contains("does not allow"), "{error}");
    assert!(kept.lock().unwrap().is_empty());
    let other = reference(&server).with_digest(Digest::of(b"x"));
    let error = client().push(&other, &artifact(), false).await.expect_err("another digest").to_string();
    assert!(error.contains("is another manifest than the one to be pushed"), "{error}");
}

/// Signatures of cosign's first kind.
fn cosigned(payloads: &[&str]) -> Artifact {
    let mut artifact = artifact();
    let layers: Vec<Value> =
        payloads.iter().map(|one| named(media::SIMPLE_SIGNING, one.as_bytes())).collect();
    let manifest = json!({"schemaVersion": 2, "mediaType": media::MANIFEST, "layers": layers,
        "config": named("application/vnd.oci.image.config.v1+json", b"{}")});
    let blobs = std::iter::once(b"{}".to_vec()).chain(payloads.iter().map(|one| one.as_bytes().to_vec()));
    let manifest = Manifest::parse(bytes(&manifest)).unwrap();
    artifact.refer(Referrer::new(manifest, blobs.collect(), Link::CosignTag).unwrap()).unwrap();
    artifact
}

#[tokio::test]
async fn signatures_of_cosign_are_not_lost() {
    let (server, kept) = keeping(true, |_| None).await;
    let to = reference(&server);
    let tag = format!("/v2/checks/a/manifests/{}", cosign_tag(artifact().manifest().digest()));
    let layers = || Manifest::parse(kept.lock().unwrap()[&tag].clone()).unwrap().layers().len();
    for (payloads, expected) in [(&["a"][..], 1), (&["a", "b"], 2), (&["b"], 2)] {
        client().push(&to, &cosigned(payloads), false).await.expect("pushes");
        assert_eq!(layers(), expected);
    }
    let error = client().push(&to, &cosigned(&["c"]), false).await.expect_err("refused").to_string();
    assert!(error.contains("neither has all of them"), "{error}");
    assert_eq!(client().pull(&to, None).await.expect("pulls").signatures().count(), 2);
}
