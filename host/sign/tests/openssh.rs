//! What we sign, `ssh-keygen` accepts, and the other way round.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use jiff::Timestamp;
use tempfile::TempDir;
use touchstone_sign::{AllowedSigners, KeyError, SignatureError, SigningKey};

const NAMESPACE: &str = "report@touchstone";
const PRINCIPAL: &str = "jane@example.org";
const CONTENT: &[u8] = b"a report\nwith \xff bytes\n";

/// A folder in which ssh-keygen works.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(TempDir::new().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect(name);
    }

    /// Runs ssh-keygen; relative paths are of the desk.
    fn keygen(&self, arguments: &[&str], stdin: Stdio) -> Output {
        let output =
            Command::new("ssh-keygen").args(arguments).current_dir(self.0.path()).stdin(stdin).output();
        output.unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => panic!(
                "this test asks OpenSSH's own ssh-keygen, which this machine lacks: install it (Debian and Ubuntu: \
                 package openssh-client; Fedora: openssh; Alpine: openssh-keygen)"
            ),
            _ => panic!("ssh-keygen: {error}"),
        })
    }

    /// Makes a key of a type in the file `key`.
    fn make(&self, key_type: &str, passphrase: &str) {
        let arguments = ["-q", "-t", key_type, "-N", passphrase, "-C", "a comment", "-f", "key"];
        succeeded(&self.keygen(&arguments, Stdio::null()));
    }

    /// A desk with a plain Ed25519 key.
    fn with_key() -> (Desk, SigningKey) {
        let desk = Desk::new();
        desk.make("ed25519", "");
        let key = SigningKey::parse(&desk.read("key"), None).expect("a key of ssh-keygen");
        (desk, key)
    }

    /// What ssh-keygen signs with the file `key`.
    fn sign(&self, namespace: &str, hash: &str) -> String {
        self.write("content", CONTENT);
        let option = format!("hashalg={hash}");
        succeeded(
            &self.keygen(
                &["-Y", "sign", "-f", "key", "-n", namespace, "-O", &option, "content"],
                Stdio::null(),
            ),
        );
        self.read("content.sig")
    }

    /// Whether ssh-keygen accepts a signature, given the allowed signers.
    fn verify(&self, allowed: &str, namespace: &str, content: &[u8], signature: &str) -> bool {
        self.write("allowed", allowed);
        self.write("signature", signature);
        self.write("content", content);
        let content = File::open(self.path("content")).expect("was just written");
        let arguments =
            ["-Y", "verify", "-f", "allowed", "-I", PRINCIPAL, "-n", namespace, "-s", "signature"];
        self.keygen(&arguments, content.into()).status.success()
    }
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "ssh-keygen: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().expect("a time")
}

#[test]
fn a_key_has_the_fingerprint_and_the_public_half_that_ssh_keygen_says() {
    let (desk, key) = Desk::with_key();
    let listed = succeeded(&desk.keygen(&["-l", "-f", "key.pub"], Stdio::null()));
    assert_eq!(listed.split(' ').nth(1), Some(key.fingerprint().as_str()));
    assert_eq!(key.public_key(), desk.read("key.pub").trim_end());
}

#[test]
fn a_key_with_a_passphrase_is_read_with_it_only() {
    for cipher in ["aes256-ctr", "aes256-cbc", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"] {
        let desk = Desk::new();
        let arguments = ["-q", "-t", "ed25519", "-Z", cipher, "-a", "1", "-N", "open sesame", "-f", "key"];
        succeeded(&desk.keygen(&arguments, Stdio::null()));
        let text = desk.read("key");
        let key =
            SigningKey::parse(&text, Some("open sesame")).unwrap_or_else(|error| panic!("{cipher}: {error}"));
        let line = key.public_key();
        assert!(desk.read("key.pub").starts_with(&line), "{cipher}");
        assert_eq!(SigningKey::parse(&text, None).unwrap_err(), KeyError::NoPassphrase, "{cipher}");
        let wrong = SigningKey::parse(&text, Some("close sesame")).unwrap_err();
        assert_eq!(wrong, KeyError::WrongPassphrase, "{cipher}");
    }
}

#[test]
fn ssh_keygen_accepts_what_we_sign() {
    let (desk, key) = Desk::with_key();
    let allowed = format!("{PRINCIPAL} namespaces=\"*@touchstone\" {}\n", key.public_key());
    for content in [CONTENT, b"", &[0; 100_000]] {
        let signature = key.sign(NAMESPACE, content).expect("a namespace");
        assert!(desk.verify(&allowed, NAMESPACE, content, &signature));
        assert!(!desk.verify(&allowed, "other@touchstone", content, &signature));
        assert!(!desk.verify(&allowed, NAMESPACE, b"other content", &signature));
    }
}

#[test]
fn we_sign_what_ssh_keygen_signs() {
    // Ed25519 has no randomness: equal to the byte.
    let (desk, key) = Desk::with_key();
    assert_eq!(key.sign(NAMESPACE, CONTENT).expect("a namespace"), desk.sign(NAMESPACE, "sha512"));
}

#[test]
fn we_accept_what_ssh_keygen_signs() {
    let (desk, key) = Desk::with_key();
    let allowed = format!("# us\n{PRINCIPAL} {}\n", desk.read("key.pub"));
    let allowed = AllowedSigners::parse(&allowed).expect("allowed signers");
    for hash in ["sha512", "sha256"] {
        let signature = desk.sign(NAMESPACE, hash);
        let signer = allowed.verify(NAMESPACE, CONTENT, &signature, now()).expect(hash);
        assert_eq!((signer.principals.as_str(), signer.fingerprint), (PRINCIPAL, key.fingerprint()));
        let refused = allowed.verify(NAMESPACE, b"other content", &signature, now());
        assert_eq!(refused, Err(SignatureError::DoesNotFit { fingerprint: key.fingerprint() }));
        let refused = allowed.verify("other", CONTENT, &signature, now());
        assert!(matches!(refused, Err(SignatureError::OtherNamespace { .. })));
        let refused = AllowedSigners::default().verify(NAMESPACE, CONTENT, &signature, now());
        assert_eq!(refused, Err(SignatureError::KeyNotAllowed { fingerprint: key.fingerprint() }));
    }
}

#[test]
fn we_read_allowed_signers_as_ssh_keygen_does() {
    let (desk, key) = Desk::with_key();
    let signature = desk.sign(NAMESPACE, "sha512");
    let line = key.public_key();
    for (before, accepted) in [
        (PRINCIPAL, true),
        ("\"jane@example.org\"", true),
        ("jane@example.org,john@example.org", true),
        ("jane@example.org namespaces=\"git,report@*\"", true),
        ("jane@example.org NAMESPACES=\"report?touchstone\"", true),
        ("jane@example.org namespaces=\"git\"", false),
        ("jane@example.org namespaces=\"*,!report@*\"", false),
        ("jane@example.org namespaces=report@touchstone", false),
        ("jane@example.org namespaces=\"*\",valid-after=\"20200101Z\"", true),
        ("jane@example.org valid-before=\"20200101000000Z\"", false),
        ("jane@example.org valid-after=\"20200101Z\",valid-before=\"999912312359Z\"", true),
        ("jane@example.org valid-after=\"20200101Z\",valid-before=\"20190101Z\"", false),
        ("jane@example.org valid-after=\"yesterday\"", false),
        ("jane@example.org namespaces=\"*\",namespaces=\"*\"", false),
        ("jane@example.org cert-authority", false),
        ("jane@example.org nonsense", false),
    ] {
        let allowed = format!("\n  # a comment\n{before} {line}\n");
        assert_eq!(desk.verify(&allowed, NAMESPACE, CONTENT, &signature), accepted, "ssh-keygen: {before}");
        let ours = AllowedSigners::parse(&allowed);
        let ours = ours.is_ok_and(|allowed| allowed.verify(NAMESPACE, CONTENT, &signature, now()).is_ok());
        assert_eq!(ours, accepted, "{before}");
    }
}

#[test]
fn other_algorithms_are_refused_by_name() {
    for (key_type, key_name, signature_name) in
        [("rsa", "ssh-rsa", "`ssh-rsa`"), ("ecdsa", "such as ECDSA", "`ecdsa-sha2-nistp256`")]
    {
        let desk = Desk::new();
        desk.make(key_type, "");
        let error = SigningKey::parse(&desk.read("key"), None).unwrap_err();
        assert!(matches!(error, KeyError::OtherAlgorithm { .. } | KeyError::UnknownAlgorithm), "{error:?}");
        assert!(error.to_string().contains(key_name), "{error}");
        assert!(error.to_string().contains("ssh-keygen -t ed25519"), "{error}");
        assert_eq!(SigningKey::parse(&desk.read("key.pub"), None).unwrap_err(), KeyError::Public);

        let allowed = AllowedSigners::parse(&format!("{PRINCIPAL} {}", desk.read("key.pub")));
        let allowed = allowed.expect("such lines stand in files that are shared with git");
        let refused = allowed.verify(NAMESPACE, CONTENT, &desk.sign(NAMESPACE, "sha512"), now()).unwrap_err();
        assert_eq!(refused, SignatureError::OtherAlgorithm { algorithm: signature_name.into() });
    }
}

#[test]
fn keys_in_other_formats_are_told_from_what_is_no_key() {
    let desk = Desk::new();
    succeeded(&desk.keygen(&["-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", "key"], Stdio::null()));
    assert_eq!(SigningKey::parse(&desk.read("key"), None).unwrap_err(), KeyError::OtherFormat);
    let exported = succeeded(&desk.keygen(&["-e", "-f", "key.pub"], Stdio::null()));
    assert_eq!(SigningKey::parse(&exported, None).unwrap_err(), KeyError::Public);
}
