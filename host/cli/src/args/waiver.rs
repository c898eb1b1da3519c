//! Looking at waivers.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum WaiverCommand {
    /// Say what is wrong with waivers, at file, line and column, and which have expired, soon will, or change nothing.
    Lint {
        /// The waivers (docs/waivers.md).
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// The manifest of a scope that they are about. May be repeated [default: scopes and testcases are not looked for].
        #[arg(long, value_name = "SCOPE.yaml")]
        scope: Vec<PathBuf>,
        /// The date that counts as today, in UTC [default: today].
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<Date>,
    },
}
