//! What many nights found out.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use touchstone_results::StateUrl;

/// Where the results are.
#[derive(Debug, Args)]
pub(crate) struct ResultsArgs {
    /// The configuration of the nightly runner: it says where the results are, who the subjects are, and which waivers there
    /// are.
    #[arg(long, value_name = "FILE.yaml", default_value = "nightly.yaml", conflicts_with = "state")]
    pub(crate) config: PathBuf,
    /// Where the results are, without a configuration: a file of SQLite, or `postgres://USER@HOST/DATABASE` (the password is
    /// taken from $PGPASSWORD or from the file that $PGPASSFILE names).
    #[arg(long, value_name = "URL")]
    pub(crate) state: Option<StateUrl>,
    /// Waivers, beside those of the configuration. May be repeated.
    #[arg(long, value_name = "FILE.yaml")]
    pub(crate) waivers: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Only these subjects [default: all].
    #[arg(value_name = "SUBJECT", conflicts_with = "explain")]
    pub(crate) subjects: Vec<String>,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// As it was known at the end of that day, in UTC [default: now].
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// How it is told.
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub(crate) format: TableFormat,
    /// Say what stands between this subject and PASS, testcase by testcase.
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) explain: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    Text,
    Markdown,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// The subject.
    #[arg(value_name = "SUBJECT")]
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// Only this scope: its name or its UUID [default: all].
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,
    /// So many of the newest at most.
    #[arg(long, value_name = "NUMBER", default_value_t = 31)]
    pub(crate) most: usize,
    /// As JSON (docs/schemas/history.schema.json).
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The earlier night, by its id [default: the last but one that has ended].
    #[arg(value_name = "NIGHT", requires = "after")]
    pub(crate) before: Option<String>,
    /// The later night [default: the last that has ended].
    #[arg(value_name = "NIGHT")]
    pub(crate) after: Option<String>,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// As JSON (docs/schemas/diff.schema.json).
    #[arg(long)]
    pub(crate) json: bool,
}
