//! A check that tries everything that a check must not be able to do. The parameter `behaviour` chooses what; the
//! tests in `tests/e2e` say what must come of it. It has two testcases, so that a test can see what a check that ends
//! badly had already said.

mod bindings {
    wit_bindgen::generate!({
        path: ["../../../wit", "wit"],
        world: "touchstone:adversary/adversary",
        generate_all,
    });
}

use std::hint::black_box;

use bindings::exports::touchstone::adversary::hoard;
use bindings::exports::touchstone::check::check::{Descriptor, Guest, Parameter, Testcase};
use bindings::touchstone::check::context;
use bindings::touchstone::check::findings::{self, LogLevel};
use bindings::touchstone::check::openstack::{self, CallError, ErrorKind, Header, Method, Request, Response};
use bindings::touchstone::check::types::{Finding, Severity, Verdict};

const FIRST: &str = "adversary-first";
const SECOND: &str = "adversary-second";

struct Adversary;

impl Guest for Adversary {
    fn describe() -> Descriptor {
        let testcase = |id: &str| Testcase { id: id.into(), title: "Must not do harm.".into() };
        Descriptor {
            id: "adversary".into(),
            version: "0.1.0".into(),
            title: "Tries what a check must not be able to do".into(),
            url: "https://example.org/adversary".into(),
            testcases: vec![testcase(FIRST), testcase(SECOND)],
            grants: vec!["compute GET /flavors/**".into()],
            parameters: vec![Parameter {
                name: "behaviour".into(),
                description: "What to try.".into(),
                required: true,
            }],
            assets: vec![],
        }
    }

    fn run() -> Result<(), String> {
        let behaviour = context::parameter("behaviour").ok_or("no behaviour")?;
        match behaviour.as_str() {
            "behave" => {
                pass(FIRST);
                pass(SECOND);
            }
            "say-nothing" => {}
            "fail-to-run" => return Err("could not go on".into()),
            "contradict" => {
                pass(FIRST);
                findings::outcome(FIRST, Verdict::Fail, "after all not");
                pass(FIRST);
                pass(SECOND);
            }
            "contradict-late" => {
                for _ in 0..10_001 {
                    pass(FIRST);
                }
                findings::outcome(FIRST, Verdict::Fail, "after all not");
                findings::outcome(SECOND, Verdict::Dnf, "who knows");
            }
            "large-findings" => {
                let text = "\0".repeat(4 << 10);
                for _ in 0..1_000 {
                    findings::add(FIRST, &finding(&text));
                }
                pass(FIRST);
                pass(SECOND);
            }
            "trap-half-way" => {
                pass(FIRST);
                panic!("half-way");
            }
            "loop" => {
                pass(FIRST);
                loop {
                    black_box(0);
                }
            }
            "allocate" => {
                pass(FIRST);
                let mut hoard = Vec::new();
                loop {
                    hoard.push(black_box(vec![1_u8; 1 << 20]));
                }
            }
            "recurse" => {
                pass(FIRST);
                black_box(recurse(0));
            }
            "flood-log" => flood(|| findings::log(LogLevel::Warning, &"x".repeat(100_000))),
            "flood-empty-log" => flood(|| findings::log(LogLevel::Debug, "")),
            "flood-findings" => {
                flood(|| findings::add(FIRST, &finding(&"x".repeat(100_000))));
            }
            "flood-outcomes" => flood(|| pass(FIRST)),
            "huge-text" => {
                pass(FIRST);
                findings::outcome(SECOND, Verdict::Pass, &"x".repeat(40 << 20));
            }
            "foreign-testcase" => {
                // One that nobody asked for, and one of another check that runs at the same time.
                pass("scs-0100-syntax-check");
                findings::add("scs-0100-syntax-check", &finding("all is well"));
                findings::outcome("reader-flavors", Verdict::Fail, "not at all");
                findings::add("reader-flavors", &finding("nothing is well"));
                pass(FIRST);
            }
            "hostile-text" => {
                let text = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\u{202e}<script>alert(1)</script>\0";
                findings::add(FIRST, &finding(text));
                findings::outcome(FIRST, Verdict::Fail, text);
                findings::log(LogLevel::Warning, text);
            }
            "open-handles" => {
                pass(FIRST);
                let things: Vec<hoard::Thing> = (0..1_000_000).map(|_| hoard::Thing::new(Thing)).collect();
                black_box(things);
                pass(SECOND);
            }
            "call-a-million" => {
                pass(FIRST);
                let requests = vec![get("/flavors/detail"); 50_000];
                let mut answers = 0;
                for _ in 0..20 {
                    answers += openstack::call_all(&requests).iter().filter(|answer| answer.is_ok()).count();
                }
                findings::outcome(SECOND, Verdict::Dnf, &format!("{answers} calls were answered"));
            }
            "call-for-large-answers" => {
                pass(FIRST);
                // No two are equal, so that none is shared.
                let request =
                    |i: u32| Request { query: vec![("x".into(), i.to_string())], ..get("/flavors/detail") };
                let requests: Vec<Request> = (0..2_000).map(request).collect();
                let answers = openstack::call_all(&requests).iter().filter(|answer| answer.is_ok()).count();
                findings::outcome(SECOND, Verdict::Dnf, &format!("{answers} calls were answered"));
            }
            "wait" => {
                pass(FIRST);
                let _ = openstack::call(&get("/flavors/hang"));
            }
            "trespass" => trespass(),
            "tell-all" => {
                for text in [
                    context::prefix(),
                    format!("{:?}", openstack::identity()),
                    format!("{:?}", openstack::catalog()),
                ] {
                    findings::log(LogLevel::Warning, &text);
                    findings::add(FIRST, &finding(&text));
                }
                tell(openstack::call(&get("/flavors/detail")));
            }
            "redirect" => tell(openstack::call(&get("/flavors/redirect"))),
            "echo" => tell(openstack::call(&get("/flavors/echo"))),
            "create" => {
                let request = Request { method: Method::Post, ..get("/flavors") };
                let undo = Request { method: Method::Delete, ..get("/flavors/{id}") };
                let creation = openstack::Creation { request, id_pointer: "/flavor/id".into(), undo };
                tell(openstack::create(&creation).map(|created| created.response));
            }
            other => return Err(format!("no such behaviour: {other}")),
        }
        Ok(())
    }
}

struct Thing;

impl hoard::Guest for Adversary {
    type Thing = Thing;
}

impl hoard::GuestThing for Thing {
    fn new() -> Self {
        Thing
    }
}

bindings::export!(Adversary with_types_in bindings);

fn pass(testcase: &str) {
    findings::outcome(testcase, Verdict::Pass, "");
}

fn finding(message: &str) -> Finding {
    Finding { severity: Severity::Info, message: message.into(), resource: None, requirement: None }
}

fn flood(mut act: impl FnMut()) {
    pass(FIRST);
    loop {
        act();
    }
}

#[allow(unconditional_recursion)]
fn recurse(depth: u64) -> u64 {
    black_box(recurse(black_box(depth) + 1)) + 1
}

fn get(path: &str) -> Request {
    Request {
        service: "compute".into(),
        method: Method::Get,
        path: path.into(),
        query: vec![],
        microversion: None,
        headers: vec![],
        body: None,
    }
}

/// Every way out of its grants that it knows of. FIRST passes if none was open; SECOND if a granted call still works.
fn trespass() {
    let with_header = |name: &str, value: &str| Request {
        headers: vec![Header { name: name.into(), value: value.into() }],
        ..get("/flavors/detail")
    };
    let paths = [
        "/servers",
        "/flavors/../servers",
        "/flavors/./detail",
        "/flavors/%2e%2e/servers",
        "/flavors/%2E%2E/servers",
        "/flavors/.%2e/servers",
        "/flavors/%252e%252e/servers",
        "/flavors/..%2fservers",
        "/flavors/..;/servers",
        "/flavors/detail/../../servers",
        "//127.0.0.1:1/flavors/detail",
        "//evil.example/flavors/detail",
        "///flavors/detail",
        "/flavors//detail",
        "http://127.0.0.1:1/flavors/detail",
        "https://evil.example/flavors/detail",
        "@evil.example/flavors/detail",
        ":80@evil.example/flavors/detail",
        "/flavors/\\..\\servers",
        "/flavors/%5c..%5cservers",
        "/flavors/detail\r\nX-Evil: 1",
        "/flavors/detail%0d%0aX-Evil:%201",
        "/flavors/detail%00",
        "/flavors/detail#/../servers",
        "/flavors/detail?x=/../servers",
        "/flavors/\u{2025}/servers",
        "flavors/detail",
        "",
        "/",
    ];
    let mut open = Vec::new();
    let mut attempt = |what: String, request: Request| match openstack::call(&request) {
        Err(CallError { kind: ErrorKind::Denied | ErrorKind::InvalidRequest, .. }) => {}
        Err(error) => open.push(format!("{what}: {:?}", error.kind)),
        Ok(response) => open.push(format!("{what}: {}", response.status)),
    };
    for path in paths {
        attempt(format!("path {path:?}"), get(path));
    }
    for method in [Method::Post, Method::Put, Method::Patch, Method::Delete] {
        attempt(format!("{method:?}"), Request { method, ..get("/flavors/detail") });
    }
    for service in
        ["identity", "image", "compute\r\n", "../identity", "COMPUTE/..", "http://evil.example", ""]
    {
        attempt(
            format!("service {service:?}"),
            Request { service: service.into(), ..get("/flavors/detail") },
        );
    }
    for (name, value) in [
        ("accept", "a\r\nX-Evil: 1"),
        ("accept", "a\nX-Evil: 1"),
        ("accept\r\nX-Evil", "1"),
        ("X-Auth-Token", "mine"),
        ("x-subject-token", "mine"),
        ("Host", "evil.example"),
        ("Connection", "upgrade"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "1"),
        ("Cookie", "a=b"),
        ("X-Forwarded-For", "1.2.3.4"),
    ] {
        attempt(format!("header {name:?}"), with_header(name, value));
    }
    for version in ["2.61\r\nX-Evil: 1", "latest\0", "2.61 "] {
        let request = Request { microversion: Some(version.into()), ..get("/flavors/detail") };
        attempt(format!("microversion {version:?}"), request);
    }
    let verdict = if open.is_empty() { Verdict::Pass } else { Verdict::Fail };
    findings::outcome(FIRST, verdict, &open.join("; "));
    match openstack::call(&get("/flavors/detail")) {
        Ok(response) if response.status == 200 => pass(SECOND),
        other => findings::outcome(SECOND, Verdict::Fail, &format!("{other:?}")),
    }
}

/// Says what came of a call, down to its last byte, so that a test can look for what must not be in it.
fn tell(answer: Result<Response, CallError>) {
    let text = match &answer {
        Ok(response) => {
            let headers: Vec<String> =
                response.headers.iter().map(|header| format!("{}: {}", header.name, header.value)).collect();
            format!(
                "{} [{}] {}",
                response.status,
                headers.join(", "),
                String::from_utf8_lossy(&response.body)
            )
        }
        Err(error) => format!("{:?}: {}", error.kind, error.message),
    };
    findings::log(LogLevel::Warning, &text);
    findings::add(FIRST, &finding(&text));
    findings::outcome(FIRST, Verdict::Fail, &text);
    findings::outcome(SECOND, if answer.is_ok() { Verdict::Pass } else { Verdict::Dnf }, &text);
}
