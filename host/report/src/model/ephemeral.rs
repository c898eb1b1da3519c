//! What checks created in the subject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Report;
use crate::printable::printable;

/// What checks created in the subject, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ephemeral {
    /// How many things were created.
    pub created: u64,
    /// How many of them were deleted again.
    pub deleted: u64,
    /// Those that could not be deleted, or about which it could not be found out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// Name under which `touchstone cleanup` finds the cloud; absent if it is that of the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<String>,
}

/// Something that a check created and that may still be there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Left {
    /// Id of the check that created it.
    pub check: String,
    /// Version of the check; absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Service type: `block-storage`.
    pub service: String,
    /// What it is: `volume`.
    pub kind: String,
    /// Its id; absent if the subject did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why it was not deleted.
    pub why: String,
}

impl Report {
    /// What checks created and what may still be there.
    pub fn left(&self) -> &[Left] {
        self.ephemeral.as_ref().map_or(&[], |ephemeral| &ephemeral.left)
    }

    /// The command that deletes what is left, safe to show and to copy; none if nothing is left.
    pub fn cleanup_command(&self) -> Option<String> {
        let ephemeral = self.ephemeral.as_ref().filter(|ephemeral| !ephemeral.left.is_empty())?;
        let cloud = ephemeral.cloud.as_ref().unwrap_or(&self.subject);
        Some(format!("touchstone cleanup --cloud {}", word_of_shell(cloud)))
    }
}

/// A name as one word of a command, safe to show.
fn word_of_shell(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+@:/".contains(c);
    match !name.is_empty() && name.chars().all(plain) {
        true => name.to_owned(),
        false => format!("'{}'", printable(name).replace('\'', "'\\''")),
    }
}
