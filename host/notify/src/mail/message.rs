//! The mail itself.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Mailboxes};

use crate::notification::Notification;
use crate::text;

/// Says that no person wrote it, so that no machine answers (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The mail that tells it: plain text in UTF-8. The error is for people.
pub(super) fn compose(
    told: &Notification,
    from: &Mailbox,
    to: &Mailboxes,
    at: SystemTime,
) -> Result<Message, String> {
    // A notification that was read from an outbox is not one that we made: its id goes into a header.
    let id: String = told.id.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    let mut builder = Message::builder()
        .from(from.clone())
        .date(at)
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .subject(text::subject(told))
        .header(MIME_VERSION_1_0)
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN);
    for one in to.iter() {
        builder = builder.to(one.clone());
    }
    builder.body(text::body(told)).map_err(|error| format!("the mail cannot be written: {error}"))
}
