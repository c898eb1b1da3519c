//! From YAML to a [`Scenario`]. The only module that knows the YAML library.

use std::path::Path;

use serde_saphyr::{MessageFormatter, UserMessageFormatter};

use super::Scenario;

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The text is not YAML, or not that of a scenario.
    #[error("{file}:{line}:{column}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// From 1.
        line: u64,
        /// From 1, in characters.
        column: u64,
        /// What is wrong there, and what was expected.
        message: String,
    },
    /// It contradicts itself.
    #[error("{item}: {message}")]
    Contradiction {
        /// What is wrong, e.g. `flavors[3]`.
        item: String,
        /// What is wrong with it.
        message: String,
    },
}

impl Scenario {
    /// Reads a scenario from YAML; `file_name` is for messages.
    ///
    /// # Errors
    /// [`ScenarioError::Malformed`] with the first place at which the text is not a scenario.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, ScenarioError> {
        serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
            let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
            let message = UserMessageFormatter.format_message(error.without_snippet()).into_owned();
            ScenarioError::Malformed { file: file_name.into(), line, column, message }
        })
    }

    /// Reads a scenario from a file.
    ///
    /// # Errors
    /// [`ScenarioError::Unreadable`], or as [`Scenario::parse`].
    pub fn load(file: &Path) -> Result<Self, ScenarioError> {
        let name = file.display().to_string();
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&name, &text),
            Err(source) => Err(ScenarioError::Unreadable { file: name, source }),
        }
    }
}

/// Room for 10,000 images with all their properties.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_nodes: 4_000_000,
            max_events: 8_000_000,
            max_merge_keys: 100_000,
            enforce_alias_anchor_ratio: false,
        },
    }
}
