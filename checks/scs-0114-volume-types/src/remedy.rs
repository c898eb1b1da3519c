//! Commands that mend a description.

use touchstone_sdk::openstack::{VolumeType, command};

use crate::aspects::{Reading, written};

/// As long as a description may be in cinder.
const LONGEST: usize = 255;

/// The command that gives a volume type these aspects, and this rest of its description; none if the description could
/// not be shown on one line, or would be too long.
pub(crate) fn describe(volume_type: &VolumeType, aspects: &[&str], rest: &str) -> Option<String> {
    let description = written(aspects, rest);
    let is_plain =
        !description.chars().any(char::is_control) && !volume_type.id.chars().any(char::is_control);
    let fits = is_plain && description.chars().count() <= LONGEST;
    fits.then(|| set_description(&description, &volume_type.id))
}

/// The command that adds an aspect to those that a volume type has.
pub(crate) fn add(volume_type: &VolumeType, aspect: &str) -> Option<String> {
    let description = volume_type.description.as_deref().unwrap_or("");
    match Reading::of(description) {
        Reading::List(list) => {
            let mut aspects = list.corrected();
            aspects.push(aspect);
            aspects.sort_unstable();
            describe(volume_type, &aspects, list.rest)
        }
        Reading::None => {
            let text = description.trim_start();
            let rest = if text.is_empty() { String::new() } else { format!(" {text}") };
            describe(volume_type, &[aspect], &rest)
        }
        // What was meant, people know better.
        Reading::Meant(_) | Reading::Broken(_) => None,
    }
}

/// The command that sets a description.
pub(crate) fn set_description(description: &str, volume_type: &str) -> String {
    command(&["volume", "type", "set", "--description", description, volume_type])
}
