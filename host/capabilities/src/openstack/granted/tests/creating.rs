use serde_json::{Value, json};

use super::super::super::SharedReads;
use super::super::super::ledger::fake_cloud::{FakeCloud, PREFIX};
use super::super::super::ledger::fake_instance::{Instance, creation, folder, interface, with_body};
use super::super::super::ledger::{self, Journal};
use super::*;

async fn refused(instance: &Instance, creation: Creation, kind: ErrorKind, message: &str) {
    let error = instance.granted.create(creation).await.unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.message.contains(message), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_paid_for_is_not_sent() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    let volume = |size: Value| creation("volume", json!({"size": size}));
    use ErrorKind::{Denied, Exhausted};
    refused(&instance, volume(json!(5)), Exhausted, "pays for 4 GiB").await;
    for size in [1, 2] {
        instance.granted.create(volume(json!(size))).await.unwrap();
    }
    let sent = cloud.calls().len();
    refused(&instance, volume(json!(2)), Exhausted, "3 are used, 2 asked for").await;
    refused(&instance, volume(json!(u32::MAX)), Exhausted, "GiB").await;
    refused(&instance, volume(json!(null)), Denied, "size").await;
    refused(&instance, creation("volume", json!({"size": 1, "name": "mine"})), Denied, "prefix").await;
    refused(&instance, creation("backup", json!({"volume_id": "id-1"})), Denied, "volume_id").await;
    let elsewhere = Request::new("compute", Method::Post, "/os-keypairs");
    let elsewhere = with_body(elsewhere, &json!({"keypair": {"name": format!("{PREFIX}k")}}));
    refused(
        &instance,
        Creation { request: elsewhere, ..volume(json!(1)) },
        Denied,
        "grants no such creation",
    )
    .await;
    assert_eq!(cloud.calls().len(), sent);
    instance.granted.create(volume(json!(1))).await.unwrap();
    refused(&instance, volume(json!(1)), Exhausted, "pays for 3 of them").await;
    assert_eq!(cloud.calls().len(), sent + 1);
    let audit = instance.granted.audit();
    assert_eq!(audit.total, 8);
    let line = "block-storage POST /volumes (exhausted), 4 times";
    assert!(audit.entries.iter().any(|entry| entry.to_string() == line), "{audit:?}");
    assert_eq!(instance.granted.usage().calls, 3);
}

#[tokio::test(start_paused = true)]
async fn concurrent_creations_do_not_overdraw() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    let all = (0..10).map(|_| instance.granted.create(creation("volume", json!({"size": 1}))));
    let created = futures::future::join_all(all).await.into_iter().filter(Result::is_ok).count();
    assert_eq!((created, cloud.own().len()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn changes_are_of_own_things_only() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    let volume = instance.create("volume", json!({"size": 1})).await.unwrap();
    let delete =
        |id: &str| instance.granted.call(Request::new("volumev3", Method::Delete, format!("/volumes/{id}")));
    assert_eq!(delete("id-6").await.unwrap_err().kind, ErrorKind::Denied);
    assert_eq!(delete(&volume).await.unwrap().status, 202);
    let error = instance.granted.call(creation("volume", json!({"size": 1})).request).await.unwrap_err();
    assert!(error.message.contains("by `create` only"), "{error}");
    let calls = cloud.calls();
    assert_eq!(calls, ["POST /volumes".to_owned(), format!("DELETE /volumes/{volume}")]);
}

#[tokio::test(start_paused = true)]
async fn an_interface_is_below_own_things() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    let network = instance.create("network", json!({})).await.unwrap();
    let subnet = instance.create("subnet", json!({"network_id": network})).await.unwrap();
    let router = instance.create("router", json!({})).await.unwrap();
    for (router, subnet) in [("id-26", subnet.as_str()), (&router, "id-21")] {
        let error = instance.granted.create(interface(router, subnet)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Denied);
    }
    instance.granted.create(interface(&router, &subnet)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn reads_are_shared_until_something_is_created() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let direct: Arc<dyn Openstack> = Arc::new(Arc::clone(&cloud));
    let shared = Arc::new(SharedReads::new(Arc::clone(&direct), 1 << 20));
    let journal = Journal::new(folder.path(), ledger::fake_instance::header()).unwrap();
    let grants: Vec<Grant> =
        ["network POST /networks max 1", "network GET /networks"].map(|text| text.parse().unwrap()).to_vec();
    let instance = || {
        let ledger = Ledger::new(Arc::clone(&direct), Arc::clone(&journal), "c");
        let granted = Granted::new(Arc::clone(&shared) as _, grants.clone(), CallLimits::default());
        granted.creating(Arc::clone(&direct), ledger)
    };
    let (creator, reader) = (instance(), instance());
    let list = || Request::new("network", Method::Get, "/networks");
    let reads = || cloud.calls().iter().filter(|call| *call == "GET /networks").count();
    for granted in [&creator, &reader, &creator] {
        granted.call(list()).await.unwrap();
    }
    assert_eq!(reads(), 1);
    creator.create(creation("network", json!({}))).await.unwrap();
    for _ in 0..2 {
        assert!(creator.call(list()).await.unwrap().attempts > 0);
    }
    assert_eq!(reads(), 3);
    assert_eq!(reader.call(list()).await.unwrap().attempts, 0);
    assert_eq!(reads(), 3, "others go on sharing");
}

#[tokio::test]
async fn without_a_ledger_nothing_is_created_or_changed() {
    let stub = Arc::new(Stub::default());
    let grants = ["block-storage POST /volumes max 2, 4 GiB", "compute DELETE /servers/*"];
    let granted = granted(&stub, &grants, CallLimits::default());
    let error = granted.create(creation("volume", json!({"size": 1}))).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    let error = granted.call(Request::new("compute", Method::Delete, "/servers/1")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert_eq!((stub.calls.load(Ordering::SeqCst), granted.audit().total), (0, 2));
}

#[tokio::test]
async fn probes_need_a_grant_of_their_own() {
    let stub = Arc::new(Stub::default());
    let granted = granted(&stub, &["object-store PROBE /", "image GET /"], CallLimits::default());
    let probe = |service: &str, path: &str| granted.probe(service.to_owned(), path.to_owned());
    probe("object-store", "/").await.unwrap();
    for (service, path, kind) in [
        ("object-store", "/x", ErrorKind::Denied),
        ("image", "/", ErrorKind::Denied),
        ("object-store", "/../", ErrorKind::InvalidRequest),
        ("object-store", "//evil.example", ErrorKind::InvalidRequest),
        ("object-store", "http://evil.example/", ErrorKind::InvalidRequest),
    ] {
        assert_eq!(probe(service, path).await.unwrap_err().kind, kind, "{path}");
    }
    let error = granted.call(Request::new("object-store", Method::Get, "/")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert_eq!((stub.calls.load(Ordering::SeqCst), granted.audit().total), (1, 6));
    assert_eq!(granted.usage().calls, 1);
}
