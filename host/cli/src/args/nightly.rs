//! Many subjects, every night.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use touchstone_nightly::Shard;

use super::RegistryArgs;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct NightlyArgs {
    #[command(subcommand)]
    pub(crate) command: Option<NightlyCommand>,
    #[command(flatten)]
    pub(crate) run: NightArgs,
}

#[derive(Debug, Args)]
pub(crate) struct NightArgs {
    /// What to test, when, within which limits, and who is told (docs/nightly.md).
    #[arg(long, value_name = "FILE.yaml", default_value = "nightly.yaml")]
    pub(crate) config: PathBuf,
    /// Run one night now: what a killed one left to do, or a new one. Without it, nights begin by the schedule.
    #[arg(long)]
    pub(crate) once: bool,
    /// Only this subject. May be repeated.
    #[arg(long, value_name = "NAME", requires = "once")]
    pub(crate) subject: Vec<String>,
    /// Only this scope, by its name in the configuration. May be repeated.
    #[arg(long, value_name = "NAME", requires = "once")]
    pub(crate) scope: Vec<String>,
    /// Only this machine's part of the subjects, counted from 0: `0/3`, `1/3`, `2/3`. Machines that share them need one
    /// database (PostgreSQL).
    #[arg(long, value_name = "I/N", requires = "once")]
    pub(crate) shard: Option<Shard>,
    /// The night to run, or to go on with: when it was due (RFC 3339) [default: what is missing, or now].
    #[arg(long, value_name = "TIME", requires = "once")]
    pub(crate) night: Option<jiff::Timestamp>,
    /// Test nothing here: hand the subjects to `touchstone worker` on other machines, by their labels, and wait for the results.
    /// Needs `state: postgres://…`.
    #[arg(long, requires = "once", conflicts_with = "shard")]
    pub(crate) hand_out: bool,
    /// With --hand-out: what no worker has finished within this time is DNF.
    #[arg(long, value_name = "TIME", default_value = "12h")]
    pub(crate) within: jiff::SignedDuration,
    /// Say what would be run, and run nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Say nothing but errors and how the night ended.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum NightlyCommand {
    /// Say what is wrong with a configuration and with the files that it names.
    Lint {
        /// The configuration.
        #[arg(long, value_name = "FILE.yaml", default_value = "nightly.yaml")]
        config: PathBuf,
    },
}
