use crate::openstack::Capabilities as _;
use std::time::Duration;

use serde_json::json;
use touchstone_grants::Method;

use super::super::super::api::Request;
use super::super::fake_cloud::{FakeCloud, Fault, PREFIX};
use super::super::fake_instance::{Instance, creation, folder, interface};
use super::*;

/// The one call whose creation meets a fault.
fn at_creation(path: &'static str, fault: Fault) -> Arc<FakeCloud> {
    FakeCloud::with_faults(move |request, before| {
        (request.method == Method::Post && request.path == path && before == 0).then(|| fault.clone())
    })
}

async fn undo(instance: &Instance) -> Ephemeral {
    instance.ledger.undo_all(&UndoOptions::default(), |_| {}).await
}

#[tokio::test(start_paused = true)]
async fn what_was_created_is_removed_newest_first() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let before = cloud.names();
    let instance = Instance::new(&cloud, folder.path());
    let network = instance.create("network", json!({})).await.unwrap();
    let subnet = instance.create("subnet", json!({"network_id": network})).await.unwrap();
    let router = instance.create("router", json!({})).await.unwrap();
    instance.granted.create(interface(&router, &subnet)).await.unwrap();
    let volume = instance.create("volume", json!({"size": 1})).await.unwrap();
    let device = json!([{"source_type": "volume", "destination_type": "volume", "uuid": volume}]);
    let server = json!({"networks": [{"uuid": network}], "block_device_mapping_v2": device});
    instance.create("server", server).await.unwrap();
    instance.create("secret", json!({})).await.unwrap();
    assert!(instance.ledger.owns(&volume) && !instance.ledger.owns("id-1"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let (told, heard) = std::sync::mpsc::channel();
    let told = Mutex::new(told);
    let on = |event| drop(told.lock().unwrap().send(event));
    let ephemeral = instance.ledger.undo_all(&UndoOptions::default(), on).await;
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (7, 7, 0));
    assert_eq!(cloud.names(), before);
    let removed = heard.try_iter().filter_map(|event| match event {
        LedgerEvent::Removed(thing) => Some(thing.kind),
        _ => None,
    });
    let expected = ["secret", "server", "volume", "router interface", "router", "subnet", "network"];
    assert_eq!(removed.collect::<Vec<_>>(), expected);
    assert_eq!(instance.journal.finish().unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_creation_there_is_no_journal() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let below = folder.path().join("a/b");
    let instance = Instance::new(&cloud, &below);
    instance.granted.call(Request::new("compute", Method::Get, "/servers/id-1")).await.unwrap();
    assert_eq!(undo(&instance).await, Ephemeral::default());
    assert_eq!(instance.journal.finish().unwrap(), None);
    assert!(!below.exists());
}

#[tokio::test(start_paused = true)]
async fn a_refused_creation_leaves_nothing_and_costs_nothing() {
    let cloud = at_creation("/backups", Fault::Answer(413, json!({"overLimit": {}})));
    let folder = folder();
    let instance = Instance::new(&cloud, folder.path());
    let volume = instance.create("volume", json!({"size": 1})).await.unwrap();
    let refused = instance.granted.create(creation("backup", json!({"volume_id": volume}))).await.unwrap();
    assert_eq!((refused.id.as_str(), refused.response.status), ("", 413));
    assert!(!instance.ledger.owns(""));
    // The budget is one backup: it was not used up.
    instance.create("backup", json!({"volume_id": volume})).await.unwrap();
    let error = instance.create("backup", json!({"volume_id": volume})).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Exhausted, "{error}");
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (2, 2, 0));
    assert!(cloud.own().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_not_answered_is_found_by_its_name() {
    for fault in [
        Fault::AnswerLost,
        Fault::DoneBut(504, json!("gateway timeout")),
        Fault::DoneBut(408, json!(null)),
        Fault::DoneBut(202, json!({"network": {"id": "../servers/1"}})),
        Fault::DoneBut(202, json!({"network": {}})),
        Fault::DoneBut(200, json!("moved")),
        Fault::DoneBut(302, json!(null)),
        Fault::DoneLate(Duration::from_secs(9)),
    ] {
        let (cloud, folder) = (at_creation("/networks", fault.clone()), folder());
        let before = cloud.names();
        let instance = Instance::new(&cloud, folder.path());
        let _ = instance.create("network", json!({})).await;
        let ephemeral = undo(&instance).await;
        assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (1, 1, 0), "{fault:?}");
        assert_eq!(cloud.names(), before, "{fault:?}");
        assert_eq!(instance.journal.finish().unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn strangers_with_similar_names_survive() {
    for fault in [Fault::AnswerLost, Fault::Lost] {
        let cloud = at_creation("/networks", fault);
        let names = ["x-NAME", "NAME-2", "NAME ", "NAMENAME", "NAM", "network"];
        for name in names {
            cloud.add("networks", &name.replace("NAME", &format!("{PREFIX}network")), json!({}));
        }
        let (before, folder) = (cloud.names(), folder());
        let instance = Instance::new(&cloud, folder.path());
        instance.create("network", json!({})).await.unwrap_err();
        assert!(undo(&instance).await.left.is_empty());
        assert_eq!(cloud.names(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn what_never_came_into_being_is_not_waited_for_longer_than_needed() {
    let (cloud, folder) = (at_creation("/networks", Fault::Lost), folder());
    let instance = Instance::new(&cloud, folder.path());
    let error = instance.create("network", json!({})).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    let started = Instant::now();
    assert_eq!(undo(&instance).await, Ephemeral::default());
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(9) && took < Duration::from_secs(15), "{took:?}");
    assert_eq!(instance.journal.finish().unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn an_interface_that_was_not_answered_is_taken_off() {
    for (fault, deleted) in
        [(Fault::AnswerLost, 4), (Fault::DoneLate(Duration::from_secs(5)), 4), (Fault::Lost, 3)]
    {
        let cloud = FakeCloud::with_faults({
            let fault = fault.clone();
            move |request, _| request.path.ends_with("/add_router_interface").then(|| fault.clone())
        });
        let (before, folder) = (cloud.names(), folder());
        let instance = Instance::new(&cloud, folder.path());
        let network = instance.create("network", json!({})).await.unwrap();
        let subnet = instance.create("subnet", json!({"network_id": network})).await.unwrap();
        let router = instance.create("router", json!({})).await.unwrap();
        instance.granted.create(interface(&router, &subnet)).await.unwrap_err();
        let ephemeral = undo(&instance).await;
        assert_eq!((ephemeral.deleted, ephemeral.left.len()), (deleted, 0), "{fault:?}");
        assert_eq!(cloud.names(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_is_dropped_leaves_nothing_unknown() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let before = cloud.names();
    let instance = Instance::new(&cloud, folder.path());
    let dropped =
        tokio::time::timeout(Duration::from_millis(10), instance.create("network", json!({}))).await;
    assert!(dropped.is_err());
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.created, ephemeral.deleted), (1, 1), "it was waited for");
    assert!(
        !cloud.calls().iter().any(|call| call == "GET /networks"),
        "its id was known: {:?}",
        cloud.calls()
    );
    assert_eq!(cloud.names(), before);
    let error = instance.create("network", json!({})).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn when_the_journal_cannot_be_written_nothing_is_sent() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let instance = Instance::new(&cloud, &file.join("journals"));
    let error = instance.create("network", json!({})).await.unwrap_err();
    assert!(error.message.contains("the journal cannot be written"), "{error}");
    assert!(cloud.calls().is_empty());

    let instance = Instance::new(&cloud, &folder.path().join("journals"));
    instance.create("volume", json!({"size": 1})).await.unwrap();
    let full = std::fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    instance.journal.replace_file(full);
    let calls = cloud.calls().len();
    // A budget of one: what was not sent is not counted.
    for _ in 0..2 {
        let error = instance.create("secret", json!({})).await.unwrap_err();
        assert!(error.message.contains("the journal cannot be written"), "{error}");
    }
    assert_eq!(cloud.calls().len(), calls);
    let ephemeral = undo(&instance).await;
    assert_eq!(
        (ephemeral.created, ephemeral.deleted, ephemeral.left.len()),
        (1, 1, 0),
        "without a journal, too"
    );
    assert!(cloud.own().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_the_check_removed_itself_is_gone() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    let volume = instance.create("volume", json!({"size": 1})).await.unwrap();
    let delete = Request::new("block-storage", Method::Delete, format!("/volumes/{volume}"));
    assert_eq!(instance.granted.call(delete).await.unwrap().status, 202);
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (1, 1, 0));
    assert_eq!(undo(&instance).await, Ephemeral::default(), "there is nothing more to do");
}

#[tokio::test(start_paused = true)]
async fn creations_are_told() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let told = Arc::new(Mutex::new(Vec::new()));
    let instance = Instance::new(&cloud, folder.path());
    let ledger = Ledger::telling(Arc::new(Arc::clone(&cloud)), Arc::clone(&instance.journal), "c", {
        let told = Arc::clone(&told);
        move |event| told.lock().unwrap().push(event)
    });
    let grants = vec!["network POST /networks max 1".parse().unwrap()];
    let direct: Arc<dyn Openstack> = Arc::new(Arc::clone(&cloud));
    let granted = super::super::super::Granted::new(Arc::clone(&direct), grants, Default::default());
    granted.creating(direct, ledger).create(creation("network", json!({}))).await.unwrap();
    let LedgerEvent::Created(thing) = told.lock().unwrap().pop().unwrap() else { panic!() };
    assert_eq!((thing.kind.as_str(), thing.name.unwrap()), ("network", format!("{PREFIX}network")));
}
