use super::*;

fn why(config: &MailConfig) -> String {
    Mailer::new(config).err().expect("it is refused").to_string()
}

fn config() -> MailConfig {
    MailConfig::new("mail.example.org", "Touchstone <touchstone@example.org>", "ops@example.org")
}

#[test]
fn ports_follow_from_tls() {
    let port = |tls| {
        let config = MailConfig { tls, allow_unencrypted: true, ..config() };
        Mailer::new(&config).expect("it can be used").host()
    };
    assert_eq!(port(MailTls::StartTls), "mail.example.org:587");
    assert_eq!(port(MailTls::Implicit), "mail.example.org:465");
    assert_eq!(port(MailTls::None), "mail.example.org:25");
}

#[test]
fn nothing_goes_unencrypted_by_mistake() {
    let plain = MailConfig { tls: MailTls::None, ..config() };
    assert!(why(&plain).contains("unencrypted to another machine"), "{}", why(&plain));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "hunter2\n").unwrap();
    let (user, password_file) = (Some("u".to_owned()), Some(file.path().to_owned()));
    let with_password = MailConfig { allow_unencrypted: true, user, password_file, ..plain.clone() };
    assert!(why(&with_password).contains("the password would go unencrypted"), "{}", why(&with_password));
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert!(
            Mailer::new(&MailConfig { host: host.to_owned(), ..with_password.clone() }).is_ok(),
            "{host}"
        );
    }
}

#[test]
fn mistakes_are_explained() {
    let to = |to: &[&str]| MailConfig { to: to.iter().map(|to| (*to).to_owned()).collect(), ..config() };
    assert_eq!(why(&to(&[])), "mail by mail.example.org: nobody is to get it; say for whom it is");
    assert!(why(&to(&["nobody"])).contains("`nobody` is no address"), "{}", why(&to(&["nobody"])));
    let evil = why(&to(&["a@example.org\r\nBcc: b@example.org"]));
    assert!(evil.contains("control characters") && !evil.contains('\n'), "{evil}");
    let alone = MailConfig { user: Some("u".to_owned()), ..config() };
    assert!(why(&alone).contains("no password file"), "{}", why(&alone));
    let missing = MailConfig { password_file: Some("/nowhere/password".into()), ..alone };
    assert!(why(&missing).contains("/nowhere/password cannot be read"), "{}", why(&missing));
    let authorities = vec!["/dev/null".into()];
    let empty = MailConfig { authorities, ..config() };
    assert!(why(&empty).contains("/dev/null holds none"), "{}", why(&empty));
}
