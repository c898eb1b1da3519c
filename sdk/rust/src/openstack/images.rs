use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Request;
use super::pages::each_page;
use crate::{Context, Error, Resource};

/// The grants that [`images`] and [`each_image`] need.
pub const IMAGE_GRANTS: &[&str] = &["image GET /images"];

/// What glance gives at most (`api_limit_max`, unless configured otherwise). Unasked it gives pages of 25.
const PAGE: &str = "1000";

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
/// Takes about 5 KB of memory for each image. A check that looks at a few properties of many images takes less with
/// [`each_image`].
///
/// # Errors
/// The list cannot be had, or is not what the API promises.
pub fn images(cx: &mut Context) -> Result<Vec<Image>, Error> {
    let mut images = Vec::new();
    each_image(cx, |item: Value| {
        images.push(image(item)?);
        Ok(())
    })?;
    Ok(images)
}

/// Reads all images that the user may see, page by page, and hands over of each what `T` asks for: a struct with
/// `#[derive(Deserialize)]` that names the members it needs. No more than a page is in memory at a time. Hidden images
/// are not among them: glance lists them only where they are asked for.
///
/// The requests are those of [`images`]; whoever reads images this way or that shares the answers with other checks.
///
/// ```
/// use serde::Deserialize;
/// use touchstone_sdk::{Context, Error, openstack::each_image};
///
/// #[derive(Deserialize)]
/// struct Image { id: String, os_distro: Option<String> }
///
/// fn debians(cx: &mut Context) -> Result<Vec<String>, Error> {
///     let mut ids = Vec::new();
///     each_image(cx, |image: Image| {
///         if image.os_distro.as_deref() == Some("debian") { ids.push(image.id); }
///         Ok(())
///     })?;
///     Ok(ids)
/// }
/// ```
///
/// # Errors
/// A page cannot be had, is not what the API promises, or holds an image that is no `T`; or `each` returned an error.
pub fn each_image<T: DeserializeOwned>(
    cx: &mut Context,
    mut each: impl FnMut(T) -> Result<(), Error>,
) -> Result<(), Error> {
    let request = Request::get("image", "/images").query("limit", PAGE);
    let first = cx.call(&request)?;
    each_page(cx, request, first, "images", |page| page.into_iter().try_for_each(&mut each))
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::testing::Cloud;
    use crate::{Check, Testcase, Verdict};

    const CHECK: Check = Check {
        id: "images",
        version: "1.0.0",
        title: "",
        url: "",
        testcases: &[Testcase { id: "images-both-ways", title: "" }],
        grants: IMAGE_GRANTS,
        parameters: &[],
        assets: &[],
        run: |cx| {
            #[derive(Deserialize)]
            struct Listed {
                id: String,
                os_distro: Option<String>,
            }
            let mut one_way = Vec::new();
            each_image(cx, |image: Listed| {
                one_way.push((image.id, image.os_distro));
                Ok(())
            })?;
            let images = images(cx)?;
            let other = images.iter().map(|i| (i.id.clone(), i.property("os_distro").map(str::to_owned)));
            let other: Vec<_> = other.collect();
            cx.judge("images-both-ways", |t| {
                if one_way != other {
                    t.violation(format!("{one_way:?} {other:?}"));
                }
                t.summarize(format!("{} images", other.len()));
                Ok(())
            });
            Ok(())
        },
    };

    fn page(ids: std::ops::Range<u32>, next: Value) -> Value {
        let image = |i: u32| {
            json!({"id": format!("{i}"), "name": null, "visibility": "public", "status": "active",
                "os_distro": format!("distro{i}"), "virtual_size": null, "tags": []})
        };
        json!({"images": ids.map(image).collect::<Vec<_>>(), "first": "/v2/images?limit=1000", "next": next})
    }

    #[test]
    fn pages_are_followed_and_asked_for_alike() {
        let cloud = Cloud::new()
            .get("image", "/images?limit=1000", page(0..3, json!("/v2/images?limit=1000&marker=2")))
            .get("image", "/images?limit=1000&marker=2", page(3..5, Value::Null));
        let report = cloud.run(&CHECK);
        assert_eq!(report.verdict("images-both-ways"), Some(Verdict::Pass), "{report:?}");
        assert_eq!(report.reason("images-both-ways"), "5 images");
        assert_eq!(
            report.calls,
            ["GET image /images?limit=1000", "GET image /images?limit=1000&marker=2"].repeat(2)
        );
    }

    #[test]
    fn what_is_no_list_of_images_is_an_error() {
        for page in [
            json!({}),
            json!({"images": null}),
            json!({"images": [7]}),
            json!({"images": [{"name": "no id"}]}),
            json!({"images": [{"id": "1", "os_distro": 7}]}),
            page(0..1, json!(7)),
            page(0..1, json!("/v2/images?limit=1000")),
        ] {
            let report = Cloud::new().get("image", "/images", page.clone()).run(&CHECK);
            assert_eq!(report.verdict("images-both-ways"), Some(Verdict::Dnf), "{page}");
        }
    }
}
