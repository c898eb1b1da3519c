//! Against a real registry: Debian's `docker-registry`, which lacks the Referrers API.

#[path = "../../../tests/e2e/harness/registry.rs"]
mod docker_registry;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_registry::{DockerRegistry, PASSWORD, USER};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use touchstone_registry::{Reference, Registry, RegistryConfig, RegistryError};
use touchstone_store::{Artifact, Digest, Store, media};

/// A client that waits little, with the credentials in a folder.
fn client(docker_config: Option<PathBuf>, authorities: Vec<PathBuf>) -> Registry {
    let first_wait = Duration::from_millis(10);
    Registry::new(RegistryConfig { authorities, docker_config, first_wait, ..RegistryConfig::default() })
}

fn reference(registry: &DockerRegistry, rest: &str) -> Reference {
    format!("oci://{}/{rest}", registry.host()).parse().expect("a reference")
}

/// A new store with two released checks, one of them with a signature.
fn store() -> (tempfile::TempDir, Store, Artifact, Artifact) {
    let released =
        Store::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../checks/published")).expect("opens");
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open_or_create(folder.path()).expect("a store");
    let mut both = released.published().expect("lists").into_iter().map(|published| published.component);
    let (first, second) = (both.next().expect("one"), both.next().expect("another"));
    for component in [first, second] {
        store.publish(&released.load(component).expect("loads"), false).expect("publishes");
    }
    store.attach(first, media::PUBLICATION, media::DSSE, b"{\"a\":1}".to_vec()).expect("attaches");
    store
        .attach(first, media::SIGSTORE_BUNDLE, media::SIGSTORE_BUNDLE, b"{\"b\":2}".to_vec())
        .expect("attaches");
    let (first, second) = (store.artifact(first).expect("reads"), store.artifact(second).expect("reads"));
    (folder, store, first, second)
}

#[tokio::test]
async fn what_is_pushed_is_pulled() {
    let registry = DockerRegistry::open();
    let client = client(None, Vec::new());
    let (_folder, store, signed, bare) = self::store();
    let to = reference(&registry, "checks/a:1.0.0");
    let pushed = client.push(&to, &signed, false).await.expect("pushes");
    assert_eq!(pushed.sent, 5, "config, component, two statements, the empty config");
    assert_eq!(client.push(&to, &signed, false).await.expect("again").sent, 0);

    let by_digest = reference(&registry, "checks/a").with_digest(pushed.manifest);
    for from in [&to, &by_digest, &pushed.reference] {
        let pulled = client.pull(from, Some(signed.component())).await.expect("pulls");
        assert_eq!(pulled.manifest(), signed.manifest());
        assert_eq!(pulled.bytes(), signed.bytes());
        assert_eq!(pulled.referrers().len(), 2);
        assert!(pulled.left_out().is_empty(), "{:?}", pulled.left_out());
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    let elsewhere = Store::open_or_create(elsewhere.path()).expect("a store");
    elsewhere.add(&client.pull(&by_digest, None).await.expect("pulls"), false).expect("adds");
    let said = |store: &Store| {
        let mut said: Vec<_> = store
            .signatures(signed.component())
            .expect("reads")
            .into_iter()
            .map(|s| (s.artifact_type, s.bytes))
            .collect();
        said.sort();
        said
    };
    assert_eq!(said(&elsewhere), said(&store));

    let other = client.pull(&to, Some(bare.component())).await.expect_err("another component");
    assert!(matches!(other, RegistryError::OtherComponent { .. }), "{other}");
    let moved = client.push(&to, &bare, false).await.expect_err("a version is for ever");
    assert!(matches!(moved, RegistryError::Released { .. }), "{moved}");
    assert_eq!(client.pull(&to, None).await.expect("unchanged").component(), signed.component());
    client.push(&reference(&registry, "checks/a:latest"), &signed, false).await.expect("pushes");
    client
        .push(&reference(&registry, "checks/a:latest"), &bare, false)
        .await
        .expect("moves what is no version");
    client.push(&to, &bare, true).await.expect("replaces");
    assert_eq!(client.pull(&by_digest, None).await.expect("still there").component(), signed.component());
}

#[tokio::test]
async fn statements_are_added_to_those_that_are_there() {
    let registry = DockerRegistry::open();
    let client = client(None, Vec::new());
    let (_folder, store, signed, _) = store();
    let to = reference(&registry, "a:1.0.0");
    client.push(&to, &signed, false).await.expect("pushes");
    let bare = Artifact::of(&signed.admit().expect("a check"));
    client.push(&to, &bare, false).await.expect("pushes");
    store
        .attach(signed.component(), media::PUBLICATION, media::DSSE, b"{\"c\":3}".to_vec())
        .expect("attaches");
    client.push(&to, &store.artifact(signed.component()).expect("reads"), false).await.expect("pushes");
    assert_eq!(client.pull(&to, None).await.expect("pulls").referrers().len(), 3);
}

#[tokio::test]
async fn what_is_not_there_or_was_changed_is_told() {
    let registry = DockerRegistry::open();
    let client = client(None, Vec::new());
    let (_folder, _store, signed, _) = store();
    let to = reference(&registry, "a:1.0.0");
    client.push(&to, &signed, false).await.expect("pushes");
    let nowhere = Digest::of(b"nowhere");
    let absent = [
        reference(&registry, "a:2"),
        reference(&registry, "b:1.0.0"),
        reference(&registry, "a").with_digest(nowhere),
    ];
    for absent in absent {
        let error = client.pull(&absent, None).await.expect_err("not there");
        assert!(matches!(error, RegistryError::NotFound { .. }), "{error}");
    }
    let component = signed.component();
    let mistaken = client.pull(&reference(&registry, "a").with_digest(component), Some(component)).await;
    let mistaken = mistaken.expect_err("not the manifest's").to_string();
    assert!(mistaken.contains("this one is that of the component"), "{mistaken}");
    let nameless = client.pull(&reference(&registry, "a"), None).await.expect_err("which?").to_string();
    assert!(nameless.contains("neither tag nor digest"), "{nameless}");

    let file = registry.blob(&signed.component().hex());
    let whole = fs::read(&file).expect("the registry has it");
    let mut other = whole.clone();
    other[100] ^= 1;
    fs::write(&file, &other).expect("writes");
    let error = client.pull(&to, None).await.expect_err("changed");
    assert!(
        matches!(&error, RegistryError::OtherBytes { expected, .. } if *expected == signed.component()),
        "{error}"
    );
    fs::write(&file, &whole[..1000]).expect("writes");
    let error = client.pull(&to, None).await.expect_err("cut off");
    assert!(matches!(error, RegistryError::CutOff { actual: 1000, .. }), "{error}");
    fs::write(&file, &whole).expect("writes");
    client.pull(&to, None).await.expect("whole again");
}

#[tokio::test]
async fn registries_that_ask_who_one_is_are_shown() {
    let registry = DockerRegistry::start(true, None);
    let (_folder, _store, signed, _) = store();
    let to = reference(&registry, "a:1.0.0");
    let stranger = client(None, Vec::new()).push(&to, &signed, false).await.expect_err("nobody").to_string();
    assert!(stranger.contains("no credentials for it"), "{stranger}");
    assert!(stranger.contains(&format!("docker login {}", registry.host())), "{stranger}");

    let known = client(Some(registry.docker_config()), Vec::new());
    known.push(&to, &signed, false).await.expect("pushes");
    assert_same(&known.pull(&to, None).await.expect("pulls"), &signed);

    let wrong = tempfile::tempdir().expect("a folder");
    let config = format!(r#"{{"auths": {{"{}": {{"auth": "dGVzdGVyOndyb25n"}}}}}}"#, registry.host());
    fs::write(wrong.path().join("config.json"), config).expect("writes");
    let refused =
        client(Some(wrong.path().into()), Vec::new()).pull(&to, None).await.expect_err("wrong").to_string();
    assert!(refused.contains("it refuses the credentials"), "{refused}");
    assert!(!refused.contains("wrong\""), "{refused}");
}

/// A helper is found by the `PATH` of the process, which a test cannot change: this one runs itself once more.
#[cfg(unix)]
#[tokio::test]
async fn credential_helpers_are_run() {
    use std::os::unix::fs::PermissionsExt;
    const AGAIN: &str = "TOUCHSTONE_TEST_HAS_HELPER";
    let folder = tempfile::tempdir().expect("a folder");
    if std::env::var_os(AGAIN).is_none() {
        let helper = folder.path().join("docker-credential-test");
        let script = format!(
            "#!/bin/sh\nread host || [ -n \"$host\" ] || exit 1\n\
             echo '{{\"ServerURL\": \"\", \"Username\": \"{USER}\", \"Secret\": \"{PASSWORD}\"}}'\n"
        );
        fs::write(&helper, script).expect("writes");
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).expect("sets");
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("there is one"));
        let again = std::process::Command::new(std::env::current_exe().expect("it is a file"))
            .args(["--exact", "credential_helpers_are_run", "--nocapture"])
            .env("PATH", path)
            .env(AGAIN, "1")
            .output()
            .expect("runs");
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        assert!(String::from_utf8_lossy(&again.stdout).contains("1 passed"));
        return;
    }
    let registry = DockerRegistry::start(true, None);
    let (_folder, _store, signed, _) = store();
    let config =
        format!(r#"{{"auths": {{"{0}": {{}}}}, "credHelpers": {{"{0}": "test"}}}}"#, registry.host());
    fs::write(folder.path().join("config.json"), config).expect("writes");
    let client = client(Some(folder.path().into()), Vec::new());
    client.push(&reference(&registry, "a:1"), &signed, false).await.expect("pushes");
}

#[tokio::test]
async fn private_authorities_are_believed_when_they_are_named() {
    let (authority, certificate, key) = certificates();
    let registry = DockerRegistry::start(true, Some((&certificate, &key)));
    let (_folder, _store, signed, _) = store();
    let to = reference(&registry, "a:1.0.0");
    let unknown = client(Some(registry.docker_config()), Vec::new());
    let error = unknown.push(&to, &signed, false).await.expect_err("not trusted").to_string();
    assert!(error.contains("authority that is not trusted"), "{error}");

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority).expect("writes");
    let known = client(Some(registry.docker_config()), vec![file]);
    known.push(&to, &signed, false).await.expect("pushes");
    assert_same(&known.pull(&to, None).await.expect("pulls"), &signed);
    let nothing = client(None, vec![folder.path().join("absent.pem")]);
    let error = nothing.pull(&to, None).await.expect_err("no such file").to_string();
    assert!(error.contains("absent.pem cannot be read"), "{error}");
}

#[tokio::test]
async fn a_registry_that_is_gone_is_told() {
    let registry = DockerRegistry::open();
    let to = reference(&registry, "a:1");
    drop(registry);
    let error = client(None, Vec::new()).pull(&to, None).await.expect_err("gone").to_string();
    assert!(error.contains("nobody listens there") && error.contains("5 attempts"), "{error}");
    assert!(error.contains(to.host()), "{error}");
}

/// Whether two artifacts are the same, in whichever order their referrers come.
fn assert_same(one: &Artifact, other: &Artifact) {
    let referrers = |artifact: &Artifact| {
        artifact.referrers().iter().map(|one| one.manifest().digest()).collect::<BTreeSet<_>>()
    };
    assert_eq!((one.manifest(), one.config()), (other.manifest(), other.config()));
    assert!(one.bytes() == other.bytes());
    assert_eq!(referrers(one), referrers(other));
}

/// An authority, and a certificate of its for `localhost` with its key.
fn certificates() -> (String, String, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("a certificate").pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate").pem();
    (authority, certificate, key.serialize_pem())
}
