use reqwest::Method;
use serde_json::{Value, json};

use crate::Scenario;
use crate::testing::{Client, password_login};

const TOKENS: &str = "/identity/v3/auth/tokens";

async fn anonymous() -> Client {
    Client::anonymous(&Scenario::default()).await
}

fn login(identity: Value, scope: Option<Value>) -> Value {
    let mut auth = json!({"identity": identity});
    if let Some(scope) = scope {
        auth["scope"] = scope;
    }
    json!({"auth": auth})
}

#[tokio::test]
async fn versions_are_discovered_without_a_token() {
    let client = anonymous().await;
    let base = client.cloud.base_url();
    let root = client.get("/identity").await;
    assert_eq!(root.outcome("/versions/values/0/links/0/href"), (300, format!("{base}/identity/v3/")));
    assert_eq!(client.get("/identity/v3/").await.outcome("/version/id"), (200, "v3.14".into()));
}

#[tokio::test]
async fn a_password_gives_a_token_for_the_project() {
    let client = anonymous().await;
    let answer = client.post_login(&password_login("demo", "demo-password")).await;
    let token = answer.json()["token"].clone();
    assert_eq!((answer.status, answer.header("vary")), (201, "X-Auth-Token"));
    assert_eq!(token["project"]["name"], "demo");
    assert_eq!(token["user"]["name"], "demo");
    assert_eq!(token["user"]["domain"], json!({"id": "default", "name": "Default"}));
    let roles: Vec<_> =
        token["roles"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert_eq!(roles, ["member", "reader"]);
    let lifetime = |key: &str| token[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(lifetime("expires_at").duration_since(lifetime("issued_at")).as_secs(), 3600);
    assert_eq!(client.cloud.issued_tokens(), [answer.header("x-subject-token")]);
}

#[tokio::test]
async fn users_and_projects_are_found_by_id_and_by_name_with_domain() {
    let client = anonymous().await;
    let token = client.post_login(&password_login("demo", "demo-password")).await.json()["token"].clone();
    let (user, project) = (&token["user"]["id"], &token["project"]["id"]);
    let by = |user: Value, scope: Value| {
        let mut user = user;
        user["password"] = "demo-password".into();
        login(json!({"methods": ["password"], "password": {"user": user}}), Some(json!({"project": scope})))
    };
    let domain_name = json!({"name": "Default"});
    for (body, status) in [
        (by(json!({"id": user}), json!({"id": project})), 201),
        (
            by(
                json!({"name": "demo", "domain": domain_name}),
                json!({"name": "demo", "domain": {"id": "default"}}),
            ),
            201,
        ),
        (by(json!({"name": "demo", "domain": {"id": "other"}}), json!({"id": project})), 401),
        (by(json!({"name": "demo"}), json!({"id": project})), 401),
        (by(json!({"id": user}), json!({"id": "other"})), 401),
        (by(json!({"id": user}), json!({"name": "demo"})), 401),
    ] {
        assert_eq!(client.post_login(&body).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn application_credentials_are_found_by_id_and_by_name_with_user() {
    let client = anonymous().await;
    let by = |credential: Value, scope: Option<Value>| {
        login(json!({"methods": ["application_credential"], "application_credential": credential}), scope)
    };
    let user = json!({"name": "demo", "domain": {"id": "default"}});
    let named = json!({"name": "appcred", "user": user, "secret": "demo-appcred-secret"});
    let answer = client.post_login(&by(named.clone(), None)).await;
    let token = answer.json()["token"].clone();
    assert_eq!((answer.status, &token["methods"]), (201, &json!(["application_credential"])));
    let id = token["application_credential"]["id"].as_str().unwrap();
    assert!(client.cloud.clouds_yaml().contains(&format!("application_credential_id: \"{id}\"")));
    for (body, status) in [
        (by(json!({"id": id, "secret": "demo-appcred-secret"}), None), 201),
        (by(json!({"id": id, "secret": "wrong"}), None), 401),
        (by(json!({"id": "other", "secret": "demo-appcred-secret"}), None), 401),
        (by(json!({"name": "appcred", "secret": "demo-appcred-secret"}), None), 401),
        (by(named, Some(json!({"project": {"id": token["project"]["id"]}}))), 401),
    ] {
        assert_eq!(client.post_login(&body).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn wrong_logins_are_told_apart_from_malformed_ones() {
    let client = anonymous().await;
    let wrong = client.post_login(&password_login("demo", "wrong")).await;
    let message = "The request you have made requires authentication.";
    assert_eq!(wrong.outcome("/error/message"), (401, message.into()));
    assert_eq!(wrong.header("www-authenticate"), format!("Keystone uri=\"{}\"", client.cloud.auth_url()));
    for (body, begins) in [
        ("{\"auth\"", "Expecting to find valid JSON in request body."),
        ("{}", "Expecting to find auth.identity.methods in request body."),
        (r#"{"auth": {"identity": {"methods": []}}}"#, "Expecting to find methods in identity."),
        (r#"{"auth": {"identity": {"methods": ["password"]}}}"#, "Expecting to find password in identity."),
        (r#"{"auth": {"identity": {"methods": ["weird"]}}}"#, "Expecting to find weird in identity."),
    ] {
        let (status, message) =
            client.send(Method::POST, TOKENS, &[], body.into()).await.outcome("/error/message");
        assert!(status == 400 && message.starts_with(begins), "{body}: {message}");
    }
    assert!(client.cloud.issued_tokens().is_empty());
}

#[tokio::test]
async fn tokens_are_described_renewed_and_revoked() {
    let client = Client::new(&Scenario::default()).await;
    let token = client.token().to_owned();
    let subject = [("x-subject-token", token.as_str())];
    let described = client.get_with(TOKENS, &subject).await;
    assert_eq!(described.outcome("/token/user/name"), (200, "demo".into()));
    assert_eq!(described.header("x-subject-token"), token);
    assert!(described.json()["token"]["catalog"].is_array());
    let brief = client.get_with("/identity/v3/auth/tokens?nocatalog", &subject).await;
    assert!(brief.json()["token"].get("catalog").is_none());
    assert_eq!(client.get(TOKENS).await.status, 403);
    let again = client.post_login(&login(json!({"methods": ["token"], "token": {"id": token}}), None)).await;
    assert_eq!(again.status, 201);
    assert_eq!(client.send(Method::DELETE, TOKENS, &subject, String::new()).await.status, 204);
    assert_eq!(client.get("/identity/v3/auth/catalog").await.status, 401);
    let client = client.with_token(Some(again.header("x-subject-token")));
    assert_eq!(client.get("/identity/v3/auth/catalog").await.status, 200);
    client.cloud.expire_tokens();
    assert_eq!(client.get("/identity/v3/auth/catalog").await.status, 401);
}

#[tokio::test]
async fn tokens_expire() {
    let client = Client::yaml("identity: {token_lifetime: 1s}").await;
    assert_eq!(client.get("/compute/v2.1/flavors").await.status, 200);
    tokio::time::sleep(std::time::Duration::from_millis(1020)).await;
    assert_eq!(client.get("/compute/v2.1/flavors").await.status, 401);
    assert_eq!(client.get("/identity/v3/auth/projects").await.status, 401);
}

#[tokio::test]
async fn unscoped_tokens_are_good_only_for_keystone() {
    let client = anonymous().await;
    let mut body = password_login("demo", "demo-password");
    body["auth"]["scope"] = "unscoped".into();
    let answer = client.post_login(&body).await;
    assert!(answer.status == 201 && answer.json()["token"].get("project").is_none());
    let client = client.with_token(Some(answer.header("x-subject-token")));
    assert_eq!(
        client.get("/identity/v3/auth/projects").await.outcome("/projects/0/name"),
        (200, "demo".into())
    );
    assert_eq!(client.get("/identity/v3/auth/catalog").await.status, 403);
    assert_eq!(client.get("/compute/v2.1/flavors").await.status, 401);
}

#[tokio::test]
async fn the_rest_of_keystone_is_there_or_forbidden_or_unknown() {
    let client = Client::new(&Scenario::default()).await;
    let project = client.get("/identity/v3/auth/projects").await.json()["projects"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let own = format!("/identity/v3/projects/{project}");
    for (path, status) in [
        (own.as_str(), 200),
        ("/identity/v3/projects", 403),
        ("/identity/v3/users", 403),
        ("/identity/v3/roles", 403),
        ("/identity/v3/regions", 200),
        ("/identity/v3/auth/domains", 200),
        ("/identity/v3/nothing", 404),
        ("/identity/v2.0/tokens", 404),
    ] {
        assert_eq!(client.get(path).await.status, status, "{path}");
    }
    let denied = client.send(Method::PUT, "/identity/v3/auth/projects", &[], String::new()).await;
    assert_eq!((denied.status, denied.header("allow")), (405, "HEAD, GET, OPTIONS"));
    let head = client.send(Method::HEAD, "/identity/v3/auth/projects", &[], String::new()).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    let client = client.with_token(Some("bad"));
    assert_eq!(client.get(&own).await.status, 401);
    assert_eq!(client.get("/identity/v3/nothing").await.status, 401);
}

#[tokio::test]
async fn an_admin_may_more() {
    let client = Client::yaml(
        "identity: {users: [{name: root, password: x, roles: [admin, member]}]}\n\
         flavors: [{name: a}, {name: b, public: false}, {name: c, public: false, access: true}]\n\
         volume_types: [{name: v, extra_specs: {secret: s}, encryption: {}}, {name: w, private: true}]\n",
    )
    .await;
    assert_eq!(client.get("/identity/v3/projects").await.status, 200);
    let flavors = |query: &'static str| {
        let client = &client;
        async move {
            client.get(&format!("/compute/v2.1/flavors{query}")).await.json()["flavors"]
                .as_array()
                .unwrap()
                .len()
        }
    };
    assert_eq!(
        (flavors("").await, flavors("?is_public=None").await, flavors("?is_public=False").await),
        (2, 3, 2)
    );
    let types = client.get("/volume/v3/types?is_public=None").await.json()["volume_types"].clone();
    assert_eq!(types.as_array().unwrap().len(), 2);
    assert_eq!(types[0]["extra_specs"], json!({"secret": "s"}));
    let path = format!("/volume/v3/types/{}/encryption", types[0]["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.outcome("/provider"), (200, "luks".into()));
}

mod catalog {
    use super::*;

    async fn endpoints(yaml: &str) -> (Client, Vec<(String, String, String, String)>) {
        let client = Client::yaml(yaml).await;
        let catalog = client.get("/identity/v3/auth/catalog").await.json()["catalog"].clone();
        let base = client.cloud.base_url().to_owned();
        let mut all = Vec::new();
        for service in catalog.as_array().unwrap() {
            for endpoint in service["endpoints"].as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap().replace(&base, "");
                all.push((
                    text(&service["type"]),
                    text(&endpoint["region"]),
                    text(&endpoint["interface"]),
                    text(&endpoint["url"]),
                ));
            }
        }
        (client, all)
    }

    fn urls(endpoints: &[(String, String, String, String)]) -> Vec<(&str, &str)> {
        let public = endpoints.iter().filter(|(_, _, interface, _)| interface == "public");
        public.map(|(service, _, _, url)| (service.as_str(), url.as_str())).collect()
    }

    #[tokio::test]
    async fn is_what_clouds_usually_have() {
        let (_client, endpoints) = endpoints("identity: {project: {name: p, id: p1}}").await;
        assert_eq!(
            urls(&endpoints),
            [
                ("identity", "/identity/v3"),
                ("compute", "/compute/v2.1"),
                ("image", "/image"),
                ("block-storage", "/volume/v3/p1"),
                ("volumev3", "/volume/v3/p1"),
                ("network", "/network"),
                ("placement", "/placement"),
                ("key-manager", "/key-manager"),
                ("load-balancer", "/load-balancer"),
                ("object-store", "/object-store/v1/AUTH_p1"),
            ]
        );
        assert_eq!(endpoints.len(), 30);
    }

    #[tokio::test]
    async fn can_be_bent() {
        let (_client, endpoints) = endpoints(
            "catalog:\n  services:\n    compute: {endpoint: unversioned}\n    image: {endpoint: versioned}\n    \
             block-storage: {types: [volumev3], endpoint: unversioned}\n    key-manager: {absent: true}\n    \
             placement: {absent: true}\n    load-balancer: {absent: true}\n    object-store: {absent: true}\n    \
             network: {types: [network, networking]}\n  \
             interfaces: [public]\n  extra: [{type: s3, url: /s3}, {type: evil, url: 'http://192.0.2.1/'}]\n",
        )
        .await;
        assert_eq!(
            urls(&endpoints),
            [
                ("identity", "/identity/v3"),
                ("compute", "/compute"),
                ("image", "/image/v2"),
                ("volumev3", "/volume"),
                ("network", "/network"),
                ("networking", "/network"),
                ("s3", "/s3"),
                ("evil", "http://192.0.2.1/"),
            ]
        );
    }

    #[tokio::test]
    async fn may_have_other_regions_and_interfaces_that_nobody_answers() {
        let (client, endpoints) = endpoints(
            "catalog: {extra_regions: [north], interfaces: [public, internal], unreachable_interfaces: [internal]}\n\
             flavors: [{name: a}]\n",
        )
        .await;
        let compute: Vec<_> =
            endpoints.iter().filter(|(service, ..)| service == "compute").cloned().collect();
        let entry = |region: &str, interface: &str, url: &str| {
            ("compute".into(), region.into(), interface.into(), url.into())
        };
        assert_eq!(
            compute,
            [
                entry("north", "public", "/regions/north/compute/v2.1"),
                entry("north", "internal", "http://127.0.0.1:1/regions/north/compute/v2.1"),
                entry("RegionOne", "public", "/compute/v2.1"),
                entry("RegionOne", "internal", "http://127.0.0.1:1/compute/v2.1"),
            ]
        );
        let flavors = client.get("/regions/north/compute/v2.1/flavors").await;
        let (status, link) = flavors.outcome("/flavors/0/links/0/href");
        assert!(status == 200 && link.contains("/regions/north/compute/v2.1/flavors/"), "{link}");
        assert_eq!(client.get("/regions/south/compute/v2.1/flavors").await.status, 404);
        let last = client
            .cloud
            .requests()
            .into_iter()
            .rev()
            .find(|request| request.region.as_deref() == Some("north"));
        assert_eq!(last.unwrap().path, "/flavors");
    }
}
