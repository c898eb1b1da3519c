//! Public images, and of each only what is judged: thousands of them have to fit into little memory.

use serde::Deserialize;
use touchstone_sdk::openstack::{command, each_image};
use touchstone_sdk::{Context, Error, Resource};

use crate::dates::Moment;

/// An image as glance lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    visibility: String,
    status: String,
    os_hidden: Option<bool>,
    created_at: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) virtual_size: Option<u64>,
    pub(crate) min_disk: Option<u64>,
    pub(crate) min_ram: Option<u64>,
    pub(crate) os_hash_algo: Option<String>,
    pub(crate) os_hash_value: Option<String>,
    pub(crate) architecture: Option<String>,
    pub(crate) os_distro: Option<String>,
    pub(crate) os_version: Option<String>,
    pub(crate) os_purpose: Option<String>,
    pub(crate) hw_disk_bus: Option<String>,
    pub(crate) hw_scsi_model: Option<String>,
    pub(crate) hw_rng_model: Option<String>,
    pub(crate) hypervisor_type: Option<String>,
    pub(crate) image_build_date: Option<String>,
    pub(crate) image_original_user: Option<String>,
    pub(crate) image_source: Option<String>,
    pub(crate) image_description: Option<String>,
    pub(crate) patchlevel: Option<String>,
    pub(crate) replace_frequency: Option<String>,
    pub(crate) provided_until: Option<String>,
    pub(crate) uuid_validity: Option<String>,
    pub(crate) hotfix_hours: Option<String>,
}

/// The public images. In which order the API lists them says nothing; a list that changes while its pages are read may
/// have an image twice.
pub(crate) fn public(cx: &mut Context) -> Result<Vec<Image>, Error> {
    let mut images = Vec::new();
    each_image(cx, |image: Image| {
        if image.visibility == "public" {
            images.push(image);
        }
        Ok(())
    })?;
    images.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    images.dedup_by(|a, b| a.id == b.id);
    Ok(images)
}

impl Image {
    /// Clouds older than Rocky cannot hide images, and do not say whether they do.
    pub(crate) fn is_hidden(&self) -> bool {
        self.os_hidden == Some(true)
    }

    /// Whether users can boot from it.
    pub(crate) fn is_active(&self) -> bool {
        self.status == "active"
    }

    /// When it was registered.
    pub(crate) fn registered(&self) -> Result<Moment, Error> {
        let said = self.created_at.as_deref();
        said.and_then(Moment::parse_timestamp).ok_or_else(|| {
            Error::new(format!(
                "image GET /images: image {} has no `created_at` of the form YYYY-MM-DDThh:mm:ssZ, but {}",
                self.id,
                said.map_or("none".into(), |said| format!("`{said}`"))
            ))
        })
    }

    /// The state of the software in it: its build date, or, if it has no right one, when it was registered. What was built
    /// later was not in it then.
    pub(crate) fn released(&self) -> Result<Moment, Error> {
        match (self.image_build_date.as_deref().and_then(Moment::parse), self.registered()) {
            (Some(built), Ok(registered)) => Ok(built.min(registered)),
            (Some(built), Err(_)) => Ok(built),
            (None, registered) => registered,
        }
    }

    /// `openstack image set … ID`.
    pub(crate) fn set(&self, arguments: &[&str]) -> String {
        let words: Vec<&str> = ["image", "set"].iter().chain(arguments).copied().chain([&*self.id]).collect();
        command(&words)
    }

    /// `openstack image set --property NAME=VALUE ID`.
    pub(crate) fn set_property(&self, name: &str, value: &str) -> String {
        self.set(&["--property", &format!("{name}={value}")])
    }

    /// `openstack image unset --property NAME ID`.
    pub(crate) fn unset_property(&self, name: &str) -> String {
        command(&["image", "unset", "--property", name, &self.id])
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
