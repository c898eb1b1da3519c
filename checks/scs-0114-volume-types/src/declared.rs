//! Whether an aspect is declared by any volume type.

use touchstone_sdk::Testee;
use touchstone_sdk::openstack::VolumeType;

use crate::aspects::{Reading, written};
use crate::remedy;

const RECOMMENDED: &str = "scs-0114-v1, \"RECOMMENDED volume types\"";

/// An aspect that the standard has.
#[derive(Debug)]
pub(crate) struct Aspect {
    /// As it is written in descriptions.
    pub(crate) name: &'static str,
    /// The section that says how to declare it.
    section: &'static str,
    /// What descriptions and names may say instead, in lower case.
    hints: &'static [&'static str],
}

pub(crate) const ENCRYPTED: Aspect =
    Aspect { name: "encrypted", section: "scs-0114-v1, \"Encryption\"", hints: &["encrypt", "luks"] };

pub(crate) const REPLICATED: Aspect =
    Aspect { name: "replicated", section: "scs-0114-v1, \"Replication\"", hints: &["replic"] };

/// All of them.
pub(crate) const STANDARDIZED: [&Aspect; 2] = [&ENCRYPTED, &REPLICATED];

/// A list that can be read counts, be it in the wrong order: that is a matter of the syntax check.
pub(crate) fn judge(aspect: &Aspect, types: &[VolumeType], t: &mut Testee) {
    let declaring: Vec<&VolumeType> =
        types.iter().filter(|volume_type| declares(volume_type, aspect)).collect();
    if !declaring.is_empty() {
        let names: Vec<String> =
            declaring.iter().take(3).map(|volume_type| format!("`{}`", volume_type.name)).collect();
        let more = match declaring.len().saturating_sub(names.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        t.summarize(format!("declared by {}{more}", names.join(", ")));
        return;
    }
    let none = format!(
        "none of the {} volume types declares `{}` in a list at the beginning of its description",
        types.len(),
        aspect.name
    );
    let candidate = types.iter().find(|volume_type| seems(volume_type, aspect));
    match candidate {
        None => {
            let command = remedy::set_description(&written(&[aspect.name], " …"), "VOLUME_TYPE");
            t.violation(none).required_by(RECOMMENDED).mended_by(command);
        }
        Some(candidate) => {
            let message = format!("{none}; `{}` seems to be one that could", candidate.name);
            let finding = t.violation(message).about(candidate).required_by(aspect.section);
            if let Some(command) = remedy::add(candidate, aspect.name) {
                finding.mended_by(command);
            }
        }
    }
}

fn declares(volume_type: &VolumeType, aspect: &Aspect) -> bool {
    let description = volume_type.description.as_deref().unwrap_or("");
    matches!(Reading::of(description), Reading::List(list) if list.names.contains(&aspect.name))
}

/// Whether its name or description speaks of it, and does not deny it.
fn seems(volume_type: &VolumeType, aspect: &Aspect) -> bool {
    let description = volume_type.description.as_deref().unwrap_or("");
    let text = format!("{} {description}", volume_type.name).to_lowercase();
    let denied = ["not ", "no ", "un", "without ", "non-"];
    let denies = |at: usize| denied.iter().any(|word| text[..at].ends_with(word));
    aspect.hints.iter().any(|hint| text.match_indices(hint).any(|(at, _)| !denies(at)))
}
