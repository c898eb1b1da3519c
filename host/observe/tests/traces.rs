//! Traces, sent to a collector that is this test. The environment decides, so each part runs in a process of its own: this test
//! again, with variables set.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;
use touchstone_observe::{Wanted, layers};
use tracing::{info, info_span};
use tracing_subscriber::layer::SubscriberExt as _;

/// Set in the process that makes spans.
const CHILD: &str = "TOUCHSTONE_TEST_CHILD";

#[derive(Clone, Copy)]
enum Collector {
    Takes,
    Fails,
    Hangs,
}

/// A collector: its port, and the requests that it gets, head and body.
fn collector(is: Collector) -> (u16, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (sender, got) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            std::thread::spawn(move || {
                // A client that breaks off is one that a test wants.
                let _ = converse(stream, is, |request| drop(sender.send(request)));
            });
        }
    });
    (port, got)
}

fn converse(mut stream: TcpStream, is: Collector, tell: impl Fn((String, Vec<u8>))) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.expect("a length").parse().expect("a number");
            if bytes.len() >= end + 4 + length {
                tell((head, bytes[end + 4..end + 4 + length].to_vec()));
                break;
            }
        }
        match stream.read(&mut part)? {
            0 => return Ok(()),
            read => bytes.extend_from_slice(&part[..read]),
        }
    }
    match is {
        Collector::Takes => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        }
        Collector::Fails => {
            stream.write_all(b"HTTP/1.1 400 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        }
        Collector::Hangs => {
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        }
    }
}

/// This test again, in a process with these variables of OpenTelemetry's and no others.
fn child(test: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OTEL_") {
            command.env_remove(name);
        }
    }
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1").envs(variables.iter().copied());
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// What a program does: a night with a subject, and a library that talks too much. Prints whether there is a layer, and problems.
fn a_program() {
    let (layer, observing) = layers(Wanted { version: "9.8.7", ..Wanted::default() });
    let mut out = std::io::stdout();
    writeln!(out, "layer: {}", layer.is_some()).expect("it is read");
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let night =
            info_span!(target: "touchstone_nightly", "night", night = "2026-11-27T02:30:00Z").entered();
        let subject =
            info_span!(target: "touchstone_nightly::subject", "subject", subject = "gx-scs").entered();
        info!(target: "touchstone_runner", testcase = "scs-0103", "judged");
        info!(target: "reqwest", "X-Auth-Token: hunter2");
        drop(info_span!(target: "hyper::client", "hunter2", token = "hunter2").entered());
        tracing::debug!(target: "touchstone", "hunter2");
        info!("hunter2: of this test, which is not ours either");
        drop((subject, night));
    });
    writeln!(out, "problems: {:?}", observing.finish()).expect("it is read");
}

#[test]
fn spans_are_sent_where_the_environment_asks_for_it() {
    if is_child() {
        return a_program();
    }
    let (port, got) = collector(Collector::Takes);
    let endpoint = format!("http://127.0.0.1:{port}");
    let variables =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint), ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=scs")];
    let output = child("spans_are_sent_where_the_environment_asks_for_it", &variables);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("layer: true\nproblems: []\n"), "{said}");

    let (head, body) =
        got.recv_timeout(Duration::from_secs(10)).expect("spans are sent before the program ends");
    assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
    assert!(
        head.contains("content-type: application/x-protobuf") && head.contains("x-tenant: scs"),
        "{head}"
    );
    let request = ExportTraceServiceRequest::decode(&*body).expect("it is OTLP");
    let of = &request.resource_spans[0];
    let text = |value: &Option<_>| match value {
        Some(opentelemetry_proto::tonic::common::v1::AnyValue {
            value: Some(Value::StringValue(text)),
            ..
        }) => text.clone(),
        _ => String::new(),
    };
    let attributes = &of.resource.as_ref().expect("a resource").attributes;
    let attribute = |key: &str| attributes.iter().find(|one| one.key == key).map(|one| text(&one.value));
    assert_eq!(attribute("service.name").as_deref(), Some("touchstone"));
    assert_eq!(attribute("service.version").as_deref(), Some("9.8.7"));
    let spans: Vec<_> = of.scope_spans.iter().flat_map(|scope| &scope.spans).collect();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["subject", "night"], "in the order in which they end, and none of libraries");
    assert_eq!(spans[0].parent_span_id, spans[1].span_id);
    let subject = spans[0].attributes.iter().find(|one| one.key == "subject").map(|one| text(&one.value));
    assert_eq!(subject.as_deref(), Some("gx-scs"));
    assert_eq!(spans[0].events.iter().map(|event| &*event.name).collect::<Vec<_>>(), ["judged"]);
    assert!(!body.windows(7).any(|window| window == b"hunter2"), "what libraries say is not sent");
    assert!(got.try_recv().is_err(), "once");
}

#[test]
fn nothing_is_sent_unless_it_is_asked_for() {
    if is_child() {
        return a_program();
    }
    let (port, got) = collector(Collector::Takes);
    let endpoint = format!("http://127.0.0.1:{port}");
    let asked = ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint);
    let off: [&[(&str, &str)]; 4] = [
        &[],
        &[("OTEL_TRACES_EXPORTER", "otlp"), ("OTEL_SERVICE_NAME", "x")],
        &[asked, ("OTEL_SDK_DISABLED", "true")],
        &[asked, ("OTEL_TRACES_EXPORTER", "none")],
    ];
    for variables in off {
        let output = child("nothing_is_sent_unless_it_is_asked_for", variables);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("layer: false\nproblems: []\n"), "{said}");
    }
    assert!(got.try_recv().is_err());
}

#[test]
fn a_collector_that_fails_or_hangs_stops_nobody() {
    if is_child() {
        return a_program();
    }
    for (is, why) in
        [(Collector::Fails, "400 Bad Request"), (Collector::Hangs, "traces that waited at the end")]
    {
        let (port, got) = collector(is);
        let endpoint = format!("http://127.0.0.1:{port}/v1/traces");
        let before = Instant::now();
        let variables = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &*endpoint)];
        let output = child("a_collector_that_fails_or_hangs_stops_nobody", &variables);
        assert!(before.elapsed() < Duration::from_secs(20), "{:?}", before.elapsed());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("layer: true\nproblems: [\"traces ") && said.contains(why), "{said}");
        assert!(got.try_recv().is_ok(), "it was tried");
    }
}
