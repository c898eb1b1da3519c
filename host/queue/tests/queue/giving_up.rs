//! What happens to items that nobody completes.

use std::time::{Duration, Instant};

use touchstone_queue::{Ending, Lease, Queue, Settings, Standing, State};

use crate::postgres::{NIGHT, Postgres, item, quick};

fn two_tries() -> Settings {
    Settings { lease: Duration::from_secs(1), deliveries: 2, ..quick() }
}

/// The next item, waited for longer than a lease.
async fn next(queue: &Queue, worker: &str) -> Lease {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if let Some(lease) = queue.take(&[], worker).await.unwrap() {
            return lease;
        }
    }
    panic!("nothing came");
}

async fn one(queue: &Queue) -> Standing {
    queue.standings(NIGHT).await.unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_kills_its_workers_is_abandoned() {
    let postgres = Postgres::new();
    let queue = postgres.queue(two_tries()).await;
    queue.offer(&[item("poison", &[])]).await.unwrap();
    drop(next(&queue, "first").await);
    assert_eq!(queue.abandoned(NIGHT).await.unwrap(), []);
    drop(next(&queue, "second").await);
    assert_eq!(queue.abandoned(NIGHT).await.unwrap(), [], "the second may still be at it");
    assert_eq!(one(&queue).await.state, State::Held);

    queue.offer(&[item("wholesome", &[])]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    // Now it is the worker who comes upon it that abandons it, and goes on to the next one.
    let lease = next(&queue, "third").await;
    assert_eq!(lease.item().subject, "wholesome");
    lease.complete().await.unwrap();
    let abandoned = queue.abandoned(NIGHT).await.unwrap();
    assert_eq!(abandoned.len(), 1);
    assert_eq!((abandoned[0].subject.as_str(), abandoned[0].deliveries), ("poison", 2));
    let reason = abandoned[0].reason.as_deref().unwrap();
    assert!(reason.contains("2 times") && reason.contains("second") && reason.contains("died"), "{reason}");
    assert_eq!(queue.outstanding(NIGHT).await.unwrap(), []);
    assert_eq!(queue.offer(&[item("poison", &[])]).await.unwrap(), 0, "it is not offered again");
    assert!(queue.take(&[], "third").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coordinator_needs_no_worker_to_see_that_an_item_is_abandoned() {
    let postgres = Postgres::new();
    let queue = postgres.queue(Settings { deliveries: 1, ..two_tries() }).await;
    queue.offer(&[item("poison", &[])]).await.unwrap();
    drop(next(&queue, "first").await);
    let until = Instant::now() + Duration::from_secs(10);
    while queue.abandoned(NIGHT).await.unwrap().is_empty() {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(one(&queue).await.reason.unwrap().contains("handed out once"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_given_back_too_often_is_abandoned_with_the_reason() {
    let postgres = Postgres::new();
    let queue = postgres.queue(two_tries()).await;
    queue.offer(&[item("unknown", &[])]).await.unwrap();
    let lease = next(&queue, "first").await;
    assert_eq!(lease.give_back("this worker is being stopped\0").await.unwrap(), Ending::Counted);
    let standing = one(&queue).await;
    assert_eq!(standing.state, State::Waiting, "given back at once, not when the lease is over");
    assert_eq!(standing.reason.as_deref(), Some("this worker is being stopped\u{fffd}"));
    let lease = next(&queue, "second").await;
    assert_eq!(lease.delivery(), 2);
    lease.give_back("there is no cloud named unknown in clouds.yaml").await.unwrap();
    let standing = one(&queue).await;
    assert_eq!(standing.state, State::Abandoned);
    assert!(standing.reason.unwrap().ends_with("there is no cloud named unknown in clouds.yaml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_back_pauses() {
    let postgres = Postgres::new();
    let queue = postgres.queue(Settings { pause: Duration::from_secs(1), ..quick() }).await;
    queue.offer(&[item("shy", &[])]).await.unwrap();
    next(&queue, "first").await.give_back("not now").await.unwrap();
    assert_eq!(one(&queue).await.state, State::Waiting);
    assert!(queue.take(&[], "first").await.unwrap().is_none());
    assert_eq!(next(&queue, "first").await.delivery(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_night_is_lost_to_its_workers() {
    let postgres = Postgres::new();
    let queue = postgres.queue(Settings { lease: Duration::from_secs(3), ..quick() }).await;
    let other = touchstone_queue::Item { night: "another".into(), ..item("other", &[]) };
    queue.offer(&[item("done", &[]), item("held", &[]), item("waiting", &[]), other]).await.unwrap();
    next(&queue, "first").await.complete().await.unwrap();
    let held = next(&queue, "first").await;

    assert_eq!(queue.cancel(NIGHT).await.unwrap(), 2);
    tokio::time::timeout(Duration::from_secs(5), held.lost()).await.unwrap();
    assert!(!held.tenure().is_still_ours().await.unwrap());
    assert_eq!(held.complete().await.unwrap(), Ending::TooLate);
    let states: Vec<(String, State)> =
        queue.standings(NIGHT).await.unwrap().into_iter().map(|one| (one.subject, one.state)).collect();
    let expected = [("done", State::Done), ("held", State::Cancelled), ("waiting", State::Cancelled)];
    assert_eq!(states, expected.map(|(subject, state)| (subject.to_owned(), state)));
    assert_eq!(next(&queue, "first").await.item().night, "another");

    assert_eq!(queue.forget(Duration::from_secs(3_600)).await.unwrap(), 0);
    assert_eq!(queue.forget(Duration::ZERO).await.unwrap(), 3);
    assert_eq!(queue.standings(NIGHT).await.unwrap(), []);
    assert_eq!(queue.outstanding("another").await.unwrap().len(), 1, "what is not done is not forgotten");
}

/// One that has another format, and one in whose payload there is more JSON, as deep as somebody likes.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_cannot_read_is_left_to_others() {
    assert_left_to_others("'{\"unlabelled\": true, \"format\": 2}'").await;
    assert_left_to_others("jsonb_set(message, '{payload}', '{\"$serde_json::private::RawValue\": \"[1]\"}')")
        .await;
}

async fn assert_left_to_others(message: &str) {
    let postgres = Postgres::new();
    let queue = postgres.queue(Settings { lease: Duration::from_secs(1), deliveries: 1, ..quick() }).await;
    let pool = postgres.pool().await;
    queue.offer(&[item("newer", &[])]).await.unwrap();
    let newer = format!("UPDATE pgmq.q_touchstone SET message = {message}");
    sqlx::query(sqlx::AssertSqlSafe(newer)).execute(&pool).await.unwrap();
    sqlx::query("INSERT INTO pgmq.q_touchstone (vt, message) VALUES (now(), '{\"unlabelled\": true}')")
        .execute(&pool)
        .await
        .unwrap();
    assert!(queue.take(&[], "old").await.unwrap().is_none());
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pgmq.q_touchstone").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 1, "what nobody offered is thrown away");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let reason = queue.abandoned(NIGHT).await.unwrap().remove(0).reason.unwrap();
    assert!(reason.contains("this version of touchstone"), "{reason}");
}
