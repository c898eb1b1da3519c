//! What can be wrong with the configuration of a cloud.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// What is wrong with the configuration of a cloud. Never holds a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no configuration.
    #[error(
        "no configuration of clouds was found; searched for {}; write one of them, set OS_CLIENT_CONFIG_FILE, or set \
         OS_AUTH_URL, OS_USERNAME and so on",
        list(searched)
    )]
    NotFound {
        /// The files that were looked for, in that order.
        searched: Vec<PathBuf>,
    },

    /// A file could not be read.
    #[error("cannot read {}: {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        problem: String,
    },

    /// A file is not YAML, or not what a file of clouds looks like.
    #[error("{}: {problem}", Place::File { path: path.clone(), line: *line, column: *column })]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, from 1; 0 if unknown.
        line: u64,
        /// Column, from 1; 0 if unknown.
        column: u64,
        /// What was expected.
        problem: String,
    },

    /// The file has no cloud of that name.
    #[error("{} has no cloud {name:?}; it has {}", path.display(), list(known))]
    UnknownCloud {
        /// The name that was asked for.
        name: String,
        /// The file.
        path: PathBuf,
        /// The clouds that it has, sorted.
        known: Vec<String>,
    },

    /// No cloud was named and the file has not exactly one.
    #[error("name a cloud (or set OS_CLOUD); {} has {}", path.display(), list(known))]
    NoCloudNamed {
        /// The file.
        path: PathBuf,
        /// The clouds that it has, sorted.
        known: Vec<String>,
    },

    /// Something that is needed to log in is not configured.
    #[error("cloud {cloud:?} ({place}) has no {missing}{hint}")]
    Missing {
        /// The name of the cloud.
        cloud: String,
        /// Where the cloud is configured.
        place: String,
        /// The key, or keys.
        missing: &'static str,
        /// What else could be the reason; empty, or begins with `; `.
        hint: String,
    },

    /// A value cannot be used.
    #[error("{place}: {key}: {problem}")]
    Invalid {
        /// Where the value is.
        place: Place,
        /// The key.
        key: String,
        /// What is wrong and what to do.
        problem: String,
    },
}

/// Where a value of the configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A file; line and column from 1, 0 if unknown.
    File {
        /// The file.
        path: PathBuf,
        /// Line.
        line: u64,
        /// Column.
        column: u64,
    },
    /// An environment variable.
    Variable(String),
    /// The program itself.
    Program,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: 0, .. } => write!(f, "{}", path.display()),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Program => f.write_str("given by the program"),
        }
    }
}

/// Items as a person lists them.
fn list<T: fmt::Debug>(items: &[T]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", ")
}
