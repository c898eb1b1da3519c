use std::path::PathBuf;

use thiserror::Error;

/// Why the database did not do what was asked of it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResultsError {
    /// There is no such file.
    #[error("{}: there is no such database; `touchstone nightly` makes it with its first night", .0.display())]
    Missing(PathBuf),
    /// The file, or a file beside it, cannot be used.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: std::io::Error,
    },
    /// A newer program made it.
    #[error(
        "{place}: a newer touchstone wrote this database (schema {found}, this one knows up to {known}); use that one, or \
         another database"
    )]
    Newer {
        /// The database, without password.
        place: String,
        /// Its schema.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The database refused, or could not be reached.
    #[error("{place}: cannot {doing}: {problem}")]
    Database {
        /// The database, without password.
        place: String,
        /// What was to be done.
        doing: &'static str,
        /// What it says.
        problem: sqlx::Error,
    },
    /// What is in it cannot be what was put there.
    #[error("{place}: what is stored of {what} cannot be read: {problem}")]
    Damaged {
        /// The database, without password.
        place: String,
        /// The night or run.
        what: String,
        /// What is wrong.
        problem: String,
    },
    /// Results of that time were forgotten.
    #[error("results before {before} were forgotten (`prune`): nothing can be said about {on}")]
    Pruned {
        /// The time that was asked about.
        on: jiff::Timestamp,
        /// From when on there are all results.
        before: jiff::Timestamp,
    },
    /// There is no such night.
    #[error("there is no night `{0}`; `touchstone history` lists the nights of a subject")]
    UnknownNight(String),
    /// A run id that another run has.
    #[error(
        "the run `{run}` of {subject} was recorded before, for another night or scope; a run is recorded once"
    )]
    DoubledRun {
        /// The run's id.
        run: String,
        /// The subject that it was to be recorded for.
        subject: String,
    },
}
