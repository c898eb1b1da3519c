//! One conversation with a mail server.

use std::error::Error;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use touchstone_report::{cut, printable};

use super::MailTls;
use crate::error::SendError;

/// Characters of what a server says that are shown.
const SHOWN: usize = 200;

/// How long a server has to say goodbye; it has the mail already.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) struct Delivery {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: MailTls,
    /// Not there without TLS.
    pub(super) parameters: Option<TlsParameters>,
    pub(super) credentials: Option<Credentials>,
    pub(super) hello: ClientId,
    /// For all of it: lettre's own bounds connecting only.
    pub(super) timeout: Duration,
}

impl Delivery {
    /// Host and port, for messages.
    pub(super) fn to(&self) -> String {
        format!("{}:{}", printable(&self.host), self.port)
    }

    pub(super) async fn deliver(&self, message: &Message) -> Result<(), SendError> {
        let mut connection = match tokio::time::timeout(self.timeout, self.hand_over(message)).await {
            Ok(handed_over) => handed_over.map_err(|error| self.judge(&error))?,
            Err(_) => {
                return Err(self.no_answer(format!("no answer within {} s", self.timeout.as_secs_f32())));
            }
        };
        // Whatever comes of it: the server has the mail, and a second one would be one too many.
        let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    /// Up to the moment when the server has taken the mail.
    async fn hand_over(
        &self,
        message: &Message,
    ) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let (at_once, then) = match self.tls {
            MailTls::Implicit => (self.parameters.clone(), None),
            MailTls::StartTls | MailTls::None => (None, self.parameters.clone()),
        };
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &self.hello, at_once, None)
                .await?;
        if let Some(parameters) = then {
            connection.starttls(parameters, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        connection.send(message.envelope(), &message.formatted()).await?;
        Ok(connection)
    }

    fn judge(&self, error: &lettre::transport::smtp::Error) -> SendError {
        let why = innermost(error);
        match error.status() {
            Some(code) if error.is_permanent() => {
                SendError::Refused { to: self.to(), answer: format!("{code} {why}") }
            }
            Some(code) => SendError::TryLater { to: self.to(), answer: format!("{code} {why}"), after: None },
            // What lettre finds out before it asks: no STARTTLS, no way to log in, no SMTPUTF8.
            None if error.is_client() => SendError::Refused { to: self.to(), answer: why },
            None => self.no_answer(why),
        }
    }

    fn no_answer(&self, why: String) -> SendError {
        SendError::NoAnswer { to: self.to(), why }
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    cut(&printable(&innermost.to_string()), SHOWN)
}
