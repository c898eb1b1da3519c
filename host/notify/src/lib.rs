//! Tells people and programs that a verdict changed.
//!
//! [`changes`] compares two score cards and says what is worth telling; a [`Notification`] is what is told of one night, in all
//! and once for each destination. Its JSON, `touchstone.notification/v1`, is a contract for other programs
//! (`docs/schemas/notification.schema.json`). A [`Webhook`] gets that JSON, a [`Mailer`] sends it in words. Neither tries
//! again: an outbox keeps [`Notification::json`] until [`SendError::is_retryable`] says no, or it worked.
//!
//! Names and reasons come from configurations, clouds and checks: they are plain data in the JSON, and are escaped wherever
//! people read them.

#![forbid(unsafe_code)]

mod changes;
mod error;
mod json;
mod mail;
mod notification;
mod text;
mod tls;
mod webhook;

pub use changes::{TestcaseVerdict, VersionVerdict, changes, settled};
pub use error::{ConfigError, SendError};
pub use json::{ParseError, json_schema};
pub use mail::{MailConfig, MailTls, Mailer};
pub use notification::{
    Change, Counts, Format, Kind, MAX_CHANGES, MAX_REASON, MAX_TESTCASES, Notification, Scope, TestcaseChange,
};
pub use webhook::{Webhook, WebhookConfig};
