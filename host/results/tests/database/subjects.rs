//! Subjects that are held.

use std::time::Duration;

use touchstone_results::{Held, Results, StateUrl};

use crate::on_both;
use crate::support::Empty;

/// What a server lets go of, it lets go of a moment later.
async fn soon(results: &Results, subject: &str) -> Held {
    for _ in 0..200 {
        if let Some(held) = results.hold(subject).await.unwrap() {
            return held;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{subject} stays held");
}

on_both! {
    async fn one_holds_a_subject(empty: Empty) {
        let (one, two) = (empty.open().await, empty.open().await);
        let held = one.hold("a/b").await.unwrap().unwrap();
        assert!(held.is_still_held().await);
        assert!(one.hold("a/b").await.unwrap().is_none(), "not twice in one program, either");
        assert!(two.hold("a/b").await.unwrap().is_none());
        let other = two.hold("a").await.unwrap().unwrap();
        let outbox = two.hold_outbox().await.unwrap().unwrap();
        assert!(one.hold_outbox().await.unwrap().is_none());
        drop(held);
        let held = soon(&two, "a/b").await;
        assert!(one.hold("a/b").await.unwrap().is_none());
        assert!(held.is_still_held().await && other.is_still_held().await && outbox.is_still_held().await);
        // The lock outlives the pools.
        two.close().await;
        drop(two);
        assert!(one.hold("a/b").await.unwrap().is_none());
        drop((held, other, outbox));
        drop(soon(&one, "a/b").await);
    }
}

on_both! {
    async fn of_many_who_want_it_one_gets_it(empty: Empty) {
        let programs = [empty.open().await, empty.open().await, empty.open().await];
        for round in 0..20 {
            let subject = format!("subject-{round}");
            let wanted = (0..12).map(|number| {
                let (results, subject) = (programs[number % 3].clone(), subject.clone());
                tokio::spawn(async move { results.hold(&subject).await.unwrap() })
            });
            let mut held = Vec::new();
            for one in wanted.collect::<Vec<_>>() {
                held.extend(one.await.unwrap());
            }
            assert_eq!(held.len(), 1, "{subject}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_lost_is_noticed() {
    let empty = Empty::postgres();
    let (one, two) = (empty.open().await, empty.open().await);
    let held = one.hold("a").await.unwrap().unwrap();
    let other = one.hold("b").await.unwrap().unwrap();
    empty.end_sessions();
    assert!(!held.is_still_held().await);
    let taken = soon(&two, "a").await;
    // The same program gets another session, which does not revive what was held before.
    let again = one.hold("c").await.unwrap().unwrap();
    assert!(again.is_still_held().await);
    assert!(!other.is_still_held().await);
    // To let go of what was lost does not let go of what others have.
    drop((held, other));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(one.hold("a").await.unwrap().is_none());
    assert!(taken.is_still_held().await && again.is_still_held().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_lost_unnoticed_is_replaced() {
    let empty = Empty::postgres();
    let one = empty.open().await;
    let held = one.hold("a").await.unwrap().unwrap();
    empty.end_sessions();
    let again = soon(&one, "a").await;
    assert!(again.is_still_held().await);
    assert!(!held.is_still_held().await);
}

#[tokio::test]
async fn another_name_of_the_file_is_the_same_database() {
    let empty = Empty::sqlite();
    let one = empty.open().await;
    let path = empty.url.path().unwrap();
    let link = path.with_file_name("link.db");
    std::os::unix::fs::symlink(path, &link).unwrap();
    let two = Results::open(&StateUrl::file(link)).await.unwrap();
    let _held = one.hold("a").await.unwrap().unwrap();
    assert!(two.hold("a").await.unwrap().is_none());
}
