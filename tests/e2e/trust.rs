//! Who may run: the trust policy, as operators meet it. (The decision itself has its table in `host/trust`.)

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::harness::crafted::put;
use crate::harness::{Cloud, Entry, Ran, digest, published, scope};

/// A cloud, a store of its own with the reader in it, and keys.
struct House {
    cloud: Cloud,
    store: PathBuf,
    scope: String,
}

impl House {
    fn new() -> Self {
        let cloud = Cloud::start();
        let store = cloud.folder().join("components");
        let house = House { scope: scope(&[Entry::reader()]), store, cloud };
        house.touchstone(&["check", "publish"], &[&published().file(&published().reader)]).assert_exit(0);
        house
    }

    /// A command about the store.
    fn touchstone(&self, command: &[&str], files: &[&Path]) -> Ran {
        let call = self.cloud.touchstone().args(command).args(files).arg("--store").arg(&self.store);
        call.without_log().run()
    }

    /// Makes a key, and gives the line of its public half.
    fn key(&self, name: &str) -> String {
        let file = self.cloud.folder().join(name);
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
            .arg(&file)
            .status()
            .expect("ssh-keygen runs");
        assert!(made.success());
        fs::read_to_string(file.with_extension("pub")).expect("it is there").trim().to_owned()
    }

    fn sign(&self, key: &str) {
        let key = self.cloud.folder().join(key);
        let ran = self.touchstone(&["check", "sign", "reader@1.0.0", "--key"], &[&key]);
        ran.assert_exit(0);
        assert!(ran.stdout.contains("signed by SHA256:"), "{ran}");
    }

    /// Runs the scope under a policy, with nothing compiled yet.
    fn run(&self, policy: &str) -> Ran {
        self.cloud.write("trust.yaml", format!("format: touchstone.trust/v1\n{policy}"));
        let ran = self
            .cloud
            .run_from(&self.store, &self.scope)
            .args(["--trust", "trust.yaml"])
            .env("XDG_CACHE_HOME", self.cloud.folder().join("cache"))
            .without_log();
        ran.run()
    }

    /// It is refused, for this reason at this place of the policy, before it was compiled and before anything was sent.
    #[track_caller]
    fn assert_refused(&self, policy: &str, reasons: &[&str]) {
        self.cloud.forget_requests();
        let ran = self.run(policy);
        ran.assert_exit(3);
        ran.assert_complains(&["scope.yaml:6:9: check reader 1.0.0: trust.yaml:", "may not run"]);
        ran.assert_complains(reasons);
        assert!(self.cloud.requests().is_empty(), "something was sent");
        let code = self.cloud.folder().join("cache/touchstone/code");
        assert_eq!(fs::read_dir(code).map_or(0, Iterator::count), 0, "something was compiled");
    }

    #[track_caller]
    fn assert_runs(&self, policy: &str) {
        let ran = self.run(policy);
        ran.assert_exit(0);
        ran.assert_result("reader-images", "PASS", "");
    }
}

fn publisher(key: &str, more: &str) -> String {
    format!("publishers:\n  - name: us\n    keys: [\"{key}\"]\n    components: [\"reader\"]\n{more}")
}

#[test]
fn who_did_not_sign_does_not_run() {
    let house = House::new();
    let (ours, _) = (house.key("ours"), house.key("theirs"));
    let policy = publisher(&ours, "");
    house.assert_refused(&policy, &["trust.yaml:3:11", "has to be signed by us", "found: no signature"]);
    house.assert_refused("", &["may not run"]);
    house.sign("theirs");
    house.assert_refused(&policy, &["has to be signed by us"]);
    house.sign("ours");
    house.assert_runs(&policy);
    let other = policy.replace("[\"reader\"]", "[\"writer-*\"]");
    house.assert_refused_again(&other, &["may publish other components only", "writer-*"]);
}

#[test]
fn what_is_revoked_too_old_or_asks_too_much_does_not_run() {
    let house = House::new();
    let key = house.key("ours");
    house.sign("ours");
    let reader = &published().reader;
    for (more, reasons) in [
        (
            format!(
                "components:\n  - id: reader\n    revoked: [{{component: \"{reader}\", reason: it lies}}]\n"
            ),
            ["it is revoked: it lies", "trust.yaml:8:"],
        ),
        (
            "components:\n  - id: \"read*\"\n    minimum: 1.0.1\n".into(),
            ["asks for version 1.0.1 or newer", "version 1.0.0"],
        ),
        ("    at_most: [\"image GET /**\"]\n".into(), ["get at most what `at_most` lists", "compute GET"]),
        (
            "components:\n  - id: reader\n    at_most: [\"compute GET /**\"]\n".into(),
            ["at_most", "image GET /images"],
        ),
    ] {
        house.assert_refused(&publisher(&key, &more), &reasons);
    }
    house.assert_runs(&publisher(
        &key,
        "    trusted: true\n    at_most: [\"image GET /**\", \"compute GET /**\"]\n",
    ));
    // What the manifest would give it beyond what it asks for counts as well.
    let mut entry = Entry::reader();
    entry.grants.push("compute POST /servers max 1".into());
    let greedy = House { scope: scope(&[entry]), ..house };
    greedy.assert_refused_again(
        &publisher(&key, "    never: [create]\n"),
        &["never get grants to create", "compute POST /servers max 1"],
    );
}

impl House {
    /// As [`House::assert_refused`], where something was compiled before.
    #[track_caller]
    fn assert_refused_again(&self, policy: &str, reasons: &[&str]) {
        let ran = self.run(policy);
        ran.assert_exit(3);
        ran.assert_complains(reasons);
    }
}

#[test]
fn a_hash_that_somebody_reviewed_runs_unsigned() {
    let house = House::new();
    let reader = &published().reader;
    house.assert_runs(&format!("accepted:\n  - {{component: \"{reader}\", reason: reviewed}}\n"));
    let other = digest(b"another");
    house.assert_refused_again(
        &format!("accepted:\n  - {{component: \"{other}\", reason: reviewed}}\n"),
        &["may not run"],
    );
}

/// Signed as `cosign sign --key` does it, by OpenSSL: ECDSA over a payload about the OCI manifest.
#[test]
fn signatures_of_cosign_count() {
    let house = House::new();
    let folder = house.cloud.folder();
    let shell = |script: &str| {
        let output =
            Command::new("bash").args(["-ec", script]).current_dir(folder).output().expect("bash runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text").trim().to_owned()
    };
    shell(
        "openssl ecparam -name prime256v1 -genkey -noout -out key.pem && openssl ec -in key.pem -pubout -out key.pub 2> /dev/null",
    );
    let index = fs::read_to_string(house.store.join("index.json")).expect("there is an index");
    let mut index: serde_json::Value = serde_json::from_str(&index).expect("it is JSON");
    let manifest = index["manifests"][0]["digest"].as_str().expect("a digest").to_owned();
    let payload = json!({
        "critical": {
            "identity": {"docker-reference": "registry.example.org/reader"},
            "image": {"docker-manifest-digest": manifest},
            "type": "cosign container image signature",
        },
        "optional": null,
    });
    house.cloud.write("payload", payload.to_string());
    let signature = shell("openssl dgst -sha256 -sign key.pem payload | base64 -w0");
    // What `oras copy --to-oci-layout` brings along: the image under cosign's tag.
    let config = "{}";
    let (layer, config_digest) =
        (put(&house.store, payload.to_string().as_bytes()), put(&house.store, config.as_bytes()));
    let image = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config_digest, "size": config.len()},
        "layers": [{
            "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", "digest": layer,
            "size": payload.to_string().len(), "annotations": {"dev.cosignproject.cosign/signature": signature},
        }],
    })
    .to_string();
    index["manifests"].as_array_mut().expect("a list").push(json!({
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": put(&house.store, image.as_bytes()),
        "size": image.len(),
        "annotations": {"org.opencontainers.image.ref.name": format!("{}.sig", manifest.replace(':', "-"))},
    }));
    fs::write(house.store.join("index.json"), index.to_string()).expect("files can be written");

    let pem = fs::read_to_string(folder.join("key.pub")).expect("there is a key");
    let indented: String = pem.lines().map(|line| format!("        {line}\n")).collect();
    let policy = format!(
        "publishers:\n  - name: vendor\n    keys:\n      - |\n{indented}    components: [\"reader\"]\n"
    );
    house.assert_runs(&policy);
    let explained = house.touchstone(&["trust", "explain", "trust.yaml", "reader@1.0.0"], &[]);
    explained.assert_exit(0);
    assert!(explained.stdout.contains("cosign signature: holds, by vendor"), "{explained}");
    // Another key says nothing.
    shell(
        "openssl ecparam -name prime256v1 -genkey -noout -out other.pem && openssl ec -in other.pem -pubout -out key.pub 2> /dev/null",
    );
    let pem = fs::read_to_string(folder.join("key.pub")).expect("there is a key");
    let indented: String = pem.lines().map(|line| format!("        {line}\n")).collect();
    let policy = format!(
        "publishers:\n  - name: vendor\n    keys:\n      - |\n{indented}    components: [\"reader\"]\n"
    );
    house.assert_refused_again(&policy, &["has to be signed by vendor"]);
}

#[test]
fn policies_with_mistakes_are_refused() {
    let house = House::new();
    for (policy, told) in [
        ("publishers: []\n", "trust.yaml:2:"),
        ("publisher: x\n", "trust.yaml:2:1"),
        ("publishers:\n  - {name: a, keys: [id_ed25519.pub], components: [\"a\"]}\n", "trust.yaml:3:"),
    ] {
        let ran = house.run(policy);
        ran.assert_exit(3);
        ran.assert_complains(&[told]);
        let ran = house.cloud.touchstone().args(["trust", "lint", "trust.yaml"]).without_log().run();
        ran.assert_exit(3);
        ran.assert_complains(&[told]);
    }
    let ran = house
        .cloud
        .run_from(&house.store, &house.scope)
        .env("TOUCHSTONE_TRUST", "absent.yaml")
        .without_log()
        .run();
    ran.assert_exit(3);
    ran.assert_complains(&["absent.yaml"]);
    assert!(house.cloud.requests().is_empty(), "something was sent");
}

/// A policy in the environment holds for every command that compiles and runs components.
#[test]
fn a_policy_holds_for_every_command() {
    let house = House::new();
    house.assert_runs(&format!(
        "accepted:\n  - {{component: \"{}\", reason: reviewed}}\n",
        published().reader
    ));
    let recorded = house.cloud.run_from(&house.store, &house.scope).args(["--record", "run.tape"]).run();
    recorded.assert_exit(0);
    house.cloud.write("nobody.yaml", "format: touchstone.trust/v1\n");
    let under = |arguments: &[&str]| {
        house.cloud.touchstone().args(arguments).env("TOUCHSTONE_TRUST", "nobody.yaml").without_log().run()
    };
    for command in [
        &["demo", "-q"][..],
        &["replay", "run.tape", "--scope", "scope.yaml", "--store", "components"],
        &[
            "check",
            "diff",
            "reader@1.0.0",
            "reader@1.0.0",
            "--store",
            "components",
            "--scope",
            "scope.yaml",
            "--tapes",
            "run.tape",
        ],
    ] {
        let ran = under(command);
        ran.assert_exit(3);
        ran.assert_complains(&["may not run"]);
    }
}
