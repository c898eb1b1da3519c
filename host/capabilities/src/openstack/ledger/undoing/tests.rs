use serde_json::json;

use super::super::fake_cloud::{FakeCloud, Fault, PREFIX};
use super::super::fake_instance::{Instance, folder};
use super::*;

/// A cloud in which the first so many calls of a kind meet a fault, and a network and a volume that were created there.
async fn with_two(
    method: Method,
    path: &'static str,
    times: usize,
    fault: Fault,
) -> (Arc<FakeCloud>, Instance, tempfile::TempDir) {
    let cloud = FakeCloud::with_faults(move |request, before| {
        (request.method == method && request.path.starts_with(path) && before < times).then(|| fault.clone())
    });
    let folder = folder();
    let instance = Instance::new(&cloud, folder.path());
    instance.create("network", json!({})).await.unwrap();
    instance.create("volume", json!({"size": 1})).await.unwrap();
    (cloud, instance, folder)
}

async fn undo(instance: &Instance) -> Ephemeral {
    instance.ledger.undo_all(&UndoOptions::default(), |_| {}).await
}

const FOREVER: usize = usize::MAX;

#[tokio::test(start_paused = true)]
async fn what_settles_is_waited_for() {
    for (method, fault) in [
        (Method::Delete, Fault::Answer(400, json!({"badRequest": "it is being attached"}))),
        (Method::Delete, Fault::Answer(409, json!({"conflict": "in use"}))),
        (Method::Delete, Fault::Answer(423, json!(null))),
        (Method::Delete, Fault::Answer(429, json!(null))),
        (Method::Delete, Fault::Answer(503, json!(null))),
        (Method::Delete, Fault::Lost),
        (Method::Delete, Fault::AnswerLost),
        (Method::Get, Fault::Answer(500, json!("oops"))),
        (Method::Get, Fault::Answer(401, json!("who?"))),
        (Method::Get, Fault::Lost),
    ] {
        let (cloud, instance, _folder) = with_two(method, "/volumes/", 10, fault.clone()).await;
        let started = Instant::now();
        let ephemeral = undo(&instance).await;
        assert_eq!(
            (ephemeral.created, ephemeral.deleted, ephemeral.left.len()),
            (2, 2, 0),
            "{method} {fault:?}"
        );
        assert!(cloud.own().is_empty());
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }
}

/// Nova would leave its volumes reserved.
#[tokio::test(start_paused = true)]
async fn what_is_being_built_is_deleted_when_it_is_built() {
    let building = json!({"volume": {"name": format!("{PREFIX}volume"), "status": "BUILD"}});
    let (cloud, instance, _folder) =
        with_two(Method::Get, "/volumes/", 5, Fault::Answer(200, building)).await;
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.deleted, ephemeral.left.len()), (2, 0));
    let of_volume = |call: &&String| call.contains("/volumes/");
    let calls = cloud.calls();
    let looks = calls.iter().filter(of_volume).take_while(|call| !call.contains("DELETE")).count();
    assert_eq!(looks, 6, "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn waits_grow() {
    let (cloud, instance, _folder) =
        with_two(Method::Delete, "/volumes/", FOREVER, Fault::Answer(409, json!({"error": "in  use\n"})))
            .await;
    let ephemeral = undo(&instance).await;
    let calls = cloud.calls().len();
    assert!((90..300).contains(&calls), "{calls} calls in five minutes");
    assert_eq!((ephemeral.created, ephemeral.deleted), (2, 1), "the other one is removed");
    let [left] = ephemeral.left.as_slice() else { panic!("{ephemeral:?}") };
    assert_eq!((left.service.as_str(), left.kind.as_str()), ("block-storage", "volume"));
    assert!(left.id.is_some() && left.name.as_deref() == Some(&*format!("{PREFIX}volume")));
    assert_eq!(left.why, r#"the service answers 409: {"error":"in use\n"}"#);
    assert!(instance.journal.finish().unwrap().is_some(), "the journal stays");
}

#[tokio::test(start_paused = true)]
async fn when_nobody_answers_it_ends_in_time() {
    let cloud = FakeCloud::with_faults(|request, _| (request.method != Method::Post).then_some(Fault::Lost));
    let folder = folder();
    let instance = Instance::new(&cloud, folder.path());
    for kind in ["network", "router", "secret"] {
        instance.create(kind, json!({})).await.unwrap();
    }
    let started = Instant::now();
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (3, 0, 3));
    assert!(ephemeral.left[0].kind == "secret" && ephemeral.left[0].why.contains("the connection broke"));
    assert!(started.elapsed() <= Duration::from_secs(310), "{:?}", started.elapsed());
    // All of them were tried, several times.
    let tried =
        |kind: &str| cloud.calls().iter().filter(|call| call.starts_with(&format!("GET /{kind}/"))).count();
    assert!(tried("networks") > 10 && tried("routers") > 10 && tried("secrets") > 10);
}

#[tokio::test(start_paused = true)]
async fn what_is_forbidden_is_not_tried_again() {
    for status in [403, 405] {
        let (_cloud, instance, _folder) = with_two(
            Method::Delete,
            "/volumes/",
            FOREVER,
            Fault::Answer(status, json!({"forbidden": "policy"})),
        )
        .await;
        let started = Instant::now();
        let ephemeral = undo(&instance).await;
        assert_eq!((ephemeral.deleted, ephemeral.left.len()), (1, 1));
        assert!(ephemeral.left[0].why.contains("policy"));
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_never_ends_is_left() {
    let (cloud, instance, _folder) = with_two(Method::Head, "/", 0, Fault::Lost).await;
    let volume = volume_of(&cloud);
    let stuck = Arc::clone(&cloud);
    let path = volume.clone();
    let keeper = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            stuck.set_status(&path, "deleting");
        }
    });
    let ephemeral = undo(&instance).await;
    keeper.abort();
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (2, 1, 1));
    assert!(ephemeral.left[0].why.contains("still there"), "{}", ephemeral.left[0].why);
    // The next attempt, when the service is well again.
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (1, 1, 0));
    assert_eq!(instance.journal.finish().unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn what_failed_to_be_deleted_is_deleted_again() {
    let (cloud, instance, _folder) = with_two(Method::Head, "/", 0, Fault::Lost).await;
    let path = volume_of(&cloud);
    let breaker = tokio::spawn({
        let (cloud, path) = (Arc::clone(&cloud), path.clone());
        async move {
            while !cloud.calls().iter().any(|call| *call == format!("DELETE {path}")) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
            cloud.set_status(&path, "error_deleting");
        }
    });
    let ephemeral = undo(&instance).await;
    breaker.await.unwrap();
    assert_eq!((ephemeral.deleted, ephemeral.left.len()), (2, 0));
    let deletions = cloud.calls().iter().filter(|call| **call == format!("DELETE {path}")).count();
    assert_eq!(deletions, 2);
}

#[tokio::test(start_paused = true)]
async fn what_has_another_name_is_not_touched() {
    for name in ["prod-db", "touchstone-ffffffffffff-volume", ""] {
        let (cloud, instance, _folder) = with_two(Method::Head, "/", 0, Fault::Lost).await;
        let path = volume_of(&cloud);
        cloud.rename(&path, name);
        let ephemeral = undo(&instance).await;
        assert_eq!((ephemeral.deleted, ephemeral.left.len()), (1, 1), "{name:?}");
        assert!(ephemeral.left[0].why.contains("does not begin with"), "{}", ephemeral.left[0].why);
        assert!(!cloud.calls().iter().any(|call| *call == format!("DELETE {path}")));
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_removed_is_gone() {
    let (cloud, instance, _folder) = with_two(Method::Head, "/", 0, Fault::Lost).await;
    cloud.remove(&volume_of(&cloud));
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (2, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_at_is_deleted_all_the_same() {
    for status in [405, 501, 403] {
        let fault = Fault::Answer(status, json!(null));
        let (cloud, instance, _folder) = with_two(Method::Get, "/networks/", FOREVER, fault).await;
        let ephemeral = undo(&instance).await;
        assert_eq!(cloud.own(), Vec::<String>::new());
        // 403 does not say that it is gone, but the second DELETE does: it is 404.
        assert_eq!((ephemeral.deleted, ephemeral.left.len()), (2, 0), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_up_may_be_left() {
    let cloud = FakeCloud::with_faults(|request, _| match (request.method, request.path.as_str()) {
        (Method::Post, _) => Some(Fault::AnswerLost),
        (Method::Get, "/networks") => Some(Fault::Answer(200, json!({"networks": "many"}))),
        _ => None,
    });
    let folder = folder();
    let instance = Instance::new(&cloud, folder.path());
    instance.create("network", json!({})).await.unwrap_err();
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.created, ephemeral.deleted), (0, 0));
    let [left] = ephemeral.left.as_slice() else { panic!("{ephemeral:?}") };
    assert!(left.id.is_none() && left.why.contains("it is not known whether it was created"), "{}", left.why);
}

#[tokio::test(start_paused = true)]
async fn services_that_do_not_filter_by_name_are_read_whole() {
    let cloud = FakeCloud::with_faults(|request, _| match (request.method, request.path.as_str()) {
        (Method::Post, _) => Some(Fault::AnswerLost),
        (Method::Get, "/secrets")
            if request.query.iter().any(|(name, value)| name == "name" && !value.is_empty()) =>
        {
            Some(Fault::Answer(400, json!("unknown filter")))
        }
        _ => None,
    });
    let (before, folder) = (cloud.names(), folder());
    let instance = Instance::new(&cloud, folder.path());
    instance.create("secret", json!({})).await.unwrap_err();
    let ephemeral = undo(&instance).await;
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (1, 1, 0));
    assert_eq!(cloud.names(), before);
}

#[tokio::test(start_paused = true)]
async fn what_comes_very_late_is_found_when_it_is_in_the_way() {
    // The subnet comes into being 15 s after everybody stopped waiting for it, and keeps the network from being removed.
    let cloud = FakeCloud::with_faults(|request, _| match (request.method, request.path.as_str()) {
        (Method::Post, "/subnets") => Some(Fault::DoneLate(Duration::from_secs(25))),
        _ => None,
    });
    let (before, folder) = (cloud.names(), folder());
    let instance = Instance::new(&cloud, folder.path());
    let network = instance.create("network", json!({})).await.unwrap();
    instance.create("volume", json!({"size": 1})).await.unwrap();
    instance.create("subnet", json!({"network_id": network})).await.unwrap_err();
    let path = volume_of(&cloud);
    // The volume takes its time, during which the subnet appears.
    let keeper = tokio::spawn({
        let cloud = Arc::clone(&cloud);
        async move {
            for _ in 0..200 {
                cloud.set_status(&path, "in-use");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    });
    let ephemeral = undo(&instance).await;
    keeper.await.unwrap();
    assert_eq!((ephemeral.created, ephemeral.deleted, ephemeral.left.len()), (3, 3, 0), "{ephemeral:?}");
    assert_eq!(cloud.names(), before);
}

fn volume_of(cloud: &FakeCloud) -> String {
    let names = cloud.names();
    let line = names.iter().find(|line| line.ends_with(&format!("{PREFIX}volume"))).unwrap();
    line.split(' ').next().unwrap().to_owned()
}
