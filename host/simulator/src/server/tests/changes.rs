use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::testing::{Client, names};

const NETWORKS: &str = "/network/v2.0/networks";

#[tokio::test]
async fn what_was_asked_for_may_be_done_although_nobody_hears_of_it() {
    for (end, status) in [("close", None), ("reset", None), ("{status: {code: 504}}", Some(504))] {
        let fault =
            format!("faults: [{{service: network, method: POST, times: 1, kind: {{done-then: {end}}}}}]");
        let client = Client::yaml(&fault).await;
        let body = json!({"network": {"name": "n"}});
        let answer = client.try_send(Method::POST, NETWORKS, &[], body.to_string()).await;
        assert_eq!(answer.ok().map(|answer| answer.status().as_u16()), status, "{end}");
        assert_eq!(client.inventory(), ["network n"], "{end}");
        let again = client.post(NETWORKS, body).await;
        assert_eq!(again.status, 201, "{end}");
    }
}

#[tokio::test]
async fn what_was_asked_for_is_done_although_nobody_waits_for_it() {
    let client = Client::yaml("latency: 1s").await;
    let mut stream = TcpStream::connect(client.cloud.addr()).await.unwrap();
    let (token, body) = (client.token(), r#"{"network": {"name": "n"}}"#);
    let request = format!(
        "POST {NETWORKS} HTTP/1.1\r\nhost: x\r\nx-auth-token: {token}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(30)).await;
    stream.set_zero_linger().unwrap();
    drop(stream);
    assert!(client.inventory().is_empty());
    client.until_there_is(&["network n"]).await;
}

#[tokio::test]
async fn deletions_may_be_refused_as_often_as_wanted() {
    let client = Client::yaml(
        "faults: [{service: network, method: DELETE, path: '/networks/*', times: 2, kind: {status: {code: 409}}}]",
    )
    .await;
    let id = client.create(NETWORKS, json!({"network": {"name": "n"}}), "/network/id").await;
    let path = format!("{NETWORKS}/{id}");
    let refused = client.send(Method::DELETE, &path, &[], String::new()).await;
    assert_eq!(refused.outcome("/NeutronError/type"), (409, "HTTPConflict".into()));
    assert_eq!((client.delete(&path).await, client.delete(&path).await), (409, 204));
    assert!(client.inventory().is_empty());
}

#[tokio::test]
async fn failures_have_the_shape_of_the_service() {
    let client = Client::yaml("faults: [{kind: {status: {code: 500}}, after: 1}]").await;
    for (path, pointer) in [
        ("/compute/v2.1/servers", "/computeFault/code"),
        ("/volume/v3/volumes", "/computeFault/code"),
        ("/network/v2.0/ports", "/NeutronError/message"),
        ("/key-manager/v1/secrets", "/description"),
        ("/identity/v3/projects", "/error/message"),
    ] {
        let (status, said) = client.get(path).await.outcome(pointer);
        assert!(status == 500 && !said.is_empty(), "{path}: {said}");
    }
}

#[tokio::test]
async fn what_a_stranger_has_is_there_from_the_start() {
    let kinds = ["server", "volume", "backup", "network", "subnet", "router", "security_group", "secret"];
    let existing: String =
        kinds.iter().map(|kind| format!("- {{kind: {kind}, name: s, age: 3h}}\n")).collect();
    let client = Client::yaml(&format!("flavors: [{{name: f}}]\nexisting:\n{existing}")).await;
    let mut expected = kinds.map(|kind| format!("{kind} s"));
    expected.sort();
    let mut inventory = client.inventory();
    inventory.sort();
    assert_eq!(inventory, expected);
    for path in [
        "/compute/v2.1/servers?name=s",
        "/volume/v3/volumes?name=s",
        "/volume/v3/backups?name=s",
        "/network/v2.0/networks?name=s",
        "/network/v2.0/subnets?name=s",
        "/network/v2.0/routers?name=s",
        "/network/v2.0/security-groups?name=s",
        "/key-manager/v1/secrets?name=s",
    ] {
        let collection = path.rsplit('/').next().unwrap().split('?').next().unwrap().replace('-', "_");
        assert_eq!(names(&client.get(path).await.json()[&collection]), ["s"], "{path}");
    }
    let server = client.get("/compute/v2.1/servers/detail").await.json()["servers"][0].clone();
    assert_eq!(server["status"], "ACTIVE");
    let age = jiff::Timestamp::now().duration_since(server["created"].as_str().unwrap().parse().unwrap());
    assert!((3 * 3600 - 5..=3 * 3600 + 5).contains(&age.as_secs()), "{age:?}");
    let subnet = client.get("/network/v2.0/subnets").await.json()["subnets"][0].clone();
    let network = client.get("/network/v2.0/networks").await.json()["networks"][0].clone();
    assert_eq!((&subnet["network_id"], &network["subnets"]), (&network["id"], &json!([subnet["id"]])));
    assert_eq!(client.cloud.everything().len(), kinds.len() + 1, "the default group is there as well");
}
