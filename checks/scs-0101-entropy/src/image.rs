//! The public images, as far as they matter here.

use serde::Deserialize;
use serde_json::Value;
use touchstone_sdk::openstack::each_image;
use touchstone_sdk::{Context, Error, Resource};

/// A public image.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Image {
    pub(crate) id: String,
    name: Option<String>,
    visibility: String,
    status: String,
    /// In GiB.
    pub(crate) min_disk: Option<u64>,
    /// In MiB.
    pub(crate) min_ram: Option<u64>,
    /// In bytes.
    pub(crate) size: Option<u64>,
    /// In bytes; glance knows it of some formats only.
    pub(crate) virtual_size: Option<u64>,
    pub(crate) created_at: Option<String>,
    // Properties are whatever their owner wrote.
    os_distro: Option<Value>,
    os_version: Option<Value>,
    os_purpose: Option<Value>,
    hw_rng_model: Option<Value>,
}

/// The public images that the user may see, by name.
pub(crate) fn public(cx: &mut Context) -> Result<Vec<Image>, Error> {
    let mut images = Vec::new();
    each_image(cx, |image: Image| {
        if image.visibility == "public" {
            images.push(image);
        }
        Ok(())
    })?;
    images.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    images.dedup();
    Ok(images)
}

impl Image {
    /// As messages call it.
    pub(crate) fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.status == "active"
    }

    /// In lower case, as are the others that are compared.
    pub(crate) fn distro(&self) -> Option<String> {
        lower(&self.os_distro)
    }

    pub(crate) fn version(&self) -> Option<String> {
        lower(&self.os_version)
    }

    /// Whether it is made for something else than servers of all kinds.
    pub(crate) fn has_another_purpose(&self) -> bool {
        lower(&self.os_purpose).is_some_and(|purpose| purpose != "generic")
    }

    /// As it is written.
    pub(crate) fn rng_model(&self) -> Option<String> {
        match &self.hw_rng_model {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        }
    }
}

impl From<&Image> for Resource {
    fn from(image: &Image) -> Self {
        Resource {
            service: "image".into(),
            kind: "image".into(),
            id: Some(image.id.clone()),
            name: image.name.clone(),
        }
    }
}

fn lower(property: &Option<Value>) -> Option<String> {
    let text = match property.as_ref()? {
        Value::String(text) => text.trim().to_lowercase(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
