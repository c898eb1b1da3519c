//! Mail by a real server: aiosmtpd, fetched from PyPI at a pinned version into `target`. Needs `python3` with pip.

mod server;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use server::{Server, authority};
use touchstone_notify::{
    Change, Kind, MailConfig, MailTls, Mailer, Notification, Scope, SendError, TestcaseChange,
};
use touchstone_scope::{State, Verdict};

const PASSWORD: &str = "correct horse ä";

fn news(subject: &str) -> Notification {
    let change = Change {
        kind: Kind::Worse,
        subject: subject.to_owned(),
        display_name: Some("Größe".to_owned()),
        operator: None,
        scope: Scope { uuid: "u".to_owned(), name: "SCS-compatible IaaS".to_owned() },
        version: "v5.1".to_owned(),
        state: Some(State::Effective),
        before: Some(Verdict::Pass),
        after: Some(Verdict::Fail),
        testcases: vec![TestcaseChange {
            testcase: "scs-0103-standard-flavors".to_owned(),
            before: Some(Verdict::Pass),
            after: Some(Verdict::Fail),
            reason: format!("{subject} {}", "long ".repeat(50)),
        }],
        testcases_left_out: 0,
        report: Some("https://example.org/r.html".to_owned()),
    };
    Notification::new("2026-11-27T02:30:00Z", vec![change]).expect("there is news")
}

fn config(server: &Server, tls: MailTls) -> MailConfig {
    MailConfig {
        port: Some(server.port),
        tls,
        authorities: if tls == MailTls::None { Vec::new() } else { vec![authority().file.clone()] },
        timeout: Duration::from_secs(20),
        ..MailConfig::new("localhost", "Touchstone Näht <touchstone@example.org>", "ops@example.org")
    }
}

fn with_password(folder: &Path, password: &str) -> (Option<String>, Option<PathBuf>) {
    let file = folder.join("password");
    std::fs::write(&file, format!("{password}\n")).expect("it can be written");
    (Some("touchstone".to_owned()), Some(file))
}

async fn send(config: &MailConfig, told: &Notification) -> Result<(), SendError> {
    Mailer::new(config).expect("it can be used").send(told).await
}

/// Header lines, unfolded, and the body.
fn parts(mail: &str) -> (Vec<String>, &str) {
    let (head, body) = mail.split_once("\r\n\r\n").expect("there is a body");
    (head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect(), body)
}

#[tokio::test]
async fn a_mail_goes_encrypted_and_with_a_password() {
    let folder = tempfile::tempdir().expect("a folder");
    let (user, password_file) = with_password(folder.path(), PASSWORD);
    for tls in [MailTls::StartTls, MailTls::Implicit] {
        let server = Server::start("accept", tls);
        let config = MailConfig {
            user: user.clone(),
            password_file: password_file.clone(),
            to: vec!["Ops <ops@example.org>".to_owned(), "boss@example.org".to_owned()],
            hello_name: Some("night.example.org".to_owned()),
            ..config(&server, tls)
        };
        let told = news("gx-scs");
        send(&config, &told).await.expect("it is taken");
        assert_eq!(server.next()["auth"], "PLAIN");
        let got = server.next();
        assert_eq!(got["sender"], "touchstone@example.org");
        assert_eq!(got["to"], serde_json::json!(["ops@example.org", "boss@example.org"]));
        assert_eq!(got["user"], "touchstone");
        assert_eq!(got["hello"], "night.example.org");
        // What aiosmtpd calls encrypted is STARTTLS; where TLS is around it, nothing else would have been understood.
        assert_eq!(got["encrypted"], tls == MailTls::StartTls);
        let (head, body) = parts(got["mail"].as_str().expect("a text"));
        let header = |name: &str| head.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
        assert_eq!(header("Content-Type"), Some("text/plain; charset=utf-8"));
        assert_eq!(
            header("Message-ID"),
            Some(format!("<{}@example.org>", told.id.replace('_', "")).as_str())
        );
        assert_eq!(header("To"), Some("Ops <ops@example.org>, boss@example.org"));
        assert!(header("Date").is_some_and(|date| date.ends_with("+0000")), "{head:?}");
        assert!(body.lines().all(|line| line.len() <= 78), "{body}");
        assert_eq!(
            decoded(&server, &got["mail"]),
            "[touchstone] gx-scs: PASS → FAIL, SCS-compatible IaaS v5.1"
        );
    }
}

/// What Python's own parser makes of the subject line.
fn decoded(server: &Server, mail: &serde_json::Value) -> String {
    let script = "import email, email.policy, json, sys\n\
                  mail = email.message_from_string(json.load(sys.stdin), policy=email.policy.default)\n\
                  assert not mail.defects, mail.defects\n\
                  assert 'Night of 2026-11-27T02:30:00Z: 1 worse.' in mail.get_content(), mail.get_content()\n\
                  assert 'WORSE   Größe (gx-scs)' in mail.get_content(), mail.get_content()\n\
                  print(mail['subject'])";
    server.python(script, &mail.to_string())
}

#[tokio::test]
async fn plain_is_possible_on_this_machine() {
    let server = Server::start("accept", MailTls::None);
    send(&config(&server, MailTls::None), &news("a")).await.expect("it is taken");
    assert_eq!(server.next()["encrypted"], false);
}

#[tokio::test]
async fn names_cannot_become_headers() {
    let server = Server::start("accept", MailTls::None);
    let evil = "x\r\nBcc: all@example.org\r\n\r\n.\r\nQUIT\r\n";
    send(&config(&server, MailTls::None), &news(evil)).await.expect("it is taken");
    let got = server.next();
    assert_eq!(got["to"], serde_json::json!(["ops@example.org"]));
    let (head, _) = parts(got["mail"].as_str().expect("a text"));
    let mut names: Vec<&str> = head.iter().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    names.sort_unstable();
    let expected = [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ];
    assert_eq!(names, expected, "{head:?}");
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (user, password_file) = with_password(folder.path(), PASSWORD);
    let server = Server::start("accept", MailTls::None);
    let config = MailConfig { user, password_file, ..config(&server, MailTls::StartTls) };
    let error = send(&config, &news("a")).await.expect_err("it is not sent");
    assert!(!error.is_retryable() && error.to_string().contains("STARTTLS"), "{error}");
    server.said_nothing();
}

#[tokio::test]
async fn a_server_of_another_authority_or_name_gets_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (user, password_file) = with_password(folder.path(), PASSWORD);
    for tls in [MailTls::StartTls, MailTls::Implicit] {
        let server = Server::start("accept", tls);
        let good =
            MailConfig { user: user.clone(), password_file: password_file.clone(), ..config(&server, tls) };
        let unknown = MailConfig { authorities: Vec::new(), ..good.clone() };
        // The certificate is for `localhost` alone.
        let misnamed = MailConfig { host: "127.0.0.1".to_owned(), ..good };
        for (config, why) in [(unknown, "UnknownIssuer"), (misnamed, "not valid for name")] {
            let error = send(&config, &news("a")).await.expect_err("it is not sent");
            assert!(error.is_retryable() && error.to_string().contains(why), "{error}");
        }
        server.said_nothing();
    }
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let expected = [
        ("later", true, "451", "greylisted, come again"),
        ("refuse", false, "550", "nobody of that name \\u{1b}[2J"),
        ("full", false, "552", "mailbox full"),
    ];
    for (mode, retryable, code, why) in expected {
        let server = Server::start(mode, MailTls::StartTls);
        let error = send(&config(&server, MailTls::StartTls), &news("a")).await.expect_err(mode);
        let text = error.to_string();
        assert_eq!(error.is_retryable(), retryable, "{text}");
        assert!(text.contains(code) && text.contains(why) && text.starts_with("localhost:"), "{text}");
    }
    let server = Server::start("accept", MailTls::StartTls);
    let (user, password_file) = with_password(folder.path(), "wrong");
    let config = MailConfig { user, password_file, ..config(&server, MailTls::StartTls) };
    let error = send(&config, &news("a")).await.expect_err("the password is wrong");
    assert!(!error.is_retryable() && error.to_string().contains("535"), "{error}");
    assert!(!error.to_string().contains("wrong"), "{error}");
    assert_eq!(server.next()["auth"], "PLAIN");
    server.said_nothing();
}

#[tokio::test]
async fn a_server_that_hangs_or_is_not_there_is_not_waited_for() {
    let server = Server::start("hang", MailTls::StartTls);
    let config = MailConfig { timeout: Duration::from_secs(2), ..config(&server, MailTls::StartTls) };
    let before = Instant::now();
    let error = send(&config, &news("a")).await.expect_err("it hangs");
    assert!(error.is_retryable() && error.to_string().contains("no answer within 2 s"), "{error}");
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());

    // It listens, and never greets.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = Some(silent.local_addr().expect("its address").port());
    let error = send(&MailConfig { port, ..config.clone() }, &news("a")).await.expect_err("it is silent");
    assert!(error.is_retryable() && error.to_string().contains("no answer within"), "{error}");
    drop(silent);
    let error = send(&MailConfig { port, ..config }, &news("a")).await.expect_err("nobody is there");
    assert!(error.is_retryable() && error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_mail_that_was_taken_is_not_sent_again_for_want_of_a_goodbye() {
    let server = Server::start("vanish", MailTls::StartTls);
    send(&config(&server, MailTls::StartTls), &news("a")).await.expect("the server took it");
    assert!(server.next()["mail"].is_string());
}
