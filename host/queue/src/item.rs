use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::QueueError;

/// One subject in one night, to be tested by one worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The night, as `2026-11-27T02:30:00Z`.
    pub night: String,
    /// The subject's name. Together with the night it says which item this is.
    pub subject: String,
    /// What a worker has to have been started with to get it, as `region` = `de`. An item without labels is for workers
    /// without labels.
    pub labels: BTreeMap<String, String>,
    /// What the worker needs to know that is not in its own configuration. Never credentials: everyone who may use the queue
    /// can read it.
    pub payload: Value,
}

impl Item {
    pub(crate) fn check(&self) -> Result<(), QueueError> {
        let wrong = |what| QueueError::Item { subject: self.subject.clone(), what };
        if self.subject.is_empty() {
            return Err(wrong("the subject has no name"));
        }
        if self.night.is_empty() {
            return Err(wrong("the night has no name"));
        }
        if self.night.contains('\0') || self.subject.contains('\0') {
            return Err(wrong("a name has a NUL character, which PostgreSQL does not keep"));
        }
        if self.labels.iter().any(|(key, value)| key.is_empty() || key.contains('\0') || value.contains('\0'))
        {
            return Err(wrong("a label has no key, or has a NUL character"));
        }
        if has_nul(&self.payload) {
            return Err(wrong("the payload has a NUL character, which PostgreSQL does not keep"));
        }
        Ok(())
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// An item as it lies in the queue.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    night: String,
    subject: String,
    labels: BTreeMap<String, String>,
    /// Whether there are no labels: containment of JSON, which is how messages are chosen, cannot ask for that.
    unlabelled: bool,
    payload: Value,
}

impl From<&Item> for Message {
    fn from(item: &Item) -> Self {
        Self {
            night: item.night.clone(),
            subject: item.subject.clone(),
            labels: item.labels.clone(),
            unlabelled: item.labels.is_empty(),
            payload: item.payload.clone(),
        }
    }
}

impl From<Message> for Item {
    fn from(message: Message) -> Self {
        let Message { night, subject, labels, unlabelled: _, payload } = message;
        Self { night, subject, labels, payload }
    }
}

/// What a message has to contain to be for a worker with these labels.
pub(crate) fn wanted(labels: &[(String, String)]) -> Result<Value, QueueError> {
    if labels.is_empty() {
        return Ok(json!({ "unlabelled": true }));
    }
    let mut wanted = BTreeMap::new();
    for (key, value) in labels {
        if let Some(other) = wanted.insert(key, value)
            && other != value
        {
            return Err(QueueError::Labels { key: key.clone() });
        }
    }
    Ok(json!({ "labels": wanted }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        Item {
            night: "2026-11-27T02:30:00Z".into(),
            subject: "gx-scs".into(),
            labels: BTreeMap::from([("region".into(), "de".into())]),
            payload: json!({ "scopes": ["iaas"] }),
        }
    }

    #[test]
    fn an_item_comes_out_of_its_message_as_it_went_in() {
        let text = serde_json::to_string(&Message::from(&item())).unwrap();
        assert_eq!(Item::from(serde_json::from_str::<Message>(&text).unwrap()), item());
    }

    #[test]
    fn workers_without_labels_want_items_without_labels() {
        assert_eq!(wanted(&[]).unwrap(), json!({ "unlabelled": true }));
        let labels = [("region".to_owned(), "de".to_owned()), ("kind".to_owned(), "iaas".to_owned())];
        assert_eq!(wanted(&labels).unwrap(), json!({ "labels": { "kind": "iaas", "region": "de" } }));
    }

    #[test]
    fn a_worker_with_two_values_for_a_label_would_never_get_anything() {
        let labels = [("region".to_owned(), "de".to_owned()), ("region".to_owned(), "fr".to_owned())];
        let error = wanted(&labels).unwrap_err().to_string();
        assert!(error.contains("region"), "{error}");
    }

    #[test]
    fn what_the_database_would_not_keep_is_refused_before() {
        item().check().unwrap();
        let wrong = [
            Item { subject: String::new(), ..item() },
            Item { night: String::new(), ..item() },
            Item { subject: "a\0".into(), ..item() },
            Item { labels: BTreeMap::from([("a".into(), "\0".into())]), ..item() },
            Item { payload: json!([{ "a": "\0" }]), ..item() },
            Item { payload: json!({ "a\0": 1 }), ..item() },
        ];
        for item in wrong {
            assert!(item.check().is_err(), "{item:?}");
        }
    }
}
