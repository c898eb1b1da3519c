use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use touchstone_grants::Method;

use super::*;
use crate::openstack::api::ErrorKind;

/// Answers with the number of the call, after a moment. The last segment of the path is the status; 0 is no answer.
#[derive(Default)]
struct Stub {
    calls: AtomicUsize,
}

#[async_trait]
impl Openstack for Stub {
    async fn call(&self, request: Request) -> Outcome {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(10)).await;
        match request.path.rsplit('/').next().unwrap().parse().unwrap() {
            0 => Err(CallError::new(ErrorKind::Unreachable, "stub", format!("failure {number}"))),
            status => Ok(Response {
                status,
                headers: Vec::new(),
                body: Bytes::from(format!("{number:100}")),
                attempts: 1,
            }),
        }
    }

    async fn probe(&self, _service: String, path: String) -> Outcome {
        self.call(Request::new("probe", Method::Get, path)).await
    }

    fn catalog(&self) -> Vec<Service> {
        Vec::new()
    }

    fn identity(&self) -> Identity {
        Identity::default()
    }
}

fn shared(max_bytes: usize) -> (Arc<Stub>, Arc<SharedReads>) {
    let stub = Arc::new(Stub::default());
    (Arc::clone(&stub), Arc::new(SharedReads::new(stub, max_bytes)))
}

fn get(service: &str, path: &str) -> Request {
    Request::new(service, Method::Get, path)
}

/// Makes equal calls at the same time; how many of them got through.
async fn fetched(path: &str) -> usize {
    let (stub, reads) = shared(1 << 20);
    let outcomes = join_all((0..10).map(|_| reads.call(get("compute", path)))).await;
    assert!(outcomes.iter().all(|outcome| outcome.is_ok() == outcomes[0].is_ok()));
    stub.calls.load(Ordering::SeqCst)
}

#[tokio::test]
async fn equal_reads_at_the_same_time_are_one() {
    for path in ["/200", "/404", "/503", "/401", "/0"] {
        assert_eq!(fetched(path).await, 1, "{path}");
    }
}

#[tokio::test]
async fn answers_are_kept_and_failures_are_not() {
    for (path, calls) in
        [("/200", 1), ("/302", 1), ("/404", 1), ("/401", 2), ("/429", 2), ("/503", 2), ("/0", 2)]
    {
        let (stub, reads) = shared(1 << 20);
        for _ in 0..2 {
            let _ = reads.call(get("compute", path)).await;
        }
        assert_eq!(stub.calls.load(Ordering::SeqCst), calls, "{path}");
    }
}

#[tokio::test]
async fn the_one_who_asked_and_the_others_get_the_same() {
    let (_, reads) = shared(1 << 20);
    let first = reads.call(get("volumev3", "/200")).await.unwrap();
    let second = reads.call(get("block-storage", "/%32%300")).await.unwrap();
    assert_eq!((first.attempts, second.attempts), (1, 0));
    assert_eq!(Response { attempts: 0, ..first }, second);
    let sharing = reads.sharing();
    assert_eq!((sharing.fetched, sharing.shared), (1, 1));
    assert!((100..2000).contains(&sharing.kept_bytes), "{sharing:?}");
}

#[tokio::test]
async fn different_reads_are_different() {
    let (stub, reads) = shared(1 << 20);
    let base = get("compute", "/200");
    let requests = [
        base.clone(),
        get("image", "/200"),
        get("compute", "/x/200"),
        Request { method: Method::Head, ..base.clone() },
        Request { query: vec![("a".into(), "b".into())], ..base.clone() },
        Request { query: vec![("a".into(), "b=c".into())], ..base.clone() },
        Request { query: vec![("a=b".into(), "c".into())], ..base.clone() },
        Request { microversion: Some("2.61".into()), ..base.clone() },
        Request { microversion: Some("2.62".into()), ..base.clone() },
        Request { headers: vec![("accept".into(), "text/plain".into())], ..base.clone() },
    ];
    let bodies = join_all(requests.iter().map(|request| reads.call(request.clone()))).await;
    let distinct: std::collections::BTreeSet<_> =
        bodies.into_iter().map(|outcome| outcome.unwrap().body).collect();
    assert_eq!((distinct.len(), stub.calls.load(Ordering::SeqCst)), (requests.len(), requests.len()));
    let same = Request { headers: vec![("Accept".into(), "text/plain".into())], ..base };
    reads.call(same).await.unwrap();
    assert_eq!(stub.calls.load(Ordering::SeqCst), requests.len());
}

#[tokio::test]
async fn when_the_one_who_asked_is_dropped_another_one_asks() {
    let (stub, reads) = shared(1 << 20);
    let leader = tokio::spawn({
        let reads = Arc::clone(&reads);
        async move { reads.call(get("compute", "/200")).await }
    });
    while stub.calls.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let followers = join_all((0..5).map(|_| reads.call(get("compute", "/200"))));
    leader.abort();
    for outcome in followers.await {
        assert_eq!(outcome.unwrap().status, 200);
    }
    assert_eq!(stub.calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_does_not_fit_is_not_kept() {
    let (stub, reads) = shared(2000);
    for number in 0..10 {
        reads.call(get("compute", &format!("/{number}/200"))).await.unwrap();
    }
    let kept = reads.sharing().kept_bytes;
    assert!(kept <= 2000 && kept > 500, "{kept}");
    reads.call(get("compute", "/0/200")).await.unwrap();
    assert_eq!(stub.calls.load(Ordering::SeqCst), 10);
    reads.call(get("compute", "/9/200")).await.unwrap();
    assert_eq!(stub.calls.load(Ordering::SeqCst), 11);
    assert!(reads.shelf().flights.len() < 10, "what is not kept leaves nothing behind");
}

#[tokio::test]
async fn after_a_change_reads_are_fresh() {
    let (stub, reads) = shared(1 << 20);
    reads.call(get("compute", "/200")).await.unwrap();
    for _ in 0..2 {
        reads.call(Request::new("compute", Method::Post, "/202")).await.unwrap();
    }
    reads.call(get("compute", "/200")).await.unwrap();
    assert_eq!(stub.calls.load(Ordering::SeqCst), 4);
    assert_eq!(reads.sharing().shared, 0);
}

#[tokio::test]
async fn an_answer_from_before_a_change_is_not_kept_after_it() {
    let (stub, reads) = shared(1 << 20);
    let before = reads.call(get("compute", "/200"));
    let change = async {
        tokio::task::yield_now().await;
        reads.forget();
    };
    let (first, ()) = tokio::join!(before, change);
    let second = reads.call(get("compute", "/200")).await.unwrap();
    assert_ne!(first.unwrap().body, second.body);
    assert_eq!(stub.calls.load(Ordering::SeqCst), 2);
    assert!(reads.sharing().kept_bytes < 2000);
}

#[tokio::test]
async fn what_is_malformed_does_not_get_through() {
    let (stub, reads) = shared(1 << 20);
    assert_eq!(reads.call(get("compute", "/../200")).await.unwrap_err().kind, ErrorKind::InvalidRequest);
    assert_eq!(stub.calls.load(Ordering::SeqCst), 0);
}
