//! Against registries that lie, break, stall and send us elsewhere.

#![allow(clippy::unwrap_used, reason = "clippy does not see that these are tests")]

mod answers;
mod auth;
mod manifests;
mod redirects;
mod server;
mod uploads;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use touchstone_registry::{Reference, Registry, RegistryConfig};
use touchstone_store::{Digest, media};

use server::{Answer, Asked, Server};

/// What the registries of these tests have: a component, its config, and its manifest. (Nobody admits the component here.)
const LAYER: &[u8] = b"\0asm, or so it says";
const CONFIG: &[u8] = b"{}";

fn manifest() -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": media::MANIFEST,
        "config": named(media::WASM_CONFIG, CONFIG),
        "layers": [named(media::WASM, LAYER)],
    })
}

fn named(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(bytes).to_string(), "size": bytes.len()})
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

/// An honest registry, with one artifact under every name.
fn honest(asked: &Asked) -> Answer {
    holding(asked, &bytes(&manifest()), &[])
}

/// An honest registry, with this manifest under every name, and with some more blobs.
fn holding(asked: &Asked, manifest: &[u8], blobs: &[&[u8]]) -> Answer {
    let (kind, name) = asked.path.rsplit_once('/').unwrap();
    let is = |blob: &&&[u8]| name == Digest::of(blob).to_string();
    if kind.ends_with("/blobs") {
        let found = [LAYER, CONFIG].iter().chain(blobs).find(is).map(|blob| blob.to_vec());
        return found.map_or_else(|| Answer::new(404, ""), |blob| Answer::new(200, blob));
    }
    let other_tag = name.starts_with("sha256-") || kind.ends_with("/referrers");
    let other_digest = name.starts_with("sha256:") && name != Digest::of(manifest).to_string();
    if !kind.ends_with("/manifests") || other_tag || other_digest {
        return Answer::new(404, "");
    }
    Answer::new(200, manifest).header("content-type", media::MANIFEST)
}

/// Whether the layer is asked for.
fn is_layer(asked: &Asked) -> bool {
    asked.path.ends_with(&format!("/blobs/{}", Digest::of(LAYER)))
}

/// A client that waits little, but long enough for a machine with much else to do.
fn config() -> RegistryConfig {
    RegistryConfig {
        docker_config: None,
        timeout: Duration::from_secs(60),
        stall_timeout: Duration::from_secs(3),
        first_wait: Duration::from_millis(5),
        max_wait: Duration::from_secs(2),
        max_retries: 3,
        ..RegistryConfig::default()
    }
}

fn client() -> Registry {
    Registry::new(config())
}

fn reference(server: &Server) -> Reference {
    format!("oci://{}/checks/a:1.0.0", server.host()).parse().unwrap()
}

/// Pulls from a server, and gives the error that there has to be.
async fn refused(server: &Server) -> String {
    refused_by(&client(), server).await
}

async fn refused_by(client: &Registry, server: &Server) -> String {
    client.pull(&reference(server), None).await.expect_err("it must not work").to_string()
}

/// A folder for `$DOCKER_CONFIG`, with credentials for a server.
fn credentials(server: &Server, folder: &tempfile::TempDir) -> Option<PathBuf> {
    let config = json!({"auths": {(server.host()): {"auth": "dGVzdGVyOnNlY3JldA=="}}});
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    Some(folder.path().into())
}

/// How the credentials are shown.
const BASIC: &str = "Basic dGVzdGVyOnNlY3JldA==";

#[tokio::test]
async fn an_honest_registry_is_believed() {
    let server = Server::start(honest).await;
    let from = reference(&server);
    // On a task of its own, as programs with more to do have it.
    let pulling = tokio::spawn(async move { client().pull(&from, Some(Digest::of(LAYER))).await });
    let pulled = pulling.await.unwrap().expect("pulls");
    assert_eq!((pulled.bytes(), pulled.config(), pulled.referrers().len()), (LAYER, CONFIG, 0));
    assert!(server.asked().iter().all(|asked| asked.method == "GET" && asked.body.is_empty()));
}
