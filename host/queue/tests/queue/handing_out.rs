//! What is offered is handed out once, to whom it is for.

use std::time::{Duration, Instant};

use touchstone_queue::{Ending, Item, Queue, QueueError, Settings, State};

use crate::postgres::{NIGHT, Postgres, item, quick};

fn labels(labels: &[(&str, &str)]) -> Vec<(String, String)> {
    labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

async fn subjects(queue: &Queue, own: &[(&str, &str)]) -> Vec<String> {
    let mut taken = Vec::new();
    while let Some(lease) = queue.take(&labels(own), "one").await.unwrap() {
        taken.push(lease.item().subject.clone());
        assert_eq!(lease.complete().await.unwrap(), Ending::Counted);
    }
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_twice_is_handed_out_once() {
    let postgres = Postgres::new();
    let queue = postgres.queue(quick()).await;
    let other = postgres.queue(quick()).await;
    let items: Vec<Item> = (0..40).map(|n| item(&format!("cloud-{n:02}"), &[])).collect();
    let backwards: Vec<Item> = items.iter().rev().cloned().collect();

    let (here, there) = tokio::join!(queue.offer(&items), other.offer(&backwards));
    assert_eq!(here.unwrap() + there.unwrap(), 40);
    assert_eq!(queue.offer(&[items[0].clone(), items[0].clone()]).await.unwrap(), 0);

    let lease = queue.take(&[], "one").await.unwrap().unwrap();
    assert_eq!(*lease.item(), *items.iter().find(|item| item.subject == lease.item().subject).unwrap());
    assert_eq!(lease.delivery(), 1);
    assert_eq!(queue.offer(&items).await.unwrap(), 0, "offered again while a worker has one");
    lease.complete().await.unwrap();
    assert_eq!(subjects(&queue, &[]).await.len(), 39);
    assert_eq!(queue.offer(&items).await.unwrap(), 0, "offered again when all is done");
    assert!(queue.take(&[], "one").await.unwrap().is_none());

    let tomorrow = Item { night: "2026-11-28T02:30:00Z".into(), ..items[0].clone() };
    assert_eq!(queue.offer(&[tomorrow]).await.unwrap(), 1, "another night is another item");
    assert_eq!(queue.offer(&[]).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_get_what_has_all_their_labels() {
    let postgres = Postgres::new();
    let queue = postgres.queue(quick()).await;
    let offered = [
        item("plain", &[]),
        item("german", &[("region", "de")]),
        item("german-test", &[("region", "de"), ("stage", "test")]),
        item("french", &[("region", "fr")]),
        item("odd", &[("region\"}", "' OR true --")]),
    ];
    queue.offer(&offered).await.unwrap();
    assert_eq!(subjects(&queue, &[("region", "DE")]).await, [""; 0]);
    assert_eq!(subjects(&queue, &[("region", "de"), ("stage", "test")]).await, ["german-test"]);
    assert_eq!(subjects(&queue, &[("region", "de")]).await, ["german"]);
    assert_eq!(subjects(&queue, &[]).await, ["plain"], "a worker without labels gets what has none");
    assert_eq!(subjects(&queue, &[("region\"}", "' OR true --")]).await, ["odd"]);
    let left: Vec<String> =
        queue.outstanding(NIGHT).await.unwrap().into_iter().map(|standing| standing.subject).collect();
    assert_eq!(left, ["french"]);

    let error = queue.take(&labels(&[("region", "de"), ("region", "fr")]), "one").await.unwrap_err();
    assert!(matches!(error, QueueError::Labels { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_lasts_as_long_as_it_lives() {
    let postgres = Postgres::new();
    let queue = postgres.queue(Settings { lease: Duration::from_secs(1), ..quick() }).await;
    queue.offer(&[item("slow", &[])]).await.unwrap();
    let lease = queue.take(&[], "first").await.unwrap().unwrap();
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        assert!(queue.take(&[], "second").await.unwrap().is_none());
    }
    assert!(lease.tenure().is_still_ours().await.unwrap());
    let standing = queue.standings(NIGHT).await.unwrap().remove(0);
    assert_eq!((standing.state, standing.deliveries), (State::Held, 1));
    assert_eq!(standing.worker.as_deref(), Some("first"));

    // Dropped without a word: as if this process had died.
    drop(lease);
    let dropped = Instant::now();
    let again = loop {
        if let Some(lease) = queue.take(&[], "second").await.unwrap() {
            break lease;
        }
        assert!(dropped.elapsed() < Duration::from_secs(10));
    };
    assert_eq!(again.delivery(), 2);
    assert_eq!(again.complete().await.unwrap(), Ending::Counted);
    assert_eq!(queue.standings(NIGHT).await.unwrap()[0].state, State::Done);
}

/// What a worker does that was away while another one was handed its item.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_too_late_changes_nothing() {
    let postgres = Postgres::new();
    // Long leases: nothing here happens because of time.
    let queue = postgres.queue(Settings { lease: Duration::from_secs(30), ..quick() }).await;
    let pool = postgres.pool().await;
    let names = ["completed", "given-back", "asked", "silent"];
    queue.offer(&names.map(|name| item(name, &[]))).await.unwrap();
    let mut early = Vec::new();
    for _ in names {
        early.push(queue.take(&[], "early").await.unwrap().unwrap());
    }
    sqlx::query("UPDATE pgmq.q_touchstone SET vt = now()").execute(&pool).await.unwrap();
    let mut late = Vec::new();
    for _ in names {
        late.push(queue.take(&[], "late").await.unwrap().unwrap());
    }

    let untouched = "SELECT array_agg((msg_id, read_ct, vt)::text ORDER BY msg_id) FROM pgmq.q_touchstone";
    let before: Vec<String> = sqlx::query_scalar(untouched).fetch_one(&pool).await.unwrap();
    let silent = early.pop().unwrap();
    let asked = early.pop().unwrap();
    assert!(!asked.tenure().is_still_ours().await.unwrap());
    assert_eq!(early.pop().unwrap().give_back("I was away").await.unwrap(), Ending::TooLate);
    assert_eq!(early.pop().unwrap().complete().await.unwrap(), Ending::TooLate);
    let after: Vec<String> = sqlx::query_scalar(untouched).fetch_one(&pool).await.unwrap();
    assert_eq!(before, after);
    assert!(
        queue
            .standings(NIGHT)
            .await
            .unwrap()
            .iter()
            .all(|one| one.state == State::Held && one.reason.is_none())
    );

    for lease in late {
        assert!(lease.tenure().is_still_ours().await.unwrap());
        assert_eq!(lease.complete().await.unwrap(), Ending::Counted);
    }
    asked.lost().await;
    // The heartbeat of one that does not ask finds out by itself.
    tokio::time::timeout(Duration::from_secs(15), silent.lost()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_subjects() {
    let postgres = Postgres::new();
    let queue = postgres.queue(quick()).await;
    let items: Vec<Item> = (0..1_000).map(|n| item(&format!("cloud-{n}"), &[("region", "de")])).collect();
    let started = Instant::now();
    assert_eq!(queue.offer(&items).await.unwrap(), 1_000);
    let offered = started.elapsed();
    let workers: Vec<_> = (0..4)
        .map(|n| {
            let queue = queue.clone();
            tokio::spawn(async move {
                let mut done = 0;
                let own = labels(&[("region", "de")]);
                while let Some(lease) = queue.take(&own, &format!("worker-{n}")).await.unwrap() {
                    assert_eq!(lease.complete().await.unwrap(), Ending::Counted);
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await.unwrap();
    }
    assert_eq!(done, 1_000);
    let all = started.elapsed();
    println!(
        "1,000 subjects: offered in {} ms, taken and completed by 4 workers in {} ms",
        offered.as_millis(),
        all.as_millis()
    );
    assert!(all < Duration::from_secs(120), "{all:?}");
    assert!(queue.standings(NIGHT).await.unwrap().iter().all(|standing| standing.state == State::Done));
}
