//! The database cannot be reached, and then it can again.

use std::time::{Duration, Instant};

use touchstone_queue::{Ending, Queue, QueueError, Settings};

use crate::postgres::{Postgres, item, quick};

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_outlives_an_outage_that_is_shorter() {
    let postgres = Postgres::new();
    let queue = postgres.queue(Settings { lease: Duration::from_secs(5), ..quick() }).await;
    queue.offer(&[item("cloud", &[])]).await.unwrap();
    let lease = queue.take(&[], "one").await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    postgres.cut();
    tokio::time::sleep(Duration::from_secs(2)).await;
    postgres.mend();
    // It would have been over five seconds after it was taken, had it not been renewed since.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(queue.take(&[], "another").await.unwrap().is_none());
    assert_eq!(lease.complete().await.unwrap(), Ending::Counted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_cannot_be_renewed_is_lost_when_it_is_over() {
    let postgres = Postgres::new();
    let queue = postgres.queue(quick()).await;
    queue.offer(&[item("cloud", &[])]).await.unwrap();
    let lease = queue.take(&[], "one").await.unwrap().unwrap();
    postgres.cut();
    let away = Instant::now();
    tokio::time::timeout(Duration::from_secs(10), lease.lost()).await.unwrap();
    assert!(
        away.elapsed() < Duration::from_millis(2_500),
        "not later than others may get it: {:?}",
        away.elapsed()
    );
    assert!(away.elapsed() > Duration::from_millis(1_000), "not while there is time: {:?}", away.elapsed());
    assert!(!lease.tenure().is_still_ours().await.unwrap());

    let error = queue.take(&[], "one").await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    let error = Queue::connect(&postgres.url(), quick()).await.unwrap_err();
    assert!(matches!(error, QueueError::Unreachable(_)), "{error}");

    // Nobody was handed it meanwhile, so the completion counts after all.
    postgres.mend();
    assert_eq!(lease.complete().await.unwrap(), Ending::Counted);
}
