//! Components on their way through a real registry (Debian's `docker-registry`) and in archives. What hostile registries do is
//! tried in `host/registry`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::crafted::empty_store;
use crate::harness::{Cloud, DockerRegistry, Entry, Ran, published, scope};

struct House {
    cloud: Cloud,
    registry: DockerRegistry,
}

impl House {
    fn new() -> Self {
        let house = House { cloud: Cloud::start(), registry: DockerRegistry::open() };
        let key = house.cloud.folder().join("key");
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(key)
            .status();
        assert!(made.expect("ssh-keygen runs").success());
        house
            .touchstone(&["check", "publish"])
            .arg(published().file(&published().reader))
            .args(["--store", "mine"])
            .run()
            .assert_exit(0);
        house
            .touchstone(&["check", "sign", "reader@1.0.0", "--key", "key", "--store", "mine"])
            .run()
            .assert_exit(0);
        house
    }

    fn touchstone(&self, arguments: &[&str]) -> crate::harness::Touchstone<'_> {
        self.cloud.touchstone().args(arguments).env("XDG_CACHE_HOME", self.cache())
    }

    fn cache(&self) -> PathBuf {
        self.cloud.folder().join("cache")
    }

    /// Pushes the reader, and gives the reference by digest that was told.
    fn push(&self) -> String {
        let to = format!("oci://{}/checks/reader", self.registry.host());
        let ran = self.touchstone(&["push", "reader@1.0.0", &to, "--store", "mine"]).run();
        ran.assert_exit(0);
        assert!(ran.stdout.contains(&published().reader) && ran.stdout.contains("with 1 signature"), "{ran}");
        let line = ran.stdout.lines().next().expect("it tells where");
        assert!(line.starts_with(&format!("{to}:1.0.0@sha256:")), "{line}");
        line.to_owned()
    }

    /// A scope that names the reader and where it is; and a policy that asks for its signature.
    fn write_scope(&self, source: &str) {
        let reader = &published().reader;
        let text = scope(&[Entry::reader()]).replace(
            &format!("    component: {reader}\n"),
            &format!("    component: {reader}\n    source: {source}\n"),
        );
        assert!(text.contains("source: oci://"));
        self.cloud.write("scope.yaml", text);
        let key = fs::read_to_string(self.cloud.folder().join("key.pub")).expect("there is a key");
        let policy = format!(
            "format: touchstone.trust/v1\npublishers:\n  - {{name: us, keys: [\"{}\"], components: [\"reader\"]}}\n",
            key.trim()
        );
        self.cloud.write("trust.yaml", policy);
    }

    fn run(&self, more: &[&str]) -> Ran {
        let store = empty_store(self.cloud.folder());
        let call =
            self.touchstone(&["run", "scope.yaml", "--cloud", "demo", "--trust", "trust.yaml", "--store"]);
        call.arg(store).args(more).report(self.cloud.folder().join("report.json")).without_log().run()
    }
}

#[test]
fn what_was_pushed_is_pulled_by_digest_and_runs() {
    let house = House::new();
    let reference = house.push();
    let ran = house.touchstone(&["pull", &reference, "--store", "theirs"]).run();
    ran.assert_exit(0);
    assert!(ran.stdout.contains(&format!("reader 1.0.0: {} in theirs", published().reader)), "{ran}");
    // With its signature.
    house.write_scope(&reference);
    let explain =
        house.touchstone(&["trust", "explain", "trust.yaml", "reader@1.0.0", "--store", "theirs"]).run();
    explain.assert_exit(0);
    // Pushing the same again changes nothing; another component does not get its tag.
    assert_eq!(house.push(), reference);
    let creator = published().file(&published().creator);
    let to = format!("oci://{}/checks/reader:1.0.0", house.registry.host());
    let ran = house.touchstone(&["push"]).arg(creator).arg(&to).run();
    ran.assert_exit(3);
    ran.assert_complains(&["is there already", "a released version never changes"]);
}

#[test]
fn what_no_store_has_is_fetched_once() {
    let house = House::new();
    house.write_scope(&house.push());
    let offline = house.run(&["--offline"]);
    offline.assert_exit(3);
    offline.assert_complains(&[
        "scope.yaml:6:9: check reader 1.0.0",
        "no store has its component",
        "`touchstone pull oci://",
    ]);
    house.run(&[]).assert_exit(0);
    // From then on it is there.
    let House { cloud, registry } = house;
    let host = registry.host().to_owned();
    drop(registry);
    let house = House { cloud, registry: DockerRegistry::open() };
    assert_ne!(house.registry.host(), host);
    house.run(&["--offline"]).assert_exit(0);
}

#[test]
fn what_a_registry_damages_is_not_used_and_not_kept() {
    let house = House::new();
    let reference = house.push();
    house.write_scope(&reference);
    let hex = published().reader.strip_prefix("sha256:").expect("a digest").to_owned();
    let blob = house.registry.blob(&hex);
    let whole = fs::read(&blob).expect("the registry has it");
    let mut changed = whole.clone();
    changed[1000] ^= 1;
    for (damaged, told) in [(changed.as_slice(), "other bytes"), (&whole[..whole.len() / 2], "sha256:")] {
        fs::write(&blob, damaged).expect("files can be written");
        let ran = house.run(&[]);
        ran.assert_exit(3);
        ran.assert_complains(&["scope.yaml:6:9: check reader 1.0.0", told]);
        assert!(house.cloud.requests().is_empty(), "something was sent");
        let kept = house.cache().join("touchstone/components").join(&hex).join("blobs/sha256").join(&hex);
        assert!(!kept.exists(), "it was kept");
    }
    fs::write(&blob, &whole).expect("files can be written");
    house.run(&[]).assert_exit(0);
    // A source that has another component than the manifest says.
    let house = House::new();
    house.write_scope(&house.push());
    let text = fs::read_to_string(house.cloud.folder().join("scope.yaml")).expect("it is there");
    let other = crate::harness::digest(b"another");
    house.cloud.write("scope.yaml", text.replace(&published().reader, &other));
    let ran = house.run(&[]);
    ran.assert_exit(3);
    ran.assert_complains(&["the tag was moved, or the reference or the digest of the component is wrong"]);
}

#[test]
fn a_registry_that_asks_who_one_is() {
    let house = House { cloud: Cloud::start(), registry: DockerRegistry::start(true, None) };
    let to = format!("oci://{}/reader:1", house.registry.host());
    let push = |config: &Path| {
        let call = house.touchstone(&["push"]).arg(published().file(&published().reader)).arg(&to);
        call.env("DOCKER_CONFIG", config).without_log().run()
    };
    let ran = push(house.cloud.folder());
    ran.assert_exit(3);
    ran.assert_complains(&["(401)", "docker login"]);
    push(&house.registry.docker_config()).assert_exit(0);
}

#[test]
fn archives_carry_components_with_their_signatures() {
    let house = House::new();
    house.touchstone(&["save", "-o", "checks.tar", "--store", "mine"]).run().assert_exit(0);
    let ran = house.touchstone(&["load", "checks.tar", "--store", "theirs"]).run();
    ran.assert_exit(0);
    assert!(ran.stdout.contains("reader 1.0.0"), "{ran}");
    house.write_scope("oci://127.0.0.1:1/reader:1.0.0");
    let ran = house
        .touchstone(&["run", "scope.yaml", "--cloud", "demo", "--trust", "trust.yaml", "--store", "theirs"])
        .run();
    ran.assert_exit(0);
    // The same twice is the same file.
    house.touchstone(&["save", "-o", "again.tar", "reader@1.0.0", "--store", "theirs"]).run().assert_exit(0);
    let read = |name: &str| fs::read(house.cloud.folder().join(name)).expect("it is there");
    assert!(read("checks.tar") == read("again.tar"));
    house.cloud.write("cut.tar", &read("checks.tar")[..5000]);
    let ran = house.touchstone(&["load", "cut.tar", "--store", "nobody"]).run();
    ran.assert_exit(3);
}
