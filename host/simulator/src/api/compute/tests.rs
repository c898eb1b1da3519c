mod servers;

use reqwest::Method;
use serde_json::json;

use crate::Scenario;
use crate::testing::{Client, names};

const FLAVORS: &str = "\
flavors:
- {name: a, id: '1', ram: 1024, disk: 10, vcpus: 4, description: text, extra_specs: {\"scs:name-v2\": a}}
- {name: c, id: '2', ram: 4096, vcpus: 2, swap: 512, ephemeral: 5}
- {name: b, id: '3', ram: 2048, vcpus: 1}
- {name: secret, id: '4', public: false}
- {name: reserved, id: '5', public: false, access: true}
";

async fn client() -> Client {
    Client::yaml(FLAVORS).await
}

fn version(version: &str) -> [(&'static str, String); 1] {
    [("openstack-api-version", format!("compute {version}"))]
}

#[tokio::test]
async fn versions_are_discovered_without_a_token() {
    let client = Client::anonymous(&Scenario::default()).await;
    let versions = client.get("/compute/").await;
    assert_eq!(versions.outcome("/versions/1/version"), (200, "2.96".into()));
    let version = client.get("/compute/v2.1").await;
    assert_eq!(version.outcome("/version/min_version"), (200, "2.1".into()));
    let href = format!("{}/compute/v2.1/", client.cloud.base_url());
    assert_eq!(version.outcome("/version/links/0/href"), (200, href));
    assert_eq!(client.get("/compute/v3").await.status, 404);
}

#[tokio::test]
async fn flavors_have_what_their_microversion_has() {
    let client = client().await;
    let shape = |asked: &'static str| {
        let client = &client;
        async move {
            let header = version(asked);
            let headers: Vec<_> = header.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = client.get_with("/compute/v2.1/flavors/detail", &headers).await;
            assert_eq!(answer.header("openstack-api-version"), format!("compute {asked}"));
            assert_eq!(answer.header("x-openstack-nova-api-version"), asked);
            answer.json()["flavors"].clone()
        }
    };
    let oldest = shape("2.1").await;
    let base = client.cloud.base_url();
    assert_eq!(
        oldest[0],
        json!({
            "id": "1", "name": "a", "ram": 1024, "disk": 10, "swap": "", "OS-FLV-EXT-DATA:ephemeral": 0,
            "OS-FLV-DISABLED:disabled": false, "vcpus": 4, "os-flavor-access:is_public": true, "rxtx_factor": 1.0,
            "links": [{"rel": "self", "href": format!("{base}/compute/v2.1/flavors/1")},
                      {"rel": "bookmark", "href": format!("{base}/compute/flavors/1")}],
        })
    );
    assert_eq!((&oldest[1]["swap"], &oldest[1]["OS-FLV-EXT-DATA:ephemeral"]), (&json!(512), &json!(5)));
    let v254 = shape("2.54").await;
    assert!(v254[0].get("description").is_none());
    let v255 = shape("2.55").await;
    assert_eq!((&v255[0]["description"], &v255[1]["description"]), (&json!("text"), &json!(null)));
    let v260 = shape("2.60").await;
    assert!(v260[0].get("extra_specs").is_none());
    let v261 = shape("2.61").await;
    assert_eq!(
        (&v261[0]["extra_specs"], &v261[1]["extra_specs"]),
        (&json!({"scs:name-v2": "a"}), &json!({}))
    );
    assert_eq!((&v261[0]["swap"], &shape("2.75").await[0]["swap"]), (&json!(""), &json!(0)));
}

#[tokio::test]
async fn microversions_are_negotiated() {
    let client = client().await;
    let ask = |header: &'static str, value: &'static str| {
        let client = &client;
        async move { client.get_with("/compute/v2.1/flavors", &[(header, value)]).await }
    };
    let said = |answer: &crate::testing::Answer| answer.header("openstack-api-version").to_owned();
    assert_eq!(said(&client.get("/compute/v2.1/flavors").await), "compute 2.1");
    assert_eq!(said(&ask("openstack-api-version", "compute latest").await), "compute 2.96");
    assert_eq!(said(&ask("x-openstack-nova-api-version", "2.61").await), "compute 2.61");
    assert_eq!(said(&ask("openstack-api-version", "volume 3.1, compute 2.10").await), "compute 2.10");
    assert_eq!(said(&ask("openstack-api-version", "volume 3.1").await), "compute 2.1");
    let vary: Vec<_> =
        client.get("/compute/v2.1/flavors").await.headers.get_all("vary").iter().cloned().collect();
    assert_eq!(vary, ["OpenStack-API-Version", "x-openstack-nova-api-version"]);
    let newer = ask("openstack-api-version", "compute 2.97").await;
    let message = "Version 2.97 is not supported by the API. Minimum is 2.1 and maximum is 2.96.";
    assert_eq!(newer.outcome("/computeFault/message"), (406, message.into()));
    assert_eq!(ask("openstack-api-version", "compute 2.0").await.status, 406);
    let odd = ask("openstack-api-version", "compute two").await;
    let message = "API Version String two is of invalid format. Must be of format MajorNum.MinorNum.";
    assert_eq!(odd.outcome("/badRequest/message"), (400, message.into()));
    let old = Client::yaml("microversions: {compute: '2.60'}").await;
    assert_eq!(
        old.get_with("/compute/v2.1/flavors", &[("openstack-api-version", "compute 2.61")]).await.status,
        406
    );
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let client = Client::yaml(&format!("pages: {{flavors: 2}}\n{FLAVORS}")).await;
    let mut path = "/compute/v2.1/flavors/detail?minRam=1".to_owned();
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        let page = client.get(&path).await.json();
        seen.extend(names(&page["flavors"]).into_iter().map(String::from));
        pages += 1;
        match page.pointer("/flavors_links/0/href") {
            Some(href) => path = href.as_str().unwrap().into(),
            None => break,
        }
        assert!(path.contains("/flavors/detail?minRam=1&marker="), "{path}");
    }
    // Four are visible, and a full page always has a successor.
    assert_eq!((seen, pages), (["a", "c", "b", "reserved"].map(String::from).to_vec(), 3));
    let one = client.get("/compute/v2.1/flavors?limit=1&marker=1").await.json();
    assert_eq!(names(&one["flavors"]), ["c"]);
    let more = client.get("/compute/v2.1/flavors?limit=50").await.json();
    assert_eq!(names(&more["flavors"]).len(), 2);
}

#[tokio::test]
async fn lists_are_filtered_and_sorted() {
    let client = client().await;
    let list = |query: &'static str| {
        let client = &client;
        async move {
            let list = client.get(&format!("/compute/v2.1/flavors?{query}")).await.json();
            names(&list["flavors"]).join(" ")
        }
    };
    assert_eq!(list("").await, "a c b reserved");
    assert_eq!(list("minRam=2048").await, "c b");
    assert_eq!(list("minDisk=10").await, "a");
    assert_eq!(list("sort_key=name").await, "a b c reserved");
    assert_eq!(list("sort_key=memory_mb&sort_dir=desc").await, "c b a reserved");
    assert_eq!(list("is_public=None").await, "a c b reserved");
    for (query, message) in [
        (
            "limit=abc",
            "Invalid input for query parameters limit. Value: abc. 'abc' does not match '^[0-9]*$'",
        ),
        ("limit=-1", "Invalid input for query parameters limit. Value: -1. '-1' does not match '^[0-9]*$'"),
        ("marker=nope", "marker [nope] not found"),
    ] {
        let answer = client.get(&format!("/compute/v2.1/flavors?{query}")).await;
        assert_eq!(answer.outcome("/badRequest/message"), (400, message.into()));
    }
    assert_eq!(client.get("/compute/v2.1/flavors?sort_key=zzz").await.status, 400);
}

#[tokio::test]
async fn one_flavor_and_its_extra_specs() {
    let client = client().await;
    assert_eq!(client.get("/compute/v2.1/flavors/1").await.outcome("/flavor/name"), (200, "a".into()));
    let specs = client.get("/compute/v2.1/flavors/1/os-extra_specs").await;
    assert_eq!(specs.json(), json!({"extra_specs": {"scs:name-v2": "a"}}));
    assert_eq!(
        client.get("/compute/v2.1/flavors/1/os-extra_specs/scs:name-v2").await.json(),
        json!({"scs:name-v2": "a"})
    );
    for path in ["flavors/a", "flavors/4", "flavors/9/os-extra_specs", "flavors/1/os-extra_specs/none"] {
        let (status, message) =
            client.get(&format!("/compute/v2.1/{path}")).await.outcome("/itemNotFound/message");
        assert!(status == 404 && message.starts_with("Flavor "), "{path}: {message}");
    }
}

#[tokio::test]
async fn who_has_no_token_or_no_path_learns_it() {
    let client = client().await;
    let path = "/compute/v2.1/nothing";
    let html = client.get(path).await;
    assert_eq!((html.status, html.header("content-type")), (404, "text/html; charset=UTF-8"));
    let json = client.get_with(path, &[("accept", "application/json")]).await;
    assert_eq!(json.outcome("/code"), (404, "404 Not Found".into()));
    let post = client.send(Method::POST, "/compute/v2.1/flavors", &[], "{}".into()).await;
    assert_eq!(post.outcome("/badMethod/message"), (405, "The simulated cloud does not change this.".into()));
    assert_eq!(client.get("/compute/v2.1//flavors").await.status, 404);
    for token in [None, Some("bad")] {
        let client = self::client().await.with_token(token);
        let answer = client.get("/compute/v2.1/flavors").await;
        assert_eq!(answer.outcome("/error/title"), (401, "Unauthorized".into()));
        assert!(answer.header("www-authenticate").starts_with("Keystone uri="));
        assert_eq!(client.get(path).await.status, 401);
    }
}

#[tokio::test]
async fn the_rest_of_nova_is_empty_but_there() {
    let client = Client::yaml("availability_zones: [a, b]").await;
    for path in ["servers", "servers/detail", "os-keypairs", "os-server-groups", "limits", "extensions"] {
        assert_eq!(client.get(&format!("/compute/v2.1/{path}")).await.status, 200, "{path}");
    }
    let zones = client.get("/compute/v2.1/os-availability-zone").await;
    assert_eq!(zones.outcome("/availabilityZoneInfo/1/zoneName"), (200, "b".into()));
    assert_eq!(client.get("/compute/v2.1/os-availability-zone/detail").await.status, 403);
}
