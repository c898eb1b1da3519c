mod changes;

use reqwest::Method;
use serde_json::json;

use crate::Scenario;
use crate::testing::{Client, names};

const TYPES: &str = "\
identity: {project: {name: demo, id: p1}}
volume_types:
- {name: plain, id: a}
- {name: fast, id: b, default: true, description: '[scs:encrypted] LUKS', encryption: {}, extra_specs: {multiattach: '<is> True', backend: x}}
- {name: slow, id: c}
- {name: private, id: d, private: true}
";

#[tokio::test]
async fn versions_are_discovered_without_a_token() {
    let client = Client::anonymous(&Scenario::default()).await;
    assert_eq!(client.get("/volume/").await.outcome("/versions/0/version"), (300, "3.71".into()));
    let versioned = client.get("/volume/v3/").await;
    assert_eq!(
        versioned.outcome("/versions/0/links/0/href"),
        (200, format!("{}/volume/v3/", client.cloud.base_url()))
    );
    assert_eq!(client.get("/volume/v3/types").await.status, 401);
}

#[tokio::test]
async fn volume_types_with_and_without_the_project_in_the_path() {
    let client = Client::yaml(TYPES).await;
    let types = client.get("/volume/v3/p1/types").await;
    assert_eq!(names(&types.json()["volume_types"]), ["plain", "fast", "slow"]);
    assert_eq!(types.header("openstack-api-version"), "volume 3.0");
    assert_eq!(client.get("/volume/v3/types?is_public=None").await.json(), types.json());
    assert_eq!(client.get("/volume/v3/p2/types").await.status, 404);
    assert_eq!(
        types.json()["volume_types"][1],
        json!({
            "id": "b", "name": "fast", "is_public": true, "description": "[scs:encrypted] LUKS",
            "extra_specs": {"multiattach": "<is> True"}, "os-volume-type-access:is_public": true, "qos_specs_id": null,
        })
    );
    let named = client.get("/volume/v3/p1/types?name=slow").await.json();
    assert_eq!(names(&named["volume_types"]), ["slow"]);
}

#[tokio::test]
async fn one_volume_type() {
    let client = Client::yaml(TYPES).await;
    assert_eq!(client.get("/volume/v3/p1/types/b").await.outcome("/volume_type/name"), (200, "fast".into()));
    assert_eq!(
        client.get("/volume/v3/p1/types/default").await.outcome("/volume_type/name"),
        (200, "fast".into())
    );
    let specs = client.get("/volume/v3/p1/types/b/extra_specs").await.json();
    assert_eq!(specs, json!({"extra_specs": {"multiattach": "<is> True"}}));
    let encryption = client.get("/volume/v3/p1/types/b/encryption").await;
    let message = "Policy doesn't allow volume_extension:volume_type_encryption:get to be performed.";
    assert_eq!(encryption.outcome("/forbidden/message"), (403, message.into()));
    for id in ["fast", "d"] {
        let answer = client.get(&format!("/volume/v3/p1/types/{id}")).await;
        assert_eq!(
            answer.outcome("/itemNotFound/message"),
            (404, format!("Volume type {id} could not be found."))
        );
    }
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let client = Client::yaml(&format!("pages: {{volume_types: 2}}\n{TYPES}")).await;
    let first = client.get("/volume/v3/p1/types?is_public=None").await.json();
    assert_eq!(names(&first["volume_types"]), ["plain", "fast"]);
    let next = first["volume_type_links"][0]["href"].as_str().unwrap();
    assert_eq!(next, format!("{}/volume/v3/p1/types?is_public=None&marker=b", client.cloud.base_url()));
    let second = client.get(next).await.json();
    assert_eq!((names(&second["volume_types"]), second.get("volume_type_links")), (vec!["slow"], None));
    assert_eq!(client.get("/volume/v3/p1/types?marker=z").await.status, 400);
    assert_eq!(client.get("/volume/v3/p1/types?limit=x").await.status, 400);
}

#[tokio::test]
async fn microversions_and_everything_else() {
    let client = Client::yaml(TYPES).await;
    let ask = async |version: &str| {
        client.get_with("/volume/v3/p1/types", &[("openstack-api-version", version)]).await
    };
    assert_eq!(ask("volume 3.50").await.header("openstack-api-version"), "volume 3.50");
    assert_eq!(ask("volume 3.99").await.status, 406);
    for path in ["volumes/detail", "snapshots", "backups/detail", "limits", "os-availability-zone"] {
        assert_eq!(client.get(&format!("/volume/v3/p1/{path}")).await.status, 200, "{path}");
    }
    assert_eq!(client.get("/volume/v3/p1/nothing").await.status, 404);
    let post = client.send(Method::POST, "/volume/v3/p1/types", &[], "{}".into()).await;
    assert_eq!(post.outcome("/badMethod/code"), (405, "405".into()));
}
