use std::time::Instant;

use super::*;

/// A registry that answers for the layer with something of its own.
async fn with_layer(mut answer: impl FnMut() -> Answer + Send + 'static) -> Server {
    Server::start(move |asked| if is_layer(asked) { answer() } else { honest(asked) }).await
}

fn times_asked_for_layer(server: &Server) -> usize {
    server.asked().iter().filter(|asked| is_layer(asked)).count()
}

#[tokio::test]
async fn other_bytes_for_a_digest() {
    let mut other = LAYER.to_vec();
    other[3] ^= 1;
    let server = with_layer(move || Answer::new(200, other.clone())).await;
    let error = refused(&server).await;
    assert!(error.contains("gave other bytes for the component"), "{error}");
    assert_eq!(times_asked_for_layer(&server), 1, "a lie is not asked for again");
}

#[tokio::test]
async fn another_manifest_for_a_digest() {
    let digest = Digest::of(b"the one that was meant");
    let server = Server::start(move |asked| {
        let named = asked.path.ends_with(&digest.to_string());
        if named { Answer::new(200, bytes(&manifest())) } else { honest(asked) }
    })
    .await;
    let error =
        client().pull(&reference(&server).with_digest(digest), None).await.expect_err("refused").to_string();
    assert!(error.contains(&format!("gave other bytes for the manifest {digest}")), "{error}");
    assert_eq!(server.asked().len(), 1, "nothing else was asked for");
}

#[tokio::test]
async fn another_component_than_expected_is_not_even_fetched() {
    let server = Server::start(honest).await;
    let expected = Digest::of(b"another");
    let error = client().pull(&reference(&server), Some(expected)).await.expect_err("refused").to_string();
    assert!(error.contains(&format!("is the component {}, not {expected}", Digest::of(LAYER))), "{error}");
    assert_eq!(times_asked_for_layer(&server), 0);
}

#[tokio::test]
async fn a_layer_that_is_cut_off() {
    let server = with_layer(|| Answer::new(200, &LAYER[..5]).claiming(LAYER.len() as u64)).await;
    let error = refused(&server).await;
    assert!(error.contains("the connection broke") && error.contains("4 attempts"), "{error}");
    assert_eq!(times_asked_for_layer(&server), 4);
    let server = with_layer(|| Answer::new(200, &LAYER[..5])).await;
    let error = refused(&server).await;
    assert!(
        error.contains(&format!("gave 5 bytes for the component {}, which has 19", Digest::of(LAYER))),
        "{error}"
    );
}

#[tokio::test]
async fn a_connection_that_breaks_twice() {
    let mut left = 2;
    let server = with_layer(move || {
        left -= 1;
        if left >= 0 {
            Answer::new(200, &LAYER[..5]).claiming(LAYER.len() as u64)
        } else {
            Answer::new(200, LAYER)
        }
    })
    .await;
    assert_eq!(client().pull(&reference(&server), None).await.expect("pulls").bytes(), LAYER);
    assert_eq!(times_asked_for_layer(&server), 3);
}

#[tokio::test]
async fn a_layer_without_end() {
    let started = Instant::now();
    let server = with_layer(|| Answer::new(200, vec![0; 1 << 20]).endless(Duration::ZERO)).await;
    let error = refused(&server).await;
    assert!(error.contains("with more than 19 bytes; not read on"), "{error}");
    let server = with_layer(|| Answer::new(200, vec![0; 1 << 10]).claiming(u64::MAX >> 1)).await;
    let error = refused(&server).await;
    assert!(error.contains("with more than 19 bytes"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_layer_that_drips() {
    let long = json!({"mediaType": media::WASM, "digest": Digest::of(b"").to_string(), "size": 60 << 20});
    let manifest = {
        let mut manifest = manifest();
        manifest["layers"] = json!([long]);
        bytes(&manifest)
    };
    let server = Server::start(move |asked| {
        let is_config = asked.path.ends_with(&Digest::of(CONFIG).to_string());
        if asked.path.contains("/blobs/") && !is_config {
            return Answer::new(200, "x").endless(Duration::from_millis(50));
        }
        holding(asked, &manifest, &[])
    })
    .await;
    let started = Instant::now();
    let hurried = Registry::new(RegistryConfig { timeout: Duration::from_secs(2), ..config() });
    let error = refused_by(&hurried, &server).await;
    assert!(error.contains("pulling oci://") && error.contains("was not done within 2 s"), "{error}");
    assert!((2.0..15.0).contains(&started.elapsed().as_secs_f64()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_registry_that_stalls() {
    for answer in [|| Answer::silence(), || Answer::new(200, &LAYER[..5]).endless(Duration::from_secs(60))] {
        let server = with_layer(answer).await;
        let stall_timeout = Duration::from_millis(500);
        let impatient = Registry::new(RegistryConfig { max_retries: 1, stall_timeout, ..config() });
        let started = Instant::now();
        let error = refused_by(&impatient, &server).await;
        assert!(error.contains("nothing came for 0.5 s") && error.contains("2 attempts"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn errors_that_pass() {
    for status in [429, 500, 502, 503, 504] {
        let mut left = 2;
        let server = with_layer(move || {
            left -= 1;
            let answer = if left >= 0 { Answer::new(status, "oh") } else { Answer::new(200, LAYER) };
            if left == 1 { answer.header("retry-after", "1") } else { answer }
        })
        .await;
        let started = Instant::now();
        assert_eq!(client().pull(&reference(&server), None).await.expect("pulls").bytes(), LAYER, "{status}");
        assert_eq!(times_asked_for_layer(&server), 3);
        let is_asked_to_wait = matches!(status, 429 | 503);
        assert!(!is_asked_to_wait || started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn errors_that_stay() {
    let said = json!({"errors": [{"code": "UNAVAILABLE", "message": "\u{1b}[2Jhello"}]}).to_string();
    let server = with_layer(move || Answer::new(500, said.clone())).await;
    let error = refused(&server).await;
    assert!(error.contains("answers 500, UNAVAILABLE: \\u{1b}[2Jhello for the component"), "{error}");
    assert!(error.contains("(4 attempts)"), "{error}");
    assert_eq!(times_asked_for_layer(&server), 4);
    let server = with_layer(|| Answer::new(418, "x".repeat(1 << 20))).await;
    assert!(refused(&server).await.contains("answers 418 for"));
    assert_eq!(times_asked_for_layer(&server), 1);
    let server = with_layer(|| Answer::new(500, "x").endless(Duration::ZERO)).await;
    let error = refused(&server).await;
    assert!(error.contains("answers 500"), "{error}: what it says about it is not read to its end");
}

#[tokio::test]
async fn more_patience_than_we_have() {
    for wait in ["86400", "99999999999999999999999", "Wed, 01 Jan 3000 00:00:00 GMT"] {
        let server = with_layer(move || Answer::new(429, "").header("retry-after", wait)).await;
        let started = Instant::now();
        let error = refused(&server).await;
        assert!(error.contains("asks to wait") && error.contains("try again later"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(30));
        assert_eq!(times_asked_for_layer(&server), 1);
    }
}

#[tokio::test]
async fn what_is_forbidden_or_not_there() {
    let said = json!({"errors": [{"code": "DENIED", "message": "requested access is denied"}]}).to_string();
    let server = Server::start(move |_| Answer::new(403, said.clone())).await;
    let error = refused(&server).await;
    assert!(error.contains("does not allow reading the manifest 1.0.0 (403, DENIED: requested"), "{error}");
    assert_eq!(server.asked().len(), 1);
    let server = Server::start(|_| Answer::new(404, "")).await;
    let error = refused(&server).await;
    assert!(error.contains("/checks/a:1.0.0 (404)") && error.contains("not of the component"), "{error}");
    let server = with_layer(|| Answer::new(404, "")).await;
    let error = refused(&server).await;
    assert!(error.contains(&format!("(the component {})", Digest::of(LAYER))), "{error}");
}

#[tokio::test]
async fn a_registry_on_this_machine_that_does_not_know_tls() {
    let server = Server::start_deaf(honest).await;
    let client = Registry::new(RegistryConfig { connect_timeout: Duration::from_millis(300), ..config() });
    client.pull(&reference(&server), None).await.expect("pulls");
}

#[tokio::test]
async fn what_is_not_http() {
    let server = Server::start(|_| Answer::nothing()).await;
    let error = refused(&server).await;
    assert!(error.contains("the connection broke") && error.contains("4 attempts"), "{error}");
    let many =
        |_: &Asked| (0..200).fold(Answer::new(200, ""), |answer, i| answer.header(&format!("x-{i}"), "y"));
    let server = Server::start(many).await;
    assert!(refused(&server).await.contains("not HTTP"));
}
