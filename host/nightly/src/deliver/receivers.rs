//! Who gets letters, as the configuration says it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use touchstone_monitor::{Credentials, Monitor, MonitorConfig, UploadError};
use touchstone_notify::{
    MailConfig, Mailer, Notification, SendError, Webhook as WebhookReceiver, WebhookConfig,
};
use touchstone_results::{Kind, Letter};
use touchstone_scope::Sha256;
use touchstone_sign::SigningKey;

use crate::config::{Config, Mail, MailTls, Upload, Webhook};

/// Passwords and keys are a page at most.
const MAX_SECRET: u64 = 64 << 10;

/// Who gets letters. Each is made when it is first needed in a round: secrets are read anew, and one that cannot be used keeps
/// nobody else from getting theirs.
pub(super) struct Receivers {
    monitor: Option<Named<(Monitor, SigningKey)>>,
    webhooks: Vec<Named<WebhookReceiver>>,
    mailer: Option<Result<Mailer, String>>,
}

/// A receiver, or why it cannot be used, by the name that letters to it have.
type Named<T> = (String, Result<T, String>);

/// A letter that was not accepted.
#[derive(Debug)]
pub(super) struct Failed {
    /// Why.
    pub(super) problem: String,
    /// Whether it never will be.
    pub(super) is_final: bool,
    /// How long the receiver asks to wait.
    pub(super) after: Option<Duration>,
}

impl Receivers {
    pub(super) fn of(config: &Config) -> Self {
        let authorities = &config.authorities;
        let webhook = |one: &Webhook| (destination(&one.url), webhook(one, authorities));
        Receivers {
            monitor: config.upload.as_ref().map(|one| (one.url.to_string(), monitor(one, authorities))),
            webhooks: config.notify.webhooks.iter().map(webhook).collect(),
            mailer: config.notify.mail.as_ref().map(|mail| mailer(mail, authorities)),
        }
    }

    pub(super) async fn send(&self, letter: &Letter) -> Result<(), Failed> {
        match letter.kind {
            Kind::Monitor => {
                let (monitor, key) = usable(addressed(&self.monitor, letter))?;
                let signed = touchstone_monitor::sign(&letter.payload, key).map_err(Failed::for_good)?;
                monitor.upload(&signed).await.map(drop).map_err(Failed::from)
            }
            Kind::Webhook => {
                let webhook = usable(addressed(&self.webhooks, letter))?;
                webhook.send(&notification(letter)?).await.map_err(Failed::from)
            }
            Kind::Mail => {
                let mailer = usable(self.mailer.as_ref())?;
                mailer.send(&notification(letter)?).await.map_err(Failed::from)
            }
        }
    }
}

/// How a webhook is named where others may read it: by its host, and what tells it from others there. Its path may be a secret.
pub(crate) fn destination(url: &url::Url) -> String {
    let hash = Sha256::of(url.as_str().as_bytes()).to_string();
    let short = hash.trim_start_matches("sha256:").get(..8).unwrap_or_default().to_owned();
    format!("{} ({short})", url.host_str().unwrap_or_default())
}

/// The receiver to whom a letter is addressed: who has taken another's place does not get what was for that one. (Mail goes through
/// whatever server there is now, to whom it is meant for now.)
fn addressed<'r, T: 'r>(
    receivers: impl IntoIterator<Item = &'r Named<T>>,
    letter: &Letter,
) -> Option<&'r Result<T, String>> {
    receivers.into_iter().find(|(name, _)| *name == letter.destination).map(|(_, receiver)| receiver)
}

fn usable<T>(receiver: Option<&Result<T, String>>) -> Result<&T, Failed> {
    match receiver {
        Some(Ok(receiver)) => Ok(receiver),
        // Somebody may mend it.
        Some(Err(problem)) => Err(Failed { problem: problem.clone(), is_final: false, after: None }),
        None => Err(Failed::for_good("the configuration does not have this receiver any more")),
    }
}

fn notification(letter: &Letter) -> Result<Notification, Failed> {
    Notification::parse(&letter.payload).map_err(Failed::for_good)
}

impl Failed {
    fn for_good(problem: impl ToString) -> Self {
        Failed { problem: problem.to_string(), is_final: true, after: None }
    }
}

impl From<UploadError> for Failed {
    fn from(error: UploadError) -> Self {
        Failed { is_final: !error.is_retryable(), after: error.retry_after(), problem: error.to_string() }
    }
}

impl From<SendError> for Failed {
    fn from(error: SendError) -> Self {
        Failed { is_final: !error.is_retryable(), after: error.retry_after(), problem: error.to_string() }
    }
}

fn monitor(upload: &Upload, authorities: &[PathBuf]) -> Result<(Monitor, SigningKey), String> {
    let password = secret(&upload.password_file)?;
    let credentials = Credentials::new(&upload.user, password.trim_end())
        .map_err(|error| format!("{}: {error}", upload.password_file.display()))?;
    let config = MonitorConfig { authorities: authorities.to_vec(), ..MonitorConfig::default() };
    let monitor =
        Monitor::new(upload.url.as_str(), credentials, config).map_err(|error| error.to_string())?;
    let passphrase = std::env::var("TOUCHSTONE_KEY_PASSPHRASE").ok();
    let key = SigningKey::parse(&secret(&upload.key)?, passphrase.as_deref())
        .map_err(|error| format!("{}: {error}", upload.key.display()))?;
    Ok((monitor, key))
}

fn webhook(webhook: &Webhook, authorities: &[PathBuf]) -> Result<WebhookReceiver, String> {
    let config = WebhookConfig {
        secret_file: webhook.secret_file.clone(),
        authorities: authorities.to_vec(),
        ..WebhookConfig::new(webhook.url.as_str())
    };
    WebhookReceiver::new(&config).map_err(|error| error.to_string())
}

fn mailer(mail: &Mail, authorities: &[PathBuf]) -> Result<Mailer, String> {
    let (user, password_file) = mail.login.clone().unzip();
    let config = MailConfig {
        port: Some(mail.port),
        tls: match mail.tls {
            MailTls::StartTls => touchstone_notify::MailTls::StartTls,
            MailTls::Tls => touchstone_notify::MailTls::Implicit,
            MailTls::None => touchstone_notify::MailTls::None,
        },
        authorities: authorities.to_vec(),
        user,
        password_file,
        to: mail.to.clone(),
        ..MailConfig::new(mail.server.as_str(), mail.from.as_str(), "")
    };
    Mailer::new(&config).map_err(|error| error.to_string())
}

fn secret(file: &Path) -> Result<String, String> {
    use std::io::Read as _;
    let read = || -> std::io::Result<String> {
        let mut text = String::new();
        std::fs::File::open(file)?.take(MAX_SECRET).read_to_string(&mut text)?;
        Ok(text)
    };
    read().map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_goes_to_whom_it_is_addressed_or_to_nobody() {
        let letter = |destination: &str| Letter {
            kind: Kind::Monitor,
            destination: destination.to_owned(),
            payload: Vec::new(),
            dedup_key: String::new(),
        };
        let receivers: [Named<u8>; 2] = [
            ("https://a.example/".to_owned(), Ok(1)),
            ("https://b.example/".to_owned(), Err("no key".to_owned())),
        ];
        assert_eq!(*usable(addressed(&receivers, &letter("https://a.example/"))).unwrap(), 1);
        let unusable = usable(addressed(&receivers, &letter("https://b.example/"))).unwrap_err();
        assert!(!unusable.is_final && unusable.problem == "no key", "somebody may mend it: {unusable:?}");
        let gone = usable(addressed(&receivers, &letter("https://old.example/"))).unwrap_err();
        assert!(gone.is_final, "who came in its place does not get it: {gone:?}");
    }
}
