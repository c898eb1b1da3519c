use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use touchstone_grants::Method;

use super::*;

mod creating;
mod limits;

/// Answers every call with so many bytes, after a moment or at once.
#[derive(Default)]
struct Stub {
    calls: AtomicUsize,
    /// What was asked for, in that order.
    asked: Mutex<Vec<String>>,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
    size: usize,
    at_once: bool,
}

#[async_trait]
impl Openstack for Stub {
    async fn call(&self, request: Request) -> Result<Response, CallError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.asked.lock().unwrap().push(request.path.clone());
        let under_way = 1 + self.under_way.fetch_add(1, Ordering::SeqCst);
        self.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        let number: u64 = request.path.rsplit('/').next().unwrap().parse().unwrap_or(0);
        if !self.at_once {
            tokio::time::sleep(Duration::from_millis(20 - number % 20)).await;
        }
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let body =
            if self.size == 0 { Bytes::from(request.path) } else { Bytes::from(vec![b'x'; self.size]) };
        Ok(Response { status: 200, headers: Vec::new(), body, attempts: 2 })
    }

    async fn probe(&self, _service: String, path: String) -> Result<Response, CallError> {
        self.call(Request::new("probe", Method::Get, path)).await
    }

    fn catalog(&self) -> Vec<Service> {
        Vec::new()
    }

    fn identity(&self) -> Identity {
        Identity::default()
    }
}

fn granted(stub: &Arc<Stub>, grants: &[&str], limits: CallLimits) -> Arc<Granted> {
    let grants = grants.iter().map(|grant| grant.parse().unwrap()).collect();
    Arc::new(Granted::new(Arc::clone(stub) as Arc<dyn Openstack>, grants, limits))
}

async fn call_all(granted: &Arc<Granted>, requests: Vec<Request>) -> Vec<Result<Response, CallError>> {
    granted.call_all(requests, usize::MAX).await
}

fn get(path: &str) -> Request {
    Request::new("compute", Method::Get, path)
}

fn kinds(answers: &[Result<Response, CallError>]) -> Vec<Option<ErrorKind>> {
    answers.iter().map(|answer| answer.as_ref().err().map(|error| error.kind)).collect()
}

#[tokio::test]
async fn what_is_not_granted_does_not_get_through() {
    let stub = Arc::new(Stub::default());
    let granted = granted(&stub, &["compute GET /flavors/**", "volumev3 GET /types"], CallLimits::default());
    for allowed in [get("/flavors/detail"), Request::new("block-storage", Method::Head, "/types")] {
        granted.call(allowed).await.unwrap();
    }
    for (request, kind) in [
        (get("/servers"), ErrorKind::Denied),
        (get("/flavors"), ErrorKind::Denied),
        (Request::new("image", Method::Get, "/flavors/detail"), ErrorKind::Denied),
        (Request::new("compute", Method::Delete, "/flavors/1"), ErrorKind::Denied),
        (get("/flavors/../servers"), ErrorKind::InvalidRequest),
        (get("/flavors/%2e%2e/servers"), ErrorKind::InvalidRequest),
        (get("//evil.example/flavors/x"), ErrorKind::InvalidRequest),
        (
            Request { headers: vec![("accept".into(), "a\r\nb".into())], ..get("/flavors/1") },
            ErrorKind::InvalidRequest,
        ),
    ] {
        assert_eq!(granted.call(request).await.unwrap_err().kind, kind);
    }
    assert_eq!(stub.calls.load(Ordering::SeqCst), 2);
    assert_eq!(granted.usage(), Usage { calls: 2, attempts: 4, response_bytes: 21 });
    assert_eq!(granted.audit().total, 8);
}

#[tokio::test]
async fn no_grant_gives_tokens_away() {
    let stub = Arc::new(Stub::default());
    let grants = ["identity GET /**", "identity POST /auth/*", "identity POST /auth/tokens max 9"];
    let granted = granted(&stub, &grants, CallLimits::default());
    for method in [Method::Get, Method::Post] {
        let error = granted.call(Request::new("identity", method, "/auth/tokens")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Denied);
    }
    granted.call(Request::new("identity", Method::Get, "/projects")).await.unwrap();
    assert_eq!(stub.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_audit_is_short_and_plain() {
    let granted = granted(&Arc::new(Stub::default()), &[], CallLimits::default());
    for _ in 0..3 {
        granted.call(get("/servers")).await.unwrap_err();
    }
    granted.call(get("/\u{1b}[31m")).await.unwrap_err();
    for number in 0..200 {
        granted.call(get(&format!("/{number}/{}", "x".repeat(3000)))).await.unwrap_err();
    }
    let audit = granted.audit();
    assert_eq!((audit.total, audit.entries.len()), (204, 100));
    assert_eq!(audit.entries[0].to_string(), "compute GET /servers (denied), 3 times");
    assert_eq!(audit.entries[1].to_string(), "compute GET /\\u{1b}[31m (invalid-request)");
    assert!(audit.entries.iter().all(|entry| entry.call.len() < 300));
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_requests() {
    let stub = Arc::new(Stub::default());
    let granted =
        granted(&stub, &["compute GET /**"], CallLimits { max_in_flight: 5, ..CallLimits::default() });
    let answers =
        call_all(&granted, (0..40).map(|number| get(&format!("/flavors/{number}"))).collect()).await;
    let bodies: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().body).collect();
    let expected: Vec<_> = (0..40).map(|number| Bytes::from(format!("/flavors/{number}"))).collect();
    assert_eq!(bodies, expected);
    assert_eq!(stub.most_under_way.load(Ordering::SeqCst), 5);
    assert!(call_all(&granted, Vec::new()).await.is_empty());
}

/// Replays answer from the front of a tape.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_are_made_in_the_order_of_the_requests() {
    let paths: Vec<String> = (0..400).map(|number| format!("/flavors/{number}")).collect();
    for max_in_flight in [1, 8, 500] {
        let stub = Arc::new(Stub { at_once: true, ..Stub::default() });
        let limits = CallLimits { max_in_flight, ..CallLimits::default() };
        let granted = granted(&stub, &["compute GET /**"], limits);
        let requests = paths.iter().map(|path| get(path)).collect();
        // A task of its own, as in a run: it may do so much at a time before others have their turn.
        tokio::spawn(async move { call_all(&granted, requests).await }).await.unwrap();
        assert_eq!(*stub.asked.lock().unwrap(), paths, "{max_in_flight} at a time");
    }
}

#[tokio::test]
async fn very_many_calls_that_are_refused_can_be_ended() {
    let stub = Arc::new(Stub::default());
    let granted = granted(&stub, &[], CallLimits { max_calls: 0, ..CallLimits::default() });
    let many = call_all(&granted, vec![get("/flavors"); 10_000]);
    let ended = tokio::time::timeout(Duration::ZERO, many).await;
    assert!(ended.is_err(), "nothing else had its turn until all were refused");
}

#[tokio::test]
async fn single_calls_are_bounded_as_well() {
    let stub = Arc::new(Stub::default());
    let granted =
        granted(&stub, &["compute GET /**"], CallLimits { max_in_flight: 2, ..CallLimits::default() });
    futures::future::join_all((0..10).map(|_| granted.call(get("/flavors")))).await;
    assert_eq!(stub.most_under_way.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn calls_run_out_before_anything_is_sent() {
    let stub = Arc::new(Stub::default());
    let granted =
        granted(&stub, &["compute GET /flavors"], CallLimits { max_calls: 3, ..CallLimits::default() });
    let requests = ["/servers", "/flavors", "/flavors", "/flavors", "/servers"].map(get).to_vec();
    use ErrorKind::{Denied, Exhausted};
    let expected = [Some(Denied), None, None, Some(Exhausted), Some(Exhausted)];
    assert_eq!(kinds(&call_all(&granted, requests).await), expected);
    assert_eq!(stub.calls.load(Ordering::SeqCst), 2);
    assert_eq!(granted.audit().total, 1);
}

#[tokio::test]
async fn bytes_run_out() {
    let stub = Arc::new(Stub { size: 400, ..Stub::default() });
    let limits = CallLimits { max_response_bytes: 1000, max_in_flight: 1, ..CallLimits::default() };
    let granted = granted(&stub, &["compute GET /flavors"], limits);
    let answers = call_all(&granted, vec![get("/flavors"); 5]).await;
    let exhausted = Some(ErrorKind::Exhausted);
    assert_eq!(kinds(&answers), [None, None, exhausted, exhausted, exhausted]);
    assert_eq!(
        stub.calls.load(Ordering::SeqCst),
        3,
        "the third answer did not fit, the rest was not asked for"
    );
    assert_eq!(granted.usage().response_bytes, 1000);
}

#[tokio::test]
async fn an_answer_may_be_too_large_for_the_check() {
    let stub = Arc::new(Stub { size: 400, ..Stub::default() });
    let limits = CallLimits { max_answer_bytes: 399, ..CallLimits::default() };
    let error = granted(&stub, &["compute GET /flavors"], limits).call(get("/flavors")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge);
    assert_eq!(error.message, "compute GET /flavors: the answer has 400 bytes; the check may have 399");
}
