//! Images, and of each only what is judged: thousands of them have to fit into little memory.

use serde::Deserialize;
use touchstone_sdk::openstack::{command, each_image};
use touchstone_sdk::{Context, Error, Resource};

/// An image as glance lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) visibility: String,
    pub(crate) status: String,
    os_hidden: Option<bool>,
    pub(crate) image_source: Option<String>,
}

/// All images that have a name: without one, an image is no standard image. In which order the API lists them says
/// nothing; a list that changes while its pages are read may have an image twice.
pub(crate) fn named(cx: &mut Context) -> Result<Vec<Image>, Error> {
    let mut images = Vec::new();
    each_image(cx, |image: Image| {
        if image.name.is_some() {
            images.push(image);
        }
        Ok(())
    })?;
    images.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    images.dedup_by(|a, b| a.id == b.id);
    Ok(images)
}

impl Image {
    pub(crate) fn is_public(&self) -> bool {
        self.visibility == "public"
    }

    /// Clouds older than Rocky cannot hide images, and do not say whether they do.
    pub(crate) fn is_hidden(&self) -> bool {
        self.os_hidden == Some(true)
    }

    /// Whether users can boot from it.
    pub(crate) fn is_active(&self) -> bool {
        self.status == "active"
    }

    /// `openstack image set … ID`.
    pub(crate) fn set(&self, arguments: &[&str]) -> String {
        let words: Vec<&str> = ["image", "set"].iter().chain(arguments).copied().chain([&*self.id]).collect();
        command(&words)
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
