//! What is handed in with a run, read from files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use touchstone_scope::{Attestation, Attestations, Manifest};

use crate::job::Evidence;

/// Results of other tools are larger only by mistake.
const MAX_BYTES: u64 = 64 << 20;

/// Clocks of file servers are not further ahead than this.
const MOST_AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// Why something cannot be handed in: wrong names and files that cannot be read are the user's, what is in a file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// No check of the scope reads evidence of that name.
    #[error("no check of the scope reads evidence of that name; {known}")]
    UnknownEvidence {
        /// What there is.
        known: String,
    },
    /// A file cannot be read.
    #[error("{}: {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// A file is not what it should be.
    #[error("{0}")]
    Malformed(String),
}

impl InputError {
    fn unreadable(path: &Path, problem: impl ToString) -> Self {
        InputError::Unreadable { path: path.to_owned(), problem: problem.to_string() }
    }
}

impl Evidence {
    /// Reads the result of another tool.
    ///
    /// # Errors
    /// The file cannot be read, or is larger than 64 MiB.
    pub fn read(file: &Path) -> Result<Evidence, InputError> {
        let unreadable = |error: std::io::Error| InputError::unreadable(file, error);
        let metadata = std::fs::metadata(file).map_err(unreadable)?;
        let size = metadata.len();
        if size > MAX_BYTES {
            let problem = format!("it has {size} bytes; at most {MAX_BYTES} are read");
            return Err(InputError::unreadable(file, problem));
        }
        let bytes = std::fs::read(file).map_err(unreadable)?;
        let written_at = metadata.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
        let written_at = written_at.and_then(|at| Timestamp::from_second(at.as_second()).ok());
        if let Some(at) = written_at.filter(|at| *at > Timestamp::now() + MOST_AHEAD) {
            let problem =
                format!("it was written at {at}, which is not yet: its results would never grow old");
            return Err(InputError::unreadable(file, problem));
        }
        Ok(Evidence { file: file.display().to_string(), written_at, bytes: bytes.into() })
    }

    /// Whether a check of the scope reads evidence of that name.
    ///
    /// # Errors
    /// None does; the error says which names there are.
    pub fn check_name(name: &str, manifest: &Manifest) -> Result<(), InputError> {
        let known: BTreeSet<&str> =
            manifest.checks().iter().flat_map(|check| check.evidence.keys()).map(String::as_str).collect();
        if known.contains(name) {
            return Ok(());
        }
        let known: Vec<&str> = known.into_iter().collect();
        let known = match known.is_empty() {
            true => "there is none".to_owned(),
            false => format!("there is {}", known.join(", ")),
        };
        Err(InputError::UnknownEvidence { known })
    }
}

/// Reads attestations: files, and the `*.json` of folders.
///
/// # Errors
/// One of them cannot be read, or is no attestation.
pub fn attestations(paths: &[PathBuf]) -> Result<Attestations, InputError> {
    let mut all = Vec::new();
    for path in paths {
        for file in files(path).map_err(|error| InputError::unreadable(path, error))? {
            let bytes = std::fs::read(&file).map_err(|error| InputError::unreadable(&file, error))?;
            let attestation = Attestation::parse(&file.display().to_string(), &bytes);
            all.push(attestation.map_err(|error| InputError::Malformed(error.to_string()))?);
        }
    }
    Ok(Attestations::new(all))
}

fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}
