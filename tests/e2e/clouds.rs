//! Clouds that misbehave. What went wrong is retried within bounds; then the testcases concerned are DNF, and say which
//! service, method and path it was, and what happened. The others do not notice.

use crate::harness::{Cloud, Entry, Ran, Recorder, crafted, scope};

const LIST: &str = "compute GET /flavors/detail";

/// Runs the reader on a cloud where something happens to the list of flavors.
fn read_with(fault: &str) -> (Cloud, Ran) {
    let cloud = Cloud::start();
    cloud.inject(&format!("{{service: compute, path: /flavors/detail, {fault}}}"));
    let ran = cloud.run(&scope(&[Entry::reader()])).run();
    ran.assert_result("reader-images", "PASS", "2: Debian, Ubuntu");
    (cloud, ran)
}

/// The testcase about flavors could not be judged, for this reason, after so many requests.
#[track_caller]
fn assert_unread(fault: &str, reason: &str, requests: usize) -> Ran {
    let (cloud, ran) = read_with(fault);
    ran.assert_exit(2);
    ran.assert_result("reader-flavors", "DNF", LIST);
    ran.assert_result("reader-flavors", "DNF", reason);
    assert_eq!(cloud.count(LIST), requests, "requests for the list: {ran}");
    ran
}

/// The testcase about flavors was judged, after so many requests.
#[track_caller]
fn assert_read(fault: &str, requests: usize) -> Ran {
    let (cloud, ran) = read_with(fault);
    ran.assert_exit(0);
    ran.assert_result("reader-flavors", "PASS", "3: ");
    assert_eq!(cloud.count(LIST), requests, "requests for the list: {ran}");
    ran
}

#[test]
fn a_web_page_is_no_answer() {
    assert_unread("kind: html", "not what the API promises", 1);
}

#[test]
fn half_an_answer_is_no_answer() {
    assert_unread("kind: truncated-json", "not what the API promises", 1);
}

#[test]
fn other_json_is_no_answer() {
    assert_unread("kind: {json: '[]'}", "not what the API promises", 1);
    assert_unread("kind: {json: '{\"flavors\": [{\"id\": 3}]}'}", "not what the API promises", 1);
    assert_unread("kind: {json: '{}'}", "no list `flavors`", 1);
}

/// Where the host itself parses: in a document of versions.
#[test]
fn json_that_is_deeper_than_the_stack_is_high_is_no_answer() {
    let cloud = Cloud::with("catalog: {services: {compute: {endpoint: unversioned}}}");
    cloud.inject(&format!("{{service: compute, path: /, kind: {{json: '{}'}}}}", crafted::deep_json()));
    let ran = cloud.run(&scope(&[Entry::reader()])).run();
    ran.assert_exit(0);
    assert_eq!(cloud.count("compute GET /"), 1);
}

#[test]
fn a_gigabyte_is_not_read() {
    let ran = assert_unread("kind: {huge: 1000000000}", "1000000000 bytes", 1);
    assert!(ran.peak_memory < 200 << 20, "{} bytes", ran.peak_memory);
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let ran = assert_unread("kind: endless-body", "bytes", 1);
    assert!(ran.peak_memory < 200 << 20, "{} bytes", ran.peak_memory);
}

#[test]
fn who_always_fails_is_asked_four_times() {
    assert_unread("kind: {status: {code: 500}}", "answered 500", 4);
}

#[test]
fn who_fails_twice_is_asked_again() {
    assert_read("times: 2, kind: {status: {code: 503}}", 3);
}

#[test]
fn who_asks_for_patience_gets_it() {
    let ran = assert_read("times: 1, kind: {status: {code: 429, retry_after: 2}}", 2);
    assert!(ran.took.as_millis() >= 2_000, "it took {:?}", ran.took);
}

#[test]
fn who_asks_for_too_much_patience_is_not_asked_again() {
    assert_unread("kind: {status: {code: 429, retry_after: 3600}}", "answered 429", 1);
}

#[test]
fn a_refusal_is_an_answer() {
    assert_unread("kind: {status: {code: 403}}", "answered 403", 1);
}

#[test]
fn a_connection_that_breaks_is_made_again() {
    assert_read("times: 1, kind: reset", 2);
    assert_unread("kind: reset", "4 attempts", 4);
    assert_unread("kind: close", "4 attempts", 4);
}

#[test]
fn what_is_not_http_is_no_answer() {
    assert_unread("kind: garbage", "not HTTP", 4);
}

#[test]
fn who_never_answers_is_not_waited_for_for_ever() {
    let cloud = Cloud::start();
    cloud.inject("{service: compute, path: /flavors/detail, kind: hang}");
    let ran = cloud.run(&scope(&[Entry { limits: "{wall: 1s}".into(), ..Entry::reader() }])).run();
    ran.assert_exit(2);
    ran.assert_result("reader-images", "PASS", "2: ");
    ran.assert_result("reader-flavors", "DNF", "took longer than it may");
}

#[test]
fn who_answers_slowly_is_waited_for() {
    assert_read("kind: {slow: 500ms}", 1);
}

#[test]
fn a_token_that_expires_is_renewed() {
    let (cloud, ran) = read_with("times: 1, kind: expire-token");
    ran.assert_exit(0);
    ran.assert_result("reader-flavors", "PASS", "3: ");
    assert_eq!(cloud.count("identity POST /auth/tokens"), 2);
    assert_eq!(cloud.tokens().len(), 2);
}

#[test]
fn a_service_that_takes_no_token_is_not_asked_for_ever() {
    let (cloud, ran) = read_with("kind: {status: {code: 401}}");
    ran.assert_exit(2);
    ran.assert_result("reader-flavors", "DNF", "compute GET /flavors/detail: answered 401");
    assert_eq!(cloud.count("identity POST /auth/tokens"), 2, "one login, and one try to log in again");
    assert_eq!(cloud.count(LIST), 2);
}

#[test]
fn a_service_that_is_not_there_is_named() {
    let cloud = Cloud::with("catalog: {services: {compute: {absent: true}}}");
    let ran = cloud.run(&scope(&[Entry::reader()])).run();
    ran.assert_exit(2);
    ran.assert_result("reader-flavors", "DNF", "compute GET /flavors/detail");
    ran.assert_result("reader-flavors", "DNF", "catalog");
    ran.assert_result("reader-images", "PASS", "2: ");
    let services = ran.report()["preflight"]["services"].to_string();
    assert!(services.contains("image") && !services.contains("compute"), "{services}");
}

#[test]
fn a_service_that_nobody_serves_is_named() {
    let port = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        listener.local_addr().expect("it has an address").port()
    };
    let cloud = Cloud::with(&format!(
        "catalog: {{services: {{compute: {{absent: true}}}}, extra: [{{type: compute, url: 'http://127.0.0.1:{port}/v2.1'}}]}}"
    ));
    let ran = cloud.run(&scope(&[Entry::reader()])).run();
    ran.assert_exit(2);
    ran.assert_result("reader-flavors", "DNF", LIST);
    ran.assert_result("reader-flavors", "DNF", &format!("127.0.0.1:{port}: nobody listens there"));
    ran.assert_result("reader-images", "PASS", "2: ");
}

#[test]
fn lists_are_read_to_their_end_page_by_page() {
    for size in 1..=3 {
        let cloud =
            Cloud::with(&format!("pages: {{flavors: {size}, images: {size}, images_unasked: {size}}}"));
        let ran = cloud.run(&scope(&[Entry::reader()])).run();
        ran.assert_exit(0);
        ran.assert_result("reader-images", "PASS", "2: Debian, Ubuntu");
        let (_, flavors) = ran.result("reader-flavors");
        for name in ["3: ", "small", "medium", "large"] {
            assert!(flavors.contains(name), "{flavors} with pages of {size}");
        }
        assert!(cloud.count(LIST) >= 3_usize.div_ceil(size), "{size}: {:?}", cloud.calls());
    }
}

#[test]
fn next_pages_elsewhere_are_asked_for_here() {
    let elsewhere = Recorder::start(|_| "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".into());
    let page = format!(
        "{{\"flavors\": [], \"flavors_links\": [{{\"rel\": \"next\", \"href\": \"http://{}/flavors/detail?marker=x\"}}]}}",
        elsewhere.address()
    );
    let (cloud, ran) = read_with(&format!("times: 1, kind: {{json: '{page}'}}"));
    ran.assert_exit(2);
    assert_eq!(cloud.count(LIST), 2);
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn both_ways_to_log_in_work() {
    let cloud = Cloud::start();
    for name in ["demo", "demo-appcred"] {
        let ran = cloud.run_as(name, &scope(&[Entry::reader()])).run();
        ran.assert_exit(0);
        assert_eq!(ran.report()["subject"], name);
    }
}
