//! PostgreSQL is killed and started again while workers work. In a process of its own, since all its tests would feel it.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::time::Duration;

use touchstone_postgres::{Database, restart};
use touchstone_queue::{Ending, Item, Queue, Settings, State};

const NIGHT: &str = "2026-11-27T02:30:00Z";
const SUBJECTS: usize = 40;

fn settings() -> Settings {
    let wait = Duration::from_millis(300);
    Settings { lease: Duration::from_secs(10), wait, poll: Duration::from_millis(100), ..Settings::default() }
}

/// Works until the night is over, and takes errors that pass as they come. Says how many completions counted.
async fn work(queue: Queue) -> usize {
    let mut counted = 0;
    loop {
        let error = match queue.take(&[], "one").await {
            Ok(Some(lease)) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                assert_eq!(lease.complete().await.unwrap(), Ending::Counted);
                counted += 1;
                continue;
            }
            Ok(None) => match queue.outstanding(NIGHT).await {
                Ok(left) if left.is_empty() => return counted,
                Ok(_) => continue,
                Err(error) => error,
            },
            Err(error) => error,
        };
        assert!(error.is_transient(), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_go_on() {
    let database = Database::new();
    let queue = Queue::set_up(database.url(), settings()).await.unwrap();
    let item = |n| Item {
        night: NIGHT.into(),
        subject: format!("cloud-{n}"),
        labels: Default::default(),
        payload: serde_json::Value::Null,
    };
    queue.offer(&(0..SUBJECTS).map(item).collect::<Vec<_>>()).await.unwrap();
    let mut workers = Vec::new();
    for _ in 0..3 {
        let own = Queue::connect(database.url(), settings()).await.unwrap();
        workers.push(tokio::spawn(work(own)));
    }
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        tokio::task::spawn_blocking(restart).await.unwrap();
    }
    let mut counted = 0;
    for worker in workers {
        counted += tokio::time::timeout(Duration::from_secs(60), worker).await.unwrap().unwrap();
    }
    assert_eq!(counted, SUBJECTS);
    let standings = queue.standings(NIGHT).await.unwrap();
    assert!(standings.iter().all(|standing| standing.state == State::Done), "{standings:#?}");
}
