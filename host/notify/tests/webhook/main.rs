//! Webhooks, against a server that is this test.

mod server;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use server::{Answer, Server};
use touchstone_notify::{Change, Kind, Notification, Scope, SendError, Webhook, WebhookConfig};
use touchstone_scope::Verdict;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OTHER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn news() -> Notification {
    let change = Change {
        kind: Kind::New,
        subject: "Größe\r\nX-Evil: 1".to_owned(),
        display_name: None,
        operator: None,
        scope: Scope { uuid: "u".to_owned(), name: "SCS-compatible IaaS".to_owned() },
        version: "v5.1".to_owned(),
        state: None,
        before: None,
        after: Some(Verdict::Fail),
        testcases: Vec::new(),
        testcases_left_out: 0,
        report: None,
    };
    Notification::new("2026-11-27T02:30:00Z", vec![change]).expect("there is news")
}

fn secret_file(text: &str) -> (tempfile::NamedTempFile, Option<PathBuf>) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("it can be written");
    let path = Some(file.path().to_owned());
    (file, path)
}

async fn send(config: &WebhookConfig) -> Result<(), SendError> {
    Webhook::new(config).expect("it can be used").send(&news()).await
}

/// Whether a signature holds, as Python sees it: `v1,` and the HMAC-SHA256 of id, timestamp and body.
fn holds(secret: &str, id: &str, timestamp: &str, body: &str, signature: &str) -> bool {
    let script = "import base64, hashlib, hmac, sys\n\
                  secret, id, timestamp, body, signature = sys.argv[1:]\n\
                  key = base64.b64decode(secret.removeprefix('whsec_'))\n\
                  signed = hmac.new(key, f'{id}.{timestamp}.{body}'.encode(), hashlib.sha256).digest()\n\
                  sys.exit(0 if signature == 'v1,' + base64.b64encode(signed).decode() else 1)";
    let python =
        Command::new("python3").args(["-c", script, secret, id, timestamp, body, signature]).status();
    python.expect("python3 is there").success()
}

#[tokio::test]
async fn a_notification_is_one_signed_post() {
    let server = Server::start(vec![Answer::Status("202 Accepted"), Answer::Status("204 No Content")]);
    let (_file, secret_file) = secret_file(&format!("{SECRET}\n{OTHER}\n"));
    let config = WebhookConfig { secret_file, ..WebhookConfig::new(server.url("/hook?token=x")) };
    send(&config).await.expect("it is accepted");
    send(&config).await.expect("204 is accepted, too");
    let (first, second) = (server.next(), server.next());
    assert_eq!(first.line, "POST /hook?token=x HTTP/1.1");
    assert_eq!(Notification::parse(first.body.as_bytes()).expect("a notification"), news());
    assert_eq!(first.body.as_bytes(), news().json());
    assert_eq!(first.header("content-type"), "application/json");
    let (id, timestamp) = (first.header("webhook-id"), first.header("webhook-timestamp"));
    assert_eq!(id, news().id);
    assert_eq!(first.header("idempotency-key"), format!("\"{id}\""));
    let age = jiff::Timestamp::now().as_second() - timestamp.parse::<i64>().expect("seconds");
    assert!((0..60).contains(&age), "{age}");
    let signatures: Vec<&str> = first.header("webhook-signature").split(' ').collect();
    assert_eq!(signatures.len(), 2);
    assert!(holds(SECRET, id, timestamp, &first.body, signatures[0]));
    assert!(holds(OTHER, id, timestamp, &first.body, signatures[1]));
    assert!(!holds(SECRET, id, timestamp, &first.body, signatures[1]), "Python can say no");
    assert_eq!((second.header("webhook-id"), &second.body), (id, &first.body), "the same is known by its id");
    assert!(first.header("user-agent").starts_with("touchstone/"));
    assert!(!first.head.to_lowercase().contains("\nx-evil"), "{}", first.head);
}

#[tokio::test]
async fn without_a_secret_it_is_not_signed() {
    let server = Server::start(vec![Answer::Status("200 OK")]);
    send(&WebhookConfig::new(server.url("/"))).await.expect("it is accepted");
    assert!(!server.next().head.contains("webhook-signature"));
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_does_not() {
    let later = [
        "408 Request Timeout",
        "425 Too Early",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 No",
    ];
    let never =
        ["400 Bad Request", "401 Unauthorized", "404 Not Found", "410 Gone", "301 Moved", "308 Moved"];
    for (statuses, retryable) in [(&later[..], true), (&never[..], false)] {
        for status in statuses {
            let server = Server::start(vec![Answer::Status(status)]);
            let error = send(&WebhookConfig::new(server.url("/secret-token"))).await.expect_err(status);
            let text = error.to_string();
            assert_eq!(error.is_retryable(), retryable, "{text}");
            assert!(text.starts_with(&server.host()) && text.contains(&status[..3]), "{text}");
            assert!(!text.contains("secret-token"), "{text}");
            assert!(!text.contains('\x1b'), "{text}");
            if !status.starts_with('3') {
                assert!(text.contains("(no \\u{1b}[2J for you)"), "{text}");
            }
            server.next();
            server.said_nothing();
        }
    }
}

#[tokio::test]
async fn it_is_said_when_to_come_again() {
    for (said, expected) in [("7", Some(7)), ("99999999999", Some(86_400)), ("soon", None)] {
        let server = Server::start(vec![Answer::RetryAfter(said)]);
        let error = send(&WebhookConfig::new(server.url("/"))).await.expect_err("503");
        assert_eq!(error.retry_after().map(|after| after.as_secs()), expected, "{said}");
    }
}

#[tokio::test]
async fn who_hangs_drips_or_floods_is_not_waited_for() {
    for answer in [Answer::Hang, Answer::Drip, Answer::Close, Answer::Garbage] {
        let server = Server::start(vec![answer]);
        let config = WebhookConfig {
            timeout: Duration::from_secs(1),
            ..WebhookConfig::new(server.url("/secret-token"))
        };
        let before = Instant::now();
        let error = send(&config).await.expect_err("there is no answer");
        assert!(before.elapsed() < Duration::from_secs(6), "{answer:?}: {:?}", before.elapsed());
        assert!(error.is_retryable(), "{answer:?}: {error}");
        assert!(!error.to_string().contains("secret-token"), "{error}");
    }
    let server = Server::start(vec![Answer::Flood]);
    let error = send(&WebhookConfig::new(server.url("/"))).await.expect_err("it floods").to_string();
    assert!(error.len() < 400, "{error}");
    let (host, url) = (server.host(), server.url("/"));
    drop(server);
    let error = send(&WebhookConfig::new(url)).await.expect_err("nobody is there");
    assert!(error.is_retryable() && error.to_string().starts_with(&host), "{error}");
}

#[tokio::test]
async fn only_who_is_vouched_for_gets_it() {
    let server = Server::start_tls(vec![Answer::Status("200 OK"), Answer::Status("200 OK")]);
    let unknown = send(&WebhookConfig::new(server.url("/"))).await.expect_err("nobody vouches for it");
    assert!(unknown.is_retryable() && unknown.to_string().contains("UnknownIssuer"), "{unknown}");
    let authorities = vec![server.authority.clone().expect("its authority")];
    let config = WebhookConfig { authorities, ..WebhookConfig::new(server.url("/")) };
    send(&config).await.expect("it is accepted");
    assert_eq!(server.next().line, "POST / HTTP/1.1");
}

#[test]
fn mistakes_are_explained_without_the_url() {
    let why = |url: &str| Webhook::new(&WebhookConfig::new(url)).err().expect(url).to_string();
    assert_eq!(
        why("http://hooks.example.org/secret-token"),
        "webhook hooks.example.org: http is not encrypted; take https, or say that http is allowed"
    );
    assert_eq!(
        why("ftp://hooks.example.org/"),
        "webhook hooks.example.org: `ftp` is not a scheme of webhooks; take https"
    );
    assert!(why("secret-token").starts_with("webhook: its URL cannot be read: "), "{}", why("secret-token"));
    let allowed = WebhookConfig { allow_http: true, ..WebhookConfig::new("http://hooks.example.org/") };
    assert_eq!(Webhook::new(&allowed).expect("it is allowed").host(), "hooks.example.org");
    for here in ["http://localhost/", "http://127.0.0.9:1/", "http://[::1]:1/"] {
        assert!(Webhook::new(&WebhookConfig::new(here)).is_ok(), "{here}");
    }
    for evil in
        ["http://localhost.example.org/", "http://127.0.0.1.example.org/", "http://localhost@example.org/"]
    {
        assert!(Webhook::new(&WebhookConfig::new(evil)).is_err(), "{evil}");
    }
}
