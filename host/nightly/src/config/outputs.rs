use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

/// The compliance monitor that gets the reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Where it is: `https`, or `http` on this machine; without user and password.
    pub url: Url,
    /// The SSH key with which reports are signed.
    pub key: PathBuf,
    /// The account.
    pub user: String,
    /// The file with the account's password; read when it is needed.
    pub password_file: PathBuf,
}

/// Who is told when a verdict changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notify {
    /// Addresses that get a JSON. Default: none.
    pub webhooks: Vec<Webhook>,
    /// E-mail, if any is sent.
    pub mail: Option<Mail>,
}

/// An address that gets a JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Where it is: `https`, or `http` on this machine or if that is allowed; without user and password.
    pub url: Url,
    /// The file with the secret with which messages are signed; none for unsigned ones.
    pub secret_file: Option<PathBuf>,
    /// Whether the address may begin with `http` on another machine. Default: `false`.
    pub allow_http: bool,
}

/// How e-mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Name of the SMTP server.
    pub server: String,
    /// Its port. Default: 587 with STARTTLS, 465 with TLS, else 25.
    pub port: u16,
    /// How the connection is protected. Default: STARTTLS.
    pub tls: MailTls,
    /// The account, and the file with its password; none for no login. With [`MailTls::None`] only on this machine.
    pub login: Option<(String, PathBuf)>,
    /// The sender.
    pub from: String,
    /// Who gets it: at least one.
    pub to: Vec<String>,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailTls {
    /// TLS after a plain beginning, and nothing without it.
    #[default]
    StartTls,
    /// TLS from the beginning.
    Tls,
    /// Not at all.
    None,
}

impl MailTls {
    /// The port that is used where none is named.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// Figures for Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Where `/metrics` is served, if it is.
    pub listen: Option<SocketAddr>,
    /// The file that is written after each night, if any is.
    pub file: Option<PathBuf>,
}
