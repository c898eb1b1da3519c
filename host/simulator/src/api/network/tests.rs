mod changes;

use reqwest::Method;
use serde_json::{Value, json};

use crate::Scenario;
use crate::testing::{Client, names};

const NETWORKS: &str = "\
identity: {project: {name: demo, id: p1}}
networks:
- {name: outside, id: '1', external: true, subnets: [{name: o4, id: s1, cidr: 192.0.2.0/24, no_dhcp: true}]}
- {name: inside, id: '2', owner: project, subnets: [{name: i4, id: s2, cidr: 10.0.0.0/24}, {name: i6, id: s3, cidr: 'fd00::/64'}]}
- {name: shared, id: '3', shared: true}
";

async fn client() -> Client {
    Client::yaml(NETWORKS).await
}

async fn list(client: &Client, path: &str) -> String {
    let json = client.get(&format!("/network/v2.0/{path}")).await.json();
    let collection = path.split('?').next().unwrap().replace('-', "_");
    names(&json[collection]).join(" ")
}

#[tokio::test]
async fn versions_are_discovered_without_a_token() {
    let client = Client::anonymous(&Scenario::default()).await;
    let href = format!("{}/network/v2.0/", client.cloud.base_url());
    assert_eq!(client.get("/network/").await.outcome("/versions/0/links/0/href"), (200, href));
    assert_eq!(client.get("/network/v2.0/networks").await.outcome("/error/code"), (401, "401".into()));
}

#[tokio::test]
async fn networks_and_their_subnets() {
    let client = client().await;
    assert_eq!(list(&client, "networks").await, "outside inside shared");
    assert_eq!(list(&client, "networks?router:external=True").await, "outside");
    assert_eq!(list(&client, "networks?project_id=p1").await, "inside");
    assert_eq!(list(&client, "networks?name=inside&name=shared").await, "inside shared");
    assert_eq!(list(&client, "networks?sort_key=name&sort_dir=desc").await, "shared outside inside");
    assert_eq!(list(&client, "subnets?network_id=2").await, "i4 i6");
    assert_eq!(list(&client, "subnets?ip_version=6").await, "i6");
    let inside = client.get("/network/v2.0/networks/2?fields=subnets").await.json();
    assert_eq!(inside, json!({"network": {"subnets": ["s2", "s3"]}}));
    let pool = client.get("/network/v2.0/subnets/s2").await;
    assert_eq!(pool.outcome("/subnet/allocation_pools/0/end"), (200, "10.0.0.254".into()));
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let client = Client::yaml(&format!("pages: {{network: 2}}\n{NETWORKS}")).await;
    let first = client.get("/network/v2.0/networks?fields=name&fields=id").await.json();
    assert_eq!(first["networks"], json!([{"name": "outside", "id": "1"}, {"name": "inside", "id": "2"}]));
    let next = first["networks_links"][0]["href"].as_str().unwrap();
    assert_eq!(
        next,
        format!("{}/network/v2.0/networks?fields=name&fields=id&marker=2", client.cloud.base_url())
    );
    let second = client.get(next).await.json();
    assert_eq!((names(&second["networks"]), second.get("networks_links")), (vec!["shared"], None));
    let asked = self::client().await.get("/network/v2.0/networks?limit=1").await.json();
    assert!(names(&asked["networks"]) == ["outside"] && asked["networks_links"].is_array());
    let unasked = self::client().await.get("/network/v2.0/networks").await.json();
    assert!(unasked.get("networks_links").is_none());
}

#[tokio::test]
async fn what_neutron_does_not_take() {
    let client = client().await;
    for (path, status, kind) in [
        ("networks?limit=abc", 400, "BadRequest"),
        ("networks?bogus=1", 400, "HTTPBadRequest"),
        ("networks?marker=nope", 404, "NetworkNotFound"),
        ("networks/nope", 404, "NetworkNotFound"),
        ("security-groups/nope", 404, "SecurityGroupNotFound"),
        ("nothing", 404, "HTTPNotFound"),
        ("networks/1/tags/x", 404, "HTTPNotFound"),
    ] {
        let answer = client.get(&format!("/network/v2.0/{path}")).await;
        assert_eq!(answer.outcome("/NeutronError/type"), (status, kind.into()), "{path}");
    }
    let post =
        client.send(Method::POST, "/network/v2.0/default-security-group-rules", &[], "{}".into()).await;
    assert_eq!(post.outcome("/NeutronError/type"), (405, "HTTPMethodNotAllowed".into()));
}

#[tokio::test]
async fn security_groups_follow_the_default_rules() {
    let client = Client::yaml(
        "default_security_group_rules:\n\
         - {direction: egress, ethertype: IPv4}\n\
         - {direction: ingress, ethertype: IPv4, from_same_group: true, used_in_other_groups: false}\n\
         - {direction: ingress, ethertype: IPv6, protocol: tcp, port: 22, used_in_default_group: false}\n\
         security_groups: [{name: web}]\n",
    )
    .await;
    let template = client.get("/network/v2.0/default-security-group-rules").await.json();
    let rules = template["default_security_group_rules"].as_array().unwrap();
    let parent = rules.iter().find(|rule| rule["remote_group_id"] == "PARENT").unwrap();
    assert_eq!(
        (&parent["used_in_default_sg"], &parent["used_in_non_default_sg"]),
        (&json!(true), &json!(false))
    );
    let groups = client.get("/network/v2.0/security-groups").await.json();
    let group = |name: &str| -> Value {
        groups["security_groups"]
            .as_array()
            .unwrap()
            .iter()
            .find(|group| group["name"] == name)
            .unwrap()
            .clone()
    };
    let ingress = |name: &str| -> Vec<Value> {
        let rules = group(name)["security_group_rules"].clone();
        rules.as_array().unwrap().iter().filter(|rule| rule["direction"] == "ingress").cloned().collect()
    };
    assert_eq!(
        (ingress("default").len(), &ingress("default")[0]["remote_group_id"]),
        (1, &group("default")["id"])
    );
    assert_eq!((ingress("web").len(), &ingress("web")[0]["port_range_min"]), (1, &json!(22)));
    let id = group("web")["id"].as_str().unwrap().to_owned();
    let of_web =
        client.get(&format!("/network/v2.0/security-group-rules?security_group_id={id}")).await.json();
    assert_eq!(of_web["security_group_rules"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn old_clouds_have_no_default_rules() {
    let path = "/network/v2.0/extensions/security-groups-default-rules";
    let old = Client::yaml("default_security_group_rules: null").await;
    assert_eq!(old.get("/network/v2.0/default-security-group-rules").await.status, 404);
    assert_eq!(old.get(path).await.status, 404);
    let groups = old.get("/network/v2.0/security-groups").await.json();
    assert_eq!(groups["security_groups"][0]["security_group_rules"].as_array().unwrap().len(), 4);
    let new = client().await;
    assert_eq!(
        new.get(path).await.outcome("/extension/alias"),
        (200, "security-groups-default-rules".into())
    );
    for path in ["extensions", "routers", "address-scopes", "availability_zones"] {
        assert_eq!(new.get(&format!("/network/v2.0/{path}")).await.status, 200, "{path}");
    }
    assert_eq!(new.get("/network/v2.0/address-scopes").await.json(), json!({"address_scopes": []}));
}
