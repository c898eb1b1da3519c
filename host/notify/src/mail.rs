//! Notifications as e-mail, by SMTP.

mod delivery;
mod message;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use lettre::message::{Mailbox, Mailboxes};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use self::delivery::Delivery;
use crate::error::{ConfigError, SendError, read_small};
use crate::notification::Notification;
use crate::tls;

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailTls {
    /// In clear text first, encrypted before anything is told (STARTTLS, RFC 3207); a server that cannot is refused.
    #[default]
    StartTls,
    /// Encrypted from the start (RFC 8314).
    Implicit,
    /// Not at all.
    None,
}

/// Which mail server, for whom, from whom.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// Name or address of the server.
    pub host: String,
    /// Its port. Default: 587 with STARTTLS, 465 with TLS from the start, 25 without.
    pub port: Option<u16>,
    /// How it is spoken to. Default: STARTTLS, required.
    pub tls: MailTls,
    /// Send unencrypted to other machines, too; credentials never are. Default: no.
    pub allow_unencrypted: bool,
    /// PEM files with certificate authorities to believe beside those of the machine. Default: none.
    pub authorities: Vec<PathBuf>,
    /// Who logs in; none: nobody does.
    pub user: Option<String>,
    /// A file with the password, in one line.
    pub password_file: Option<PathBuf>,
    /// Who sends: `Touchstone <touchstone@example.org>`.
    pub from: String,
    /// For whom it is; one mail for all of them.
    pub to: Vec<String>,
    /// The name by which we greet. Default: the address literal `[127.0.0.1]`.
    pub hello_name: Option<String>,
    /// How long one delivery may take in all. Default: 60 s.
    pub timeout: Duration,
}

impl MailConfig {
    /// Mail from one address to another by a server, with defaults for all else.
    pub fn new(host: impl Into<String>, from: impl Into<String>, to: impl Into<String>) -> MailConfig {
        MailConfig {
            host: host.into(),
            port: None,
            tls: MailTls::default(),
            allow_unencrypted: false,
            authorities: Vec::new(),
            user: None,
            password_file: None,
            from: from.into(),
            to: vec![to.into()],
            hello_name: None,
            timeout: Duration::from_secs(60),
        }
    }
}

/// A mail server that notifications can be sent by.
pub struct Mailer {
    from: Mailbox,
    to: Mailboxes,
    delivery: Delivery,
}

impl Mailer {
    /// Reads what the configuration names; nothing is sent.
    ///
    /// # Errors
    /// If an address is none, nobody is to get it, a file cannot be used, or it would be sent unencrypted to another machine.
    pub fn new(config: &MailConfig) -> Result<Mailer, ConfigError> {
        let broken = |problem: String| ConfigError {
            destination: format!("mail by {}", touchstone_report::printable(&config.host)),
            problem,
        };
        let from: Mailbox = address(&config.from).map_err(&broken)?;
        let to =
            config.to.iter().map(|to| address(to)).collect::<Result<Mailboxes, String>>().map_err(&broken)?;
        if to.iter().next().is_none() {
            return Err(broken("nobody is to get it; say for whom it is".to_owned()));
        }
        let here = is_this_machine(&config.host);
        if config.tls == MailTls::None && !here && !config.allow_unencrypted {
            return Err(broken(
                "it would go unencrypted to another machine; use TLS, or allow it".to_owned(),
            ));
        }
        let credentials = credentials(config).map_err(&broken)?;
        if config.tls == MailTls::None && !here && credentials.is_some() {
            return Err(broken("the password would go unencrypted to another machine; use TLS".to_owned()));
        }
        let delivery = Delivery {
            host: config.host.clone(),
            port: config.port.unwrap_or(match config.tls {
                MailTls::StartTls => 587,
                MailTls::Implicit => 465,
                MailTls::None => 25,
            }),
            tls: config.tls,
            parameters: parameters(config).map_err(&broken)?,
            credentials,
            hello: config.hello_name.clone().map_or_else(ClientId::default, ClientId::Domain),
            timeout: config.timeout,
        };
        Ok(Mailer { from, to, delivery })
    }

    /// Host and port that it goes to.
    pub fn host(&self) -> String {
        self.delivery.to()
    }

    /// Sends a notification, once, as one mail to all: trying again is for the caller. The same notification has the same
    /// `Message-ID`.
    ///
    /// # Errors
    /// If the server is not known to have taken it; [`SendError::is_retryable`] says whether to try again. If it refuses one
    /// recipient, nobody gets it.
    pub async fn send(&self, notification: &Notification) -> Result<(), SendError> {
        let message = message::compose(notification, &self.from, &self.to, SystemTime::now());
        let message = message.map_err(|why| SendError::Refused { to: self.host(), answer: why })?;
        self.delivery.deliver(&message).await
    }
}

fn address(text: &str) -> Result<Mailbox, String> {
    let shown = touchstone_report::printable(text);
    // lettre folds and encodes what is odd; what breaks lines is a mistake, or worse.
    if text.chars().any(char::is_control) {
        return Err(format!("`{shown}` is no address: it holds control characters"));
    }
    text.parse().map_err(|error| {
        format!("`{shown}` is no address ({error}); expected `name@example.org` or `Name <name@example.org>`")
    })
}

fn credentials(config: &MailConfig) -> Result<Option<Credentials>, String> {
    let (user, file) = match (&config.user, &config.password_file) {
        (None, None) => return Ok(None),
        (Some(user), Some(file)) => (user, file),
        (Some(_), None) => return Err("there is a user, and no password file".to_owned()),
        (None, Some(_)) => return Err("there is a password file, and no user".to_owned()),
    };
    let password = read_small("password file", file)?;
    let password = password.strip_suffix('\n').unwrap_or(&password);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() || password.contains(['\r', '\n', '\0']) {
        return Err(format!("the password file {} does not hold one line", file.display()));
    }
    Ok(Some(Credentials::new(user.clone(), password.to_owned())))
}

fn parameters(config: &MailConfig) -> Result<Option<TlsParameters>, String> {
    if config.tls == MailTls::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(config.host.clone());
    for authority in tls::authorities(&config.authorities)? {
        let certificate = Certificate::from_der(authority.to_vec());
        let certificate = certificate.map_err(|error| format!("a certificate cannot be used: {error}"))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map(Some).map_err(|error| format!("cannot set up TLS: {error}"))
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

#[cfg(test)]
mod tests;
