//! What flavors and images say about random number generators.

use touchstone_sdk::Testee;
use touchstone_sdk::openstack::{Flavor, command};

use crate::choice::allows_rng;
use crate::image::Image;

// The text has them no longer: v1.1 took them out.
const FLAVORS: &str = "scs-0101-v1 before v1.1, \"Flavors\"";
const IMAGES: &str = "scs-0101-v1 before v1.1, \"Images\"";

pub(crate) fn judge_flavors(flavors: &[Flavor], t: &mut Testee) {
    for flavor in flavors.iter().filter(|flavor| !allows_rng(flavor)) {
        let is = is(flavor.extra_specs.get("hw_rng:allowed").map(String::as_str));
        t.violation(format!("`hw_rng:allowed` {is}, should be `True`"))
            .about(flavor)
            .required_by(FLAVORS)
            .mended_by(command(&["flavor", "set", "--property", "hw_rng:allowed=True", &flavor.id]));
    }
}

pub(crate) fn judge_images(images: &[Image], t: &mut Testee) {
    for image in images {
        let model = image.rng_model();
        if model.as_deref() == Some("virtio") {
            continue;
        }
        t.violation(format!("`hw_rng_model` {}, should be `virtio`", is(model.as_deref())))
            .about(image)
            .required_by(IMAGES)
            .mended_by(command(&["image", "set", "--property", "hw_rng_model=virtio", &image.id]));
    }
}

fn is(value: Option<&str>) -> String {
    match value {
        Some(value) => format!("is `{value}`"),
        None => "is not set".to_owned(),
    }
}
