use serde_json::{Value, json};

use crate::testing::{Client, names};

const SECRETS: &str = "/key-manager/v1/secrets";

fn secret(name: &str) -> Value {
    json!({"name": name, "payload": "foo", "payload_content_type": "text/plain", "secret_type": "opaque"})
}

/// The id of a new secret.
async fn create(client: &Client, name: &str) -> String {
    let reference = client.create(SECRETS, secret(name), "/secret_ref").await;
    let id = reference.strip_prefix(&format!("{}{SECRETS}/", client.cloud.base_url()));
    id.unwrap_or_else(|| panic!("{reference}")).to_owned()
}

#[tokio::test]
async fn secrets_come_and_go() {
    let client = Client::yaml("{}").await;
    let id = create(&client, "a").await;
    let path = format!("{SECRETS}/{id}");
    let shown = client.get(&path).await;
    assert_eq!(shown.outcome("/name"), (200, "a".into()));
    assert_eq!(shown.json()["content_types"], json!({"default": "text/plain"}));
    assert_eq!(shown.json()["secret_ref"], format!("{}{path}", client.cloud.base_url()));
    let payload = client.get_with(&format!("{path}/payload"), &[("accept", "text/plain")]).await;
    assert_eq!((payload.status, payload.text.as_str()), (200, "foo"));
    let binary = client.get_with(&format!("{path}/payload"), &[("accept", "application/octet-stream")]).await;
    assert_eq!(binary.outcome("/code"), (406, "406".into()));
    assert_eq!(client.inventory(), ["secret a"]);
    assert_eq!((client.delete(&path).await, client.delete(&path).await), (204, 404));
    assert_eq!(client.get(&path).await.outcome("/title"), (404, "Not Found".into()));
    assert!(client.inventory().is_empty());
}

#[tokio::test]
async fn payloads_may_be_binary_or_missing() {
    let client = Client::yaml("{}").await;
    let binary = json!({"payload": "/wAB", "payload_content_type": "application/octet-stream",
                        "payload_content_encoding": "base64"});
    let reference = client.create(SECRETS, binary, "/secret_ref").await;
    let payload = client.get(&format!("{reference}/payload")).await;
    assert_eq!((payload.status, payload.header("content-type")), (200, "application/octet-stream"));
    let reference = client.create(SECRETS, json!({"name": "empty"}), "/secret_ref").await;
    assert_eq!(client.get(&format!("{reference}/payload")).await.status, 404);
    assert!(client.get(&reference).await.json().get("content_types").is_none());
}

#[tokio::test]
async fn lists_have_ten_unless_more_are_asked_for() {
    let client = Client::yaml("{}").await;
    for number in 0..12 {
        create(&client, &format!("s{number}")).await;
    }
    let first = client.get(SECRETS).await.json();
    assert_eq!((names(&first["secrets"]).len(), &first["total"]), (10, &json!(12)));
    assert!(first.get("previous").is_none());
    let rest = client.get(first["next"].as_str().unwrap()).await.json();
    assert_eq!((names(&rest["secrets"]), rest.get("next")), (vec!["s10", "s11"], None));
    let named = client.get(&format!("{SECRETS}?name=s1")).await.json();
    assert_eq!((names(&named["secrets"]), &named["total"]), (vec!["s1"], &json!(1)));
    let all = client.get(&format!("{SECRETS}?limit=100")).await.json();
    assert_eq!((names(&all["secrets"]).len(), all.get("next")), (12, None));
}

#[tokio::test]
async fn only_some_roles_may_have_secrets() {
    let users = "identity: {users: [{name: r, password: x, roles: [reader]}]}";
    let reader = Client::yaml(users).await;
    let refused = reader.post(SECRETS, secret("a")).await;
    let rule = "Secret creation attempt not allowed - please review your user/project privileges";
    assert_eq!(refused.outcome("/description"), (403, rule.into()));
    assert_eq!((reader.get(SECRETS).await.status, reader.delete(&format!("{SECRETS}/x")).await), (403, 403));
    let old = Client::yaml("key_manager: {roles: [creator, admin]}").await;
    assert_eq!(old.post(SECRETS, secret("a")).await.outcome("/code"), (403, "403".into()));
    let creator =
        "key_manager: {roles: [creator]}\nidentity: {users: [{name: c, password: x, roles: [creator]}]}";
    assert_eq!(Client::yaml(creator).await.post(SECRETS, secret("a")).await.status, 201);
}

#[tokio::test]
async fn what_barbican_does_not_take() {
    let client = Client::yaml("{}").await;
    for (body, part) in [
        (json!({"name": "a", "payload": "x"}), "'payload_content_type' must also be supplied"),
        (json!({"payload": " ", "payload_content_type": "text/plain"}), "must be non empty"),
        (json!({"secret_type": "odd"}), "'odd' is not one of"),
        (json!({"name": 7}), "7 is not of type 'string'"),
        (json!({"colour": "red"}), "('colour' was unexpected)"),
        (json!([]), "JSON is malformed"),
    ] {
        let (status, description) = client.post(SECRETS, body).await.outcome("/description");
        assert!(status == 400 && description.contains(part), "{description}");
    }
    assert!(client.inventory().is_empty());
}
