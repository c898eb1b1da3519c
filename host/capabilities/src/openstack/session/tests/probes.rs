use super::*;
use crate::openstack::fake::{Reply, with_headers};

const SWIFT: &[(&str, &str)] = &[("object-store", "/swift/v1/AUTH_PROJECT"), ("compute", "/compute/v2.1")];

async fn probe(fake: &Fake, service: &str, path: &str) -> Result<Response, CallError> {
    connect(fake).await.probe(service.to_owned(), path.to_owned()).await
}

#[tokio::test]
async fn a_probe_goes_to_the_root_of_the_host_and_says_nothing_about_us() {
    let fake =
        Fake::cloud(SWIFT, |_| with_headers(403, &[("Content-Type", "application/xml")], "<Error/>")).await;
    for path in ["/", "/minio/health"] {
        let response = probe(&fake, "object-store", path).await.unwrap();
        assert_eq!((response.status, &response.body[..]), (403, &b"<Error/>"[..]));
        let asked = fake.asked().pop().unwrap();
        assert_eq!((asked.method.as_str(), asked.target.as_str()), ("GET", path));
        assert!(asked.token().is_empty() && asked.body.is_empty());
        for name in ["authorization", "cookie", "x-auth-token"] {
            assert!(!asked.headers.contains_key(name));
        }
        assert!(!format!("{asked:?}").contains(&token(0)) && !format!("{asked:?}").contains(PASSWORD));
    }
}

#[tokio::test]
async fn a_probe_follows_nobody_and_renews_nothing() {
    let fake = Fake::cloud(SWIFT, |_| with_headers(302, &[("Location", "http://evil.example/")], "")).await;
    assert_eq!(probe(&fake, "object-store", "/").await.unwrap().status, 302);
    assert_eq!(fake.calls(), ["GET /"]);
    let fake = Fake::cloud(SWIFT, |_| answer(401, "who?")).await;
    assert_eq!(probe(&fake, "object-store", "/").await.unwrap().status, 401);
    assert_eq!((fake.calls().len(), fake.logins()), (1, 1));
}

#[tokio::test]
async fn a_probe_is_repeated_like_a_read() {
    let fake =
        Fake::cloud(SWIFT, |asked| if asked.before < 2 { answer(503, "") } else { answer(200, "ok") }).await;
    let response = probe(&fake, "object-store", "/").await.unwrap();
    assert_eq!((response.status, response.attempts), (200, 3));
    let fake = Fake::cloud(SWIFT, |_| Reply::Close).await;
    assert_eq!(probe(&fake, "object-store", "/").await.unwrap_err().kind, ErrorKind::Unreachable);
    assert_eq!(fake.calls().len(), 4);
}

#[tokio::test]
async fn a_probe_goes_nowhere_else() {
    let fake = Fake::cloud(SWIFT, |_| answer(200, "")).await;
    for (service, path, kind) in [
        ("key-manager", "/", ErrorKind::NoSuchService),
        ("object-store", "//evil.example/", ErrorKind::InvalidRequest),
        ("object-store", "/../x", ErrorKind::InvalidRequest),
        ("object-store", "@evil.example", ErrorKind::InvalidRequest),
        ("object-store", "/?a=b", ErrorKind::InvalidRequest),
        ("identity", "/v3/auth/tokens", ErrorKind::Denied),
    ] {
        assert_eq!(probe(&fake, service, path).await.unwrap_err().kind, kind, "{service} {path}");
    }
    assert!(fake.calls().is_empty());
}
