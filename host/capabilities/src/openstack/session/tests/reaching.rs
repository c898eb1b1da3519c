use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::openstack::config::{Proxies, ProxyUrl, Trust};
use crate::openstack::fake::{Reply, logged_in, service, with_headers};

async fn refused(config: CloudConfig) -> ConnectError {
    let error = Session::connect(&config, &quick()).await.err().expect("should not connect");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(PASSWORD) && !shown.contains("gAAAAAB"), "{shown}");
    error
}

/// What is said about a Keystone that answers a login in some way, without its URL.
async fn said(reply: impl Fn() -> Reply + Send + Sync + 'static) -> String {
    let fake = Fake::start(move |_| reply()).await;
    let url = fake.url.to_string();
    refused(fake.config()).await.to_string().replace(&url, "URL/")
}

#[tokio::test]
async fn answers_that_are_no_token() {
    let html = |status| move || with_headers(status, &[("Content-Type", "text/html")], "<h1>Welcome</h1>");
    for (said, expected) in [
        (said(html(200)).await, "URL/v3/auth/tokens answers 200 with text/html instead of JSON"),
        (said(html(400)).await, "URL/v3/auth/tokens answers 400 with text/html instead of JSON"),
        (said(html(404)).await, "URL/v3/auth/tokens answers 404: there is no Identity API v3 at this path"),
        (
            said(|| answer(300, "{}")).await,
            "URL/v3/auth/tokens answers 300 (multiple choices): write auth_url",
        ),
        (
            said(|| answer(401, "{}")).await,
            "cloud \"fake\": URL/v3/auth/tokens answers 401: user name, password",
        ),
        (
            said(|| answer(403, "{}")).await,
            "cloud \"fake\": URL/v3/auth/tokens answers 403: the user may not",
        ),
        (said(|| answer(400, "{}")).await, "cloud \"fake\": URL/v3/auth/tokens answers 400: it refuses"),
        (said(|| answer(500, "{}")).await, "URL/v3/auth/tokens answers 500, after all retries"),
        (
            said(|| answer(201, "{\"token\": ")).await,
            "URL/v3/auth/tokens answers 201 with application/json instead",
        ),
        (said(|| answer(201, "{}")).await, "URL/v3/auth/tokens answers with a token that cannot be used"),
        (
            said(|| answer(201, "{\"token\": {}}")).await,
            "URL/v3/auth/tokens answers with a token that cannot be used",
        ),
        (
            said(|| with_headers(201, &[("X-Subject-Token", "gAAAAABunscoped")], "{\"token\": {}}")).await,
            "cloud \"fake\": the login works, but the token is for no project",
        ),
        (said(|| Reply::Close).await, "URL/v3/auth/tokens: the connection"),
        (
            said(|| Reply::Raw(b"SSH-2.0\r\n".to_vec())).await,
            "URL/v3/auth/tokens: the connection broke, or the answer",
        ),
        (
            said(|| Reply::Endless("HTTP/1.1 201 X\r\nContent-Length: 1000000000\r\n\r\n", b"x".to_vec()))
                .await,
            "URL/v3/auth/tokens: the answer has 1000000000 bytes",
        ),
    ] {
        assert!(said.starts_with(expected), "{said}\n{expected}");
    }
}

#[tokio::test]
async fn a_password_is_not_sent_after_a_redirect() {
    let elsewhere = Fake::start(|_| answer(200, "{}")).await;
    let url = format!("{}keystone/v3?secret=1", elsewhere.url);
    let said = said(move || with_headers(302, &[("Location", &url)], "")).await;
    assert!(
        said.contains("answers 302, a redirect to http://127.0.0.1:") && !said.contains("secret"),
        "{said}"
    );
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_busy_keystone_is_asked_again_and_a_wrong_password_is_not() {
    let fake = Fake::start(|asked| match asked.before {
        0 => answer(503, "{}"),
        1 => Reply::Close,
        _ => logged_in(asked.before, &[]),
    })
    .await;
    Session::connect(&fake.config(), &quick()).await.unwrap();
    assert_eq!(fake.logins(), 3);
    let fake = Fake::start(|_| answer(401, "{}")).await;
    refused(fake.config()).await;
    assert_eq!(fake.logins(), 1);
}

#[tokio::test]
async fn nobody_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/v3", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let fake = Fake::start(|_| Reply::Hang).await;
    let nobody = CloudConfig { auth_url: url, ..fake.config() };
    assert!(
        matches!(refused(nobody).await, ConnectError::Unreachable { problem, .. } if problem.contains("refused"))
    );
    let options = SessionOptions { attempt_timeout: std::time::Duration::from_millis(100), ..quick() };
    let error = Session::connect(&fake.config(), &options).await.err().unwrap();
    assert!(matches!(error, ConnectError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_host_that_nobody_knows() {
    let fake = Fake::start(|_| Reply::Hang).await;
    // Not a host name, so that no server of names is asked.
    let config = CloudConfig { auth_url: Url::parse("http://a..b/v3").unwrap(), ..fake.config() };
    let error = refused(config).await;
    assert!(matches!(error, ConnectError::UnknownHost { .. }), "{error:?}");
}

/// A private authority and a server with a certificate of it.
struct PrivateCloud {
    fake: Fake,
    cacert: PathBuf,
    _dir: tempfile::TempDir,
}

impl PrivateCloud {
    async fn start(host: &str) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = authority.self_signed(&key).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let cacert = dir.path().join("ca.pem");
        std::fs::write(&cacert, certificate.pem()).unwrap();
        let server_key = KeyPair::generate().unwrap();
        let issuer = Issuer::new(authority, key);
        let server =
            CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&server_key, &issuer).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(server.der().to_vec())],
                PrivateKeyDer::try_from(server_key.serialize_der()).unwrap(),
            )
            .unwrap();
        let fake = Fake::start_tls(TlsAcceptor::from(Arc::new(tls)), |asked| {
            let nova = service("compute", &format!("https://{}/v2.1", asked.headers["host"]));
            if asked.is_login() { logged_in(asked.before, &[nova]) } else { answer(200, "{}") }
        })
        .await;
        Self { fake, cacert, _dir: dir }
    }
}

#[tokio::test]
async fn a_private_authority_must_be_named() {
    let cloud = PrivateCloud::start("127.0.0.1").await;
    let trusting = cloud.fake.config().with_trust(Trust::File(cloud.cacert.clone()));
    let session = Session::connect(&trusting, &quick()).await.unwrap();
    assert_eq!(session.call(get("compute", "/flavors")).await.unwrap().status, 200);
    let careless = cloud.fake.config().with_trust(Trust::Anyone);
    Session::connect(&careless, &quick()).await.unwrap();
    let logins = cloud.fake.logins();
    let other = PrivateCloud::start("127.0.0.1").await;
    let error = refused(cloud.fake.config().with_trust(Trust::File(other.cacert))).await;
    assert!(matches!(&error, ConnectError::Tls { problem, .. } if problem.contains("`cacert`")), "{error}");
    assert_eq!(cloud.fake.logins(), logins, "nothing was sent");
}

#[tokio::test]
async fn the_machine_does_not_trust_a_private_authority() {
    let cloud = PrivateCloud::start("127.0.0.1").await;
    let error = refused(cloud.fake.config()).await;
    // `Setup` where the machine that runs this trusts nobody.
    assert!(matches!(&error, ConnectError::Tls { .. } | ConnectError::Setup { .. }), "{error}");
    assert!(error.to_string().contains("`cacert`"), "{error}");
    assert!(cloud.fake.asked().is_empty());
}

#[tokio::test]
async fn a_certificate_is_for_one_host() {
    let cloud = PrivateCloud::start("keystone.example").await;
    let error = refused(cloud.fake.config().with_trust(Trust::File(cloud.cacert))).await;
    assert!(
        matches!(&error, ConnectError::Tls { problem, .. } if problem.contains("another host name")),
        "{error}"
    );
}

#[tokio::test]
async fn plain_http_is_not_https() {
    let talkative = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = talkative.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = talkative.accept().await.unwrap();
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let fake = Fake::start(|_| Reply::Hang).await;
    let config = fake.config().with_trust(Trust::Anyone);
    let config = CloudConfig { auth_url: Url::parse(&format!("https://{address}/v3")).unwrap(), ..config };
    let error = refused(config).await;
    assert!(matches!(&error, ConnectError::Tls { problem, .. } if problem.contains("http://")), "{error}");
}

#[tokio::test]
async fn proxies_are_for_others_than_loopback() {
    let proxy = Fake::cloud(&[("compute", "/v2.1")], |_| answer(200, "{}")).await;
    let proxies =
        Proxies { http: Some(ProxyUrl(proxy.url.clone())), except: "direct.example".into(), https: None };
    let config = CloudConfig { proxies, ..proxy.config() };
    let elsewhere =
        CloudConfig { auth_url: Url::parse("http://keystone.example/v3").unwrap(), ..config.clone() };
    let session = Session::connect(&elsewhere, &quick()).await.unwrap();
    session.call(get("compute", "/flavors")).await.unwrap();
    assert_eq!(proxy.calls(), ["GET http://keystone.example/v2.1/flavors"]);

    let direct = Fake::cloud(NOVA, |_| answer(200, "{}")).await;
    let connections = proxy.connections();
    Session::connect(&CloudConfig { auth_url: direct.url.clone(), ..config }, &quick()).await.unwrap();
    assert_eq!((direct.logins(), proxy.connections()), (1, connections));
}

#[tokio::test]
async fn a_cacert_that_is_none_is_said() {
    let cloud = PrivateCloud::start("127.0.0.1").await;
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty.pem");
    std::fs::write(&empty, "not a certificate").unwrap();
    for (path, expected) in
        [(empty, "holds no certificate"), (dir.path().join("missing.pem"), "cannot be read")]
    {
        let error = refused(cloud.fake.config().with_trust(Trust::File(path))).await;
        assert!(matches!(&error, ConnectError::Setup { problem } if problem.contains(expected)), "{error}");
    }
}
