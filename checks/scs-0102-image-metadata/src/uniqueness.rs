//! Whether someone who looks for the generic image of a system finds one, and not several.

use std::collections::BTreeMap;

use crate::dates::Moment;
use crate::image::Image;
use crate::many::{Notes, name, quoted};

pub(crate) fn os_purpose_uniqueness<'a>(images: &'a [Image], _: Moment, notes: &mut Notes<'a>) {
    let mut alike: BTreeMap<[&str; 3], Vec<&'a Image>> = BTreeMap::new();
    for image in images.iter().filter(|image| !image.is_hidden()) {
        if image.os_purpose.as_deref() != Some("generic") {
            continue;
        }
        // Who looks for a distribution and a version does not find an image that lacks them. The architecture is
        // rarely looked for: images that do not say it are as good as alike.
        let (Some(distro), Some(version)) = (said(&image.os_distro), said(&image.os_version)) else {
            continue;
        };
        alike.entry([distro, version, said(&image.architecture).unwrap_or("")]).or_default().push(image);
    }
    for ([distro, version, architecture], mut images) in alike {
        images.sort_by_key(|image| (image.released().ok(), &image.id));
        let Some((newest, older)) = images.split_last() else { continue };
        for image in older {
            let architecture = match architecture {
                "" => "without an architecture".to_owned(),
                architecture => format!("for {}", quoted(architecture)),
            };
            let message = format!(
                "`os_purpose` is `generic`, as that of {} ({}), which is for {} {} {architecture}, too: hide the older one, \
                 or give it another purpose",
                name(newest),
                newest.id,
                quoted(distro),
                quoted(version),
            );
            notes.wrong(image, message, image.set(&["--hidden"]));
        }
    }
}

fn said(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.is_empty())
}
