//! Nights over simulated clouds: what they run, what they leave alone, and what they tell.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use crate::harness::{Cloud, Entry, Ran, Touchstone, published, scope};

/// A folder with a configuration about one cloud, with more keys.
fn house(cloud: &Cloud, more: &str, of_subject: &str) {
    cloud.write("scope.yaml", scope(&[Entry::reader()]));
    cloud.write(
        "nightly.yaml",
        format!(
            "format: touchstone.nightly/v1\nstores: [{}]\nscopes: {{test: {{manifest: scope.yaml}}}}\n{more}\n\
             subjects:\n  - {{name: small, display_name: Small Cloud, operator: Example AG, cloud: demo, \
             clouds_file: clouds.yaml{of_subject}}}\n",
            published().store.display()
        ),
    );
}

fn once(cloud: &Cloud) -> Touchstone<'_> {
    cloud.touchstone().args(["nightly", "--once"])
}

/// What a command says, which ends well.
fn said(cloud: &Cloud, arguments: &[&str]) -> Ran {
    let ran = Touchstone::new(cloud.folder()).without_log().args(arguments).run();
    ran.assert_exit(0);
    ran
}

#[test]
fn a_night_is_recorded_and_shown_and_compared_with_the_next_one() {
    let cloud = Cloud::start();
    house(&cloud, "outputs: [json, html, junit, sarif, oscal, ctrf, markdown, scs]", "");
    once(&cloud).run().assert_exit(0);
    let status = said(&cloud, &["status"]);
    for part in ["Small Cloud", "Example AG", "v1"] {
        assert!(status.stdout.contains(part), "{status}");
    }
    let night = std::fs::read_dir(cloud.folder().join("nightly/nights")).expect("it is there").next();
    let outputs = night.expect("there is one").expect("it can be read").path().join("small");
    for extension in
        ["json", "html", "junit.xml", "sarif", "oscal.json", "ctrf.json", "md", "scs.yaml", "1.tape"]
    {
        assert!(outputs.join(format!("test.{extension}")).exists(), "{extension}");
    }
    // A night's report is verified like any other.
    let report = outputs.join("test.json").display().to_string();
    let tape = outputs.join("test.1.tape").display().to_string();
    let store = published().store.display().to_string();
    said(&cloud, &["verify", &report, "--tape", &tape, "--scope", "scope.yaml", "--store", &store]);

    cloud.inject("{service: compute, path: /flavors/detail, kind: {json: '{\"flavors\": []}'}}");
    let second = once(&cloud).run();
    let diff = Touchstone::new(cloud.folder()).without_log().args(["diff"]).run();
    let history = said(&cloud, &["history", "small"]);
    assert_eq!(history.stdout.matches("v1").count(), 2, "{second}{history}");
    assert!(diff.stdout.contains("reader-flavors") || diff.stdout.contains("Nothing"), "{diff}");
}

#[test]
fn what_is_recorded_is_not_run_again() {
    let cloud = Cloud::start();
    house(&cloud, "", "");
    let night = ["--night", "2026-11-27T02:30:00Z"];
    once(&cloud).args(night).run().assert_exit(0);
    cloud.forget_requests();
    once(&cloud).args(night).run().assert_exit(0);
    assert!(cloud.calls().is_empty(), "{:?}", cloud.calls());
}

#[test]
fn paused_subjects_and_days_without_sections_are_not_run() {
    let cloud = Cloud::start();
    house(&cloud, "", ", paused: it moves");
    let ran = once(&cloud).run();
    ran.assert_exit(0);
    assert!(cloud.calls().is_empty(), "{ran}");
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let none: Vec<String> = days.iter().map(|day| format!("{day}: []")).collect();
    house(&cloud, &format!("presets: {{rare: {{{}}}}}", none.join(", ")), ", preset: rare");
    once(&cloud).run();
    assert!(cloud.calls().is_empty());
}

#[test]
fn a_cloud_that_is_not_there_is_dnf_and_tried_again() {
    let cloud = Cloud::start();
    cloud.inject("{path: /auth/tokens, kind: {status: {code: 503}}}");
    house(&cloud, "limits: {retries: 1, retry_after: 1s}", "");
    let ran = once(&cloud).run();
    ran.assert_exit(4);
    assert_eq!(cloud.count("identity POST /auth/tokens"), 8, "four tries, twice: {ran}");
    let explained = said(&cloud, &["status", "--explain", "small"]);
    assert!(explained.stdout.contains("answers 503"), "{explained}");
}

#[test]
fn a_subject_without_credentials_is_told_and_the_others_are_tested() {
    let cloud = Cloud::start();
    house(&cloud, "limits: {retries: 0}", "");
    let config = std::fs::read_to_string(cloud.folder().join("nightly.yaml")).expect("it is there");
    cloud.write("nightly.yaml", config + "  - {name: lost, cloud: nowhere, clouds_file: clouds.yaml}\n");
    let ran = once(&cloud).run();
    ran.assert_exit(4);
    assert!(ran.stderr.contains("has no cloud \"nowhere\""), "{ran}");
    let status: Value =
        serde_json::from_str(&said(&cloud, &["status", "--format", "json"]).stdout).expect("it is JSON");
    let verdict = |row: usize| {
        let scopes = status["rows"][row]["scopes"].as_object().expect("there are some");
        scopes.values().next().expect("there is one")["versions"][0]["verdict"].clone()
    };
    assert_eq!((verdict(0), verdict(1)), ("PASS".into(), "MISS".into()));
    let linted = Touchstone::new(cloud.folder()).without_log().args(["nightly", "lint"]).run();
    linted.assert_exit(3);
    assert!(linted.stderr.contains("nightly.yaml:") && linted.stderr.contains("nowhere"), "{linted}");
}

#[test]
fn who_wants_to_know_is_told_once_when_a_verdict_changes() {
    let cloud = Cloud::start();
    let webhook = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let address = webhook.local_addr().expect("it has one");
    house(
        &cloud,
        &format!("limits: {{retries: 0}}\nnotify: {{webhooks: [{{url: 'http://{address}/hook'}}]}}"),
        "",
    );
    // PASS for the first time is no news, and neither is PASS again.
    once(&cloud).run().assert_exit(0);
    once(&cloud).run().assert_exit(0);
    cloud.inject("{path: /auth/tokens, kind: {status: {code: 403}}}");
    let taken = std::thread::spawn(move || {
        let (stream, _) = webhook.accept().expect("somebody comes");
        let mut reader = BufReader::new(stream.try_clone().expect("it can be shared"));
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line).expect("it is text") > 2 {
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("all of it");
        (&stream).write_all(b"HTTP/1.1 204 No Content\r\n\r\n").expect("it listens");
        webhook.set_nonblocking(true).expect("it can be");
        std::thread::sleep(std::time::Duration::from_millis(500));
        (body, webhook.accept().is_ok())
    });
    once(&cloud).run().assert_exit(4);
    let (body, again) = taken.join().expect("it took it");
    let told: Value = serde_json::from_slice(&body).expect("it is JSON");
    assert_eq!(told["format"], "touchstone.notification/v1");
    assert_eq!(told["changes"][0]["subject"], "small");
    assert_eq!(
        (&told["changes"][0]["before"], &told["changes"][0]["after"]),
        (&"PASS".into(), &"DNF".into())
    );
    assert!(!again, "told twice");
}

#[test]
fn metrics_and_logs_are_written() {
    let cloud = Cloud::start();
    house(&cloud, "metrics: {file: touchstone.prom}", "");
    once(&cloud).run().assert_exit(0);
    let metrics = std::fs::read_to_string(cloud.folder().join("touchstone.prom")).expect("it is there");
    assert!(metrics.contains("touchstone_") && metrics.contains("small"), "{metrics}");
    assert!(metrics.contains("touchstone_outbox_pending{destination=\"webhook\"} 0"), "{metrics}");
}

#[test]
fn mistakes_are_told_with_their_places() {
    let cloud = Cloud::start();
    house(&cloud, "limits: {subjcts: 3}", "");
    let ran = once(&cloud).without_log().run();
    ran.assert_exit(3);
    assert!(ran.stderr.contains("nightly.yaml:4:10") && ran.stderr.contains("subjects"), "{ran}");
    assert!(cloud.calls().is_empty());
    house(&cloud, "", "");
    for (arguments, part) in [
        (&["nightly"][..], "schedule"),
        (&["nightly", "--once", "--subject", "none"], "no such subject"),
        (&["nightly", "--once", "--scope", "none"], "no such scope"),
        (&["nightly", "--once", "--shard", "3/3"], "counted from 0"),
        (&["nightly", "--subject", "small"], "--once"),
    ] {
        let ran = Touchstone::new(cloud.folder()).without_log().args(arguments).run();
        ran.assert_exit(64);
        assert!(ran.stderr.contains(part), "{ran}");
    }
}

#[test]
fn two_runners_at_once_test_no_subject_twice() {
    let cloud = Cloud::with("latency: 20ms");
    house(&cloud, "limits: {subjects: 2}", "");
    let config = std::fs::read_to_string(cloud.folder().join("nightly.yaml")).expect("it is there");
    let (head, subject) = config.split_once("subjects:\n").expect("it has some");
    let several = |number: i32| subject.replace("name: small,", &format!("name: small-{number},"));
    cloud.write("nightly.yaml", format!("{head}subjects:\n{}", (0..8).map(several).collect::<String>()));
    let night = ["--night", "2026-11-27T02:30:00Z"];
    let (first, second) = (once(&cloud).args(night).start(), once(&cloud).args(night).start());
    for ran in [first.wait(), second.wait()] {
        ran.assert_exit(0);
    }
    // Whoever came to a subject that the other one had, has left it.
    once(&cloud).args(night).run().assert_exit(0);
    assert_eq!(cloud.count("identity POST /auth/tokens"), 8);
}

#[test]
fn shards_share_a_night() {
    let cloud = Cloud::start();
    house(&cloud, "", "");
    let config = std::fs::read_to_string(cloud.folder().join("nightly.yaml")).expect("it is there");
    let (head, subject) = config.split_once("subjects:\n").expect("it has some");
    let subjects: String =
        (0..6).map(|number| subject.replace("name: small,", &format!("name: small-{number},"))).collect();
    cloud.write("nightly.yaml", format!("{head}subjects:\n{subjects}"));
    let mut logins = 0;
    for shard in ["0/2", "1/2"] {
        let status = said(&cloud, &["nightly", "--once", "--dry-run", "--shard", shard]);
        logins += status.stdout.matches("small-").count();
        once(&cloud).args(["--shard", shard]).run().assert_exit(0);
    }
    assert_eq!(logins, 6);
    assert_eq!(cloud.count("identity POST /auth/tokens"), 6, "each is tested once");
    assert_eq!(said(&cloud, &["history", "small-3"]).stdout.matches("v1").count(), 1);
}
