//! Testing subjects that somebody else hands out.

use std::path::PathBuf;

use clap::Args;

use super::RegistryArgs;

#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    /// This machine's configuration: how to reach the subjects that it tests, and the database (PostgreSQL) that all share.
    #[arg(long, value_name = "FILE.yaml", default_value = "nightly.yaml")]
    pub(crate) config: PathBuf,
    /// Take only subjects with this label. May be repeated; without it: only subjects that have none.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) label: Vec<String>,
    /// How this worker is named to people [default: $HOSTNAME and the number of the process].
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// So long a subject is this worker's without a sign of life: then another one gets it.
    #[arg(long, value_name = "TIME", default_value = "2m")]
    pub(crate) lease: jiff::SignedDuration,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}
