use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::key::tests::key;

/// Made by `openssl ecparam -name prime256v1 -genkey` and `openssl ec -pubout`; its other half is forgotten.
const P256: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhYXIEHCKyiMr/Wozo/BZzNgx/7Et\n\
ISm1z/m7b6kyK4waGCbEl5r/WHWbR3LOt46N66GJlcp5FmfuVW+eDXFIvQ==\n\
-----END PUBLIC KEY-----";

/// Of `hello world`, by `openssl dgst -sha256 -sign`.
const SIGNATURE: &str =
    "MEYCIQDf2Ia71M39xAGPsFa9eRVJmjjlWZCUMizXlksjcrpN+gIhAPCYB0KFSksYcmIgE1M5AysFEOM6sG6nwC75YJRbIBv3";

fn pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> =
        (0..base64.len()).step_by(64).map(|at| &base64[at..base64.len().min(at + 64)]).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn der(pem: &str) -> Vec<u8> {
    pem_rfc7468::decode_vec(pem.as_bytes()).unwrap().1
}

fn error(text: &str) -> PublicKeyError {
    PublicKey::parse(text).unwrap_err()
}

#[test]
fn p256_verifies_what_openssl_signed() {
    let key = PublicKey::parse(P256).unwrap();
    let mut signature = STANDARD.decode(SIGNATURE).unwrap();
    assert!(key.verifies(b"hello world", &signature));
    assert!(!key.verifies(b"hello worle", &signature));
    assert!(!key.verifies(b"hello world", &[]));
    *signature.last_mut().unwrap() ^= 1;
    assert!(!key.verifies(b"hello world", &signature));
    assert_eq!(key.algorithm(), "ECDSA P-256");
    // As `ssh-keygen -l` prints it after `ssh-keygen -i -m PKCS8`.
    assert_eq!(key.fingerprint(), "SHA256:xiCUGPnMyPNdCChF6HoUgnLjkNGp03KpKkKtHt8hQDE");
}

#[test]
fn ed25519_is_the_same_key_in_both_forms() {
    let line = PublicKey::parse(&format!(" {}\n", key(1).public_key())).unwrap();
    let bytes = match &line.0 {
        Key::Ed25519(key) => key.to_bytes(),
        Key::P256(_) => panic!("it is Ed25519"),
    };
    let in_pem = PublicKey::parse(&pem(&[SPKI_ED25519, &bytes].concat())).unwrap();
    assert_eq!(in_pem, line);
    assert_eq!(line.fingerprint(), key(1).fingerprint());
    assert_eq!(format!("{line:?}"), format!("PublicKey(Ed25519 {})", key(1).fingerprint()));
    assert_ne!(line, PublicKey::parse(&key(2).public_key()).unwrap());
    assert!(!line.verifies(b"", &[0; 64]) && !line.verifies(b"", &[0; 63]));
}

#[test]
fn what_is_no_key_of_ours_is_told() {
    let other = |algorithm: &str| PublicKeyError::OtherAlgorithm { algorithm: algorithm.into() };
    let path = |found: &str| PublicKeyError::Path { found: format!("`{found}`") };
    let p384 = "-----BEGIN PUBLIC KEY-----\n\
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEh63i5wLhsYaAVAT4JIKXQJ8311vNojuz\n\
        heiY64/fmUhP5N0YzKsPr4YfiKlT28OZMqxuDZkBTGyEFxw3hq4YUoGGJN84aY0h\n\
        em3VOeNMOb+obLMD0vltfcmahWt8YrZv\n\
        -----END PUBLIC KEY-----";
    let ed448 = "-----BEGIN PUBLIC KEY-----\n\
MEMwBQYDK2VxAzoAMStnnrr8BwUCpNazm41PbFj5YNg8f8HeCbB2RlA0AB1d4MWa\n\
        SmNdZDxi7j4kGIGEXSE46gvGAYeA\n\
        -----END PUBLIC KEY-----";
    for (text, expected) in [
        ("ssh-rsa AAAAB3NzaC1yc2E=", other("`ssh-rsa`")),
        ("sk-ssh-ed25519@openssh.com AAAA", other("`sk-ssh-ed25519@openssh.com`")),
        ("ecdsa-sha2-nistp256 AAAA", PublicKeyError::EcdsaLine),
        (p384, other("ECDSA P-384")),
        (ed448, other("Ed448")),
        ("keys/scs.pub", path("keys/scs.pub")),
        ("~/.ssh/id_ed25519", path("~/.ssh/id_ed25519")),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", PublicKeyError::Private),
        ("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nb3Bl", PublicKeyError::Private),
        ("jane", PublicKeyError::NotAKey { found: "`jane`".into() }),
        ("", PublicKeyError::NotAKey { found: "``".into() }),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
    let certificate = P256.replace("PUBLIC KEY", "CERTIFICATE");
    assert_eq!(error(&certificate), PublicKeyError::OtherPem { found: "`CERTIFICATE`".into() });
    let long = "x".repeat(MAX_PUBLIC_KEY_BYTES + 1);
    assert_eq!(error(&long), PublicKeyError::TooLong { limit: MAX_PUBLIC_KEY_BYTES });
}

#[test]
fn damaged_keys_are_refused() {
    let good = der(P256);
    let mut off_curve = good.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    assert!(error(&pem(&off_curve)).to_string().contains("not on the curve"));
    let compressed = "-----BEGIN PUBLIC KEY-----\n\
MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADhYXIEHCKyiMr/Wozo/BZzNgx/7Et\n\
        ISm1z/m7b6kyK4w=\n\
        -----END PUBLIC KEY-----";
    let two_lines = format!("{}\n{}", key(1).public_key(), key(2).public_key());
    for text in [
        pem(&off_curve),
        pem(&good[..90]),
        pem(&[&good[..], b"x"].concat()),
        pem(&[SPKI_ED25519, &[7; 31]].concat()),
        pem(b""),
        compressed.into(),
        P256.replace("-----END", "----END"),
        "ssh-ed25519".into(),
        "ssh-ed25519 AAAA".into(),
        "ssh-ed25519 AAAAB3NzaC1yc2E=".into(),
        two_lines,
    ] {
        assert!(matches!(error(&text), PublicKeyError::Malformed { .. }), "{text}: {}", error(&text));
    }
}

#[test]
fn a_key_that_anybody_has_is_refused() {
    let identity: Vec<u8> = [1].into_iter().chain([0; 31]).collect();
    assert_eq!(error(&pem(&[SPKI_ED25519, &identity].concat())), PublicKeyError::Weak);
}

#[test]
fn a_private_key_is_not_repeated() {
    let text = "ssh-ed25519 -----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0";
    assert!(!error(text).to_string().contains("c2VjcmV0"));
}
