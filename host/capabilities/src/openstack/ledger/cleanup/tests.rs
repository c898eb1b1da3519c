use crate::openstack::Capabilities as _;
use std::path::Path;
use std::sync::Mutex;

use serde_json::json;

use super::super::fake_cloud::{Death, FakeCloud, Fault};
use super::super::fake_instance::{Instance, folder, interface};
use super::super::{Journal, journals};
use super::*;

/// Creates one thing of each kind, as far as it gets, then removes all.
async fn run(cloud: &Arc<FakeCloud>, folder: &Path) {
    let instance = Instance::new(cloud, folder);
    let network = instance.create("network", json!({})).await.unwrap();
    let subnet = instance.create("subnet", json!({"network_id": network})).await.unwrap();
    let router = instance.create("router", json!({})).await.unwrap();
    instance.granted.create(interface(&router, &subnet)).await.unwrap();
    let volume = instance.create("volume", json!({"size": 1})).await.unwrap();
    instance.create("backup", json!({"volume_id": volume})).await.unwrap();
    let device = json!([{"source_type": "volume", "destination_type": "volume", "uuid": volume}]);
    let server = json!({"networks": [{"uuid": network}], "block_device_mapping_v2": device});
    instance.create("server", server).await.unwrap();
    instance.create("secret", json!({})).await.unwrap();
    let ephemeral = instance.ledger.undo_all(&UndoOptions::default(), |_| {}).await;
    assert!(ephemeral.left.is_empty(), "{ephemeral:?}");
    assert_eq!(instance.journal.finish().unwrap(), None);
}

/// Cleans up after every journal in a folder.
async fn clean(cloud: &Arc<FakeCloud>, folder: &Path) -> Ephemeral {
    let mut all = Ephemeral::default();
    for path in journals(folder).unwrap() {
        let left = Journal::open_left(&path).unwrap();
        let session: Arc<dyn Openstack> = Arc::new(Arc::clone(cloud));
        all.add(cleanup(session, left, &UndoOptions::default(), |_| {}).await.unwrap());
    }
    all
}

/// A process: ends with its work, or when the cloud sees it die, and then nothing of it goes on. Whether it died.
fn process(cloud: &Arc<FakeCloud>, work: impl Future<Output = ()>) -> bool {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        tokio::select! {
            biased;
            () = cloud.died() => true,
            () = work => false,
        }
    })
}

/// How many calls a process makes that is not killed.
fn calls_of(cloud: &Arc<FakeCloud>, work: impl Future<Output = ()>) -> usize {
    cloud.live();
    assert!(!process(cloud, work));
    let calls = cloud.calls().len();
    cloud.live();
    calls
}

#[test]
fn whenever_the_host_is_killed_the_cloud_is_clean_after_a_cleanup() {
    let folder = folder();
    let calls = calls_of(&FakeCloud::new(), async { run(&FakeCloud::new(), folder.path()).await });
    assert_eq!(calls, 0, "of another cloud");
    let cloud = FakeCloud::new();
    let before = cloud.names();
    let calls = calls_of(&cloud, run(&cloud, folder.path()));
    assert!(calls > 30, "{calls}");
    for how in [Death::Before, Death::After, Death::Early] {
        for at in 0..calls {
            cloud.die_at(at, how);
            assert!(process(&cloud, run(&cloud, folder.path())), "{how:?} {at}");
            cloud.live();
            let mut left = Ephemeral::default();
            assert!(!process(&cloud, async { left = clean(&cloud, folder.path()).await }));
            assert!(left.left.is_empty(), "{how:?} {at}: {left:?}");
            assert_eq!(cloud.names(), before, "{how:?} {at}");
            assert!(journals(folder.path()).unwrap().is_empty(), "{how:?} {at}");
        }
    }
}

#[test]
fn a_cleanup_that_is_killed_is_finished_by_the_next() {
    let folder = folder();
    let cloud = FakeCloud::new();
    let before = cloud.names();
    let calls = calls_of(&cloud, run(&cloud, folder.path()));
    for at in [3, 5, 7, 8, 9, calls / 2] {
        for second in 0.. {
            cloud.die_at(at, Death::After);
            assert!(process(&cloud, run(&cloud, folder.path())), "{at}");
            cloud.die_at(second, if second % 2 == 0 { Death::After } else { Death::Before });
            let died = process(&cloud, async { drop(clean(&cloud, folder.path()).await) });
            cloud.live();
            assert!(!process(&cloud, async { drop(clean(&cloud, folder.path()).await) }));
            assert_eq!(cloud.names(), before, "{at} {second}");
            assert!(journals(folder.path()).unwrap().is_empty(), "{at} {second}");
            if !died {
                assert!(second > 5, "{second}");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_of_what_is_removed_is_just_deleted() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    instance.create("network", json!({})).await.unwrap();
    instance.ledger.undo_all(&UndoOptions::default(), |_| {}).await;
    drop(instance);
    let calls = cloud.calls().len();
    assert_eq!(clean(&cloud, folder.path()).await, Ephemeral::default());
    assert_eq!((cloud.calls().len(), journals(folder.path()).unwrap().len()), (calls, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_stays_in_the_journal() {
    let cloud = FakeCloud::with_faults(|request, before| {
        let deletes = request.method == touchstone_grants::Method::Delete;
        (deletes && before < 2).then(|| Fault::Answer(403, json!("no")))
    });
    let folder = folder();
    let instance = Instance::new(&cloud, folder.path());
    instance.create("network", json!({})).await.unwrap();
    let ephemeral = instance.ledger.undo_all(&UndoOptions::default(), |_| {}).await;
    assert_eq!(ephemeral.left.len(), 1);
    assert_eq!(instance.journal.finish().unwrap().unwrap(), instance.journal.path());
    drop(instance);
    assert_eq!(clean(&cloud, folder.path()).await.left.len(), 1);
    assert_eq!(journals(folder.path()).unwrap().len(), 1);
    let ephemeral = clean(&cloud, folder.path()).await;
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (1, 1, 0));
    assert!(journals(folder.path()).unwrap().is_empty());
}

/// The cloud of somebody else.
struct Elsewhere(Arc<FakeCloud>, Identity);

#[async_trait::async_trait]
impl Openstack for Elsewhere {
    async fn call(
        &self,
        request: super::super::super::Request,
    ) -> Result<super::super::super::Response, super::super::super::CallError> {
        self.0.call(request).await
    }

    async fn probe(
        &self,
        service: String,
        path: String,
    ) -> Result<super::super::super::Response, super::super::super::CallError> {
        self.0.probe(service, path).await
    }

    fn catalog(&self) -> Vec<super::super::super::Service> {
        Vec::new()
    }

    fn identity(&self) -> Identity {
        self.1.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_in_another_project_or_region() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    instance.create("network", json!({})).await.unwrap();
    drop(instance);
    let identity = cloud.identity();
    let calls = cloud.calls().len();
    for other in [
        Identity { project_id: "another".into(), ..identity.clone() },
        Identity { project_id: String::new(), ..identity.clone() },
        Identity { region: Some("R2".into()), ..identity.clone() },
    ] {
        let left = Journal::open_left(&journals(folder.path()).unwrap()[0]).unwrap();
        let session = Arc::new(Elsewhere(Arc::clone(&cloud), other));
        let error = cleanup(session, left, &UndoOptions::default(), |_| {}).await.unwrap_err();
        assert!(error.to_string().contains("choose the cloud \"fake\""), "{error}");
    }
    assert_eq!(cloud.calls().len(), calls);
    assert_eq!(clean(&cloud, folder.path()).await.deleted, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_is_told() {
    let (cloud, folder) = (FakeCloud::new(), folder());
    let instance = Instance::new(&cloud, folder.path());
    instance.create("secret", json!({})).await.unwrap();
    drop(instance);
    let left = Journal::open_left(&journals(folder.path()).unwrap()[0]).unwrap();
    assert_eq!((left.header().run.as_str(), left.pending().len()), ("run-1", 1));
    let events = Mutex::new(Vec::new());
    let on = |event| events.lock().unwrap().push(event);
    cleanup(Arc::new(Arc::clone(&cloud)), left, &UndoOptions::default(), on).await.unwrap();
    let events = events.into_inner().unwrap();
    assert!(matches!(&events[..], [LedgerEvent::Removing(_), LedgerEvent::Removed(_)]), "{events:?}");
}
