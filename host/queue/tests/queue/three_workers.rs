//! Three workers on one queue: one is killed, one is frozen past its lease and then woken.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use sqlx::{FromRow, PgPool};
use touchstone_queue::{Item, State};

use crate::postgres::{NIGHT, Postgres, item, quick};
use crate::worker::{Worker, prepare};

const SUBJECTS: usize = 60;

/// One delivery of one subject. Times are seconds of the database's clock.
#[derive(Debug, Clone, FromRow)]
struct Held {
    worker: String,
    subject: String,
    taken: f64,
    ending: Option<String>,
    recorded: Option<bool>,
    lost: Option<bool>,
}

async fn diary(pool: &PgPool) -> Vec<Held> {
    sqlx::query_as(
        "SELECT worker, subject, extract(epoch FROM taken)::float8 AS taken, ending, recorded, lost \
         FROM diary ORDER BY subject, delivery",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

async fn now(pool: &PgPool) -> f64 {
    sqlx::query_scalar("SELECT extract(epoch FROM clock_timestamp())::float8").fetch_one(pool).await.unwrap()
}

/// Stops a worker in the middle of a subject, and says which one, and since when it surely stands still.
async fn stop(worker: &Worker, name: &str, pool: &PgPool) -> (String, f64) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        assert!(Instant::now() < until, "{name} is never at work");
        worker.signal(Signal::STOP);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let stopped = now(pool).await;
        let open = diary(pool).await.into_iter().find(|held| held.worker == name && held.ending.is_none());
        // Not so close to the end that the completion may be on its way already.
        if let Some(held) = open
            && stopped - held.taken < 0.3
        {
            return (held.subject, stopped);
        }
        worker.signal(Signal::CONT);
        tokio::time::sleep(Duration::from_millis(70)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_killed_and_one_is_frozen_and_every_subject_counts_once() {
    let postgres = Postgres::new();
    let queue = postgres.queue(quick()).await;
    let pool = postgres.pool().await;
    prepare(&pool).await;
    let items: Vec<Item> = (0..SUBJECTS).map(|n| item(&format!("cloud-{n:02}"), &[])).collect();
    queue.offer(&items).await.unwrap();
    let started = Instant::now();
    let [mut well, killed, mut frozen] =
        ["well", "killed", "frozen"].map(|name| Worker::start(&postgres.url(), name));

    let (of_killed, killed_at) = stop(&killed, "killed", &pool).await;
    killed.signal(Signal::KILL);
    let (of_frozen, frozen_at) = stop(&frozen, "frozen", &pool).await;
    // Asleep until another worker has its subject, and is at it.
    let until = Instant::now() + Duration::from_secs(30);
    while !diary(&pool).await.iter().any(|held| held.subject == of_frozen && held.worker != "frozen") {
        assert!(Instant::now() < until, "nobody gets the subject of the frozen worker");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    frozen.signal(Signal::CONT);
    assert!(well.ended(Duration::from_secs(90)).await);
    assert!(frozen.ended(Duration::from_secs(90)).await);

    let recorded: Vec<(String, i64)> =
        sqlx::query_as("SELECT subject, count(*) FROM results GROUP BY subject")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(recorded.len(), SUBJECTS, "none is lost");
    assert!(recorded.iter().all(|(_, times)| *times == 1));
    let standings = queue.standings(NIGHT).await.unwrap();
    assert_eq!(standings.len(), SUBJECTS);
    assert!(standings.iter().all(|standing| standing.state == State::Done), "{standings:#?}");

    let mut by_subject: BTreeMap<String, Vec<Held>> = BTreeMap::new();
    for held in diary(&pool).await {
        by_subject.entry(held.subject.clone()).or_default().push(held);
    }
    for (subject, deliveries) in &by_subject {
        let (last, before) = deliveries.split_last().unwrap();
        assert_eq!(last.ending.as_deref(), Some("counted"), "{deliveries:#?}");
        assert_eq!(last.lost, Some(false));
        assert_eq!(
            deliveries.iter().filter(|held| held.recorded == Some(true)).count(),
            1,
            "{deliveries:#?}"
        );
        for held in before {
            // The lease of the one was renewed last at most a third of two seconds before it stood still.
            let given_away = if held.worker == "killed" {
                assert_eq!((subject, &held.ending), (&of_killed, &None));
                killed_at
            } else {
                assert_eq!((subject, held.worker.as_str()), (&of_frozen, "frozen"), "{deliveries:#?}");
                assert_eq!((held.ending.as_deref(), held.lost), (Some("too late"), Some(true)));
                frozen_at
            };
            assert!(last.taken > held.taken + 2.0, "{deliveries:#?}");
            assert!(last.taken > given_away + 1.2, "{deliveries:#?} {given_away}");
        }
    }
    assert_eq!(by_subject[&of_killed].len(), 2);
    assert_eq!(by_subject[&of_frozen].len(), 2);
    assert_eq!(by_subject.values().map(Vec::len).sum::<usize>(), SUBJECTS + 2);
    println!(
        "{SUBJECTS} subjects in {:.1} s: {of_killed} was taken from the one that was killed, and {of_frozen} from the one \
         that was frozen, {:.1} s after it stood still",
        started.elapsed().as_secs_f64(),
        by_subject[&of_frozen][1].taken - frozen_at,
    );
}
