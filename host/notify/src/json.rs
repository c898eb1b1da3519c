//! The notification as JSON, and the schema of it.

use schemars::generate::SchemaSettings;
use serde::Deserialize;
use thiserror::Error;
use touchstone_report::{cut, printable};

use crate::notification::{Format, Notification};

impl Notification {
    /// The notification as JSON, in one line. Equal notifications give equal bytes; an outbox keeps them, and a webhook gets them.
    pub fn json(&self) -> Vec<u8> {
        // Every key is a string and every number an integer, so there is nothing that JSON could not say.
        serde_json::to_vec(self).expect("a notification is always JSON")
    }

    /// Reads what [`Notification::json`] wrote, or what a newer host wrote in the same format: unknown fields are ignored.
    ///
    /// # Errors
    /// If the bytes are not JSON, are not a notification, are of another format, or lack something that one must have.
    pub fn parse(json: &[u8]) -> Result<Notification, ParseError> {
        #[derive(Deserialize)]
        struct Head {
            format: Option<serde_json::Value>,
        }
        let head: Head = touchstone_json::from_slice(json).map_err(ParseError::malformed)?;
        match head.format {
            Some(format) if format == serde_json::json!(Format::V1) => {
                touchstone_json::from_slice(json).map_err(ParseError::malformed)
            }
            Some(serde_json::Value::String(found)) => {
                Err(ParseError::OtherFormat { found: cut(&printable(&found), 60) })
            }
            Some(_) | None => Err(ParseError::NotANotification),
        }
    }
}

/// The JSON Schema (draft 2020-12) of what [`Notification::json`] writes; published as `docs/schemas/notification.schema.json`.
pub fn json_schema() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Notification>().to_value()
}

/// Why bytes are not a notification.
#[derive(Debug, Error)]
pub enum ParseError {
    /// Not JSON, or a field is missing or of the wrong kind.
    #[error("not a notification: {0}")]
    Malformed(String),
    /// JSON that does not say that it is a notification.
    #[error("not a notification: it begins with \"format\": \"touchstone.notification/v1\"")]
    NotANotification,
    /// A notification in a format that this version does not know.
    #[error(
        "the format is `{found}`, but this touchstone reads `touchstone.notification/v1`; a newer one may read it"
    )]
    OtherFormat {
        /// The format that the bytes say they have.
        found: String,
    },
}

impl ParseError {
    fn malformed(error: serde_json::Error) -> ParseError {
        ParseError::Malformed(printable(&error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_notification_is_explained() {
        let why = |text: &str| Notification::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(why("{").starts_with("not a notification: EOF while parsing"), "{}", why("{"));
        assert!(why("{}").contains("it begins with"));
        assert!(why("{\"format\": 1}").contains("it begins with"));
        assert!(why("{\"format\": \"touchstone.report/v1\"}").contains("is `touchstone.report/v1`, but"));
        assert!(why("{\"format\": \"touchstone.notification/v1\"}").contains("missing field `id`"));
    }
}
