use serde_json::{Map, Value};

use super::{Request, pages};
use crate::{Context, Error, Resource};

/// The grants that [`images`] needs.
pub const IMAGE_GRANTS: &[&str] = &["image GET /images"];

/// An image.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// Its name; glance allows images without one.
    pub name: Option<String>,
    /// `public`, `community`, `shared` or `private`.
    pub visibility: String,
    /// `active`, `deactivated`, `queued`, ….
    pub status: String,
    /// All of it, as glance says it: the base attributes and the properties.
    pub properties: Map<String, Value>,
}

impl Image {
    /// A property whose value is a non-empty string.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?.as_str().filter(|value| !value.is_empty())
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

/// All images that the user may see, with their properties, in the order of the API.
///
/// # Errors
/// The list cannot be had, or is not what the API promises.
pub fn images(cx: &mut Context) -> Result<Vec<Image>, Error> {
    pages(cx, Request::get("image", "/images"), "images")?.into_iter().map(image).collect()
}

fn image(item: Value) -> Result<Image, Error> {
    let Value::Object(properties) = item else {
        return Err(Error::new("image GET /images: an image is not a JSON object"));
    };
    let text = |name: &str| properties.get(name).and_then(Value::as_str).map(str::to_owned);
    let required = |name: &str| {
        text(name).ok_or_else(|| Error::new(format!("image GET /images: an image has no `{name}`")))
    };
    Ok(Image {
        id: required("id")?,
        name: text("name"),
        visibility: required("visibility")?,
        status: required("status")?,
        properties,
    })
}
