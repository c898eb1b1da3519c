//! Images as JSON: an object in which properties stand beside what every image has.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use crate::cloud::{Cloud, Registered, derived_id};
use crate::scenario::{Owner, Visibility};

/// An image.
pub(super) struct View<'a> {
    pub(super) image: &'a Registered,
    pub(super) cloud: &'a Cloud,
}

/// A page of images.
pub(super) struct Images<'a> {
    pub(super) images: Vec<&'a Registered>,
    pub(super) cloud: &'a Cloud,
    pub(super) first: String,
    pub(super) next: Option<String>,
}

impl Serialize for Images<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let images: Vec<View<'_>> =
            self.images.iter().map(|image| View { image, cloud: self.cloud }).collect();
        let mut page = serializer.serialize_struct("images", 3 + usize::from(self.next.is_some()))?;
        page.serialize_field("images", &images)?;
        page.serialize_field("first", &self.first)?;
        page.serialize_field("schema", "/v2/schemas/images")?;
        if let Some(next) = &self.next {
            page.serialize_field("next", next)?;
        }
        page.end()
    }
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Registered { id, created_at, image } = self.image;
        let owner = owner(image.owner, self.cloud);
        let hash = |part: &str| derived_id(&[id, part]).simple().to_string();
        let mut object = serializer.serialize_map(None)?;
        for (name, value) in &image.properties {
            object.serialize_entry(name, value)?;
        }
        object.serialize_entry("name", &image.name)?;
        object.serialize_entry("disk_format", &image.disk_format)?;
        object.serialize_entry("container_format", &image.container_format)?;
        object.serialize_entry("visibility", visibility(image.visibility))?;
        object.serialize_entry("size", &image.size)?;
        object.serialize_entry("virtual_size", &None::<u64>)?;
        object.serialize_entry("status", &image.status)?;
        object.serialize_entry("checksum", &hash("md5"))?;
        object.serialize_entry("protected", &image.protected)?;
        object.serialize_entry("min_ram", &image.min_ram)?;
        object.serialize_entry("min_disk", &image.min_disk)?;
        object.serialize_entry("owner", &owner)?;
        object.serialize_entry("os_hidden", &image.hidden)?;
        object.serialize_entry("os_hash_algo", "sha512")?;
        object.serialize_entry("os_hash_value", &["1", "2", "3", "4"].map(hash).concat())?;
        object.serialize_entry("id", id)?;
        object.serialize_entry("created_at", created_at)?;
        object.serialize_entry("updated_at", created_at)?;
        object.serialize_entry("tags", &image.tags)?;
        object.serialize_entry("self", &format!("/v2/images/{id}"))?;
        object.serialize_entry("file", &format!("/v2/images/{id}/file"))?;
        object.serialize_entry("schema", "/v2/schemas/image")?;
        object.end()
    }
}

/// As the API writes it.
pub(super) fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Private => "private",
        Visibility::Shared => "shared",
        Visibility::Community => "community",
    }
}

/// The id of the project that owns an image.
pub(super) fn owner(owner: Owner, cloud: &Cloud) -> String {
    match owner {
        Owner::Provider => derived_id(&[&cloud.name, "project of the provider"]).simple().to_string(),
        Owner::Project => cloud.project.id.clone(),
    }
}
