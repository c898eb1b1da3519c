use futures::future::join_all;
use serde_json::json;

use super::*;
use crate::openstack::config::Interface;
use crate::openstack::fake::{Asked, Reply, logged_in, service, with_headers};

/// A cloud whose unversioned services list versions that link to another host.
async fn discoverable(
    services: &'static [(&'static str, &'static str)],
    versions: &'static [(&'static str, &'static str)],
) -> Fake {
    Fake::cloud(services, move |asked| match asked.target.trim_end_matches('/') {
        "" | "/network" => {
            let versions = versions.iter().map(|(id, path)| {
                json!({"id": id, "status": "CURRENT", "links": [{"rel": "self", "href": format!("http://10.0.0.1:1{path}")}]})
            });
            with_headers(300, &[], json!({"versions": versions.collect::<Vec<_>>()}).to_string())
        }
        _ => answer(200, "{}"),
    })
    .await
}

async fn called(fake: &Fake, service: &str, path: &str) -> Vec<String> {
    connect(fake).await.call(get(service, path)).await.unwrap();
    fake.calls()
}

#[tokio::test]
async fn aliases_are_understood() {
    let fake =
        Fake::cloud(&[("volumev3", "/v3/PROJECT"), ("volumev2", "/v2/PROJECT")], |_| answer(200, "{}")).await;
    let session = connect(&fake).await;
    for service in ["volumev3", "block-storage", "volume", "volumev2"] {
        session.call(get(service, "/types")).await.unwrap();
    }
    let expected = format!("GET /v3/{}/types", crate::openstack::fake::PROJECT);
    assert_eq!(fake.calls(), vec![expected; 4]);
}

#[tokio::test]
async fn versions_are_found_out_and_links_do_not_lead_away() {
    let fake = discoverable(&[("network", "/network")], &[("v2.0", "/v2.0/")]).await;
    assert_eq!(called(&fake, "network", "/networks").await, ["GET /network", "GET /network/v2.0/networks"]);
    assert_eq!(fake.asked()[1].token(), "", "no token is needed to ask for versions");
    let fake = discoverable(&[("image", "")], &[("v2.9", "/v2/"), ("v2.16", "/v2/"), ("v1.0", "/v1/")]).await;
    assert_eq!(called(&fake, "image", "/images").await, ["GET /", "GET /v2/images"]);
    let fake = discoverable(&[("volumev2", "/v2/PROJECT")], &[("v2.0", "/v2/"), ("v3.0", "/v3/")]).await;
    let types = format!("GET /v3/{}/types", crate::openstack::fake::PROJECT);
    assert_eq!(called(&fake, "block-storage", "/types").await, ["GET /".to_owned(), types]);
}

#[tokio::test]
async fn versions_are_found_out_once() {
    let fake = discoverable(&[("image", "")], &[("v2.16", "/v2/")]).await;
    let session = connect(&fake).await;
    for result in join_all((0..10).map(|_| session.call(get("image", "/images")))).await {
        result.unwrap();
    }
    assert_eq!(fake.calls().iter().filter(|call| *call == "GET /").count(), 1);
}

#[tokio::test]
async fn without_a_list_of_versions_the_usual_one_is_taken() {
    let replies: [fn() -> Reply; 4] = [
        || with_headers(200, &[("Content-Type", "text/html")], "<html>"),
        || answer(503, "{}"),
        || with_headers(302, &[("Location", "http://10.0.0.1/")], ""),
        || {
            Reply::Endless(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"8\r\nxxxxxxxx\r\n".repeat(10_000),
            )
        },
    ];
    for reply in replies {
        let fake = Fake::cloud(&[("network", "")], move |asked| match asked.target.as_str() {
            "/" => reply(),
            _ => answer(200, "{}"),
        })
        .await;
        assert_eq!(called(&fake, "network", "/networks").await.last().unwrap(), "GET /v2.0/networks");
    }
}

#[tokio::test]
async fn services_without_versions_are_used_as_they_are() {
    let fake = Fake::cloud(&[("placement", "/placement"), ("object-store", "/v1/AUTH_PROJECT")], |_| {
        answer(200, "{}")
    })
    .await;
    let session = connect(&fake).await;
    session.call(get("placement", "/traits")).await.unwrap();
    session.call(get("object-store", "/")).await.unwrap();
    let account = format!("GET /v1/AUTH_{}/", crate::openstack::fake::PROJECT);
    assert_eq!(fake.calls(), ["GET /placement/traits".to_owned(), account]);
}

#[tokio::test]
async fn a_service_that_is_not_in_the_catalog() {
    let fake = Fake::cloud(&[("compute", "/v2.1"), ("image", "")], |_| answer(200, "{}")).await;
    let error = connect(&fake).await.call(get("dns", "/zones")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSuchService);
    assert_eq!(
        error.message,
        "dns GET /zones: the catalog of the subject has no such service; it has compute, image"
    );
}

/// Logs in with a catalog of two regions and two interfaces.
fn two_regions(asked: &Asked) -> Reply {
    if !asked.is_login() {
        return answer(200, "{}");
    }
    let host = &asked.headers["host"];
    let endpoint = |region: &str, interface: &str| json!({"interface": interface, "region": region, "url": format!("http://{host}/{region}/{interface}/v2.1")});
    let endpoints = [endpoint("A", "public"), endpoint("A", "internal"), endpoint("B", "public")];
    logged_in(asked.before, &[json!({"type": "compute", "name": "nova", "endpoints": endpoints})])
}

#[tokio::test]
async fn region_and_interface_choose_the_endpoint() {
    let fake = Fake::start(two_regions).await;
    for (region, interface) in
        [("A", Interface::Public), ("A", Interface::Internal), ("B", Interface::Public)]
    {
        let config = fake.config().with_region(region).with_interface(interface);
        let session = Session::connect(&config, &quick()).await.unwrap();
        session.call(get("compute", "/flavors")).await.unwrap();
        assert_eq!(fake.calls().pop().unwrap(), format!("GET /{region}/{interface}/v2.1/flavors"));
        assert!(session.catalog()[0].endpoints.iter().all(|endpoint| endpoint.region == region));
        assert_eq!(session.identity().region.as_deref(), Some(region));
    }
    let config = fake.config().with_region("B").with_interface(Interface::Internal);
    let session = Session::connect(&config, &quick()).await.unwrap();
    let error = session.call(get("compute", "/flavors")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSuchService);
    assert!(error.message.contains("no usable internal endpoint of this service in region \"B\""), "{error}");
}

#[tokio::test]
async fn an_unclear_or_unknown_region_is_said_at_once() {
    let fake = Fake::start(two_regions).await;
    let message =
        async |config: CloudConfig| Session::connect(&config, &quick()).await.err().unwrap().to_string();
    assert_eq!(
        message(fake.config()).await,
        "cloud \"fake\" has several regions (A, B); configure one as region_name"
    );
    assert_eq!(
        message(fake.config().with_region("a")).await,
        "cloud \"fake\" has no region \"a\"; its catalog has A, B"
    );
}

#[tokio::test]
async fn a_configured_endpoint_goes_before_the_catalog() {
    let elsewhere = Fake::start(|_| answer(200, "{}")).await;
    let fake = Fake::cloud(NOVA, |_| answer(200, "{}")).await;
    let url = format!("{}nova/v2.1/%(project_id)s", elsewhere.url);
    let config = fake.config().with_endpoint("compute".parse().unwrap(), url);
    let session = Session::connect(&config, &quick()).await.unwrap();
    session.call(get("compute", "/flavors")).await.unwrap();
    assert_eq!(elsewhere.calls(), [format!("GET /nova/v2.1/{}/flavors", crate::openstack::fake::PROJECT)]);
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn endpoints_that_are_no_urls_are_not_used() {
    for url in ["", "not a url", "ftp://host/v2.1", "file:///etc/passwd", "http://user:pw@host/v2.1"] {
        let fake = Fake::start(move |asked| logged_in(asked.before, &[service("compute", url)])).await;
        let config = fake.config();
        let session = Session::connect(&config, &quick()).await.unwrap();
        let result = session.call(get("compute", "/flavors")).await;
        assert_eq!(result.unwrap_err().kind, ErrorKind::NoSuchService, "{url}");
    }
}
