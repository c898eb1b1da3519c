use super::*;

/// A registry that asks for a password, and has its layer elsewhere.
async fn with_layer_at(url: String) -> Server {
    Server::start(move |asked| {
        if asked.authorization.as_deref() != Some(BASIC) {
            return Answer::new(401, "").header("www-authenticate", "Basic realm=\"x\"");
        }
        if is_layer(asked) { Answer::new(307, "").header("location", url.clone()) } else { honest(asked) }
    })
    .await
}

fn client_of(server: &Server, authorities: &[&Server], folder: &tempfile::TempDir) -> Registry {
    let authorities = authorities.iter().enumerate().map(|(i, server)| {
        let file = folder.path().join(format!("{i}.pem"));
        std::fs::write(&file, server.authority()).unwrap();
        file
    });
    let authorities = authorities.collect();
    Registry::new(RegistryConfig { authorities, docker_config: credentials(server, folder), ..config() })
}

#[tokio::test]
async fn another_host_without_tls_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let other = Server::start(|_| Answer::new(200, LAYER)).await;
    let server = with_layer_at(format!("http://{}/layer?signature=abc", other.host())).await;
    let error = refused_by(&client_of(&server, &[], &folder), &server).await;
    assert!(
        error.contains(&format!("to http://{}, which is not followed: that is not https", other.host())),
        "{error}"
    );
    assert!(!error.contains("signature"), "{error}");
    assert_eq!(other.received(), 0);
    assert_eq!(server.asked().iter().filter(|asked| is_layer(asked)).count(), 1, "not tried again");
}

#[tokio::test]
async fn another_host_with_tls_gets_no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let other = Server::start_tls(|_| Answer::new(200, LAYER)).await;
    let server = with_layer_at(format!("https://{}/layer?signature=abc", other.host())).await;
    let pulled = client_of(&server, &[&other], &folder).pull(&reference(&server), None).await.expect("pulls");
    assert_eq!(pulled.bytes(), LAYER);
    let asked = other.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].path.as_str(), &asked[0].authorization), ("/layer?signature=abc", &None));
}

#[tokio::test]
async fn another_host_is_verified_too() {
    let folder = tempfile::tempdir().unwrap();
    let other = Server::start_tls(|_| Answer::new(200, LAYER.to_ascii_uppercase())).await;
    let server = with_layer_at(format!("https://{}/layer", other.host())).await;
    let error = refused_by(&client_of(&server, &[&other], &folder), &server).await;
    assert!(error.contains("gave other bytes"), "{error}");
    let untrusted = refused_by(&client_of(&server, &[], &folder), &server).await;
    assert!(untrusted.contains("authority that is not trusted"), "{untrusted}");
}

#[tokio::test]
async fn circles_end() {
    let folder = tempfile::tempdir().unwrap();
    let other =
        Server::start_tls(|asked| Answer::new(302, "").header("location", format!("{}x", asked.path))).await;
    let server = with_layer_at(format!("https://{}/layer", other.host())).await;
    let error = refused_by(&client_of(&server, &[&other], &folder), &server).await;
    assert!(error.contains("there were 3 redirects already"), "{error}");
    assert_eq!(other.asked().len(), 3);
}

#[tokio::test]
async fn back_to_a_host_without_tls_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let third = Server::start(|_| Answer::new(200, LAYER)).await;
    let to = format!("http://{}/", third.host());
    let other = Server::start_tls(move |_| Answer::new(302, "").header("location", to.clone())).await;
    let server = with_layer_at(format!("https://{}/layer", other.host())).await;
    let error = refused_by(&client_of(&server, &[&other], &folder), &server).await;
    assert!(error.contains(third.host()) && error.contains("not https"), "{error}");
    assert_eq!(third.received(), 0);
}

#[tokio::test]
async fn nothing_but_blobs_is_fetched_from_elsewhere() {
    let other = Server::start_tls(|_| Answer::new(200, bytes(&manifest()))).await;
    let folder = tempfile::tempdir().unwrap();
    let to = format!("https://{}/", other.host());
    let server = Server::start(move |_| Answer::new(302, "").header("location", to.clone())).await;
    let error = refused_by(&client_of(&server, &[&other], &folder), &server).await;
    assert!(
        error.contains(other.host()) && error.contains("only blobs are fetched from elsewhere"),
        "{error}"
    );
    assert_eq!(other.received(), 0);
}

#[tokio::test]
async fn places_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    for to in ["https://", "file:///etc/passwd", "data:,x", ""] {
        let server = with_layer_at(to.into()).await;
        refused_by(&client_of(&server, &[], &folder), &server).await;
    }
}
