mod console;

use serde_json::{Value, json};

use crate::testing::{Answer, Client, names};

const SERVERS: &str = "/compute/v2.1/servers";
const VOLUMES: &str = "/volume/v3/volumes";
const CLOUD: &str = "\
identity: {project: {name: demo, id: p1}}
flavors:
- {name: small, id: f1, ram: 1024}
- {name: disk, id: f2, ram: 1024, disk: 10}
images:
- {name: Debian 13, id: i1, min_disk: 5, min_ram: 512}
- {name: Windows, id: i2, min_disk: 32, min_ram: 4096}
networks:
- {name: outside, id: ext, external: true, subnets: [{name: o4, id: s1, cidr: 192.0.2.0/24}]}
- {name: own, id: own, owner: project, subnets: [{name: i4, id: s2, cidr: 10.0.0.0/24, gateway_ip: 10.0.0.1}]}
- {name: bare, id: bare, owner: project}
";

async fn client() -> Client {
    Client::yaml(CLOUD).await
}

/// A server that boots from a copy of an image, with other properties.
fn wanted(more: Value) -> Value {
    let mut server = json!({
        "name": "s", "flavorRef": "f1", "networks": [{"uuid": "own"}],
        "block_device_mapping_v2": [{"boot_index": 0, "uuid": "i1", "source_type": "image",
            "destination_type": "volume", "volume_size": 8, "delete_on_termination": true}],
    });
    server.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"server": server})
}

async fn boot(client: &Client, more: Value) -> String {
    client.create(SERVERS, wanted(more), "/server/id").await
}

async fn show(client: &Client, id: &str) -> Value {
    client.get(&format!("{SERVERS}/{id}")).await.json()["server"].clone()
}

async fn console(client: &Client, id: &str, arguments: Value) -> Answer {
    client.post(&format!("{SERVERS}/{id}/action"), json!({"os-getConsoleOutput": arguments})).await
}

#[tokio::test]
async fn servers_come_and_go_with_port_and_volume() {
    let client = client().await;
    let answer = client.post(SERVERS, wanted(json!({}))).await;
    let id = answer.outcome("/server/id").1;
    assert_eq!((answer.status, answer.json()["server"].get("status")), (202, None));
    assert!(answer.header("location").ends_with(&format!("{SERVERS}/{id}")));
    assert_eq!(client.inventory(), ["server s", "volume ", "port "]);
    let server = show(&client, &id).await;
    assert_eq!(
        [&server["status"], &server["OS-EXT-STS:task_state"], &server["image"], &server["flavor"]["id"]],
        [&json!("ACTIVE"), &json!(null), &json!(""), &json!("f1")]
    );
    let address = &server["addresses"]["own"][0];
    assert_eq!((&address["addr"], &address["version"]), (&json!("10.0.0.2"), &json!(4)));
    let volume = server["os-extended-volumes:volumes_attached"][0]["id"].as_str().unwrap().to_owned();
    let volume = client.get(&format!("{VOLUMES}/{volume}")).await.json()["volume"].clone();
    assert_eq!((&volume["status"], &volume["size"]), (&json!("in-use"), &json!(8)));
    assert_eq!(volume["attachments"][0]["server_id"], id);
    let port = client.get(&format!("/network/v2.0/ports?device_id={id}")).await.json()["ports"][0].clone();
    assert_eq!((&port["status"], &port["device_owner"]), (&json!("ACTIVE"), &json!("compute:nova")));
    let path = format!("{SERVERS}/{id}");
    assert_eq!((client.delete(&path).await, client.delete(&path).await), (204, 404));
    let message = format!("Instance {id} could not be found.");
    assert_eq!(client.get(&path).await.outcome("/itemNotFound/message"), (404, message));
    assert!(client.inventory().is_empty());
}

#[tokio::test]
async fn servers_take_their_time() {
    let client = Client::yaml(&format!("{CLOUD}timing: {{server: 1h}}\n")).await;
    let id = boot(&client, json!({})).await;
    let building = show(&client, &id).await;
    assert_eq!(
        [&building["status"], &building["OS-EXT-STS:vm_state"], &building["OS-EXT-STS:task_state"]],
        ["BUILD", "building", "spawning"]
    );
    let (status, message) = console(&client, &id, json!({})).await.outcome("/conflictingRequest/message");
    assert_eq!((status, message), (409, format!("Instance {id} is not ready")));
    let client = Client::yaml(&format!("{CLOUD}timing: {{server: 50ms, deletion: 1h}}\n")).await;
    let id = boot(&client, json!({})).await;
    let path = format!("{SERVERS}/{id}");
    client.until(&path, "/server/status", "ACTIVE").await;
    assert_eq!(client.delete(&path).await, 204);
    let leaving = show(&client, &id).await;
    assert_eq!(
        (&leaving["status"], &leaving["OS-EXT-STS:task_state"]),
        (&json!("ACTIVE"), &json!("deleting"))
    );
    assert_eq!((client.delete(&path).await, client.inventory().len()), (204, 3));
}

#[tokio::test]
async fn the_volume_goes_after_the_server() {
    let client = Client::yaml(&format!("{CLOUD}timing: {{deletion: 1s}}\n")).await;
    let id = boot(&client, json!({})).await;
    assert_eq!(client.delete(&format!("{SERVERS}/{id}")).await, 204);
    client.until_there_is(&["volume "]).await;
    assert_eq!(client.get(&format!("{SERVERS}/{id}")).await.status, 404);
    client.until_there_is(&[]).await;
}

#[tokio::test]
async fn a_server_may_be_deleted_while_it_is_built() {
    let client = Client::yaml(&format!("{CLOUD}timing: {{server: 1h}}\n")).await;
    let id = boot(&client, json!({})).await;
    assert_eq!(client.delete(&format!("{SERVERS}/{id}")).await, 204);
    assert_eq!(client.get(&format!("{SERVERS}/{id}")).await.status, 404);
    assert!(client.inventory().is_empty());
}

#[tokio::test]
async fn an_own_volume_outlives_the_server_unless_it_shall_not() {
    let client = client().await;
    for (goes_with_it, left) in [(false, vec!["volume v".to_owned()]), (true, vec![])] {
        let volume = json!({"volume": {"name": "v", "size": 8, "imageRef": "i1"}});
        let volume = client.create(VOLUMES, volume, "/volume/id").await;
        let mapping = json!([{"boot_index": 0, "uuid": volume, "source_type": "volume",
                              "destination_type": "volume", "delete_on_termination": goes_with_it}]);
        let id = boot(&client, json!({"block_device_mapping_v2": mapping})).await;
        show(&client, &id).await;
        let path = format!("{VOLUMES}/{volume}");
        assert_eq!(client.get(&path).await.outcome("/volume/status").1, "in-use");
        assert_eq!(client.delete(&path).await, 400);
        let backup = client.post("/volume/v3/backups", json!({"backup": {"volume_id": volume}})).await;
        let message = "Invalid volume: Backing up an in-use volume must use the force flag.";
        assert_eq!(backup.outcome("/badRequest/message"), (400, message.into()));
        let again = client.post(SERVERS, wanted(json!({"block_device_mapping_v2": mapping}))).await;
        assert_eq!(again.status, 400);
        assert_eq!(client.delete(&format!("{SERVERS}/{id}")).await, 204);
        assert_eq!(client.inventory(), left);
        if !goes_with_it {
            assert_eq!(client.get(&path).await.outcome("/volume/status").1, "available");
            assert_eq!(client.delete(&path).await, 202);
        }
    }
}

#[tokio::test]
async fn a_given_port_outlives_the_server() {
    let client = client().await;
    let port = json!({"port": {"network_id": "own", "name": "p"}});
    let port = client.create("/network/v2.0/ports", port, "/port/id").await;
    let networks = json!({"networks": [{"port": port}]});
    let id = boot(&client, networks.clone()).await;
    let path = format!("/network/v2.0/ports/{port}");
    assert_eq!(client.get(&path).await.outcome("/port/device_id").1, id);
    assert_eq!(client.post(SERVERS, wanted(networks)).await.status, 409);
    assert_eq!(client.delete(&format!("{SERVERS}/{id}")).await, 204);
    assert_eq!(client.inventory(), ["port p"]);
    assert_eq!(client.get(&path).await.outcome("/port/device_id").1, "");
}

#[tokio::test]
async fn what_nova_does_not_take() {
    let client = client().await;
    let mapping = |more: Value| {
        let mut mapping = wanted(json!({}))["server"]["block_device_mapping_v2"][0].clone();
        mapping.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"block_device_mapping_v2": [mapping]})
    };
    let empty = client.create(VOLUMES, json!({"volume": {"size": 8}}), "/volume/id").await;
    for (more, status, part) in [
        (json!({"name": ""}), 400, "'' is too short"),
        (json!({"flavorRef": "nope"}), 400, "Flavor nope could not be found."),
        (json!({"colour": "red"}), 400, "('colour' was unexpected)"),
        (json!({"description": "d"}), 400, "('description' was unexpected)"),
        (json!({"user_data": "#cloud-config"}), 400, "is not a 'base64'"),
        (json!({"key_name": "k"}), 400, "Invalid key_name provided."),
        (json!({"min_count": 2}), 400, "one server at a time"),
        (json!({"availability_zone": "x"}), 400, "The requested availability zone is not available"),
        (json!({"security_groups": [{"name": "x"}]}), 400, "Security group x not found for project p1."),
        (json!({"networks": [{"uuid": "nope"}]}), 400, "Network nope could not be found."),
        (json!({"networks": [{"uuid": "bare"}]}), 400, "requires a subnet in order to boot instances on."),
        (json!({"networks": [{"uuid": "ext"}]}), 403, "It is not allowed to create an interface on external"),
        (json!({"networks": null}), 400, "not valid under any of the given schemas"),
        (mapping(json!({"volume_size": 4})), 400, "Volume is smaller than the minimum size"),
        (mapping(json!({"volume_size": null})), 400, "need to have a non-zero size specified"),
        (mapping(json!({"uuid": "nope"})), 400, "Can not find requested image"),
        (mapping(json!({"uuid": "i2", "volume_size": 40})), 400, "Flavor's memory is too small"),
        (mapping(json!({"boot_index": 1})), 400, "Boot sequence for the instance"),
        (mapping(json!({"source_type": "volume", "uuid": "nope"})), 400, "failed to get volume nope."),
        (mapping(json!({"source_type": "volume", "uuid": empty})), 400, "is not bootable."),
        (
            json!({"block_device_mapping_v2": [], "imageRef": "i1"}),
            403,
            "Only volume-backed servers are allowed",
        ),
        (json!({"block_device_mapping_v2": []}), 400, "Missing imageRef attribute"),
    ] {
        let answer = client.post(SERVERS, wanted(more.clone())).await;
        assert!(
            answer.status == status && answer.text.contains(part),
            "{more}: {} {}",
            answer.status,
            answer.text
        );
    }
    assert_eq!(client.inventory(), ["volume "]);
    for body in
        [json!([]), json!({}), json!({"server": {"flavorRef": "f1"}}), json!({"server": {"name": "a"}})]
    {
        assert_eq!(client.post(SERVERS, body).await.outcome("/badRequest/code"), (400, "400".into()));
    }
}

#[tokio::test]
async fn networks_need_not_be_named_in_old_microversions() {
    let client = client().await;
    let mut body = wanted(json!({}));
    body["server"].as_object_mut().unwrap().remove("networks");
    let answer = client.post(SERVERS, body.clone()).await;
    let message = "Multiple possible networks found, use a Network ID to be more specific.";
    assert_eq!(answer.outcome("/conflictingRequest/message"), (409, message.into()));
    assert_eq!(client.delete("/network/v2.0/networks/bare").await, 204);
    let id = client.create(SERVERS, body.clone(), "/server/id").await;
    assert!(show(&client, &id).await["addresses"]["own"].is_array());
    let new = [("openstack-api-version", "compute 2.37")];
    let answer = client.send(reqwest::Method::POST, SERVERS, &new, body.to_string()).await;
    assert!(answer.status == 400 && answer.text.contains("'networks' is a required property"));
    body["server"]["networks"] = "none".into();
    let answer = client.send(reqwest::Method::POST, SERVERS, &new, body.to_string()).await;
    let id = answer.outcome("/server/id").1;
    assert_eq!(show(&client, &id).await["addresses"], json!({}));
}

#[tokio::test]
async fn servers_have_what_their_microversion_has() {
    let client = client().await;
    let id = boot(&client, json!({})).await;
    let show = async |version: &str| {
        let header = format!("compute {version}");
        let headers = [("openstack-api-version", header.as_str())];
        client.get_with(&format!("{SERVERS}/{id}"), &headers).await.json()["server"].clone()
    };
    let (old, new) = (show("2.1").await, show("2.96").await);
    assert!(
        old.get("description").is_none()
            && old["os-extended-volumes:volumes_attached"][0].get("delete_on_termination").is_none()
    );
    assert_eq!((&new["flavor"]["original_name"], &new["tags"]), (&json!("small"), &json!([])));
    assert_eq!(new["os-extended-volumes:volumes_attached"][0]["delete_on_termination"], true);
}

#[tokio::test]
async fn lists_are_filtered_and_paged_the_newest_first() {
    let client = Client::yaml(&format!("{CLOUD}pages: {{servers: 2}}\n")).await;
    for name in ["touchstone-a", "touchstone-b", "my-touchstone"] {
        boot(&client, json!({"name": name})).await;
    }
    let first = client.get(&format!("{SERVERS}/detail")).await.json();
    assert_eq!(names(&first["servers"]), ["my-touchstone", "touchstone-b"]);
    assert_eq!(first["servers"][0]["status"], "ACTIVE");
    let rest = client.get(first["servers_links"][0]["href"].as_str().unwrap()).await.json();
    assert_eq!((names(&rest["servers"]), rest.get("servers_links")), (vec!["touchstone-a"], None));
    let list = async |query: &str| {
        let list = client.get(&format!("{SERVERS}?{query}")).await.json();
        names(&list["servers"]).join(" ")
    };
    assert_eq!(list("name=%5Etouchstone-").await, "touchstone-b touchstone-a");
    assert_eq!(list("name=touchstone").await, "my-touchstone touchstone-b");
    assert_eq!(list("name=-a$").await, "touchstone-a");
    for query in ["name=(", "limit=x", "marker=nope"] {
        assert_eq!(client.get(&format!("{SERVERS}?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn building_and_deleting_may_fail() {
    let faults = "faults: [{method: POST, path: /servers, times: 1, kind: fails-later}, \
                  {method: DELETE, path: '/servers/*', times: 1, kind: fails-later}]";
    let client = Client::yaml(&format!("{CLOUD}{faults}\n")).await;
    let id = boot(&client, json!({})).await;
    let failed = show(&client, &id).await;
    assert_eq!((&failed["status"], &failed["fault"]["code"]), (&json!("ERROR"), &json!(500)));
    assert_eq!(console(&client, &id, json!({})).await.status, 409);
    assert_eq!(client.delete(&format!("{SERVERS}/{id}")).await, 204);
    let stuck = show(&client, &id).await;
    assert_eq!((&stuck["status"], &stuck["OS-EXT-STS:task_state"]), (&json!("ERROR"), &json!(null)));
    assert_eq!(client.delete(&format!("{SERVERS}/{id}")).await, 204);
    assert!(client.inventory().is_empty());
}

#[tokio::test]
async fn readers_only_read() {
    let yaml = CLOUD.replace("id: p1}", "id: p1}, users: [{name: r, password: x, roles: [reader]}]");
    let client = Client::yaml(&format!("{yaml}existing: [{{kind: server, name: s}}]\n")).await;
    let id = client.get(SERVERS).await.outcome("/servers/0/id").1;
    let answer = client.post(SERVERS, wanted(json!({}))).await;
    let rule = "Policy doesn't allow os_compute_api:servers:create to be performed.";
    assert_eq!(answer.outcome("/forbidden/message"), (403, rule.into()));
    assert_eq!(client.delete(&format!("{SERVERS}/{id}")).await, 403);
    assert_eq!(console(&client, &id, json!({})).await.status, 403);
    assert_eq!(show(&client, &id).await["status"], "ACTIVE");
    let unknown = client.post(&format!("{SERVERS}/x/action"), json!({})).await;
    assert_eq!(unknown.status, 403);
    assert_eq!(client.inventory(), ["server s"]);
}
