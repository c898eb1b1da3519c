//! Keys and signatures of P-256 that OpenSSL makes, as cosign has them.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use touchstone_trust::{Candidate, Digest, Policy, Signature};

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output();
    let output = output.expect("openssl runs (Debian, Ubuntu and Fedora: package openssl)");
    assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_key_of_openssl_signs_as_cosign_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    openssl(folder, &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "cosign.key"]);
    openssl(folder, &["ec", "-in", "cosign.key", "-pubout", "-out", "cosign.pub"]);
    let component = Digest::of(b"a component");
    let layer = json!({"mediaType": "application/wasm", "digest": component.to_string()});
    let manifest = json!({"schemaVersion": 2, "layers": [layer]}).to_string();
    let image = json!({"docker-manifest-digest": Digest::of(manifest.as_bytes()).to_string()});
    let payload =
        json!({"critical": {"image": image, "type": "cosign container image signature"}}).to_string();
    fs::write(folder.join("payload"), &payload).expect("a file");
    openssl(folder, &["dgst", "-sha256", "-sign", "cosign.key", "-out", "signature", "payload"]);
    let signature = STANDARD.encode(fs::read(folder.join("signature")).expect("a signature"));

    let key = fs::read_to_string(folder.join("cosign.pub")).expect("a key");
    let key: String = key.lines().map(|line| format!("        {line}\n")).collect();
    let text = format!(
        "format: touchstone.trust/v1\npublishers:\n  - name: V\n    keys:\n      - |\n{key}    components: [v]\n"
    );
    let policy = Policy::parse("trust.yaml", &text).unwrap_or_else(|error| panic!("{}", error.plain()));
    let signature =
        Signature::Cosign { payload: payload.into(), signature, keyless: false, manifest: manifest.into() };
    let version = "1.0.0".parse().expect("a version");
    let (asks, granted, signatures) = (&[], &[], &[signature]);
    let candidate = Candidate { id: "v", version: &version, component, asks, granted, signatures };
    let accepted = policy.decide(&candidate).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(
        accepted.to_string(),
        "signed by V (trust.yaml:3:11); not trusted: compiled in a child process"
    );
}
