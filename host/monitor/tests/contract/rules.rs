//! Each rule of the monitor, broken: the statuses and words are those that the real one answered.

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use touchstone_sign::SigningKey;

use crate::fake::{API_KEY, Account, Fake};
use crate::{Keys, document, uuid};

/// A request to the monitor.
struct Sent {
    user: Option<(&'static str, &'static str)>,
    media_type: Option<&'static str>,
    body: Vec<u8>,
}

const YAML: &str = "application/x-signed-yaml";
const JSON: &str = "application/x-signed-json";

fn sent(body: impl Into<Vec<u8>>) -> Sent {
    Sent { user: Some(("touchstone", API_KEY)), media_type: Some(YAML), body: body.into() }
}

fn signed(key: &SigningKey, namespace: &str, text: &str) -> Vec<u8> {
    format!("{}&{text}", key.sign(namespace, text.as_bytes()).unwrap()).into_bytes()
}

/// What is wrong with a request, the request, and the answer: its status, and what is in it.
type Case = (&'static str, Sent, u16, &'static str);

fn cases(keys: &Keys) -> Vec<Case> {
    let good = || document(&uuid(), "demo", 1);
    let ours = |text: &str| sent(signed(&keys.ours, "report", text));
    let without = |field: &str| {
        let mut document: Value = serde_saphyr::from_str(&good()).unwrap();
        document.as_object_mut().unwrap().remove(field);
        ours(&document.to_string())
    };
    let changed = |from: &str, to: &str| {
        assert!(good().contains(from), "{from}");
        ours(&good().replace(from, to))
    };
    let twice = uuid();
    let as_user = |name: &'static str, sent: Sent| Sent { user: Some((name, API_KEY)), ..sent };
    vec![
        ("nothing", ours(&good()), 200, "null"),
        ("nothing: two documents", ours(&format!("{}---\n{}", good(), good())), 200, "null"),
        (
            "nothing: JSON",
            Sent {
                media_type: Some(JSON),
                ..ours(&serde_saphyr::from_str::<Value>(&good()).unwrap().to_string())
            },
            200,
            "null",
        ),
        (
            "nothing: its own report",
            as_user("self-only", ours(&document(&uuid(), "self-only", 1))),
            200,
            "null",
        ),
        ("the same twice: first", ours(&document(&twice, "demo", 1)), 200, "null"),
        ("the same twice", ours(&document(&twice, "demo", 1)), 409, "Conflict: report already present"),
        (
            "another with the same identifier",
            ours(&document(&twice, "gx-scs", -1)),
            409,
            "Conflict: report already present",
        ),
        (
            "one of two is there",
            ours(&format!("{}---\n{}", good(), document(&twice, "demo", 1))),
            409,
            "Conflict",
        ),
        ("no credentials", Sent { user: None, ..ours(&good()) }, 401, "Not authenticated"),
        (
            "another API key",
            Sent { user: Some(("touchstone", "other")), ..ours(&good()) },
            401,
            "Incorrect username or password",
        ),
        ("no such account", as_user("nobody", ours(&good())), 401, "Incorrect username or password"),
        (
            "another media type",
            Sent { media_type: Some("application/yaml"), ..ours(&good()) },
            415,
            "Unsupported Media Type",
        ),
        (
            "a media type with a parameter",
            Sent { media_type: Some("application/x-signed-yaml; charset=utf-8"), ..ours(&good()) },
            415,
            "Unsupported Media Type",
        ),
        ("no media type", Sent { media_type: None, ..ours(&good()) }, 500, "Internal Server Error"),
        ("no signature", sent(good()), 401, "missing signature"),
        (
            "no ampersand",
            sent(String::from_utf8(signed(&keys.ours, "report", &good())).unwrap().replacen("\n&", "\n", 1)),
            401,
            "missing signature",
        ),
        ("another key", sent(signed(&keys.other, "report", &good())), 401, "verification failed"),
        ("another namespace", sent(signed(&keys.ours, "file", &good())), 401, "verification failed"),
        (
            "changed afterwards",
            sent([signed(&keys.ours, "report", &good()), b" ".to_vec()].concat()),
            401,
            "verification failed",
        ),
        ("an account without that key", as_user("admin", ours(&good())), 401, "verification failed"),
        (
            "an account that may report about itself only",
            as_user("self-only", ours(&good())),
            401,
            "Permission denied",
        ),
        (
            "a subject that was not delegated",
            ours(&document(&uuid(), "not-delegated", 1)),
            401,
            "delegation problem?",
        ),
        ("no such subject", ours(&document(&uuid(), "no-such", 1)), 401, "delegation problem?"),
        (
            "one of two subjects",
            ours(&format!("{}---\n{}", good(), document(&uuid(), "no-such", 1))),
            401,
            "delegation problem?",
        ),
        ("not YAML", ours("a: ["), 500, "Internal Server Error"),
        ("not JSON", Sent { media_type: Some(JSON), ..ours("a: b") }, 500, "Internal Server Error"),
        (
            "not UTF-8",
            sent([signed(&keys.ours, "report", "a: "), vec![0xff]].concat()),
            500,
            "Internal Server Error",
        ),
        ("no document", ours("# nothing\n"), 200, "empty reports"),
        ("a document that is a list", ours("- a\n"), 500, "Internal Server Error"),
        ("no subject", without("subject"), 500, "Internal Server Error"),
        ("no time", without("checked_at"), 500, "Internal Server Error"),
        ("no scope", without("spec"), 500, "Internal Server Error"),
        ("no run", without("run"), 500, "Internal Server Error"),
        ("no invocations", changed("invocations", "others"), 500, "Internal Server Error"),
        ("no results", changed("results", "others"), 500, "Internal Server Error"),
        (
            "a time that is none",
            changed("2026-11-27T02:30:00Z", "yesterday-ish"),
            500,
            "Internal Server Error",
        ),
        ("a result in words", changed(": 1}", ": PASS}"), 500, "Internal Server Error"),
        ("a zero byte", changed("cmd: x", "cmd: \"\\0\""), 500, "Internal Server Error"),
    ]
}

/// Sends all, and tells what is answered otherwise.
async fn compare(url: &str, keys: &Keys) -> Vec<String> {
    let client = client();
    let mut wrong = Vec::new();
    for (name, sent, status, words) in cases(keys) {
        let answer = request(&client, url, sent).send().await.expect("an answer");
        let (found, body) = (answer.status().as_u16(), answer.text().await.unwrap());
        if found != status || !body.contains(words) {
            wrong.push(format!("{name}: expected {status} {words}, got {found} {body}"));
        }
    }
    wrong
}

fn request(client: &Client, url: &str, sent: Sent) -> RequestBuilder {
    let mut request = client.post(format!("{url}reports")).body(sent.body);
    if let Some(media_type) = sent.media_type {
        request = request.header(CONTENT_TYPE, media_type);
    }
    match sent.user {
        Some((user, key)) => request.basic_auth(user, Some(key)),
        None => request,
    }
}

/// One that speaks no TLS.
fn client() -> Client {
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into());
    let tls = tls.with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Client::builder().tls_backend_preconfigured(tls).pool_max_idle_per_host(0).no_proxy().build().unwrap()
}

pub(crate) fn accounts(keys: &Keys) -> Vec<Account> {
    let own = vec![keys.ours.public_key()];
    vec![
        Account { name: "admin", ..Account::default() },
        Account {
            name: "touchstone",
            keys: own.clone(),
            may_append_any: true,
            delegated: ["demo", "gx-scs"].into(),
        },
        Account { name: "self-only", keys: own, ..Account::default() },
    ]
}

#[tokio::test]
async fn every_rule_is_kept_by_our_monitor() {
    let keys = Keys::new();
    let fake = Fake::new(accounts(&keys));
    let wrong = compare(&fake.start().await, &keys).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(fake.rows().len(), 6, "what was refused left nothing: {:?}", fake.rows());
}

#[tokio::test]
async fn bearer_tokens_are_not_known() {
    let keys = Keys::new();
    let url = Fake::new(accounts(&keys)).start().await;
    let request = client().post(format!("{url}reports")).header(AUTHORIZATION, "Bearer abc");
    assert_eq!(request.send().await.unwrap().status(), 401);
}

/// The same cases against the real one. `docs/monitor.md` says how to start it.
#[tokio::test]
#[ignore = "needs the real compliance monitor: docs/monitor.md"]
async fn every_rule_is_kept_by_the_real_monitor() {
    let url =
        std::env::var("SCS_MONITOR_URL").expect("SCS_MONITOR_URL says where it is: http://127.0.0.1:18080/");
    let key = std::env::var("SCS_MONITOR_KEY")
        .expect("SCS_MONITOR_KEY is the file of the key that its accounts have");
    let text = std::fs::read_to_string(key).expect("the key is readable");
    let keys = Keys { ours: SigningKey::parse(&text, None).unwrap(), ..Keys::new() };
    let wrong = compare(&url, &keys).await;
    assert!(wrong.is_empty(), "at {}: {wrong:#?}", Timestamp::now());
}
