//! Checks that want to do harm. Each must cost only its own testcases, within its limits, with the memory of the host
//! bounded, and must not learn the token.
//!
//! In every test `adversary` runs beside `reader`, which behaves and must not notice.

use std::sync::RwLock;

use serde_json::Value;

use crate::harness::{Cloud, Entry, Ran, Recorder, published, repo, scope};

/// Wall time of a check, in milliseconds, over which nothing may go: the limit of [`Entry::adversary`], and 100 ms.
const WALL: u64 = 1_000 + 100;
/// What the host may need altogether, whatever the guest wants. A quiet run needs some 60 MB.
const HOST_MEMORY: u64 = 300 << 20;
/// A report has at most 1,000 findings for each check, each of 4 KiB.
const REPORT: usize = 6 << 20;
/// The log has at most 256 KiB for each check; what the host itself says comes on top.
const LOG: usize = 2 << 20;

const FIRST: &str = "adversary-first";
const SECOND: &str = "adversary-second";

/// Tests that measure time have the machine for themselves, as far as the other tests here are concerned.
pub(crate) static QUIET: RwLock<()> = RwLock::new(());

/// Lets the adversary do something on a cloud, beside the reader, and looks at what concerns all behaviours.
fn attack_on(cloud: &Cloud, behaviour: &str, change: impl Fn(&mut Entry)) -> Ran {
    let mut adversary = Entry::adversary(behaviour);
    change(&mut adversary);
    let scope = scope(&[Entry::reader(), adversary]);
    // The host keeps its limits; whether this machine lets it run in time is another question. A limit that does not
    // hold is exceeded every time.
    let _quiet = QUIET.write();
    let wall = |ran: &Ran| ran.component(&published().adversary)["usage"]["wall_ms"].as_u64();
    let mut ran = cloud.run(&scope).run();
    for _ in 0..3 {
        if wall(&ran) <= Some(WALL) {
            break;
        }
        cloud.forget_requests();
        ran = cloud.run(&scope).run();
    }
    assert!(wall(&ran) <= Some(WALL), "{behaviour} took {:?} ms: {ran}", wall(&ran));
    assert!(ran.peak_memory < HOST_MEMORY, "{behaviour} cost {} bytes of memory", ran.peak_memory);
    let report = ran.report_text.as_ref().map_or(0, String::len);
    assert!(report < REPORT, "{behaviour} made a report of {report} bytes");
    assert!(ran.stderr.len() < LOG, "{behaviour} made a log of {} bytes", ran.stderr.len());
    assert!(ran.stdout.len() < LOG, "{behaviour} made an output of {} bytes", ran.stdout.len());
    ran.assert_result("reader-images", "PASS", "2: Debian, Ubuntu");
    ran.assert_result("reader-flavors", "PASS", "3: ");
    let report = ran.report();
    let known: Vec<_> = report["testcases"].as_object().expect("it is in the schema").keys().collect();
    assert_eq!(known, [FIRST, SECOND, "reader-flavors", "reader-images"]);
    ran
}

fn attack(behaviour: &str) -> Ran {
    attack_on(&Cloud::start(), behaviour, |_| {})
}

fn audit(ran: &Ran) -> Value {
    ran.component(&published().adversary)["audit"].clone()
}

fn findings(ran: &Ran, testcase: &str) -> Vec<Value> {
    ran.report()["testcases"][testcase]["findings"].as_array().cloned().unwrap_or_default()
}

/// All that the adversary knows to do.
pub(crate) fn behaviours() -> Vec<String> {
    let sources = std::fs::read_to_string(repo().join("tests/components/adversary/src/lib.rs"));
    let sources = sources.expect("the adversary is there");
    let arms = sources.lines().filter_map(|line| {
        let (behaviour, _) = line.strip_prefix("            \"")?.split_once("\" => ")?;
        Some(behaviour.to_owned())
    });
    let behaviours: Vec<String> = arms.collect();
    assert!(behaviours.len() > 20, "found only {behaviours:?}");
    behaviours
}

#[test]
fn every_behaviour_of_the_adversary_is_tested() {
    for behaviour in behaviours() {
        let tested = include_str!("adversary.rs").contains(&format!("\"{behaviour}\""));
        assert!(tested, "no test lets the adversary {behaviour}");
    }
}

#[test]
fn a_check_that_behaves_passes() {
    let ran = attack("behave");
    ran.assert_exit(0);
    ran.assert_result(FIRST, "PASS", "");
    ran.assert_result(SECOND, "PASS", "");
}

#[test]
fn silence_is_miss() {
    let ran = attack("say-nothing");
    ran.assert_exit(2);
    ran.assert_result(FIRST, "MISS", "said nothing");
    ran.assert_result(SECOND, "MISS", "said nothing");
}

#[test]
fn silence_of_a_check_that_could_not_go_on_is_dnf_with_its_reason() {
    let ran = attack("fail-to-run");
    ran.assert_exit(2);
    ran.assert_result(FIRST, "DNF", "could not go on");
    ran.assert_result(SECOND, "DNF", "could not go on");
}

#[test]
fn who_contradicts_himself_is_believed_the_worst() {
    let ran = attack("contradict");
    ran.assert_exit(1);
    ran.assert_result(FIRST, "FAIL", "after all not");
    ran.assert_result(SECOND, "PASS", "");
}

#[test]
fn who_contradicts_himself_late_is_believed_the_worst_too() {
    let ran = attack("contradict-late");
    ran.assert_exit(1);
    ran.assert_result(FIRST, "FAIL", "after all not");
    ran.assert_result(SECOND, "DNF", "who knows");
}

#[test]
fn findings_that_are_large_in_a_report_are_few() {
    let ran = attack("large-findings");
    ran.assert_exit(0);
    let kept = findings(&ran, FIRST).len();
    assert!((100..200).contains(&kept), "{kept} findings of 24 KiB were kept");
    assert_eq!(audit(&ran)["dropped_findings"], 1_000 - kept);
}

/// What was said stays; what was not is DNF for this reason.
fn assert_half_said(ran: &Ran, reason: &str) {
    ran.assert_exit(2);
    ran.assert_result(FIRST, "PASS", "");
    ran.assert_result(SECOND, "DNF", reason);
}

#[test]
fn a_trap_loses_only_what_was_not_said() {
    assert_half_said(&attack("trap-half-way"), "stopped half-way: it aborted (a panic)");
}

#[test]
fn an_endless_loop_ends() {
    assert_half_said(&attack("loop"), "took longer than it may");
}

#[test]
fn endless_memory_is_not_given() {
    let ran = attack("allocate");
    assert_half_said(&ran, "needs more memory than it may have");
    let peak = ran.component(&published().adversary)["usage"]["peak_memory_bytes"].as_u64();
    assert!(peak <= Some(16 << 20) && peak > Some(8 << 20), "{peak:?}");
}

#[test]
fn endless_recursion_ends() {
    assert_half_said(&attack("recurse"), "stopped half-way");
}

#[test]
fn a_flooded_log_is_dropped() {
    for behaviour in ["flood-log", "flood-empty-log"] {
        let ran = attack(behaviour);
        assert_half_said(&ran, "took longer than it may");
        assert!(audit(&ran)["dropped_log_bytes"].as_u64() > Some(0), "{behaviour}");
    }
}

#[test]
fn a_flood_of_findings_is_dropped() {
    let ran = attack("flood-findings");
    assert_half_said(&ran, "took longer than it may");
    let findings = findings(&ran, FIRST);
    assert_eq!(findings.len(), 1_000);
    let longest = findings.iter().filter_map(|finding| finding["message"].as_str()).map(str::len).max();
    assert!(longest <= Some(4 * 1024 + 3), "{longest:?}");
    assert!(audit(&ran)["dropped_findings"].as_u64() > Some(0));
}

#[test]
fn a_flood_of_outcomes_is_dropped() {
    let ran = attack("flood-outcomes");
    assert_half_said(&ran, "took longer than it may");
    assert!(audit(&ran)["dropped_outcomes"].as_u64() > Some(0));
}

#[test]
fn a_text_that_is_too_large_is_not_taken() {
    let ran = attack_on(&Cloud::start(), "huge-text", |adversary| {
        adversary.limits = "{wall: 1s, memory: 128MiB}".into();
    });
    assert_half_said(&ran, "stopped half-way");
}

#[test]
fn nobody_judges_for_others() {
    let ran = attack("foreign-testcase");
    ran.assert_exit(2);
    ran.assert_result(FIRST, "PASS", "");
    ran.assert_result(SECOND, "MISS", "said nothing");
    let audit = audit(&ran);
    let ignored = |i: usize| {
        (audit["ignored_outcomes"][i]["testcase"].as_str(), audit["ignored_outcomes"][i]["verdict"].as_str())
    };
    assert_eq!(ignored(0), (Some("scs-0100-syntax-check"), Some("PASS")));
    assert_eq!(ignored(1), (Some("reader-flavors"), Some("FAIL")));
    assert_eq!(audit["dropped_findings"], 2);
    assert!(findings(&ran, "reader-flavors").is_empty());
}

#[test]
fn hostile_text_does_nothing_to_a_terminal() {
    let cloud = Cloud::start();
    let ran = attack_on(&cloud, "hostile-text", |_| {});
    ran.assert_exit(1);
    ran.assert_result(FIRST, "FAIL", "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\u{202e}<script>alert(1)</script>\0");
    let verbose = cloud.touchstone().args(["run", "scope.yaml", "--cloud", "demo", "-v", "--store"]);
    let verbose = verbose.arg(&published().store).run();
    assert!(verbose.stdout.contains("<script>"), "it is shown, only not obeyed: {verbose}");
    for text in [&ran.stdout, &ran.stderr, &verbose.stdout, &verbose.stderr] {
        let obeyed = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(obeyed), "a terminal would obey: {text:?}");
    }
}

#[test]
fn a_million_handles_are_too_many() {
    assert_half_said(&attack("open-handles"), "stopped half-way");
}

#[test]
fn a_million_calls_are_too_many() {
    let cloud = Cloud::start();
    let ran = attack_on(&cloud, "call-a-million", |adversary| {
        adversary.limits = "{wall: 1s, memory: 64MiB, calls: 500}".into();
    });
    assert_half_said(&ran, "");
    assert!(ran.component(&published().adversary)["usage"]["calls"].as_u64() <= Some(500));
    // Equal reads are shared: one for the adversary, one (with a microversion) for the reader.
    assert_eq!(cloud.count("compute GET /flavors/detail"), 2);
}

/// The host must not hold large answers many times over: neither those that are shared, and cost the cloud nothing, nor
/// those that are not.
#[test]
fn large_answers_do_not_fill_the_host() {
    for behaviour in ["call-a-million", "call-for-large-answers"] {
        let cloud = Cloud::start();
        let large = format!("{{\"flavors\": [], \"x\": \"{}\"}}", "x".repeat(1 << 20));
        cloud.inject(&format!("{{service: compute, path: /flavors/detail, kind: {{json: '{large}'}}}}"));
        let scope = scope(&[Entry { limits: "{wall: 5s}".into(), ..Entry::adversary(behaviour) }]);
        let ran = cloud.run(&scope).run();
        ran.assert_result(FIRST, "PASS", "");
        assert!(ran.peak_memory < HOST_MEMORY, "{behaviour} cost {} bytes of memory", ran.peak_memory);
    }
}

#[test]
fn a_call_that_is_never_answered_ends() {
    let cloud = Cloud::start();
    cloud.inject("{path: /flavors/hang, kind: hang}");
    assert_half_said(&attack_on(&cloud, "wait", |_| {}), "took longer than it may");
}

#[test]
fn there_is_no_way_out_of_the_grants() {
    let cloud = Cloud::start();
    let ran = attack_on(&cloud, "trespass", |_| {});
    ran.assert_exit(0);
    ran.assert_result(FIRST, "PASS", "");
    ran.assert_result(SECOND, "PASS", "");
    // What was tried is on the record.
    let component = ran.component(&published().adversary);
    let denied: Vec<&str> =
        component["denied"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(component["audit"]["denied_calls"].as_u64() >= Some(50), "{component:#}");
    for call in ["compute GET /servers", "compute DELETE /flavors/detail", "image GET /flavors/detail"] {
        assert!(denied.contains(&call), "{call} is not among {denied:#?}");
    }
    // And nothing of it was sent: the cloud saw a login and what both checks were granted.
    for call in cloud.calls() {
        let known =
            ["identity POST /auth/tokens", "compute GET /flavors/detail", "image GET /images", "image GET /"];
        assert!(known.contains(&call.as_str()), "the cloud was asked for {call}");
    }
    let headers = [
        "accept",
        "content-length",
        "content-type",
        "host",
        "openstack-api-version",
        "user-agent",
        "x-auth-token",
        "x-openstack-nova-api-version",
    ];
    for request in cloud.requests() {
        let others: Vec<_> =
            request.headers.iter().filter(|name| !headers.contains(&name.as_str())).collect();
        assert!(others.is_empty(), "{} came with {others:?}", request.target);
        assert!(!request.target.to_lowercase().contains("evil"), "{}", request.target);
    }
}

#[test]
fn redirections_are_not_followed() {
    let elsewhere = Recorder::start(|_| "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".into());
    for code in [301, 302, 303, 307, 308] {
        let cloud = Cloud::start();
        let to = format!("http://{}/flavors/detail", elsewhere.address());
        cloud.inject(&format!(
            "{{path: /flavors/redirect, kind: {{redirect: {{to: '{to}', code: {code}}}}}}}"
        ));
        let ran = attack_on(&cloud, "redirect", |_| {});
        ran.assert_exit(1);
        ran.assert_result(FIRST, "FAIL", &format!("{code} ["));
        assert_eq!(cloud.count("compute GET /flavors/redirect"), 1);
    }
    assert_eq!((elsewhere.connections(), elsewhere.received().as_str()), (0, ""), "nobody may be led there");
}

#[test]
fn a_token_that_comes_back_in_a_header_is_not_seen() {
    // One header that checks never see, and one that they do.
    for (header, verdict) in [("x-subject-token", "PASS"), ("link", "DNF")] {
        let cloud = Cloud::start();
        cloud.inject(&format!("{{path: /flavors/echo, kind: {{echo-token: {header}}}}}"));
        let ran = attack_on(&cloud, "echo", |_| {});
        // That the token is nowhere is asserted for every run.
        ran.assert_exit(1);
        ran.assert_result(SECOND, verdict, if verdict == "DNF" { "the answer is withheld" } else { "" });
    }
}

#[test]
fn a_token_that_comes_back_in_a_body_is_not_seen() {
    let mirror = Recorder::start(|request| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{request}",
            request.len()
        )
    });
    let cloud = Cloud::with(&format!(
        "catalog:\n  services: {{compute: {{absent: true}}}}\n  extra: [{{type: compute, url: 'http://{}/v2.1'}}]",
        mirror.address()
    ));
    let ran = cloud.run(&scope(&[Entry::reader(), Entry::adversary("echo")])).run();
    ran.assert_exit(1);
    ran.assert_result(FIRST, "FAIL", "the answer is withheld");
    ran.assert_result(SECOND, "DNF", "compute GET /flavors/echo: the answer is withheld");
    ran.assert_result("reader-flavors", "DNF", "compute GET /flavors/detail: the answer is withheld");
    ran.assert_result("reader-images", "PASS", "");
    let tokens = cloud.tokens();
    assert!(
        tokens.iter().any(|token| mirror.received().contains(token.as_str())),
        "the service did get the token"
    );
}

#[test]
fn what_a_check_may_know_holds_no_token() {
    let ran = attack("tell-all");
    // That the token is nowhere is asserted for every run.
    let told = findings(&ran, FIRST)
        .into_iter()
        .filter_map(|finding| finding["message"].as_str().map(str::to_owned));
    let told: String = told.collect();
    for known in ["demo", "compute", "touchstone-", "200 [", "medium"] {
        assert!(told.contains(known), "{known} is not in {told}");
    }
}

#[test]
fn nothing_is_created() {
    let cloud = Cloud::start();
    let ran = attack_on(&cloud, "create", |_| {});
    ran.assert_exit(1);
    ran.assert_result(SECOND, "DNF", "Denied");
    assert_eq!(audit(&ran)["denied_calls"], 1);
    let denied = ran.component(&published().adversary)["denied"].clone();
    assert_eq!(denied, serde_json::json!(["compute POST /flavors"]));
    assert!(cloud.calls().iter().all(|call| !call.contains("POST /flavors")), "{:?}", cloud.calls());
}
