use super::*;

fn client_of(server: &Server, folder: &tempfile::TempDir) -> Registry {
    Registry::new(RegistryConfig { docker_config: credentials(server, folder), ..config() })
}

/// Whether a server was shown the credentials, in whatever way.
fn saw_credentials(server: &Server) -> bool {
    let shows = |asked: &Asked| {
        asked.authorization.as_deref().is_some_and(|shown| shown.contains(BASIC))
            || asked.path.contains("secret")
            || String::from_utf8_lossy(&asked.body).contains("secret")
    };
    server.asked().iter().any(shows)
}

fn challenge(with: String) -> Answer {
    Answer::new(401, "").header("www-authenticate", with)
}

#[tokio::test]
async fn who_are_you_without_a_way_to_say_it() {
    let folder = tempfile::tempdir().unwrap();
    for (answer, expected) in [
        (None, "it does not say how"),
        (Some("Negotiate"), "asks for `negotiate`"),
        (Some("\u{80}"), "WWW-Authenticate"),
        (Some("Bearer service=\"x\""), "does not say where"),
    ] {
        let server = Server::start(move |_| match answer {
            None => Answer::new(401, ""),
            Some(with) => challenge(with.into()),
        })
        .await;
        let error = refused_by(&client_of(&server, &folder), &server).await;
        assert!(
            error.contains(expected) && error.contains("(401)") && error.contains("docker login"),
            "{error}"
        );
        assert_eq!(server.asked().len(), 1);
        assert!(!saw_credentials(&server));
    }
}

#[tokio::test]
async fn a_password_that_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_| challenge("Basic realm=\"x\"".into())).await;
    let error = refused(&server).await;
    assert!(error.contains("there are no credentials for it"), "{error}");
    let error = refused_by(&client_of(&server, &folder), &server).await;
    assert!(
        error.contains("it refuses the credentials that are in") && error.contains("config.json"),
        "{error}"
    );
    assert!(!error.contains("secret") && saw_credentials(&server));
    assert_eq!(server.asked().len(), 3, "once by nobody, twice by somebody");
}

/// A registry that wants a token from a realm, and that takes the token `good`.
async fn wanting_token_of(realm: String) -> Server {
    Server::start(move |asked| match asked.authorization.as_deref() {
        Some("Bearer good") => honest(asked),
        _ => challenge(format!(
            "Bearer realm=\"{realm}\",service=\"the registry\",scope=\"repository:other:*\""
        )),
    })
    .await
}

#[tokio::test]
async fn a_token_is_had_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let realm = Server::start(|_| Answer::new(200, r#"{"token":"","access_token":"good"}"#)).await;
    let server = wanting_token_of(format!("http://{}/token?a=b", realm.host())).await;
    client_of(&server, &folder).pull(&reference(&server), None).await.expect("pulls");
    let asked = realm.asked();
    assert_eq!(asked.len(), 1, "one token is enough");
    assert_eq!(asked[0].path, "/token?a=b&service=the+registry&scope=repository%3Achecks%2Fa%3Apull");
    assert_eq!(asked[0].authorization.as_deref(), Some(BASIC));
    assert!(!saw_credentials(&server), "the registry itself sees the token only");
    client().pull(&reference(&server), None).await.expect("pulls");
    assert_eq!(realm.asked()[1].authorization, None, "who has no credentials asks as nobody");
}

#[tokio::test]
async fn an_identity_token_is_exchanged() {
    let folder = tempfile::tempdir().unwrap();
    let realm = Server::start(|_| Answer::new(200, r#"{"access_token":"good"}"#)).await;
    let server = wanting_token_of(format!("http://{}/token", realm.host())).await;
    let config = json!({"auths": {(server.host()): {"identitytoken": "a b&c"}}});
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let client =
        Registry::new(RegistryConfig { docker_config: Some(folder.path().into()), ..super::config() });
    client.pull(&reference(&server), None).await.expect("pulls");
    let asked = &realm.asked()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/token"));
    let form = String::from_utf8(asked.body.clone()).unwrap();
    assert!(form.starts_with("grant_type=refresh_token&refresh_token=a+b%26c&"), "{form}");
}

#[tokio::test]
async fn realms_that_must_not_see_credentials() {
    let folder = tempfile::tempdir().unwrap();
    for (realm, expected) in [
        ("http://192.0.2.1/token", "to 192.0.2.1, to get a token there: refused, since that is not https"),
        ("http://localhost.example.org/token", "not https"),
        ("http://0.0.0.0:1/token", "not https"),
        ("ftp://127.0.0.1/token", "not https"),
        ("file:///etc/passwd", "not https"),
        ("https://user:password@example.org/token", "has a user in it"),
        ("/token", "not a URL"),
        ("https://", "not a URL"),
    ] {
        let server = wanting_token_of(realm.into()).await;
        let error = refused_by(&client_of(&server, &folder), &server).await;
        assert!(error.contains(expected), "{realm}: {error}");
        assert!(!saw_credentials(&server) && server.asked().len() == 1);
    }
}

#[tokio::test]
async fn realms_that_give_no_token() {
    let folder = tempfile::tempdir().unwrap();
    type Case = (fn() -> Answer, &'static str);
    let cases: [Case; 7] = [
        (|| Answer::new(401, ""), "its credentials are refused"),
        (|| Answer::new(403, ""), "gives none (403)"),
        (|| Answer::new(200, "{}"), "there is no token in it"),
        (|| Answer::new(200, "<html>"), "there is no token in it"),
        (|| Answer::new(200, r#"{"token":"a\r\nx: y"}"#), "characters that HTTP cannot carry"),
        (|| Answer::new(200, vec![b' '; 1 << 20]), "with more than 262144 bytes"),
        (|| Answer::new(307, "").header("location", "http://192.0.2.1/"), "answers 307 for a token"),
    ];
    for (answer, expected) in cases {
        let realm = Server::start(move |_| answer()).await;
        let server = wanting_token_of(format!("http://{}/token", realm.host())).await;
        let error = refused_by(&client_of(&server, &folder), &server).await;
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let mut left = 2;
    let realm = Server::start(move |_| {
        left -= 1;
        if left >= 0 { Answer::new(500, "") } else { Answer::new(200, r#"{"token":"good"}"#) }
    })
    .await;
    let server = wanting_token_of(format!("http://{}/token", realm.host())).await;
    client_of(&server, &folder).pull(&reference(&server), None).await.expect("what passes is waited for");
}

#[tokio::test]
async fn a_token_that_expires_on_the_way_is_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let realm = Server::start(|_| Answer::new(200, r#"{"token":"good"}"#)).await;
    let realm_url = format!("http://{}/token", realm.host());
    let mut asked_with_token = 0;
    let server = Server::start(move |asked| {
        asked_with_token += i32::from(asked.authorization.is_some());
        if asked.authorization.is_none() || asked_with_token == 2 {
            return challenge(format!("Bearer realm=\"{realm_url}\""));
        }
        honest(asked)
    })
    .await;
    client_of(&server, &folder).pull(&reference(&server), None).await.expect("pulls");
    assert_eq!(realm.asked().len(), 2);
}
