use reqwest::Method;
use serde_json::json;

use crate::Scenario;
use crate::testing::{Client, names};

const IMAGES: &str = "\
images:
- {name: old, age_days: 30, size: 10, properties: {os_distro: debian}, tags: [x, y]}
- {name: new, age_days: 1, size: 30, properties: {os_distro: debian, image_build_date: '2026-02-03'}}
- {name: middle, age_days: 10, size: 20, min_disk: 5, min_ram: 512, protected: true}
- {name: hidden, hidden: true}
- {name: foreign, visibility: private}
- {name: own, visibility: private, owner: project, age_days: 40}
- {name: community, visibility: community}
";

async fn client() -> Client {
    Client::yaml(IMAGES).await
}

async fn list(client: &Client, query: &str) -> String {
    let answer = client.get(&format!("/image/v2/images{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    names(&answer.json()["images"]).join(" ")
}

#[tokio::test]
async fn versions_are_discovered_without_a_token() {
    let client = Client::anonymous(&Scenario::default()).await;
    let href = format!("{}/image/v2/", client.cloud.base_url());
    assert_eq!(client.get("/image").await.outcome("/versions/0/links/0/href"), (300, href.clone()));
    assert_eq!(client.get("/image/versions").await.outcome("/versions/0/status"), (200, "CURRENT".into()));
    assert_eq!(client.get("/image/v2/images").await.status, 401);
}

#[tokio::test]
async fn images_carry_their_properties() {
    let client = client().await;
    let image = client.get("/image/v2/images?name=new").await.json()["images"][0].clone();
    let expected = [
        ("os_distro", json!("debian")),
        ("image_build_date", json!("2026-02-03")),
        ("size", json!(30)),
        ("visibility", json!("public")),
        ("os_hidden", json!(false)),
        ("os_hash_algo", json!("sha512")),
        ("status", json!("active")),
        ("tags", json!([])),
        ("schema", json!("/v2/schemas/image")),
    ];
    for (name, value) in expected {
        assert_eq!(image[name], value, "{name}");
    }
    assert_eq!(image["os_hash_value"].as_str().unwrap().len(), 128);
    let id = image["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/image/v2/images/{id}")).await.json(), image);
    let old = client.get("/image/v2/images?name=old").await.json()["images"][0].clone();
    let built = old["image_build_date"].as_str().unwrap();
    assert_eq!(old["created_at"].as_str().unwrap(), format!("{built}T00:00:00Z"));
    let age = jiff::Timestamp::now().duration_since(old["created_at"].as_str().unwrap().parse().unwrap());
    assert!((30 * 24..31 * 24 + 1).contains(&age.as_hours()), "{age:?}");
}

#[tokio::test]
async fn lists_show_what_the_caller_may_see() {
    let client = client().await;
    assert_eq!(list(&client, "").await, "new middle old own");
    assert_eq!(list(&client, "?os_hidden=True").await, "hidden");
    assert_eq!(list(&client, "?visibility=private").await, "own");
    assert_eq!(list(&client, "?visibility=community").await, "community");
    assert_eq!(list(&client, "?visibility=all").await, "new middle old own community");
}

#[tokio::test]
async fn lists_are_filtered_and_sorted() {
    let client = client().await;
    assert_eq!(list(&client, "?os_distro=debian").await, "new old");
    assert_eq!(list(&client, "?tag=x&tag=y").await, "old");
    assert_eq!(list(&client, "?protected=true").await, "middle");
    assert_eq!(list(&client, "?size_min=15&size_max=25").await, "middle");
    assert_eq!(list(&client, "?min_disk=5").await, "middle");
    assert_eq!(list(&client, "?no_such_property=1").await, "");
    assert_eq!(list(&client, "?sort=name:asc").await, "middle new old own");
    assert_eq!(list(&client, "?sort_key=size&sort_dir=asc&os_distro=debian").await, "old new");
    assert_eq!(list(&client, "?sort_key=name").await, "own old new middle");
    for query in ["sort_key=zz", "sort=name:up", "limit=x", "limit=-1", "marker=nope", "size_min=x"] {
        let answer =
            client.get_with(&format!("/image/v2/images?{query}"), &[("accept", "application/json")]).await;
        assert_eq!(answer.outcome("/title"), (400, "Bad Request".into()), "{query}");
    }
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let client = Client::yaml(&format!("pages: {{images: 3, images_unasked: 2}}\n{IMAGES}")).await;
    let first = client.get("/image/v2/images?visibility=public&sort=name:asc").await.json();
    assert_eq!(names(&first["images"]), ["middle", "new"]);
    assert_eq!(first["first"], "/v2/images?visibility=public&sort=name%3Aasc");
    let next = first["next"].as_str().unwrap();
    assert!(next.starts_with("/v2/images?visibility=public&sort=name%3Aasc&marker="), "{next}");
    let second = client.get(&format!("/image{next}")).await.json();
    assert_eq!((names(&second["images"]), second.get("next")), (vec!["old"], None));
    let wide = client.get("/image/v2/images?limit=100").await.json();
    assert_eq!((names(&wide["images"]).len(), wide["next"].is_string()), (3, true));
    assert_eq!(list(&client, "?limit=0").await, "");
}

#[tokio::test]
async fn who_has_no_image_or_no_path_learns_it() {
    let client = client().await;
    let foreign = client.cloud.requests().len();
    let html = client.get("/image/v2/images/abc").await;
    assert_eq!((html.status, html.header("content-type")), (404, "text/html; charset=UTF-8"));
    assert!(html.text.contains("No image found with ID abc"));
    let marked = client.get("/image/v2/images/%3Cscript%3E").await;
    assert!(!marked.text.contains("<script>"), "{}", marked.text);
    assert_eq!(client.get("/image/v2/nothing").await.status, 404);
    assert_eq!(client.get("/image/v2").await.status, 404);
    let delete = client.send(Method::DELETE, "/image/v2/images", &[], String::new()).await;
    assert_eq!((delete.status, delete.header("allow")), (405, "GET"));
    assert_eq!(client.get("/image/v2/schemas/image").await.outcome("/name"), (200, "image".into()));
    assert_eq!(client.get("/image/v2/schemas/images").await.outcome("/name"), (200, "images".into()));
    assert_eq!(client.cloud.requests().len(), foreign + 7);
}
