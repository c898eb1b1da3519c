//! The lines of a journal.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use touchstone_grants::{Method, RequestPath, ServiceType};

use super::super::api::Request;
use super::id_pointer::is_id;

/// What the first line says it is.
pub(crate) const FORMAT: &str = "touchstone.journal/v1";

/// Whose things a journal is about: its first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Always `touchstone.journal/v1`.
    format: String,
    /// The run, as its report names it.
    pub run: String,
    /// The name of the cloud in the operator's clouds.yaml.
    pub cloud: String,
    /// Its Keystone.
    pub auth_url: String,
    /// The project in which things are created.
    pub project_id: String,
    /// Who creates them.
    pub user_id: String,
    /// The region of the run, where one is configured.
    pub region: Option<String>,
    /// What their names begin with: `touchstone-`, 12 hexadecimal digits, `-`.
    pub prefix: String,
    /// When the run started.
    pub started_at: Timestamp,
}

impl Header {
    /// The first line of a new journal.
    pub fn new(
        run: impl Into<String>,
        cloud: impl Into<String>,
        auth_url: impl Into<String>,
        identity: &super::super::api::Identity,
        prefix: impl Into<String>,
        started_at: Timestamp,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            run: run.into(),
            cloud: cloud.into(),
            auth_url: auth_url.into(),
            project_id: identity.project_id.clone(),
            user_id: identity.user_id.clone(),
            region: identity.region.clone(),
            prefix: prefix.into(),
            started_at,
        }
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("its format is {:?}; this host knows {FORMAT:?}", self.format));
        }
        if !is_prefix(&self.prefix) {
            return Err(format!(
                "the prefix is {:?}; one is `touchstone-`, 12 hexadecimal digits in lower case, and `-`",
                self.prefix
            ));
        }
        if self.project_id.is_empty() {
            return Err("it names no project".to_owned());
        }
        Ok(())
    }
}

/// Whether a text is what names of a run's things begin with, whole.
pub(crate) fn is_prefix(text: &str) -> bool {
    let digits = text.strip_prefix("touchstone-").and_then(|rest| rest.strip_suffix('-'));
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    digits.is_some_and(|digits| digits.len() == 12 && digits.bytes().all(hexadecimal))
}

/// Every other line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Entry {
    /// Something is about to be created. Written before anything is sent.
    Intent(Box<Intent>),
    /// It was created.
    Created { n: u64, id: String },
    /// The service refused to create it.
    Refused { n: u64 },
    /// It is gone, or never was.
    Removed { n: u64 },
    /// It could not be removed.
    Left { n: u64, why: String },
}

/// Something that is about to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent {
    pub(crate) n: u64,
    pub(crate) at: Timestamp,
    /// The check that wants it.
    pub(crate) check: String,
    pub(crate) kind: String,
    /// Without a name are only things below others of the same run.
    pub(crate) name: Option<String>,
    pub(crate) service: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) undo: UndoRecord,
    /// Where it is found by its name.
    pub(crate) find: Option<String>,
}

/// The request that removes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoRecord {
    pub(crate) service: String,
    pub(crate) method: String,
    /// `{id}` at its end stands for the id.
    pub(crate) path: String,
    pub(crate) microversion: Option<String>,
    pub(crate) body: Option<Value>,
}

impl Intent {
    /// Whether it is removed by its id.
    pub(crate) fn by_id(&self) -> bool {
        self.undo.path.ends_with("/{id}")
    }

    /// Checks what was read from a file; `is_own` says whether an id is one that the same file holds.
    pub(crate) fn check(&self, prefix: &str, is_own: impl Fn(&str) -> bool) -> Result<(), String> {
        match &self.name {
            Some(name) if !name.starts_with(prefix) => {
                return Err(format!("the name {name:?} does not begin with {prefix:?}"));
            }
            Some(_) if self.find.is_none() => {
                return Err("there is no place to find it by its name".to_owned());
            }
            _ => {}
        }
        let path =
            |text: &str| RequestPath::parse(text).map_err(|error| format!("the path {text:?}: {error}"));
        let (created_at, find) = (path(&self.path)?, self.find.as_deref().map(path).transpose()?);
        let service =
            |text: &str| text.parse::<ServiceType>().map_err(|error| format!("the service: {error}"));
        let (of_creation, of_undo) = (service(&self.service)?, service(&self.undo.service)?);
        let undo = path(self.undo.path.strip_suffix("/{id}").unwrap_or(&self.undo.path))?;
        let method: Method =
            self.undo.method.parse().map_err(|error| format!("the method of its undo: {error}"))?;
        let below_own = undo.segments().any(&is_own);
        let removes_it = if self.by_id() {
            method == Method::Delete && undo == created_at && of_undo == of_creation
        } else {
            !method.is_read() && below_own
        };
        let found_there = find.is_none_or(|find| find == created_at);
        if !removes_it || !found_there || (self.name.is_none() && !below_own) {
            return Err("its undo would remove something else".to_owned());
        }
        Ok(())
    }
}

impl UndoRecord {
    /// The request; nothing if it needs an id that is none.
    pub(crate) fn request(&self, id: Option<&str>) -> Option<Request> {
        let path = match (self.path.strip_suffix("/{id}"), id) {
            (None, _) => self.path.clone(),
            (Some(root), Some(id)) if is_id(id) => format!("{root}/{id}"),
            _ => return None,
        };
        let body = self.body.as_ref().and_then(|body| serde_json::to_vec(body).ok()).map(Bytes::from);
        let method = self.method.parse().ok()?;
        Some(Request {
            microversion: self.microversion.clone(),
            body,
            ..Request::new(&self.service, method, path)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        assert!(is_prefix("touchstone-0123456789ab-"));
        for text in [
            "",
            "-",
            "touchstone-",
            "touchstone--",
            "touchstone-0123456789ab",
            "touchstone-0123456789a-",
            "touchstone-0123456789AB-",
            "touchstone-0123456789abc-",
            "touchstone-0123456789ab-x",
            "xtouchstone-0123456789ab-",
        ] {
            assert!(!is_prefix(text), "{text:?}");
        }
    }

    #[test]
    fn lines_are_as_documented() {
        let created = Entry::Created { n: 1, id: "a".into() };
        assert_eq!(serde_json::to_string(&created).unwrap(), r#"{"created":{"n":1,"id":"a"}}"#);
        assert!(serde_json::from_str::<Entry>(r#"{"removed":{"n":1,"m":2}}"#).is_err());
        assert!(serde_json::from_str::<Entry>(r#"{"forgotten":{"n":1}}"#).is_err());
    }
}
