use serde_json::json;

use super::super::fake_cloud::{FakeCloud, Fault, PREFIX, PROJECT};
use super::super::fake_instance::interface;
use super::*;

const OLD: &str = "2020-01-01T00:00:00Z";

/// A cloud with strays, and how it was without.
async fn strewn() -> (Arc<FakeCloud>, Vec<String>) {
    let cloud = FakeCloud::new();
    let young = Timestamp::now().to_string();
    let keep = |collection: &str, name: &str, body: Value| drop(cloud.add(collection, name, body));
    keep("volumes", &format!("{PREFIX}young"), json!({"created_at": young}));
    keep("volumes", "touchstone-0123456789ab", json!({"created_at": OLD}));
    keep("volumes", "touchstone-0123456789aX-x", json!({"created_at": OLD}));
    keep("volumes", "touchstone-aaaaaaaaaaaa-journalled", json!({"created_at": OLD}));
    keep("networks", &format!("{PREFIX}other-project"), json!({"created_at": OLD, "project_id": "another"}));
    keep("networks", &format!("{PREFIX}of-no-age"), json!({}));
    let before = cloud.names();
    let add = |kind: &str, more: Value| {
        let mut body = json!({"created_at": OLD, "project_id": PROJECT});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cloud.add(kind, &format!("{PREFIX}{kind}"), body)
    };
    let network = add("networks", json!({}));
    let subnet = add("subnets", json!({"network_id": network}));
    let router = add("routers", json!({}));
    cloud.call(interface(&router, &subnet).request).await.unwrap();
    let volume = add("volumes", json!({"created_at": "2020-01-01T00:00:00.000000"}));
    add("backups", json!({"volume_id": volume}));
    add("servers", json!({"volume": volume, "network": network}));
    add("secrets", json!({}));
    (cloud, before)
}

fn journal_of(prefix: &str) -> PathBuf {
    PathBuf::from(format!("/journals/{}.jsonl", prefix.trim_end_matches('-')))
}

#[tokio::test(start_paused = true)]
async fn strays_are_found_and_removed_and_nothing_else() {
    let (cloud, before) = strewn().await;
    let journals = ["touchstone-aaaaaaaaaaaa-", "touchstone-ffffffffffff-"].map(journal_of);
    let (strays, problems) = strays(&cloud, &journals, SignedDuration::from_hours(2)).await;
    let kinds: Vec<_> = strays.iter().map(|stray| stray.thing.kind.as_str()).collect();
    assert_eq!(kinds, ["server", "backup", "volume", "router", "subnet", "network", "secret"]);
    assert!(problems.len() == 1 && problems[0].contains("of-no-age"), "{problems:?}");
    let ephemeral = sweep(Arc::new(Arc::clone(&cloud)), &strays, &UndoOptions::default(), |_| {}).await;
    assert_eq!((ephemeral.deleted, ephemeral.left.len()), (8, 0), "{ephemeral:?}");
    assert_eq!(cloud.names(), before);
}

#[tokio::test(start_paused = true)]
async fn what_a_journal_knows_is_not_a_stray() {
    let (cloud, _) = strewn().await;
    let journals = [journal_of(PREFIX), journal_of("touchstone-aaaaaaaaaaaa-")];
    let (strays, _) = strays(&cloud, &journals, SignedDuration::ZERO).await;
    assert!(strays.is_empty(), "{strays:?}");
}

#[tokio::test(start_paused = true)]
async fn the_young_are_spared() {
    let (cloud, _) = strewn().await;
    let (found, _) = strays(&cloud, &[], SignedDuration::from_hours(24 * 365 * 100)).await;
    assert!(found.is_empty(), "{found:?}");
    let (found, _) = strays(&cloud, &[], SignedDuration::ZERO).await;
    assert!(found.iter().any(|stray| stray.thing.name.as_deref() == Some(&*format!("{PREFIX}young"))));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_listed_is_told() {
    let cloud = FakeCloud::with_faults(|request, _| match request.path.as_str() {
        "/servers/detail" => Some(Fault::Answer(500, json!("oops"))),
        "/backups/detail" => Some(Fault::Answer(404, json!("no backups here"))),
        "/volumes/detail" => Some(Fault::Lost),
        _ => None,
    });
    let (strays, problems) = strays(&cloud, &[], SignedDuration::ZERO).await;
    assert!(strays.is_empty());
    let told = |text: &str| problems.iter().any(|problem| problem.contains(text));
    assert!(
        told("compute /servers/detail cannot be listed") && told("the connection broke") && !told("backups")
    );
}
