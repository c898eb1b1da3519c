use serde_json::{Value, json};

use crate::testing::{Client, names};

const VOLUMES: &str = "/volume/v3/p1/volumes";
const BACKUPS: &str = "/volume/v3/p1/backups";
const CLOUD: &str = "\
identity: {project: {name: demo, id: p1}}
volume_types: [{name: plain, id: a}, {name: luks, id: b, encryption: {}}]
images: [{name: Debian 13, id: i1, min_disk: 5, size: 400000000}]
";

async fn client() -> Client {
    Client::yaml(CLOUD).await
}

/// With times that do not end before the test does, except those that are given.
async fn slow(timing: &str) -> Client {
    Client::yaml(&format!("{CLOUD}timing: {timing}\n")).await
}

async fn volume(client: &Client, name: &str) -> String {
    client.create(VOLUMES, json!({"volume": {"name": name, "size": 1}}), "/volume/id").await
}

async fn backup(client: &Client, volume: &str) -> String {
    client.create(BACKUPS, json!({"backup": {"name": "b", "volume_id": volume}}), "/backup/id").await
}

async fn status(client: &Client, path: &str, id: &str) -> String {
    let answer = client.get(&format!("{path}/{id}")).await;
    let kind = if path == VOLUMES { "volume" } else { "backup" };
    if answer.status == 404 { "gone".into() } else { answer.outcome(&format!("/{kind}/status")).1 }
}

async fn refused(client: &Client, path: &str, body: Value) -> (u16, String) {
    client.post(path, body).await.outcome("/badRequest/message")
}

#[tokio::test]
async fn volumes_come_and_go() {
    let client = client().await;
    let wanted = json!({"volume": {"name": "v", "size": "2", "description": "d", "volume_type": "luks",
                                   "metadata": {"a": "b"}, "availability_zone": null}});
    let answer = client.post(VOLUMES, wanted).await;
    assert_eq!(answer.outcome("/volume/status"), (202, "creating".into()));
    let id = answer.outcome("/volume/id").1;
    let path = format!("{VOLUMES}/{id}");
    let shown = client.get(&path).await.json()["volume"].clone();
    assert_eq!(
        [&shown["status"], &shown["size"], &shown["volume_type"], &shown["encrypted"], &shown["bootable"]],
        [&json!("available"), &json!(2), &json!("luks"), &json!(true), &json!("false")]
    );
    assert_eq!(shown["links"][0]["href"], format!("{}{path}", client.cloud.base_url()));
    assert_eq!(client.inventory(), ["volume v"]);
    assert_eq!((client.delete(&path).await, client.delete(&path).await), (202, 404));
    let (status, message) = client.get(&path).await.outcome("/itemNotFound/message");
    assert_eq!((status, message), (404, format!("Volume {id} could not be found.")));
    assert!(client.inventory().is_empty());
}

#[tokio::test]
async fn volumes_from_images_are_bootable() {
    let client = client().await;
    let wanted = json!({"volume": {"size": 5, "imageRef": "i1"}});
    let id = client.create(VOLUMES, wanted, "/volume/id").await;
    let shown = client.get(&format!("{VOLUMES}/{id}")).await.json()["volume"].clone();
    assert_eq!((&shown["bootable"], &shown["volume_type"]), (&json!("true"), &json!("plain")));
    assert_eq!(shown["volume_image_metadata"]["image_name"], "Debian 13");
    let small = json!({"volume": {"size": 4, "imageRef": "i1"}});
    let problem =
        "Invalid input received: Volume size 4GB cannot be smaller than the image minDisk size 5GB.";
    assert_eq!(refused(&client, VOLUMES, small).await, (400, problem.into()));
}

#[tokio::test]
async fn volumes_take_their_time() {
    let client = slow("{volume: 1h}").await;
    let id = volume(&client, "v").await;
    assert_eq!(status(&client, VOLUMES, &id).await, "creating");
    assert_eq!(client.delete(&format!("{VOLUMES}/{id}")).await, 400);
    let client = slow("{volume: 50ms, deletion: 1h}").await;
    let id = volume(&client, "v").await;
    let path = format!("{VOLUMES}/{id}");
    client.until(&path, "/volume/status", "available").await;
    assert_eq!(client.delete(&path).await, 202);
    assert_eq!(status(&client, VOLUMES, &id).await, "deleting");
    assert_eq!((client.delete(&path).await, client.inventory()), (400, vec!["volume v".into()]));
    let client = slow("{deletion: 50ms}").await;
    let id = volume(&client, "v").await;
    assert_eq!(client.delete(&format!("{VOLUMES}/{id}")).await, 202);
    client.until_there_is(&[]).await;
    assert_eq!(status(&client, VOLUMES, &id).await, "gone");
}

#[tokio::test]
async fn what_cinder_does_not_take() {
    let client = client().await;
    let volume = |body: Value| json!({"volume": body});
    for (body, part) in [
        (volume(json!({"name": "v"})), "Invalid volume size provided for create request: None"),
        (volume(json!({"size": 0})), "create request: 0 (size argument must be an integer"),
        (volume(json!({"size": -1})), "create request: -1 "),
        (volume(json!({"size": 1, "name": 7})), "field/attribute name"),
        (volume(json!({"size": 1, "imageRef": "nope"})), "Invalid image identifier"),
        (volume(json!({"size": 1, "availability_zone": "x"})), "Availability zone 'x' is invalid."),
        (json!({"volumes": []}), "'volume' is a required property"),
        (json!([]), "malformed or otherwise incorrect"),
    ] {
        let (status, message) = refused(&client, VOLUMES, body).await;
        assert!(status == 400 && message.contains(part), "{message}");
    }
    for (body, message) in [
        (json!({"size": 1, "volume_type": "x"}), "Volume type with name x could not be found."),
        (json!({"size": 1, "snapshot_id": "x"}), "Snapshot x could not be found."),
        (json!({"source_volid": "x"}), "Volume x could not be found."),
    ] {
        let answer = client.post(VOLUMES, volume(body)).await;
        assert_eq!(answer.outcome("/itemNotFound/message"), (404, message.into()));
    }
    assert!(client.inventory().is_empty());
}

#[tokio::test]
async fn backups_are_made_and_restored() {
    let client = client().await;
    let id = volume(&client, "v").await;
    let answer = client.post(BACKUPS, json!({"backup": {"name": "b", "volume_id": id}})).await;
    let backup = answer.json()["backup"].clone();
    assert_eq!((answer.status, &backup["name"], backup.get("status")), (202, &json!("b"), None));
    let backup = backup["id"].as_str().unwrap();
    assert_eq!(status(&client, BACKUPS, backup).await, "available");
    let path = format!("{BACKUPS}/{backup}/restore");
    let restored = client.post(&path, json!({"restore": {"name": "r"}})).await;
    assert_eq!(restored.outcome("/restore/volume_name"), (202, "r".into()));
    let new = restored.outcome("/restore/volume_id").1;
    assert_eq!(status(&client, VOLUMES, &new).await, "available");
    let unnamed = client.post(&path, json!({"restore": {}})).await.outcome("/restore/volume_name").1;
    assert_eq!(unnamed, format!("restore_backup_{backup}"));
    let over = client.post(&path, json!({"restore": {"volume_id": id}})).await;
    assert_eq!(over.outcome("/restore/volume_id"), (202, id.clone()));
    assert_eq!(client.delete(&format!("{VOLUMES}/{id}")).await, 202);
    assert_eq!(status(&client, BACKUPS, backup).await, "available", "a backup survives its volume");
    assert_eq!(client.delete(&format!("{BACKUPS}/{backup}")).await, 202);
    assert_eq!(status(&client, BACKUPS, backup).await, "gone");
    let mut expected = vec!["volume r".to_owned(), format!("volume {unnamed}")];
    let mut left = client.inventory();
    expected.sort();
    left.sort();
    assert_eq!(left, expected);
}

#[tokio::test]
async fn what_is_being_backed_up_cannot_be_deleted() {
    let client = slow("{backup: 1h}").await;
    let id = volume(&client, "v").await;
    let backup = backup(&client, &id).await;
    assert_eq!(status(&client, VOLUMES, &id).await, "backing-up");
    assert_eq!(status(&client, BACKUPS, &backup).await, "creating");
    assert_eq!(client.delete(&format!("{VOLUMES}/{id}")).await, 400);
    let path = format!("{BACKUPS}/{backup}");
    let (code, message) = refused(&client, &format!("{path}/restore"), json!({"restore": {}})).await;
    assert_eq!((code, message.as_str()), (400, "Invalid backup: Backup status must be available"));
    assert_eq!(client.delete(&path).await, 400);
    let message = refused(&client, BACKUPS, json!({"backup": {"volume_id": id}})).await.1;
    assert!(message.ends_with("but the current status is \"backing-up\"."), "{message}");
}

#[tokio::test]
async fn what_is_being_restored_cannot_be_deleted() {
    let existing = format!("{CLOUD}timing: {{backup: 1h}}\nexisting: [{{kind: backup, name: b}}]\n");
    let client = Client::yaml(&existing).await;
    let backup = client.get(BACKUPS).await.outcome("/backups/0/id").1;
    let path = format!("{BACKUPS}/{backup}");
    let restored = client.post(&format!("{path}/restore"), json!({"restore": {"name": "r"}})).await;
    let new = restored.outcome("/restore/volume_id").1;
    assert_eq!(status(&client, VOLUMES, &new).await, "restoring-backup");
    assert_eq!(status(&client, BACKUPS, &backup).await, "restoring");
    assert_eq!((client.delete(&path).await, client.delete(&format!("{VOLUMES}/{new}")).await), (400, 400));
    let client = slow("{backup: 50ms}").await;
    let id = volume(&client, "v").await;
    let backup = self::backup(&client, &id).await;
    let path = format!("{BACKUPS}/{backup}");
    client.until(&path, "/backup/status", "available").await;
    client.until(&format!("{VOLUMES}/{id}"), "/volume/status", "available").await;
    let restored = client.post(&format!("{path}/restore"), json!({"restore": {"volume_id": id}})).await;
    assert_eq!(restored.status, 202);
    client.until(&path, "/backup/status", "available").await;
    client.until(&format!("{VOLUMES}/{id}"), "/volume/status", "available").await;
}

#[tokio::test]
async fn incremental_backups_keep_their_parent() {
    let client = client().await;
    let id = volume(&client, "v").await;
    let increment = json!({"backup": {"volume_id": id, "incremental": true}});
    let message = refused(&client, BACKUPS, increment.clone()).await.1;
    assert_eq!(message, "Invalid backup: No backups available to do an incremental backup.");
    let parent = backup(&client, &id).await;
    let child = client.create(BACKUPS, increment, "/backup/id").await;
    assert_eq!(client.delete(&format!("{BACKUPS}/{parent}")).await, 400);
    let shown = client.get(&format!("{BACKUPS}/{parent}")).await.json();
    assert_eq!(shown["backup"]["has_dependent_backups"], true);
    assert_eq!(client.delete(&format!("{BACKUPS}/{child}")).await, 202);
    assert_eq!(client.delete(&format!("{BACKUPS}/{parent}")).await, 202);
    assert_eq!(client.post(BACKUPS, json!({"backup": {"volume_id": "x"}})).await.status, 404);
    assert_eq!(client.post(BACKUPS, json!({"backup": {}})).await.status, 400);
}

#[tokio::test]
async fn what_is_started_may_fail() {
    let fails = |method: &str, path: &str| {
        let fault = format!("{{method: {method}, path: '{path}', kind: fails-later}}");
        async move { Client::yaml(&format!("{CLOUD}faults: [{fault}]\n")).await }
    };
    let client = fails("POST", "/volumes").await;
    let id = volume(&client, "v").await;
    assert_eq!(status(&client, VOLUMES, &id).await, "error");
    assert_eq!(client.delete(&format!("{VOLUMES}/{id}")).await, 202);
    let client = fails("POST", "/backups").await;
    let id = volume(&client, "v").await;
    let failed = backup(&client, &id).await;
    let shown = client.get(&format!("{BACKUPS}/{failed}")).await;
    assert_eq!(shown.outcome("/backup/status"), (200, "error".into()));
    assert!(!shown.outcome("/backup/fail_reason").1.is_empty());
    assert_eq!(status(&client, VOLUMES, &id).await, "available");
    let client = fails("POST", "/backups/*/restore").await;
    let id = volume(&client, "v").await;
    let good = backup(&client, &id).await;
    let restored = client.post(&format!("{BACKUPS}/{good}/restore"), json!({"restore": {}})).await;
    let restored = restored.outcome("/restore/volume_id").1;
    assert_eq!(status(&client, VOLUMES, &restored).await, "error_restoring");
    let client = fails("DELETE", "/**").await;
    let id = volume(&client, "v").await;
    let good = backup(&client, &id).await;
    assert_eq!(client.delete(&format!("{VOLUMES}/{id}")).await, 202);
    assert_eq!(client.delete(&format!("{BACKUPS}/{good}")).await, 202);
    assert_eq!(status(&client, VOLUMES, &id).await, "error_deleting");
    assert_eq!(status(&client, BACKUPS, &good).await, "error");
}

#[tokio::test]
async fn lists_are_filtered_and_paged_the_newest_first() {
    let client = Client::yaml(&format!("{CLOUD}pages: {{volumes: 2}}\n")).await;
    for name in ["a", "b", "c"] {
        volume(&client, name).await;
    }
    let first = client.get(&format!("{VOLUMES}/detail")).await.json();
    assert_eq!(names(&first["volumes"]), ["c", "b"]);
    let rest = client.get(first["volumes_links"][0]["href"].as_str().unwrap()).await.json();
    assert_eq!((names(&rest["volumes"]), rest.get("volumes_links")), (vec!["a"], None));
    let named = client.get(&format!("{VOLUMES}?name=b")).await.json();
    assert_eq!(names(&named["volumes"]), ["b"]);
    assert_eq!(named["volumes"][0].as_object().unwrap().len(), 3);
    let none = client.get(&format!("{VOLUMES}/detail?status=error")).await.json();
    assert_eq!(none, json!({"volumes": []}));
    let id = named["volumes"][0]["id"].as_str().unwrap();
    for _ in 0..3 {
        backup(&client, id).await;
    }
    let first = client.get(&format!("{BACKUPS}/detail?volume_id={id}")).await.json();
    assert_eq!(
        (names(&first["backups"]).len(), first["backups"][0]["status"].as_str()),
        (2, Some("available"))
    );
    let rest = client.get(first["backup_links"][0]["href"].as_str().unwrap()).await.json();
    assert_eq!(names(&rest["backups"]), ["b"]);
    assert_eq!(client.get(&format!("{VOLUMES}?limit=x")).await.status, 400);
    let limits = client.get("/volume/v3/p1/limits").await;
    assert_eq!(limits.outcome("/limits/absolute/totalVolumesUsed"), (200, "3".into()));
}

#[tokio::test]
async fn readers_only_read() {
    let client = Client::yaml(
        &format!("{CLOUD}existing: [{{kind: volume, name: v}}, {{kind: backup, name: b}}]\n")
            .replace("id: p1}}", "id: p1}, users: [{name: r, password: x, roles: [reader]}]}"),
    )
    .await;
    let id = client.get(VOLUMES).await.outcome("/volumes/0/id").1;
    let backup = client.get(BACKUPS).await.outcome("/backups/0/id").1;
    let answer = client.post(VOLUMES, json!({"volume": {"size": 1}})).await;
    let rule = "Policy doesn't allow volume:create to be performed.";
    assert_eq!(answer.outcome("/forbidden/message"), (403, rule.into()));
    assert_eq!(client.post(BACKUPS, json!({"backup": {"volume_id": id}})).await.status, 403);
    let restore = format!("{BACKUPS}/{backup}/restore");
    assert_eq!(client.post(&restore, json!({"restore": {}})).await.status, 403);
    assert_eq!(client.delete(&format!("{VOLUMES}/{id}")).await, 403);
    assert_eq!(client.delete(&format!("{BACKUPS}/{backup}")).await, 403);
    assert_eq!(client.inventory().len(), 2);
}
