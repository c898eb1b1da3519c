use serde_json::Value;

use super::{Request, pages};
use crate::{Context, Error, Resource};

/// The grants that [`volume_types`] needs.
pub const VOLUME_TYPE_GRANTS: &[&str] = &["block-storage GET /types"];

/// A volume type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeType {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description; cinder allows types without one.
    pub description: Option<String>,
}

impl From<&VolumeType> for Resource {
    fn from(volume_type: &VolumeType) -> Self {
        Resource {
            service: "block-storage".into(),
            kind: "volume type".into(),
            id: Some(volume_type.id.clone()),
            name: Some(volume_type.name.clone()),
        }
    }
}

/// All volume types that the user may see, in the order of the API.
///
/// # Errors
/// The list cannot be had, or is not what the API promises.
pub fn volume_types(cx: &mut Context) -> Result<Vec<VolumeType>, Error> {
    let items = pages(cx, Request::get("block-storage", "/types"), "volume_types")?;
    items.iter().map(volume_type).collect()
}

fn volume_type(item: &Value) -> Result<VolumeType, Error> {
    let wrong = |what: &str| Error::new(format!("block-storage GET /types: a volume type {what}"));
    let text = |name: &str| {
        let text = item.get(name).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| wrong(&format!("has no text `{name}`")))
    };
    // `null` says that there is none; to leave it out says nothing.
    let description = match item.get("description") {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) => None,
        Some(_) => return Err(wrong("has a `description` that is no text")),
        None => return Err(wrong("has no `description`, not even an empty one")),
    };
    Ok(VolumeType { id: text("id")?, name: text("name")?, description })
}
